//! Functions of `math`, `cmath` and `numpy` that are written in the supported subset, and expanded
//! where they are called.
//!
//! The annotation of a parameter says what is taken and what it is converted to before: `real` to
//! a float, `integer` to a 64-bit integer, `number` to a float or complex number, `complex` to
//! `complex128`; `plain` takes any real number and `scalar` any number as it is. Parameters of
//! one kind get one type. A name with an underscore before it is a
//! primitive. Defaults are `None`, whatever the text says. `np` is NumPy, as for users.

use std::sync::{Arc, LazyLock};

use diagnostic::Id;
use pysyntax::{ExprKind, Syntax};
use rustc_hash::FxHashMap;
use source::Source;
use tir::{Const, Ty};

use crate::calls::Arg;
use crate::convert;
use crate::stop::Walked;
use crate::term::Term;
use crate::walk::Walker;
use crate::{Entity, FunctionSource, promote};

/// The modules: the prefix of their functions' names, and their text.
const MODULES: &[(&str, &str)] = &[
    ("array", include_str!("prelude/array.py")),
    ("choice", include_str!("prelude/choice.py")),
    ("cmath", include_str!("prelude/cmath.py")),
    ("generator", include_str!("prelude/generator.py")),
    ("math", include_str!("prelude/math.py")),
    ("numbers", include_str!("prelude/numbers.py")),
    ("numpy", include_str!("prelude/numpy.py")),
    ("numpy arrays", include_str!("prelude/numpy_arrays.py")),
    ("random", include_str!("prelude/random.py")),
];

static FUNCTIONS: LazyLock<FxHashMap<String, Arc<Syntax>>> = LazyLock::new(|| {
    let mut functions = FxHashMap::default();
    for (module, text) in MODULES {
        let source = Source::new(&format!("<ferrule {module}>"), text);
        let all = pysyntax::parse_all(&source).expect("the prelude is of the subset: its tests parse it");
        functions.extend(all.into_iter().map(|syntax| (syntax.name.clone(), Arc::new(syntax))));
    }
    functions
});

/// The prelude function of a qualified name such as `math.exp`.
pub(crate) fn function(name: &str) -> Option<Arc<Syntax>> {
    FUNCTIONS.get(&name.replace('.', "_")).cloned()
}

/// The names of all functions of the prelude.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.keys().map(String::as_str)
}

/// Whether a function is of the prelude.
pub(crate) fn is_prelude(function: &FunctionSource) -> bool {
    FUNCTIONS.get(&function.syntax.name).is_some_and(|known| Arc::ptr_eq(known, &function.syntax))
}

/// Whether a prelude function is compiled as a function of its own.
pub(crate) fn is_called(syntax: &Syntax) -> bool {
    let Some(returns) = syntax.returns else { return false };
    matches!(syntax.exprs[returns].kind, ExprKind::Name(name) if syntax.name(name) == "call")
}

/// What to do instead of a function that is not supported.
pub(crate) fn instead(name: &str) -> Option<&'static str> {
    Some(match name {
        "math.fsum" | "math.prod" | "math.dist" | "math.sumprod" | "builtins.sum" => {
            "add or multiply in a `for` loop over `range`"
        }
        "numpy.where" => "write `a if condition else b`",
        "builtins.len" => "pass the length as an argument",
        "builtins.isinstance" | "builtins.type" => {
            "the types are those of the signature: write one function for each"
        }
        _ => return None,
    })
}

/// What a name means in the text of the prelude. Exception classes are the host's.
pub(crate) fn global(name: &str) -> Entity {
    let float = |value| Entity::Constant(Const::Float(value), Ty::F64);
    match name {
        "_inf" => float(f64::INFINITY),
        "_nan" => float(f64::NAN),
        "_pi" => float(std::f64::consts::PI),
        "np" => Entity::Known("numpy".to_owned()),
        _ if name.starts_with('_') => Entity::Known(name.to_owned()),
        _ if FUNCTIONS.contains_key(name) => Entity::Known(name.replacen('_', ".", 1)),
        _ => Entity::Known(format!("builtins.{name}")),
    }
}

/// What a parameter of the prelude takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Real,
    Integer,
    Number,
    Complex,
    Plain,
    Scalar,
}

