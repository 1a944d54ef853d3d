//! Any text is read as declarations and as a type name without a panic. What fails changes nothing;
//! what succeeds prints, reads back and is laid out.

#![no_main]

use cdecl::{DeclareOptions, Declared, Namespace, Tag};
use ctype::{CTypes, DataModel};
use libfuzzer_sys::fuzz_target;
use source::Source;

fuzz_target!(|text: &str| {
    let source = Source::new("fuzz.h", text);
    read_back(&source);
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
    match namespace.type_name(&mut types, &source) {
        Ok(ty) => assert!(!types.name(ty).is_empty()),
        Err(diagnostics) => assert!(!diagnostic::render(&diagnostics).is_empty()),
    }
});

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

fn print_all(types: &CTypes, namespace: &Namespace) {
    for (name, what) in namespace.names() {
        let text = match what {
            Declared::Typedef { ty, .. } | Declared::Variable(ty) => types.declare_qualified(ty, name),
            Declared::Function(ty) => types.declare(ty, name),
            Declared::Constant(constant) => constant.value.to_string(),
        };
        assert!(!text.is_empty());
    }
    for (_, tag) in namespace.tags() {
        if let Tag::Record { record, .. } = tag {
            assert!(!types.layout_text(record).is_empty());
        }
    }
}
