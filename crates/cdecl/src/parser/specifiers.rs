//! The words before a declarator: storage, qualifiers, and the type in any order of its words.

use ctype::{FloatType, IntType, Qualifiers};
use diagnostic::Id;
use source::Span;

use crate::parser::{Abort, Parse, Parser};
use crate::syntax::{Attributes, Specifiers, Storage, TypeSpecifier};
use crate::token::{Keyword, TokenKind};

/// How often each word of a type was read.
#[derive(Default)]
struct Words {
    char: u8,
    short: u8,
    int: u8,
    int128: u8,
    long: u8,
    float: u8,
    double: u8,
    signed: u8,
    unsigned: u8,
    complex: u8,
    bool: u8,
    void: u8,
}

impl Words {
    /// The count of a word of a type.
    fn count(&mut self, keyword: Keyword) -> Option<&mut u8> {
        match keyword {
            Keyword::Char => Some(&mut self.char),
            Keyword::Short => Some(&mut self.short),
            Keyword::Int => Some(&mut self.int),
            Keyword::Int128 => Some(&mut self.int128),
            Keyword::Long => Some(&mut self.long),
            Keyword::Float => Some(&mut self.float),
            Keyword::Double => Some(&mut self.double),
            Keyword::Signed => Some(&mut self.signed),
            Keyword::Unsigned => Some(&mut self.unsigned),
            Keyword::Complex => Some(&mut self.complex),
            Keyword::Bool => Some(&mut self.bool),
            Keyword::Void => Some(&mut self.void),
            Keyword::Alignas
            | Keyword::Alignof
            | Keyword::Asm
            | Keyword::Atomic
            | Keyword::Attribute
            | Keyword::Auto
            | Keyword::CallingConvention
            | Keyword::Const
            | Keyword::Enum
            | Keyword::Extension
            | Keyword::Extern
            | Keyword::Generic
            | Keyword::Imaginary
            | Keyword::Inline
            | Keyword::Noreturn
            | Keyword::Register
            | Keyword::Restrict
            | Keyword::Sizeof
            | Keyword::Static
            | Keyword::StaticAssert
            | Keyword::Struct
            | Keyword::ThreadLocal
            | Keyword::Typedef
            | Keyword::Typeof
            | Keyword::Union
            | Keyword::Volatile => None,
        }
    }

    /// The type that the words name together: C11, section 6.7.2.
    fn combine(&self) -> Option<TypeSpecifier> {
        use TypeSpecifier::{Complex, Float, Int};
        let sign = match (self.signed, self.unsigned) {
            (0, 0) => None,
            (1, 0) => Some(true),
            (0, 1) => Some(false),
            _ => return None,
        };
        let is_unsigned = sign == Some(false);
        let pick = |signed, unsigned| Int(if is_unsigned { unsigned } else { signed });
        let float = [self.float, self.double, self.complex];
        let size = [self.char, self.short, self.int, self.int128, self.long];
        match (size, float, [self.bool, self.void], sign) {
            ([0, 0, 0, 0, 0], [0, 0, 0], [1, 0], None) => Some(TypeSpecifier::Bool),
            ([0, 0, 0, 0, 0], [0, 0, 0], [0, 1], None) => Some(TypeSpecifier::Void),
            ([0, 0, 0, 0, 0], [1, 0, 0], [0, 0], None) => Some(Float(FloatType::Float)),
            ([0, 0, 0, 0, 0], [0, 1, 0], [0, 0], None) => Some(Float(FloatType::Double)),
            ([0, 0, 0, 0, 1], [0, 1, 0], [0, 0], None) => Some(Float(FloatType::LongDouble)),
            ([0, 0, 0, 0, 0], [1, 0, 1], [0, 0], None) => Some(Complex(FloatType::Float)),
            ([0, 0, 0, 0, 0], [0, 0 | 1, 1], [0, 0], None) => Some(Complex(FloatType::Double)),
            ([0, 0, 0, 0, 1], [0, 1, 1], [0, 0], None) => Some(Complex(FloatType::LongDouble)),
            ([1, 0, 0, 0, 0], [0, 0, 0], [0, 0], None) => Some(Int(IntType::Char)),
            ([1, 0, 0, 0, 0], [0, 0, 0], [0, 0], _) => Some(pick(IntType::SChar, IntType::UChar)),
            ([0, 1, 0 | 1, 0, 0], [0, 0, 0], [0, 0], _) => Some(pick(IntType::Short, IntType::UShort)),
            ([0, 0, 0, 1, 0], [0, 0, 0], [0, 0], _) => Some(pick(IntType::Int128, IntType::UInt128)),
            ([0, 0, 0 | 1, 0, 1], [0, 0, 0], [0, 0], _) => Some(pick(IntType::Long, IntType::ULong)),
            ([0, 0, 0 | 1, 0, 2], [0, 0, 0], [0, 0], _) => Some(pick(IntType::LongLong, IntType::ULongLong)),
            ([0, 0, 1, 0, 0], [0, 0, 0], [0, 0], _) | ([0, 0, 0, 0, 0], [0, 0, 0], [0, 0], Some(_)) => {
                Some(pick(IntType::Int, IntType::UInt))
            }
            _ => None,
        }
    }
}

