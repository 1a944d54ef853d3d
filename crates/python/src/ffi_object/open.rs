//! `FFI.dlopen` and `dlclose`: libraries by name, by path, by handle.

use std::ffi::{OsStr, OsString, c_int};
use std::path::PathBuf;

use pyo3::exceptions::{PyOSError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyType};

use super::Ffi;
use crate::cdata::CData;
use crate::library::{self, ReleaseGil};

#[pymethods]
impl Ffi {
    /// Open a library.
    ///
    /// Parameters
    /// ----------
    /// name : str, bytes, os.PathLike, CData or None
    ///     A path, or a name that the dynamic linker or `ctypes.util.find_library` finds. None is the running
    ///     process with all it has loaded. A ``void *`` is the handle of a library that is open already, which
    ///     `dlclose` closes.
    /// flags : int, optional
    ///     ``RTLD_*`` flags for ``dlopen``; by default ``RTLD_NOW``.
    /// release_gil : bool or dict, optional
    ///     Whether the interpreter's lock is released around calls; a dict says it by function name, and the
    ///     lock is released for names that it lacks.
    ///
    /// Returns
    /// -------
    /// Lib
    ///     An object whose attributes are the declared functions, variables and constants.
    ///
    /// Raises
    /// ------
    /// OSError
    ///     With the dynamic linker's words.
    /// RuntimeError
    ///     For the handle NULL.
    ///
    /// Examples
    /// --------
    /// >>> from ferrule import FFI
    /// >>> ffi = FFI()
    /// >>> ffi.cdef("double cos(double x);")
    /// >>> ffi.dlopen("libm.so.6").cos(0.0)
    /// 1.0
    #[pyo3(signature = (name, flags=0, *, release_gil=None))]
    fn dlopen<'py>(
        this: &Bound<'py, Self>,
        name: &Bound<'py, PyAny>,
        flags: c_int,
        release_gil: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = this.py();
        let release = || match release_gil {
            None => Ok(ReleaseGil::All(true)),
            Some(given) => match given.cast::<PyDict>() {
                Ok(names) => Ok(ReleaseGil::Named(names.clone().unbind())),
                Err(_) => given.is_truthy().map(ReleaseGil::All),
            },
        };
        if let Some(data) = CData::of(name.as_borrowed()) {
            return Ok(library::adopt(py, this.clone().unbind(), data, release()?)?);
        }
        let open = |path: Option<&OsStr>| library::open(py, this.clone().unbind(), path, flags, release()?);
        if name.is_none() {
            return Ok(open(None)?);
        }
        let path = path_of(name)?;
        let first = match open(Some(&path)) {
            Ok(library) => return Ok(library),
            Err(failure) => PyErr::from(failure),
        };
        let text = path.to_string_lossy();
        if text.contains('/') || !first.is_instance_of::<PyOSError>(py) {
            return Err(first);
        }
        let found = py.import("ctypes.util")?.call_method1("find_library", (text.as_ref(),))?;
        if found.is_none() {
            let text = format!(
                "{}; ctypes.util.find_library() did not find a library called '{text}' either",
                first.value(py)
            );
            return Err(PyOSError::new_err(text));
        }
        Ok(open(Some(&found.extract::<OsString>()?))?)
    }

    /// Close a library.
    ///
    /// Its functions, variables and constants raise `ValueError` from now on. Closing it again does nothing. The
    /// library is unloaded when no function of it is alive.
    ///
    /// Parameters
    /// ----------
    /// lib : Lib
    ///     What `dlopen` returned.
    ///
    /// Examples
    /// --------
    /// >>> from ferrule import FFI
    /// >>> ffi = FFI()
    /// >>> ffi.dlclose(ffi.dlopen("libm.so.6"))
    fn dlclose(_ffi: &Bound<'_, Self>, lib: &Bound<'_, PyAny>) -> PyResult<()> {
        Ok(library::close(lib.as_borrowed())?)
    }
}

/// A path for the dynamic linker.
fn path_of(name: &Bound<'_, PyAny>) -> PyResult<OsString> {
    if let Ok(bytes) = name.cast::<PyBytes>() {
        return name.py().import("os")?.call_method1("fsdecode", (bytes,))?.extract();
    }
    let path = name.extract().map(PathBuf::into_os_string);
    path.map_err(|_| PyTypeError::new_err("dlopen() takes a str, bytes, a path or None"))
}

/// The flags of `dlopen` under their names in C.
pub(super) fn add_flags(class: &Bound<'_, PyType>) -> PyResult<()> {
    let flags = [
        ("RTLD_LAZY", libc::RTLD_LAZY),
        ("RTLD_NOW", libc::RTLD_NOW),
        ("RTLD_GLOBAL", libc::RTLD_GLOBAL),
        ("RTLD_LOCAL", libc::RTLD_LOCAL),
        ("RTLD_NODELETE", libc::RTLD_NODELETE),
        ("RTLD_NOLOAD", libc::RTLD_NOLOAD),
        ("RTLD_DEEPBIND", libc::RTLD_DEEPBIND),
    ];
    flags.iter().try_for_each(|(name, value)| class.setattr(*name, value))
}
