//! The text of a Python function to a syntax arena of the supported subset.
//!
//! The text may be a whole file or a part of one: the indented lines of a method, or the middle of
//! a statement with a lambda in it. [`functions`] lists what could be the function that the host
//! means; [`parse`] lowers one of them; [`CodeFacts`] is what the host holds against the live
//! function's code before it believes the text. Spans are of the text as it was given. What
//! Python allows and the subset does not is a diagnostic that names it: all of them at once.
//!
//! A function in the function is a [`Syntax`] of its own that knows what it captures. Nothing here knows
//! types or what a name is bound to outside.

#![forbid(unsafe_code)]

mod ends;
mod facts;
mod find;
mod lower;
mod print;
mod reading;
mod syntax;
mod writes;

use diagnostic::Diagnostic;
use source::Source;

pub use facts::{CodeFacts, Constant};
pub use find::FunctionSyntax;
pub use syntax::{
    BinaryOp, BoolOp, CompareOp, Expr, ExprId, ExprKind, FormatPart, Handler, Keyword, NameId, NestedId,
    Param, ParamKind, Stmt, StmtId, StmtKind, Syntax, UnaryOp,
};

/// Everything in the text that could be the function wanted, in the order of the text.
///
/// # Errors
/// `py-syntax` when the text, even as a part of a file, is not Python.
pub fn functions(source: &Source) -> Result<Vec<FunctionSyntax>, Vec<Diagnostic>> {
    let mut found = Vec::new();
    reading::read(source, &mut |function, _, _| found.push(function.clone()))?;
    Ok(found)
}

/// Lowers one of the functions that [`functions`] found in the same text.
///
/// # Errors
/// `py-syntax`, and an `unsupported-…` for each construct that is not of the subset.
pub fn parse(source: &Source, which: &FunctionSyntax) -> Result<Syntax, Vec<Diagnostic>> {
    let mut lowered = None;
    reading::read(source, &mut |function, node, base| {
        if function == which {
            lowered = Some(lower::lower(source, node, base));
        }
    })?;
    lowered.unwrap_or_else(|| Err(vec![find::is_gone(source, which)]))
}

/// Lowers all functions of a text that are not inside of another.
///
/// # Errors
/// As [`parse`], for each of them.
pub fn parse_all(source: &Source) -> Result<Vec<Syntax>, Vec<Diagnostic>> {
    let (mut all, mut diagnostics) = (Vec::new(), Vec::new());
    reading::read(source, &mut |function, node, base| {
        if function.nesting.is_empty() {
            match lower::lower(source, node, base) {
                Ok(syntax) => all.push(syntax),
                Err(errors) => diagnostics.extend(errors),
            }
        }
    })?;
    if diagnostics.is_empty() { Ok(all) } else { Err(diagnostics) }
}
