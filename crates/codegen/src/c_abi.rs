//! How a C signature looks to LLVM.
//!
//! `cabi` says which registers or bytes of the stack hold a value; LLVM is told so by types:
//!
//! ```text
//!   scalar in a register or on the stack   its own type; narrow integers extended as gcc and clang do
//!   struct or complex in registers         a parameter a piece: iN, double, float, <2 x float>
//!   struct or complex on the stack         ptr byval
//!   result in registers                    the piece, or a pair of them
//!   result in memory                       void, and a first parameter ptr sret
//! ```

use cabi::{FnAbi, Passing, Register};
use ctype::{Align, CType, CTypes, FloatType, Size, TypeId};
use inkwell::attributes::{Attribute, AttributeLoc};
use inkwell::types::{BasicMetadataTypeEnum, BasicType, BasicTypeEnum, FunctionType};

use crate::error::{InternalError, Result};
use crate::unit::Unit;

/// How a value is handed over.
#[derive(Clone, Debug)]
pub(crate) enum Shape<'ctx> {
    /// Not at all.
    Nothing,
    /// As itself.
    Scalar(BasicTypeEnum<'ctx>),
    /// In registers: the type of each piece and where it starts in the value.
    Pieces(Vec<(BasicTypeEnum<'ctx>, Size)>),
    /// By the address of memory with the type's size and this alignment.
    Memory(Size, Align),
}

/// A C signature, or a call of a variadic one.
pub(crate) struct CSignature<'ctx> {
    pub function_type: FunctionType<'ctx>,
    pub result: Shape<'ctx>,
    pub params: Vec<Shape<'ctx>>,
    /// Attributes of the function or call.
    attributes: Vec<(AttributeLoc, Attribute)>,
}

impl<'ctx> CSignature<'ctx> {
    /// The signature with these parameters, of which the first `declared` are not variadic.
    pub(crate) fn new(
        unit: &Unit<'_, 'ctx>,
        types: &CTypes,
        result: TypeId,
        params: &[TypeId],
        variadic_from: Option<usize>,
    ) -> Result<Self> {
        let abi = cabi::classify(types, result, params, variadic_from.is_some());
        let abi: FnAbi = abi.map_err(|error| unpassable(types, error.ty))?;
        let maker = Maker { unit, types };
        let mut made = Signature::default();
        let result_shape = maker.shape(result, &abi.result)?;
        if let Shape::Memory(size, align) = result_shape {
            let at = made.push(unit.pointer().into());
            made.attribute(at, unit.make_type_attribute("sret", maker.bytes(size)?));
            made.attribute(at, unit.make_attribute("align", align.get()));
        } else if let Some(extension) = maker.extension(result) {
            made.attribute(AttributeLoc::Return, unit.make_attribute(extension, 0));
        }
        let mut shapes = Vec::with_capacity(params.len());
        let mut declared = None;
        for (index, (&ty, passing)) in params.iter().zip(&abi.params).enumerate() {
            if variadic_from == Some(index) {
                declared = Some(made.params.len());
            }
            let shape = maker.shape(ty, passing)?;
            maker.add_param(&mut made, ty, &shape)?;
            shapes.push(shape);
        }
        made.params.truncate(declared.unwrap_or(usize::MAX));
        let function_type = maker.function_type(&result_shape, &made.params, variadic_from.is_some());
        Ok(Self { function_type, result: result_shape, params: shapes, attributes: made.attributes })
    }

    /// Hands each attribute, with its place, to a function or to a call.
    pub(crate) fn attributes(&self) -> impl Iterator<Item = (AttributeLoc, Attribute)> + '_ {
        self.attributes.iter().copied()
    }
}

/// LLVM's parameters and attributes so far.
#[derive(Default)]
struct Signature<'ctx> {
    params: Vec<BasicMetadataTypeEnum<'ctx>>,
    attributes: Vec<(AttributeLoc, Attribute)>,
}

impl<'ctx> Signature<'ctx> {
    fn push(&mut self, ty: BasicTypeEnum<'ctx>) -> AttributeLoc {
        self.params.push(ty.into());
        AttributeLoc::Param(u32::try_from(self.params.len() - 1).unwrap_or(u32::MAX))
    }

    fn attribute(&mut self, at: AttributeLoc, attribute: Attribute) {
        self.attributes.push((at, attribute));
    }
}

/// Makes shapes.
struct Maker<'a, 'b, 'ctx> {
    unit: &'a Unit<'b, 'ctx>,
    types: &'a CTypes,
}

