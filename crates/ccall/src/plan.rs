//! Call plans: an [`FnAbi`] turned into distances from the start of a frame.
//!
//! A plan is made once a signature. What converts arguments writes each where its [`Place`] says
//! and reads the result in the same way; nothing about registers is decided at a call.

use cabi::{FnAbi, Passing, Piece, Register, UnpassableError, classify};
use ctype::{CTypes, TypeId};

use crate::frame::{
    CALL_STACK, CALLBACK_STACK, CallbackFrame, Control, GateFrame, INT_RESULTS, INTS, SSE_RESULTS, SSES,
    X87_RESULTS,
};

/// Where a value is in a frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// It has no bytes.
    Nothing,
    /// All its bytes, `offset` from the frame's start. Eight bytes may be written there whatever
    /// the size: an integer shorter than that is extended by its sign to be passed on.
    Whole {
        /// Distance from the frame's start.
        offset: u32,
        /// Bytes of the value.
        size: u32,
    },
    /// Its first eight bytes in one kind of register, the rest in the other.
    Split {
        /// Where the first eight bytes are.
        low: u32,
        /// Where the rest is.
        high: u32,
        /// Bytes of the value: more than eight.
        size: u32,
    },
    /// Padding comes first: only the bytes from eight on are passed.
    High {
        /// Where they are.
        offset: u32,
        /// Bytes of the value: more than eight.
        size: u32,
    },
    /// A result in memory whose address is the first integer argument.
    Hidden,
}

impl Place {
    /// Puts the value at `value` into the frame.
    ///
    /// # Safety
    /// `frame` is one that this place was made for, and `value` has the place's bytes.
    #[inline]
    pub unsafe fn store(self, frame: *mut u8, value: *const u8) {
        // SAFETY: a plan's places lie within its frames; the value's bytes are the caller's word.
        unsafe {
            match self {
                Self::Nothing | Self::Hidden => {}
                Self::Whole { offset, size } => {
                    value.copy_to_nonoverlapping(frame.add(offset as usize), size as usize);
                }
                Self::Split { low, high, size } => {
                    value.copy_to_nonoverlapping(frame.add(low as usize), 8);
                    value.add(8).copy_to_nonoverlapping(frame.add(high as usize), size as usize - 8);
                }
                Self::High { offset, size } => {
                    value.add(8).copy_to_nonoverlapping(frame.add(offset as usize), size as usize - 8);
                }
            }
        }
    }

    /// Takes the value out of the frame to `value`.
    ///
    /// # Safety
    /// As [`Self::store`], with `value` writable.
    #[inline]
    pub unsafe fn load(self, frame: *const u8, value: *mut u8) {
        // SAFETY: a plan's places lie within its frames; the value's bytes are the caller's word.
        unsafe {
            match self {
                Self::Nothing | Self::Hidden => {}
                Self::Whole { offset, size } => {
                    frame.add(offset as usize).copy_to_nonoverlapping(value, size as usize);
                }
                Self::Split { low, high, size } => {
                    frame.add(low as usize).copy_to_nonoverlapping(value, 8);
                    frame.add(high as usize).copy_to_nonoverlapping(value.add(8), size as usize - 8);
                }
                Self::High { offset, size } => {
                    frame.add(offset as usize).copy_to_nonoverlapping(value.add(8), size as usize - 8);
                }
            }
        }
    }
}

/// How to call C functions of one signature.
#[derive(Clone, Debug)]
pub struct CallPlan {
    params: Box<[Place]>,
    result: Place,
    control: Control,
}

impl CallPlan {
    /// The plan for the signature; for a variadic call `params` are those declared, then the
    /// promoted types of what follows.
    ///
    /// # Errors
    /// When a parameter or the result cannot be passed by value.
    pub fn new(
        types: &CTypes,
        result: TypeId,
        params: &[TypeId],
        is_variadic: bool,
    ) -> Result<Self, UnpassableError> {
        let abi = classify(types, result, params, is_variadic)?;
        let size = types.layout(result).map_or(0, |layout| u32_of(layout.size.get()));
        Ok(Self {
            params: argument_places(&abi, CALL_STACK),
            result: result_place(&abi.result, size),
            control: Control {
                stack_bytes: u32_of(abi.stack.get()),
                stack_align: u32_of(abi.stack_align.get()),
                vector_count: abi.sse_registers,
                int_count: abi.int_registers,
                x87_count: x87_count(&abi),
                padding: [0; 5],
            },
        })
    }

    /// Where each argument goes.
    #[inline]
    pub fn params(&self) -> &[Place] {
        &self.params
    }

    /// Where the result is after the call. For [`Place::Hidden`] the address of memory for it is
    /// the first integer argument: `frame.registers.ints[0]`.
    #[inline]
    pub fn result(&self) -> Place {
        self.result
    }

    /// Bytes of stack arguments.
    #[inline]
    pub fn stack_bytes(&self) -> u32 {
        self.control.stack_bytes
    }

    /// What the gate must know beside the arguments.
    pub(crate) fn control(&self) -> &Control {
        &self.control
    }

    /// Writes what the gate must know beside the arguments.
    ///
    /// # Safety
    /// `frame` is writable.
    #[inline]
    pub(crate) unsafe fn begin(&self, frame: *mut GateFrame) {
        // SAFETY: plain words of a frame that may be written.
        unsafe { (&raw mut (*frame).control).write(self.control) };
    }
}

