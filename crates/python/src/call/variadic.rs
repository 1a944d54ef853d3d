//! Calls of variadic functions: the types of what follows the declared parameters.
//!
//! C data is passed by its type, promoted as C does. Plain Python values stand for what a C
//! programmer would write: an int for `int` (or `long`, `unsigned long` where it needs them), a
//! float for `double`, bytes for `char *`.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use ctype::{CTypes, FloatType, IntType, TypeId};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyFloat, PyInt};
use pyobject::Scalar;

use super::CallFace;
use crate::cdata::face::{Face, Kind};
use crate::cdata::object::{CData, Function};
use crate::cdata::store::shown;
use crate::failure::Failure;
use crate::table;

/// How many plans are kept for a signature: a program calls a variadic function in few ways.
const MOST: usize = 8;

/// The plans of calls of one signature, by the types of what follows the declared parameters: those that were
/// made last.
#[derive(Default)]
pub(super) struct Plans(Mutex<Vec<Kept>>);

/// The types, and the plan for them.
type Kept = (Box<[TypeId]>, Arc<CallFace>);

impl Plans {
    /// The plan of a call with these arguments, of which so many are declared.
    pub(super) fn find(
        &self,
        py: Python<'_>,
        function: &Function,
        declared: usize,
        args: &[*mut ffi::PyObject],
    ) -> Result<Arc<CallFace>, Failure> {
        let mut rest = Vec::with_capacity(args.len() - declared);
        for (index, value) in args.iter().enumerate().skip(declared) {
            // SAFETY: the arguments live as long as the call.
            let value = unsafe { Borrowed::from_ptr(py, *value) };
            rest.push(promoted(value).ok_or_else(|| refuse(value, index))?);
        }
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, plan)) = kept.iter().find(|(types, _)| **types == *rest) {
            return Ok(plan.clone());
        }
        let made = Arc::new(plan(function, &rest)?);
        if kept.len() == MOST {
            kept.remove(0);
        }
        kept.push((rest.into(), made.clone()));
        Ok(made)
    }
}

/// The plan for the declared parameters and the rest.
fn plan(function: &Function, rest: &[TypeId]) -> Result<CallFace, Failure> {
    let Some(Face { kind: Kind::Function(signature), .. }) = function.base.face.target() else {
        return Err(Failure::wrong_type(format!("{} is not callable", function.base.describe())));
    };
    let params: Vec<TypeId> = signature.params.iter().chain(rest).copied().collect();
    CallFace::of_signature(signature, &params)
}

/// The types that plain Python values are passed as.
struct Plain {
    int: TypeId,
    long: TypeId,
    unsigned_long: TypeId,
    double: TypeId,
    text: TypeId,
}

impl Plain {
    fn new(types: &mut CTypes) -> Self {
        let char = types.int(IntType::Char);
        Self {
            int: types.int(IntType::Int),
            long: types.int(IntType::Long),
            unsigned_long: types.int(IntType::ULong),
            double: types.float(FloatType::Double),
            text: types.pointer_to(char),
        }
    }
}

fn plain() -> &'static Plain {
    static PLAIN: OnceLock<Plain> = OnceLock::new();
    PLAIN.get_or_init(|| Plain::new(&mut table::write()))
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
        let wide = unsafe { pyobject::to_i64(value.as_ptr()) };
        return Some(match wide {
            Ok(small) if i32::try_from(small).is_ok() => plain().int,
            Ok(_) => plain().long,
            // What does not fit there is refused when it is converted.
            Err(_) => plain().unsigned_long,
        });
    }
    if value.is_instance_of::<PyFloat>() {
        return Some(plain().double);
    }
    value.is_instance_of::<PyBytes>().then(|| plain().text)
}

fn promoted_cdata(data: &CData) -> Option<TypeId> {
    match data.face.kind {
        Kind::Scalar(Scalar::F32) => Some(plain().double),
        Kind::Scalar(_) | Kind::Enum(_) if data.face.size().is_some_and(|size| size < 4) => Some(plain().int),
        Kind::Array(element, _) => Some(element.pointer().id),
        Kind::Scalar(_) | Kind::Enum(..) | Kind::Pointer(_) | Kind::Record(_) => Some(data.face.id),
        Kind::Void | Kind::Function(_) => None,
    }
}
