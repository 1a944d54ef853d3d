//! Operations. Operands and results have the types that each comment says; the verifier holds
//! them to it.

use ctype::TypeId;

use crate::{CFunctionId, ExceptionId, FuncId, PrintId, RaiseSiteId, RuntimeFunction, SlotId, Ty, Value};

/// A constant of the result's type.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Const {
    /// `None`.
    Unit,
    /// A `bool`.
    Bool(bool),
    /// An integer that fits the result's type; also a pointer of that address.
    Int(i128),
    /// A float; rounded to the result's type.
    Float(f64),
    /// A complex number, by parts.
    Complex(f64, f64),
}

/// `T -> T` unless said otherwise.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum UnaryOp {
    /// Integers wrap; floats flip the sign; complex numbers by parts.
    Neg,
    /// All bits of an integer; the other truth value.
    Not,
    /// Magnitude of an integer (wraps) or float; of a complex number, a float by `hypot`.
    Abs,
    /// The real part of a complex number, a float.
    Real,
    /// The imaginary part, a float.
    Imag,
    /// The conjugate of a complex number.
    Conj,
}

/// `(T, T) -> T`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BinaryOp {
    /// Integers wrap.
    Add,
    /// Integers wrap.
    Sub,
    /// Integers wrap.
    Mul,
    /// Floats and complex numbers; the divisor may be zero: IEEE 754 says what comes out. Complex
    /// division scales as CPython's does.
    Div,
    /// Integers: towards negative infinity, the divisor is not zero, the lowest by -1 wraps.
    /// Floats: as Python's `//`, the divisor is not zero.
    FloorDiv,
    /// The remainder with the divisor's sign; otherwise as `FloorDiv`.
    FloorMod,
    /// Floats and complex numbers as C's `pow` and `cpow`; integers wrap and the exponent is not
    /// negative.
    Pow,
    /// Integers and `bool`.
    And,
    /// Integers and `bool`.
    Or,
    /// Integers and `bool`.
    Xor,
    /// Integers; a count of the width or more gives zero, the count is not negative.
    Shl,
    /// Integers, arithmetic for signed ones; a count of the width or more gives all sign bits.
    Shr,
    /// The smaller; the first where neither is (so a NaN that comes first stays).
    Min,
    /// The larger; the first where neither is.
    Max,
}

/// `(T, T) -> bool`. Floats are ordered: every comparison with a NaN is false but `Ne`. Complex
/// numbers have only `Eq` and `Ne`; pointers compare as addresses.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Comparison {
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
}

/// Defines [`Intrinsic`] from one table: variant, text, how many operands.
macro_rules! intrinsics {
    ($($variant:ident $text:literal $arity:literal $doc:literal)*) => {
        /// A function of the C mathematics library, or one that LLVM knows as such. Operands and
        /// result are one float or complex type unless said otherwise.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Intrinsic {
            $(#[doc = $doc] $variant,)*
        }

        impl Intrinsic {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Its name in the text of the IR.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }

            /// How many operands it takes.
            pub const fn arity(self) -> usize {
                match self {
                    $(Self::$variant => $arity,)*
                }
            }
        }
    };
}

/// Gives operators their names in the text of the IR.
macro_rules! named {
    ($name:ident { $($variant:ident $text:literal)* }) => {
        impl $name {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Its name in the text of the IR.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }
        }
    };
}

named! {
    UnaryOp { Neg "neg" Not "not" Abs "abs" Real "real" Imag "imag" Conj "conj" }
}

named! {
    BinaryOp {
        Add "add" Sub "sub" Mul "mul" Div "div" FloorDiv "floordiv" FloorMod "floormod" Pow "pow" And "and"
        Or "or" Xor "xor" Shl "shl" Shr "shr" Min "min" Max "max"
    }
}

named! {
    Comparison { Eq "eq" Ne "ne" Lt "lt" Le "le" Gt "gt" Ge "ge" }
}

