//! Every diagnostic there is: an id and one sentence. The reference page is made from this table.

/// Defines [`Id`] and [`CATALOG`] from one table.
macro_rules! catalog {
    ($($variant:ident $text:literal $sentence:literal)*) => {
        /// Which diagnostic; its text is the kebab-case word that users see.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Id {
            $(#[doc = $sentence] $variant,)*
        }

        impl Id {
            /// The word that users see and case files name.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }

            /// What it means, in one sentence.
            pub const fn sentence(self) -> &'static str {
                match self {
                    $(Self::$variant => $sentence,)*
                }
            }
        }

        /// All ids, in the order of the table.
        pub const CATALOG: &[Id] = &[$(Id::$variant,)*];
    };
}

// By stage; within a stage by name.
catalog! {
    // C declarations (cdecl)
    CAlignment "c-alignment" "An alignment is not a power of two, or less than the type needs."
    CArrayLength "c-array-length" "The length of an array is negative."
    CBitField "c-bit-field" "A bit-field is wider than its type, or its type is not an integer's."
    CConflict "c-conflict" "A name is declared again as something else, or a function twice."
    CConstant "c-constant" "An expression is not an integer constant that its type can hold."
    CDirective "c-directive" "A line that starts with `#` is not one that declarations may have."
    CDuplicate "c-duplicate" "Two members or two parameters have one name."
    CIncompleteType "c-incomplete-type" "A type whose size is not known stands where one is needed."
    CInvalidType "c-invalid-type" "A type is built in a way that C does not have, as a function that returns an array."
    CNesting "c-nesting" "Parentheses, braces, operators or types lie too deeply inside each other."
    CNotAType "c-not-a-type" "A name that stands for something else is used as a type."
    CRedefinition "c-redefinition" "A struct, union or enum is defined twice."
    CStaticAssert "c-static-assert" "A `_Static_assert` does not hold."
    CSyntax "c-syntax" "The C text is not a declaration."
    CTooLarge "c-too-large" "A type is larger than an object can be."
    CUnknownName "c-unknown-name" "A constant is used that is not declared."
    CUnknownType "c-unknown-type" "A type is used that is not declared."
    UnsupportedDeclaration "unsupported-declaration" "A declaration of C has a form that is not supported."

    // Python source (pysyntax)
    PySyntax "py-syntax" "The text of the function is not Python."

    // Type inference (infer)
    UnknownName "unknown-name" "A name is used that is bound nowhere."
}
