//! Calls of C functions, callbacks from C, loaded libraries, `errno`, and errors that cross C.
//!
//! A signature becomes a [`CallPlan`] once; a call writes its arguments where the plan says, into
//! the frame of a [`FrameBuffer`], goes through the gate ([`call`]) and reads the result in the
//! same way. A [`Thunk`] is the other direction: an address for C to call, with a
//! [`CallbackPlan`]. [`border`] carries an error past C frames. The interpreter is not known here.

mod frame;
mod gate;
mod plan;
mod thread;

pub mod border;
pub mod errno;
pub mod library;
pub mod thunk;

pub use frame::{CallbackFrame, FrameBuffer, GateFrame, Registers};
pub use gate::call;
pub use library::{Library, LibraryError, LoadFlags};
pub use plan::{CallPlan, CallbackPlan, Place};
pub use thread::ThreadState;
pub use thunk::{Thunk, Tombstone};
