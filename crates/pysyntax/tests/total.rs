//! No text makes the parser panic, and every function that it finds in a text can be parsed.

use proptest::prelude::*;
use source::Source;

/// Pieces of Python, so that random texts come near to real ones.
const PIECES: &[&str] = &[
    "def f(x):\n",
    "    return ",
    "lambda",
    "lambda x, y=1: ",
    "x",
    "1",
    "(",
    ")",
    "[",
    "]",
    ":",
    ",",
    "\n",
    "    ",
    " ",
    "if x:\n",
    "else:\n",
    "for i in range(3):\n",
    "while 1:\n",
    "pass\n",
    "+",
    "**",
    "=",
    ":=",
    "'text'",
    "\"\"\"",
    "f'{x}'",
    "é",
    "@d\n",
    "class A:\n",
    "async ",
    "await ",
    "match x:\n",
    "case 1:\n",
    "import a\n",
    "raise ",
    "\t",
    "\\",
    "#c\n",
    "...",
    "@",
    "f'a{x}b' ",
    "{",
    "}",
    "*x, ",
    "x[1:",
    "not in ",
    "def g(*y, z=x):\n",
    "except E as e:\n",
    "finally:\n",
    "raise\n",
    "del x\n",
    "0x",
    "1e",
    "1j",
    ";",
    "*",
    "try:\n",
    "with a as b:\n",
    "yield ",
    "in ",
    "is not ",
    "\r\n",
];

fn text() -> impl Strategy<Value = String> {
    let pieces = prop::collection::vec(prop::sample::select(PIECES), 0..40);
    prop_oneof![pieces.prop_map(|pieces| pieces.concat()), any::<String>()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_text_is_read_or_refused(text in text()) {
        let source = Source::new("any.py", &text);
        if let Ok(functions) = pysyntax::functions(&source) {
            for function in &functions {
                prop_assert!(source.text().get(function.span.start()..function.span.end()).is_some());
                match pysyntax::parse(&source, function) {
                    Ok(syntax) => { let _ = (syntax.to_string(), pysyntax::CodeFacts::of(&syntax)); }
                    Err(diagnostics) => prop_assert!(!diagnostic::render(&diagnostics).is_empty()),
                }
            }
        }
    }
}
