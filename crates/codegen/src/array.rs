//! Operations on arrays.
//!
//! The place of an element is computed from the slowest axis to the fastest, so that all but the last step
//! stays out of a loop over the fastest. What is known of an index that is in range is said: its products
//! and sums do not overflow, and each step ends inside of the array. A step along an axis is counted in
//! elements wherever a stride is a multiple of the element, since LLVM makes vectors only of such steps.

use arena::Id;
use ctype::Size;
use inkwell::IntPredicate;
use inkwell::types::{BasicType, BasicTypeEnum};
use inkwell::values::{IntValue, PointerValue};
use tir::{ArrayTy, Element, Order, RaiseSiteId, Ty, Value};

use crate::body::Body;
use crate::emitter::{ANY_ADDRESS, Emitter};
use crate::error::{InternalError, Result};
use crate::memory::layout_in_memory;
use crate::operand::{Array, Operand};

impl<'ctx> Body<'_, 'ctx> {
    /// An array by parts, and its type.
    pub(crate) fn array(&self, value: Value) -> Result<(Array<'ctx>, ArrayTy)> {
        let Ty::Array(ty) = self.type_of(value) else {
            return Err(InternalError::new(format!("{value} is no array")));
        };
        Ok((self.value(value)?.array(ty)?, ty))
    }

    /// An array over memory that is there.
    pub(crate) fn view(
        &self,
        owner: Option<Value>,
        data: Value,
        dims: &[Value],
        strides: &[Value],
    ) -> Result<Operand<'ctx>> {
        let owner = match owner {
            Some(owner) => self.array(owner)?.0.owner,
            None => self.emitter.unit.pointer().const_null(),
        };
        let data = self.value(data)?.pointer()?;
        Ok(Array { owner, data, dims: self.ints(dims)?, strides: self.ints(strides)? }.operand())
    }

    fn ints(&self, values: &[Value]) -> Result<Vec<IntValue<'ctx>>> {
        values.iter().map(|&value| self.value(value)?.int()).collect()
    }

    /// The length of an axis.
    pub(crate) fn dim(&self, array: Value, axis: u8) -> Result<IntValue<'ctx>> {
        axis_of(&self.array(array)?.0.dims, axis)
    }

    /// The bytes from one element to the next along an axis. An axis without elements counts as one with one
    /// element there, as in NumPy.
    pub(crate) fn stride(&self, array: Value, axis: u8) -> Result<IntValue<'ctx>> {
        let (array, ty) = self.array(array)?;
        let axis_index = usize::from(axis);
        let faster = match ty.order {
            Order::Any => return axis_of(&array.strides, axis),
            Order::C => array.dims.get(axis_index + 1..),
            Order::F => array.dims.get(..axis_index),
        };
        let faster = faster.ok_or_else(|| InternalError::new("an axis that there is not"))?;
        let word = self.emitter.unit.context.i64_type();
        let mut stride = word.const_int(self.emitter.element_size(ty.element)?.get(), false);
        for &dim in faster {
            let args = [dim.into(), word.const_int(1, false).into()];
            let length = self.emitter.intrinsic("llvm.umax", &[word.into()], &args)?.into_int_value();
            stride = self.emitter.builder.build_int_mul(stride, length, "")?;
        }
        Ok(stride)
    }

    /// An index from the start of its axis. One outside of the array ends the function at the site.
    pub(crate) fn index(
        &self,
        array: Value,
        axis: u8,
        index: Value,
        site: Option<RaiseSiteId>,
        releases: &[Value],
    ) -> Result<IntValue<'ctx>> {
        let (array, _) = self.array(array)?;
        let (given, dim) = (self.value(index)?.int()?, axis_of(&array.dims, axis)?);
        match site {
            Some(site) => self.checked_index(&array.dims, given, dim, site, releases),
            None => self.wrapped_index(given, dim),
        }
    }

    /// An index that is in range, which counts from the end where it is negative.
    fn wrapped_index(&self, given: IntValue<'ctx>, dim: IntValue<'ctx>) -> Result<IntValue<'ctx>> {
        let zero = given.get_type().const_zero();
        let is_negative = self.emitter.builder.build_int_compare(IntPredicate::SLT, given, zero, "")?;
        let from_end = self.emitter.builder.build_int_add(given, dim, "")?;
        self.emitter.select(is_negative, from_end, given)
    }

    /// As [`Self::wrapped_index`], of an index that may be out of range. One comparison finds the usual index,
    /// which is not negative; what counts from the end takes a branch of its own.
    fn checked_index(
        &self,
        dims: &[IntValue<'ctx>],
        given: IntValue<'ctx>,
        dim: IntValue<'ctx>,
        site: RaiseSiteId,
        releases: &[Value],
    ) -> Result<IntValue<'ctx>> {
        let builder = &self.emitter.builder;
        let [inside, other, outside] = ["inside", "other", "outside"].map(|name| self.emitter.block(name));
        let is_usual = builder.build_int_compare(IntPredicate::ULT, given, dim, "")?;
        let before = self.emitter.current_block()?;
        self.emitter.branch_usually(is_usual, inside, other)?;
        builder.position_at_end(other);
        let from_end = builder.build_int_add(given, dim, "")?;
        let is_from_end = builder.build_int_compare(IntPredicate::ULT, from_end, dim, "")?;
        self.emitter.branch_usually(is_from_end, inside, outside)?;
        builder.position_at_end(outside);
        self.release_all(releases)?;
        let words: Vec<IntValue<'ctx>> = [given, dim].into_iter().chain(dims.iter().copied()).collect();
        self.set_numbered(site.index() as u64, &words)?;
        self.return_raised()?;
        builder.position_at_end(inside);
        let index = builder.build_phi(given.get_type(), "")?;
        index.add_incoming(&[(&given, before), (&from_end, other)]);
        Ok(index.as_basic_value().into_int_value())
    }

    /// Reads an element.
    pub(crate) fn load_element(&self, array: Value, indices: &[Value]) -> Result<Operand<'ctx>> {
        let (_, ty) = self.array(array)?;
        let pointer = self.element_address(array, indices)?;
        self.emitter.load_scalar(ty.element.ty(), pointer, self.emitter.element_align(ty)?)
    }

    /// Writes an element.
    pub(crate) fn store_element(
        &self,
        array: Value,
        indices: &[Value],
        value: Value,
    ) -> Result<Operand<'ctx>> {
        let (_, ty) = self.array(array)?;
        let pointer = self.element_address(array, indices)?;
        let align = self.emitter.element_align(ty)?;
        self.emitter.store_scalar(ty.element.ty(), pointer, &self.value(value)?, align)?;
        Ok(Operand::Nothing)
    }

    /// Where an element is.
    pub(crate) fn element_address(&self, array: Value, indices: &[Value]) -> Result<PointerValue<'ctx>> {
        let (array, ty) = self.array(array)?;
        let indices = self.ints(indices)?;
        if indices.len() != array.dims.len() {
            return Err(InternalError::new("an element has an index for each axis"));
        }
        match ty.order {
            Order::Any => self.emitter.strided_address(&array, ty, &indices),
            Order::C => {
                let axes = indices.into_iter().zip(array.dims.iter().copied());
                self.emitter.dense_address(&array, ty.element, axes)
            }
            Order::F => {
                let axes = indices.into_iter().zip(array.dims.iter().copied()).rev();
                self.emitter.dense_address(&array, ty.element, axes)
            }
        }
    }
}

