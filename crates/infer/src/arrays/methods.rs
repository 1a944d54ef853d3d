//! Methods of arrays, and NumPy's functions of the same name.

use diagnostic::Id;
use pysyntax::BinaryOp as SyntaxOp;
use source::Span;
use tir::{ArrayTy, BinaryOp, Comparison, Const, Element, FloatTy, IntTy, Op, Order, Ty, Value};

use crate::arrays::Product;
use crate::calls::{Arg, Args};
use crate::convert;
use crate::stop::Walked;
use crate::term::Term;
use crate::walk::Walker;

/// The functions of NumPy that do what the method of that name does.
pub(crate) const AS_FUNCTIONS: &[&str] = &[
    "all",
    "any",
    "argmax",
    "argmin",
    "max",
    "mean",
    "min",
    "prod",
    "ravel",
    "reshape",
    "sum",
    "transpose",
    "dot",
    "matmul",
    "amax",
    "amin",
    "around",
    "round",
];

impl Walker<'_, '_> {
    /// `array.name(args)`.
    pub(crate) fn array_method(&mut self, name: &str, array: Value, args: &Args) -> Walked<Term> {
        let span = args.span;
        let Some(ty) = self.array_ty(array) else {
            return Err(self.error(Id::NotCallable, span, format!("`{name}` of no array"), ""));
        };
        match name {
            "copy" => self.copied(array, Order::C, span).map(Term::Value),
            "flatten" => {
                let copy = self.copied(array, Order::C, span)?;
                Ok(Term::Value(self.flat_view(copy, span)))
            }
            "ravel" => self.raveled(array, ty, span).map(Term::Value),
            "fill" => {
                let [value] = self.exactly("fill", args)?;
                self.assign_view(array, &value.term, span)?;
                Ok(Term::Value(convert::zero(&mut self.body, Ty::Unit, span)))
            }
            "astype" => {
                let [dtype] = self.exactly("astype", args)?;
                let element = self.dtype_of(&dtype.term, dtype.span)?;
                let lazy = self.lazy_array(array);
                self.as_type(&lazy, element, span).map(Term::Value)
            }
            "view" => self.reinterpreted(array, ty, args),
            "reshape" => self.reshaped(array, ty, args),
            "transpose" => self.transposed_by(array, ty, args),
            "conj" | "conjugate" => {
                let lazy = self.lazy_array(array);
                self.apply("conjugate", vec![lazy], span).map(Term::Lazy)
            }
            "round" => self.rounded(array, args),
            "item" => self.only_item(array, ty, args),
            "cumprod" | "cumsum" => {
                let mut all = args.clone();
                all.positional.insert(0, Arg { term: Term::Value(array), span });
                self.call_known(&format!("numpy.{name}"), all)
            }
            "dot" => {
                let [other] = self.exactly("dot", args)?;
                let left = Term::Value(array);
                self.matrix_product(Product::Dot, &left, &other.term, span, (span, other.span))
            }
            _ => self.reduction(name, array, ty, args),
        }
    }

    /// `np.name(array, args)`, if it is a method too and is given an array.
    pub(crate) fn array_function(&mut self, name: &str, args: &Args) -> Walked<Option<Term>> {
        let name = match name {
            "amax" => "max",
            "amin" => "min",
            "around" => "round",
            other => other,
        };
        let Some(first) = args.positional.first() else { return Ok(None) };
        let Some(lazy) = self.as_lazy(&first.term, first.span)?.filter(|lazy| lazy.has_arrays()) else {
            return Ok(None);
        };
        if name == "matmul" {
            let [left, right] = self.exactly(name, args)?;
            let spans = (left.span, right.span);
            return self.matrix_product(Product::Matmul, &left.term, &right.term, args.span, spans).map(Some);
        }
        let array = self.force(&lazy, first.span)?;
        let rest =
            Args { positional: args.positional[1..].to_vec(), named: args.named.clone(), span: args.span };
        if name == "sum" && rest.positional.is_empty() && rest.named.is_empty() {
            let Some(ty) = self.array_ty(array) else { return Ok(None) };
            return self.reduction(name, array, ty, &rest).map(Some);
        }
        self.array_method(name, array, &rest).map(Some)
    }

