//! `FILE *` of a Python file.
//!
//! The first time that C asks for it a stream is opened on a copy of the file's descriptor, without a
//! buffer of its own, so that what C and Python write stays in order. It is kept with the file
//! object, as an attribute, and closed with it.
//!
//! Safety model: the capsule owns the stream. Whoever uses the stream keeps the capsule.

use std::ffi::{CStr, c_int};
use std::ptr::NonNull;

use pyo3::exceptions::PyOSError;
use pyo3::ffi;
use pyo3::prelude::*;

use super::face::{Face, Kind};
use crate::failure::Failure;
use crate::table;

/// The attribute of a Python file that keeps its stream.
const ATTRIBUTE: &str = "_ferrule_c_file";

const CAPSULE: &CStr = c"ferrule.FILE";

/// A stream, and what keeps it open.
pub(crate) struct CFile<'py> {
    stream: NonNull<libc::FILE>,
    capsule: Bound<'py, PyAny>,
}

impl<'py> CFile<'py> {
    /// The `FILE *`.
    pub(crate) fn address(&self) -> *mut u8 {
        self.stream.as_ptr().cast()
    }

    /// What is kept while C uses it.
    pub(crate) fn keeper(&self) -> &Bound<'py, PyAny> {
        &self.capsule
    }
}

/// The stream of a Python file, flushed, where the type is `FILE *` and the value a file.
pub(crate) fn of_python<'py>(
    face: &Face,
    value: Borrowed<'_, 'py, PyAny>,
) -> Result<Option<CFile<'py>>, Failure> {
    if !face.pointee().is_some_and(is_stream) || !value.hasattr("fileno")? || !value.hasattr("flush")? {
        return Ok(None);
    }
    value.call_method0("flush")?;
    if let Some(capsule) = value.getattr_opt(ATTRIBUTE)?
        && let Some(stream) = stream_of(&capsule)
    {
        return Ok(Some(CFile { stream, capsule }));
    }
    let can = |what: &str| match value.getattr_opt(what)? {
        Some(asked) => asked.call0()?.is_truthy(),
        None => Ok(true),
    };
    let (can_read, can_write) = (can("readable")?, can("writable")?);
    let descriptor: c_int = value.call_method0("fileno")?.extract()?;
    let stream = open(descriptor, can_read, can_write)?;
    // SAFETY: the stream is not null; the destructor closes it once.
    let capsule = unsafe {
        let made = ffi::PyCapsule_New(stream.as_ptr().cast(), CAPSULE.as_ptr(), Some(close));
        if made.is_null() {
            libc::fclose(stream.as_ptr());
        }
        super::load::owned(value.py(), made)?
    };
    value.setattr(ATTRIBUTE, &capsule)?;
    Ok(Some(CFile { stream, capsule }))
}

/// Whether a type is `FILE`, or the struct that the C library's headers say it is.
fn is_stream(target: &Face) -> bool {
    let types = table::read();
    let is_struct =
        matches!(target.kind, Kind::Record(record) if &*types.record(record).name == "struct _IO_FILE");
    is_struct || target.id == types.file()
}

/// The stream in a capsule of ours.
fn stream_of(capsule: &Bound<'_, PyAny>) -> Option<NonNull<libc::FILE>> {
    // SAFETY: a capsule of that name is one that `of_python` made, and holds a stream.
    unsafe {
        let is_ours = ffi::PyCapsule_IsValid(capsule.as_ptr(), CAPSULE.as_ptr()) == 1;
        NonNull::new(if is_ours {
            ffi::PyCapsule_GetPointer(capsule.as_ptr(), CAPSULE.as_ptr()).cast()
        } else {
            std::ptr::null_mut()
        })
    }
}

/// A stream without a buffer on a copy of the descriptor, for what the descriptor and the Python
/// file may do.
fn open(descriptor: c_int, can_read: bool, can_write: bool) -> PyResult<NonNull<libc::FILE>> {
    // SAFETY: any number is a descriptor or refused.
    let flags = unsafe { libc::fcntl(descriptor, libc::F_GETFL) };
    if flags < 0 {
        return Err(last_error());
    }
    let access = flags & libc::O_ACCMODE;
    let (reads, writes) = (can_read && access != libc::O_WRONLY, can_write && access != libc::O_RDONLY);
    let mode = match (reads, writes, flags & libc::O_APPEND != 0) {
        (_, false, _) => c"r",
        (false, true, false) => c"w",
        (false, true, true) => c"a",
        (true, true, false) => c"r+",
        (true, true, true) => c"a+",
    };
    // SAFETY: the copy is ours; it is closed unless the stream takes it.
    unsafe {
        let copy = libc::fcntl(descriptor, libc::F_DUPFD_CLOEXEC, 0);
        if copy < 0 {
            return Err(last_error());
        }
        let Some(stream) = NonNull::new(libc::fdopen(copy, mode.as_ptr())) else {
            let error = last_error();
            libc::close(copy);
            return Err(error);
        };
        libc::setbuf(stream.as_ptr(), std::ptr::null_mut());
        Ok(stream)
    }
}

fn last_error() -> PyErr {
    PyOSError::new_err((std::io::Error::last_os_error().raw_os_error(), "cannot make a FILE of the file"))
}

/// # Safety
/// The interpreter calls it for a capsule that [`of_python`] made.
unsafe extern "C" fn close(capsule: *mut ffi::PyObject) {
    // SAFETY: the capsule is whole while its destructor runs, and the stream is closed only here.
    unsafe {
        let stream = ffi::PyCapsule_GetPointer(capsule, CAPSULE.as_ptr());
        libc::fclose(stream.cast());
    }
}
