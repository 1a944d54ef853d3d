//! Layout against gcc and clang: the same random text is read here and by the compilers.
//!
//! `FERRULE_SEED` repeats a run, `FERRULE_LAYOUT_TYPES` changes how many types are tried.

use std::time::{SystemTime, UNIX_EPOCH};

use cdecl::{DeclareOptions, Namespace, Tag};
use ctype::{CType, CTypes, DataModel, Field, RecordId};
use source::Source;
use testkit::layout_oracle::{RecordAnswer, RecordQuery, ask};
use testkit::record_text::{Forms, RecordText};

const BATCH: usize = 500;

#[test]
fn layouts_are_those_of_gcc_and_clang() {
    let seed = number("FERRULE_SEED").unwrap_or_else(clock);
    let wanted = number("FERRULE_LAYOUT_TYPES").unwrap_or(20_000);
    eprintln!("FERRULE_SEED={seed}");
    let mut records = RecordText::new(seed);
    let mut tried = 0;
    let folder = std::env::temp_dir().join(format!("ferrule-layout-{}", std::process::id()));
    for forms in [Forms::Common, Forms::Gcc].into_iter().cycle() {
        if tried >= wanted {
            break;
        }
        let text = records.text(BATCH, forms);
        let (queries, ours) = our_answers(&text);
        tried += queries.len() as u64;
        let compilers = match forms {
            Forms::Common => &["gcc", "clang-22"][..],
            Forms::Gcc => &["gcc"],
        };
        for compiler in compilers {
            let theirs = ask(compiler, &folder, &text, &queries);
            for ((query, ours), theirs) in queries.iter().zip(&ours).zip(&theirs) {
                assert_eq!(
                    ours,
                    theirs,
                    "{compiler} (right) disagrees, seed {seed}: {}",
                    shown(query, &text)
                );
            }
        }
    }
    std::fs::remove_dir_all(folder).expect("the test's folder can be removed");
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().expect("a number"))
}

fn clock() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is past 1970");
    u64::from(now.subsec_nanos()) << 32 | now.as_secs()
}

/// The part of the text that declares the record, with the names asked about.
fn shown(query: &RecordQuery, text: &str) -> String {
    let tag = query.name.split_whitespace().next_back().expect("a tag");
    let at = text.find(&format!(" {tag} {{")).unwrap_or(0);
    let start = text[..at].rfind("\n#").map_or(0, |start| start + 1).max(text[..at].rfind("};").unwrap_or(0));
    let end = text[at..].find("\n}").map_or(text.len(), |length| at + length + 100).min(text.len());
    format!("{} {:?} {:?}\n{}", query.name, query.members, query.bit_fields, &text[start..end])
}

fn our_answers(text: &str) -> (Vec<RecordQuery>, Vec<RecordAnswer>) {
    let mut types = CTypes::new(DataModel::SYSV_X64);
    let mut namespace = Namespace::new();
    let source = Source::new("random.h", text);
    let declared = namespace.declare(&mut types, &source, &DeclareOptions::default());
    declared.unwrap_or_else(|diagnostics| panic!("{}\n{text}", diagnostic::render(&diagnostics)));
    let records = namespace.tags().filter_map(|(_, tag)| match tag {
        Tag::Record { record, .. } => Some(record),
        Tag::Enum { .. } => None,
    });
    records.map(|record| our_answer(&types, record)).unzip()
}

fn our_answer(types: &CTypes, record: RecordId) -> (RecordQuery, RecordAnswer) {
    let entry = types.record(record);
    let body = entry.body.as_ref().expect("every record of the text is complete");
    let size = body.layout.size.get();
    let mut query = RecordQuery { name: entry.name.to_string(), members: Vec::new(), bit_fields: Vec::new() };
    let mut answer = RecordAnswer {
        size_and_align: (size, body.layout.align.get()),
        members: Vec::new(),
        images: Vec::new(),
    };
    for (name, offset, field) in named_fields(types, record, 0) {
        match field.bits {
            Some(bits) => {
                let start = offset * 8 + bits.start.get();
                query.bit_fields.push(name);
                answer.images.push(image(size, start, u64::from(bits.width)));
            }
            None if is_open(types, field) => {}
            None => {
                let layout = types.layout(field.ty.ty).expect("a member has a size");
                query.members.push(name);
                answer.members.push((offset, layout.size.get()));
            }
        }
    }
    (query, answer)
}

fn is_open(types: &CTypes, field: &Field) -> bool {
    types.layout(field.ty.ty).is_err()
}

/// The members by the names that C reaches them with, and their offsets.
fn named_fields(types: &CTypes, record: RecordId, base: u64) -> Vec<(String, u64, &Field)> {
    let fields = types.record(record).body.iter().flat_map(|body| body.fields.iter());
    let named = fields.flat_map(|field| {
        let offset = base + field.offset.get();
        match (&field.name, types.get(field.ty.ty)) {
            (Some(name), _) => vec![(name.to_string(), offset, field)],
            (None, CType::Record(inner)) => named_fields(types, *inner, offset),
            (None, other) => panic!("a member without a name is {other:?}"),
        }
    });
    named.collect()
}

/// An object of `size` bytes with `width` bits set from bit `start` on.
fn image(size: u64, start: u64, width: u64) -> Vec<u8> {
    let is_set = |bit: &u64| (start..start + width).contains(bit);
    let byte = |byte: u64| (0..8).filter(|bit| is_set(&(byte * 8 + bit))).fold(0, |all, bit| all | 1 << bit);
    (0..size).map(byte).collect()
}
