//! GNU `mode(name)`: a type of the same kind, of the size that the machine's name gives.
//!
//! The name is one of a machine's types: `QI` an integer of a byte, `DF` a float of eight. The sign is that of
//! the type declared, and an alignment that a typedef gave it is lost. It applies to the whole of what is
//! declared, so that on a pointer it must say the size of one.

use ctype::{CType, FloatType, IntType, TypeId};
use diagnostic::Id;
use source::Span;

use crate::resolve::enumeration::is_held;
use crate::resolve::{Resolve, Resolver, Typed};
use crate::syntax::Attributes;

/// What a mode's name means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Mode {
    /// Integers and, at the size of an address, pointers: the signed type, and the unsigned one.
    Int(IntType, IntType),
    Float(FloatType),
    Complex(FloatType),
}

impl Mode {
    /// The mode of a name, which may have two underscores on both sides.
    fn named(name: &str) -> Option<Self> {
        let bare = name.strip_prefix("__").and_then(|name| name.strip_suffix("__")).unwrap_or(name);
        Some(match bare {
            "QI" | "byte" => Self::Int(IntType::SChar, IntType::UChar),
            "HI" => Self::Int(IntType::Short, IntType::UShort),
            "SI" => Self::Int(IntType::Int, IntType::UInt),
            "DI" | "word" | "pointer" | "unwind_word" | "libgcc_cmp_return" | "libgcc_shift_count" => {
                Self::Int(IntType::Long, IntType::ULong)
            }
            "TI" => Self::Int(IntType::Int128, IntType::UInt128),
            "SF" => Self::Float(FloatType::Float),
            "DF" => Self::Float(FloatType::Double),
            "XF" => Self::Float(FloatType::LongDouble),
            "SC" => Self::Complex(FloatType::Float),
            "DC" => Self::Complex(FloatType::Double),
            "XC" => Self::Complex(FloatType::LongDouble),
            _ => return None,
        })
    }
}

impl<'a> Resolver<'a> {
    /// The type in the mode that attributes ask for; the last one counts.
    pub(super) fn in_mode(&mut self, typed: Typed, attributes: &[&'a Attributes]) -> Resolve<Typed> {
        let Some(name) = attributes.iter().rev().find_map(|attributes| attributes.mode) else {
            return Ok(typed);
        };
        let mode = self.mode(name)?;
        let own = self.types.get(typed.ty.ty).clone();
        let ty = match (&own, mode) {
            (CType::Int(kind), Mode::Int(signed, unsigned)) => {
                let is_signed = kind.is_signed(self.types.model());
                self.types.int(if is_signed { signed } else { unsigned })
            }
            (CType::Enum(_), Mode::Int(..)) => self.typed_enum(typed.ty.ty, name)?,
            (CType::Float(_), Mode::Float(kind)) => self.types.float(kind),
            (CType::Complex(_), Mode::Complex(kind)) => self.types.intern(CType::Complex(kind)),
            (CType::Pointer(_), Mode::Int(IntType::Long, _)) => typed.ty.ty,
            (
                CType::Void
                | CType::Bool
                | CType::Int(_)
                | CType::Float(_)
                | CType::Complex(_)
                | CType::Pointer(_)
                | CType::Array { .. }
                | CType::Function(_)
                | CType::Record(_)
                | CType::Enum(_),
                Mode::Int(..) | Mode::Float(_) | Mode::Complex(_),
            ) => {
                let (shown, mode) = (self.types.name(typed.ty.ty), self.source.slice(name));
                let title = format!("`{shown}` in mode `{mode}`");
                return Err(self.error_at(Id::CInvalidType, title, name, modes_for(&own)));
            }
        };
        Ok(Typed { ty: ctype::Qualified { ty, ..typed.ty }, align: None })
    }

    /// Refuses a mode where gcc has none, or a meaning of its own.
    pub(super) fn refuse_mode(&mut self, attributes: &[&'a Attributes]) -> Resolve<()> {
        let Some(name) = attributes.iter().find_map(|attributes| attributes.mode) else { return Ok(()) };
        let title = "a mode for a bit-field, struct or union is not supported";
        Err(self.error_at(Id::UnsupportedDeclaration, title, name, "expected a type of the size wanted"))
    }

    /// The integer type of an enum with a mode.
    pub(super) fn enum_in_mode(&mut self, name: Span, is_signed: bool) -> Resolve<IntType> {
        match self.mode(name)? {
            Mode::Int(IntType::Int128, _) => {
                let title = "an enum of 16 bytes is not supported";
                Err(self.error_at(Id::UnsupportedDeclaration, title, name, "expected at most `DI`"))
            }
            Mode::Int(signed, unsigned) => Ok(if is_signed { signed } else { unsigned }),
            Mode::Float(_) | Mode::Complex(_) => {
                let title = format!("an enum in mode `{}`", self.source.slice(name));
                Err(self.error_at(Id::CInvalidType, title, name, INT_MODES))
            }
        }
    }

    /// An enum of the same names in another size.
    fn typed_enum(&mut self, ty: TypeId, name: Span) -> Resolve<TypeId> {
        let CType::Enum(id) = *self.types.get(ty) else { return Ok(ty) };
        let own = self.types.enumeration(id).clone();
        let Some((_, enumerators)) = own.body else {
            let title = format!("`{}` has no known size", own.name);
            return Err(self.error_at(Id::CIncompleteType, title, name, "expected an enum that is complete"));
        };
        let values = || enumerators.iter().map(|one| one.value);
        let (low, high) = (values().min().unwrap_or(0), values().max().unwrap_or(0));
        let underlying = self.enum_in_mode(name, low < 0)?;
        if !is_held(underlying, low, high) {
            let title = format!("`{}` in a mode that does not hold its values is not supported", own.name);
            return Err(self.error_at(Id::UnsupportedDeclaration, title, name, "expected a larger mode"));
        }
        let (id, ty) = self.types.declare_enum(&own.name);
        self.types.complete_enum(id, underlying, enumerators);
        Ok(ty)
    }

    fn mode(&mut self, name: Span) -> Resolve<Mode> {
        let shown = self.source.slice(name);
        Mode::named(shown).ok_or_else(|| {
            let title = format!("the mode `{shown}` is not supported");
            let label = "expected QI, HI, SI, DI, TI, SF, DF, XF, SC, DC, XC, `byte`, `word` or `pointer`";
            self.error_at(Id::UnsupportedDeclaration, title, name, label)
        })
    }
}

const INT_MODES: &str = "expected QI, HI, SI, DI, TI, `byte`, `word` or `pointer`";

/// What a type can be in, as a label.
fn modes_for(ty: &CType) -> &'static str {
    match ty {
        CType::Int(_) | CType::Enum(_) => INT_MODES,
        CType::Float(_) => "expected SF, DF or XF",
        CType::Complex(_) => "expected SC, DC or XC",
        CType::Pointer(_) => "expected DI, `word` or `pointer`",
        CType::Void | CType::Bool | CType::Array { .. } | CType::Function(_) | CType::Record(_) => {
            "expected a number or a pointer"
        }
    }
}
