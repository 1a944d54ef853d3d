//! Random nests of loops over arrays, built as loops over `range` and `while` loops are.
//!
//! The first function takes two arrays, of rank one and two, and two integers; it gives an integer.
//! Its indices are mostly sums of what its loops count, and in range at times. What they read is added
//! up, what they write depends on it, so that a run which goes another way shows.

use arena::{Id as _, IdMap, SideMap};
use ctype::TypeId;
use source::{Source, Span};
use tir::{
    ArrayTy, BinaryOp, Block, BlockId, Comparison, Const, Element, ExceptionClass, ExceptionId, FuncId,
    Function, HostObject, Inst, IntTy, Jump, Op, Order, Program, RaiseArg, RaiseSite, RaiseSiteId,
    Terminator, Ty, Value,
};

use crate::random::Random;

const U64: Ty = Ty::Int(IntTy::U64);

/// A program of one function. Without checks no index raises.
pub fn program(random: &mut Random, long_pointer: TypeId, is_checked: bool) -> Program {
    let function = Function {
        name: "nest".to_owned(),
        source: Source::new("<random>", ""),
        result: Ty::I64,
        blocks: IdMap::new(),
        insts: IdMap::new(),
        values: IdMap::new(),
        names: SideMap::default(),
        math: tir::MathFlags::default(),
        slots: IdMap::new(),
    };
    let mut program = Program::default();
    program.exceptions.push(ExceptionClass { name: "IndexError".to_owned(), object: HostObject(0) });
    let mut builder = Builder {
        random,
        function,
        sites: Vec::new(),
        is_checked,
        at: BlockId::from_index(0),
        arrays: Vec::new(),
        numbers: Vec::new(),
        state: [Value::from_index(0); 2],
        budget: 10,
    };
    builder.build(long_pointer);
    for rank in builder.sites {
        let (class, function, span) = (ExceptionId::from_index(0), FuncId::from_index(0), Span::at(0));
        program.raise_sites.push(RaiseSite { class, function, span, args: vec![RaiseArg::Value; 2 + rank] });
    }
    program.functions.push(builder.function);
    program
}

struct Builder<'a> {
    random: &'a mut Random,
    function: Function,
    /// The rank of the array of each place that raises.
    sites: Vec<usize>,
    is_checked: bool,
    at: BlockId,
    arrays: Vec<(Value, usize)>,
    /// What an index or a bound can be made of: what loops count, and the arguments.
    numbers: Vec<Value>,
    /// What every loop carries: a sum, and a number that some rounds count.
    state: [Value; 2],
    budget: usize,
}

