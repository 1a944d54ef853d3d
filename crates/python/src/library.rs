//! Loaded libraries as Python objects: `lib.f`, `lib.variable`, `lib.CONSTANT`.
//!
//! A name is looked up in the declarations when it is first asked for, so a library may be opened
//! before its `cdef`. What cannot change, functions and constants, is then kept in the object's
//! dict, where the next access finds it. `dlclose` makes all of that unusable; the library itself
//! stays loaded while a function of it is alive.

use std::ffi::{OsStr, c_int, c_void};
use std::mem::{offset_of, size_of};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use cdecl::{Declared, Value};
use ctype::Qualified;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyFloat, PyList, PyString};

use crate::call;
use crate::cdata::object::CData;
use crate::cdata::room::Room;
use crate::cdata::{Face, Kind, function, load, object, store};
use crate::failure::{Class, Failure};
use crate::ffi_object::Ffi;
use crate::trampoline::slot;

/// A loaded library, shared by the library object and the functions taken from it.
pub(crate) struct Loaded {
    library: Option<ccall::Library>,
    /// What it was opened as.
    name: String,
    is_closed: AtomicBool,
}

impl Loaded {
    /// The library, unless it was closed.
    fn open(&self) -> Result<&ccall::Library, Failure> {
        let library = self.library.as_ref().filter(|_| !self.is_closed.load(Ordering::Relaxed));
        library.ok_or_else(|| Failure::new(Class::Value, format!("library '{}' has been closed", self.name)))
    }
}

impl Drop for Loaded {
    fn drop(&mut self) {
        if self.is_closed.load(Ordering::Relaxed)
            && let Some(library) = self.library.take()
        {
            // SAFETY: `dlclose` was asked for, and neither the library object nor a function of
            // it is alive. There is nobody to tell of an error.
            let _ = unsafe { library.close() };
        }
    }
}

/// Where a function or a variable came from.
#[pyclass(frozen, module = "ferrule")]
pub(crate) struct Symbol {
    /// Its name.
    pub(crate) name: String,
    /// Its declaration, for messages.
    pub(crate) declaration: String,
    /// The names of a function's parameters, as far as they are given.
    pub(crate) parameters: Box<[Option<String>]>,
    /// The comment that belongs to the declaration.
    pub(crate) comment: Option<String>,
    /// What keeps it loaded.
    library: Arc<Loaded>,
}

impl Symbol {
    /// What the library was opened as.
    pub(crate) fn library(&self) -> &str {
        &self.library.name
    }

    /// Refuses what is in a library that was closed.
    pub(crate) fn check_open(&self) -> Result<(), Failure> {
        self.library.open().map(drop)
    }
}

/// For which functions the interpreter's lock is released around a call.
pub(crate) enum ReleaseGil {
    /// For all or for none.
    All(bool),
    /// For each as a mapping says, and for those it does not name.
    Named(Py<PyDict>),
}

/// The library object's memory.
#[repr(C)]
struct Lib {
    head: ffi::PyObject,
    weak_references: *mut ffi::PyObject,
    dict: *mut ffi::PyObject,
    inner: *mut Inner,
}

struct Inner {
    ffi: Py<Ffi>,
    loaded: Arc<Loaded>,
    release_gil: ReleaseGil,
}

static CLASS: OnceLock<usize> = OnceLock::new();

fn class() -> *mut ffi::PyTypeObject {
    let address = *CLASS.get().expect("the module was initialised");
    std::ptr::with_exposed_provenance_mut(address)
}

