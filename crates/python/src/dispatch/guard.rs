//! How an argument is recognised and taken apart, found once for a type key.
//!
//! A guard takes an object exactly if it has the key: it then writes the words that the native entry takes. So a
//! call of the specialisation that was used last asks no question twice.

use std::sync::{Mutex, PoisonError};

use pyo3::ffi;
use pyo3::prelude::*;
use pyobject::ArrayGuard;
use runtime::memory::Memory;
use tir::{ArrayTy, Element, Ty};

use super::argument::{Argument, is_of_class};
use super::generator;
use crate::cdata::lifetime::Pin;
use crate::cdata::{CData, Face, Kind};
use crate::failure::Failure;
use crate::{dtype, table};

/// How one argument is taken.
pub(super) enum Guard {
    /// Exactly this number.
    Number(Ty),
    /// An array.
    Array(ArrayGuard),
    /// This very object, for which nothing is passed.
    Same(usize),
    /// This string, for which nothing is passed.
    Text(String),
    /// A tuple of the class at the address: Python's own, or one with names.
    Tuple(usize, Box<[Guard]>),
    /// `None`, for which these words are passed, or this.
    Optional(Box<[u64]>, Box<Guard>),
    /// C data: a pointer, or the elements of an array.
    Pointer(Ty),
    /// A struct of C data or of NumPy.
    Record(Ty),
}

/// Where the words of arguments go. There is room for all of them.
pub(super) struct Room {
    /// The next word.
    pub(super) words: *mut u64,
    /// The next header of an array's memory.
    pub(super) headers: *mut Memory,
    /// Memory of C data that could be released while the function runs.
    pins: Vec<Pin>,
}

impl Room {
    pub(super) fn new(words: *mut u64, headers: *mut Memory) -> Self {
        Self { words, headers, pins: Vec::new() }
    }

    /// Keeps the memory of C data as long as the room, if it was not released.
    pub(super) fn pin(&mut self, data: &CData) -> Result<(), Failure> {
        let pin = data.pin()?;
        if pin.is_needed() {
            self.pins.push(pin);
        }
        Ok(())
    }

    /// A header for an array's memory, which belongs to `object`: its address.
    ///
    /// # Safety
    /// There is room for one more.
    #[inline]
    pub(super) unsafe fn hold(&mut self, object: *mut ffi::PyObject) -> u64 {
        let header = self.headers;
        // SAFETY: the caller's promise.
        unsafe {
            header.write(Memory::borrowed(object.cast()));
            self.headers = header.add(1);
        }
        header.expose_provenance() as u64
    }

    /// # Safety
    /// There is room for one more.
    #[inline]
    pub(super) unsafe fn push(&mut self, word: u64) {
        // SAFETY: the caller's promise.
        unsafe {
            self.words.write(word);
            self.words = self.words.add(1);
        }
    }

    /// The parts of an array.
    ///
    /// # Safety
    /// It lives and there is room for them.
    #[inline]
    pub(super) unsafe fn push_array(
        &mut self,
        array: pyobject::Ndarray,
        ty: ArrayTy,
        owner: *mut ffi::PyObject,
    ) {
        // SAFETY: the caller's promise.
        unsafe {
            let header = self.hold(owner);
            self.words = self.words.add(array.write_words(ty, header, self.words));
        }
    }
}

impl Guard {
    /// That of a key.
    pub(super) fn of(argument: &Argument) -> Self {
        // SAFETY: these objects live as long as the interpreter.
        let (none, tuple) = unsafe { (ffi::Py_None().addr(), (&raw mut ffi::PyTuple_Type).addr()) };
        let all = |items: &[Argument]| items.iter().map(Self::of).collect();
        match argument {
            Argument::Value(Ty::Array(array)) => {
                let (dtype, align) = records_of(*array);
                Self::Array(ArrayGuard::new(*array, dtype, align))
            }
            Argument::Value(Ty::Unit) => Self::Same(none),
            Argument::Value(ty @ Ty::Pointer(_)) => Self::Pointer(*ty),
            Argument::Value(ty @ Ty::Record(_)) => Self::Record(*ty),
            Argument::Value(ty @ (Ty::Bool | Ty::Int(_) | Ty::Float(_) | Ty::Complex(_) | Ty::Tuple(_))) => {
                Self::Number(*ty)
            }
            Argument::Tuple(items) => Self::Tuple(tuple, all(items)),
            Argument::Named(class, items) => Self::Tuple(*class, all(items)),
            Argument::Optional(held) => {
                let mut absent = vec![0];
                push_absent(held.ty(), &mut absent);
                Self::Optional(absent.into(), Box::new(Self::of(held)))
            }
            Argument::Text(text) => Self::Text(text.clone()),
            Argument::Function(address) => Self::Same(*address),
        }
    }

    /// Writes the words of an object if it has the key; whether it has.
    ///
    /// # Safety
    /// The interpreter's lock is held, `object` lives, and there is room.
    #[inline]
    pub(super) unsafe fn take(&self, object: *mut ffi::PyObject, room: &mut Room) -> bool {
        // SAFETY: the caller's promise.
        unsafe {
            match self {
                Self::Number(ty) => {
                    if !pyobject::exact_words(*ty, object, room.words) {
                        return false;
                    }
                    room.words = room.words.add(pyobject::word_count(*ty));
                    true
                }
                Self::Array(guard) => {
                    let Some(array) = guard.array(object) else { return false };
                    room.push_array(array, guard.ty, object);
                    true
                }
                Self::Same(address) => object.addr() == *address,
                Self::Text(_) | Self::Tuple(..) | Self::Optional(..) | Self::Pointer(_) | Self::Record(_) => {
                    self.take_other(object, room)
                }
            }
        }
    }

