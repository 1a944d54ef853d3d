//! What a type of `ferrule.types` is.
//!
//! Numbers, pointers and structs are C types, under whichever of their names was used; arrays, tuples
//! and strings are compiled code's own.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use ctype::{CType, CTypes, FloatType, IntType, TypeId};
use pyo3::prelude::*;
use pyo3::types::PyType;
use tir::{ArrayTy, Element, Order, TupleTy, Ty};

use super::{c_type_of, ty_of};
use crate::named_tuple;

/// A type, as users write and read it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum TypeKind {
    /// A number, `None`, a pointer or a struct.
    C(TypeId),
    /// An array.
    Array(ArrayTy),
    /// A tuple.
    Tuple(Vec<TypeKind>),
    /// A tuple of a class with names for its items.
    Named(NamedTuple),
    /// `None` or this.
    Optional(Box<TypeKind>),
    /// A string, known when compiling.
    Text,
    /// A function, by its address, with its name.
    Function((usize, Arc<str>)),
    /// What only typing functions see.
    Seen(Seen),
}

/// A type that only typing functions see: compiled code passes nothing for it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Seen {
    /// A constant.
    Literal(Literal),
    /// A slice.
    Slice {
        /// Whether it says a step.
        has_step: bool,
    },
    /// What converts to a type when it is called: a class of numbers or a dtype.
    Class(Box<TypeKind>),
    /// Anything else: its class in `ferrule.types`, and how it is shown.
    Other(&'static str, Arc<str>),
}

/// A constant that typing functions may ask for.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Literal {
    /// A `bool`.
    Bool(bool),
    /// An integer of at most 64 bits.
    Int(i128),
    /// A string.
    Text(Arc<str>),
}

impl Literal {
    /// The type of the constant where its value does not matter.
    pub(crate) fn plain(&self, types: &mut CTypes) -> TypeKind {
        let ty = match self {
            Self::Bool(_) => CType::Bool,
            Self::Int(value) if i64::try_from(*value).is_err() => CType::Int(IntType::UInt64),
            Self::Int(_) => CType::Int(IntType::Int64),
            Self::Text(_) => return TypeKind::Text,
        };
        TypeKind::C(types.intern(ty))
    }

    /// `Literal[int](3)`.
    fn display(&self) -> String {
        match self {
            Self::Bool(true) => "Literal[bool](True)".to_owned(),
            Self::Bool(false) => "Literal[bool](False)".to_owned(),
            Self::Int(value) => format!("Literal[int]({value})"),
            Self::Text(text) => format!("Literal[str]({text})"),
        }
    }
}

impl Seen {
    fn display(&self, types: &CTypes) -> String {
        match self {
            Self::Literal(literal) => literal.display(),
            Self::Slice { has_step: false } => "slice<a:b>".to_owned(),
            Self::Slice { has_step: true } => "slice<a:b:c>".to_owned(),
            Self::Class(instance) => format!("class({})", instance.display(types)),
            Self::Other(_, shown) => shown.to_string(),
        }
    }
}

/// A class that `collections.namedtuple` made, with the types of its items.
#[derive(Clone, Debug)]
pub(crate) struct NamedTuple {
    class: Arc<Py<PyType>>,
    name: Arc<str>,
    /// The names of the items.
    pub(crate) fields: Arc<[String]>,
    /// Their types.
    pub(crate) items: Vec<TypeKind>,
}

impl PartialEq for NamedTuple {
    fn eq(&self, other: &Self) -> bool {
        self.class.as_ptr() == other.class.as_ptr() && self.items == other.items
    }
}

impl Eq for NamedTuple {}

impl Hash for NamedTuple {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.class.as_ptr().addr(), &self.items).hash(state);
    }
}

impl NamedTuple {
    /// Of a class whose `_fields` name as many items.
    pub(crate) fn new(class: &Bound<'_, PyType>, items: Vec<TypeKind>) -> PyResult<Option<Self>> {
        let Some(known) = named_tuple::of_class(class)? else { return Ok(None) };
        let fields = known.fields;
        if fields.len() != items.len() {
            return Ok(None);
        }
        let name = class.name()?.to_str()?.into();
        Ok(Some(Self { class: Arc::new(class.clone().unbind()), name, fields: fields.into(), items }))
    }

    /// The class.
    pub(crate) fn class(&self) -> &Py<PyType> {
        &self.class
    }
}

impl TypeKind {
    /// The type of its values in compiled code, if there are any.
    pub(crate) fn ty(&self, types: &CTypes) -> Option<Ty> {
        match self {
            Self::C(ty) => ty_of(types, *ty),
            Self::Array(array) => Some(Ty::Array(*array)),
            Self::Tuple(items) => tuple_of(types, items),
            Self::Named(named) => tuple_of(types, &named.items),
            Self::Optional(held) => Some(Ty::Tuple(TupleTy::new(&[Ty::Bool, held.ty(types)?]))),
            Self::Text | Self::Function(_) | Self::Seen(_) => None,
        }
    }

