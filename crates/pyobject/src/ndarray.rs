//! NumPy's arrays: what they are, read from the object, and new ones.
//!
//! ```text
//! array  16 data  24 rank  32 shape  40 strides  48 base  56 dtype  64 flags
//! dtype  16 type  24 kind  25 letter  26 byte order  28 number
//! ```
//! An array is read without NumPy being asked. One is made through NumPy's table of functions for C, which is
//! looked up when the first is made.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::sync::atomic::{AtomicPtr, Ordering};

use pyo3_ffi as ffi;
use tir::{ArrayTy, Element, FloatTy, IntTy, Order};

/// The head of an ndarray.
#[repr(C)]
pub(crate) struct ArrayLayout {
    head: ffi::PyObject,
    pub(crate) data: *mut u8,
    rank: c_int,
    shape: *mut isize,
    strides: *mut isize,
    base: *mut ffi::PyObject,
    pub(crate) dtype: *mut DtypeLayout,
    pub(crate) flags: c_int,
}

/// The head of a dtype.
#[repr(C)]
pub(crate) struct DtypeLayout {
    head: ffi::PyObject,
    scalar: *mut ffi::PyObject,
    kind: u8,
    letter: u8,
    pub(crate) byte_order: u8,
    flags: u8,
    pub(crate) number: c_int,
}

pub(crate) const C_CONTIGUOUS: c_int = 0x1;
pub(crate) const F_CONTIGUOUS: c_int = 0x2;
const ALIGNED: c_int = 0x100;
pub(crate) const WRITEABLE: c_int = 0x400;

/// NumPy's number of structured and plain memory.
const VOID: c_int = 20;

/// The class `numpy.ndarray`, once it was seen.
static NDARRAY: AtomicPtr<ffi::PyTypeObject> = AtomicPtr::new(std::ptr::null_mut());

/// Whether the object is an array of the class itself.
#[inline]
pub(crate) unsafe fn is_ndarray(object: *mut ffi::PyObject) -> bool {
    // SAFETY: the caller holds the lock and the object lives, so its class does.
    unsafe { is_ndarray_class(ffi::Py_TYPE(object)) }
}

#[inline]
unsafe fn is_ndarray_class(class: *mut ffi::PyTypeObject) -> bool {
    // SAFETY: the caller's promise.
    class == NDARRAY.load(Ordering::Relaxed) || unsafe { is_new_ndarray_class(class) }
}

#[inline(never)]
unsafe fn is_new_ndarray_class(class: *mut ffi::PyTypeObject) -> bool {
    // SAFETY: the caller holds the lock and the class lives, with its name.
    unsafe {
        let is_heap = (*class).tp_flags & ffi::Py_TPFLAGS_HEAPTYPE != 0;
        let is_it = !is_heap && CStr::from_ptr((*class).tp_name) == c"numpy.ndarray";
        if is_it {
            NDARRAY.store(class, Ordering::Relaxed);
        }
        is_it
    }
}

/// An array.
#[derive(Clone, Copy, Debug)]
pub struct Ndarray(*mut ArrayLayout);

/// Why an array is none of compiled code's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoArrayTy {
    /// Its bytes are in the other order.
    Swapped,
    /// Compiled code has no such elements.
    Dtype,
    /// It is of records, whose type the dtype says.
    Record,
}

impl Ndarray {
    /// The array that an object is, of NumPy's own class or of one derived from it.
    ///
    /// # Safety
    /// The interpreter's lock is held and `object` is a live object.
    pub unsafe fn of(object: *mut ffi::PyObject) -> Option<Self> {
        // SAFETY: the caller's promise; bases of a class live as long as it does, and a class derived from
        // ndarray extends its layout.
        unsafe {
            let mut class = ffi::Py_TYPE(object);
            while !class.is_null() {
                if is_ndarray_class(class) {
                    return Some(Self(object.cast()));
                }
                class = (*class).tp_base;
            }
            None
        }
    }

    /// Where its first element is.
    ///
    /// # Safety
    /// It lives.
    pub unsafe fn data(self) -> *mut u8 {
        // SAFETY: the caller's promise.
        unsafe { (*self.0).data }
    }

