//! Python functions that C calls.
//!
//! A callback is a thunk with the plan of its signature. When C calls it the interpreter's lock is
//! taken (from any thread, also one that Python never saw), a barrier is put on the border chain,
//! the arguments are read out of the frame, and the callable's result is written back. What it
//! raises goes where `errors` says. After the interpreter has ended C gets zero.
//!
//! # Safety model
//! The thunk's context is this object's [`Behind`], which is freed when the object is, after the
//! thunk was retired under the interpreter's lock; the handler takes the lock first and then asks
//! whether the thunk was retired.

#![expect(clippy::doc_markdown, reason = "docstrings of Python are numpydoc, not Markdown")]

mod decorator;

use std::ffi::c_void;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use ccall::border::{self, Barrier};
use ccall::thunk::{Reporter, set_reporter};
use ccall::{CallbackFrame, CallbackPlan, Place, ThreadState, Thunk, Tombstone};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::ffi;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;

use crate::cdata::store::{is_callable, shown, store};
use crate::cdata::{CData, Face, Kind, function, load};
use crate::compiled::with_interpreter;
use crate::errors;
use crate::failure::{Class, Failure};
use crate::trampoline::panic_text;

use decorator::Decorator;

/// Where an exception goes that cannot be raised in the caller.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mode {
    /// Kept, and raised when the call that C is in returns to Python.
    Raise,
    /// Printed.
    Report,
}

impl Mode {
    pub(crate) fn parse(word: &str) -> PyResult<Self> {
        match word {
            "raise" => Ok(Self::Raise),
            "report" => Ok(Self::Report),
            _ => Err(PyValueError::new_err(format!("errors must be \"raise\" or \"report\", not {word:?}"))),
        }
    }
}

/// What the handler needs.
struct Behind {
    callable: Py<PyAny>,
    onerror: Option<Py<PyAny>>,
    mode: Mode,
    params: Box<[&'static Face]>,
    result: &'static Face,
    /// What C gets after an error: the result's bytes.
    error_value: Box<[u128]>,
    /// What is said of it when it is gone: the callable's name, and its `file:line`.
    name: Box<str>,
    made_at: Box<str>,
    plan: Arc<CallbackPlan>,
    /// The Python object that owns this, so that a running callback can keep it.
    owner: AtomicPtr<ffi::PyObject>,
}

/// A callback, kept by its C data.
#[pyclass(frozen, module = "ferrule")]
pub(crate) struct Callback {
    behind: Mutex<Option<(Thunk, Box<Behind>)>>,
    face: &'static Face,
}

impl Callback {
    /// The Python callable.
    pub(crate) fn callable<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        let behind = self.behind.lock().unwrap_or_else(PoisonError::into_inner);
        behind.as_ref().map(|(_, behind)| behind.callable.bind(py).clone())
    }

    /// Tells what is behind the thunk which object owns it.
    fn own(&self, object: *mut ffi::PyObject) {
        if let Some((_, behind)) = self.behind.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            behind.owner.store(object, Ordering::Relaxed);
        }
    }

    /// Turns the thunk into a tombstone; the lock is held. No Python runs before that is done, since
    /// it could call the thunk, nor to do it, since an exception may be on its way.
    fn retire(&self) {
        let taken = self.behind.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some((thunk, mut behind)) = taken else { return };
        let size = behind.plan.result_size();
        // SAFETY: the error value has at least the result's bytes.
        let bytes = unsafe { std::slice::from_raw_parts(behind.error_value.as_ptr().cast::<u8>(), size) };
        thunk.retire(Tombstone {
            name: std::mem::take(&mut behind.name),
            signature: self.face.name().into(),
            made_at: std::mem::take(&mut behind.made_at),
            plan: Some(behind.plan.clone()),
            error_value: bytes.into(),
        });
    }
}

impl Drop for Callback {
    fn drop(&mut self) {
        self.retire();
    }
}

#[pymethods]
impl Callback {
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        // The lock is free: whoever has it holds the interpreter's lock and runs no Python.
        let Ok(behind) = self.behind.try_lock() else { return Ok(()) };
        let Some((_, behind)) = behind.as_ref() else { return Ok(()) };
        visit.call(&behind.callable)?;
        visit.call(&behind.onerror)
    }

    fn __clear__(&self) {
        self.retire();
    }
}

fn name_of(callable: &Bound<'_, PyAny>) -> String {
    let name = callable.getattr("__qualname__").and_then(|name| name.extract());
    name.unwrap_or_else(|_| {
        callable.get_type().name().map_or_else(|_| String::new(), |name| name.to_string())
    })
}

