//! Random C signatures: as types, and as C text that checks what arrives.

use std::fmt::Write as _;

use ctype::{
    Align, ArrayLength, CType, CTypes, FieldDecl, FloatType, IntType, Packing, Qualified, RecordKind, TypeId,
    lay_out_record,
};
use tir::{FloatTy, IntTy, Ty};

use crate::random::Random;

/// The scalars of the generator: C text, whether compiled code has values of it.
const SCALARS: [(&str, CType, bool); 16] = [
    ("_Bool", CType::Bool, true),
    ("char", CType::Int(IntType::Char), true),
    ("signed char", CType::Int(IntType::SChar), true),
    ("unsigned char", CType::Int(IntType::UChar), true),
    ("short", CType::Int(IntType::Short), true),
    ("unsigned short", CType::Int(IntType::UShort), true),
    ("int", CType::Int(IntType::Int), true),
    ("unsigned int", CType::Int(IntType::UInt), true),
    ("long", CType::Int(IntType::Long), true),
    ("unsigned long", CType::Int(IntType::ULong), true),
    ("float", CType::Float(FloatType::Float), true),
    ("double", CType::Float(FloatType::Double), true),
    ("double", CType::Float(FloatType::Double), true),
    ("float _Complex", CType::Complex(FloatType::Float), true),
    ("double _Complex", CType::Complex(FloatType::Double), true),
    ("long double", CType::Float(FloatType::LongDouble), false),
];

/// A type with the C text that declares things of it.
#[derive(Clone)]
struct Value {
    ty: TypeId,
    /// How a declaration of it starts.
    text: String,
    /// Paths to the scalars in it (`.a`, `.b[1]`), empty for a scalar itself.
    leaves: Vec<String>,
    tir: Option<Ty>,
}

/// A signature: the result first, where there is one.
pub(crate) struct Signature {
    number: usize,
    result: Option<Value>,
    params: Vec<Value>,
    void: TypeId,
    definitions: String,
}

impl Signature {
    /// The signature of that number.
    pub(crate) fn random(types: &mut CTypes, random: &mut Random, number: usize) -> Self {
        let void = types.void();
        let mut made = Self { number, result: None, params: Vec::new(), void, definitions: String::new() };
        if random.below(8) > 0 {
            made.result = Some(made.value(types, random));
        }
        for _ in 0..random.below(13) {
            let value = made.value(types, random);
            made.params.push(value);
        }
        made
    }

    fn value(&mut self, types: &mut CTypes, random: &mut Random) -> Value {
        if random.below(2) == 0 { self.record(types, random, 0) } else { scalar(types, random, true) }
    }

    fn record(&mut self, types: &mut CTypes, random: &mut Random, depth: usize) -> Value {
        let kind = if random.below(6) == 0 { RecordKind::Union } else { RecordKind::Struct };
        let is_packed = random.below(8) == 0;
        let (mut fields, mut leaves, mut body) = (Vec::new(), Vec::new(), String::new());
        for index in 0..=random.below(4) {
            let nested = depth == 0 && random.below(5) == 0;
            let mut field = if nested { self.record(types, random, 1) } else { scalar(types, random, false) };
            let (mut suffix, mut bit_width) = (String::new(), None);
            match random.below(8) {
                0 => {
                    let length = 1 + random.below(3);
                    field.ty = types.array_of(field.ty, ArrayLength::Known(length as u64));
                    suffix = format!("[{length}]");
                    let each = |leaf: &String| {
                        (0..length).map(move |at| format!("[{at}]{leaf}")).collect::<Vec<_>>()
                    };
                    field.leaves = field.leaves.iter().flat_map(each).collect();
                }
                1 if matches!(types.get(field.ty), CType::Int(_)) => {
                    let bits = types.layout(field.ty).expect("a scalar").size.bits();
                    let width = 1 + random.below(usize::try_from(bits).expect("at most 64"));
                    bit_width = Some(u32::try_from(width).expect("at most 64"));
                    suffix = format!(" : {width}");
                }
                _ => {}
            }
            let _ = write!(body, "{} f{index}{suffix}; ", field.text);
            if kind == RecordKind::Struct || index == 0 {
                leaves.extend(field.leaves.iter().map(|leaf| format!(".f{index}{leaf}")));
            }
            let (ty, name) = (Qualified::from(field.ty), format!("f{index}"));
            let name = Some(name.as_str().into());
            fields.push(FieldDecl { name, ty, bit_width, align: None, type_align: None, is_packed: false });
        }
        let is_aligned = depth == 0 && random.below(16) == 0;
        let align = is_aligned.then(|| Align::bytes(32).expect("a power of two"));
        let packing = Packing { is_packed, align, ..Packing::default() };
        let laid_out = lay_out_record(types, kind, &fields, packing).expect("the fields have sizes");
        let tag = format!("S{}_{}", self.number, self.definitions.lines().count());
        let (record, ty) = types.declare_record(kind, &tag);
        types.complete_record(record, laid_out);
        let packed = if is_packed { " __attribute__((packed))" } else { "" };
        let aligned = if is_aligned { " __attribute__((aligned(32)))" } else { "" };
        let _ = writeln!(self.definitions, "{} {tag} {{ {body}}}{packed}{aligned};", kind.keyword());
        Value { ty, text: format!("{} {tag}", kind.keyword()), leaves, tir: Some(Ty::Record(ty)) }
    }

