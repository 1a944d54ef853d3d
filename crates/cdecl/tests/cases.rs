//! Declarations to their text, their types, their layouts, or what is wrong with them.

use std::fmt::Write as _;

use cdecl::{Constant, DeclareOptions, Declared, Namespace, Tag};
use ctype::{CTypes, DataModel};
use source::Source;
use testkit::cases::{Case, check};

#[test]
fn cases() {
    check("cdecl", answer);
}

fn answer(case: &Case, info: &str) -> String {
    let source = Source::new("<cdef>", case.input("c"));
    if info == "decls" {
        let (_decls, diagnostics) = cdecl::parse(&source);
        assert!(diagnostics.is_empty(), "{}", diagnostic::render(&diagnostics));
        return String::new();
    }
    let mut types = CTypes::new(DataModel::SYSV_X64);
    let mut namespace = Namespace::new();
    let declared = namespace.declare(&mut types, &source, &DeclareOptions::default());
    match (info, declared) {
        ("diagnostics" | "types" | "layout", Err(diagnostics)) => diagnostic::render(&diagnostics),
        ("diagnostics", Ok(())) => "none".to_owned(),
        ("types", Ok(())) => types_text(&types, &namespace),
        ("layout", Ok(())) => layout_text(&types, &namespace),
        (other, _) => panic!("`{other}` is not an answer of this stage"),
    }
}

/// Every name with its type.
fn types_text(types: &CTypes, namespace: &Namespace) -> String {
    let mut text = String::new();
    for (name, what) in namespace.names() {
        let _ = match what {
            Declared::Typedef { ty, align } => {
                let aligned = align.map_or(String::new(), |align| format!(" /* aligned to {align} */"));
                writeln!(text, "typedef {};{aligned}", types.declare_qualified(ty, name))
            }
            Declared::Function(ty) => writeln!(text, "{};", types.declare(ty, name)),
            Declared::Variable(ty) => writeln!(text, "extern {};", types.declare_qualified(ty, name)),
            Declared::Constant(Constant { value, ty }) => {
                writeln!(text, "{name} = {value} /* {} */", ty.name())
            }
        };
    }
    text
}

/// Every record that has a name.
fn layout_text(types: &CTypes, namespace: &Namespace) -> String {
    let mut text = String::new();
    for (_, tag) in namespace.tags() {
        if let Tag::Record { record, .. } = tag {
            text += &types.layout_text(record);
        }
    }
    text
}
