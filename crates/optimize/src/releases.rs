//! Counts references: inserts `retain` and `release`, and fills [`tir::Inst::releases`].
//!
//! What comes in counts nothing. What goes out keeps every block of memory alive while something
//! reaches it, and lets go of it once on every way. The rules, of `docs/design/015-arrays.md`:
//!
//! - A value is *owned* if it is new (`Allocate`, a call's result) or a parameter of a block but the
//!   first. One reference comes with it, and goes with it: it is released after its last use, on
//!   the edge where it dies, before a raise, or where an instruction ends the function.
//! - All others are borrowed: a value that is made of owned ones uses those, its *roots*.
//! - A jump and a return take a reference of each argument: that of an owned value which is not
//!   used any more, else a new one. A tuple is taken by its items.
//!
//! An address into an array uses the array. [`keepers`] says what becomes of an address that a jump
//! brings elsewhere; one that is stored keeps its array as far as that one can be named.
//!
//! Values of blocks that nothing reaches are left as they are.

mod edges;
mod endings;
mod insertion;
mod keepers;
mod liveness;
mod roots;

use arena::SideMap;
use tir::{Dominators, Function, Op, Slot, Terminator, Ty, Value};

use crate::definitions::{definitions, op_of};

pub(crate) use endings::Endings;
use liveness::Liveness;
use roots::Roots;
pub(crate) use roots::carried;

/// Counts the references of a function that counts none yet.
pub(crate) fn insert(function: &mut Function, endings: &Endings) {
    if !function.values.values().any(|ty| ty.holds_memory()) {
        return;
    }
    edges::split_those_that_carry(function, &|_, ty| ty.holds_memory());
    adopt(function);
    let kept = keepers::add(function);
    let roots = Roots::new(function, &Dominators::new(function), &kept.address_roots);
    copy_returned_records(function, &roots);
    let dominators = Dominators::new(function);
    let liveness = Liveness::new(function, &dominators, &roots, &pinned(function, &roots, kept.pinned));
    let definitions = definitions(function, dominators.order());
    insertion::insert(function, &dominators, &definitions, &liveness, endings);
}

/// A view that was made of the address of an array is owned by it, as if it had been said.
fn adopt(function: &mut Function) {
    let dominators = Dominators::new(function);
    let definitions = definitions(function, dominators.order());
    let roots = Roots::new(function, &dominators, &SideMap::default());
    for inst in function.insts.ids() {
        let Op::View { owner: None, mut data, .. } = function.insts[inst].op else { continue };
        if roots.of(data).is_empty() {
            continue;
        }
        while let Some(op) = op_of(function, &definitions, data)
            && let [of] = carried(op, function.values[data])[..]
        {
            data = of;
            if let Ty::Array(_) = function.values[of] {
                let Op::View { owner, .. } = &mut function.insts[inst].op else { break };
                *owner = Some(of);
                break;
            }
        }
    }
}

/// A record in an array that dies with the call is returned as a copy.
fn copy_returned_records(function: &mut Function, roots: &Roots) {
    for block in function.blocks.ids() {
        let Terminator::Return(Some(value)) = function.blocks[block].terminator else { continue };
        let ty = function.values[value];
        let Ty::Record(record) = ty else { continue };
        if roots.of(value).is_empty() {
            continue;
        }
        let slot = function.slots.push(Slot { ty: record });
        let copy = edges::append(function, block, Op::SlotAddress(slot), ty);
        edges::append_effect(function, block, Op::CopyRecord(copy, value));
        function.blocks[block].terminator = Terminator::Return(Some(copy));
    }
}

/// The owned values into which an address is stored somewhere: nobody sees when it was read last.
fn pinned(function: &Function, roots: &Roots, mut pinned: SideMap<Value, bool>) -> SideMap<Value, bool> {
    for inst in function.insts.values() {
        if let Op::Store(_, value) = inst.op {
            for &root in roots.of(value) {
                pinned[root] = true;
            }
        }
    }
    pinned
}
