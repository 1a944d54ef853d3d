//! The Python classes of C data, made once from their slots.
//!
//! One base class has all the slots; its subclasses only lay out their memory differently. None
//! can be instantiated from Python, and none takes new attributes.

use std::ffi::{CStr, c_int, c_uint, c_void};
use std::mem::{offset_of, size_of};
use std::sync::OnceLock;

use pyo3::ffi;
use pyo3::prelude::*;

use super::lease::{self, Buffered, Guarded};
use super::object::{CData, Function, Storage};
use super::{
    access, buffer, compare, export, fields, foreign, free_list, function, introspect, iterate, lifetime,
    number, object, repr,
};

/// The classes, which live as long as the process.
pub(crate) struct Classes {
    pub(crate) base: *mut ffi::PyTypeObject,
    pub(super) owned: *mut ffi::PyTypeObject,
    pub(super) view: *mut ffi::PyTypeObject,
    /// A view that knows its extent.
    pub(super) open_view: *mut ffi::PyTypeObject,
    pub(super) function: *mut ffi::PyTypeObject,
    /// A function that keeps a Python callable alive, seen by the cycle collector.
    pub(super) callback: *mut ffi::PyTypeObject,
    /// Owned data that was released.
    pub(super) released: *mut ffi::PyTypeObject,
    /// A lease that ends with a call, or with nothing.
    pub(super) guarded: *mut ffi::PyTypeObject,
    /// A lease on the memory of a Python object.
    pub(super) buffered: *mut ffi::PyTypeObject,
    /// A view of a lease's memory, seen by the cycle collector as leases are.
    pub(super) lease_view: *mut ffi::PyTypeObject,
    /// One that knows its extent.
    pub(super) open_lease_view: *mut ffi::PyTypeObject,
    pub(super) iterator: *mut ffi::PyTypeObject,
}

// SAFETY: the pointers are to immortal objects and are never written.
unsafe impl Send for Classes {}
// SAFETY: as above.
unsafe impl Sync for Classes {}

static CLASSES: OnceLock<Classes> = OnceLock::new();

/// The classes.
#[inline]
pub(crate) fn classes() -> &'static Classes {
    CLASSES.get().expect("the module was initialised")
}

impl Classes {
    /// Whether objects of the class are C data.
    #[inline]
    pub(super) fn holds(&self, class: *mut ffi::PyTypeObject) -> bool {
        // SAFETY: the class of a live object; the subclasses of the base have none of their own.
        class == self.owned || class == self.base || unsafe { (*class).tp_base } == self.base
    }

    /// Whose memory C data of a class is in that is neither the base nor owned nor a view of it.
    pub(super) fn uncommon_storage(&self, class: *mut ffi::PyTypeObject) -> Storage {
        if class == self.function || class == self.callback {
            Storage::Function
        } else if class == self.lease_view || class == self.open_lease_view {
            Storage::View
        } else if class == self.released {
            Storage::Owned
        } else {
            Storage::Lease
        }
    }
}

/// Makes the classes.
pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    free_list::start();
    let base = make(py, c"ferrule.CData", size_of::<CData>(), 0, std::ptr::null_mut(), base_slots())?;
    let sub = |name, size, flags, slots| make(py, name, size, flags, base, slots);
    let dealloc = |function| vec![slot(ffi::Py_tp_dealloc, function)];
    let owned = sub(c"ferrule.CDataOwn", size_of::<CData>(), 0, dealloc(object::deallocate as *mut c_void))?;
    let slots = dealloc(object::deallocate_view as *mut c_void);
    let view = sub(c"ferrule.CDataView", size_of::<object::View>(), 0, slots)?;
    let slots = dealloc(object::deallocate_open_view as *mut c_void);
    let open_view = sub(c"ferrule.CDataOpenView", size_of::<object::OpenView>(), 0, slots)?;
    let function =
        sub(c"ferrule.CFunction", size_of::<Function>(), ffi::Py_TPFLAGS_HAVE_VECTORCALL, function_slots())?;
    let flags = ffi::Py_TPFLAGS_HAVE_VECTORCALL | ffi::Py_TPFLAGS_HAVE_GC;
    let callback = sub(c"ferrule.CCallback", size_of::<Function>(), flags, callback_slots())?;
    let released =
        sub(c"ferrule.CDataReleased", size_of::<CData>(), 0, dealloc(object::deallocate as *mut c_void))?;
    let collected = ffi::Py_TPFLAGS_HAVE_GC;
    let guarded = sub(c"ferrule.CDataGuarded", size_of::<Guarded>(), collected, lease::slots())?;
    let buffered = sub(c"ferrule.CDataBuffered", size_of::<Buffered>(), collected, lease::slots())?;
    let size = size_of::<object::View>();
    let lease_view = sub(c"ferrule.CDataLeaseView", size, collected, lease::view_slots())?;
    let size = size_of::<object::OpenView>();
    let open_lease_view = sub(c"ferrule.CDataOpenLeaseView", size, collected, lease::view_slots())?;
    let iterator = make(
        py,
        c"ferrule.CDataIterator",
        size_of::<iterate::ArrayIterator>(),
        0,
        std::ptr::null_mut(),
        iterate::slots(),
    )?;
    let made = Classes {
        base,
        owned,
        view,
        open_view,
        function,
        callback,
        released,
        guarded,
        buffered,
        lease_view,
        open_lease_view,
        iterator,
    };
    let classes = CLASSES.get_or_init(|| made);
    // No further subclass: its objects would not have been made by us.
    // SAFETY: the lock is held, and the class has no other users yet.
    unsafe { (*base).tp_flags &= !ffi::Py_TPFLAGS_BASETYPE };
    // SAFETY: the class lives for ever.
    let class = unsafe { Bound::from_borrowed_ptr(py, classes.base.cast()) };
    module.add("CData", class)?;
    buffer::register(module)
}

