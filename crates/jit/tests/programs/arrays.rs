//! Arrays and tuples through the native entry: elements of every kind and order, indices, memory that is
//! counted.

use std::ptr::NonNull;
use std::sync::Mutex;
use std::sync::atomic::Ordering::Relaxed;

use ctype::{CTypes, DataModel, FloatType};
use runtime::memory::{Memory, live};

use crate::errors::BORDER;
use crate::run::{Linked, PENDING, compile_native, raised};

/// Blocks of memory are counted for the process: one test at a time.
static MEMORY: Mutex<()> = Mutex::new(());

/// Compiled code with a native entry.
struct Native(Linked);

impl Native {
    /// Compiles the text of a program, whose only C types are `double *` and `long(long)`: the latter for C
    /// functions at the address.
    fn new(text: &str, address: u64, optimize: bool) -> Self {
        let mut types = CTypes::new(DataModel::HOST);
        let double = types.float(FloatType::Double);
        let pointer = types.pointer_to(double);
        let long = types.int(ctype::IntType::Long);
        let function = types.function(long, &[long], false);
        let mut resolve = |name: &str| Some(if name == "double *" { pointer } else { function });
        let mut program = tir::read(text, &mut resolve).expect("the text is of the form");
        for id in program.c_functions.ids().collect::<Vec<_>>() {
            program.c_functions[id].address = address;
        }
        Self(compile_native(&types, &program, optimize))
    }

    /// Optimised and not.
    fn both(text: &str) -> [Self; 2] {
        [false, true].map(|optimize| Self::new(text, 0, optimize))
    }

    /// The words of the result, or the status.
    fn call<const N: usize>(&self, args: &[u64]) -> Result<[u64; N], i32> {
        // SAFETY: a native entry has this signature.
        let entry: extern "C" fn(*mut u64, *const u64) -> i32 = unsafe { self.0.entry() };
        let mut results = [0xDEAD; N];
        match entry(results.as_mut_ptr(), args.as_ptr()) {
            0 => Ok(results),
            status => Err(status),
        }
    }
}

/// The words of an array that nobody owns.
fn words<T>(elements: &[T], shape: &[i64]) -> Vec<u64> {
    [0, elements.as_ptr().addr() as u64].into_iter().chain(shape.iter().map(|n| n.cast_unsigned())).collect()
}

/// What a header's word stands for.
fn header(word: u64) -> NonNull<Memory> {
    let address = usize::try_from(word).expect("an address");
    NonNull::new(std::ptr::with_exposed_provenance_mut(address)).expect("there is memory")
}

/// The elements that a word of data points to.
fn elements<T: Copy>(word: u64, count: usize) -> Vec<T> {
    let data: *const T = std::ptr::with_exposed_provenance(usize::try_from(word).expect("an address"));
    // SAFETY: the tests ask for elements that the code they compiled has written there.
    unsafe { std::slice::from_raw_parts(data, count) }.to_vec()
}

