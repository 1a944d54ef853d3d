//! Declarations that repeat an earlier one: C11, section 6.2.7, for the headers that include each other.

use ctype::{ArrayLength, CType, Field, Qualified, RecordBody, RecordId, TypeId};

use crate::namespace::Declared;
use crate::resolve::Resolver;

impl Resolver<'_> {
    /// What two declarations of one name say together, if a C compiler takes them both.
    pub(super) fn composite(&self, before: Declared, after: Declared) -> Option<Declared> {
        match (before, after) {
            (Declared::Typedef { ty: a, .. }, Declared::Typedef { ty: b, .. }) => {
                self.is_same_qualified(a, b).then_some(before)
            }
            (Declared::Function(a), Declared::Function(b)) => {
                if self.is_same(a, b) || self.takes_nothing(b) {
                    return Some(before);
                }
                self.takes_nothing(a).then_some(after)
            }
            (Declared::Variable(a), Declared::Variable(b)) => {
                if self.is_same_qualified(a, b) {
                    return Some(before);
                }
                match (self.types.get(a.ty), self.types.get(b.ty)) {
                    (
                        CType::Array { element: first, length },
                        CType::Array { element: second, length: other },
                    ) if self.is_same_qualified(*first, *second) => match (length, other) {
                        (ArrayLength::Unknown, ArrayLength::Known(_)) => Some(after),
                        (ArrayLength::Known(_), ArrayLength::Unknown) => Some(before),
                        (ArrayLength::Known(_), ArrayLength::Known(_))
                        | (ArrayLength::Unknown, ArrayLength::Unknown) => None,
                    },
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Whether the type is a function's without parameters, which in a header may say nothing of them.
    fn takes_nothing(&self, ty: TypeId) -> bool {
        let CType::Function(signature) = self.types.get(ty) else { return false };
        signature.params.is_empty() && !signature.is_variadic
    }

    fn is_same_qualified(&self, a: Qualified, b: Qualified) -> bool {
        a.qualifiers == b.qualifiers && self.is_same(a.ty, b.ty)
    }

    /// Whether C takes the two for one type, as `size_t` and `unsigned long` are.
    pub(super) fn is_same(&self, a: TypeId, b: TypeId) -> bool {
        if a == b {
            return true;
        }
        let model = self.types.model();
        match (self.types.get(a), self.types.get(b)) {
            (CType::Int(a), CType::Int(b)) => a.canonical(model) == b.canonical(model),
            (CType::Pointer(a), CType::Pointer(b)) => {
                a.qualifiers == b.qualifiers && (self.is_named_same(a.ty, b.ty) || self.is_same(a.ty, b.ty))
            }
            (CType::Array { element: a, length: n }, CType::Array { element: b, length: m }) => {
                n == m && self.is_same_qualified(*a, *b)
            }
            (CType::Function(a), CType::Function(b)) => {
                a.is_variadic == b.is_variadic
                    && a.params.len() == b.params.len()
                    && self.is_same(a.result, b.result)
                    && a.params.iter().zip(&b.params).all(|(a, b)| self.is_same(*a, *b))
            }
            (CType::Record(a), CType::Record(b)) => self.is_same_record(*a, *b),
            (CType::Enum(a), CType::Enum(b)) => {
                self.types.enumeration(*a).body == self.types.enumeration(*b).body
            }
            _ => false,
        }
    }

    /// Whether both are records of one name: what a pointer points to is not followed.
    fn is_named_same(&self, a: TypeId, b: TypeId) -> bool {
        let (CType::Record(a), CType::Record(b)) = (self.types.get(a), self.types.get(b)) else {
            return false;
        };
        let (a, b) = (self.types.record(*a), self.types.record(*b));
        a.kind == b.kind && a.name == b.name
    }

    fn is_same_record(&self, a: RecordId, b: RecordId) -> bool {
        let (a, b) = (self.types.record(a), self.types.record(b));
        match (&a.body, &b.body) {
            (Some(first), Some(second)) => a.kind == b.kind && self.is_same_body(first, second),
            (None, _) | (_, None) => false,
        }
    }

    /// Whether two bodies have the same members at the same places.
    pub(super) fn is_same_body(&self, a: &RecordBody, b: &RecordBody) -> bool {
        let is_same_field = |(a, b): (&Field, &Field)| {
            a.name == b.name && a.offset == b.offset && a.bits == b.bits && self.is_same_qualified(a.ty, b.ty)
        };
        a.layout == b.layout
            && a.is_transparent == b.is_transparent
            && a.fields.len() == b.fields.len()
            && a.fields.iter().zip(&b.fields).all(is_same_field)
    }
}
