//! System V psABI for x86-64, section 3.2.3: classes, registers, stack.

use ctype::{CTypes, TypeId};

use crate::FnAbi;

/// A type that cannot travel by value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UnpassableError {
    /// Which.
    pub ty: TypeId,
}

/// How a call of the function type with these parameter types goes. For a variadic call the
/// parameters are those declared, then the promoted types of what follows.
///
/// # Errors
/// When a parameter or the result has no size.
pub fn classify(
    types: &CTypes,
    result: TypeId,
    params: &[TypeId],
    is_variadic: bool,
) -> Result<FnAbi, UnpassableError> {
    let _ = (types, result, params, is_variadic);
    unimplemented!()
}
