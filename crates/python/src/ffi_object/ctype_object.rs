//! `CType`: a C type as a Python object, one a type.

use std::hash::{DefaultHasher, Hash, Hasher};

use ctype::{CType, RecordKind};
use pyo3::exceptions::PyAttributeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};

use crate::cdata::record::FieldFace;
use crate::cdata::{Face, Kind};
use crate::table;

/// A C type.
///
/// Two are equal when they are the same type of C.
///
/// Examples
/// --------
/// >>> from ferrule import FFI
/// >>> ffi = FFI()
/// >>> ffi.typeof("int[4]").item
/// <ctype 'int'>
#[pyclass(frozen, weakref, module = "ferrule", name = "CType")]
pub(crate) struct CTypeObject {
    pub(crate) face: &'static Face,
}

/// The Python object of a type; there is one.
pub(crate) fn ctype_object(py: Python<'_>, face: &'static Face) -> PyResult<Py<CTypeObject>> {
    let plain = Face::of(face.id);
    let object = plain.object(py, || Ok(Py::new(py, CTypeObject { face: plain })?.into_any()))?;
    Ok(object.cast_bound::<CTypeObject>(py)?.clone().unbind())
}

impl CTypeObject {
    fn missing<T>(&self, name: &str) -> PyResult<T> {
        Err(PyAttributeError::new_err(format!("ctype '{}' has no attribute '{name}'", self.face.name())))
    }

    fn signature(&self, name: &str) -> PyResult<&ctype::Signature> {
        let function = self.face.pointee().unwrap_or(self.face);
        function.signature().map_or_else(|| self.missing(name), Ok)
    }
}

#[pymethods]
impl CTypeObject {
    /// The type's name in C.
    #[getter]
    fn cname(&self) -> String {
        self.face.name()
    }

    /// ``"primitive"``, ``"pointer"``, ``"array"``, ``"struct"``, ``"union"``, ``"enum"``, ``"function"`` or ``"void"``.
    #[getter]
    fn kind(&self) -> &'static str {
        match self.face.kind {
            Kind::Void => "void",
            Kind::Scalar(_) => "primitive",
            Kind::Enum(..) => "enum",
            Kind::Pointer(Face { kind: Kind::Function(_), .. }) | Kind::Function(_) => "function",
            Kind::Pointer(_) => "pointer",
            Kind::Array(..) => "array",
            Kind::Record(record) => match table::read().record(record).kind {
                RecordKind::Struct => "struct",
                RecordKind::Union => "union",
            },
        }
    }

    /// What a pointer points to or an array is of.
    #[getter]
    fn item(&self, py: Python<'_>) -> PyResult<Py<CTypeObject>> {
        match self.face.target() {
            Some(target) => ctype_object(py, target),
            None => self.missing("item"),
        }
    }

    /// How many elements an array has; None when it is open.
    #[getter]
    fn length(&self) -> PyResult<Option<usize>> {
        if let Kind::Array(_, length) = self.face.kind { Ok(length) } else { self.missing("length") }
    }

    /// The fields of a struct or union as pairs of name and `CField`; None while it is opaque.
    #[getter]
    fn fields(&self, py: Python<'_>) -> PyResult<Option<Py<PyList>>> {
        if !matches!(self.face.kind, Kind::Record(_)) {
            return self.missing("fields");
        }
        let Some(record) = self.face.record() else { return Ok(None) };
        let list = PyList::empty(py);
        for field in &record.fields {
            list.append((field.name.clone_ref(py), CField::new(py, field)?))?;
        }
        Ok(Some(list.unbind()))
    }

    /// The names of an enum by value.
    #[getter]
    fn elements(&self, py: Python<'_>) -> PyResult<Py<PyDict>> {
        let dict = PyDict::new(py);
        for (name, value) in self.enumerators("elements")? {
            if !dict.contains(value)? {
                dict.set_item(value, name)?;
            }
        }
        Ok(dict.unbind())
    }

    /// The values of an enum by name.
    #[getter]
    fn relements(&self, py: Python<'_>) -> PyResult<Py<PyDict>> {
        let dict = PyDict::new(py);
        for (name, value) in self.enumerators("relements")? {
            dict.set_item(name, value)?;
        }
        Ok(dict.unbind())
    }

    /// The parameter types of a function.
    #[getter]
    fn args(&self, py: Python<'_>) -> PyResult<Py<PyTuple>> {
        let params = self.signature("args")?.params.iter();
        let types: PyResult<Vec<_>> = params.map(|ty| ctype_object(py, Face::of(*ty))).collect();
        Ok(PyTuple::new(py, types?)?.unbind())
    }

    /// The result type of a function.
    #[getter]
    fn result(&self, py: Python<'_>) -> PyResult<Py<CTypeObject>> {
        ctype_object(py, Face::of(self.signature("result")?.result))
    }

    /// Whether a function takes more arguments than are declared.
    #[getter]
    fn ellipsis(&self) -> PyResult<bool> {
        Ok(self.signature("ellipsis")?.is_variadic)
    }

    /// The number that libffi has for the calling convention of a function: the platform's own.
    #[getter]
    fn abi(&self) -> PyResult<u32> {
        /// `FFI_UNIX64` of libffi's x86 headers.
        const UNIX64: u32 = 2;
        self.signature("abi").map(|_| UNIX64)
    }

    /// The attributes that a type of this kind has.
    fn __dir__(&self) -> Vec<&'static str> {
        let own: &[_] = match self.face.kind {
            Kind::Void | Kind::Scalar(_) => &[],
            Kind::Enum(_) => &["elements", "relements"],
            Kind::Pointer(Face { kind: Kind::Function(_), .. }) | Kind::Function(_) => {
                &["abi", "args", "ellipsis", "result"]
            }
            Kind::Pointer(_) => &["item"],
            Kind::Array(..) => &["item", "length"],
            Kind::Record(_) => &["fields"],
        };
        [&["cname", "kind"], own].concat()
    }

    fn __repr__(&self) -> String {
        format!("<ctype '{}'>", self.face.name())
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<CTypeObject>().is_ok_and(|other| other.get().face.id == self.face.id)
    }

    fn __hash__(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.face.id.hash(&mut hasher);
        hasher.finish()
    }
}

