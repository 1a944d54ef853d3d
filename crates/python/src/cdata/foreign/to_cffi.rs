//! C data as the real cffi's, for those who take only that: `x.as_cffi(ffi)`.

use std::ffi::CStr;

use pyo3::exceptions::{PyImportError, PyTypeError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use super::{Comparison, cffi_type};
use crate::cdata::face::Kind;
use crate::cdata::lifetime::Pin;
use crate::cdata::object::CData;
use crate::failure::Failure;
use crate::trampoline::slot;

/// The docstring of `x.as_cffi`.
pub(in crate::cdata) const DOC: &CStr = c"as_cffi($self, ffi=None, /)
--

The same pointer or array as C data of the real cffi.

Parameters
----------
ffi : cffi.FFI, optional
    Where the types are declared that it names. Without it, a new one, which knows the types of C alone.

Returns
-------
_cffi_backend._CDataBase
    A pointer, a pointer to function, or an array in the same memory, which it keeps alive.

Raises
------
TypeError
    For numbers and structs; if `ffi` declares the type otherwise, or does not declare it.
ImportError
    If there is no cffi.

Examples
--------
>>> import cffi
>>> from ferrule import FFI
>>> array = FFI().new(\"int[3]\", [1, 2, 3])
>>> array.as_cffi(cffi.FFI())[2]
3
";

/// What cffi calls when its C data goes. Until then it keeps ours.
#[pyclass(frozen, module = "ferrule")]
struct Keeper {
    #[expect(dead_code, reason = "held, not read")]
    object: Py<PyAny>,
    #[expect(dead_code, reason = "held, not read")]
    pin: Kept,
}

/// The memory in use: a release meanwhile does not free it.
struct Kept {
    _pin: Pin,
}

// SAFETY: the pin is only dropped, with the object that has it, and so with the lock held.
unsafe impl Send for Kept {}
// SAFETY: as above.
unsafe impl Sync for Kept {}

#[pymethods]
impl Keeper {
    #[expect(clippy::unused_self, reason = "that it lives is all")]
    fn __call__(&self, _pointer: &Bound<'_, PyAny>) {}
}

/// `x.as_cffi(ffi=None)`.
pub(in crate::cdata) unsafe extern "C" fn as_cffi(
    this: *mut ffi::PyObject,
    args: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    slot(|py| {
        // SAFETY: CPython calls the method with a live object of the class and a tuple.
        let (this, args) = unsafe { (Borrowed::from_ptr(py, this), Borrowed::from_ptr(py, args)) };
        let args = args.cast::<PyTuple>().map_err(PyErr::from)?;
        if args.len() > 1 {
            let text = format!("as_cffi() takes at most 1 argument, got {}", args.len());
            return Err(Failure::wrong_type(text));
        }
        let given = args.get_item(0).ok().filter(|given| !given.is_none());
        let made = convert(this, given.as_ref())?;
        Ok(made.into_ptr())
    })
}

fn convert<'py>(
    this: Borrowed<'_, 'py, PyAny>,
    given: Option<&Bound<'py, PyAny>>,
) -> Result<Bound<'py, PyAny>, Failure> {
    let data = CData::of(this).ok_or_else(|| Failure::wrong_type("as_cffi is a method of C data"))?;
    let is_array = match data.face.kind {
        Kind::Pointer(_) => false,
        Kind::Array(..) => true,
        Kind::Void | Kind::Scalar(_) | Kind::Enum(_) | Kind::Function(_) | Kind::Record(_) => {
            let text = format!(
                "{} cannot be C data of cffi: only pointers and arrays can; of a struct take ffi.addressof(x)",
                data.describe()
            );
            return Err(Failure::wrong_type(text));
        }
    };
    let ffi = their_ffi(this.py(), given)?;
    let ty = their_type(&ffi, data)?;
    if is_array {
        return Ok(ffi.call_method1("from_buffer", (ty, this))?);
    }
    data.check_alive()?;
    data.lend();
    let pointer = ffi.call_method1("cast", (ty, data.address.expose_provenance()))?;
    let keeper =
        Bound::new(this.py(), Keeper { object: this.to_owned().unbind(), pin: Kept { _pin: data.pin()? } })?;
    Ok(ffi.call_method1("gc", (pointer, keeper))?)
}

/// The FFI of cffi that was given, or a new one.
fn their_ffi<'py>(py: Python<'py>, given: Option<&Bound<'py, PyAny>>) -> PyResult<Bound<'py, PyAny>> {
    let cffi = py.import("cffi").map_err(|error| {
        let made = PyImportError::new_err("as_cffi() needs the package cffi: pip install cffi");
        made.set_cause(py, Some(error));
        made
    })?;
    let Some(given) = given else { return cffi.call_method0("FFI") };
    let backend = py.import("_cffi_backend")?;
    if given.is_instance(&cffi.getattr("FFI")?)? || given.is_instance(&backend.getattr("FFI")?)? {
        return Ok(given.clone());
    }
    let class = given.get_type().fully_qualified_name()?;
    Err(PyTypeError::new_err(format!("as_cffi() takes an FFI of cffi, got an object of {class}")))
}

/// The type of the data as cffi's FFI has it, if that is the same type.
fn their_type<'py>(ffi: &Bound<'py, PyAny>, data: &CData) -> PyResult<Bound<'py, PyAny>> {
    let py = ffi.py();
    let name = their_name(data);
    let ty = ffi.call_method1("typeof", (&name,)).map_err(|error| {
        let text = format!("{} cannot be C data of cffi: '{name}' is not declared there", data.describe());
        let made = PyTypeError::new_err(text);
        made.set_cause(py, Some(error));
        made
    })?;
    let mut comparison = Comparison { read: cffi_type::read, assumed: Vec::new() };
    if is_same(&mut comparison, data, &ty)? {
        return Ok(ty);
    }
    let text = format!("{} cannot be C data of cffi: '{name}' is another type there", data.describe());
    Err(PyTypeError::new_err(text))
}

fn is_same(comparison: &mut Comparison, data: &CData, ty: &Bound<'_, PyAny>) -> PyResult<bool> {
    match data.face.kind {
        Kind::Array(element, _) => comparison.is_same(element, &ty.getattr("item")?),
        Kind::Void
        | Kind::Scalar(_)
        | Kind::Enum(_)
        | Kind::Pointer(_)
        | Kind::Function(_)
        | Kind::Record(_) => comparison.is_same(data.face, ty),
    }
}

/// The name of the type; that of an open array has the length that the data has.
fn their_name(data: &CData) -> String {
    let name = data.face.name();
    match (&data.face.kind, data.length()) {
        (Kind::Array(_, None), Some(length)) => name.replacen("[]", &format!("[{length}]"), 1),
        _ => name,
    }
}
