//! New arrays: `zeros`, `arange`, `array` and their like.

use diagnostic::Id;
use source::Span;
use tir::{Const, Element, Order, Ty, Value};

use crate::Entity;
use crate::arrays::Lazy;
use crate::arrays::ufuncs;
use crate::calls::{Arg, Args};
use crate::stop::Walked;
use crate::term::Term;
use crate::walk::Walker;

/// The functions of NumPy that make arrays.
pub(crate) const CREATED: &[&str] = &[
    "arange",
    "array",
    "asarray",
    "ascontiguousarray",
    "asfortranarray",
    "copy",
    "empty",
    "empty_like",
    "eye",
    "full",
    "full_like",
    "identity",
    "linspace",
    "ones",
    "ones_like",
    "zeros",
    "zeros_like",
];

impl Walker<'_, '_> {
    /// A function of NumPy that makes an array, if it is one.
    pub(crate) fn create_array(&mut self, name: &str, args: &Args) -> Walked<Option<Term>> {
        let array = match name {
            "empty" | "zeros" | "ones" => self.blank(name, args)?,
            "full" => self.full(args)?,
            "empty_like" | "zeros_like" | "ones_like" | "full_like" => self.alike(name, args)?,
            "array" | "asarray" | "ascontiguousarray" | "asfortranarray" | "copy" => {
                self.array_from(name, args)?
            }
            "arange" => self.arange(args)?,
            "linspace" => {
                let [start, stop, num] = self.bound_args("linspace", args, ["start", "stop", "num"])?;
                let (start, stop) = (self.wanted(start, "start", args)?, self.wanted(stop, "stop", args)?);
                let num = match num {
                    Some(num) => self.word_arg(&num)?,
                    None => self.word(50, args.span),
                };
                let [start, stop] = [self.float_arg(&start)?, self.float_arg(&stop)?];
                return self.call_prelude("array.linspace", &[start, stop, num], args.span).map(Some);
            }
            "eye" | "identity" => self.eye(name, args)?,
            _ => return Ok(None),
        };
        Ok(Some(Term::Value(array)))
    }

    /// Arguments by their names, in order; more are an error.
    pub(crate) fn bound_args<const N: usize>(
        &self,
        function: &str,
        args: &Args,
        names: [&str; N],
    ) -> Walked<[Option<Arg>; N]> {
        let mut bound: [Option<Arg>; N] = [const { None }; N];
        if args.positional.len() > N {
            let title =
                format!("`{function}` takes at most {N} arguments here, not {}", args.positional.len());
            return Err(self.error(Id::WrongArguments, args.positional[N].span, title, ""));
        }
        for (index, arg) in args.positional.iter().enumerate() {
            bound[index] = Some(arg.clone());
        }
        for (name, arg) in &args.named {
            let Some(index) = names.iter().position(|known| known == name) else {
                let title = format!("`{function}` takes no `{name}` in compiled code");
                return Err(self.error(Id::WrongArguments, arg.span, title, ""));
            };
            if bound[index].is_some() {
                return Err(self.error(Id::WrongArguments, arg.span, format!("`{name}` is given twice"), ""));
            }
            bound[index] = Some(arg.clone());
        }
        Ok(bound)
    }

    /// An argument that must be there.
    pub(crate) fn wanted(&self, arg: Option<Arg>, name: &str, args: &Args) -> Walked<Arg> {
        arg.ok_or_else(|| {
            self.error(Id::WrongArguments, args.span, format!("`{name}` is not given"), "called here")
        })
    }

    /// An integer argument as an `i64`.
    pub(crate) fn word_arg(&mut self, arg: &Arg) -> Walked<Value> {
        let word = match arg.term {
            Term::Value(value) => self.index_word(value, arg.span),
            _ => None,
        };
        word.ok_or_else(|| {
            let title = format!("{} where an integer is wanted", self.describe(&arg.term));
            self.error(Id::WrongArguments, arg.span, title, "expected an integer")
        })
    }

