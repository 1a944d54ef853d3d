//! Memory that arrays own: made, held by one more, let go.
//!
//! What counts is inline; the last to let go calls the runtime. Where a function ends with an error, the
//! runtime counts as well: that code is to be small, not fast.

use inkwell::IntPredicate;
use inkwell::attributes::AttributeLoc;
use inkwell::values::{IntValue, PointerValue};
use runtime::memory::Memory;
use tir::{Ty, Value};

use crate::body::Body;
use crate::emitter::Emitter;
use crate::error::{InternalError, Result};
use crate::operand::{Array, Operand};
use crate::unit::Promise;

/// The alignment of a header's words.
const WORD: u32 = 8;

impl<'ctx> Body<'_, 'ctx> {
    /// A tuple of these.
    pub(crate) fn tuple(&self, items: &[Value]) -> Result<Operand<'ctx>> {
        Ok(Operand::Parts(self.values(items)?.iter().flat_map(Operand::parts).collect()))
    }

    /// An item of a tuple.
    pub(crate) fn item(&self, tuple: Value, index: u32) -> Result<Operand<'ctx>> {
        let Ty::Tuple(ty) = self.type_of(tuple) else {
            return Err(InternalError::new(format!("{tuple} is no tuple")));
        };
        let items = self.emitter.items(&self.value(tuple)?, ty)?;
        let item = usize::try_from(index).ok().and_then(|index| items.into_iter().nth(index));
        Ok(item.ok_or_else(|| InternalError::new("an item that there is not"))?.0)
    }

    /// A new array; owner and data are null where there is no memory for it.
    pub(crate) fn allocate(&self, dims: &[Value], is_zeroed: bool, ty: Ty) -> Result<Operand<'ctx>> {
        let Ty::Array(ty) = ty else { return Err(InternalError::new("only an array is allocated")) };
        let dims: Result<Vec<IntValue<'ctx>>> = dims.iter().map(|&dim| self.value(dim)?.int()).collect();
        let dims = dims?;
        let (emitter, unit) = (&self.emitter, self.emitter.unit);
        let (word, number, pointer) = (unit.context.i64_type(), unit.context.i32_type(), unit.pointer());
        let element = emitter.element_size(ty.element)?;
        let size = emitter.size_of_elements(word.const_int(element.get(), false), &dims)?;
        let signature = pointer.fn_type(&[word.into(), number.into()], false);
        let allocate = unit.external("ferrule_allocate", signature, Promise::Nothing);
        allocate.add_attribute(AttributeLoc::Return, unit.make_attribute("noalias", 0));
        let is_zeroed = number.const_int(u64::from(is_zeroed), false);
        let owner = emitter.call_value(allocate, &[size.into(), is_zeroed.into()])?.into_pointer_value();
        let is_null = emitter.builder.build_is_null(owner, "")?;
        let elements = emitter.add_bytes(owner, Memory::ELEMENTS_OFFSET as u64)?;
        let data = emitter.select(is_null, pointer.const_null(), elements)?;
        Ok(Array { owner, data, dims, strides: Vec::new() }.operand())
    }

    /// One more holds what the value keeps alive.
    pub(crate) fn retain(&self, value: Value) -> Result<Operand<'ctx>> {
        for owner in self.emitter.owners(&self.value(value)?, self.type_of(value))? {
            self.emitter.retain(owner)?;
        }
        Ok(Operand::Nothing)
    }

    /// One less holds what the value keeps alive.
    pub(crate) fn release(&self, value: Value) -> Result<Operand<'ctx>> {
        for owner in self.emitter.owners(&self.value(value)?, self.type_of(value))? {
            self.emitter.release(owner)?;
        }
        Ok(Operand::Nothing)
    }

    /// One less holds each of these, where the function ends with an error.
    pub(crate) fn release_all(&self, values: &[Value]) -> Result<()> {
        for &value in values {
            for owner in self.emitter.owners(&self.value(value)?, self.type_of(value))? {
                self.emitter.call_cold("ferrule_memory_release", owner)?;
            }
        }
        Ok(())
    }
}

