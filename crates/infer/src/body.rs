//! A function of the typed IR while it grows: blocks, instructions, the block that is being
//! filled. It is cheap to clone, since a loop is walked again when its types turn out wider.

use std::sync::Arc;

use arena::{Id as _, IdMap, SideMap};
use ctype::TypeId;
use rustc_hash::FxHashMap;
use source::{Source, Span};
use tir::{
    BinaryOp, Block, BlockId, Comparison, Const, ErrorOp, Function, Inst, InstId, Jump, Op, RaiseSite,
    RaiseSiteId, Slot, SlotId, Terminator, Ty, Value,
};

use crate::stop::Stop;
use crate::{fold, tidy};

/// What can be asked of an array.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum ArrayFact {
    /// The length of an axis.
    Dim(u8),
    /// The bytes from one element to the next along an axis.
    Stride(u8),
    /// Where the first element is.
    Data,
}

/// The function while it grows.
#[derive(Clone, Debug)]
pub(crate) struct Body {
    function: Function,
    /// The instruction that gives each value; parameters have none.
    definitions: SideMap<Value, Option<InstId>>,
    /// The block in which each value is made.
    homes: SideMap<Value, Option<BlockId>>,
    /// Lengths, strides and addresses of arrays that were asked for.
    array_facts: FxHashMap<(Value, ArrayFact), Value>,
    /// References of records that C declares `const`.
    read_only: SideMap<Value, bool>,
    /// How many calls gave a record: each has one slot, which the next call there overwrites.
    record_calls: usize,
    /// The first read of a name that is bound on no way to it. In a loop that is walked again, a later
    /// round may bind it: only what is left at the end is an error.
    unbound: Option<Arc<Stop>>,
    /// The type `void *`.
    address: TypeId,
    /// Where instructions go; none after a terminator.
    current: Option<BlockId>,
    /// Whether errors stay in the function here.
    catches: bool,
    /// The open blocks in which the thread has an error that nobody has looked at yet, and the text that led there.
    failures: Vec<(BlockId, Span)>,
    /// The places of this function that raise; their ids are of this list until the end.
    sites: IdMap<RaiseSiteId, RaiseSite>,
}

impl Body {
    /// A function with an empty entry block.
    pub(crate) fn new(name: &str, source: &Source, address: TypeId) -> Self {
        let function = Function {
            name: name.to_owned(),
            source: source.clone(),
            result: Ty::Unit,
            math: tir::MathFlags::default(),
            blocks: IdMap::new(),
            insts: IdMap::new(),
            values: IdMap::new(),
            names: SideMap::default(),
            slots: IdMap::new(),
        };
        let mut body = Self {
            function,
            definitions: SideMap::default(),
            homes: SideMap::default(),
            array_facts: FxHashMap::default(),
            read_only: SideMap::default(),
            record_calls: 0,
            unbound: None,
            address,
            current: None,
            catches: false,
            failures: Vec::new(),
            sites: IdMap::new(),
        };
        body.current = Some(body.block());
        body
    }

    /// A new empty block.
    pub(crate) fn block(&mut self) -> BlockId {
        let block = Block { params: Vec::new(), insts: Vec::new(), terminator: Terminator::Unreachable };
        self.function.blocks.push(block)
    }

    /// A new parameter of `block`.
    pub(crate) fn param(&mut self, block: BlockId, ty: Ty) -> Value {
        let value = self.function.values.push(ty);
        self.function.blocks[block].params.push(value);
        self.homes[value] = Some(block);
        value
    }

    /// Instructions go to `block` from now on.
    pub(crate) fn switch_to(&mut self, block: BlockId) {
        self.current = Some(block);
    }

    /// The block that is being filled, if anything reaches this point.
    pub(crate) fn current(&self) -> Option<BlockId> {
        self.current
    }

    /// Ends the block, if anything reaches its end.
    pub(crate) fn terminate(&mut self, terminator: Terminator) {
        if let Some(block) = self.current.take() {
            self.function.blocks[block].terminator = terminator;
        }
    }

    /// Ends the block with a jump.
    pub(crate) fn jump(&mut self, block: BlockId, args: Vec<Value>) {
        self.terminate(Terminator::Jump(Jump { block, args }));
    }

