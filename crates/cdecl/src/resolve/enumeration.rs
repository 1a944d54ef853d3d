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
        if self.types.enumeration(id).body.is_some() {
            return Err(self.defined_twice(specifier.tag, &self.types.enumeration(id).name.clone()));
        }
        match self.enumerators(enumerators, specifier) {
            Ok((underlying, enumerators)) => {
                self.types.complete_enum(id, underlying, enumerators);
                Ok((id, ty))
            }
            Err(Abort) => {
                self.lost.extend(specifier.tag.map(|tag| self.source.slice(tag)));
                self.lost.extend(enumerators.iter().map(|one| self.source.slice(one.name)));
                Err(Abort)
            }
        }
    }

    fn tagged_enum(&mut self, specifier: &EnumSpecifier) -> Resolve<(EnumId, TypeId)> {
        let Some(tag) = specifier.tag else {
            self.refuse_definition(specifier.span)?;
            return Ok(self.types.declare_enum("enum <anonymous>"));
        };
        let name = self.source.slice(tag);
        match self.find_tag(name) {
            Some(Tag::Enum { id, ty }) => {
                if specifier.enumerators.is_some() {
                    self.refuse_definition(specifier.span)?;
                }
                Ok((id, ty))
            }
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
        let Some(underlying) = underlying_type(low, high, specifier.is_packed) else {
            let title = "no integer type holds all values of an enum";
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
    let types = [IntType::Int, IntType::UInt, IntType::Long, IntType::ULong];
    types.into_iter().find(|ty| holds(*ty, value))
}

/// The integer type of an enum, as gcc chooses it: unsigned where no value is negative.
fn underlying_type(low: i128, high: i128, is_packed: bool) -> Option<IntType> {
    use IntType::{Int, Long, SChar, Short, UChar, UInt, ULong, UShort};
    let all = if low < 0 { [SChar, Short, Int, Long] } else { [UChar, UShort, UInt, ULong] };
    let candidates = if is_packed { &all[..] } else { &all[2..] };
    candidates.iter().copied().find(|ty| holds(*ty, low) && holds(*ty, high))
}

fn holds(ty: IntType, value: i128) -> bool {
    match ty {
        IntType::SChar => i8::try_from(value).is_ok(),
        IntType::Short => i16::try_from(value).is_ok(),
        IntType::Int => i32::try_from(value).is_ok(),
        IntType::Long => i64::try_from(value).is_ok(),
        IntType::UChar => u8::try_from(value).is_ok(),
        IntType::UShort => u16::try_from(value).is_ok(),
        IntType::UInt => u32::try_from(value).is_ok(),
        _ => u64::try_from(value).is_ok(),
    }
}
