//! What a function of a case file sees, from text. A line each:
//!
//! ```text
//! k = 3                    a constant: an integer, a float, `True`, or `float32 0.5`
//! name = "text"            a string
//! math = module            a module: `math.exp` is known as `math.exp`
//! np = module numpy        `np.exp` is known as `numpy.exp`
//! int32 = type             a type under its own name
//! puts = c                 a C function that the case declares
//! carray = known x.carray  something that inference has rules for
//! Point = class x y=7      a class of named tuples, with integers as defaults
//! model = opaque a list    anything else, in words
//! lost = nowhere           a function without source
//! ```
//!
//! Lines that answer questions of inference are described in `answers`.
//!
//! Builtins and exceptions are always there; so are all functions of the case's text.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use ctype::CTypes;
use diagnostic::Diagnostic;
use infer::{Answer, Entity, Environment, FunctionSource, Question, TupleClass};
use source::Source;
use tir::{CFunction, Const, HostObject, Ty};

use crate::answers::Answers;
use crate::signature::{self, World};

/// An environment from text.
struct TextEnvironment {
    globals: HashMap<String, Entity>,
    modules: Vec<String>,
    functions: OnceLock<Vec<FunctionSource>>,
    answers: Answers,
}

/// The functions of the text; they see each other and what the environment's text says.
pub(crate) fn functions(
    types: &mut CTypes,
    world: &mut World,
    source: &Source,
    text: &str,
) -> Result<Vec<FunctionSource>, Vec<Diagnostic>> {
    let syntaxes = pysyntax::parse_all(source)?;
    let (mut globals, mut modules) = (HashMap::new(), Vec::new());
    for (index, syntax) in syntaxes.iter().enumerate() {
        globals.insert(syntax.name.clone(), Entity::Function(HostObject(u32::try_from(index).expect("few"))));
    }
    let mut answers = Answers::new(syntaxes.iter().map(|syntax| syntax.name.clone()).collect());
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let (name, what) = line.split_once(" = ").expect("a line of an environment is `name = …`");
        if answers.take(name.trim(), what.trim()) {
            continue;
        }
        let entity = entity(types, world, name.trim(), what.trim(), &mut modules);
        globals.insert(name.trim().to_owned(), entity);
    }
    let environment = Arc::new(TextEnvironment { globals, modules, functions: OnceLock::new(), answers });
    let sources: Vec<FunctionSource> = syntaxes
        .into_iter()
        .map(|syntax| FunctionSource {
            name: syntax.name.clone(),
            defaults: defaults(&syntax),
            options: None,
            given: Vec::new(),
            locals: Vec::new(),
            syntax: Arc::new(syntax),
            environment: environment.clone(),
        })
        .collect();
    // The environment owns what it answers with; a test never gives the memory back.
    environment.functions.set(sources.clone()).ok().expect("it is set once");
    Ok(sources)
}

/// The values of defaults, which stand in the text: integers and floats.
fn defaults(syntax: &pysyntax::Syntax) -> Vec<Entity> {
    let text = syntax.source.slice(syntax.span);
    let head = text.split(":\n").next().unwrap_or_default();
    let with_default = head.split(['(', ',', ')']).filter_map(|param| param.split_once('='));
    with_default.filter_map(|(_, value)| number(value.trim())).collect()
}

fn number(text: &str) -> Option<Entity> {
    if let Ok(value) = text.parse::<i64>() {
        return Some(Entity::Constant(Const::Int(i128::from(value)), Ty::I64));
    }
    text.parse::<f64>().ok().map(|value| Entity::Constant(Const::Float(value), Ty::F64))
}

