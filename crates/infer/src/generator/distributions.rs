//! The distributions of a `Generator` that are functions of C which NumPy exports: which they are, what NumPy asks of
//! their parameters, and in which words it says that they are wrong.

use ctype::{FloatType, IntType, TypeId};
use source::Span;
use tir::{Element, Ty, Value};

use super::exported::Exported;
use crate::calls::{Arg, Args};
use crate::convert;
use crate::stop::Walked;
use crate::term::Term;
use crate::walk::Walker;

use Rule::{
    AboveOne, Any, NotNegative, Positive, PositiveNumber, Probability, ProbabilityAboveZero,
    ProbabilityBelowOne, Rate,
};

/// A distribution.
#[derive(Clone, Copy)]
struct Distribution {
    /// NumPy's function, which takes a bit generator and the parameters.
    symbol: &'static str,
    params: &'static [Param],
    result: Kind,
    /// The function of the prelude that holds the parameters against each other, before each is checked or after.
    check: Option<(&'static str, Order)>,
}

impl Distribution {
    /// Whether NumPy checks and passes the parameters from the last to the first, then room of its own.
    fn is_backwards(&self) -> bool {
        self.symbol == BINOMIAL
    }
}

/// The one whose function differs from the others.
const BINOMIAL: &str = "random_binomial";

/// When something is done.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Before,
    After,
}

/// A real number, or a whole one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Real,
    Whole,
}

impl Kind {
    const fn ty(self) -> Ty {
        match self {
            Self::Real => Ty::F64,
            Self::Whole => Ty::I64,
        }
    }
}

/// A parameter.
#[derive(Clone, Copy)]
struct Param {
    name: &'static str,
    default: Option<f64>,
    kind: Kind,
    rule: Rule,
}

/// Which numbers a parameter may be.
#[derive(Clone, Copy)]
enum Rule {
    Any,
    NotNegative,
    Positive,
    PositiveNumber,
    Probability,
    ProbabilityAboveZero,
    ProbabilityBelowOne,
    AboveOne,
    Rate,
}

impl Rule {
    /// What is wrong, as predicates of the prelude, and what NumPy says then: the name goes where a bar is.
    const fn faults(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Any => &[],
            Self::NotNegative => &[("is_negative", "| < 0")],
            Self::Positive => &[("is_not_above_zero", "| <= 0")],
            Self::PositiveNumber => &[("is_nan", "| must not be NaN"), ("is_not_above_zero", "| <= 0")],
            Self::Probability => &[("is_no_probability", "| < 0, | > 1 or | is NaN")],
            Self::ProbabilityAboveZero => {
                &[("is_no_probability_above_zero", "| <= 0, | > 1 or | contains NaNs")]
            }
            Self::ProbabilityBelowOne => &[("is_no_probability_below_one", "| < 0, | >= 1 or | is NaN")],
            Self::AboveOne => &[("is_not_above_one", "| <= 1 or | is NaN")],
            Self::Rate => {
                &[("is_no_rate", "| < 0 or | is NaN"), ("is_too_large_a_rate", "| value too large")]
            }
        }
    }
}

const fn real(name: &'static str, rule: Rule) -> Param {
    Param { name, default: None, kind: Kind::Real, rule }
}

const fn whole(name: &'static str) -> Param {
    Param { name, default: None, kind: Kind::Whole, rule: NotNegative }
}

const fn or(default: f64, param: Param) -> Param {
    Param { default: Some(default), ..param }
}

const fn of(symbol: &'static str, params: &'static [Param]) -> Distribution {
    Distribution { symbol, params, result: Kind::Real, check: None }
}

const fn count(symbol: &'static str, params: &'static [Param]) -> Distribution {
    Distribution { symbol, params, result: Kind::Whole, check: None }
}

const fn checked(order: Order, check: &'static str, distribution: Distribution) -> Distribution {
    Distribution { check: Some((check, order)), ..distribution }
}

/// Where it lies and how wide it is.
const LOC_SCALE: &[Param] = &[or(0.0, real("loc", Any)), or(1.0, real("scale", NotNegative))];

