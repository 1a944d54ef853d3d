//! Random C types, each with the C text that declares it and the leaves that make up its value.
//!
//! A leaf is a scalar that C reads and writes by a path such as `.inner.xs[1]`. Only one member of
//! a union has leaves; padding never has. The *stream* of a value is the bytes of its leaves one
//! after the other, as the macros [`MACROS`] write and read them: bit-fields as eight bytes,
//! `long double` as ten and six zeros.

use std::fmt::Write as _;

use ctype::{
    Align, ArrayLength, BitField, CType, CTypes, Enumerator, Field, FieldDecl, FloatType, IntType, Packing,
    RecordKind, Size, TypeId, lay_out_record,
};

use crate::random::Random;

/// C macros that move a leaf to the stream at `out` or from the stream at `in`.
pub const MACROS: &str = "\
#include <stdarg.h>
#include <stdint.h>
#include <stddef.h>
#include <string.h>
#include <sys/types.h>
#include <uchar.h>
#include <wchar.h>
#define PUT(e) do { __typeof__(e) v = (e); memcpy(out, &v, sizeof v); out += sizeof v; } while (0)
#define GET(e) do { __typeof__(e) v; memcpy(&v, in, sizeof v); (e) = v; in += sizeof v; } while (0)
#define PUT_BITS(e) do { long long v = (e); memcpy(out, &v, 8); out += 8; } while (0)
#define GET_BITS(e) do { long long v; memcpy(&v, in, 8); (e) = v; in += 8; } while (0)
#define PUT_X87(e) do { long double v = (e); memset(out, 0, 16); memcpy(out, &v, 10); out += 16; } while (0)
#define GET_X87(e) do { long double v; memcpy(&v, in, 16); (e) = v; in += 16; } while (0)
";

/// What a leaf holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum LeafKind {
    Bool,
    Int { is_signed: bool },
    Float(FloatType),
}

/// A scalar of a value.
#[derive(Clone, Debug)]
pub struct Leaf {
    /// What follows the value's name to reach it.
    path: String,
    /// What precedes the name: `__real__ `.
    prefix: &'static str,
    kind: LeafKind,
    /// Where it is in the value; for a bit-field, where its unit is.
    offset: Size,
    size: Size,
    bits: Option<BitField>,
}

impl Leaf {
    /// The statement that moves the leaf of the value called `name`: `verb` is `PUT` or `GET`.
    pub fn statement(&self, verb: &str, name: &str) -> String {
        let suffix = match (self.bits, self.kind) {
            (Some(_), _) => "_BITS",
            (None, LeafKind::Float(FloatType::LongDouble)) => "_X87",
            (None, LeafKind::Bool | LeafKind::Int { .. } | LeafKind::Float(_)) => "",
        };
        format!("{verb}{suffix}({}{name}{});", self.prefix, self.path)
    }

    fn stream_size(&self) -> usize {
        if self.bits.is_some() { 8 } else { self.size.to_usize() }
    }

    /// Writes a random value's stream.
    fn invent(&self, random: &mut Random, stream: &mut Vec<u8>) {
        let mut bytes = [0; 16];
        random.fill(&mut bytes);
        match (self.bits, self.kind) {
            (Some(bits), kind) => {
                let value = extend(random.bits(), bits.width, kind == LeafKind::Int { is_signed: true });
                bytes[..8].copy_from_slice(&value.to_le_bytes());
            }
            (None, LeafKind::Bool) => bytes[0] &= 1,
            (None, LeafKind::Int { .. }) => {}
            // An exponent below the largest is neither infinite nor NaN.
            (None, LeafKind::Float(FloatType::Float)) => bytes[3] &= 0xbf,
            (None, LeafKind::Float(FloatType::Double)) => bytes[7] &= 0xbf,
            (None, LeafKind::Float(FloatType::LongDouble)) => {
                bytes[7] |= 0x80; // The explicit leading one.
                bytes[8] |= 1;
                bytes[9] &= 0xbf;
                bytes[10..].fill(0);
            }
        }
        stream.extend(&bytes[..self.stream_size()]);
    }

