//! Loops: `while`, and `for` over `range`.
//!
//! The names that a loop binds are parameters of its header. Their types are first those on entry;
//! where a round brings back wider ones, what was built is thrown away and the loop is walked
//! again with those.

use arena::Id as _;
use ctype::TypeId;
use diagnostic::Id;
use pysyntax::{ExprId, ExprKind, NameId, StmtId, StmtKind};
use source::Span;
use tir::{BinaryOp, Comparison, Const, IntTy, Op, Ty, UnaryOp, Value};

use crate::Entity;
use crate::convert;
use crate::locals::{Local, LocalShape};
use crate::stop::{Stop, Walked};
use crate::term::Term;
use crate::walk::{Exits, Walker};

/// A loop, with its range worked out.
struct Looping<'a> {
    control: Control,
    body: &'a [StmtId],
    otherwise: &'a [StmtId],
    span: Span,
}

/// What decides on another round.
enum Control {
    While(ExprId),
    Range { target: ExprId, iterable: ExprId, range: Range },
}

/// How a range goes on. What changes is carried from round to round.
enum Range {
    /// Carries the item; by one upwards, up to this.
    Up(Value),
    /// Carries the item and how many are left; by this step.
    Counted(Value),
}

impl Walker<'_, '_> {
    /// A `while` or a `for`.
    pub(crate) fn walk_loop_stmt(&mut self, id: StmtId) -> Walked<()> {
        let syntax = self.syntax();
        let span = self.at(syntax.stmts[id].span);
        let mut writes = syntax.writes(&[id]);
        let (looping, carried) = match &syntax.stmts[id].kind {
            StmtKind::While { test, body, otherwise } => {
                (Looping { control: Control::While(*test), body, otherwise, span }, Vec::new())
            }
            StmtKind::For { target, iterable, body, otherwise } => {
                let (range, carried) = self.range(*iterable)?;
                let control = Control::Range { target: *target, iterable: *iterable, range };
                (Looping { control, body, otherwise, span }, carried)
            }
            StmtKind::Expr(_)
            | StmtKind::Assign(..)
            | StmtKind::AugAssign(..)
            | StmtKind::Return(_)
            | StmtKind::If { .. }
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Pass
            | StmtKind::Assert(..)
            | StmtKind::Raise(_)
            | StmtKind::Reraise
            | StmtKind::Try { .. }
            | StmtKind::Def { .. }
            | StmtKind::Delete(_) => return Ok(()),
        };
        writes.retain(|name| syntax.locals.contains(name));
        let before = self.snapshot();
        let mut shapes: Vec<LocalShape> =
            writes.iter().map(|name| LocalShape::of(self.local(*name), &self.body)).collect();
        // What an earlier walk of a loop around this one found still holds: types only widen.
        if let Some(known) = self.loop_shapes.get(&id).filter(|_| self.frames.len() == 1) {
            shapes = shapes.into_iter().zip(known).map(|(shape, known)| shape.join(known.clone())).collect();
        }
        while let Some(wider) = self.walk_loop(&looping, &carried, &writes, &shapes)? {
            self.restore(&before);
            shapes = wider;
        }
        if self.frames.len() == 1 && shapes.iter().all(LocalShape::is_of_types) {
            self.loop_shapes.insert(id, shapes);
        }
        Ok(())
    }

    /// Builds the loop for these shapes of the names that it binds, or says which wider ones it needs.
    fn walk_loop(
        &mut self,
        looping: &Looping<'_>,
        carried: &[Value],
        writes: &[NameId],
        shapes: &[LocalShape],
    ) -> Walked<Option<Vec<LocalShape>>> {
        let span = looping.span;
        let header = self.body.block();
        self.jump_to_header(header, carried.to_vec(), writes, shapes, span);
        let carried: Vec<Value> =
            carried.iter().map(|value| self.body.param(header, self.body.ty(*value))).collect();
        for (name, shape) in writes.iter().zip(shapes) {
            let local = shape.enter(&mut self.body, header);
            self.set_local(*name, local);
        }
        self.body.switch_to(header);
        let (entered, calls) = (self.frame().locals.clone(), self.body.record_calls());
        let condition = self.another_round(&looping.control, &carried, span)?;
        let (round, end) = match self.body.as_const(condition) {
            Some(Const::Bool(true)) => (self.body.current(), None),
            _ => {
                let (round, end) = self.body.branch(condition);
                (Some(round), Some(end))
            }
        };
        let at_end = self.frame().locals.clone();
        if let Some(round) = round {
            self.body.switch_to(round);
        }
        self.frame_mut().loops.push(Exits::default());
        self.start_round(&looping.control, &carried)?;
        self.walk_block(looping.body)?;
        let exits = self.frame_mut().loops.pop().unwrap_or_default();
        let mut nexts = exits.continues;
        nexts.extend(self.arrival(None, span));
        let is_again = !nexts.is_empty();
        self.merge(nexts)?;
        if is_again {
            let wider: Vec<LocalShape> = writes
                .iter()
                .zip(shapes)
                .map(|(name, shape)| shape.clone().join(LocalShape::of(self.local(*name), &self.body)))
                .collect();
            if wider != *shapes {
                return Ok(Some(wider));
            }
            if self.body.record_calls() > calls {
                self.keep_records(writes, &entered, span);
            }
            let next = self.next_round(&looping.control, &carried, span);
            self.jump_to_header(header, next, writes, shapes, span);
        }
        let mut arrivals = exits.breaks;
        if let Some(end) = end {
            self.body.switch_to(end);
            self.frame_mut().locals = at_end;
            self.walk_block(looping.otherwise)?;
            arrivals.extend(self.arrival(None, span));
        }
        self.merge(arrivals)?;
        Ok(None)
    }

