//! What a type is made of: the attributes that a kind of type has, under Numba's names.
//!
//! Nothing of Python is needed for it; what a kind does not have is none.

use ctype::{CType, CTypes, FloatType, TypeId};
use tir::{ArrayTy, Ty};

use super::kind::{Literal, NamedTuple, Seen, TypeKind};
use super::ty_of;
use super::type_class::is_uniform;

impl TypeKind {
    /// What it says of arrays, if it is an array's.
    pub(super) fn array(&self) -> Option<ArrayTy> {
        if let Self::Array(array) = self { Some(*array) } else { None }
    }

    /// The items of a tuple.
    pub(super) fn items(&self) -> Option<&[TypeKind]> {
        match self {
            Self::Tuple(items) => Some(items),
            Self::Named(named) => Some(&named.items),
            Self::C(_)
            | Self::Array(_)
            | Self::Optional(_)
            | Self::Text
            | Self::Function(_)
            | Self::Seen(_) => None,
        }
    }

    /// The class of a tuple with names for its items.
    pub(super) fn named(&self) -> Option<&NamedTuple> {
        if let Self::Named(named) = self { Some(named) } else { None }
    }

    /// What may be `None`: the type that it has where it is not.
    pub(super) fn present(&self) -> Option<&TypeKind> {
        if let Self::Optional(held) = self { Some(held) } else { None }
    }

    /// The constant that it is.
    pub(super) fn literal(&self) -> Option<&Literal> {
        if let Self::Seen(Seen::Literal(literal)) = self { Some(literal) } else { None }
    }

    /// Of an array, a pointer or a tuple of one type, what it holds; of a class of numbers, their type.
    pub(super) fn held(&self, types: &mut CTypes) -> Option<TypeKind> {
        match self {
            Self::Array(array) => Some(Self::of_ty(types, array.element.ty())),
            Self::C(ty) => {
                let CType::Pointer(target) = *types.get(*ty) else { return None };
                (*types.get(target.ty) != CType::Void).then(|| Self::of_c(types, target.ty))
            }
            Self::Tuple(_) | Self::Named(_) => {
                self.items().filter(|items| is_uniform(items)).map(|items| items[0].clone())
            }
            Self::Seen(Seen::Class(instance)) => Some((**instance).clone()),
            Self::Optional(_) | Self::Text | Self::Function(_) | Self::Seen(_) => None,
        }
    }

    /// The bits of a number, and whether it is an integer with a sign.
    pub(super) fn bits(&self, types: &mut CTypes) -> Option<(u32, Option<bool>)> {
        let ty = if let Self::C(ty) = self {
            ty_of(types, *ty)?
        } else {
            self.literal()?.plain(types).ty(types)?
        };
        match ty {
            Ty::Int(int) => Some((u32::from(int.bits), Some(int.is_signed))),
            Ty::Float(float) => Some((float.bits(), None)),
            Ty::Complex(part) => Some((2 * part.bits(), None)),
            Ty::Unit | Ty::Bool | Ty::Pointer(_) | Ty::Record(_) | Ty::Array(_) | Ty::Tuple(_) => None,
        }
    }

    /// The type of the parts of a complex number.
    pub(super) fn real_part(&self, types: &mut CTypes) -> Option<TypeKind> {
        let Self::C(ty) = self else { return None };
        let CType::Complex(part @ (FloatType::Float | FloatType::Double)) = *types.get(*ty) else {
            return None;
        };
        Some(Self::C(types.float(part)))
    }

    /// The fields of a record that have names.
    pub(super) fn members(&self, types: &mut CTypes) -> Option<Vec<(String, TypeKind)>> {
        let Self::C(ty) = self else { return None };
        let fields = types.record_body(*ty)?.fields.clone();
        let named = fields.iter().filter_map(|field| Some((field.name.as_deref()?, field.ty.ty)));
        Some(named.map(|(name, ty)| (name.to_owned(), Self::of_c(types, ty))).collect())
    }

    /// A C type; of the names that C has for one number, the one that `ferrule.types` has.
    fn of_c(types: &mut CTypes, ty: TypeId) -> Self {
        match ty_of(types, ty) {
            Some(number @ (Ty::Bool | Ty::Int(_) | Ty::Float(_) | Ty::Complex(_))) => {
                Self::of_ty(types, number)
            }
            Some(Ty::Unit | Ty::Pointer(_) | Ty::Record(_) | Ty::Array(_) | Ty::Tuple(_)) | None => {
                Self::C(ty)
            }
        }
    }
}
