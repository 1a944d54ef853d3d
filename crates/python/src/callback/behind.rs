//! What happens when C calls a callback.
//!
//! The interpreter's lock is taken (from any thread, also one that Python never saw), a barrier is
//! put on the border chain, the arguments are read out of the frame, and the callable's result is
//! written back. What it raises goes where `errors` says. After the interpreter has ended C gets zero.
//!
//! # Safety model
//! The thunk's context is a callback object's [`Behind`], which is freed when the object is, after the
//! thunk was retired under the interpreter's lock; the handler takes the lock first and then asks
//! whether the thunk was retired.

use std::ffi::c_void;
use std::ptr::{self, NonNull};
use std::sync::Arc;
use std::sync::atomic::{AtomicPtr, Ordering};

use ccall::border::{self, Barrier};
use ccall::{CallbackFrame, CallbackPlan, Place, ThreadState};
use ctype::TypeId;
use pyo3::ffi;
use pyo3::ffi::compat::PyThreadState_GetUnchecked;
use pyo3::prelude::*;
use pyobject::Scalar;

use super::Mode;
use crate::cdata::store::{shown, store};
use crate::cdata::{CData, Face, Kind, load};
use crate::errors;
use crate::failure::Failure;
use crate::python_call;
use crate::trampoline::panic_text;

/// What the handler needs.
pub(super) struct Behind {
    pub(super) callable: Py<PyAny>,
    pub(super) onerror: Option<Py<PyAny>>,
    pub(super) mode: Mode,
    pub(super) params: Box<[Param]>,
    pub(super) result: &'static Face,
    pub(super) returned: Returned,
    /// What C gets after an error: the result's bytes.
    pub(super) error_value: Box<[u128]>,
    /// What is said of it when it is gone: the callable's name, and its `file:line`.
    pub(super) name: Box<str>,
    pub(super) made_at: Box<str>,
    pub(super) plan: Arc<CallbackPlan>,
    /// The Python object that owns this, so that a running callback can keep it.
    pub(super) owner: AtomicPtr<ffi::PyObject>,
}

