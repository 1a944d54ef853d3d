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
    /// A word that names a type, alone or with others.
    TypeWord(TypeWord),
    Sign(Sign),
    /// A byte that C has no use for.
    Stray,
    /// After the last token.
    End,
}

/// Defines an enum of words from one table: variant, its spellings, the usual one first.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident: $($(#[$word:meta])* $variant:ident $spelling:literal $($other:literal)*;)*) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        pub(crate) enum $name {
            $($(#[$word])* $variant,)*
        }

        impl $name {
            /// What a word is, if it is one of these.
            pub(crate) fn from_word(word: &str) -> Option<Self> {
                match word {
                    $($spelling $(| $other)* => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

words! {
    /// A word of the type specifiers that combine.
    TypeWord:
    Bool "_Bool";
    Char "char";
    Complex "_Complex" "__complex__" "__complex";
    Double "double";
    Float "float";
    Int "int";
    Int128 "__int128" "__int128__";
    Long "long";
    Short "short";
    Signed "signed" "__signed" "__signed__";
    Unsigned "unsigned";
    Void "void";
}

words! {
    /// Another reserved word.
    Keyword:
    Alignas "_Alignas";
    Alignof "_Alignof" "__alignof__" "__alignof";
    Asm "__asm__" "__asm" "asm";
    Atomic "_Atomic";
    Attribute "__attribute__" "__attribute";
    Auto "auto";
    CallingConvention "__cdecl" "__stdcall" "_cdecl" "_stdcall" "WINAPI" "__fastcall";
    Const "const" "__const" "__const__";
    Enum "enum";
    Extension "__extension__";
    Extern "extern";
    Generic "_Generic";
    Imaginary "_Imaginary";
    Inline "inline" "__inline" "__inline__";
    Noreturn "_Noreturn";
    Register "register";
    Restrict "restrict" "__restrict" "__restrict__";
    Sizeof "sizeof";
    Static "static";
    StaticAssert "_Static_assert";
    Struct "struct";
    ThreadLocal "_Thread_local" "__thread";
    Typedef "typedef";
    Typeof "typeof" "__typeof__" "__typeof";
    /// A floating type that no target here has.
    OtherFloat "_Float128" "__float128" "_Float16" "__bf16" "__fp16" "__ibm128" "_Decimal32" "_Decimal64"
        "_Decimal128";
    Union "union";
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
