//! `np.random`: the functions of NumPy's legacy generator. What they compute is in `prelude/random.py`; here it
//! is decided what their arguments mean, and whether a number or an array comes out.

mod choice;
pub(crate) mod integers;

use diagnostic::Id;
use source::Span;
use tir::{Const, Element, Order, Ty, Value};

use crate::calls::{Arg, Args};
use crate::convert;
use crate::random::integers::Between;
use crate::stop::Walked;
use crate::term::Term;
use crate::walk::Walker;

/// The functions that compiled code has.
pub(crate) const NAMES: &[&str] = &[
    "choice",
    "exponential",
    "normal",
    "permutation",
    "rand",
    "randint",
    "randn",
    "random",
    "random_sample",
    "ranf",
    "sample",
    "seed",
    "shuffle",
    "standard_exponential",
    "standard_normal",
    "uniform",
];

/// A distribution: its name in the prelude, its parameters with their defaults, and whether they are checked.
struct Distribution {
    name: &'static str,
    params: &'static [(&'static str, f64)],
    has_check: bool,
}

const fn plain(name: &'static str) -> Distribution {
    Distribution { name, params: &[], has_check: false }
}

/// The distribution of a function whose last parameter is `size`.
fn distribution(name: &str) -> Option<Distribution> {
    let checked = |name, params| Distribution { name, params, has_check: true };
    Some(match name {
        "random" | "random_sample" | "ranf" | "sample" => plain("random_sample"),
        "standard_normal" => plain("standard_normal"),
        "standard_exponential" => plain("standard_exponential"),
        "uniform" => checked("uniform", &[("low", 0.0), ("high", 1.0)]),
        "normal" => checked("normal", &[("loc", 0.0), ("scale", 1.0)]),
        "exponential" => checked("exponential", &[("scale", 1.0)]),
        _ => return None,
    })
}

impl Walker<'_, '_> {
    /// A function of `np.random`, if it is one.
    pub(crate) fn call_random(&mut self, name: &str, args: &Args) -> Walked<Option<Term>> {
        let Some(name) = name.strip_prefix("numpy.random.") else { return Ok(None) };
        if let Some(distribution) = distribution(name) {
            return self.draw(&distribution, name, args).map(Some);
        }
        let span = args.span;
        let term = match name {
            "seed" => self.seed(args)?,
            "rand" => self.draw_shape(&plain("random_sample"), args)?,
            "randn" => self.draw_shape(&plain("standard_normal"), args)?,
            "randint" => self.randint(args)?,
            "choice" => self.random_choice(args)?,
            "shuffle" => {
                let [array] = self.exactly("shuffle", args)?;
                self.shuffle(&array)?
            }
            "permutation" => {
                let [of] = self.exactly("permutation", args)?;
                self.permutation(&of, span)?
            }
            _ => return Ok(None),
        };
        Ok(Some(term))
    }

    /// A function of the prelude for `np.random`.
    fn random_prelude(&mut self, name: &str, values: &[Value], span: Span) -> Walked<Term> {
        self.call_prelude(&format!("random._{name}"), values, span)
    }

    fn seed(&mut self, args: &Args) -> Walked<Term> {
        let span = args.span;
        let [seed] = self.bound_args("seed", args, ["seed"])?;
        match seed.filter(|seed| !self.is_none(&seed.term)) {
            Some(seed) => {
                let seed = self.word_arg(&seed)?;
                self.random_prelude("seed", &[seed], span)?;
            }
            None => {
                self.call_prelude("_random_reseed", &[], span)?;
            }
        }
        Ok(Term::Value(convert::zero(&mut self.body, Ty::Unit, span)))
    }

    fn draw(&mut self, distribution: &Distribution, shown: &str, args: &Args) -> Walked<Term> {
        let span = args.span;
        let wanted = distribution.params.len();
        let mut names = ["size"; 3];
        for (slot, (param, _)) in names.iter_mut().zip(distribution.params) {
            *slot = param;
        }
        let bound: Vec<Option<Arg>> = match wanted {
            0 => self.bound_args(shown, args, ["size"])?.into(),
            1 => self.bound_args(shown, args, [names[0], "size"])?.into(),
            _ => self.bound_args(shown, args, names)?.into(),
        };
        let mut values = Vec::new();
        for (arg, (_, default)) in bound.iter().zip(distribution.params) {
            values.push(match arg {
                Some(arg) => self.real_arg(shown, arg)?,
                None => self.body.constant(Const::Float(*default), Ty::F64, span),
            });
        }
        if distribution.has_check {
            self.random_prelude(&format!("check_{}", distribution.name), &values, span)?;
        }
        let size = bound[wanted].clone();
        self.sized(size, Ty::F64, span, |walker| walker.random_prelude(distribution.name, &values, span))
    }