intrinsics! {
    Acos "acos" 1 "Also complex."
    Acosh "acosh" 1 "Also complex."
    Asin "asin" 1 "Also complex."
    Asinh "asinh" 1 "Also complex."
    Atan "atan" 1 "Also complex."
    Atanh "atanh" 1 "Also complex."
    Cos "cos" 1 "Also complex."
    Cosh "cosh" 1 "Also complex."
    Exp "exp" 1 "Also complex."
    Log "log" 1 "Also complex."
    Sin "sin" 1 "Also complex."
    Sinh "sinh" 1 "Also complex."
    Sqrt "sqrt" 1 "Also complex."
    Tan "tan" 1 "Also complex."
    Tanh "tanh" 1 "Also complex."
    Cbrt "cbrt" 1 "The cube root."
    Ceil "ceil" 1 "Up to an integral float."
    Erf "erf" 1 "The error function."
    Erfc "erfc" 1 "One minus the error function."
    Exp2 "exp2" 1 "Two to the power."
    Expm1 "expm1" 1 "`exp(x) - 1`."
    Floor "floor" 1 "Down to an integral float."
    Gamma "gamma" 1 "The gamma function: C's `tgamma`."
    Lgamma "lgamma" 1 "The logarithm of its magnitude."
    Log10 "log10" 1 "To base ten."
    Log1p "log1p" 1 "`log(1 + x)`."
    Log2 "log2" 1 "To base two."
    RoundEven "round_even" 1 "To the nearest integral float, halves to even."
    Trunc "trunc" 1 "Towards zero to an integral float."
    Atan2 "atan2" 2 "The angle of a point (y, x)."
    CopySign "copysign" 2 "The first's magnitude with the second's sign."
    Fmod "fmod" 2 "The remainder with the dividend's sign."
    Hypot "hypot" 2 "The length of (x, y)."
    NextAfter "nextafter" 2 "The neighbour of the first towards the second."
    Remainder "remainder" 2 "The IEEE remainder."
    Fma "fma" 3 "`x * y + z`, rounded once."
    IsNan "isnan" 1 "To `bool`. Also complex: either part."
    IsInf "isinf" 1 "To `bool`. Also complex: either part."
    IsFinite "isfinite" 1 "To `bool`. Also complex: both parts."
    SignBit "signbit" 1 "To `bool`."
    FrexpMantissa "frexp_mantissa" 1 "The first of `frexp`."
    FrexpExponent "frexp_exponent" 1 "The second of `frexp`, an `i64`."
    Ldexp "ldexp" 2 "A float times two to an `i64`."
}

impl Intrinsic {
    /// The type of its result for a first operand of this type.
    pub const fn result(self, operand: Ty) -> Ty {
        if matches!(self, Self::IsNan | Self::IsInf | Self::IsFinite | Self::SignBit) {
            Ty::Bool
        } else if matches!(self, Self::FrexpExponent) {
            Ty::I64
        } else {
            operand
        }
    }

    /// Whether its operands may be complex.
    pub const fn takes_complex(self) -> bool {
        matches!(
            self,
            Self::Acos
                | Self::Acosh
                | Self::Asin
                | Self::Asinh
                | Self::Atan
                | Self::Atanh
                | Self::Cos
                | Self::Cosh
                | Self::Exp
                | Self::Log
                | Self::Sin
                | Self::Sinh
                | Self::Sqrt
                | Self::Tan
                | Self::Tanh
                | Self::IsNan
                | Self::IsInf
                | Self::IsFinite
        )
    }
}

/// What becomes of an error inside of its function. An error that was taken is an `i64` of the host's, which goes
/// away with `Drop` or with [`crate::Terminator::Reraise`].
#[derive(Clone, PartialEq, Debug)]
pub enum ErrorOp {
    /// Whether the last caught call before it in the block failed, a `bool`.
    Failed,
    /// The thread has the error of this site with these values. No result.
    Set(RaiseSiteId, Vec<Value>),
    /// The error that the thread has, which it no longer has then.
    Take,
    /// Whether an error that was taken is of this class, a `bool`.
    Is(Value, ExceptionId),
    /// The same error once more.
    Copy(Value),
    /// Forgets an error that was taken. No result.
    Drop(Value),
}

