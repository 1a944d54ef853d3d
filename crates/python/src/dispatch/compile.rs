//! A function and a type key to a specialisation.
//!
//! With the interpreter's lock: the text, the snapshot of what it sees. Without: types, optimisation, LLVM, the
//! link.

use codegen::{Entry, Module};
use diagnostic::{Diagnostic, Id, Label};
use infer::{Entity, Form, FunctionSource, Inferred};
use pyo3::prelude::*;
use pysyntax::Syntax;
use tir::{ArrayTy, Op, Program, Ty};

use super::argument::Argument;
use super::convert::serves;
use super::guard::Guard;
use super::outcome::Outcome;
use super::specialisation::{self, Specialisation};
use crate::compiled::{
    self, Descriptor, ErrorClass, Facts, OnError, Options, Stopped, broken, compile_error, detached,
    inferred, symbol_text,
};
use crate::signature::{NamedTuple, Seen, TypeKind};
use crate::snapshot::{Asked, Given, ObjectTable, World};
use crate::{source, table};

/// What to compile.
pub(super) struct Request<'a, 'py> {
    /// The Python function.
    pub(super) function: &'a Bound<'py, PyAny>,
    /// The types of its arguments.
    pub(super) key: &'a [Argument],
    /// How users see them.
    pub(super) shown: Vec<TypeKind>,
    /// The objects whose addresses are in the key.
    pub(super) keeps: Vec<Py<PyAny>>,
    /// What is known of them when compiling, by their numbers.
    pub(super) given: Vec<(usize, Given<'py>)>,
    /// The type of the result, if it is asked for.
    pub(super) result: Option<TypeKind>,
    /// How.
    pub(super) options: &'a Options,
}

/// Compiles a specialisation.
pub(super) fn compile(request: Request<'_, '_>) -> PyResult<Specialisation> {
    let function = request.function;
    let py = function.py();
    let text =
        source::of_function(function)?.map_err(|one| compile_error(py, ErrorClass::Source, vec![one]))?;
    let syntax = text.syntax(py).map_err(|all| compile_error(py, ErrorClass::Typing, all))?;
    fit(&syntax, &request).map_err(|one| compile_error(py, ErrorClass::Signature, vec![*one]))?;
    let params: Vec<Ty> = request.key.iter().map(Argument::ty).collect();
    let options = request.options;
    // An array goes to Python as it is: its type has only to serve as the one that is asked for.
    let (array, result) = match &request.result {
        Some(TypeKind::Array(array)) => (Some(*array), None),
        Some(kind) => (None, Some(Given::of_type(py, kind))),
        None => (None, None),
    };
    let asked = Asked { given: &request.given, locals: &options.locals, result };
    let mut world = World::new(function, syntax, &asked)?;
    let result = world.take_result();
    let typed = inferred(&mut world, |source| infer_types(source, &params, result.as_ref(), array, options))?;
    let objects = &world.into_table();

    let name: String = function.getattr("__qualname__")?.extract()?;
    let symbol = format!("njit.{}", symbol_text(&name));
    let made_at = format!("{}:{}", text.source.name(), text.which.first_line);
    let crosses_border = crosses_border(&typed.program);
    let outcome = Outcome::of(py, &typed.result, objects)?;
    let shown_result = shown_result(py, &typed.result, objects)?;
    let facts = Facts::new(py, typed.program, objects)?;
    let descriptor = Box::new(Descriptor::new(name, made_at, OnError::Raise, facts));
    let (code, address) = detached(py, || {
        let module = lower(descriptor.program(), &symbol)?;
        compiled::link(&module, &descriptor, &symbol)
    })?;
    let address = usize::try_from(address).unwrap_or_default();
    let entry = std::ptr::with_exposed_provenance::<()>(address);
    let guards: Box<[Guard]> = request.key.iter().map(Guard::of).collect();
    let room = guards.iter().map(Guard::room).fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1));
    Ok(Specialisation {
        // SAFETY: the linked symbol is the native entry that `codegen` made, which has this type.
        entry: unsafe { std::mem::transmute::<*const (), specialisation::Entry>(entry) },
        room: (room.0, room.1, outcome.word_count()),
        guards,
        outcome,
        releases_gil: options.releases_gil,
        crosses_border,
        key: request.key.into(),
        shown: (request.shown, shown_result),
        symbol,
        keeps: request.keeps,
        _code: code,
        descriptor,
    })
}

