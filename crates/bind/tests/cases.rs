//! Preprocessed headers to the modules that declare them.

use bind::{Binding, Header, Project, write};
use cdecl::Namespace;
use ctype::{CTypes, DataModel};
use testkit::cases::{Case, check};

#[test]
fn cases() {
    check("bind", answer);
}

fn answer(case: &Case, info: &str) -> String {
    let mut namespace = Namespace::new();
    let mut types = CTypes::new(DataModel::SYSV_X64);
    let project = Project { search: vec!["/usr/include".to_owned()], also: Vec::new() };
    let header = Header::read(&namespace, "own.h", case.input("c"), &project);
    if info == "macros" {
        return header.macros().join("\n");
    }
    let values = case.find("arguments").unwrap_or_default();
    let outcome = match header.declare(&mut namespace, &mut types, values) {
        Ok(outcome) => outcome,
        Err(mistakes) => return diagnostic::render(&mistakes),
    };
    let written = write(&Binding {
        namespace: &namespace,
        types: &types,
        header: &header,
        outcome: &outcome,
        title: "own.h",
        command: "ferrule bind own.h",
        library: Some("libown.so.1"),
    });
    match info {
        "module" => written.module,
        "stub" => written.stub,
        "diagnostics" => diagnostic::render(&outcome.left_out.warnings),
        other => panic!("`{other}` is not an answer of this stage"),
    }
}
