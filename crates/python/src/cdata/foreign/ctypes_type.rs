//! Types and objects of ctypes.

use std::ffi::CStr;

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyType};
use pyobject::Scalar;

use super::{Comparison, FieldView, Pointer, RecordView, View, may_be_ctypes};
use crate::cdata::face::{Face, Kind};

/// The address that an object of ctypes stands for: the value of a pointer, `byref(x)`, an array, and for anything else
/// where it lies.
pub(super) fn pointer<'py>(
    target: &'static Face,
    value: Borrowed<'_, 'py, PyAny>,
) -> PyResult<Option<Pointer<'py>>> {
    let Some(ctypes) = module(value.py())? else { return Ok(None) };
    if is_reference(value) {
        // Only the conversion to a pointer knows the offset that `byref` was given.
        let py = value.py();
        let public = py.import("ctypes")?;
        let address = public.call_method1("cast", (value, public.getattr("c_void_p")?))?.getattr("value")?;
        let class = value.getattr("_obj")?.get_type().into_any();
        return Ok(Some(found(address.extract::<Option<usize>>()?.unwrap_or(0), class)));
    }
    if !may_be_ctypes(value) || !value.is_instance(&base(&ctypes)?)? {
        return Ok(None);
    }
    let class = value.get_type().into_any();
    let lies_at: usize = ctypes.call_method1("addressof", (value,))?.extract()?;
    let slot = std::ptr::with_exposed_provenance::<usize>(lies_at);
    if value.is_instance(&ctypes.getattr("CFuncPtr")?)? {
        let is_any = matches!(target.kind, Kind::Void);
        // SAFETY: a function of ctypes has the address of its code there.
        return Ok(is_any.then(|| found(unsafe { slot.read_unaligned() }, class)));
    }
    let mut comparison = Comparison { read, assumed: Vec::new() };
    let is_the_value = !matches!(target.kind, Kind::Void) && comparison.is_same(target, &class)?;
    if is_the_value {
        return Ok(Some(found(lies_at, class)));
    }
    Ok(Some(match read(&class)? {
        // SAFETY: a pointer of ctypes has its value at its address.
        View::Pointer(target) => found(unsafe { slot.read_unaligned() }, target),
        View::Array(element, _) => found(lies_at, element),
        View::Void
        | View::Scalar(_)
        | View::Enum(_)
        | View::Function { .. }
        | View::Record(_)
        | View::Other => found(lies_at, class),
    }))
}

fn found(address: usize, target: Bound<'_, PyAny>) -> Pointer<'_> {
    Pointer { address: std::ptr::with_exposed_provenance_mut(address), target, read }
}

/// The compiled half of ctypes, if it was imported.
fn module(py: Python<'_>) -> PyResult<Option<Bound<'_, PyAny>>> {
    let modules = py.import("sys")?.getattr("modules")?.cast_into::<PyDict>()?;
    modules.get_item("_ctypes")
}

/// The class that all objects of ctypes are of.
fn base<'py>(ctypes: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    ctypes.getattr("_SimpleCData")?.getattr("__base__")
}

/// Whether it is what `byref` gives.
fn is_reference(value: Borrowed<'_, '_, PyAny>) -> bool {
    // SAFETY: a live object has a class, whose name is a C string that lives as long.
    let name = unsafe { CStr::from_ptr((*ffi::Py_TYPE(value.as_ptr())).tp_name) };
    matches!(name.to_bytes(), b"CArgObject" | b"_ctypes.CArgObject")
}

/// One layer of a type; None is `void`.
pub(super) fn read<'py>(class: &Bound<'py, PyAny>) -> PyResult<View<'py>> {
    if class.is_none() {
        return Ok(View::Void);
    }
    let (Ok(class), Some(ctypes)) = (class.cast::<PyType>(), module(class.py())?) else {
        return Ok(View::Other);
    };
    let is = |name| class.is_subclass(&ctypes.getattr(name)?);
    if is("_SimpleCData")? {
        return simple(class);
    }
    if is("_Pointer")? {
        return Ok(View::Pointer(class.getattr("_type_")?));
    }
    if is("Array")? {
        return Ok(View::Array(class.getattr("_type_")?, class.getattr("_length_")?.extract()?));
    }
    if is("CFuncPtr")? {
        return signature(class.getattr_opt("_argtypes_")?, class.getattr_opt("_restype_")?, class.py());
    }
    if is("Structure")? || is("Union")? {
        let size = ctypes.call_method1("sizeof", (class,))?.extract()?;
        let mut fields = Vec::new();
        collect(class, 0, &mut fields)?;
        return Ok(View::Record(RecordView { name: None, size, fields: Some(fields) }));
    }
    Ok(View::Other)
}