    /// `rand` and `randn`, whose arguments are the shape.
    fn draw_shape(&mut self, distribution: &Distribution, args: &Args) -> Walked<Term> {
        let span = args.span;
        if let Some((name, arg)) = args.named.first() {
            let title = format!("`{name}` is not taken here");
            return Err(self.error(Id::WrongArguments, arg.span, title, "expected the lengths of the axes"));
        }
        let items: Vec<Term> = args.positional.iter().map(|arg| arg.term.clone()).collect();
        let size = (!items.is_empty()).then(|| Arg { term: Term::Tuple(items), span });
        self.sized(size, Ty::F64, span, |walker| walker.random_prelude(distribution.name, &[], span))
    }

    /// One draw, or an array of them.
    pub(crate) fn sized(
        &mut self,
        size: Option<Arg>,
        ty: Ty,
        span: Span,
        draw: impl FnOnce(&mut Self) -> Walked<Term>,
    ) -> Walked<Term> {
        let Some(size) = size.filter(|size| !self.is_none(&size.term)) else { return draw(self) };
        let element = Element::of(ty).unwrap_or(Element::Bool);
        let dims = self.shape_of(&size)?;
        let count = self.product(&dims, span);
        let array = self.allocate(element, dims, Order::C, false, span);
        let flat = self.flat_view(array, span);
        self.counted_loop(count, span, |walker, number| {
            let drawn = draw(walker)?;
            walker.set_element(flat, vec![number], &drawn, span)
        })?;
        Ok(Term::Value(array))
    }

    fn randint(&mut self, args: &Args) -> Walked<Term> {
        let span = args.span;
        let [low, high, size, dtype] = self.bound_args("randint", args, ["low", "high", "size", "dtype"])?;
        let low = self.wanted(low, "low", args)?;
        let size = size.filter(|size| !self.is_none(&size.term));
        let dims = match &size {
            Some(size) => Some(self.shape_of(size)?),
            None => None,
        };
        let endpoint = self.body.constant(Const::Bool(false), Ty::Bool, span);
        let between = Between { low, high, dtype, endpoint };
        let interval = self.interval("randint", &between, dims.as_deref(), args)?;
        if !Self::is_narrow(interval.element) {
            return self.draw_wide(interval, size, span, |walker, most| {
                walker.random_prelude("below", &[most], span)
            });
        }
        let is_one = dims.is_none();
        let dims = dims.unwrap_or_else(|| vec![self.word(1, span)]);
        let array = self.allocate(interval.element, dims, Order::C, false, span);
        let flat = self.flat_view(array, span);
        let bits = match interval.element {
            Element::Int(int) => i128::from(int.bits),
            _ => 1,
        };
        let bits = self.word(bits, span);
        self.random_prelude("fill_narrow", &[flat, interval.low, interval.most, bits], span)?;
        if is_one {
            let first = self.word(0, span);
            return Ok(Term::Value(self.get_element(array, vec![first], span)));
        }
        Ok(Term::Value(array))
    }

    fn shuffle(&mut self, of: &Arg) -> Walked<Term> {
        let Some((array, ty)) = self.as_array(&of.term).filter(|(_, ty)| ty.rank > 0) else {
            let title = format!("`shuffle` of {}", self.describe(&of.term));
            return Err(self.error(Id::WrongArguments, of.span, title, "expected an array"));
        };
        let name = if ty.rank == 1 { "shuffle" } else { "shuffle_rows" };
        self.random_prelude(name, &[array], of.span)
    }

    /// `permutation(n)`, or a shuffled copy of an array.
    fn permutation(&mut self, of: &Arg, span: Span) -> Walked<Term> {
        if let Some((array, _)) = self.as_array(&of.term) {
            let copy = self.copied(array, Order::C, span)?;
            self.shuffle(&Arg { term: Term::Value(copy), span: of.span })?;
            return Ok(Term::Value(copy));
        }
        let count = self.word_arg(of)?;
        self.random_prelude("permutation", &[count], span)
    }

    /// A real number as a `float64`.
    pub(crate) fn real_arg(&mut self, name: &str, arg: &Arg) -> Walked<Value> {
        let (value, ty) = self.number(name, arg)?;
        if matches!(ty, Ty::Complex(_)) {
            let title = format!("`{name}` of {}", self.describe(&arg.term));
            return Err(self.error(Id::WrongArguments, arg.span, title, "expected a real number"));
        }
        Ok(convert::to(&mut self.body, value, Ty::F64, arg.span))
    }
}
