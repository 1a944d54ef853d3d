//! Any text is read as declarations, as a header and as a type name without a panic. What fails changes nothing;
//! what succeeds prints, reads back and is laid out.

#![no_main]

use cdecl::{DeclareOptions, Declared, Namespace, Tag};
use ctype::{CTypes, DataModel};
use libfuzzer_sys::fuzz_target;
use source::Source;

fuzz_target!(|text: &str| {
    let source = Source::new("fuzz.h", text);
    read_back(&source);
    as_header(&source);
    let mut types = CTypes::new(DataModel::SYSV_X64);
    let mut namespace = Namespace::new();
    let before = types.checkpoint();
    match namespace.declare(&mut types, &source, &DeclareOptions::default()) {
        Ok(()) => print_all(&types, &namespace),
        Err(diagnostics) => {
            assert!(!diagnostic::render(&diagnostics).is_empty());
            assert!(types.checkpoint() == before && namespace.names().next().is_none());
        }
    }
    as_type(&mut types, &namespace, &source);
});

/// What is a type is one with a name or without, and reads back from its own name.
fn as_type(types: &mut CTypes, namespace: &Namespace, source: &Source) {
    let before = types.checkpoint();
    match namespace.declared_type(types, source) {
        Ok(ty) => {
            let name = types.name(ty);
            let again = namespace.type_name(types, &Source::new("name", &name)).ok();
            assert!(name.contains('<') || again == Some(ty), "{name}");
        }
        Err(diagnostics) => {
            assert!(!diagnostic::render(&diagnostics).is_empty());
            assert!(types.checkpoint() == before);
            assert!(namespace.type_name(types, source).is_err());
        }
    }
}

/// What is parsed prints as C that is parsed the same.
fn read_back(source: &Source) {
    let (decls, diagnostics) = cdecl::parse(source);
    if diagnostics.is_empty() {
        let printed = decls.to_string();
        let (again, diagnostics) = cdecl::parse(&Source::new("printed.h", &printed));
        assert!(diagnostics.is_empty(), "{printed}\n{}", diagnostic::render(&diagnostics));
        assert_eq!(again.to_string(), printed);
    }
}

/// All of a header is taken, or a part of it.
fn as_header(source: &Source) {
    let mut types = CTypes::new(DataModel::SYSV_X64);
    let mut namespace = Namespace::new();
    let header = namespace.parse_header(source);
    let all: Vec<usize> = (0..header.decls.items.len()).collect();
    match namespace.declare_header(&mut types, &header, &all, &|_| true) {
        Ok(left_out) => {
            let _ = diagnostic::render(&left_out.warnings);
        }
        Err(mistakes) => assert!(!diagnostic::render(&mistakes).is_empty()),
    }
    namespace.declare_macro(&mut types, "a macro", source.text());
    print_all(&types, &namespace);
}

fn print_all(types: &CTypes, namespace: &Namespace) {
    for (name, what) in namespace.names() {
        let text = match what {
            Declared::Typedef { ty, .. } | Declared::Variable(ty) => types.declare_qualified(ty, name),
            Declared::Function(ty) => types.declare(ty, name),
            Declared::Constant(constant) => constant.value.to_string(),
            Declared::Value(id) => format!("{:?}", namespace.value(id)),
        };
        assert!(!text.is_empty());
    }
    for (_, tag) in namespace.tags() {
        if let Tag::Record { record, .. } = tag {
            assert!(!types.layout_text(record).is_empty());
        }
    }
}
