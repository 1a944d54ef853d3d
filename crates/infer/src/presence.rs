//! What a condition says of names that may be `None`: where it says that they are not, they are what they hold.

use pysyntax::{BoolOp, CompareOp, ExprId, ExprKind, NameId, Syntax, UnaryOp};

use crate::locals::Local;
use crate::term::Term;
use crate::walk::Walker;

impl Walker<'_, '_> {
    /// The path on which `test` turned out as `holds`: names of which it says so are not `None` there.
    pub(crate) fn narrow_present(&mut self, test: ExprId, holds: bool) {
        let syntax = self.syntax();
        let mut names = Vec::new();
        add_present(&syntax, test, holds, &mut names);
        for name in names {
            let Local::Bound(Term::Optional(_, item)) = self.local(name) else { continue };
            let item = (**item).clone();
            if !is_bound_again(&syntax, test, name) {
                self.set_local(name, Local::Bound(item));
            }
        }
    }
}

/// Adds the names that are not `None` where `test` is `holds`.
fn add_present(syntax: &Syntax, test: ExprId, holds: bool, names: &mut Vec<NameId>) {
    match &syntax.exprs[test].kind {
        ExprKind::Unary(UnaryOp::Not, operand) => add_present(syntax, *operand, !holds, names),
        ExprKind::Bools(op, operands) if holds == (*op == BoolOp::And) => {
            for operand in operands {
                add_present(syntax, *operand, holds, names);
            }
        }
        ExprKind::Compare(first, rest) => {
            let [(op, second)] = rest[..] else { return };
            let says_none = match op {
                CompareOp::Is | CompareOp::Eq => holds,
                CompareOp::IsNot | CompareOp::Ne => !holds,
                _ => return,
            };
            let is_none = |id: ExprId| syntax.exprs[id].kind == ExprKind::None;
            let tested = if is_none(second) { *first } else { second };
            if !says_none && (is_none(second) || is_none(*first)) {
                names.extend(name_of(syntax, tested));
            }
        }
        ExprKind::Name(_) | ExprKind::Walrus(..) if holds => names.extend(name_of(syntax, test)),
        _ => {}
    }
}

/// The name that an expression reads, or binds.
fn name_of(syntax: &Syntax, id: ExprId) -> Option<NameId> {
    match syntax.exprs[id].kind {
        ExprKind::Name(name) | ExprKind::Walrus(name, _) if syntax.locals.contains(&name) => Some(name),
        _ => None,
    }
}

/// Whether a test binds a name beside asking of it, so that what it says may be of another value.
fn is_bound_again(syntax: &Syntax, test: ExprId, name: NameId) -> bool {
    let whole = syntax.span_of(test);
    let is_inside = |id: ExprId| {
        let span = syntax.span_of(id);
        whole.start() <= span.start() && span.end() <= whole.end()
    };
    let (mut bound, mut read) = (0, 0);
    for (id, expr) in syntax.exprs.iter() {
        match expr.kind {
            ExprKind::Walrus(other, _) if other == name && is_inside(id) => bound += 1,
            ExprKind::Name(other) if other == name && is_inside(id) => read += 1,
            _ => {}
        }
    }
    bound > 0 && bound + read > 1
}
