//! Structured dtypes of NumPy and structs of C: one type where the layout is the same.
//!
//! A dtype gets an entry in the table of C types when it is first met, or the entry of a struct that NumPy was
//! given before. The dtypes that were met are kept for ever, so that an address stands for one.

use std::sync::{Mutex, PoisonError};

use ctype::{
    Align, ArrayLength, CType, CTypes, DataModel, Field, Layout, RecordBody, RecordKind, Size, TypeId,
};
use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use pyobject::{NoArrayTy, element_of_dtype};

use crate::signature::{TypeKind, c_type_of};
use crate::table;

/// A dtype with the struct that it is.
struct Known {
    dtype: Py<PyAny>,
    record: TypeId,
}

/// Held with the interpreter's lock, and no Python runs under it.
static KNOWN: Mutex<Vec<Known>> = Mutex::new(Vec::new());

fn known() -> std::sync::MutexGuard<'static, Vec<Known>> {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The first dtype that is known for a struct, borrowed from where it lives for ever; null for none.
pub(crate) fn known_dtype(record: TypeId) -> *mut ffi::PyObject {
    known().iter().find(|one| one.record == record).map_or(std::ptr::null_mut(), |one| one.dtype.as_ptr())
}

/// What a struct is aligned to, in bytes.
pub(crate) fn align_of(record: TypeId) -> usize {
    let align = table::read().layout(record).map_or(1, |layout| layout.align.get());
    usize::try_from(align).unwrap_or(1)
}

/// The struct that a structured dtype is.
///
/// # Errors
/// `TypeError` where compiled code has no such field.
pub(crate) fn record_of(dtype: &Bound<'_, PyAny>) -> PyResult<TypeId> {
    if let Some(record) = known().iter().find(|one| one.dtype.is(dtype)).map(|one| one.record) {
        return Ok(record);
    }
    let candidates: Vec<(Py<PyAny>, TypeId)> =
        known().iter().map(|one| (one.dtype.clone_ref(dtype.py()), one.record)).collect();
    let mut same = None;
    for (candidate, record) in candidates {
        if candidate.bind(dtype.py()).eq(dtype)? {
            same = Some(record);
            break;
        }
    }
    let record = match same {
        Some(record) => record,
        None => declare(dtype)?,
    };
    known().push(Known { dtype: dtype.clone().unbind(), record });
    Ok(record)
}

/// Gives a dtype an entry in the table.
fn declare(dtype: &Bound<'_, PyAny>) -> PyResult<TypeId> {
    let names = dtype.getattr("names")?;
    if names.is_none() {
        return Err(unsupported(dtype));
    }
    let fields = dtype.getattr("fields")?;
    let mut members = Vec::new();
    for name in names.try_iter()? {
        let name = name?;
        let field = fields.get_item(&name)?.cast_into::<PyTuple>()?;
        let ty = member_type(&field.get_item(0)?)?;
        let offset = Size::bytes(field.get_item(1)?.extract()?);
        let name: String = name.extract()?;
        members.push(Field { name: Some(name.as_str().into()), ty: ty.into(), offset, bits: None });
    }
    members.sort_by_key(|field| field.offset);
    let size = Size::bytes(dtype.getattr("itemsize")?.extract()?);
    let mut types = table::write();
    let layout = Layout { size, align: natural_align(&types, &members, size) };
    let body = RecordBody { fields: members.into(), layout, is_flexible: false, is_transparent: false };
    Ok(intern_record(&mut types, body))
}

/// The struct of these members: one that is there, or a new one.
pub(crate) fn intern_record(types: &mut CTypes, body: RecordBody) -> TypeId {
    if let Some(same) = types.find_record(&body) {
        return same;
    }
    let name = record_name(types, &body);
    let (id, ty) = types.declare_record(RecordKind::Struct, &name);
    types.complete_record(id, body);
    ty
}

/// What a struct of C with these members would be aligned to, if it can have them: NumPy does not align what it
/// was not told to.
fn natural_align(types: &CTypes, members: &[Field], size: Size) -> Align {
    let mut widest = Align::ONE;
    for member in members {
        let Ok(layout) = types.layout(member.ty.ty) else { return Align::ONE };
        if !member.offset.get().is_multiple_of(layout.align.get()) {
            return Align::ONE;
        }
        widest = widest.max(layout.align);
    }
    if size.get().is_multiple_of(widest.get()) { widest } else { Align::ONE }
}

/// `Record(x[float64;0], n[int32;8])`, near to how Numba names it.
fn record_name(types: &CTypes, body: &RecordBody) -> String {
    let fields = body.fields.iter().map(|field| {
        let name = field.name.as_deref().unwrap_or_default();
        let ty = TypeKind::C(field.ty.ty).display(types);
        format!("{name}[{ty};{}]", field.offset.get())
    });
    format!("Record({})", fields.collect::<Vec<_>>().join(", "))
}

