//! Compiled Python functions: what `cfunc` and the dispatcher share.
//!
//! [`options`] says how a function is compiled, [`stages`] takes typed IR to code that is linked. [`raised`] turns what compiled code raises into
//! exceptions, [`border`] sends them back over C, [`print`] prints, and [`diagnosed`] says what a compilation found.

mod border;
mod caught;
mod diagnosed;
mod options;
mod print;
mod raised;
mod stages;

pub(crate) use border::{OnError, with_interpreter};
pub(crate) use diagnosed::{ErrorClass, compile_error};
pub(crate) use options::{Options, variable};
pub(crate) use raised::{Descriptor, Facts, RaisedError};
pub(crate) use stages::{Stopped, broken, detached, inferred, link, symbol_text};

/// Lets errors of compiled code that are kept while C runs become exceptions.
pub(crate) fn register() {
    crate::errors::set_translate(border::translate);
    runtime::poll::set_host(border::interrupt);
}
