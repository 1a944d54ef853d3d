//! Loops that are built, not walked: over the elements of arrays.

use source::Span;
use tir::{BinaryOp, Comparison, Value};

use crate::stop::Walked;
use crate::walk::Walker;

impl Walker<'_, '_> {
    /// Builds a loop of so many rounds. A round gets its number and what is carried, and gives what
    /// the next one gets.
    pub(crate) fn fold_loop(
        &mut self,
        count: Value,
        carried: &[Value],
        span: Span,
        round: impl FnOnce(&mut Self, Value, &[Value]) -> Walked<Vec<Value>>,
    ) -> Walked<Vec<Value>> {
        let header = self.body.block();
        let first = self.word(0, span);
        let mut args = vec![first];
        args.extend(carried);
        self.body.jump(header, args);
        let number = self.body.param(header, tir::Ty::I64);
        let params: Vec<Value> =
            carried.iter().map(|value| self.body.param(header, self.body.ty(*value))).collect();
        self.body.switch_to(header);
        let goes_on = self.body.emit(tir::Op::Compare(Comparison::Lt, number, count), tir::Ty::Bool, span);
        let (inside, end) = self.body.branch(goes_on);
        self.body.switch_to(inside);
        let next = round(self, number, &params)?;
        let one = self.word(1, span);
        let mut args = vec![self.int(BinaryOp::Add, number, one, span)];
        args.extend(next);
        self.body.jump(header, args);
        self.body.switch_to(end);
        Ok(params)
    }

    /// Builds a loop of so many rounds that carries nothing.
    pub(crate) fn counted_loop(
        &mut self,
        count: Value,
        span: Span,
        round: impl FnOnce(&mut Self, Value) -> Walked<()>,
    ) -> Walked<()> {
        self.fold_loop(count, &[], span, |walker, number, _| round(walker, number).map(|()| Vec::new()))?;
        Ok(())
    }

    /// Builds loops over all indices of these lengths, the last innermost, or the first.
    pub(crate) fn loop_nest(
        &mut self,
        dims: &[Value],
        is_last_inner: bool,
        span: Span,
        round: &mut dyn FnMut(&mut Self, &[Value]) -> Walked<()>,
    ) -> Walked<()> {
        let mut indices = vec![None; dims.len()];
        self.nested(dims, is_last_inner, 0, &mut indices, span, round)
    }

    fn nested(
        &mut self,
        dims: &[Value],
        is_last_inner: bool,
        depth: usize,
        indices: &mut Vec<Option<Value>>,
        span: Span,
        round: &mut dyn FnMut(&mut Self, &[Value]) -> Walked<()>,
    ) -> Walked<()> {
        if depth == dims.len() {
            let all: Vec<Value> = indices.iter().copied().flatten().collect();
            return round(self, &all);
        }
        let axis = if is_last_inner { depth } else { dims.len() - 1 - depth };
        self.counted_loop(dims[axis], span, |walker, index| {
            indices[axis] = Some(index);
            walker.nested(dims, is_last_inner, depth + 1, indices, span, round)
        })
    }

    /// Builds what happens where the condition holds, and what otherwise; then goes on.
    pub(crate) fn if_else(
        &mut self,
        condition: Value,
        then: &mut dyn FnMut(&mut Self) -> Walked<()>,
        otherwise: &mut dyn FnMut(&mut Self) -> Walked<()>,
    ) -> Walked<()> {
        match self.body.as_const(condition) {
            Some(tir::Const::Bool(true)) => return then(self),
            Some(tir::Const::Bool(false)) => return otherwise(self),
            _ => {}
        }
        let (yes, no) = self.body.branch(condition);
        let after = self.body.block();
        self.body.switch_to(yes);
        then(self)?;
        self.body.jump(after, Vec::new());
        self.body.switch_to(no);
        otherwise(self)?;
        self.body.jump(after, Vec::new());
        self.body.switch_to(after);
        Ok(())
    }
}
