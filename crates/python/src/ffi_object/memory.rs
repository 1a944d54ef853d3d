//! `FFI.memmove` and `unpack`: bytes in and out.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use super::Ffi;
use super::lifetime::c_data;
use crate::cdata;

#[pymethods]
impl Ffi {
    /// Copy bytes, from memory to memory; they may overlap.
    ///
    /// Parameters
    /// ----------
    /// dest : CData or bytes-like
    ///     A pointer, an array, or an object whose memory can be written.
    /// src : CData or bytes-like
    /// n : int
    ///     How many bytes.
    ///
    /// Raises
    /// ------
    /// TypeError, BufferError
    ///     If one of them has no memory, or ``dest`` is read-only.
    /// IndexError, ValueError
    ///     If C data, or an object, is known to have fewer bytes.
    ///
    /// Examples
    /// --------
    /// >>> from ferrule import FFI
    /// >>> ffi = FFI()
    /// >>> numbers, copied = ffi.new("int[3]", [1, 2, 3]), bytearray(12)
    /// >>> ffi.memmove(copied, numbers, 12)
    /// >>> copied[:8]
    /// bytearray(b'\x01\x00\x00\x00\x02\x00\x00\x00')
    fn memmove(
        _ffi: &Bound<'_, Self>,
        dest: &Bound<'_, PyAny>,
        src: &Bound<'_, PyAny>,
        n: isize,
    ) -> PyResult<()> {
        let negative = |_| PyValueError::new_err("memmove(): negative size");
        Ok(cdata::copy(dest.as_borrowed(), src.as_borrowed(), usize::try_from(n).map_err(negative)?)?)
    }

    /// So many items as Python values.
    ///
    /// Parameters
    /// ----------
    /// cdata : CData
    ///     An array, or a pointer to the first item.
    /// length : int
    ///
    /// Returns
    /// -------
    /// bytes, str or list
    ///     ``bytes`` of ``char``, zeros among them; a string of wide characters; else what indexing gives, one by one.
    ///
    /// Raises
    /// ------
    /// IndexError
    ///     If the memory is known to have fewer.
    /// RuntimeError
    ///     For NULL.
    ///
    /// Examples
    /// --------
    /// >>> from ferrule import FFI
    /// >>> ffi = FFI()
    /// >>> ffi.unpack(ffi.new("int[]", [1, 2, 3]), 2)
    /// [1, 2]
    fn unpack<'py>(
        _ffi: &Bound<'_, Self>,
        cdata: &Bound<'py, PyAny>,
        length: isize,
    ) -> PyResult<Bound<'py, PyAny>> {
        Ok(cdata::unpack(cdata.py(), c_data("unpack", cdata)?, length)?)
    }
}
