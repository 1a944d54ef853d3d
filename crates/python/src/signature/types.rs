//! The types of `ferrule.types`, and signatures of them.
//!
//! A type here is one of compiled code under Numba's name: two names of one type are equal. Called with
//! types it makes a signature, called with a number it converts that number, indexed with slices it
//! makes the type of arrays of it.

use std::hash::{DefaultHasher, Hash, Hasher};

use ctype::{CType, CTypes, DataModel, FloatType, IntType, TypeId};
use pyo3::exceptions::{PyAttributeError, PyOverflowError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyComplex, PyDict, PyFloat, PyInt, PyString, PyTuple, PyType};
use tir::Order;

use super::array_type;
use super::kind::{Literal, Seen, TypeKind};
use crate::table;

/// The names of `ferrule.types`, Numba's, and what they are.
const NAMES: &[(&str, CType)] = &[
    ("int8", CType::Int(IntType::Int8)),
    ("int16", CType::Int(IntType::Int16)),
    ("int32", CType::Int(IntType::Int32)),
    ("int64", CType::Int(IntType::Int64)),
    ("uint8", CType::Int(IntType::UInt8)),
    ("uint16", CType::Int(IntType::UInt16)),
    ("uint32", CType::Int(IntType::UInt32)),
    ("uint64", CType::Int(IntType::UInt64)),
    ("i1", CType::Int(IntType::Int8)),
    ("i2", CType::Int(IntType::Int16)),
    ("i4", CType::Int(IntType::Int32)),
    ("i8", CType::Int(IntType::Int64)),
    ("u1", CType::Int(IntType::UInt8)),
    ("u2", CType::Int(IntType::UInt16)),
    ("u4", CType::Int(IntType::UInt32)),
    ("u8", CType::Int(IntType::UInt64)),
    ("byte", CType::Int(IntType::UInt8)),
    ("char", CType::Int(IntType::Int8)),
    ("uchar", CType::Int(IntType::UInt8)),
    ("short", CType::Int(IntType::Int16)),
    ("ushort", CType::Int(IntType::UInt16)),
    ("intc", CType::Int(IntType::Int32)),
    ("uintc", CType::Int(IntType::UInt32)),
    ("int_", CType::Int(IntType::Int64)),
    ("uint", CType::Int(IntType::UInt64)),
    ("long_", CType::Int(IntType::Int64)),
    ("ulong", CType::Int(IntType::UInt64)),
    ("longlong", CType::Int(IntType::Int64)),
    ("ulonglong", CType::Int(IntType::UInt64)),
    ("intp", CType::Int(IntType::Int64)),
    ("uintp", CType::Int(IntType::UInt64)),
    ("size_t", CType::Int(IntType::UInt64)),
    ("ssize_t", CType::Int(IntType::Int64)),
    ("float32", CType::Float(FloatType::Float)),
    ("float64", CType::Float(FloatType::Double)),
    ("f4", CType::Float(FloatType::Float)),
    ("f8", CType::Float(FloatType::Double)),
    ("double", CType::Float(FloatType::Double)),
    ("complex64", CType::Complex(FloatType::Float)),
    ("complex128", CType::Complex(FloatType::Double)),
    ("c8", CType::Complex(FloatType::Float)),
    ("c16", CType::Complex(FloatType::Double)),
    ("boolean", CType::Bool),
    ("bool_", CType::Bool),
    ("b1", CType::Bool),
    ("void", CType::Void),
    ("none", CType::Void),
];

/// The type of a name of `ferrule.types`.
pub(super) fn named(types: &mut CTypes, name: &str) -> Option<TypeKind> {
    match name {
        "voidptr" => {
            let void = types.void();
            return Some(TypeKind::C(types.pointer_to(void)));
        }
        "unicode_type" | "string" => return Some(TypeKind::Text),
        _ => {}
    }
    let (_, ty) = NAMES.iter().find(|(known, _)| *known == name)?;
    Some(TypeKind::C(types.intern(ty.clone())))
}