fn place_of(callable: &Bound<'_, PyAny>) -> String {
    let place = || -> PyResult<String> {
        let code = callable.getattr("__code__")?;
        Ok(format!("{}:{}", code.getattr("co_filename")?, code.getattr("co_firstlineno")?))
    };
    place().unwrap_or_default()
}

/// A callback of the type, or a decorator that makes one.
pub(crate) fn make_or_decorate(
    py: Python<'_>,
    face: &'static Face,
    callable: Option<&Bound<'_, PyAny>>,
    error: Option<Py<PyAny>>,
    onerror: Option<Py<PyAny>>,
    errors: &str,
) -> PyResult<Py<PyAny>> {
    let mode = Mode::parse(errors)?;
    if let Some(callable) = callable {
        let bound = |object: Option<Py<PyAny>>| object.map(|object| object.into_bound(py));
        return Ok(make(py, face, callable, bound(error), bound(onerror), mode)?.unbind());
    }
    function_type(face)?;
    Ok(Bound::new(py, Decorator { face, error, onerror, mode })?.into_any().unbind())
}

/// The function type that a type is or points to.
fn function_type(face: &'static Face) -> Result<(&'static Face, &'static ctype::Signature), Failure> {
    let function = face.pointee().unwrap_or(face);
    match function.signature() {
        Some(signature) if signature.is_variadic => Err(Failure::new(
            Class::NotImplemented,
            format!("{}: a callback cannot be variadic", function.name()),
        )),
        Some(signature) => Ok((function, signature)),
        None => Err(Failure::wrong_type(format!("expected a function ctype, got '{}'", face.name()))),
    }
}

/// Makes a callback.
pub(crate) fn make<'py>(
    py: Python<'py>,
    face: &'static Face,
    callable: &Bound<'_, PyAny>,
    error: Option<Bound<'py, PyAny>>,
    onerror: Option<Bound<'py, PyAny>>,
    mode: Mode,
) -> Result<Bound<'py, PyAny>, Failure> {
    let (function, signature) = function_type(face)?;
    if !is_callable(callable.as_borrowed()) {
        return Err(Failure::wrong_type("the 'python_callable' argument is not callable"));
    }
    if let Some(onerror) = &onerror
        && !is_callable(onerror.as_borrowed())
    {
        return Err(Failure::wrong_type("the 'onerror' argument is not callable"));
    }
    let result = Face::of(signature.result);
    let plan = {
        let types = crate::table::read();
        CallbackPlan::new(&types, signature.result, &signature.params).map_err(|error| {
            let text = format!("'{}' cannot be passed by value to a callback", types.name(error.ty));
            Failure::new(Class::NotImplemented, text)
        })?
    };
    let mut error_value = vec![0_u128; plan.result_size().div_ceil(16).max(1)].into_boxed_slice();
    if let Some(error) = error.filter(|error| !error.is_none()) {
        let place = || "the value of 'error'".to_owned();
        // SAFETY: the room has the result's bytes.
        unsafe { store(result, error_value.as_mut_ptr().cast(), error.as_borrowed()) }
            .map_err(|failure| failure.at(place))?;
    }
    let plan = Arc::new(plan);
    let params = signature.params.iter().map(|ty| Face::of(*ty)).collect();
    let (name, made_at) = (name_of(callable).into(), place_of(callable).into());
    let (callable, onerror) = (callable.clone().unbind(), onerror.map(Bound::unbind));
    let behind = Box::new(Behind {
        callable,
        onerror,
        mode,
        params,
        result,
        error_value,
        name,
        made_at,
        plan: plan.clone(),
        owner: AtomicPtr::default(),
    });
    let context = std::ptr::from_ref(behind.as_ref()).cast_mut().cast::<c_void>();
    // SAFETY: the context lives until the thunk is retired, and the handler honours the plan.
    let thunk = unsafe { Thunk::callback(plan, handle, context) };
    let thunk =
        thunk.map_err(|error| Failure::new(Class::Os, format!("no memory for a callback: {error}")))?;
    let address = thunk.address().cast::<u8>().cast_mut();
    let callback = Callback { behind: Mutex::new(Some((thunk, behind))), face: function };
    let callback = Bound::new(py, callback)?;
    callback.get().own(callback.as_ptr());
    function::make_callback(py, function.pointer(), address, callback.into_any())
}

