//! Types, constants, operations and terminators.

use arena::Id as _;

use super::{Line, Read, Reader};
use crate::{
    ArrayTy, BinaryOp, BlockId, CFunctionId, Comparison, Const, Element, ErrorOp, ExceptionId, FloatTy,
    FuncId, IntTy, Intrinsic, Jump, Op, Order, PrintId, RaiseSiteId, RuntimeFunction, SlotId, Terminator,
    TupleTy, Ty, UnaryOp,
};

impl Reader {
    pub(super) fn ty(&self, line: &mut Line<'_>) -> Read<Ty> {
        let int = |bits, is_signed| Ok(Ty::Int(IntTy { bits, is_signed }));
        match line.word()? {
            "unit" => Ok(Ty::Unit),
            "bool" => Ok(Ty::Bool),
            "i8" => int(8, true),
            "i16" => int(16, true),
            "i32" => int(32, true),
            "i64" => int(64, true),
            "u8" => int(8, false),
            "u16" => int(16, false),
            "u32" => int(32, false),
            "u64" => int(64, false),
            "f32" => Ok(Ty::Float(FloatTy::F32)),
            "f64" => Ok(Ty::F64),
            "c64" => Ok(Ty::Complex(FloatTy::F32)),
            "c128" => Ok(Ty::C128),
            "ptr" => self.c_type(line).map(Ty::Pointer),
            "record" => self.c_type(line).map(Ty::Record),
            "array" => self.array(line).map(Ty::Array),
            "tuple" => {
                let items = line.list(|line| self.ty(line))?;
                Ok(Ty::Tuple(TupleTy::new(&items)))
            }
            other => Err(format!("a type, not `{other}`")),
        }
    }

    fn array(&self, line: &mut Line<'_>) -> Read<ArrayTy> {
        let element = Element::of(self.ty(line)?).ok_or("the type of an element")?;
        let rank = line.number()?;
        let order = match line.word()? {
            "C" => Order::C,
            "F" => Order::F,
            "A" => Order::Any,
            other => return Err(format!("`C`, `F` or `A`, not `{other}`")),
        };
        let is_writable = !line.eat("readonly");
        Ok(ArrayTy { element, rank, order, is_writable, is_aligned: !line.eat("unaligned") })
    }

    /// An operation with a result of this type.
    pub(super) fn op(&self, line: &mut Line<'_>, ty: Option<Ty>) -> Read<Op> {
        let word = line.word()?;
        if let Some(op) = UnaryOp::ALL.iter().copied().find(|op| op.name() == word) {
            return Ok(Op::Unary(op, line.value()?));
        }
        if let Some(op) = BinaryOp::ALL.iter().copied().find(|op| op.name() == word) {
            return Ok(Op::Binary(op, line.value()?, line.next_value()?));
        }
        if let Some(op) = Comparison::ALL.iter().copied().find(|op| op.name() == word) {
            return Ok(Op::Compare(op, line.value()?, line.next_value()?));
        }
        match word {
            "const" => Ok(Op::Const(constant(line, ty)?)),
            "convert" => Ok(Op::Convert(line.value()?)),
            "select" => Ok(Op::Select(line.value()?, line.next_value()?, line.next_value()?)),
            "intrinsic" => intrinsic(line),
            "call" => self.call(line),
            "print" => Ok(Op::Print(PrintId::from_index(line.id("print")?), line.list(Line::value)?)),
            "address" => Ok(Op::SlotAddress(SlotId::from_index(line.id("slot")?))),
            "load" => Ok(Op::Load(line.value()?)),
            "store" => Ok(Op::Store(line.value()?, line.next_value()?)),
            "offset" => Ok(Op::Offset(line.value()?, line.next_value()?)),
            "field" => {
                let record = line.value()?;
                line.expect("+")?;
                Ok(Op::FieldAddress(record, line.number()?))
            }
            "load_bits" => {
                let (record, offset, start, width) = bits(line)?;
                Ok(Op::LoadBits { record, offset, start, width })
            }
            "store_bits" => {
                let (record, offset, start, width) = bits(line)?;
                Ok(Op::StoreBits { record, value: line.next_value()?, offset, start, width })
            }
            "copy" => Ok(Op::CopyRecord(line.value()?, line.next_value()?)),
            "tuple" => line.list(Line::value).map(Op::Tuple),
            "item" => {
                let tuple = line.value()?;
                line.expect(",")?;
                Ok(Op::Item(tuple, line.number()?))
            }
            "retain" => line.value().map(Op::Retain),
            "release" => line.value().map(Op::Release),
            "poll" => line.value().map(Op::Poll),
            "failed" => Ok(Op::Error(ErrorOp::Failed)),
            "set_error" => {
                let site = RaiseSiteId::from_index(line.id("raise")?);
                Ok(Op::Error(ErrorOp::Set(site, line.list(Line::value)?)))
            }
            "take_error" => Ok(Op::Error(ErrorOp::Take)),
            "is_error" => {
                let error = line.value()?;
                line.expect(",")?;
                Ok(Op::Error(ErrorOp::Is(error, ExceptionId::from_index(line.id("exception")?))))
            }
            "copy_error" => Ok(Op::Error(ErrorOp::Copy(line.value()?))),
            "drop_error" => Ok(Op::Error(ErrorOp::Drop(line.value()?))),
            _ => array_op(line, word),
        }
    }

