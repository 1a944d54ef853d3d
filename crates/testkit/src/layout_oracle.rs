//! A C compiler's answers about the layout of records.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

/// A record to ask about.
#[derive(Clone, Debug)]
pub struct RecordQuery {
    /// How C names it: `struct r3`.
    pub name: String,
    /// Its members that are not bit-fields.
    pub members: Vec<String>,
    /// Its bit-fields.
    pub bit_fields: Vec<String>,
}

/// What a compiler says of a record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RecordAnswer {
    /// `sizeof` and `_Alignof`.
    pub size_and_align: (u64, u64),
    /// `offsetof` and `sizeof` of each member.
    pub members: Vec<(u64, u64)>,
    /// For each bit-field, the bytes of an object in which it alone has all its bits set.
    pub images: Vec<Vec<u8>>,
}

/// Compiles `declarations` with `compiler` and asks about each record.
///
/// # Panics
/// When the compiler is missing or refuses the text, which stays in `folder`.
pub fn ask(compiler: &str, folder: &Path, declarations: &str, queries: &[RecordQuery]) -> Vec<RecordAnswer> {
    std::fs::create_dir_all(folder).expect("a folder for the test can be made");
    let source = folder.join("layout.c");
    let program = folder.join("layout");
    std::fs::write(&source, program_text(declarations, queries)).expect("the folder can be written");
    let output = Command::new(compiler)
        .args(["-std=gnu11", "-O0", "-w", "-Wno-packed-bitfield-compat", "-o"])
        .args([&program, &source])
        .output()
        .expect("the compiler runs");
    let messages = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{compiler} {}:\n{messages}", source.display());
    let output = Command::new(&program).output().expect("the program runs");
    let text = String::from_utf8(output.stdout).expect("the program prints numbers");
    let mut lines = text.lines();
    queries.iter().map(|query| answer(query, &mut lines)).collect()
}

/// A program that prints a line of numbers for each record and a line of bytes for each bit-field.
fn program_text(declarations: &str, queries: &[RecordQuery]) -> String {
    let mut text = "#include <stddef.h>\n#include <stdint.h>\n#include <stdio.h>\n".to_owned();
    text += declarations;
    let mut main = String::new();
    for (index, RecordQuery { name, members, bit_fields }) in queries.iter().enumerate() {
        let _ = write!(text, "static const size_t n{index}[] = {{ sizeof({name}), _Alignof({name})");
        for member in members {
            let size = format!("sizeof((({name} *)0)->{member})");
            let _ = write!(text, ", offsetof({name}, {member}), {size}");
        }
        text += " };\n";
        let _ = writeln!(main, "  numbers(n{index}, sizeof n{index} / sizeof(size_t));");
        for (bit_index, member) in bit_fields.iter().enumerate() {
            let _ = writeln!(text, "static const {name} b{index}_{bit_index} = {{ .{member} = -1 }};");
            let _ = writeln!(main, "  bytes(&b{index}_{bit_index}, sizeof({name}));");
        }
    }
    text += "\
static void numbers(const size_t *n, size_t count) {
  while (count--) printf(\"%zu \", *n++);
  putchar('\\n');
}
static void bytes(const void *data, size_t count) {
  for (const unsigned char *byte = data; count--; byte++) printf(\"%d \", *byte);
  putchar('\\n');
}
int main(void) {
";
    text += &main;
    text + "  return 0;\n}\n"
}

fn answer<'a>(query: &RecordQuery, lines: &mut impl Iterator<Item = &'a str>) -> RecordAnswer {
    let all: Vec<u64> = numbers(lines.next());
    let pairs = all[2..].chunks_exact(2).map(|pair| (pair[0], pair[1]));
    RecordAnswer {
        size_and_align: (all[0], all[1]),
        members: pairs.collect(),
        images: query.bit_fields.iter().map(|_| numbers(lines.next())).collect(),
    }
}

fn numbers<T: std::str::FromStr>(line: Option<&str>) -> Vec<T> {
    let words = line.expect("the program prints a line for each question").split_whitespace();
    words.map(|word| word.parse().ok().expect("the program prints numbers")).collect()
}