    /// `round(decimals, out)`.
    fn rounded(&mut self, array: Value, args: &Args) -> Walked<Term> {
        let span = args.span;
        let [decimals, out] = self.bound_args("round", args, ["decimals", "out"])?;
        let decimals = match &decimals {
            Some(decimals) => self.word_arg(decimals)?,
            None => self.word(0, span),
        };
        let mut operands = vec![self.lazy_array(array)];
        operands.extend(self.as_lazy(&Term::Value(decimals), span)?);
        let lazy = self.apply("round", operands, span)?;
        let Some(out) = out.filter(|out| !self.is_none(&out.term)) else { return Ok(Term::Lazy(lazy)) };
        let Some((to, _)) = self.as_array(&out.term) else {
            let title = format!("`out` is {}", self.describe(&out.term));
            return Err(self.error(Id::WrongArguments, out.span, title, "expected an array"));
        };
        self.write_result("np.round", &lazy, (to, out.span), span)?;
        Ok(out.term)
    }

    fn raveled(&mut self, array: Value, ty: ArrayTy, span: Span) -> Walked<Value> {
        if ty.order == Order::C {
            return Ok(self.flat_view(array, span));
        }
        let copy = self.copied(array, Order::C, span)?;
        Ok(self.flat_view(copy, span))
    }

    /// `reshape(shape)` or `reshape(a, b, …)`; one length may be -1.
    fn reshaped(&mut self, array: Value, ty: ArrayTy, args: &Args) -> Walked<Term> {
        let span = args.span;
        let wanted = match &args.positional[..] {
            [one] => self.shape_words(one)?,
            many => {
                let items = many.iter().map(|arg| arg.term.clone()).collect();
                self.shape_words(&Arg { term: Term::Tuple(items), span })?
            }
        };
        let size = self.size(array, span);
        let (zero, one) = (self.word(0, span), self.word(1, span));
        let mut known = one;
        let mut open = self.word(0, span);
        for length in &wanted {
            let is_open = self.test(Comparison::Lt, *length, zero, span);
            let own = self.either(is_open, one, *length, span);
            known = self.int(BinaryOp::Mul, known, own, span);
            let count = self.either(is_open, one, zero, span);
            open = self.int(BinaryOp::Add, open, count, span);
        }
        let has_many = self.test(Comparison::Gt, open, one, span);
        self.raise_if(has_many, "ValueError", "can only specify one unknown dimension", span);
        let is_empty = self.test(Comparison::Eq, known, zero, span);
        let divisor = self.either(is_empty, one, known, span);
        let rest = self.int(BinaryOp::FloorDiv, size, divisor, span);
        let mut dims = Vec::new();
        for length in &wanted {
            let is_open = self.test(Comparison::Lt, *length, zero, span);
            dims.push(self.either(is_open, rest, *length, span));
        }
        let total = self.product(&dims, span);
        let differs = self.test(Comparison::Ne, total, size, span);
        let mut pieces = vec!["cannot reshape array of size ".to_owned(), " into shape (".to_owned()];
        pieces.extend(wanted.iter().skip(1).map(|_| ",".to_owned()));
        pieces.push(if wanted.len() == 1 { ",)".to_owned() } else { ")".to_owned() });
        if wanted.is_empty() {
            pieces = vec!["cannot reshape array of size ".to_owned(), " into shape ()".to_owned()];
        }
        let mut values = vec![size];
        values.extend(&wanted);
        self.raise_formatted(differs, "ValueError", pieces, values, span);
        let source = if ty.order == Order::C { array } else { self.copied(array, Order::C, span)? };
        let data = self.data(source, span);
        let own = self.array_ty(source).unwrap_or(ty);
        let made = ArrayTy { rank: super::axis_number(dims.len()), order: Order::C, ..own };
        Ok(Term::Value(self.view(source, made, data, dims, Vec::new(), span)))
    }

