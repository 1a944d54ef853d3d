//! Expressions.

use arena::Id as _;
use diagnostic::Id;
use pysyntax::{ExprId, ExprKind, NameId, UnaryOp};
use source::Span;
use tir::{Const, FloatTy, IntTy, Op, Ty, Value};

use crate::convert;
use crate::locals::Local;
use crate::stop::{Stop, Walked};
use crate::term::Term;
use crate::tuples::tuple_method;
use crate::walk::Walker;
use crate::{Entity, FrozenArray, prelude, promote, trying};

impl Walker<'_, '_> {
    /// An expression, computed.
    pub(crate) fn walk_expr(&mut self, id: ExprId) -> Walked<Term> {
        let term = self.walk_lazy(id)?;
        let span = self.span_of(id);
        self.forced(term, span)
    }

    /// An expression; what is elementwise may be left to whoever uses it.
    pub(crate) fn walk_lazy(&mut self, id: ExprId) -> Walked<Term> {
        let syntax = self.syntax();
        let span = self.span_of(id);
        match &syntax.exprs[id].kind {
            ExprKind::None => Ok(Term::Value(convert::zero(&mut self.body, Ty::Unit, span))),
            ExprKind::Bool(value) => Ok(self.constant(Const::Bool(*value), Ty::Bool, span)),
            ExprKind::Int(value) => {
                let ty = if i64::try_from(*value).is_ok() { Ty::I64 } else { Ty::Int(IntTy::U64) };
                Ok(self.constant(Const::Int(i128::from(*value)), ty, span))
            }
            ExprKind::Float(value) => Ok(self.constant(Const::Float(*value), Ty::F64, span)),
            ExprKind::Imaginary(value) => Ok(self.constant(Const::Complex(0.0, *value), Ty::C128, span)),
            ExprKind::Text(text) => Ok(Term::Entity(Entity::Text(text.clone()))),
            ExprKind::Name(name) => self.read_name(*name, span),
            ExprKind::Attribute(value, name) => self.attribute(*value, *name, span),
            ExprKind::Index(value, index) => {
                let place = self.index_place(*value, *index, span)?;
                self.read_place(&place)
            }
            ExprKind::Unary(op, operand) => self.unary(*op, *operand, span),
            ExprKind::Binary(op, left, right) => {
                let spans = (self.span_of(*left), self.span_of(*right));
                let (left, right) = (self.walk_lazy_before(*left, *right)?, self.walk_lazy(*right)?);
                self.binary(*op, &left, &right, span, spans)
            }
            ExprKind::Compare(first, rest) => self.chain(*first, rest, span),
            ExprKind::Bools(op, operands) => self.bools(*op, operands, false),
            ExprKind::If { test, then, otherwise } => self.choice(*test, *then, *otherwise),
            ExprKind::Call { function, args, keywords } => self.call(*function, args, keywords, span),
            ExprKind::Tuple(items) => self.walk_items(items).map(Term::Tuple),
            ExprKind::List(items) => self.walk_items(items).map(Term::List),
            ExprKind::Slice { .. } | ExprKind::Ellipsis | ExprKind::Format(_) | ExprKind::Star(_) => {
                Err(self.no_expr_yet(id))
            }
            ExprKind::Lambda { function, defaults } => self.make_closure(*function, defaults),
            ExprKind::Walrus(name, value) => {
                let term = self.walk_expr(*value)?;
                self.bind(*name, term, self.span_of(*value))
            }
        }
    }

    /// The items of a tuple or a list; a starred one stands for its own items.
    fn walk_items(&mut self, items: &[ExprId]) -> Walked<Vec<Term>> {
        let syntax = self.syntax();
        let mut terms = Vec::new();
        for item in items {
            if let ExprKind::Star(of) = syntax.exprs[*item].kind {
                terms.extend(self.starred(of)?);
            } else {
                terms.push(self.walk_expr(*item)?);
            }
        }
        Ok(terms)
    }

    /// The items of what stands behind a star.
    pub(crate) fn starred(&mut self, of: ExprId) -> Walked<Vec<Term>> {
        let term = self.walk_expr(of)?;
        let term = self.present(&term, self.span_of(of));
        if let Term::Tuple(items) | Term::Named(_, items) | Term::List(items) = term {
            return Ok(items);
        }
        let title = format!("`*` before {}", self.describe(&term));
        Err(self.error(Id::CannotUnpack, self.span_of(of), title, "expected a tuple"))
    }