/// What has been read of the specifiers.
#[derive(Default)]
struct Reading {
    storage: Option<Storage>,
    words: Words,
    /// The first word of a type and the last.
    words_span: Option<Span>,
    ty: Option<TypeSpecifier>,
    qualifiers: Qualifiers,
    attributes: Attributes,
}

impl Parser<'_> {
    /// Storage and type.
    pub(super) fn declaration_specifiers(&mut self) -> Parse<(Storage, Specifiers)> {
        let start = self.at;
        let mut reading = Reading::default();
        while self.specifier(&mut reading)? {}
        let span = self.span_from(start);
        let ty = match (reading.ty, reading.words_span) {
            (Some(ty), None) => ty,
            (None, Some(words)) => self.combine(&reading.words, words)?,
            (Some(_), Some(words)) => {
                self.error(Id::CSyntax, "two types in one declaration", words).primary.text =
                    "expected no other type here".to_owned();
                return Err(Abort);
            }
            (None, None) => return Err(self.unexpected("a type")),
        };
        let storage = reading.storage.unwrap_or(Storage::Plain);
        Ok((storage, Specifiers { span, ty, qualifiers: reading.qualifiers, attributes: reading.attributes }))
    }

    /// The type of a member, parameter or type name, which has no storage but `register`.
    pub(super) fn type_specifiers(&mut self) -> Parse<Specifiers> {
        let start = self.token().span;
        let (storage, specifiers) = self.declaration_specifiers()?;
        if storage == Storage::Plain {
            return Ok(specifiers);
        }
        self.error(Id::CSyntax, "a storage class where only a type can be", start).primary.text =
            "expected a type".to_owned();
        Err(Abort)
    }

    fn combine(&mut self, words: &Words, span: Span) -> Parse<TypeSpecifier> {
        if let Some(ty) = words.combine() {
            return Ok(ty);
        }
        let shown = self.source_text(span).split_whitespace().collect::<Vec<_>>().join(" ");
        self.error(Id::CSyntax, format!("`{shown}` is not a type"), span).primary.text =
            "these words do not go together".to_owned();
        Err(Abort)
    }

    /// Reads one specifier, if the present token is one.
    fn specifier(&mut self, reading: &mut Reading) -> Parse<bool> {
        let token = self.token();
        let has_type = reading.ty.is_some() || reading.words_span.is_some();
        match token.kind {
            TokenKind::Name if !has_type => {
                self.at += 1;
                reading.ty = Some(TypeSpecifier::Named(token.span));
                Ok(true)
            }
            TokenKind::Keyword(keyword) => match reading.words.count(keyword) {
                Some(count) => {
                    *count += 1;
                    let first = reading.words_span.unwrap_or(token.span);
                    reading.words_span = Some(first.to(token.span));
                    self.at += 1;
                    // More than any type has; counting on could overflow.
                    if *count > 3 {
                        self.combine(&reading.words, first.to(token.span)).map(|_| true)
                    } else {
                        Ok(true)
                    }
                }
                None => self.keyword_specifier(keyword, reading),
            },
            TokenKind::Name
            | TokenKind::Number
            | TokenKind::Character
            | TokenKind::Text
            | TokenKind::Sign(_)
            | TokenKind::Stray
            | TokenKind::End => Ok(false),
        }
    }

    fn keyword_specifier(&mut self, keyword: Keyword, reading: &mut Reading) -> Parse<bool> {
        let token = self.token();
        match keyword {
            Keyword::Typedef | Keyword::Extern | Keyword::Static => {
                self.at += 1;
                self.storage(keyword, token.span, &mut reading.storage)?;
            }
            Keyword::Const | Keyword::Volatile | Keyword::Restrict => {
                reading.qualifiers = reading.qualifiers.union(self.qualifiers());
            }
            Keyword::Auto
            | Keyword::CallingConvention
            | Keyword::Extension
            | Keyword::Inline
            | Keyword::Noreturn
            | Keyword::Register
            | Keyword::ThreadLocal => self.at += 1,
            Keyword::Attribute | Keyword::Alignas => self.attribute(&mut reading.attributes)?,
            Keyword::Struct | Keyword::Union | Keyword::Enum => {
                if reading.ty.is_some() {
                    return Err(self.unexpected("`;` or a name"));
                }
                let is_enum = keyword == Keyword::Enum;
                reading.ty = Some(self.nested(|parser| {
                    if is_enum {
                        parser.enum_specifier().map(|spec| TypeSpecifier::Enum(Box::new(spec)))
                    } else {
                        parser.record_specifier().map(|spec| TypeSpecifier::Record(Box::new(spec)))
                    }
                })?);
            }
            Keyword::Atomic | Keyword::Imaginary | Keyword::Typeof => {
                let title = format!("`{}` is not supported", self.source_text(token.span));
                self.error(Id::UnsupportedDeclaration, title, token.span);
                return Err(Abort);
            }
            Keyword::Alignof
            | Keyword::Asm
            | Keyword::Bool
            | Keyword::Char
            | Keyword::Complex
            | Keyword::Double
            | Keyword::Float
            | Keyword::Generic
            | Keyword::Int
            | Keyword::Int128
            | Keyword::Long
            | Keyword::Short
            | Keyword::Signed
            | Keyword::Sizeof
            | Keyword::StaticAssert
            | Keyword::Unsigned
            | Keyword::Void => return Ok(false),
        }
        Ok(true)
    }

    fn storage(&mut self, keyword: Keyword, span: Span, storage: &mut Option<Storage>) -> Parse<()> {
        let asked = match keyword {
            Keyword::Typedef => Storage::Typedef,
            Keyword::Static => Storage::Static,
            _ => Storage::Extern,
        };
        if self.peek() == TokenKind::Text {
            let title = format!("`extern {}` is not supported", self.source_text(self.token().span));
            let diagnostic = self.error(Id::UnsupportedDeclaration, title, span.to(self.token().span));
            diagnostic.notes.push(
                "functions that Python implements need a compiled module, and none is made here".to_owned(),
            );
            return Err(Abort);
        }
        if storage.is_some_and(|before| before != asked) {
            self.error(Id::CSyntax, "two storage classes in one declaration", span);
            return Err(Abort);
        }
        *storage = Some(asked);
        Ok(())
    }

    /// Any number of `const`, `volatile` and `restrict`.
    pub(super) fn qualifiers(&mut self) -> Qualifiers {
        let mut qualifiers = Qualifiers::NONE;
        loop {
            if self.eat_keyword(Keyword::Const) {
                qualifiers.is_const = true;
            } else if self.eat_keyword(Keyword::Volatile) {
                qualifiers.is_volatile = true;
            } else if self.eat_keyword(Keyword::Restrict) {
                qualifiers.is_restrict = true;
            } else {
                return qualifiers;
            }
        }
    }
}
