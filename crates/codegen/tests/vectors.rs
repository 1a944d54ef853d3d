//! Loops over arrays become vector code.

use codegen::Entry;
use ctype::{CTypes, DataModel};

/// The optimised module of a program without C types.
fn optimized(text: &str) -> String {
    let types = CTypes::new(DataModel::HOST);
    let program = tir::read(text, &mut |_| None).expect("the text is of the form");
    tir::verify(&program, &types).expect("the program keeps the rules");
    let entry = Entry::Native { symbol: "entry".into() };
    let module = codegen::lower(&types, &program, &entry).expect("it lowers");
    module.optimize().expect("LLVM optimises");
    module.llvm_ir()
}

/// How many lines have an operation on vectors of elements of this type.
fn vectors(text: &str, operation: &str, element: &str) -> usize {
    let is_vector = |line: &&str| line.contains(operation) && line.contains(&format!(" x {element}>"));
    text.lines().filter(is_vector).count()
}

/// `sum(a * b)` over two arrays of this type.
fn dot(array: &str, element: &str, math: &str) -> String {
    let zero = if element.starts_with('f') { "0.0" } else { "0" };
    format!(
        "fn0 \"dot\" -> {element}{math}
block0(v0: {array} \"a\", v1: {array} \"b\"):
  v2: i64 = dim v0, 0
  v3: i64 = const 0
  v4: i64 = const 1
  v5: {element} = const {zero}
  jump block1(v3, v5)
block1(v6: i64 \"i\", v7: {element} \"sum\"):
  v8: bool = lt v6, v2
  branch v8, block2(), block3()
block2():
  v9: {element} = get v0(v6)
  v10: {element} = get v1(v6)
  v11: {element} = mul v9, v10
  v12: {element} = add v7, v11
  v13: i64 = add v6, v4
  jump block1(v13, v12)
block3():
  return v7
"
    )
}

/// `out[i, j] = 2 * x[i, j]` over two arrays of rank two, the last axis inside.
fn scale(array: &str) -> String {
    format!(
        "fn0 \"scale\" -> unit
block0(v0: {array} \"x\", v1: {array} \"out\"):
  v2: i64 = dim v0, 0
  v3: i64 = dim v0, 1
  v4: i64 = const 0
  v5: i64 = const 1
  v6: f64 = const 2.0
  jump block1(v4)
block1(v7: i64 \"i\"):
  v8: bool = lt v7, v2
  branch v8, block2(v4), block5()
block2(v9: i64 \"j\"):
  v10: bool = lt v9, v3
  branch v10, block3(), block4()
block3():
  v11: f64 = get v0(v7, v9)
  v12: f64 = mul v11, v6
  set v1(v7, v9), v12
  v13: i64 = add v9, v5
  jump block2(v13)
block4():
  v14: i64 = add v7, v5
  jump block1(v14)
block5():
  return
"
    )
}

#[test]
fn a_sum_of_integers() {
    let text = optimized(&dot("array i32 1 C readonly", "i32", ""));
    assert!(vectors(&text, "load", "i32") >= 2, "{text}");
    assert!(vectors(&text, "mul", "i32") >= 1 && vectors(&text, "add", "i32") >= 1, "{text}");
}

#[test]
fn a_sum_of_floats_where_their_order_may_change() {
    let array = "array f64 1 C readonly";
    let strict = optimized(&dot(array, "f64", ""));
    assert_eq!(vectors(&strict, "fadd", "double"), 0, "{strict}");
    let free = optimized(&dot(array, "f64", " math reassoc"));
    assert!(vectors(&free, "fadd reassoc", "double") >= 1, "{free}");
}

#[test]
fn a_copy_of_rank_two() {
    for array in ["array f64 2 C", "array f64 2 C unaligned"] {
        let text = optimized(&scale(array));
        assert!(vectors(&text, "load", "double") >= 1 && vectors(&text, "store", "double") >= 1, "{text}");
    }
}

/// Where the strides turn out to be those of elements side by side.
#[test]
fn arrays_in_any_order() {
    let text = optimized(&scale("array f64 2 A"));
    assert!(vectors(&text, "load", "double") >= 1 && vectors(&text, "store", "double") >= 1, "{text}");
}

/// The condition that guards a loop removes the check of the index.
#[test]
fn checked_indices_of_a_plain_loop() {
    let text = dot("array i32 1 C readonly", "i32", "");
    let text = text.replace(
        "v9: i32 = get v0(v6)",
        "v14: i64 = index v0, 0, v6 or raise raise0\n  v9: i32 = get v0(v14)",
    );
    let site = "exception0 = IndexError host 0\n";
    let text =
        optimized(&format!("{site}{text}\nraise0 = exception0 in fn0 at 0..1 (value, value, value)\n"));
    assert!(vectors(&text, "mul", "i32") >= 1, "{text}");
    assert!(!text.contains("call void @ferrule_raise"), "{text}");
}