/// What a function object says of itself.
pub(super) fn function<'py>(value: &Bound<'py, PyAny>) -> PyResult<View<'py>> {
    signature(Some(value.getattr("argtypes")?), Some(value.getattr("restype")?), value.py())
}

fn signature<'py>(
    params: Option<Bound<'py, PyAny>>,
    result: Option<Bound<'py, PyAny>>,
    py: Python<'py>,
) -> PyResult<View<'py>> {
    let params = match params.filter(|params| !params.is_none()) {
        Some(params) => Some(params.try_iter()?.collect::<PyResult<_>>()?),
        None => None,
    };
    let result = result.unwrap_or_else(|| py.None().into_bound(py));
    Ok(View::Function { params, result, is_variadic: false })
}

/// The fields of a class and of those it is derived from, those of anonymous fields among them.
fn collect<'py>(class: &Bound<'py, PyType>, start: usize, found: &mut Vec<FieldView<'py>>) -> PyResult<()> {
    let mut classes: Vec<_> = class.mro().iter().collect();
    classes.reverse();
    for one in classes {
        let Some(own) = one.getattr("__dict__")?.get_item("_fields_").ok() else { continue };
        let anonymous = match one.getattr_opt("_anonymous_")? {
            Some(names) => {
                names.try_iter()?.map(|name| name?.extract()).collect::<PyResult<Vec<String>>>()?
            }
            None => Vec::new(),
        };
        for field in own.try_iter()? {
            let field = field?;
            let (name, ty): (String, _) = (field.get_item(0)?.extract()?, field.get_item(1)?);
            let descriptor = one.getattr(name.as_str())?;
            let offset = start + descriptor.getattr("offset")?.extract::<usize>()?;
            if anonymous.contains(&name)
                && let Ok(inner) = ty.cast::<PyType>()
            {
                collect(inner, offset, found)?;
                continue;
            }
            let bits = if field.len()? > 2 {
                // The width stands above the first bit.
                let size: usize = descriptor.getattr("size")?.extract()?;
                Some((size & 0xffff, size >> 16))
            } else {
                None
            };
            found.push(FieldView { ty, offset, bits });
        }
    }
    Ok(())
}

/// A number, a character or an untyped pointer, by its letter.
fn simple<'py>(class: &Bound<'py, PyType>) -> PyResult<View<'py>> {
    let public = || class.py().import("ctypes");
    let letter: String = class.getattr("_type_")?.extract()?;
    Ok(View::Scalar(match letter.as_str() {
        "c" => Scalar::Char,
        "u" => Scalar::Char32,
        "b" => Scalar::I8,
        "B" => Scalar::U8,
        "h" => Scalar::I16,
        "H" => Scalar::U16,
        "i" => Scalar::I32,
        "I" => Scalar::U32,
        "l" | "q" => Scalar::I64,
        "L" | "Q" => Scalar::U64,
        "f" => Scalar::F32,
        "d" => Scalar::F64,
        "g" => Scalar::F80,
        "?" => Scalar::Bool,
        "P" => return Ok(View::Pointer(class.py().None().into_bound(class.py()))),
        "z" => return Ok(View::Pointer(public()?.getattr("c_char")?)),
        "Z" => return Ok(View::Pointer(public()?.getattr("c_wchar")?)),
        _ => return Ok(View::Other),
    }))
}
