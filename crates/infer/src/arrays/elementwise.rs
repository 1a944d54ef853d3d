//! Elementwise expressions: trees over arrays and numbers, computed in one loop where they are used.
//!
//! An operator or a function on arrays makes a [`Lazy`]; what needs an array or stores one builds the
//! loop (`materialise`). Nothing that could change an operand comes between.

use std::rc::Rc;

use diagnostic::Id;
use pysyntax::{BinaryOp, CompareOp, UnaryOp};
use source::Span;
use tir::{Const, Element, Ty, Value};

use crate::Entity;
use crate::arrays::Product;
use crate::arrays::ufuncs::{self, Loop, Taken};
use crate::stop::{Stop, Walked};
use crate::term::Term;
use crate::walk::Walker;

/// An elementwise expression.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Lazy {
    pub(crate) node: Node,
    /// What it gives.
    pub(crate) element: Element,
    /// How many axes it has.
    pub(crate) rank: u8,
}

/// What an elementwise expression is.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Node {
    /// The elements of an array.
    Array(Value),
    /// One number for all elements.
    Scalar(Value),
    /// A function of NumPy, by its name, on operands that are taken as these types.
    Apply(&'static str, Taken, Vec<Rc<Lazy>>),
    /// Another type.
    Cast(Rc<Lazy>),
}

impl Lazy {
    /// The arrays in it, each once.
    pub(crate) fn arrays(&self) -> Vec<Value> {
        let mut found = Vec::new();
        self.collect(&mut found);
        found
    }

    fn collect(&self, found: &mut Vec<Value>) {
        match &self.node {
            Node::Array(array) => {
                if !found.contains(array) {
                    found.push(*array);
                }
            }
            Node::Scalar(_) => {}
            Node::Apply(_, _, operands) => operands.iter().for_each(|operand| operand.collect(found)),
            Node::Cast(of) => of.collect(found),
        }
    }

    /// Whether there is an array in it.
    pub(crate) fn has_arrays(&self) -> bool {
        !self.arrays().is_empty()
    }

    /// The array that it is and nothing more.
    pub(crate) const fn plain_array(&self) -> Option<Value> {
        if let Node::Array(array) = self.node { Some(array) } else { None }
    }
}

/// A function of NumPy, computed in a type of operands.
pub(super) fn applied(
    name: &'static str,
    taken: impl Into<Taken>,
    element: Element,
    operands: Vec<Rc<Lazy>>,
) -> Rc<Lazy> {
    let rank = operands.iter().map(|lazy| lazy.rank).max().unwrap_or(0);
    Rc::new(Lazy { node: Node::Apply(name, taken.into(), operands), element, rank })
}

/// The same elements as another type.
pub(crate) fn cast(lazy: &Rc<Lazy>, element: Element) -> Rc<Lazy> {
    if lazy.element == element {
        return lazy.clone();
    }
    Rc::new(Lazy { node: Node::Cast(lazy.clone()), element, rank: lazy.rank })
}

impl Walker<'_, '_> {
    /// An array as an expression.
    pub(crate) fn lazy_array(&self, array: Value) -> Rc<Lazy> {
        let ty = self.array_ty(array);
        let (element, rank) = ty.map_or((Element::Bool, 0), |ty| (ty.element, ty.rank));
        Rc::new(Lazy { node: Node::Array(array), element, rank })
    }

    /// A term as an elementwise expression, if it is an array, a number, or a tuple or list of them.
    pub(crate) fn as_lazy(&mut self, term: &Term, span: Span) -> Walked<Option<Rc<Lazy>>> {
        match term {
            Term::Lazy(lazy) => Ok(Some(lazy.clone())),
            Term::Value(value) => {
                if self.array_ty(*value).is_some() {
                    return Ok(Some(self.lazy_array(*value)));
                }
                let element = Element::of(self.body.ty(*value));
                Ok(element.map(|element| Rc::new(Lazy { node: Node::Scalar(*value), element, rank: 0 })))
            }
            Term::Tuple(_) | Term::Named(..) | Term::List(_) => {
                let array = self.array_of_items(term, None, span)?;
                Ok(array.map(|array| self.lazy_array(array)))
            }
            Term::Optional(..) => {
                let item = self.present(term, span);
                self.as_lazy(&item, span)
            }
            Term::Entity(_)
            | Term::Method(..)
            | Term::TupleMethod(..)
            | Term::Bound(_)
            | Term::Flat(_)
            | Term::Closure(_)
            | Term::Slice(_)
            | Term::Choice(_)
            | Term::Sequence(_) => Ok(None),
        }
    }

