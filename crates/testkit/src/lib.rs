//! What tests share: the runner of case files, generators of random C, and the compilers that are
//! asked for the right answer. A dev-dependency only.

pub mod c_types;
pub mod cases;
pub mod compiler;
pub mod expression_text;
pub mod layout_oracle;
pub mod random;
pub mod record_text;
pub mod signatures;
pub mod tir_machine;
pub mod tir_nests;
pub mod tir_programs;
