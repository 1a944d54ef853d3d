//! NumPy's elementwise functions: in which types each is computed, and what comes out.
//!
//! The types are those of `np.<name>.types` for the dtypes that compiled code has; where NumPy would
//! take `float16`, the next float is taken. A scalar of Python's own types is weak, as in NumPy 2: it
//! takes the type of the arrays unless it is of a higher kind.

use tir::{Element, FloatTy, IntTy, Ty};

use crate::promote;

/// An operand of an elementwise function.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operand {
    pub(crate) element: Element,
    /// Whether it is a scalar of `bool`, `int64`, `float64` or `complex128`, as Python's numbers are.
    pub(crate) is_weak: bool,
}

/// In which type the operands are taken, and what comes out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Loop {
    pub(crate) operands: Taken,
    pub(crate) result: Element,
}

/// As what the operands are taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Taken {
    pub(crate) first: Element,
    /// The second, where it is not taken as the first.
    pub(crate) second: Option<Element>,
}

impl Taken {
    /// As what the operand of this number is taken.
    pub(crate) fn of(self, index: usize) -> Element {
        match self.second {
            Some(second) if index == 1 => second,
            _ => self.first,
        }
    }
}

impl From<Element> for Taken {
    fn from(first: Element) -> Self {
        Self { first, second: None }
    }
}

/// How types follow from those of the operands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Rule {
    /// Any number; the operands' own type comes out.
    Number,
    /// Any number but `bool`.
    NotBool,
    /// A real number but `bool`, which is taken as `int8`.
    Division,
    /// The same, or a complex number.
    Power,
    /// `float64` or `complex128`.
    Double,
    /// A float or complex number.
    Float,
    /// A real float.
    RealFloat,
    /// A real float; integers stay as they are.
    Whole,
    /// A real float and an integer.
    Scaled,
    /// A float or complex number, or an integer as it is, and a count of digits.
    Rounded,
    /// A float or complex number; of integers `float64`.
    Divide,
    /// Integers and `bool`.
    Bits,
    /// Integers.
    Integer,
    /// Integers, to `uint8`.
    Count,
    /// Any two numbers, to `bool`.
    Compare,
    /// The truth of any number.
    Truth,
    /// A float or complex number, to `bool`.
    Predicate,
    /// A real float, to `bool`.
    Sign,
    /// A real float, to `int32`.
    Exponent,
    /// Any number; of complex ones the float comes out.
    Magnitude,
    /// The part of a number: a float of a complex one.
    Part,
    /// A float or complex number, to a float.
    Angle,
}

const RULES: &[(Rule, &str)] = &[
    (Rule::Number, "add multiply positive conjugate conj square reciprocal maximum minimum fmax fmin clip"),
    (Rule::NotBool, "subtract negative sign"),
    (Rule::Division, "floor_divide remainder mod fmod"),
    (Rule::Power, "power"),
    (Rule::Double, "float_power"),
    (
        Rule::Float,
        "exp exp2 expm1 log log2 log10 log1p sqrt sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh \
         arctanh rint",
    ),
    (
        Rule::RealFloat,
        "cbrt arctan2 hypot copysign nextafter fabs deg2rad radians rad2deg degrees logaddexp logaddexp2 heaviside \
         sinc spacing",
    ),
    (Rule::Whole, "floor ceil trunc fix"),
    (Rule::Scaled, "ldexp"),
    (Rule::Divide, "divide true_divide"),
    (Rule::Bits, "bitwise_and bitwise_or bitwise_xor invert bitwise_not"),
    (Rule::Integer, "left_shift right_shift gcd lcm"),
    (Rule::Count, "bitwise_count"),
    (Rule::Compare, "equal not_equal less less_equal greater greater_equal"),
    (Rule::Truth, "logical_and logical_or logical_xor logical_not"),
    (Rule::Predicate, "isnan isinf isfinite"),
    (Rule::Sign, "signbit"),
    (Rule::Magnitude, "absolute abs"),
    (Rule::Part, "real imag"),
    (Rule::Angle, "angle"),
];

/// The rules of what is no function of NumPy by itself: the parts of those that give two results, and rounding
/// to so many digits.
const PARTS: &[(Rule, &str)] = &[
    (Rule::RealFloat, "_modf_fraction _modf_whole _frexp_mantissa"),
    (Rule::Exponent, "_frexp_exponent"),
    (Rule::Rounded, "round"),
];

/// The functions with two results, each with the functions that give them.
const PAIRS: &[(&str, [&str; 2])] = &[
    ("divmod", ["floor_divide", "remainder"]),
    ("modf", ["_modf_fraction", "_modf_whole"]),
    ("frexp", ["_frexp_mantissa", "_frexp_exponent"]),
];

/// The functions that give the two results of a function that has two.
pub(crate) fn pair(name: &str) -> Option<[&'static str; 2]> {
    PAIRS.iter().find(|(known, _)| *known == name).map(|(_, parts)| *parts)
}

fn rule_of(name: &str) -> Option<Rule> {
    let has = |names: &str| names.split_whitespace().any(|known| known == name);
    RULES.iter().chain(PARTS).find(|(_, names)| has(names)).map(|(rule, _)| *rule)
}

