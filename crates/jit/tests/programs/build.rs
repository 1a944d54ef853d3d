//! Typed IR made by hand.

use arena::{Id, IdMap, SideMap};
use source::{Source, Span};
use tir::{
    Block, BlockId, ExceptionClass, FuncId, Function, HostObject, Inst, Jump, Op, Program, RaiseArg,
    RaiseSite, RaiseSiteId, Slot, SlotId, Terminator, Ty, Value,
};

/// A function that is being built; `op` adds to the current block.
pub(crate) struct FunctionBuilder {
    function: Function,
    block: BlockId,
}

impl FunctionBuilder {
    /// Starts a function; its parameters.
    pub(crate) fn new(name: &str, params: &[Ty], result: Ty) -> (Self, Vec<Value>) {
        let function = Function {
            name: name.into(),
            source: Source::new("test.py", ""),
            result,
            math: tir::MathFlags::default(),
            blocks: IdMap::new(),
            insts: IdMap::new(),
            values: IdMap::new(),
            names: SideMap::default(),
            slots: IdMap::new(),
        };
        let mut builder = Self { function, block: BlockId::from_index(0) };
        let (_, params) = builder.block(params);
        (builder, params)
    }

    /// A new block; its parameters.
    pub(crate) fn block(&mut self, params: &[Ty]) -> (BlockId, Vec<Value>) {
        let params: Vec<Value> = params.iter().map(|&ty| self.function.values.push(ty)).collect();
        let block = Block { params: params.clone(), insts: Vec::new(), terminator: Terminator::Unreachable };
        (self.function.blocks.push(block), params)
    }

    /// Goes on in another block.
    pub(crate) fn switch_to(&mut self, block: BlockId) {
        self.block = block;
    }

    /// An instruction with a result.
    pub(crate) fn op(&mut self, op: Op, ty: Ty) -> Value {
        let result = self.function.values.push(ty);
        self.push(op, Some(result));
        result
    }

    /// An instruction without one.
    pub(crate) fn effect(&mut self, op: Op) {
        self.push(op, None);
    }

    fn push(&mut self, op: Op, result: Option<Value>) {
        let inst = self.function.insts.push(Inst::added(op, result, None));
        self.function.blocks[self.block].insts.push(inst);
    }

    /// Memory of the call.
    pub(crate) fn slot(&mut self, ty: ctype::TypeId) -> SlotId {
        self.function.slots.push(Slot { ty })
    }

    /// Ends the current block.
    pub(crate) fn end(&mut self, terminator: Terminator) {
        self.function.blocks[self.block].terminator = terminator;
    }

    /// Ends the current block with a branch to blocks without parameters.
    pub(crate) fn branch(&mut self, condition: Value, then: BlockId, otherwise: BlockId) {
        let jump = |block| Jump { block, args: Vec::new() };
        self.end(Terminator::Branch { condition, then: jump(then), otherwise: jump(otherwise) });
    }

    /// The function.
    pub(crate) fn finish(self) -> Function {
        self.function
    }
}

/// A program of one function that computes one operation of its parameters.
pub(crate) fn operation(op: impl FnOnce(&[Value]) -> Op, params: &[Ty], result: Ty) -> Program {
    let (mut builder, values) = FunctionBuilder::new("operation", params, result);
    let value = builder.op(op(&values), result);
    builder.end(Terminator::Return(Some(value)));
    let mut program = Program::default();
    program.functions.push(builder.finish());
    program
}

/// A raise site of the function that comes next, with so many arguments known when it runs.
pub(crate) fn raise_site(program: &mut Program, values: usize) -> RaiseSiteId {
    let class = program.exceptions.push(ExceptionClass { name: "ValueError".into(), object: HostObject(0) });
    let args = vec![RaiseArg::Value; values];
    let function: FuncId = program.functions.next_id();
    program.raise_sites.push(RaiseSite { class, function, span: Span::at(0), args })
}
