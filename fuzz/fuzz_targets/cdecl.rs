//! Any text is read as declarations and as a type name without a panic. What fails changes nothing;
//! what succeeds can be printed and laid out.

#![no_main]

use cdecl::{DeclareOptions, Declared, Namespace, Tag};
use ctype::{CTypes, DataModel};
use libfuzzer_sys::fuzz_target;
use source::Source;

fuzz_target!(|text: &str| {
    let source = Source::new("fuzz.h", text);
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
