//! Numba's grammar of signatures.
//!
//! `float64(float64, CPointer(int32))`, `void()`, `(float64[:, ::1], UniTuple(int64, 2))`: names of
//! `ferrule.types`, perhaps with `types.` before them, and what makes types of types. A text in which
//! another name or sign stands is none of this grammar; it may then be C.

use ctype::CTypes;
use source::{Source, Span};
use tir::{ArrayTy, Element, Order};

use super::array_type::array_of_axes;
use super::kind::TypeKind;
use super::types::named;

/// What a text says, if it is of the grammar.
pub(super) struct Parsed {
    /// Missing where only arguments were given.
    pub(super) result: Option<TypeKind>,
    /// The arguments.
    pub(super) params: Vec<TypeKind>,
}

/// Why a text is not of the grammar.
pub(super) enum NotNumba {
    /// It has the form, but this name is unknown.
    Name(Span),
    /// It has another form.
    Form,
}

/// Reads the whole text.
pub(super) fn parse(types: &mut CTypes, source: &Source) -> Result<Parsed, NotNumba> {
    let mut parser = Parser { types, text: source.text(), at: 0, unknown: None };
    let parsed = parser.signature().ok_or(NotNumba::Form)?;
    match parser.unknown {
        Some(span) => Err(NotNumba::Name(span)),
        None => Ok(parsed),
    }
}

struct Parser<'a> {
    types: &'a mut CTypes,
    text: &'a str,
    at: usize,
    /// The first name that is not in `ferrule.types`.
    unknown: Option<Span>,
}

impl Parser<'_> {
    fn signature(&mut self) -> Option<Parsed> {
        let result = if self.is_next('(') { None } else { Some(self.ty()?) };
        let params = self.list()?;
        self.skip_blanks();
        (self.at == self.text.len()).then_some(Parsed { result, params })
    }

    /// `(type, type)`; `(void)` is empty as in C.
    fn list(&mut self) -> Option<Vec<TypeKind>> {
        let mut params = self.types_between('(', ')')?;
        let void = TypeKind::C(self.types.void());
        if params == [void] {
            params.clear();
        }
        Some(params)
    }

    /// Types between two signs, a comma at the end allowed.
    fn types_between(&mut self, open: char, close: char) -> Option<Vec<TypeKind>> {
        self.take(open)?;
        let mut types = Vec::new();
        while !self.is_next(close) {
            types.push(self.ty()?);
            if !self.is_next(close) {
                self.take(',')?;
            }
        }
        self.take(close)?;
        Some(types)
    }

    /// A type, and the axes that make it an array's.
    fn ty(&mut self) -> Option<TypeKind> {
        let mut kind = self.plain()?;
        while self.is_next('[') {
            let axes = self.axes()?;
            // The name of the element may be unknown; the form is right all the same.
            let element = match kind.ty(self.types).and_then(Element::of) {
                None if self.unknown.is_some() => Element::Bool,
                element => element?,
            };
            kind = TypeKind::Array(array_of_axes(element, &axes)?);
        }
        Some(kind)
    }

    /// `[:, ::1]`: whether each axis is contiguous.
    fn axes(&mut self) -> Option<Vec<bool>> {
        self.take('[')?;
        let mut axes = Vec::new();
        while !self.is_next(']') {
            self.take(':')?;
            let is_contiguous = self.take(':').is_some();
            if is_contiguous {
                self.take('1')?;
            }
            axes.push(is_contiguous);
            if !self.is_next(']') {
                self.take(',')?;
            }
        }
        self.take(']')?;
        Some(axes)
    }

    /// A name, or a name with arguments.
    fn plain(&mut self) -> Option<TypeKind> {
        let mut name = self.name()?;
        if &self.text[name.start()..name.end()] == "types" && self.take('.').is_some() {
            name = self.name()?;
        }
        let text = &self.text[name.start()..name.end()];
        match text {
            "CPointer" => {
                self.take('(')?;
                let target = self.ty()?.c_type()?;
                self.take(')')?;
                Some(TypeKind::C(self.types.pointer_to(target)))
            }
            "UniTuple" => {
                self.take('(')?;
                let item = self.ty()?;
                let count = self.comma_number()?;
                self.take(')')?;
                Some(TypeKind::Tuple(vec![item; count]))
            }
            "Tuple" => {
                self.take('(')?;
                let (open, close) = if self.is_next('[') { ('[', ']') } else { ('(', ')') };
                let items = self.types_between(open, close)?;
                self.take(')')?;
                Some(TypeKind::Tuple(items))
            }
            "Optional" | "optional" => {
                self.take('(')?;
                let held = self.ty()?;
                self.take(')')?;
                let is_one = self.unknown.is_some() || held.is_optional_of(self.types);
                is_one.then(|| TypeKind::Optional(Box::new(held)))
            }
            "Array" => self.array(),
            text => match named(self.types, text) {
                Some(kind) => Some(kind),
                None => {
                    self.unknown.get_or_insert(name);
                    Some(TypeKind::C(self.types.void()))
                }
            },
        }
    }

    /// `(dtype, ndim, "C")`.
    fn array(&mut self) -> Option<TypeKind> {
        self.take('(')?;
        let element = self.ty()?;
        let element = element.ty(self.types).and_then(Element::of)?;
        let rank = u8::try_from(self.comma_number()?).ok()?;
        self.take(',')?;
        let quote = if self.is_next('"') { '"' } else { '\'' };
        self.take(quote)?;
        let name = self.name()?;
        let order = match &self.text[name.start()..name.end()] {
            "C" => Order::C,
            "F" => Order::F,
            "A" => Order::Any,
            _ => return None,
        };
        self.take(quote)?;
        self.take(')')?;
        Some(TypeKind::Array(ArrayTy::new(element, rank, order)))
    }

    /// `, 3`: small, since a type is made of it.
    fn comma_number(&mut self) -> Option<usize> {
        self.take(',')?;
        let name = self.name()?;
        self.text[name.start()..name.end()].parse().ok().filter(|count| *count <= 1000)
    }

    fn name(&mut self) -> Option<Span> {
        self.skip_blanks();
        let rest = &self.text[self.at..];
        let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        let span = Span::new(self.at, self.at + length);
        self.at = span.end();
        (length > 0).then_some(span)
    }

    fn take(&mut self, sign: char) -> Option<()> {
        self.is_next(sign).then(|| self.at += sign.len_utf8())
    }

    fn is_next(&mut self, sign: char) -> bool {
        self.skip_blanks();
        self.text[self.at..].starts_with(sign)
    }

    fn skip_blanks(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }
}
