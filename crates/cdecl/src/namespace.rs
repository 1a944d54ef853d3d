//! The names that the texts given to one FFI have declared.

use std::sync::Arc;

use arena::define_id;
use ctype::{Align, CTypes, EnumId, FloatType, IntType, Qualified, RecordId, TypeId};
use diagnostic::Diagnostic;
use rustc_hash::FxHashMap;
use source::{Source, Span};

use crate::parser::{Context, Naming, parse_decls, parse_type_name};
use crate::resolve::{Changes, Kinds, Resolver};
use crate::scope::{Entry, Scope};

/// How a text is taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct DeclareOptions {
    /// A name declared again replaces the earlier one instead of being an error.
    pub is_override: bool,
    /// Every struct and union of the text is packed.
    pub is_packed: bool,
    /// As `#pragma pack(n)` before the text.
    pub pack: Option<Align>,
}

/// What an ordinary name is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Declared {
    /// A typedef.
    Typedef {
        /// The type.
        ty: Qualified,
        /// What an `aligned` of the typedef says in place of the type's own alignment.
        align: Option<Align>,
    },
    /// A function; the type is a function type.
    Function(TypeId),
    /// A variable.
    Variable(Qualified),
    /// An enumerator, a `#define` or a `static const`.
    Constant(Constant),
    /// A macro of a header or a `static const` that is no integer; see [`Namespace::value`].
    Value(ValueId),
}

define_id! {
    /// A [`Value`] of a namespace.
    pub struct ValueId("value")
}

/// The value of a constant that is no integer.
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    /// A floating constant; one of a `long double` as the nearest double.
    Float {
        /// Its value.
        value: f64,
        /// Its type.
        ty: FloatType,
    },
    /// The bytes of a text, without the zero at its end.
    Text(Box<[u8]>),
    /// An integer cast to a pointer.
    Pointer {
        /// The pointer's type.
        ty: TypeId,
        /// The integer.
        address: u64,
    },
}

/// The value of a constant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Constant {
    /// The value.
    pub value: i128,
    /// Its type in C.
    pub ty: IntType,
}

/// What a tag is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tag {
    /// A struct or union.
    Record {
        /// Which.
        record: RecordId,
        /// Its type.
        ty: TypeId,
    },
    /// An enum.
    Enum {
        /// Which.
        id: EnumId,
        /// Its type.
        ty: TypeId,
    },
}

/// Everything declared so far: tags in one space of names, all else in another, as in C.
#[derive(Clone, Debug, Default)]
pub struct Namespace {
    pub(crate) tags: Scope<Tag>,
    pub(crate) names: Scope<Declared>,
    pub(crate) symbols: FxHashMap<Arc<str>, Arc<str>>,
    pub(crate) values: Vec<Value>,
}

impl Namespace {
    /// A namespace without names; the types that every program knows, such as `size_t`, need none.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads a text and adds what it declares.
    ///
    /// # Errors
    /// With all that is wrong with the text; then neither the namespace nor the table changed.
    pub fn declare(
        &mut self,
        types: &mut CTypes,
        source: &Source,
        options: &DeclareOptions,
    ) -> Result<(), Vec<Diagnostic>> {
        let is_type = |name: &str| self.is_type(name);
        let (decls, diagnostics) =
            parse_decls(source, Context { is_type: &is_type, pack: options.pack, is_header: false });
        let before = types.checkpoint();
        let resolver = Resolver::new(types, self, &decls.source, *options, diagnostics);
        match resolver.resolve(&decls) {
            Ok(changes) => {
                self.take_over(changes);
                Ok(())
            }
            Err(diagnostics) => {
                types.roll_back(before);
                Err(diagnostics)
            }
        }
    }

    /// Makes what a text declares part of the namespace.
    pub(crate) fn take_over(&mut self, changes: Changes) {
        if !self.symbols.is_empty() {
            for entry in changes.names.iter() {
                self.symbols.remove(&entry.name);
            }
        }
        self.tags.extend(changes.tags);
        self.names.extend(changes.names);
        self.symbols.extend(changes.symbols);
        self.values.extend(changes.values);
    }