/// Makes the class.
pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    let member = |name: &'static std::ffi::CStr, offset: usize| ffi::PyMemberDef {
        name: name.as_ptr(),
        type_code: ffi::Py_T_PYSSIZET,
        offset: offset.cast_signed(),
        flags: ffi::Py_READONLY,
        doc: std::ptr::null(),
    };
    let end =
        ffi::PyMemberDef { name: std::ptr::null(), type_code: 0, offset: 0, flags: 0, doc: std::ptr::null() };
    let members = Box::leak(Box::new([
        member(c"__weaklistoffset__", offset_of!(Lib, weak_references)),
        member(c"__dictoffset__", offset_of!(Lib, dict)),
        end,
    ]));
    let methods = Box::leak(Box::new([
        ffi::PyMethodDef {
            ml_name: c"__dir__".as_ptr(),
            ml_meth: ffi::PyMethodDefPointer { PyCFunction: dir },
            ml_flags: ffi::METH_NOARGS,
            ml_doc: c"All names that are declared.".as_ptr(),
        },
        ffi::PyMethodDef::zeroed(),
    ]));
    let slot = |slot, pfunc| ffi::PyType_Slot { slot, pfunc };
    let mut slots = [
        slot(ffi::Py_tp_doc, c"A library opened by `FFI.dlopen`.".as_ptr() as *mut c_void),
        slot(ffi::Py_tp_dealloc, deallocate as *mut c_void),
        slot(ffi::Py_tp_traverse, traverse as *mut c_void),
        slot(ffi::Py_tp_clear, clear as *mut c_void),
        slot(ffi::Py_tp_getattro, get_attribute as *mut c_void),
        slot(ffi::Py_tp_setattro, set_attribute as *mut c_void),
        slot(ffi::Py_tp_repr, repr as *mut c_void),
        slot(ffi::Py_tp_members, members.as_mut_ptr().cast()),
        slot(ffi::Py_tp_methods, methods.as_mut_ptr().cast()),
        slot(0, std::ptr::null_mut()),
    ];
    let flags = ffi::Py_TPFLAGS_DEFAULT
        | ffi::Py_TPFLAGS_DISALLOW_INSTANTIATION
        | ffi::Py_TPFLAGS_IMMUTABLETYPE
        | ffi::Py_TPFLAGS_HAVE_GC;
    let mut spec = ffi::PyType_Spec {
        name: c"ferrule.Lib".as_ptr(),
        basicsize: c_int::try_from(size_of::<Lib>()).expect("a layout is small"),
        itemsize: 0,
        flags: std::ffi::c_uint::try_from(flags).expect("flags are 32 bits"),
        slots: slots.as_mut_ptr(),
    };
    // SAFETY: the tables end in a null, and those that CPython does not copy are leaked.
    let made = unsafe { ffi::PyType_FromSpec(&raw mut spec) };
    if made.is_null() {
        return Err(PyErr::fetch(py));
    }
    CLASS.get_or_init(|| made.expose_provenance());
    // SAFETY: the class lives for ever.
    module.add("Lib", unsafe { Bound::from_borrowed_ptr(py, made) })
}

/// Opens a library.
pub(crate) fn open<'py>(
    py: Python<'py>,
    ffi_object: Py<Ffi>,
    path: Option<&OsStr>,
    flags: c_int,
    release_gil: ReleaseGil,
) -> Result<Bound<'py, PyAny>, Failure> {
    let name = path.map_or_else(|| "<None>".to_owned(), |path| path.to_string_lossy().into_owned());
    // The system wants one of the two; other flags may be given alone.
    let has_time = flags & (libc::RTLD_NOW | libc::RTLD_LAZY) != 0;
    let flags = ccall::LoadFlags(if has_time { flags } else { flags | libc::RTLD_NOW });
    let opened = py.detach(|| ccall::Library::open(path, flags));
    let library =
        opened.map_err(|error| Failure::new(Class::Os, format!("cannot load library '{name}': {error}")))?;
    make(py, ffi_object, library, name, release_gil)
}

