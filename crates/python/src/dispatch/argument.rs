//! What compiled code is specialised for: the type key of an argument.
//!
//! Most arguments are values of a type of compiled code. A string, a function and `None` are known when
//! compiling: they are part of the key and nothing is passed for them.

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyFunction, PyString, PyTuple, PyType};
use pyobject::{Ndarray, NoArrayTy, Refusal};
use tir::{ArrayTy, Element, TupleTy, Ty};

use super::generator;
use super::object::Dispatcher;
use crate::cdata::{CData, Kind};
use crate::cfunc::CFunc;
use crate::dtype;
use crate::failure::{Class, Failure};
use crate::named_tuple;
use crate::signature::{NamedTuple, TypeKind, module_of};
use crate::table;

/// The type key of one argument.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Argument {
    /// A value of this type.
    Value(Ty),
    /// A tuple.
    Tuple(Vec<Argument>),
    /// A tuple of a class, by its address, that names its items.
    Named(usize, Vec<Argument>),
    /// `None` or this: only signatures ask for it.
    Optional(Box<Argument>),
    /// A string.
    Text(String),
    /// A function, by its address.
    Function(usize),
}

impl Argument {
    /// The key of an object.
    pub(super) fn of(value: Borrowed<'_, '_, PyAny>) -> Result<Self, Failure> {
        // SAFETY: the lock is held and the object is borrowed.
        let number = unsafe { pyobject::number_ty(value.as_ptr()) };
        if let Some(ty) = number.map_err(|refusal| refused(value, refusal))? {
            return Ok(Self::Value(ty));
        }
        // SAFETY: as above.
        if let Some(array) = unsafe { Ndarray::of(value.as_ptr()) } {
            if means_more(value)? {
                let text = format!("{} cannot be passed to compiled code", described(value)?);
                return Err(Failure::wrong_type(text));
            }
            return array_ty(value, array).map(|ty| Self::Value(Ty::Array(ty)));
        }
        if value.is_none() {
            return Ok(Self::Value(Ty::Unit));
        }
        if let Ok(tuple) = value.cast::<PyTuple>() {
            return Self::of_tuple(&tuple);
        }
        if let Ok(text) = value.cast::<PyString>() {
            return Ok(Self::Text(text.to_str()?.to_owned()));
        }
        if is_function(value) {
            return Ok(Self::Function(value.as_ptr().addr()));
        }
        if let Some(data) = CData::of(value) {
            return of_c_data(data);
        }
        if let Some((_, ty)) = dtype::record_scalar(value)? {
            return Ok(Self::Value(Ty::Record(ty)));
        }
        if let Some(ty) = generator::ty_of(value)? {
            return Ok(Self::Value(ty));
        }
        Err(Failure::wrong_type(format!("{} cannot be passed to compiled code", described(value)?)))
    }

    fn of_tuple(tuple: &Borrowed<'_, '_, PyTuple>) -> Result<Self, Failure> {
        let mut items = Vec::with_capacity(tuple.len());
        for (index, item) in tuple.iter().enumerate() {
            let item =
                Self::of(item.as_borrowed()).map_err(|failure| failure.at(|| format!("item {index}")))?;
            items.push(item);
        }
        if tuple.is_exact_instance_of::<PyTuple>() {
            return Ok(Self::Tuple(items));
        }
        let class = tuple.get_type();
        match named_tuple::of_class(&class)? {
            Some(known) if known.fields.len() == items.len() => Ok(Self::Named(class.as_ptr().addr(), items)),
            Some(_) | None => {
                let shown = described(tuple.as_any().as_borrowed())?;
                Err(Failure::wrong_type(format!("{shown} cannot be passed to compiled code")))
            }
        }
    }

    /// Collects the objects whose addresses are in it; `value` is an object of the key.
    pub(super) fn keep(&self, value: Borrowed<'_, '_, PyAny>, keeps: &mut Vec<Py<PyAny>>) -> PyResult<()> {
        let items = match self {
            Self::Value(_) | Self::Optional(_) | Self::Text(_) => return Ok(()),
            Self::Function(_) => {
                keeps.push(value.to_owned().unbind());
                return Ok(());
            }
            Self::Tuple(items) => items,
            Self::Named(_, items) => {
                keeps.push(value.get_type().into_any().unbind());
                items
            }
        };
        let values = value.cast::<PyTuple>()?;
        items.iter().zip(values.iter()).try_for_each(|(item, value)| item.keep(value.as_borrowed(), keeps))
    }

    /// The type of what is passed for it.
    pub(super) fn ty(&self) -> Ty {
        match self {
            Self::Value(ty) => *ty,
            Self::Tuple(items) | Self::Named(_, items) => {
                let items: Vec<Ty> = items.iter().map(Self::ty).collect();
                Ty::Tuple(TupleTy::new(&items))
            }
            Self::Optional(held) => Ty::Tuple(TupleTy::new(&[Ty::Bool, held.ty()])),
            Self::Text(_) | Self::Function(_) => Ty::Unit,
        }
    }

    /// The key that a type of a signature is.
    pub(super) fn of_type(kind: &TypeKind) -> Option<Self> {
        match kind {
            TypeKind::C(_) | TypeKind::Array(_) => kind.ty(&table::read()).map(Self::Value),
            TypeKind::Tuple(items) => items.iter().map(Self::of_type).collect::<Option<_>>().map(Self::Tuple),
            TypeKind::Named(named) => {
                let items = named.items.iter().map(Self::of_type).collect::<Option<_>>()?;
                Some(Self::Named(named.class().as_ptr().addr(), items))
            }
            TypeKind::Optional(held) => Self::of_type(held).map(|held| Self::Optional(Box::new(held))),
            TypeKind::Text | TypeKind::Function(_) | TypeKind::Seen(_) => None,
        }
    }

