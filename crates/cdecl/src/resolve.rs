//! [`Decls`] into the type table and the names that they bind.
//!
//! Names are looked up in the namespace as it was and in what the same text has declared before.
//! What the text declares is kept apart, as [`Changes`], until all of it is known to be right. A
//! declaration that is wrong is reported once: names that it would have bound are remembered as
//! lost, and nobody complains that they are unknown.

mod alignment;
mod constant;
mod declarator;
mod enumeration;
mod header;
mod mode;
pub(crate) mod name;
mod record;
mod redeclared;
mod transparent;
mod value;

use std::sync::Arc;

use ctype::{Align, CType, CTypes, EnumId, Qualified, RecordId, TypeId};
use diagnostic::{Diagnostic, Id, Label};
use rustc_hash::{FxHashMap, FxHashSet};
use source::{Source, Span};

use crate::namespace::{DeclareOptions, Declared, Namespace, Tag, Value};
use crate::parser::Abort;
use crate::scope::Scope;
use crate::syntax::{
    Declaration, Decls, InitDeclarator, Item, StaticAssert, Storage, TypeName, TypeSpecifier,
};

/// How deeply types are built of others; see [`CTypes::depth`].
const MAX_TYPE_DEPTH: u32 = 256;

/// How many types a type's name spells out; see [`CTypes::parts`].
const MAX_TYPE_PARTS: u32 = 1 << 14;

/// What a text declares.
#[derive(Default)]
pub(crate) struct Changes {
    pub(crate) tags: Scope<Tag>,
    pub(crate) names: Scope<Declared>,
    /// What `asm("name")` says, by the names of C.
    pub(crate) symbols: FxHashMap<Arc<str>, Arc<str>>,
    /// What follows the values of the namespace.
    pub(crate) values: Vec<Value>,
}

pub(crate) use value::Evaluated;

type Resolve<T> = Result<T, Abort>;

/// Which types a text may name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kinds {
    All,
    /// Those of objects: all but those of functions.
    Objects,
}

/// A type, and the alignment that a typedef gives it.
#[derive(Clone, Copy)]
struct Typed {
    ty: Qualified,
    align: Option<Align>,
}

impl From<TypeId> for Typed {
    fn from(ty: TypeId) -> Self {
        Self { ty: ty.into(), align: None }
    }
}

/// What a struct, union or enum without a tag waits for.
#[derive(Clone, Copy)]
enum Unnamed {
    Record(RecordId),
    Enum(EnumId),
}