/// What an instruction does.
#[derive(Clone, PartialEq, Debug)]
pub enum Op {
    /// A constant.
    Const(Const),
    /// One operand.
    Unary(UnaryOp, Value),
    /// Two operands of the result's type.
    Binary(BinaryOp, Value, Value),
    /// Two operands of one type to a `bool`.
    Compare(Comparison, Value, Value),
    /// A number or `bool` to the number type of the result. Integers wrap; a float becomes the integer
    /// towards zero, saturated, NaN to zero; a number becomes the real part. Also a pointer to
    /// another pointer type, and between pointers and 64-bit integers.
    Convert(Value),
    /// `(bool, T, T) -> T`: the second where the first is true, else the third; both are computed.
    Select(Value, Value, Value),
    /// A function of mathematics.
    Intrinsic(Intrinsic, Vec<Value>),
    /// Another function of the program. Where it raises, the caller returns the error at once.
    Call(FuncId, Vec<Value>),
    /// A C function, with the C ABI. If it can come back into Python code, what is pending after it
    /// is returned as an error at once. A record result is a slot of its own.
    CallC(CFunctionId, Vec<Value>),
    /// A C function through a pointer to function of this C function type.
    CallPointer(Value, TypeId, Vec<Value>),
    /// A function of the runtime, with what its table says.
    CallRuntime(RuntimeFunction, Vec<Value>),
    /// Prints values, through the host. Where that raises, the caller returns the error at once. No result.
    Print(PrintId, Vec<Value>),
    /// The address of a slot: a record reference, or a pointer to a scalar.
    SlotAddress(SlotId),
    /// Reads what the pointer points to; the result's type says what.
    Load(Value),
    /// Writes the second operand where the first points. No result.
    Store(Value, Value),
    /// A pointer and an `i64`: the pointer moved by so many elements.
    Offset(Value, Value),
    /// A record reference or a pointer, moved by so many bytes, as the result's type: a pointer to
    /// a field, or the reference of a nested record.
    FieldAddress(Value, u64),
    /// Reads a bit-field of the record: byte offset of its unit, lowest bit, width.
    LoadBits {
        /// The record.
        record: Value,
        /// Where the field's storage starts.
        offset: u64,
        /// The lowest bit of the field there.
        start: u32,
        /// How many bits.
        width: u32,
    },
    /// Writes a bit-field of the record, other bits untouched. No result.
    StoreBits {
        /// The record.
        record: Value,
        /// The integer whose low bits are written.
        value: Value,
        /// Where the field's storage starts.
        offset: u64,
        /// The lowest bit of the field there.
        start: u32,
        /// How many bits.
        width: u32,
    },
    /// Copies the record of the second reference over that of the first. No result.
    CopyRecord(Value, Value),
    /// A tuple of these.
    Tuple(Vec<Value>),
    /// An item of a tuple.
    Item(Value, u32),
    /// An array over memory that is there.
    View {
        /// The array that keeps the memory alive; without one that is not this program's concern.
        owner: Option<Value>,
        /// A pointer to the first element.
        data: Value,
        /// The length of each axis, `i64`, none negative.
        dims: Vec<Value>,
        /// The bytes from one element to the next along each axis, `i64`; none where the order of the
        /// result's type says them.
        strides: Vec<Value>,
    },
    /// A new array, in C's or Fortran's order. Its data is null where there is no memory for it.
    Allocate {
        /// The length of each axis, `i64`, none negative.
        dims: Vec<Value>,
        /// Whether the elements are zero; else they are what was there.
        is_zeroed: bool,
    },
    /// The length of an array's axis, an `i64`.
    Dim(Value, u8),
    /// The bytes from one element of an array to the next along an axis, an `i64`.
    Stride(Value, u8),
    /// The pointer to an array's first element.
    Data(Value),
    /// An `i64` as an index of an array's axis: a negative one counts from the end. Where there is a
    /// site, one outside of the array raises there; the values are the index, the length of the axis and all lengths.
    Index {
        /// The array.
        array: Value,
        /// Which axis.
        axis: u8,
        /// The index as it was given.
        index: Value,
        /// Who raises.
        site: Option<RaiseSiteId>,
    },
    /// Reads the element at indices that are in range; not of an array of records.
    LoadElement(Value, Vec<Value>),
    /// Writes the value to the element at indices that are in range; not of an array of records. No
    /// result.
    StoreElement(Value, Vec<Value>, Value),
    /// Where the element at these indices is: a pointer, or the reference of a record.
    ElementAddress(Value, Vec<Value>),
    /// One more holds the memory that the value keeps alive. No result.
    Retain(Value),
    /// One less holds it; with the last it is freed. No result.
    Release(Value),
    /// So many rounds of a loop, an `i64`, are about to be run: where many were, the function looks whether it is
    /// interrupted, and then returns that error. No result.
    Poll(Value),
    /// Something about the error of an instruction that is caught.
    Error(ErrorOp),
}
