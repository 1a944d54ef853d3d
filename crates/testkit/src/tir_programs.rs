//! Random programs of the typed IR that make, pass, choose, keep and drop arrays on any control flow.
//!
//! A program is right by construction: every value is defined where it is used, every index is in
//! range unless it may raise. Which way a branch goes is the choice of a C function. Only later
//! functions are called, so a run ends when its loops do.

use arena::{Id as _, IdMap, SideMap};
use ctype::TypeId;
use source::{Source, Span};
use tir::{
    ArrayTy, Block, BlockId, CFunction, CFunctionId, Comparison, Const, Dominators, Element, ExceptionClass,
    ExceptionId, FuncId, Function, HostObject, Inst, IntTy, Jump, Op, Order, Program, RaiseArg, RaiseSite,
    RaiseSiteId, Terminator, TupleTy, Ty, Value,
};

use crate::random::Random;

/// The C types that the programs name.
#[derive(Clone, Copy, Debug)]
pub struct Types {
    /// `long *`
    pub long_pointer: TypeId,
    /// A struct of two longs.
    pub record: TypeId,
    /// A function without parameters that returns an integer.
    pub coin: TypeId,
}

/// How long every axis is.
const LENGTH: i128 = 2;

/// A program of these many functions.
pub fn program(random: &mut Random, types: Types, functions: usize) -> Program {
    let mut program = Program::default();
    program.exceptions.push(ExceptionClass { name: "IndexError".to_owned(), object: HostObject(0) });
    for can_call_back in [false, true] {
        let name = "coin".to_owned();
        program.c_functions.push(CFunction { name, address: 0, ty: types.coin, can_call_back, keeps: None });
    }
    let shapes: Vec<Shape> = (0..functions).map(|_| Shape::random(random, types)).collect();
    for index in 0..functions {
        let function = FuncId::from_index(index);
        let (class, span) = (ExceptionId::from_index(0), Span::at(0));
        let args = vec![RaiseArg::Value, RaiseArg::Value, RaiseArg::Value];
        program.raise_sites.push(RaiseSite { class, function, span, args });
        let mut maker = Maker {
            random,
            types,
            shapes: &shapes,
            index,
            function: empty(&format!("f{index}"), shapes[index].result),
            there: SideMap::default(),
        };
        maker.make();
        let function = maker.function;
        program.functions.push(function);
    }
    program
}

fn empty(name: &str, result: Ty) -> Function {
    Function {
        name: name.to_owned(),
        source: Source::new("<random>", ""),
        result,
        blocks: IdMap::new(),
        insts: IdMap::new(),
        values: IdMap::new(),
        names: SideMap::default(),
        math: tir::MathFlags::default(),
        slots: IdMap::new(),
    }
}

/// What a function takes and gives.
struct Shape {
    params: Vec<Ty>,
    result: Ty,
}

impl Shape {
    fn random(random: &mut Random, types: Types) -> Self {
        let count = random.below(4);
        let params = (0..count).map(|_| types.any(random)).collect();
        let result = types.any(random);
        let is_pointer = matches!(result, Ty::Pointer(_));
        Self { params, result: if is_pointer { Ty::I64 } else { result } }
    }
}

impl Types {
    const fn plain(order: Order) -> Ty {
        Ty::Array(ArrayTy::new(Element::Int(IntTy::I64), 1, order))
    }

    fn records(self) -> Ty {
        Ty::Array(ArrayTy::new(Element::Record(self.record), 1, Order::C))
    }

    fn any(self, random: &mut Random) -> Ty {
        let (plain, strided) = (Self::plain(Order::C), Self::plain(Order::Any));
        let pair = Ty::Tuple(TupleTy::new(&[plain, strided]));
        let nested = Ty::Tuple(TupleTy::new(&[pair, Ty::I64, plain]));
        let all = [plain, plain, plain, strided, strided, pair, nested, Ty::I64];
        let addresses = [self.records(), Ty::Pointer(self.long_pointer), Ty::Record(self.record)];
        if random.percent(30) { *random.choose(&addresses) } else { *random.choose(&all) }
    }
}

/// Makes one function.
struct Maker<'a> {
    random: &'a mut Random,
    types: Types,
    shapes: &'a [Shape],
    index: usize,
    function: Function,
    /// What is defined at the end of each block that is filled.
    there: SideMap<BlockId, Vec<Value>>,
}

