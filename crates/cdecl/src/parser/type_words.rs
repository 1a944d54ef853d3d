//! The types that keywords name together, in any order: C11, section 6.7.2.

use ctype::{FloatType, IntType};

use crate::syntax::TypeSpecifier;
use crate::token::TypeWord;

/// The words that a floating type named by its width stands for: ISO/IEC TS 18661-3, on x86-64. Where a compiler
/// lacks them, the C library's headers declare them as other types.
pub(super) fn sized_float(name: &str) -> Option<&'static [TypeWord]> {
    match name {
        "_Float32" => Some(&[TypeWord::Float]),
        "_Float64" | "_Float32x" => Some(&[TypeWord::Double]),
        "_Float64x" => Some(&[TypeWord::Long, TypeWord::Double]),
        _ => None,
    }
}

/// The type that the words name, if they go together.
pub(super) fn combine(words: &[TypeWord]) -> Option<TypeSpecifier> {
    use TypeWord::{Bool, Char, Complex, Double, Float, Int, Int128, Long, Short, Signed, Unsigned, Void};
    let is_sign = |word: &TypeWord| matches!(word, Signed | Unsigned);
    let signs: Vec<TypeWord> = words.iter().copied().filter(is_sign).collect();
    let mut others: Vec<TypeWord> = words.iter().copied().filter(|word| !is_sign(word)).collect();
    others.sort_unstable();
    let is_unsigned = signs == [Unsigned];
    let pick = |signed, unsigned| TypeSpecifier::Int(if is_unsigned { unsigned } else { signed });
    let integer = match others.as_slice() {
        [Char] => pick(IntType::SChar, IntType::UChar),
        [Short] | [Int, Short] => pick(IntType::Short, IntType::UShort),
        [Int] => pick(IntType::Int, IntType::UInt),
        [] if !signs.is_empty() => pick(IntType::Int, IntType::UInt),
        [Long] | [Int, Long] => pick(IntType::Long, IntType::ULong),
        [Long, Long] | [Int, Long, Long] => pick(IntType::LongLong, IntType::ULongLong),
        [Int128] => pick(IntType::Int128, IntType::UInt128),
        [Bool] if signs.is_empty() => TypeSpecifier::Bool,
        [Void] if signs.is_empty() => TypeSpecifier::Void,
        [Float] if signs.is_empty() => TypeSpecifier::Float(FloatType::Float),
        [Double] if signs.is_empty() => TypeSpecifier::Float(FloatType::Double),
        [Double, Long] if signs.is_empty() => TypeSpecifier::Float(FloatType::LongDouble),
        [Complex, Float] if signs.is_empty() => TypeSpecifier::Complex(FloatType::Float),
        [Complex] | [Complex, Double] if signs.is_empty() => TypeSpecifier::Complex(FloatType::Double),
        [Complex, Double, Long] if signs.is_empty() => TypeSpecifier::Complex(FloatType::LongDouble),
        _ => return None,
    };
    let is_plain_char = others == [Char] && signs.is_empty();
    (signs.len() <= 1).then_some(if is_plain_char { TypeSpecifier::Int(IntType::Char) } else { integer })
}
