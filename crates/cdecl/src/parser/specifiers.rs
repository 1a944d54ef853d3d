//! The words before a declarator: storage, qualifiers, and the type in any order of its words.

use ctype::Qualifiers;
use diagnostic::{Diagnostic, Id, Label};
use source::Span;

use crate::parser::type_words::{combine, sized_float};
use crate::parser::{Abort, Parse, Parser};
use crate::syntax::{Attributes, Specifiers, Storage, TypeSpecifier};
use crate::token::{Keyword, Sign, TokenKind, TypeWord};

/// What has been read of the specifiers.
#[derive(Default)]
struct Reading {
    storage: Option<Storage>,
    words: Vec<TypeWord>,
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
                let title = "two types in one declaration";
                return Err(self.error(Id::CSyntax, title, words, "expected no other type here"));
            }
            (None, None) if reading.storage == Some(Storage::Typedef) && self.at_sign(Sign::Ellipsis) => {
                self.at += 1;
                TypeSpecifier::Opaque
            }
            (None, None) if self.at_sign(Sign::Ellipsis) => {
                return Err(self.partial("a type is left to a compiler".to_owned(), "expected a type"));
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
        let title = "a storage class where only a type can be";
        Err(self.error(Id::CSyntax, title, start, "expected a type"))
    }

    fn combine(&mut self, words: &[TypeWord], span: Span) -> Parse<TypeSpecifier> {
        if let Some(ty) = combine(words) {
            return Ok(ty);
        }
        let shown = self.source_text(span).split_whitespace().collect::<Vec<_>>().join(" ");
        let title = format!("`{shown}` is not a type");
        Err(self.error(Id::CSyntax, title, span, "these words do not go together"))
    }

    /// Reads one specifier, if the present token is one.
    fn specifier(&mut self, reading: &mut Reading) -> Parse<bool> {
        let token = self.token();
        if let TokenKind::Keyword(keyword) = token.kind {
            return self.keyword_specifier(keyword, reading);
        }
        if let TokenKind::TypeWord(word) = token.kind {
            if is_whole(reading) {
                return Ok(false);
            }
            let first = reading.words_span.unwrap_or(token.span);
            reading.words_span = Some(first.to(token.span));
            reading.words.push(word);
        } else if token.kind == TokenKind::Name
            && reading.ty.is_none()
            && matches!(reading.words.as_slice(), [] | [TypeWord::Complex])
            && let Some(words) = sized_float(self.source_text(token.span))
        {
            reading.words_span = Some(reading.words_span.unwrap_or(token.span).to(token.span));
            reading.words.extend_from_slice(words);
        } else if token.kind == TokenKind::Name && reading.ty.is_none() && reading.words.is_empty() {
            reading.ty = Some(TypeSpecifier::Named(token.span));
        } else {
            return Ok(false);
        }
        self.at += 1;
        Ok(true)
    }

    fn keyword_specifier(&mut self, keyword: Keyword, reading: &mut Reading) -> Parse<bool> {
        let token = self.token();
        match keyword {
            Keyword::Typedef => self.storage(Storage::Typedef, reading)?,
            Keyword::Extern => self.storage(Storage::Extern, reading)?,
            Keyword::Static => self.storage(Storage::Static, reading)?,
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
                if is_whole(reading) {
                    return Ok(false);
                }
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
            Keyword::Typeof => {
                if is_whole(reading) {
                    return Ok(false);
                }
                reading.ty = Some(self.nested(Self::typeof_specifier)?);
            }
            Keyword::Atomic | Keyword::Imaginary | Keyword::OtherFloat => {
                let title = format!("`{}` is not supported", self.source_text(token.span));
                return Err(self.error(
                    Id::UnsupportedDeclaration,
                    title,
                    token.span,
                    "expected another type",
                ));
            }
            Keyword::Alignof | Keyword::Asm | Keyword::Generic | Keyword::Sizeof | Keyword::StaticAssert => {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// `typeof(type)` or `typeof(expression)`.
    fn typeof_specifier(&mut self) -> Parse<TypeSpecifier> {
        self.at += 1;
        self.expect(Sign::LeftParen)?;
        let ty = if self.starts_type() {
            TypeSpecifier::TypeofType(Box::new(self.type_name()?))
        } else {
            TypeSpecifier::TypeofExpr(Box::new(self.expression()?))
        };
        self.expect(Sign::RightParen)?;
        Ok(ty)
    }

    fn storage(&mut self, asked: Storage, reading: &mut Reading) -> Parse<()> {
        let span = self.token().span;
        self.at += 1;
        if self.peek() == TokenKind::Text {
            return Err(self.linkage(span.to(self.token().span)));
        }
        if reading.storage.is_some_and(|before| before != asked) {
            let title = "two storage classes in one declaration";
            return Err(self.error(Id::CSyntax, title, span, "expected a type"));
        }
        reading.storage = Some(asked);
        Ok(())
    }

    /// Reports `extern "C"` and `extern "Python"`.
    fn linkage(&mut self, span: Span) -> Abort {
        let title = format!("`{}` is not supported", self.source_text(span));
        let label = Label::new(self.source, span, "expected a declaration of C");
        self.report(
            Diagnostic::error(Id::UnsupportedDeclaration, title, label)
                .with_note("functions that Python implements need a compiled module, and none is made here"),
        )
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

/// Whether a struct, union or enum was read, after which another type starts the next declaration.
fn is_whole(reading: &Reading) -> bool {
    matches!(reading.ty, Some(TypeSpecifier::Record(_) | TypeSpecifier::Enum(_)))
}
