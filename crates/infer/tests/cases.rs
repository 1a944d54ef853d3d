//! Python text, a signature and an environment to typed IR or diagnostics.

#[path = "cases/environment.rs"]
mod environment;
#[path = "cases/signature.rs"]
mod signature;

use ctype::{CTypes, DataModel};
use source::Source;
use testkit::cases::{self, Case};

#[test]
fn every_case_has_its_answers() {
    cases::check("infer", |case, info| {
        let mut types = CTypes::new(DataModel::HOST);
        let answer = infer(case, &mut types);
        match (info, answer) {
            ("inferred", Ok(text)) | ("diagnostics", Err(text)) => text,
            ("inferred", Err(text)) => format!("it does not compile:\n{text}"),
            ("diagnostics", Ok(text)) => format!("it compiles:\n{text}"),
            (other, _) => panic!("no answer is called `{other}`"),
        }
    });
}

/// The text of the typed IR, or of the diagnostics.
fn infer(case: &Case, types: &mut CTypes) -> Result<String, String> {
    let source = Source::new("case.py", case.input("python"));
    let (params, result) = signature::read(types, case.input("signature"));
    let text = case.find("environment").unwrap_or_default();
    let function =
        environment::first_function(types, &source, text).map_err(|all| diagnostic::render(&all))?;
    let program = infer::infer(types, &function, &params, result).map_err(|all| diagnostic::render(&all))?;
    tir::verify(&program, types).expect("inference builds what the verifier accepts");
    Ok(tir::print(&program, types))
}
