//! A function through the stages.
//!
//! With the interpreter's lock: its text, its signature, the snapshot of what it sees. Without: types,
//! optimisation, LLVM, the link. Then the object that Python gets.

use std::sync::Arc;

use codegen::{CEntry, Entry, Module};
use ctype::{CType, TypeId};
use diagnostic::{Diagnostic, Id, Label};
use infer::{Form, FunctionSource};
use pyo3::prelude::*;
use pysyntax::Syntax;
use tir::{Program, Ty};

use super::body::Body;
use super::object::CFunc;
use crate::compiled::{
    self, Descriptor, ErrorClass, Facts, OnError, Options, Stopped, broken, compile_error, detached,
    inferred, symbol_text,
};
use crate::signature::{self, CNames, Signature, TypeKind, Wanted, c_type_of, ty_of};
use crate::snapshot::{Asked, World};
use crate::{source, table};

/// What to compile, and how.
pub(super) struct Request<'a, 'py> {
    /// A Python function.
    pub(super) function: Bound<'py, PyAny>,
    /// Its signature; without one its annotations say it.
    pub(super) signature: Option<Bound<'py, PyAny>>,
    /// What names of C types mean.
    pub(super) names: CNames<'a>,
    /// What happens to its exceptions.
    pub(super) on_error: OnError,
    /// How it is compiled.
    pub(super) options: Options,
}

/// A program with the C function type that it is called through.
struct Typed {
    program: Program,
    ty: TypeId,
}

/// Compiles a function.
pub(super) fn compile(request: &Request<'_, '_>) -> PyResult<CFunc> {
    let function = &request.function;
    let py = function.py();
    let refuse = |class| move |diagnostics| compile_error(py, class, diagnostics);
    let text =
        source::of_function(function)?.map_err(|one| compile_error(py, ErrorClass::Source, vec![one]))?;
    let syntax = text.syntax(py).map_err(refuse(ErrorClass::Typing))?;
    let names = &text.which.params;
    let wanted = match &request.signature {
        Some(signature) => signature::of_object(signature, request.names)?,
        None => signature::of_annotations(function, names, request.names)?,
    };
    let fitted = fit(&wanted, &syntax, names).map_err(refuse(ErrorClass::Signature))?;
    let asked = Asked { locals: &request.options.locals, ..Asked::default() };
    let mut world = World::new(function, syntax, &asked)?;
    let rules = request.options.rules;
    let typed = inferred(&mut world, |source| infer_types(source, &fitted, rules))?;
    let objects = world.into_table();

    let name: String = function.getattr("__qualname__")?.extract()?;
    let symbol = symbol(&name);
    let signature = Bound::new(py, shown_signature(typed.ty, &wanted))?.unbind();
    let made_at = format!("{}:{}", text.source.name(), text.which.first_line);
    let ty = typed.ty;
    let facts = Facts::new(py, typed.program, &objects)?;
    let descriptor = Box::new(Descriptor::new(name, made_at, request.on_error, facts));
    let body = detached(py, || link(descriptor, ty, symbol))?;
    Ok(CFunc::new(Arc::new(body), signature, function.clone().unbind()))
}

/// A signature that fits the function, each type as C and compiled code have it.
struct Fitted {
    params: Vec<(TypeId, Ty)>,
    result: Option<(TypeId, Ty)>,
}

/// The types of arguments and result, if the signature fits the function.
fn fit(wanted: &Wanted, syntax: &Syntax, names: &[String]) -> Result<Fitted, Vec<Diagnostic>> {
    let count = |count: usize| format!("{count} argument{}", if count == 1 { "" } else { "s" });
    if wanted.params.len() != names.len() {
        let given = count(wanted.params.len());
        let title = format!("the signature has {given}, `{}` takes {}", syntax.name, names.len());
        let takes = Label::new(&syntax.source, syntax.head, format!("takes {}", count(names.len())));
        return Err(vec![
            Diagnostic::error(Id::SignatureMismatch, title, takes).with_label(wanted.label(given)),
        ]);
    }
    let types = table::read();
    let of = |kind: &TypeKind| {
        let found = kind.c_type().and_then(|ty| Some((ty, ty_of(&types, ty)?)));
        found.ok_or_else(|| {
            let title = match kind.c_type() {
                Some(ty) => format!("compiled code has no type `{}`", types.name(ty)),
                None => format!("C has no type `{}`", kind.display(&types)),
            };
            let at = wanted.label("in this signature");
            vec![Diagnostic::error(Id::SignatureType, title, at)]
        })
    };
    let params: Result<Vec<(TypeId, Ty)>, _> = wanted.params.iter().map(of).collect();
    Ok(Fitted { params: params?, result: wanted.result.as_ref().map(of).transpose()? })
}

