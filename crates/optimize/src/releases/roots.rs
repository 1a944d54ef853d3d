//! What each value uses: the owned values whose memory it reaches.

use arena::SideMap;
use tir::{BlockId, Dominators, Function, Inst, Op, Ty, Value};

/// The roots of each value; an owned value is its own.
pub(super) struct Roots {
    sets: SideMap<Value, Vec<Value>>,
}

impl Roots {
    /// Follows the definitions. `address_roots` are the roots of addresses that jumps bring.
    pub(super) fn new(
        function: &Function,
        dominators: &Dominators,
        address_roots: &SideMap<Value, Vec<Value>>,
    ) -> Self {
        let mut roots = Self { sets: SideMap::default() };
        for (index, &block) in dominators.order().iter().enumerate() {
            for &param in &function.blocks[block].params {
                if index > 0 && function.values[param].holds_memory() {
                    roots.sets[param] = vec![param];
                } else {
                    roots.sets[param].clone_from(&address_roots[param]);
                }
            }
            for &inst in &function.blocks[block].insts {
                roots.define(function, &function.insts[inst]);
            }
        }
        roots
    }

    fn define(&mut self, function: &Function, inst: &Inst) {
        let Some(result) = inst.result else { return };
        let ty = function.values[result];
        self.sets[result] =
            if is_new(&inst.op, ty) { vec![result] } else { self.of_all(&carried(&inst.op, ty)) };
    }

    /// Those of a value.
    pub(super) fn of(&self, value: Value) -> &[Value] {
        &self.sets[value]
    }

    /// Those of several values, each once.
    pub(super) fn of_all(&self, values: &[Value]) -> Vec<Value> {
        let mut all: Vec<Value> = values.iter().flat_map(|&value| self.of(value)).copied().collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// Whether the operation gives its result with a reference.
fn is_new(op: &Op, ty: Ty) -> bool {
    ty.holds_memory()
        && matches!(op, Op::Allocate { .. } | Op::Call(..) | Op::CallC(..) | Op::CallPointer(..))
}

/// Whether a value of the type can be an address in an array.
pub(super) const fn is_address(ty: Ty) -> bool {
    matches!(ty, Ty::Pointer(_) | Ty::Record(_))
}

/// The operands whose memory the result reaches, where it is not new. The address that a call gives
/// is taken to be in one of its arguments; the record that it gives is a copy.
pub(crate) fn carried(op: &Op, ty: Ty) -> Vec<Value> {
    match op {
        Op::View { owner, data, .. } => owner.iter().chain([data]).copied().collect(),
        Op::Tuple(items) => items.clone(),
        Op::Item(tuple, _) if ty.holds_memory() || is_address(ty) => vec![*tuple],
        Op::Select(_, a, b) | Op::Binary(_, a, b) => vec![*a, *b],
        Op::Data(of)
        | Op::ElementAddress(of, _)
        | Op::Offset(of, _)
        | Op::FieldAddress(of, _)
        | Op::Convert(of)
        | Op::Unary(_, of) => vec![*of],
        Op::Call(..) | Op::CallC(..) | Op::CallPointer(..) if matches!(ty, Ty::Pointer(_)) => op.operands(),
        Op::Call(..)
        | Op::CallC(..)
        | Op::CallPointer(..)
        | Op::CallRuntime(..)
        | Op::Print(..)
        | Op::Item(..)
        | Op::Const(_)
        | Op::Compare(..)
        | Op::Intrinsic(..)
        | Op::SlotAddress(_)
        | Op::Load(_)
        | Op::Store(..)
        | Op::LoadBits { .. }
        | Op::StoreBits { .. }
        | Op::CopyRecord(..)
        | Op::Allocate { .. }
        | Op::Dim(..)
        | Op::Stride(..)
        | Op::Index { .. }
        | Op::LoadElement(..)
        | Op::StoreElement(..)
        | Op::Retain(_)
        | Op::Release(_)
        | Op::Poll(_)
        | Op::Error(_) => Vec::new(),
    }
}

/// The parameters of blocks that an address can come from, by the definitions between.
pub(super) fn params_of(
    function: &Function,
    definitions: &crate::definitions::Definitions,
    value: Value,
) -> Vec<(BlockId, Value)> {
    use crate::definitions::Definition;
    let mut found = Vec::new();
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match definitions[value] {
            Some(Definition::Param(block, _)) => found.push((block, value)),
            Some(Definition::Inst(_, inst)) => {
                open.extend(carried(&function.insts[inst].op, function.values[value]));
            }
            None => {}
        }
    }
    found
}