/// A type of compiled code, under Numba's name.
///
/// Examples
/// --------
/// >>> from ferrule import types
/// >>> types.double
/// float64
/// >>> types.float64(types.int32)
/// (int32,) -> float64
/// >>> types.uint8(300)
/// 44
/// >>> types.float64[:, ::1]
/// array(float64, 2d, C)
#[pyclass(frozen, subclass, name = "Type", module = "ferrule.types")]
pub(crate) struct Type {
    pub(crate) kind: TypeKind,
}

impl Type {
    /// What a kind has; `AttributeError` where it has none.
    fn part<T>(&self, name: &str, of: impl FnOnce(&TypeKind, &mut CTypes) -> Option<T>) -> PyResult<T> {
        let part = of(&self.kind, &mut table::write());
        part.ok_or_else(|| PyAttributeError::new_err(format!("{} has no attribute '{name}'", self.name())))
    }
}

#[pymethods]
impl Type {
    /// The same type, as an object of a class.
    #[new]
    fn new(of: &Bound<'_, Self>) -> Self {
        Self { kind: of.get().kind.clone() }
    }

    /// The name that Numba prints.
    #[getter]
    fn name(&self) -> String {
        self.kind.display(&table::read())
    }

    fn __repr__(&self) -> String {
        self.name()
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Self>().is_ok_and(|other| other.get().kind == self.kind)
    }

    fn __hash__(&self) -> u64 {
        hash_of(&self.kind)
    }

    #[pyo3(signature = (*args))]
    fn __call__<'py>(&self, args: &Bound<'py, PyTuple>) -> PyResult<Bound<'py, PyAny>> {
        let py = args.py();
        let params: Option<Vec<TypeKind>> =
            args.iter().map(|arg| arg.cast::<Self>().ok().map(|ty| ty.get().kind.clone())).collect();
        match (params, self.kind.c_type()) {
            (Some(params), _) => {
                let signature = Signature { result: self.kind.clone(), params, c_text: None };
                Ok(Bound::new(py, signature)?.into_any())
            }
            (None, Some(ty)) if args.len() == 1 => convert(ty, &args.get_item(0)?),
            (None, None) if args.len() == 1 => {
                Err(PyTypeError::new_err(format!("{} does not convert a number", self.name())))
            }
            (None, _) => Err(PyTypeError::new_err(format!("{} takes types, or one number", self.name()))),
        }
    }

    /// The type of arrays of it: a `:` an axis, ``::1`` for the axis without gaps. Of a tuple with an index: the
    /// type of that item.
    fn __getitem__<'py>(&self, axes: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        match self.kind.items() {
            Some(items) => tuple_of_types(axes.py(), items)?.as_any().get_item(axes),
            None => array_type::of_slices(&self.kind, axes),
        }
    }

    /// Of a number: how many bits it has.
    #[getter]
    fn bitwidth(&self) -> PyResult<u32> {
        self.part("bitwidth", |kind, types| Some(kind.bits(types)?.0))
    }

    /// Of an integer: whether it has a sign.
    #[getter]
    fn signed(&self) -> PyResult<bool> {
        self.part("signed", |kind, types| kind.bits(types)?.1)
    }

    /// Of a complex number: the type of its parts.
    #[getter]
    fn underlying_float<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.part("underlying_float", TypeKind::real_part)?.object(py)
    }

    /// Of an array: the type of its elements; of a pointer: of what it points to; of a tuple of one type: that
    /// type; of a class of numbers: the type of those.
    #[getter]
    fn dtype<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.part("dtype", TypeKind::held)?.object(py)
    }

    /// Of an array: how many axes it has.
    #[getter]
    fn ndim(&self) -> PyResult<u8> {
        self.part("ndim", |kind, _| Some(kind.array()?.rank))
    }

    /// Of an array: ``"C"``, ``"F"`` or ``"A"`` for any.
    #[getter]
    fn layout(&self) -> PyResult<&'static str> {
        Ok(match self.part("layout", |kind, _| kind.array())?.order {
            Order::C => "C",
            Order::F => "F",
            Order::Any => "A",
        })
    }

    /// Of an array: whether its elements may be assigned.
    #[getter]
    fn mutable(&self) -> PyResult<bool> {
        self.part("mutable", |kind, _| Some(kind.array()?.is_writable))
    }

    /// Of an array: whether each element is aligned.
    #[getter]
    fn aligned(&self) -> PyResult<bool> {
        self.part("aligned", |kind, _| Some(kind.array()?.is_aligned))
    }

    /// Of a tuple: the types of its items.
    #[getter]
    fn types<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        tuple_of_types(py, &self.part("types", |kind, _| kind.items().map(<[TypeKind]>::to_vec))?)
    }

    /// Of a tuple: how many items it has.
    #[getter]
    fn count(&self) -> PyResult<usize> {
        self.part("count", |kind, _| kind.items().map(<[TypeKind]>::len))
    }

    /// Of a tuple with names for its items: the names.
    #[getter]
    fn fields<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let named = self.part("fields", |kind, _| kind.named().cloned())?;
        PyTuple::new(py, named.fields.iter())
    }

    /// Of a tuple with names for its items: the class.
    #[getter]
    fn instance_class(&self, py: Python<'_>) -> PyResult<Py<PyType>> {
        Ok(self.part("instance_class", |kind, _| kind.named().cloned())?.class().clone_ref(py))
    }

    /// Of a record: names and types of its fields.
    #[getter]
    fn members<'py>(&self, py: Python<'py>) -> PyResult<Vec<(String, Bound<'py, PyAny>)>> {
        let members = self.part("members", TypeKind::members)?;
        members.into_iter().map(|(name, kind)| Ok((name, kind.object(py)?))).collect()
    }

    /// Of a literal: the constant.
    #[getter]
    fn literal_value<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(match self.part("literal_value", |kind, _| kind.literal().cloned())? {
            Literal::Bool(value) => PyBool::new(py, value).to_owned().into_any(),
            Literal::Int(value) => value.into_pyobject(py)?.into_any(),
            Literal::Text(text) => PyString::new(py, &text).into_any(),
        })
    }

    /// Of a literal: the type of the constant where its value does not matter.
    #[getter]
    fn literal_type<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.part("literal_type", |kind, types| Some(kind.literal()?.plain(types)))?.object(py)
    }

    /// Of what may be ``None``: the type that it has where it is not.
    #[getter(r#type)]
    fn held<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.part("type", |kind, _| kind.present().cloned())?.object(py)
    }
}

