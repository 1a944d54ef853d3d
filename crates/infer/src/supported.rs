//! What compiled code can call, by name: read off the tables that inference itself uses.

use crate::arrays;
use crate::prelude;

/// The names of a module, of the builtins or of the methods of arrays, in order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Supported {
    /// Whose names they are: `builtins`, `math`, `numpy`, `array`.
    pub of: &'static str,
    /// The names.
    pub names: Vec<String>,
}

/// Builtins that inference has rules for.
const BUILTINS: &[&str] = &[
    "abs",
    "all",
    "any",
    "bool",
    "complex",
    "divmod",
    "enumerate",
    "float",
    "int",
    "isinstance",
    "len",
    "max",
    "min",
    "pow",
    "print",
    "range",
    "reversed",
    "round",
    "slice",
    "sum",
    "zip",
];

/// Functions of NumPy that inference builds itself.
const NUMPY: &[&str] = &["ndenumerate", "ndindex"];

/// Everything that compiled code can call.
pub fn supported() -> Vec<Supported> {
    let of_prelude = |module: &str| {
        let names = prelude::names().filter_map(|name| name.strip_prefix(module)?.strip_prefix('_'));
        names.filter(|name| !name.starts_with('_')).map(str::to_owned).collect::<Vec<String>>()
    };
    let mut numpy = of_prelude("numpy");
    let rest = NUMPY.iter().chain(arrays::CREATED).chain(arrays::AS_FUNCTIONS).copied();
    numpy.extend(rest.chain(arrays::elementwise_names()).map(str::to_owned));
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    [
        ("builtins", owned(BUILTINS)),
        ("math", of_prelude("math")),
        ("cmath", of_prelude("cmath")),
        ("numpy", numpy),
        ("numpy.random", owned(crate::random::NAMES)),
        ("Generator", owned(crate::generator::METHODS)),
        ("array", arrays::METHODS.iter().chain(arrays::ATTRIBUTES).map(|name| (*name).to_owned()).collect()),
    ]
    .into_iter()
    .map(|(of, mut names): (_, Vec<String>)| {
        names.sort_unstable();
        names.dedup();
        Supported { of, names }
    })
    .collect()
}
