//! Loops: `while` and `for`.
//!
//! The names that a loop binds are parameters of its header. Their types are first those on entry;
//! where a round brings back wider ones, what was built is thrown away and the loop is walked
//! again with those.

use arena::Id as _;
use ctype::TypeId;
use pysyntax::{ExprId, NameId, StmtId, StmtKind};
use source::Span;
use tir::{BinaryOp, BlockId, Comparison, Const, IntTy, Op, Ty, Value};

use crate::convert;
use crate::locals::{Arrival, Local, LocalShape};
use crate::sequence::Sequence;
use crate::stop::Walked;
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
    For { target: ExprId, iterable: ExprId, items: Items },
}

/// How the items follow each other. What changes is carried from round to round.
enum Items {
    /// Carries the item; by one upwards, up to this.
    Up(Value),
    /// Carries the item and how many are left; by this step.
    Counted(Value),
    /// Carries the number of the item; there are so many.
    Of(Sequence, Value),
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
                let iterable_span = self.span_of(*iterable);
                let term = self.walk_expr(*iterable)?;
                let sequence = self.sequence_of(&term, iterable_span)?;
                if let Some(count) = sequence.known_length() {
                    return self.walk_rounds(
                        (*target, *iterable),
                        &sequence,
                        count,
                        (body, otherwise),
                        iterable_span,
                    );
                }
                let (control, carried) = self.controlled(*target, *iterable, sequence, iterable_span);
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
        let (round, end) = if self.body.as_const(condition) == Some(Const::Bool(true)) {
            (self.body.current(), None)
        } else {
            let (round, end) = self.body.branch(condition);
            (Some(round), Some(end))
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
            let wider = self.widened(writes, shapes);
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
            arrivals.extend(self.walk_otherwise(looping, end, at_end)?);
        }
        self.merge(arrivals)?;
        Ok(None)
    }

    /// What follows where there is no further round.
    fn walk_otherwise(
        &mut self,
        looping: &Looping<'_>,
        end: BlockId,
        at_end: Vec<Local>,
    ) -> Walked<Option<Arrival>> {
        self.body.switch_to(end);
        self.set_locals(at_end);
        if let Control::While(test) = &looping.control {
            self.learn(*test, false);
        }
        self.walk_block(looping.otherwise)?;
        Ok(self.arrival(None, looping.span))
    }

    /// The shapes that hold what a round started with and what it brings back.
    fn widened(&self, writes: &[NameId], shapes: &[LocalShape]) -> Vec<LocalShape> {
        let own = writes.iter().map(|name| LocalShape::of(self.local(*name), &self.body));
        shapes.iter().zip(own).map(|(shape, own)| shape.clone().join(own)).collect()
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
            if *self.local(name) != entered[name.index()] && self.has_records(&term) {
                kept.push((name, flag, self.with_own_records(&term, span)));
            }
        }
        for (name, flag, copy) in kept {
            let own = self.with_own_records(&copy, span);
            self.set_local(name, flag.map_or(Local::Bound(own.clone()), |flag| Local::Maybe(own, flag)));
        }
    }

    fn has_records(&self, term: &Term) -> bool {
        match term {
            Term::Value(value) => matches!(self.body.ty(*value), Ty::Record(_)),
            Term::Tuple(items) | Term::Named(_, items) => items.iter().any(|item| self.has_records(item)),
            Term::Optional(_, item) => self.has_records(item),
            _ => false,
        }
    }

    /// A term with copies for the records in it. One that is not there has memory that nobody reads.
    fn with_own_records(&mut self, term: &Term, span: Span) -> Term {
        let mut all = |items: &[Term]| items.iter().map(|item| self.with_own_records(item, span)).collect();
        match term {
            Term::Tuple(items) => Term::Tuple(all(items)),
            Term::Named(class, items) => Term::Named(class.clone(), all(items)),
            Term::Optional(is_present, item) => {
                Term::Optional(*is_present, Box::new(self.with_own_records(item, span)))
            }
            Term::Value(value) => match self.body.ty(*value) {
                Ty::Record(record) => Term::Value(self.copy_of(*value, record, span)),
                _ => term.clone(),
            },
            _ => term.clone(),
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
        header: BlockId,
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
            Control::While(test) => self.walk_test(*test),
            Control::For { items: Items::Up(stop) | Items::Of(_, stop), .. } => {
                Ok(self.body.emit(Op::Compare(Comparison::Lt, carried[0], *stop), Ty::Bool, span))
            }
            Control::For { items: Items::Counted(_), .. } => {
                Ok(convert::not_zero(&mut self.body, carried[1], span))
            }
        }
    }

    fn start_round(&mut self, control: &Control, carried: &[Value]) -> Walked<()> {
        match control {
            Control::While(test) => {
                self.learn(*test, true);
                Ok(())
            }
            Control::For { target, iterable, items } => {
                let item = match items {
                    Items::Up(_) | Items::Counted(_) => Term::Value(carried[0]),
                    Items::Of(sequence, _) => {
                        let span = self.span_of(*iterable);
                        self.sequence_item(sequence, carried[0], span)?
                    }
                };
                self.assign(*target, &item, *iterable)
            }
        }
    }

    /// What the next round carries.
    fn next_round(&mut self, control: &Control, carried: &[Value], span: Span) -> Vec<Value> {
        match control {
            Control::While(_) => Vec::new(),
            Control::For { items: Items::Up(_) | Items::Of(..), .. } => {
                let one = self.body.constant(Const::Int(1), Ty::I64, span);
                vec![self.body.emit(Op::Binary(BinaryOp::Add, carried[0], one), Ty::I64, span)]
            }
            Control::For { items: Items::Counted(step), .. } => {
                let item = self.body.emit(Op::Binary(BinaryOp::Add, carried[0], *step), Ty::I64, span);
                let one = self.body.constant(Const::Int(1), U64, span);
                vec![item, self.body.emit(Op::Binary(BinaryOp::Sub, carried[1], one), U64, span)]
            }
        }
    }

    /// What a `for` runs over, and what its first round carries.
    fn controlled(
        &mut self,
        target: ExprId,
        iterable: ExprId,
        sequence: Sequence,
        span: Span,
    ) -> (Control, Vec<Value>) {
        let zero = self.body.constant(Const::Int(0), Ty::I64, span);
        let (items, carried) = match sequence {
            Sequence::Range { start, stop, step } if self.body.as_const(step) == Some(Const::Int(1)) => {
                (Items::Up(stop), vec![start])
            }
            Sequence::Range { start, stop, step } => {
                let count = self.range_count(start, stop, step, span);
                (Items::Counted(step), vec![start, count])
            }
            other => {
                let count = self.sequence_length(&other, span);
                (Items::Of(other, count), vec![zero])
            }
        };
        (Control::For { target, iterable, items }, carried)
    }

    /// A loop over what has so many items, known when compiling: each round is walked for itself.
    fn walk_rounds(
        &mut self,
        (target, iterable): (ExprId, ExprId),
        sequence: &Sequence,
        count: usize,
        (body, otherwise): (&[StmtId], &[StmtId]),
        span: Span,
    ) -> Walked<()> {
        let mut arrivals = Vec::new();
        for number in 0..count {
            let number = self.word(i128::try_from(number).unwrap_or(0), span);
            let item = self.sequence_item(sequence, number, span)?;
            self.frame_mut().loops.push(Exits::default());
            self.assign(target, &item, iterable)?;
            self.walk_block(body)?;
            let exits = self.frame_mut().loops.pop().unwrap_or_default();
            arrivals.extend(exits.breaks);
            let mut nexts = exits.continues;
            nexts.extend(self.arrival(None, span));
            let is_over = nexts.is_empty();
            self.merge(nexts)?;
            if is_over {
                break;
            }
        }
        if self.is_live() {
            self.walk_block(otherwise)?;
            arrivals.extend(self.arrival(None, span));
        }
        self.merge(arrivals)?;
        Ok(())
    }
}

const U64: Ty = Ty::Int(IntTy::U64);
