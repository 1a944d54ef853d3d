//! The verifier: what every program of the IR keeps to.
//!
//! Operands have the types that [`crate::Op`] says; a value is used only where its definition
//! was reached before on every path; a jump brings one value of the right type for each parameter
//! of its block, and none leads to the first; the arguments of a raise are those that its site asks for.

mod arrays;

use arena::{Id as _, SideMap};
use ctype::{CType, CTypes, TypeId};

use crate::{
    BinaryOp, BlockId, Const, Dominators, ErrorOp, Function, Inst, IntTy, Intrinsic, Jump, Op, PrintId,
    Program, RaiseSite, RaiseSiteId, RuntimeFunction, Terminator, Ty, UnaryOp, Value,
};

/// Checks a program.
///
/// # Errors
/// A line for each thing that is wrong.
pub fn verify(program: &Program, types: &CTypes) -> Result<(), String> {
    let mut faults = Vec::new();
    for (id, function) in program.functions.iter() {
        let mut verifier = Verifier { program, types, function, faults: Vec::new() };
        verifier.run();
        faults.extend(verifier.faults.into_iter().map(|fault| format!("{id}: {fault}")));
    }
    for (id, site) in program.raise_sites.iter() {
        if program.exceptions.get(site.class).is_none() || program.functions.get(site.function).is_none() {
            faults.push(format!("{id}: its class or function is not of this program"));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
}

struct Verifier<'a> {
    program: &'a Program,
    types: &'a CTypes,
    function: &'a Function,
    faults: Vec<String>,
}

/// Where a value is defined: its block, and how many instructions of it come before it is there.
type Definition = Option<(BlockId, usize)>;

impl Verifier<'_> {
    fn fault(&mut self, at: impl std::fmt::Display, what: impl std::fmt::Display) {
        self.faults.push(format!("{at}: {what}"));
    }

    fn run(&mut self) {
        if self.function.blocks.is_empty() {
            return self.fault("function", "it has no block");
        }
        if let Some(unknown) = self.unknown_value() {
            return self.fault(unknown, "there is no such value");
        }
        let definitions = self.definitions();
        let dominators = Dominators::new(self.function);
        for (id, block) in self.function.blocks.iter() {
            let mut is_caught = false;
            for (index, inst) in block.insts.iter().enumerate() {
                let inst = &self.function.insts[*inst];
                let uses: Vec<Value> = inst.op.operands().into_iter().chain(inst.releases.clone()).collect();
                self.check_uses(id, index, &uses, &definitions, &dominators);
                self.check_inst(inst);
                is_caught |= inst.is_caught;
                if inst.op == Op::Error(ErrorOp::Failed) && !is_caught {
                    self.fault(id, "nothing before `failed` is caught");
                }
            }
            let uses = terminator_uses(&block.terminator);
            self.check_uses(id, block.insts.len(), &uses, &definitions, &dominators);
            self.check_terminator(&block.terminator);
        }
    }

    /// A value that is used and has no type.
    fn unknown_value(&self) -> Option<Value> {
        let of_inst = |inst: &Inst| inst.op.operands().into_iter().chain(inst.releases.clone());
        let insts = self.function.insts.values().flat_map(of_inst);
        let ends = self.function.blocks.values().flat_map(|block| terminator_uses(&block.terminator));
        insts.chain(ends).find(|value| self.function.values.get(*value).is_none())
    }

    fn definitions(&mut self) -> SideMap<Value, Definition> {
        let mut definitions: SideMap<Value, Definition> = SideMap::default();
        for (id, block) in self.function.blocks.iter() {
            let params = block.params.iter().map(|param| (*param, 0));
            let results = block.insts.iter().enumerate();
            let results =
                results.filter_map(|(index, inst)| Some((self.function.insts[*inst].result?, index + 1)));
            let all: Vec<(Value, usize)> = params.chain(results).collect();
            for (value, after) in all {
                if definitions[value].is_some() {
                    self.fault(value, "it is defined twice");
                }
                definitions[value] = Some((id, after));
            }
        }
        definitions
    }

    fn check_uses(
        &mut self,
        block: BlockId,
        index: usize,
        uses: &[Value],
        definitions: &SideMap<Value, Definition>,
        dominators: &Dominators,
    ) {
        // What nothing reaches has no order.
        if !dominators.is_reached(block) {
            return;
        }
        for value in uses {
            let is_defined = match definitions[*value] {
                Some((own, after)) if own == block => after <= index,
                Some((other, _)) => dominators.is_reached(other) && dominators.dominates(other, block),
                None => false,
            };
            if !is_defined {
                self.fault(block, format_args!("{value} is used where it may not be defined"));
            }
        }
    }

    fn ty(&self, value: Value) -> Ty {
        self.function.values[value]
    }

    fn check_inst(&mut self, inst: &Inst) {
        let result = inst.result.map(|result| self.ty(result));
        if let Err(expected) = self.check_op(&inst.op, result) {
            let at = inst.result.map_or_else(|| "an instruction".to_owned(), |result| result.to_string());
            self.fault(at, format_args!("`{}`: expected {expected}", inst.op));
        }
        if inst.is_caught && !matches!(inst.op, Op::Call(..) | Op::CallC(..) | Op::CallPointer(..)) {
            self.fault(&inst.op, "only a call is caught");
        }
        for value in &inst.releases {
            if !self.ty(*value).holds_memory() {
                self.fault(value, "what is released holds memory");
            }
        }
    }

    /// What was expected, where an operation is not as its description says.
    fn check_op(&self, op: &Op, result: Option<Ty>) -> Result<(), &'static str> {
        let ty = |value: &Value| self.ty(*value);
        let same = |values: &[&Value]| values.iter().all(|value| Some(ty(value)) == result);
        let need = |holds: bool, what: &'static str| if holds { Ok(()) } else { Err(what) };
        match op {
            Op::Const(value) => {
                need(result.is_some_and(|ty| holds(*value, ty)), "a constant of the result's type")
            }
            Op::Unary(op, a) => check_unary(*op, ty(a), result),
            Op::Binary(op, a, b) => {
                need(same(&[a, b]), "operands of the result's type")?;
                need(result.is_some_and(|ty| binary_takes(*op, ty)), "a type that the operator takes")
            }
            Op::Compare(_, a, b) => {
                need(ty(a) == ty(b) && result == Some(Ty::Bool), "two of one type, to `bool`")
            }
            Op::Convert(a) => {
                need(result.is_some_and(|to| converts(ty(a), to)), "a conversion between numbers")
            }
            Op::Select(condition, a, b) => {
                need(ty(condition) == Ty::Bool && same(&[a, b]), "a `bool`, and two of the result's type")
            }
            Op::Intrinsic(intrinsic, args) => self.check_intrinsic(*intrinsic, args, result),
            Op::Call(function, args) => {
                let callee = self.program.functions.get(*function).ok_or("a function of the program")?;
                let entry = callee.blocks.values().next().ok_or("a function with a block")?;
                let params = entry.params.iter().map(|param| callee.values[*param]);
                need(params.eq(args.iter().map(ty)), "the arguments of the function")?;
                need(result == Some(callee.result).filter(|ty| *ty != Ty::Unit), "the function's result")
            }
            Op::CallC(function, args) => {
                let callee = self.program.c_functions.get(*function).ok_or("a C function of the program")?;
                self.check_c_call(callee.ty, args, result)
            }
            Op::CallPointer(pointer, function, args) => {
                need(matches!(ty(pointer), Ty::Pointer(_)), "a pointer")?;
                self.check_c_call(*function, args, result)
            }
            Op::CallRuntime(function, args) => self.check_runtime_call(*function, args, result),
            Op::Print(print, args) => self.check_print(*print, args, result),
            Op::SlotAddress(slot) => {
                need(self.function.slots.get(*slot).is_some() && is_address(result), "a slot of the function")
            }
            Op::Load(address) => need(is_address(Some(ty(address))) && result.is_some(), "an address"),
            Op::Store(address, _) => {
                need(is_address(Some(ty(address))) && result.is_none(), "an address, no result")
            }
            Op::Offset(pointer, count) => need(
                matches!(ty(pointer), Ty::Pointer(_)) && same(&[pointer]) && ty(count) == Ty::I64,
                "a pointer and an `i64`",
            ),
            Op::FieldAddress(of, _) => {
                need(is_address(Some(ty(of))) && is_address(result), "an address, to an address")
            }
            Op::LoadBits { record, .. } => {
                need(matches!(ty(record), Ty::Record(_)) && is_integer(result), "a record, to an integer")
            }
            Op::StoreBits { record, value, .. } => need(
                matches!(ty(record), Ty::Record(_)) && is_integer(Some(ty(value))) && result.is_none(),
                "a record and an integer",
            ),
            Op::CopyRecord(to, from) => need(
                matches!(ty(to), Ty::Record(_)) && ty(to) == ty(from) && result.is_none(),
                "two records of one type",
            ),
            Op::Tuple(items) => self.check_tuple(items, result),
            Op::Item(of, index) => self.check_item(*of, *index, result),
            Op::View { owner, data, dims, strides } => self.check_view(*owner, *data, dims, strides, result),
            Op::Allocate { dims, .. } => self.check_allocate(dims, result),
            Op::Dim(of, axis) | Op::Stride(of, axis) => self.check_axis(*of, *axis, result),
            Op::Data(of) => self.check_data(*of, result),
            Op::Index { array, axis, index, site } => self.check_index(*array, *axis, *index, *site, result),
            Op::LoadElement(of, indices) => self.check_load_element(*of, indices, result),
            Op::StoreElement(of, indices, value) => self.check_store_element(*of, indices, *value, result),
            Op::ElementAddress(of, indices) => self.check_element_address(*of, indices, result),
            Op::Retain(value) | Op::Release(value) => self.check_holder(*value, result),
            Op::Poll(rounds) => need(ty(rounds) == Ty::I64 && result.is_none(), "an `i64`, no result"),
            Op::Error(op) => self.check_error(op, result),
        }
    }

    fn check_runtime_call(
        &self,
        function: RuntimeFunction,
        args: &[Value],
        result: Option<Ty>,
    ) -> Result<(), &'static str> {
        let takes = function.params();
        let is_right =
            takes.len() == args.len() && takes.iter().zip(args).all(|(word, arg)| word.takes(self.ty(*arg)));
        if !is_right {
            return Err("the arguments of the function of the runtime");
        }
        let gives = match (function.result(), result) {
            (Some(word), Some(ty)) => word.takes(ty),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        if gives { Ok(()) } else { Err("the result of the function of the runtime") }
    }

    fn check_print(&self, print: PrintId, args: &[Value], result: Option<Ty>) -> Result<(), &'static str> {
        let asked = self.program.prints.get(print).ok_or("a `print` of the program")?.types();
        let is_right = asked.into_iter().eq(args.iter().map(|arg| self.ty(*arg))) && result.is_none();
        if is_right { Ok(()) } else { Err("the values that are printed, no result") }
    }

    fn check_intrinsic(
        &self,
        intrinsic: Intrinsic,
        args: &[Value],
        result: Option<Ty>,
    ) -> Result<(), &'static str> {
        if args.len() != intrinsic.arity() {
            return Err("as many operands as the function takes");
        }
        let first = self.ty(args[0]);
        let rest = if intrinsic == Intrinsic::Ldexp { Ty::I64 } else { first };
        let expected = intrinsic.result(first);
        let takes = match first {
            Ty::Float(_) => true,
            Ty::Complex(_) => intrinsic.takes_complex(),
            Ty::Unit
            | Ty::Bool
            | Ty::Int(_)
            | Ty::Pointer(_)
            | Ty::Record(_)
            | Ty::Array(_)
            | Ty::Tuple(_) => false,
        };
        let is_right = takes && result == Some(expected) && args[1..].iter().all(|arg| self.ty(*arg) == rest);
        if is_right { Ok(()) } else { Err("floats of one type, to the function's result") }
    }

    fn check_c_call(&self, function: TypeId, args: &[Value], result: Option<Ty>) -> Result<(), &'static str> {
        let CType::Function(signature) = self.types.get(function) else { return Err("a C function type") };
        let is_enough = args.len() == signature.params.len()
            || (signature.is_variadic && args.len() > signature.params.len());
        let is_void = matches!(self.types.get(signature.result), CType::Void);
        if !is_enough {
            Err("the arguments of the C function")
        } else if is_void == result.is_some() {
            Err("the result of the C function")
        } else {
            Ok(())
        }
    }

    fn check_terminator(&mut self, terminator: &Terminator) {
        match terminator {
            Terminator::Jump(jump) => self.check_jump(jump),
            Terminator::Branch { condition, then, otherwise } => {
                if self.ty(*condition) != Ty::Bool {
                    self.fault(condition, "a branch needs a `bool`");
                }
                self.check_jump(then);
                self.check_jump(otherwise);
            }
            Terminator::Return(value) => {
                let given = value.map_or(Ty::Unit, |value| self.ty(value));
                if given != self.function.result {
                    self.fault(
                        "return",
                        format_args!("`{given}` where the result is `{}`", self.function.result),
                    );
                }
            }
            Terminator::Raise(site, values) => {
                if let Err(expected) = self.check_site(*site, values) {
                    self.fault(site, expected);
                }
            }
            Terminator::Reraise(error) => {
                if self.ty(*error) != Ty::I64 {
                    self.fault(error, "an error that was taken is an `i64`");
                }
            }
            Terminator::Unreachable => {}
        }
    }

    fn check_site(&self, site: RaiseSiteId, values: &[Value]) -> Result<(), &'static str> {
        let asked = self.program.raise_sites.get(site).map(RaiseSite::value_count);
        if asked != Some(values.len()) {
            Err("it does not get the values that it asks for")
        } else if values.iter().any(|value| matches!(self.ty(*value), Ty::Array(_) | Ty::Tuple(_))) {
            Err("it asks for scalars")
        } else {
            Ok(())
        }
    }

    fn check_error(&self, op: &ErrorOp, result: Option<Ty>) -> Result<(), &'static str> {
        let need = |holds: bool, what: &'static str| if holds { Ok(()) } else { Err(what) };
        match op {
            ErrorOp::Failed => need(result == Some(Ty::Bool), "a `bool`"),
            ErrorOp::Set(site, values) => {
                need(result.is_none(), "no result")?;
                self.check_site(*site, values)
            }
            ErrorOp::Take => need(result == Some(Ty::I64), "an `i64`"),
            ErrorOp::Is(error, class) => {
                need(self.ty(*error) == Ty::I64 && result == Some(Ty::Bool), "an `i64`, to `bool`")?;
                need(self.program.exceptions.get(*class).is_some(), "a class of the program")
            }
            ErrorOp::Copy(error) => {
                need(self.ty(*error) == Ty::I64 && result == Some(Ty::I64), "an `i64`, to `i64`")
            }
            ErrorOp::Drop(error) => need(self.ty(*error) == Ty::I64 && result.is_none(), "an `i64`"),
        }
    }

    fn check_jump(&mut self, jump: &Jump) {
        let Some(block) = self.function.blocks.get(jump.block) else {
            return self.fault(jump.block, "there is no such block");
        };
        if jump.block.index() == 0 {
            self.fault(jump, "nothing leads back to the first block");
        }
        let params = block.params.iter().map(|param| self.ty(*param));
        if !params.eq(jump.args.iter().map(|arg| self.ty(*arg))) {
            self.fault(jump, "the arguments do not match the block's parameters");
        }
    }
}