    /// The type that users see for it; `value` is an object of that key.
    pub(super) fn kind(&self, value: Borrowed<'_, '_, PyAny>) -> PyResult<TypeKind> {
        let items_of = |items: &[Self]| -> PyResult<Vec<TypeKind>> {
            let tuple = value.cast::<PyTuple>()?;
            let pairs = items.iter().zip(tuple.iter());
            pairs.map(|(item, value)| item.kind(value.as_borrowed())).collect()
        };
        Ok(match self {
            Self::Value(ty) => TypeKind::of_ty(&mut table::write(), *ty),
            Self::Tuple(items) => TypeKind::Tuple(items_of(items)?),
            Self::Named(_, items) => {
                let items = items_of(items)?;
                let named = NamedTuple::new(&value.get_type().cast_into::<PyType>()?, items.clone())?;
                named.map_or(TypeKind::Tuple(items), TypeKind::Named)
            }
            Self::Optional(held) => TypeKind::Optional(Box::new(held.kind(value)?)),
            Self::Text(_) => TypeKind::Text,
            Self::Function(address) => {
                let name = value.getattr("__qualname__")?.str()?.to_str()?.to_owned();
                TypeKind::Function((*address, name.into()))
            }
        })
    }
}

/// Whether an array is of a class of NumPy's that gives its elements or operators another meaning.
fn means_more(array: Borrowed<'_, '_, PyAny>) -> PyResult<bool> {
    for class in array.get_type().mro() {
        let class = class.cast_into::<PyType>()?;
        let (module, name) = (module_of(&class), class.name()?);
        match (module.as_str(), name.to_str()?) {
            // Most arrays are of the class itself.
            ("numpy", "ndarray") => return Ok(false),
            (module, "MaskedArray" | "matrix") if module == "numpy" || module.starts_with("numpy.") => {
                return Ok(true);
            }
            _ => {}
        }
    }
    Ok(false)
}

/// Whether compiled code can call it by its Python function.
fn is_function(value: Borrowed<'_, '_, PyAny>) -> bool {
    value.is_instance_of::<PyFunction>()
        || value.is_instance_of::<Dispatcher>()
        || value.is_instance_of::<CFunc>()
}

fn of_c_data(data: &CData) -> Result<Argument, Failure> {
    let ty = match data.face.kind {
        Kind::Pointer(_) => Some(Ty::Pointer(data.face.id)),
        Kind::Array(element, _) => Some(Ty::Pointer(element.pointer().id)),
        Kind::Record(_) => Some(Ty::Record(data.face.id)),
        Kind::Scalar(_) | Kind::Enum(..) | Kind::Void | Kind::Function(_) => None,
    };
    ty.map(Argument::Value)
        .ok_or_else(|| Failure::wrong_type(format!("{} cannot be passed to compiled code", data.describe())))
}

/// The type of an array in compiled code.
pub(crate) fn array_ty(value: Borrowed<'_, '_, PyAny>, array: Ndarray) -> Result<ArrayTy, Failure> {
    // SAFETY: the array is borrowed.
    match unsafe { array.ty() } {
        Ok(ty) => Ok(ty),
        Err(NoArrayTy::Record) => {
            let dtype = value.getattr("dtype")?;
            let record = dtype::record_of(&dtype)?;
            // SAFETY: as above.
            let (ty, is_aligned) = unsafe {
                let is_aligned = array.is_aligned_to(dtype::align_of(record));
                (array.ty_of(Element::Record(record)), is_aligned)
            };
            Ok(ArrayTy { is_aligned, ..ty })
        }
        Err(NoArrayTy::Swapped) => Err(Failure::wrong_type(
            "an array of the other byte order cannot be passed to compiled code; a.astype(a.dtype.newbyteorder('='))",
        )),
        Err(NoArrayTy::Dtype) => {
            let dtype = value.getattr("dtype")?.str()?.to_str()?.to_owned();
            Err(Failure::wrong_type(format!("an array of dtype {dtype} cannot be passed to compiled code")))
        }
    }
}

/// What was wrong with a number.
pub(super) fn refused(value: Borrowed<'_, '_, PyAny>, refusal: Refusal) -> Failure {
    match refusal {
        Refusal::Range => Failure::new(Class::Overflow, "an int of more than 64 bits cannot be passed"),
        Refusal::Kind(expected) => {
            let name = value.get_type().name().map_or_else(|_| "object".to_owned(), |name| name.to_string());
            Failure::wrong_type(format!("{expected} is wanted, not {name}"))
        }
        Refusal::Raised => Failure::raised(value.py()),
    }
}

/// An object in the words of a message: `a list`, `numpy.random.Generator`.
pub(super) fn described(value: Borrowed<'_, '_, PyAny>) -> PyResult<String> {
    let class = value.get_type();
    let (module, name) = (module_of(&class), class.name()?);
    let name = name.to_str()?;
    match module.as_str() {
        "builtins" => {}
        "" => return Ok(format!("an object of class {name}")),
        _ => return Ok(format!("an object of class {module}.{name}")),
    }
    let article = if name.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    Ok(format!("{article} {name}"))
}

/// Whether the object is of the class at this address, for named tuples.
pub(super) fn is_of_class(value: *mut ffi::PyObject, class: usize) -> bool {
    // SAFETY: the caller borrows the object.
    unsafe { ffi::Py_TYPE(value).addr() == class }
}
