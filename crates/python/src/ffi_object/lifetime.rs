//! `FFI.release`, `gc`, `from_buffer`, `new_handle`, `from_handle`: whose memory it is, and how long.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;

use super::Ffi;
use crate::cdata::{self, CData};

/// The C data that an argument is.
pub(super) fn c_data<'a>(function: &str, given: &'a Bound<'_, PyAny>) -> PyResult<&'a CData> {
    match CData::of(given.as_borrowed()) {
        Some(data) => Ok(data),
        None => {
            let class = given.get_type().name()?;
            Err(PyTypeError::new_err(format!("{function}() takes C data, not {class}")))
        }
    }
}

#[pymethods]
impl Ffi {
    /// Release the memory of C data now, not when it goes.
    ///
    /// What `gc` or `new_allocator` made calls its destructor, what `from_buffer` made gives the object's memory
    /// back; memory from `new` stays until the C data goes. From then on every use of the memory raises, through whatever C data.
    /// A call that C is in meanwhile, and a `memoryview` of the memory, keep it until they are done. ``with`` releases
    /// at the end of its block. Releasing again does nothing.
    ///
    /// Parameters
    /// ----------
    /// cdata : CData
    ///     From `new`, `gc`, `from_buffer` or what `new_allocator` returned.
    ///
    /// Raises
    /// ------
    /// ValueError
    ///     For C data that is none of these.
    ///
    /// Examples
    /// --------
    /// >>> from ferrule import FFI
    /// >>> ffi = FFI()
    /// >>> numbers = ffi.new("int[3]")
    /// >>> ffi.release(numbers)
    /// >>> numbers[0]
    /// Traceback (most recent call last):
    ///     ...
    /// ValueError: cdata 'int[3]' was released
    fn release(_ffi: &Bound<'_, Self>, cdata: &Bound<'_, PyAny>) -> PyResult<()> {
        Ok(cdata::lifetime::release(c_data("release", cdata)?)?)
    }

    /// Call a destructor when C data goes.
    ///
    /// Parameters
    /// ----------
    /// cdata : CData
    /// destructor : callable or None
    ///     Called once with ``cdata``: when the returned C data, and what was made from it, goes, when it is
    ///     released, or when the interpreter ends. An exception is reported through `sys.unraisablehook`. None takes the
    ///     destructor of ``cdata`` away.
    /// size : int, optional
    ///     An estimate of the bytes that are kept; CPython has no use for it.
    ///
    /// Returns
    /// -------
    /// CData or None
    ///     C data of the same type at the same address; None if a destructor was taken away.
    ///
    /// Raises
    /// ------
    /// TypeError
    ///     If there is no destructor to take away.
    ///
    /// Examples
    /// --------
    /// >>> from ferrule import FFI
    /// >>> ffi = FFI()
    /// >>> ffi.cdef("void *malloc(size_t size); void free(void *pointer);")
    /// >>> libc = ffi.dlopen(None)
    /// >>> memory = ffi.gc(libc.malloc(100), libc.free, size=100)
    /// >>> ffi.release(memory)
    #[pyo3(signature = (cdata, destructor, size=0))]
    fn gc<'py>(
        _ffi: &Bound<'_, Self>,
        cdata: &Bound<'py, PyAny>,
        destructor: &Bound<'py, PyAny>,
        size: isize,
    ) -> PyResult<Bound<'py, PyAny>> {
        // CPython's collector counts objects, not bytes.
        let _ = size;
        let data = c_data("gc", cdata)?;
        if destructor.is_none() {
            cdata::lifetime::disarm(data)?;
            return Ok(destructor.clone());
        }
        Ok(cdata::lifetime::guard(cdata.as_borrowed(), data, destructor.as_borrowed())?)
    }

    /// Use the memory of a Python object as C data, without a copy.
    ///
    /// Parameters
    /// ----------
    /// cdecl : str or CType, optional
    ///     An array or pointer type; by default ``char[]``. An open array gets as many items as fit.
    /// python_buffer : bytes-like
    ///     ``bytes``, ``bytearray``, ``array``, ``memoryview``, a contiguous NumPy array, an object of ctypes, ``mmap``.
    /// require_writable : bool, optional
    ///     Whether memory that is read-only is refused. Otherwise it can be read, and C must not write it.
    ///
    /// Returns
    /// -------
    /// CData
    ///     It keeps the object, and its memory in place, until it goes or is released.
    ///
    /// Raises
    /// ------
    /// TypeError
    ///     For an object without memory of its own, for a ``str``, for a type that is neither array nor pointer.
    /// ValueError
    ///     If the memory is smaller than the array.
    /// BufferError
    ///     If it is read-only and ``require_writable`` is set.
    ///
    /// Examples
    /// --------
    /// >>> from ferrule import FFI
    /// >>> ffi = FFI()
    /// >>> memory = bytearray(8)
    /// >>> with ffi.from_buffer("int[]", memory) as numbers:
    /// ...     numbers[1] = 258
    /// >>> memory
    /// bytearray(b'\x00\x00\x00\x00\x02\x01\x00\x00')
    #[pyo3(signature = (cdecl, python_buffer=None, require_writable=false))]
    #[expect(clippy::wrong_self_convention, reason = "the name that cffi gives it")]
    fn from_buffer<'py>(
        &self,
        py: Python<'py>,
        cdecl: &Bound<'py, PyAny>,
        python_buffer: Option<&Bound<'py, PyAny>>,
        require_writable: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (face, buffer) = match python_buffer {
            Some(buffer) => (self.face(py, cdecl)?, buffer),
            None => (cdata::bytes_face(), cdecl),
        };
        Ok(cdata::from_buffer(py, face, buffer.as_borrowed(), require_writable)?)
    }

    /// Make a ``void *`` that stands for a Python object.
    ///
    /// Parameters
    /// ----------
    /// x : object
    ///     It lives as long as the handle.
    ///
    /// Returns
    /// -------
    /// CData
    ///     A handle for C to keep and to give back to a callback. Each call makes another one.
    ///
    /// Examples
    /// --------
    /// >>> from ferrule import FFI
    /// >>> ffi = FFI()
    /// >>> handle = ffi.new_handle("anything")
    /// >>> ffi.from_handle(ffi.cast("void *", int(ffi.cast("uintptr_t", handle))))
    /// 'anything'
    fn new_handle<'py>(_ffi: &Bound<'_, Self>, x: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        Ok(cdata::handle::make(x.as_borrowed())?)
    }

    /// The Python object that a handle stands for.
    ///
    /// Parameters
    /// ----------
    /// x : CData
    ///     A ``void *`` with the value of a handle.
    ///
    /// Returns
    /// -------
    /// object
    ///
    /// Raises
    /// ------
    /// ValueError
    ///     If it is not the value of a handle that is alive.
    /// RuntimeError
    ///     For NULL.
    ///
    /// Examples
    /// --------
    /// >>> from ferrule import FFI
    /// >>> ffi = FFI()
    /// >>> ffi.from_handle(ffi.new_handle(42))
    /// 42
    fn from_handle<'py>(_ffi: &Bound<'_, Self>, x: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        Ok(cdata::handle::follow(x.py(), c_data("from_handle", x)?)?)
    }
}
