//! The ABI of a program's own functions.
//!
//! ```text
//!                  cannot raise                  can raise
//!   None           void f(params)                i32 f(params)
//!   scalar T       T f(params)                   i32 f(T *, params)
//!   complex        {T, T} f(params)              i32 f({T, T} *, params)
//!   record         void f(record *, params)      i32 f(record *, params)
//!   array, tuple   void f(parts *, params)       i32 f(parts *, params)
//! ```
//! A parameter of several parts is as many parameters. A value behind the first parameter lies there as in
//! C: a `bool` takes a byte, an array is a struct of its parts, a tuple one of its items. A function that can be
//! entered again before it is left has one more parameter at the end, the lowest address that its stack may reach.

use arena::Id;
use inkwell::types::{BasicMetadataTypeEnum, BasicType, FunctionType};
use tir::{BlockId, Function, Ty};

use crate::error::{InternalError, Result};
use crate::unit::Unit;

/// How a function of the program is called.
#[derive(Clone, Debug)]
pub(crate) struct JittedAbi {
    /// Its parameters.
    pub params: Vec<Ty>,
    /// Its result.
    pub result: Ty,
    /// Whether it returns a status.
    pub can_raise: bool,
    /// Whether it looks how much is left of the stack: its last parameter is the limit.
    pub is_guarded: bool,
}

impl JittedAbi {
    /// That of a function.
    pub(crate) fn of(function: &Function, can_raise: bool, is_guarded: bool) -> Result<Self> {
        let entry = function.blocks.get(BlockId::from_index(0));
        let entry = entry.ok_or_else(|| InternalError::new("a function without blocks"))?;
        let params = entry.params.iter().map(|&value| function.values[value]).collect();
        Ok(Self { params, result: function.result, can_raise, is_guarded })
    }

    /// Whether the first parameter says where the result is written.
    pub(crate) fn has_result_pointer(&self) -> bool {
        matches!(self.result, Ty::Record(_) | Ty::Array(_) | Ty::Tuple(_))
            || (self.can_raise && self.result != Ty::Unit)
    }

    /// Its LLVM type.
    pub(crate) fn function_type<'ctx>(&self, unit: &Unit<'_, 'ctx>) -> FunctionType<'ctx> {
        let mut params: Vec<BasicMetadataTypeEnum<'ctx>> = Vec::new();
        if self.has_result_pointer() {
            params.push(unit.pointer().into());
        }
        for &ty in &self.params {
            params.extend(unit.parts(ty).into_iter().map(BasicMetadataTypeEnum::from));
        }
        if self.is_guarded {
            params.push(unit.context.i64_type().into());
        }
        if self.can_raise {
            return unit.context.i32_type().fn_type(&params, false);
        }
        let parts = if self.has_result_pointer() { Vec::new() } else { unit.parts(self.result) };
        match parts.as_slice() {
            [] => unit.context.void_type().fn_type(&params, false),
            [part] => part.fn_type(&params, false),
            parts => unit.context.struct_type(parts, false).fn_type(&params, false),
        }
    }
}