/// The library of a handle, which C data of type `void *` says.
pub(crate) fn adopt<'py>(
    py: Python<'py>,
    ffi_object: Py<Ffi>,
    handle: &CData,
    release_gil: ReleaseGil,
) -> Result<Bound<'py, PyAny>, Failure> {
    if !matches!(handle.face.pointee(), Some(Face { kind: Kind::Void, .. })) {
        let text = format!("dlopen() takes a name, a path or a 'void *', got {}", handle.describe());
        return Err(Failure::wrong_type(text));
    }
    let Some(address) = NonNull::new(handle.address) else {
        return Err(Failure::new(Class::Runtime, "cannot call dlopen(NULL): the process is dlopen(None)"));
    };
    // SAFETY: that the pointer came from `dlopen` and is open is the word of whoever gave it.
    let library = unsafe { ccall::Library::from_handle(address.cast()) };
    make(py, ffi_object, library, format!("<handle {address:?}>"), release_gil)
}

/// The library object of a library.
fn make(
    py: Python<'_>,
    ffi_object: Py<Ffi>,
    library: ccall::Library,
    name: String,
    release_gil: ReleaseGil,
) -> Result<Bound<'_, PyAny>, Failure> {
    let loaded = Arc::new(Loaded { library: Some(library), name, is_closed: AtomicBool::new(false) });
    let libraries = ffi_object.get().libraries(py).clone();
    let inner = Box::new(Inner { ffi: ffi_object, loaded, release_gil });
    // SAFETY: the memory has the layout; all fields are written before the object is seen.
    let made = unsafe {
        let object = ffi::PyObject_GC_New::<ffi::PyObject>(class());
        if object.is_null() {
            return Err(Failure::raised(py));
        }
        let lib = object.cast::<Lib>();
        (&raw mut (*lib).weak_references).write(std::ptr::null_mut());
        (&raw mut (*lib).dict).write(PyDict::new(py).into_ptr());
        (&raw mut (*lib).inner).write(Box::into_raw(inner));
        ffi::PyObject_GC_Track(object.cast());
        Bound::from_owned_ptr(py, object)
    };
    libraries.append(&made)?;
    Ok(made)
}

/// Forgets what names of these libraries stood for: they may stand for something else now.
pub(crate) fn forget_names(libraries: &Bound<'_, PyList>) {
    for library in libraries.iter().filter(|library| is_library(library.as_borrowed())) {
        // SAFETY: it is a library object, and alive.
        let (_, dict) = unsafe { parts(library.as_ptr(), library.py()) };
        dict.clear();
    }
}

/// Whether it is a library that [`open`] or [`adopt`] made.
pub(crate) fn is_library(object: Borrowed<'_, '_, PyAny>) -> bool {
    // SAFETY: the object lives.
    unsafe { ffi::Py_TYPE(object.as_ptr()) == class() }
}

/// Where a function or variable of a library object is.
///
/// # Panics
/// If it is no library object ([`is_library`]).
pub(crate) fn address_of<'py>(
    library: Borrowed<'_, 'py, PyAny>,
    name: &Bound<'py, PyString>,
) -> Result<Bound<'py, PyAny>, Failure> {
    assert!(is_library(library), "the caller asked");
    let py = library.py();
    // SAFETY: it is a library object that the caller keeps alive.
    let (inner, _) = unsafe { parts(library.as_ptr(), py) };
    let text = name.to_str()?;
    match inner.ffi.get().declared(text) {
        Some(Declared::Variable(ty)) => inner.variable_address(py, text, ty),
        Some(Declared::Function(_)) => Ok(library.getattr(name)?),
        Some(Declared::Constant(_) | Declared::Value(_)) => {
            let text = format!("'{text}' is a constant: it has no address");
            Err(Failure::new(Class::Attribute, text))
        }
        Some(Declared::Typedef { .. }) | None => Err(undeclared(inner, text)),
    }
}

