//! Values of macros that integer constants have no room for: floating constants, texts, and the
//! compiler's functions that stand for infinity and not-a-number.

use ctype::FloatType;
use diagnostic::Id;
use source::Span;

use crate::parser::constant::escape_code;
use crate::parser::{Parse, Parser};
use crate::syntax::{Expr, ExprKind};
use crate::token::{Sign, Token, TokenKind};

impl Parser<'_> {
    /// A value that is no integer, if one is read here and the present token starts it.
    pub(super) fn other_value(&mut self) -> Parse<Option<Expr>> {
        let token = self.token();
        let text = self.source_text(token.span);
        if !self.reads_values {
            return Ok(None);
        }
        match token.kind {
            TokenKind::Number => self.floating(token, text),
            TokenKind::Text => self.texts().map(Some),
            TokenKind::Name => self.builtin(token, text),
            TokenKind::Character
            | TokenKind::Keyword(_)
            | TokenKind::TypeWord(_)
            | TokenKind::Sign(_)
            | TokenKind::Stray
            | TokenKind::End => Ok(None),
        }
    }

    fn floating(&mut self, token: Token, text: &str) -> Parse<Option<Expr>> {
        let Some((value, ty)) = floating(text) else { return Ok(None) };
        self.at += 1;
        self.build(token.span, 0, ExprKind::Float { value, ty }).map(Some)
    }

    /// Texts that stand side by side are one.
    fn texts(&mut self) -> Parse<Expr> {
        let start = self.at;
        let mut bytes = Vec::new();
        while self.peek() == TokenKind::Text {
            let span = self.token().span;
            let inner = self.source_text(span).strip_prefix('"').and_then(|text| text.strip_suffix('"'));
            if !inner.is_some_and(|inner| unescape(inner, &mut bytes)) {
                let label = "expected a text of bytes";
                return Err(self.error(Id::CConstant, "a text that is no constant", span, label));
            }
            self.at += 1;
        }
        let span = self.span_from(start);
        self.build(span, 0, ExprKind::Text(bytes.into()))
    }

    /// `__builtin_inff()`, `__builtin_nan("")`.
    fn builtin(&mut self, token: Token, text: &str) -> Parse<Option<Expr>> {
        let Some((value, ty)) =
            builtin(text).filter(|_| self.peek_after() == TokenKind::Sign(Sign::LeftParen))
        else {
            return Ok(None);
        };
        self.at += 2;
        if self.peek() == TokenKind::Text {
            self.at += 1;
        }
        let end: Span = self.expect(Sign::RightParen)?;
        self.build(token.span.to(end), 0, ExprKind::Float { value, ty }).map(Some)
    }
}

fn builtin(name: &str) -> Option<(f64, FloatType)> {
    let word = name.strip_prefix("__builtin_")?;
    let values = [("huge_val", f64::INFINITY), ("inf", f64::INFINITY), ("nan", f64::NAN)];
    let (rest, value) = values.iter().find_map(|(base, value)| Some((word.strip_prefix(base)?, *value)))?;
    match rest {
        "" => Some((value, FloatType::Double)),
        "f" => Some((value, FloatType::Float)),
        "l" => Some((value, FloatType::LongDouble)),
        _ => None,
    }
}

/// A floating constant: C11, section 6.4.4.2. One of a `long double` is taken to the nearest double.
fn floating(text: &str) -> Option<(f64, FloatType)> {
    let lower = text.to_ascii_lowercase();
    if let Some(digits) = lower.strip_prefix("0x") {
        return hexadecimal(digits);
    }
    let (number, ty) = suffix(&lower);
    if !number.contains(['.', 'e']) {
        return None;
    }
    let value: f64 = number.parse().ok()?;
    if ty == FloatType::Float {
        let narrow: f32 = number.parse().ok()?;
        return Some((narrow.into(), ty));
    }
    Some((value, ty))
}

fn suffix(text: &str) -> (&str, FloatType) {
    if let Some(number) = text.strip_suffix('f') {
        return (number, FloatType::Float);
    }
    (
        text.strip_suffix('l').unwrap_or(text),
        text.strip_suffix('l').map_or(FloatType::Double, |_| FloatType::LongDouble),
    )
}

/// Digits of sixteen with an exponent of two; those beyond 64 bits do not count.
fn hexadecimal(digits: &str) -> Option<(f64, FloatType)> {
    let (mantissa, exponent) = digits.split_once('p')?;
    let (exponent, ty) = suffix(exponent);
    let exponent: i32 = exponent.parse().ok()?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut value = 0.0_f64;
    for digit in whole.chars().chain(fraction.chars()) {
        value = value.mul_add(16.0, digit.to_digit(16)?.into());
    }
    let places = i32::try_from(fraction.len()).ok()?;
    // In two steps, so that a power out of the range of a double does not lose what is in it.
    let power = exponent.checked_sub(places.checked_mul(4)?)?;
    let half = power / 2;
    Some((value * 2.0_f64.powi(half) * 2.0_f64.powi(power - half), ty))
}

/// Appends the bytes that a text between its quotes stands for.
fn unescape(text: &str, bytes: &mut Vec<u8>) -> bool {
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        let escape = &rest[at + 1..];
        let length = escape_length(escape);
        let Some(code) = escape.get(..length).and_then(escape_code) else { return false };
        let is_character = escape.starts_with(['u', 'U']);
        match (u8::try_from(code), char::from_u32(code)) {
            (Ok(byte), _) if !is_character => bytes.push(byte),
            (_, Some(character)) if is_character => {
                bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
            _ => return false,
        }
        rest = &escape[length..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    true
}

/// How many bytes after the backslash belong to it.
fn escape_length(escape: &str) -> usize {
    let count = |from: usize, limit: usize, radix| {
        let digits = escape.bytes().skip(from).take(limit);
        from + digits.take_while(|byte| char::from(*byte).is_digit(radix)).count()
    };
    match escape.as_bytes().first() {
        Some(b'x') => count(1, usize::MAX - 1, 16),
        Some(b'u') => count(1, 4, 16),
        Some(b'U') => count(1, 8, 16),
        Some(b'0'..=b'7') => count(0, 3, 8),
        Some(_) => escape.chars().next().map_or(0, char::len_utf8),
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floating_constants() {
        assert_eq!(floating("1.5e3"), Some((1500.0, FloatType::Double)));
        assert_eq!(floating("0.1f"), Some((0.1_f32.into(), FloatType::Float)));
        assert_eq!(floating("2.5L"), Some((2.5, FloatType::LongDouble)));
        assert_eq!(floating("0x1.8p-1"), Some((0.75, FloatType::Double)));
        assert_eq!(floating("0x1p-1074"), Some((5e-324, FloatType::Double)));
        assert_eq!(floating("0x0.fp3f"), Some((7.5, FloatType::Float)));
        assert_eq!((floating("15"), floating("0xe"), floating("1e")), (None, None, None));
    }

    #[test]
    fn texts_with_escapes() {
        let mut bytes = Vec::new();
        assert!(unescape(r"a\n\x41\101\0\u00e9", &mut bytes));
        assert_eq!(bytes, b"a\nAA\0\xc3\xa9");
        assert!(!unescape(r"\q", &mut bytes) && !unescape("\\", &mut bytes));
    }
}
