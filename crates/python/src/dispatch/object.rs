//! The object that `njit` makes of a function.
//!
//! # Safety model
//! CPython finds the vectorcall function at the offset that [`install`] tells it: that of the field in every
//! object of the class.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pyo3::PyTraverseError;
use pyo3::PyVisit;
use pyo3::exceptions::PyValueError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use super::bind::Parameters;
use super::cache::Cache;
use super::specialisation::Specialisation;
use super::{call, compile};
use crate::compiled::Options;
use crate::in_place::InPlace;
use crate::signature::{Signature, TypeKind, Wanted, tuple_of_types};

/// A Python function that is compiled when it is called.
///
/// A call looks at the types of the arguments and runs the code for them, which is compiled when it is first
/// wanted. Strings, functions and ``None`` are part of the type: each has code of its own.
///
/// Examples
/// --------
/// >>> from ferrule import njit
/// >>> @njit
/// ... def add(x, y):
/// ...     return x + y
/// >>> add(1, 2), add(1, 0.5)
/// (3, 1.5)
/// >>> add.signatures
/// [(int64, int64), (int64, float64)]
#[pyclass(frozen, dict, weakref, immutable_type, module = "ferrule", name = "Dispatcher")]
pub(crate) struct Dispatcher {
    /// What CPython calls.
    vectorcall: ffi::vectorcallfunc,
    /// How many arguments by position need no binding, if there is such a number.
    pub(super) plain_count: Option<usize>,
    pub(super) cache: Cache,
    pub(super) parameters: Parameters,
    pub(super) options: Options,
    /// Whether only the signatures that were given are served.
    is_closed: Mutex<bool>,
    /// The Python function, until the garbage collector takes it.
    function: Mutex<Option<Py<PyAny>>>,
    in_place: InPlace,
}

impl Dispatcher {
    /// Of a Python function.
    pub(super) fn new<'py>(function: &Bound<'py, PyAny>, options: Options) -> PyResult<Bound<'py, Self>> {
        let parameters = Parameters::of(function)?;
        let made = Self {
            vectorcall: call::vectorcall,
            plain_count: parameters.plain_count(),
            cache: Cache::default(),
            parameters,
            options,
            is_closed: Mutex::new(false),
            function: Mutex::new(Some(function.clone().unbind())),
            in_place: InPlace::yes(),
        };
        let made = Bound::new(function.py(), made)?;
        install(&made);
        for name in ["__module__", "__name__", "__qualname__", "__doc__"] {
            made.setattr(name, function.getattr(name)?)?;
        }
        Ok(made)
    }

    fn held(&self) -> MutexGuard<'_, Option<Py<PyAny>>> {
        self.function.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The Python function.
    pub(crate) fn function<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let function = self.held().as_ref().map(|function| function.bind(py).clone());
        function.ok_or_else(|| PyValueError::new_err("the function is gone"))
    }

    /// What its text is made into.
    pub(crate) const fn rules(&self) -> infer::Options {
        self.options.rules
    }

    /// The types that were given to variables.
    pub(crate) fn locals(&self) -> &[(String, TypeKind)] {
        &self.options.locals
    }

    /// Serves only the signatures that it has from now on.
    pub(super) fn close(&self, is_closed: bool) {
        *self.is_closed.lock().unwrap_or_else(PoisonError::into_inner) = is_closed;
    }

    pub(super) fn is_closed(&self) -> bool {
        *self.is_closed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The specialisation of a signature that is there.
    fn find(&self, signature: &Bound<'_, PyAny>) -> PyResult<Arc<Specialisation>> {
        let wanted = call::wanted(signature)?;
        let is_it = |made: &Arc<Specialisation>| made.shown.0 == wanted.params;
        let found = self.cache.all().into_iter().find(is_it);
        found.ok_or_else(|| PyValueError::new_err(format!("{} is not compiled", wanted.shown())))
    }

    /// What `text` says of one signature, or of all by their arguments.
    fn inspect<'py>(
        &self,
        py: Python<'py>,
        signature: Option<&Bound<'py, PyAny>>,
        text: fn(Python<'_>, &Specialisation) -> PyResult<String>,
    ) -> PyResult<Bound<'py, PyAny>> {
        if let Some(signature) = signature {
            return Ok(text(py, &*self.find(signature)?)?.into_pyobject(py)?.into_any());
        }
        let all = PyDict::new(py);
        for made in self.cache.all() {
            all.set_item(args_of(py, &made)?, text(py, &made)?)?;
        }
        Ok(all.into_any())
    }
}