fn check_unary(op: UnaryOp, a: Ty, result: Option<Ty>) -> Result<(), &'static str> {
    let is_right = match (op, a) {
        (UnaryOp::Neg, Ty::Int(_) | Ty::Float(_) | Ty::Complex(_))
        | (UnaryOp::Not, Ty::Bool | Ty::Int(_))
        | (UnaryOp::Abs, Ty::Int(_) | Ty::Float(_))
        | (UnaryOp::Conj, Ty::Complex(_)) => result == Some(a),
        (UnaryOp::Abs | UnaryOp::Real | UnaryOp::Imag, Ty::Complex(part)) => result == Some(Ty::Float(part)),
        (UnaryOp::Neg | UnaryOp::Not | UnaryOp::Abs | UnaryOp::Real | UnaryOp::Imag | UnaryOp::Conj, _) => {
            false
        }
    };
    if is_right { Ok(()) } else { Err("a type that the operator takes") }
}

fn is_address(ty: Option<Ty>) -> bool {
    matches!(ty, Some(Ty::Pointer(_) | Ty::Record(_)))
}

fn is_integer(ty: Option<Ty>) -> bool {
    matches!(ty, Some(Ty::Bool | Ty::Int(_)))
}

/// Whether a constant is a value of a type.
fn holds(value: Const, ty: Ty) -> bool {
    match (value, ty) {
        (Const::Unit, Ty::Unit)
        | (Const::Bool(_), Ty::Bool)
        | (Const::Float(_), Ty::Float(_))
        | (Const::Complex(..), Ty::Complex(_)) => true,
        (Const::Int(value), Ty::Int(int)) => int.holds(value),
        (Const::Int(value), Ty::Pointer(_)) => IntTy::U64.holds(value),
        (Const::Unit | Const::Bool(_) | Const::Int(_) | Const::Float(_) | Const::Complex(..), _) => false,
    }
}

