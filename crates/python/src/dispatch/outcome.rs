//! The words of a result as a Python object, by a plan that is made once. What is known of it when compiling has no
//! words: it is an object already.
//!
//! ```text
//! owner of an array     null                  base: the dispatcher, whose code keeps what it may refer to
//!                       an argument's header  base: that argument, or the argument itself, if nothing differs
//!                       else                  base: a capsule, which is one holder of the memory
//! ```

use std::ffi::{CStr, c_void};
use std::ptr::NonNull;

use ctype::TypeId;
use infer::Form;
use pyo3::PyTraverseError;
use pyo3::PyVisit;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyType;
use pyobject::{Ndarray, NewArray};
use runtime::memory::Memory;
use tir::{ArrayTy, Order, Ty};

use crate::cdata::{Face, load, object};
use crate::dtype;
use crate::errors;
use crate::failure::{Class, Failure};
use crate::named_tuple;
use crate::snapshot::ObjectTable;
use crate::table;

/// How a result is boxed.
pub(super) enum Outcome {
    /// `None`.
    Unit,
    /// A number.
    Number(Ty),
    /// An array.
    Array(ArrayTy),
    /// A tuple: Python's own, or of a class that names its items.
    Tuple(Option<Py<PyType>>, Box<[Outcome]>),
    /// `None`, or this where the first word is true.
    Optional(Box<Outcome>),
    /// C data: a pointer.
    Pointer(&'static Face),
    /// The bytes of a struct, in so many words.
    Record(TypeId, usize),
    /// Always this object.
    Known(Py<PyAny>),
    /// The object of that number.
    Choice(Box<[Py<PyAny>]>),
}

/// What a call was made with.
pub(super) struct Made {
    /// What arrays over memory of the code's own keep alive.
    pub(super) dispatcher: *mut ffi::PyObject,
    /// The headers of the arguments' memory: the first, and the end of them.
    pub(super) headers: (*const Memory, *const Memory),
}

impl Outcome {
    /// For a result of this form.
    pub(super) fn of(py: Python<'_>, form: &Form, objects: &ObjectTable) -> PyResult<Self> {
        Ok(match form {
            Form::Value(ty) => Self::of_ty(*ty),
            Form::Known(entity) => Self::Known(objects.object_of(py, entity)?.unbind()),
            Form::Choice(all) => {
                let objects = all.iter().map(|one| known_object(py, one, objects));
                Self::Choice(objects.collect::<PyResult<_>>()?)
            }
            Form::Tuple(items) => Self::Tuple(None, Self::all_of(py, items, objects)?),
            Form::Named(class, items) => {
                let class = objects.tuple_class(py, class)?.unbind();
                Self::Tuple(Some(class), Self::all_of(py, items, objects)?)
            }
            Form::Optional(held) => Self::Optional(Box::new(Self::of(py, held, objects)?)),
        })
    }

    fn all_of(py: Python<'_>, forms: &[Form], objects: &ObjectTable) -> PyResult<Box<[Self]>> {
        forms.iter().map(|form| Self::of(py, form, objects)).collect()
    }

    fn of_ty(ty: Ty) -> Self {
        match ty {
            Ty::Unit => Self::Unit,
            Ty::Bool | Ty::Int(_) | Ty::Float(_) | Ty::Complex(_) => Self::Number(ty),
            Ty::Array(array) => Self::Array(array),
            Ty::Tuple(tuple) => {
                Self::Tuple(None, tuple.items().iter().map(|item| Self::of_ty(*item)).collect())
            }
            Ty::Pointer(pointer) => Self::Pointer(Face::of(pointer)),
            Ty::Record(record) => {
                let bytes = table::read().layout(record).map_or(0, |layout| layout.size.to_usize());
                Self::Record(record, bytes.div_ceil(size_of::<u64>()))
            }
        }
    }