    /// Ends the block with a branch to two new blocks: where the condition is true, where not.
    pub(crate) fn branch(&mut self, condition: Value) -> (BlockId, BlockId) {
        let (then, otherwise) = (self.block(), self.block());
        let jump = |block| Jump { block, args: Vec::new() };
        self.terminate(Terminator::Branch { condition, then: jump(then), otherwise: jump(otherwise) });
        (then, otherwise)
    }

    /// An operation with a result. What is known now becomes a constant.
    pub(crate) fn emit(&mut self, op: Op, ty: Ty, span: Span) -> Value {
        let op = if self.catches { self.with_check_apart(op, span) } else { op };
        let is_call = matches!(op, Op::Call(..) | Op::CallC(..) | Op::CallPointer(..));
        self.record_calls += usize::from(is_call && matches!(ty, Ty::Record(_)));
        let op = fold::fold(self, &op, ty).map_or(op, Op::Const);
        let value = self.function.values.push(ty);
        let is_caught = is_call && self.catches;
        let inst = self.push(Inst { op, result: Some(value), span, releases: Vec::new(), is_caught });
        self.definitions[value] = Some(inst);
        self.homes[value] = self.current;
        if is_caught {
            self.catch(span);
        }
        value
    }

    /// A fact of an array, asked once, in the block that makes the array: it holds wherever the array does.
    pub(crate) fn array_fact(&mut self, array: Value, fact: ArrayFact, ty: Ty, span: Span) -> Value {
        if let Some(known) = self.array_facts.get(&(array, fact)) {
            return *known;
        }
        let op = match fact {
            ArrayFact::Dim(axis) => Op::Dim(array, axis),
            ArrayFact::Stride(axis) => Op::Stride(array, axis),
            ArrayFact::Data => Op::Data(array),
        };
        let here = self.current;
        self.current = self.homes[array].or(here);
        let value = self.emit(op, ty, span);
        self.current = here;
        self.array_facts.insert((array, fact), value);
        value
    }

    /// How many calls that give a record there are so far.
    pub(crate) fn record_calls(&self) -> usize {
        self.record_calls
    }

    /// An operation without a result.
    pub(crate) fn effect(&mut self, op: Op, span: Span) {
        let can_fail = matches!(op, Op::Call(..) | Op::CallC(..) | Op::CallPointer(..) | Op::Print(..));
        let is_caught = self.catches && can_fail;
        self.push(Inst { op, result: None, span, releases: Vec::new(), is_caught });
        if is_caught {
            self.catch(span);
        }
    }

    /// From here on errors stay in the function, or end it.
    pub(crate) fn set_catches(&mut self, catches: bool) {
        self.catches = catches;
    }

    /// The blocks in which the thread has an error, each once.
    pub(crate) fn take_failures(&mut self) -> Vec<(BlockId, Span)> {
        std::mem::take(&mut self.failures)
    }

    /// Goes on where the call that was just made did not fail.
    fn catch(&mut self, span: Span) {
        let failed = self.emit(Op::Error(ErrorOp::Failed), Ty::Bool, span);
        let (bad, good) = self.branch(failed);
        self.failures.push((bad, span));
        self.current = Some(good);
    }

    /// An index whose check does not end the function.
    fn with_check_apart(&mut self, op: Op, span: Span) -> Op {
        let Op::Index { array, axis, index, site: Some(site) } = op else { return op };
        let Ty::Array(ty) = self.ty(array) else { return op };
        let axes = (0..ty.rank).map(|axis| self.array_fact(array, ArrayFact::Dim(axis), Ty::I64, span));
        let dims: Vec<Value> = axes.collect();
        let length = dims[usize::from(axis)];
        let plain = Op::Index { array, axis, index, site: None };
        let inside = self.emit(plain.clone(), Ty::I64, span);
        let zero = self.constant(Const::Int(0), Ty::I64, span);
        let is_before = self.emit(Op::Compare(Comparison::Lt, inside, zero), Ty::Bool, span);
        let is_after = self.emit(Op::Compare(Comparison::Ge, inside, length), Ty::Bool, span);
        let is_outside = self.emit(Op::Binary(BinaryOp::Or, is_before, is_after), Ty::Bool, span);
        let (bad, good) = self.branch(is_outside);
        self.current = Some(bad);
        let values = [index, length].into_iter().chain(dims).collect();
        self.effect(Op::Error(ErrorOp::Set(site, values)), span);
        self.failures.push((bad, span));
        self.current = Some(good);
        plain
    }

