//! Random integer constant expressions as C text.

use crate::random::Random;

const CONSTANTS: &[&str] = &[
    "0",
    "1",
    "2",
    "3",
    "7",
    "10",
    "31",
    "63",
    "255",
    "1u",
    "5u",
    "3l",
    "9ul",
    "2ll",
    "4ull",
    "0x7fffffff",
    "0x80000000",
    "2147483647",
    "2147483648",
    "0xffffffff",
    "4294967295",
    "0x7fffffffffffffff",
    "0x8000000000000000",
    "0xffffffffffffffff",
    "'a'",
    "'\\377'",
    "'\\n'",
    "017",
    "0b101",
];

const TYPES: &[&str] = &[
    "char",
    "signed char",
    "unsigned char",
    "short",
    "unsigned short",
    "int",
    "unsigned",
    "long",
    "unsigned long",
    "long long",
    "unsigned long long",
    "_Bool",
];

const BINARY: &[&str] =
    &["+", "-", "*", "/", "%", "<<", ">>", "<", ">", "<=", ">=", "==", "!=", "&", "^", "|", "&&", "||"];

/// An expression of at most `depth` operators inside each other, some without a value in C.
pub fn expression(random: &mut Random, depth: usize) -> String {
    if depth == 0 || random.percent(15) {
        return (*random.choose(CONSTANTS)).to_owned();
    }
    let inner = |random: &mut Random| expression(random, depth - 1);
    match random.below(20) {
        0..10 => {
            let (left, right) = (inner(random), inner(random));
            format!("{left} {} {right}", random.choose(BINARY))
        }
        10 | 11 => format!("({})", inner(random)),
        12..15 => {
            let operand = inner(random);
            format!("{}({operand})", random.choose(&["-", "+", "~", "!"]))
        }
        15 | 16 => {
            let operand = inner(random);
            format!("({})({operand})", random.choose(TYPES))
        }
        17 => format!("sizeof({})", random.choose(TYPES)),
        18 => format!("sizeof({})", inner(random)),
        _ => {
            let (condition, then, otherwise) = (inner(random), inner(random), inner(random));
            format!("(({condition}) ? {then} : {otherwise})")
        }
    }
}
