//! Values that may be `None`: where they are used as what they hold, it is checked that they are it.

use pysyntax::CompareOp;
use source::Span;
use tir::{BinaryOp, Const, Op, Ty, Value};

use crate::calls::Args;
use crate::convert;
use crate::stop::Walked;
use crate::term::Term;
use crate::walk::Walker;

/// The longest text of an expression that a message repeats.
const SHOWN: usize = 40;

impl Walker<'_, '_> {
    /// What a term holds; raises `TypeError` where it is `None`.
    pub(crate) fn present(&mut self, term: &Term, span: Span) -> Term {
        let Term::Optional(is_present, item) = term else { return term.clone() };
        if self.body.as_const(*is_present) != Some(Const::Bool(true)) {
            let is_missing = convert::not(&mut self.body, *is_present, span);
            let message = self.missing_message(item, span);
            self.raise_if(is_missing, "TypeError", &message, span);
        }
        (**item).clone()
    }

    fn missing_message(&self, item: &Term, span: Span) -> String {
        let wanted = self.describe(item).replace('`', "");
        let text = self.source().slice(span);
        if text.len() > SHOWN || text.contains('\n') {
            return format!("{wanted} is expected, not None");
        }
        format!("{wanted} is expected, not None, which `{text}` is")
    }

    /// The arguments of a function that takes no `None`.
    pub(crate) fn present_args(&mut self, mut args: Args) -> Args {
        for arg in &mut args.positional {
            arg.term = self.present(&arg.term, arg.span);
        }
        for (_, arg) in &mut args.named {
            arg.term = self.present(&arg.term, arg.span);
        }
        args
    }

    /// Whether a term is not `None`: a `bool`.
    pub(crate) fn is_present(&mut self, term: &Term, span: Span) -> Value {
        match term {
            Term::Optional(is_present, _) => *is_present,
            other => {
                let is_none = self.is_none(other);
                self.body.constant(Const::Bool(!is_none), Ty::Bool, span)
            }
        }
    }

    /// A comparison of which one side may be `None`: two that are are equal, one that is equals nothing else.
    pub(crate) fn compare_optional(
        &mut self,
        op: CompareOp,
        left: &Term,
        right: &Term,
        span: Span,
        spans: (Span, Span),
    ) -> Walked<Value> {
        let with_none = self.is_none(left) || self.is_none(right);
        let is_equality = match op {
            CompareOp::Eq | CompareOp::Ne => true,
            CompareOp::Is | CompareOp::IsNot => with_none,
            CompareOp::In | CompareOp::NotIn => {
                let right = self.present(right, spans.1);
                return self.compare_with_items(op, left, &right, span, spans);
            }
            CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge => false,
        };
        if !is_equality {
            let (left, right) = (self.present(left, spans.0), self.present(right, spans.1));
            return self.compare(op, &left, &right, span, spans);
        }
        let (a, b) = (self.is_present(left, span), self.is_present(right, span));
        let either = self.any(a, b, span);
        let neither = convert::not(&mut self.body, either, span);
        let equal = if with_none {
            neither
        } else {
            // What is not there is zero: it is compared for nothing.
            let same = self.compare(CompareOp::Eq, held(left), held(right), span, spans)?;
            let both = self.both(a, b, span);
            let same = self.both(both, same, span);
            self.any(neither, same, span)
        };
        let wants_equal = matches!(op, CompareOp::Eq | CompareOp::Is);
        Ok(if wants_equal { equal } else { convert::not(&mut self.body, equal, span) })
    }

    /// Whether either holds.
    pub(crate) fn any(&mut self, a: Value, b: Value, span: Span) -> Value {
        match (self.body.as_const(a), self.body.as_const(b)) {
            (Some(Const::Bool(false)), _) => return b,
            (_, Some(Const::Bool(false))) => return a,
            _ => {}
        }
        self.body.emit(Op::Binary(BinaryOp::Or, a, b), Ty::Bool, span)
    }
}

/// What a term holds where it is not `None`.
pub(crate) fn held(term: &Term) -> &Term {
    if let Term::Optional(_, item) = term { item } else { term }
}
