//! Calls from Python into C.
//!
//! What a signature needs is found once a type, in a [`CallFace`]: for each parameter how a Python
//! object becomes its value and where in the frame that goes. A call follows it: convert each
//! argument straight into its slot, open the border frame, release the interpreter's lock, swap
//! `errno`, go through the gate, and undo that in turn.
//!
//! # Safety model
//! Arguments are converted by the declared types and kept alive, buffers and temporary arrays
//! included, until the call returned. What C does with them is C's.

#![expect(clippy::inline_always, reason = "the steps of the one path that every call takes")]

mod argument;
mod items;
mod result;
mod transparent;
mod variadic;

use std::ffi::c_void;

use ccall::border::{CallFrame, Pending};
use ccall::{CallPlan, FrameBuffer, GateFrame, Place, ThreadState};
use ctype::Signature;
use pyo3::ffi;
use pyo3::prelude::*;
use pyobject::Scalar;

use crate::cdata::face::{Face, Kind};
use crate::cdata::object::Function;
use crate::cdata::store;
use crate::failure::{Class, Failure};
use crate::library::Symbol;
use crate::trampoline::slot;

use argument::Held;
pub(crate) use argument::ctypes_function_address;
use result::Outcome;

/// How functions of one type are called.
pub(crate) struct CallFace {
    plan: CallPlan,
    params: Box<[Param]>,
    result: Outcome,
    /// For calls with more arguments than are declared.
    variadic: Option<variadic::Plans>,
    /// Whether a struct goes in or comes out, or what else needs memory of its own.
    has_memory: bool,
}

/// How much of the C stack, which ends somewhere, a call's arguments may take.
const MAX_STACK_BYTES: u32 = 1 << 20;

/// One parameter.
struct Param {
    face: &'static Face,
    how: How,
}

/// How an argument gets into the frame.
#[derive(Clone, Copy)]
enum How {
    /// A scalar of at most eight bytes, at this distance from the frame's start.
    Word(Scalar, u32),
    /// A pointer, there.
    Pointer(u32),
    /// A pointer that `bytes` are taken for, there.
    Text(u32),
    /// Anything else, by way of memory.
    Memory(Place),
}

impl CallFace {
    /// For a function type.
    pub(crate) fn new(face: &'static Face) -> Result<Self, Failure> {
        let Kind::Function(signature) = &face.kind else {
            return Err(Failure::wrong_type(format!("'{}' is not callable", face.name())));
        };
        Self::of_signature(signature, &signature.params)
            .map_err(|failure| failure.at(|| format!("the signature '{}'", face.name())))
    }

    /// For a call with these parameters, of which a variadic function declares only the first.
    fn of_signature(signature: &Signature, params: &[ctype::TypeId]) -> Result<Self, Failure> {
        let plan = {
            let types = crate::table::read();
            CallPlan::new(&types, signature.result, params, signature.is_variadic).map_err(|error| {
                let name = types.name(error.ty);
                Failure::new(Class::NotImplemented, format!("'{name}' cannot be passed by value"))
            })?
        };
        if plan.stack_bytes() > MAX_STACK_BYTES {
            let text = format!("the arguments take more than {MAX_STACK_BYTES} bytes of the stack");
            return Err(Failure::new(Class::Overflow, text));
        }
        let faces = params.iter().map(|ty| Face::of(*ty)).zip(plan.params());
        let params: Box<[Param]> =
            faces.map(|(face, place)| Param { face, how: How::of(face, *place) }).collect();
        let result = Outcome::of(Face::of(signature.result), plan.result());
        let variadic = signature.is_variadic.then(variadic::Plans::default);
        let has_memory = matches!(result, Outcome::Value(..) | Outcome::Memory(..))
            || params.iter().any(|param| matches!(param.how, How::Memory(_)));
        Ok(Self { plan, params, result, variadic, has_memory })
    }
}