    /// Its lengths and strides.
    ///
    /// # Safety
    /// It lives, and is not given another shape meanwhile.
    pub unsafe fn shape<'a>(self) -> (&'a [isize], &'a [isize]) {
        // SAFETY: the caller's promise; NumPy keeps as many of each as there are axes.
        unsafe {
            let rank = usize::try_from((*self.0).rank).unwrap_or(0);
            if rank == 0 {
                return (&[], &[]);
            }
            let (shape, strides) = ((*self.0).shape, (*self.0).strides);
            (std::slice::from_raw_parts(shape, rank), std::slice::from_raw_parts(strides, rank))
        }
    }

    /// Whether every element lies at a multiple of so many bytes.
    ///
    /// # Safety
    /// It lives.
    pub unsafe fn is_aligned_to(self, align: usize) -> bool {
        // SAFETY: the caller's promise.
        unsafe {
            let (dims, strides) = self.shape();
            let mut steps = dims.iter().zip(strides);
            self.data().addr().is_multiple_of(align)
                && steps.all(|(dim, stride)| *dim < 2 || stride.unsigned_abs().is_multiple_of(align))
        }
    }

    /// Its dtype, borrowed from it.
    ///
    /// # Safety
    /// It lives.
    pub unsafe fn dtype(self) -> *mut ffi::PyObject {
        // SAFETY: the caller's promise.
        unsafe { (*self.0).dtype.cast() }
    }

    /// Its type in compiled code.
    ///
    /// # Errors
    /// See [`NoArrayTy`].
    ///
    /// # Safety
    /// It lives.
    pub unsafe fn ty(self) -> Result<ArrayTy, NoArrayTy> {
        // SAFETY: the caller's promise.
        let element = unsafe { element_of_dtype(self.dtype()) }?;
        // SAFETY: as above.
        Ok(unsafe { self.ty_of(element) })
    }

    /// Its type in compiled code, if that is what it holds.
    ///
    /// # Safety
    /// It lives.
    pub unsafe fn ty_of(self, element: Element) -> ArrayTy {
        // SAFETY: the caller's promise.
        let (flags, rank) = unsafe { ((*self.0).flags, (*self.0).rank) };
        let order = if flags & C_CONTIGUOUS != 0 {
            Order::C
        } else if flags & F_CONTIGUOUS != 0 {
            Order::F
        } else {
            Order::Any
        };
        let rank = u8::try_from(rank).unwrap_or(u8::MAX);
        let (is_writable, is_aligned) = (flags & WRITEABLE != 0, flags & ALIGNED != 0);
        ArrayTy { element, rank, order, is_writable, is_aligned }
    }

    /// Writes its parts, as the native entry takes them; how many words they are.
    ///
    /// # Safety
    /// It lives, has the rank of the type, and `to` has room.
    #[inline]
    pub unsafe fn write_words(self, ty: ArrayTy, owner: u64, to: *mut u64) -> usize {
        // SAFETY: the caller's promise.
        unsafe {
            let rank = usize::from(ty.rank);
            to.write(owner);
            to.add(1).write((*self.0).data.expose_provenance() as u64);
            let shape = (*self.0).shape;
            for axis in 0..rank {
                to.add(2 + axis).write((*shape.add(axis)).cast_unsigned() as u64);
            }
            if !ty.has_strides() {
                return 2 + rank;
            }
            let strides = (*self.0).strides;
            for axis in 0..rank {
                to.add(2 + rank + axis).write((*strides.add(axis)).cast_unsigned() as u64);
            }
            2 + 2 * rank
        }
    }
}

/// What arrays of a dtype hold.
///
/// # Errors
/// See [`NoArrayTy`].
///
/// # Safety
/// `dtype` is a live dtype of NumPy's.
pub unsafe fn element_of_dtype(dtype: *mut ffi::PyObject) -> Result<Element, NoArrayTy> {
    let dtype = dtype.cast::<DtypeLayout>();
    // SAFETY: the caller's promise.
    let (number, byte_order) = unsafe { ((*dtype).number, (*dtype).byte_order) };
    if byte_order == b'>' {
        return Err(NoArrayTy::Swapped);
    }
    match (element_of_number(number), number) {
        (Some(element), _) => Ok(element),
        (None, VOID) => Err(NoArrayTy::Record),
        (None, _) => Err(NoArrayTy::Dtype),
    }
}

fn element_of_number(number: c_int) -> Option<Element> {
    let int = |bits, is_signed| Some(Element::Int(IntTy { bits, is_signed }));
    match number {
        0 => Some(Element::Bool),
        1 => int(8, true),
        2 => int(8, false),
        3 => int(16, true),
        4 => int(16, false),
        5 => int(32, true),
        6 => int(32, false),
        7 | 9 => int(64, true),
        8 | 10 => int(64, false),
        11 => Some(Element::Float(FloatTy::F32)),
        12 => Some(Element::Float(FloatTy::F64)),
        14 => Some(Element::Complex(FloatTy::F32)),
        15 => Some(Element::Complex(FloatTy::F64)),
        _ => None,
    }
}