impl Builder<'_> {
    fn build(&mut self, long_pointer: TypeId) {
        let array = |rank| Ty::Array(ArrayTy::new(Element::Int(IntTy::I64), rank, Order::C));
        self.at = self.block(&[array(1), array(2), Ty::I64, Ty::I64]);
        let params = self.function.blocks[self.at].params.clone();
        self.arrays = vec![(params[0], 1), (params[1], 2)];
        if self.random.percent(40) {
            let data = self.add(Op::Data(params[0]), Ty::Pointer(long_pointer));
            let dims = vec![self.add(Op::Dim(params[0], 0), Ty::I64)];
            let owner = Some(params[0]);
            let view = self.add(Op::View { owner, data, dims, strides: Vec::new() }, array(1));
            self.arrays.push((view, 1));
        }
        self.numbers = params[2..].to_vec();
        let length = self.add(Op::Dim(params[0], 0), Ty::I64);
        self.numbers.push(length);
        self.state = [self.constant(0), self.constant(0)];
        self.statements(0);
        while self.budget > 4 {
            self.a_loop(0);
        }
        let sum = self.binary(BinaryOp::Add, self.state[0], self.state[1]);
        self.end(Terminator::Return(Some(sum)));
    }

    fn block(&mut self, params: &[Ty]) -> BlockId {
        let params = params.iter().map(|&ty| self.function.values.push(ty)).collect();
        self.function.blocks.push(Block { params, insts: Vec::new(), terminator: Terminator::Unreachable })
    }

    fn push(&mut self, op: Op, result: Option<Value>) {
        let inst = self.function.insts.push(Inst::added(op, result, None));
        self.function.blocks[self.at].insts.push(inst);
    }

    fn add(&mut self, op: Op, ty: Ty) -> Value {
        let result = self.function.values.push(ty);
        self.push(op, Some(result));
        result
    }

    fn constant(&mut self, value: i128) -> Value {
        self.add(Op::Const(Const::Int(value)), Ty::I64)
    }

    fn binary(&mut self, op: BinaryOp, a: Value, b: Value) -> Value {
        self.add(Op::Binary(op, a, b), self.function.values[a])
    }

    fn compare(&mut self, op: Comparison, a: Value, b: Value) -> Value {
        self.add(Op::Compare(op, a, b), Ty::Bool)
    }

    fn end(&mut self, terminator: Terminator) {
        self.function.blocks[self.at].terminator = terminator;
    }

    fn jump(&mut self, block: BlockId, args: &[Value]) {
        self.end(Terminator::Jump(Jump { block, args: args.to_vec() }));
    }

    fn branch(&mut self, condition: Value, then: (BlockId, &[Value]), otherwise: (BlockId, &[Value])) {
        let jump = |(block, args): (BlockId, &[Value])| Jump { block, args: args.to_vec() };
        self.end(Terminator::Branch { condition, then: jump(then), otherwise: jump(otherwise) });
    }

    /// Several statements.
    fn statements(&mut self, depth: usize) {
        for _ in 0..=self.random.below(3) {
            match self.random.below(10) {
                0..4 if depth < 3 && self.budget > 0 => self.a_loop(depth),
                4 => {
                    let step = self.constant(1);
                    self.state[1] = self.binary(BinaryOp::Add, self.state[1], step);
                    self.numbers.push(self.state[1]);
                }
                5 => self.store(),
                _ => self.load(),
            }
        }
    }

    fn small(&mut self) -> Value {
        let large = [1 << 41, i128::from(i64::MAX), i128::from(i64::MIN) + 1, 1 << 62];
        let value = if self.random.percent(2) {
            *self.random.choose(&large)
        } else {
            *self.random.choose(&[0, 0, 0, 1, 1, 2, 3, -1, -2])
        };
        self.constant(value)
    }

    /// A sum of what is there.
    fn number(&mut self) -> Value {
        let newest = self.numbers.len().saturating_sub(3);
        let from = if self.random.percent(60) { newest } else { 0 };
        let mut number = *self.random.choose(&self.numbers[from..]);
        if self.random.percent(15) {
            return self.small();
        }
        for _ in 0..self.random.below(3) {
            let other =
                if self.random.percent(70) { self.small() } else { *self.random.choose(&self.numbers) };
            let op = *self.random.choose(&[BinaryOp::Add, BinaryOp::Add, BinaryOp::Sub, BinaryOp::Mul]);
            number = if op == BinaryOp::Mul {
                let factor = *self.random.choose(&[2, 3, -1]);
                let factor = self.constant(factor);
                self.binary(op, number, factor)
            } else {
                self.binary(op, number, other)
            };
        }
        match self.random.below(20) {
            0 => self.add(Op::Unary(tir::UnaryOp::Neg, number), Ty::I64),
            1 => {
                let unsigned = self.add(Op::Convert(number), U64);
                self.add(Op::Convert(unsigned), Ty::I64)
            }
            _ => number,
        }
    }

    /// A random array and checked indices of its.
    fn element(&mut self) -> (Value, Vec<Value>) {
        let (array, rank) = *self.random.choose(&self.arrays);
        let mut indices = Vec::new();
        for axis in 0..rank {
            let index = if self.random.percent(5) { self.state[0] } else { self.number() };
            let site = self.is_checked.then(|| {
                self.sites.push(rank);
                RaiseSiteId::from_index(self.sites.len() - 1)
            });
            let axis = u8::try_from(axis).unwrap_or_default();
            indices.push(self.add(Op::Index { array, axis, index, site }, Ty::I64));
        }
        (array, indices)
    }

    fn load(&mut self) {
        let (array, indices) = self.element();
        let element = self.add(Op::LoadElement(array, indices), Ty::I64);
        self.state[0] = self.binary(BinaryOp::Add, self.state[0], element);
    }

    fn store(&mut self) {
        let (array, indices) = self.element();
        let mask = self.constant(7);
        let value = self.binary(BinaryOp::And, self.state[0], mask);
        self.push(Op::StoreElement(array, indices, value), None);
    }

    fn a_loop(&mut self, depth: usize) {
        self.budget = self.budget.saturating_sub(1);
        let start = self.bound();
        let limit = if self.random.percent(40) { self.length() } else { self.bound() };
        if self.random.percent(25) {
            let step = *self.random.choose(&[2, 3, -1, -2]);
            return self.countdown(depth, start, limit, step);
        }
        let (comparison, step) = match self.random.below(10) {
            0 => (Comparison::Le, 1),
            1 => (Comparison::Gt, -1),
            2 => (Comparison::Ge, -2),
            3 => (Comparison::Lt, 2),
            _ => (Comparison::Lt, 1),
        };
        let (start, limit) = if step < 0 { (limit, start) } else { (start, limit) };
        let header = self.block(&[Ty::I64, Ty::I64, Ty::I64]);
        let after = self.block(&[Ty::I64, Ty::I64]);
        let [sum, count] = self.state;
        self.jump(header, &[start, sum, count]);
        let params = self.function.blocks[header].params.clone();
        self.at = header;
        let condition = if self.random.percent(20) {
            let flipped = match comparison {
                Comparison::Lt => Comparison::Gt,
                Comparison::Le => Comparison::Ge,
                Comparison::Gt => Comparison::Lt,
                Comparison::Ge => Comparison::Le,
                Comparison::Eq | Comparison::Ne => comparison,
            };
            self.compare(flipped, limit, params[0])
        } else {
            self.compare(comparison, params[0], limit)
        };
        let next = |own: &mut Self| {
            let step = own.constant(step);
            vec![own.binary(BinaryOp::Add, params[0], step)]
        };
        self.rounds(depth, (header, after), condition, &params, &next);
    }

    /// A loop that counts its rounds down, as a `range` with a step.
    fn countdown(&mut self, depth: usize, start: Value, limit: Value, step: i128) {
        let (low, high) = if step > 0 { (start, limit) } else { (limit, start) };
        let distance = self.binary(BinaryOp::Sub, high, low);
        let distance = self.add(Op::Convert(distance), U64);
        let one = self.add(Op::Const(Const::Int(1)), U64);
        let stride = self.add(Op::Const(Const::Int(step.abs())), U64);
        let before_last = self.binary(BinaryOp::Sub, distance, one);
        let steps = self.binary(BinaryOp::FloorDiv, before_last, stride);
        let some = self.binary(BinaryOp::Add, steps, one);
        let is_any = self.compare(Comparison::Lt, low, high);
        let none = self.add(Op::Const(Const::Int(0)), U64);
        let left = self.add(Op::Select(is_any, some, none), U64);
        let header = self.block(&[Ty::I64, U64, Ty::I64, Ty::I64]);
        let after = self.block(&[Ty::I64, Ty::I64]);
        let [sum, count] = self.state;
        self.jump(header, &[start, left, sum, count]);
        let params = self.function.blocks[header].params.clone();
        self.at = header;
        let none = self.add(Op::Const(Const::Int(0)), U64);
        let condition = self.compare(Comparison::Ne, params[1], none);
        let next = |own: &mut Self| {
            let step = own.constant(step);
            let item = own.binary(BinaryOp::Add, params[0], step);
            let one = own.add(Op::Const(Const::Int(1)), U64);
            vec![item, own.binary(BinaryOp::Sub, params[1], one)]
        };
        self.rounds(depth, (header, after), condition, &params, &next);
    }

    /// The length of an axis.
    fn length(&mut self) -> Value {
        let (array, rank) = *self.random.choose(&self.arrays);
        let axis = u8::try_from(self.random.below(rank)).unwrap_or_default();
        self.add(Op::Dim(array, axis), Ty::I64)
    }

    fn bound(&mut self) -> Value {
        if self.random.percent(40) { self.constant(0) } else { self.number() }
    }

    /// A header's end, the body, and what follows.
    fn rounds(
        &mut self,
        depth: usize,
        (header, after): (BlockId, BlockId),
        condition: Value,
        params: &[Value],
        next: &dyn Fn(&mut Self) -> Vec<Value>,
    ) {
        let body = self.block(&[]);
        let numbers = self.numbers.clone();
        self.numbers.push(params[0]);
        self.state = [params[params.len() - 2], params[params.len() - 1]];
        if self.random.percent(8) {
            // What a condition reads, the last time past the end.
            self.load();
        }
        let carried = self.state;
        self.branch(condition, (body, &[]), (after, &carried));
        if self.random.percent(30) {
            self.numbers.push(carried[1]);
        }
        self.at = body;
        self.state = carried;
        self.statements(depth + 1);
        if self.random.percent(15) {
            self.leave(after);
        }
        let mut args = next(self);
        args.extend(self.state);
        self.jump(header, &args);
        self.at = after;
        let left = self.function.blocks[after].params.clone();
        self.state = [left[0], left[1]];
        self.numbers = numbers;
        if self.random.percent(30) {
            // What the loop counted, after it.
            self.numbers.push(params[0]);
        }
    }

    /// Leaves the loop, or the function, where the sum is large.
    fn leave(&mut self, after: BlockId) {
        let bound = self.constant(20);
        let is_large = self.compare(Comparison::Gt, self.state[0], bound);
        let (out, on) = (self.block(&[]), self.block(&[]));
        self.branch(is_large, (out, &[]), (on, &[]));
        self.at = out;
        let state = self.state;
        if self.random.percent(70) {
            self.jump(after, &state);
        } else {
            self.end(Terminator::Return(Some(state[0])));
        }
        self.at = on;
    }
}
