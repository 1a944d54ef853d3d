//! Enums and their names.

use ctype::{EnumId, Enumerator, IntType, TypeId};
use diagnostic::Id;

use crate::namespace::{Constant, Declared, Tag};
use crate::parser::Abort;
use crate::resolve::{Resolve, Resolver};
use crate::syntax::{EnumSpecifier, EnumeratorSyntax};

impl<'a> Resolver<'a> {
    /// The enum that a specifier names or defines.
    pub(super) fn enumeration(&mut self, specifier: &'a EnumSpecifier) -> Resolve<(EnumId, TypeId)> {
        let (id, ty) = self.tagged_enum(specifier)?;
        let Some(enumerators) = &specifier.enumerators else { return Ok((id, ty)) };
        let before = self.types.enumeration(id).body.clone();
        if before.is_some() && !self.is_tolerant {
            return Err(self.defined_twice(specifier.tag, &self.types.enumeration(id).name.clone()));
        }
        match self.enumerators(enumerators, specifier) {
            Ok(again) if before.as_ref() == Some(&again) => Ok((id, ty)),
            Ok(_) if self.types.enumeration(id).body.is_some() => {
                // One of its own values defined it.
                Err(self.defined_twice(specifier.tag, &self.types.enumeration(id).name.clone()))
            }
            Ok((underlying, enumerators)) => {
                self.types.complete_enum(id, underlying, enumerators);
                Ok((id, ty))
            }
            Err(Abort) => {
                self.lost_types.insert(ty);
                self.lost.extend(enumerators.iter().map(|one| self.source.slice(one.name)));
                Err(Abort)
            }
        }
    }

    fn tagged_enum(&mut self, specifier: &EnumSpecifier) -> Resolve<(EnumId, TypeId)> {
        let Some(tag) = specifier.tag else {
            return Ok(self.types.declare_enum("enum <anonymous>"));
        };
        if specifier.enumerators.is_some() {
            self.refuse_definition(specifier.span)?;
        }
        let name = self.source.slice(tag);
        match self.find_tag(name) {
            Some(Tag::Enum { id, ty }) => Ok((id, ty)),
            Some(Tag::Record { .. }) => Err(self.other_kind_of_tag(tag, specifier.span)),
            None => {
                self.refuse_unknown_tag("enum", tag)?;
                let (id, ty) = self.types.declare_enum(&format!("enum {name}"));
                self.bind_tag(tag, Tag::Enum { id, ty });
                Ok((id, ty))
            }
        }
    }

    /// Binds the names, each usable in the values after it, and finds the type that holds them all.
    fn enumerators(
        &mut self,
        syntax: &'a [EnumeratorSyntax],
        specifier: &EnumSpecifier,
    ) -> Resolve<(IntType, Box<[Enumerator]>)> {
        let mut enumerators: Vec<Enumerator> = Vec::with_capacity(syntax.len());
        for one in syntax {
            let value = match (&one.value, enumerators.last()) {
                (Some(value), _) => self.evaluate(value)?.value,
                (None, Some(before)) => before.value + 1,
                (None, None) => 0,
            };
            let Some(ty) = constant_type(value) else {
                let label = format!("this is {value}, expected 64 bits at most");
                let span = one.value.as_ref().map_or(one.name, |value| value.span);
                return Err(self.error_at(
                    Id::CConstant,
                    "an enumerator that no integer type holds",
                    span,
                    &label,
                ));
            };
            self.bind(one.name, Declared::Constant(Constant { value, ty }))?;
            enumerators.push(Enumerator { name: self.source.slice(one.name).into(), value });
        }
        let low = enumerators.iter().map(|one| one.value).min().unwrap_or(0);
        let high = enumerators.iter().map(|one| one.value).max().unwrap_or(0);
        let underlying = match specifier.mode {
            Some(mode) => Some(self.enum_in_mode(mode, low < 0)?).filter(|ty| is_held(*ty, low, high)),
            None => underlying_type(low, high, specifier.is_packed),
        };
        let Some(underlying) = underlying else {
            let title = match specifier.mode {
                Some(mode) => {
                    format!("an enum in mode `{}` does not hold its values", self.source.slice(mode))
                }
                None => "no integer type holds all values of an enum".to_owned(),
            };
            return Err(self.error(Id::CConstant, title, specifier.span));
        };
        if constant_type(low) != Some(IntType::Int) || constant_type(high) != Some(IntType::Int) {
            for (one, name) in enumerators.iter().zip(syntax) {
                self.rebind_constant(name.name, Constant { value: one.value, ty: underlying });
            }
        }
        Ok((underlying, enumerators.into()))
    }
}

/// The type of an enumerator by itself: `int`, or a larger one where gcc takes one.
fn constant_type(value: i128) -> Option<IntType> {
    let pairs = SIGNED[2..].iter().zip(&UNSIGNED[2..]).flat_map(|(signed, unsigned)| [signed, unsigned]);
    pairs.copied().find(|candidate| candidate.holds(value)).map(|candidate| candidate.ty)
}

/// The integer type of an enum, as gcc chooses it: unsigned where no value is negative.
fn underlying_type(low: i128, high: i128, is_packed: bool) -> Option<IntType> {
    let all = if low < 0 { SIGNED } else { UNSIGNED };
    let candidates = if is_packed { &all[..] } else { &all[2..] };
    candidates.iter().find(|candidate| candidate.holds(low) && candidate.holds(high)).map(|found| found.ty)
}

/// Whether a type for an enum holds all values.
pub(super) fn is_held(ty: IntType, low: i128, high: i128) -> bool {
    let all = SIGNED.iter().chain(&UNSIGNED);
    all.filter(|one| one.ty == ty).any(|one| one.holds(low) && one.holds(high))
}

/// A type for an enum, and the values it holds.
#[derive(Clone, Copy)]
struct Candidate {
    ty: IntType,
    low: i128,
    high: i128,
}

impl Candidate {
    const fn new(ty: IntType, bits: u32, is_signed: bool) -> Self {
        if is_signed {
            let half = 1 << (bits - 1);
            return Self { ty, low: -half, high: half - 1 };
        }
        Self { ty, low: 0, high: (1 << bits) - 1 }
    }

    fn holds(self, value: i128) -> bool {
        (self.low..=self.high).contains(&value)
    }
}

const SIGNED: [Candidate; 4] = [
    Candidate::new(IntType::SChar, 8, true),
    Candidate::new(IntType::Short, 16, true),
    Candidate::new(IntType::Int, 32, true),
    Candidate::new(IntType::Long, 64, true),
];

const UNSIGNED: [Candidate; 4] = [
    Candidate::new(IntType::UChar, 8, false),
    Candidate::new(IntType::UShort, 16, false),
    Candidate::new(IntType::UInt, 32, false),
    Candidate::new(IntType::ULong, 64, false),
];
