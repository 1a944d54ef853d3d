//! Size and alignment of any type.

use std::fmt;

use crate::{Align, ArrayLength, CType, CTypes, IntType, Layout, Size, TypeId};

/// Why a type has no size.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LayoutError {
    /// This part of it is `void`, a function, an opaque struct or an array without a length.
    Incomplete(TypeId),
    /// It is larger than memory can be.
    TooLarge(TypeId),
}

impl LayoutError {
    /// The sentence for a user, in the type's own words.
    pub fn describe(self, types: &CTypes) -> impl fmt::Display {
        match self {
            Self::Incomplete(ty) => format!("`{}` has no known size", types.name(ty)),
            Self::TooLarge(ty) => format!("`{}` is larger than an object can be", types.name(ty)),
        }
    }
}

impl CTypes {
    /// Size and alignment of `ty`.
    ///
    /// # Errors
    /// When it has no size: see [`LayoutError`].
    pub fn layout(&self, ty: TypeId) -> Result<Layout, LayoutError> {
        let model = self.model();
        match self.get(ty) {
            CType::Void | CType::Function(_) => Err(LayoutError::Incomplete(ty)),
            CType::Bool => Ok(Layout::natural(Size::bytes(1))),
            CType::Int(kind) => Ok(Layout::natural(kind.size(model))),
            CType::Float(kind) => Ok(Layout::natural(kind.size(model))),
            CType::Complex(kind) => {
                let part = kind.size(model);
                Ok(Layout { size: part * 2, align: Align::natural(part) })
            }
            CType::Pointer(_) => Ok(Layout::natural(model.pointer)),
            CType::Array { element, length } => {
                let element = self.layout(element.ty)?;
                let ArrayLength::Known(count) = *length else {
                    return Err(LayoutError::Incomplete(ty));
                };
                let size = element.size.checked_mul(count).filter(|size| i64::try_from(size.get()).is_ok());
                Ok(Layout { size: size.ok_or(LayoutError::TooLarge(ty))?, ..element })
            }
            CType::Record(record) => {
                let body = self.record(*record).body.as_ref();
                body.map(|body| body.layout).ok_or(LayoutError::Incomplete(ty))
            }
            CType::Enum(id) => {
                let body = self.enumeration(*id).body.as_ref();
                let (underlying, _) = body.ok_or(LayoutError::Incomplete(ty))?;
                Ok(Layout::natural(underlying.size(model)))
            }
        }
    }

    /// The alignment of `ty`, which an array has even without a length.
    ///
    /// # Errors
    /// When it has none, or is an array of what has no size.
    pub fn align(&self, ty: TypeId) -> Result<Align, LayoutError> {
        match self.get(ty) {
            CType::Array { element, .. } => self.align(element.ty),
            CType::Void
            | CType::Bool
            | CType::Int(_)
            | CType::Float(_)
            | CType::Complex(_)
            | CType::Pointer(_)
            | CType::Function(_)
            | CType::Record(_)
            | CType::Enum(_) => Ok(self.layout(ty)?.align),
        }
    }

    /// The integer type that holds an integer, an enum or a `_Bool`.
    pub fn integer_type(&self, ty: TypeId) -> Option<IntType> {
        match self.get(ty) {
            CType::Int(kind) => Some(*kind),
            CType::Bool => Some(IntType::UChar),
            CType::Enum(id) => self.enumeration(*id).body.as_ref().map(|(underlying, _)| *underlying),
            CType::Void
            | CType::Float(_)
            | CType::Complex(_)
            | CType::Pointer(_)
            | CType::Array { .. }
            | CType::Function(_)
            | CType::Record(_) => None,
        }
    }
}
