//! `FFI`: declarations, and what is done with the types they name.

#![expect(clippy::doc_markdown, reason = "docstrings of Python are numpydoc, not Markdown")]

mod allocator;
mod ctype_object;
mod header;
mod lifetime;
mod memory;
mod names;
mod once;
mod open;
mod parts;

use std::sync::{Mutex, MutexGuard, PoisonError};

use cdecl::{DeclareOptions, Declared, Namespace};
use ctype::Align;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};
use source::Source;

pub(crate) use header::bind_headers;

pub(crate) use ctype_object::{CTypeObject, ctype_object};

use crate::callback;
use crate::cdata::{self, CData, Face, Kind};
use crate::errors::{self, CDefError};
use crate::fork;
use crate::in_place::InPlace;
use crate::library;
use crate::table;

/// A set of C declarations, and the way from Python to C and back.
///
/// Examples
/// --------
/// >>> from ferrule import FFI
/// >>> ffi = FFI()
/// >>> ffi.cdef("size_t strlen(const char *s);")
/// >>> libc = ffi.dlopen(None)
/// >>> libc.strlen(b"hello")
/// 5
#[pyclass(frozen, subclass, dict, weakref, module = "ferrule", name = "FFI")]
pub(crate) struct Ffi {
    namespace: Mutex<Namespace>,
    /// Type names that were read already, with their types.
    known: Py<PyDict>,
    /// What ran once, by tag.
    once: Py<PyDict>,
    /// The libraries that were opened and not closed.
    libraries: Py<PyList>,
    in_place: InPlace,
}

/// Which types an argument may be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kinds {
    Objects,
    ObjectsAndFunctions,
}

impl Ffi {
    pub(crate) fn namespace(&self) -> MutexGuard<'_, Namespace> {
        self.namespace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a name is declared as.
    pub(crate) fn declared(&self, name: &str) -> Option<Declared> {
        self.namespace().get(name)
    }

    /// A declaration in its own words, on one line.
    pub(crate) fn declaration(&self, name: &str) -> Option<String> {
        let namespace = self.namespace();
        let (source, statement) = namespace.statement(name)?;
        Some(on_one_line(source.slice(statement)))
    }

    /// The comment that belongs to a declaration.
    pub(crate) fn comment(&self, name: &str) -> Option<String> {
        let namespace = self.namespace();
        let (source, statement) = namespace.statement(name)?;
        bind::comment::of(source.text(), statement)
    }

    /// Forgets which types names stood for: they may stand for others now.
    pub(crate) fn forget_type_names(&self, py: Python<'_>) {
        self.known.bind(py).clear();
    }

    /// The libraries that were opened and not closed.
    pub(crate) fn libraries<'a, 'py>(&'a self, py: Python<'py>) -> &'a Bound<'py, PyList> {
        self.libraries.bind(py)
    }

    /// All names that a library has: functions, variables and constants.
    pub(crate) fn names(&self) -> Vec<String> {
        let namespace = self.namespace();
        let names = namespace.names().filter(|(_, what)| !matches!(what, Declared::Typedef { .. }));
        let mut names: Vec<String> = names.map(|(name, _)| name.to_owned()).collect();
        names.sort();
        names
    }

    /// What a text names in these declarations.
    fn face_of_text(&self, py: Python<'_>, text: &str, kinds: Kinds) -> PyResult<&'static Face> {
        let source = Source::new("<type>", text);
        let found = {
            let (namespace, mut types) = (self.namespace(), table::write());
            match kinds {
                Kinds::Objects => namespace.object_type(&mut types, &source),
                Kinds::ObjectsAndFunctions => namespace.declared_type(&mut types, &source),
            }
        };
        found.map(Face::of).map_err(|diagnostics| errors::raise_for_type(py, diagnostics))
    }

    /// The type that an argument names or is.
    pub(crate) fn face(&self, py: Python<'_>, given: &Bound<'_, PyAny>) -> PyResult<&'static Face> {
        self.face_of(py, given, Kinds::Objects)
    }

