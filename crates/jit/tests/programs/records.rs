//! Records: fields, bit-fields as gcc lays them out, copies, misaligned memory, slots.

use ctype::{CTypes, DataModel, FieldDecl, IntType, Packing, RecordKind, TypeId, lay_out_record};
use tir::{Const, IntTy, Op, Program, Terminator, Ty};

use crate::build::FunctionBuilder;
use crate::random::Random;
use crate::run::compile;

/// A packed record of bit-fields of `unsigned long`.
fn bit_record(types: &mut CTypes, widths: &[u32]) -> (ctype::RecordId, TypeId) {
    let long = types.int(IntType::ULong);
    let fields: Vec<FieldDecl> = widths
        .iter()
        .map(|&width| FieldDecl {
            name: Some("f".into()),
            ty: long.into(),
            type_align: None,
            bit_width: Some(width),
            align: None,
            is_packed: false,
        })
        .collect();
    let packing = Packing { is_packed: true, ..Packing::default() };
    let body = lay_out_record(types, RecordKind::Struct, &fields, packing).expect("it has a size");
    let (record, ty) = types.declare_record(RecordKind::Struct, "struct bits");
    types.complete_record(record, body);
    (record, ty)
}

#[test]
fn bit_fields_keep_their_neighbours() {
    let mut random = Random::new(31);
    for round in 0..60 {
        let mut types = CTypes::new(DataModel::HOST);
        let widths: Vec<u32> =
            (0..=random.below(4)).map(|_| 1 + u32::try_from(random.below(64)).expect("small")).collect();
        let (record, ty) = bit_record(&mut types, &widths);
        let pointer = types.pointer_to(ty);
        let long = types.int(IntType::Long);
        let signature = types.function(long, &[pointer, long], false);
        let fields = types.record(record).body.as_ref().expect("complete").fields.to_vec();
        let mut lowest = 0;
        for (field, width) in fields.iter().zip(&widths) {
            let bits = field.bits.expect("a bit-field");
            let (offset, start) = (field.offset.get(), u32::try_from(bits.start.get()).expect("small"));
            let value = Ty::Int(IntTy { bits: 64, is_signed: round % 2 == 0 });
            let (mut builder, params) =
                FunctionBuilder::new("swap", &[Ty::Pointer(pointer), Ty::I64], Ty::I64);
            let (record, width) = (builder.op(Op::FieldAddress(params[0], 0), Ty::Record(ty)), *width);
            let before = builder.op(Op::LoadBits { record, offset, start, width }, value);
            builder.effect(Op::StoreBits { record, value: params[1], offset, start, width });
            let before = builder.op(Op::Convert(before), Ty::I64);
            builder.end(Terminator::Return(Some(before)));
            let mut program = Program::default();
            program.functions.push(builder.finish());
            let linked = compile(&types, &program, signature, true);
            // SAFETY: the entry was compiled with this signature.
            let swap: extern "C" fn(*mut u8, i64) -> i64 = unsafe { linked.entry() };
            check_swap(&mut random, swap, lowest, width, round % 2 == 0);
            lowest += width;
        }
    }
}

/// Holds one field at bit `lowest` of packed bits to arithmetic on the bytes.
fn check_swap(
    random: &mut Random,
    swap: extern "C" fn(*mut u8, i64) -> i64,
    lowest: u32,
    width: u32,
    is_signed: bool,
) {
    let bit = |bytes: &[u8; 64], index: u32| bytes[index as usize / 8] >> (index % 8) & 1;
    for _ in 0..20 {
        let mut bytes = [0_u8; 64];
        bytes.fill_with(|| random.bits().to_le_bytes()[0]);
        let (old, value) = (bytes, random.bits().cast_signed());
        let got = swap(bytes.as_mut_ptr(), value);
        let raw = (0..width).fold(0_u64, |all, index| all | u64::from(bit(&old, lowest + index)) << index);
        let unused = 64 - width;
        let expected = if is_signed {
            raw.cast_signed() << unused >> unused
        } else {
            (raw << unused >> unused).cast_signed()
        };
        assert_eq!(got, expected, "{lowest} {width}");
        for index in 0..512 {
            let is_inside = (lowest..lowest + width).contains(&index);
            let wanted =
                if is_inside { u8::from(value >> (index - lowest) & 1 == 1) } else { bit(&old, index) };
            assert_eq!(bit(&bytes, index), wanted, "{lowest} {width} {index}");
        }
    }
}

#[test]
fn packed_fields_are_read_and_written_at_any_address() {
    let mut types = CTypes::new(DataModel::HOST);
    let long = types.int(IntType::Long);
    let pointer = types.pointer_to(long);
    let signature = types.function(long, &[pointer, long], false);
    let (mut builder, params) = FunctionBuilder::new("shift", &[Ty::Pointer(pointer), Ty::I64], Ty::I64);
    let element = builder.op(Op::Offset(params[0], params[1]), Ty::Pointer(pointer));
    let field = builder.op(Op::FieldAddress(element, 3), Ty::Pointer(pointer));
    let value = builder.op(Op::Load(field), Ty::I64);
    let one = builder.op(Op::Const(Const::Int(1)), Ty::I64);
    let sum = builder.op(Op::Binary(tir::BinaryOp::Add, value, one), Ty::I64);
    builder.effect(Op::Store(field, sum));
    builder.end(Terminator::Return(Some(value)));
    let mut program = Program::default();
    program.functions.push(builder.finish());
    let linked = compile(&types, &program, signature, true);
    // SAFETY: the entry was compiled with this signature.
    let entry: extern "C" fn(*mut u8, i64) -> i64 = unsafe { linked.entry() };
    let mut bytes = [0_u8; 64];
    bytes[27..35].copy_from_slice(&41_i64.to_le_bytes());
    assert_eq!(entry(bytes[8..].as_mut_ptr(), 2), 41);
    assert_eq!(bytes[27..35], 42_i64.to_le_bytes());
    assert_eq!(bytes.iter().map(|&byte| u32::from(byte)).sum::<u32>(), 42);
}

