//! `vectorize`: functions as ufuncs of NumPy.
//!
//! A C function of numbers gets a loop, compiled for it, that calls it with element after element. NumPy decides
//! what is run over what. The ufunc keeps the [`Kernel`], which keeps the function's library.
//!
//! # Safety model
//! NumPy calls [`run`] with the kernel's own address, as long as the ufunc lives, and with operands of
//! the types that it was told.

use std::cell::Cell;
use std::ffi::{CString, c_char, c_void};

use ccall::ThreadState;
use ccall::border::CallFrame;
use pyo3::exceptions::{PyNotImplementedError, PyTypeError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use pyobject::{NewUfunc, Scalar, UfuncLoop};
use tir::CFunction;

use crate::call::Shown;
use crate::cdata::object::{CData, Function};
use crate::cdata::{Face, Kind};
use crate::compiled::{self, broken, detached};
use crate::library::Symbol;
use crate::{errors, table};

const SYMBOL: &str = "ufunc";

/// How many operands NumPy's ufuncs have at most.
const MAX_OPERANDS: usize = 32;

/// The compiled loop: operands, how many elements, steps.
type Loop = unsafe extern "C" fn(*mut *mut c_char, i64, *const isize) -> i32;

/// What a ufunc keeps, at one address.
struct Parts {
    _code: jit::Code,
    address: u64,
    loops: [UfuncLoop; 1],
    data: [*mut c_void; 1],
    types: Box<[u8]>,
    name: CString,
    doc: CString,
}

/// What a ufunc keeps.
#[pyclass(frozen, module = "ferrule")]
struct Kernel {
    parts: Box<Parts>,
    #[expect(dead_code, reason = "held, not read")]
    function: Py<PyAny>,
}

// SAFETY: the pointers are to the parts themselves, which are not written after they are made.
unsafe impl Send for Parts {}
// SAFETY: as above.
unsafe impl Sync for Parts {}

/// Make a NumPy ufunc of a C function of numbers.
///
/// Parameters
/// ----------
/// function : CData
///     A function of a library, or another pointer to function, whose parameters and result are numbers:
///     integers, floating and complex numbers, `_Bool`, enums. A `char` is an integer of one byte.
///
/// Returns
/// -------
/// numpy.ufunc
///     With one loop, for the C types of the function. It broadcasts, takes ``out``, ``where`` and
///     ``dtype`` and, with two arguments of the type of the result, has ``reduce``, ``accumulate`` and
///     ``outer``, as every ufunc. Its name and documentation are those of the C declaration. The
///     interpreter's lock is released while it runs. An exception of a callback that the function runs is raised,
///     and ends the loop.
///
/// Raises
/// ------
/// TypeError
///     If the C function takes or returns anything but numbers, takes none, or is variadic.
/// NotImplementedError
///     For a Python function, which is not compiled as a ufunc yet.
/// ValueError
///     If the pointer is NULL.
///
/// Examples
/// --------
/// >>> import numpy as np
/// >>> from ferrule import FFI, vectorize
/// >>> ffi = FFI()
/// >>> ffi.cdef("double ldexp(double x, int exponent);")
/// >>> ldexp = vectorize(ffi.dlopen("libm.so.6").ldexp)
/// >>> print(ldexp.types[0])
/// di->d
/// >>> ldexp([1.0, 1.5], np.array([[1], [3]], dtype=np.intc)).tolist()
/// [[2.0, 3.0], [8.0, 12.0]]
#[pyfunction]
#[pyo3(signature = (function=None, /, *args, **options))]
#[expect(clippy::doc_markdown, reason = "numpydoc names types without backticks")]
fn vectorize<'py>(
    py: Python<'py>,
    function: Option<&Bound<'py, PyAny>>,
    args: &Bound<'py, PyTuple>,
    options: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    let Some(data) = function.and_then(|function| CData::of(function.as_borrowed())) else {
        let text = "vectorize makes ufuncs of C functions; of Python functions it does not yet: use njit, \
                    whose functions take arrays";
        return Err(PyNotImplementedError::new_err(text));
    };
    if !args.is_empty() || options.is_some_and(|options| !options.is_empty()) {
        return Err(PyTypeError::new_err("vectorize of a C function takes no signatures and no options"));
    }
    let Some(callee) = data.function() else {
        let text = format!("vectorize takes a function, not {}", data.describe());
        return Err(PyTypeError::new_err(text));
    };
    let operands = operands(callee)?;
    if data.address.is_null() {
        let text = format!("vectorize: {} is NULL", data.describe());
        return Err(pyo3::exceptions::PyValueError::new_err(text));
    }
    let symbol = symbol_of(py, callee);
    let name = symbol.as_ref().map_or_else(|| "cfunction".to_owned(), |symbol| symbol.get().name.clone());
    let compiled = CFunction {
        name: name.clone(),
        address: data.address.expose_provenance() as u64,
        ty: operands.ty,
        can_call_back: true,
        keeps: None,
    };
    let (code, address) = detached(py, || {
        let module = codegen::lower_ufunc(&table::read(), compiled, SYMBOL).map_err(broken("codegen"))?;
        compiled::link_silent(&module, SYMBOL)
    })?;
    let mut parts = Box::new(Parts {
        _code: code,
        address,
        loops: [run],
        data: [std::ptr::null_mut()],
        types: operands.types,
        name: CString::new(name)?,
        doc: CString::new(Shown(callee).to_string())?,
    });
    parts.data = [(&raw mut *parts).cast()];
    let keeper = function.map_or_else(|| py.None(), |function| function.clone().unbind());
    made(py, Kernel { parts, function: keeper })
}

