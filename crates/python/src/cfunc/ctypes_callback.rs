//! `.ctypes`: a callback object of the standard library's `ctypes`.
//!
//! It is made over a buffer that holds the address and owns the code, so that the code lives as long
//! as the callback does.

use std::sync::Arc;

use ctype::{ArrayLength, CType, CTypes, FloatType, IntType, RecordKind, TypeId};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyModule, PyTuple, PyType};

use super::body::Body;
use super::owner::CodeOwner;
use crate::table;

/// A new callback that owns the code.
///
/// # Errors
/// `TypeError` where the signature has a type that `ctypes` lacks.
pub(super) fn new<'py>(py: Python<'py>, body: &Arc<Body>) -> PyResult<Bound<'py, PyAny>> {
    prototype(py, body.ty)?.call_method1("from_buffer", (CodeOwner::new(py, body)?,))
}

/// The class of `ctypes` for functions of the type.
///
/// # Errors
/// As for [`new`].
pub(crate) fn prototype(py: Python<'_>, ty: TypeId) -> PyResult<Bound<'_, PyAny>> {
    let shapes = shapes(&table::read(), ty);
    let ctypes = py.import("ctypes")?;
    let mut classes = Vec::new();
    for shape in &shapes {
        classes.push(shape.class(&ctypes)?);
    }
    ctypes.getattr("CFUNCTYPE")?.call1(PyTuple::new(py, classes)?)
}

/// The result and the parameters of a function type.
fn shapes(types: &CTypes, ty: TypeId) -> Vec<Shape> {
    let CType::Function(signature) = types.get(ty) else { return Vec::new() };
    let params = signature.params.iter().map(|ty| match types.get(types.passed_as(*ty)) {
        // As a parameter of ctypes' it would be a pointer.
        CType::Array { .. } => Shape::Missing(types.name(*ty)),
        CType::Void
        | CType::Bool
        | CType::Int(_)
        | CType::Float(_)
        | CType::Complex(_)
        | CType::Pointer(_)
        | CType::Function(_)
        | CType::Record(_)
        | CType::Enum(_) => Shape::of(types, types.passed_as(*ty)),
    });
    std::iter::once(Shape::of(types, signature.result)).chain(params).collect()
}

/// What `ctypes` makes of a C type: read from the table before the interpreter is asked for anything.
enum Shape {
    /// `None`.
    Void,
    /// A class of `ctypes` by its name.
    Simple(&'static str),
    /// A pointer to such a class.
    Pointer(&'static str),
    /// So many of an element.
    Array(Box<Shape>, u64),
    /// A struct or union.
    Record(Record),
    /// Nothing, in C's words.
    Missing(String),
}

struct Record {
    kind: RecordKind,
    /// Its name in C.
    name: String,
    size: u64,
    fields: Vec<Field>,
}

struct Field {
    name: String,
    shape: Shape,
    /// In bytes, unless it is a bit-field.
    offset: Option<u64>,
    /// In bits, if it is one.
    width: Option<u32>,
}

impl Shape {
    fn of(types: &CTypes, ty: TypeId) -> Self {
        match types.get(ty) {
            CType::Void => Self::Void,
            CType::Pointer(target) => match (types.get(target.ty), Self::of(types, target.ty)) {
                (CType::Int(IntType::Char), _) => Self::Simple("c_char_p"),
                (_, Self::Simple(name)) if !name.ends_with("_p") => Self::Pointer(name),
                _ => Self::Simple("c_void_p"),
            },
            CType::Array { element, length: ArrayLength::Known(count) } => {
                Self::Array(Box::new(Self::of(types, element.ty)), *count)
            }
            CType::Record(record) => {
                let record = types.record(*record);
                let Some(body) = &record.body else { return Self::Missing(types.name(ty)) };
                let fields = body.fields.iter().enumerate().map(|(index, field)| Field {
                    name: field.name.as_ref().map_or_else(|| format!("_{index}"), ToString::to_string),
                    shape: Self::of(types, field.ty.ty),
                    offset: if field.is_bit_field() { None } else { Some(field.offset.get()) },
                    width: field.bits.map(|bits| bits.width),
                });
                Self::Record(Record {
                    kind: record.kind,
                    name: types.name(ty),
                    size: body.layout.size.get(),
                    fields: fields.collect(),
                })
            }
            CType::Enum(id) => match &types.enumeration(*id).body {
                Some((kind, _)) => integer(types, *kind),
                None => Self::Missing(types.name(ty)),
            },
            CType::Bool => Self::Simple("c_bool"),
            CType::Int(kind) => integer(types, *kind),
            CType::Float(FloatType::Float) => Self::Simple("c_float"),
            CType::Float(FloatType::Double) => Self::Simple("c_double"),
            CType::Float(FloatType::LongDouble) => Self::Simple("c_longdouble"),
            CType::Complex(_) | CType::Array { length: ArrayLength::Unknown, .. } | CType::Function(_) => {
                Self::Missing(types.name(ty))
            }
        }
    }

    /// The class.
    fn class<'py>(&self, ctypes: &Bound<'py, PyModule>) -> PyResult<Bound<'py, PyAny>> {
        let py = ctypes.py();
        match self {
            Self::Void => Ok(py.None().into_bound(py)),
            Self::Simple(name) => ctypes.getattr(*name),
            Self::Pointer(name) => ctypes.getattr("POINTER")?.call1((ctypes.getattr(*name)?,)),
            Self::Array(element, count) => element.class(ctypes)?.mul(*count),
            Self::Record(shape) => record(ctypes, shape),
            Self::Missing(name) => Err(PyTypeError::new_err(format!(
                "ctypes has no type for `{name}`: use .address or .capsule"
            ))),
        }
    }
}

fn integer(types: &CTypes, kind: IntType) -> Shape {
    match (kind.size(types.model()).get(), kind.is_signed(types.model())) {
        (1, true) => Shape::Simple("c_int8"),
        (1, false) => Shape::Simple("c_uint8"),
        (2, true) => Shape::Simple("c_int16"),
        (2, false) => Shape::Simple("c_uint16"),
        (4, true) => Shape::Simple("c_int32"),
        (4, false) => Shape::Simple("c_uint32"),
        (8, true) => Shape::Simple("c_int64"),
        (8, false) => Shape::Simple("c_uint64"),
        _ => Shape::Missing(kind.name().to_owned()),
    }
}

/// A new class for a struct or union, which `ctypes` has to lay out as C does.
fn record<'py>(ctypes: &Bound<'py, PyModule>, shape: &Record) -> PyResult<Bound<'py, PyAny>> {
    let py = ctypes.py();
    let list = PyList::empty(py);
    for Field { name, shape, width, .. } in &shape.fields {
        match width {
            Some(width) => list.append((name, shape.class(ctypes)?, width))?,
            None => list.append((name, shape.class(ctypes)?))?,
        }
    }
    let base = match shape.kind {
        RecordKind::Struct => ctypes.getattr("Structure")?,
        RecordKind::Union => ctypes.getattr("Union")?,
    };
    let namespace = PyDict::new(py);
    namespace.set_item("_fields_", list)?;
    let name = shape.name.replace(' ', "_");
    let class = py.get_type::<PyType>().call1((name, (base,), namespace))?;
    let mut is_same = ctypes.call_method1("sizeof", (&class,))?.extract::<u64>()? == shape.size;
    for Field { name, offset, .. } in &shape.fields {
        if let Some(offset) = offset {
            is_same &= class.getattr(name)?.getattr("offset")?.extract::<u64>()? == *offset;
        }
    }
    if is_same {
        return Ok(class);
    }
    let text = format!("ctypes lays out `{}` in another way than C: use .address or .capsule", shape.name);
    Err(PyTypeError::new_err(text))
}