    /// An operand: left to its user only if nothing that comes before that can change what it reads.
    pub(crate) fn walk_lazy_before(&mut self, id: ExprId, next: ExprId) -> Walked<Term> {
        let term = self.walk_lazy(id)?;
        if matches!(term, Term::Lazy(_)) && !self.is_quiet(next) {
            let span = self.span_of(id);
            return self.forced(term, span);
        }
        Ok(term)
    }

    /// Whether computing an expression changes no array: it calls nothing but functions that are known.
    pub(crate) fn is_quiet(&self, id: ExprId) -> bool {
        let syntax = self.syntax();
        let all = |ids: &[ExprId]| ids.iter().all(|id| self.is_quiet(*id));
        match &syntax.exprs[id].kind {
            ExprKind::None
            | ExprKind::Bool(_)
            | ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Imaginary(_)
            | ExprKind::Text(_)
            | ExprKind::Ellipsis
            | ExprKind::Name(_) => true,
            ExprKind::Attribute(of, _) | ExprKind::Unary(_, of) => self.is_quiet(*of),
            ExprKind::Index(of, index) => self.is_quiet(*of) && self.is_quiet(*index),
            ExprKind::Binary(_, a, b) => self.is_quiet(*a) && self.is_quiet(*b),
            ExprKind::Compare(first, rest) => {
                self.is_quiet(*first) && rest.iter().all(|(_, operand)| self.is_quiet(*operand))
            }
            ExprKind::Bools(_, operands) | ExprKind::Tuple(operands) | ExprKind::List(operands) => {
                all(operands)
            }
            ExprKind::If { test, then, otherwise } => all(&[*test, *then, *otherwise]),
            ExprKind::Slice { lower, upper, step } => {
                [lower, upper, step].into_iter().flatten().all(|bound| self.is_quiet(*bound))
            }
            ExprKind::Call { function, args, keywords } => {
                self.is_known_function(*function)
                    && all(args)
                    && keywords.iter().all(|keyword| self.is_quiet(keyword.value))
            }
            _ => false,
        }
    }

    /// Whether an expression names a function of the host's modules that changes nothing.
    fn is_known_function(&self, id: ExprId) -> bool {
        let syntax = self.syntax();
        let environment = &self.frame().function.environment;
        let entity = match &syntax.exprs[id].kind {
            ExprKind::Name(name) if !syntax.locals.contains(name) => environment.global(syntax.name(*name)),
            ExprKind::Attribute(of, name) => match &syntax.exprs[*of].kind {
                ExprKind::Name(module) if !syntax.locals.contains(module) => {
                    match environment.global(syntax.name(*module)) {
                        Some(Entity::Namespace(module)) => environment.attribute(module, syntax.name(*name)),
                        _ => None,
                    }
                }
                _ => None,
            },
            _ => None,
        };
        matches!(entity, Some(Entity::Known(name)) if !name.contains("random") && name != "builtins.print")
    }

    /// An expression that must be a value of the IR.
    pub(crate) fn walk_value(&mut self, id: ExprId) -> Walked<Value> {
        let term = self.walk_expr(id)?;
        self.value(&term, self.span_of(id))
    }

    /// The value that a term is.
    pub(crate) fn value(&mut self, term: &Term, span: Span) -> Walked<Value> {
        match term {
            Term::Value(value) => Ok(*value),
            Term::Optional(..) => {
                let item = self.present(term, span);
                self.value(&item, span)
            }
            _ => {
                let title = format!("{} is not a value in compiled code", self.describe(term));
                Err(self.error(Id::NotAValue, span, title, "expected a number or a pointer"))
            }
        }
    }

    pub(crate) fn constant(&mut self, value: Const, ty: Ty, span: Span) -> Term {
        Term::Value(self.body.constant(value, ty, span))
    }

    /// What a name means.
    pub(crate) fn read_name(&mut self, name: NameId, span: Span) -> Walked<Term> {
        let syntax = self.syntax();
        let text = syntax.name(name);
        if !syntax.locals.contains(&name) {
            let captured = self.frame().captures.iter().find(|(known, _)| known == text);
            return match captured.map(|(known, captured)| self.captured(known, captured)) {
                Some(Local::Bound(term)) => Ok(term),
                Some(local) => self.read_local(name, text, local, span),
                None => self.global(text, span),
            };
        }
        let local = self.frame().locals[name.index()].clone();
        self.read_local(name, text, local, span)
    }

