//! `__array_interface__`, version 3.

use std::ffi::c_void;

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};
use pyobject::Scalar;

use super::extent::Extent;
use super::format::{axes, separate_fields};
use crate::cdata::face::{Face, Kind};
use crate::cdata::object::CData;
use crate::failure::{Class, Failure};
use crate::trampoline::slot;

/// The attribute.
pub(super) unsafe extern "C" fn get(this: *mut ffi::PyObject, _closure: *mut c_void) -> *mut ffi::PyObject {
    slot(|py| {
        // SAFETY: CPython calls this with a live object of the class.
        let data = unsafe { CData::of_self(this) };
        data.check_alive()?;
        // Whoever looks for the attribute takes another way if it is not there.
        let missing = |failure: Failure| {
            let why = PyErr::from(failure).value(py).to_string();
            Failure::new(Class::Attribute, format!("__array_interface__: {why}"))
        };
        let extent = Extent::of(data).map_err(missing)?;
        // Nobody says when the address is no longer used.
        data.lend();
        Ok(describe(py, &extent)?.into_ptr())
    })
}

fn describe<'py>(py: Python<'py>, extent: &Extent) -> PyResult<Bound<'py, PyDict>> {
    let interface = PyDict::new(py);
    interface.set_item("version", 3)?;
    interface.set_item("shape", PyTuple::new(py, &extent.dims)?)?;
    interface.set_item("typestr", type_text(extent.item, extent.item_size))?;
    interface.set_item("data", (extent.address.expose_provenance(), extent.is_read_only))?;
    if let Some(fields) = fields(py, extent.item, extent.item_size)? {
        interface.set_item("descr", fields)?;
    }
    Ok(interface)
}

/// `<f8` and its like.
fn type_text(item: &Face, size: usize) -> String {
    let letter = match item.kind {
        Kind::Void | Kind::Pointer(_) => 'u',
        Kind::Scalar(_) | Kind::Enum(_) => item.scalar().map_or('V', letter),
        Kind::Record(_) | Kind::Array(..) | Kind::Function(_) => 'V',
    };
    let order = if size == 1 || matches!(letter, 'V' | 'S') { '|' } else { '<' };
    let count = if letter == 'U' { 1 } else { size };
    format!("{order}{letter}{count}")
}

const fn letter(scalar: Scalar) -> char {
    match scalar {
        Scalar::Bool => 'b',
        Scalar::Char => 'S',
        Scalar::Char32 => 'U',
        Scalar::I8 | Scalar::I16 | Scalar::I32 | Scalar::I64 => 'i',
        Scalar::U8 | Scalar::U16 | Scalar::U32 | Scalar::U64 | Scalar::Char16 => 'u',
        Scalar::F32 | Scalar::F64 | Scalar::F80 => 'f',
        Scalar::C32 | Scalar::C64 | Scalar::C80 => 'c',
        Scalar::I128 | Scalar::U128 => 'V',
    }
}

/// The fields of a struct, with the bytes between them.
fn fields<'py>(py: Python<'py>, item: &'static Face, size: usize) -> PyResult<Option<Bound<'py, PyList>>> {
    let Some(record) = item.record() else { return Ok(None) };
    let separate = separate_fields(record);
    if separate.is_empty() {
        return Ok(None);
    }
    let list = PyList::empty(py);
    let pad = |from: usize, to: usize| {
        if from < to { list.append(("", format!("|V{}", to - from))) } else { Ok(()) }
    };
    let mut end = 0;
    for field in separate {
        pad(end, field.offset)?;
        let (item, dims) = axes(field.face);
        let size = item.size().unwrap_or(0);
        let ty = match fields(py, item, size)? {
            Some(fields) => fields.into_any(),
            None => type_text(item, size).into_pyobject(py)?.into_any(),
        };
        if dims.is_empty() {
            list.append((&field.name, ty))?;
        } else {
            list.append((&field.name, ty, PyTuple::new(py, dims)?))?;
        }
        end = field.offset + field.size();
    }
    pad(end, size)?;
    Ok(Some(list))
}
