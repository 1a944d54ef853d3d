//! GNU `transparent_union`: a union that functions take as they would take its first member.

use ctype::{CType, Qualified, RecordBody, RecordKind, can_be_transparent};
use diagnostic::Id;
use source::Span;

use crate::resolve::{Resolve, Resolver, Typed, Unnamed};
use crate::syntax::Attributes;

impl<'a> Resolver<'a> {
    /// The body as one of a transparent union. gcc ignores the attribute where the first member does not travel
    /// like the whole, and so does a header here.
    pub(super) fn transparent(
        &mut self,
        kind: RecordKind,
        mut body: RecordBody,
        span: Span,
    ) -> Resolve<RecordBody> {
        body.is_transparent = can_be_transparent(self.types, kind, &body);
        if body.is_transparent || self.is_tolerant {
            return Ok(body);
        }
        let (title, label) = match kind {
            RecordKind::Struct => ("`transparent_union` on a struct", "expected a union"),
            RecordKind::Union => (
                "`transparent_union` where the first member is not passed like the union",
                "expected a first member that is as large as the union, and no float",
            ),
        };
        Err(self.error_at(Id::CInvalidType, title, span, label))
    }

    /// The type that a typedef with the attribute names: `own` is the union where it was defined for this typedef,
    /// without a tag. A union with a tag stays what it is, and the typedef names another one.
    pub(super) fn transparent_typedef(
        &mut self,
        typed: Typed,
        attributes: &[&'a Attributes],
        own: Option<Unnamed>,
        name: Span,
    ) -> Resolve<Typed> {
        if !attributes.iter().any(|attributes| attributes.is_transparent) {
            return Ok(typed);
        }
        let CType::Record(record) = *self.types.get(typed.ty.ty) else { return Ok(typed) };
        let entry = self.types.record(record);
        let (kind, Some(body)) = (entry.kind, entry.body.clone()) else { return Ok(typed) };
        let body = self.transparent(kind, body, name)?;
        if !body.is_transparent {
            return Ok(typed);
        }
        if let Some(Unnamed::Record(_)) = own {
            self.types.make_transparent(record);
            return Ok(typed);
        }
        let (copy, ty) = self.types.declare_record(kind, self.source.slice(name));
        self.types.complete_record(copy, body);
        Ok(Typed { ty: Qualified { ty, ..typed.ty }, ..typed })
    }
}
