//! `a @ b`, `np.dot` and `np.matmul`: through the BLAS of the host where it has one, else as loops.

use diagnostic::Id;
use source::Span;
use tir::{ArrayTy, Comparison, Element, FloatTy, Order, Value};

use super::methods::ufunc_operand;
use crate::stop::{Stop, Walked};
use crate::term::Term;
use crate::walk::Walker;

/// Which product: they say otherwise what does not fit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Product {
    /// `np.dot`.
    Dot,
    /// `@` and `np.matmul`.
    Matmul,
}

/// The second operand is in Fortran's order; twice that: the first is.
const SECOND_IS_FORTRAN: i128 = 4;

impl Walker<'_, '_> {
    /// The product of two arrays of one or two axes.
    pub(crate) fn matrix_product(
        &mut self,
        product: Product,
        left: &Term,
        right: &Term,
        span: Span,
        spans: (Span, Span),
    ) -> Walked<Term> {
        let (Some(a), Some(b)) = (self.as_lazy(left, spans.0)?, self.as_lazy(right, spans.1)?) else {
            return Err(self.no_product(left, right, span));
        };
        let operands = [&a, &b].map(|lazy| ufunc_operand(lazy.element));
        let Some(element) = crate::arrays::ufuncs::common(&operands) else {
            return Err(self.no_product(left, right, span));
        };
        let (a, b) = (crate::arrays::cast(&a, element), crate::arrays::cast(&b, element));
        let name = match (a.rank, b.rank) {
            (1, 1) => "vectors",
            (2, 1) => "matrix_vector",
            (1, 2) => "vector_matrix",
            (2, 2) => "matrices",
            _ => return Err(self.no_product(left, right, span)),
        };
        let (x, y) = (self.force(&a, span)?, self.force(&b, span)?);
        self.check_product(product, x, y, span);
        if let Some((function, kind)) = self.blas_function(name, element) {
            let (x, y) = (self.for_blas(x, span)?, self.for_blas(y, span)?);
            let is_fortran = |walker: &Self, value, flag| match walker.array_ty(value) {
                Some(ArrayTy { order: Order::F, .. }) => flag,
                Some(_) | None => 0,
            };
            let order = is_fortran(self, x, 2 * SECOND_IS_FORTRAN) + is_fortran(self, y, SECOND_IS_FORTRAN);
            let (function, kind) = (self.word(function.into(), span), self.word(kind + order, span));
            return self.call_prelude(&format!("array.blas_{name}"), &[x, y, function, kind], span);
        }
        self.call_prelude(&format!("array.dot_{name}"), &[x, y], span)
    }

    /// The function of BLAS for a product, and the number that says which elements it takes.
    fn blas_function(&self, name: &str, element: Element) -> Option<(u64, i128)> {
        let (letter, kind) = match element {
            Element::Float(FloatTy::F32) => ('s', 0),
            Element::Float(FloatTy::F64) => ('d', 1),
            Element::Complex(FloatTy::F32) => ('c', 2),
            Element::Complex(FloatTy::F64) => ('z', 3),
            Element::Bool | Element::Int(_) | Element::Record(_) => return None,
        };
        let stem = match name {
            "vectors" if kind > 1 => "dotu",
            "vectors" => "dot",
            "matrices" => "gemm",
            _ => "gemv",
        };
        let environment = &self.frames[0].function.environment;
        Some((environment.library_function(&format!("{letter}{stem}"))?, kind))
    }

    /// An array without gaps, as BLAS takes it.
    fn for_blas(&mut self, array: Value, span: Span) -> Walked<Value> {
        match self.array_ty(array) {
            Some(ty) if ty.order == Order::Any || !ty.is_aligned => self.copied(array, Order::C, span),
            Some(_) | None => Ok(array),
        }
    }

    /// Raises what NumPy raises where the lengths differ over which the product sums.
    fn check_product(&mut self, product: Product, x: Value, y: Value, span: Span) {
        let (own, other) = (self.dims(x, span), self.dims(y, span));
        let (Some(last), Some(first)) = (own.last().copied(), other.first().copied()) else { return };
        let differs = self.test(Comparison::Ne, last, first, span);
        match product {
            Product::Dot => {
                // A value goes where a bar is.
                let shape = |dims: &[Value]| if dims.len() == 1 { "|,)" } else { "|,|)" };
                let text = format!(
                    "shapes ({} and ({} not aligned: | (dim {}) != | (dim 0)",
                    shape(&own),
                    shape(&other),
                    own.len() - 1
                );
                let pieces = text.split('|').map(str::to_owned).collect();
                let values = own.iter().chain(&other).copied().chain([last, first]).collect();
                self.raise_formatted(differs, "ValueError", pieces, values, span);
            }
            Product::Matmul => {
                let pieces = [
                    "matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature \
                     (n?,k),(k,m?)->(n?,m?) (size ",
                    " is different from ",
                    ")",
                ];
                let pieces = pieces.map(str::to_owned).to_vec();
                self.raise_formatted(differs, "ValueError", pieces, vec![first, last], span);
            }
        }
    }

    fn no_product(&self, left: &Term, right: &Term, span: Span) -> Stop {
        let title = format!("the product of {} and {}", self.describe(left), self.describe(right));
        self.error(Id::WrongOperand, span, title, "expected arrays of one or two axes")
    }
}