impl Maker<'_> {
    fn make(&mut self) {
        self.lay_out_blocks();
        let dominators = Dominators::new(&self.function);
        for &block in dominators.order() {
            let above = dominators.immediate(block).map(|above| self.there[above].clone());
            self.there[block] = above.unwrap_or_default();
            self.there[block].extend(self.function.blocks[block].params.clone());
            for _ in 0..self.random.below(5) {
                self.any_instruction(block);
            }
            self.finish(block);
        }
        for block in self.function.blocks.ids().filter(|&block| !dominators.is_reached(block)) {
            self.function.blocks[block].terminator = Terminator::Unreachable;
        }
    }

    /// Blocks with parameters, and where they lead; what they bring comes later.
    fn lay_out_blocks(&mut self) {
        let count = 1 + self.random.below(9);
        for index in 0..count {
            let params = if index == 0 {
                self.shapes[self.index].params.clone()
            } else {
                (0..self.random.below(4)).map(|_| self.types.any(self.random)).collect()
            };
            let params = params.into_iter().map(|ty| self.function.values.push(ty)).collect();
            let terminator = self.way_out(count);
            self.function.blocks.push(Block { params, insts: Vec::new(), terminator });
        }
    }

    fn way_out(&mut self, count: usize) -> Terminator {
        let chance = self.random.below(100);
        if count == 1 || chance >= 80 {
            return if chance < 90 {
                Terminator::Return(None)
            } else {
                Terminator::Raise(RaiseSiteId::from_index(self.index), Vec::new())
            };
        }
        let mut jump =
            || Jump { block: BlockId::from_index(1 + self.random.below(count - 1)), args: Vec::new() };
        if chance < 30 {
            return Terminator::Jump(jump());
        }
        Terminator::Branch { condition: Value::from_index(0), then: jump(), otherwise: jump() }
    }

    /// Gives a block's terminator its values.
    fn finish(&mut self, block: BlockId) {
        let mut terminator = self.function.blocks[block].terminator.clone();
        if let Terminator::Branch { condition, .. } = &mut terminator {
            let coin = self.coin(block);
            let zero = self.constant(block, 0);
            *condition = self.add(block, Op::Compare(Comparison::Ne, coin, zero), Ty::Bool);
        }
        for jump in terminator.jumps_mut() {
            let params = self.function.blocks[jump.block].params.clone();
            for param in params {
                let ty = self.function.values[param];
                jump.args.push(self.some(block, ty));
            }
        }
        if let Terminator::Return(value) = &mut terminator {
            *value = Some(self.some(block, self.function.result));
        }
        if let Terminator::Raise(_, values) = &mut terminator {
            let number = self.constant(block, 1);
            *values = vec![number, number, number];
        }
        self.function.blocks[block].terminator = terminator;
    }

    fn push(&mut self, block: BlockId, op: Op, result: Option<Value>) {
        let inst = self.function.insts.push(Inst::added(op, result, None));
        self.function.blocks[block].insts.push(inst);
        self.there[block].extend(result);
    }

    fn add(&mut self, block: BlockId, op: Op, ty: Ty) -> Value {
        let value = self.function.values.push(ty);
        self.push(block, op, Some(value));
        value
    }

    fn constant(&mut self, block: BlockId, value: i128) -> Value {
        self.add(block, Op::Const(Const::Int(value)), Ty::I64)
    }

    fn coin(&mut self, block: BlockId) -> Value {
        let coin = CFunctionId::from_index(usize::from(self.random.percent(30)));
        self.add(block, Op::CallC(coin, Vec::new()), Ty::I64)
    }

    /// A value of the type: one that is there, or a new one.
    fn some(&mut self, block: BlockId, ty: Ty) -> Value {
        let fitting = self.there[block].iter().copied().filter(|&value| self.function.values[value] == ty);
        let fitting: Vec<Value> = fitting.collect();
        if !fitting.is_empty() && self.random.percent(85) {
            // The newest are the likeliest.
            let from = if self.random.percent(50) { fitting.len().saturating_sub(3) } else { 0 };
            return *self.random.choose(&fitting[from..]);
        }
        self.new_value(block, ty)
    }

    fn new_value(&mut self, block: BlockId, ty: Ty) -> Value {
        match ty {
            Ty::Array(array) if array.order == Order::Any => self.view(block, array),
            Ty::Array(_) => {
                let length = self.constant(block, LENGTH);
                self.add(block, Op::Allocate { dims: vec![length], is_zeroed: true }, ty)
            }
            Ty::Tuple(tuple) => {
                let items = tuple.items().iter().map(|&item| self.some(block, item)).collect();
                self.add(block, Op::Tuple(items), ty)
            }
            Ty::Pointer(_) => {
                let array = self.some(block, Types::plain(Order::C));
                self.add(block, Op::Data(array), ty)
            }
            Ty::Record(_) => {
                let array = self.some(block, self.types.records());
                let index = self.constant(block, 1);
                self.add(block, Op::ElementAddress(array, vec![index]), ty)
            }
            Ty::Unit | Ty::Bool | Ty::Int(_) | Ty::Float(_) | Ty::Complex(_) => self.constant(block, 0),
        }
    }

    fn view(&mut self, block: BlockId, ty: ArrayTy) -> Value {
        let order = if self.random.percent(50) { Order::C } else { Order::Any };
        let of = if order == Order::Any && self.random.percent(50) {
            self.some(block, Types::plain(Order::Any))
        } else {
            self.some(block, Types::plain(Order::C))
        };
        let data = self.add(block, Op::Data(of), Ty::Pointer(self.types.long_pointer));
        let (length, stride) = (self.constant(block, LENGTH), self.constant(block, 8));
        let owner = Some(of).filter(|_| self.random.percent(85));
        self.add(block, Op::View { owner, data, dims: vec![length], strides: vec![stride] }, Ty::Array(ty))
    }

    fn any_instruction(&mut self, block: BlockId) {
        let plain = Types::plain(Order::C);
        match self.random.below(12) {
            0 | 1 => {
                let ty = self.types.any(self.random);
                self.new_value(block, ty);
            }
            2 => self.call(block),
            3 => {
                self.coin(block);
            }
            4 => {
                let (array, index) = (self.some(block, plain), self.coin(block));
                let site = Some(RaiseSiteId::from_index(self.index));
                self.add(block, Op::Index { array, axis: 0, index, site }, Ty::I64);
            }
            5 => {
                let ty = Types::plain(*self.random.choose(&[Order::C, Order::Any]));
                let (array, index) = (self.some(block, ty), self.constant(block, 0));
                let value = self.add(block, Op::LoadElement(array, vec![index]), Ty::I64);
                self.push(block, Op::StoreElement(array, vec![index], value), None);
            }
            6 | 7 => self.choose_one(block),
            8 => self.take_item(block),
            _ => self.use_address(block),
        }
    }

    fn call(&mut self, block: BlockId) {
        let later = self.shapes.len() - self.index - 1;
        if later == 0 {
            return;
        }
        let callee = self.index + 1 + self.random.below(later);
        let shape = &self.shapes[callee];
        let args = shape.params.iter().map(|&ty| self.some(block, ty)).collect();
        self.add(block, Op::Call(FuncId::from_index(callee), args), shape.result);
    }

    fn choose_one(&mut self, block: BlockId) {
        let pointer = Ty::Pointer(self.types.long_pointer);
        let ty = *self.random.choose(&[Types::plain(Order::C), Types::plain(Order::Any), pointer]);
        let (coin, zero) = (self.coin(block), self.constant(block, 0));
        let condition = self.add(block, Op::Compare(Comparison::Eq, coin, zero), Ty::Bool);
        let (a, b) = (self.some(block, ty), self.some(block, ty));
        self.add(block, Op::Select(condition, a, b), ty);
    }

    fn take_item(&mut self, block: BlockId) {
        let tuples = self.there[block].iter().copied();
        let tuples: Vec<Value> =
            tuples.filter(|&value| matches!(self.function.values[value], Ty::Tuple(_))).collect();
        if tuples.is_empty() {
            return;
        }
        let tuple = *self.random.choose(&tuples);
        let Ty::Tuple(ty) = self.function.values[tuple] else { return };
        let index = self.random.below(ty.items().len());
        let number = u32::try_from(index).expect("a tuple is short");
        self.add(block, Op::Item(tuple, number), ty.items()[index]);
    }

    fn use_address(&mut self, block: BlockId) {
        let pointer = Ty::Pointer(self.types.long_pointer);
        let address = if self.random.percent(40) {
            let record = self.some(block, Ty::Record(self.types.record));
            self.add(block, Op::FieldAddress(record, 8), pointer)
        } else if self.random.percent(30) {
            let (pointer_value, zero) = (self.some(block, pointer), self.constant(block, 0));
            self.add(block, Op::Offset(pointer_value, zero), pointer)
        } else {
            self.some(block, pointer)
        };
        let value = self.add(block, Op::Load(address), Ty::I64);
        self.push(block, Op::Store(address, value), None);
    }
}
