//! Syntax, argument types and an [`Environment`] to typed IR.
//!
//! Inference walks the function once to find what each name is bound to, joins the types where
//! control flow meets, and builds a [`tir::Program`] of the function and all that it calls. It
//! meets Python only through the environment, a snapshot that the host took before.

#![forbid(unsafe_code)]

mod environment;

pub use environment::{Entity, Environment, FunctionSource};