impl<'ctx> Emitter<'_, 'ctx> {
    /// The bytes of so many elements; where that is no number, one that no memory has.
    fn size_of_elements(&self, element: IntValue<'ctx>, dims: &[IntValue<'ctx>]) -> Result<IntValue<'ctx>> {
        let word = element.get_type();
        let (mut size, mut is_too_large) = (element, self.unit.context.bool_type().const_zero());
        for &dim in dims {
            let pair =
                self.intrinsic("llvm.umul.with.overflow", &[word.into()], &[size.into(), dim.into()])?;
            let pair = pair.into_struct_value();
            size = self.builder.build_extract_value(pair, 0, "")?.into_int_value();
            let wraps = self.builder.build_extract_value(pair, 1, "")?.into_int_value();
            is_too_large = self.builder.build_or(is_too_large, wraps, "")?;
        }
        self.select(is_too_large, word.const_all_ones(), size)
    }

    /// The headers of what a value keeps alive.
    fn owners(&self, value: &Operand<'ctx>, ty: Ty) -> Result<Vec<PointerValue<'ctx>>> {
        match ty {
            Ty::Array(array) => Ok(vec![value.array(array)?.owner]),
            Ty::Tuple(tuple) => {
                let mut owners = Vec::new();
                for (item, ty) in self.items(value, tuple)? {
                    owners.extend(self.owners(&item, ty)?);
                }
                Ok(owners)
            }
            Ty::Unit
            | Ty::Bool
            | Ty::Int(_)
            | Ty::Float(_)
            | Ty::Complex(_)
            | Ty::Pointer(_)
            | Ty::Record(_) => Ok(Vec::new()),
        }
    }

    /// One more holds the memory, if there is one.
    fn retain(&self, owner: PointerValue<'ctx>) -> Result<()> {
        let (held, next) = (self.block("held"), self.block("retained"));
        let is_null = self.builder.build_is_null(owner, "")?;
        self.builder.build_conditional_branch(is_null, next, held)?;
        self.builder.position_at_end(held);
        self.count(owner, 1)?;
        self.builder.build_unconditional_branch(next)?;
        self.builder.position_at_end(next);
        Ok(())
    }

    /// One less holds the memory, if there is one; with the last it is freed.
    fn release(&self, owner: PointerValue<'ctx>) -> Result<()> {
        let (held, last, next) = (self.block("held"), self.block("last"), self.block("released"));
        let is_null = self.builder.build_is_null(owner, "")?;
        self.builder.build_conditional_branch(is_null, next, held)?;
        self.builder.position_at_end(held);
        let left = self.count(owner, -1)?;
        let zero = left.get_type().const_zero();
        let is_held = self.builder.build_int_compare(IntPredicate::NE, left, zero, "")?;
        self.builder.build_conditional_branch(is_held, next, last)?;
        self.builder.position_at_end(last);
        self.call_cold("ferrule_memory_free", owner)?;
        self.builder.build_unconditional_branch(next)?;
        self.builder.position_at_end(next);
        Ok(())
    }

    /// Changes a header's count; what it is then.
    fn count(&self, owner: PointerValue<'ctx>, change: i128) -> Result<IntValue<'ctx>> {
        let word = self.unit.context.i64_type();
        let place = self.add_bytes(owner, Memory::COUNT_OFFSET as u64)?;
        let count = self.load_aligned(word, place, WORD)?.into_int_value();
        let change = crate::emitter::int_constant(word, change);
        let count = self.builder.build_int_add(count, change, "")?;
        self.store_aligned(place, count.into(), WORD)?;
        Ok(count)
    }

    /// Calls a function of the runtime for a header.
    fn call_cold(&self, name: &str, owner: PointerValue<'ctx>) -> Result<()> {
        let signature = self.unit.context.void_type().fn_type(&[self.unit.pointer().into()], false);
        let function = self.unit.external(name, signature, Promise::Cold);
        self.call(function, &[owner.into()])?;
        Ok(())
    }
}