/// A class from its slots; the reference is never given back.
fn make(
    py: Python<'_>,
    name: &'static CStr,
    size: usize,
    flags: std::ffi::c_ulong,
    base: *mut ffi::PyTypeObject,
    slots: Vec<ffi::PyType_Slot>,
) -> PyResult<*mut ffi::PyTypeObject> {
    let common =
        ffi::Py_TPFLAGS_DEFAULT | ffi::Py_TPFLAGS_DISALLOW_INSTANTIATION | ffi::Py_TPFLAGS_IMMUTABLETYPE;
    let can_be_base = if base.is_null() { ffi::Py_TPFLAGS_BASETYPE } else { 0 };
    make_class(py, name, size, common | flags | can_be_base, base, slots)
}

/// A class with these flags and no others.
pub(super) fn make_class(
    py: Python<'_>,
    name: &'static CStr,
    size: usize,
    flags: std::ffi::c_ulong,
    base: *mut ffi::PyTypeObject,
    mut slots: Vec<ffi::PyType_Slot>,
) -> PyResult<*mut ffi::PyTypeObject> {
    slots.push(slot(0, std::ptr::null_mut()));
    let mut spec = ffi::PyType_Spec {
        name: name.as_ptr(),
        basicsize: c_int::try_from(size).expect("a layout is small"),
        itemsize: 0,
        flags: c_uint::try_from(flags).expect("flags are 32 bits"),
        slots: slots.as_mut_ptr(),
    };
    // SAFETY: name and slots end in a null; CPython copies the slots; the members and methods that
    // they point to are leaked below.
    unsafe {
        let class = ffi::PyType_FromSpecWithBases(&raw mut spec, base.cast());
        if class.is_null() { Err(PyErr::fetch(py)) } else { Ok(class.cast()) }
    }
}

/// A slot with its function or table.
pub(super) const fn slot(slot: c_int, pfunc: *mut c_void) -> ffi::PyType_Slot {
    ffi::PyType_Slot { slot, pfunc }
}

fn base_slots() -> Vec<ffi::PyType_Slot> {
    vec![
        slot(ffi::Py_tp_dealloc, object::deallocate as *mut c_void),
        slot(ffi::Py_tp_doc, c"A value, an array, a struct or a pointer of C.".as_ptr() as *mut c_void),
        slot(ffi::Py_tp_repr, repr::repr as *mut c_void),
        slot(ffi::Py_tp_hash, compare::hash as *mut c_void),
        slot(ffi::Py_tp_richcompare, compare::compare as *mut c_void),
        slot(ffi::Py_tp_getattro, fields::get_attribute as *mut c_void),
        slot(ffi::Py_tp_setattro, fields::set_attribute as *mut c_void),
        slot(ffi::Py_tp_iter, iterate::iter as *mut c_void),
        slot(ffi::Py_tp_call, function::refuse_call as *mut c_void),
        slot(ffi::Py_mp_length, access::length as *mut c_void),
        slot(ffi::Py_mp_subscript, access::get_item as *mut c_void),
        slot(ffi::Py_mp_ass_subscript, access::set_item as *mut c_void),
        slot(ffi::Py_nb_add, number::add as *mut c_void),
        slot(ffi::Py_nb_subtract, number::subtract as *mut c_void),
        slot(ffi::Py_nb_bool, number::truth as *mut c_void),
        slot(ffi::Py_nb_int, number::int as *mut c_void),
        slot(ffi::Py_nb_float, number::float as *mut c_void),
        slot(ffi::Py_bf_getbuffer, export::get_buffer as *mut c_void),
        slot(ffi::Py_bf_releasebuffer, export::release_buffer as *mut c_void),
        slot(ffi::Py_tp_methods, methods()),
        slot(ffi::Py_tp_getset, export::attributes()),
        slot(ffi::Py_tp_members, members(&[(c"__weaklistoffset__", offset_of!(CData, weak_references))])),
    ]
}