    #[inline(never)]
    unsafe fn take_other(&self, object: *mut ffi::PyObject, room: &mut Room) -> bool {
        // SAFETY: the caller's promise.
        unsafe {
            match self {
                Self::Text(text) => {
                    let object = Borrowed::from_ptr(Python::assume_attached(), object);
                    object.extract::<&str>().is_ok_and(|given| given == text)
                }
                Self::Tuple(class, items) => {
                    if !is_of_class(object, *class)
                        || ffi::PyTuple_GET_SIZE(object).unsigned_abs() != items.len()
                    {
                        return false;
                    }
                    let pairs = items.iter().zip(0..);
                    pairs
                        .into_iter()
                        .all(|(item, index)| item.take(ffi::PyTuple_GET_ITEM(object, index), room))
                }
                Self::Optional(absent, held) => {
                    let is_present = object != ffi::Py_None();
                    let words = if is_present { &[1][..] } else { absent };
                    for word in words {
                        room.push(*word);
                    }
                    !is_present || held.take(object, room)
                }
                Self::Pointer(ty) => {
                    let Some(data) = CData::of_ptr(object) else {
                        let object = Borrowed::from_ptr(Python::assume_attached(), object);
                        let address = generator::address(object, *ty);
                        return address.is_some_and(|address| {
                            room.push(address.expose_provenance() as u64);
                            true
                        });
                    };
                    let is_it = is_passed_as(data.face, *ty) && room.pin(data).is_ok();
                    if is_it {
                        room.push(data.address.expose_provenance() as u64);
                    }
                    is_it
                }
                Self::Record(ty) => {
                    let object = Borrowed::from_ptr(Python::assume_attached(), object);
                    let address = match CData::of(object) {
                        Some(data) if *ty == Ty::Record(data.face.id) => {
                            room.pin(data).is_ok().then_some(data.address)
                        }
                        Some(_) => None,
                        None => match dtype::record_scalar(object) {
                            Ok(Some((address, record))) if *ty == Ty::Record(record) => Some(address),
                            Ok(_) | Err(_) => None,
                        },
                    };
                    address.is_some_and(|address| {
                        room.push(address.expose_provenance() as u64);
                        true
                    })
                }
                Self::Number(_) | Self::Array(_) | Self::Same(_) => self.take(object, room),
            }
        }
    }

    /// How many words and headers it may take.
    pub(super) fn room(&self) -> (usize, usize) {
        match self {
            // A word more than is used: a number is tried with room for two.
            Self::Number(_) => (2, 0),
            Self::Array(guard) => (2 + 2 * usize::from(guard.ty.rank), 1),
            Self::Same(_) | Self::Text(_) => (0, 0),
            Self::Tuple(_, items) => items.iter().fold((0, 0), |(words, headers), item| {
                let more = item.room();
                (words + more.0, headers + more.1)
            }),
            Self::Optional(_, held) => {
                let (words, headers) = held.room();
                (words + 1, headers)
            }
            Self::Pointer(_) | Self::Record(_) => (1, 0),
        }
    }
}

/// The words of a value that is not there, which nobody uses: of an array without memory, of a blank struct.
pub(super) fn push_absent(ty: Ty, words: &mut Vec<u64>) {
    match ty {
        Ty::Unit => {}
        Ty::Bool | Ty::Int(_) | Ty::Float(_) | Ty::Complex(_) => {
            words.resize(words.len() + pyobject::word_count(ty), 0);
        }
        Ty::Array(array) => words.resize(words.len() + array.part_count(), 0),
        Ty::Tuple(tuple) => {
            for item in tuple.items() {
                push_absent(*item, words);
            }
        }
        Ty::Pointer(_) => words.push(0),
        Ty::Record(record) => {
            let bytes = table::read().layout(record).map_or(0, |layout| layout.size.to_usize());
            words.push(blank(bytes).expose_provenance() as u64);
        }
    }
}

/// Memory of zeros that lives for ever, at least so much.
fn blank(bytes: usize) -> *const u64 {
    static LARGEST: Mutex<&[u64]> = Mutex::new(&[]);
    let mut largest = LARGEST.lock().unwrap_or_else(PoisonError::into_inner);
    if largest.len() * size_of::<u64>() < bytes {
        *largest = vec![0; bytes.div_ceil(size_of::<u64>()).next_power_of_two()].leak();
    }
    largest.as_ptr()
}

/// The dtype that arrays of records have, borrowed from where it lives for ever, and their alignment.
fn records_of(array: ArrayTy) -> (*mut ffi::PyObject, usize) {
    match array.element {
        Element::Record(record) => (dtype::known_dtype(record), dtype::align_of(record)),
        Element::Bool | Element::Int(_) | Element::Float(_) | Element::Complex(_) => {
            (std::ptr::null_mut(), 1)
        }
    }
}

/// Whether C data of that type is a pointer of type `ty` to compiled code; arrays become pointers.
fn is_passed_as(face: &'static Face, ty: Ty) -> bool {
    match face.kind {
        Kind::Pointer(_) => ty == Ty::Pointer(face.id),
        Kind::Array(element, _) => ty == Ty::Pointer(element.pointer().id),
        Kind::Void | Kind::Scalar(_) | Kind::Enum(..) | Kind::Function(_) | Kind::Record(_) => false,
    }
}
