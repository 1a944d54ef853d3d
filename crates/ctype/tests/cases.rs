//! Where the members of structs and unions go.

use cdecl::{DeclareOptions, Namespace, Tag};
use ctype::{CTypes, DataModel};
use source::Source;
use testkit::cases::{Case, check};

#[test]
fn cases() {
    check("ctype", answer);
}

fn answer(case: &Case, info: &str) -> String {
    assert_eq!(info, "layout", "the one answer of this stage");
    let mut types = CTypes::new(DataModel::SYSV_X64);
    let mut namespace = Namespace::new();
    let source = Source::new("<cdef>", case.input("c"));
    if let Err(diagnostics) = namespace.declare(&mut types, &source, &DeclareOptions::default()) {
        return diagnostic::render(&diagnostics);
    }
    let records = namespace.tags().filter_map(|(_, tag)| match tag {
        Tag::Record { record, .. } => Some(types.layout_text(record)),
        Tag::Enum { .. } => None,
    });
    records.collect()
}
