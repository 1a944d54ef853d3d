//! Calls of C functions, and values on their way over the C border.

use std::borrow::Cow;

use ctype::{CType, CTypes, FloatType, IntType, Signature, TypeId};
use inkwell::types::BasicTypeEnum;
use inkwell::values::{BasicMetadataValueEnum, BasicValueEnum, CallSiteValue, PointerValue};
use tir::{CFunctionId, FloatTy, Inst, IntTy, Ty, Value};

use crate::body::Body;
use crate::c_abi::{CSignature, Shape};
use crate::emitter::Emitter;
use crate::error::{InternalError, Result};
use crate::operand::Operand;
use crate::unit::Promise;

impl<'ctx> Body<'_, 'ctx> {
    /// A C function by name.
    pub(crate) fn call_c(
        &self,
        callee: CFunctionId,
        args: &[Value],
        result: Ty,
        inst: &Inst,
    ) -> Result<Operand<'ctx>> {
        let unit = self.emitter.unit;
        let function = &unit.program.c_functions[callee];
        let prepared = self.prepare(function.ty, args)?;
        let symbol = unit.c_symbol(callee);
        let target = unit.external(symbol, prepared.signature.function_type, Promise::Nothing);
        let call = self.emitter.builder.build_direct_call(target, &prepared.args, "")?;
        let inst = (function.can_call_back || inst.is_caught).then_some(inst);
        self.finish_call(&prepared, call, result, inst)
    }

    /// A C function through a pointer, which may call back.
    pub(crate) fn call_pointer(
        &self,
        pointer: Value,
        ty: TypeId,
        args: &[Value],
        result: Ty,
        inst: &Inst,
    ) -> Result<Operand<'ctx>> {
        let prepared = self.prepare(ty, args)?;
        let (target, function_type) = (self.value(pointer)?.pointer()?, prepared.signature.function_type);
        let call = self.emitter.builder.build_indirect_call(function_type, target, &prepared.args, "")?;
        self.finish_call(&prepared, call, result, Some(inst))
    }

    /// The signature of a call, and the arguments as it wants them.
    fn prepare(&self, function: TypeId, args: &[Value]) -> Result<Prepared<'ctx>> {
        let unit = self.emitter.unit;
        let CType::Function(declared) = unit.types.get(function) else {
            return Err(InternalError::new("what is called has no function type"));
        };
        let mut types = Cow::Borrowed(unit.types);
        let mut params = declared.params.to_vec();
        let mut values = Vec::with_capacity(args.len());
        for (index, &arg) in args.iter().enumerate() {
            let (mut value, mut ty) = (self.value(arg)?, self.type_of(arg));
            if index >= declared.params.len() {
                (value, ty) = self.emitter.promote(&value, ty)?;
                params.push(c_type(&mut types, ty)?);
            }
            values.push((value, ty));
        }
        check_count(declared, args.len())?;
        let variadic_from = declared.is_variadic.then_some(declared.params.len());
        let signature = CSignature::new(unit, &types, declared.result, &params, variadic_from)?;
        let (mut passed, mut written) = (Vec::new(), None);
        if let Shape::Memory(size, align) = signature.result {
            let slot = self.emitter.slot(size, align)?;
            passed.push(slot.into());
            written = Some(slot);
        }
        for ((value, ty), shape) in values.into_iter().zip(&signature.params) {
            self.emitter.pass(&value, ty, shape, &mut passed)?;
        }
        let args = passed.into_iter().map(BasicMetadataValueEnum::from).collect();
        Ok(Prepared { signature, args, written })
    }

    /// The result of a call. That the instruction is given says that an error may be pending after it.
    fn finish_call(
        &self,
        prepared: &Prepared<'ctx>,
        call: CallSiteValue<'ctx>,
        result: Ty,
        inst: Option<&Inst>,
    ) -> Result<Operand<'ctx>> {
        for (at, attribute) in prepared.signature.attributes() {
            call.add_attribute(at, attribute);
        }
        if let Some(inst) = inst {
            self.return_pending(inst)?;
        }
        let returned = call.try_as_basic_value().basic();
        match (&prepared.signature.result, prepared.written, returned) {
            (Shape::Memory(..), Some(slot), _) => self.emitter.load_value(result, slot),
            (Shape::Pieces(pieces), _, Some(returned)) => {
                let slot = self.emitter.slot_for(result)?;
                self.emitter.store_pieces(returned, pieces, slot)?;
                self.emitter.load_value(result, slot)
            }
            (Shape::Scalar(_), _, Some(returned)) => self.emitter.receive_scalar(returned, result),
            _ => match result {
                Ty::Record(_) => Ok(self.emitter.slot_for(result)?.into()),
                Ty::Unit | Ty::Bool | Ty::Int(_) | Ty::Float(_) | Ty::Complex(_) | Ty::Pointer(_) => {
                    Ok(Operand::Nothing)
                }
                Ty::Array(_) | Ty::Tuple(_) => {
                    Err(InternalError::new("C has no arrays or tuples as results"))
                }
            },
        }
    }
}

/// A call that is ready to be made.
struct Prepared<'ctx> {
    signature: CSignature<'ctx>,
    args: Vec<BasicMetadataValueEnum<'ctx>>,
    /// Where the result is written.
    written: Option<PointerValue<'ctx>>,
}

fn check_count(declared: &Signature, given: usize) -> Result<()> {
    let fits =
        if declared.is_variadic { given >= declared.params.len() } else { given == declared.params.len() };
    if fits { Ok(()) } else { Err(InternalError::new("a call with another number of arguments")) }
}