    fn float_arg(&mut self, arg: &Arg) -> Walked<Value> {
        let (value, ty) = self.number("linspace", arg)?;
        if matches!(ty, Ty::Complex(_)) {
            let title = "`linspace` of complex numbers";
            return Err(self.error(Id::WrongArguments, arg.span, title, "expected a real number"));
        }
        Ok(crate::convert::to(&mut self.body, value, Ty::F64, arg.span))
    }

    fn dtype_arg(&self, arg: Option<&Arg>, otherwise: Element) -> Walked<Element> {
        match arg {
            Some(arg) if self.is_none(&arg.term) => Ok(otherwise),
            Some(arg) => self.dtype_of(&arg.term, arg.span),
            None => Ok(otherwise),
        }
    }

    /// Whether a term is `None`.
    pub(crate) fn is_none(&self, term: &Term) -> bool {
        match term {
            Term::Value(value) => self.body.ty(*value) == Ty::Unit,
            Term::Entity(Entity::Constant(Const::Unit, _)) => true,
            _ => false,
        }
    }

    fn order_arg(&self, arg: Option<&Arg>) -> Walked<Order> {
        let Some(arg) = arg else { return Ok(Order::C) };
        match &arg.term {
            Term::Entity(Entity::Text(text)) if text == "C" => Ok(Order::C),
            Term::Entity(Entity::Text(text)) if text == "F" => Ok(Order::F),
            other => {
                let title = format!("the order {}", self.describe(other));
                Err(self.error(Id::WrongArguments, arg.span, title, "expected \"C\" or \"F\""))
            }
        }
    }

    fn blank(&mut self, name: &str, args: &Args) -> Walked<Value> {
        let [shape, dtype, order] = self.bound_args(name, args, ["shape", "dtype", "order"])?;
        let shape = self.wanted(shape, "shape", args)?;
        let element = self.dtype_arg(dtype.as_ref(), Element::of(Ty::F64).unwrap_or(Element::Bool))?;
        let order = self.order_arg(order.as_ref())?;
        let dims = self.shape_of(&shape)?;
        let array = self.allocate(element, dims, order, name == "zeros", args.span);
        if name == "ones" {
            self.fill_ones(array, args.span)?;
        }
        Ok(array)
    }

    fn fill_ones(&mut self, array: Value, span: Span) -> Walked<()> {
        let one = self.word(1, span);
        self.assign_view(array, &Term::Value(one), span)
    }

    fn full(&mut self, args: &Args) -> Walked<Value> {
        let [shape, value, dtype] = self.bound_args("full", args, ["shape", "fill_value", "dtype"])?;
        let (shape, value) = (self.wanted(shape, "shape", args)?, self.wanted(value, "fill_value", args)?);
        let (_, ty) = self.number("full", &value)?;
        let own = Element::of(ty).unwrap_or(Element::Bool);
        let element = self.dtype_arg(dtype.as_ref(), own)?;
        let dims = self.shape_of(&shape)?;
        let array = self.allocate(element, dims, Order::C, false, args.span);
        self.assign_view(array, &value.term, args.span)?;
        Ok(array)
    }

    fn alike(&mut self, name: &str, args: &Args) -> Walked<Value> {
        let is_full = name == "full_like";
        let [like, second, third] = if is_full {
            self.bound_args(name, args, ["a", "fill_value", "dtype"])?
        } else {
            self.bound_args(name, args, ["a", "dtype", "order"])?
        };
        let like = self.wanted(like, "a", args)?;
        let Some(lazy) = self.as_lazy(&like.term, like.span)? else {
            let title = format!("`{name}` of {}", self.describe(&like.term));
            return Err(self.error(Id::WrongArguments, like.span, title, "expected an array"));
        };
        let array = self.force(&lazy, like.span)?;
        let element = self.dtype_arg(if is_full { third.as_ref() } else { second.as_ref() }, lazy.element)?;
        let order = match self.array_ty(array) {
            Some(ty) if ty.order == Order::F && ty.rank > 1 => Order::F,
            _ => Order::C,
        };
        let dims = self.dims(array, args.span);
        let made = self.allocate(element, dims, order, name == "zeros_like", args.span);
        if name == "ones_like" {
            self.fill_ones(made, args.span)?;
        }
        if is_full {
            let value = self.wanted(second, "fill_value", args)?;
            self.assign_view(made, &value.term, args.span)?;
        }
        Ok(made)
    }