fn entity(
    types: &mut CTypes,
    world: &mut World,
    name: &str,
    text: &str,
    modules: &mut Vec<String>,
) -> Entity {
    if let Some(number) = number(text) {
        return number;
    }
    let (kind, rest) = text.split_once(' ').unwrap_or((text, ""));
    match kind {
        "True" => Entity::Constant(Const::Bool(true), Ty::Bool),
        "module" => {
            modules.push(if rest.is_empty() { name } else { rest }.to_owned());
            Entity::Namespace(HostObject(1000 + u32::try_from(modules.len() - 1).expect("few")))
        }
        "type" => Entity::Type(signature::ty(types, world, name)),
        "c" => c_function(world, name),
        "known" => Entity::Known(rest.to_owned()),
        "class" => Entity::NamedTuple(Arc::new(tuple_class(name, rest))),
        "opaque" => Entity::Opaque(rest.to_owned()),
        "nowhere" => Entity::Function(HostObject(999)),
        _ if text.starts_with('"') => Entity::Text(text.trim_matches('"').to_owned()),
        _ => {
            let value = rest.parse::<f64>().expect("a constant is a type and a number");
            Entity::Constant(Const::Float(value), signature::ty(types, world, kind))
        }
    }
}

/// A class of named tuples: a field a word, with `=` before its default.
fn tuple_class(name: &str, fields: &str) -> TupleClass {
    let object = HostObject(3000 + name.bytes().map(u32::from).sum::<u32>());
    let defaults = fields.split(' ').filter_map(|field| number(field.split_once('=')?.1));
    TupleClass {
        object,
        name: name.to_owned(),
        defaults: defaults.collect(),
        fields: fields
            .split(' ')
            .map(|field| field.split('=').next().unwrap_or_default().to_owned())
            .collect(),
        bases: vec![object],
        overridden: Vec::new(),
    }
}

/// A C function that the case declares, at an address that nobody calls.
fn c_function(world: &World, name: &str) -> Entity {
    let ty = world.namespace.function(name).expect("the function is declared");
    Entity::CFunction(CFunction {
        name: name.to_owned(),
        address: 0x1000,
        ty,
        can_call_back: false,
        keeps: None,
    })
}

impl Environment for TextEnvironment {
    fn global(&self, name: &str) -> Option<Entity> {
        const BUILTINS: &[&str] = &[
            "abs",
            "min",
            "max",
            "int",
            "float",
            "complex",
            "bool",
            "round",
            "pow",
            "divmod",
            "range",
            "len",
            "print",
            "sum",
            "isinstance",
            "enumerate",
            "zip",
            "reversed",
        ];
        if let Some(entity) = self.globals.get(name) {
            return Some(entity.clone());
        }
        if BUILTINS.contains(&name) {
            return Some(Entity::Known(format!("builtins.{name}")));
        }
        let is_exception = name.ends_with("Error") || name.ends_with("Exception");
        is_exception.then(|| Entity::Exception(name.to_owned(), self.builtin_exception(name)))
    }

    fn attribute(&self, namespace: HostObject, name: &str) -> Option<Entity> {
        let module = &self.modules[usize::try_from(namespace.0 - 1000).expect("a module's number")];
        match name {
            "pi" => Some(Entity::Constant(Const::Float(std::f64::consts::PI), Ty::F64)),
            "inf" => Some(Entity::Constant(Const::Float(f64::INFINITY), Ty::F64)),
            "nothing" => None,
            "float64" => Some(Entity::Type(Ty::F64)),
            "float32" => Some(Entity::Type(Ty::Float(tir::FloatTy::F32))),
            "int64" => Some(Entity::Type(Ty::I64)),
            _ => Some(Entity::Known(format!("{module}.{name}"))),
        }
    }

    fn function(&self, function: HostObject) -> Result<FunctionSource, String> {
        let functions = self.functions.get().expect("it is set before inference");
        let index = usize::try_from(function.0).expect("small");
        functions.get(index).cloned().ok_or_else(|| "its source is nowhere to be found".to_owned())
    }

    fn overloaded(&self, callee: &Entity) -> Option<HostObject> {
        self.answers.overloaded(callee)
    }

    fn adds(&self, name: &str) -> bool {
        self.answers.adds(name)
    }

    fn answer(&self, question: &Question) -> Option<Answer> {
        self.answers.answer(question)
    }

    fn builtin_exception(&self, name: &str) -> HostObject {
        HostObject(2000 + u32::try_from(name.len()).expect("short"))
    }
}