    /// `transpose()` or `transpose(axes)`.
    fn transposed_by(&mut self, array: Value, ty: ArrayTy, args: &Args) -> Walked<Term> {
        let span = args.span;
        let axes: Vec<Term> = match &args.positional[..] {
            [] => return Ok(Term::Value(self.transposed(array, ty, span))),
            [Arg { term: Term::Tuple(items) | Term::Named(_, items), .. }] => items.clone(),
            many => many.iter().map(|arg| arg.term.clone()).collect(),
        };
        let mut order = Vec::new();
        for axis in &axes {
            order.push(self.known_axis(axis, ty.rank, span)?);
        }
        let mut sorted = order.clone();
        sorted.sort_unstable();
        if !sorted.iter().copied().eq(0..usize::from(ty.rank)) {
            return Err(self.error(
                Id::WrongArguments,
                span,
                "the axes are no permutation",
                "expected each axis once",
            ));
        }
        let (all_dims, all_strides) = (self.dims(array, span), self.strides(array, span));
        let dims = order.iter().map(|axis| all_dims[*axis]).collect();
        let strides = order.iter().map(|axis| all_strides[*axis]).collect();
        let data = self.data(array, span);
        let any = if ty.rank > 1 { Order::Any } else { ty.order };
        Ok(Term::Value(self.view(array, ArrayTy { order: any, ..ty }, data, dims, strides, span)))
    }

    /// An axis that is known when compiling; a negative one counts from the end.
    pub(crate) fn known_axis(&self, term: &Term, rank: u8, span: Span) -> Walked<usize> {
        let known = if let Term::Value(value) = term { self.known_word(*value) } else { None };
        let Some(axis) = known else {
            let title = format!("{} as an axis", self.describe(term));
            return Err(self.error(Id::WrongArguments, span, title, "expected a constant integer"));
        };
        let rank_number = i128::from(rank);
        let counted = if axis < 0 { axis + rank_number } else { axis };
        match usize::try_from(counted) {
            Ok(counted) if counted < usize::from(rank) => Ok(counted),
            _ => {
                let title = format!("axis {axis} is out of bounds for array of dimension {rank}");
                Err(self.error(Id::WrongArguments, span, title, ""))
            }
        }
    }

    /// `view(dtype)`: the same bytes as another type of that size.
    fn reinterpreted(&mut self, array: Value, ty: ArrayTy, args: &Args) -> Walked<Term> {
        let [dtype] = self.exactly("view", args)?;
        let element = self.dtype_of(&dtype.term, dtype.span)?;
        let span = args.span;
        let (size, own) = (self.item_size(element), self.item_size(ty.element));
        if size != own && ty.order == Order::C && ty.rank > 0 && size > 0 {
            return Ok(Term::Value(self.resized_view(array, ty, (element, size, own), span)));
        }
        if size != own {
            let title =
                format!("a view of `{}` as `{}`", self.ty_name(ty.element.ty()), self.ty_name(element.ty()));
            return Err(self.error(
                Id::WrongArguments,
                dtype.span,
                title,
                "expected a type of the same size",
            ));
        }
        let (data, dims, strides) =
            (self.data(array, span), self.dims(array, span), self.strides(array, span));
        let is_aligned = ty.is_aligned && self.item_align(element) <= self.item_align(ty.element);
        let viewed = ArrayTy { element, is_aligned, ..ty };
        Ok(Term::Value(self.view(array, viewed, data, dims, strides, span)))
    }

    /// The bytes of an array in C's order as elements of another size: the last axis is longer or shorter.
    fn resized_view(
        &mut self,
        array: Value,
        ty: ArrayTy,
        (element, size, own): (Element, u64, u64),
        span: Span,
    ) -> Value {
        let mut dims = self.dims(array, span);
        let last = dims.len() - 1;
        let (size, own) = (self.word(i128::from(size), span), self.word(i128::from(own), span));
        let bytes = self.int(BinaryOp::Mul, dims[last], own, span);
        let rest = self.int(BinaryOp::FloorMod, bytes, size, span);
        let zero = self.word(0, span);
        let is_uneven = self.test(Comparison::Ne, rest, zero, span);
        let text = "When changing to a larger dtype, its size must be a divisor of the total size in bytes of the last \
                    axis of the array.";
        self.raise_if(is_uneven, "ValueError", text, span);
        dims[last] = self.int(BinaryOp::FloorDiv, bytes, size, span);
        let data = self.data(array, span);
        // A wider element may not lie at a multiple of its alignment any more.
        let viewed = ArrayTy { element, is_aligned: false, ..ty };
        self.view(array, viewed, data, dims, Vec::new(), span)
    }

