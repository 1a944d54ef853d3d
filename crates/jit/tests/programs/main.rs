//! Programs of the typed IR, compiled and run here: each operation against Rust's arithmetic, the
//! C border against code that gcc built.

mod arithmetic;
mod arrays;
mod border;
mod build;
mod conversions;
mod errors;
mod mathematics;
mod random;
mod records;
mod run;