/// How an argument is read out of the frame.
pub(super) enum Param {
    /// A number at this distance from the frame's start.
    Scalar(Scalar, u32),
    /// A value that lies whole at this distance: no record.
    Whole(&'static Face, u32),
    /// Anything else, by way of memory.
    Memory(&'static Face, Place),
}

/// The parameters of a callback.
pub(super) fn params(types: &[TypeId], plan: &CallbackPlan) -> Box<[Param]> {
    let of = |(ty, place): (&TypeId, &Place)| {
        let face = Face::of(*ty);
        match (&face.kind, *place) {
            (Kind::Scalar(scalar), Place::Whole { offset, size: ..=8 }) => Param::Scalar(*scalar, offset),
            (Kind::Record(_), place) => Param::Memory(face, place),
            (_, Place::Whole { offset, .. }) => Param::Whole(face, offset),
            (_, place) => Param::Memory(face, place),
        }
    };
    types.iter().zip(plan.params()).map(of).collect()
}

/// How the result gets into the frame.
pub(super) enum Returned {
    Void,
    /// A number in a register, at this distance from the frame's start.
    Word(Scalar, u32),
    /// Anything else, by way of memory.
    Memory,
}

impl Returned {
    /// For a result of the type.
    pub(super) fn of(face: &'static Face, plan: &CallbackPlan) -> Self {
        match (&face.kind, plan.result()) {
            (Kind::Void, _) => Self::Void,
            (Kind::Scalar(scalar), Place::Whole { offset, size: ..=8 }) if !scalar.is_complex() => {
                Self::Word(*scalar, offset)
            }
            _ => Self::Memory,
        }
    }
}

/// The interpreter's lock, taken by a thread that C has.
enum Lock {
    /// The call that C is in gave it up and left the thread's state; it is given up again.
    Parked(*mut ffi::PyThreadState),
    /// For threads in any state.
    Ensured(ffi::PyGILState_STATE),
}

impl Lock {
    #[inline]
    fn take(thread: ThreadState) -> Self {
        let parked = thread.parked().cast::<ffi::PyThreadState>();
        // SAFETY: a state that a call left is this thread's, and that call waits for C. Whether C took the
        // lock itself meanwhile is asked first.
        unsafe {
            if !parked.is_null() && PyThreadState_GetUnchecked() != parked {
                python_call::restore_thread(parked);
                return Self::Parked(parked);
            }
            Self::Ensured(python_call::ensure())
        }
    }

    #[inline]
    fn give_up(self) {
        // SAFETY: what `take` did is undone.
        unsafe {
            match self {
                Self::Parked(state) => {
                    let saved = ffi::PyEval_SaveThread();
                    debug_assert!(ptr::eq(saved, state), "a thread's state is its own");
                }
                Self::Ensured(state) => ffi::PyGILState_Release(state),
            }
        }
    }
}

/// What the thunk calls.
///
/// # Safety
/// `context` is a [`Behind`] unless the thunk was retired.
pub(super) unsafe fn handle(context: *mut c_void, frame: &mut CallbackFrame) {
    if is_without_interpreter() {
        if let Some(plan) = frame.plan().cloned() {
            // SAFETY: the plan is the thunk's.
            unsafe { plan.store_zero(frame) };
        }
        return;
    }
    let thread = ThreadState::current();
    // C's errno becomes the kept one, which Python code sees and may set.
    thread.swap_errno();
    let lock = Lock::take(thread);
    if !frame.refuse_if_retired() {
        // SAFETY: the lock is held from here on, and retiring is done under it.
        let behind = unsafe { &*context.cast::<Behind>() };
        // SAFETY: as above.
        let py = unsafe { Python::assume_attached() };
        let is_pending = border::PENDING.load(Ordering::Relaxed) != 0;
        if is_pending && border::is_stopped() {
            behind.return_error(frame);
        } else {
            // The callable may drop the callback that is running: it stays until here.
            // SAFETY: the object lives, since it retires the thunk when it goes.
            let _keep = unsafe { Bound::from_borrowed_ptr(py, behind.owner.load(Ordering::Relaxed)) };
            behind.run(py, thread, frame);
        }
    }
    lock.give_up();
    thread.swap_errno();
}

/// Whether the interpreter is gone for this thread: it ends or has ended, and the thread has no part in
/// that. What is behind a thunk may not be looked at then, since no lock guards it any more.
#[inline]
fn is_without_interpreter() -> bool {
    // SAFETY: both may be asked at any time.
    unsafe { ffi::Py_IsInitialized() == 0 && ffi::PyGILState_GetThisThreadState().is_null() }
}

impl Behind {
    fn return_error(&self, frame: &mut CallbackFrame) {
        // SAFETY: the error value has the result's bytes.
        unsafe { self.plan.store_result(frame, self.error_value.as_ptr().cast()) };
    }

    #[inline]
    fn run(&self, py: Python<'_>, thread: ThreadState, frame: &mut CallbackFrame) {
        let mut barrier = Barrier::new();
        // SAFETY: the barrier stays where it is until it is left below.
        unsafe { barrier.enter(thread) };
        let ran = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let value = self.call(py, frame)?;
            self.give_back(value.as_borrowed(), frame)
        }));
        let ran = ran.unwrap_or_else(|panic| Err(errors::internal(panic_text(panic.as_ref())).into()));
        barrier.leave(thread);
        if let Err(failure) = ran {
            // PyO3 is told that the lock is held, so that what is dropped goes at once.
            Python::attach(|py| self.failed(py, failure.into(), frame));
        }
    }

    /// Calls the Python function with the arguments of the frame.
    #[inline]
    fn call<'py>(&self, py: Python<'py>, frame: &CallbackFrame) -> Result<Bound<'py, PyAny>, Failure> {
        let mut objects = Arguments::new(py);
        for param in &self.params {
            objects.push(argument(py, param, frame)?);
        }
        // SAFETY: the objects live until the call returned; the place before the first may be
        // used by the callee.
        unsafe {
            let count = self.params.len() | ffi::PY_VECTORCALL_ARGUMENTS_OFFSET;
            let called = python_call::call(self.callable.as_ptr(), objects.start(), count);
            load::owned(py, called)
        }
    }

    /// Writes the result into the frame; what most callbacks return is tested first.
    #[inline]
    fn give_back(&self, value: Borrowed<'_, '_, PyAny>, frame: &mut CallbackFrame) -> Result<(), Failure> {
        if let Returned::Word(scalar, offset) = self.returned {
            // SAFETY: the object lives and the lock is held.
            let word = unsafe { scalar.exact_word(value.as_ptr()) };
            if let Some(word) = word {
                // SAFETY: the plan's place: a register has eight bytes.
                unsafe { frame.base().add(offset as usize).cast::<u64>().write_unaligned(word) };
                return Ok(());
            }
        }
        self.give_back_any(value, frame)
    }

    /// As [`Self::give_back`], for every kind of result.
    #[inline(never)]
    fn give_back_any(
        &self,
        value: Borrowed<'_, '_, PyAny>,
        frame: &mut CallbackFrame,
    ) -> Result<(), Failure> {
        let mut few = [0_u128; 4];
        let mut many = Vec::new();
        let size = self.plan.result_size();
        let room = if size <= size_of_val(&few) {
            &mut few[..]
        } else {
            many.resize(size.div_ceil(16), 0_u128);
            &mut many[..]
        };
        self.convert(value, room, "the result of a callback")?;
        // SAFETY: the room has the result's bytes.
        unsafe { self.plan.store_result(frame, room.as_ptr().cast()) };
        Ok(())
    }

    /// Writes the result's bytes.
    fn convert(&self, value: Borrowed<'_, '_, PyAny>, room: &mut [u128], place: &str) -> Result<(), Failure> {
        if matches!(self.returned, Returned::Void) {
            return if value.is_none() { Ok(()) } else { Err(not_none(value, place)) };
        }
        // SAFETY: the room has the result's bytes.
        unsafe { store(self.result, room.as_mut_ptr().cast(), value) }
            .map_err(|failure| failure.at(|| place.to_owned()))
    }

    /// An exception was raised: C gets the error value, or what `onerror` says.
    #[cold]
    fn failed(&self, py: Python<'_>, error: PyErr, frame: &mut CallbackFrame) {
        self.return_error(frame);
        let Some(error) = self.ask_onerror(py, error, frame) else { return };
        match self.mode {
            Mode::Raise => {
                if let Err(error) = border::offer(Box::new(error))
                    && let Ok(error) = error.downcast::<PyErr>()
                {
                    python_call::report(py, *error, self.callable.bind(py));
                }
            }
            Mode::Report => python_call::report(py, error, self.callable.bind(py)),
        }
    }

    /// The exception that is left when `onerror` had its say.
    fn ask_onerror(&self, py: Python<'_>, error: PyErr, frame: &mut CallbackFrame) -> Option<PyErr> {
        let Some(onerror) = &self.onerror else { return Some(error) };
        let answer = match call_onerror(py, onerror, &error) {
            Ok(answer) if answer.is_none() => return None,
            Ok(answer) => answer,
            Err(second) => {
                python_call::report(py, error, self.callable.bind(py));
                return Some(second.into());
            }
        };
        let mut room = vec![0_u128; self.error_value.len()];
        match self.convert(answer.as_borrowed(), &mut room, "the result of 'onerror'") {
            Ok(()) => {
                // SAFETY: the room has the result's bytes.
                unsafe { self.plan.store_result(frame, room.as_ptr().cast()) };
                None
            }
            Err(failure) => {
                python_call::report(py, error, self.callable.bind(py));
                Some(failure.into())
            }
        }
    }
}