    fn only_item(&mut self, array: Value, ty: ArrayTy, args: &Args) -> Walked<Term> {
        let [] = self.exactly("item", args)?;
        let span = args.span;
        let (size, one) = (self.size(array, span), self.word(1, span));
        let is_other = self.test(Comparison::Ne, size, one, span);
        let text = "can only convert an array of size 1 to a Python scalar";
        self.raise_if(is_other, "ValueError", text, span);
        let first = vec![self.word(0, span); usize::from(ty.rank)];
        Ok(Term::Value(self.get_element(array, first, span)))
    }

    /// `sum`, `min` and their like, over all elements or along an axis.
    fn reduction(&mut self, name: &str, array: Value, ty: ArrayTy, args: &Args) -> Walked<Term> {
        let span = args.span;
        let [axis] = self.bound_args(name, args, ["axis"])?;
        let axis = match &axis {
            Some(axis) if !self.is_none(&axis.term) => Some(self.known_axis(&axis.term, ty.rank, axis.span)?),
            _ => None,
        };
        let Some((element, result)) = reduced_types(name, ty.element) else {
            let title = format!("`{name}` of elements of `{}`", self.ty_name(ty.element.ty()));
            return Err(self.error(Id::WrongOperand, span, title, "NumPy has no such reduction"));
        };
        let Some(axis) = axis else { return self.reduce_all(name, array, element, span).map(Term::Value) };
        if ty.rank == 1 {
            return self.reduce_all(name, array, element, span).map(Term::Value);
        }
        self.reduce_axis(name, array, ty, (axis, element, result), span).map(Term::Value)
    }

    /// Over all elements: the array's own order, as one axis where it has no gaps.
    fn reduce_all(&mut self, name: &str, array: Value, element: Element, span: Span) -> Walked<Value> {
        let Some(ty) = self.array_ty(array) else { return Ok(array) };
        let is_plain = matches!(ty.order, Order::C) || (ty.order == Order::F && !name.starts_with("arg"));
        let row = if is_plain {
            self.flat_view(array, span)
        } else if ty.rank == 1 {
            array
        } else {
            // Rows of pieces would be added in another order than NumPy's: what it buffers is computed here
            // as a whole.
            let copy = self.copied(array, Order::C, span)?;
            self.flat_view(copy, span)
        };
        self.reduce_row(name, row, element, span)
    }

    /// Over an array of one axis.
    fn reduce_row(&mut self, name: &str, row: Value, element: Element, span: Span) -> Walked<Value> {
        let is_same = self.array_ty(row).is_some_and(|ty| ty.element == element);
        let kind = match (name, element) {
            ("sum", Element::Float(_) | Element::Complex(_)) => "array.sum_floats",
            ("sum", _) => "array.sum_integers",
            ("mean", Element::Float(_) | Element::Complex(_)) if is_same => "array.mean_floats",
            ("mean", _) => "array.mean_integers",
            ("prod", _) => "array.prod",
            ("min" | "max", _) => "array.extreme",
            ("argmin" | "argmax", _) => "array.place_of_extreme",
            ("any", _) => "array.any",
            ("all", _) => "array.all",
            _ => {
                let title = format!("`{name}` is not supported in compiled code");
                return Err(self.error(Id::UnsupportedFunction, span, title, ""));
            }
        };
        let like = convert::zero(&mut self.body, element.ty(), span);
        let mut values = vec![row, like];
        if name.ends_with("min") || name.ends_with("max") {
            values.push(self.body.constant(Const::Bool(name.ends_with("min")), Ty::Bool, span));
        }
        let found = self.call_prelude(kind, &values, span)?;
        self.value(&found, span)
    }

