//! Numbers as tensors of `DLPack`.
//!
//! The capsule is named `dltensor` or, for who asks for version 1, `dltensor_versioned`; only the latter can say
//! that memory is read-only. Who takes the tensor renames the capsule and calls its deleter, from any
//! thread.

use std::ffi::{CStr, c_void};
use std::mem::ManuallyDrop;
use std::ptr::NonNull;

use pyo3::exceptions::PyBufferError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use pyobject::Scalar;

use super::extent::Extent;
use crate::cdata::lifetime::Pin;
use crate::cdata::object::CData;
use crate::failure::Failure;
use crate::trampoline::slot;

const PLAIN: &CStr = c"dltensor";
const VERSIONED: &CStr = c"dltensor_versioned";

const PROCESSOR: (i32, i32) = (1, 0);

const READ_ONLY: u64 = 1;
const COPIED: u64 = 2;

/// `DLDataType`.
#[repr(C)]
#[derive(Clone, Copy)]
struct DataType {
    code: u8,
    bits: u8,
    lanes: u16,
}

/// `DLTensor`.
#[repr(C)]
struct Tensor {
    data: *mut c_void,
    device_type: i32,
    device_id: i32,
    rank: i32,
    data_type: DataType,
    shape: *mut i64,
    strides: *mut i64,
    byte_offset: u64,
}

/// `DLManagedTensor`.
#[repr(C)]
struct PlainHead {
    tensor: Tensor,
    context: *mut c_void,
    deleter: unsafe extern "C" fn(*mut Managed<PlainHead>),
}

/// `DLManagedTensorVersioned`.
#[repr(C)]
struct VersionedHead {
    major: u32,
    minor: u32,
    context: *mut c_void,
    deleter: unsafe extern "C" fn(*mut Managed<VersionedHead>),
    flags: u64,
    tensor: Tensor,
}

/// What a capsule has: the part that `DLPack` knows, then what that points to.
#[repr(C)]
struct Managed<Head> {
    head: Head,
    _parts: Parts,
}

/// What a tensor's pointers point to.
struct Parts {
    shape: Box<[i64]>,
    strides: Box<[i64]>,
    memory: Memory,
}

/// Whose memory the numbers are in.
enum Memory {
    /// A Python object's, which is kept, and is not released meanwhile.
    Of(NonNull<ffi::PyObject>, ManuallyDrop<Pin>),
    /// The tensor's own; the words give the alignment.
    Copy(Box<[u128]>),
}

// SAFETY: the object is only given back, and with the lock held.
unsafe impl Send for Memory {}

impl Drop for Memory {
    fn drop(&mut self) {
        if let Self::Of(object, pin) = self {
            // A tensor that outlives the interpreter has nobody to give the object back to.
            // SAFETY: the reference was the tensor's, as the pin was, and the lock is held.
            let _ = Python::try_attach(|_| unsafe {
                ManuallyDrop::drop(pin);
                ffi::Py_DECREF(object.as_ptr());
            });
        }
    }
}

/// `x.__dlpack_device__()`.
pub(super) unsafe extern "C" fn device(
    _this: *mut ffi::PyObject,
    _none: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    slot(|py| Ok(PROCESSOR.into_pyobject(py).map_err(Failure::from)?.into_ptr()))
}

/// `x.__dlpack__(*, stream=None, max_version=None, dl_device=None, copy=None)`.
pub(super) unsafe extern "C" fn tensor(
    this: *mut ffi::PyObject,
    args: *mut ffi::PyObject,
    keywords: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    slot(|py| {
        // SAFETY: CPython calls the method with live C data, a tuple, and a dict or null.
        let (data, args, keywords) = unsafe {
            let args = Borrowed::from_ptr(py, args);
            (CData::of_self(this), args, Borrowed::from_ptr_or_opt(py, keywords))
        };
        let asked = Asked::parse(args.cast::<PyTuple>().map_err(PyErr::from)?.len(), keywords)?;
        let extent = Extent::of(data)?;
        let data_type = data_type(&extent)?;
        let must_copy = asked.copy == Some(true);
        if extent.is_read_only && !asked.is_versioned && !must_copy {
            let text =
                format!("{} is const: DLPack says so from version 1 on; ask for a copy", data.describe());
            return Err(PyBufferError::new_err(text).into());
        }
        let memory = if must_copy {
            copy_of(&extent)
        } else {
            let pin = data.pin()?;
            // SAFETY: a live object; the tensor gets a reference of its own.
            let object = unsafe { ffi::Py_NewRef(this) };
            let object = NonNull::new(object).expect("an object is not null");
            Memory::Of(object, ManuallyDrop::new(pin))
        };
        capsule(py, &extent, data_type, memory, asked.is_versioned)
    })
}

/// What the caller of `__dlpack__` said.
struct Asked {
    is_versioned: bool,
    copy: Option<bool>,
}