/// The distributions by their methods, whose last parameter is `size`.
const DISTRIBUTIONS: &[(&str, Distribution)] = &[
    ("beta", of("random_beta", &[real("a", Positive), real("b", Positive)])),
    ("binomial", count(BINOMIAL, &[whole("n"), real("p", Probability)])),
    ("chisquare", of("random_chisquare", &[real("df", Positive)])),
    ("exponential", of("random_exponential", &[or(1.0, real("scale", NotNegative))])),
    ("f", of("random_f", &[real("dfnum", Positive), real("dfden", Positive)])),
    ("gamma", of("random_gamma", &[real("shape", NotNegative), or(1.0, real("scale", NotNegative))])),
    ("geometric", count("random_geometric", &[real("p", ProbabilityAboveZero)])),
    ("gumbel", of("random_gumbel", LOC_SCALE)),
    (
        "hypergeometric",
        checked(
            Order::Before,
            "check_hypergeometric",
            count("random_hypergeometric", &[whole("ngood"), whole("nbad"), whole("nsample")]),
        ),
    ),
    ("laplace", of("random_laplace", LOC_SCALE)),
    ("logistic", of("random_logistic", LOC_SCALE)),
    ("lognormal", of("random_lognormal", &[or(0.0, real("mean", Any)), or(1.0, real("sigma", NotNegative))])),
    ("logseries", count("random_logseries", &[real("p", ProbabilityBelowOne)])),
    (
        "negative_binomial",
        checked(
            Order::After,
            "check_negative_binomial",
            count("random_negative_binomial", &[real("n", PositiveNumber), real("p", ProbabilityAboveZero)]),
        ),
    ),
    (
        "noncentral_chisquare",
        of("random_noncentral_chisquare", &[real("df", Positive), real("nonc", NotNegative)]),
    ),
    (
        "noncentral_f",
        of(
            "random_noncentral_f",
            &[real("dfnum", Positive), real("dfden", Positive), real("nonc", NotNegative)],
        ),
    ),
    ("normal", of("random_normal", LOC_SCALE)),
    ("pareto", of("random_pareto", &[real("a", Positive)])),
    ("poisson", count("random_poisson", &[or(1.0, real("lam", Rate))])),
    ("power", of("random_power", &[real("a", Positive)])),
    ("rayleigh", of("random_rayleigh", &[or(1.0, real("scale", NotNegative))])),
    ("standard_cauchy", of("random_standard_cauchy", &[])),
    ("standard_t", of("random_standard_t", &[real("df", Positive)])),
    (
        "triangular",
        checked(
            Order::Before,
            "check_triangular",
            of("random_triangular", &[real("left", Any), real("mode", Any), real("right", Any)]),
        ),
    ),
    ("vonmises", of("random_vonmises", &[real("mu", Any), real("kappa", NotNegative)])),
    ("wald", of("random_wald", &[real("mean", Positive), real("scale", Positive)])),
    ("weibull", of("random_weibull", &[real("a", NotNegative)])),
    ("zipf", count("random_zipf", &[real("a", AboveOne)])),
];

/// Room for what `random_binomial` works out of its parameters: NumPy's struct is smaller.
const BINOMIAL_WORDS: i128 = 32;

impl Walker<'_, '_> {
    /// A distribution of a generator, if the method is one.
    pub(super) fn call_distribution(&mut self, name: &str, bits: Value, args: &Args) -> Walked<Option<Term>> {
        let known = DISTRIBUTIONS.iter().find(|(known, _)| *known == name);
        let Some((_, distribution)) = known else { return Ok(None) };
        let span = args.span;
        let (params, size) = self.distribution_args(name, distribution, args)?;
        let mut values = Vec::new();
        for (param, arg) in distribution.params.iter().zip(params) {
            values.push(self.parameter(name, param, arg, args)?);
        }
        self.check_parameters(distribution, &values, span)?;
        let ty = distribution.result.ty();
        let function = self.exported_distribution(name, distribution, span)?;
        let values = if distribution.is_backwards() {
            let words = self.word(BINOMIAL_WORDS, span);
            let known = self.allocate(Element::Int(tir::IntTy::I64), vec![words], tir::Order::C, true, span);
            vec![values[1], values[0], self.data(known, span)]
        } else {
            values
        };
        let all: Vec<Value> = std::iter::once(bits).chain(values).collect();
        self.sized(size, ty, span, |walker| Ok(Term::Value(walker.call_exported(&function, &all, ty, span))))
            .map(Some)
    }