/// How users see a result.
fn shown_result(py: Python<'_>, form: &Form, objects: &ObjectTable) -> PyResult<TypeKind> {
    Ok(match form {
        Form::Value(ty) => TypeKind::of_ty(&mut table::write(), *ty),
        Form::Known(Entity::Text(_)) => TypeKind::Text,
        Form::Known(Entity::Constant(..)) => TypeKind::of_ty(&mut table::write(), Ty::Unit),
        Form::Known(entity) => {
            let object = objects.object_of(py, entity)?;
            let name: String = if let Entity::CFunction(function) = entity {
                function.name.clone()
            } else {
                object.getattr("__name__")?.extract()?
            };
            TypeKind::Function((object.as_ptr().addr(), name.into()))
        }
        Form::Choice(all) => {
            let mut kinds = Vec::new();
            for one in all {
                let kind = shown_result(py, one, objects)?;
                if !kinds.contains(&kind) {
                    kinds.push(kind);
                }
            }
            if let [one] = &kinds[..] {
                return Ok(one.clone());
            }
            let types = table::read();
            let texts: Vec<String> = kinds.iter().map(|kind| kind.display(&types)).collect();
            TypeKind::Seen(Seen::Other("Opaque", format!("Choice({})", texts.join(", ")).into()))
        }
        Form::Tuple(items) => TypeKind::Tuple(shown_results(py, items, objects)?),
        Form::Named(class, items) => {
            let items = shown_results(py, items, objects)?;
            let named = NamedTuple::new(&objects.tuple_class(py, class)?, items.clone())?;
            named.map_or(TypeKind::Tuple(items), TypeKind::Named)
        }
        Form::Optional(held) => TypeKind::Optional(Box::new(shown_result(py, held, objects)?)),
    })
}

fn shown_results(py: Python<'_>, forms: &[Form], objects: &ObjectTable) -> PyResult<Vec<TypeKind>> {
    forms.iter().map(|form| shown_result(py, form, objects)).collect()
}

/// Whether as many arguments are given as the text takes.
fn fit(syntax: &Syntax, request: &Request<'_, '_>) -> Result<(), Box<Diagnostic>> {
    let (takes, given) = (syntax.params.len(), request.key.len());
    if takes == given {
        return Ok(());
    }
    let count = |count: usize| format!("{count} argument{}", if count == 1 { "" } else { "s" });
    let title = format!("the signature has {}, `{}` takes {takes}", count(given), syntax.name);
    let label = Label::new(&syntax.source, syntax.head, format!("takes {}", count(takes)));
    Err(Box::new(Diagnostic::error(Id::SignatureMismatch, title, label)))
}

/// Types, and what can be done with them before LLVM.
fn infer_types(
    source: &FunctionSource,
    params: &[Ty],
    result: Option<&Form>,
    wanted: Option<ArrayTy>,
    options: &Options,
) -> Result<Inferred, Stopped> {
    let mut table = table::write();
    let typed = infer::infer(&mut table, source, params, result, options.rules)?;
    if let Some(wanted) = wanted
        && !matches!(typed.result, Form::Value(Ty::Array(given)) if serves(given, wanted))
    {
        let given = match typed.result {
            Form::Value(ty) => TypeKind::of_ty(&mut table, ty).display(&table),
            Form::Known(_) | Form::Tuple(_) | Form::Named(..) | Form::Choice(_) | Form::Optional(_) => {
                "something else".to_owned()
            }
        };
        let wanted = TypeKind::Array(wanted).display(&table);
        let syntax = &source.syntax;
        let title = format!("`{}` returns {given}, the signature says {wanted}", syntax.name);
        let label = Label::new(&syntax.source, syntax.head, format!("returns {given}"));
        return Err(Stopped::Diagnosed(vec![Diagnostic::error(Id::SignatureMismatch, title, label)]));
    }
    Ok(Inferred { program: optimize::optimize(typed.program), result: typed.result })
}

/// Whether C is called, which may come back with an error.
fn crosses_border(program: &Program) -> bool {
    let calls_c = |op: &Op| matches!(op, Op::CallC(..) | Op::CallPointer(..) | Op::Print(..));
    program.functions.iter().any(|(_, function)| function.insts.iter().any(|(_, inst)| calls_c(&inst.op)))
}

fn lower(program: &Program, symbol: &str) -> Result<Module, Stopped> {
    let entry = Entry::Native { symbol: symbol.to_owned() };
    codegen::lower(&table::read(), program, &entry).map_err(broken("codegen"))
}

/// The typed IR that the code was made from.
pub(super) fn typed_text(made: &Specialisation) -> String {
    tir::print(made.descriptor.program(), &table::read())
}

/// The module as it is handed to LLVM.
pub(super) fn llvm_ir(py: Python<'_>, made: &Specialisation) -> PyResult<String> {
    detached(py, || Ok(lower(made.descriptor.program(), &made.symbol)?.llvm_ir()))
}

/// The optimised module in assembly language.
pub(super) fn assembly(py: Python<'_>, made: &Specialisation) -> PyResult<String> {
    detached(py, || {
        let module = lower(made.descriptor.program(), &made.symbol)?;
        module.optimize().map_err(broken("codegen"))?;
        module.assembly().map_err(broken("codegen"))
    })
}