impl Asked {
    fn parse(positional: usize, keywords: Option<Borrowed<'_, '_, PyAny>>) -> Result<Self, Failure> {
        if positional > 0 {
            return Err(Failure::wrong_type("__dlpack__() takes keyword arguments only"));
        }
        let mut asked = Self { is_versioned: false, copy: None };
        let Some(keywords) = keywords else { return Ok(asked) };
        for (name, value) in keywords.cast::<PyDict>().map_err(PyErr::from)?.iter() {
            if value.is_none() {
                continue;
            }
            match name.extract::<&str>()? {
                "stream" => {
                    let text = "memory of the processor has no streams: stream must be None";
                    return Err(PyBufferError::new_err(text).into());
                }
                "max_version" => asked.is_versioned = value.extract::<(u32, u32)>()?.0 >= 1,
                "dl_device" if value.extract::<(i32, i32)>()? == PROCESSOR => {}
                "dl_device" => {
                    let text = format!("the memory is the processor's, (1, 0), not of the device {value}");
                    return Err(PyBufferError::new_err(text).into());
                }
                "copy" => asked.copy = Some(value.extract()?),
                other => {
                    let text = format!("__dlpack__() got an unexpected keyword argument '{other}'");
                    return Err(Failure::wrong_type(text));
                }
            }
        }
        Ok(asked)
    }
}

/// The numbers in memory of their own.
fn copy_of(extent: &Extent) -> Memory {
    let size = extent.count() * extent.item_size;
    let mut words = vec![0_u128; size.div_ceil(16)].into_boxed_slice();
    // SAFETY: so many bytes are offered, and there is room for them.
    unsafe { std::ptr::copy_nonoverlapping(extent.address, words.as_mut_ptr().cast(), size) };
    Memory::Copy(words)
}

fn data_type(extent: &Extent) -> Result<DataType, Failure> {
    let code = match extent.item.scalar() {
        Some(Scalar::I8 | Scalar::I16 | Scalar::I32 | Scalar::I64) => 0,
        Some(Scalar::U8 | Scalar::U16 | Scalar::U32 | Scalar::U64) => 1,
        Some(Scalar::F32 | Scalar::F64) => 2,
        Some(Scalar::C32 | Scalar::C64) => 5,
        Some(Scalar::Bool) => 6,
        Some(
            Scalar::Char
            | Scalar::Char16
            | Scalar::Char32
            | Scalar::I128
            | Scalar::U128
            | Scalar::F80
            | Scalar::C80,
        )
        | None => {
            let text = format!("DLPack has no type for '{}'", extent.item.name());
            return Err(PyBufferError::new_err(text).into());
        }
    };
    let bits = u8::try_from(extent.item_size * 8).expect("a number has at most 128 bits");
    Ok(DataType { code, bits, lanes: 1 })
}

fn capsule(
    py: Python<'_>,
    extent: &Extent,
    data_type: DataType,
    memory: Memory,
    is_versioned: bool,
) -> Result<*mut ffi::PyObject, Failure> {
    let signed = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let is_copy = matches!(memory, Memory::Copy(_));
    let mut parts = Parts {
        shape: extent.dims.iter().copied().map(signed).collect(),
        strides: extent.strides(1).into_iter().map(signed).collect(),
        memory,
    };
    let data = match &mut parts.memory {
        Memory::Of(..) => extent.address,
        Memory::Copy(words) => words.as_mut_ptr().cast(),
    };
    let tensor = Tensor {
        data: data.cast(),
        device_type: PROCESSOR.0,
        device_id: PROCESSOR.1,
        rank: i32::try_from(extent.dims.len()).expect("a type is written in a text of less than 2 GB"),
        data_type,
        shape: parts.shape.as_mut_ptr(),
        strides: parts.strides.as_mut_ptr(),
        byte_offset: 0,
    };
    let context = std::ptr::null_mut();
    if is_versioned {
        let flags = if is_copy { COPIED } else { u64::from(extent.is_read_only) * READ_ONLY };
        let head = VersionedHead { major: 1, minor: 0, context, deleter: delete, flags, tensor };
        wrap(py, VERSIONED, Managed { head, _parts: parts })
    } else {
        let head = PlainHead { tensor, context, deleter: delete };
        wrap(py, PLAIN, Managed { head, _parts: parts })
    }
}

fn wrap<Head>(
    py: Python<'_>,
    name: &'static CStr,
    managed: Managed<Head>,
) -> Result<*mut ffi::PyObject, Failure> {
    let managed = Box::into_raw(Box::new(managed));
    // SAFETY: the lock is held and the name lives for ever.
    let capsule = unsafe { ffi::PyCapsule_New(managed.cast(), name.as_ptr(), Some(drop_capsule)) };
    if capsule.is_null() {
        // SAFETY: nobody else got the box.
        drop(unsafe { Box::from_raw(managed) });
        return Err(Failure::raised(py));
    }
    Ok(capsule)
}

/// Frees a tensor.
unsafe extern "C" fn delete<Head>(managed: *mut Managed<Head>) {
    // SAFETY: who took the tensor calls this once, with what `wrap` made.
    drop(unsafe { Box::from_raw(managed) });
}

/// Frees the tensor of a capsule that nobody took: its name is still ours.
unsafe extern "C" fn drop_capsule(capsule: *mut ffi::PyObject) {
    // SAFETY: CPython calls this with the capsule, whose pointer is what `wrap` made under that name.
    unsafe {
        if ffi::PyCapsule_IsValid(capsule, PLAIN.as_ptr()) != 0 {
            delete(ffi::PyCapsule_GetPointer(capsule, PLAIN.as_ptr()).cast::<Managed<PlainHead>>());
        } else if ffi::PyCapsule_IsValid(capsule, VERSIONED.as_ptr()) != 0 {
            delete(ffi::PyCapsule_GetPointer(capsule, VERSIONED.as_ptr()).cast::<Managed<VersionedHead>>());
        }
    }
}
