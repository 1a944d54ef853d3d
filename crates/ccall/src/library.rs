//! Loaded libraries.

use std::ffi::{CStr, CString, OsStr, c_int, c_void};
use std::fmt;
use std::os::unix::ffi::OsStrExt;
use std::ptr::NonNull;

/// How a library is loaded, as the constants of `dlopen` say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LoadFlags(pub c_int);

impl LoadFlags {
    /// Every symbol bound now, none lent to others: what cffi and ctypes do.
    pub const NOW: Self = Self(libc::RTLD_NOW | libc::RTLD_LOCAL);
}

impl Default for LoadFlags {
    fn default() -> Self {
        Self::NOW
    }
}

/// What the dynamic linker said.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LibraryError(String);

impl fmt::Display for LibraryError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for LibraryError {}

/// A library, or the running process with all that it has loaded.
///
/// Dropping it does not unload anything: code that is bound to its symbols may be alive.
/// [`Library::close`] does.
#[derive(Debug)]
pub struct Library {
    handle: NonNull<c_void>,
}

// SAFETY: a handle is a number to the dynamic linker, which locks for itself.
unsafe impl Send for Library {}
// SAFETY: as for `Send`.
unsafe impl Sync for Library {}

impl Library {
    /// Loads the library at `path`; a bare name is searched for by the dynamic linker. `None` is
    /// the running process.
    ///
    /// # Errors
    /// The dynamic linker's own text.
    pub fn open(path: Option<&OsStr>, flags: LoadFlags) -> Result<Self, LibraryError> {
        let path = path.map(|path| c_string(path.as_bytes())).transpose()?;
        let name = path.as_ref().map_or(std::ptr::null(), |path| path.as_ptr());
        clear_error();
        // SAFETY: a NUL-terminated name or null. What the library's constructors do is the word of
        // whoever asked for it.
        let handle = unsafe { libc::dlopen(name, flags.0) };
        NonNull::new(handle).map(|handle| Self { handle }).ok_or_else(last_error)
    }

    /// A library that someone else opened.
    ///
    /// # Safety
    /// `handle` came from `dlopen`, and stays open while the result is used.
    pub unsafe fn from_handle(handle: NonNull<c_void>) -> Self {
        Self { handle }
    }

    /// The handle, as `dlopen` gave it.
    pub fn handle(&self) -> NonNull<c_void> {
        self.handle
    }

    /// The address of a symbol; null is a value that a symbol may have.
    ///
    /// # Errors
    /// The dynamic linker's own text when there is no such symbol.
    pub fn symbol(&self, name: &str) -> Result<*mut c_void, LibraryError> {
        let name = c_string(name.as_bytes())?;
        clear_error();
        // SAFETY: an open handle and a NUL-terminated name.
        let address = unsafe { libc::dlsym(self.handle.as_ptr(), name.as_ptr()) };
        if address.is_null() { error_text().map_or(Ok(address), Err) } else { Ok(address) }
    }

    /// Closes the library.
    ///
    /// # Errors
    /// The dynamic linker's own text.
    ///
    /// # Safety
    /// Nothing uses its code or data any more.
    pub unsafe fn close(self) -> Result<(), LibraryError> {
        clear_error();
        // SAFETY: an open handle, given up here.
        if unsafe { libc::dlclose(self.handle.as_ptr()) } == 0 { Ok(()) } else { Err(last_error()) }
    }
}

fn c_string(bytes: &[u8]) -> Result<CString, LibraryError> {
    CString::new(bytes).map_err(|_| {
        LibraryError(format!("`{}` has a NUL byte inside", String::from_utf8_lossy(bytes).escape_default()))
    })
}

fn clear_error() {
    // SAFETY: it has no precondition.
    unsafe { libc::dlerror() };
}

/// The text of the error since the last call of `dlerror` on this thread.
fn error_text() -> Option<LibraryError> {
    // SAFETY: it has no precondition; its text lives until this thread's next call of the linker.
    let text = unsafe {
        let text = libc::dlerror();
        (!text.is_null()).then(|| CStr::from_ptr(text))
    }?;
    Some(LibraryError(text.to_string_lossy().into_owned()))
}

fn last_error() -> LibraryError {
    error_text().unwrap_or_else(|| LibraryError("the dynamic linker gave no reason".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_process_has_its_symbols() {
        let process = Library::open(None, LoadFlags::NOW).expect("the process is loaded");
        assert!(!process.symbol("strlen").expect("libc has it").is_null());
        let error = process.symbol("no_such_symbol").expect_err("nobody has it");
        assert!(error.to_string().contains("no_such_symbol"), "{error}");
    }

    #[test]
    fn a_missing_library_is_named() {
        let error = Library::open(Some(OsStr::new("./no-such-library.so")), LoadFlags::NOW);
        let error = error.expect_err("there is none");
        assert!(error.to_string().contains("no-such-library.so"), "{error}");
        let error = Library::open(Some(OsStr::new("a\0b")), LoadFlags::NOW).expect_err("not a path");
        assert_eq!(error.to_string(), "`a\\u{0}b` has a NUL byte inside");
    }

    #[test]
    fn a_library_is_found_by_name_and_closed() {
        let library = Library::open(Some(OsStr::new("libm.so.6")), LoadFlags::default()).expect("libm");
        assert!(library.symbol("cos").is_ok());
        // SAFETY: nothing of it is in use.
        unsafe { library.close() }.expect("it was open");
    }
}
