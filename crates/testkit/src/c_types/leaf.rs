//! The scalars of a value: how C names them, and their way between memory and stream.

use ctype::{ArrayLength, BitField, CType, CTypes, Field, FloatType, RecordKind, Size, TypeId};

use crate::random::Random;

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

    pub(super) fn stream_size(&self) -> usize {
        if self.bits.is_some() { 8 } else { self.size.to_usize() }
    }

    /// Writes a random value's stream.
    pub(super) fn invent(&self, random: &mut Random, stream: &mut Vec<u8>) {
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
    pub(super) fn write(&self, stream: &[u8], memory: &mut [u8]) {
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
    pub(super) fn read(&self, memory: &[u8], stream: &mut Vec<u8>) {
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

/// Walks a type to its leaves.
pub(super) struct Leaves<'a> {
    pub(super) types: &'a CTypes,
    /// The member of the outermost union; of inner unions the first.
    pub(super) chosen: Option<usize>,
}

impl Leaves<'_> {
    pub(super) fn collect(&self, ty: TypeId, offset: Size, path: &str, leaves: &mut Vec<Leaf>) {
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