/// Calls `onerror` with the exception's class, itself and its traceback.
fn call_onerror<'py>(
    py: Python<'py>,
    onerror: &Py<PyAny>,
    error: &PyErr,
) -> Result<Bound<'py, PyAny>, Failure> {
    let (class, value, traceback) = (error.get_type(py), error.value(py), error.traceback(py));
    // SAFETY: `None` lives for ever.
    let none = unsafe { ffi::Py_None() };
    let traceback = traceback.as_ref().map_or(none, Bound::as_ptr);
    let mut args = [ptr::null_mut(), class.as_ptr(), value.as_ptr(), traceback];
    // SAFETY: the lock is held and the objects live; the place before the first may be used by the callee.
    unsafe {
        let count = (args.len() - 1) | ffi::PY_VECTORCALL_ARGUMENTS_OFFSET;
        load::owned(py, python_call::call(onerror.as_ptr(), args.as_mut_ptr().add(1).cast_const(), count))
    }
}

/// A function that C calls as one of `void` returned something.
#[cold]
fn not_none(value: Borrowed<'_, '_, PyAny>, place: &str) -> Failure {
    Failure::wrong_type(format!("expected None for 'void', got {}", shown(value))).at(|| place.to_owned())
}

/// The arguments of a call of Python, with the free place before them that a callee may use.
struct Arguments<'py> {
    few: [*mut ffi::PyObject; FEW],
    many: Vec<*mut ffi::PyObject>,
    count: usize,
    /// They are released with the lock held.
    _py: Python<'py>,
}