/// The name of a function of NumPy that works element by element.
pub(crate) fn elementwise_name(name: &str) -> Option<&'static str> {
    elementwise_names().find(|known| *known == name)
}

/// The names of all functions of NumPy that work element by element.
pub(crate) fn elementwise_names() -> impl Iterator<Item = &'static str> {
    let single = RULES.iter().flat_map(|(_, names)| names.split_whitespace());
    single.chain(PAIRS.iter().map(|(name, _)| *name))
}

/// Whether a function compares.
pub(crate) fn is_comparison(name: &str) -> bool {
    const COMPARISONS: &str = "equal not_equal less less_equal greater greater_equal";
    COMPARISONS.split_whitespace().any(|known| known == name)
}

/// How many operands such a function takes.
pub(crate) fn arity(name: &str) -> usize {
    const TWO: &str = "add multiply subtract floor_divide remainder mod fmod power float_power maximum minimum fmax \
        fmin arctan2 hypot copysign nextafter logaddexp logaddexp2 heaviside divide true_divide bitwise_and bitwise_or \
        bitwise_xor left_shift right_shift gcd lcm ldexp divmod equal not_equal logical_and logical_or logical_xor less less_equal \
        greater greater_equal";
    match name {
        "clip" => 3,
        _ if TWO.split_whitespace().any(|known| known == name) => 2,
        _ => 1,
    }
}

/// The loop of a function for operands, if it has one.
pub(crate) fn resolve(name: &str, operands: &[Operand]) -> Option<Loop> {
    let rule = rule_of(name)?;
    if matches!(rule, Rule::Scaled | Rule::Rounded) {
        return resolve_counted(rule, operands);
    }
    let common = match rule {
        Rule::Float | Rule::RealFloat if operands.iter().all(|operand| !operand.is_weak) => {
            common(&operands.iter().map(each_as_float).collect::<Vec<_>>())?
        }
        _ => common(operands)?,
    };
    let same = |element: Element| Some(Loop { operands: element.into(), result: element });
    let to = |operand: Element, result| Some(Loop { operands: operand.into(), result });
    match rule {
        Rule::Number
            if matches!(name, "square" | "reciprocal" | "conj" | "conjugate") && common == Element::Bool =>
        {
            same(INT8)
        }
        Rule::Number if name == "positive" && common == Element::Bool => None,
        Rule::Number => same(common),
        Rule::NotBool => (common != Element::Bool).then(|| same(common))?,
        Rule::Division | Rule::Power => match common {
            Element::Bool => same(INT8),
            Element::Complex(_) if rule == Rule::Power => same(common),
            Element::Int(_) | Element::Float(_) => same(common),
            Element::Complex(_) | Element::Record(_) => None,
        },
        Rule::Double => match common {
            Element::Complex(_) => same(Element::Complex(FloatTy::F64)),
            Element::Bool | Element::Int(_) | Element::Float(_) => same(F64),
            Element::Record(_) => None,
        },
        Rule::Float => match common {
            Element::Complex(_) => same(common),
            _ => same(Element::Float(float_of(common)?)),
        },
        Rule::Whole if matches!(common, Element::Int(_) | Element::Bool) => same(common),
        Rule::RealFloat | Rule::Whole => same(Element::Float(float_of(common)?)),
        Rule::Divide => match common {
            Element::Bool | Element::Int(_) => same(F64),
            Element::Float(_) | Element::Complex(_) => same(common),
            Element::Record(_) => None,
        },
        Rule::Bits => matches!(common, Element::Bool | Element::Int(_)).then(|| same(common))?,
        Rule::Integer if matches!(name, "gcd" | "lcm") && common == Element::Bool => None,
        Rule::Integer | Rule::Count => {
            let operand = if common == Element::Bool { INT8 } else { common };
            let result = if rule == Rule::Count { UINT8 } else { operand };
            matches!(operand, Element::Int(_)).then(|| to(operand, result))?
        }
        Rule::Compare => Some(Loop { operands: compared(common, operands), result: Element::Bool }),
        Rule::Truth => to(common, Element::Bool),
        Rule::Predicate => match common {
            Element::Complex(_) => to(common, Element::Bool),
            _ => to(Element::Float(float_of(common)?), Element::Bool),
        },
        Rule::Sign => to(Element::Float(float_of(common)?), Element::Bool),
        Rule::Exponent => to(Element::Float(float_of(common)?), INT32),
        Rule::Magnitude | Rule::Part => match common {
            Element::Complex(part) => to(common, Element::Float(part)),
            _ => same(common),
        },
        Rule::Angle => match common {
            Element::Complex(part) => to(common, Element::Float(part)),
            _ => same(Element::Float(float_of(common)?)),
        },
        Rule::Scaled | Rule::Rounded => None,
    }
}

