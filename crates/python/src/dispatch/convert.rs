//! Arguments that are passed as the type that was asked for, whatever their own is.
//!
//! It serves the calls that no guard took: the first of a key, and those of functions whose signatures are
//! given, where a number is converted to what the signature says.

use pyo3::ffi;
use pyo3::prelude::*;
use pyobject::Ndarray;
use tir::{ArrayTy, Ty};

use super::argument::{Argument, array_ty, refused};
use super::generator;
use super::guard::{Room, push_absent};
use crate::cdata::{CData, Kind};
use crate::dtype;
use crate::failure::Failure;
use crate::table;

/// Writes the words of `value` as an argument of this key.
///
/// # Safety
/// There is room for what the argument takes.
pub(super) unsafe fn write_as(
    value: Borrowed<'_, '_, PyAny>,
    wanted: &Argument,
    room: &mut Room,
) -> Result<(), Failure> {
    // SAFETY: the caller's promise, and the object is borrowed.
    unsafe {
        match wanted {
            // What is known when compiling, which the key has said.
            Argument::Text(_) | Argument::Function(_) => Ok(()),
            Argument::Value(ty) => write(value, *ty, room),
            Argument::Tuple(items) | Argument::Named(_, items) => {
                if ffi::PyTuple_Check(value.as_ptr()) == 0
                    || ffi::PyTuple_GET_SIZE(value.as_ptr()).unsigned_abs() != items.len()
                {
                    return Err(Failure::wrong_type(format!("a tuple of {} is wanted", items.len())));
                }
                for (item, index) in items.iter().zip(0..) {
                    let object = ffi::PyTuple_GET_ITEM(value.as_ptr(), index);
                    write_as(Borrowed::from_ptr(value.py(), object), item, room)
                        .map_err(|failure| failure.at(|| format!("item {index}")))?;
                }
                Ok(())
            }
            Argument::Optional(held) if value.is_none() => {
                let mut absent = vec![0];
                push_absent(held.ty(), &mut absent);
                for word in absent {
                    room.push(word);
                }
                Ok(())
            }
            Argument::Optional(held) => {
                room.push(1);
                write_as(value, held, room)
            }
        }
    }
}

/// Writes the words of `value` as a `ty`.
///
/// # Safety
/// There is room for what a value of the type takes.
unsafe fn write(value: Borrowed<'_, '_, PyAny>, ty: Ty, room: &mut Room) -> Result<(), Failure> {
    // SAFETY: the caller's promise, and the object is borrowed.
    unsafe {
        match ty {
            // What is known when compiling, or `None`, which the key has said.
            Ty::Unit => Ok(()),
            Ty::Bool | Ty::Int(_) | Ty::Float(_) | Ty::Complex(_) => {
                let done = pyobject::converted_words(ty, value.as_ptr(), room.words);
                done.map_err(|refusal| refused(value, refusal))?;
                room.words = room.words.add(pyobject::word_count(ty));
                Ok(())
            }
            Ty::Array(array) => write_array(value, array, room),
            Ty::Tuple(_) => Err(Failure::wrong_type("a tuple is passed item by item")),
            Ty::Pointer(pointer) => {
                CData::of(value).map_or(Ok(()), |data| room.pin(data))?;
                let address = CData::of(value).and_then(|data| match data.face.kind {
                    Kind::Pointer(_) if data.face.id == pointer => Some(data.address),
                    Kind::Array(element, _) if element.pointer().id == pointer => Some(data.address),
                    Kind::Pointer(_)
                    | Kind::Array(..)
                    | Kind::Void
                    | Kind::Scalar(_)
                    | Kind::Enum(..)
                    | Kind::Function(_)
                    | Kind::Record(_) => None,
                });
                let address = address.or_else(|| generator::address(value, ty));
                push_address(address, room, || table::read().name(pointer))
            }
            Ty::Record(record) => {
                CData::of(value).map_or(Ok(()), |data| room.pin(data))?;
                let address = match CData::of(value) {
                    Some(data) => (data.face.id == record).then_some(data.address),
                    None => dtype::record_scalar(value)?
                        .and_then(|(address, own)| (own == record).then_some(address)),
                };
                push_address(address, room, || table::read().name(record))
            }
        }
    }
}

unsafe fn push_address(
    address: Option<*mut u8>,
    room: &mut Room,
    wanted: impl FnOnce() -> String,
) -> Result<(), Failure> {
    let Some(address) = address else {
        return Err(Failure::wrong_type(format!("{} is wanted", wanted())));
    };
    // SAFETY: the caller says that there is room.
    unsafe { room.push(address.expose_provenance() as u64) };
    Ok(())
}

unsafe fn write_array(value: Borrowed<'_, '_, PyAny>, ty: ArrayTy, room: &mut Room) -> Result<(), Failure> {
    // SAFETY: the object is borrowed; the caller says that there is room.
    unsafe {
        let Some(array) = Ndarray::of(value.as_ptr()) else {
            return Err(Failure::wrong_type("an array is wanted"));
        };
        if !serves(array_ty(value, array)?, ty) {
            return Err(Failure::wrong_type("an array of another type is wanted"));
        }
        room.push_array(array, ty, value.as_ptr());
        Ok(())
    }
}

/// Whether an array of the one type may be passed as the other.
pub(super) fn serves(given: ArrayTy, wanted: ArrayTy) -> bool {
    (given.element, given.rank) == (wanted.element, wanted.rank)
        && (given.order == wanted.order || wanted.order == tir::Order::Any)
        && (given.is_writable || !wanted.is_writable)
        && (given.is_aligned || !wanted.is_aligned)
}