    /// Moves the leaf from its part of a stream into the value's memory.
    fn write(&self, stream: &[u8], memory: &mut [u8]) {
        let offset = self.offset.to_usize();
        let Some(bits) = self.bits else {
            let size = self.memory_size();
            memory[offset..offset + size].copy_from_slice(&stream[..size]);
            return;
        };
        let value = u64::from_le_bytes(stream.try_into().expect("a bit-field streams as eight bytes"));
        for index in 0..bits.width {
            let (byte, mask) = bit(offset, bits, index);
            let is_set = value >> index & 1 == 1;
            memory[byte] = if is_set { memory[byte] | mask } else { memory[byte] & !mask };
        }
    }

    /// Appends the stream of the leaf in the value's memory.
    fn read(&self, memory: &[u8], stream: &mut Vec<u8>) {
        let offset = self.offset.to_usize();
        let Some(bits) = self.bits else {
            let size = self.memory_size();
            stream.extend(&memory[offset..offset + size]);
            stream.resize(stream.len() + self.stream_size() - size, 0);
            return;
        };
        let set = (0..bits.width).filter(|index| {
            let (byte, mask) = bit(offset, bits, *index);
            memory[byte] & mask != 0
        });
        let value = set.fold(0, |value, index| value | 1 << index);
        let value = extend(value, bits.width, self.kind == LeafKind::Int { is_signed: true });
        stream.extend(value.to_le_bytes());
    }

    /// Bytes in memory that mean something.
    fn memory_size(&self) -> usize {
        if self.kind == LeafKind::Float(FloatType::LongDouble) { 10 } else { self.size.to_usize() }
    }
}

/// The byte and the mask of bit `index` of a bit-field.
fn bit(unit: usize, bits: BitField, index: u32) -> (usize, u8) {
    let position = usize::try_from(bits.start.get()).expect("a small offset") + index as usize;
    (unit + position / 8, 1 << (position % 8))
}

/// The low `width` bits, extended by their sign or by zeros.
fn extend(value: u64, width: u32, is_signed: bool) -> u64 {
    let shift = 64 - width;
    let high = value << shift;
    if is_signed { (high.cast_signed() >> shift).cast_unsigned() } else { high >> shift }
}

/// A type with its C name, and how to make values of it.
#[derive(Clone, Debug)]
pub struct RandomType {
    /// The type.
    pub ty: TypeId,
    /// Its name, which needs no declarator around the declared name.
    pub c_name: String,
    /// Bytes of a value.
    pub size: usize,
    /// Its scalars.
    pub leaves: Vec<Leaf>,
}

impl RandomType {
    /// Appends the stream of a random value.
    pub fn invent(&self, random: &mut Random, stream: &mut Vec<u8>) {
        self.leaves.iter().for_each(|leaf| leaf.invent(random, stream));
    }

    /// The memory of the value with this stream, its padding random, and what is left of the
    /// stream.
    pub fn memory<'a>(&self, random: &mut Random, mut stream: &'a [u8]) -> (Vec<u8>, &'a [u8]) {
        let mut memory = vec![0; self.size];
        random.fill(&mut memory);
        for leaf in &self.leaves {
            let (own, rest) = stream.split_at(leaf.stream_size());
            leaf.write(own, &mut memory);
            stream = rest;
        }
        (memory, stream)
    }

    /// Appends the stream of the value in `memory`.
    pub fn read(&self, memory: &[u8], stream: &mut Vec<u8>) {
        self.leaves.iter().for_each(|leaf| leaf.read(memory, stream));
    }
}

/// Makes random types and collects the C text that declares them.
#[derive(Debug)]
pub struct TypeGenerator {
    /// The table in which they are.
    pub types: CTypes,
    /// Where the choices come from.
    pub random: Random,
    /// The declarations so far.
    pub declarations: String,
    count: usize,
}

/// The alignments that an attribute asks for.
const ALIGNMENTS: [u64; 5] = [2, 8, 16, 32, 64];

impl TypeGenerator {
    /// A generator that has made nothing.
    pub fn new(types: CTypes, random: Random) -> Self {
        Self { types, random, declarations: String::new(), count: 0 }
    }

    /// Any type that a function can take: three of five are structs and unions.
    pub fn any(&mut self) -> RandomType {
        if self.random.percent(60) { self.record(2) } else { self.scalar() }
    }

    /// A type that the default argument promotions leave as it is.
    pub fn promoted(&mut self) -> RandomType {
        loop {
            let ty = self.any();
            let is_float = *self.types.get(ty.ty) == CType::Float(FloatType::Float);
            let is_small = self.types.integer_type(ty.ty).is_some() && ty.size < 4;
            if !is_float && !is_small {
                return ty;
            }
        }
    }