/// The loop of a function of a number and a count.
fn resolve_counted(rule: Rule, operands: &[Operand]) -> Option<Loop> {
    let [number, count] = operands else { return None };
    let is_kept = match number.element {
        Element::Int(_) | Element::Complex(_) => rule == Rule::Rounded,
        Element::Bool | Element::Float(_) | Element::Record(_) => false,
    };
    let first = if is_kept { number.element } else { Element::Float(float_of(number.element)?) };
    let is_count = match count.element {
        Element::Bool => true,
        Element::Int(int) => int.is_signed || int.bits < 64,
        Element::Float(_) | Element::Complex(_) | Element::Record(_) => false,
    };
    is_count.then_some(Loop { operands: Taken { first, second: Some(I64) }, result: first })
}

/// As what operands are compared: integers of 64 bits with and without a sign each as they are.
fn compared(common: Element, operands: &[Operand]) -> Taken {
    match *operands {
        [a, b] if common == F64 && matches!((a.element, b.element), (Element::Int(_), Element::Int(_))) => {
            let wide = |operand: Operand| match operand.element {
                Element::Int(int) => Element::Int(IntTy { bits: 64, ..int }),
                other => other,
            };
            Taken { first: wide(a), second: Some(wide(b)) }
        }
        _ => common.into(),
    }
}

const INT8: Element = Element::Int(IntTy { bits: 8, is_signed: true });
const UINT8: Element = Element::Int(IntTy { bits: 8, is_signed: false });
const INT32: Element = Element::Int(IntTy { bits: 32, is_signed: true });
const I64: Element = Element::Int(IntTy::I64);
const F64: Element = Element::Float(FloatTy::F64);

/// The float in which a function of floats takes an element.
fn float_of(element: Element) -> Option<FloatTy> {
    match element {
        Element::Bool | Element::Int(IntTy { bits: 8 | 16, .. }) => Some(FloatTy::F32),
        Element::Int(_) => Some(FloatTy::F64),
        Element::Float(float) => Some(float),
        Element::Complex(_) | Element::Record(_) => None,
    }
}

/// An operand of a function of floats, which takes each integer by itself.
fn each_as_float(operand: &Operand) -> Operand {
    Operand { element: float_of(operand.element).map_or(operand.element, Element::Float), ..*operand }
}

/// The kinds of numbers, from the least.
const fn kind(element: Element) -> u8 {
    match element {
        Element::Bool => 0,
        Element::Int(_) => 1,
        Element::Float(_) => 2,
        Element::Complex(_) => 3,
        Element::Record(_) => 4,
    }
}

/// The type in which operands meet.
pub(crate) fn common(operands: &[Operand]) -> Option<Element> {
    let join = |a: Element, b: Element| promote::join(a.ty(), b.ty()).and_then(Element::of);
    let strong = operands.iter().filter(|operand| !operand.is_weak).map(|operand| operand.element);
    let weak = operands.iter().filter(|operand| operand.is_weak).map(|operand| operand.element);
    let fold = |mut elements: Box<dyn Iterator<Item = Element> + '_>| -> Option<Option<Element>> {
        let Some(first) = elements.next() else { return Some(None) };
        elements.try_fold(first, join).map(Some)
    };
    match (fold(Box::new(strong))?, fold(Box::new(weak))?) {
        (Some(strong), Some(weak)) => Some(weakly(strong, weak)),
        (Some(one), None) | (None, Some(one)) => Some(one),
        (None, None) => None,
    }
}

/// The type in which arrays meet a Python number.
fn weakly(strong: Element, weak: Element) -> Element {
    if kind(weak) <= kind(strong) {
        return strong;
    }
    match (strong, weak) {
        (Element::Float(float), Element::Complex(_)) => Element::Complex(float),
        _ => weak,
    }
}

/// The type of an operand on its own.
pub(crate) fn operand(element: Element, is_scalar: bool) -> Operand {
    let is_default = matches!(element.ty(), Ty::Bool | Ty::I64 | Ty::F64 | Ty::C128);
    Operand { element, is_weak: is_scalar && is_default }
}

#[cfg(test)]
mod tests {
    use super::*;

    const F32: Element = Element::Float(FloatTy::F32);

    fn array(element: Element) -> Operand {
        operand(element, false)
    }

    #[test]
    fn a_python_number_takes_the_type_of_the_array() {
        let sum = |a, b| resolve("add", &[a, b]).map(|found| found.result);
        assert_eq!(sum(array(F32), operand(F64, true)), Some(F32));
        assert_eq!(sum(array(INT8), operand(I64, true)), Some(INT8));
        assert_eq!(sum(array(INT8), operand(F64, true)), Some(F64));
        assert_eq!(sum(array(F32), array(F64)), Some(F64));
        assert_eq!(sum(array(I64), array(F32)), Some(F64));
    }

    #[test]
    fn each_rule_has_its_loops() {
        let one = |name, element| resolve(name, &[array(element)]).map(|found| found.result);
        assert_eq!(one("sin", I64), Some(F64));
        assert_eq!(one("sin", INT8), Some(F32));
        assert_eq!(one("isnan", F32), Some(Element::Bool));
        assert_eq!(one("absolute", Element::Complex(FloatTy::F32)), Some(F32));
        assert_eq!(one("negative", Element::Bool), None);
        assert_eq!(resolve("divide", &[array(INT8), array(INT8)]).map(|found| found.result), Some(F64));
    }
}
