//! `ffi.buffer`: the bytes of C data as an object with Python's habits.
//!
//! ```text
//! 0 head  16 the C data  24 address  32 size  40 whether it is read-only  48 weak references
//! ```
//!
//! It keeps the C data and asks it before each access whether its memory is still there. A `memoryview`
//! of it pins the memory.

use std::cell::Cell;
use std::ffi::{c_int, c_void};
use std::mem::offset_of;
use std::sync::OnceLock;

use pyo3::exceptions::PyBufferError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyTuple};

use super::classes::{make_class, members, slot as class_slot};
use super::face::{Face, Kind};
use super::lifetime::Pin;
use super::memory::{Access, check_pointer, check_size, with_buffer};
use super::object::CData;
use super::store::shown;
use crate::failure::{Class, Failure};
use crate::trampoline::slot;

/// The bytes of C data.
#[repr(C)]
struct Buffer {
    head: ffi::PyObject,
    data: *mut ffi::PyObject,
    address: *mut u8,
    size: usize,
    is_read_only: bool,
    weak_references: Cell<*mut ffi::PyObject>,
}

/// The class, which lives as long as the process.
struct BufferClass(*mut ffi::PyTypeObject);

// SAFETY: the pointer is to an immortal object and is never written.
unsafe impl Send for BufferClass {}
// SAFETY: as above.
unsafe impl Sync for BufferClass {}

static CLASS: OnceLock<BufferClass> = OnceLock::new();

const DOC: &std::ffi::CStr = c"buffer(cdata, size=-1)
--

The memory that C data points to, as bytes that can be read and written.

It has a length, items and slices, which are ``bytes``, compares with bytes-like objects, and offers the
buffer protocol. It keeps the C data alive.

Parameters
----------
cdata : CData
    A pointer or an array.
size : int, optional
    How many bytes; by default those of the array, or of what the pointer points to.

Raises
------
TypeError
    If it is neither, or of unknown size.
IndexError
    If the memory is known to be smaller.
ValueError
    If it was released.

Examples
--------
>>> from ferrule import FFI
>>> ffi = FFI()
>>> text = ffi.new(\"char[]\", b\"hello\")
>>> buffer = ffi.buffer(text, 5)
>>> buffer[0:2] = b\"HE\"
>>> buffer[:]
b'HEllo'
>>> buffer == b\"HEllo\"
True
";

/// Makes the class.
pub(super) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    let slots = vec![
        class_slot(ffi::Py_tp_doc, DOC.as_ptr() as *mut c_void),
        class_slot(ffi::Py_tp_new, new as *mut c_void),
        class_slot(ffi::Py_tp_dealloc, deallocate as *mut c_void),
        class_slot(ffi::Py_tp_traverse, traverse as *mut c_void),
        class_slot(ffi::Py_tp_richcompare, compare as *mut c_void),
        class_slot(ffi::Py_tp_hash, ffi::PyObject_HashNotImplemented as *mut c_void),
        class_slot(ffi::Py_sq_length, length as *mut c_void),
        class_slot(ffi::Py_sq_item, item as *mut c_void),
        class_slot(ffi::Py_mp_length, length as *mut c_void),
        class_slot(ffi::Py_mp_subscript, get_item as *mut c_void),
        class_slot(ffi::Py_mp_ass_subscript, set_item as *mut c_void),
        class_slot(ffi::Py_bf_getbuffer, get_buffer as *mut c_void),
        class_slot(ffi::Py_bf_releasebuffer, release_buffer as *mut c_void),
        class_slot(
            ffi::Py_tp_members,
            members(&[(c"__weaklistoffset__", offset_of!(Buffer, weak_references))]),
        ),
    ];
    let flags = ffi::Py_TPFLAGS_DEFAULT | ffi::Py_TPFLAGS_HAVE_GC | ffi::Py_TPFLAGS_IMMUTABLETYPE;
    let class = make_class(py, c"ferrule.buffer", size_of::<Buffer>(), flags, std::ptr::null_mut(), slots)?;
    // Calls of the class need no tuple of arguments.
    // SAFETY: the lock is held, and the class has no other users yet.
    unsafe { (*class).tp_vectorcall = Some(vectorcall) };
    CLASS.get_or_init(|| BufferClass(class));
    // SAFETY: the class lives for ever.
    module.add("buffer", unsafe { Bound::from_borrowed_ptr(py, class.cast()) })
}

