//! Loops that look whether they are interrupted: rounds are counted, and the runtime is asked after many.

use inkwell::IntPredicate;
use tir::Value;

use crate::body::Body;
use crate::error::Result;
use crate::unit::Promise;

/// After so many rounds.
const ROUNDS: u64 = 1 << 15;

impl Body<'_, '_> {
    /// Counts rounds; where the function is interrupted it releases these and ends with the error.
    pub(crate) fn poll(&self, rounds: Value, releases: &[Value]) -> Result<()> {
        let (emitter, unit) = (&self.emitter, self.emitter.unit);
        let (builder, word, number) = (&emitter.builder, unit.context.i64_type(), unit.context.i32_type());
        let slot = emitter.round_slot(ROUNDS)?;
        let rounds = self.value(rounds)?.int()?;
        let left = builder.build_load(word, slot, "rounds")?.into_int_value();
        // Compared before it is taken away, both are one instruction.
        let is_soon = builder.build_int_compare(IntPredicate::UGE, left, rounds, "")?;
        builder.build_store(slot, builder.build_int_sub(left, rounds, "")?)?;
        let (next, look) = (emitter.block("next"), emitter.block("look"));
        emitter.branch_usually(is_soon, next, look)?;
        builder.position_at_end(look);
        builder.build_store(slot, word.const_int(ROUNDS, false))?;
        let poll = unit.external("ferrule_poll", number.fn_type(&[], false), Promise::Apart);
        let status = emitter.call_value(poll, &[])?.into_int_value();
        let interrupted = emitter.block("interrupted");
        emitter.branch_if_zero(status, next, interrupted)?;
        builder.position_at_end(interrupted);
        self.release_all(releases)?;
        builder.build_return(Some(&status))?;
        builder.position_at_end(next);
        Ok(())
    }
}
