//! What a preprocessor made of a header, read tolerantly.

use std::sync::Arc;

use arena::Id as _;
use ctype::CTypes;
use diagnostic::Diagnostic;
use source::{Source, Span};

use crate::namespace::{DeclareOptions, Declared, Namespace, Value, ValueId};
use crate::parser::{Context, parse_decls, parse_value};
use crate::resolve::{Evaluated, Resolver};
use crate::scope::Entry;
use crate::syntax::Decls;

/// The declarations of a preprocessed header, all included ones with it.
#[derive(Debug)]
pub struct HeaderText {
    /// What could be parsed. Bodies of functions and values of variables were passed over.
    pub decls: Decls,
    /// Why the rest could not.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// What was left out of a header.
#[derive(Debug, Default)]
pub struct LeftOut {
    /// Which of the chosen items, by their places in [`Decls::items`].
    pub items: Vec<usize>,
    /// Why: each names what is left out.
    pub warnings: Vec<Diagnostic>,
}

impl Namespace {
    /// Reads the text that a preprocessor made of a header. Nothing is declared yet.
    pub fn parse_header(&self, source: &Source) -> HeaderText {
        let is_type = |name: &str| self.is_type(name);
        let context = Context { is_type: &is_type, pack: None, is_header: true };
        let (decls, diagnostics) = parse_decls(source, context);
        HeaderText { decls, diagnostics }
    }

    /// Adds the chosen items of a header, in the order given. An item that uses what is not supported is left
    /// out alone, with what needs it; what the namespace has already may be said again. `is_own` tells
    /// of an offset whether a mistake in the syntax there is to be reported.
    ///
    /// # Errors
    /// With the mistakes of the chosen items; then neither the namespace nor the table changed.
    pub fn declare_header(
        &mut self,
        types: &mut CTypes,
        header: &HeaderText,
        chosen: &[usize],
        is_own: &dyn Fn(usize) -> bool,
    ) -> Result<LeftOut, Vec<Diagnostic>> {
        let before = types.checkpoint();
        let options = DeclareOptions::default();
        let resolver = Resolver::new(types, self, &header.decls.source, options, Vec::new());
        match resolver.resolve_header(header, chosen, is_own) {
            Ok((changes, left_out)) => {
                self.take_over(changes);
                Ok(left_out)
            }
            Err(diagnostics) => {
                types.roll_back(before);
                Err(diagnostics)
            }
        }
    }

    /// Makes a constant of a macro, whose text is its value with all macros carried out. What is no constant is
    /// none here either, and so is a name that stands for something else; says whether one was made.
    pub fn declare_macro(&mut self, types: &mut CTypes, name: &str, value: &str) -> bool {
        if self.get(name).is_some() {
            return false;
        }
        let source = Source::new(name, value);
        let is_type = |name: &str| self.is_type(name);
        let Some(expr) = parse_value(&source, Context { is_type: &is_type, pack: None, is_header: true })
        else {
            return false;
        };
        let before = types.checkpoint();
        let resolver = Resolver::new(types, self, &source, DeclareOptions::default(), Vec::new());
        let Some(evaluated) = resolver.resolve_value(&expr) else {
            types.roll_back(before);
            return false;
        };
        let what = match evaluated {
            Evaluated::Integer(constant) => Declared::Constant(constant),
            Evaluated::Other(value) => self.add_value(value),
        };
        let span = Span::new(0, value.len());
        self.names.bind(Entry { name: name.into(), what, source, span, statement: span });
        true
    }

    /// Keeps a value that is no integer.
    pub(crate) fn add_value(&mut self, value: Value) -> Declared {
        self.values.push(value);
        Declared::Value(ValueId::from_index(self.values.len() - 1))
    }

    /// The value of a constant that is no integer.
    pub fn value(&self, id: ValueId) -> &Value {
        &self.values[id.index()]
    }

    /// The name that the linker knows a function or variable by: its own, or what `asm("name")` says.
    pub fn symbol(&self, name: &str) -> Option<&Arc<str>> {
        self.symbols.get(name)
    }
}