/// The buffer that a slot of the class was called with, and a pin of its memory.
///
/// # Safety
/// `this` is a live object of the class and stays so for `'a`.
unsafe fn opened<'a>(this: *mut ffi::PyObject, access: Access) -> Result<(&'a Buffer, Pin), Failure> {
    // SAFETY: the caller's promise; the buffer keeps its C data alive.
    let (buffer, data) = unsafe {
        let buffer = &*this.cast::<Buffer>();
        (buffer, CData::of_self(buffer.data))
    };
    let pin = match access {
        Access::Read => data.pin()?,
        Access::Write if buffer.is_read_only => {
            let text = format!("the buffer of {} is read-only", data.describe());
            return Err(Failure::wrong_type(text));
        }
        Access::Write => data.pin_to_write()?,
    };
    Ok((buffer, pin))
}

impl Buffer {
    /// Some of its bytes.
    fn bytes<'py>(&self, py: Python<'py>, start: usize, count: usize) -> Result<Bound<'py, PyAny>, Failure> {
        // SAFETY: the caller has a pin and checked the range against the size.
        unsafe {
            let address = self.address.wrapping_add(start).cast_const().cast();
            super::load::owned(py, ffi::PyBytes_FromStringAndSize(address, count.cast_signed()))
        }
    }

    /// The place of an index that may count from the end.
    fn place(&self, index: isize) -> Result<usize, Failure> {
        let index = if index < 0 { index.wrapping_add_unsigned(self.size) } else { index };
        let outside =
            || Failure::new(Class::Index, format!("buffer index out of range ({} bytes)", self.size));
        usize::try_from(index).ok().filter(|index| *index < self.size).ok_or_else(outside)
    }

    /// Where a slice starts and how many bytes it has.
    fn range(&self, key: Borrowed<'_, '_, PyAny>) -> Result<(usize, usize), Failure> {
        let (mut start, mut end, mut step) = (0, 0, 0);
        // SAFETY: the key is a live slice.
        let count = unsafe {
            if ffi::PySlice_Unpack(key.as_ptr(), &raw mut start, &raw mut end, &raw mut step) < 0 {
                return Err(Failure::raised(key.py()));
            }
            ffi::PySlice_AdjustIndices(self.size.cast_signed(), &raw mut start, &raw mut end, step)
        };
        if step != 1 {
            return Err(Failure::wrong_type("buffer doesn't support slicing with step != 1"));
        }
        Ok((start.unsigned_abs(), count.unsigned_abs()))
    }
}

/// A key of `buffer[key]`: an integer, or a slice.
fn index(key: Borrowed<'_, '_, PyAny>) -> Result<Option<isize>, Failure> {
    // SAFETY: a live object, and the lock is held.
    unsafe {
        if ffi::PyIndex_Check(key.as_ptr()) != 0 {
            let index = ffi::PyNumber_AsSsize_t(key.as_ptr(), ffi::PyExc_IndexError);
            if index == -1 && !ffi::PyErr_Occurred().is_null() {
                return Err(Failure::raised(key.py()));
            }
            return Ok(Some(index));
        }
        if ffi::PySlice_Check(key.as_ptr()) != 0 {
            return Ok(None);
        }
    }
    let class = key.get_type().name()?;
    Err(Failure::wrong_type(format!("buffer indices must be integers or slices, not {class}")))
}