    /// `array`, `asarray`, `copy`.
    fn array_from(&mut self, name: &str, args: &Args) -> Walked<Value> {
        let [from, dtype] = self.bound_args(name, args, ["object", "dtype"])?;
        let from = self.wanted(from, "object", args)?;
        let dtype = match &dtype {
            Some(arg) if !self.is_none(&arg.term) => Some(self.dtype_of(&arg.term, arg.span)?),
            _ => None,
        };
        if let Term::Tuple(_) | Term::Named(..) | Term::List(_) = from.term
            && let Some(array) = self.array_of_items(&from.term, dtype, args.span)?
        {
            return Ok(array);
        }
        let Some(lazy) = self.as_lazy(&from.term, from.span)? else {
            let title = format!("`{name}` of {}", self.describe(&from.term));
            return Err(self.error(Id::WrongArguments, from.span, title, "expected an array or numbers"));
        };
        let wanted_order = match name {
            "ascontiguousarray" => Some(Order::C),
            "asfortranarray" => Some(Order::F),
            _ => None,
        };
        let is_kept = matches!(name, "asarray" | "ascontiguousarray" | "asfortranarray");
        if let Some(array) = lazy.plain_array()
            && let Some(ty) = self.array_ty(array)
            && is_kept
            && dtype.is_none_or(|element| element == ty.element)
            && wanted_order.is_none_or(|order| order == ty.order || ty.rank < 2 && ty.order != Order::Any)
        {
            return Ok(array);
        }
        let element = dtype.unwrap_or(lazy.element);
        if !lazy.has_arrays() {
            let made = self.allocate(element, Vec::new(), Order::C, false, args.span);
            let value = self.scalar_of(&lazy, from.span)?;
            self.set_element(made, Vec::new(), &Term::Value(value), args.span)?;
            return Ok(made);
        }
        let lazy = crate::arrays::cast(&lazy, element);
        match wanted_order {
            Some(order) => {
                let array = self.computed(&lazy, element, args.span)?;
                self.copied(array, order, args.span)
            }
            None => self.computed(&lazy, element, args.span),
        }
    }

    /// An array of the numbers in a tuple or list, which may be nested; none if it holds anything else.
    pub(crate) fn array_of_items(
        &mut self,
        term: &Term,
        dtype: Option<Element>,
        span: Span,
    ) -> Walked<Option<Value>> {
        let mut lengths = Vec::new();
        let mut leaves = Vec::new();
        if !nested_items(term, 0, &mut lengths, &mut leaves) {
            return Ok(None);
        }
        let mut operands = Vec::new();
        for leaf in &leaves {
            let Some(lazy) = self.as_lazy(leaf, span)?.filter(|lazy| !lazy.has_arrays()) else {
                return Ok(None);
            };
            operands.push(ufuncs::Operand { element: lazy.element, is_weak: false });
        }
        let own = ufuncs::common(&operands).or_else(|| Element::of(Ty::F64));
        let Some(element) = dtype.or(own) else { return Ok(None) };
        let dims: Vec<Value> =
            lengths.iter().map(|length| self.word(i128::try_from(*length).unwrap_or(0), span)).collect();
        let array = self.allocate(element, dims, Order::C, false, span);
        let flat = self.flat_view(array, span);
        for (index, leaf) in leaves.iter().enumerate() {
            if let Term::Value(value) = leaf {
                self.check_integer(*value, element, span);
            }
            let index = self.word(i128::try_from(index).unwrap_or(0), span);
            self.set_element(flat, vec![index], leaf, span)?;
        }
        Ok(Some(array))
    }