impl<'ctx> Maker<'_, '_, 'ctx> {
    fn shape(&self, ty: TypeId, passing: &Passing) -> Result<Shape<'ctx>> {
        if let Some(scalar) = self.scalar(ty)? {
            return Ok(Shape::Scalar(scalar));
        }
        match passing {
            Passing::Nothing => Ok(Shape::Nothing),
            Passing::Registers(pieces) => {
                let piece = |piece: &cabi::Piece| Ok((self.piece(ty, piece)?, piece.offset));
                Ok(Shape::Pieces(pieces.iter().map(piece).collect::<Result<_>>()?))
            }
            Passing::Stack { size, align, .. } => Ok(Shape::Memory(*size, *align)),
            Passing::Hidden => {
                let layout = self.types.layout(ty).map_err(|_| unpassable(self.types, ty))?;
                Ok(Shape::Memory(layout.size, layout.align))
            }
            Passing::X87 => Ok(Shape::Pieces(vec![(self.unit.context.x86_f80_type().into(), Size::ZERO)])),
            Passing::ComplexX87 => {
                let part = BasicTypeEnum::from(self.unit.context.x86_f80_type());
                Ok(Shape::Pieces(vec![(part, Size::ZERO), (part, Size::bytes(16))]))
            }
        }
    }

    /// The LLVM type of a C scalar that compiled code knows.
    fn scalar(&self, ty: TypeId) -> Result<Option<BasicTypeEnum<'ctx>>> {
        let context = self.unit.context;
        match self.types.get(ty) {
            CType::Void | CType::Complex(_) | CType::Record(_) => Ok(None),
            CType::Bool => Ok(Some(context.bool_type().into())),
            CType::Int(_) | CType::Enum(_) => {
                let layout = self.types.layout(ty).map_err(|_| unpassable(self.types, ty))?;
                let bits = u32::try_from(layout.size.bits()).ok().filter(|&bits| bits <= u64::BITS);
                Ok(Some(self.unit.int(bits.ok_or_else(|| unpassable(self.types, ty))?)?.into()))
            }
            CType::Float(FloatType::Float) => Ok(Some(context.f32_type().into())),
            CType::Float(FloatType::Double) => Ok(Some(context.f64_type().into())),
            CType::Pointer(_) => Ok(Some(self.unit.pointer().into())),
            CType::Float(FloatType::LongDouble) => Ok(Some(context.x86_f80_type().into())),
            CType::Array { .. } | CType::Function(_) => Err(unpassable(self.types, ty)),
        }
    }

    /// What extends an integer that is narrower than a register's lower half.
    fn extension(&self, ty: TypeId) -> Option<&'static str> {
        let model = self.types.model();
        if matches!(self.types.get(ty), CType::Bool) {
            return Some("zeroext");
        }
        let kind = self.types.integer_type(ty)?;
        (kind.size(model) < Size::bytes(4)).then_some(if kind.is_signed(model) {
            "signext"
        } else {
            "zeroext"
        })
    }

    fn piece(&self, ty: TypeId, piece: &cabi::Piece) -> Result<BasicTypeEnum<'ctx>> {
        let context = self.unit.context;
        Ok(match (piece.register, piece.size.get()) {
            (Register::Int(_), bytes) => self.unit.int(u32::try_from(bytes * 8).unwrap_or(64))?.into(),
            (Register::Sse(_), 4) => context.f32_type().into(),
            (Register::Sse(_), _) if self.starts_with_float(ty, piece.offset) => {
                context.f32_type().vec_type(2).into()
            }
            (Register::Sse(_), _) => context.f64_type().into(),
        })
    }

    /// Whether the scalar at `offset` of the type is a `float`. Any type of the right size would
    /// be correct; the one that memory is written with spares LLVM a detour.
    fn starts_with_float(&self, ty: TypeId, offset: Size) -> bool {
        match self.types.get(ty) {
            CType::Float(kind) | CType::Complex(kind) => *kind == FloatType::Float,
            CType::Array { element, .. } => {
                let size = self.types.layout(element.ty).map_or(0, |layout| layout.size.get());
                size != 0 && self.starts_with_float(element.ty, Size::bytes(offset.get() % size))
            }
            CType::Record(record) => {
                let fields = self.types.record(*record).body.as_ref().map_or(&[][..], |body| &body.fields);
                let field = fields.iter().rev().find(|field| field.offset <= offset);
                field.is_some_and(|field| {
                    self.starts_with_float(field.ty.ty, Size::bytes(offset.get() - field.offset.get()))
                })
            }
            CType::Void
            | CType::Bool
            | CType::Int(_)
            | CType::Pointer(_)
            | CType::Function(_)
            | CType::Enum(_) => false,
        }
    }

    fn add_param(&self, made: &mut Signature<'ctx>, ty: TypeId, shape: &Shape<'ctx>) -> Result<()> {
        match shape {
            Shape::Nothing => {}
            Shape::Scalar(scalar) => {
                let at = made.push(*scalar);
                if let Some(extension) = self.extension(ty) {
                    made.attribute(at, self.unit.make_attribute(extension, 0));
                }
            }
            Shape::Pieces(pieces) => {
                for &(piece, _) in pieces {
                    made.push(piece);
                }
            }
            Shape::Memory(size, align) => {
                let at = made.push(self.unit.pointer().into());
                made.attribute(at, self.unit.make_type_attribute("byval", self.bytes(*size)?));
                made.attribute(at, self.unit.make_attribute("align", align.get()));
            }
        }
        Ok(())
    }

    fn function_type(
        &self,
        result: &Shape<'ctx>,
        params: &[BasicMetadataTypeEnum<'ctx>],
        is_variadic: bool,
    ) -> FunctionType<'ctx> {
        let context = self.unit.context;
        match result {
            Shape::Nothing | Shape::Memory(..) => context.void_type().fn_type(params, is_variadic),
            Shape::Scalar(scalar) => scalar.fn_type(params, is_variadic),
            Shape::Pieces(pieces) => match pieces.as_slice() {
                [(piece, _)] => piece.fn_type(params, is_variadic),
                pieces => {
                    let pieces: Vec<_> = pieces.iter().map(|&(piece, _)| piece).collect();
                    context.struct_type(&pieces, false).fn_type(params, is_variadic)
                }
            },
        }
    }

    fn bytes(&self, size: Size) -> Result<BasicTypeEnum<'ctx>> {
        let count = u32::try_from(size.get()).map_err(|_| InternalError::new("a value is too large"))?;
        Ok(self.unit.context.i8_type().array_type(count).into())
    }
}

fn unpassable(types: &CTypes, ty: TypeId) -> InternalError {
    InternalError::new(format!("compiled code cannot pass `{}`", types.name(ty)))
}
