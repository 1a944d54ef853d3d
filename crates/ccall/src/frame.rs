//! The memory through which arguments and results pass, and its layout.
//!
//! A call out and a callback use one layout, so that one [`Place`](crate::Place) says where a
//! value is: a distance in bytes from the start of the frame. The pieces of a value that need one
//! kind of register lie side by side, as they do in the value itself.
//!
//! ```text
//!   0  rdi rsi rdx rcx r8 r9                 integer arguments
//!  48  xmm0 .. xmm7, the low 8 bytes         vector arguments
//! 112  rax rdx                               integer results
//! 128  xmm0 xmm1, the low 8 bytes            vector results
//! 144  st0 st1, 16 bytes each                x87 results
//! 176  GateFrame: stack bytes, stack align   CallbackFrame: record
//! 184  al, integer count, x87 count          x87 count
//! 192  the stack arguments                   saved rbp, return address
//! 208                                        the stack arguments
//! ```

use std::marker::PhantomPinned;
use std::mem::{MaybeUninit, offset_of};

use crate::CallPlan;
use crate::thunk::Record;

/// The registers of a call, arguments and results.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Registers {
    /// rdi, rsi, rdx, rcx, r8, r9.
    pub ints: [u64; 6],
    /// The low halves of xmm0 to xmm7: no C type that is passed here needs more.
    pub sses: [u64; 8],
    /// rax, rdx.
    pub int_results: [u64; 2],
    /// The low halves of xmm0, xmm1.
    pub sse_results: [u64; 2],
    /// st0, st1: ten bytes each, the rest zero.
    pub x87_results: [[u64; 2]; 2],
}

/// What the gate reads before a call and writes after it. The stack arguments follow it in memory:
/// see [`FrameBuffer`].
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct GateFrame {
    /// Arguments, then results.
    pub registers: Registers,
    pub(crate) control: Control,
}

/// What the gate must know beside the arguments: the same for every call of a plan.
#[repr(C, align(16))]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Control {
    /// Bytes of stack arguments, a multiple of eight.
    pub(crate) stack_bytes: u32,
    /// What the stack pointer is aligned to at the call.
    pub(crate) stack_align: u32,
    /// `al`: how many vector registers hold arguments.
    pub(crate) vector_count: u8,
    /// How many integer registers do.
    pub(crate) int_count: u8,
    /// How many results to take from the x87 stack.
    pub(crate) x87_count: u8,
    pub(crate) padding: [u8; 5],
}

/// What a thunk saved for a callback: where the arguments are and the result goes. The stack
/// arguments follow it in memory: places are counted from [`CallbackFrame::base`].
#[repr(C)]
#[derive(Debug)]
pub struct CallbackFrame {
    /// Arguments and results.
    pub registers: Registers,
    /// Of the thunk that was called.
    pub(crate) record: *const Record,
    /// How many results go to the x87 stack.
    pub(crate) x87_count: u8,
    padding: [u8; 7],
    /// Others point to it while it is borrowed: what `base` gives.
    _pinned: PhantomPinned,
}

impl CallbackFrame {
    /// The start of the frame, which reaches the stack arguments too.
    #[inline]
    pub fn base(&self) -> *mut u8 {
        std::ptr::with_exposed_provenance_mut(std::ptr::from_ref(self).addr())
    }
}

pub(crate) const INT_RESULTS: usize = offset_of!(Registers, int_results);
pub(crate) const SSE_RESULTS: usize = offset_of!(Registers, sse_results);
pub(crate) const X87_RESULTS: usize = offset_of!(Registers, x87_results);
pub(crate) const INTS: usize = offset_of!(Registers, ints);
pub(crate) const SSES: usize = offset_of!(Registers, sses);
/// Where the stack arguments of a call out are.
pub(crate) const CALL_STACK: usize = size_of::<GateFrame>();
/// Where those of a callback are: the thunk pushes rbp below the return address.
pub(crate) const CALLBACK_STACK: usize = size_of::<CallbackFrame>() + 16;

/// A gate frame with room for `WORDS` words of stack arguments; a plan that needs more gets its
/// frame on the heap.
///
/// Nothing is cleared: what a plan does not use is never read.
#[repr(C)]
pub struct FrameBuffer<const WORDS: usize> {
    frame: MaybeUninit<GateFrame>,
    words: [MaybeUninit<u64>; WORDS],
    large: Option<Box<[MaybeUninit<GateFrame>]>>,
}

impl<const WORDS: usize> FrameBuffer<WORDS> {
    /// A buffer without a frame.
    #[inline]
    pub const fn new() -> Self {
        Self { frame: MaybeUninit::uninit(), words: [MaybeUninit::uninit(); WORDS], large: None }
    }

    /// A frame for a call that follows `plan`, its arguments not yet set. It points into the
    /// buffer: valid until the buffer moves, is dropped or is used for the next call.
    #[inline]
    pub fn prepare(&mut self, plan: &CallPlan) -> *mut GateFrame {
        let frame = if plan.stack_bytes() as usize <= WORDS * size_of::<u64>() {
            std::ptr::from_mut(self).cast::<GateFrame>()
        } else {
            self.prepare_large(plan)
        };
        // SAFETY: the frame is inside the buffer or on the heap, writable and aligned.
        unsafe { plan.begin(frame) };
        frame
    }

    #[cold]
    fn prepare_large(&mut self, plan: &CallPlan) -> *mut GateFrame {
        let frames = 1 + (plan.stack_bytes() as usize).div_ceil(size_of::<GateFrame>());
        self.large.insert(vec![MaybeUninit::uninit(); frames].into()).as_mut_ptr().cast()
    }
}

impl<const WORDS: usize> Default for FrameBuffer<WORDS> {
    fn default() -> Self {
        Self::new()
    }
}
