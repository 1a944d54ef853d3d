//! Declarations to their text, their types, their layouts, or what is wrong with them.

use std::fmt::Write as _;

use cdecl::{Constant, DeclareOptions, Declared, Namespace, Tag};
use ctype::{CType, CTypes, DataModel, RecordId};
use source::Source;
use testkit::cases::{Case, check};

#[test]
fn cases() {
    check("cdecl", answer);
}

fn answer(case: &Case, info: &str) -> String {
    let source = Source::new("<cdef>", case.input("c"));
    if info == "decls" {
        let (decls, diagnostics) = cdecl::parse(&source);
        assert!(diagnostics.is_empty(), "{}", diagnostic::render(&diagnostics));
        return decls.to_string();
    }
    let mut types = CTypes::new(DataModel::SYSV_X64);
    let mut namespace = Namespace::new();
    if info == "header" {
        return header_text(&mut types, &mut namespace, &source);
    }
    let declared = namespace.declare(&mut types, &source, &DeclareOptions::default());
    match (info, declared) {
        ("type", Ok(())) => {
            let name = Source::new("<type>", case.input("signature"));
            match namespace.object_type(&mut types, &name) {
                Ok(ty) => types.name(ty),
                Err(diagnostics) => diagnostic::render(&diagnostics),
            }
        }
        ("diagnostics" | "types" | "layout" | "type", Err(diagnostics)) => diagnostic::render(&diagnostics),
        ("diagnostics", Ok(())) => "none".to_owned(),
        ("types", Ok(())) => types_text(&types, &namespace),
        ("layout", Ok(())) => layout_text(&types, &namespace),
        (other, _) => panic!("`{other}` is not an answer of this stage"),
    }
}

/// What all of a preprocessed header declares, then what is wrong with the rest.
fn header_text(types: &mut CTypes, namespace: &mut Namespace, source: &Source) -> String {
    let header = namespace.parse_header(source);
    let all: Vec<usize> = (0..header.decls.items.len()).collect();
    match namespace.declare_header(types, &header, &all, &|_| true) {
        Ok(left_out) => types_text(types, namespace) + &diagnostic::render(&left_out.warnings),
        Err(mistakes) => diagnostic::render(&mistakes),
    }
}

/// Every name with its type.
fn types_text(types: &CTypes, namespace: &Namespace) -> String {
    let mut text = String::new();
    let symbol =
        |name| namespace.symbol(name).map_or(String::new(), |symbol| format!(" /* linked as {symbol} */"));
    for (name, what) in namespace.names() {
        let _ = match what {
            Declared::Typedef { ty, align } => {
                let aligned = align.map_or(String::new(), |align| format!(" /* aligned to {align} */"));
                writeln!(text, "typedef {};{aligned}", types.declare_qualified(ty, name))
            }
            Declared::Function(ty) => writeln!(text, "{};{}", types.declare(ty, name), symbol(name)),
            Declared::Variable(ty) => {
                writeln!(text, "extern {};{}", types.declare_qualified(ty, name), symbol(name))
            }
            Declared::Value(id) => writeln!(text, "{name} = {:?}", namespace.value(id)),
            Declared::Constant(Constant { value, ty }) => {
                writeln!(text, "{name} = {value} /* {} */", ty.name())
            }
        };
    }
    text
}

/// Every record that has a tag or a typedef.
fn layout_text(types: &CTypes, namespace: &Namespace) -> String {
    let tagged = namespace.tags().filter_map(|(_, tag)| match tag {
        Tag::Record { record, .. } => Some(record),
        Tag::Enum { .. } => None,
    });
    let mut records: Vec<RecordId> = tagged.collect();
    for (_, what) in namespace.names() {
        if let Declared::Typedef { ty, .. } = what
            && let CType::Record(record) = types.get(ty.ty)
        {
            records.push(*record);
        }
    }
    records.sort_unstable();
    records.dedup();
    records.into_iter().map(|record| types.layout_text(record)).collect()
}