/// How C functions of one signature are called back.
#[derive(Clone, Debug)]
pub struct CallbackPlan {
    params: Box<[Place]>,
    result: Place,
    result_size: u32,
    x87_count: u8,
}

impl CallbackPlan {
    /// The plan for the signature.
    ///
    /// # Errors
    /// When a parameter or the result cannot be passed by value.
    pub fn new(types: &CTypes, result: TypeId, params: &[TypeId]) -> Result<Self, UnpassableError> {
        let abi = classify(types, result, params, false)?;
        let result_size = types.layout(result).map_or(0, |layout| u32_of(layout.size.get()));
        Ok(Self {
            params: argument_places(&abi, CALLBACK_STACK),
            result: result_place(&abi.result, result_size),
            result_size,
            x87_count: x87_count(&abi),
        })
    }

    /// Where each argument is.
    #[inline]
    pub fn params(&self) -> &[Place] {
        &self.params
    }

    /// Where the result goes. For [`Place::Hidden`] that is the address in
    /// `frame.registers.ints[0]`, which is returned to C by itself.
    #[inline]
    pub fn result(&self) -> Place {
        self.result
    }

    /// How many bytes the result has.
    #[inline]
    pub fn result_size(&self) -> usize {
        self.result_size as usize
    }

    /// How many results go to the x87 stack.
    #[inline]
    pub(crate) fn x87_count(&self) -> u8 {
        self.x87_count
    }

    /// Returns the bytes at `value` to C.
    ///
    /// # Safety
    /// `frame` is of a callback with this plan; `value` has [`Self::result_size`] bytes.
    #[inline]
    pub unsafe fn store_result(&self, frame: &mut CallbackFrame, value: *const u8) {
        // SAFETY: the frame has this plan's places; C provided the memory of a hidden result.
        unsafe {
            if self.result == Place::Hidden {
                let hidden = frame.registers.ints[0] as *mut u8;
                value.copy_to_nonoverlapping(hidden, self.result_size());
            } else {
                self.result.store(frame.base(), value);
            }
        }
    }

    /// Returns zero bits to C.
    ///
    /// # Safety
    /// `frame` is of a callback with this plan.
    pub unsafe fn store_zero(&self, frame: &mut CallbackFrame) {
        frame.registers.int_results = [0; 2];
        frame.registers.sse_results = [0; 2];
        frame.registers.x87_results = [[0; 2]; 2];
        if self.result == Place::Hidden {
            let hidden = frame.registers.ints[0];
            // SAFETY: C provided memory of the result's size.
            unsafe { (hidden as *mut u8).write_bytes(0, self.result_size()) };
            frame.registers.int_results[0] = hidden;
        }
    }
}

fn x87_count(abi: &FnAbi) -> u8 {
    match abi.result {
        Passing::X87 => 1,
        Passing::ComplexX87 => 2,
        Passing::Nothing | Passing::Registers(_) | Passing::Stack { .. } | Passing::Hidden => 0,
    }
}

fn argument_places(abi: &FnAbi, stack: usize) -> Box<[Place]> {
    abi.params.iter().map(|passing| argument_place(passing, stack)).collect()
}

fn argument_place(passing: &Passing, stack: usize) -> Place {
    match passing {
        Passing::Nothing => Place::Nothing,
        Passing::Registers(pieces) => register_place(pieces, INTS, SSES),
        Passing::Stack { offset, size, .. } => {
            Place::Whole { offset: u32_of(stack as u64 + offset.get()), size: u32_of(size.get()) }
        }
        Passing::Hidden | Passing::X87 | Passing::ComplexX87 => {
            unreachable!("only results are passed so")
        }
    }
}

fn result_place(passing: &Passing, size: u32) -> Place {
    match passing {
        Passing::Nothing => Place::Nothing,
        Passing::Registers(pieces) => register_place(pieces, INT_RESULTS, SSE_RESULTS),
        Passing::X87 | Passing::ComplexX87 => Place::Whole { offset: u32_of(X87_RESULTS as u64), size },
        Passing::Hidden => Place::Hidden,
        Passing::Stack { .. } => unreachable!("only arguments are passed so"),
    }
}

/// The place of a value in registers that start at `ints` and `sses` in the frame.
fn register_place(pieces: &[Piece], ints: usize, sses: usize) -> Place {
    let at = |piece: &Piece| match piece.register {
        Register::Int(index) => u32_of(ints as u64) + u32::from(index) * 8,
        Register::Sse(index) => u32_of(sses as u64) + u32::from(index) * 8,
    };
    let end = |piece: &Piece| u32_of((piece.offset + piece.size).get());
    match pieces {
        [] => Place::Nothing,
        [only] if only.offset.get() > 0 => Place::High { offset: at(only), size: end(only) },
        [only] => Place::Whole { offset: at(only), size: end(only) },
        [low, high] if at(high) == at(low) + 8 => Place::Whole { offset: at(low), size: end(high) },
        [low, high, ..] => Place::Split { low: at(low), high: at(high), size: end(high) },
    }
}

/// A count of bytes of a frame; `classify` refuses larger ones.
fn u32_of(bytes: u64) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}