/// Types, and what can be done with them before LLVM.
fn infer_types(source: &FunctionSource, fitted: &Fitted, rules: infer::Options) -> Result<Typed, Stopped> {
    let mut table = table::write();
    let params: Vec<Ty> = fitted.params.iter().map(|(_, ty)| *ty).collect();
    let result = fitted.result.map(|(_, ty)| Form::Value(ty));
    let typed = infer::infer(&mut table, source, &params, result.as_ref(), rules)?;
    let program = optimize::optimize(typed.program);
    let result = match (fitted.result, &typed.result) {
        (Some((result, _)), _) => Some(result),
        (None, Form::Value(ty)) => c_type_of(&mut table, *ty),
        (None, Form::Known(_) | Form::Tuple(_) | Form::Named(..) | Form::Choice(_) | Form::Optional(_)) => {
            None
        }
    };
    let result = result.ok_or_else(|| Stopped::Diagnosed(vec![no_c_result(&source.syntax)]))?;
    let params: Vec<TypeId> = fitted.params.iter().map(|(ty, _)| *ty).collect();
    let ty = table.function(result, &params, false);
    Ok(Typed { program, ty })
}

/// What is said of a function whose result C does not have.
fn no_c_result(syntax: &Syntax) -> Diagnostic {
    let label = Label::new(
        &syntax.source,
        syntax.head,
        "returns what C does not have: an array, a tuple, a string or a function",
    );
    Diagnostic::error(Id::SignatureType, format!("C has no type for what `{}` returns", syntax.name), label)
}

/// LLVM and the link.
fn link(descriptor: Box<Descriptor>, ty: TypeId, symbol: String) -> Result<Body, Stopped> {
    let module = lower(descriptor.program(), ty, &symbol).map_err(broken("codegen"))?;
    let (code, _) = compiled::link(&module, &descriptor, &symbol)?;
    Ok(Body::new(code, descriptor, ty, symbol))
}

fn lower(program: &Program, ty: TypeId, symbol: &str) -> Result<Module, codegen::InternalError> {
    let entry = Entry::C(CEntry { symbol: symbol.to_owned(), ty });
    codegen::lower(&table::read(), program, &entry)
}

/// The module as it is handed to LLVM.
pub(super) fn llvm_ir(py: Python<'_>, body: &Body) -> PyResult<String> {
    detached(py, || Ok(again(body)?.llvm_ir()))
}

/// The optimised module in assembly language.
pub(super) fn assembly(py: Python<'_>, body: &Body) -> PyResult<String> {
    detached(py, || {
        let module = again(body)?;
        module.optimize().map_err(broken("codegen"))?;
        module.assembly().map_err(broken("codegen"))
    })
}

fn again(body: &Body) -> Result<Module, Stopped> {
    lower(body.descriptor().program(), body.ty, &body.symbol).map_err(broken("codegen"))
}

/// The symbol of a function.
fn symbol(name: &str) -> String {
    format!("cfunc.{}", symbol_text(name))
}

/// The signature that users see: in C if it was given in C.
fn shown_signature(ty: TypeId, wanted: &Wanted) -> Signature {
    let types = table::read();
    let result = if let CType::Function(signature) = types.get(ty) { signature.result } else { ty };
    let result = TypeKind::C(result);
    let c_text = wanted.is_c.then(|| types.name(ty));
    Signature { result, params: wanted.params.clone(), c_text }
}
