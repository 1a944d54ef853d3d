//! Integer and character constants: C11, sections 6.4.4.1 and 6.4.4.4.

use ctype::IntType;
use diagnostic::Id;

use crate::parser::{Parse, Parser};
use crate::token::{Token, TokenKind};

impl Parser<'_> {
    /// The value and type of a constant.
    pub(super) fn constant(&mut self, token: Token) -> Parse<(i128, IntType)> {
        let text = self.source_text(token.span);
        let read = if token.kind == TokenKind::Character { character(text) } else { integer(text) };
        read.map_err(|(id, label)| {
            let title = format!("`{text}` is not an integer constant");
            self.error(id, title, token.span, label)
        })
    }
}

type Read = Result<(i128, IntType), (Id, &'static str)>;

fn integer(text: &str) -> Read {
    let lower = text.to_ascii_lowercase();
    let digits_end = lower.find(['u', 'l']).unwrap_or(lower.len());
    let (number, suffix) = lower.split_at(digits_end);
    let (radix, digits) = match number.as_bytes() {
        [b'0', b'x', ..] => (16, &number[2..]),
        [b'0', b'b', ..] => (2, &number[2..]),
        [b'0', _, ..] => (8, &number[1..]),
        _ => (10, number),
    };
    let (is_unsigned, longs) = match suffix {
        "" => (false, 0),
        "u" => (true, 0),
        "l" => (false, 1),
        "ul" | "lu" => (true, 1),
        "ll" => (false, 2),
        "ull" | "llu" => (true, 2),
        _ => return Err((Id::CConstant, "expected the suffixes `u`, `l` or `ll`")),
    };
    if number.contains('.') || (radix == 10 && number.contains('e')) {
        return Err((Id::CConstant, "expected an integer, not a floating constant"));
    }
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return Err((Id::CConstant, "expected digits"));
    }
    let value =
        u64::from_str_radix(digits, radix).map_err(|_| (Id::CConstant, "expected at most 64 bits"))?;
    Ok((i128::from(value), integer_type(value, radix == 10, is_unsigned, longs)))
}

/// The first type of the standard's table that holds the value, for a `long` of 64 bits; a decimal
/// constant is never unsigned by itself unless nothing else holds it, as in gcc.
fn integer_type(value: u64, is_decimal: bool, is_unsigned: bool, longs: u8) -> IntType {
    let (signed, unsigned) =
        if longs == 2 { (IntType::LongLong, IntType::ULongLong) } else { (IntType::Long, IntType::ULong) };
    let fits_int = longs == 0 && i32::try_from(value).is_ok();
    let fits_unsigned = longs == 0 && u32::try_from(value).is_ok();
    let fits_long = i64::try_from(value).is_ok();
    match (is_unsigned, is_decimal) {
        (false, _) if fits_int => IntType::Int,
        (true, _) | (false, false) if fits_unsigned => IntType::UInt,
        (false, _) if fits_long => signed,
        (_, _) => unsigned,
    }
}

fn character(text: &str) -> Read {
    const INVALID: (Id, &str) = (Id::CConstant, "expected one character");
    let start = text.find('\'').ok_or(INVALID)?;
    let prefix = &text[..start];
    let inner = text[start + 1..].strip_suffix('\'').ok_or(INVALID)?;
    let code = match inner.strip_prefix('\\') {
        None => {
            let mut characters = inner.chars();
            match (characters.next(), characters.next()) {
                (Some(one), None) if !prefix.is_empty() || one.is_ascii() => u32::from(one),
                _ => return Err(INVALID),
            }
        }
        Some(escape) => escape_code(escape).ok_or((Id::CConstant, "this escape has no meaning in C"))?,
    };
    let (limit, ty) = match prefix {
        "" | "u8" => (0xff, IntType::Int),
        "L" => (u32::MAX, IntType::WChar),
        "u" => (0xffff, IntType::Char16),
        _ => (u32::MAX, IntType::Char32),
    };
    if code > limit {
        return Err((Id::CConstant, "this character does not fit the constant's type"));
    }
    // Plain `char` is signed, and a character constant is its value as an `int`.
    let value =
        if prefix.is_empty() { i128::from(code.to_le_bytes()[0].cast_signed()) } else { i128::from(code) };
    Ok((value, ty))
}

/// The character that what follows a backslash stands for.
pub(super) fn escape_code(escape: &str) -> Option<u32> {
    let mut rest = escape.chars();
    let first = rest.next()?;
    let tail = rest.as_str();
    let radix_16 = |length: Option<usize>| {
        let fits = length.is_none_or(|length| tail.len() == length);
        let is_hex = tail.chars().all(|digit| digit.is_ascii_hexdigit());
        (fits && is_hex).then(|| u32::from_str_radix(tail, 16).ok()).flatten()
    };
    match first {
        'x' => radix_16(None),
        'u' => radix_16(Some(4)),
        'U' => radix_16(Some(8)),
        '0'..='7' if escape.len() <= 3 && escape.chars().all(|digit| digit.is_digit(8)) => {
            u32::from_str_radix(escape, 8).ok()
        }
        _ if !tail.is_empty() => None,
        'n' => Some(10),
        't' => Some(9),
        'r' => Some(13),
        'a' => Some(7),
        'b' => Some(8),
        'e' => Some(27),
        'f' => Some(12),
        'v' => Some(11),
        '\\' | '\'' | '"' | '?' => Some(u32::from(first)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_have_the_first_type_that_holds_them() {
        assert_eq!(integer("2147483648").ok(), Some((0x8000_0000, IntType::Long)));
        assert_eq!(integer("0x80000000").ok(), Some((0x8000_0000, IntType::UInt)));
        assert_eq!(integer("017").ok(), Some((15, IntType::Int)));
        assert_eq!(integer("0").ok(), Some((0, IntType::Int)));
        assert_eq!(integer("0xFFFFFFFFFFFFFFFF").ok(), Some((u64::MAX.into(), IntType::ULong)));
        assert_eq!(integer("1uLL").ok(), Some((1, IntType::ULongLong)));
        assert_eq!(integer("0b101").ok(), Some((5, IntType::Int)));
        assert!(integer("08").is_err() && integer("1e5").is_err() && integer("0x").is_err());
    }

    #[test]
    fn characters_are_ints_of_signed_char() {
        assert_eq!(character("'a'").ok(), Some((97, IntType::Int)));
        assert_eq!(character(r"'\xff'").ok(), Some((-1, IntType::Int)));
        assert_eq!(character(r"'\0'").ok(), Some((0, IntType::Int)));
        assert_eq!(character(r"L'\u00e9'").ok(), Some((0xe9, IntType::WChar)));
        assert!(character("'ab'").is_err() && character("''").is_err() && character("'é'").is_err());
    }
}