    /// The type that a text names: `int(*)(const int *)`, `struct point`, `foo_t[3]`, or a bare function
    /// type. Qualifiers of the whole are dropped.
    ///
    /// # Errors
    /// With all that is wrong with the text; then the table did not change.
    pub fn type_name(&self, types: &mut CTypes, source: &Source) -> Result<TypeId, Vec<Diagnostic>> {
        self.type_with(types, source, Naming::Forbidden, Kinds::All)
    }

    /// As [`Self::type_name`]; the text may also be the declaration of a name, such as
    /// `int (*compare)(int a, int b)`. The name is declared to nobody.
    ///
    /// # Errors
    /// With all that is wrong with the text; then the table did not change.
    pub fn declared_type(&self, types: &mut CTypes, source: &Source) -> Result<TypeId, Vec<Diagnostic>> {
        self.type_with(types, source, Naming::Optional, Kinds::All)
    }

    /// As [`Self::declared_type`], for what is to have values: a function type is refused.
    ///
    /// # Errors
    /// With all that is wrong with the text; then the table did not change.
    pub fn object_type(&self, types: &mut CTypes, source: &Source) -> Result<TypeId, Vec<Diagnostic>> {
        self.type_with(types, source, Naming::Optional, Kinds::Objects)
    }

    fn type_with(
        &self,
        types: &mut CTypes,
        source: &Source,
        naming: Naming,
        kinds: Kinds,
    ) -> Result<TypeId, Vec<Diagnostic>> {
        let is_type = |name: &str| self.is_type(name);
        let context = Context { is_type: &is_type, pack: None, is_header: false };
        let (source, name) = parse_type_name(source, context, naming)?;
        let before = types.checkpoint();
        let resolver = Resolver::new(types, self, &source, DeclareOptions::default(), Vec::new());
        resolver.resolve_type_name(&name, kinds).inspect_err(|_| types.roll_back(before))
    }

    /// What an ordinary name is.
    pub fn get(&self, name: &str) -> Option<Declared> {
        self.names.get(name).map(|entry| entry.what)
    }

    /// The type of a function.
    pub fn function(&self, name: &str) -> Option<TypeId> {
        match self.get(name)? {
            Declared::Function(ty) => Some(ty),
            Declared::Typedef { .. } | Declared::Variable(_) | Declared::Constant(_) | Declared::Value(_) => {
                None
            }
        }
    }

    /// The type of a variable.
    pub fn variable(&self, name: &str) -> Option<Qualified> {
        match self.get(name)? {
            Declared::Variable(ty) => Some(ty),
            Declared::Typedef { .. } | Declared::Function(_) | Declared::Constant(_) | Declared::Value(_) => {
                None
            }
        }
    }

    /// An enumerator, a `#define` or a `static const`.
    pub fn constant(&self, name: &str) -> Option<Constant> {
        match self.get(name)? {
            Declared::Constant(constant) => Some(constant),
            Declared::Typedef { .. } | Declared::Function(_) | Declared::Variable(_) | Declared::Value(_) => {
                None
            }
        }
    }

    /// What a typedef of these texts stands for.
    pub fn typedef(&self, name: &str) -> Option<Qualified> {
        match self.get(name)? {
            Declared::Typedef { ty, .. } => Some(ty),
            Declared::Function(_) | Declared::Variable(_) | Declared::Constant(_) | Declared::Value(_) => {
                None
            }
        }
    }

    /// What `struct name`, `union name` or `enum name` is.
    pub fn tag(&self, name: &str) -> Option<Tag> {
        self.tags.get(name).map(|entry| entry.what)
    }

    /// All ordinary names, in the order of their first declaration.
    pub fn names(&self) -> impl Iterator<Item = (&str, Declared)> {
        self.names.iter().map(|entry| (entry.name.as_ref(), entry.what))
    }

    /// All tags, in the order of their first mention.
    pub fn tags(&self) -> impl Iterator<Item = (&str, Tag)> {
        self.tags.iter().map(|entry| (entry.name.as_ref(), entry.what))
    }

    /// Where an ordinary name was declared.
    pub fn declaration(&self, name: &str) -> Option<(&Source, Span)> {
        self.names.get(name).map(|Entry { source, span, .. }| (source, *span))
    }

    /// The declaration, from its first word to its last declarator, that an ordinary name is a part of.
    pub fn statement(&self, name: &str) -> Option<(&Source, Span)> {
        self.names.get(name).map(|entry| (&entry.source, entry.statement))
    }

