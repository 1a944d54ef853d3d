//! The text of the typed IR, before and after, and which functions can raise.

use std::fmt::Write as _;

use cdecl::{DeclareOptions, Namespace};
use ctype::{CTypes, DataModel};
use source::Source;
use testkit::cases;

#[test]
fn every_case_has_its_answers() {
    cases::check("optimize", |case, info| {
        let mut types = CTypes::new(DataModel::HOST);
        let mut namespace = Namespace::new();
        let declarations = Source::new("<cdef>", case.find("c").unwrap_or_default());
        let declared = namespace.declare(&mut types, &declarations, &DeclareOptions::default());
        declared.expect("the declarations of a case are right");
        let mut resolve = |name: &str| namespace.type_name(&mut types, &Source::new("<type>", name)).ok();
        let program = tir::read(case.input("tir"), &mut resolve).expect("the text is of the form");
        tir::verify(&program, &types).expect("the program keeps the rules");
        let optimized = optimize::optimize(program);
        tir::verify(&optimized, &types).expect("it still does");
        optimize::check_counts(&optimized).expect("references are counted");
        match info {
            "optimized" => tir::print(&optimized, &types),
            "raises" => {
                let raises = optimize::raises(&optimized);
                optimized.functions.iter().fold(String::new(), |mut text, (id, function)| {
                    let verb = if raises[id] { "can raise" } else { "cannot raise" };
                    let _ = writeln!(text, "{} {verb}", function.name);
                    text
                })
            }
            other => panic!("no answer is called `{other}`"),
        }
    });
}