impl Kind {
    fn of(syntax: &Syntax, param: &pysyntax::Param) -> Option<Self> {
        let ExprKind::Name(name) = syntax.exprs[param.annotation?].kind else { return None };
        match syntax.name(name) {
            "real" => Some(Self::Real),
            "integer" => Some(Self::Integer),
            "number" => Some(Self::Number),
            "complex" => Some(Self::Complex),
            "plain" => Some(Self::Plain),
            "scalar" => Some(Self::Scalar),
            _ => None,
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Real | Self::Plain => "a real number",
            Self::Integer => "an integer",
            Self::Number | Self::Complex | Self::Scalar => "a number",
        }
    }

    /// The type that an argument of type `ty` becomes.
    fn convert(self, ty: Ty) -> Option<Ty> {
        let is_real = matches!(ty, Ty::Bool | Ty::Int(_) | Ty::Float(_));
        let is_number = is_real || matches!(ty, Ty::Complex(_));
        match self {
            Self::Number if matches!(ty, Ty::Complex(_)) => Some(ty),
            Self::Real | Self::Number => promote::float(ty).map(Ty::Float),
            Self::Integer => promote::widen(ty).filter(|ty| matches!(ty, Ty::Int(_))),
            Self::Complex => is_number.then_some(Ty::C128),
            Self::Plain => is_real.then_some(ty),
            Self::Scalar => is_number.then_some(ty),
        }
    }
}

impl Walker<'_, '_> {
    /// Converts arguments to what the annotations of a prelude function say.
    pub(crate) fn convert_args(&mut self, source: &FunctionSource, args: &mut [Arg]) -> Walked<()> {
        let syntax = &source.syntax;
        let kinds: Vec<Option<Kind>> = syntax.params.iter().map(|param| Kind::of(syntax, param)).collect();
        let mut common: Vec<(Kind, Ty)> = Vec::new();
        for (kind, arg) in kinds.iter().zip(args.iter()) {
            let Some(kind) = *kind else { continue };
            let Some(ty) = self.taken_type(kind, arg, &source.name)? else { continue };
            match common.iter_mut().find(|(known, _)| *known == kind) {
                Some((Kind::Integer, so_far)) => *so_far = promote::arithmetic(*so_far, ty).unwrap_or(ty),
                Some((_, so_far)) => *so_far = promote::join(*so_far, ty).unwrap_or(ty),
                None => common.push((kind, ty)),
            }
        }
        for (kind, arg) in kinds.iter().zip(args) {
            let ty = common.iter().find(|(known, _)| Some(*known) == *kind).map(|(_, ty)| *ty);
            if let (Some(ty), Term::Value(value)) = (ty, &arg.term)
                && self.body.ty(*value) != Ty::Unit
            {
                arg.term = Term::Value(convert::to(&mut self.body, *value, ty, arg.span));
            }
        }
        Ok(())
    }

    /// The type that an argument becomes on its own; none for a default.
    fn taken_type(&self, kind: Kind, arg: &Arg, name: &str) -> Walked<Option<Ty>> {
        if let Term::Value(value) = &arg.term {
            let ty = self.body.ty(*value);
            if ty == Ty::Unit {
                return Ok(None);
            }
            if let Some(ty) = kind.convert(ty) {
                return Ok(Some(ty));
            }
        }
        let title = format!("`{name}` of {}", self.describe(&arg.term));
        let stop = self.error(Id::WrongArguments, arg.span, title, format!("expected {}", kind.words()));
        let Term::Value(value) = arg.term else { return Err(stop) };
        Err(match self.body.ty(value) {
            Ty::Pointer(_) => stop.help("index it to read what it points to: `p[0]`"),
            Ty::Float(_) => stop.help("convert it: `int(…)`"),
            Ty::Complex(_) if function(&format!("c{name}")).is_some() => {
                stop.help(format!("call `c{name}`, which takes complex numbers"))
            }
            Ty::Complex(_) => stop.help("take its `.real`"),
            Ty::Unit | Ty::Bool | Ty::Int(_) | Ty::Record(_) | Ty::Array(_) | Ty::Tuple(_) => stop,
        })
    }
}
