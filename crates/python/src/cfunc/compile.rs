//! A function through the stages.
//!
//! With the interpreter's lock: its text, its signature, the snapshot of what it sees. Without: types,
//! optimisation, LLVM, the link. Then the object that Python gets.

use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use codegen::{CEntry, Entry, Module};
use ctype::{CType, TypeId};
use diagnostic::{Diagnostic, Id, Label};
use infer::FunctionSource;
use pyo3::prelude::*;
use pysyntax::Syntax;
use tir::{Program, Ty};

use super::body::Body;
use super::border::{self, OnError};
use super::object::CFunc;
use super::raised::{Descriptor, Facts};
use super::{ErrorClass, compile_error};
use crate::signature::{self, CNames, Signature, Wanted, c_type_of, ty_of};
use crate::snapshot::Snapshot;
use crate::trampoline::panic_text;
use crate::{errors, fork, source, stack, table};

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
}

/// Why the stages stopped.
enum Stopped {
    /// Something is wrong with the program.
    Diagnosed(Vec<Diagnostic>),
    /// Something is wrong with us: the stage, and what it said.
    Broken(String),
}

impl Stopped {
    fn exception(self, py: Python<'_>) -> PyErr {
        match self {
            Self::Diagnosed(diagnostics) => compile_error(py, ErrorClass::Typing, diagnostics),
            Self::Broken(text) => errors::internal(text),
        }
    }
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
    let wanted_tys = fit(&wanted, &syntax, names).map_err(refuse(ErrorClass::Signature))?;
    let (function_source, objects) = Snapshot::take(function, syntax)?;
    let typed = detached(py, || infer_types(&function_source, &wanted, wanted_tys))?;

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

/// Runs stages without the interpreter's lock. A panic in one is a bug of ours, and stops only this
/// compilation.
fn detached<T: Send>(py: Python<'_>, stages: impl FnOnce() -> Result<T, Stopped> + Send) -> PyResult<T> {
    let outcome = py.detach(|| {
        let _working = fork::working();
        catch_unwind(AssertUnwindSafe(|| stack::large(stages)))
    });
    let outcome = outcome.unwrap_or_else(|panic| Err(Stopped::Broken(panic_text(panic.as_ref()))));
    outcome.map_err(|stopped| stopped.exception(py))
}

/// The types of arguments and result in compiled code, if the signature fits the function.
fn fit(wanted: &Wanted, syntax: &Syntax, names: &[String]) -> Result<(Vec<Ty>, Option<Ty>), Vec<Diagnostic>> {
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
    let of = |ty: TypeId| {
        ty_of(&types, ty).ok_or_else(|| {
            let title = format!("compiled code has no type `{}`", types.name(ty));
            let at = wanted.label("in this signature");
            vec![Diagnostic::error(Id::SignatureType, title, at)]
        })
    };
    let params: Result<Vec<Ty>, _> = wanted.params.iter().map(|ty| of(*ty)).collect();
    Ok((params?, wanted.result.map(of).transpose()?))
}

/// Types, and what can be done with them before LLVM.
fn infer_types(
    source: &FunctionSource,
    wanted: &Wanted,
    (params, result): (Vec<Ty>, Option<Ty>),
) -> Result<Typed, Stopped> {
    let mut table = table::write();
    let typed = infer::infer(&mut table, source, &params, result, infer::Options::default())
        .map_err(Stopped::Diagnosed)?;
    let program = optimize::optimize(typed);
    let result = match (wanted.result, program.functions.ids().next()) {
        (Some(result), _) => result,
        (None, Some(first)) => {
            let result = c_type_of(&mut table, program.functions[first].result);
            result.ok_or_else(|| Stopped::Diagnosed(vec![no_c_result(&source.syntax)]))?
        }
        (None, None) => return Err(Stopped::Broken("infer: a program without a function".to_owned())),
    };
    let ty = table.function(result, &wanted.params, false);
    Ok(Typed { program, ty })
}

/// What is said of a function whose result C does not have.
fn no_c_result(syntax: &Syntax) -> Diagnostic {
    let label = Label::new(&syntax.source, syntax.head, "returns an array or a tuple");
    Diagnostic::error(Id::SignatureType, format!("C has no type for what `{}` returns", syntax.name), label)
}

/// LLVM and the link.
fn link(descriptor: Box<Descriptor>, ty: TypeId, symbol: String) -> Result<Body, Stopped> {
    let module = lower(descriptor.program(), ty, &symbol).map_err(broken("codegen"))?;
    module.optimize().map_err(broken("codegen"))?;
    let object = module.object().map_err(broken("codegen"))?;
    let own = std::ptr::from_ref(descriptor.as_ref()).expose_provenance() as u64;
    let named = module.c_symbols().iter().chain(runtime::symbols());
    let mut symbols: Vec<(&str, u64)> = named.map(|(name, address)| (name.as_str(), *address)).collect();
    symbols.push(("ferrule_code", own));
    symbols.extend_from_slice(&border::symbols());
    let engine = jit::Engine::global().map_err(broken("jit"))?;
    let code = engine.link(&object, &symbols).map_err(broken("jit"))?;
    if code.address(&symbol).is_none() {
        return Err(Stopped::Broken(format!("jit: no symbol `{symbol}`")));
    }
    Ok(Body::new(code, descriptor, ty, symbol))
}

fn broken<E: Display>(stage: &'static str) -> impl Fn(E) -> Stopped {
    move |error| Stopped::Broken(format!("{stage}: {error}"))
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

/// The symbol of a function: its qualified name in the letters that tools take.
fn symbol(name: &str) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() || c == '_' || c == '.' { c } else { '_' };
    format!("cfunc.{}", name.chars().map(letter).collect::<String>())
}

/// The signature that users see: in C if it was given in C.
fn shown_signature(ty: TypeId, wanted: &Wanted) -> Signature {
    let types = table::read();
    let result = if let CType::Function(signature) = types.get(ty) { signature.result } else { ty };
    let c_text = wanted.is_c.then(|| types.name(ty));
    Signature { result, params: wanted.params.clone(), c_text }
}
