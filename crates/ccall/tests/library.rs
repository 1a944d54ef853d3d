//! Libraries made by gcc: symbols, data, and names that stand for nothing.

use std::ffi::{OsStr, c_int};
use std::fs;
use std::path::Path;

use ccall::{Library, LoadFlags};
use testkit::compiler::GCC;

const TEXT: &str = "int count = 7;\nint next(void) { return ++count; }\n\
                    asm(\".globl nowhere\\n.set nowhere, 0\");\n";

fn folder() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

#[test]
fn a_symbol_may_be_null() {
    let path = GCC.shared_library(folder(), "symbols", TEXT);
    let library = Library::open(Some(path.as_os_str()), LoadFlags::NOW).expect("gcc made it");
    assert!(library.symbol("nowhere").expect("it is there").is_null());
    let error = library.symbol("elsewhere").expect_err("it is not");
    assert!(error.to_string().contains("undefined symbol: elsewhere"), "{error}");
    let count: *const c_int = library.symbol("count").expect("it is there").cast();
    // SAFETY: the C text has an int of that name.
    assert_eq!(unsafe { *count }, 7);
    // SAFETY: nothing of it is used any more.
    unsafe { library.close() }.expect("it was open");
}

#[test]
fn what_is_not_a_library_is_refused_with_the_reason() {
    let path = folder().join("not-a-library.so");
    fs::write(&path, "text").expect("the test's folder can be written");
    let error = Library::open(Some(path.as_os_str()), LoadFlags::NOW).expect_err("it is text");
    assert!(error.to_string().contains("file too short"), "{error}");
    let error = Library::open(Some(OsStr::new("libnosuch.so")), LoadFlags::NOW).expect_err("nowhere");
    assert!(error.to_string().contains("cannot open shared object file"), "{error}");
}