    /// As [`Self::face`], where a function type is as good as a pointer to it.
    pub(crate) fn callable_face(&self, py: Python<'_>, given: &Bound<'_, PyAny>) -> PyResult<&'static Face> {
        self.face_of(py, given, Kinds::ObjectsAndFunctions)
    }

    fn face_of(&self, py: Python<'_>, given: &Bound<'_, PyAny>, kinds: Kinds) -> PyResult<&'static Face> {
        let Ok(text) = given.cast::<PyString>() else {
            return match given.cast::<CTypeObject>() {
                Ok(ctype) => Ok(ctype.get().face),
                Err(_) => {
                    let class = given.get_type().name()?;
                    Err(PyTypeError::new_err(format!("expected a C type or its name, got {class}")))
                }
            };
        };
        let known = self.known.bind(py);
        if let Some(ctype) = known.get_item(text)? {
            let face = ctype.cast::<CTypeObject>()?.get().face;
            if kinds == Kinds::ObjectsAndFunctions || !matches!(face.kind, Kind::Function(_)) {
                return Ok(face);
            }
        }
        let face = self.face_of_text(py, text.to_str()?, kinds)?;
        known.set_item(text, ctype_object(py, face)?)?;
        Ok(face)
    }

    /// As [`Self::face`], where C data stands for its type.
    fn face_or_own(&self, py: Python<'_>, given: &Bound<'_, PyAny>) -> PyResult<&'static Face> {
        match CData::of(given.as_borrowed()) {
            Some(data) => Ok(data.face),
            None => self.face(py, given),
        }
    }
}

/// A declaration without comments and directives, on one line.
fn on_one_line(declaration: &str) -> String {
    let lines = declaration.lines().map(|line| line.split("//").next().unwrap_or(line));
    let lines = lines.filter(|line| !line.trim_start().starts_with('#'));
    let joined = lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ");
    let mut kept = String::new();
    let mut rest = joined.as_str();
    while let Some((head, tail)) = rest.split_once("/*") {
        rest = tail.split_once("*/").map_or("", |(_, after)| after.trim_start());
        kept.push_str(if rest.starts_with([',', ')']) { head.trim_end() } else { head });
    }
    kept.push_str(rest);
    kept.trim().trim_start_matches("extern ").to_owned()
}

/// What `packed` and `pack` of `cdef` say; `pack=0` says nothing.
fn packing(
    packed: Option<&Bound<'_, PyAny>>,
    pack: Option<&Bound<'_, PyAny>>,
) -> PyResult<(bool, Option<Align>)> {
    let is_packed = match packed.map(|given| (given, given.extract::<i64>())) {
        None | Some((_, Ok(0))) => false,
        Some((_, Ok(1))) => true,
        Some((given, _)) => {
            let text = format!("packed must be False or True, not {}: pack takes a number", given.repr()?);
            return Err(PyValueError::new_err(text));
        }
    };
    let Some(given) = pack else { return Ok((is_packed, None)) };
    if !given.is_truthy()? {
        return Ok((is_packed, None));
    }
    if is_packed {
        return Err(PyValueError::new_err("cdef() takes one of packed and pack, not both"));
    }
    let align = given.extract::<u64>().ok().and_then(Align::bytes);
    match align {
        Some(_) => Ok((false, align)),
        None => Err(PyValueError::new_err(format!("pack must be a power of two, not {}", given.repr()?))),
    }
}

#[pymethods]
impl Ffi {
    /// An FFI without declarations.
    #[new]
    fn new(py: Python<'_>) -> Self {
        Self {
            namespace: Mutex::default(),
            known: PyDict::new(py).unbind(),
            once: PyDict::new(py).unbind(),
            libraries: PyList::empty(py).unbind(),
            in_place: InPlace::yes(),
        }
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        // The object's own dict, where a library that refers back may be, is visited by `pyo3`.
        if !self.in_place.is_set() {
            return Ok(());
        }
        visit.call(&self.known)?;
        visit.call(&self.once)?;
        visit.call(&self.libraries)
    }

