//! What Python has and the subset has not: the name of each construct and what to do instead.

use diagnostic::{Diagnostic, Id, Label};
use ruff_text_size::TextRange;

use super::Lowering;

/// Defines [`Construct`] from one table: variant, diagnostic, its name, what to do.
macro_rules! constructs {
    ($($variant:ident $id:ident $name:literal $help:literal)*) => {
        /// A construct that is not of the subset.
        #[derive(Clone, Copy, Debug)]
        pub(super) enum Construct {
            $($variant,)*
        }

        impl Construct {
            const fn describe(self) -> (Id, &'static str, &'static str) {
                match self {
                    $(Self::$variant => (Id::$id, $name, $help),)*
                }
            }
        }
    };
}

constructs! {
    Async UnsupportedAsync "an asynchronous function" "make it a plain `def`"
    Await UnsupportedAsync "`await`" "compute it before the call and pass the result"
    Bytes UnsupportedString "a bytes literal" "pass a pointer to the bytes as an argument"
    Class UnsupportedClass "a class" "define it outside of the function"
    Comprehension UnsupportedComprehension "a comprehension" "write it as a `for` loop over `range`"
    Decorator UnsupportedNestedFunction "a decorator of a function in the function" "call it: `name = decorator(name)`"
    Delete UnsupportedDelete "`del` of anything but a name" "assign another value to it"
    Dict UnsupportedContainer "a dict" "use variables, or a C struct behind a pointer"
    Ellipsis UnsupportedEllipsis "`...` outside of an index" "write `pass` for an empty body"
    Format UnsupportedString "a conversion or a format of a value in an f-string" "write the value alone: `{value}`"
    Generator UnsupportedGenerator "a generator" "write results through a pointer argument"
    Global UnsupportedGlobal "`global`" "return the new value: globals are constants here"
    Import UnsupportedImport "an import" "import it outside of the function"
    Match UnsupportedMatch "`match`" "write it as `if` and `elif`"
    Nonlocal UnsupportedGlobal "`nonlocal`" "return the new value: closure variables are constants here"
    RaiseFrom UnsupportedReraise "`raise … from …`" "raise the exception without `from`"
    Reraise UnsupportedReraise "a `raise` without an exception outside of a handler" "name the exception: `raise ValueError(\"text\")`"
    Set UnsupportedContainer "a set" "compare with `==` and `or`"
    Star UnsupportedStar "`**` before an argument" "write the arguments one by one"
    StarParameter UnsupportedStar "a parameter for the rest of the arguments by name" "name each parameter"
    Template UnsupportedString "a t-string" "pass the values to the exception: `raise ValueError(\"text\", value)`"
    TryStar UnsupportedTry "`except*`" "write `except`"
    TypeAlias UnsupportedClass "a type alias" "define it outside of the function"
    With UnsupportedWith "`with`" "do it around the call"
}

impl Lowering {
    /// Notes that a construct is not supported.
    pub(super) fn refuse(&mut self, construct: Construct, range: TextRange) {
        let (id, name, help) = construct.describe();
        let title = format!("{name} is not supported in compiled code");
        let label = Label::new(&self.syntax.source, self.span(range), "");
        self.diagnostics.push(Diagnostic::error(id, title, label).with_help(help));
    }

    /// Notes what the parser lets pass although it is no Python.
    pub(super) fn not_python(&mut self, what: &str, range: TextRange) {
        let label = Label::new(&self.syntax.source, self.span(range), what);
        self.diagnostics.push(Diagnostic::error(Id::PySyntax, "this is not Python", label));
    }
}
