//! Types and terms in the words of a message.

use ctype::CTypes;
use tir::{ArrayTy, Const, FloatTy, Order, Ty};

use crate::Entity;
use crate::body::Body;
use crate::term::{Shape, Term};

/// A type as users know it: `int64`, `complex128`, `double *`.
pub(crate) fn ty(types: &CTypes, ty: Ty) -> String {
    match ty {
        Ty::Unit => "None".to_owned(),
        Ty::Bool => "bool".to_owned(),
        Ty::Int(int) => format!("{}int{}", if int.is_signed { "" } else { "u" }, int.bits),
        Ty::Float(FloatTy::F32) => "float32".to_owned(),
        Ty::Float(FloatTy::F64) => "float64".to_owned(),
        Ty::Complex(FloatTy::F32) => "complex64".to_owned(),
        Ty::Complex(FloatTy::F64) => "complex128".to_owned(),
        Ty::Pointer(id) | Ty::Record(id) => types.name(id),
        Ty::Array(array) => array_name(types, array),
        Ty::Tuple(tuple) => {
            let items: Vec<String> = tuple.items().iter().map(|item| self::ty(types, *item)).collect();
            let comma = if items.len() == 1 { "," } else { "" };
            format!("({}{comma})", items.join(", "))
        }
    }
}

/// As Numba prints it: `array(float64, 2d, C)`, `readonly` and `unaligned` where it is.
fn array_name(types: &CTypes, array: ArrayTy) -> String {
    let order = match array.order {
        Order::C => "C",
        Order::F => "F",
        Order::Any => "A",
    };
    let readonly = if array.is_writable { "" } else { "readonly " };
    let unaligned = if array.is_aligned { "" } else { "unaligned " };
    let element = ty(types, array.element.ty());
    format!("{unaligned}{readonly}array({element}, {}d, {order})", array.rank)
}

/// What a term is: "`int64`", "a tuple", "the function `math.exp`".
pub(crate) fn term(types: &CTypes, body: &Body, term: &Term) -> String {
    match term {
        Term::Value(value) => format!("`{}`", ty(types, body.ty(*value))),
        Term::Tuple(items) => format!("a tuple of {}", items.len()),
        Term::Named(class, _) => format!("a `{}`", class.name),
        Term::Optional(_, item) => format!("{} or `None`", self::term(types, body, item)),
        Term::Entity(found) => entity(found),
        Term::Method(name, _) | Term::TupleMethod(name, _) => format!("the method `{name}`"),
        Term::Bound(bound) => format!("the method `{}`", bound.name),
        Term::List(items) => format!("a list of {}", items.len()),
        Term::Lazy(lazy) => {
            format!("`array({}, {}d)`", ty(types, lazy.element.ty()), lazy.rank)
        }
        Term::Flat(_) => "the elements of an array".to_owned(),
        Term::Closure(closure) => format!("the function `{}`", closure.syntax.name),
        Term::Slice(_) => "a slice".to_owned(),
        Term::Sequence(sequence) => sequence.words().to_owned(),
        Term::Choice(choice) => one_of(
            choice.alternatives.iter().map(|(_, alternative)| self::term(types, body, alternative)).collect(),
        ),
    }
}

/// What a shape is.
pub(crate) fn shape(types: &CTypes, body: &Body, shape: &Shape) -> String {
    match shape {
        Shape::Exact(exact) => term(types, body, exact),
        Shape::Value(value) => format!("`{}`", ty(types, *value)),
        Shape::Tuple(items) => format!("a tuple of {}", items.len()),
        Shape::Named(class, _) => format!("a `{}`", class.name),
        Shape::Closure(closure) => format!("the function `{}`", closure.name()),
        Shape::Optional(item) => format!("{} or `None`", self::shape(types, body, item)),
        Shape::Choice(shapes) => one_of(shapes.iter().map(|one| self::shape(types, body, one)).collect()),
    }
}

/// Several in words: "a function or a string".
fn one_of(mut words: Vec<String>) -> String {
    let count = words.len();
    words.dedup();
    match &words[..] {
        [one] => format!("one of {count}, each {one}"),
        [all @ .., last] if count <= 4 => format!("{} or {last}", all.join(", ")),
        _ => format!("one of {count} functions, strings or classes"),
    }
}

/// What an entity is.
pub(crate) fn entity(entity: &Entity) -> String {
    match entity {
        Entity::Constant(Const::Unit, _) => "`None`".to_owned(),
        Entity::Constant(..) => "a constant".to_owned(),
        Entity::Text(_) => "a string".to_owned(),
        Entity::Known(name) => format!("the function `{}`", name.trim_start_matches("builtins.")),
        Entity::Type(_) => "a type".to_owned(),
        Entity::Exception(name, _) => format!("the exception class `{name}`"),
        Entity::Function(_) => "a function".to_owned(),
        Entity::CFunction(function) => format!("the C function `{}`", function.name),
        Entity::Tuple(items) => format!("a tuple of {}", items.len()),
        Entity::Array(_) => "an array".to_owned(),
        Entity::Named(class, _) => format!("a `{}`", class.name),
        Entity::NamedTuple(class) => format!("the class `{}`", class.name),
        Entity::Namespace(_) => "a module".to_owned(),
        Entity::Overloaded(_, words) | Entity::Opaque(words) => words.clone(),
    }
}
