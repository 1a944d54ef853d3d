//! NumPy's `Generator` as an argument. Its value is the address of the `bitgen_t` of its bit generator; what its
//! methods compute is in `prelude/generator.py`.

use diagnostic::Id;
use source::Span;
use tir::{Const, Order, Ty, Value};

use crate::calls::{Arg, Args};
use crate::convert;
use crate::stop::Walked;
use crate::term::Term;
use crate::walk::Walker;

/// The methods that compiled code has.
pub(crate) const METHODS: &[&str] = &["integers", "permutation", "random", "shuffle", "uniform"];

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
        let stop = self.error(Id::UnsupportedFunction, span, title, "");
        Err(match name {
            "normal" | "standard_normal" | "exponential" | "standard_exponential" => {
                stop.help(format!("call `np.random.{name}`, whose stream is another"))
            }
            _ => stop,
        })
    }

    /// Calls a method of a generator.
    pub(crate) fn call_generator(&mut self, name: &str, bits: Value, args: &Args) -> Walked<Term> {
        let span = args.span;
        match name {
            "random" => {
                let [size] = self.bound_args(name, args, ["size"])?;
                self.sized(size, Ty::F64, span, |walker| walker.generator("random", &[bits], span))
            }
            "uniform" => {
                let [low, high, size] = self.bound_args(name, args, ["low", "high", "size"])?;
                let low = self.real_or(name, low.as_ref(), 0.0, span)?;
                let high = self.real_or(name, high.as_ref(), 1.0, span)?;
                self.generator("check_uniform", &[low, high], span)?;
                self.sized(size, Ty::F64, span, |walker| {
                    walker.generator("uniform", &[bits, low, high], span)
                })
            }
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

    fn generator_integers(&mut self, bits: Value, args: &Args) -> Walked<Term> {
        let span = args.span;
        let [low, high, size, dtype, endpoint] =
            self.bound_args("integers", args, ["low", "high", "size", "dtype", "endpoint"])?;
        let low = self.wanted(low, "low", args)?;
        let low = self.word_arg(&low)?;
        let (low, high) = match high.filter(|high| !self.is_none(&high.term)) {
            Some(high) => (low, self.word_arg(&high)?),
            None => (self.word(0, span), low),
        };
        if let Some(dtype) = dtype
            && self.dtype_of(&dtype.term, dtype.span)?.ty() != Ty::I64
        {
            let title = "`integers` of another dtype than `np.int64`";
            return Err(self.error(Id::WrongArguments, dtype.span, title, ""));
        }
        let endpoint = match &endpoint {
            Some(endpoint) => self.truth(&endpoint.term, endpoint.span)?,
            None => convert::zero(&mut self.body, Ty::Bool, span),
        };
        self.generator("check_integers", &[low, high, endpoint], span)?;
        self.sized(size, Ty::I64, span, |walker| {
            walker.generator("integers", &[bits, low, high, endpoint], span)
        })
    }
}
