//! The values that an operation reads.

use crate::{Effect, ErrorOp, Op, Value};

impl Op {
    /// The values that it reads, in the order of its text.
    pub fn operands(&self) -> Vec<Value> {
        let mut operands = Vec::new();
        let _ = self.map_operands(&mut |value| {
            operands.push(value);
            value
        });
        operands
    }

    /// The operation on other values.
    #[must_use]
    pub fn map_operands(&self, map: &mut impl FnMut(Value) -> Value) -> Self {
        let mut all = |values: &[Value]| values.iter().map(|value| map(*value)).collect::<Vec<_>>();
        match self {
            Self::Const(value) => Self::Const(*value),
            Self::Unary(op, a) => Self::Unary(*op, map(*a)),
            Self::Binary(op, a, b) => Self::Binary(*op, map(*a), map(*b)),
            Self::Compare(op, a, b) => Self::Compare(*op, map(*a), map(*b)),
            Self::Convert(a) => Self::Convert(map(*a)),
            Self::Select(condition, a, b) => Self::Select(map(*condition), map(*a), map(*b)),
            Self::Intrinsic(intrinsic, args) => Self::Intrinsic(*intrinsic, all(args)),
            Self::Call(function, args) => Self::Call(*function, all(args)),
            Self::CallC(function, args) => Self::CallC(*function, all(args)),
            Self::CallPointer(pointer, ty, args) => {
                let pointer = map(*pointer);
                Self::CallPointer(pointer, *ty, args.iter().map(|value| map(*value)).collect())
            }
            Self::CallRuntime(function, args) => Self::CallRuntime(*function, all(args)),
            Self::Print(print, args) => Self::Print(*print, all(args)),
            Self::SlotAddress(slot) => Self::SlotAddress(*slot),
            Self::Load(address) => Self::Load(map(*address)),
            Self::Store(address, value) => Self::Store(map(*address), map(*value)),
            Self::Offset(pointer, count) => Self::Offset(map(*pointer), map(*count)),
            Self::FieldAddress(record, offset) => Self::FieldAddress(map(*record), *offset),
            Self::LoadBits { record, offset, start, width } => {
                Self::LoadBits { record: map(*record), offset: *offset, start: *start, width: *width }
            }
            Self::StoreBits { record, value, offset, start, width } => Self::StoreBits {
                record: map(*record),
                value: map(*value),
                offset: *offset,
                start: *start,
                width: *width,
            },
            Self::CopyRecord(to, from) => Self::CopyRecord(map(*to), map(*from)),
            Self::Tuple(items) => Self::Tuple(all(items)),
            Self::Item(tuple, index) => Self::Item(map(*tuple), *index),
            Self::View { owner, data, dims, strides } => {
                let owner = owner.map(&mut *map);
                let data = map(*data);
                let mut all = |values: &[Value]| values.iter().map(|value| map(*value)).collect();
                Self::View { owner, data, dims: all(dims), strides: all(strides) }
            }
            Self::Allocate { dims, is_zeroed } => Self::Allocate { dims: all(dims), is_zeroed: *is_zeroed },
            Self::Dim(array, axis) => Self::Dim(map(*array), *axis),
            Self::Stride(array, axis) => Self::Stride(map(*array), *axis),
            Self::Data(array) => Self::Data(map(*array)),
            Self::Index { array, axis, index, site } => {
                Self::Index { array: map(*array), axis: *axis, index: map(*index), site: *site }
            }
            Self::LoadElement(array, indices) => {
                let array = map(*array);
                Self::LoadElement(array, indices.iter().map(|value| map(*value)).collect())
            }
            Self::StoreElement(array, indices, value) => {
                let array = map(*array);
                let indices = indices.iter().map(|value| map(*value)).collect();
                Self::StoreElement(array, indices, map(*value))
            }
            Self::ElementAddress(array, indices) => {
                let array = map(*array);
                Self::ElementAddress(array, indices.iter().map(|value| map(*value)).collect())
            }
            Self::Retain(value) => Self::Retain(map(*value)),
            Self::Release(value) => Self::Release(map(*value)),
            Self::Poll(rounds) => Self::Poll(map(*rounds)),
            Self::Error(op) => Self::Error(op.map_operands(map)),
        }
    }

    /// Whether it does something besides giving its result, or can end the function.
    pub fn has_effect(&self) -> bool {
        match self {
            Self::Call(..)
            | Self::CallC(..)
            | Self::CallPointer(..)
            | Self::Print(..)
            | Self::Store(..)
            | Self::StoreBits { .. }
            | Self::CopyRecord(..)
            | Self::StoreElement(..)
            | Self::Retain(_)
            | Self::Release(_)
            | Self::Poll(_)
            | Self::Error(_)
            | Self::Index { site: Some(_), .. } => true,
            Self::CallRuntime(function, _) => function.effect() != Effect::Nothing,
            Self::Const(_)
            | Self::Unary(..)
            | Self::Binary(..)
            | Self::Compare(..)
            | Self::Convert(_)
            | Self::Select(..)
            | Self::Intrinsic(..)
            | Self::SlotAddress(_)
            | Self::Load(_)
            | Self::Offset(..)
            | Self::FieldAddress(..)
            | Self::LoadBits { .. }
            | Self::Tuple(_)
            | Self::Item(..)
            | Self::View { .. }
            | Self::Allocate { .. }
            | Self::Dim(..)
            | Self::Stride(..)
            | Self::Data(_)
            | Self::Index { site: None, .. }
            | Self::LoadElement(..)
            | Self::ElementAddress(..) => false,
        }
    }
}

impl ErrorOp {
    fn map_operands(&self, map: &mut impl FnMut(Value) -> Value) -> Self {
        match self {
            Self::Failed => Self::Failed,
            Self::Set(site, values) => Self::Set(*site, values.iter().map(|value| map(*value)).collect()),
            Self::Take => Self::Take,
            Self::Is(error, class) => Self::Is(map(*error), *class),
            Self::Copy(error) => Self::Copy(map(*error)),
            Self::Drop(error) => Self::Drop(map(*error)),
        }
    }
}
