//! Random structs and unions as C text, with everything that moves a member: bit-fields of every
//! type and width, packing, alignment, nesting, arrays.

use std::fmt::Write as _;

use crate::random::Random;

/// What every text starts with: types for members to use.
const PRELUDE: &str = "\
enum plain { PLAIN_A, PLAIN_B = 200 };
enum negative { NEGATIVE_A = -1, NEGATIVE_B };
enum small { SMALL_A, SMALL_B } __attribute__((packed));
enum wide { WIDE_A = 0x100000000 };
typedef int strict_int __attribute__((aligned(16)));
typedef double loose_double __attribute__((aligned(2)));
typedef short loose_short __attribute__((aligned(1)));
typedef struct { char c; int i; } __attribute__((packed)) tight;
";

const INTEGERS: &[(&str, u32, u64)] = &[
    ("char", 8, 1),
    ("signed char", 8, 1),
    ("unsigned char", 8, 1),
    ("short", 16, 2),
    ("unsigned short", 16, 2),
    ("int", 32, 4),
    ("unsigned", 32, 4),
    ("long", 64, 8),
    ("unsigned long", 64, 8),
    ("long long", 64, 8),
    ("int8_t", 8, 1),
    ("uint16_t", 16, 2),
    ("int32_t", 32, 4),
    ("uint64_t", 64, 8),
    ("size_t", 64, 8),
    ("_Bool", 1, 1),
    ("enum plain", 32, 4),
    ("enum negative", 32, 4),
    ("enum small", 8, 1),
    ("enum wide", 64, 8),
    ("__int128", 128, 16),
    ("unsigned __int128", 128, 16),
];

const OTHERS: &[(&str, u64)] = &[
    ("float", 4),
    ("double", 8),
    ("long double", 16),
    ("float _Complex", 4),
    ("double _Complex", 8),
    ("_Complex long double", 16),
    ("void *", 8),
    ("const char *", 8),
    ("strict_int", 16),
    ("loose_double", 2),
    ("loose_short", 1),
    ("tight", 1),
];

/// Types of bit-fields with an alignment that a typedef gives them.
const TYPEDEF_INTEGERS: &[(&str, u32, u64)] = &[("strict_int", 32, 16), ("loose_short", 16, 1)];

/// Which records to make.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Forms {
    /// Those that gcc and clang lay out alike.
    Common,
    /// Also bit-fields on which they differ: of a typedef with `aligned`; with an `aligned` of their own
    /// that is less than their type's or meets a `#pragma pack`.
    Gcc,
}

/// A source of random records.
#[derive(Debug)]
pub struct RecordText {
    random: Random,
    /// How many tags and members there are, for their names.
    tags: usize,
    members: usize,
    forms: Forms,
    /// Whether a `#pragma pack` is in force.
    is_packing: bool,
    /// The finished records of the present text, as `struct r3`.
    finished: Vec<String>,
}

impl RecordText {
    /// The source of a seed.
    pub const fn new(seed: u64) -> Self {
        let random = Random::new(seed);
        Self { random, tags: 0, members: 0, forms: Forms::Common, is_packing: false, finished: Vec::new() }
    }

    /// A text that declares `count` records, besides those nested in them.
    pub fn text(&mut self, count: usize, forms: Forms) -> String {
        let mut text = PRELUDE.to_owned();
        self.forms = forms;
        self.finished.clear();
        for _ in 0..count {
            let pack = self.random.percent(15).then(|| *self.random.choose(&[1, 2, 4, 8, 16]));
            if let Some(limit) = pack {
                let _ = writeln!(text, "#pragma pack(push, {limit})");
            }
            self.is_packing = pack.is_some();
            let name = self.record(&mut text, 0, true);
            text += ";\n";
            if pack.is_some() {
                text += "#pragma pack(pop)\n";
            }
            self.finished.extend(name);
        }
        text
    }