    /// Whether a term is an array, or an expression over some.
    pub(crate) fn is_elementwise(&self, term: &Term) -> bool {
        match term {
            Term::Lazy(_) => true,
            Term::Value(value) => self.array_ty(*value).is_some(),
            _ => false,
        }
    }

    /// `left op right` where one is an array.
    pub(crate) fn lazy_operator(
        &mut self,
        op: BinaryOp,
        left: &Term,
        right: &Term,
        span: Span,
        spans: (Span, Span),
    ) -> Walked<Term> {
        if op == BinaryOp::MatMul {
            return self.matrix_product(Product::Matmul, left, right, span, spans);
        }
        let (Some(a), Some(b)) = (self.as_lazy(left, spans.0)?, self.as_lazy(right, spans.1)?) else {
            return Err(self.arrays_clash(op.text(), left, right, spans));
        };
        self.lazy_binary(op, &a, &b, span).map(Term::Lazy)
    }

    /// An operator on two expressions.
    pub(crate) fn lazy_binary(
        &mut self,
        op: BinaryOp,
        a: &Rc<Lazy>,
        b: &Rc<Lazy>,
        span: Span,
    ) -> Walked<Rc<Lazy>> {
        let name = match op {
            BinaryOp::Add => "add",
            BinaryOp::Sub => "subtract",
            BinaryOp::Mul => "multiply",
            BinaryOp::Div => "divide",
            BinaryOp::FloorDiv => "floor_divide",
            BinaryOp::Mod => "remainder",
            BinaryOp::Pow => match self.power_by(a, b) {
                Some(name) => return self.apply(name, vec![a.clone()], span),
                None => "power",
            },
            BinaryOp::Shl => "left_shift",
            BinaryOp::Shr => "right_shift",
            BinaryOp::And => "bitwise_and",
            BinaryOp::Or => "bitwise_or",
            BinaryOp::Xor => "bitwise_xor",
            BinaryOp::MatMul => return Err(self.no_loop("matmul", &[a.clone(), b.clone()], span)),
        };
        self.apply(name, vec![a.clone(), b.clone()], span)
    }

