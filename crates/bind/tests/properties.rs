//! What holds for every text: a header is read, declared and written, or refused, and nothing panics.

use bind::{Binding, Header, Project, write};
use cdecl::{DeclareOptions, Namespace};
use ctype::{CTypes, DataModel};
use proptest::prelude::*;
use source::Source;

/// What headers declare: `#` is a number that no other declaration has, `@` a comment or none.
const DECLARATIONS: &[&str] = &[
    "@\nint f#(int a @, long b);@\n",
    "@\nvoid (*g#(void @))(int, const char *lambda) __asm__(\"f, g\");@\n",
    "@\n#define M# \"/*\" @\n",
    "#define N# 1 @\n",
    "#define C#(x) x @\n",
    "#undef N1\n",
    "@\nenum e# { X#, @\n    Y# = 2 @\n};@\n",
    "enum { @\n  Z#@\n};\n",
    "@\nstruct s# { @\n  int a; @\n  char b[3], c; @ unsigned d : 3 @; };@\n",
    "typedef union { int *i; @ long *l; } t# __attribute__((transparent_union)); @\n",
    "typedef int m# __attribute__((mode(QI))); @\n",
    "extern int v#;@\n",
    "static const int k# = 3;@\n",
    "@\n",
    "\n\n",
    "# 1 \"/usr/include/other.h\" 1 3 4\n",
    "# 1 \"/usr/include/bits/part.h\" 1\n",
    "# 9 \"/usr/include/own.h\" 2\n",
];

const COMMENTS: &[&str] = &[
    "",
    "",
    "/* one */",
    "/** two\n  * lines\n  */",
    "// three\n",
    "        ///< four\n        // and five\n",
    "/**< six */",
    "/* ä \" ü ' 漢\n  \"\"\" */",
    "/* a\rb \u{c} \0 */",
    "/**/",
    "/***/",
    "/* a */ /* b */",
    "//\n",
];

fn headers() -> impl Strategy<Value = String> {
    let declaration = prop::sample::select(DECLARATIONS);
    let comments = prop::collection::vec(prop::sample::select(COMMENTS), 5);
    prop::collection::vec((declaration, comments), 0..12).prop_map(|all| {
        let mut text = "# 1 \"<stdin>\"\n# 1 \"/usr/include/own.h\" 1\n".to_owned();
        for (number, (declaration, comments)) in all.into_iter().enumerate() {
            let mut comments = comments.into_iter();
            let parts = declaration.split('@').enumerate();
            for (at, part) in parts {
                text.push_str(if at == 0 { "" } else { comments.next().unwrap_or("") });
                // A marker's first sign is no number.
                let numbered =
                    if part.starts_with('#') { part.replacen('#', "\0", 1) } else { part.to_owned() };
                text.push_str(
                    &numbered.replace("\n#", "\n\0").replace('#', &number.to_string()).replace('\0', "#"),
                );
            }
        }
        text
    })
}

fn project() -> Project {
    Project { search: vec!["/usr/include".to_owned()], also: Vec::new() }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    /// What was written is declared again: its comments change nothing.
    #[test]
    fn headers_are_written(text in headers()) {
        let (mut namespace, mut types) = (Namespace::new(), CTypes::new(DataModel::SYSV_X64));
        let header = Header::read(&namespace, "own.h", &text, &project());
        let lines: Vec<String> = header.macros().iter().map(|name| format!("\"{name}\" = 1")).collect();
        let values = lines.join("\n");
        let outcome = header.declare(&mut namespace, &mut types, &values);
        let outcome = outcome.unwrap_or_else(|mistakes| panic!("{}\n{text}", diagnostic::render(&mistakes)));
        let written = write(&Binding {
            namespace: &namespace,
            types: &types,
            header: &header,
            outcome: &outcome,
            title: "own.h",
            command: "ferrule bind own.h",
            library: None,
        });
        let declarations = written.module.split("    r\"\"\"\n").nth(1).unwrap_or("");
        let declarations = declarations.split("\"\"\"\n)\n").next().unwrap_or("");
        let source = Source::new("again.h", declarations);
        let declared = Namespace::new().declare(&mut types, &source, &DeclareOptions::default());
        prop_assert!(declared.is_ok(), "{}\n{:?}", written.module, declared);
    }

    /// A text that is cut anywhere is read or refused.
    #[test]
    fn nothing_panics(text in headers(), from in any::<prop::sample::Index>(), to in any::<prop::sample::Index>()) {
        let letters: Vec<char> = text.chars().collect();
        let (from, to) = (from.index(letters.len()), to.index(letters.len()));
        let text: String = letters[..from.min(to)].iter().chain(&letters[from.max(to)..]).collect();
        let (mut namespace, mut types) = (Namespace::new(), CTypes::new(DataModel::SYSV_X64));
        let header = Header::read(&namespace, "own.h", &text, &project());
        let _ = header.macros();
        let _ = header.declare(&mut namespace, &mut types, &text);
    }
}