    /// Copies the records that names carry into the next round to memory of their own: what a call
    /// gave is overwritten by the same call there. All are read before any is written, since
    /// names may have changed places.
    fn keep_records(&mut self, writes: &[NameId], entered: &[Local], span: Span) {
        let mut kept = Vec::new();
        for &name in writes {
            let (term, flag) = match self.local(name).clone() {
                Local::Bound(term) => (term, None),
                Local::Maybe(term, flag) => (term, Some(flag)),
                Local::Unbound | Local::Clash(_) => continue,
            };
            let Term::Value(value) = term else { continue };
            let Ty::Record(record) = self.body.ty(value) else { continue };
            if *self.local(name) != entered[name.index()] {
                kept.push((name, flag, record, self.copy_of(value, record, span)));
            }
        }
        for (name, flag, record, copy) in kept {
            let own = Term::Value(self.copy_of(copy, record, span));
            self.set_local(name, flag.map_or(Local::Bound(own.clone()), |flag| Local::Maybe(own, flag)));
        }
    }

    /// A record copied to new memory of the call.
    fn copy_of(&mut self, value: Value, record: TypeId, span: Span) -> Value {
        let slot = self.body.slot(record);
        let own = self.body.emit(Op::SlotAddress(slot), Ty::Record(record), span);
        self.body.effect(Op::CopyRecord(own, value), span);
        own
    }

    fn jump_to_header(
        &mut self,
        header: tir::BlockId,
        mut args: Vec<Value>,
        writes: &[NameId],
        shapes: &[LocalShape],
        span: Span,
    ) {
        for (name, shape) in writes.iter().zip(shapes) {
            let local = self.local(*name).clone();
            shape.bring(&local, &mut self.body, span, &mut args);
        }
        self.body.jump(header, args);
    }

    fn another_round(&mut self, control: &Control, carried: &[Value], span: Span) -> Walked<Value> {
        match control {
            Control::While(test) => {
                let term = self.walk_expr(*test)?;
                self.truth(&term, self.span_of(*test))
            }
            Control::Range { range: Range::Up(stop), .. } => {
                Ok(self.body.emit(Op::Compare(Comparison::Lt, carried[0], *stop), Ty::Bool, span))
            }
            Control::Range { range: Range::Counted(_), .. } => {
                Ok(convert::not_zero(&mut self.body, carried[1], span))
            }
        }
    }

    fn start_round(&mut self, control: &Control, carried: &[Value]) -> Walked<()> {
        match control {
            Control::While(_) => Ok(()),
            Control::Range { target, iterable, .. } => {
                self.assign(*target, &Term::Value(carried[0]), *iterable)
            }
        }
    }

    /// What the next round carries.
    fn next_round(&mut self, control: &Control, carried: &[Value], span: Span) -> Vec<Value> {
        match control {
            Control::While(_) => Vec::new(),
            Control::Range { range: Range::Up(_), .. } => {
                let one = self.body.constant(Const::Int(1), Ty::I64, span);
                vec![self.body.emit(Op::Binary(BinaryOp::Add, carried[0], one), Ty::I64, span)]
            }
            Control::Range { range: Range::Counted(step), .. } => {
                let item = self.body.emit(Op::Binary(BinaryOp::Add, carried[0], *step), Ty::I64, span);
                let one = self.body.constant(Const::Int(1), U64, span);
                vec![item, self.body.emit(Op::Binary(BinaryOp::Sub, carried[1], one), U64, span)]
            }
        }
    }

