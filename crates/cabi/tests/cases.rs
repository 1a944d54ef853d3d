//! Function declarations to where their arguments and results travel.

use std::fmt::Write as _;

use cabi::classify;
use cdecl::{DeclareOptions, Declared, Namespace};
use ctype::{CType, CTypes, DataModel, TypeId};
use source::Source;
use testkit::cases::{Case, check};

#[test]
fn cases() {
    check("cabi", answer);
}

fn answer(case: &Case, info: &str) -> String {
    assert_eq!(info, "abi", "the one answer of this stage");
    let source = Source::new("<cdef>", case.input("c"));
    let mut types = CTypes::new(DataModel::SYSV_X64);
    let mut namespace = Namespace::new();
    if let Err(diagnostics) = namespace.declare(&mut types, &source, &DeclareOptions::default()) {
        return diagnostic::render(&diagnostics);
    }
    let mut text = String::new();
    for (name, declared) in namespace.names() {
        if let Declared::Function(ty) = declared {
            let separator = if text.is_empty() { "" } else { "\n" };
            let _ = write!(text, "{separator}{}\n{}", types.declare(ty, name), abi_text(&types, ty));
        }
    }
    text
}

fn abi_text(types: &CTypes, function: TypeId) -> String {
    let CType::Function(signature) = types.get(function) else { unreachable!("declared as a function") };
    match classify(types, signature.result, &signature.params, signature.is_variadic) {
        Ok(abi) => abi.to_string(),
        Err(error) => format!("{}\n", error.describe(types)),
    }
}
