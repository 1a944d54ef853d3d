//! Calls of C functions, callbacks from C, loaded libraries, `errno`, and errors that cross C.
//!
//! A signature becomes a [`CallPlan`] once; a call writes its arguments where the plan says, into
//! the frame of a [`FrameBuffer`], goes through the gate ([`call`]) and reads the result in the
//! same way. A [`Thunk`] is the other direction: an address for C to call, with a
//! [`CallbackPlan`]. [`border`] carries an error past C frames. The interpreter is not known here.
//!
//! ```
//! use ccall::{CallPlan, FrameBuffer, Library, LoadFlags, call};
//! use ctype::{CTypes, DataModel, IntType};
//!
//! let mut types = CTypes::new(DataModel::HOST);
//! let int = types.int(IntType::Int);
//! let plan = CallPlan::new(&types, int, &[int], false).expect("an int can be passed");
//! let process = Library::open(None, LoadFlags::NOW)?;
//! let abs = process.symbol("abs")?;
//!
//! let mut buffer = FrameBuffer::<16>::new();
//! let frame = buffer.prepare(&plan);
//! let mut result = [0; 4];
//! // SAFETY: the plan is that of `abs`, and its argument is set.
//! unsafe {
//!     plan.params()[0].store(frame.cast(), (-7_i32).to_ne_bytes().as_ptr());
//!     call(abs, frame);
//!     plan.result().load(frame.cast(), result.as_mut_ptr());
//! }
//! assert_eq!(i32::from_ne_bytes(result), 7);
//! # Ok::<(), ccall::LibraryError>(())
//! ```
//!
//! # Safety model
//!
//! What a C function does with its arguments is the word of whoever declared it. Beyond that:
//!
//! - **The gate** loads what the frame says. [`FrameBuffer::prepare`] writes the counts that it
//!   trusts, from the plan; the caller of [`call`] answers for the plan being the target's and for
//!   every argument being set. Bytes that no argument covers are never initialised and never read
//!   by Rust; C sees them as the garbage that the ABI allows there.
//! - **Places** come only from [`classify`](cabi::classify), which refuses what does not fit, so
//!   they lie within the frame of their plan. `Place::store` and `Place::load` answer for nothing
//!   else.
//! - **Code pages** are never writable while executable, nor ever executable after someone else
//!   could write to them: they are private mappings of this library's own file, compared with its
//!   text, or a private copy of it.
//! - **Thunks** stay callable for ever. Their slots are written atomically, record before target;
//!   records are leaked, never freed. What a handler's context points to is the maker's until the
//!   thunk is retired; how a handler that races with that finds out is said at
//!   [`Thunk::callback`].
//! - **Links** of the border lie on the stacks of calls, are entered and left in order, and are
//!   reached only by their own thread. `PENDING` is a hint for compiled code: relaxed, because a
//!   frame is only ever asked by the thread that sets it.
//! - **Panics** stop at one trampoline, in `thunk/entry.rs`: C gets zero bits. C++ exceptions and
//!   `longjmp` may not cross a call that ferrule made, nor may a stack be exchanged for another,
//!   as greenlets do, while C is between two of its frames.
//! - **Fork**: no lock is held here at any time; a child has all that its parent had.

mod frame;
mod gate;
mod plan;
mod plan_text;
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