#[repr(C)]
#[derive(Clone, Copy, PartialEq, Debug)]
struct Triple {
    parts: [f64; 3],
}

/// A function that gives a record calls one that does, and swaps two fields of a copy.
#[test]
fn records_are_copied_into_slots_and_returned() {
    let mut types = CTypes::new(DataModel::HOST);
    let double = types.float(ctype::FloatType::Double);
    let fields = ["a", "b", "c"].map(|name| FieldDecl {
        name: Some(name.into()),
        ty: double.into(),
        type_align: None,
        bit_width: None,
        align: None,
        is_packed: false,
    });
    let body =
        lay_out_record(&types, RecordKind::Struct, &fields, Packing::default()).expect("it has a size");
    let (record, ty) = types.declare_record(RecordKind::Struct, "struct triple");
    types.complete_record(record, body);
    let signature = types.function(ty, &[ty], false);
    let pointer = Ty::Pointer(types.pointer_to(double));
    let record = Ty::Record(ty);
    let mut program = Program::default();
    let (mut outer, params) = FunctionBuilder::new("outer", &[record], record);
    let swapped = outer.op(Op::Call(arena::Id::from_index(1), params), record);
    outer.end(Terminator::Return(Some(swapped)));
    program.functions.push(outer.finish());
    let (mut swap, params) = FunctionBuilder::new("swap", &[record], record);
    let slot = swap.slot(ty);
    let copy = swap.op(Op::SlotAddress(slot), record);
    swap.effect(Op::CopyRecord(copy, params[0]));
    for (from, to) in [(0, 16), (16, 0)] {
        let source = swap.op(Op::FieldAddress(params[0], from), pointer);
        let value = swap.op(Op::Load(source), Ty::F64);
        let target = swap.op(Op::FieldAddress(copy, to), pointer);
        swap.effect(Op::Store(target, value));
    }
    swap.end(Terminator::Return(Some(copy)));
    program.functions.push(swap.finish());
    for optimize in [false, true] {
        let linked = compile(&types, &program, signature, optimize);
        // SAFETY: the entry was compiled with this signature.
        let entry: extern "C" fn(Triple) -> Triple = unsafe { linked.entry() };
        assert_eq!(entry(Triple { parts: [1.0, 2.0, 3.0] }), Triple { parts: [3.0, 2.0, 1.0] });
    }
}

/// A loop whose two block parameters change places: both are read before either is written.
#[test]
fn block_parameters_are_assigned_at_once() {
    let mut types = CTypes::new(DataModel::HOST);
    let long = types.int(IntType::Long);
    let signature = types.function(long, &[long, long, long], false);
    let (mut builder, params) = FunctionBuilder::new("turns", &[Ty::I64; 3], Ty::I64);
    let (head, values) = builder.block(&[Ty::I64; 3]);
    let (body, _) = builder.block(&[]);
    let (done, _) = builder.block(&[]);
    builder.end(Terminator::Jump(tir::Jump { block: head, args: params }));
    builder.switch_to(head);
    let zero = builder.op(Op::Const(Const::Int(0)), Ty::I64);
    let is_done = builder.op(Op::Compare(tir::Comparison::Le, values[2], zero), Ty::Bool);
    builder.branch(is_done, done, body);
    builder.switch_to(body);
    let one = builder.op(Op::Const(Const::Int(1)), Ty::I64);
    let rest = builder.op(Op::Binary(tir::BinaryOp::Sub, values[2], one), Ty::I64);
    builder.end(Terminator::Jump(tir::Jump { block: head, args: vec![values[1], values[0], rest] }));
    builder.switch_to(done);
    builder.end(Terminator::Return(Some(values[0])));
    let mut program = Program::default();
    program.functions.push(builder.finish());
    let linked = compile(&types, &program, signature, true);
    // SAFETY: the entry was compiled with this signature.
    let entry: extern "C" fn(i64, i64, i64) -> i64 = unsafe { linked.entry() };
    assert_eq!((entry(5, 8, 0), entry(5, 8, 1), entry(5, 8, 1002)), (5, 8, 5));
}

/// Both ways of a branch lead to one block, with different values.
#[test]
fn a_branch_may_go_to_one_block_twice() {
    let mut types = CTypes::new(DataModel::HOST);
    let long = types.int(IntType::Long);
    let signature = types.function(long, &[long, long], false);
    let (mut builder, params) = FunctionBuilder::new("larger", &[Ty::I64; 2], Ty::I64);
    let (join, values) = builder.block(&[Ty::I64]);
    let condition = builder.op(Op::Compare(tir::Comparison::Gt, params[0], params[1]), Ty::Bool);
    let jump = |value| tir::Jump { block: join, args: vec![value] };
    builder.end(Terminator::Branch { condition, then: jump(params[0]), otherwise: jump(params[1]) });
    builder.switch_to(join);
    builder.end(Terminator::Return(Some(values[0])));
    let mut program = Program::default();
    program.functions.push(builder.finish());
    let linked = compile(&types, &program, signature, false);
    // SAFETY: the entry was compiled with this signature.
    let entry: extern "C" fn(i64, i64) -> i64 = unsafe { linked.entry() };
    assert_eq!((entry(3, 9), entry(9, 3)), (9, 9));
}
