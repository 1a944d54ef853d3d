//! System V psABI for x86-64, section 3.2.3: which register or which bytes of the stack.
//!
//! Arguments take registers from the left: rdi, rsi, rdx, rcx, r8, r9 and xmm0 to xmm7. One whose
//! eightbytes do not all find a register goes to the stack as a whole and takes none; those after
//! it may still use what is left.

use std::fmt;

use ctype::{Align, CType, CTypes, Layout, Size, TypeId};
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

impl UnpassableError {
    /// The sentence for a user.
    pub fn describe(self, types: &CTypes) -> impl fmt::Display {
        format!("`{}` cannot be passed by value", types.name(self.ty))
    }
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
    if matches!(types.get(ty), CType::Array { .. }) {
        return Err(UnpassableError { ty });
    }
    Ok(match classes_of_value(types, ty)? {
        (Classes::Nothing, _) => Passing::Nothing,
        (Classes::Memory, _) => Passing::Hidden,
        (Classes::X87, _) => Passing::X87,
        (Classes::ComplexX87, _) => Passing::ComplexX87,
        (Classes::Eightbytes(classes), layout) => Passing::Registers(pieces(classes, layout.size, 0, 0)),
    })
}

/// The classes and the layout of what a parameter or result of this type is.
fn classes_of_value(types: &CTypes, ty: TypeId) -> Result<(Classes, Layout), UnpassableError> {
    let unpassable = UnpassableError { ty };
    let layout = types.layout(ty).map_err(|_| unpassable)?;
    if layout.size.get() > MAX_VALUE {
        return Err(unpassable);
    }
    Ok((classes(types, ty).map_err(|_| unpassable)?, layout))
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
        if matches!(types.get(ty), CType::Array { .. }) {
            return Err(UnpassableError { ty });
        }
        // The first member of a transparent union may be an array.
        let ty = types.passed_as(ty);
        match classes_of_value(types, ty)? {
            (Classes::Nothing, _) => Ok(Passing::Nothing),
            (Classes::Eightbytes(classes), layout) => {
                let pieces = pieces(classes, layout.size, self.ints, self.sses);
                if self.take(&pieces) { Ok(Passing::Registers(pieces)) } else { self.push(ty, layout) }
            }
            (Classes::X87 | Classes::ComplexX87 | Classes::Memory, layout) => self.push(ty, layout),
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

    fn push(&mut self, ty: TypeId, layout: Layout) -> Result<Passing, UnpassableError> {
        let unpassable = UnpassableError { ty };
        let align = layout.align.max(STACK_SLOT);
        let offset = self.stack.checked_align_to(align).ok_or(unpassable)?;
        let end = offset.checked_add(layout.size).and_then(|end| end.checked_align_to(STACK_SLOT));
        self.stack = end.filter(|end| end.get() <= MAX_VALUE).ok_or(unpassable)?;
        self.align = self.align.max(align);
        Ok(Passing::Stack { offset, size: layout.size, align })
    }
}

#[cfg(test)]
mod tests {
    use ctype::{ArrayLength, DataModel, FieldDecl, FloatType, IntType, Packing, RecordKind, lay_out_record};

    use super::*;

    fn types() -> CTypes {
        CTypes::new(DataModel::SYSV_X64)
    }

    fn record(types: &mut CTypes, members: &[TypeId], packing: Packing) -> TypeId {
        let fields: Vec<FieldDecl> = members.iter().map(|ty| FieldDecl::plain("f", *ty)).collect();
        let (record, ty) = types.declare_record(RecordKind::Struct, "struct s");
        let body = lay_out_record(types, RecordKind::Struct, &fields, packing).expect("sized");
        types.complete_record(record, body);
        ty
    }

    fn text(types: &CTypes, result: TypeId, params: &[TypeId]) -> String {
        classify(types, result, params, false).expect("passable").to_string()
    }

    #[test]
    fn a_wide_integer_takes_two_registers_or_none() {
        let mut types = types();
        let (long, wide) = (types.int(IntType::Long), types.int(IntType::Int128));
        let params = [long, long, long, long, long, wide, long];
        let text = text(&types, wide, &params);
        let end = "5       stack+0[0..16] align 16\n6       r9[0..8]\nstack   16 bytes, align 16\n";
        assert!(text.starts_with("result  rax[0..8] rdx[8..16]\n") && text.ends_with(end), "{text}");
    }

    #[test]
    fn a_struct_is_split_by_the_classes_of_its_halves() {
        let mut types = types();
        let (int, float) = (types.int(IntType::Int), types.float(FloatType::Float));
        let mixed = record(&mut types, &[float, float, int], Packing::default());
        let expected = "result  xmm0[0..8] rax[8..12]\n0       xmm0[0..8] rdi[8..12]\n";
        assert_eq!(text(&types, mixed, &[mixed]), expected);
        let packed = Packing { is_packed: true, ..Packing::default() };
        let char = types.int(IntType::Char);
        let unaligned = record(&mut types, &[char, int], packed);
        let expected = "result  memory at rdi, in rax again\n0       stack+0[0..5] align 8\n\
                        stack   16 bytes, align 16\n";
        assert_eq!(text(&types, unaligned, &[unaligned]), expected);
    }

    #[test]
    fn what_has_no_size_does_not_travel() {
        let mut types = types();
        let int = types.int(IntType::Int);
        let array = types.array_of(int, ArrayLength::Known(2));
        let (_, opaque) = types.declare_record(RecordKind::Struct, "struct opaque");
        let void = types.intern(CType::Void);
        for ty in [array, opaque, void] {
            assert_eq!(classify(&types, int, &[int, ty], false), Err(UnpassableError { ty }));
        }
        assert_eq!(classify(&types, opaque, &[], false), Err(UnpassableError { ty: opaque }));
        assert_eq!(text(&types, void, &[]), "result  nothing\n");
        let huge = types.array_of(int, ArrayLength::Known(1 << 30));
        let huge = record(&mut types, &[huge], Packing::default());
        assert_eq!(classify(&types, huge, &[], false), Err(UnpassableError { ty: huge }));
    }
}
