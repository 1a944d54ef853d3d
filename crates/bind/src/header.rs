//! A header, from the text that a preprocessor made of it to names in a namespace.

use cdecl::{HeaderText, LeftOut, Namespace};
use ctype::CTypes;
use diagnostic::Diagnostic;
use source::Source;

use crate::macros;
use crate::origin::{Origins, Ownership, Project};
use crate::select::select;

/// A preprocessed header that was read.
#[derive(Debug)]
pub struct Header {
    pub(crate) text: HeaderText,
    pub(crate) origins: Origins,
    /// The items that are declared.
    pub(crate) chosen: Vec<usize>,
}

/// What became of a header.
#[derive(Debug)]
pub struct Outcome {
    /// What is left out, and why.
    pub left_out: LeftOut,
    /// The macros that are constants.
    pub constants: Vec<String>,
}

impl Header {
    /// Reads the text that a preprocessor made of a header, with its comments and macros.
    pub fn read(namespace: &Namespace, name: &str, text: &str, project: &Project) -> Self {
        let source = Source::new(name, text);
        let origins = Origins::of(text, project);
        let text = namespace.parse_header(&source);
        let chosen = select(&text.decls, &origins);
        Self { text, origins, chosen }
    }

    /// The macros whose values are wanted. The preprocessor is to be given a line `"NAME" = NAME` for each.
    pub fn macros(&self) -> Vec<&str> {
        self.definitions().into_iter().map(|(_, name)| name).collect()
    }

    /// The same macros, with the places of their definitions.
    pub(crate) fn definitions(&self) -> Vec<(usize, &str)> {
        macros::definitions(self.text.decls.source.text(), &self.origins)
    }

    /// Adds what the header declares to a namespace; `values` is what the preprocessor made of the lines for
    /// the macros.
    ///
    /// # Errors
    /// With the mistakes of the header; then neither the namespace nor the table changed.
    pub fn declare(
        &self,
        namespace: &mut Namespace,
        types: &mut CTypes,
        values: &str,
    ) -> Result<Outcome, Vec<Diagnostic>> {
        let is_own = |offset| self.origins.ownership(offset) == Ownership::Own;
        let left_out = namespace.declare_header(types, &self.text, &self.chosen, &is_own)?;
        let mut constants = Vec::new();
        for (name, value) in macros::values(values) {
            if namespace.declare_macro(types, name, &value) {
                constants.push(name.to_owned());
            }
        }
        Ok(Outcome { left_out, constants })
    }
}