    /// Writes a record without its semicolon; its name, if others may use it as a member.
    fn record(&mut self, text: &mut String, depth: usize, has_tag: bool) -> Option<String> {
        let keyword = if self.random.percent(25) { "union" } else { "struct" };
        let attribute = self.record_attribute();
        let is_before = self.random.percent(50);
        text.push_str(keyword);
        if is_before {
            text.push_str(&attribute);
        }
        let name = format!("{keyword} r{}", self.tags);
        if has_tag {
            let _ = write!(text, " r{}", self.tags);
            self.tags += 1;
        }
        text.push_str(" {\n");
        for _ in 0..=self.random.below(7) {
            self.member(text, depth);
        }
        let is_flexible = keyword == "struct" && depth == 0 && self.random.percent(5);
        if is_flexible {
            let (ty, ..) = *self.random.choose(INTEGERS);
            let (length, open) = (self.member_name(), self.member_name());
            let _ = writeln!(text, "  short {length};\n  {ty} {open}[];");
        }
        text.push('}');
        if !is_before {
            text.push_str(&attribute);
        }
        (has_tag && !is_flexible).then_some(name)
    }

    fn record_attribute(&mut self) -> String {
        match self.random.below(10) {
            0 | 1 => " __attribute__((packed))".to_owned(),
            2 => format!(" __attribute__((aligned({})))", self.alignment()),
            3 => format!(" __attribute__((packed, aligned({})))", self.alignment()),
            _ => String::new(),
        }
    }

    fn member(&mut self, text: &mut String, depth: usize) {
        text.push_str("  ");
        match self.random.below(20) {
            0..9 => self.bit_field(text),
            9..11 if depth < 3 => {
                let has_tag = self.random.percent(50);
                self.record(text, depth + 1, has_tag);
                if has_tag || self.random.percent(50) {
                    let _ = write!(text, " {}", self.member_name());
                }
            }
            11 | 12 if !self.finished.is_empty() => {
                let record = self.random.choose(&self.finished).clone();
                let _ = write!(text, "{record} {}", self.member_name());
            }
            13 => {
                let _ = write!(text, "int (*{})(int, double)", self.member_name());
            }
            _ => self.plain_member(text),
        }
        text.push_str(";\n");
    }

    fn plain_member(&mut self, text: &mut String) {
        let (ty, align) = if self.random.percent(60) {
            let (ty, _, align) = *self.random.choose(INTEGERS);
            (ty, align)
        } else {
            *self.random.choose(OTHERS)
        };
        if self.random.percent(6) {
            let _ = write!(text, "_Alignas({}) ", self.alignment().max(align));
        }
        let _ = write!(text, "{ty} {}", self.member_name());
        if self.random.percent(20) && ty != "strict_int" {
            let _ = write!(text, "[{}]", 1 + self.random.below(4));
        }
        if self.random.percent(15) {
            text.push_str(&self.member_attribute());
        }
    }

    fn bit_field(&mut self, text: &mut String) {
        let is_odd = self.forms == Forms::Gcc && self.random.percent(10);
        let types = if is_odd { TYPEDEF_INTEGERS } else { INTEGERS };
        let (ty, bits, align) = *self.random.choose(types);
        let width = 1 + self.random.below(bits as usize);
        let _ = match self.random.below(10) {
            0 => write!(text, "{ty} : 0"),
            1 => write!(text, "{ty} : {width}"),
            _ => write!(text, "{ty} {} : {width}{}", self.member_name(), self.bit_field_attribute(align)),
        };
    }

    fn bit_field_attribute(&mut self, least: u64) -> String {
        match (self.forms, self.random.below(20)) {
            (Forms::Common, 0..3) if self.is_packing => String::new(),
            (Forms::Common, 0) => " __attribute__((packed))".to_owned(),
            (Forms::Common, 1) => format!(" __attribute__((aligned({})))", self.alignment().max(least)),
            (Forms::Common, 2) => format!(" __attribute__((packed, aligned({})))", self.alignment()),
            (Forms::Gcc, 0..3) => self.member_attribute(),
            (Forms::Common | Forms::Gcc, _) => String::new(),
        }
    }

    fn member_attribute(&mut self) -> String {
        match self.random.below(3) {
            0 => " __attribute__((packed))".to_owned(),
            1 => format!(" __attribute__((aligned({})))", self.alignment()),
            _ => format!(" __attribute__((packed, aligned({})))", self.alignment()),
        }
    }

    fn alignment(&mut self) -> u64 {
        *self.random.choose(&[1, 2, 4, 8, 16, 32])
    }

    fn member_name(&mut self) -> String {
        self.members += 1;
        format!("m{}", self.members)
    }
}