impl How {
    fn of(face: &'static Face, place: Place) -> Self {
        if let (Some(scalar), Place::Whole { offset, size: ..=8 }) = (face.scalar(), place)
            && !scalar.is_complex()
        {
            return Self::Word(scalar, offset);
        }
        match (&face.kind, place) {
            (Kind::Pointer(target), Place::Whole { offset, .. }) if argument::takes_bytes(target) => {
                Self::Text(offset)
            }
            (Kind::Pointer(_), Place::Whole { offset, .. }) => Self::Pointer(offset),
            _ => Self::Memory(place),
        }
    }
}

/// Calls the function that the C data `callable` points to.
pub(crate) unsafe extern "C" fn vectorcall<const RELEASE_GIL: bool>(
    callable: *mut ffi::PyObject,
    args: *const *mut ffi::PyObject,
    nargsf: usize,
    keywords: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    slot(|py| {
        // SAFETY: CPython calls this with a live object of a class with this layout, and as many
        // arguments as it says, which live as long as the call.
        let (function, args) = unsafe {
            let count = ffi::PyVectorcall_NARGS(nargsf).unsigned_abs();
            let args = if count == 0 { &[] } else { std::slice::from_raw_parts(args, count) };
            (&*callable.cast::<Function>(), args)
        };
        let call = call_face(function)?;
        if call.has_memory || !keywords.is_null() || args.len() != call.params.len() {
            return uncommon::<RELEASE_GIL>(py, function, call, args, keywords);
        }
        // SAFETY: as above.
        unsafe { follow::<RELEASE_GIL, false>(py, function, call, args) }
    })
}

#[inline(always)]
fn call_face(function: &Function) -> Result<&'static CallFace, Failure> {
    match function.call {
        Some(call) => Ok(call),
        None => late_call_face(function),
    }
}

/// Makes the plan of a signature that could not be passed when the function was first seen.
#[cold]
fn late_call_face(function: &Function) -> Result<&'static CallFace, Failure> {
    match function.base.face.pointee() {
        Some(face) => face.call(),
        None => Err(Failure::wrong_type(format!("{} is not callable", function.base.describe()))),
    }
}

/// Calls with structs, with more arguments than are declared, with a wrong number, or with keywords. They are
/// apart, so that what they need does not burden the others: each store before the interpreter's lock is released is waited for.
#[inline(never)]
fn uncommon<const RELEASE_GIL: bool>(
    py: Python<'_>,
    function: &Function,
    call: &'static CallFace,
    args: &[*mut ffi::PyObject],
    keywords: *mut ffi::PyObject,
) -> Result<*mut ffi::PyObject, Failure> {
    // SAFETY: keywords are null or a live tuple.
    if !keywords.is_null() && unsafe { ffi::PyTuple_Size(keywords) } > 0 {
        return Err(Failure::wrong_type("a cdata function cannot be called with keyword arguments"));
    }
    let expected = call.params.len();
    if args.len() == expected {
        // SAFETY: the arguments live as long as the call.
        return unsafe { follow::<RELEASE_GIL, true>(py, function, call, args) };
    }
    if args.len() > expected
        && let Some(plans) = &call.variadic
    {
        let full = plans.find(py, function, expected, args)?;
        // SAFETY: as above.
        return unsafe { follow::<RELEASE_GIL, true>(py, function, &full, args) };
    }
    let at_least = if call.variadic.is_some() { "at least " } else { "" };
    let noun = if expected == 1 { "argument" } else { "arguments" };
    let text = format!("{} expects {at_least}{expected} {noun}, got {}", Shown(function), args.len());
    Err(Failure::wrong_type(text))
}

