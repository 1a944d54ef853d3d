//! The typed IR as LLVM's, as it is lowered and after LLVM's passes.

use cdecl::{DeclareOptions, Namespace};
use codegen::{CEntry, Entry, InternalError, Module};
use ctype::{CTypes, DataModel};
use source::Source;
use testkit::cases::{self, Case};
use tir::CFunction;

#[test]
fn every_case_has_its_answers() {
    cases::check("codegen", |case, info| match (info, lower(case)) {
        ("llvm", Ok(module)) => functions(&module.llvm_ir()),
        ("optimized", Ok(module)) => {
            module.optimize().expect("LLVM optimises");
            functions(&module.llvm_ir())
        }
        ("error", Ok(_)) => "it lowers".to_owned(),
        ("error" | "llvm" | "optimized", Err(error)) => error.to_string(),
        (other, _) => panic!("no answer is called `{other}`"),
    });
}

fn lower(case: &Case) -> Result<Module, InternalError> {
    let mut types = CTypes::new(DataModel::HOST);
    let mut namespace = Namespace::new();
    let declarations = Source::new("<cdef>", case.find("c").unwrap_or_default());
    let declared = namespace.declare(&mut types, &declarations, &DeclareOptions::default());
    declared.expect("the declarations of a case are right");
    let mut resolve = |name: &str| namespace.type_name(&mut types, &Source::new("<type>", name)).ok();
    if let Some(text) = case.find("ufunc") {
        let ty = resolve(text.trim()).expect("a C function type");
        let function = CFunction { name: "f".to_owned(), address: 0, ty, can_call_back: true, keeps: None };
        return codegen::lower_ufunc(&types, function, "loop");
    }
    let program = tir::read(case.input("tir"), &mut resolve).expect("the text is of the form");
    let symbol = "entry".to_owned();
    let entry = match case.find("signature") {
        Some(text) => Entry::C(CEntry { symbol, ty: resolve(text.trim()).expect("a C function type") }),
        None => Entry::Native { symbol },
    };
    tir::verify(&program, &types).expect("the program keeps the rules");
    codegen::lower(&types, &program, &entry)
}

/// The definitions alone, without numbers of attribute groups: what follows from the program and
/// not from the machine.
fn functions(text: &str) -> String {
    let mut out = String::new();
    let mut is_inside = false;
    for line in text.lines() {
        is_inside |= line.starts_with("define ");
        if is_inside {
            let kept = line.split(" ; preds").next().unwrap_or(line).trim_end();
            let words = kept.split(' ').filter(|word| !word.starts_with('#'));
            out.push_str(&words.collect::<Vec<_>>().join(" "));
            out.push('\n');
        }
        if line == "}" {
            is_inside = false;
        }
    }
    out
}