/// The type of a constant: an `int`, a `bool` or a `str`.
#[pyfunction]
pub(crate) fn literal_type<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let literal = if let Ok(text) = value.cast::<PyString>() {
        Literal::Text(text.to_str()?.into())
    } else if value.is_exact_instance_of::<PyBool>() {
        Literal::Bool(value.is_truthy()?)
    } else if value.is_exact_instance_of::<PyInt>() {
        let value: i128 = value.extract()?;
        if i64::try_from(value).is_err() && u64::try_from(value).is_err() {
            return Err(PyOverflowError::new_err("an int of more than 64 bits is no literal"));
        }
        Literal::Int(value)
    } else {
        let class = value.get_type();
        return Err(PyTypeError::new_err(format!(
            "a literal is an int, a bool or a str, not {}",
            class.name()?
        )));
    };
    TypeKind::Seen(Seen::Literal(literal)).object(value.py())
}

/// Types as Python's tuple.
pub(crate) fn tuple_of_types<'py>(py: Python<'py>, kinds: &[TypeKind]) -> PyResult<Bound<'py, PyTuple>> {
    let types: PyResult<Vec<_>> = kinds.iter().map(|kind| kind.clone().object(py)).collect();
    PyTuple::new(py, types?)
}

fn hash_of(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// The number that compiled code would make of `value`: integers wrap, floats round.
fn convert<'py>(ty: TypeId, value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = value.py();
    let kind = table::read().get(ty).clone();
    match kind {
        CType::Bool => Ok(value.is_truthy()?.into_pyobject(py)?.to_owned().into_any()),
        CType::Int(int) => wrap(int, &py.get_type::<PyInt>().call1((value,))?),
        CType::Float(FloatType::Double) => py.get_type::<PyFloat>().call1((value,)),
        CType::Float(FloatType::Float) => Ok(PyFloat::new(py, single(value.extract()?)).into_any()),
        CType::Complex(FloatType::Double) => py.get_type::<PyComplex>().call1((value,)),
        CType::Complex(FloatType::Float) => {
            let whole = py.get_type::<PyComplex>().call1((value,))?;
            let part = |name: &str| whole.getattr(name)?.extract().map(single);
            Ok(PyComplex::from_doubles(py, part("real")?, part("imag")?).into_any())
        }
        CType::Void
        | CType::Float(FloatType::LongDouble)
        | CType::Complex(FloatType::LongDouble)
        | CType::Pointer(_)
        | CType::Array { .. }
        | CType::Function(_)
        | CType::Record(_)
        | CType::Enum(_) => {
            let name = TypeKind::C(ty).display(&table::read());
            Err(PyTypeError::new_err(format!("{name} does not convert a number")))
        }
    }
}

