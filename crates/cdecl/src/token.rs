//! Tokens of C: what a word or sign is, and which bytes it takes.

use source::Span;

/// One token.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) span: Span,
}

/// What a token is; its text is in the source.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum TokenKind {
    Name,
    /// A constant that starts with a digit.
    Number,
    /// `'a'`, with the prefix if it has one.
    Character,
    /// `"text"`, with the prefix if it has one.
    Text,
    Keyword(Keyword),
    Sign(Sign),
    /// A byte that C has no use for.
    Stray,
    /// After the last token.
    End,
}

/// Defines [`Keyword`] from one table: variant, its spellings, the usual one first.
macro_rules! keywords {
    ($($variant:ident $spelling:literal $($other:literal)*;)*) => {
        /// A reserved word.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(crate) enum Keyword {
            $($variant,)*
        }

        impl Keyword {
            /// The keyword that a word is, if it is one.
            pub(crate) fn from_word(word: &str) -> Option<Self> {
                match word {
                    $($spelling $(| $other)* => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

keywords! {
    Alignas "_Alignas" "alignas";
    Alignof "_Alignof" "alignof" "__alignof__" "__alignof";
    Asm "__asm__" "__asm" "asm";
    Atomic "_Atomic";
    Attribute "__attribute__" "__attribute";
    Auto "auto";
    Bool "_Bool";
    CallingConvention "__cdecl" "__stdcall" "_cdecl" "_stdcall" "WINAPI" "__fastcall";
    Char "char";
    Complex "_Complex" "__complex__" "__complex";
    Const "const" "__const" "__const__";
    Double "double";
    Enum "enum";
    Extension "__extension__";
    Extern "extern";
    Float "float";
    Generic "_Generic";
    Imaginary "_Imaginary";
    Inline "inline" "__inline" "__inline__";
    Int "int";
    Int128 "__int128" "__int128__";
    Long "long";
    Noreturn "_Noreturn" "noreturn";
    Register "register";
    Restrict "restrict" "__restrict" "__restrict__";
    Short "short";
    Signed "signed" "__signed" "__signed__";
    Sizeof "sizeof";
    Static "static";
    StaticAssert "_Static_assert" "static_assert";
    Struct "struct";
    ThreadLocal "_Thread_local" "__thread";
    Typedef "typedef";
    Typeof "typeof" "__typeof__" "__typeof";
    Union "union";
    Unsigned "unsigned";
    Void "void";
    Volatile "volatile" "__volatile" "__volatile__";
}

/// Defines [`Sign`] from one table: variant and text. A sign stands before every one that it
/// starts with.
macro_rules! signs {
    ($($variant:ident $text:literal)*) => {
        /// A punctuator.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(crate) enum Sign {
            $($variant,)*
        }

        impl Sign {
            /// The longest sign that `text` starts with.
            pub(crate) fn longest(text: &[u8]) -> Option<Self> {
                $(if text.starts_with($text.as_bytes()) {
                    return Some(Self::$variant);
                })*
                None
            }

            /// How it is written.
            pub(crate) const fn text(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }
        }
    };
}

signs! {
    Ellipsis "..."
    ShiftLeft "<<"
    ShiftRight ">>"
    LessEqual "<="
    GreaterEqual ">="
    EqualEqual "=="
    NotEqual "!="
    AndAnd "&&"
    OrOr "||"
    Arrow "->"
    LeftParen "("
    RightParen ")"
    LeftBracket "["
    RightBracket "]"
    LeftBrace "{"
    RightBrace "}"
    Comma ","
    Semicolon ";"
    Colon ":"
    Question "?"
    Equal "="
    Star "*"
    Plus "+"
    Minus "-"
    Slash "/"
    Percent "%"
    Less "<"
    Greater ">"
    And "&"
    Or "|"
    Caret "^"
    Tilde "~"
    Not "!"
    Dot "."
    Hash "#"
}
