//! Structs and unions.

use std::sync::Arc;

use ctype::{
    ArrayLength, CType, FieldDecl, LayoutError, Packing, RecordBody, RecordId, RecordKind, RecordLayoutError,
    TypeId, lay_out_record,
};
use diagnostic::{Diagnostic, Id, Label};
use rustc_hash::FxHashMap;
use source::Span;

use crate::namespace::Tag;
use crate::parser::Abort;
use crate::resolve::{Resolve, Resolver, Typed, Unnamed};
use crate::syntax::{Attributes, Expr, FieldDeclarator, Member, RecordSpecifier, Specifiers, TypeSpecifier};

/// The tag that the ABI gives to what `va_list` is made of.
const VA_LIST_TAG: &str = "__va_list_tag";

/// The members read so far.
#[derive(Default)]
struct Members {
    fields: Vec<FieldDecl>,
    spans: Vec<Span>,
    /// Every name, those lent by anonymous members included.
    names: FxHashMap<Arc<str>, Span>,
}

impl<'a> Resolver<'a> {
    /// The struct or union that a specifier names or defines.
    pub(super) fn record(&mut self, specifier: &'a RecordSpecifier) -> Resolve<(RecordId, TypeId)> {
        let (record, ty) = self.tagged_record(specifier)?;
        let Some(members) = &specifier.members else { return Ok((record, ty)) };
        let is_complete = self.types.record(record).body.is_some();
        if self.open.contains(&record) || (is_complete && !self.is_tolerant) {
            return Err(self.defined_twice(specifier.tag, &self.types.record(record).name.clone()));
        }
        self.open.push(record);
        let read = self.members(members);
        let body = read.and_then(|members| self.lay_out(specifier, &members));
        self.open.pop();
        match body {
            Ok(body) if is_complete => {
                let before = self.types.record_body(ty);
                if before.is_some_and(|before| self.is_same_body(before, &body)) {
                    return Ok((record, ty));
                }
                Err(self.defined_twice(specifier.tag, &self.types.record(record).name.clone()))
            }
            Ok(body) => {
                self.types.complete_record(record, body);
                Ok((record, ty))
            }
            Err(Abort) => {
                self.lost_types.insert(ty);
                Err(Abort)
            }
        }
    }

    fn tagged_record(&mut self, specifier: &RecordSpecifier) -> Resolve<(RecordId, TypeId)> {
        let keyword = specifier.kind.keyword();
        let Some(tag) = specifier.tag else {
            return Ok(self.types.declare_record(specifier.kind, &format!("{keyword} <anonymous>")));
        };
        if specifier.members.is_some() {
            self.refuse_definition(specifier.span)?;
        }
        let name = self.source.slice(tag);
        match self.find_tag(name) {
            Some(Tag::Record { record, ty }) if self.types.record(record).kind == specifier.kind => {
                Ok((record, ty))
            }
            Some(Tag::Record { .. } | Tag::Enum { .. }) => Err(self.other_kind_of_tag(tag, specifier.span)),
            None if name == VA_LIST_TAG && specifier.kind == RecordKind::Struct => {
                Ok(self.types.va_list_tag())
            }
            None => {
                self.refuse_unknown_tag(keyword, tag)?;
                let (record, ty) = self.types.declare_record(specifier.kind, &format!("{keyword} {name}"));
                self.bind_tag(tag, Tag::Record { record, ty });
                Ok((record, ty))
            }
        }
    }

    /// All members; a wrong one does not hide those after it.
    fn members(&mut self, members: &'a [Member]) -> Resolve<Members> {
        let mut read = Members::default();
        let reported = self.diagnostics.len();
        let mut is_whole = true;
        for member in members {
            let done = match member {
                Member::StaticAssert(assertion) => self.static_assert(assertion),
                Member::Fields { specifiers, declarators } => self.fields(specifiers, declarators, &mut read),
            };
            is_whole &= done.is_ok();
        }
        if is_whole && self.diagnostics.len() == reported { Ok(read) } else { Err(Abort) }
    }