/// Makes a buffer of C data.
fn make(given: Borrowed<'_, '_, PyAny>, size: isize) -> Result<*mut ffi::PyObject, Failure> {
    let Some(data) = CData::of(given) else {
        let class = given.get_type().name()?;
        return Err(Failure::wrong_type(format!("buffer() takes C data, not {class}")));
    };
    check_pointer(data, "buffer")?;
    data.check_alive()?;
    let size = match usize::try_from(size) {
        Ok(size) => size,
        Err(_) => size_of_target(data)?,
    };
    check_size(data, size)?;
    let is_const = data.face.target().is_some_and(Face::is_read_only);
    let class = CLASS.get().expect("the module was initialised").0;
    // SAFETY: the lock is held; the memory has the layout, and the buffer gets a reference of its own.
    unsafe {
        let object = ffi::PyObject_GC_New::<ffi::PyObject>(class);
        if object.is_null() {
            return Err(Failure::raised(given.py()));
        }
        let buffer = object.cast::<Buffer>();
        (&raw mut (*buffer).data).write(ffi::Py_NewRef(given.as_ptr()));
        (&raw mut (*buffer).address).write(data.address);
        (&raw mut (*buffer).size).write(size);
        (&raw mut (*buffer).is_read_only).write(is_const || data.is_read_only());
        (&raw mut (*buffer).weak_references).write(Cell::new(std::ptr::null_mut()));
        ffi::PyObject_GC_Track(object.cast());
        Ok(object)
    }
}

/// The bytes of an array, or of what a pointer points to.
fn size_of_target(data: &CData) -> Result<usize, Failure> {
    let known = match data.face.kind {
        Kind::Pointer(target) if target.is_open() => {
            data.bounds().map(|_| data.room(target, data.address)).or_else(|| target.size())
        }
        Kind::Pointer(target) => target.size(),
        Kind::Void
        | Kind::Scalar(_)
        | Kind::Enum(_)
        | Kind::Array(..)
        | Kind::Function(_)
        | Kind::Record(_) => data.extent(),
    };
    let unknown = || Failure::wrong_type(format!("{} points to memory of unknown size", data.describe()));
    known.ok_or_else(unknown)
}

/// `buffer(cdata, size=-1)`.
unsafe extern "C" fn vectorcall(
    _class: *mut ffi::PyObject,
    args: *const *mut ffi::PyObject,
    nargsf: usize,
    keywords: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    slot(|py| {
        // SAFETY: CPython calls this with as many live arguments as it says.
        unsafe {
            let count = ffi::PyVectorcall_NARGS(nargsf).unsigned_abs();
            if count == 1 && keywords.is_null() {
                return make(Borrowed::from_ptr(py, *args), -1);
            }
            let mut given = [std::ptr::null_mut(); 2];
            if count > 2 {
                return Err(too_many(count));
            }
            for (index, place) in given.iter_mut().enumerate().take(count) {
                *place = *args.add(index);
            }
            if !keywords.is_null() {
                for index in 0..ffi::PyTuple_GET_SIZE(keywords) {
                    let name = Borrowed::from_ptr(py, ffi::PyTuple_GET_ITEM(keywords, index));
                    take_keyword(name, *args.add(count + index.unsigned_abs()), &mut given)?;
                }
            }
            make_of(py, given)
        }
    })
}

/// `buffer.__new__(buffer, cdata, size=-1)`.
unsafe extern "C" fn new(
    _class: *mut ffi::PyTypeObject,
    args: *mut ffi::PyObject,
    keywords: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    slot(|py| {
        // SAFETY: CPython calls the slot with a tuple, and a dict or null.
        unsafe {
            let args = Borrowed::from_ptr(py, args);
            let args = args.cast::<PyTuple>().map_err(PyErr::from)?;
            let mut given = [std::ptr::null_mut(); 2];
            if args.len() > 2 {
                return Err(too_many(args.len()));
            }
            for (place, value) in given.iter_mut().zip(args.iter_borrowed()) {
                *place = value.as_ptr();
            }
            if let Some(keywords) = Borrowed::from_ptr_or_opt(py, keywords) {
                for (name, value) in keywords.cast::<PyDict>().map_err(PyErr::from)?.iter() {
                    take_keyword(name.as_borrowed(), value.as_ptr(), &mut given)?;
                }
            }
            make_of(py, given)
        }
    })
}

fn too_many(count: usize) -> Failure {
    Failure::wrong_type(format!("buffer() takes at most 2 arguments, got {count}"))
}

fn take_keyword(
    name: Borrowed<'_, '_, PyAny>,
    value: *mut ffi::PyObject,
    given: &mut [*mut ffi::PyObject; 2],
) -> Result<(), Failure> {
    let name = name.extract::<&str>()?;
    let place = match name {
        "cdata" => &mut given[0],
        "size" => &mut given[1],
        other => {
            let text = format!("buffer() got an unexpected keyword argument '{other}'");
            return Err(Failure::wrong_type(text));
        }
    };
    if !place.is_null() {
        return Err(Failure::wrong_type(format!("buffer() got '{name}' twice")));
    }
    *place = value;
    Ok(())
}

