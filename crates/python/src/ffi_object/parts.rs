//! `offsetof` and `addressof`: where a part of C data is.

use pyo3::exceptions::{PyOverflowError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};

use super::Ffi;
use crate::cdata::{CData, Face, Kind, object};
use crate::failure::{Class, Failure};
use crate::library;

#[pymethods]
impl Ffi {
    /// How many bytes from the start of a struct or array a part of it is.
    ///
    /// Parameters
    /// ----------
    /// cdecl : str or CType
    ///     A struct, union or array type, or a pointer to one.
    /// *fields : str or int
    ///     Field names and indices, each in what the one before leads to.
    ///
    /// Returns
    /// -------
    /// int
    ///
    /// Examples
    /// --------
    /// >>> from ferrule import FFI
    /// >>> ffi = FFI()
    /// >>> ffi.cdef("struct pair { char tag; double values[2]; };")
    /// >>> ffi.offsetof("struct pair", "values", 1)
    /// 16
    #[pyo3(signature = (cdecl, *fields))]
    fn offsetof(
        &self,
        py: Python<'_>,
        cdecl: &Bound<'_, PyAny>,
        fields: &Bound<'_, PyTuple>,
    ) -> PyResult<isize> {
        let face = self.face(py, cdecl)?;
        if fields.is_empty() {
            return Err(PyTypeError::new_err("offsetof() needs at least one field or index"));
        }
        Ok(walk("offsetof", face, fields)?.0)
    }

    /// The address of C data, of a part of it, or of what a library has under a name.
    ///
    /// Parameters
    /// ----------
    /// cdata : CData or Lib
    ///     A struct, union or array, or a pointer if a field or an index follows; or a library.
    /// *fields_or_indexes : str or int
    ///     Field names and indices, each in what the one before leads to; of a library, the name of a function or
    ///     variable.
    ///
    /// Returns
    /// -------
    /// CData
    ///     A pointer that keeps owned memory alive. Of a function it is the function, of an array that is a
    ///     variable the array.
    ///
    /// Examples
    /// --------
    /// >>> from ferrule import FFI
    /// >>> ffi = FFI()
    /// >>> ffi.cdef("struct point { int x, y; };")
    /// >>> points = ffi.new("struct point[3]")
    /// >>> address = ffi.addressof(points, 2, "y")
    /// >>> address[0] = 7
    /// >>> points[2].y
    /// 7
    #[pyo3(signature = (cdata, *fields_or_indexes))]
    fn addressof<'py>(
        _ffi: &Bound<'_, Self>,
        cdata: &Bound<'py, PyAny>,
        fields_or_indexes: &Bound<'py, PyTuple>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = cdata.py();
        let Some(data) = CData::of(cdata.as_borrowed()) else {
            if library::is_library(cdata.as_borrowed()) {
                let (name,) = fields_or_indexes.extract::<(Bound<'_, PyString>,)>().map_err(|_| {
                    PyTypeError::new_err("addressof() of a library takes the name of a function or variable")
                })?;
                return Ok(library::address_of(cdata.as_borrowed(), &name)?);
            }
            let class = cdata.get_type().name()?;
            return Err(PyTypeError::new_err(format!("addressof() takes C data or a library, not {class}")));
        };
        let is_memory = matches!(data.face.kind, Kind::Record(_) | Kind::Array(..));
        let is_pointer = matches!(data.face.kind, Kind::Pointer(_)) && !data.face.is_function_pointer();
        let has_parts = !fields_or_indexes.is_empty();
        if !(is_memory || is_pointer && has_parts) {
            let text = if is_pointer {
                format!("addressof() of {}: a pointer needs a field or an index", data.describe())
            } else {
                format!("expected a struct, union, array or pointer for addressof(), got {}", data.describe())
            };
            return Err(PyTypeError::new_err(text));
        }
        let (offset, face) = walk("addressof", data.face, fields_or_indexes)?;
        let address = data.address.wrapping_offset(offset);
        Ok(object::pointer_into(py, face, address, data)?)
    }
}

/// How far the parts are from the start, each in what the one before leads to, and the type of
/// the last.
fn walk(
    function: &str,
    start: &'static Face,
    parts: &Bound<'_, PyTuple>,
) -> PyResult<(isize, &'static Face)> {
    let (mut offset, mut face) = (0_isize, start);
    for (index, part) in parts.iter().enumerate() {
        let (distance, next) = step(function, face, &part, index == 0)?;
        offset = offset.checked_add(distance).ok_or_else(|| too_far(function))?;
        face = next;
    }
    Ok((offset, face))
}

/// The distance of a field or element, and its type. Only the first step may follow a pointer.
fn step(
    function: &str,
    face: &'static Face,
    part: &Bound<'_, PyAny>,
    is_first: bool,
) -> PyResult<(isize, &'static Face)> {
    let refuse = |text: String| Err(PyTypeError::new_err(format!("{function}(): {text}")));
    if matches!(face.kind, Kind::Pointer(_)) && !is_first {
        return refuse(format!("'{part}' is reached only by reading the '{}' before it", face.name()));
    }
    if part.is_instance_of::<PyString>() {
        let record = face.pointee().unwrap_or(face);
        let Some(fields) = record.record() else {
            return refuse(format!("'{}' has no fields", face.name()));
        };
        let Some(found) = fields.find(part) else {
            let missing = Failure::new(Class::Key, part.to_string());
            return Err(missing.at(|| format!("{function}() of '{}'", record.name())).into());
        };
        if found.bits.is_some() {
            return refuse(format!("'{part}' is a bit-field: it has no offset in bytes"));
        }
        return Ok((found.offset.cast_signed(), found.face));
    }
    let Ok(index) = part.extract::<isize>() else {
        let class = part.get_type().name()?;
        return refuse(format!("expected a field name or an index, got {class}"));
    };
    let Some(target) = face.target() else {
        return refuse(format!("'{}' cannot be indexed", face.name()));
    };
    let Some(size) = target.size().map(usize::cast_signed) else {
        return refuse(format!("'{}' cannot be indexed: '{}' has no known size", face.name(), target.name()));
    };
    let distance = index.checked_mul(size).ok_or_else(|| too_far(function))?;
    Ok((distance, target))
}

fn too_far(function: &str) -> PyErr {
    PyOverflowError::new_err(format!("{function}(): the index is too large"))
}