/// For how many arguments, and the free place, no memory is allocated.
const FEW: usize = 6;

impl<'py> Arguments<'py> {
    #[inline]
    const fn new(py: Python<'py>) -> Self {
        Self { few: [ptr::null_mut(); FEW], many: Vec::new(), count: 1, _py: py }
    }

    #[inline]
    fn push(&mut self, object: Bound<'py, PyAny>) {
        let object = object.into_ptr();
        match self.few.get_mut(self.count) {
            Some(slot) => *slot = object,
            None => self.push_many(object),
        }
        self.count += 1;
    }

    #[cold]
    fn push_many(&mut self, object: *mut ffi::PyObject) {
        if self.count == FEW {
            self.many.extend_from_slice(&self.few);
        }
        self.many.push(object);
    }

    #[inline]
    fn all(&mut self) -> &mut [*mut ffi::PyObject] {
        if self.count <= FEW { &mut self.few[..self.count] } else { &mut self.many }
    }

    /// Where the first argument is.
    #[inline]
    fn start(&mut self) -> *const *mut ffi::PyObject {
        self.all().as_mut_ptr().wrapping_add(1)
    }
}

impl Drop for Arguments<'_> {
    #[inline]
    fn drop(&mut self) {
        for object in &self.all()[1..] {
            // SAFETY: each was pushed with its reference, and a callee leaves them as they are.
            unsafe { ffi::Py_DECREF(*object) };
        }
    }
}

/// The Python value of an argument.
#[inline]
fn argument<'py>(
    py: Python<'py>,
    param: &Param,
    frame: &CallbackFrame,
) -> Result<Bound<'py, PyAny>, Failure> {
    let start = frame.base().cast_const();
    // SAFETY: the plan's places lie in the frame and hold values of the types; results are new
    // references or null.
    unsafe {
        if let Param::Scalar(Scalar::F64, offset) = *param {
            return load::owned(py, Scalar::F64.load(start.add(offset as usize)));
        }
        match *param {
            Param::Scalar(scalar, offset) => load::owned(py, scalar.load(start.add(offset as usize))),
            Param::Whole(face, offset) => load::load(py, face, start.add(offset as usize).cast_mut(), None),
            Param::Memory(face, place) => argument_in_memory(py, face, place, start),
        }
    }
}

/// The Python value of an argument that is copied out of the frame.
///
/// # Safety
/// The place lies in the frame that begins at `start`, and holds a value of the type.
unsafe fn argument_in_memory<'py>(
    py: Python<'py>,
    face: &'static Face,
    place: Place,
    start: *const u8,
) -> Result<Bound<'py, PyAny>, Failure> {
    let made = load::blank(py, face)?;
    let data = CData::of(made.as_borrowed()).expect("C data was just made");
    // SAFETY: the caller's promise; the new object has the bytes of the type.
    unsafe { place.load(start, data.address) };
    if matches!(face.kind, Kind::Record(_)) {
        return Ok(made);
    }
    // SAFETY: the value was just written.
    unsafe { load::load(py, face, data.address, NonNull::new(made.as_ptr())) }
}