/// # Safety
/// What is given is null or lives.
unsafe fn make_of(py: Python<'_>, given: [*mut ffi::PyObject; 2]) -> Result<*mut ffi::PyObject, Failure> {
    // SAFETY: the caller's promise.
    let [data, size] = given.map(|object| unsafe { Borrowed::from_ptr_or_opt(py, object) });
    let missing = || Failure::wrong_type("buffer() takes C data: the argument 'cdata' is missing");
    let size = match size {
        Some(size) => size.extract::<isize>()?,
        None => -1,
    };
    make(data.ok_or_else(missing)?, size)
}

unsafe extern "C" fn deallocate(this: *mut ffi::PyObject) {
    // SAFETY: CPython calls this once, for an object of the class that nobody refers to.
    unsafe {
        ffi::PyObject_GC_UnTrack(this.cast());
        let buffer = this.cast::<Buffer>();
        if !(*buffer).weak_references.get().is_null() {
            ffi::PyObject_ClearWeakRefs(this);
        }
        let data = (*buffer).data;
        let class = ffi::Py_TYPE(this);
        ffi::PyObject_GC_Del(this.cast());
        ffi::Py_DECREF(data);
        ffi::Py_DECREF(class.cast());
    }
}

/// Shows the cycle collector the C data. A cycle is broken where that refers on: it never refers
/// back by itself.
unsafe extern "C" fn traverse(
    this: *mut ffi::PyObject,
    visit: ffi::visitproc,
    argument: *mut c_void,
) -> c_int {
    // SAFETY: CPython calls the slot with a live object of the class; nothing is borrowed.
    unsafe {
        match visit(ffi::Py_TYPE(this).cast(), argument) {
            0 => visit((*this.cast::<Buffer>()).data, argument),
            status => status,
        }
    }
}

/// `len(buffer)`.
unsafe extern "C" fn length(this: *mut ffi::PyObject) -> ffi::Py_ssize_t {
    // SAFETY: CPython calls the slot with a live object of the class.
    unsafe { (*this.cast::<Buffer>()).size.cast_signed() }
}

/// An item by its place, for iteration.
unsafe extern "C" fn item(this: *mut ffi::PyObject, index: ffi::Py_ssize_t) -> *mut ffi::PyObject {
    slot(|py| {
        // SAFETY: CPython calls the slot with a live object of the class.
        let (buffer, _pin) = unsafe { opened(this, Access::Read) }?;
        // CPython has added the length to what counts from the end.
        let place = if index < 0 {
            Err(Failure::new(Class::Index, "buffer index out of range"))
        } else {
            buffer.place(index)
        };
        Ok(buffer.bytes(py, place?, 1)?.into_ptr())
    })
}

/// `buffer[key]`.
unsafe extern "C" fn get_item(this: *mut ffi::PyObject, key: *mut ffi::PyObject) -> *mut ffi::PyObject {
    slot(|py| {
        // SAFETY: CPython calls the slot with live objects.
        let key = unsafe { Borrowed::from_ptr(py, key) };
        let index = index(key)?;
        // SAFETY: as above.
        let (buffer, _pin) = unsafe { opened(this, Access::Read) }?;
        let (start, count) = match index {
            Some(index) => (buffer.place(index)?, 1),
            None => buffer.range(key)?,
        };
        Ok(buffer.bytes(py, start, count)?.into_ptr())
    })
}

