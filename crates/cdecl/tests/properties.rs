//! What holds for every text and every type. `FERRULE_SEED` repeats a run.

use std::time::{SystemTime, UNIX_EPOCH};

use cdecl::{DeclareOptions, Declared, Namespace};
use ctype::{ArrayLength, CType, CTypes, DataModel, FloatType, IntType, Qualified, Qualifiers, TypeId};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use source::Source;

/// Pieces that texts are put together from.
const PIECES: &[&str] = &[
    "typedef ",
    "struct ",
    "union ",
    "enum ",
    "const ",
    "extern ",
    "static ",
    "void ",
    "char ",
    "int ",
    "long ",
    "unsigned ",
    "double ",
    "_Complex ",
    "_Bool ",
    "__int128 ",
    "size_t ",
    "uint8_t",
    "FILE ",
    "va_list ",
    "sizeof ",
    "_Alignof",
    "_Alignas(8) ",
    "__attribute__((packed)) ",
    "__attribute__((aligned(4))) ",
    "__stdcall ",
    "a",
    "b",
    "c ",
    "f ",
    "(",
    ")",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "*",
    "*",
    ",",
    ";",
    ";",
    ";\n",
    ":",
    "?",
    "=",
    "+",
    "-",
    "/",
    "%",
    "<<",
    "&&",
    "||",
    "!",
    "~",
    "...",
    "0",
    "1",
    "3",
    "64",
    "0x7fffffffffffffff",
    "'a'",
    "\"s\"",
    "1.5",
    "2.5e-3f",
    "0x1p3l",
    "\"\\x01\" \"f\\n\"",
    "const double d = ",
    "@",
    "\\\n",
    "// c\n",
    "/* c */",
    "/*",
    "\n#define A ",
    "\n#define B 3\n",
    "\n#pragma pack(push, 2)\n",
    "\n#pragma pack(pop)\n",
    "\n#line 7 \"g\"\n",
    "\n#if 1\n",
    "é",
    "int x;",
    "struct s { int x : 3; };",
    "typedef int t;",
    "t ",
];

fn texts(most: usize) -> impl Strategy<Value = String> {
    let piece = prop::sample::select(PIECES);
    prop::collection::vec(piece, 0..most).prop_map(|pieces| pieces.concat())
}

/// A type that can stand anywhere.
#[derive(Clone, Debug)]
enum Shape {
    Base(usize),
    Pointer(Box<Shape>, Qualifiers),
    Array(Box<Shape>, ArrayLength),
    PointerToFunction(Box<Shape>, Vec<Shape>, bool),
}

fn shapes() -> impl Strategy<Value = Shape> {
    let base = (0..BASES).prop_map(Shape::Base);
    base.prop_recursive(6, 24, 4, |inner| {
        let qualifiers = (any::<bool>(), any::<bool>()).prop_map(|(is_const, is_volatile)| Qualifiers {
            is_const,
            is_volatile,
            is_restrict: false,
        });
        let pointer = (inner.clone(), qualifiers).prop_map(|(to, by)| Shape::Pointer(Box::new(to), by));
        let array = (inner.clone(), 0..5_u64)
            .prop_map(|(of, length)| Shape::Array(Box::new(of), ArrayLength::Known(length)));
        let params = prop::collection::vec(inner.clone(), 0..4);
        let function = (inner, params, any::<bool>())
            .prop_map(|(result, params, dots)| Shape::PointerToFunction(Box::new(result), params, dots));
        prop_oneof![pointer, array, function]
    })
}

const BASES: usize = 9;

fn build(types: &mut CTypes, namespace: &Namespace, shape: &Shape) -> TypeId {
    match shape {
        Shape::Base(0) => types.int(IntType::Int),
        Shape::Base(1) => types.int(IntType::ULongLong),
        Shape::Base(2) => types.int(IntType::Size),
        Shape::Base(3) => types.float(FloatType::LongDouble),
        Shape::Base(4) => types.intern(CType::Complex(FloatType::Float)),
        Shape::Base(5) => types.intern(CType::Bool),
        Shape::Base(6) => {
            let file = types.file();
            types.pointer_to(file)
        }
        Shape::Base(7) => namespace.typedef("named").expect("it is declared").ty,
        Shape::Base(_) => namespace.typedef("tagged").expect("it is declared").ty,
        Shape::Pointer(to, qualifiers) => {
            let ty = build(types, namespace, to);
            // An array's qualifiers are its elements'.
            let is_array = matches!(types.get(ty), CType::Array { .. });
            let qualifiers = if is_array { Qualifiers::NONE } else { *qualifiers };
            types.pointer_to(Qualified { ty, qualifiers })
        }
        Shape::Array(of, length) => {
            let element = build(types, namespace, of);
            types.array_of(element, *length)
        }
        Shape::PointerToFunction(result, params, is_variadic) => {
            let result = build(types, namespace, result);
            let result = types.decay(result.into());
            let params: Vec<TypeId> = params.iter().map(|param| build(types, namespace, param)).collect();
            let params: Vec<TypeId> = params.into_iter().map(|param| types.decay(param.into())).collect();
            let function = types.function(result, &params, *is_variadic && !params.is_empty());
            types.pointer_to(function)
        }
    }
}