    fn push(&mut self, inst: Inst) -> InstId {
        let inst = self.function.insts.push(inst);
        if let Some(block) = self.current {
            self.function.blocks[block].insts.push(inst);
        }
        inst
    }

    /// A constant.
    pub(crate) fn constant(&mut self, value: Const, ty: Ty, span: Span) -> Value {
        self.emit(Op::Const(value), ty, span)
    }

    /// An address that points nowhere.
    pub(crate) fn null(&mut self, span: Span) -> Value {
        self.constant(Const::Int(0), Ty::Pointer(self.address), span)
    }

    /// An address of the host's.
    pub(crate) fn host_address(&mut self, address: u64, span: Span) -> Value {
        self.constant(Const::Int(address.into()), Ty::Pointer(self.address), span)
    }

    /// The type of a value.
    pub(crate) fn ty(&self, value: Value) -> Ty {
        self.function.values[value]
    }

    /// The operation that gives a value; parameters have none.
    pub(crate) fn op_of(&self, value: Value) -> Option<&Op> {
        self.definitions[value].map(|inst| &self.function.insts[inst].op)
    }

    /// A place that raises, for an instruction that names it.
    pub(crate) fn site(&mut self, site: RaiseSite) -> RaiseSiteId {
        self.sites.push(site)
    }

    /// The constant that a value is.
    pub(crate) fn as_const(&self, value: Value) -> Option<Const> {
        let inst = self.definitions[value]?;
        if let Op::Const(constant) = self.function.insts[inst].op { Some(constant) } else { None }
    }

    /// Gives a value the user's name for it, in the text of the IR.
    pub(crate) fn name(&mut self, value: Value, name: &str) {
        if self.function.names[value].is_none() {
            self.function.names[value] = Some(name.to_owned());
        }
    }

    /// Notes a read of a name that is bound on no way to it.
    pub(crate) fn note_unbound(&mut self, stop: Stop) {
        self.unbound.get_or_insert(Arc::new(stop));
    }

    /// The read of a name that is bound on no way to it, once the walk is over.
    pub(crate) fn take_unbound(&mut self) -> Option<Stop> {
        self.unbound.take().and_then(Arc::into_inner)
    }

    /// New memory of the call.
    pub(crate) fn slot(&mut self, ty: TypeId) -> SlotId {
        self.function.slots.push(Slot { ty })
    }

    /// Whether C declares the record `const` that a value refers to.
    pub(crate) fn is_read_only(&self, record: Value) -> bool {
        self.read_only[record]
    }

    /// The record that a value refers to is declared `const`.
    pub(crate) fn set_read_only(&mut self, record: Value) {
        self.read_only[record] = true;
    }

    /// Ends the block with an exception.
    pub(crate) fn raise(&mut self, site: RaiseSite, values: Vec<Value>) {
        let span = site.span;
        let site = self.sites.push(site);
        if !self.catches {
            self.terminate(Terminator::Raise(site, values));
        } else if let Some(block) = self.current {
            self.effect(Op::Error(ErrorOp::Set(site, values)), span);
            self.failures.push((block, span));
            self.current = None;
        }
    }

    /// The finished function; its places that raise move behind those of the program.
    pub(crate) fn finish(mut self, result: Ty, sites: &mut IdMap<RaiseSiteId, RaiseSite>) -> Function {
        self.function.result = result;
        let first = sites.len();
        for site in self.sites.values() {
            sites.push(site.clone());
        }
        for block in self.function.blocks.ids() {
            if let Terminator::Raise(site, _) = &mut self.function.blocks[block].terminator {
                *site = RaiseSiteId::from_index(first + site.index());
            }
        }
        for inst in self.function.insts.ids() {
            if let Op::Index { site: Some(site), .. } | Op::Error(ErrorOp::Set(site, _)) =
                &mut self.function.insts[inst].op
            {
                *site = RaiseSiteId::from_index(first + site.index());
            }
        }
        tidy::tidy(&self.function)
    }
}
