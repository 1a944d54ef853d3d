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
    CSyntax "c-syntax" "The C text is not a declaration."

    // Python source (pysyntax)
    PySyntax "py-syntax" "The text of the function is not Python."

    // Type inference (infer)
    UnknownName "unknown-name" "A name is used that is bound nowhere."
}