/// `buffer[key] = value`.
unsafe extern "C" fn set_item(
    this: *mut ffi::PyObject,
    key: *mut ffi::PyObject,
    value: *mut ffi::PyObject,
) -> c_int {
    slot(|py| {
        // SAFETY: CPython calls the slot with live objects; the value is null for `del`.
        let (key, value) = unsafe { (Borrowed::from_ptr(py, key), Borrowed::from_ptr_or_opt(py, value)) };
        let Some(value) = value else {
            return Err(Failure::wrong_type("'del x[n]' not supported for buffer objects"));
        };
        let index = index(key)?;
        // SAFETY: as above.
        let (buffer, _pin) = unsafe { opened(this, Access::Write) }?;
        let Some(index) = index else {
            let (start, count) = buffer.range(key)?;
            with_buffer(value, Access::Read, |from, given| {
                if given != count {
                    let text = format!("right operand length must match slice length ({given} != {count})");
                    return Err(Failure::new(Class::Value, text));
                }
                // SAFETY: the range lies in the buffer; the value may lie there too.
                unsafe { std::ptr::copy(from, buffer.address.wrapping_add(start), count) };
                Ok(())
            })?;
            return Ok(0);
        };
        let place = buffer.place(index)?;
        if let Ok(bytes) = value.cast::<PyBytes>()
            && let [byte] = bytes.as_bytes()
        {
            // SAFETY: the place is below the size.
            unsafe { buffer.address.wrapping_add(place).write(*byte) };
            return Ok(0);
        }
        Err(Failure::wrong_type(format!("must assign a bytes of length 1, not {}", shown(value))))
    })
}

/// `buffer == other` and the others: by bytes, with whatever is bytes-like.
unsafe extern "C" fn compare(
    this: *mut ffi::PyObject,
    other: *mut ffi::PyObject,
    operator: c_int,
) -> *mut ffi::PyObject {
    slot(|py| {
        // SAFETY: CPython calls the slot with live objects.
        let is_bytes = unsafe { ffi::PyObject_CheckBuffer(other) } != 0;
        if !is_bytes {
            // SAFETY: the object is immortal; the caller gets a reference of its own.
            return Ok(unsafe { ffi::Py_NewRef(ffi::Py_NotImplemented()) });
        }
        // SAFETY: as above.
        let (buffer, _pin) = unsafe { opened(this, Access::Read) }?;
        // SAFETY: as above.
        let other = unsafe { Borrowed::from_ptr(py, other) };
        let ordering = with_buffer(other, Access::Read, |address, size| {
            let bytes = |address: *const u8, size| match size {
                // Empty memory may have no address.
                0 => &[][..],
                // SAFETY: both are pinned or held, and have so many bytes.
                _ => unsafe { std::slice::from_raw_parts(address, size) },
            };
            Ok(bytes(buffer.address, buffer.size).cmp(bytes(address, size)))
        })?;
        let is_true = match operator {
            ffi::Py_EQ => ordering.is_eq(),
            ffi::Py_NE => ordering.is_ne(),
            ffi::Py_LT => ordering.is_lt(),
            ffi::Py_LE => ordering.is_le(),
            ffi::Py_GT => ordering.is_gt(),
            _ => ordering.is_ge(),
        };
        // SAFETY: the lock is held.
        Ok(unsafe { ffi::PyBool_FromLong(is_true.into()) })
    })
}

/// Offers the bytes to others. The pin goes with the offer.
unsafe extern "C" fn get_buffer(this: *mut ffi::PyObject, view: *mut ffi::Py_buffer, flags: c_int) -> c_int {
    slot(|py| {
        // SAFETY: CPython calls the slot with a live object of the class, and with memory for the
        // buffer, whose object is null when there is an error.
        unsafe {
            (*view).obj = std::ptr::null_mut();
            let (buffer, pin) = opened(this, Access::Read)?;
            if buffer.is_read_only && flags & ffi::PyBUF_WRITABLE != 0 {
                return Err(PyBufferError::new_err("the buffer is read-only").into());
            }
            let status = ffi::PyBuffer_FillInfo(
                view,
                this,
                buffer.address.cast(),
                buffer.size.cast_signed(),
                c_int::from(buffer.is_read_only),
                flags,
            );
            if status < 0 {
                return Err(Failure::raised(py));
            }
            (*view).internal = pin.into_raw().cast();
        }
        Ok(0)
    })
}

unsafe extern "C" fn release_buffer(_this: *mut ffi::PyObject, view: *mut ffi::Py_buffer) {
    // SAFETY: CPython calls this once for each buffer that was filled, which has our pin.
    drop(unsafe { Pin::from_raw((*view).internal.cast()) });
}