    fn arange(&mut self, args: &Args) -> Walked<Value> {
        let [first, second, step, dtype] =
            self.bound_args("arange", args, ["start", "stop", "step", "dtype"])?;
        let first = self.wanted(first, "stop", args)?;
        let (start, stop) = match second {
            Some(stop) => (Some(first), stop),
            None => (None, first),
        };
        let mut operands = Vec::new();
        for arg in [start.as_ref(), Some(&stop), step.as_ref()].into_iter().flatten() {
            let (_, ty) = self.number("arange", arg)?;
            let element = Element::of(ty).unwrap_or(Element::Bool);
            operands.push(ufuncs::Operand { element, is_weak: false });
        }
        let own = ufuncs::common(&operands).unwrap_or(Element::Bool);
        let is_integer = matches!(own, Element::Int(_) | Element::Bool);
        let own = if is_integer { Element::of(Ty::I64).unwrap_or(own) } else { own };
        let element = self.dtype_arg(dtype.as_ref(), own)?;
        let ty = own.ty();
        let span = args.span;
        let take = |walker: &mut Self, arg: Option<&Arg>, otherwise: f64| -> Walked<Value> {
            match arg {
                Some(arg) => {
                    let value = walker.value(&arg.term, arg.span)?;
                    Ok(crate::convert::to(&mut walker.body, value, ty, span))
                }
                None => {
                    let value = walker.body.constant(Const::Float(otherwise), Ty::F64, span);
                    Ok(crate::convert::to(&mut walker.body, value, ty, span))
                }
            }
        };
        let start = take(self, start.as_ref(), 0.0)?;
        let stop = take(self, Some(&stop), 0.0)?;
        let step = take(self, step.as_ref(), 1.0)?;
        let name = if is_integer { "array.arange_count" } else { "array.arange_float_count" };
        let count = self.call_prelude(name, &[start, stop, step], span)?;
        let count = self.value(&count, span)?;
        let array = self.allocate(element, vec![count], Order::C, false, span);
        self.counted_loop(count, span, |walker, number| {
            let value = walker.call_prelude("array.arange_item", &[start, step, number], span)?;
            walker.set_element(array, vec![number], &value, span)
        })?;
        Ok(array)
    }

    fn eye(&mut self, name: &str, args: &Args) -> Walked<Value> {
        let (rows, columns, k, dtype) = if name == "identity" {
            let [n, dtype] = self.bound_args(name, args, ["n", "dtype"])?;
            (n, None, None, dtype)
        } else {
            let [rows, columns, k, dtype] = self.bound_args(name, args, ["N", "M", "k", "dtype"])?;
            (rows, columns, k, dtype)
        };
        let span = args.span;
        let rows = self.shape_of(&self.wanted(rows, "N", args)?)?;
        let columns = match &columns {
            Some(columns) if !self.is_none(&columns.term) => self.shape_of(columns)?,
            _ => rows.clone(),
        };
        let k = match &k {
            Some(k) => self.word_arg(k)?,
            None => self.word(0, span),
        };
        let (Some(rows), Some(columns)) = (rows.first().copied(), columns.first().copied()) else {
            return Err(self.error(Id::WrongArguments, span, "`eye` of no length", ""));
        };
        let element = self.dtype_arg(dtype.as_ref(), Element::of(Ty::F64).unwrap_or(Element::Bool))?;
        let array = self.allocate(element, vec![rows, columns], Order::C, true, span);
        self.call_prelude("array.fill_diagonal", &[array, k], span)?;
        Ok(array)
    }

    /// An expression cast to a type and computed into a new array.
    pub(crate) fn as_type(
        &mut self,
        lazy: &std::rc::Rc<Lazy>,
        element: Element,
        span: Span,
    ) -> Walked<Value> {
        let lazy = crate::arrays::cast(lazy, element);
        self.computed(&lazy, element, span)
    }
}

/// The items of nested tuples and lists in order, if all of a depth are as long.
fn nested_items(term: &Term, depth: usize, lengths: &mut Vec<usize>, leaves: &mut Vec<Term>) -> bool {
    let (Term::Tuple(items) | Term::Named(_, items) | Term::List(items)) = term else {
        leaves.push(term.clone());
        return depth == lengths.len();
    };
    if depth == lengths.len() {
        if !leaves.is_empty() {
            return false;
        }
        lengths.push(items.len());
    } else if lengths.get(depth) != Some(&items.len()) {
        return false;
    }
    items.iter().all(|item| nested_items(item, depth + 1, lengths, leaves))
}