    /// How users know a type of compiled code.
    pub(crate) fn of_ty(types: &mut CTypes, ty: Ty) -> Self {
        match ty {
            Ty::Array(array) => Self::Array(array),
            Ty::Tuple(tuple) => {
                Self::Tuple(tuple.items().iter().map(|item| Self::of_ty(types, *item)).collect())
            }
            Ty::Unit
            | Ty::Bool
            | Ty::Int(_)
            | Ty::Float(_)
            | Ty::Complex(_)
            | Ty::Pointer(_)
            | Ty::Record(_) => {
                let void = types.void();
                Self::C(c_type_of(types, ty).unwrap_or(void))
            }
        }
    }

    /// Whether a value that may be `None` can hold it: neither `None` itself nor another such.
    pub(crate) fn is_optional_of(&self, types: &CTypes) -> bool {
        self.ty(types).is_some_and(|ty| ty != Ty::Unit) && !matches!(self, Self::Optional(_))
    }

    /// The C type that it is.
    pub(crate) fn c_type(&self) -> Option<TypeId> {
        match self {
            Self::C(ty) => Some(*ty),
            Self::Array(_)
            | Self::Tuple(_)
            | Self::Named(_)
            | Self::Optional(_)
            | Self::Text
            | Self::Function(_)
            | Self::Seen(_) => None,
        }
    }

    /// How Numba prints it.
    pub(crate) fn display(&self, types: &CTypes) -> String {
        match self {
            Self::C(ty) => display_c(types, *ty),
            Self::Array(array) => display_array(types, *array),
            Self::Tuple(items) => display_tuple(types, items),
            Self::Named(named) => {
                let items: Vec<String> = named.items.iter().map(|item| item.display(types)).collect();
                format!("{}({})", named.name, items.join(", "))
            }
            Self::Optional(held) => format!("OptionalType({})", held.display(types)),
            Self::Text => "unicode_type".to_owned(),
            Self::Function((_, name)) => format!("function({name})"),
            Self::Seen(seen) => seen.display(types),
        }
    }
}

fn tuple_of(types: &CTypes, items: &[TypeKind]) -> Option<Ty> {
    let items: Option<Vec<Ty>> = items.iter().map(|item| item.ty(types)).collect();
    items.map(|items| Ty::Tuple(TupleTy::new(&items)))
}

/// `array(float64, 2d, C)`, with `unaligned` and `readonly` where it is.
fn display_array(types: &CTypes, array: ArrayTy) -> String {
    let order = match array.order {
        Order::C => "C",
        Order::F => "F",
        Order::Any => "A",
    };
    let unaligned = if array.is_aligned { "" } else { "unaligned " };
    let readonly = if array.is_writable { "" } else { "readonly " };
    let element = if let Element::Record(record) = array.element {
        display_c(types, record)
    } else {
        display_scalar(array.element.ty()).to_owned()
    };
    format!("{unaligned}{readonly}array({element}, {}d, {order})", array.rank)
}

/// `UniTuple(int64 x 2)`, `Tuple(int64, float64)`.
fn display_tuple(types: &CTypes, items: &[TypeKind]) -> String {
    let texts: Vec<String> = items.iter().map(|item| item.display(types)).collect();
    match items {
        [first, rest @ ..] if rest.iter().all(|item| item == first) => {
            format!("UniTuple({} x {})", texts[0], items.len())
        }
        _ => format!("Tuple({})", texts.join(", ")),
    }
}

/// The name of a number's type.
fn display_scalar(ty: Ty) -> &'static str {
    match ty {
        Ty::Bool => "bool",
        Ty::Int(int) => match (int.bits, int.is_signed) {
            (8, true) => "int8",
            (8, false) => "uint8",
            (16, true) => "int16",
            (16, false) => "uint16",
            (32, true) => "int32",
            (32, false) => "uint32",
            (_, true) => "int64",
            (_, false) => "uint64",
        },
        Ty::Float(tir::FloatTy::F32) => "float32",
        Ty::Float(tir::FloatTy::F64) => "float64",
        Ty::Complex(tir::FloatTy::F32) => "complex64",
        Ty::Complex(tir::FloatTy::F64) => "complex128",
        Ty::Unit | Ty::Pointer(_) | Ty::Record(_) | Ty::Array(_) | Ty::Tuple(_) => "none",
    }
}

/// How Numba prints a C type: `int32`, `float64*`, `none`; C's spelling where Numba has none.
fn display_c(types: &CTypes, ty: TypeId) -> String {
    match types.get(ty) {
        CType::Void | CType::Bool | CType::Int(_) => match ty_of(types, ty) {
            Some(scalar) => display_scalar(scalar).to_owned(),
            None => types.name(ty),
        },
        CType::Float(FloatType::Float | FloatType::Double)
        | CType::Complex(FloatType::Float | FloatType::Double) => {
            ty_of(types, ty).map_or_else(|| types.name(ty), |scalar| display_scalar(scalar).to_owned())
        }
        CType::Pointer(target) if types.find(&CType::Void) == Some(target.ty) => "void*".to_owned(),
        CType::Pointer(target) if matches!(types.get(target.ty), CType::Function(_)) => types.name(ty),
        CType::Pointer(target) => format!("{}*", display_c(types, target.ty)),
        CType::Float(FloatType::LongDouble)
        | CType::Complex(FloatType::LongDouble)
        | CType::Array { .. }
        | CType::Function(_)
        | CType::Record(_)
        | CType::Enum(_) => types.name(ty),
    }
}