    /// How many words it takes.
    pub(super) fn word_count(&self) -> usize {
        match self {
            Self::Unit | Self::Known(_) => 0,
            Self::Number(ty) => pyobject::word_count(*ty),
            Self::Array(array) => array.part_count(),
            Self::Tuple(_, items) => items.iter().map(Self::word_count).sum(),
            Self::Optional(held) => 1 + held.word_count(),
            Self::Pointer(_) | Self::Choice(_) => 1,
            Self::Record(_, words) => *words,
        }
    }

    /// The object, a new reference. The words are used up, whatever happens.
    ///
    /// # Safety
    /// The words of a result of the type are there, and own what they hold.
    #[inline]
    pub(super) unsafe fn object(
        &self,
        py: Python<'_>,
        words: *const u64,
        made: &Made,
    ) -> Result<*mut ffi::PyObject, Failure> {
        // SAFETY: the caller's promise.
        unsafe {
            match self {
                Self::Number(ty) => checked(py, pyobject::box_number(*ty, words)),
                Self::Unit => Ok(ffi::Py_NewRef(ffi::Py_None())),
                Self::Array(ty) => array_object(py, *ty, words, made),
                Self::Tuple(..)
                | Self::Optional(_)
                | Self::Pointer(_)
                | Self::Record(..)
                | Self::Known(_)
                | Self::Choice(_) => self.other_object(py, words, made),
            }
        }
    }

    #[inline(never)]
    unsafe fn other_object(
        &self,
        py: Python<'_>,
        words: *const u64,
        made: &Made,
    ) -> Result<*mut ffi::PyObject, Failure> {
        // SAFETY: the caller's promise.
        unsafe {
            match self {
                Self::Tuple(class, items) => tuple_object(py, class.as_ref(), items, words, made),
                Self::Optional(held) if words.read() != 0 => held.object(py, words.add(1), made),
                Self::Optional(held) => {
                    held.discard(words.add(1), made);
                    Ok(ffi::Py_NewRef(ffi::Py_None()))
                }
                Self::Pointer(face) => {
                    let address = std::ptr::with_exposed_provenance_mut(address_of(words.read()));
                    Ok(object::plain(py, face, address)?.into_ptr())
                }
                Self::Record(record, _) => record_object(py, *record, words.cast()),
                Self::Known(object) => Ok(ffi::Py_NewRef(object.as_ptr())),
                Self::Choice(all) => match all.get(address_of(words.read())) {
                    Some(object) => Ok(ffi::Py_NewRef(object.as_ptr())),
                    None => Err(errors::internal("dispatch: a choice of nothing".to_owned()).into()),
                },
                Self::Number(_) | Self::Unit | Self::Array(_) => self.object(py, words, made),
            }
        }
    }

    /// Shows the garbage collector the objects that it holds.
    pub(super) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        match self {
            Self::Known(object) => visit.call(object),
            Self::Choice(all) => all.iter().try_for_each(|object| visit.call(object)),
            Self::Tuple(class, items) => {
                if let Some(class) = class {
                    visit.call(class)?;
                }
                items.iter().try_for_each(|item| item.traverse(visit))
            }
            Self::Optional(held) => held.traverse(visit),
            Self::Unit | Self::Number(_) | Self::Array(_) | Self::Pointer(_) | Self::Record(..) => Ok(()),
        }
    }

    /// Lets go of what the words own.
    unsafe fn discard(&self, words: *const u64, made: &Made) {
        // SAFETY: the caller's promise.
        unsafe {
            match self {
                Self::Array(_) => {
                    if let Owner::Memory(memory) = Owner::of(words.read(), made) {
                        Memory::release(memory);
                    }
                }
                Self::Optional(held) => held.discard(words.add(1), made),
                Self::Tuple(_, items) => {
                    let mut next = words;
                    for item in items {
                        item.discard(next, made);
                        next = next.add(item.word_count());
                    }
                }
                Self::Unit
                | Self::Number(_)
                | Self::Pointer(_)
                | Self::Record(..)
                | Self::Known(_)
                | Self::Choice(_) => {}
            }
        }
    }
}