/// Closes a library: what was taken from it raises from now on. Closing again does nothing.
pub(crate) fn close(library: Borrowed<'_, '_, PyAny>) -> Result<(), Failure> {
    if !is_library(library) {
        return Err(Failure::wrong_type("dlclose() takes a library that dlopen() returned"));
    }
    // SAFETY: it is a library object that the caller keeps alive.
    let (inner, dict) = unsafe { parts(library.as_ptr(), library.py()) };
    inner.loaded.is_closed.store(true, Ordering::Relaxed);
    for value in dict.values() {
        if let Some(data) = CData::of(value.as_borrowed()) {
            function::close(data);
        }
    }
    dict.clear();
    let libraries = inner.ffi.get().libraries(library.py());
    // Not by `remove`: a library is itself, whatever it is compared with.
    if let Some(place) = libraries.iter().position(|other| other.is(&*library)) {
        libraries.del_item(place)?;
    }
    Ok(())
}

/// # Safety
/// `this` is a live library object and stays so for `'a`.
unsafe fn parts<'a>(this: *mut ffi::PyObject, py: Python<'_>) -> (&'a Inner, Borrowed<'a, '_, PyDict>) {
    // SAFETY: the caller's promise; both are written when the object is made.
    unsafe {
        let lib = this.cast::<Lib>();
        (&*(*lib).inner, Borrowed::from_ptr(py, (*lib).dict).cast_unchecked())
    }
}

/// `lib.name`.
unsafe extern "C" fn get_attribute(this: *mut ffi::PyObject, name: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: CPython calls the slot with a live object of the class, and a string.
    unsafe {
        let found = ffi::PyDict_GetItemWithError((*this.cast::<Lib>()).dict, name);
        if !found.is_null() {
            return ffi::Py_NewRef(found);
        }
        // The name's hash or comparison may be a user's.
        if !ffi::PyErr_Occurred().is_null() {
            return std::ptr::null_mut();
        }
    }
    // SAFETY: as above.
    slot(|py| unsafe { find(py, this, Borrowed::from_ptr(py, name)) })
}

/// What a name that is not in the dict is.
#[cold]
unsafe fn find(
    py: Python<'_>,
    this: *mut ffi::PyObject,
    name: Borrowed<'_, '_, PyAny>,
) -> Result<*mut ffi::PyObject, Failure> {
    // SAFETY: the caller has a live library object.
    let (inner, dict) = unsafe { parts(this, py) };
    let text = name.cast::<PyString>().map_err(PyErr::from)?;
    let text = text.to_str()?;
    let Some(what) = inner.ffi.get().declared(text) else {
        // SAFETY: live objects.
        let found = unsafe { ffi::PyObject_GenericGetAttr(this, name.as_ptr()) };
        return if found.is_null() { Err(undeclared(inner, text)) } else { Ok(found) };
    };
    let value = match what {
        Declared::Function(ty) => inner.function(py, text, Face::of(ty))?,
        Declared::Constant(constant) => {
            // SAFETY: the lock is held.
            unsafe { load::owned(py, pyobject::from_i128(constant.value)) }?
        }
        Declared::Value(id) => {
            let value = inner.ffi.get().namespace().value(id).clone();
            header_value(py, &value)?
        }
        Declared::Variable(ty) => return Ok(inner.read(py, text, ty)?.into_ptr()),
        Declared::Typedef { .. } => return Err(undeclared(inner, text)),
    };
    dict.set_item(name, &value)?;
    Ok(value.into_ptr())
}

/// The value of a macro that is no integer.
fn header_value<'py>(py: Python<'py>, value: &Value) -> Result<Bound<'py, PyAny>, Failure> {
    match value {
        Value::Float { value, .. } => Ok(PyFloat::new(py, *value).into_any()),
        Value::Text(bytes) => Ok(PyBytes::new(py, bytes).into_any()),
        Value::Pointer { ty, address } => {
            let address = std::ptr::without_provenance_mut(usize::try_from(*address).unwrap_or(usize::MAX));
            let face = Face::of(*ty);
            if face.is_function_pointer() {
                return function::make(py, face, address, None);
            }
            object::plain(py, face, address)
        }
    }
}

#[cold]
fn undeclared(inner: &Inner, name: &str) -> Failure {
    // What GenericGetAttr raised says less.
    // SAFETY: the lock is held.
    unsafe { ffi::PyErr_Clear() };
    let text = format!("'{name}' is not declared (library '{}')", inner.loaded.name);
    Failure::new(Class::Attribute, text)
}

