//! The call gate: the one place that calls a C function of any signature.
//!
//! A Rust function pointer of the wrong type would be undefined behaviour; assembly that follows
//! the psABI is not. [`call`] makes a call as a [`CallPlan`](crate::CallPlan) prepared it.

use std::arch::global_asm;
use std::ffi::c_void;
use std::mem::offset_of;

use crate::frame::{CALL_STACK, GateFrame, INT_RESULTS, INTS, SSE_RESULTS, SSES, X87_RESULTS};

// void ferrule_call_gate(target: rdi, frame: rsi)
//
//   before the call                            after it
//   rbx          frame (callee-saved)          still the frame
//   r11          target
//   rdi .. r9    frame.ints                    rax, rdx     stored in frame.int_results
//   xmm0 .. 7    frame.sses                    xmm0, xmm1   stored in frame.sse_results
//   al           frame.vector_count            st0, st1     popped into frame.x87_results,
//   [rsp ..]     the stack arguments,                       as many as frame.x87_count
//                aligned to frame.stack_align
//
// Of each kind of register the first two are always loaded, the others where the signature has more
// than two: most have not, and a load that is not made is time saved.
//
//   stack, high to low: return address, saved rbp <- rbp, saved rbx, padding, arguments <- rsp
//
// The stack arguments are copied from the last word to the first, so that the stack grows by
// touching each page in turn and a guard page is never jumped over.
global_asm!(
    ".text",
    ".p2align 5",
    ".globl ferrule_call_gate",
    ".hidden ferrule_call_gate",
    ".type ferrule_call_gate, @function",
    "ferrule_call_gate:",
    ".cfi_startproc",
    "push rbp",
    ".cfi_def_cfa_offset 16",
    ".cfi_offset rbp, -16",
    "mov rbp, rsp",
    ".cfi_def_cfa_register rbp",
    "push rbx",
    ".cfi_offset rbx, -24",
    "sub rsp, 8",
    "mov rbx, rsi",
    "mov r11, rdi",
    "mov ecx, dword ptr [rsi + {stack_bytes}]",
    "test ecx, ecx",
    "jne 3f",
    "2:",
    "movzx eax, byte ptr [rbx + {vector_count}]",
    "movsd xmm0, qword ptr [rbx + {sses}]",
    "movsd xmm1, qword ptr [rbx + {sses} + 8]",
    "cmp eax, 2",
    "ja 5f",
    "8:",
    "mov rdi, qword ptr [rbx + {ints}]",
    "mov rsi, qword ptr [rbx + {ints} + 8]",
    "cmp byte ptr [rbx + {int_count}], 2",
    "ja 9f",
    "10:",
    "call r11",
    "mov qword ptr [rbx + {int_results}], rax",
    "mov qword ptr [rbx + {int_results} + 8], rdx",
    "movsd qword ptr [rbx + {sse_results}], xmm0",
    "movsd qword ptr [rbx + {sse_results} + 8], xmm1",
    "cmp byte ptr [rbx + {x87_count}], 0",
    "jne 6f",
    "4:",
    "mov rbx, qword ptr [rbp - 8]",
    "leave",
    ".cfi_remember_state",
    ".cfi_def_cfa rsp, 8",
    "ret",
    ".cfi_restore_state",
    // The vector registers after the second.
    "5:",
    "movsd xmm2, qword ptr [rbx + {sses} + 16]",
    "movsd xmm3, qword ptr [rbx + {sses} + 24]",
    "movsd xmm4, qword ptr [rbx + {sses} + 32]",
    "movsd xmm5, qword ptr [rbx + {sses} + 40]",
    "movsd xmm6, qword ptr [rbx + {sses} + 48]",
    "movsd xmm7, qword ptr [rbx + {sses} + 56]",
    "jmp 8b",
    // The integer registers after the second.
    "9:",
    "mov rdx, qword ptr [rbx + {ints} + 16]",
    "mov rcx, qword ptr [rbx + {ints} + 24]",
    "mov r8, qword ptr [rbx + {ints} + 32]",
    "mov r9, qword ptr [rbx + {ints} + 40]",
    "jmp 10b",
    // Copies ecx bytes of stack arguments, the highest word first.
    "3:",
    "mov eax, dword ptr [rbx + {stack_align}]",
    "neg rax",
    "sub rsp, rcx",
    "and rsp, rax",
    "7:",
    "mov rax, qword ptr [rbx + rcx + {call_stack} - 8]",
    "mov qword ptr [rsp + rcx - 8], rax",
    "sub rcx, 8",
    "jne 7b",
    "jmp 2b",
    // Takes one or two long doubles off the x87 stack.
    "6:",
    "mov qword ptr [rbx + {x87_results} + 8], 0",
    "mov qword ptr [rbx + {x87_results} + 24], 0",
    "fstp tbyte ptr [rbx + {x87_results}]",
    "cmp byte ptr [rbx + {x87_count}], 2",
    "jne 4b",
    "fstp tbyte ptr [rbx + {x87_results} + 16]",
    "jmp 4b",
    ".cfi_endproc",
    ".size ferrule_call_gate, . - ferrule_call_gate",
    stack_bytes = const offset_of!(GateFrame, control.stack_bytes),
    stack_align = const offset_of!(GateFrame, control.stack_align),
    vector_count = const offset_of!(GateFrame, control.vector_count),
    int_count = const offset_of!(GateFrame, control.int_count),
    x87_count = const offset_of!(GateFrame, control.x87_count),
    ints = const INTS,
    sses = const SSES,
    int_results = const INT_RESULTS,
    sse_results = const SSE_RESULTS,
    x87_results = const X87_RESULTS,
    call_stack = const CALL_STACK,
);

unsafe extern "C" {
    fn ferrule_call_gate(target: *const c_void, frame: *mut GateFrame);
}

/// Calls `target` with the arguments in `frame`, then leaves the results there.
///
/// # Safety
/// `frame` was prepared by [`FrameBuffer::prepare`](crate::FrameBuffer::prepare) for a plan of the
/// signature that `target` has, its arguments are set, and what the function does with them is
/// sound.
#[inline]
pub unsafe fn call(target: *const c_void, frame: *mut GateFrame) {
    // SAFETY: the caller's promise is the gate's.
    unsafe { ferrule_call_gate(target, frame) }
}