impl Wanted {
    fn shown(&self) -> &str {
        self.source.text()
    }
}

/// Tells CPython where the vectorcall function of such objects is. The address of one object says where the
/// field is in all.
fn install(made: &Bound<'_, Dispatcher>) {
    // SAFETY: the lock is held; the class is ours and immutable for everybody else. Objects of it all have the
    // field at this offset, and `tp_call` goes through it.
    unsafe {
        let class = ffi::Py_TYPE(made.as_ptr());
        if (*class).tp_flags & ffi::Py_TPFLAGS_HAVE_VECTORCALL != 0 {
            return;
        }
        let field = (&raw const made.get().vectorcall).addr();
        let offset = field - made.as_ptr().addr();
        (*class).tp_vectorcall_offset = isize::try_from(offset).unwrap_or_default();
        (*class).tp_call = Some(ffi::PyVectorcall_Call);
        (*class).tp_flags |= ffi::Py_TPFLAGS_HAVE_VECTORCALL;
        ffi::PyType_Modified(class);
    }
}

/// The types of the arguments, as users see them.
fn args_of<'py>(py: Python<'py>, made: &Specialisation) -> PyResult<Bound<'py, PyTuple>> {
    tuple_of_types(py, &made.shown.0)
}

fn signature_of<'py>(py: Python<'py>, made: &Specialisation) -> PyResult<Bound<'py, Signature>> {
    let (params, result) = made.shown.clone();
    Bound::new(py, Signature { result, params, c_text: None })
}