impl Inner {
    fn address(&self, name: &str, kind: &str) -> Result<*mut u8, Failure> {
        let library = self.loaded.open()?;
        let linked = self.ffi.get().namespace().symbol(name).cloned();
        let address = library.symbol(linked.as_deref().unwrap_or(name)).map_err(|error| {
            let text = format!("{kind} '{name}' not found in library '{}': {error}", self.loaded.name);
            Failure::new(Class::Attribute, text)
        })?;
        Ok(address.cast())
    }

    fn symbol(&self, name: &str, face: &Face) -> Symbol {
        let declaration = self.ffi.get().declaration(name).unwrap_or_else(|| face.name());
        let parameters = match face.kind {
            Kind::Function(_) => self.ffi.get().namespace().parameter_names(&declaration, name),
            Kind::Void
            | Kind::Scalar(_)
            | Kind::Enum(_)
            | Kind::Pointer(_)
            | Kind::Array(..)
            | Kind::Record(_) => Vec::new(),
        };
        Symbol {
            name: name.to_owned(),
            declaration,
            parameters: parameters.into(),
            comment: self.ffi.get().comment(name),
            library: self.loaded.clone(),
        }
    }

    fn function<'py>(
        &self,
        py: Python<'py>,
        name: &str,
        face: &'static Face,
    ) -> Result<Bound<'py, PyAny>, Failure> {
        let address = self.address(name, "function")?;
        let releases = match &self.release_gil {
            ReleaseGil::All(releases) => *releases,
            ReleaseGil::Named(names) => match names.bind(py).get_item(name)? {
                Some(releases) => releases.is_truthy()?,
                None => true,
            },
        };
        let vectorcall = if releases { call::vectorcall::<true> } else { call::vectorcall::<false> };
        let origin = Bound::new(py, self.symbol(name, face))?.into_any();
        function::make_with(py, face.pointer(), address, Some(origin), vectorcall)
    }

    /// A pointer to a variable, that keeps the library loaded; an array is its own address.
    fn variable_address<'py>(
        &self,
        py: Python<'py>,
        name: &str,
        ty: Qualified,
    ) -> Result<Bound<'py, PyAny>, Failure> {
        let face = Face::of_qualified(ty);
        if matches!(face.kind, Kind::Array(..)) {
            return self.read(py, name, ty);
        }
        let address = self.address(name, "variable")?;
        let symbol = Bound::new(py, self.symbol(name, face))?;
        object::view(py, face.pointer(), address, NonNull::new(symbol.as_ptr()), face.size().unwrap_or(0))
    }

    fn read<'py>(&self, py: Python<'py>, name: &str, ty: Qualified) -> Result<Bound<'py, PyAny>, Failure> {
        let address = self.address(name, "variable")?;
        let face = Face::of_qualified(ty);
        // What refers to the variable's memory keeps the library loaded.
        let symbol = match face.kind {
            Kind::Array(..) | Kind::Record(_) => Some(Bound::new(py, self.symbol(name, face))?),
            Kind::Void | Kind::Scalar(_) | Kind::Enum(..) | Kind::Pointer(_) | Kind::Function(_) => None,
        };
        let owner = symbol.as_ref().and_then(|symbol| NonNull::new(symbol.as_ptr()));
        // SAFETY: the library has a variable of that name; that it has the declared type is the
        // declaration's word.
        unsafe { load::load(py, face, address, owner) }
    }
}