fn made(py: Python<'_>, kernel: Kernel) -> PyResult<Bound<'_, PyAny>> {
    let kernel = Bound::new(py, kernel)?;
    let parts = &kernel.get().parts;
    let ufunc = NewUfunc {
        loops: parts.loops.as_ptr(),
        data: parts.data.as_ptr(),
        types: &parts.types,
        name: &parts.name,
        doc: &parts.doc,
        keeper: kernel.clone().into_ptr(),
    };
    // SAFETY: the lock is held; the kernel keeps its parts where they are.
    unsafe { Bound::from_owned_ptr_or_err(py, pyobject::new_ufunc(&ufunc)) }
}

/// What the function takes and returns.
struct Operands {
    /// The C function type.
    ty: ctype::TypeId,
    /// NumPy's number of each type.
    types: Box<[u8]>,
}

fn operands(callee: &Function) -> PyResult<Operands> {
    let refuse = |why: String| PyTypeError::new_err(format!("{} cannot be a ufunc: {why}", Shown(callee)));
    let Kind::Pointer(face) = callee.base.face.kind else {
        return Err(refuse("it is no function".to_owned()));
    };
    let Some(signature) = face.signature() else { return Err(refuse("it is no function".to_owned())) };
    if signature.is_variadic {
        return Err(refuse("it is variadic".to_owned()));
    }
    if signature.params.is_empty() {
        return Err(refuse("it takes no arguments".to_owned()));
    }
    if signature.params.len() >= MAX_OPERANDS {
        return Err(refuse(format!("NumPy takes at most {} arguments", MAX_OPERANDS - 1)));
    }
    let mut types = Vec::with_capacity(signature.params.len() + 1);
    for (index, ty) in signature.params.iter().enumerate() {
        let face = Face::of(*ty);
        let number = number_of(face);
        types.push(
            number
                .ok_or_else(|| refuse(format!("argument {} is '{}', no number", index + 1, face.name())))?,
        );
    }
    let result = Face::of(signature.result);
    let number = number_of(result);
    types.push(number.ok_or_else(|| refuse(format!("its result is '{}', no number", result.name())))?);
    Ok(Operands { ty: face.id, types: types.into() })
}

/// NumPy's number of a type.
fn number_of(face: &Face) -> Option<u8> {
    Some(match face.scalar()? {
        Scalar::Bool => 0,
        Scalar::Char | Scalar::I8 => 1,
        Scalar::U8 => 2,
        Scalar::I16 => 3,
        Scalar::U16 => 4,
        Scalar::I32 => 5,
        Scalar::U32 => 6,
        Scalar::I64 => 7,
        Scalar::U64 => 8,
        Scalar::F32 => 11,
        Scalar::F64 => 12,
        Scalar::F80 => 13,
        Scalar::C32 => 14,
        Scalar::C64 => 15,
        Scalar::C80 => 16,
        Scalar::Char16 | Scalar::Char32 | Scalar::I128 | Scalar::U128 => return None,
    })
}

/// Where a function of a library came from.
fn symbol_of<'py>(py: Python<'py>, callee: &Function) -> Option<Bound<'py, Symbol>> {
    // SAFETY: the function keeps its origin alive.
    let origin = unsafe { Borrowed::from_ptr(py, callee.origin?.as_ptr()) };
    origin.cast::<Symbol>().ok().map(Borrowed::to_owned)
}

thread_local! {
    /// Whether a loop of this thread raised, and its exception may still be set.
    static FAILED: Cell<bool> = const { Cell::new(false) };
}

/// The loop that NumPy calls, with the interpreter's lock or without.
unsafe extern "C" fn run(
    operands: *mut *mut c_char,
    counts: *const isize,
    steps: *const isize,
    data: *mut c_void,
) {
    if FAILED.get() && is_error_set() {
        // NumPy goes on with the next elements; what is raised is the first error.
        return;
    }
    // SAFETY: NumPy hands over the kernel's address, which is there as long as the ufunc; the address in
    // it is that of a loop of this type. The lock is given back only if it is held, and taken again.
    let pending = unsafe {
        let parts = &*data.cast_const().cast::<Parts>();
        let code =
            std::ptr::with_exposed_provenance::<c_void>(usize::try_from(parts.address).unwrap_or_default());
        let elements = std::mem::transmute::<*const c_void, Loop>(code);
        let thread = ThreadState::current();
        let mut border = CallFrame::new();
        border.enter(thread);
        let state = if ffi::PyGILState_Check() == 0 { None } else { Some(ffi::PyEval_SaveThread()) };
        thread.swap_errno();
        elements(operands, *counts as i64, steps);
        thread.swap_errno();
        if let Some(state) = state {
            ffi::PyEval_RestoreThread(state);
        }
        border.leave(thread)
    };
    if let Some(pending) = pending {
        FAILED.set(true);
        Python::attach(|py| errors::pending(py, pending).restore(py));
    }
}

/// Whether the exception of a loop is still set on this thread.
#[cold]
fn is_error_set() -> bool {
    // SAFETY: the lock is held inside.
    let is_set = Python::attach(|_| unsafe { !ffi::PyErr_Occurred().is_null() });
    FAILED.set(is_set);
    is_set
}

/// Adds the function to the module.
pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(vectorize, module)?)
}
