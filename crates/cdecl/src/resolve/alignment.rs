//! What `aligned` and `_Alignas` ask for.

use ctype::{Align, TypeId};
use diagnostic::Id;
use source::Span;

use crate::resolve::{Resolve, Resolver, Typed};
use crate::syntax::{AlignmentAmount, Attributes, TypeName};

/// The strictest alignment that gcc takes.
const MAX_ALIGN: u64 = 1 << 28;

impl<'a> Resolver<'a> {
    /// The strictest alignment that attributes ask for.
    pub(super) fn alignment(&mut self, attributes: &[&'a Attributes]) -> Resolve<Option<Align>> {
        let mut strictest = None;
        for asked in attributes.iter().flat_map(|attributes| &attributes.alignments) {
            strictest = strictest.max(self.amount(&asked.amount)?);
        }
        Ok(strictest)
    }

    /// Refuses `_Alignas` where C has none: C11, section 6.7.5.
    pub(super) fn check_alignas(
        &mut self,
        typed: Typed,
        is_bit_field: bool,
        attributes: &[&'a Attributes],
    ) -> Resolve<()> {
        let own = typed.align.or_else(|| self.natural_align(typed.ty.ty));
        let all = attributes.iter().flat_map(|attributes| &attributes.alignments);
        for asked in all.filter(|asked| asked.is_alignas) {
            if is_bit_field {
                let label = "expected `__attribute__((aligned(n)))`";
                return Err(self.error_at(Id::CAlignment, "`_Alignas` on a bit-field", asked.span, label));
            }
            let amount = self.amount(&asked.amount)?;
            if amount.is_some() && amount < own {
                let title = format!("`_Alignas` lowers the alignment of `{}`", self.types.name(typed.ty.ty));
                let label = own.map_or(String::new(), |own| format!("expected at least {own}"));
                return Err(self.error_at(Id::CAlignment, title, asked.span, &label));
            }
        }
        Ok(())
    }

    /// Refuses elements that cannot all have the alignment that a typedef gives them.
    pub(super) fn check_stride(&mut self, element: Typed, span: Span) -> Resolve<()> {
        let (Some(align), Ok(layout)) = (element.align, self.types.layout(element.ty.ty)) else {
            return Ok(());
        };
        if layout.size.get().is_multiple_of(align.get()) {
            return Ok(());
        }
        let title = format!("an array whose elements of {} bytes are aligned to {align}", layout.size);
        Err(self.error_at(Id::CAlignment, title, span, "expected a size that is a multiple of the alignment"))
    }

    /// What `_Alignof` says of a type.
    pub(super) fn align_of(&mut self, name: &'a TypeName) -> Resolve<Align> {
        let typed = self.named_type(name)?;
        let Ok(own) = self.types.align(typed.ty.ty) else {
            self.sized(typed.ty.ty, name.span, "`_Alignof`")?;
            return Ok(Align::ONE);
        };
        Ok(typed.align.unwrap_or(own))
    }

    fn natural_align(&self, ty: TypeId) -> Option<Align> {
        self.types.layout(ty).ok().map(|layout| layout.align)
    }

    /// An alignment asked for; zero asks for nothing.
    fn amount(&mut self, amount: &'a AlignmentAmount) -> Resolve<Option<Align>> {
        let amount = match amount {
            AlignmentAmount::Largest => return Ok(Align::bytes(16)),
            AlignmentAmount::OfType(name) => return self.align_of(name).map(Some),
            AlignmentAmount::Bytes(amount) => amount,
        };
        let value = self.evaluate(amount)?.value;
        let bytes = u64::try_from(value).ok().filter(|bytes| *bytes <= MAX_ALIGN);
        let align = bytes.and_then(Align::bytes);
        if align.is_none() && value != 0 {
            let title = format!("{value} is not an alignment");
            return Err(self.error_at(Id::CAlignment, title, amount.span, "expected a power of two"));
        }
        Ok(align)
    }
}