    /// The types of the function of the typed IR.
    pub(crate) fn params(&self) -> Vec<Ty> {
        self.params.iter().map(|value| value.tir.expect("a value")).collect()
    }

    /// Its result.
    pub(crate) fn result(&self) -> Ty {
        self.result.as_ref().map_or(Ty::Unit, |value| value.tir.expect("a value"))
    }

    /// Whether there is none.
    pub(crate) fn is_void(&self) -> bool {
        self.result.is_none()
    }

    /// The C function type, and a pointer to it, in the table.
    pub(crate) fn intern(&self, types: &mut CTypes) -> TypeId {
        let params: Vec<TypeId> = self.params.iter().map(|value| value.ty).collect();
        let ty = types.function(self.result.as_ref().map_or(self.void, |value| value.ty), &params, false);
        types.pointer_to(ty);
        ty
    }

    /// `target`, which keeps its arguments and returns a pattern, and `drive`, which calls an entry
    /// and gives the number of the first value that did not arrive (1 is the result).
    pub(crate) fn write_c(&self, text: &mut String, random: &mut Random) {
        let n = self.number;
        let result = self.result.as_ref().map_or("void", |value| value.text.as_str());
        let list = |each: &dyn Fn(usize, &Value) -> String, empty: &str| {
            let all: Vec<String> =
                self.params.iter().enumerate().map(|(index, value)| each(index, value)).collect();
            if all.is_empty() { empty.to_owned() } else { all.join(", ") }
        };
        let declared = list(&|index, value| format!("{} a{index}", value.text), "void");
        text.push_str(&self.definitions);
        for (index, value) in self.params.iter().enumerate() {
            let _ = writeln!(text, "static {} got{n}_{index};", value.text);
        }
        if let Some(value) = &self.result {
            let _ = writeln!(text, "static {} made{n};", value.text);
        }
        let _ = writeln!(text, "{result} target{n}({declared}) {{");
        for index in 0..self.params.len() {
            let _ = writeln!(text, "  got{n}_{index} = a{index};");
        }
        let give = self.result.as_ref().map_or(String::new(), |_| format!("return made{n};"));
        let _ = writeln!(text, "  {give}\n}}");
        let types = list(&|_, value| value.text.clone(), "void");
        let _ = writeln!(text, "int drive{n}({result} (*entry)({types})) {{");
        for (index, value) in self.params.iter().enumerate() {
            let _ = writeln!(text, "  {} a{index}; memset(&a{index}, 0, sizeof a{index});", value.text);
            fill(text, &format!("a{index}"), value, random);
        }
        if let Some(value) = &self.result {
            fill(text, &format!("made{n}"), value, random);
        }
        let args = list(&|index, _| format!("a{index}"), "");
        let keep = self.result.as_ref().map_or(String::new(), |value| format!("{} r = ", value.text));
        let _ = writeln!(text, "  {keep}entry({args});");
        if let Some(value) = &self.result {
            check(text, "r", &format!("made{n}"), value, 1);
        }
        for (index, value) in self.params.iter().enumerate() {
            check(text, &format!("got{n}_{index}"), &format!("a{index}"), value, index + 2);
        }
        let _ = writeln!(text, "  return 0;\n}}");
    }
}

fn scalar(types: &mut CTypes, random: &mut Random, must_be_value: bool) -> Value {
    loop {
        let (text, ctype, is_value) = &SCALARS[random.below(SCALARS.len())];
        if !must_be_value || *is_value {
            let ty = types.intern(ctype.clone());
            return Value {
                ty,
                text: (*text).to_owned(),
                leaves: vec![String::new()],
                tir: tir_type(types, ctype),
            };
        }
    }
}

fn tir_type(types: &CTypes, ty: &CType) -> Option<Ty> {
    let float = |kind: &FloatType| match kind {
        FloatType::Float => Some(FloatTy::F32),
        FloatType::Double => Some(FloatTy::F64),
        FloatType::LongDouble => None,
    };
    match ty {
        CType::Bool => Some(Ty::Bool),
        CType::Int(kind) => {
            let bits = u8::try_from(kind.size(types.model()).bits()).expect("at most 64");
            Some(Ty::Int(IntTy { bits, is_signed: kind.is_signed(types.model()) }))
        }
        CType::Float(kind) => float(kind).map(Ty::Float),
        CType::Complex(kind) => float(kind).map(Ty::Complex),
        CType::Void
        | CType::Pointer(_)
        | CType::Array { .. }
        | CType::Function(_)
        | CType::Record(_)
        | CType::Enum(_) => None,
    }
}

fn fill(text: &mut String, name: &str, value: &Value, random: &mut Random) {
    for leaf in &value.leaves {
        let number = random.int() >> 49;
        let _ = writeln!(text, "  {name}{leaf} = {number};");
    }
}

fn check(text: &mut String, got: &str, wanted: &str, value: &Value, number: usize) {
    for leaf in &value.leaves {
        let _ = writeln!(text, "  if ({got}{leaf} != {wanted}{leaf}) return {number};");
    }
}
