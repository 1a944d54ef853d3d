//! C declarations with spans, then into the type table, all or nothing.
//!
//! [`parse`] reads a text into [`Decls`] and knows nothing of types. [`Namespace::declare`] reads a
//! text and resolves it: every struct is laid out and every name bound, or, when anything is wrong,
//! every mistake is reported and neither the namespace nor the type table changed. What is read
//! is C11 with the GNU attributes that matter to layout; `#define` of an integer expression makes a
//! constant, and the text is otherwise taken as preprocessed. [`Namespace::parse_header`] and
//! [`Namespace::declare_header`] do the same for what a preprocessor made of a header, of which only
//! some is wanted, and some may be what is not supported.

#![forbid(unsafe_code)]

mod decls_text;
mod directive;
mod header;
mod include;
mod lexer;
mod namespace;
mod parameters;
mod parser;
mod resolve;
mod scope;
pub mod syntax;
mod token;

use diagnostic::Diagnostic;
use source::Source;

pub use header::{HeaderText, LeftOut};
pub use lexer::comment_start;
pub use namespace::{Constant, DeclareOptions, Declared, Namespace, Tag, Value, ValueId, is_known_type};
pub use syntax::Decls;

/// The declarations of a text, and everything that is wrong with it as a text.
pub fn parse(source: &Source) -> (Decls, Vec<Diagnostic>) {
    parser::parse_decls(
        source,
        parser::Context { is_type: &namespace::is_known_type, pack: None, is_header: false },
    )
}
