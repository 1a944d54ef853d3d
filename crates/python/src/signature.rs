//! What a user gives as a signature, to C types.
//!
//! A string is Numba's grammar if every name in it is in `ferrule.types`, else C, where names mean what the
//! given FFI declares. Signature objects of `ferrule.types`, tuples of argument types and C types
//! serve too; without any the function's annotations do, in which `float` is a C `double` and `int`
//! an `int64_t`. The text of the signature is kept as a source, so that an error can point at it.

mod annotations;
mod grammar;
mod tir_type;
mod types;

use cdecl::Namespace;
use ctype::{CType, CTypes, TypeId};
use diagnostic::{Diagnostic, Id, Label};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};
use source::{Source, Span};

use crate::cfunc::{ErrorClass, compile_error};
use crate::table;

pub(crate) use annotations::{of_annotations, of_numpy_class};
pub(crate) use tir_type::{c_type_of, ty_of};
pub(crate) use types::{Signature, Type};

/// Adds what `ferrule.types` is made of to the module.
pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(types::c_pointer, module)?)?;
    module.add_function(wrap_pyfunction!(types::named_types, module)?)?;
    module.add_class::<Signature>()?;
    module.add_class::<Type>()
}

/// What a function is asked to be.
pub(crate) struct Wanted {
    /// The result; missing where the body decides it.
    pub(crate) result: Option<TypeId>,
    /// The arguments.
    pub(crate) params: Vec<TypeId>,
    /// The signature as it was written.
    pub(crate) source: Source,
    /// Whether it was written in C, and is shown so.
    pub(crate) is_c: bool,
}

impl Wanted {
    fn new(result: Option<TypeId>, params: Vec<TypeId>, text: &str, is_c: bool) -> Self {
        Self { result, params, source: Source::new("<signature>", text), is_c }
    }

    /// A label under the whole text.
    pub(crate) fn label(&self, text: impl Into<String>) -> Label {
        Label::new(&self.source, Span::new(0, self.source.text().len()), text)
    }
}

/// The meaning of a signature object; names of C types mean what `namespace` says.
pub(crate) fn of_object(signature: &Bound<'_, PyAny>, namespace: &Namespace) -> PyResult<Wanted> {
    let py = signature.py();
    if let Ok(text) = signature.cast::<PyString>() {
        let text = text.to_str()?;
        return of_text(text, namespace)
            .map_err(|diagnostics| compile_error(py, ErrorClass::Signature, diagnostics));
    }
    if let Ok(signature) = signature.cast::<Signature>() {
        let text = signature.repr()?;
        let signature = signature.get();
        let is_c = signature.c_text.is_some();
        return Ok(Wanted::new(Some(signature.result), signature.params.clone(), text.to_str()?, is_c));
    }
    if let Ok(params) = signature.cast::<PyTuple>() {
        let text = signature.repr()?;
        let types: PyResult<Vec<TypeId>> = params.iter().map(|param| of_value(&param)).collect();
        return Ok(Wanted::new(None, types?, text.to_str()?, false));
    }
    Err(PyTypeError::new_err(format!("a signature is a string or an object of ferrule.types, not {}", signature.get_type().name()?)))
}

/// The C type of an object of `ferrule.types`.
fn of_value(value: &Bound<'_, PyAny>) -> PyResult<TypeId> {
    match value.cast::<Type>() {
        Ok(ty) => Ok(ty.get().ty),
        Err(_) => Err(PyTypeError::new_err(format!("{} is not a type of ferrule.types", value.repr()?))),
    }
}

/// The meaning of a signature's text.
fn of_text(text: &str, namespace: &Namespace) -> Result<Wanted, Vec<Diagnostic>> {
    let source = Source::new("<signature>", text);
    let mut table = table::write();
    let checkpoint = table.checkpoint();
    let unknown = match grammar::parse(&mut table, &source) {
        Ok(parsed) => {
            return Ok(Wanted { result: parsed.result, params: parsed.params, source, is_c: false });
        }
        Err(grammar::NotNumba::Name(span)) => Some(span),
        Err(grammar::NotNumba::Form) => None,
    };
    table.roll_back(checkpoint);
    match namespace.type_name(&mut table, &source) {
        Ok(ty) => match function_of(&table, ty) {
            Some((result, params)) => Ok(Wanted { result: Some(result), params, source, is_c: true }),
            None => Err(vec![no_function(&table, ty, &source)]),
        },
        Err(diagnostics) => Err(match unknown {
            Some(span) => vec![unknown_name(&source, span)],
            None => diagnostics,
        }),
    }
}

/// Result and parameters of a function type, or of a pointer to one.
fn function_of(types: &CTypes, ty: TypeId) -> Option<(TypeId, Vec<TypeId>)> {
    match types.get(ty) {
        CType::Function(signature) if !signature.is_variadic => {
            Some((signature.result, signature.params.to_vec()))
        }
        CType::Pointer(target) if matches!(types.get(target.ty), CType::Function(_)) => {
            function_of(types, target.ty)
        }
        CType::Function(_)
        | CType::Pointer(_)
        | CType::Void
        | CType::Bool
        | CType::Int(_)
        | CType::Float(_)
        | CType::Complex(_)
        | CType::Array { .. }
        | CType::Record(_)
        | CType::Enum(_) => None,
    }
}

fn no_function(types: &CTypes, ty: TypeId, source: &Source) -> Diagnostic {
    let title = format!("`{}` is not the type of a function with a fixed number of arguments", types.name(ty));
    let label = Label::new(source, Span::new(0, source.text().len()), "expected a function type");
    Diagnostic::error(Id::SignatureSyntax, title, label).with_help("write it like `double(double, void *)`")
}

/// A text of Numba's form that is no C either: one name is what is wrong.
fn unknown_name(source: &Source, span: Span) -> Diagnostic {
    let title = format!("`{}` is not a type", source.slice(span));
    let label = Label::new(source, span, "neither in `ferrule.types` nor declared in C");
    Diagnostic::error(Id::SignatureSyntax, title, label)
}