    fn scalar(&mut self) -> RandomType {
        let kinds = [FloatType::Float, FloatType::Double, FloatType::LongDouble];
        let kind = *self.random.choose(&kinds);
        let ty = match self.random.below(20) {
            0..=7 => {
                let kind = *self.random.choose(IntType::ALL);
                self.types.int(kind)
            }
            8 => self.types.intern(CType::Bool),
            9 => {
                let void = self.types.intern(CType::Void);
                self.types.pointer_to(void)
            }
            10 => self.enumeration(),
            11..=13 => self.types.intern(CType::Complex(kind)),
            _ => self.types.float(kind),
        };
        self.finish(ty, None)
    }

    fn enumeration(&mut self) -> TypeId {
        let name = self.new_name("enum e");
        let (id, ty) = self.types.declare_enum(&name);
        let (underlying, value) =
            if self.random.percent(50) { (IntType::Int, -1) } else { (IntType::UInt, 1) };
        let enumerator = name.replace("enum e", "E");
        let _ = writeln!(self.declarations, "{name} {{ {enumerator} = {value} }};");
        let enumerators = Box::new([Enumerator { name: enumerator.as_str().into(), value }]);
        self.types.complete_enum(id, underlying, enumerators);
        ty
    }

    /// A struct or union whose members nest at most `depth` further.
    fn record(&mut self, depth: usize) -> RandomType {
        let kind = if self.random.percent(20) { RecordKind::Union } else { RecordKind::Struct };
        let name = self.new_name(&format!("{} s", kind.keyword()));
        let is_packed = self.random.percent(15);
        let align = self.random.percent(5).then(|| self.alignment());
        let packing = Packing { is_packed, limit: None, align };
        let count = *self.random.choose(&[0, 1, 1, 1, 2, 2, 2, 2, 3, 3, 4, 6]);
        let mut text = String::new();
        let mut fields = Vec::new();
        for index in 0..count {
            let field = self.field(index, depth);
            describe_field(&self.types, &field, &mut text);
            fields.push(field);
        }
        if kind == RecordKind::Struct && self.has_bytes(&fields) && self.random.percent(4) {
            let element = self.scalar();
            let open = self.types.array_of(element.ty, ArrayLength::Unknown);
            fields.push(FieldDecl::plain("open", open));
            let _ = write!(text, " {} open[];", element.c_name);
        }
        let packed = if is_packed { " __attribute__((packed))" } else { "" };
        let aligned = attribute(align);
        let _ = writeln!(self.declarations, "{name} {{{text} }}{packed}{aligned};");
        let (record, ty) = self.types.declare_record(kind, &name);
        let body = lay_out_record(&self.types, kind, &fields, packing).expect("the fields have sizes");
        self.types.complete_record(record, body);
        let chosen = (kind == RecordKind::Union && count > 0).then(|| self.random.below(count));
        self.finish(ty, chosen)
    }

    /// Whether a member has any: C wants that before an open array.
    fn has_bytes(&self, fields: &[FieldDecl]) -> bool {
        fields.iter().any(|field| self.types.layout(field.ty.ty).is_ok_and(|layout| layout.size > Size::ZERO))
    }

    fn field(&mut self, index: usize, depth: usize) -> FieldDecl {
        let plain = |ty: TypeId| FieldDecl::plain(&format!("f{index}"), ty);
        if self.random.percent(20) {
            let (ty, most) = self.bit_field_type();
            let width = u32::try_from(1 + self.random.below(most)).expect("at most 64");
            return FieldDecl { bit_width: Some(width), ..plain(ty) };
        }
        let mut ty =
            if depth > 0 && self.random.percent(25) { self.record(depth - 1).ty } else { self.scalar().ty };
        let may_repeat = self.types.record_body(ty).is_none_or(|body| !body.is_flexible);
        if may_repeat && self.random.percent(20) {
            let length = *self.random.choose(&[1, 2, 2, 3, 4, 9]);
            ty = self.types.array_of(ty, ArrayLength::Known(length));
        }
        FieldDecl { align: self.random.percent(6).then(|| self.alignment()), ..plain(ty) }
    }

