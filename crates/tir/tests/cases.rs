//! The text of the IR: read and printed again, and what the verifier says of it.

use cdecl::{DeclareOptions, Namespace};
use ctype::{CTypes, DataModel};
use source::Source;
use testkit::cases;

#[test]
fn every_case_has_its_answers() {
    cases::check("tir", |case, info| {
        let mut types = CTypes::new(DataModel::HOST);
        let mut namespace = Namespace::new();
        let declarations = Source::new("<cdef>", case.find("c").unwrap_or_default());
        let declared = namespace.declare(&mut types, &declarations, &DeclareOptions::default());
        declared.expect("the declarations of a case are right");
        let mut resolve = |name: &str| namespace.type_name(&mut types, &Source::new("<type>", name)).ok();
        let program = match tir::read(case.input("tir"), &mut resolve) {
            Ok(program) => program,
            Err(error) => return error.to_string(),
        };
        match info {
            "printed" => tir::print(&program, &types),
            "verified" => tir::verify(&program, &types).map_or_else(|faults| faults, |()| "right".to_owned()),
            "unread" => "it can be read".to_owned(),
            other => panic!("no answer is called `{other}`"),
        }
    });
}
