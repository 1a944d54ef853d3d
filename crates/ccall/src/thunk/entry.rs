//! What callback thunks jump to, and the one trampoline that keeps panics from C.

use std::arch::global_asm;
use std::ffi::c_void;
use std::mem::offset_of;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{Record, tombstone};
use crate::frame::{CALLBACK_STACK, CallbackFrame, INT_RESULTS, INTS, SSE_RESULTS, SSES, X87_RESULTS};

// Called by C through a thunk, which has set r10 to its data slot.
//
//   on entry                                   before it returns to C
//   rdi .. r9    stored in frame.ints          rax, rdx     from frame.int_results
//   xmm0 .. 7    stored in frame.sses          xmm0, xmm1   from frame.sse_results
//   r10          the slot: [r10 + 8] is the    st0, st1     from frame.x87_results, as many as
//                record                                     frame.x87_count
//   [rsp + 8 ..] the stack arguments
//
//   stack, high to low: arguments, return address, saved rbp <- rbp, CallbackFrame <- rsp
//
// With 16 bytes of address and rbp, and a frame whose size is a multiple of 16, rsp is aligned.
global_asm!(
    ".text",
    ".p2align 5",
    ".globl ferrule_callback_entry",
    ".hidden ferrule_callback_entry",
    ".type ferrule_callback_entry, @function",
    "ferrule_callback_entry:",
    ".cfi_startproc",
    "push rbp",
    ".cfi_def_cfa_offset 16",
    ".cfi_offset rbp, -16",
    "mov rbp, rsp",
    ".cfi_def_cfa_register rbp",
    "sub rsp, {frame_size}",
    "mov qword ptr [rsp + {ints}], rdi",
    "mov qword ptr [rsp + {ints} + 8], rsi",
    "mov qword ptr [rsp + {ints} + 16], rdx",
    "mov qword ptr [rsp + {ints} + 24], rcx",
    "mov qword ptr [rsp + {ints} + 32], r8",
    "mov qword ptr [rsp + {ints} + 40], r9",
    "movsd qword ptr [rsp + {sses}], xmm0",
    "movsd qword ptr [rsp + {sses} + 8], xmm1",
    "movsd qword ptr [rsp + {sses} + 16], xmm2",
    "movsd qword ptr [rsp + {sses} + 24], xmm3",
    "movsd qword ptr [rsp + {sses} + 32], xmm4",
    "movsd qword ptr [rsp + {sses} + 40], xmm5",
    "movsd qword ptr [rsp + {sses} + 48], xmm6",
    "movsd qword ptr [rsp + {sses} + 56], xmm7",
    "mov rdi, qword ptr [r10 + 8]",
    "mov rsi, rsp",
    "mov qword ptr [rsp + {record}], rdi",
    "call {trampoline}",
    "mov rax, qword ptr [rsp + {int_results}]",
    "mov rdx, qword ptr [rsp + {int_results} + 8]",
    "movsd xmm0, qword ptr [rsp + {sse_results}]",
    "movsd xmm1, qword ptr [rsp + {sse_results} + 8]",
    "cmp byte ptr [rsp + {x87_count}], 0",
    "jne 3f",
    "2:",
    "leave",
    ".cfi_remember_state",
    ".cfi_def_cfa rsp, 8",
    "ret",
    ".cfi_restore_state",
    // Pushes one or two long doubles, the one for st0 last.
    "3:",
    "cmp byte ptr [rsp + {x87_count}], 2",
    "jne 4f",
    "fld tbyte ptr [rsp + {x87_results} + 16]",
    "4:",
    "fld tbyte ptr [rsp + {x87_results}]",
    "jmp 2b",
    ".cfi_endproc",
    ".size ferrule_callback_entry, . - ferrule_callback_entry",
    frame_size = const size_of::<CallbackFrame>(),
    ints = const INTS,
    sses = const SSES,
    record = const offset_of!(CallbackFrame, record),
    x87_count = const offset_of!(CallbackFrame, x87_count),
    int_results = const INT_RESULTS,
    sse_results = const SSE_RESULTS,
    x87_results = const X87_RESULTS,
    trampoline = sym trampoline,
);

const _: () = assert!(size_of::<CallbackFrame>().is_multiple_of(16) && CALLBACK_STACK == 208);

unsafe extern "C" {
    fn ferrule_callback_entry();
}

/// Where a thunk jumps that has a record.
pub(super) fn address() -> *const c_void {
    ferrule_callback_entry as *const c_void
}

/// Calls the handler of a record, or answers for a tombstone.
///
/// # Safety
/// Only the entry above calls it: `record` lives for ever, `frame` until this returns.
unsafe extern "C" fn trampoline(record: *const Record, frame: *mut CallbackFrame) {
    // `CallbackFrame::base` leads beyond the frame, to the arguments on the stack.
    frame.expose_provenance();
    // SAFETY: what the entry passed.
    let (record, frame) = unsafe { (&*record, &mut *frame) };
    frame.x87_count = record.plan.as_ref().map_or(0, |plan| plan.x87_count());
    frame.registers.int_results[0] = frame.registers.ints[0];
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        if !frame.refuse_if_retired() {
            // SAFETY: the promise of `Thunk::callback`; the thunk was not retired when this began.
            unsafe { (record.handler)(record.context, frame) };
        }
    }));
    if let Err(payload) = outcome {
        match &record.plan {
            // SAFETY: the record's plan is the frame's.
            Some(plan) => unsafe { plan.store_zero(frame) },
            None => frame.clear_results(),
        }
        tombstone::report_panic(payload);
    }
}

impl CallbackFrame {
    /// Returns zero bits in every register.
    pub(crate) fn clear_results(&mut self) {
        self.registers.int_results = [0; 2];
        self.registers.sse_results = [0; 2];
        self.registers.x87_results = [[0; 2]; 2];
    }
}