    fn fields(
        &mut self,
        specifiers: &'a Specifiers,
        declarators: &'a [FieldDeclarator],
        read: &mut Members,
    ) -> Resolve<()> {
        let (base, unnamed) = self.specifiers(specifiers)?;
        if declarators.is_empty() {
            return self.unnamed_member(base, unnamed, specifiers, read);
        }
        for FieldDeclarator { declarator, bit_width } in declarators {
            let attributes = [&specifiers.attributes, &declarator.attributes];
            if bit_width.is_some() {
                self.refuse_mode(&attributes)?;
            }
            let declared = self.declared(base, declarator)?;
            let typed = self.in_mode(declared, &attributes)?;
            self.check_alignas(typed, bit_width.is_some(), &attributes)?;
            let mut field = self.field_decl(typed, attributes)?;
            if let Some(name) = declarator.name {
                let text = self.source.slice(name);
                field.name = Some(text.into());
                self.add_name(&text.into(), name, read)?;
            }
            if let Some(width) = bit_width {
                field.bit_width = Some(self.bit_width(typed.ty.ty, width, declarator.name)?);
            } else if let CType::Function(_) = self.types.get(typed.ty.ty) {
                return Err(self.error_at(
                    Id::CInvalidType,
                    "a member that is a function",
                    declarator.span,
                    "expected a pointer to a function",
                ));
            }
            read.fields.push(field);
            read.spans.push(declarator.name.unwrap_or(specifiers.span));
        }
        Ok(())
    }

    /// A member without a declarator: an anonymous struct or union, or an enum that only declares its
    /// names. In C a struct with a tag would be no member there, in other dialects it is one.
    fn unnamed_member(
        &mut self,
        base: Typed,
        unnamed: Option<Unnamed>,
        specifiers: &'a Specifiers,
        read: &mut Members,
    ) -> Resolve<()> {
        match (unnamed, &specifiers.ty) {
            (Some(Unnamed::Record(_)), _) => {
                self.lend_names(base.ty.ty, specifiers.span, read)?;
                let field = self.field_decl(base, [&specifiers.attributes, &specifiers.attributes])?;
                read.fields.push(field);
                read.spans.push(specifiers.span);
                Ok(())
            }
            (Some(Unnamed::Enum(_)), _) => Ok(()),
            (None, TypeSpecifier::Record(_)) => {
                let title = "a struct with a tag and no name is not a member";
                let label = "expected a name after this, or no tag";
                Err(self.error_at(Id::CSyntax, title, specifiers.span, label))
            }
            (None, _) => {
                let title = "a member without a name";
                Err(self.error_at(Id::CSyntax, title, specifiers.span, "expected a name after this"))
            }
        }
    }