/// The object that something known is.
fn known_object(py: Python<'_>, form: &Form, objects: &ObjectTable) -> PyResult<Py<PyAny>> {
    match form {
        Form::Known(entity) => Ok(objects.object_of(py, entity)?.unbind()),
        Form::Value(_) | Form::Tuple(_) | Form::Named(..) | Form::Choice(_) | Form::Optional(_) => {
            Err(errors::internal("dispatch: a choice of what is not known".to_owned()))
        }
    }
}

#[inline]
fn checked(py: Python<'_>, object: *mut ffi::PyObject) -> Result<*mut ffi::PyObject, Failure> {
    if object.is_null() { Err(Failure::raised(py)) } else { Ok(object) }
}

fn address_of(word: u64) -> usize {
    usize::try_from(word).unwrap_or_default()
}

/// Who keeps an array's memory alive.
enum Owner {
    Nobody,
    Argument(*mut ffi::PyObject),
    Memory(NonNull<Memory>),
}

impl Owner {
    /// # Safety
    /// The word is the owner of an array that the call gave.
    unsafe fn of(word: u64, made: &Made) -> Self {
        let header = std::ptr::with_exposed_provenance_mut::<Memory>(address_of(word));
        let Some(memory) = NonNull::new(header) else { return Self::Nobody };
        let (first, end) = made.headers;
        if !(first..end).contains(&header.cast_const()) {
            return Self::Memory(memory);
        }
        // SAFETY: the header of an argument of the call.
        let object = unsafe { (*header).object() };
        match object {
            Some(object) => Self::Argument(object.cast()),
            None => Self::Memory(memory),
        }
    }
}

#[inline(never)]
unsafe fn array_object(
    py: Python<'_>,
    ty: ArrayTy,
    words: *const u64,
    made: &Made,
) -> Result<*mut ffi::PyObject, Failure> {
    // SAFETY: the caller's promise: the parts of an array, in order.
    unsafe {
        let rank = usize::from(ty.rank);
        let data = std::ptr::with_exposed_provenance_mut::<u8>(address_of(words.add(1).read()));
        // A length is not negative and a stride is an offset in memory: words of either are the same.
        let dims = std::slice::from_raw_parts(words.add(2).cast::<isize>(), rank);
        let strides = if ty.has_strides() {
            std::slice::from_raw_parts(words.add(2 + rank).cast::<isize>(), rank)
        } else {
            &[]
        };
        let base = match Owner::of(words.read(), made) {
            Owner::Nobody => ffi::Py_NewRef(made.dispatcher),
            Owner::Argument(object) => {
                if is_whole(object, ty, data, dims, strides) {
                    return Ok(ffi::Py_NewRef(object));
                }
                ffi::Py_NewRef(object)
            }
            Owner::Memory(memory) => capsule(py, memory)?,
        };
        let dtype = match ty.element {
            tir::Element::Record(record) => Some(dtype::dtype_of(py, record)),
            tir::Element::Bool | tir::Element::Int(_) | tir::Element::Float(_) | tir::Element::Complex(_) => {
                None
            }
        };
        let dtype = match dtype.transpose() {
            Ok(dtype) => dtype,
            Err(error) => {
                ffi::Py_DECREF(base);
                return Err(error.into());
            }
        };
        let dtype = dtype.as_ref().map_or(std::ptr::null_mut(), Bound::as_ptr);
        checked(py, pyobject::new_array(NewArray { ty, data, dims, strides, dtype, base }))
    }
}

