//! What a C call returns, as a Python object: numbers, pointers, C data of its own.

#![expect(clippy::inline_always, reason = "the steps of the one path that every call takes")]

use ccall::{GateFrame, Place};
use pyo3::ffi;
use pyo3::prelude::*;
use pyobject::Scalar;

use crate::cdata::face::{Face, Kind};
use crate::cdata::load;
use crate::cdata::object::{self, CData};
use crate::failure::Failure;

/// How the result comes out of the frame.
#[derive(Clone, Copy)]
pub(super) enum Outcome {
    Void,
    /// A scalar, at this distance from the frame's start.
    Scalar(Scalar, u32),
    Pointer(&'static Face, u32),
    /// C data of its own, of so many bytes with that alignment; [`Place::Hidden`] where C writes it itself.
    Value(&'static Face, Place, usize, usize),
    /// Anything else, by way of C data.
    Memory(&'static Face, Place),
}

impl Outcome {
    /// For a result of the type in that place.
    pub(super) fn of(face: &'static Face, place: Place) -> Self {
        if let (Some(scalar), Place::Whole { offset, size: ..=8 }) = (face.scalar(), place) {
            return Self::Scalar(scalar, offset);
        }
        match (&face.kind, place) {
            (Kind::Void, _) => Self::Void,
            (Kind::Pointer(_), Place::Whole { offset, .. }) => Self::Pointer(face, offset),
            (Kind::Record(_), place) if !face.is_open() => {
                let layout = face.layout().map(|layout| (layout.size.to_usize(), layout.align.get()));
                match layout {
                    Some((size, align @ 1..=16)) => {
                        Self::Value(face, place, size, usize::try_from(align).unwrap_or(16))
                    }
                    Some(_) | None => Self::Memory(face, place),
                }
            }
            _ => Self::Memory(face, place),
        }
    }
}

/// The memory of a result that the caller provides, whose address goes into the frame.
#[inline(always)]
pub(super) fn provide<'py>(
    py: Python<'py>,
    outcome: &Outcome,
    frame: *mut GateFrame,
) -> Result<Option<Bound<'py, PyAny>>, Failure> {
    let (made, address) = match *outcome {
        Outcome::Value(face, Place::Hidden, size, align) => {
            let (made, address) = object::value(py, face, size, align)?;
            // SAFETY: the object has so many bytes there. C need not write all of them.
            unsafe { clear(address, size) };
            (made, address)
        }
        Outcome::Memory(face, Place::Hidden) => {
            let made = load::blank(py, face)?;
            let address = CData::of(made.as_borrowed()).expect("C data was just made").address;
            (made, address)
        }
        Outcome::Void
        | Outcome::Scalar(..)
        | Outcome::Pointer(..)
        | Outcome::Value(..)
        | Outcome::Memory(..) => return Ok(None),
    };
    // SAFETY: the frame may be written; the object lives until the call returned.
    unsafe { (&raw mut (*frame).registers.ints[0]).write(address.expose_provenance() as u64) };
    Ok(Some(made))
}

/// Writes zeros; what the smallest such structs take without a call.
///
/// # Safety
/// So many bytes may be written there.
#[inline(always)]
unsafe fn clear(address: *mut u8, size: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        match size {
            24 => address.cast::<[u8; 24]>().write([0; 24]),
            32 => address.cast::<[u8; 32]>().write([0; 32]),
            _ => address.write_bytes(0, size),
        }
    }
}

/// The Python value of the result; what most calls return is tested first.
///
/// # Safety
/// The call left its result in the frame.
#[inline(always)]
pub(super) unsafe fn take<const HAS_MEMORY: bool>(
    py: Python<'_>,
    outcome: &Outcome,
    frame: *mut u8,
) -> Result<*mut ffi::PyObject, Failure> {
    // SAFETY: the plan's places lie in the frame; new references are returned.
    unsafe {
        if let Outcome::Scalar(Scalar::F64, offset) = *outcome {
            let number = frame.add(offset as usize).cast::<f64>().read_unaligned();
            return Ok(load::owned(py, ffi::PyFloat_FromDouble(number))?.into_ptr());
        }
        if let Outcome::Scalar(Scalar::I32, offset) = *outcome {
            let number = frame.add(offset as usize).cast::<i32>().read_unaligned();
            return Ok(load::owned(py, ffi::PyLong_FromLong(number.into()))?.into_ptr());
        }
        if matches!(*outcome, Outcome::Void) {
            return Ok(ffi::Py_NewRef(ffi::Py_None()));
        }
        if let Outcome::Scalar(Scalar::U64, offset) = *outcome {
            let number = frame.add(offset as usize).cast::<u64>().read_unaligned();
            return Ok(load::owned(py, ffi::PyLong_FromUnsignedLongLong(number))?.into_ptr());
        }
        if HAS_MEMORY && let Outcome::Value(face, Place::Whole { offset, size: 16 }, size, align) = *outcome {
            let (made, address) = object::value(py, face, size, align)?;
            address.cast::<[u8; 16]>().write(frame.add(offset as usize).cast::<[u8; 16]>().read());
            return Ok(made.into_ptr());
        }
        any_result(py, outcome, frame)
    }
}

/// As [`take`], for every kind of result that is not in memory of its own.
///
/// # Safety
/// As for [`take`].
#[inline(never)]
unsafe fn any_result(
    py: Python<'_>,
    outcome: &Outcome,
    frame: *mut u8,
) -> Result<*mut ffi::PyObject, Failure> {
    // SAFETY: the plan's places lie in the frame; new references are returned.
    unsafe {
        match *outcome {
            Outcome::Void => Ok(ffi::Py_NewRef(ffi::Py_None())),
            Outcome::Scalar(scalar, offset) => {
                Ok(load::owned(py, scalar.load(frame.add(offset as usize)))?.into_ptr())
            }
            Outcome::Pointer(face, offset) => {
                let address = frame.add(offset as usize).cast::<*mut u8>().read_unaligned();
                Ok(object::plain(py, face, address)?.into_ptr())
            }
            Outcome::Value(face, place, size, align) => {
                let (made, address) = object::value(py, face, size, align)?;
                place.load(frame, address);
                Ok(made.into_ptr())
            }
            Outcome::Memory(face, place) => {
                let made = load::blank(py, face)?;
                let data = CData::of(made.as_borrowed()).expect("C data was just made");
                place.load(frame, data.address);
                let is_number =
                    face.scalar().is_some_and(|scalar| !matches!(scalar, Scalar::F80 | Scalar::C80));
                if is_number {
                    return Ok(load::load(py, face, data.address, None)?.into_ptr());
                }
                Ok(made.into_ptr())
            }
        }
    }
}
