//! Types of records from what users write.

use ctype::{FieldDecl, Packing, RecordKind, lay_out_record};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use pyobject::{NoArrayTy, element_of_dtype};

use super::kind::TypeKind;
use super::types::Type;
use crate::{dtype, table};

/// The type of a struct that is laid out as C lays it out.
///
/// Parameters
/// ----------
/// fields : iterable of tuple
///     A name and a type for each field, in order.
///
/// Returns
/// -------
/// Type
///
/// Examples
/// --------
/// >>> from ferrule import types
/// >>> types.make_c_struct([("density", types.float64), ("cells", types.int32)])
/// Record(density[float64;0], cells[int32;8])
#[pyfunction]
pub(crate) fn make_c_struct<'py>(fields: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let mut members = Vec::new();
    for field in fields.try_iter()? {
        let field = field?.cast_into::<PyTuple>()?;
        let (name, ty): (String, Bound<'_, PyAny>) = field.extract()?;
        let c_type = ty.cast::<Type>().ok().and_then(|ty| ty.get().kind.c_type());
        let Some(c_type) = c_type else {
            return Err(PyTypeError::new_err(format!("field {name} is no type that C has: {}", ty.repr()?)));
        };
        members.push(FieldDecl::plain(&name, c_type));
    }
    record_of(&members)?.object(fields.py())
}

fn record_of(members: &[FieldDecl]) -> PyResult<TypeKind> {
    let mut types = table::write();
    let body = lay_out_record(&types, RecordKind::Struct, members, Packing::default());
    let body = body.map_err(|_| PyTypeError::new_err("these fields cannot be laid out"))?;
    Ok(TypeKind::C(dtype::intern_record(&mut types, body)))
}

/// The type of what arrays of a dtype hold.
///
/// Parameters
/// ----------
/// dtype : numpy.dtype
///     Of a number, or structured.
///
/// Returns
/// -------
/// Type
///
/// Raises
/// ------
/// TypeError
///     If compiled code has no such values.
///
/// Examples
/// --------
/// >>> import numpy as np
/// >>> from ferrule import types
/// >>> types.from_dtype(np.dtype("f4"))
/// float32
#[pyfunction]
#[expect(clippy::doc_markdown, reason = "numpydoc names types without backticks")]
pub(crate) fn from_dtype<'py>(dtype: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let class = dtype.py().import("numpy")?.getattr("dtype")?;
    if !dtype.is_instance(&class)? {
        return Err(PyTypeError::new_err(format!("{} is not a dtype", dtype.repr()?)));
    }
    // SAFETY: it is a dtype of NumPy's, which is borrowed.
    let kind = match unsafe { element_of_dtype(dtype.as_ptr()) } {
        Ok(element) => TypeKind::of_ty(&mut table::write(), element.ty()),
        Err(NoArrayTy::Record) => TypeKind::C(dtype::record_of(dtype)?),
        Err(NoArrayTy::Swapped | NoArrayTy::Dtype) => {
            return Err(PyTypeError::new_err(format!(
                "compiled code has no values of dtype {}",
                dtype.str()?
            )));
        }
    };
    kind.object(dtype.py())
}
