//! What a user gives as a signature, to C types.
//!
//! A string is Numba's grammar if every name in it is in `ferrule.types`, else C, where names mean what the
//! given FFI declares. Signature objects of `ferrule.types`, tuples of argument types and C types
//! serve too; without any the function's annotations do, in which `float` is a C `double` and `int`
//! an `int64_t`. The text of the signature is kept as a source, so that an error can point at it.

mod annotations;
mod array_type;
mod grammar;
mod kind;
mod optional_type;
mod parts;
mod record_type;
mod tir_type;
mod tuple_type;
mod type_class;
mod types;

use cdecl::Namespace;
use ctype::{CType, CTypes, TypeId};
use diagnostic::{Diagnostic, Id, Label};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};
use source::{Source, Span};

use crate::compiled::{ErrorClass, compile_error};
use crate::ffi_object::{CTypeObject, Ffi};
use crate::table;

pub(crate) use annotations::{module_of, of_annotations, of_numpy_class};
pub(crate) use kind::{Literal, NamedTuple, Seen, TypeKind};
pub(crate) use tir_type::{c_type_of, ty_of};
pub(crate) use types::{Signature, Type, tuple_of_types};

/// Adds what `ferrule.types` is made of to the module.
pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(types::literal_type, module)?)?;
    module.add_function(wrap_pyfunction!(types::named_types, module)?)?;
    module.add_function(wrap_pyfunction!(types::pointer_type, module)?)?;
    module.add_function(wrap_pyfunction!(array_type::array_type, module)?)?;
    module.add_function(wrap_pyfunction!(record_type::make_c_struct, module)?)?;
    module.add_function(wrap_pyfunction!(record_type::from_dtype, module)?)?;
    module.add_function(wrap_pyfunction!(optional_type::optional_type, module)?)?;
    module.add_function(wrap_pyfunction!(tuple_type::tuple_type, module)?)?;
    module.add_function(wrap_pyfunction!(tuple_type::uni_tuple_type, module)?)?;
    module.add_function(wrap_pyfunction!(tuple_type::named_tuple_type, module)?)?;
    module.add_function(wrap_pyfunction!(tuple_type::named_uni_tuple_type, module)?)?;
    module.add_class::<Signature>()?;
    module.add_class::<Type>()
}

/// What names of C types mean: what an FFI declares, beside what C itself knows.
#[derive(Clone, Copy)]
pub(crate) struct CNames<'a>(pub(crate) Option<&'a Ffi>);

impl CNames<'_> {
    fn type_name(self, source: &Source) -> Result<TypeId, Vec<Diagnostic>> {
        match self.0 {
            Some(ffi) => ffi.namespace().type_name(&mut table::write(), source),
            None => Namespace::new().type_name(&mut table::write(), source),
        }
    }
}

/// What a function is asked to be.
pub(crate) struct Wanted {
    /// The result; missing where the body decides it.
    pub(crate) result: Option<TypeKind>,
    /// The arguments.
    pub(crate) params: Vec<TypeKind>,
    /// The signature as it was written.
    pub(crate) source: Source,
    /// Whether it was written in C, and is shown so.
    pub(crate) is_c: bool,
}

impl Wanted {
    fn new(result: Option<TypeKind>, params: Vec<TypeKind>, text: &str, is_c: bool) -> Self {
        Self { result, params, source: Source::new("<signature>", text), is_c }
    }

    /// A label under the whole text.
    pub(crate) fn label(&self, text: impl Into<String>) -> Label {
        Label::new(&self.source, Span::new(0, self.source.text().len()), text)
    }
}