    fn bit_field_type(&mut self) -> (TypeId, usize) {
        let kinds = [
            (IntType::SChar, 8),
            (IntType::UShort, 16),
            (IntType::Int, 32),
            (IntType::UInt, 32),
            (IntType::Long, 64),
            (IntType::ULongLong, 64),
        ];
        if self.random.percent(10) {
            return (self.types.intern(CType::Bool), 1);
        }
        let (kind, bits) = *self.random.choose(&kinds);
        (self.types.int(kind), bits)
    }

    fn alignment(&mut self) -> Align {
        Align::bytes(*self.random.choose(&ALIGNMENTS)).expect("powers of two")
    }

    fn new_name(&mut self, prefix: &str) -> String {
        self.count += 1;
        format!("{prefix}{}", self.count)
    }

    /// The type with its leaves. Of a union only the member `chosen` has any.
    fn finish(&self, ty: TypeId, chosen: Option<usize>) -> RandomType {
        let mut leaves = Vec::new();
        Leaves { types: &self.types, chosen }.collect(ty, Size::ZERO, "", &mut leaves);
        let size = self.types.layout(ty).expect("complete").size.to_usize();
        RandomType { ty, c_name: self.types.name(ty), size, leaves }
    }
}

fn attribute(align: Option<Align>) -> String {
    align.map_or(String::new(), |align| format!(" __attribute__((aligned({align})))"))
}

fn describe_field(types: &CTypes, field: &FieldDecl, text: &mut String) {
    let name = field.name.as_deref().unwrap_or_default();
    let declaration = types.declare(field.ty.ty, name);
    let width = field.bit_width.map_or(String::new(), |width| format!(" : {width}"));
    let _ = write!(text, " {declaration}{width}{};", attribute(field.align));
}

/// Walks a type to its leaves.
struct Leaves<'a> {
    types: &'a CTypes,
    /// The member of the outermost union; of inner unions the first.
    chosen: Option<usize>,
}

impl Leaves<'_> {
    fn collect(&self, ty: TypeId, offset: Size, path: &str, leaves: &mut Vec<Leaf>) {
        let mut leaf = |prefix, kind, offset, size| {
            leaves.push(Leaf { path: path.to_owned(), prefix, kind, offset, size, bits: None });
        };
        match *self.types.get(ty) {
            CType::Complex(kind) => {
                let size = kind.size(self.types.model());
                leaf("__real__ ", LeafKind::Float(kind), offset, size);
                leaf("__imag__ ", LeafKind::Float(kind), offset + size, size);
            }
            CType::Float(kind) => {
                leaf("", LeafKind::Float(kind), offset, kind.size(self.types.model()));
            }
            CType::Array { element, length: ArrayLength::Known(length) } => {
                let size = self.types.layout(element.ty).expect("complete").size;
                for index in 0..length {
                    let path = format!("{path}[{index}]");
                    self.collect(element.ty, offset + size * index, &path, leaves);
                }
            }
            CType::Array { length: ArrayLength::Unknown, .. } | CType::Void | CType::Function(_) => {}
            CType::Record(record) => {
                let record = self.types.record(record);
                let fields = &record.body.as_ref().expect("complete").fields;
                let shown = match record.kind {
                    RecordKind::Struct => 0..fields.len(),
                    RecordKind::Union => {
                        let chosen = self.chosen.filter(|_| path.is_empty()).unwrap_or(0);
                        chosen..fields.len().min(chosen + 1)
                    }
                };
                for field in &fields[shown] {
                    self.field(field, offset, path, leaves);
                }
            }
            CType::Bool => leaf("", LeafKind::Bool, offset, Size::bytes(1)),
            CType::Int(_) | CType::Enum(_) | CType::Pointer(_) => {
                leaf("", self.integer(ty), offset, self.types.layout(ty).expect("complete").size);
            }
        }
    }

    fn field(&self, field: &Field, record: Size, path: &str, leaves: &mut Vec<Leaf>) {
        let path = format!("{path}.{}", field.name.as_deref().unwrap_or_default());
        let offset = record + field.offset;
        let Some(bits) = field.bits else { return self.collect(field.ty.ty, offset, &path, leaves) };
        let size = self.types.layout(field.ty.ty).expect("complete").size;
        leaves.push(Leaf {
            path,
            prefix: "",
            kind: self.integer(field.ty.ty),
            offset,
            size,
            bits: Some(bits),
        });
    }

    fn integer(&self, ty: TypeId) -> LeafKind {
        let kind = self.types.integer_type(ty);
        LeafKind::Int { is_signed: kind.is_some_and(|kind| kind.is_signed(self.types.model())) }
    }
}
