//! A header to what it declares for Python: the text that a preprocessor made of it to a selection of
//! its declarations and macros, and those to a module of Python with its stub.
//!
//! Text comes in and text goes out; nobody runs a compiler or opens a library here. What a header
//! declares is what stands in its project's files ([`Project`]), and what that needs from others. The
//! preprocessor keeps comments and macros in the text (`-CC -dD`), and carries out the macros in a second
//! run, of which [`Header::declare`] gets the values.

#![forbid(unsafe_code)]

mod annotation;
pub mod comment;
mod header;
mod macros;
mod module;
mod needs;
mod notes;
mod origin;
mod select;
mod stub;
mod wrap;

pub use header::{Header, Outcome};
pub use module::{Binding, Written, write};
pub use origin::Project;