pub(crate) struct Resolver<'a> {
    types: &'a mut CTypes,
    namespace: &'a Namespace,
    source: &'a Source,
    options: DeclareOptions,
    changes: Changes,
    /// The declaration that is being read.
    statement: Span,
    /// Whether the text is a header's, which may say again what was said.
    is_tolerant: bool,
    /// Whether mistakes are not shown, so that no words for them are worth looking for.
    is_quiet: bool,
    /// Whether the text may declare tags.
    is_declaring: bool,
    /// The records whose members are being read.
    open: Vec<RecordId>,
    /// Names and tags that a wrong declaration would have bound.
    lost: FxHashSet<&'a str>,
    /// Structs, unions and enums that a wrong definition left without a body.
    lost_types: FxHashSet<TypeId>,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Resolver<'a> {
    pub(crate) fn new(
        types: &'a mut CTypes,
        namespace: &'a Namespace,
        source: &'a Source,
        options: DeclareOptions,
        diagnostics: Vec<Diagnostic>,
    ) -> Self {
        Self {
            types,
            namespace,
            source,
            options,
            changes: Changes::default(),
            statement: Span::at(0),
            is_tolerant: false,
            is_quiet: false,
            is_declaring: true,
            open: Vec::new(),
            lost: FxHashSet::default(),
            lost_types: FxHashSet::default(),
            diagnostics,
        }
    }

    /// All items of a text.
    pub(crate) fn resolve(mut self, decls: &'a Decls) -> Result<Changes, Vec<Diagnostic>> {
        self.lost = decls.skipped.iter().map(|span| self.source.slice(*span)).collect();
        for item in &decls.items {
            if let Err(Abort) = self.item(item) {
                self.lose_names_of(item);
            }
        }
        if self.diagnostics.is_empty() {
            return Ok(self.changes);
        }
        self.diagnostics.sort_by_key(|diagnostic| diagnostic.primary.span);
        Err(self.diagnostics)
    }

    fn item(&mut self, item: &'a Item) -> Resolve<()> {
        self.statement = item.span();
        match item {
            Item::Declaration(declaration) => self.declaration(declaration),
            Item::Define { name, value } => self.define(*name, value),
            Item::StaticAssert(assertion) => self.static_assert(assertion),
        }
    }

    /// A text that is one type name, which declares nothing.
    pub(crate) fn resolve_type_name(
        mut self,
        name: &'a TypeName,
        kinds: Kinds,
    ) -> Result<TypeId, Vec<Diagnostic>> {
        self.is_declaring = false;
        let resolved = self.named_type(name).and_then(|typed| match kinds {
            Kinds::All => Ok(typed.ty.ty),
            Kinds::Objects => self.refuse_function(typed.ty.ty, name.span),
        });
        match resolved {
            Ok(ty) if self.diagnostics.is_empty() => Ok(ty),
            Ok(_) | Err(Abort) => Err(self.diagnostics),
        }
    }

    fn refuse_function(&mut self, ty: TypeId, span: Span) -> Resolve<TypeId> {
        let CType::Function(_) = self.types.get(ty) else { return Ok(ty) };
        let title = format!("`{}` is a function type, not a pointer to one", self.types.name(ty));
        let label = format!("expected `{}`", self.types.declare(ty, "(*)"));
        Err(self.error_at(Id::CInvalidType, title, span, &label))
    }

    /// The type that a type name names.
    fn named_type(&mut self, name: &'a TypeName) -> Resolve<Typed> {
        let (base, _) = self.specifiers(&name.specifiers)?;
        let typed = self.declared(base, &name.declarator)?;
        self.in_mode(typed, &[&name.specifiers.attributes, &name.declarator.attributes])
    }

    fn lose_names_of(&mut self, item: &'a Item) {
        match item {
            Item::Declaration(declaration) => {
                for InitDeclarator { declarator, .. } in &declaration.declarators {
                    self.lost.extend(declarator.name.map(|name| self.source.slice(name)));
                }
            }
            Item::Define { name, .. } => {
                self.lost.insert(self.source.slice(*name));
            }
            Item::StaticAssert(_) => {}
        }
    }

    fn declaration(&mut self, declaration: &'a Declaration) -> Resolve<()> {
        let Declaration { storage, specifiers, declarators, has_body: _ } = declaration;
        let (base, mut unnamed) = self.specifiers(specifiers)?;
        if declarators.is_empty() && declares_nothing(&specifiers.ty) {
            let title = "a declaration that declares nothing";
            return Err(self.error_at(Id::CSyntax, title, specifiers.span, "expected a name after this"));
        }
        for InitDeclarator { declarator, initializer } in declarators {
            let Some(name) = declarator.name else { continue };
            let attributes = [&specifiers.attributes, &declarator.attributes];
            let declared = self.declared(base, declarator)?;
            let mut typed = self.in_mode(declared, &attributes)?;
            if *storage == Storage::Typedef {
                let own = unnamed.take_if(|_| declarator.derivations.is_empty());
                typed = self.transparent_typedef(typed, &attributes, own, name)?;
                self.name_after_typedef(own, name);
            }
            let asked = self.alignment(&attributes)?;
            typed.align = asked.or(typed.align);
            let what = match (*storage, initializer) {
                (Storage::Typedef, None) => Declared::Typedef { ty: typed.ty, align: typed.align },
                (_, Some(value)) => self.initialized(*storage, typed.ty, value, name)?,
                (_, None) => self.object(typed.ty, declarator.span, name)?,
            };
            self.bind(name, what)?;
            if let Some(symbol) = declarator.attributes.symbol {
                let symbol = unquoted(self.source.slice(symbol)).into();
                self.changes.symbols.insert(self.source.slice(name).into(), symbol);
            }
        }
        Ok(())
    }

    /// A struct or enum without a tag is printed under its first typedef.
    fn name_after_typedef(&mut self, unnamed: Option<Unnamed>, name: Span) {
        let name = self.source.slice(name);
        match unnamed {
            Some(Unnamed::Record(record)) => self.types.rename_record(record, name),
            Some(Unnamed::Enum(id)) => self.types.rename_enum(id, name),
            None => {}
        }
    }

    /// A function or a variable, by its type.
    fn object(&mut self, ty: Qualified, span: Span, name: Span) -> Resolve<Declared> {
        if let CType::Function(_) = self.types.get(ty.ty) {
            return Ok(Declared::Function(ty.ty));
        }
        if *self.types.get(ty.ty) == CType::Void {
            let title = format!("`{}` is declared as `void`", self.source.slice(name));
            return Err(self.error_at(Id::CInvalidType, title, span, "expected a type with values"));
        }
        Ok(Declared::Variable(ty))
    }

    fn static_assert(&mut self, assertion: &'a StaticAssert) -> Resolve<()> {
        if self.evaluate(&assertion.condition)?.value != 0 {
            return Ok(());
        }
        let message =
            assertion.message.map_or(String::new(), |span| format!(": {}", self.source.slice(span)));
        let title = format!("an assertion of the declarations does not hold{message}");
        Err(self.error_at(Id::CStaticAssert, title, assertion.condition.span, "this is zero"))
    }

    /// Refuses a type too deep or too long to follow or print.
    fn limited(&mut self, ty: TypeId, span: Span) -> Resolve<TypeId> {
        if self.types.depth(ty) < MAX_TYPE_DEPTH && self.types.parts(ty) <= MAX_TYPE_PARTS {
            return Ok(ty);
        }
        let label = format!("at most {MAX_TYPE_DEPTH} types lie inside each other, {MAX_TYPE_PARTS} in all");
        Err(self.error_at(Id::CNesting, "a type is built of too many others", span, &label))
    }

    fn error(&mut self, id: Id, title: impl Into<String>, span: Span) -> Abort {
        self.error_at(id, title, span, "")
    }

    fn error_at(&mut self, id: Id, title: impl Into<String>, span: Span, label: &str) -> Abort {
        self.report(Diagnostic::error(id, title, Label::new(self.source, span, label)))
    }

    fn report(&mut self, diagnostic: Diagnostic) -> Abort {
        self.diagnostics.push(diagnostic);
        Abort
    }
}

/// The text of quotations that stand side by side. The linker's names have no escapes.
fn unquoted(quotations: &str) -> String {
    quotations.split('"').skip(1).step_by(2).collect()
}

/// Whether specifiers without a declarator leave nothing behind.
fn declares_nothing(ty: &TypeSpecifier) -> bool {
    match ty {
        TypeSpecifier::Record(record) => record.tag.is_none(),
        TypeSpecifier::Enum(specifier) => specifier.tag.is_none() && specifier.enumerators.is_none(),
        TypeSpecifier::Void
        | TypeSpecifier::Bool
        | TypeSpecifier::Int(_)
        | TypeSpecifier::Float(_)
        | TypeSpecifier::Complex(_)
        | TypeSpecifier::Opaque
        | TypeSpecifier::Named(_)
        | TypeSpecifier::TypeofType(_)
        | TypeSpecifier::TypeofExpr(_) => true,
    }
}