/// The meaning of a signature object.
pub(crate) fn of_object(signature: &Bound<'_, PyAny>, names: CNames<'_>) -> PyResult<Wanted> {
    let py = signature.py();
    if let Ok(text) = signature.cast::<PyString>() {
        let text = text.to_str()?;
        return of_text(text, names)
            .map_err(|diagnostics| compile_error(py, ErrorClass::Signature, diagnostics));
    }
    if let Ok(signature) = signature.cast::<Signature>() {
        let text = signature.repr()?;
        let signature = signature.get();
        let is_c = signature.c_text.is_some();
        return Ok(Wanted::new(
            Some(signature.result.clone()),
            signature.params.clone(),
            text.to_str()?,
            is_c,
        ));
    }
    if let Ok(ty) = signature.cast::<CTypeObject>() {
        let face = ty.get().face;
        return of_c_type(face.id, &Source::new("<signature>", &face.name()))
            .map_err(|diagnostics| compile_error(py, ErrorClass::Signature, diagnostics));
    }
    if let Ok(params) = signature.cast::<PyTuple>() {
        let text = signature.repr()?;
        let types: PyResult<Vec<TypeKind>> = params.iter().map(|param| of_value(&param)).collect();
        return Ok(Wanted::new(None, types?, text.to_str()?, false));
    }
    Err(PyTypeError::new_err(format!(
        "a signature is a string or an object of ferrule.types, not {}",
        signature.get_type().name()?
    )))
}

/// The type that an object stands for: one of `ferrule.types`, or one that `FFI.typeof` gave.
pub(crate) fn type_kind(value: &Bound<'_, PyAny>) -> Option<TypeKind> {
    if let Ok(ty) = value.cast::<Type>() {
        return Some(ty.get().kind.clone());
    }
    value.cast::<CTypeObject>().ok().map(|ty| TypeKind::C(ty.get().face.id))
}

fn of_value(value: &Bound<'_, PyAny>) -> PyResult<TypeKind> {
    match type_kind(value) {
        Some(ty) => Ok(ty),
        None => Err(PyTypeError::new_err(format!("{} is not a type", value.repr()?))),
    }
}

/// The meaning of a signature's text.
fn of_text(text: &str, names: CNames<'_>) -> Result<Wanted, Vec<Diagnostic>> {
    let source = Source::new("<signature>", text);
    let parsed = {
        let mut table = table::write();
        let checkpoint = table.checkpoint();
        let parsed = grammar::parse(&mut table, &source);
        if parsed.is_err() {
            table.roll_back(checkpoint);
        }
        parsed
    };
    let unknown = match parsed {
        Ok(parsed) => {
            return Ok(Wanted { result: parsed.result, params: parsed.params, source, is_c: false });
        }
        Err(grammar::NotNumba::Name(span)) => Some(span),
        Err(grammar::NotNumba::Form) => None,
    };
    match (names.type_name(&source), unknown) {
        (Ok(ty), _) => of_c_type(ty, &source),
        (Err(_), Some(span)) => Err(vec![unknown_name(&source, span)]),
        (Err(diagnostics), None) => Err(diagnostics),
    }
}

/// A function type of C, or a pointer to one, as a signature.
fn of_c_type(ty: TypeId, source: &Source) -> Result<Wanted, Vec<Diagnostic>> {
    let types = table::read();
    match function_of(&types, ty) {
        Some((result, params)) => {
            let params = params.into_iter().map(TypeKind::C).collect();
            Ok(Wanted { result: Some(TypeKind::C(result)), params, source: source.clone(), is_c: true })
        }
        None => Err(vec![no_function(&types, ty, source)]),
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
    let title =
        format!("`{}` is not the type of a function with a fixed number of arguments", types.name(ty));
    let label = Label::new(source, Span::new(0, source.text().len()), "expected a function type");
    Diagnostic::error(Id::SignatureSyntax, title, label).with_help("write it like `double(double, void *)`")
}

/// A text of Numba's form that is no C either: one name is what is wrong.
fn unknown_name(source: &Source, span: Span) -> Diagnostic {
    let title = format!("`{}` is not a type", source.slice(span));
    let label = Label::new(source, span, "neither in `ferrule.types` nor declared in C");
    Diagnostic::error(Id::SignatureSyntax, title, label)
}