/// `out[i, j] = x[i, j]` for two array types with the same element.
fn copy(from: &str, to: &str, element: &str) -> String {
    format!(
        "fn0 \"copy\" -> unit
block0(v0: {from} \"x\", v1: {to} \"out\"):
  v2: i64 = dim v0, 0
  v3: i64 = dim v0, 1
  v4: i64 = const 0
  v5: i64 = const 1
  jump block1(v4)
block1(v6: i64 \"i\"):
  v7: bool = lt v6, v2
  branch v7, block2(v4), block5()
block2(v8: i64 \"j\"):
  v9: bool = lt v8, v3
  branch v9, block3(), block4()
block3():
  v10: {element} = get v0(v6, v8)
  set v1(v6, v8), v10
  v11: i64 = add v8, v5
  jump block2(v11)
block4():
  v12: i64 = add v6, v5
  jump block1(v12)
block5():
  return
"
    )
}

#[test]
fn a_copy_from_c_to_fortran_order() {
    for (rows, columns) in [(3_usize, 4_usize), (37, 21), (0, 5), (5, 0), (1, 1)] {
        for code in Native::both(&copy("array f64 2 C readonly", "array f64 2 F", "f64")) {
            let x: Vec<f64> = (0_i16..).take(rows * columns).map(f64::from).collect();
            let mut out = vec![-1.0_f64; rows * columns];
            let shape = [rows, columns].map(|length| i64::try_from(length).expect("small"));
            let mut args = words(&x, &shape);
            args.extend(words(&out, &shape));
            args[5] = out.as_mut_ptr().addr() as u64;
            assert_eq!(code.call::<0>(&args), Ok([]));
            for row in 0..rows {
                for column in 0..columns {
                    assert_eq!(out[column * rows + row].to_bits(), x[row * columns + column].to_bits());
                }
            }
        }
    }
}

#[test]
fn strides_may_be_negative_zero_or_odd() {
    // A row of nine bytes: a 32-bit integer at the second byte, so none is aligned.
    let mut bytes = [0_u8; 9 * 6];
    for row in 0..6_u8 {
        bytes[usize::from(row) * 9 + 1..][..4].copy_from_slice(&(1000 + i32::from(row)).to_ne_bytes());
    }
    let last = bytes.as_ptr().addr() as u64 + 9 * 5 + 1;
    let (types, element) = (["array i32 2 A readonly unaligned", "array i32 2 C"], "i32");
    for code in Native::both(&copy(types[0], types[1], element)) {
        let mut out = [0_i32; 12];
        let mut args = vec![0, last, 6, 2, (-9_i64).cast_unsigned(), 0];
        args.extend(words(&out, &[6, 2]));
        args[7] = out.as_mut_ptr().addr() as u64;
        assert_eq!(code.call::<0>(&args), Ok([]));
        assert_eq!(out, [1005, 1005, 1004, 1004, 1003, 1003, 1002, 1002, 1001, 1001, 1000, 1000]);
    }
}

/// Aligned arrays in any order: steps that are counted in elements.
#[test]
fn every_second_element_backwards() {
    let x: Vec<f64> = (0_i16..24).map(f64::from).collect();
    for code in Native::both(&copy("array f64 2 A readonly", "array f64 2 A", "f64")) {
        let mut out = [0.0_f64; 6];
        // x.reshape(4, 6)[::-1, ::2][:2], into a transposed array.
        let first = x.as_ptr().addr() as u64 + 8 * 18;
        let mut args = vec![0, first, 2, 3, (-48_i64).cast_unsigned(), 16];
        args.extend([0, out.as_mut_ptr().addr() as u64, 2, 3, 8, 16]);
        assert_eq!(code.call::<0>(&args), Ok([]));
        assert_eq!(out.map(f64::to_bits), [18.0, 12.0, 20.0, 14.0, 22.0, 16.0].map(f64::to_bits));
    }
}

#[test]
fn truth_values_complex_numbers_and_no_axes() {
    let text = "fn0 \"f\" -> tuple (bool, bool, c64, f64)
block0(v0: array bool 1 C \"mask\", v1: array c64 1 C \"z\", v2: array f64 0 C \"scalar\"):
  v3: i64 = const 0
  v4: i64 = const 1
  v5: bool = get v0(v3)
  v6: bool = get v0(v4)
  v7: c64 = get v1(v4)
  set v1(v3), v7
  v8: f64 = get v2()
  v9: bool = not v5
  set v0(v3), v9
  v10: tuple (bool, bool, c64, f64) = tuple (v5, v6, v7, v8)
  return v10
";
    for code in Native::both(text) {
        let (mut mask, mut z, scalar) = ([2_u8, 0], [0.0_f32, 0.0, 1.5, -2.5], [0.1_f64]);
        let mut args = words(&mask, &[2]);
        args[1] = mask.as_mut_ptr().addr() as u64;
        args.extend([0, z.as_mut_ptr().addr() as u64, 2]);
        args.extend(words(&scalar, &[]));
        let results = code.call::<5>(&args).expect("it returns");
        let parts = [1.5_f32, -2.5].map(|part| u64::from(part.to_bits()));
        assert_eq!(results, [1, 0, parts[0], parts[1], 0.1_f64.to_bits()]);
        assert_eq!((mask, z), ([0, 0], [1.5, -2.5, 1.5, -2.5]));
    }
}

#[test]
fn scalars_travel_as_words() {
    let text = "fn0 \"f\" -> tuple (bool, i8, u16, f32, c128, unit, i64)
block0(v0: bool, v1: i8, v2: u16, v3: f32, v4: c128, v5: unit, v6: i64):
  v7: f32 = neg v3
  v8: tuple (bool, i8, u16, f32, c128, unit, i64) = tuple (v0, v1, v2, v7, v4, v5, v6)
  return v8
";
    let low_bits = |value: i64| value.cast_unsigned();
    let parts = [1.0_f64, -0.0].map(f64::to_bits);
    let float = |value: f32| u64::from(value.to_bits());
    for code in Native::both(text) {
        // What lies above a narrow part does not matter.
        let args = [1, 0xFFFE, 0x1_FFFF, float(2.5) | 1 << 40, parts[0], parts[1], low_bits(-7)];
        let expected = [1, low_bits(-2), 0xFFFF, float(-2.5), parts[0], parts[1], low_bits(-7)];
        assert_eq!(code.call::<7>(&args), Ok(expected));
    }
}

const CHECKED: &str = "exception0 = IndexError host 0

fn0 \"get\" -> f64
block0(v0: array f64 2 C \"x\", v1: i64 \"i\", v2: i64 \"j\"):
  retain v0
  v3: i64 = index v0, 0, v1 or raise raise0 or release v0
  v4: i64 = index v0, 1, v2 or raise raise0 or release v0
  v5: f64 = get v0(v3, v4)
  release v0
  return v5

raise0 = exception0 in fn0 at 0..1 (format (\"index \", \" is out of bounds for size \", \" of shape (\", \", \", \")\"))
";

#[test]
fn indices_count_from_the_end_and_are_checked() {
    let x = [0.0, 1.0, 2.0, 10.0, 11.0, 12.0_f64];
    for code in Native::both(CHECKED) {
        let mut owner = Memory::borrowed(std::ptr::null_mut());
        let owner = NonNull::from(&mut owner);
        let mut args = words(&x, &[2, 3]);
        args[0] = owner.as_ptr().expose_provenance() as u64;
        args.extend([0, 0]);
        for i in (-4..4_i64).chain([i64::MIN, i64::MAX]) {
            for j in (-5..5_i64).chain([i64::MIN, i64::MAX]) {
                (args[4], args[5]) = (i.cast_unsigned(), j.cast_unsigned());
                let (row, column) = (if i < 0 { i + 2 } else { i }, if j < 0 { j + 3 } else { j });
                let (wrong, length) = if (0..2).contains(&row) { (j, 3) } else { (i, 2) };
                let result = code.call::<1>(&args);
                if (0..2).contains(&row) && (0..3).contains(&column) {
                    let place = usize::try_from(row * 3 + column).expect("inside");
                    assert_eq!((result, raised()), (Ok([x[place].to_bits()]), None));
                } else {
                    assert_eq!(result, Err(1));
                    let raised = raised().expect("it raised");
                    assert_eq!((raised.site, raised.args), (0, vec![wrong.cast_unsigned(), length, 2, 3]));
                }
                // SAFETY: the header is this test's.
                assert_eq!(unsafe { owner.as_ref() }.count(), 1);
            }
        }
    }
}

#[test]
fn indices_that_are_not_checked_count_from_the_end() {
    let text = "fn0 \"get\" -> i16
block0(v0: array i16 1 F \"x\", v1: i64 \"i\"):
  v2: i64 = index v0, 0, v1
  v3: i16 = get v0(v2)
  return v3
";
    let x = [5_i16, 6, -7];
    for code in Native::both(text) {
        for (index, expected) in [(0, 5), (2, -7), (-1, -7), (-3, 5_i64)] {
            let mut args = words(&x, &[3]);
            args.push(i64::cast_unsigned(index));
            assert_eq!(code.call::<1>(&args), Ok([expected.cast_unsigned()]));
        }
    }
}

#[test]
fn new_memory_is_given_to_the_caller() {
    let _one = MEMORY.lock();
    let text = "fn0 \"new\" -> array f64 2 C
block0(v0: i64 \"n\", v1: i64 \"m\", v2: f64 \"x\"):
  v3: array f64 2 C = allocate zeroed (v0, v1)
  v4: i64 = const -1
  v5: i64 = index v3, 0, v4
  v6: i64 = index v3, 1, v4
  set v3(v5, v6), v2
  return v3
";
    let before = live();
    for code in Native::both(text) {
        let [owner, data, rows, columns] = code.call(&[3, 2, 0.5_f64.to_bits()]).expect("it returns");
        assert_eq!((rows, columns, live()), (3, 2, before + 1));
        assert_eq!((data - owner, data % 64), (Memory::ELEMENTS_OFFSET as u64, 0));
        assert_eq!(elements::<f64>(data, 6), [0.0, 0.0, 0.0, 0.0, 0.0, 0.5]);
        // SAFETY: the result owned the memory; nobody else does.
        unsafe {
            assert_eq!((header(owner).as_ref().size(), header(owner).as_ref().count()), (48, 1));
            Memory::release(header(owner));
        }
        assert_eq!(live(), before);
    }
}

#[test]
fn memory_that_there_is_not_is_null() {
    let _one = MEMORY.lock();
    let text = "fn0 \"new\" -> array c128 3 F
block0(v0: i64 \"n\", v1: i64 \"m\"):
  v2: i64 = const 3
  v3: array c128 3 F = allocate (v0, v2, v1)
  retain v3
  release v3
  return v3
";
    let before = live();
    let large = i64::MAX.cast_unsigned();
    for code in Native::both(text) {
        // The last asks for 3 * 2**64 bytes, and for 2**64 - 3: no number holds the product.
        for (n, m) in [(large, 1), (1 << 58, 1), (large, large), (1 << 60, 1 << 10)] {
            assert_eq!(code.call(&[n, m]), Ok([0, 0, n, 3, m]));
        }
        let [owner, data, dims @ ..] = code.call::<5>(&[0, 7]).expect("it returns");
        assert_eq!((data - owner, dims), (Memory::ELEMENTS_OFFSET as u64, [0, 3, 7]));
        // SAFETY: the result owned the memory.
        unsafe { Memory::release(header(owner)) };
    }
    assert_eq!(live(), before);
}

/// A function that makes arrays and hands them on; its callee lets go or fails.
const HANDED_ON: &str = "exception0 = ValueError host 0
type0 = long(long)
cfn0 = visit type0 calls back

fn0 \"outer\" -> tuple (f64, array f64 1 C)
block0(v0: i64 \"n\"):
  v1: array f64 1 C = allocate zeroed (v0)
  v2: array f64 1 C = allocate (v0)
  v3: tuple (array f64 1 C, array f64 1 C) = tuple (v1, v2)
  v4: tuple (f64, array f64 1 C) = call fn1(v3, v0) or release v3
  v5: i64 = call cfn0(v0) or release v4, v1, v2
  release v3
  return v4

fn1 \"inner\" -> tuple (f64, array f64 1 C)
block0(v0: tuple (array f64 1 C, array f64 1 C), v1: i64 \"n\"):
  v2: array f64 1 C = item v0, 0
  v3: i64 = const 5
  v4: bool = lt v1, v3
  branch v4, block1(), block2()
block1():
  raise raise0(v1)
block2():
  retain v2
  v5: i64 = const -5
  v6: i64 = index v2, 0, v5
  v7: f64 = const 2.0
  set v2(v6), v7
  v8: tuple (f64, array f64 1 C) = tuple (v7, v2)
  return v8

raise0 = exception0 in fn1 at 0..1 (value)
";

/// Leaves an error pending when its argument is large.
extern "C" fn visit(value: i64) -> i64 {
    PENDING.store(u32::from(value > 100), Relaxed);
    value
}

#[test]
fn what_is_held_is_let_go_on_every_way_out() {
    let (_one, _border) = (MEMORY.lock(), BORDER.lock());
    let before = live();
    for optimize in [false, true] {
        let code = Native::new(HANDED_ON, visit as *const () as u64, optimize);
        let [value, owner, data, length] = code.call(&[6]).expect("it returns");
        assert_eq!((f64::from_bits(value).to_bits(), length, live()), (2.0_f64.to_bits(), 6, before + 1));
        assert_eq!(elements::<f64>(data, 6), [0.0, 2.0, 0.0, 0.0, 0.0, 0.0]);
        // SAFETY: the result owned the memory.
        unsafe { Memory::release(header(owner)) };
        assert_eq!((code.call::<4>(&[4]), live()), (Err(1), before));
        assert_eq!(raised().expect("it raised").args, [4]);
        let pending = code.call::<4>(&[101]);
        PENDING.store(0, Relaxed);
        assert_eq!((pending, live()), (Err(2), before));
    }
}

#[test]
fn a_view_is_held_by_its_owner() {
    let text = "type0 = double *

fn0 \"column\" -> tuple (array f64 1 A, i64, i64)
block0(v0: array f64 3 C \"x\", v1: i64 \"j\", v2: bool \"is_last\"):
  v3: i64 = const 0
  v4: ptr type0 = at v0(v3, v1, v3)
  v5: i64 = dim v0, 0
  v6: i64 = stride v0, 0
  v7: array f64 1 A = view v4 dims (v5) strides (v6) of v0
  v8: i64 = stride v0, 2
  v9: ptr type0 = data v0
  v10: array f64 1 A = view v9 dims (v8) strides (v8)
  v11: array f64 1 A = select v2, v10, v7
  retain v11
  v12: i64 = stride v0, 1
  v13: tuple (array f64 1 A, i64, i64) = tuple (v11, v12, v6)
  return v13
";
    let x: Vec<f64> = (0_i16..24).map(f64::from).collect();
    for code in Native::both(text) {
        let mut owner = Memory::borrowed(std::ptr::null_mut());
        let owner = NonNull::from(&mut owner);
        let mut args = words(&x, &[2, 3, 4]);
        args[0] = owner.as_ptr().expose_provenance() as u64;
        args.extend([1, 0]);
        let start = args[1];
        assert_eq!(code.call(&args), Ok([args[0], start + 32, 2, 96, 32, 96]));
        args[6] = 1;
        assert_eq!(code.call(&args), Ok([0, start, 8, 8, 32, 96]));
        // SAFETY: the header is this test's: one for itself, one for the first result.
        assert_eq!(unsafe { owner.as_ref() }.count(), 2);
        // An axis without elements counts as one with one element, as in NumPy.
        (args[3], args[4]) = (0, 7);
        assert_eq!(code.call::<6>(&args).expect("it returns")[4..], [56, 56]);
    }
}
