//! Python text, a signature and an environment to typed IR or diagnostics.

#[path = "cases/answers.rs"]
mod answers;
#[path = "cases/environment.rs"]
mod environment;
#[path = "cases/signature.rs"]
mod signature;

use std::fmt::Write as _;

use ctype::{CTypes, DataModel};
use diagnostic::Diagnostic;
use infer::{Form, FunctionSource, Unfinished};
use source::Source;
use testkit::cases::{self, Case};
use tir::Program;

#[test]
fn every_case_has_its_answers() {
    cases::check("infer", |case, info| {
        let mut types = CTypes::new(DataModel::HOST);
        match info {
            "inferred" => {
                inferred(case, &mut types).unwrap_or_else(|text| format!("it does not compile:\n{text}"))
            }
            "diagnostics" => match inferred(case, &mut types) {
                Ok(text) => format!("it compiles:\n{text}"),
                Err(text) => text,
            },
            "results" => results(case, &mut types),
            other => panic!("no answer is called `{other}`"),
        }
    });
}

/// The text of the typed IR of the first function, or of the diagnostics.
fn inferred(case: &Case, types: &mut CTypes) -> Result<String, String> {
    let (functions, mut world) = read(case, types).map_err(|all| diagnostic::render(&all))?;
    let signature = case.input("signature");
    let program = compile(&functions[0], signature, &mut world, types)?;
    Ok(tir::print(&program, types))
}

/// For each line of the signature, the type that each function of the text returns.
fn results(case: &Case, types: &mut CTypes) -> String {
    let (functions, mut world) = read(case, types).expect("every function is of the subset");
    let mut out = String::new();
    for signature in case.input("signature").lines() {
        for function in &functions {
            let text = match compile(function, signature, &mut world, types) {
                Ok(program) => program.functions.values().next().expect("there is one").result.to_string(),
                Err(text) => text.lines().next().unwrap_or_default().to_owned(),
            };
            let _ = writeln!(out, "{} {signature}: {text}", function.name);
        }
    }
    out
}

fn compile(
    function: &FunctionSource,
    signature: &str,
    world: &mut signature::World,
    types: &mut CTypes,
) -> Result<Program, String> {
    let (params, result) = signature::read(types, world, signature);
    let inferred =
        infer::infer(types, function, &params, result.map(Form::Value).as_ref(), infer::Options::default())
            .map_err(|unfinished| match unfinished {
            Unfinished::Wrong(all) => diagnostic::render(&all),
            Unfinished::Asks(question) => format!("it asks: {question}\n"),
        })?;
    let program = inferred.program;
    tir::verify(&program, types).expect("inference builds what the verifier accepts");
    assert_comes_back(&program, world, types);
    Ok(program)
}

/// The text of a program is read back to the same text.
fn assert_comes_back(program: &Program, world: &mut signature::World, types: &mut CTypes) {
    let text = tir::print(program, types);
    if text.contains("<anonymous>") {
        return;
    }
    let mut resolve = |name: &str| Some(world.c_type(types, name));
    let again = tir::read(&text, &mut resolve).expect("what is printed can be read");
    assert_eq!(tir::print(&again, types), text);
}

fn read(case: &Case, types: &mut CTypes) -> Result<(Vec<FunctionSource>, signature::World), Vec<Diagnostic>> {
    let source = Source::new("case.py", case.input("python"));
    let mut world = signature::World::new(types, case.find("c").unwrap_or_default());
    let text = case.find("environment").unwrap_or_default();
    let functions = environment::functions(types, &mut world, &source, text)?;
    Ok((functions, world))
}