/// Makes the call; one without memory of its own knows that it `HAS_MEMORY` not.
///
/// # Safety
/// `args` are live objects, as many as `call` has parameters.
#[inline(always)]
unsafe fn follow<const RELEASE_GIL: bool, const HAS_MEMORY: bool>(
    py: Python<'_>,
    function: &Function,
    call: &CallFace,
    args: &[*mut ffi::PyObject],
) -> Result<*mut ffi::PyObject, Failure> {
    if function.base.address.is_null() {
        let text = format!("cannot call null pointer from {}", function.base.describe());
        return Err(Failure::new(Class::Runtime, text));
    }
    let mut buffer = FrameBuffer::<STACK_WORDS>::new();
    let frame = buffer.prepare(&call.plan);
    let mut held = Held::new();
    for (index, (param, value)) in call.params.iter().zip(args).enumerate() {
        // SAFETY: the frame was prepared for this plan, and the arguments live.
        let done = unsafe { argument::convert::<HAS_MEMORY>(param, *value, frame.cast(), &mut held, py) };
        done.map_err(|failure| wrong_argument(failure, function, index))?;
    }
    let memory = if HAS_MEMORY { result::provide(py, &call.result, frame)? } else { None };
    // SAFETY: the frame is complete; what the function does with it is C's word.
    let pending = unsafe { go::<RELEASE_GIL>(function.base.address, frame) };
    drop(held);
    if let Some(pending) = pending {
        return Err(crate::errors::pending(py, pending).into());
    }
    match memory {
        Some(made) => Ok(made.into_ptr()),
        // SAFETY: the call left its result in the frame.
        None => unsafe { result::take::<HAS_MEMORY>(py, &call.result, frame.cast()) },
    }
}

/// Words of stack arguments for which there is room on the C stack.
const STACK_WORDS: usize = 16;

#[cold]
fn wrong_argument(failure: Failure, function: &Function, index: usize) -> Failure {
    failure.at(|| format!("argument {} of {}", index + 1, Shown(function)))
}

/// Through the gate.
///
/// # Safety
/// The frame is complete for a plan of the signature that `target` has.
#[inline(always)]
unsafe fn go<const RELEASE_GIL: bool>(target: *mut u8, frame: *mut GateFrame) -> Option<Pending> {
    let target = target.cast_const().cast::<c_void>();
    let thread = ThreadState::current();
    let mut border = CallFrame::new();
    // SAFETY: the border frame stays where it is until it is left; the lock is held here and is
    // taken again before anything of Python is touched.
    unsafe {
        if RELEASE_GIL {
            let state = ffi::PyEval_SaveThread();
            border.park(state.cast());
            border.enter(thread);
            thread.swap_errno();
            ccall::call(target, frame);
            thread.swap_errno();
            ffi::PyEval_RestoreThread(state);
        } else {
            border.enter(thread);
            thread.swap_errno();
            ccall::call(target, frame);
            thread.swap_errno();
        }
    }
    border.leave(thread)
}

/// Calls of a function whose library was closed.
pub(crate) unsafe extern "C" fn refuse_closed(
    callable: *mut ffi::PyObject,
    _args: *const *mut ffi::PyObject,
    _nargsf: usize,
    _keywords: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    slot(|_| {
        // SAFETY: CPython calls this with a live object of a class with this layout.
        let function = unsafe { &*callable.cast::<Function>() };
        let text = format!("{} cannot be called: its library was closed", Shown(function));
        Err(Failure::new(Class::Value, text))
    })
}

/// A function as messages name it: by its declaration, else by its type.
pub(crate) struct Shown<'a>(pub(crate) &'a Function);

impl std::fmt::Display for Shown<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // SAFETY: messages are made with the lock held; the function keeps its origin alive.
        let symbol = self.0.origin.and_then(|origin| unsafe {
            let origin = Borrowed::from_ptr(Python::assume_attached(), origin.as_ptr());
            origin.cast::<Symbol>().ok().map(|symbol| symbol.get().declaration.clone())
        });
        match symbol {
            Some(declaration) => formatter.write_str(&declaration),
            None => write!(formatter, "'{}'", self.0.base.face.name()),
        }
    }
}

/// The store of a value by way of memory, for arguments.
///
/// # Safety
/// `room` has the bytes of the type.
unsafe fn store_value(
    face: &'static Face,
    room: *mut u8,
    value: Borrowed<'_, '_, PyAny>,
) -> Result<(), Failure> {
    // SAFETY: the caller's promise.
    unsafe { store::store(face, room, value) }
}
