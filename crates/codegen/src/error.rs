//! What went wrong in this stage, which is a bug of the program that was given or of the stage.

use std::fmt;

use inkwell::builder::BuilderError;
use inkwell::support::LLVMString;

/// A broken rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InternalError(String);

/// What a step of lowering gives.
pub(crate) type Result<T> = std::result::Result<T, InternalError>;

impl InternalError {
    /// An error in these words.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for InternalError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "internal error in codegen: {}", self.0)
    }
}

impl std::error::Error for InternalError {}

impl From<BuilderError> for InternalError {
    fn from(error: BuilderError) -> Self {
        Self(error.to_string())
    }
}

impl From<LLVMString> for InternalError {
    fn from(error: LLVMString) -> Self {
        Self(error.to_string())
    }
}
