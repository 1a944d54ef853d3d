//! What inference asks the host.

use std::sync::Arc;

use tir::{ArrayTy, CFunction, Const, HostObject, Ty};

use crate::question::{Answer, Question};
use crate::{Options, TupleClass};

/// What a name or an attribute means.
#[derive(Clone, PartialEq, Debug)]
pub enum Entity {
    /// A scalar, frozen: its value and type. Also a C pointer.
    Constant(Const, Ty),
    /// A string, frozen: for messages of exceptions.
    Text(String),
    /// Something that inference has rules for, by its qualified name: `builtins.abs`, `math.exp`,
    /// `numpy.floor`, `builtins.range`.
    Known(String),
    /// A conversion to this type, such as `types.int32` or `np.float64`.
    Type(Ty),
    /// An exception class by its name.
    Exception(String, HostObject),
    /// A Python function, a cfunc or a jitted function: compiled along with the caller.
    Function(HostObject),
    /// A C function of a loaded library, or a C data pointer to function.
    CFunction(CFunction),
    /// A tuple, frozen.
    Tuple(Vec<Entity>),
    /// An array of NumPy's, frozen.
    Array(FrozenArray),
    /// A tuple of a class, frozen.
    Named(Arc<TupleClass>, Vec<Entity>),
    /// A class of tuples with names for their items.
    NamedTuple(Arc<TupleClass>),
    /// A module, a library or a namespace: only its attributes mean something.
    Namespace(HostObject),
    /// An object that means nothing by itself, but calls of it have implementations; in the words of a message.
    Overloaded(HostObject, String),
    /// Anything else, in the words of a message: "a list", "an object of class `Model`".
    Opaque(String),
}

/// What is known of an argument or a result when compiling.
#[derive(Clone, PartialEq, Debug)]
pub enum Form {
    /// It is a value of this type.
    Value(Ty),
    /// All of it: no value travels for it.
    Known(Entity),
    /// A tuple of such.
    Tuple(Vec<Form>),
    /// A tuple of a class, of such.
    Named(Arc<TupleClass>, Vec<Form>),
    /// One of these, all of them known: a number says which.
    Choice(Vec<Form>),
    /// `None` or such: a `bool` that says which, then what it holds.
    Optional(Box<Form>),
}

/// A copy of an array that nobody writes, kept alive by the code.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FrozenArray {
    /// Its type, which is read-only.
    pub ty: ArrayTy,
    /// Where its first element is.
    pub address: u64,
    /// The length of each axis.
    pub dims: Vec<i64>,
    /// The bytes from one element to the next along each axis.
    pub strides: Vec<i64>,
}

/// The builtin exceptions that operations raise: those that [`Environment::builtin_exception`] is
/// asked for, whatever the program itself names.
pub const BUILTIN_EXCEPTIONS: &[&str] = &[
    "AssertionError",
    "IndexError",
    "MemoryError",
    "OverflowError",
    "TypeError",
    "UnboundLocalError",
    "ValueError",
    "ZeroDivisionError",
];

/// A snapshot of what a function sees. It answers without the interpreter.
pub trait Environment: Send + Sync {
    /// What `name` means where the function does not bind it: closure, then globals, then builtins.
    fn global(&self, name: &str) -> Option<Entity>;

    /// What attribute `name` of a namespace means.
    fn attribute(&self, namespace: HostObject, name: &str) -> Option<Entity>;

    /// The source of a function that is compiled along.
    ///
    /// # Errors
    /// The sentence that says why there is none.
    fn function(&self, function: HostObject) -> Result<FunctionSource, String>;

    /// Where a function of the host's libraries is, by its name there: `dgemm` of a BLAS, `random_normal` of NumPy. None
    /// where the host has none.
    fn library_function(&self, _name: &str) -> Option<u64> {
        None
    }

    /// The object by which Python code added implementations for calls of `callee`, if it added any.
    fn overloaded(&self, _callee: &Entity) -> Option<HostObject> {
        None
    }

    /// Whether Python code added an attribute or a method of this name to values of some type.
    fn adds(&self, _name: &str) -> bool {
        false
    }

    /// What the host found; none where it was not asked yet.
    fn answer(&self, _question: &Question) -> Option<Answer> {
        None
    }

    /// The builtin exception class of that name, whatever the name is bound to now.
    fn builtin_exception(&self, name: &str) -> HostObject;
}

impl FunctionSource {
    /// A function of the prelude.
    pub(crate) fn of_prelude(
        name: String,
        syntax: Arc<pysyntax::Syntax>,
        environment: Arc<dyn Environment>,
    ) -> Self {
        Self {
            name,
            syntax,
            environment,
            defaults: Vec::new(),
            options: None,
            given: Vec::new(),
            locals: Vec::new(),
        }
    }
}

/// A Python function as text, with what it sees.
#[derive(Clone)]
pub struct FunctionSource {
    /// Its qualified name.
    pub name: String,
    /// Its syntax.
    pub syntax: Arc<pysyntax::Syntax>,
    /// What its free names mean.
    pub environment: Arc<dyn Environment>,
    /// Default values of its last parameters.
    pub defaults: Vec<Entity>,
    /// How it is compiled; as its caller where it does not say.
    pub options: Option<Options>,
    /// Arguments of the function that is asked for, by number, of which more is known than their type.
    pub given: Vec<(usize, Form)>,
    /// Names of its variables that always have these types: what is assigned to them is converted.
    pub locals: Vec<(String, Form)>,
}