    /// The arguments for the parameters, and `size`.
    fn distribution_args(
        &self,
        name: &str,
        distribution: &Distribution,
        args: &Args,
    ) -> Walked<(Vec<Option<Arg>>, Option<Arg>)> {
        let names = |index: usize| distribution.params.get(index).map_or("size", |param| param.name);
        let mut bound: Vec<Option<Arg>> = match distribution.params.len() {
            0 => self.bound_args(name, args, ["size"])?.into(),
            1 => self.bound_args(name, args, [names(0), "size"])?.into(),
            2 => self.bound_args(name, args, [names(0), names(1), "size"])?.into(),
            _ => self.bound_args(name, args, [names(0), names(1), names(2), "size"])?.into(),
        };
        let size = bound.pop().flatten();
        Ok((bound, size))
    }

    /// An argument as the function takes it.
    fn parameter(&mut self, name: &str, param: &Param, arg: Option<Arg>, args: &Args) -> Walked<Value> {
        if param.default.is_some() {
            return self.real_or(name, arg.as_ref(), param.default.unwrap_or_default(), args.span);
        }
        let arg = self.wanted(arg, param.name, args)?;
        match param.kind {
            Kind::Real => self.real_arg(name, &arg),
            Kind::Whole => self.word_arg(&arg),
        }
    }

    /// Raises what NumPy raises where parameters are none.
    fn check_parameters(&mut self, distribution: &Distribution, values: &[Value], span: Span) -> Walked<()> {
        if let Some((check, Order::Before)) = distribution.check {
            self.generator(check, values, span)?;
        }
        let mut pairs: Vec<(&Param, Value)> =
            distribution.params.iter().zip(values.iter().copied()).collect();
        if distribution.is_backwards() {
            pairs.reverse();
        }
        for (param, value) in pairs {
            self.check_parameter(param, value, span)?;
        }
        if let Some((check, Order::After)) = distribution.check {
            self.generator(check, values, span)?;
        }
        Ok(())
    }

    fn check_parameter(&mut self, param: &Param, value: Value, span: Span) -> Walked<()> {
        let number = convert::to(&mut self.body, value, Ty::F64, span);
        for (predicate, words) in param.rule.faults() {
            let found = self.generator(predicate, &[number], span)?;
            let found = self.value(&found, span)?;
            self.raise_if(found, "ValueError", &words.replace('|', param.name), span);
        }
        Ok(())
    }

    fn exported_distribution(
        &mut self,
        name: &str,
        distribution: &Distribution,
        span: Span,
    ) -> Walked<Exported> {
        let mut params: Vec<TypeId> =
            distribution.params.iter().map(|param| self.kind_type(param.kind)).collect();
        if distribution.is_backwards() {
            params.reverse();
            params.push(self.byte_pointer_type());
        }
        let result = self.kind_type(distribution.result);
        self.exported(name, distribution.symbol, &params, result, span)
    }

    fn kind_type(&mut self, kind: Kind) -> TypeId {
        match kind {
            Kind::Real => self.program.types.float(FloatType::Double),
            Kind::Whole => self.program.types.int(IntType::Int64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_distribution_is_a_method_whose_checks_are_in_the_prelude() {
        for (name, distribution) in DISTRIBUTIONS {
            assert!(crate::generator::METHODS.contains(name), "{name}");
            let faults = distribution.params.iter().flat_map(|param| param.rule.faults());
            let checks = distribution.check.map(|(check, _)| check);
            for function in faults.map(|(predicate, _)| *predicate).chain(checks) {
                assert!(crate::prelude::function(&format!("generator._{function}")).is_some(), "{function}");
            }
        }
    }
}