/// An integer modulo two to the width of the type.
fn wrap<'py>(int: IntType, value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let model = DataModel::HOST;
    let bits = int.size(&model).get() * 8;
    let mask = (1u128 << bits) - 1;
    let low = value.bitand(mask)?;
    let is_negative = int.is_signed(&model) && low.ge(1u128 << (bits - 1))?;
    if is_negative { low.sub(mask + 1) } else { Ok(low) }
}

#[expect(clippy::cast_possible_truncation, reason = "rounding to single precision is what it is for")]
fn single(value: f64) -> f64 {
    f64::from(value as f32)
}

/// What a compiled function takes and gives.
///
/// Examples
/// --------
/// >>> from ferrule import types
/// >>> signature = types.void(types.CPointer(types.double), types.intc)
/// >>> signature
/// (float64*, int32) -> none
/// >>> signature.args
/// (float64*, int32)
#[pyclass(frozen, name = "Signature", module = "ferrule.types")]
pub(crate) struct Signature {
    pub(crate) result: TypeKind,
    pub(crate) params: Vec<TypeKind>,
    /// How C spells it, if it was given so.
    pub(crate) c_text: Option<String>,
}

#[pymethods]
impl Signature {
    /// The type of the result.
    #[getter]
    fn return_type<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.result.clone().object(py)
    }

    /// The types of the arguments.
    #[getter]
    fn args<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        tuple_of_types(py, &self.params)
    }

    fn __repr__(&self) -> String {
        if let Some(text) = &self.c_text {
            return text.clone();
        }
        let types = table::read();
        let params: Vec<String> = self.params.iter().map(|kind| kind.display(&types)).collect();
        let comma = if params.len() == 1 { "," } else { "" };
        format!("({}{comma}) -> {}", params.join(", "), self.result.display(&types))
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        let Ok(other) = other.cast::<Self>() else { return false };
        let other = other.get();
        (&other.result, &other.params) == (&self.result, &self.params)
    }

    fn __hash__(&self) -> u64 {
        hash_of(&(&self.result, &self.params))
    }
}

/// The type of a pointer to `dtype`.
#[pyfunction]
pub(crate) fn pointer_type<'py>(dtype: &Bound<'py, Type>) -> PyResult<Bound<'py, PyAny>> {
    let Some(target) = dtype.get().kind.c_type() else {
        return Err(PyTypeError::new_err(format!("C has no pointer to {}", dtype.get().name())));
    };
    let pointer = table::write().pointer_to(target);
    TypeKind::C(pointer).object(dtype.py())
}

/// All names of `ferrule.types` with their types.
#[pyfunction]
pub(crate) fn named_types(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let names = PyDict::new(py);
    for name in NAMES.iter().map(|(name, _)| *name).chain(["voidptr", "unicode_type"]) {
        let kind = named(&mut table::write(), name);
        names.set_item(name, kind.map(|kind| kind.object(py)).transpose()?)?;
    }
    Ok(names)
}
