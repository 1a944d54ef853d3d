//! Texts that nest without end are refused, not followed until the stack is gone.

use cdecl::{DeclareOptions, Namespace};
use ctype::{CTypes, DataModel};
use source::Source;

const COUNT: usize = 20_000;

/// The ids of what is wrong with a text, found on a stack of a thread's usual size.
fn ids(text: String) -> Vec<&'static str> {
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(move || {
        let mut types = CTypes::new(DataModel::SYSV_X64);
        let source = Source::new("deep.h", &text);
        let declared = Namespace::new().declare(&mut types, &source, &DeclareOptions::default());
        let diagnostics = declared.err().unwrap_or_default();
        assert!(diagnostics.is_empty() || !diagnostic::render(&diagnostics[..1]).is_empty());
        diagnostics.iter().map(|diagnostic| diagnostic.id.as_str()).collect::<Vec<_>>()
    });
    thread.expect("a thread starts").join().expect("the text is refused without a panic")
}

fn repeated(before: &str, piece: &str, after: &str) -> String {
    before.to_owned() + &piece.repeat(COUNT) + after
}

#[test]
fn declarators() {
    assert_eq!(ids(repeated("int ", "*", "p;")), ["c-nesting"]);
    assert_eq!(ids(repeated("int ", "(", "p;")), ["c-nesting"]);
    assert_eq!(ids(repeated("int a", "[1]", ";")), ["c-nesting"]);
    assert_eq!(ids(repeated("", "int f(", ");")), ["c-nesting"]);
    assert_eq!(ids(repeated("int ", "(*", "p;")), ["c-nesting"]);
}

#[test]
fn records() {
    assert_eq!(ids(repeated("", "struct {", "")), ["c-nesting"]);
    let members = (0..COUNT).map(|index| format!("struct s{} {{ struct s{index} x; }};", index + 1));
    let all = ids("struct s0 { int x; };".to_owned() + &members.collect::<String>());
    assert_eq!(all, ["c-nesting"]);
}

#[test]
fn expressions() {
    assert_eq!(ids(repeated("int a[", "(", "1];")), ["c-nesting"]);
    assert_eq!(ids(repeated("int a[", "!", "1];")), ["c-nesting"]);
    assert_eq!(ids(repeated("int a[", "1+", "1];")), ["c-nesting"]);
    assert_eq!(ids(repeated("int a[", "1?1:", "1];")), ["c-nesting"]);
    assert_eq!(ids(repeated("int a[", "sizeof(int[", "1];")), ["c-nesting"]);
    assert_eq!(ids(repeated("int a[", "(int)", "1];")), ["c-nesting"]);
    assert_eq!(ids(repeated("#define A ", "(", "1")), ["c-nesting"]);
    let tall = "+1".repeat(100);
    let levels = (0..60).fold("1".to_owned(), |inner, _| format!("sizeof(int[{inner}{tall}])"));
    assert_eq!(ids(format!("int a[{levels}];")), ["c-nesting"]);
}

#[test]
fn types_built_one_upon_the_other() {
    let typedefs = (0..COUNT).map(|index| format!("typedef t{index} *t{};", index + 1));
    assert_eq!(ids("typedef int t0;".to_owned() + &typedefs.collect::<String>()), ["c-nesting"]);
    let doubled = (0..60).map(|index| format!("typedef void (*t{})(t{index}, t{index});", index + 1));
    assert_eq!(ids("typedef int t0;".to_owned() + &doubled.collect::<String>()), ["c-nesting"]);
}
