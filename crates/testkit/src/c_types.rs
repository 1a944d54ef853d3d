//! Random C types, each with the C text that declares it and the leaves that make up its value.
//!
//! A leaf is a scalar that C reads and writes by a path such as `.inner.xs[1]`. Only one member of
//! a union has leaves; padding never has. The *stream* of a value is the bytes of its leaves one
//! after the other, as the macros [`MACROS`] write and read them: bit-fields as eight bytes,
//! `long double` as ten and six zeros.

mod leaf;

use std::fmt::Write as _;

use ctype::{
    Align, ArrayLength, CType, CTypes, Enumerator, FieldDecl, FloatType, IntType, Layout, Packing,
    RecordKind, Size, TypeId, lay_out_record,
};

use crate::random::Random;

pub use leaf::Leaf;
use leaf::Leaves;

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

/// Which types to make.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Forms {
    /// Those that gcc and clang pass alike.
    Common,
    /// Also structs that end in an open array, which clang passes in memory whatever their size, packed ones, whose
    /// bit-fields the two see differently, and arrays of empty structs, on which clang crashes.
    Gcc,
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
    forms: Forms,
    count: usize,
}

/// The alignments that an attribute asks for.
const ALIGNMENTS: [u64; 5] = [2, 8, 16, 32, 64];

impl TypeGenerator {
    /// A generator that has made nothing.
    pub fn new(types: CTypes, random: Random, forms: Forms) -> Self {
        Self { types, random, declarations: String::new(), forms, count: 0 }
    }

    /// Any type that a function can take: three of five are structs and unions.
    pub fn any(&mut self) -> RandomType {
        if self.random.percent(60) { self.record(2) } else { self.scalar() }
    }

    /// A type for an argument after `...`: one that the default argument promotions leave as it is.
    /// Over-aligned structs small enough for registers are not among them: gcc's `va_arg` reads
    /// those with an aligned load from where it saved the registers, which need not be aligned.
    pub fn promoted(&mut self) -> RandomType {
        loop {
            let ty = self.any();
            let is_float = *self.types.get(ty.ty) == CType::Float(FloatType::Float);
            let is_small = self.types.integer_type(ty.ty).is_some() && ty.size < 4;
            let is_misread = self.types.record_body(ty.ty).is_some_and(|body| {
                let Layout { size, align } = body.layout;
                size.get() <= 16 && align.get() > 8
            });
            if !is_float && !is_small && !is_misread {
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
        let is_packed = self.forms == Forms::Gcc && self.random.percent(15);
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
        let may_be_open = self.forms == Forms::Gcc && kind == RecordKind::Struct && self.has_bytes(&fields);
        if may_be_open && self.random.percent(4) {
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
        let may_repeat = self.types.record_body(ty).is_none_or(|body| {
            !body.is_flexible && (self.forms == Forms::Gcc || body.layout.size > Size::ZERO)
        });
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