/// `lib.name = value`.
unsafe extern "C" fn set_attribute(
    this: *mut ffi::PyObject,
    name: *mut ffi::PyObject,
    value: *mut ffi::PyObject,
) -> c_int {
    slot(|py| {
        // SAFETY: CPython calls the slot with live objects; the value is null for `del`.
        let (name, value) = unsafe { (Borrowed::from_ptr(py, name), Borrowed::from_ptr_or_opt(py, value)) };
        // SAFETY: as above.
        let (inner, _) = unsafe { parts(this, py) };
        let text = name.cast::<PyString>().map_err(PyErr::from)?;
        let text = text.to_str()?;
        let Some(value) = value else {
            return Err(Failure::new(Class::Attribute, format!("'{text}' cannot be deleted")));
        };
        match inner.ffi.get().declared(text) {
            Some(Declared::Variable(ty)) => {
                let face = Face::of_qualified(ty);
                let place = || format!("variable '{text}'");
                store::check_writable(face).map_err(|failure| failure.at(place))?;
                let address = inner.address(text, "variable")?;
                // SAFETY: as for reading; how far an open array goes is C's to know.
                unsafe { store::store_within(face, address, Room::Assigned(usize::MAX), value) }
                    .map_err(|failure| failure.at(place))?;
                Ok(0)
            }
            Some(Declared::Function(_) | Declared::Constant(_) | Declared::Value(_)) => {
                Err(Failure::new(Class::Attribute, format!("'{text}' is no variable: it cannot be set")))
            }
            Some(Declared::Typedef { .. }) | None => Err(undeclared(inner, text)),
        }
    })
}

unsafe extern "C" fn dir(this: *mut ffi::PyObject, _none: *mut ffi::PyObject) -> *mut ffi::PyObject {
    slot(|py| {
        // SAFETY: CPython calls the method with a live object of the class.
        let (inner, _) = unsafe { parts(this, py) };
        Ok(PyList::new(py, inner.ffi.get().names())?.into_ptr())
    })
}

unsafe extern "C" fn repr(this: *mut ffi::PyObject) -> *mut ffi::PyObject {
    slot(|py| {
        // SAFETY: CPython calls the slot with a live object of the class.
        let (inner, _) = unsafe { parts(this, py) };
        let closed = if inner.loaded.is_closed.load(Ordering::Relaxed) { " (closed)" } else { "" };
        let text = format!("<Lib '{}'{closed}>", inner.loaded.name);
        Ok(PyString::new(py, &text).into_any().into_ptr())
    })
}

/// Shows the cycle collector what a library refers to.
unsafe extern "C" fn traverse(
    this: *mut ffi::PyObject,
    visit: ffi::visitproc,
    argument: *mut c_void,
) -> c_int {
    // SAFETY: CPython calls the slot with a live object of the class; nothing is borrowed.
    unsafe {
        let lib = this.cast::<Lib>();
        let inner = &*(*lib).inner;
        let names = match &inner.release_gil {
            ReleaseGil::All(_) => std::ptr::null_mut(),
            ReleaseGil::Named(names) => names.as_ptr(),
        };
        for object in [ffi::Py_TYPE(this).cast(), (*lib).dict, inner.ffi.as_ptr(), names] {
            let status = if object.is_null() { 0 } else { visit(object, argument) };
            if status != 0 {
                return status;
            }
        }
    }
    0
}

/// Forgets what was taken from the library, to break a cycle.
unsafe extern "C" fn clear(this: *mut ffi::PyObject) -> c_int {
    // SAFETY: CPython calls the slot with a live object of the class.
    unsafe { ffi::PyDict_Clear((*this.cast::<Lib>()).dict) };
    0
}

unsafe extern "C" fn deallocate(this: *mut ffi::PyObject) {
    // SAFETY: CPython calls this once, for an object of the class that nobody refers to.
    unsafe {
        ffi::PyObject_GC_UnTrack(this.cast());
        let lib = this.cast::<Lib>();
        if !(*lib).weak_references.is_null() {
            ffi::PyObject_ClearWeakRefs(this);
        }
        let (dict, inner) = ((*lib).dict, (*lib).inner);
        let class = ffi::Py_TYPE(this);
        ffi::PyObject_GC_Del(this.cast());
        ffi::Py_DECREF(dict);
        drop(Box::from_raw(inner));
        ffi::Py_DECREF(class.cast());
    }
}