impl<'ctx> Emitter<'_, 'ctx> {
    /// Where an element of an array without gaps is; the axes with their indices, the slowest first.
    fn dense_address(
        &self,
        array: &Array<'ctx>,
        element: Element,
        axes: impl Iterator<Item = (IntValue<'ctx>, IntValue<'ctx>)>,
    ) -> Result<PointerValue<'ctx>> {
        let ty = self.element_type(element)?;
        let (mut slower, mut fastest) = (None, None);
        for (index, dim) in axes {
            if let Some(before) = fastest {
                let sum = slower.map_or(Ok(before), |slower| self.sum(slower, before))?;
                slower = Some(self.product(sum, dim)?);
            }
            fastest = Some(index);
        }
        let steps = slower.into_iter().chain(fastest);
        steps.into_iter().try_fold(array.data, |pointer, step| self.step(ty, pointer, step))
    }

    /// Where an element of an array with strides is.
    fn strided_address(
        &self,
        array: &Array<'ctx>,
        ty: ArrayTy,
        indices: &[IntValue<'ctx>],
    ) -> Result<PointerValue<'ctx>> {
        let size = self.element_size(ty.element)?.get();
        // Aligned elements of this size lie a multiple of it apart, except along an axis of length one, whose
        // stride means nothing: the shift drops what is odd there.
        let is_counted = size == u64::from(self.element_align(ty)?);
        let unit =
            if is_counted { self.element_type(ty.element)? } else { self.unit.context.i8_type().into() };
        let shift = self.unit.context.i64_type().const_int(u64::from(size.trailing_zeros()), false);
        let mut pointer = array.data;
        for (&index, &stride) in indices.iter().zip(&array.strides) {
            let stride =
                if is_counted { self.builder.build_right_shift(stride, shift, true, "")? } else { stride };
            let step = self.builder.build_int_nsw_mul(index, stride, "")?;
            pointer = self.step(unit, pointer, step)?;
        }
        Ok(pointer)
    }

    /// The pointer moved by elements, inside of what it points into.
    fn step(
        &self,
        element: BasicTypeEnum<'ctx>,
        pointer: PointerValue<'ctx>,
        count: IntValue<'ctx>,
    ) -> Result<PointerValue<'ctx>> {
        // SAFETY: built, not carried out: indices that are in range stay inside of the array.
        Ok(unsafe { self.builder.build_in_bounds_gep(element, pointer, &[count], "")? })
    }

    /// The product of numbers that are not negative and stay below the bytes of memory.
    fn product(&self, left: IntValue<'ctx>, right: IntValue<'ctx>) -> Result<IntValue<'ctx>> {
        never_wraps(self.builder.build_int_nsw_mul(left, right, "")?)
    }

    /// The sum of such numbers.
    fn sum(&self, left: IntValue<'ctx>, right: IntValue<'ctx>) -> Result<IntValue<'ctx>> {
        never_wraps(self.builder.build_int_nsw_add(left, right, "")?)
    }

    /// The bytes of an element.
    pub(crate) fn element_size(&self, element: Element) -> Result<Size> {
        Ok(layout_in_memory(self.unit.types, element.ty())?.size)
    }

    /// The bytes that an element's address is a multiple of.
    fn element_align(&self, ty: ArrayTy) -> Result<u32> {
        if !ty.is_aligned {
            return Ok(ANY_ADDRESS);
        }
        let align = layout_in_memory(self.unit.types, ty.element.ty())?.align.get();
        u32::try_from(align).map_err(|_| InternalError::new("an element's alignment"))
    }

    /// A type of LLVM's with the size of an element.
    fn element_type(&self, element: Element) -> Result<BasicTypeEnum<'ctx>> {
        match element {
            Element::Bool => Ok(self.unit.context.i8_type().into()),
            Element::Int(int) => Ok(self.unit.int_type(int.bits).into()),
            Element::Float(float) => Ok(self.unit.float(float).into()),
            Element::Complex(float) => Ok(self.unit.float(float).array_type(2).into()),
            Element::Record(_) => {
                let size = u32::try_from(self.element_size(element)?.get());
                let size = size.map_err(|_| InternalError::new("an element is too large"))?;
                Ok(self.unit.context.i8_type().array_type(size).as_basic_type_enum())
            }
        }
    }
}

fn axis_of<'ctx>(of: &[IntValue<'ctx>], axis: u8) -> Result<IntValue<'ctx>> {
    of.get(usize::from(axis)).copied().ok_or_else(|| InternalError::new("an axis that there is not"))
}

/// Says of an instruction, which does not wrap as a signed one, that it does not as an unsigned one either.
fn never_wraps(value: IntValue<'_>) -> Result<IntValue<'_>> {
    if let Some(instruction) = value.as_instruction() {
        let set = instruction.set_no_unsigned_wrap_flag(true);
        set.map_err(|error| InternalError::new(error.to_string()))?;
    }
    Ok(value)
}