    /// Works out the range that a `for` runs over, and what its first round carries.
    fn range(&mut self, iterable: ExprId) -> Walked<(Range, Vec<Value>)> {
        let syntax = self.syntax();
        let span = self.span_of(iterable);
        let ExprKind::Call { function, args, keywords } = &syntax.exprs[iterable].kind else {
            return Err(self.not_a_range(span));
        };
        let callee = self.walk_expr(*function)?;
        if callee != Term::Entity(Entity::Known("builtins.range".to_owned())) {
            return Err(self.not_a_range(span));
        }
        if !(1..=3).contains(&args.len()) || !keywords.is_empty() {
            let title = format!("`range` takes 1 to 3 integers, not {}", args.len() + keywords.len());
            return Err(self.error(Id::WrongArguments, span, title, ""));
        }
        let mut values = Vec::new();
        for arg in args {
            values.push(self.range_bound(*arg)?);
        }
        let zero = self.body.constant(Const::Int(0), Ty::I64, span);
        let one = self.body.constant(Const::Int(1), Ty::I64, span);
        let (start, end, step) = match values[..] {
            [end] => (zero, end, one),
            [start, end] => (start, end, one),
            _ => (values[0], values[1], values[2]),
        };
        if self.body.as_const(step) == Some(Const::Int(1)) {
            return Ok((Range::Up(end), vec![start]));
        }
        let is_zero = self.body.emit(Op::Compare(Comparison::Eq, step, zero), Ty::Bool, span);
        self.raise_if(is_zero, "ValueError", "range() arg 3 must not be zero", span);
        let count = self.range_count(start, end, step, span);
        Ok((Range::Counted(step), vec![start, count]))
    }

    fn range_bound(&mut self, arg: ExprId) -> Walked<Value> {
        let span = self.span_of(arg);
        let term = self.walk_expr(arg)?;
        if let Term::Value(value) = term
            && matches!(self.body.ty(value), Ty::Bool | Ty::Int(_))
        {
            return Ok(convert::to(&mut self.body, value, Ty::I64, span));
        }
        let title = format!("`range` takes integers, not {}", self.describe(&term));
        let stop = self.error(Id::WrongArguments, span, title, "expected an integer");
        Err(stop.help("convert it: `int(…)`"))
    }

    /// How many items a range has. The distance may take all 64 bits, so it is unsigned.
    fn range_count(&mut self, start: Value, end: Value, step: Value, span: Span) -> Value {
        let body = &mut self.body;
        let zero = body.constant(Const::Int(0), Ty::I64, span);
        let is_up = body.emit(Op::Compare(Comparison::Gt, step, zero), Ty::Bool, span);
        let low = select(self, is_up, start, end, span);
        let high = select(self, is_up, end, start, span);
        let body = &mut self.body;
        let back = body.emit(Op::Unary(UnaryOp::Neg, step), Ty::I64, span);
        let stride = select(self, is_up, step, back, span);
        let body = &mut self.body;
        let distance = body.emit(Op::Binary(BinaryOp::Sub, high, low), Ty::I64, span);
        let distance = body.emit(Op::Convert(distance), U64, span);
        let stride = body.emit(Op::Convert(stride), U64, span);
        let one = body.constant(Const::Int(1), U64, span);
        let before_last = body.emit(Op::Binary(BinaryOp::Sub, distance, one), U64, span);
        let steps = body.emit(Op::Binary(BinaryOp::FloorDiv, before_last, stride), U64, span);
        let count = body.emit(Op::Binary(BinaryOp::Add, steps, one), U64, span);
        let is_any = body.emit(Op::Compare(Comparison::Lt, low, high), Ty::Bool, span);
        let none = body.constant(Const::Int(0), U64, span);
        body.emit(Op::Select(is_any, count, none), U64, span)
    }

    fn not_a_range(&self, span: Span) -> Stop {
        self.error(
            Id::UnsupportedIterable,
            span,
            "a `for` loop here runs over `range` only",
            "expected `range(…)`",
        )
        .help("write `for i in range(n):` and index by `i`")
    }
}

const U64: Ty = Ty::Int(IntTy::U64);

/// One of two values, chosen now if the condition is known.
fn select(walker: &mut Walker<'_, '_>, condition: Value, yes: Value, no: Value, span: Span) -> Value {
    match walker.body.as_const(condition) {
        Some(Const::Bool(true)) => yes,
        Some(Const::Bool(false)) => no,
        _ => {
            let ty = walker.body.ty(yes);
            walker.body.emit(Op::Select(condition, yes, no), ty, span)
        }
    }
}
