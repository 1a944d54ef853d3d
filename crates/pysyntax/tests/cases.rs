//! Python text to syntax, the functions that it holds, the facts of their code, or diagnostics.

use std::fmt::Write as _;

use pysyntax::{CodeFacts, FunctionSyntax, Syntax};
use source::Source;
use testkit::cases;

#[test]
fn every_case_has_its_answers() {
    cases::check("pysyntax", |case, info| {
        // The text of a case is a part of a file: its first line is line 10.
        let source = Source::part("case.py", case.input("python"), 10);
        let functions = match pysyntax::functions(&source) {
            Ok(functions) => functions,
            Err(diagnostics) => return diagnostic::render(&diagnostics),
        };
        match info {
            "functions" => functions.iter().map(line).collect(),
            "syntax" => each(&source, &functions, ToString::to_string),
            "facts" => each(&source, &functions, |syntax| format!("{:#?}\n", CodeFacts::of(syntax))),
            "without-asserts" => each(&source, &functions, |syntax| {
                let mut syntax = syntax.clone();
                syntax.drop_asserts();
                syntax.to_string()
            }),
            "diagnostics" => each(&source, &functions, |syntax| format!("it is of the subset:\n{syntax}")),
            other => panic!("no answer is called `{other}`"),
        }
    });
}

/// What the host sees of a function.
fn line(function: &FunctionSyntax) -> String {
    let FunctionSyntax { name, first_line, def_line, span, params, is_lambda, nesting } = function;
    let kind = if *is_lambda { "lambda" } else { "def" };
    let path = [nesting.as_slice(), std::slice::from_ref(name)].concat().join(".");
    let params = params.join(", ");
    format!("{kind} {path}({params}) lines {first_line}, {def_line} at {span:?}\n")
}

/// The text of each function that stands in no other, or its diagnostics.
fn each(source: &Source, functions: &[FunctionSyntax], text: impl Fn(&Syntax) -> String) -> String {
    let mut out = String::new();
    for function in functions.iter().filter(|function| !function.nesting.iter().any(|name| name == "outer")) {
        match pysyntax::parse(source, function) {
            Ok(syntax) => out += &text(&syntax),
            Err(diagnostics) => {
                let _ = writeln!(out, "{}", diagnostic::render(&diagnostics));
            }
        }
    }
    out
}
