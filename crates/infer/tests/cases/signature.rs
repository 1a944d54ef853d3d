//! Signatures of case files: `float64(int32, double *)`. Scalars by Numba's names, all else as C in
//! the words of the case's declarations. `auto` for the result leaves it to inference. An array is
//! `array float64 2 C`, with `readonly` and `unaligned` where it is. `generator` is one of NumPy's.

use cdecl::{DeclareOptions, Namespace};
use ctype::{CTypes, TypeId};
use infer::ty_of_c;
use source::Source;
use tir::{ArrayTy, Element, FloatTy, IntTy, Order, Ty};

/// What the C declarations of a case name.
pub(crate) struct World {
    pub(crate) namespace: Namespace,
}

impl World {
    /// The world of these declarations.
    pub(crate) fn new(types: &mut CTypes, text: &str) -> Self {
        let mut namespace = Namespace::new();
        let source = Source::new("<cdef>", text);
        let declared = namespace.declare(types, &source, &DeclareOptions::default());
        declared.expect("the declarations of a case are right");
        Self { namespace }
    }

    pub(crate) fn c_type(&mut self, types: &mut CTypes, name: &str) -> TypeId {
        let source = Source::new("<signature>", name);
        self.namespace.type_name(types, &source).expect("a type of a signature is declared")
    }
}

/// The parameters' types and the result's.
pub(crate) fn read(types: &mut CTypes, world: &mut World, text: &str) -> (Vec<Ty>, Option<Ty>) {
    let (result, params) = text.trim().split_once('(').expect("a signature has parentheses");
    let params = params.strip_suffix(')').expect("a signature ends in a parenthesis");
    let params = params.split(',').map(str::trim).filter(|param| !param.is_empty());
    let params = params.map(|param| ty(types, world, param)).collect();
    (params, (result.trim() != "auto").then(|| ty(types, world, result.trim())))
}

/// A type by its name.
pub(crate) fn ty(types: &mut CTypes, world: &mut World, name: &str) -> Ty {
    if let Some(ty) = scalar(name) {
        return ty;
    }
    if name == "generator" {
        return Ty::Pointer(types.generator());
    }
    if let Some(array) = name.strip_prefix("array ") {
        return Ty::Array(self::array(types, world, array));
    }
    // A pointer to function has parentheses, which signatures do not read: it goes by its typedef.
    let ty = world.c_type(types, name);
    ty_of_c(types, ty).unwrap_or_else(|| panic!("`{name}` is no type of a value"))
}

fn array(types: &mut CTypes, world: &mut World, text: &str) -> ArrayTy {
    let (text, is_aligned) = text.strip_suffix(" unaligned").map_or((text, true), |text| (text, false));
    let (text, is_writable) = text.strip_suffix(" readonly").map_or((text, true), |text| (text, false));
    let mut words = text.rsplitn(3, ' ');
    let order = match words.next() {
        Some("C") => Order::C,
        Some("F") => Order::F,
        _ => Order::Any,
    };
    let rank = words.next().and_then(|rank| rank.parse().ok()).expect("an array has a rank");
    let element = ty(types, world, words.next().expect("an array has an element"));
    let element = Element::of(element).expect("an element of arrays");
    ArrayTy { element, rank, order, is_writable, is_aligned }
}

fn scalar(name: &str) -> Option<Ty> {
    let int = |bits, is_signed| Some(Ty::Int(IntTy { bits, is_signed }));
    match name {
        "void" | "none" => Some(Ty::Unit),
        "bool" => Some(Ty::Bool),
        "int8" => int(8, true),
        "int16" => int(16, true),
        "int32" => int(32, true),
        "int64" => int(64, true),
        "uint8" => int(8, false),
        "uint16" => int(16, false),
        "uint32" => int(32, false),
        "uint64" => int(64, false),
        "float32" => Some(Ty::Float(FloatTy::F32)),
        "float64" => Some(Ty::F64),
        "complex64" => Some(Ty::Complex(FloatTy::F32)),
        "complex128" => Some(Ty::C128),
        _ => None,
    }
}