    /// The function that NumPy takes for a power by a number that is known.
    fn power_by(&self, base: &Lazy, exponent: &Lazy) -> Option<&'static str> {
        let Node::Scalar(value) = exponent.node else { return None };
        let known = match (self.body.as_const(value)?, self.body.ty(value)) {
            (Const::Int(2), Ty::I64) => return Some("square"),
            (Const::Int(-1), Ty::I64) => -1.0,
            (Const::Int(1), Ty::I64) => 1.0,
            (Const::Float(known), Ty::F64) => known,
            _ => return None,
        };
        let is_exact = matches!(base.element, Element::Float(_) | Element::Complex(_));
        let powers: [(f64, &str); 4] =
            [(-1.0, "reciprocal"), (0.5, "sqrt"), (1.0, "positive"), (2.0, "square")];
        powers
            .into_iter()
            .find(|(power, _)| is_exact && power.to_bits() == known.to_bits())
            .map(|(_, name)| name)
    }

    /// `left op right`, a comparison where one is an array.
    pub(crate) fn lazy_comparison(
        &mut self,
        op: CompareOp,
        left: &Term,
        right: &Term,
        span: Span,
        spans: (Span, Span),
    ) -> Walked<Term> {
        let name = match op {
            CompareOp::Eq => "equal",
            CompareOp::Ne => "not_equal",
            CompareOp::Lt => "less",
            CompareOp::Le => "less_equal",
            CompareOp::Gt => "greater",
            CompareOp::Ge => "greater_equal",
            CompareOp::Is | CompareOp::IsNot | CompareOp::In | CompareOp::NotIn => {
                return Err(self.arrays_clash(op.text(), left, right, spans));
            }
        };
        let (Some(a), Some(b)) = (self.as_lazy(left, spans.0)?, self.as_lazy(right, spans.1)?) else {
            return Err(self.arrays_clash(op.text(), left, right, spans));
        };
        self.apply(name, vec![a, b], span).map(Term::Lazy)
    }

    /// An operator before an array.
    pub(crate) fn lazy_unary(&mut self, op: UnaryOp, operand: &Term, span: Span) -> Walked<Term> {
        let name = match op {
            UnaryOp::Pos => "positive",
            UnaryOp::Neg => "negative",
            UnaryOp::Invert => "invert",
            UnaryOp::Not => return Err(self.ambiguous_truth(operand, span)),
        };
        let Some(lazy) = self.as_lazy(operand, span)? else {
            return Err(self.ambiguous_truth(operand, span));
        };
        self.apply(name, vec![lazy], span).map(Term::Lazy)
    }

    /// A function of NumPy on expressions.
    pub(crate) fn apply(
        &mut self,
        name: &'static str,
        operands: Vec<Rc<Lazy>>,
        span: Span,
    ) -> Walked<Rc<Lazy>> {
        let types: Vec<ufuncs::Operand> = operands
            .iter()
            .map(|lazy| ufuncs::operand(lazy.element, matches!(lazy.node, Node::Scalar(_))))
            .collect();
        let Some(Loop { operands: taken, result }) = ufuncs::resolve(name, &types) else {
            return Err(self.no_loop(name, &operands, span));
        };
        if let Some(beyond) = self.compared_beyond(name, taken.first, &operands, span) {
            return Ok(beyond);
        }
        for (index, lazy) in operands.iter().enumerate() {
            if let Node::Scalar(value) = lazy.node {
                self.check_integer(value, taken.of(index), span);
            }
        }
        Ok(applied(name, taken, result, operands))
    }

    /// A function with two results: a tuple of two arrays.
    pub(crate) fn apply_pair(
        &mut self,
        names: [&'static str; 2],
        operands: &[Rc<Lazy>],
        span: Span,
    ) -> Walked<Term> {
        let mut results = Vec::new();
        for name in names {
            let lazy = self.apply(name, operands.to_vec(), span)?;
            results.push(Term::Value(self.force(&lazy, span)?));
        }
        Ok(Term::Tuple(results))
    }

    fn no_loop(&self, name: &str, operands: &[Rc<Lazy>], span: Span) -> Stop {
        let types: Vec<String> =
            operands.iter().map(|lazy| format!("`{}`", self.ty_name(lazy.element.ty()))).collect();
        let title = format!("`np.{name}` of elements of {}", types.join(" and "));
        self.error(Id::WrongOperand, span, title, "NumPy has no such loop")
    }

    fn arrays_clash(&self, op: &str, left: &Term, right: &Term, spans: (Span, Span)) -> Stop {
        let title = format!("`{op}` of {} and {}", self.describe(left), self.describe(right));
        let span = if self.is_elementwise(left) { spans.1 } else { spans.0 };
        self.error(Id::WrongOperand, span, title, "expected a number or an array")
    }

    /// An array is neither true nor false.
    pub(crate) fn ambiguous_truth(&self, term: &Term, span: Span) -> Stop {
        let title = format!("{} is neither true nor false", self.describe(term));
        self.error(Id::WrongOperand, span, title, "the truth of an array is ambiguous")
            .help("write `a.any()` or `a.all()`")
    }

    /// A term with nothing left to compute: an expression becomes a new array, or a number.
    pub(crate) fn forced(&mut self, term: Term, span: Span) -> Walked<Term> {
        match term {
            Term::Lazy(lazy) => self.force(&lazy, span).map(Term::Value),
            other => Ok(other),
        }
    }

    /// The type of elements that an argument names: `np.float32`, `types.int64`, `a.dtype`, `float`.
    pub(crate) fn dtype_of(&self, term: &Term, span: Span) -> Walked<Element> {
        let ty = match term {
            Term::Entity(Entity::Type(ty)) => Element::of(*ty),
            Term::Entity(Entity::Known(name)) => match name.as_str() {
                "builtins.float" => Element::of(Ty::F64),
                "builtins.int" => Element::of(Ty::I64),
                "builtins.bool" => Some(Element::Bool),
                "builtins.complex" => Element::of(Ty::C128),
                _ => None,
            },
            Term::Entity(Entity::Text(text)) => named_dtype(text),
            _ => None,
        };
        ty.ok_or_else(|| {
            let title = format!("{} is not a dtype", self.describe(term));
            self.error(Id::WrongArguments, span, title, "expected a dtype such as `np.float64`")
        })
    }
}

/// The dtype of a name such as `float32` or `i8`.
fn named_dtype(text: &str) -> Option<Element> {
    use tir::{FloatTy, IntTy};
    let int = |bits, is_signed| Some(Element::Int(IntTy { bits, is_signed }));
    match text {
        "bool" | "?" | "b1" => Some(Element::Bool),
        "int8" | "i1" => int(8, true),
        "int16" | "i2" => int(16, true),
        "int32" | "i4" => int(32, true),
        "int64" | "i8" | "int" => int(64, true),
        "uint8" | "u1" => int(8, false),
        "uint16" | "u2" => int(16, false),
        "uint32" | "u4" => int(32, false),
        "uint64" | "u8" => int(64, false),
        "float32" | "f4" => Some(Element::Float(FloatTy::F32)),
        "float64" | "f8" | "float" | "d" => Some(Element::Float(FloatTy::F64)),
        "complex64" | "c8" => Some(Element::Complex(FloatTy::F32)),
        "complex128" | "c16" | "complex" => Some(Element::Complex(FloatTy::F64)),
        _ => None,
    }
}