/// The numbers that NumPy has for an element; both are the same but for the two names of 64 bits.
const fn numbers_of(element: Element) -> Option<[c_int; 2]> {
    Some(match element {
        Element::Bool => [0, 0],
        Element::Int(int) => match (int.bits, int.is_signed) {
            (8, true) => [1, 1],
            (8, false) => [2, 2],
            (16, true) => [3, 3],
            (16, false) => [4, 4],
            (32, true) => [5, 5],
            (32, false) => [6, 6],
            (_, true) => [7, 9],
            (_, false) => [8, 10],
        },
        Element::Float(FloatTy::F32) => [11, 11],
        Element::Float(FloatTy::F64) => [12, 12],
        Element::Complex(FloatTy::F32) => [14, 14],
        Element::Complex(FloatTy::F64) => [15, 15],
        Element::Record(_) => return None,
    })
}

/// What tells at once that an array is of a type.
#[derive(Clone, Copy, Debug)]
pub struct ArrayGuard {
    /// The type.
    pub ty: ArrayTy,
    numbers: [c_int; 2],
    /// Of records: the address of the one dtype, which somebody else keeps alive, and what elements are aligned to.
    dtype: usize,
    align: usize,
    mask: c_int,
    flags: c_int,
}

impl ArrayGuard {
    /// For arrays of this type. Records are of a dtype, and aligned to so many bytes where the type says that
    /// they are aligned: NumPy's own flag holds only for the dtypes that it aligned.
    pub fn new(ty: ArrayTy, dtype: *mut ffi::PyObject, align: usize) -> Self {
        let (numbers, dtype) = match numbers_of(ty.element) {
            Some(numbers) => (numbers, 0),
            None => ([VOID; 2], dtype.addr()),
        };
        let order = match ty.order {
            Order::C => (C_CONTIGUOUS, C_CONTIGUOUS),
            Order::F => (C_CONTIGUOUS | F_CONTIGUOUS, F_CONTIGUOUS),
            Order::Any => (C_CONTIGUOUS | F_CONTIGUOUS, 0),
        };
        let bit = |is_set: bool, flag| if is_set { flag } else { 0 };
        let aligned = if dtype == 0 { ALIGNED } else { 0 };
        let flags = order.1 | bit(ty.is_writable, WRITEABLE) | bit(ty.is_aligned, aligned);
        Self { ty, numbers, dtype, align, mask: order.0 | WRITEABLE | aligned, flags }
    }

    /// The array that `object` is, if it is of the type and of NumPy's own class.
    ///
    /// # Safety
    /// The interpreter's lock is held and `object` is a live object.
    #[inline]
    pub unsafe fn array(&self, object: *mut ffi::PyObject) -> Option<Ndarray> {
        // SAFETY: the caller's promise; it is an ndarray before its layout is read.
        unsafe {
            if !is_ndarray(object) {
                return None;
            }
            let array = object.cast::<ArrayLayout>();
            let dtype = (*array).dtype;
            let number = (*dtype).number;
            let is_it = (*array).rank == c_int::from(self.ty.rank)
                && (*array).flags & self.mask == self.flags
                && (number == self.numbers[0] || number == self.numbers[1])
                && (*dtype).byte_order != b'>'
                && (self.dtype == 0 || self.is_of_records(Ndarray(array)));
            is_it.then_some(Ndarray(array))
        }
    }
}

impl ArrayGuard {
    #[inline(never)]
    unsafe fn is_of_records(&self, array: Ndarray) -> bool {
        // SAFETY: the caller's promise.
        unsafe { self.dtype == array.dtype().addr() && self.ty.is_aligned == array.is_aligned_to(self.align) }
    }
}

/// The memory and the dtype of a scalar of NumPy that is a record or plain memory, both borrowed from it.
///
/// # Safety
/// The interpreter's lock is held and `value` is a live object.
pub unsafe fn void_scalar(value: *mut ffi::PyObject) -> Option<(*mut u8, *mut ffi::PyObject)> {
    // SAFETY: the caller's promise; bases of a class live as long as it does, and the layout of `numpy.void` is
    // that of each class derived from it.
    unsafe {
        let mut class = ffi::Py_TYPE(value);
        while !class.is_null() {
            let is_heap = (*class).tp_flags & ffi::Py_TPFLAGS_HEAPTYPE != 0;
            if !is_heap && CStr::from_ptr((*class).tp_name) == c"numpy.void" {
                let scalar = value.cast::<VoidLayout>();
                return Some(((*scalar).memory, (*scalar).dtype));
            }
            class = (*class).tp_base;
        }
        None
    }
}

/// The head of a scalar that is a record or plain memory.
#[repr(C)]
struct VoidLayout {
    head: ffi::PyVarObject,
    memory: *mut u8,
    dtype: *mut ffi::PyObject,
}

/// NumPy's table of functions for C.
#[derive(Clone, Copy, Debug)]
struct Api(*const *const c_void);

static API: AtomicPtr<c_void> = AtomicPtr::new(std::ptr::null_mut());

const DESCR_FROM_TYPE: usize = 45;
const NEW_FROM_DESCR: usize = 94;
const SET_BASE_OBJECT: usize = 282;