/// What the thunk calls.
///
/// # Safety
/// `context` is a [`Behind`] unless the thunk was retired.
unsafe fn handle(context: *mut c_void, frame: &mut CallbackFrame) {
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
    // SAFETY: Ensure is for threads in any state; Release undoes it.
    let state = unsafe { ffi::PyGILState_Ensure() };
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
    // SAFETY: as above.
    unsafe { ffi::PyGILState_Release(state) };
    thread.swap_errno();
}

/// Whether the interpreter is gone for this thread: it ends or has ended, and the thread has no part in
/// that. What is behind a thunk may not be looked at then, since no lock guards it any more.
fn is_without_interpreter() -> bool {
    // SAFETY: both may be asked at any time.
    unsafe { ffi::Py_IsInitialized() == 0 && ffi::PyGILState_GetThisThreadState().is_null() }
}

impl Behind {
    fn return_error(&self, frame: &mut CallbackFrame) {
        // SAFETY: the error value has the result's bytes.
        unsafe { self.plan.store_result(frame, self.error_value.as_ptr().cast()) };
    }

    fn run(&self, py: Python<'_>, thread: ThreadState, frame: &mut CallbackFrame) {
        let mut barrier = Barrier::new();
        // SAFETY: the barrier stays where it is until it is left below.
        unsafe { barrier.enter(thread) };
        let mut room = [0_u128; 4];
        let mut large = Vec::new();
        let size = self.plan.result_size();
        let room = if size <= size_of_val(&room) {
            &mut room[..]
        } else {
            large.resize(size.div_ceil(16), 0_u128);
            &mut large[..]
        };
        let ran = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let value = self.call(py, frame)?;
            self.convert(value.as_borrowed(), room, "the result of a callback")
        }));
        let ran = ran.unwrap_or_else(|panic| Err(errors::internal(panic_text(panic.as_ref())).into()));
        barrier.leave(thread);
        match ran {
            // SAFETY: the room has the result's bytes.
            Ok(()) => unsafe { self.plan.store_result(frame, room.as_ptr().cast()) },
            // PyO3 is told that the lock is held, so that what is dropped goes at once.
            Err(failure) => Python::attach(|py| self.failed(py, failure.into(), frame)),
        }
    }

    /// Calls the Python function with the arguments of the frame.
    fn call<'py>(&self, py: Python<'py>, frame: &CallbackFrame) -> Result<Bound<'py, PyAny>, Failure> {
        let mut objects = Arguments::new();
        for (face, place) in self.params.iter().zip(self.plan.params()) {
            objects.push(argument(py, face, *place, frame)?);
        }
        // SAFETY: the objects live until the call returned; the place before the first may be
        // used by the callee.
        unsafe {
            let count = self.params.len() | ffi::PY_VECTORCALL_ARGUMENTS_OFFSET;
            let called = ffi::PyObject_Vectorcall(
                self.callable.as_ptr(),
                objects.start(),
                count,
                std::ptr::null_mut(),
            );
            load::owned(py, called)
        }
    }

    /// Writes the result's bytes.
    fn convert(&self, value: Borrowed<'_, '_, PyAny>, room: &mut [u128], place: &str) -> Result<(), Failure> {
        if matches!(self.result.kind, Kind::Void) {
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
                    error.write_unraisable(py, Some(self.callable.bind(py)));
                }
            }
            Mode::Report => error.write_unraisable(py, Some(self.callable.bind(py))),
        }
    }

    /// The exception that is left when `onerror` had its say.
    fn ask_onerror(&self, py: Python<'_>, error: PyErr, frame: &mut CallbackFrame) -> Option<PyErr> {
        let Some(onerror) = &self.onerror else { return Some(error) };
        let triple = (error.get_type(py), error.value(py), error.traceback(py));
        let answer = match onerror.bind(py).call1(triple) {
            Ok(answer) if answer.is_none() => return None,
            Ok(answer) => answer,
            Err(second) => {
                error.write_unraisable(py, Some(self.callable.bind(py)));
                return Some(second);
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
                error.write_unraisable(py, Some(self.callable.bind(py)));
                Some(failure.into())
            }
        }
    }
}

/// A function that C calls as one of `void` returned something.
#[cold]
fn not_none(value: Borrowed<'_, '_, PyAny>, place: &str) -> Failure {
    Failure::wrong_type(format!("expected None for 'void', got {}", shown(value))).at(|| place.to_owned())
}

/// The arguments of a call of Python, with the free place before them that a callee may use.
struct Arguments<'py> {
    few: [Option<Bound<'py, PyAny>>; FEW],
    many: Vec<Option<Bound<'py, PyAny>>>,
    count: usize,
}