impl CTypeObject {
    fn enumerators(&self, attribute: &str) -> PyResult<Vec<(String, i128)>> {
        let types = table::read();
        let CType::Enum(id) = types.get(self.face.id) else {
            drop(types);
            return self.missing(attribute);
        };
        let body = types.enumeration(*id).body.as_ref();
        let enumerators = body.map_or(&[][..], |(_, enumerators)| enumerators);
        Ok(enumerators.iter().map(|one| (one.name.to_string(), one.value)).collect())
    }
}

/// A field of a struct or union.
#[pyclass(frozen, module = "ferrule")]
pub(crate) struct CField {
    /// Its type.
    #[pyo3(get)]
    r#type: Py<CTypeObject>,
    /// Bytes from the start of the struct; for a bit-field, of its storage unit.
    #[pyo3(get)]
    offset: usize,
    /// The lowest bit in the storage unit, or -1; -2 for an array that is declared with no items.
    #[pyo3(get)]
    bitshift: i64,
    /// How many bits, or -1.
    #[pyo3(get)]
    bitsize: i64,
    /// 1 where an initialiser by position passes it over, as it does all members of a union but the first; else 0.
    #[pyo3(get)]
    flags: u32,
}

impl CField {
    fn new(py: Python<'_>, field: &FieldFace) -> PyResult<Self> {
        let (bitshift, bitsize) = match field.bits {
            None => (if matches!(field.face.kind, Kind::Array(_, None | Some(0))) { -2 } else { -1 }, -1),
            Some(bits) => (bits.start.get().cast_signed(), bits.width.into()),
        };
        let flags = u32::from(!field.is_positional);
        Ok(Self { r#type: ctype_object(py, field.face)?, offset: field.offset, bitshift, bitsize, flags })
    }
}

/// Adds the classes to the module.
pub(super) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<CTypeObject>()?;
    module.add_class::<CField>()
}
