//! NumPy's `Generator` as an argument. Its value is the address of the `bitgen_t` of its bit generator; what its
//! methods compute is in `prelude/generator.py`, or is a function of C that NumPy exports.

mod choice;
mod distributions;
mod exported;
mod integers;
mod standard;

pub(crate) use choice::{OF_LEGACY, Population};

use diagnostic::Id;
use source::Span;
use tir::{Const, Order, Ty, Value};

use crate::calls::{Arg, Args};
use crate::stop::Walked;
use crate::term::Term;
use crate::walk::Walker;

/// The methods that compiled code has.
pub(crate) const METHODS: &[&str] = &[
    "beta",
    "binomial",
    "chisquare",
    "choice",
    "exponential",
    "f",
    "gamma",
    "geometric",
    "gumbel",
    "hypergeometric",
    "integers",
    "laplace",
    "logistic",
    "lognormal",
    "logseries",
    "negative_binomial",
    "noncentral_chisquare",
    "noncentral_f",
    "normal",
    "pareto",
    "permutation",
    "poisson",
    "power",
    "random",
    "rayleigh",
    "shuffle",
    "standard_cauchy",
    "standard_exponential",
    "standard_gamma",
    "standard_normal",
    "standard_t",
    "triangular",
    "uniform",
    "vonmises",
    "wald",
    "weibull",
    "zipf",
];

impl Walker<'_, '_> {
    /// Whether a value is a generator.
    pub(crate) fn is_generator(&self, value: Value) -> bool {
        matches!(self.body.ty(value), Ty::Pointer(pointer) if self.program.types.is_generator_pointer(pointer))
    }

    /// A method of a generator.
    pub(crate) fn generator_attribute(&mut self, of: Value, name: &str, span: Span) -> Walked<Term> {
        if let Some(known) = METHODS.iter().find(|known| **known == name) {
            return Ok(Term::Method(known, of));
        }
        let title = format!("`Generator.{name}` is not supported in compiled code");
        Err(self.error(Id::UnsupportedFunction, span, title, ""))
    }

    /// Calls a method of a generator.
    pub(crate) fn call_generator(&mut self, name: &str, bits: Value, args: &Args) -> Walked<Term> {
        let span = args.span;
        if let Some(drawn) = self.call_standard(name, bits, args)? {
            return Ok(drawn);
        }
        if let Some(drawn) = self.call_distribution(name, bits, args)? {
            return Ok(drawn);
        }
        match name {
            "uniform" => {
                let [low, high, size] = self.bound_args(name, args, ["low", "high", "size"])?;
                let low = self.real_or(name, low.as_ref(), 0.0, span)?;
                let high = self.real_or(name, high.as_ref(), 1.0, span)?;
                self.generator("check_uniform", &[low, high], span)?;
                self.sized(size, Ty::F64, span, |walker| {
                    walker.generator("uniform", &[bits, low, high], span)
                })
            }
            "choice" => self.generator_choice(bits, args),
            "integers" => self.generator_integers(bits, args),
            "permutation" => {
                let [of] = self.exactly(name, args)?;
                self.generator_permutation(bits, &of, span)
            }
            _ => {
                let [of] = self.exactly(name, args)?;
                self.generator_shuffle(bits, &of)
            }
        }
    }

    /// Shuffles an array along its first axis.
    fn generator_shuffle(&mut self, bits: Value, of: &Arg) -> Walked<Term> {
        let Some((array, ty)) = self.as_array(&of.term).filter(|(_, ty)| ty.rank > 0) else {
            let title = format!("`shuffle` of {}", self.describe(&of.term));
            return Err(self.error(Id::WrongArguments, of.span, title, "expected an array"));
        };
        self.check_writable(array, of.span)?;
        let name = if ty.rank == 1 { "shuffle" } else { "shuffle_rows" };
        self.generator(name, &[bits, array], of.span)
    }

    /// `permutation(n)`, or a shuffled copy of an array.
    fn generator_permutation(&mut self, bits: Value, of: &Arg, span: Span) -> Walked<Term> {
        let Some((array, _)) = self.as_array(&of.term) else {
            let count = self.word_arg(of)?;
            return self.generator("permutation", &[bits, count], span);
        };
        let copy = self.copied(array, Order::C, span)?;
        self.generator_shuffle(bits, &Arg { term: Term::Value(copy), span: of.span })?;
        Ok(Term::Value(copy))
    }

    fn generator(&mut self, name: &str, values: &[Value], span: Span) -> Walked<Term> {
        self.call_prelude(&format!("generator._{name}"), values, span)
    }

    fn real_or(&mut self, name: &str, arg: Option<&Arg>, otherwise: f64, span: Span) -> Walked<Value> {
        match arg {
            Some(arg) => self.real_arg(name, arg),
            None => Ok(self.body.constant(Const::Float(otherwise), Ty::F64, span)),
        }
    }
}
