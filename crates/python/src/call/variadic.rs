//! Calls of variadic functions: the types of what follows the declared parameters.
//!
//! C data is passed by its type, promoted as C does. Plain Python values stand for what a C
//! programmer would write: an int for `int` (or `long`, `unsigned long` where it needs them), a
//! float for `double`, bytes for `char *`.

use ctype::{FloatType, IntType, Qualified, TypeId};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyFloat, PyInt};
use pyobject::Scalar;

use super::{CallFace, call_face};
use crate::cdata::face::{Face, Kind};
use crate::cdata::object::{CData, Function};
use crate::cdata::store::shown;
use crate::failure::Failure;
use crate::table;

/// The plan of one call.
pub(super) fn plan(
    py: Python<'_>,
    function: &Function,
    args: &[*mut ffi::PyObject],
) -> Result<CallFace, Failure> {
    let declared = call_face(function)?.params.len();
    let Some(Face { kind: Kind::Function(signature), .. }) = function.base.face.target() else {
        return Err(Failure::wrong_type(format!("{} is not callable", function.base.describe())));
    };
    let mut params: Vec<TypeId> = signature.params.to_vec();
    for (index, value) in args.iter().enumerate().skip(declared) {
        // SAFETY: the arguments live as long as the call.
        let value = unsafe { Borrowed::from_ptr(py, *value) };
        params.push(promoted(value).ok_or_else(|| refuse(value, index))?);
    }
    CallFace::of_signature(signature, &params)
}

fn refuse(value: Borrowed<'_, '_, PyAny>, index: usize) -> Failure {
    let text = format!(
        "argument {} passed in the variadic part needs to be a cdata object, an int, a float or bytes, not {}",
        index + 1,
        shown(value)
    );
    Failure::wrong_type(text)
}

/// The type that an argument is passed as.
fn promoted(value: Borrowed<'_, '_, PyAny>) -> Option<TypeId> {
    if let Some(data) = CData::of(value) {
        return promoted_cdata(data);
    }
    if value.is_instance_of::<PyInt>() {
        // SAFETY: the object lives and the lock is held.
        let wide = unsafe { (pyobject::to_i64(value.as_ptr()), pyobject::to_u64(value.as_ptr())) };
        let kind = match wide {
            (Ok(small), _) if i32::try_from(small).is_ok() => IntType::Int,
            (Ok(_), _) => IntType::Long,
            (Err(_), _) => IntType::ULong,
        };
        return Some(table::write().int(kind));
    }
    if value.is_instance_of::<PyFloat>() {
        return Some(table::write().float(FloatType::Double));
    }
    if value.is_instance_of::<PyBytes>() {
        let mut types = table::write();
        let char = types.int(IntType::Char);
        return Some(types.pointer_to(char));
    }
    None
}

fn promoted_cdata(data: &CData) -> Option<TypeId> {
    match data.face.kind {
        Kind::Scalar(Scalar::F32) => Some(table::write().float(FloatType::Double)),
        Kind::Scalar(_) | Kind::Enum(_) if data.face.size().is_some_and(|size| size < 4) => {
            Some(table::write().int(IntType::Int))
        }
        Kind::Array(element, _) => {
            let pointer: Qualified = element.pointer().id.into();
            Some(pointer.ty)
        }
        Kind::Scalar(_) | Kind::Enum(..) | Kind::Pointer(_) | Kind::Record(_) => Some(data.face.id),
        Kind::Void | Kind::Function(_) => None,
    }
}
