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
    CLeftOut "c-left-out" "A declaration of a header needs what is not supported, and is left out."
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
    IntegerTooLarge "integer-too-large" "An integer literal does not fit 64 bits."
    PySyntax "py-syntax" "The text of the function is not Python."
    UnsupportedAsync "unsupported-async" "Compiled code cannot be asynchronous."
    UnsupportedClass "unsupported-class" "Compiled code cannot define classes or types."
    UnsupportedComprehension "unsupported-comprehension" "Compiled code has no comprehensions yet."
    UnsupportedContainer "unsupported-container" "Compiled code has no lists, dicts and sets yet."
    UnsupportedDelete "unsupported-delete" "Compiled code cannot delete elements and attributes, nor names yet."
    UnsupportedEllipsis "unsupported-ellipsis" "Compiled code has `...` only as an index."
    UnsupportedException "unsupported-exception" "Compiled code can only raise an exception that it caught again."
    UnsupportedGenerator "unsupported-generator" "Compiled code cannot be a generator yet."
    UnsupportedGlobal "unsupported-global" "Compiled code takes globals and closure variables as constants."
    UnsupportedImport "unsupported-import" "Compiled code cannot import."
    UnsupportedMatch "unsupported-match" "Compiled code has no `match` yet."
    UnsupportedNestedFunction "unsupported-nested-function" "Compiled code cannot define functions yet."
    UnsupportedOperator "unsupported-operator" "Compiled code has no such operator."
    UnsupportedReraise "unsupported-reraise" "Compiled code raises exceptions by name, without a cause, and again only in their handler."
    UnsupportedSlice "unsupported-slice" "Compiled code has no slices yet."
    UnsupportedStar "unsupported-star" "Compiled code takes and passes arguments one by one."
    UnsupportedString "unsupported-string" "Compiled code has strings only as messages of exceptions."
    UnsupportedTry "unsupported-try" "Compiled code cannot catch exceptions yet."
    UnsupportedWith "unsupported-with" "Compiled code has no context managers yet."

    // Type inference (infer)
    CannotUnpack "cannot-unpack" "What is unpacked is not a tuple of as many items as there are targets."
    ConstTarget "const-target" "What C declares `const` is assigned to."
    MissingReturn "missing-return" "A function that has a result can end without one."
    NoImplementation "no-implementation" "No typing function that was registered for a function or method has an implementation for these arguments."
    NotAValue "not-a-value" "Something that exists only while compiling is used as a value."
    NotAnException "not-an-exception" "What is raised is not an exception class."
    NotAssignable "not-assignable" "What is assigned to has no memory."
    NotCallable "not-callable" "What is called is not a function."
    OpaquePointer "opaque-pointer" "A pointer to something of unknown size is indexed or moved."
    PathsDiffer "paths-differ" "A name or expression has types on different paths that no one type holds."
    ResultsDiffer "results-differ" "A function returns values that no one type holds."
    UnboundName "unbound-name" "A local name is read before anything is assigned to it."
    UnknownAttribute "unknown-attribute" "A module or value has no such attribute."
    UnknownField "unknown-field" "A struct has no field of that name."
    UnknownName "unknown-name" "A name is used that is bound nowhere."
    UnresolvedRecursion "unresolved-recursion" "A function that calls itself has no path that returns without."
    UnsupportedFunction "unsupported-function" "Compiled code cannot call this function yet."
    UnsupportedIterable "unsupported-iterable" "Compiled code does not loop over this."
    UnsupportedType "unsupported-type" "Compiled code cannot hold values of this C type."
    WrongArguments "wrong-arguments" "A function is called with arguments that it does not take."
    WrongOperand "wrong-operand" "An operator is used on types that it is not defined for."
    WrongResult "wrong-result" "A function returns what its signature does not allow."
    WrongSignature "wrong-signature" "A signature has not as many arguments as the function has parameters."
    WrongValue "wrong-value" "A value is assigned to memory or a C parameter of another type."

    // Functions and signatures as Python gives them (python)
    NoSource "no-source" "The source text of a function is not available."
    SignatureMismatch "signature-mismatch" "A signature does not fit the function that it is given for."
    SignatureMissing "signature-missing" "Neither a signature nor an annotation says what type an argument has."
    SignatureSyntax "signature-syntax" "A text is not a signature."
    SignatureType "signature-type" "A signature has a type that compiled code does not have."
    SourceChanged "source-changed" "The text of a function changed after the function was made."
}
