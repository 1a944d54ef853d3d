//! Loops that update records of an array, where the fields of one record make the better vectors.
//!
//! LLVM can make vectors of one field in several rounds, or of several fields in one round. For the first it
//! takes the records apart by permutations, and writes the fields one by one where others are between them;
//! it does not count how dear that is beside little arithmetic. Measured with four and six fields of 32 and
//! 64 bits: packing the fields of a record is 1.2 to 2 times as fast where some fields are only read, and up
//! to six operations make one that is written; with twice as many operations, or where all fields that are
//! read are written too, it is slower.

use std::collections::HashMap;

use tir::{BlockId, Dominators, Function, Op, Ty, Value};

use crate::definitions::{Definitions, definitions, op_of};
use crate::loops::{self, Loop};

/// So many operations for each field that is written are little arithmetic.
const FEW: usize = 6;

/// The blocks that start the next round of loops whose rounds are not to be made one vector.
pub fn packs_fields(function: &Function) -> Vec<BlockId> {
    let dominators = Dominators::new(function);
    let loops = loops::find(&dominators);
    let definitions = definitions(function, dominators.order());
    let is_around = |index| loops.iter().any(|other| other.parent == Some(index));
    let packed = loops
        .iter()
        .enumerate()
        .filter(|&(index, each)| !is_around(index) && is_update(function, &definitions, each));
    packed.flat_map(|(_, each)| each.latches.iter().copied()).collect()
}

/// What a round does to a record: the offsets of fields.
#[derive(Default)]
struct Fields {
    read: Vec<u64>,
    written: Vec<u64>,
}

fn is_update(function: &Function, definitions: &Definitions, each: &Loop) -> bool {
    let mut records: HashMap<(Value, &[Value]), Fields> = HashMap::default();
    let mut operations = 0;
    let insts = each.blocks.iter().flat_map(|&block| &function.blocks[block].insts);
    for inst in insts.map(|&inst| &function.insts[inst]) {
        if let Op::Load(address) | Op::Store(address, _) = inst.op
            && let Some((record, offset)) = field(function, definitions, address)
        {
            let fields = records.entry(record).or_default();
            let is_read = matches!(inst.op, Op::Load(_));
            if is_read { &mut fields.read } else { &mut fields.written }.push(offset);
        }
        if matches!(inst.op, Op::Call(..) | Op::CallC(..) | Op::CallPointer(..)) {
            return false;
        }
        let ty = inst.result.map(|result| function.values[result]);
        let is_arithmetic =
            matches!(inst.op, Op::Unary(..) | Op::Binary(..) | Op::Intrinsic(..) | Op::Select(..));
        operations += usize::from(is_arithmetic && matches!(ty, Some(Ty::Float(_) | Ty::Complex(_))));
    }
    let is_partial = |fields: &Fields| {
        fields.written.len() > 1 && fields.read.iter().any(|offset| !fields.written.contains(offset))
    };
    let written: usize = records.values().map(|fields| fields.written.len()).sum();
    records.values().any(is_partial) && operations <= FEW * written
}

/// The record of an array, by the array and the indices, and the offset of the field in it, of an address.
fn field<'a>(
    function: &'a Function,
    definitions: &Definitions,
    mut address: Value,
) -> Option<((Value, &'a [Value]), u64)> {
    let mut offset = 0;
    while let Op::FieldAddress(base, bytes) = op_of(function, definitions, address)? {
        offset += bytes;
        address = *base;
    }
    let Op::ElementAddress(array, indices) = op_of(function, definitions, address)? else { return None };
    Some(((*array, indices), offset))
}
