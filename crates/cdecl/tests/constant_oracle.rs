//! The values and types of constant expressions against gcc. `FERRULE_SEED` repeats a run.

use std::fmt::Write as _;
use std::process::Command;

use cdecl::{DeclareOptions, Namespace};
use ctype::{CTypes, DataModel};
use source::Source;
use testkit::expression_text::expression;
use testkit::random::Random;

const COUNT: usize = 20_000;

#[test]
fn constants_are_those_of_gcc() {
    let seed = std::env::var("FERRULE_SEED").map_or(20_251_120, |text| text.parse().expect("a number"));
    eprintln!("FERRULE_SEED={seed}");
    let mut random = Random::new(seed);
    let texts = (0..COUNT).map(|_| expression(&mut random, 4));
    let (texts, ours): (Vec<String>, Vec<String>) =
        texts.filter_map(|text| our_answer(&text).map(|answer| (text, answer))).unzip();
    assert!(texts.len() > COUNT / 3, "most expressions have a value");
    for ((text, ours), theirs) in texts.iter().zip(&ours).zip(their_answers(&texts)) {
        assert_eq!(*ours, theirs, "gcc (right) disagrees about {text}");
    }
}

/// Value, size and the promoted type's sign, if the expression has a value in C.
fn our_answer(text: &str) -> Option<String> {
    let mut types = CTypes::new(DataModel::SYSV_X64);
    let mut namespace = Namespace::new();
    let source = Source::new("<cdef>", &format!("#define VALUE {text}\n"));
    let declared = namespace.declare(&mut types, &source, &DeclareOptions::default());
    if let Err(diagnostics) = declared {
        assert!(diagnostics.iter().all(|one| one.id.as_str() == "c-constant"), "{text}");
        return None;
    }
    let constant = namespace.constant("VALUE").expect("it is declared");
    let model = types.model();
    let size = constant.ty.size(model);
    // As an operand, what is narrower than `int` is an `int`.
    let is_signed = size.get() < 4 || constant.ty.is_signed(model);
    let bits = u64::try_from(constant.value.rem_euclid(1 << 64)).expect("64 bits");
    Some(format!("{bits} {size} {}", u8::from(is_signed)))
}

fn their_answers(texts: &[String]) -> Vec<String> {
    let folder = std::env::temp_dir().join(format!("ferrule-constants-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for the test can be made");
    let (source, program) = (folder.join("constants.c"), folder.join("constants"));
    let mut text = "#include <stdio.h>\nstatic const unsigned long values[][3] = {\n".to_owned();
    for expression in texts {
        // A conditional's type is that of both its operands together, so -1 shows the sign.
        let is_signed = format!("(1 ? -1 : ({expression})) < 0");
        let _ = writeln!(text, "{{ {expression}, sizeof({expression}), {is_signed} }},");
    }
    text += "};\nint main(void) {\n  for (int i = 0; i < sizeof values / sizeof *values; i++)\n";
    text += "    printf(\"%lu %lu %lu\\n\", values[i][0], values[i][1], values[i][2]);\n}\n";
    std::fs::write(&source, text).expect("the folder can be written");
    let output = Command::new("gcc").args(["-std=gnu11", "-w", "-o"]).args([&program, &source]).output();
    let output = output.expect("gcc runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let output = Command::new(&program).output().expect("the program runs");
    std::fs::remove_dir_all(folder).expect("the test's folder can be removed");
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}