fn binary_takes(op: BinaryOp, ty: Ty) -> bool {
    match op {
        BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Pow => {
            matches!(ty, Ty::Int(_) | Ty::Float(_) | Ty::Complex(_))
        }
        BinaryOp::Div => matches!(ty, Ty::Float(_) | Ty::Complex(_)),
        BinaryOp::FloorDiv | BinaryOp::FloorMod | BinaryOp::Min | BinaryOp::Max => {
            matches!(ty, Ty::Int(_) | Ty::Float(_))
        }
        BinaryOp::And | BinaryOp::Or | BinaryOp::Xor => matches!(ty, Ty::Bool | Ty::Int(_)),
        BinaryOp::Shl | BinaryOp::Shr => matches!(ty, Ty::Int(_)),
    }
}

fn converts(from: Ty, to: Ty) -> bool {
    let is_number = |ty| matches!(ty, Ty::Bool | Ty::Int(_) | Ty::Float(_) | Ty::Complex(_));
    let is_word = |ty| matches!(ty, Ty::Int(IntTy { bits: 64, .. }) | Ty::Pointer(_));
    (is_number(from) && is_number(to)) || (is_word(from) && is_word(to))
}

fn terminator_uses(terminator: &Terminator) -> Vec<Value> {
    match terminator {
        Terminator::Jump(jump) => jump.args.clone(),
        Terminator::Branch { condition, then, otherwise } => {
            std::iter::once(condition).chain(&then.args).chain(&otherwise.args).copied().collect()
        }
        Terminator::Return(value) => value.iter().copied().collect(),
        Terminator::Raise(_, values) => values.clone(),
        Terminator::Reraise(error) => vec![*error],
        Terminator::Unreachable => Vec::new(),
    }
}