    /// What a name is bound to, with the check that it is.
    fn read_local(&mut self, name: NameId, text: &str, local: Local, span: Span) -> Walked<Term> {
        match local {
            Local::Bound(term) if trying::is_caught(&term) => {
                let title = format!("`{text}` is a caught exception, which is no value in compiled code");
                let stop = self.error(Id::UnsupportedException, span, title, "");
                Err(stop.help(format!("raise it again: `raise {text}`")))
            }
            Local::Bound(term) => Ok(term),
            Local::Maybe(term, is_bound) => {
                let is_unbound = convert::not(&mut self.body, is_bound, span);
                self.raise_unbound_if(is_unbound, text, span);
                if self.syntax().locals.contains(&name) {
                    self.set_local(name, Local::Bound(term.clone()));
                }
                Ok(term)
            }
            Local::Unbound if self.frame().copies > 0 => {
                let always = self.body.constant(Const::Bool(true), Ty::Bool, span);
                self.raise_unbound_if(always, text, span);
                Err(Stop::Unreachable)
            }
            Local::Unbound => {
                let title = format!("`{text}` is not bound here");
                let stop =
                    self.error(Id::UnboundName, span, title, "nothing is assigned to it on the way here");
                self.body.note_unbound(stop.help(format!("assign to `{text}` first")));
                Err(Stop::Unreachable)
            }
            Local::Clash(clash) => {
                let (a, b) = (self.describe_shape(&clash.0.0), self.describe_shape(&clash.0.1));
                let title = format!("`{text}` is {a} on one path and {b} on another");
                let stop = self.error(Id::PathsDiffer, span, title, "read here, where the paths have met");
                Err(stop.help("use a name of its own for each"))
            }
        }
    }

    fn raise_unbound_if(&mut self, is_unbound: Value, text: &str, span: Span) {
        let message =
            format!("cannot access local variable '{text}' where it is not associated with a value");
        self.raise_if(is_unbound, "UnboundLocalError", &message, span);
    }

    fn global(&mut self, text: &str, span: Span) -> Walked<Term> {
        let entity = if !self.frame().is_prelude() {
            self.frame().function.environment.global(text)
        } else if text.ends_with("Error") {
            let class = self.frame().function.environment.builtin_exception(text);
            Some(Entity::Exception(text.to_owned(), class))
        } else {
            Some(prelude::global(text))
        };
        match entity {
            Some(entity) => Ok(self.entity(entity, span)),
            None => {
                let title = format!("`{text}` is not defined");
                Err(self.error(
                    Id::UnknownName,
                    span,
                    title,
                    "not a local, a closure variable, a global or a builtin",
                ))
            }
        }
    }

    /// What an entity is as a term: constants become values.
    pub(crate) fn entity(&mut self, entity: Entity, span: Span) -> Term {
        match entity {
            Entity::Constant(value, ty) => self.constant(value, ty, span),
            Entity::Tuple(items) => {
                Term::Tuple(items.into_iter().map(|item| self.entity(item, span)).collect())
            }
            Entity::Named(class, items) => {
                Term::Named(class, items.into_iter().map(|item| self.entity(item, span)).collect())
            }
            Entity::Array(frozen) => Term::Value(self.frozen_array(&frozen, span)),
            Entity::Text(_)
            | Entity::Known(_)
            | Entity::Type(_)
            | Entity::Exception(..)
            | Entity::Function(_)
            | Entity::CFunction(_)
            | Entity::NamedTuple(..)
            | Entity::Namespace(_)
            | Entity::Overloaded(..)
            | Entity::Opaque(_) => Term::Entity(entity),
        }
    }

    /// A view of what nobody writes and the code keeps alive.
    fn frozen_array(&mut self, frozen: &FrozenArray, span: Span) -> Value {
        let data = self.body.host_address(frozen.address, span);
        let dims = frozen.dims.iter().map(|dim| self.word((*dim).into(), span)).collect();
        let strides = if frozen.ty.has_strides() {
            frozen.strides.iter().map(|stride| self.word((*stride).into(), span)).collect()
        } else {
            Vec::new()
        };
        self.body.emit(Op::View { owner: None, data, dims, strides }, Ty::Array(frozen.ty), span)
    }

    fn attribute(&mut self, value: ExprId, name: NameId, span: Span) -> Walked<Term> {
        let syntax = self.syntax();
        let text = syntax.name(name);
        let term = self.walk_expr(value)?;
        let term = self.present(&term, self.span_of(value));
        self.attribute_of(&term, text, span)
    }