/// For how many arguments, and the free place, no memory is allocated.
const FEW: usize = 6;

impl<'py> Arguments<'py> {
    const fn new() -> Self {
        Self { few: [const { None }; FEW], many: Vec::new(), count: 1 }
    }

    fn push(&mut self, object: Bound<'py, PyAny>) {
        if self.count == FEW {
            self.many.extend(self.few.iter_mut().map(Option::take));
        }
        match self.few.get_mut(self.count) {
            Some(slot) => *slot = Some(object),
            None => self.many.push(Some(object)),
        }
        self.count += 1;
    }

    /// The first argument; an `Option` of an object is a pointer to it.
    fn start(&mut self) -> *const *mut ffi::PyObject {
        let all = if self.count <= FEW { &mut self.few[..] } else { &mut self.many[..] };
        all.as_mut_ptr().cast::<*mut ffi::PyObject>().wrapping_add(1)
    }
}

/// The Python value of an argument.
fn argument<'py>(
    py: Python<'py>,
    face: &'static Face,
    place: Place,
    frame: &CallbackFrame,
) -> Result<Bound<'py, PyAny>, Failure> {
    let frame = frame.base().cast_const();
    if let Place::Whole { offset, .. } = place
        && !matches!(face.kind, Kind::Record(_))
    {
        // SAFETY: the plan's place lies in the frame and holds a value of the type.
        return unsafe { load::load(py, face, frame.add(offset as usize).cast_mut(), None) };
    }
    let made = load::blank(py, face)?;
    let data = CData::of(made.as_borrowed()).expect("C data was just made");
    // SAFETY: as above; the new object has the bytes of the type.
    unsafe { place.load(frame, data.address) };
    if matches!(face.kind, Kind::Record(_)) {
        return Ok(made);
    }
    // SAFETY: the value was just written.
    unsafe { load::load(py, face, data.address, NonNull::new(made.as_ptr())) }
}

/// Makes a C function of a Python function; its exceptions are raised where Python called C.
///
/// Parameters
/// ----------
/// signature : str or CType
///     A C function type such as ``"int(const int *, const int *)"``.
/// function : callable, optional
///     What C calls; without it a decorator is returned.
/// errors : {"raise", "report"}, optional
///     Whether an exception is kept and raised when the call that C is in returns to Python, or printed.
/// error : object, optional
///     What C gets when the callable raises; by default zero.
/// ffi : FFI, optional
///     Where the signature's names are declared.
///
/// Returns
/// -------
/// CData
///     A function pointer. It is valid as long as this object lives.
///
/// Examples
/// --------
/// >>> import ferrule
/// >>> @ferrule.callback("double(double)")
/// ... def half(x):
/// ...     return x / 2
/// >>> half(3.0)
/// 1.5
#[pyfunction]
#[pyo3(name = "callback", signature = (signature, function=None, *, errors="raise", error=None, ffi=None))]
fn callback_function(
    py: Python<'_>,
    signature: &Bound<'_, PyAny>,
    function: Option<&Bound<'_, PyAny>>,
    errors: &str,
    error: Option<Py<PyAny>>,
    ffi: Option<Bound<'_, crate::ffi_object::Ffi>>,
) -> PyResult<Py<PyAny>> {
    let ffi = match ffi {
        Some(ffi) => ffi,
        None => py
            .get_type::<crate::ffi_object::Ffi>()
            .call0()?
            .cast_into()
            .map_err(|_| PyTypeError::new_err("FFI() gave something else"))?,
    };
    let face = ffi.get().callable_face(py, signature)?;
    make_or_decorate(py, face, function, error, None, errors)
}

/// Adds the function to the module, and tells `ccall` whom to tell.
pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    set_reporter(Reporter { retired: report_retired, panicked: report_panicked });
    module.add_function(wrap_pyfunction!(callback_function, module)?)
}

fn report_retired(tombstone: &Tombstone) {
    let text = format!(
        "C called the callback `{}` ({}), made at {}, which no longer exists: keep a reference to it",
        tombstone.name, tombstone.signature, tombstone.made_at
    );
    with_interpreter(|py| pyo3::exceptions::PyRuntimeError::new_err(text).write_unraisable(py, None));
}

fn report_panicked(payload: Box<dyn std::any::Any + Send>) {
    let text = panic_text(payload.as_ref());
    // What a destructor of a payload does is unknown; it stays.
    std::mem::forget(payload);
    with_interpreter(|py| errors::internal(text).write_unraisable(py, None));
}
