//! The interned table of C types, with size, alignment and offsets for a target's data model.
//!
//! A C type is described here once, for the parser, the layout, calls, callbacks and the compiler
//! alike. Types that C calls the same are one [`TypeId`], except that the integer types with a
//! name of their own (`size_t`, `int32_t`) keep it, since users read it in messages;
//! [`CTypes::same_representation`] looks through those names. Typedefs are not types: whoever
//! reads declarations keeps them. A struct, union or enum is an entry of its own, completed at
//! most once. The table only grows; [`CTypes::checkpoint`] and [`CTypes::roll_back`] undo a
//! declaration that failed.

#![forbid(unsafe_code)]

mod data_model;
mod display;
mod layout;
mod layout_text;
mod machine_mode;
mod primitive;
mod record_layout;
mod table;
mod types;
mod units;

pub use data_model::DataModel;
pub use layout::LayoutError;
pub use machine_mode::can_be_transparent;
pub use primitive::{FloatType, IntType};
pub use record_layout::{FieldDecl, Packing, RecordLayoutError, lay_out_record};
pub use table::{CTypes, Checkpoint};
pub use types::{
    ArrayLength, BitField, CType, Enum, EnumId, Enumerator, Field, Qualified, Qualifiers, Record, RecordBody,
    RecordId, RecordKind, Signature, TypeId,
};
pub use units::{Align, BitOffset, Layout, Size};
