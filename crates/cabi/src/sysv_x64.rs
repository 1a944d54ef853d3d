//! System V psABI for x86-64, section 3.2.3: which register or which bytes of the stack.
//!
//! Arguments take registers from the left: rdi, rsi, rdx, rcx, r8, r9 and xmm0 to xmm7. One whose
//! eightbytes do not all find a register goes to the stack as a whole and takes none; those after
//! it may still use what is left.

use ctype::{Align, CType, CTypes, Size, TypeId};
use smallvec::SmallVec;

use crate::class::{Class, Classes, classes};
use crate::{FnAbi, Passing, Piece, Register};

const INT_ARGUMENTS: u8 = 6;
const SSE_ARGUMENTS: u8 = 8;
/// No stack holds more bytes than this, of one argument or of all.
const MAX_VALUE: u64 = 1 << 30;
const STACK_SLOT: Align = Align::bytes(8).expect("8 is a power of two");
const STACK_ALIGN: Align = Align::bytes(16).expect("16 is a power of two");

/// A type that cannot travel by value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UnpassableError {
    /// Which.
    pub ty: TypeId,
}

/// How a call of the function type with these parameter types goes. For a variadic call the
/// parameters are those declared, then the promoted types of what follows.
///
/// # Errors
/// When a parameter or the result has no size, is an array, or is larger than a stack can be.
pub fn classify(
    types: &CTypes,
    result: TypeId,
    params: &[TypeId],
    is_variadic: bool,
) -> Result<FnAbi, UnpassableError> {
    let mut free = Free { ints: 0, sses: 0, stack: Size::ZERO, align: STACK_ALIGN };
    let result = classify_result(types, result)?;
    if result == Passing::Hidden {
        free.ints = 1;
    }
    let params = params.iter().map(|ty| free.place(types, *ty)).collect::<Result<_, _>>()?;
    let end = free.stack.checked_align_to(free.align);
    Ok(FnAbi {
        result,
        params,
        stack: end.expect("arguments fit the address space"),
        stack_align: free.align,
        int_registers: free.ints,
        sse_registers: free.sses,
        is_variadic,
    })
}

fn classify_result(types: &CTypes, ty: TypeId) -> Result<Passing, UnpassableError> {
    if matches!(types.get(ty), CType::Void) {
        return Ok(Passing::Nothing);
    }
    Ok(match classes_of_value(types, ty)? {
        (Classes::Nothing, _) => Passing::Nothing,
        (Classes::Memory, _) => Passing::Hidden,
        (Classes::X87, _) => Passing::X87,
        (Classes::ComplexX87, _) => Passing::ComplexX87,
        (Classes::Eightbytes(classes), size) => Passing::Registers(pieces(classes, size, 0, 0)),
    })
}

/// The classes and the size of what a parameter or result of this type is.
fn classes_of_value(types: &CTypes, ty: TypeId) -> Result<(Classes, Size), UnpassableError> {
    let unpassable = UnpassableError { ty };
    if matches!(types.get(ty), CType::Array { .. }) {
        return Err(unpassable);
    }
    let layout = types.layout(ty).map_err(|_| unpassable)?;
    if layout.size.get() > MAX_VALUE {
        return Err(unpassable);
    }
    Ok((classes(types, ty).map_err(|_| unpassable)?, layout.size))
}

/// The registers for a value, from the given ones on. Eightbytes of padding take none.
fn pieces(classes: [Class; 2], size: Size, mut ints: u8, mut sses: u8) -> SmallVec<[Piece; 2]> {
    let mut pieces = SmallVec::new();
    for (offset, class) in [0, 8].into_iter().zip(classes) {
        let register = match class {
            Class::Padding => continue,
            Class::Sse => {
                sses += 1;
                Register::Sse(sses - 1)
            }
            Class::Integer => {
                ints += 1;
                Register::Int(ints - 1)
            }
            Class::X87 | Class::X87Up | Class::Memory => unreachable!("cleaned up before"),
        };
        let size = Size::bytes((size.get() - offset).min(8));
        pieces.push(Piece { register, offset: Size::bytes(offset), size });
    }
    pieces
}

/// The registers and stack bytes that arguments have taken so far.
struct Free {
    ints: u8,
    sses: u8,
    stack: Size,
    align: Align,
}

impl Free {
    fn place(&mut self, types: &CTypes, ty: TypeId) -> Result<Passing, UnpassableError> {
        match classes_of_value(types, ty)? {
            (Classes::Nothing, _) => Ok(Passing::Nothing),
            (Classes::Eightbytes(classes), size) => {
                let pieces = pieces(classes, size, self.ints, self.sses);
                if self.take(&pieces) { Ok(Passing::Registers(pieces)) } else { self.push(types, ty) }
            }
            (Classes::X87 | Classes::ComplexX87 | Classes::Memory, _) => self.push(types, ty),
        }
    }

    /// Takes the registers of all pieces, or none.
    fn take(&mut self, pieces: &[Piece]) -> bool {
        let (mut ints, mut sses) = (self.ints, self.sses);
        for piece in pieces {
            match piece.register {
                Register::Int(index) => ints = index + 1,
                Register::Sse(index) => sses = index + 1,
            }
        }
        let fits = ints <= INT_ARGUMENTS && sses <= SSE_ARGUMENTS;
        if fits {
            (self.ints, self.sses) = (ints, sses);
        }
        fits
    }

    fn push(&mut self, types: &CTypes, ty: TypeId) -> Result<Passing, UnpassableError> {
        let unpassable = UnpassableError { ty };
        let layout = types.layout(ty).map_err(|_| unpassable)?;
        let align = layout.align.max(STACK_SLOT);
        let offset = self.stack.checked_align_to(align).ok_or(unpassable)?;
        let end = offset.checked_add(layout.size).and_then(|end| end.checked_align_to(STACK_SLOT));
        self.stack = end.filter(|end| end.get() <= MAX_VALUE).ok_or(unpassable)?;
        self.align = self.align.max(align);
        Ok(Passing::Stack { offset, size: layout.size, align })
    }
}