    pub(crate) fn is_type(&self, name: &str) -> bool {
        match self.get(name) {
            Some(what) => matches!(what, Declared::Typedef { .. }),
            None => is_known_type(name),
        }
    }
}

/// Whether a name is a type without a declaration.
pub fn is_known_type(name: &str) -> bool {
    IntType::from_typedef_name(name).is_some() || KNOWN_TYPES.contains(&name)
}

/// The types known without a declaration that are not names of integer types.
pub(crate) const KNOWN_TYPES: &[&str] = &[
    "bool",
    "FILE",
    "va_list",
    "__builtin_va_list",
    "__gnuc_va_list",
    "__int128_t",
    "__uint128_t",
    "_Float32",
    "_Float32x",
    "_Float64",
    "_Float64x",
];

#[cfg(test)]
mod tests {
    use ctype::DataModel;

    use super::*;

    fn declare(
        namespace: &mut Namespace,
        types: &mut CTypes,
        text: &str,
        options: DeclareOptions,
    ) -> Result<(), Vec<String>> {
        let declared = namespace.declare(types, &Source::new("<cdef>", text), &options);
        declared.map_err(|all| all.into_iter().map(|one| one.title).collect())
    }

    fn size(namespace: &Namespace, types: &mut CTypes, name: &str) -> u64 {
        let ty = namespace.type_name(types, &Source::new("<type>", name)).expect("it is declared");
        types.layout(ty).expect("it is complete").size.get()
    }

    #[test]
    fn a_later_text_builds_on_an_earlier_one_and_a_wrong_one_changes_nothing() {
        let mut types = CTypes::new(DataModel::SYSV_X64);
        let mut namespace = Namespace::new();
        let plain = DeclareOptions::default();
        declare(&mut namespace, &mut types, "struct s; typedef struct s *s_ptr;", plain).expect("right");
        let before = types.checkpoint();
        let wrong = "struct s { int x; }; int f(s_ptr); enum { A }; foo g(void);";
        let titles = declare(&mut namespace, &mut types, wrong, plain).expect_err("`foo` is unknown");
        assert_eq!((titles.as_slice(), types.checkpoint()), (&["unknown type `foo`".to_owned()][..], before));
        assert!(namespace.function("f").is_none() && namespace.constant("A").is_none());
        declare(&mut namespace, &mut types, "struct s { int x, y; }; int f(s_ptr);", plain).expect("right");
        assert_eq!(size(&namespace, &mut types, "struct s"), 8);
        let function = namespace.function("f").expect("it is declared");
        assert_eq!(types.name(function), "int(struct s *)");
    }

    #[test]
    fn options_override_and_pack() {
        let mut types = CTypes::new(DataModel::SYSV_X64);
        let mut namespace = Namespace::new();
        let plain = DeclareOptions::default();
        declare(&mut namespace, &mut types, "int f(int);", plain).expect("right");
        assert!(declare(&mut namespace, &mut types, "int f(int);", plain).is_err());
        let replacing = DeclareOptions { is_override: true, ..plain };
        declare(&mut namespace, &mut types, "long f(int);", replacing).expect("it replaces");
        let function = namespace.function("f").expect("it is declared");
        assert_eq!((types.name(function).as_str(), namespace.names().count()), ("long(int)", 1));
        let packed = DeclareOptions { is_packed: true, ..plain };
        declare(&mut namespace, &mut types, "struct p { char c; int i; };", packed).expect("right");
        let limited = DeclareOptions { pack: Align::bytes(2), ..plain };
        declare(&mut namespace, &mut types, "struct l { char c; int i; };", limited).expect("right");
        let sizes = ["struct p", "struct l"].map(|name| size(&namespace, &mut types, name));
        assert_eq!(sizes, [5, 6]);
    }

    #[test]
    fn a_declaration_is_found_again() {
        let mut types = CTypes::new(DataModel::SYSV_X64);
        let mut namespace = Namespace::new();
        declare(&mut namespace, &mut types, "extern int first, second;", DeclareOptions::default())
            .expect("right");
        let (source, span) = namespace.declaration("second").expect("it is declared");
        assert_eq!((source.slice(span), source.place(span.start()).column), ("second", 19));
    }
}