impl<'ctx> Emitter<'_, 'ctx> {
    /// Adds the parts in which a value is handed over.
    pub(crate) fn pass(
        &self,
        value: &Operand<'ctx>,
        ty: Ty,
        shape: &Shape<'ctx>,
        passed: &mut Vec<BasicValueEnum<'ctx>>,
    ) -> Result<()> {
        match shape {
            Shape::Nothing => {}
            Shape::Scalar(scalar) => passed.push(check_scalar(value, *scalar)?),
            Shape::Pieces(pieces) => {
                let memory = self.in_memory(value, ty)?;
                for &(piece, offset) in pieces {
                    passed.push(self.load(piece, self.add_bytes(memory, offset.get())?)?);
                }
            }
            Shape::Memory(..) => passed.push(self.in_memory(value, ty)?.into()),
        }
        Ok(())
    }

    /// The value that was handed over in these parts.
    pub(crate) fn receive(
        &self,
        ty: Ty,
        shape: &Shape<'ctx>,
        parts: &mut impl Iterator<Item = BasicValueEnum<'ctx>>,
    ) -> Result<Operand<'ctx>> {
        let mut next = || parts.next().ok_or_else(|| InternalError::new("too few parameters"));
        match shape {
            Shape::Nothing => self.load_value(ty, self.slot_for(ty)?),
            Shape::Scalar(_) => self.receive_scalar(next()?, ty),
            Shape::Pieces(pieces) => {
                let slot = self.slot_for(ty)?;
                for (_, offset) in pieces {
                    self.store(self.add_bytes(slot, offset.get())?, next()?)?;
                }
                self.load_value(ty, slot)
            }
            Shape::Memory(..) => self.load_value(ty, next()?.into_pointer_value()),
        }
    }

    /// Writes a result that came in registers.
    pub(crate) fn store_pieces(
        &self,
        returned: BasicValueEnum<'ctx>,
        pieces: &[(BasicTypeEnum<'ctx>, ctype::Size)],
        to: PointerValue<'ctx>,
    ) -> Result<()> {
        if let [(_, offset)] = pieces {
            return self.store(self.add_bytes(to, offset.get())?, returned);
        }
        for (index, (_, offset)) in (0..).zip(pieces) {
            let piece = self.builder.build_extract_value(returned.into_struct_value(), index, "")?;
            self.store(self.add_bytes(to, offset.get())?, piece)?;
        }
        Ok(())
    }

    /// A C scalar as a value of the type.
    pub(crate) fn receive_scalar(&self, value: BasicValueEnum<'ctx>, ty: Ty) -> Result<Operand<'ctx>> {
        match self.unit.parts(ty).as_slice() {
            [] => Ok(Operand::Nothing),
            [part] => check_scalar(&Operand::Scalar(value), *part).map(Operand::Scalar),
            _ => Err(InternalError::new("a C scalar is one value")),
        }
    }

    /// The value's address: a record's own, or that of a copy of anything else.
    pub(crate) fn in_memory(&self, value: &Operand<'ctx>, ty: Ty) -> Result<PointerValue<'ctx>> {
        if let Ty::Record(_) = ty {
            return value.pointer();
        }
        let slot = self.slot_for(ty)?;
        self.store_value(ty, slot, value)?;
        Ok(slot)
    }

    /// The default argument promotions of C11, 6.5.2.2.
    fn promote(&self, value: &Operand<'ctx>, ty: Ty) -> Result<(Operand<'ctx>, Ty)> {
        let promoted = match ty {
            Ty::Bool => Ty::Int(IntTy { bits: 32, is_signed: true }),
            Ty::Int(int) if int.bits < 32 => Ty::Int(IntTy { bits: 32, is_signed: true }),
            Ty::Float(FloatTy::F32) => Ty::F64,
            Ty::Unit
            | Ty::Int(_)
            | Ty::Float(_)
            | Ty::Complex(_)
            | Ty::Pointer(_)
            | Ty::Record(_)
            | Ty::Array(_)
            | Ty::Tuple(_) => ty,
        };
        Ok((if promoted == ty { value.clone() } else { self.convert(value, ty, promoted)? }, promoted))
    }
}

fn check_scalar<'ctx>(value: &Operand<'ctx>, wanted: BasicTypeEnum<'ctx>) -> Result<BasicValueEnum<'ctx>> {
    if let Operand::Scalar(scalar) = value
        && scalar.get_type() == wanted
    {
        return Ok(*scalar);
    }
    let wanted = wanted.print_to_string();
    let message = format!("at the C border `{}` was expected, not {value}", wanted.to_string_lossy());
    Err(InternalError::new(message))
}

/// A C type that is passed as a promoted value is.
fn c_type(types: &mut Cow<'_, CTypes>, ty: Ty) -> Result<TypeId> {
    let float = |float| match float {
        FloatTy::F32 => FloatType::Float,
        FloatTy::F64 => FloatType::Double,
    };
    let wanted = match ty {
        Ty::Pointer(id) | Ty::Record(id) => return Ok(id),
        Ty::Int(int) if int.bits == 64 => CType::Int(IntType::Long),
        Ty::Int(_) | Ty::Bool => CType::Int(IntType::Int),
        Ty::Float(part) => CType::Float(float(part)),
        Ty::Complex(part) => CType::Complex(float(part)),
        Ty::Unit | Ty::Array(_) | Ty::Tuple(_) => {
            return Err(InternalError::new(format!("{ty:?} is no argument of a C function")));
        }
    };
    Ok(match types.find(&wanted) {
        Some(found) => found,
        None => types.to_mut().intern(wanted),
    })
}