    /// Along an axis: row by row where that axis is the fast one, else all rows at once.
    fn reduce_axis(
        &mut self,
        name: &str,
        array: Value,
        ty: ArrayTy,
        (axis, element, result): (usize, Element, Element),
        span: Span,
    ) -> Walked<Value> {
        let mut dims = self.dims(array, span);
        let strides = self.strides(array, span);
        let length = dims.remove(axis);
        let made = self.allocate(result, dims.clone(), Order::C, false, span);
        let data = self.data(array, span);
        let fast = if ty.order == Order::F { 0 } else { usize::from(ty.rank) - 1 };
        let is_additive =
            matches!(name, "sum" | "mean") && matches!(element, Element::Float(_) | Element::Complex(_));
        if axis != fast && is_additive {
            return self.add_rows(name, (array, made), (axis, length), span);
        }
        let row_ty = ArrayTy {
            rank: 1,
            order: if axis == fast && ty.order != Order::Any { Order::C } else { Order::Any },
            ..ty
        };
        self.loop_nest(&dims, true, span, &mut |walker, at| {
            let mut start = data;
            let others = (0..strides.len()).filter(|other| *other != axis);
            for (index, other) in at.iter().zip(others) {
                let bytes = walker.int(BinaryOp::Mul, *index, strides[other], span);
                start = walker.moved(start, bytes, span);
            }
            let row = walker.view(array, row_ty, start, vec![length], vec![strides[axis]], span);
            let value = walker.reduce_row(name, row, element, span)?;
            walker.set_element(made, at.to_vec(), &Term::Value(value), span)
        })?;
        Ok(made)
    }

    /// Adds slices one after the other, as NumPy does along an axis that is not the fast one.
    fn add_rows(
        &mut self,
        name: &str,
        (array, made): (Value, Value),
        (axis, length): (usize, Value),
        span: Span,
    ) -> Walked<Value> {
        let zero = self.word(0, span);
        self.assign_view(made, &Term::Value(zero), span)?;
        let dims = self.dims(array, span);
        self.loop_nest(&dims, true, span, &mut |walker, at| {
            let mut to = at.to_vec();
            to.remove(axis);
            let so_far = walker.get_element(made, to.clone(), span);
            let item = walker.get_element(array, at.to_vec(), span);
            let ty = walker.body.ty(so_far);
            let item = convert::to(&mut walker.body, item, ty, span);
            let sum = walker.body.emit(Op::Binary(BinaryOp::Add, so_far, item), ty, span);
            walker.set_element(made, to, &Term::Value(sum), span)
        })?;
        if name == "mean" {
            let count = convert::to(&mut self.body, length, Ty::F64, span);
            let right = Term::Value(count);
            self.update_view(SyntaxOp::Div, made, &right, span, (span, span))?;
        }
        Ok(made)
    }
}

pub(super) fn ufunc_operand(element: Element) -> crate::arrays::ufuncs::Operand {
    crate::arrays::ufuncs::Operand { element, is_weak: false }
}

/// In which type a reduction computes, and the elements of what it gives along an axis.
fn reduced_types(name: &str, element: Element) -> Option<(Element, Element)> {
    let word = |is_signed| Element::Int(IntTy { bits: 64, is_signed });
    let wide = match element {
        Element::Bool => word(true),
        Element::Int(int) => word(int.is_signed),
        Element::Float(_) | Element::Complex(_) => element,
        Element::Record(_) => return None,
    };
    Some(match name {
        "sum" | "prod" => (wide, wide),
        "mean" => {
            let float = if matches!(wide, Element::Int(_)) { Element::Float(FloatTy::F64) } else { wide };
            (float, float)
        }
        "min" | "max" => (element, element),
        "argmin" | "argmax" => (element, word(true)),
        "any" | "all" => (element, Element::Bool),
        _ => return None,
    })
}