    fn call(&self, line: &mut Line<'_>) -> Read<Op> {
        if line.eat("runtime") {
            let name = line.word()?;
            let known = RuntimeFunction::ALL.iter().copied().find(|function| function.name() == name);
            let function = known.ok_or_else(|| format!("a function of the runtime, not `{name}`"))?;
            return Ok(Op::CallRuntime(function, line.list(Line::value)?));
        }
        if let Some(function) = line.try_id("fn") {
            return Ok(Op::Call(FuncId::from_index(function), line.list(Line::value)?));
        }
        if let Some(function) = line.try_id("cfn") {
            return Ok(Op::CallC(CFunctionId::from_index(function), line.list(Line::value)?));
        }
        let pointer = line.value()?;
        line.expect("as")?;
        let ty = self.c_type(line)?;
        Ok(Op::CallPointer(pointer, ty, line.list(Line::value)?))
    }
}

/// An operation on arrays.
fn array_op(line: &mut Line<'_>, word: &str) -> Read<Op> {
    match word {
        "view" => {
            let data = line.value()?;
            line.expect("dims")?;
            let dims = line.list(Line::value)?;
            line.expect("strides")?;
            let strides = line.list(Line::value)?;
            let owner = if line.eat("of") { Some(line.value()?) } else { None };
            Ok(Op::View { owner, data, dims, strides })
        }
        "allocate" => {
            let is_zeroed = line.eat("zeroed");
            Ok(Op::Allocate { dims: line.list(Line::value)?, is_zeroed })
        }
        "dim" | "stride" => {
            let array = line.value()?;
            line.expect(",")?;
            let axis = line.number()?;
            Ok(if word == "dim" { Op::Dim(array, axis) } else { Op::Stride(array, axis) })
        }
        "data" => line.value().map(Op::Data),
        "index" => {
            let array = line.value()?;
            line.expect(",")?;
            let axis = line.number()?;
            let index = line.next_value()?;
            let site =
                if line.eat("or raise") { Some(RaiseSiteId::from_index(line.id("raise")?)) } else { None };
            Ok(Op::Index { array, axis, index, site })
        }
        "get" => Ok(Op::LoadElement(line.value()?, line.list(Line::value)?)),
        "set" => {
            let array = line.value()?;
            let indices = line.list(Line::value)?;
            Ok(Op::StoreElement(array, indices, line.next_value()?))
        }
        "at" => Ok(Op::ElementAddress(line.value()?, line.list(Line::value)?)),
        other => Err(format!("an operation, not `{other}`")),
    }
}

/// A terminator, if the line is one.
pub(super) fn terminator(line: &mut Line<'_>) -> Read<Option<Terminator>> {
    Ok(Some(if line.eat("jump") {
        Terminator::Jump(jump(line)?)
    } else if line.eat("branch") {
        let condition = line.value()?;
        line.expect(",")?;
        let then = jump(line)?;
        line.expect(",")?;
        Terminator::Branch { condition, then, otherwise: jump(line)? }
    } else if line.eat("return") {
        Terminator::Return(line.try_id("v").map(crate::Value::from_index))
    } else if line.eat("reraise") {
        Terminator::Reraise(line.value()?)
    } else if line.eat("raise") {
        let site = RaiseSiteId::from_index(line.id("raise")?);
        Terminator::Raise(site, line.list(Line::value)?)
    } else if line.eat("unreachable") {
        Terminator::Unreachable
    } else {
        return Ok(None);
    }))
}

fn jump(line: &mut Line<'_>) -> Read<Jump> {
    let block = BlockId::from_index(line.id("block")?);
    Ok(Jump { block, args: line.list(Line::value)? })
}

fn intrinsic(line: &mut Line<'_>) -> Read<Op> {
    let name = line.word()?;
    let intrinsic = Intrinsic::ALL.iter().copied().find(|intrinsic| intrinsic.name() == name);
    let intrinsic = intrinsic.ok_or_else(|| format!("an intrinsic, not `{name}`"))?;
    let mut args = vec![line.value()?];
    while line.eat(",") {
        args.push(line.value()?);
    }
    Ok(Op::Intrinsic(intrinsic, args))
}

/// `v0 + 4 bit 3 width 2`
fn bits(line: &mut Line<'_>) -> Read<(crate::Value, u64, u32, u32)> {
    let record = line.value()?;
    line.expect("+")?;
    let offset = line.number()?;
    line.expect("bit")?;
    let start = line.number()?;
    line.expect("width")?;
    Ok((record, offset, start, line.number()?))
}

fn constant(line: &mut Line<'_>, ty: Option<Ty>) -> Read<Const> {
    let not_one = || "a constant of the result's type".to_owned();
    let float = |text: &str| text.parse::<f64>().map_err(|_| not_one());
    match ty.ok_or_else(not_one)? {
        Ty::Unit => line.expect("unit").map(|()| Const::Unit),
        Ty::Bool if line.eat("true") => Ok(Const::Bool(true)),
        Ty::Bool => line.expect("false").map(|()| Const::Bool(false)),
        Ty::Record(_) | Ty::Array(_) | Ty::Tuple(_) => Err(not_one()),
        Ty::Int(_) | Ty::Pointer(_) => line.rest().parse().map(Const::Int).map_err(|_| not_one()),
        Ty::Float(_) => float(line.rest()).map(Const::Float),
        Ty::Complex(_) => {
            line.expect("(")?;
            let real = float(line.until(&[',']))?;
            line.expect(",")?;
            let imaginary = float(line.until(&[')']))?;
            line.expect(")").map(|()| Const::Complex(real, imaginary))
        }
    }
}