    /// An attribute that the compiler knows; all of the expression is at `span`.
    pub(crate) fn own_attribute(&mut self, term: &Term, text: &str, span: Span) -> Walked<Term> {
        match term {
            Term::Entity(Entity::Namespace(namespace)) => {
                match self.frame().function.environment.attribute(*namespace, text) {
                    Some(entity) => Ok(self.entity(entity, span)),
                    None => {
                        let whole = self.source().slice(span).trim_end();
                        let of = whole.strip_suffix(text).unwrap_or(whole).trim_end_matches(['.', ' ']);
                        let title = format!("`{of}` has no attribute `{text}`");
                        Err(self.error(Id::UnknownAttribute, span, title, "nothing of this name there"))
                    }
                }
            }
            // Of the prelude's own text.
            Term::Entity(Entity::Known(module)) if module == "numpy" => {
                Ok(Term::Entity(Entity::Known(format!("numpy.{text}"))))
            }
            Term::Value(of) => match self.body.ty(*of) {
                Ty::Pointer(_) if self.is_generator(*of) => self.generator_attribute(*of, text, span),
                Ty::Pointer(_) | Ty::Record(_) => {
                    let place = self.field_place(*of, text, span)?;
                    self.read_place(&place)
                }
                Ty::Array(array) => self.array_attribute(*of, array, text, span),
                Ty::Unit | Ty::Bool | Ty::Int(_) | Ty::Float(_) | Ty::Complex(_) | Ty::Tuple(_) => {
                    self.number_attribute(*of, text, span)
                }
            },
            Term::Named(class, items) => self.named_attribute(class, items, text, span),
            Term::Entity(Entity::NamedTuple(class)) => self.tuple_class_attribute(class, text, span),
            Term::Tuple(_) if matches!(text, "count" | "index") => Ok(tuple_method(term, text)),
            _ => {
                let title = format!("{} has no attribute `{text}` in compiled code", self.describe(term));
                Err(self.error(Id::UnknownAttribute, span, title, ""))
            }
        }
    }

    fn unary(&mut self, op: UnaryOp, operand: ExprId, span: Span) -> Walked<Term> {
        let operand_span = self.span_of(operand);
        if op == UnaryOp::Neg && self.syntax().exprs[operand].kind == ExprKind::Int(1 << 63) {
            // The lowest integer; its literal without the sign is unsigned.
            return Ok(self.constant(Const::Int(i128::from(i64::MIN)), Ty::I64, span));
        }
        if op == UnaryOp::Not && matches!(self.syntax().exprs[operand].kind, ExprKind::Bools(..)) {
            let truth = self.walk_test(operand)?;
            return Ok(Term::Value(convert::not(&mut self.body, truth, span)));
        }
        let mut term = self.walk_lazy(operand)?;
        if op != UnaryOp::Not {
            term = self.present(&term, operand_span);
        }
        if self.is_elementwise(&term) {
            return self.lazy_unary(op, &term, span);
        }
        if op == UnaryOp::Not {
            let truth = self.truth(&term, operand_span)?;
            return Ok(Term::Value(convert::not(&mut self.body, truth, span)));
        }
        let value = self.value(&term, operand_span)?;
        let ty = self.body.ty(value);
        let (wide, tir_op) = match (op, promote::widen(ty)) {
            (UnaryOp::Pos, Some(wide)) => (wide, None),
            (UnaryOp::Neg, Some(wide)) => (wide, Some(tir::UnaryOp::Neg)),
            (UnaryOp::Invert, Some(wide @ Ty::Int(_))) => (wide, Some(tir::UnaryOp::Not)),
            (UnaryOp::Invert | UnaryOp::Not, Some(_)) | (_, None) => {
                let title = format!("`{}` of `{}`", op.text(), self.ty_name(ty));
                let label = if op == UnaryOp::Invert { "expected an integer" } else { "expected a number" };
                return Err(self.error(Id::WrongOperand, operand_span, title, label));
            }
        };
        let value = convert::to(&mut self.body, value, wide, span);
        Ok(Term::Value(match tir_op {
            Some(tir_op) => self.body.emit(Op::Unary(tir_op, value), wide, span),
            None => value,
        }))
    }

