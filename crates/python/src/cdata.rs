//! C data: values, arrays, structs and pointers of C as Python objects.
//!
//! [`object`] draws the memory of the objects, [`face`] is what they know of their types. The
//! other modules are the slots of the classes and what the `FFI` does with C data. What a
//! Python value becomes in C is in [`store`], what C memory becomes in Python is in [`load`].

mod access;
mod allocate;
mod bit_field;
mod buffer;
pub(crate) mod c_file;
mod cast;
mod chain;
pub(crate) mod classes;
mod compare;
mod export;
mod extended;
pub(crate) mod face;
mod fields;
pub(crate) mod foreign;
mod free_list;
mod from_buffer;
pub(crate) mod function;
pub(crate) mod handle;
mod introspect;
mod iterate;
mod lease;
pub(crate) mod lifetime;
pub(crate) mod load;
mod make;
mod memory;
mod number;
pub(crate) mod object;
pub(crate) mod record;
mod repr;
pub(crate) mod room;
pub(crate) mod store;
mod store_numbers;
mod string;
mod unpack;

pub(crate) use allocate::{Source, allocate};
pub(crate) use cast::cast;
pub(crate) use face::{Face, Kind};
pub(crate) use from_buffer::{bytes_face, from_buffer};
pub(crate) use make::new;
pub(crate) use memory::copy;
pub(crate) use object::CData;
pub(crate) use string::string;
pub(crate) use unpack::unpack;