#[pymethods]
impl Dispatcher {
    /// The Python function.
    #[getter]
    fn py_func<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.function(py)
    }

    /// The Python function.
    #[getter]
    fn __wrapped__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.function(py)
    }

    /// The types of arguments for which there is code, in the order in which it was compiled.
    #[getter]
    fn signatures<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyTuple>>> {
        self.cache.all().iter().map(|made| args_of(py, made)).collect()
    }

    /// The signatures for which there is code, with their results.
    #[getter]
    fn nopython_signatures<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, Signature>>> {
        self.cache.all().iter().map(|made| signature_of(py, made)).collect()
    }

    /// The signatures for which there is code by the types of their arguments.
    #[getter]
    fn overloads<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let all = PyDict::new(py);
        for made in self.cache.all() {
            all.set_item(args_of(py, &made)?, signature_of(py, &made)?)?;
        }
        Ok(all)
    }

    /// The options that were given.
    #[getter]
    fn targetoptions<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let options = PyDict::new(py);
        for (name, value) in self.options.given() {
            options.set_item(name, value.bind(py))?;
        }
        Ok(options)
    }

    /// How often code was found in the cache on disk, which there is not yet, and how often it was compiled.
    #[getter]
    fn stats<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let misses = PyDict::new(py);
        for made in self.cache.all() {
            misses.set_item(args_of(py, &made)?, 1)?;
        }
        let fields = PyDict::new(py);
        fields.set_item("cache_path", py.None())?;
        fields.set_item("cache_hits", PyDict::new(py))?;
        fields.set_item("cache_misses", misses)?;
        py.import("types")?.getattr("SimpleNamespace")?.call((), Some(&fields))
    }

    /// Compile for a signature, whether or not it was called with such arguments.
    fn compile(slf: &Bound<'_, Self>, sig: &Bound<'_, PyAny>) -> PyResult<()> {
        call::compile_signature(slf, sig)
    }

    /// Serve only the signatures for which there is code, or any again.
    #[pyo3(signature = (val=true))]
    fn disable_compile(&self, val: bool) {
        self.close(val);
    }

    /// Write the typed program of one signature, or of all, to a file or standard output.
    #[pyo3(signature = (file=None, signature=None))]
    fn inspect_types<'py>(
        &self,
        py: Python<'py>,
        file: Option<Bound<'py, PyAny>>,
        signature: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<()> {
        let all = match signature {
            Some(signature) => vec![self.find(signature)?],
            None => self.cache.all(),
        };
        let file = match file {
            Some(file) => file,
            None => py.import("sys")?.getattr("stdout")?,
        };
        for made in all {
            let head = signature_of(py, &made)?.repr()?;
            let program = compile::typed_text(&made);
            file.call_method1("write", (format!("{} {head}\n{program}\n", made.descriptor.name()),))?;
        }
        Ok(())
    }

    /// The function in LLVM's language, as it was handed to LLVM: of one signature, or of all in a dict.
    #[pyo3(signature = (signature=None))]
    fn inspect_llvm<'py>(
        &self,
        py: Python<'py>,
        signature: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.inspect(py, signature, compile::llvm_ir)
    }

    /// The function in this machine's assembly language: of one signature, or of all in a dict.
    #[pyo3(signature = (signature=None))]
    fn inspect_asm<'py>(
        &self,
        py: Python<'py>,
        signature: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.inspect(py, signature, compile::assembly)
    }

    #[pyo3(signature = (*args, **kwargs))]
    fn __call__<'py>(
        slf: &Bound<'py, Self>,
        args: &Bound<'py, PyTuple>,
        kwargs: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let kwargs = kwargs.map_or(std::ptr::null_mut(), Bound::as_ptr);
        // SAFETY: a live object of a class with vectorcall, a tuple, and null or a dict.
        unsafe {
            let result = ffi::PyVectorcall_Call(slf.as_ptr(), args.as_ptr(), kwargs);
            Bound::from_owned_ptr_or_err(slf.py(), result)
        }
    }

    /// As a method of an object.
    fn __get__<'py>(
        slf: Bound<'py, Self>,
        instance: Option<Bound<'py, PyAny>>,
        _class: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let Some(instance) = instance else { return Ok(slf.into_any()) };
        // SAFETY: both live.
        unsafe {
            let method = PyMethod_New(slf.as_ptr(), instance.as_ptr());
            Bound::from_owned_ptr_or_err(slf.py(), method)
        }
    }

    /// Pickled by its name, as a function is.
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.getattr("__qualname__")
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        let function = slf.get().function(slf.py())?;
        Ok(format!("<njit {}>", function.repr()?))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        if !self.in_place.is_set() {
            return Ok(());
        }
        for default in self.parameters.defaults() {
            visit.call(default)?;
        }
        for made in self.cache.all() {
            made.descriptor.traverse(&visit)?;
            made.outcome.traverse(&visit)?;
            made.keeps.iter().try_for_each(|object| visit.call(object))?;
        }
        // The lock is free: whoever has it holds the interpreter's lock and runs no Python.
        let Ok(function) = self.function.try_lock() else { return Ok(()) };
        visit.call(&*function)
    }

    fn __clear__(&self) {
        let function = self.held().take();
        // What is dropped may run Python, with the lock given back.
        drop(function);
        self.cache.clear();
    }
}

unsafe extern "C" {
    /// CPython's, which `pyo3` does not name: a function bound to an object, a new reference or null.
    fn PyMethod_New(function: *mut ffi::PyObject, object: *mut ffi::PyObject) -> *mut ffi::PyObject;
}

/// The dispatcher that a slot was called with.
///
/// # Safety
/// `object` is a live object of the class and stays so for `'a`.
#[inline]
pub(super) unsafe fn of_ptr<'a>(object: *mut ffi::PyObject) -> &'a Dispatcher {
    // SAFETY: the caller's promise.
    unsafe { Borrowed::from_ptr(Python::assume_attached(), object).cast_unchecked::<Dispatcher>().get() }
}