    /// The truth of a term, as `if` and `not` see it.
    pub(crate) fn truth(&mut self, term: &Term, span: Span) -> Walked<Value> {
        match term {
            Term::Value(value) => match self.body.ty(*value) {
                Ty::Bool | Ty::Int(_) | Ty::Float(_) | Ty::Complex(_) | Ty::Pointer(_) => {
                    Ok(convert::not_zero(&mut self.body, *value, span))
                }
                Ty::Unit => Ok(self.body.constant(Const::Bool(false), Ty::Bool, span)),
                Ty::Array(_) => Err(self.ambiguous_truth(term, span)),
                Ty::Record(_) | Ty::Tuple(_) => Err(self.no_truth(term, span)),
            },
            Term::Optional(is_present, item) => {
                let truth = self.truth(item, span)?;
                Ok(self.both(*is_present, truth, span))
            }
            Term::Tuple(items) | Term::Named(_, items) | Term::List(items) => {
                Ok(self.body.constant(Const::Bool(!items.is_empty()), Ty::Bool, span))
            }
            Term::Lazy(_) => Err(self.ambiguous_truth(term, span)),
            Term::Entity(Entity::Text(text)) => {
                Ok(self.body.constant(Const::Bool(!text.is_empty()), Ty::Bool, span))
            }
            Term::Choice(choice) => self.known_of_each(choice, span, |walker, one| walker.truth(one, span)),
            Term::Entity(Entity::Opaque(_)) => Err(self.no_truth(term, span)),
            _ => Ok(self.body.constant(Const::Bool(true), Ty::Bool, span)),
        }
    }

    fn no_truth(&self, term: &Term, span: Span) -> Stop {
        let title = format!("{} is neither true nor false", self.describe(term));
        self.error(Id::WrongOperand, span, title, "expected a number, a `bool` or a pointer")
    }

    /// An expression on one of several paths: none where the path ends in it, by raising.
    pub(crate) fn walk_reached(&mut self, id: ExprId) -> Walked<Option<Term>> {
        match self.walk_expr(id) {
            Ok(term) => Ok(Some(term)),
            Err(Stop::Unreachable) => {
                self.body.terminate(tir::Terminator::Unreachable);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// The term in which the paths of an expression meet.
    pub(crate) fn meet_at(&mut self, arrivals: Vec<crate::locals::Arrival>) -> Walked<Term> {
        self.merge(arrivals)?.ok_or(Stop::Unreachable)
    }

    fn choice(&mut self, test: ExprId, then: ExprId, otherwise: ExprId) -> Walked<Term> {
        let condition = self.walk_test(test)?;
        if let Some(Const::Bool(known)) = self.body.as_const(condition) {
            return self.walk_expr(if known { then } else { otherwise });
        }
        let (then_block, else_block) = self.body.branch(condition);
        let locals = self.frame().locals.clone();
        let mut arrivals = Vec::new();
        for (block, side, holds) in [(then_block, then, true), (else_block, otherwise, false)] {
            self.body.switch_to(block);
            self.set_locals(locals.clone());
            self.learn(test, holds);
            if let Some(term) = self.walk_reached(side)? {
                arrivals.extend(self.arrival(Some(term), self.span_of(side)));
            }
        }
        self.meet_at(arrivals)
    }

    /// `.real`, `.imag` and the methods of numbers.
    fn number_attribute(&mut self, of: Value, text: &str, span: Span) -> Walked<Term> {
        let ty = self.body.ty(of);
        let term = match (text, ty) {
            ("real", Ty::Complex(part)) => self.part(tir::UnaryOp::Real, of, part, span),
            ("imag", Ty::Complex(part)) => self.part(tir::UnaryOp::Imag, of, part, span),
            ("real" | "numerator", Ty::Bool | Ty::Int(_)) | ("real", Ty::Float(_)) => {
                let wide = promote::widen(ty).unwrap_or(ty);
                Term::Value(convert::to(&mut self.body, of, wide, span))
            }
            ("imag", Ty::Bool | Ty::Int(_) | Ty::Float(_)) => {
                let wide = promote::widen(ty).unwrap_or(ty);
                Term::Value(convert::zero(&mut self.body, wide, span))
            }
            ("denominator", Ty::Bool | Ty::Int(_)) => self.constant(Const::Int(1), Ty::I64, span),
            ("conjugate", Ty::Bool | Ty::Int(_) | Ty::Float(_) | Ty::Complex(_)) => {
                Term::Method("conjugate", of)
            }
            ("bit_length", Ty::Bool | Ty::Int(_)) => Term::Method("bit_length", of),
            ("bit_count", Ty::Bool | Ty::Int(_)) => Term::Method("bit_count", of),
            ("is_integer", Ty::Float(_)) => Term::Method("is_integer", of),
            _ => {
                let title = format!("`{}` has no attribute `{text}` in compiled code", self.ty_name(ty));
                return Err(self.error(Id::UnknownAttribute, span, title, ""));
            }
        };
        Ok(term)
    }

    fn part(&mut self, op: tir::UnaryOp, of: Value, part: FloatTy, span: Span) -> Term {
        Term::Value(self.body.emit(Op::Unary(op, of), Ty::Float(part), span))
    }
}
