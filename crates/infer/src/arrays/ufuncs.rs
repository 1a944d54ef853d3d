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
    pub(crate) operand: Element,
    pub(crate) result: Element,
}

/// How types follow from those of the operands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Rule {
    /// Any number; the operands' own type comes out.
    Number,
    /// Any number but `bool`.
    NotBool,
    /// A real number.
    Real,
    /// A real number but `bool`, which is taken as `int8`.
    Division,
    /// A float or complex number.
    Float,
    /// A real float.
    RealFloat,
    /// A float or complex number; of integers `float64`.
    Divide,
    /// Integers and `bool`.
    Bits,
    /// Integers.
    Integer,
    /// Any number, to `bool`.
    Compare,
    /// Numbers that have an order, to `bool`.
    Order,
    /// A float or complex number, to `bool`.
    Predicate,
    /// A real float, to `bool`.
    Sign,
    /// Any number; of complex ones the float comes out.
    Magnitude,
    /// The part of a number: a float of a complex one.
    Part,
    /// A float or complex number, to a float.
    Angle,
}

const RULES: &[(Rule, &str)] = &[
    (Rule::Number, "add multiply positive conjugate conj square"),
    (Rule::NotBool, "subtract negative sign"),
    (Rule::Division, "floor_divide remainder mod fmod power float_power"),
    (Rule::Real, "maximum minimum fmax fmin clip"),
    (
        Rule::Float,
        "exp log sqrt sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh arctanh reciprocal",
    ),
    (
        Rule::RealFloat,
        "exp2 expm1 log2 log10 log1p cbrt arctan2 hypot copysign nextafter floor ceil trunc fix rint fabs deg2rad \
         radians rad2deg degrees logaddexp logaddexp2 heaviside sinc spacing",
    ),
    (Rule::Divide, "divide true_divide"),
    (Rule::Bits, "bitwise_and bitwise_or bitwise_xor invert bitwise_not"),
    (Rule::Integer, "left_shift right_shift gcd lcm"),
    (Rule::Compare, "equal not_equal logical_and logical_or logical_xor logical_not"),
    (Rule::Order, "less less_equal greater greater_equal"),
    (Rule::Predicate, "isnan isinf isfinite"),
    (Rule::Sign, "signbit"),
    (Rule::Magnitude, "absolute abs"),
    (Rule::Part, "real imag"),
    (Rule::Angle, "angle"),
];

fn rule_of(name: &str) -> Option<Rule> {
    let has = |names: &str| names.split_whitespace().any(|known| known == name);
    RULES.iter().find(|(_, names)| has(names)).map(|(rule, _)| *rule)
}

/// The name of a function of NumPy that works element by element.
pub(crate) fn elementwise_name(name: &str) -> Option<&'static str> {
    elementwise_names().find(|known| *known == name)
}

/// The names of all functions of NumPy that work element by element.
pub(crate) fn elementwise_names() -> impl Iterator<Item = &'static str> {
    RULES.iter().flat_map(|(_, names)| names.split_whitespace())
}

/// How many operands such a function takes.
pub(crate) fn arity(name: &str) -> usize {
    const TWO: &str = "add multiply subtract floor_divide remainder mod fmod power float_power maximum minimum fmax \
        fmin arctan2 hypot copysign nextafter logaddexp logaddexp2 heaviside divide true_divide bitwise_and bitwise_or \
        bitwise_xor left_shift right_shift gcd lcm equal not_equal logical_and logical_or logical_xor less less_equal \
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
    let common = common(operands)?;
    let same = |element| Some(Loop { operand: element, result: element });
    let to_bool = |operand| Some(Loop { operand, result: Element::Bool });
    match rule {
        Rule::Number if matches!(name, "square" | "conj" | "conjugate") && common == Element::Bool => {
            same(INT8)
        }
        Rule::Number if name == "positive" && common == Element::Bool => None,
        Rule::Number => same(common),
        Rule::NotBool => (common != Element::Bool).then(|| same(common))?,
        Rule::Real => is_real(common).then(|| same(common))?,
        Rule::Division => match common {
            Element::Bool => same(INT8),
            Element::Complex(_) if name.ends_with("power") => same(common),
            Element::Int(_) | Element::Float(_) => same(common),
            Element::Complex(_) | Element::Record(_) => None,
        },
        Rule::Float => match common {
            Element::Int(_) | Element::Bool if name == "reciprocal" => same(common),
            Element::Complex(_) => same(common),
            _ => same(Element::Float(float_of(common)?)),
        },
        Rule::RealFloat => match (name, common) {
            // NumPy 2 leaves integers as they are.
            ("floor" | "ceil" | "trunc" | "fix", Element::Int(_) | Element::Bool) => same(common),
            _ => same(Element::Float(float_of(common)?)),
        },
        Rule::Divide => match common {
            Element::Bool | Element::Int(_) => same(F64),
            Element::Float(_) | Element::Complex(_) => same(common),
            Element::Record(_) => None,
        },
        Rule::Bits => matches!(common, Element::Bool | Element::Int(_)).then(|| same(common))?,
        Rule::Integer => match common {
            Element::Bool => same(INT8),
            Element::Int(_) => same(common),
            Element::Float(_) | Element::Complex(_) | Element::Record(_) => None,
        },
        Rule::Compare => to_bool(common),
        Rule::Order => is_real(common).then(|| to_bool(common))?,
        Rule::Predicate => match common {
            Element::Complex(_) => to_bool(common),
            _ => to_bool(Element::Float(float_of(common)?)),
        },
        Rule::Sign => to_bool(Element::Float(float_of(common)?)),
        Rule::Magnitude | Rule::Part => match common {
            Element::Complex(part) => Some(Loop { operand: common, result: Element::Float(part) }),
            _ => same(common),
        },
        Rule::Angle => match common {
            Element::Complex(part) => Some(Loop { operand: common, result: Element::Float(part) }),
            _ => same(Element::Float(float_of(common)?)),
        },
    }
}

const INT8: Element = Element::Int(IntTy { bits: 8, is_signed: true });
const F64: Element = Element::Float(FloatTy::F64);

const fn is_real(element: Element) -> bool {
    matches!(element, Element::Bool | Element::Int(_) | Element::Float(_))
}

/// The float in which a function of floats takes an element.
fn float_of(element: Element) -> Option<FloatTy> {
    match element {
        Element::Bool | Element::Int(IntTy { bits: 8 | 16, .. }) => Some(FloatTy::F32),
        Element::Int(_) => Some(FloatTy::F64),
        Element::Float(float) => Some(float),
        Element::Complex(_) | Element::Record(_) => None,
    }
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
    const I64: Element = Element::Int(IntTy::I64);

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