    /// Read C declarations.
    ///
    /// Parameters
    /// ----------
    /// csource : str
    ///     Declarations as a header has them.
    /// override : bool, optional
    ///     Whether a name that is declared already gets the new meaning instead of being an error.
    /// packed : bool, optional
    ///     Whether every struct of the text is packed.
    /// pack : int, optional
    ///     The largest alignment of a member, as by ``#pragma pack(n)``.
    ///
    /// Raises
    /// ------
    /// CDefError
    ///     With everything that is wrong with the text; nothing was declared then.
    ///
    /// Examples
    /// --------
    /// >>> from ferrule import FFI
    /// >>> ffi = FFI()
    /// >>> ffi.cdef("struct point { int x, y; };")
    /// >>> ffi.sizeof("struct point")
    /// 8
    #[pyo3(
        signature = (csource, r#override=None, packed=None, pack=None),
        text_signature = "($self, csource, override=False, packed=False, pack=None)"
    )]
    fn cdef(
        &self,
        py: Python<'_>,
        csource: &str,
        r#override: Option<&Bound<'_, PyAny>>,
        packed: Option<&Bound<'_, PyAny>>,
        pack: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let is_override = r#override.map_or(Ok(false), PyAnyMethods::is_truthy)?;
        let (is_packed, pack) = packing(packed, pack)?;
        let options = DeclareOptions { is_override, is_packed, pack };
        let source = Source::new("<cdef>", csource);
        let declared = py.detach(|| {
            let _working = fork::working();
            let mut namespace = self.namespace();
            namespace.declare(&mut table::write(), &source, &options)
        });
        match declared {
            Ok(()) => {
                self.forget_type_names(py);
                if is_override {
                    library::forget_names(self.libraries(py));
                }
                Ok(())
            }
            Err(diagnostics) => Err(errors::raise(py, &py.get_type::<CDefError>(), diagnostics)),
        }
    }

    /// Allocate C memory that lives as long as the object.
    ///
    /// Parameters
    /// ----------
    /// cdecl : str or CType
    ///     A pointer type, for what it points to, or an array type.
    /// init : object, optional
    ///     A number, bytes, a list, tuple or dict, C data: nested as the type is. For an open array also its
    ///     length. What it does not set is zero.
    ///
    /// Returns
    /// -------
    /// CData
    ///     A pointer to the memory, or the array.
    ///
    /// Examples
    /// --------
    /// >>> from ferrule import FFI
    /// >>> ffi = FFI()
    /// >>> list(ffi.new("int[]", [1, 2, 3]))
    /// [1, 2, 3]
    #[pyo3(name = "new", signature = (cdecl, init=None))]
    fn new_<'py>(
        &self,
        py: Python<'py>,
        cdecl: &Bound<'py, PyAny>,
        init: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let face = self.face(py, cdecl)?;
        Ok(cdata::new(py, face, init.map(Bound::as_borrowed))?)
    }

    /// Convert as C's cast does, truncating what does not fit.
    ///
    /// Parameters
    /// ----------
    /// cdecl : str or CType
    ///     A scalar or pointer type.
    /// source : object
    ///     A number, a character, C data.
    ///
    /// Returns
    /// -------
    /// CData
    ///
    /// Examples
    /// --------
    /// >>> from ferrule import FFI
    /// >>> int(FFI().cast("unsigned char", 300))
    /// 44
    fn cast<'py>(
        &self,
        py: Python<'py>,
        cdecl: &Bound<'py, PyAny>,
        source: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let face = self.face(py, cdecl)?;
        Ok(cdata::cast(py, face, source.as_borrowed())?)
    }

    /// The C type that a text names, or that C data has.
    ///
    /// Parameters
    /// ----------
    /// cdecl : str, CData or CType
    ///
    /// Returns
    /// -------
    /// CType
    ///
    /// Examples
    /// --------
    /// >>> from ferrule import FFI
    /// >>> FFI().typeof("int(*)(const char *)")
    /// <ctype 'int(*)(const char *)'>
    #[pyo3(name = "typeof")]
    fn typeof_(&self, py: Python<'_>, cdecl: &Bound<'_, PyAny>) -> PyResult<Py<CTypeObject>> {
        ctype_object(py, self.face_or_own(py, cdecl)?)
    }

    /// How many bytes a type or C data takes; of an owned array or open struct its real size.
    ///
    /// Parameters
    /// ----------
    /// cdecl : str, CType or CData
    ///
    /// Returns
    /// -------
    /// int
    ///
    /// Examples
    /// --------
    /// >>> from ferrule import FFI
    /// >>> FFI().sizeof("double[3]")
    /// 24
    fn sizeof(&self, py: Python<'_>, cdecl: &Bound<'_, PyAny>) -> PyResult<usize> {
        if let Some(data) = CData::of(cdecl.as_borrowed())
            && matches!(data.face.kind, Kind::Array(..) | Kind::Record(_))
            && let Some(extent) = data.extent()
        {
            return Ok(extent);
        }
        Ok(self.face_or_own(py, cdecl)?.known_size()?)
    }

    /// To how many bytes a type is aligned.
    ///
    /// Parameters
    /// ----------
    /// cdecl : str, CType or CData
    ///
    /// Returns
    /// -------
    /// int
    ///
    /// Examples
    /// --------
    /// >>> from ferrule import FFI
    /// >>> FFI().alignof("double")
    /// 8
    fn alignof(&self, py: Python<'_>, cdecl: &Bound<'_, PyAny>) -> PyResult<u64> {
        let face = self.face_or_own(py, cdecl)?;
        let align = { table::read().align(face.id) };
        let unknown = |_| PyValueError::new_err(format!("ctype '{}' is of unknown alignment", face.name()));
        Ok(align.map_err(unknown)?.get())
    }

    /// Text of C as bytes or str.
    ///
    /// Parameters
    /// ----------
    /// cdata : CData
    ///     An array of characters or a pointer to them, a character, or an enum's value.
    /// maxlen : int, optional
    ///     The most characters to read; an array is never read beyond its end.
    ///
    /// Returns
    /// -------
    /// bytes or str
    ///     Up to the terminator; for an enum the name of its value.
    ///
    /// Raises
    /// ------
    /// RuntimeError
    ///     For NULL.
    ///
    /// Examples
    /// --------
    /// >>> from ferrule import FFI
    /// >>> ffi = FFI()
    /// >>> ffi.string(ffi.new("char[]", b"hello"))
    /// b'hello'
    #[pyo3(signature = (cdata, maxlen=-1), text_signature = "($self, cdata, maxlen=-1)")]
    fn string<'py>(
        _ffi: &Bound<'_, Self>,
        py: Python<'py>,
        cdata: &Bound<'py, PyAny>,
        maxlen: isize,
    ) -> PyResult<Bound<'py, PyAny>> {
        let Some(data) = CData::of(cdata.as_borrowed()) else {
            let class = cdata.get_type().name()?;
            return Err(PyTypeError::new_err(format!("string() argument must be C data, not {class}")));
        };
        Ok(cdata::string(py, data, usize::try_from(maxlen).ok())?)
    }

    /// Make a C function of a Python function.
    ///
    /// Parameters
    /// ----------
    /// cdecl : str or CType
    ///     A function type or a pointer to one.
    /// python_callable : callable, optional
    ///     What C calls; without it a decorator is returned.
    /// error : object, optional
    ///     What C gets when the callable raises; by default zero.
    /// onerror : callable, optional
    ///     Called with the exception's type, value and traceback; what it returns, unless None, is returned to C.
    /// errors : {"report", "raise"}, optional
    ///     Whether an exception is printed, or kept and raised when the call that C is in returns to Python.
    ///
    /// Returns
    /// -------
    /// CData
    ///     A function pointer. It is valid as long as this object lives.
    ///
    /// Examples
    /// --------
    /// >>> from ferrule import FFI
    /// >>> ffi = FFI()
    /// >>> double = ffi.callback("int(int)", lambda x: 2 * x)
    /// >>> double(21)
    /// 42
    #[pyo3(signature = (cdecl, python_callable=None, error=None, onerror=None, *, errors="report"))]
    fn callback(
        &self,
        py: Python<'_>,
        cdecl: &Bound<'_, PyAny>,
        python_callable: Option<&Bound<'_, PyAny>>,
        error: Option<Py<PyAny>>,
        onerror: Option<Py<PyAny>>,
        errors: &str,
    ) -> PyResult<Py<PyAny>> {
        let face = self.callable_face(py, cdecl)?;
        callback::make_or_decorate(py, face, python_callable, error, onerror, errors)
    }

    /// What the last C call of this thread left in ``errno``; what the next one finds there.
    #[getter]
    fn errno(_this: PyRef<'_, Self>) -> i32 {
        ccall::errno::get()
    }

    #[setter]
    fn set_errno(_this: PyRef<'_, Self>, value: i32) {
        ccall::errno::set(value);
    }
}

/// Adds the classes to the module.
pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Ffi>()?;
    ctype_object::register(module)?;
    module.add_function(wrap_pyfunction!(bind_headers, module)?)?;
    allocator::register(module)?;
    let py = module.py();
    let class = py.get_type::<Ffi>();
    class.setattr("CData", module.getattr("CData")?)?;
    class.setattr("buffer", module.getattr("buffer")?)?;
    class.setattr("CType", py.get_type::<CTypeObject>())?;
    class.setattr("error", module.getattr("FFIError")?)?;
    open::add_flags(&class)?;
    let void = { table::write().void() };
    // A ``void *``.
    class.setattr("NULL", cdata::object::plain(py, Face::of(void).pointer(), std::ptr::null_mut())?)
}
