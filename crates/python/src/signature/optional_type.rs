//! The type of values that may be `None`, from what users write.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;

use super::kind::TypeKind;
use super::types::Type;
use crate::table;

/// The type of values of a type that may be ``None`` instead.
#[pyfunction]
pub(crate) fn optional_type<'py>(typ: &Bound<'py, Type>) -> PyResult<Bound<'py, PyAny>> {
    let kind = &typ.get().kind;
    let types = table::read();
    if !kind.is_optional_of(&types) {
        return Err(PyTypeError::new_err(format!("there is no OptionalType({})", kind.display(&types))));
    }
    drop(types);
    TypeKind::Optional(Box::new(kind.clone())).object(typ.py())
}