fn member_type(dtype: &Bound<'_, PyAny>) -> PyResult<TypeId> {
    let subarray = dtype.getattr("subdtype")?;
    if !subarray.is_none() {
        let (element, shape): (Bound<'_, PyAny>, Vec<u64>) = subarray.extract()?;
        let element = member_type(&element)?;
        let mut types = table::write();
        let array = |inner, length: &u64| types.array_of(inner, ArrayLength::Known(*length));
        return Ok(shape.iter().rev().fold(element, array));
    }
    // SAFETY: NumPy's own dtype, which is borrowed.
    match unsafe { element_of_dtype(dtype.as_ptr()) } {
        Ok(element) => c_type_of(&mut table::write(), element.ty()).ok_or_else(|| unsupported(dtype)),
        Err(NoArrayTy::Record) => record_of(dtype),
        Err(NoArrayTy::Swapped | NoArrayTy::Dtype) => Err(unsupported(dtype)),
    }
}

fn unsupported(dtype: &Bound<'_, PyAny>) -> PyErr {
    let text = dtype.str().map_or_else(|_| "this".to_owned(), |text| text.to_string());
    PyTypeError::new_err(format!("compiled code has no values of dtype {text}"))
}

/// The dtype of a struct: the one that it came from, or a new one of the same layout.
pub(crate) fn dtype_of(py: Python<'_>, record: TypeId) -> PyResult<Bound<'_, PyAny>> {
    let kept = known().iter().find(|one| one.record == record).map(|one| one.dtype.clone_ref(py));
    if let Some(dtype) = kept {
        return Ok(dtype.into_bound(py));
    }
    let dtype = describe(py, record)?;
    known().push(Known { dtype: dtype.clone().unbind(), record });
    Ok(dtype)
}

fn describe(py: Python<'_>, record: TypeId) -> PyResult<Bound<'_, PyAny>> {
    let body = table::read().record_body(record).cloned();
    let no_dtype = || {
        let name = table::read().name(record);
        PyTypeError::new_err(format!("NumPy has no dtype for {name}"))
    };
    let body = body.ok_or_else(no_dtype)?;
    let (mut names, mut formats, mut offsets) = (Vec::new(), Vec::new(), Vec::new());
    for field in &body.fields {
        let (Some(name), None) = (&field.name, field.bits) else { return Err(no_dtype()) };
        names.push(name.to_string());
        formats.push(member_dtype(py, field.ty.ty)?);
        offsets.push(field.offset.get());
    }
    let spec = PyDict::new(py);
    spec.set_item("names", names)?;
    spec.set_item("formats", formats)?;
    spec.set_item("offsets", offsets)?;
    spec.set_item("itemsize", body.layout.size.get())?;
    py.import("numpy")?.getattr("dtype")?.call1((spec,))
}

fn member_dtype(py: Python<'_>, ty: TypeId) -> PyResult<Bound<'_, PyAny>> {
    let (kind, size) = {
        let types = table::read();
        (types.get(ty).clone(), types.layout(ty).ok().map(|layout| layout.size.get()))
    };
    let (letter, size) = match kind {
        CType::Record(_) => return dtype_of(py, ty),
        CType::Array { element, length: ArrayLength::Known(length) } => {
            let element = member_dtype(py, element.ty)?;
            return py.import("numpy")?.getattr("dtype")?.call1(((element, length),));
        }
        CType::Bool => ('?', None),
        CType::Int(int) => (if int.is_signed(&DataModel::HOST) { 'i' } else { 'u' }, size),
        CType::Float(_) => ('f', size),
        CType::Complex(_) => ('c', size),
        CType::Pointer(_) => ('u', Some(8)),
        CType::Void | CType::Array { .. } | CType::Function(_) | CType::Enum(_) => {
            let name = table::read().name(ty);
            return Err(PyTypeError::new_err(format!("NumPy has no dtype for {name}")));
        }
    };
    let text = size.map_or_else(|| letter.to_string(), |size| format!("{letter}{size}"));
    py.import("numpy")?.getattr("dtype")?.call1((text,))
}

/// The memory and the struct of a record of NumPy's, as an element of a structured array is.
pub(crate) fn record_scalar(value: Borrowed<'_, '_, PyAny>) -> PyResult<Option<(*mut u8, TypeId)>> {
    // SAFETY: the lock is held and the object is borrowed.
    let Some((address, dtype)) = (unsafe { pyobject::void_scalar(value.as_ptr()) }) else { return Ok(None) };
    // SAFETY: the scalar keeps its dtype alive.
    let dtype = unsafe { Borrowed::from_ptr(value.py(), dtype) };
    if dtype.getattr("names")?.is_none() {
        return Ok(None);
    }
    record_of(&dtype).map(|record| Some((address, record)))
}