    fn field_decl(&mut self, typed: Typed, attributes: [&'a Attributes; 2]) -> Resolve<FieldDecl> {
        let align = self.alignment(&attributes)?;
        let is_packed = attributes.iter().any(|attributes| attributes.is_packed);
        Ok(FieldDecl { name: None, ty: typed.ty, type_align: typed.align, bit_width: None, align, is_packed })
    }

    /// The names of an anonymous member's members are the outer record's too.
    fn lend_names(&mut self, ty: TypeId, span: Span, read: &mut Members) -> Resolve<()> {
        let Some(body) = self.types.record_body(ty) else { return Ok(()) };
        let mut lent = Vec::new();
        let mut inner: Vec<&ctype::Field> = body.fields.iter().collect();
        while let Some(field) = inner.pop() {
            match &field.name {
                Some(name) => lent.push(name.clone()),
                None => inner
                    .extend(self.types.record_body(field.ty.ty).iter().flat_map(|body| body.fields.iter())),
            }
        }
        lent.iter().try_for_each(|name| self.add_name(name, span, read))
    }

    fn add_name(&mut self, name: &Arc<str>, span: Span, read: &mut Members) -> Resolve<()> {
        match read.names.insert(name.clone(), span) {
            None => Ok(()),
            Some(before) => Err(self.twice("two members are named", name, span, before)),
        }
    }

    /// The width of a bit-field, which its type must have room for: C11, section 6.7.2.1.
    fn bit_width(&mut self, ty: TypeId, width: &'a Expr, name: Option<Span>) -> Resolve<u32> {
        let value = self.evaluate(width)?.value;
        let Some(kind) = self.types.integer_type(ty) else {
            let title = format!("a bit-field of type `{}`", self.types.name(ty));
            return Err(self.error_at(
                Id::CBitField,
                title,
                name.unwrap_or(width.span),
                "expected an integer type",
            ));
        };
        let is_bool = *self.types.get(ty) == CType::Bool;
        let room = if is_bool { 1 } else { kind.size(self.types.model()).bits() };
        match u32::try_from(value).ok().filter(|width| u64::from(*width) <= room) {
            Some(0) if name.is_some() => Err(self.error_at(
                Id::CBitField,
                "a named bit-field without bits",
                width.span,
                "expected at least 1",
            )),
            Some(width) => Ok(width),
            None => {
                let shown = self.types.name(ty);
                let title = format!("{value} is not a width for a bit-field of `{shown}`");
                Err(self.error_at(Id::CBitField, title, width.span, &format!("expected at most {room}")))
            }
        }
    }

    fn lay_out(&mut self, specifier: &'a RecordSpecifier, members: &Members) -> Resolve<RecordBody> {
        self.refuse_mode(&[&specifier.attributes])?;
        let align = self.alignment(&[&specifier.attributes])?;
        let packing = Packing {
            is_packed: specifier.attributes.is_packed || self.options.is_packed,
            limit: specifier.pack,
            align,
        };
        for field in &members.fields {
            self.limited(field.ty.ty, specifier.span)?;
        }
        let laid_out = lay_out_record(self.types, specifier.kind, &members.fields, packing);
        let body = laid_out.map_err(|error| match error {
            RecordLayoutError::TooLarge => {
                let keyword = specifier.kind.keyword();
                let title = format!("a {keyword} is larger than an object can be");
                self.error_at(Id::CTooLarge, title, specifier.span, "these members together are too large")
            }
            RecordLayoutError::Field(index, error) => self.sizeless_field(members, index, error),
        })?;
        if !specifier.attributes.is_transparent {
            return Ok(body);
        }
        self.transparent(specifier.kind, body, specifier.span)
    }

    fn sizeless_field(&mut self, members: &Members, index: usize, error: LayoutError) -> Abort {
        let (ty, span) = (members.fields[index].ty.ty, members.spans[index]);
        let is_open = matches!(self.types.get(ty), CType::Array { length: ArrayLength::Unknown, .. });
        if is_open && matches!(error, LayoutError::Incomplete(_)) {
            let title = "an array without a length is not the last member of a struct";
            return self.error_at(Id::CIncompleteType, title, span, "expected a length");
        }
        match self.sized(ty, span, "a member") {
            Err(abort) => abort,
            Ok(()) => Abort,
        }
    }

    pub(super) fn defined_twice(&mut self, tag: Option<Span>, name: &str) -> Abort {
        let span = tag.unwrap_or(Span::at(0));
        let label = Label::new(self.source, span, "its members are already known");
        let mut diagnostic =
            Diagnostic::error(Id::CRedefinition, format!("`{name}` is defined twice"), label);
        let before = self
            .tag_entry(self.source.slice(span))
            .filter(|entry| entry.span != span || !std::ptr::eq(entry.source.text(), self.source.text()));
        let first = before.map(|entry| Label::new(&entry.source, entry.span, "first mentioned here"));
        diagnostic.others.extend(first);
        self.report(diagnostic)
    }
}