/// Whether an array is all of the object that it came from.
unsafe fn is_whole(
    object: *mut ffi::PyObject,
    ty: ArrayTy,
    data: *mut u8,
    dims: &[isize],
    strides: &[isize],
) -> bool {
    // SAFETY: the object is an argument of the call that is being made.
    unsafe {
        let Some(array) = Ndarray::of(object) else { return false };
        let (own_dims, own_strides) = array.shape();
        let own = match ty.element {
            tir::Element::Record(_) => array.ty_of(ty.element),
            tir::Element::Bool | tir::Element::Int(_) | tir::Element::Float(_) | tir::Element::Complex(_) => {
                match array.ty() {
                    Ok(own) => own,
                    Err(_) => return false,
                }
            }
        };
        let is_same_order = own.order == ty.order || ty.order == Order::Any;
        (own.element, own.is_writable) == (ty.element, ty.is_writable)
            && is_same_order
            && array.data() == data
            && own_dims == dims
            && (!ty.has_strides() || own_strides == strides)
    }
}

const CAPSULE: &CStr = c"ferrule.memory";

/// A new capsule that holds the memory in the place of whoever held it.
unsafe fn capsule(py: Python<'_>, memory: NonNull<Memory>) -> Result<*mut ffi::PyObject, Failure> {
    // SAFETY: the lock is held, and the name lives for ever.
    unsafe {
        let made = ffi::PyCapsule_New(memory.as_ptr().cast(), CAPSULE.as_ptr(), Some(destroy));
        if made.is_null() {
            Memory::release(memory);
        }
        checked(py, made)
    }
}

/// # Safety
/// The interpreter calls it for a capsule of [`capsule`].
unsafe extern "C" fn destroy(capsule: *mut ffi::PyObject) {
    // SAFETY: the capsule is whole while its destructor runs, and held the memory.
    unsafe {
        let memory: *mut c_void = ffi::PyCapsule_GetPointer(capsule, CAPSULE.as_ptr());
        if let Some(memory) = NonNull::new(memory.cast::<Memory>()) {
            Memory::release(memory);
        }
    }
}

unsafe fn tuple_object(
    py: Python<'_>,
    class: Option<&Py<PyType>>,
    items: &[Outcome],
    words: *const u64,
    made: &Made,
) -> Result<*mut ffi::PyObject, Failure> {
    let mut next = words;
    let mut objects = Vec::with_capacity(items.len());
    let mut failure = None;
    for item in items {
        // SAFETY: the caller's promise: the words of one item after the other.
        unsafe {
            if failure.is_some() {
                item.discard(next, made);
            } else {
                match item.object(py, next, made) {
                    Ok(object) => objects.push(Bound::from_owned_ptr(py, object)),
                    Err(first) => failure = Some(first),
                }
            }
            next = next.add(item.word_count());
        }
    }
    match failure {
        Some(failure) => Err(failure),
        None => Ok(match class {
            Some(class) => named_tuple::make(class.bind(py), objects)?.into_ptr(),
            None => pyo3::types::PyTuple::new(py, objects)?.into_any().into_ptr(),
        }),
    }
}

/// A record of NumPy's where the struct came from a dtype, else C data.
unsafe fn record_object(
    py: Python<'_>,
    record: TypeId,
    bytes: *const u8,
) -> Result<*mut ffi::PyObject, Failure> {
    let face = Face::of(record);
    let size = face.size().unwrap_or(0);
    if dtype::known_dtype(record).is_null() {
        let made = load::blank(py, face)?;
        let data = crate::cdata::CData::of(made.as_borrowed())
            .ok_or_else(|| Failure::new(Class::Runtime, "C data was not made"))?;
        // SAFETY: so many bytes are there on both sides.
        unsafe { std::ptr::copy_nonoverlapping(bytes, data.address, size) };
        return Ok(made.into_ptr());
    }
    let dtype = dtype::dtype_of(py, record)?;
    // SAFETY: so many bytes are there.
    let bytes = unsafe { std::slice::from_raw_parts(bytes, size) };
    let array =
        py.import("numpy")?.getattr("frombuffer")?.call1((pyo3::types::PyBytes::new(py, bytes), dtype))?;
    Ok(array.call_method0("copy")?.get_item(0)?.into_ptr())
}