/// So many cases of a property, others in each run.
fn config() -> ProptestConfig {
    let clock = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs());
    let seed = std::env::var("FERRULE_SEED").map_or(clock, |text| text.parse().expect("a number"));
    eprintln!("FERRULE_SEED={seed}");
    let rng_seed = RngSeed::Fixed(seed);
    ProptestConfig { cases: 20_000, failure_persistence: None, rng_seed, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_text_is_declared_or_changes_nothing(text in texts(60)) {
        let source = Source::new("text.h", &text);
        let mut types = CTypes::new(DataModel::SYSV_X64);
        let mut namespace = Namespace::new();
        let before = types.checkpoint();
        if let Err(diagnostics) = namespace.declare(&mut types, &source, &DeclareOptions::default()) {
            prop_assert!(types.checkpoint() == before);
            prop_assert!(namespace.names().next().is_none() && namespace.tags().next().is_none());
            for diagnostic in &diagnostics {
                prop_assert!(diagnostic.primary.span.end() <= text.len());
            }
            prop_assert!(!diagnostic::render(&diagnostics).is_empty());
        }
    }

    #[test]
    fn what_was_parsed_reads_back_from_its_text(text in texts(60)) {
        let (decls, diagnostics) = cdecl::parse(&Source::new("text.h", &text));
        if diagnostics.is_empty() {
            let printed = decls.to_string();
            let (again, diagnostics) = cdecl::parse(&Source::new("printed.h", &printed));
            prop_assert!(diagnostics.is_empty(), "{}\n{}", printed, diagnostic::render(&diagnostics));
            prop_assert_eq!(again.to_string(), printed);
        }
    }

    #[test]
    fn any_text_is_a_type_that_has_a_name_or_changes_nothing(text in texts(9)) {
        let mut types = CTypes::new(DataModel::SYSV_X64);
        let mut namespace = Namespace::new();
        let known = Source::new("known.h", "typedef int t; struct s { t a; }; union u { char b; };");
        namespace.declare(&mut types, &known, &DeclareOptions::default()).expect("it is right");
        let before = types.checkpoint();
        match namespace.declared_type(&mut types, &Source::new("<type>", &text)) {
            Ok(ty) => {
                let name = types.name(ty);
                let again = namespace.type_name(&mut types, &Source::new("name", &name)).ok();
                prop_assert!(name.contains("<anonymous>") || again == Some(ty), "{}", name);
            }
            Err(diagnostics) => {
                prop_assert!(types.checkpoint() == before);
                prop_assert!(!diagnostic::render(&diagnostics).is_empty());
            }
        }
    }

    #[test]
    fn a_type_reads_back_from_its_text(shape in shapes()) {
        let mut types = CTypes::new(DataModel::SYSV_X64);
        let mut namespace = Namespace::new();
        let known = Source::new("known.h", "typedef struct { int x; } named; typedef enum tag { A } tagged;");
        namespace.declare(&mut types, &known, &DeclareOptions::default()).expect("it is right");
        let ty = build(&mut types, &namespace, &shape);
        let name = types.name(ty);
        prop_assert_eq!(namespace.type_name(&mut types, &Source::new("name", &name)).ok(), Some(ty), "{}", name);
        let declaration = types.declare(ty, "again");
        let read = namespace.declared_type(&mut types, &Source::new("name", &declaration));
        prop_assert_eq!(read.ok(), Some(ty), "{}", declaration);
        let object = namespace.object_type(&mut types, &Source::new("name", &declaration));
        let is_function = matches!(types.get(ty), CType::Function(_));
        prop_assert_eq!(object.ok(), (!is_function).then_some(ty), "{}", declaration);
        let text = format!("typedef {declaration};");
        let declared = namespace.declare(&mut types, &Source::new("text.h", &text), &DeclareOptions::default());
        prop_assert!(declared.is_ok(), "{}", text);
        let expected = Declared::Typedef { ty: ty.into(), align: None };
        prop_assert_eq!(namespace.get("again"), Some(expected), "{}", text);
    }
}
