//! Types and C data of the real cffi.

use std::ffi::CStr;

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use pyobject::Scalar;

use super::{FieldView, Pointer, RecordView, View};

/// The C type of an object, if that is C data of the real cffi.
pub(super) fn of<'py>(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let Some(backend) = backend(value)? else { return Ok(None) };
    backend.call_method1("typeof", (value,)).map(Some)
}

/// The module of cffi that made the object.
fn backend<'py>(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    // SAFETY: a live object has a class, whose name is a C string that lives as long.
    let name = unsafe { CStr::from_ptr((*ffi::Py_TYPE(value.as_ptr())).tp_name) };
    if !name.to_bytes().starts_with(b"_cffi_backend.") {
        return Ok(None);
    }
    let modules = value.py().import("sys")?.getattr("modules")?.cast_into::<PyDict>()?;
    let Some(backend) = modules.get_item("_cffi_backend")? else { return Ok(None) };
    Ok(value.is_instance(&backend.getattr("_CDataBase")?)?.then_some(backend))
}

/// The address that C data of the real cffi stands for, if it is a pointer or an array.
pub(super) fn pointer<'py>(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Option<Pointer<'py>>> {
    let Some(backend) = backend(value)? else { return Ok(None) };
    let ty = backend.call_method1("typeof", (value,))?;
    let target = match ty.getattr("kind")?.extract::<&str>()? {
        "pointer" | "array" => ty.getattr("item")?,
        "function" => ty,
        _ => return Ok(None),
    };
    let word = backend.call_method1("new_primitive_type", ("uintptr_t",))?;
    let address = backend.call_method1("cast", (word, value))?.call_method0("__int__")?.extract::<usize>()?;
    Ok(Some(Pointer { address: std::ptr::with_exposed_provenance_mut(address), target, read }))
}

/// One layer of a type.
pub(super) fn read<'py>(ty: &Bound<'py, PyAny>) -> PyResult<View<'py>> {
    let part = |name| ty.getattr(name);
    Ok(match part("kind")?.extract::<&str>()? {
        "void" => View::Void,
        "primitive" => primitive(ty)?.map_or(View::Other, View::Scalar),
        "enum" => View::Enum(size_of(ty)?),
        "pointer" => View::Pointer(part("item")?),
        "array" => match part("length")?.extract::<Option<usize>>()? {
            Some(length) => View::Array(part("item")?, length),
            None => View::Other,
        },
        "function" => View::Function {
            params: Some(part("args")?.try_iter()?.collect::<PyResult<_>>()?),
            result: part("result")?,
            is_variadic: part("ellipsis")?.extract()?,
        },
        "struct" | "union" => View::Record(record(ty)?),
        _ => View::Other,
    })
}

fn record<'py>(ty: &Bound<'py, PyAny>) -> PyResult<RecordView<'py>> {
    let name = Some(ty.getattr("cname")?.extract()?);
    let fields = ty.getattr("fields")?;
    if fields.is_none() {
        return Ok(RecordView { name, size: 0, fields: None });
    }
    let mut found = Vec::new();
    for item in fields.cast::<PyList>()?.iter() {
        let field = item.get_item(1)?;
        let (shift, width): (isize, isize) =
            (field.getattr("bitshift")?.extract()?, field.getattr("bitsize")?.extract()?);
        let bits = usize::try_from(shift).ok().zip(usize::try_from(width).ok());
        let bits = bits.filter(|_| width >= 0);
        found.push(FieldView {
            ty: field.getattr("type")?,
            offset: field.getattr("offset")?.extract()?,
            bits,
        });
    }
    Ok(RecordView { name, size: size_of(ty)?, fields: Some(found) })
}

fn size_of(ty: &Bound<'_, PyAny>) -> PyResult<usize> {
    ty.py().import("_cffi_backend")?.call_method1("sizeof", (ty,))?.extract()
}

/// A number or a character by its name and size.
fn primitive(ty: &Bound<'_, PyAny>) -> PyResult<Option<Scalar>> {
    let name: String = ty.getattr("cname")?.extract()?;
    let size = size_of(ty)?;
    let is_unsigned = name.starts_with('u') || name == "size_t";
    Ok(Some(match (name.as_str(), size) {
        ("_Bool", _) => Scalar::Bool,
        ("char", _) => Scalar::Char,
        ("wchar_t" | "char16_t" | "char32_t", 2) => Scalar::Char16,
        ("wchar_t" | "char16_t" | "char32_t", _) => Scalar::Char32,
        ("float", _) => Scalar::F32,
        ("double", _) => Scalar::F64,
        ("long double", _) => Scalar::F80,
        (complex, 8) if complex.contains("omplex") => Scalar::C32,
        (complex, 16) if complex.contains("omplex") => Scalar::C64,
        (complex, 32) if complex.contains("omplex") => Scalar::C80,
        (_, 1) if is_unsigned => Scalar::U8,
        (_, 2) if is_unsigned => Scalar::U16,
        (_, 4) if is_unsigned => Scalar::U32,
        (_, 8) if is_unsigned => Scalar::U64,
        (_, 1) => Scalar::I8,
        (_, 2) => Scalar::I16,
        (_, 4) => Scalar::I32,
        (_, 8) => Scalar::I64,
        _ => return Ok(None),
    }))
}