fn function_slots() -> Vec<ffi::PyType_Slot> {
    vec![
        slot(ffi::Py_tp_dealloc, object::deallocate_function as *mut c_void),
        slot(ffi::Py_tp_getset, introspect::getters()),
        slot(ffi::Py_tp_descr_get, introspect::unbound as *mut c_void),
        slot(ffi::Py_tp_call, ffi::PyVectorcall_Call as *mut c_void),
        slot(ffi::Py_tp_members, members(&[(c"__vectorcalloffset__", offset_of!(Function, vectorcall))])),
    ]
}

fn callback_slots() -> Vec<ffi::PyType_Slot> {
    vec![
        slot(ffi::Py_tp_dealloc, function::deallocate_callback as *mut c_void),
        slot(ffi::Py_tp_getset, introspect::getters()),
        slot(ffi::Py_tp_descr_get, introspect::unbound as *mut c_void),
        slot(ffi::Py_tp_traverse, function::traverse as *mut c_void),
        slot(ffi::Py_tp_clear, function::clear as *mut c_void),
        slot(ffi::Py_tp_call, ffi::PyVectorcall_Call as *mut c_void),
        slot(ffi::Py_tp_members, members(&[(c"__vectorcalloffset__", offset_of!(Function, vectorcall))])),
    ]
}

/// The table of members that tells CPython where it finds its own fields.
pub(super) fn members(offsets: &[(&'static CStr, usize)]) -> *mut c_void {
    let member = |(name, offset): &(&'static CStr, usize)| ffi::PyMemberDef {
        name: name.as_ptr(),
        type_code: ffi::Py_T_PYSSIZET,
        offset: isize::try_from(*offset).expect("an offset in a layout is small"),
        flags: ffi::Py_READONLY,
        doc: std::ptr::null(),
    };
    let end =
        ffi::PyMemberDef { name: std::ptr::null(), type_code: 0, offset: 0, flags: 0, doc: std::ptr::null() };
    let table: Vec<ffi::PyMemberDef> = offsets.iter().map(member).chain([end]).collect();
    Box::leak(table.into_boxed_slice()).as_mut_ptr().cast()
}

/// The methods of all C data.
fn methods() -> *mut c_void {
    let with_flags =
        |name: &'static CStr, function: ffi::PyCFunction, doc: &'static CStr, flags| ffi::PyMethodDef {
            ml_name: name.as_ptr(),
            ml_meth: ffi::PyMethodDefPointer { PyCFunction: function },
            ml_flags: flags,
            ml_doc: doc.as_ptr(),
        };
    let method = |name, function, doc| with_flags(name, function, doc, ffi::METH_NOARGS);
    let mut table = vec![
        method(c"__dir__", fields::dir, c"The names of the fields."),
        method(c"__complex__", number::complex, c"The value as a complex number."),
        method(c"__enter__", lifetime::enter, c"Start a block at whose end the memory is released."),
        with_flags(c"__exit__", lifetime::exit, c"Release the memory.", ffi::METH_VARARGS),
        method(c"__sizeof__", repr::size_of_object, c"Bytes of the Python object, with what it owns."),
    ];
    table.push(ffi::PyMethodDef {
        ml_name: c"as_cffi".as_ptr(),
        ml_meth: ffi::PyMethodDefPointer { PyCFunction: foreign::as_cffi },
        ml_flags: ffi::METH_VARARGS,
        ml_doc: foreign::AS_CFFI_DOC.as_ptr(),
    });
    table.extend(export::methods());
    table.push(ffi::PyMethodDef::zeroed());
    Box::leak(table.into_boxed_slice()).as_mut_ptr().cast()
}