type DescrFromType = unsafe extern "C" fn(c_int) -> *mut ffi::PyObject;
type NewFromDescr = unsafe extern "C" fn(
    *mut ffi::PyTypeObject,
    *mut ffi::PyObject,
    c_int,
    *const isize,
    *const isize,
    *mut c_void,
    c_int,
    *mut ffi::PyObject,
) -> *mut ffi::PyObject;
type SetBaseObject = unsafe extern "C" fn(*mut ffi::PyObject, *mut ffi::PyObject) -> c_int;

impl Api {
    /// The table; None with an exception set. NumPy is imported if it is not yet.
    unsafe fn get() -> Option<Self> {
        let known = API.load(Ordering::Relaxed);
        if !known.is_null() {
            return Some(Self(known.cast()));
        }
        // SAFETY: the caller holds the lock; the names end in zeros.
        let table = unsafe {
            let found = Self::of_module(c"numpy._core._multiarray_umath");
            if found.is_null() {
                ffi::PyErr_Clear();
                Self::of_module(c"numpy.core._multiarray_umath")
            } else {
                found
            }
        };
        API.store(table, Ordering::Relaxed);
        (!table.is_null()).then_some(Self(table.cast()))
    }

    unsafe fn of_module(name: &CStr) -> *mut c_void {
        // SAFETY: the caller holds the lock; what is made here is released. The table is NumPy's own and is
        // never freed.
        unsafe {
            let module = ffi::PyImport_ImportModule(name.as_ptr());
            if module.is_null() {
                return std::ptr::null_mut();
            }
            let capsule = ffi::PyObject_GetAttrString(module, c"_ARRAY_API".as_ptr());
            ffi::Py_DECREF(module);
            if capsule.is_null() {
                return std::ptr::null_mut();
            }
            let table = ffi::PyCapsule_GetPointer(capsule, std::ptr::null::<c_char>());
            ffi::Py_DECREF(capsule);
            table
        }
    }

    /// The function of that number.
    unsafe fn function<F: Copy>(self, number: usize) -> F {
        const { assert!(size_of::<F>() == size_of::<*const c_void>()) };
        // SAFETY: the table has these numbers in every NumPy, and the caller names the function's type.
        unsafe { self.0.add(number).cast::<F>().read() }
    }
}

/// A new array's parts.
#[derive(Clone, Copy, Debug)]
pub struct NewArray<'a> {
    /// Its type.
    pub ty: ArrayTy,
    /// Its first element.
    pub data: *mut u8,
    /// Its lengths.
    pub dims: &'a [isize],
    /// Its strides in bytes; none where the order says them.
    pub strides: &'a [isize],
    /// The dtype of records, borrowed; null for numbers.
    pub dtype: *mut ffi::PyObject,
    /// What keeps its memory alive: a reference that is taken over, or null.
    pub base: *mut ffi::PyObject,
}

/// A new array over memory that is there: a new reference, or null with an exception set.
///
/// # Safety
/// The interpreter's lock is held; the memory is what the type, the lengths and the strides say, as long as
/// `base` lives.
pub unsafe fn new_array(array: NewArray<'_>) -> *mut ffi::PyObject {
    // SAFETY: the caller's promise; NumPy takes over the references to the dtype and the base, also where it
    // fails.
    unsafe {
        let made = Api::get().map_or(std::ptr::null_mut(), |api| make(api, array));
        if made.is_null() {
            ffi::Py_XDECREF(array.base);
            return made;
        }
        if array.base.is_null() {
            return made;
        }
        let set_base: SetBaseObject = match Api::get() {
            Some(api) => api.function(SET_BASE_OBJECT),
            None => return std::ptr::null_mut(),
        };
        if set_base(made, array.base) != 0 {
            ffi::Py_DECREF(made);
            return std::ptr::null_mut();
        }
        made
    }
}

unsafe fn make(api: Api, array: NewArray<'_>) -> *mut ffi::PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let dtype = match numbers_of(array.ty.element) {
            Some([number, _]) => api.function::<DescrFromType>(DESCR_FROM_TYPE)(number),
            None => ffi::Py_NewRef(array.dtype),
        };
        if dtype.is_null() {
            return std::ptr::null_mut();
        }
        let order = if array.ty.order == Order::F { F_CONTIGUOUS } else { 0 };
        let flags = order | if array.ty.is_writable { WRITEABLE } else { 0 };
        let strides = if array.strides.is_empty() { std::ptr::null() } else { array.strides.as_ptr() };
        let class = api.0.add(2).cast::<*mut ffi::PyTypeObject>().read();
        api.function::<NewFromDescr>(NEW_FROM_DESCR)(
            class,
            dtype,
            c_int::from(array.ty.rank),
            array.dims.as_ptr(),
            strides,
            array.data.cast(),
            flags,
            std::ptr::null_mut(),
        )
    }
}
