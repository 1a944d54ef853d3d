//! Calls through the gate and callbacks through thunks, of functions written in Rust.

use std::ffi::c_void;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use ccall::thunk::{Reporter, set_reporter};
use ccall::{CallPlan, CallbackFrame, CallbackPlan, FrameBuffer, Place, Thunk, Tombstone, call};
use ctype::{CTypes, DataModel, FloatType, IntType, TypeId};

extern "C" fn add(a: i32, b: i32) -> i32 {
    a + b
}

#[expect(clippy::many_single_char_names, reason = "ten arguments of no meaning")]
extern "C" fn weigh(a: i64, b: f64, c: i64, d: i64, e: i64, f: i64, g: i64, h: i64, i: f64, j: i64) -> f64 {
    let ints = [a, c, d, e, f, g, h, j];
    let weighted: i64 = ints.iter().zip(1..).map(|(value, weight)| value * weight).sum();
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    let weighted = weighted as f64;
    weighted + 1000.0 * b + 10000.0 * i
}

/// Calls `target` with eight-byte arguments; the result's eight bytes.
fn call_words(plan: &CallPlan, target: *const c_void, arguments: &[u64]) -> u64 {
    let mut buffer = FrameBuffer::<2>::new();
    let frame = buffer.prepare(plan);
    for (place, argument) in plan.params().iter().zip(arguments) {
        let bytes = argument.to_ne_bytes();
        // SAFETY: every argument has at most eight bytes.
        unsafe { place.store(frame.cast(), bytes.as_ptr()) };
    }
    let mut result = [0; 8];
    // SAFETY: the tests give plans of the targets' signatures.
    unsafe {
        call(target, frame);
        plan.result().load(frame.cast(), result.as_mut_ptr());
    }
    u64::from_ne_bytes(result)
}

fn types() -> (CTypes, TypeId, TypeId, TypeId) {
    let mut types = CTypes::new(DataModel::SYSV_X64);
    let (int, long) = (types.int(IntType::Int), types.int(IntType::Long));
    let double = types.float(FloatType::Double);
    (types, int, long, double)
}

#[test]
fn two_ints_are_added() {
    let (types, int, ..) = types();
    let plan = CallPlan::new(&types, int, &[int, int], false).expect("ints pass");
    assert_eq!(call_words(&plan, add as *const c_void, &[40, 2]), 42);
}

#[test]
fn arguments_beyond_the_registers_are_on_the_stack() {
    let (types, _, long, double) = types();
    let params = [long, double, long, long, long, long, long, long, double, long];
    let plan = CallPlan::new(&types, double, &params, false).expect("numbers pass");
    assert_eq!(plan.stack_bytes(), 16);
    let arguments = [1, 2f64.to_bits(), 3, 4, 5, 6, 7, 8, 9f64.to_bits(), 10];
    let result = call_words(&plan, weigh as *const c_void, &arguments);
    let expected = weigh(1, 2.0, 3, 4, 5, 6, 7, 8, 9.0, 10);
    assert_eq!(f64::from_bits(result).to_bits(), expected.to_bits());
}

/// Returns ten times its first argument plus its context's word, as an int.
unsafe fn times_ten(context: *mut c_void, frame: &mut CallbackFrame) {
    // SAFETY: the tests pass a word as context and an int as the first argument.
    unsafe {
        let plan = Arc::clone(frame.plan().expect("a callback has a plan"));
        let mut argument = [0; 4];
        plan.params()[0].load(frame.base(), argument.as_mut_ptr());
        let result = 10 * i32::from_ne_bytes(argument) + *context.cast::<i32>();
        plan.store_result(frame, result.to_ne_bytes().as_ptr());
    }
}

static RETIRED: AtomicU32 = AtomicU32::new(0);
static PANICKED: AtomicU32 = AtomicU32::new(0);

fn count_reports() {
    set_reporter(Reporter {
        retired: |tombstone| {
            assert_eq!(tombstone.name.as_ref(), "times_ten");
            RETIRED.fetch_add(1, Ordering::Relaxed);
        },
        panicked: |_| {
            PANICKED.fetch_add(1, Ordering::Relaxed);
        },
    });
}

fn tombstone(plan: Option<Arc<CallbackPlan>>, error_value: &[u8]) -> Tombstone {
    Tombstone {
        name: "times_ten".into(),
        signature: "int(int)".into(),
        made_at: "here".into(),
        plan,
        error_value: error_value.into(),
    }
}

#[test]
fn thunks_call_back_and_become_tombstones() {
    count_reports();
    let (types, int, ..) = types();
    let plan = Arc::new(CallbackPlan::new(&types, int, &[int]).expect("ints pass"));
    assert!(matches!(plan.result(), Place::Whole { size: 4, .. }));
    let out = CallPlan::new(&types, int, &[int], false).expect("ints pass");
    let mut words: Vec<i32> = (0..1000).collect();
    let thunks: Vec<Thunk> = words
        .iter_mut()
        .map(|word| {
            let context = std::ptr::from_mut(word).cast();
            // SAFETY: the words outlive the thunks.
            unsafe { Thunk::callback(Arc::clone(&plan), times_ten, context) }.expect("there is memory")
        })
        .collect();
    for (index, thunk) in (0..).zip(&thunks) {
        assert_eq!(call_words(&out, thunk.address(), &[7]), 70 + index);
    }
    let addresses: Vec<_> = thunks.iter().map(Thunk::address).collect();
    for thunk in thunks {
        thunk.retire(tombstone(None, &(-1i32).to_ne_bytes()));
    }
    let before = RETIRED.load(Ordering::Relaxed);
    for address in &addresses {
        assert_eq!(call_words(&out, *address, &[7]), u64::from(u32::MAX));
    }
    assert!(RETIRED.load(Ordering::Relaxed) >= before + 1000);
}

#[test]
fn a_jump_goes_to_its_target_until_it_is_retired() {
    count_reports();
    let (types, int, ..) = types();
    let out = CallPlan::new(&types, int, &[int, int], false).expect("ints pass");
    let plan = Arc::new(CallbackPlan::new(&types, int, &[int, int]).expect("ints pass"));
    let thunk = Thunk::jump(add as *const c_void).expect("there is memory");
    let address = thunk.address();
    assert_eq!(call_words(&out, address, &[40, 2]), 42);
    thunk.retire(tombstone(Some(plan), &[]));
    assert_eq!(call_words(&out, address, &[40, 2]), 0);
}

#[test]
fn a_panic_gives_c_zero() {
    count_reports();
    let (types, int, ..) = types();
    let plan = Arc::new(CallbackPlan::new(&types, int, &[int]).expect("ints pass"));
    let out = CallPlan::new(&types, int, &[int], false).expect("ints pass");
    let handler = |_: *mut c_void, _: &mut CallbackFrame| panic!("on purpose");
    // SAFETY: the handler uses no context.
    let thunk = unsafe { Thunk::callback(plan, handler, std::ptr::null_mut()) }.expect("there is memory");
    let before = PANICKED.load(Ordering::Relaxed);
    assert_eq!(call_words(&out, thunk.address(), &[7]), 0);
    assert_eq!(PANICKED.load(Ordering::Relaxed), before + 1);
    thunk.keep();
}
