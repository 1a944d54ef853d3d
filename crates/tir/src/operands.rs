//! The values that an operation reads.

use crate::{Op, Value};

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
        }
    }
}
