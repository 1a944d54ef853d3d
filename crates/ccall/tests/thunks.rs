//! The pool of thunks: its memory, threads, forks, and thunks that are retired under a call.

use std::backtrace::Backtrace;
use std::collections::HashSet;
use std::ffi::c_void;
use std::fs;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use ccall::{CallPlan, CallbackFrame, CallbackPlan, FrameBuffer, Thunk, Tombstone, call};
use ctype::{ArrayLength, CType, CTypes, DataModel, FieldDecl, IntType, Packing, RecordKind, lay_out_record};

extern "C" fn nothing() {}

/// Calls a function `void(void)`.
fn call_plain(target: *const c_void) {
    let mut types = CTypes::new(DataModel::SYSV_X64);
    let void = types.intern(CType::Void);
    let plan = CallPlan::new(&types, void, &[], false).expect("nothing passes");
    let mut buffer = FrameBuffer::<0>::new();
    let frame = buffer.prepare(&plan);
    // SAFETY: the tests give functions of that signature.
    unsafe { call(target, frame) };
}

fn void_plan() -> Arc<CallbackPlan> {
    let mut types = CTypes::new(DataModel::SYSV_X64);
    let void = types.intern(CType::Void);
    Arc::new(CallbackPlan::new(&types, void, &[]).expect("nothing passes"))
}

/// The access of the mapping at `address`, as `/proc/self/maps` writes it, and its file.
fn mapping(address: *const c_void) -> (String, String) {
    let maps = fs::read_to_string("/proc/self/maps").expect("linux has it");
    let line = maps.lines().find(|line| {
        let (start, end) = line.split(' ').next().and_then(|range| range.split_once('-')).expect("a range");
        let [start, end] = [start, end].map(|text| usize::from_str_radix(text, 16).expect("hexadecimal"));
        (start..end).contains(&address.addr())
    });
    let fields: Vec<&str> = line.expect("the thunk is mapped").split_whitespace().collect();
    (fields[1].to_owned(), fields.get(5).copied().unwrap_or_default().to_owned())
}

#[test]
fn code_is_never_writable_and_shared_with_the_file() {
    let thunk = Thunk::jump(nothing as *const c_void).expect("there is memory");
    let (access, file) = mapping(thunk.address());
    let own = std::env::current_exe().expect("this test has a file");
    assert_eq!((access.as_str(), file.as_str()), ("r-xp", own.to_str().expect("a plain path")));
    let (access, _) = mapping(thunk.address().wrapping_byte_add(4096));
    assert_eq!(access, "rw-p");
    thunk.keep();
}

#[test]
fn threads_never_get_the_same_thunk() {
    let thunks = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..1000 {
                    let thunk = Thunk::jump(nothing as *const c_void).expect("there is memory");
                    thunks.lock().expect("no thread panics").push(thunk);
                }
            });
        }
    });
    let thunks = thunks.into_inner().expect("no thread panics");
    let addresses: HashSet<_> = thunks.iter().map(Thunk::address).collect();
    assert_eq!((addresses.len(), thunks.len()), (4000, 4000));
    for thunk in thunks {
        call_plain(thunk.keep());
    }
}

#[test]
fn a_child_of_fork_makes_and_calls_thunks() {
    let before = Thunk::jump(nothing as *const c_void).expect("there is memory");
    // SAFETY: the child makes thunks, calls them, and ends without running anything else.
    let child = unsafe { libc::fork() };
    if child == 0 {
        for _ in 0..600 {
            match Thunk::jump(nothing as *const c_void) {
                Ok(thunk) => call_plain(thunk.keep()),
                // SAFETY: it has no precondition.
                Err(_) => unsafe { libc::_exit(1) },
            }
        }
        call_plain(before.address());
        // SAFETY: it has no precondition.
        unsafe { libc::_exit(0) };
    }
    let mut status = -1;
    // SAFETY: a child of this process and a place for its status.
    assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
    assert_eq!(status, 0);
    before.keep();
}

static ANSWERED: AtomicU32 = AtomicU32::new(0);

/// Retires its own thunk, which is its context, before it looks whether it is retired.
unsafe fn retire_itself(context: *mut c_void, frame: &mut CallbackFrame) {
    // SAFETY: the context is the test's slot with the thunk in it.
    let slot = unsafe { &*context.cast::<Mutex<Option<Thunk>>>() };
    assert!(!frame.refuse_if_retired());
    let thunk = slot.lock().expect("nobody panics").take().expect("it is there once");
    let empty: Box<str> = "".into();
    thunk.retire(Tombstone {
        name: "retire_itself".into(),
        signature: empty.clone(),
        made_at: empty,
        plan: None,
        error_value: Box::default(),
    });
    assert!(frame.refuse_if_retired());
    ANSWERED.fetch_add(1, Ordering::Relaxed);
}

#[test]
fn a_handler_learns_that_its_thunk_was_retired() {
    let slot: Mutex<Option<Thunk>> = Mutex::new(None);
    let context = std::ptr::from_ref(&slot).cast_mut().cast();
    // SAFETY: the slot outlives the thunk's last answered call.
    let thunk = unsafe { Thunk::callback(void_plan(), retire_itself, context) }.expect("there is memory");
    let address = thunk.address();
    *slot.lock().expect("nobody panics") = Some(thunk);
    call_plain(address);
    call_plain(address);
    assert_eq!(ANSWERED.load(Ordering::Relaxed), 1);
}

static TRACE: Mutex<String> = Mutex::new(String::new());

fn trace(_: *mut c_void, _: &mut CallbackFrame) {
    *TRACE.lock().expect("nobody panics") = Backtrace::force_capture().to_string();
}

#[test]
fn a_backtrace_passes_the_gate_and_the_thunk() {
    // SAFETY: the handler uses no context.
    let thunk =
        unsafe { Thunk::callback(void_plan(), trace, std::ptr::null_mut()) }.expect("there is memory");
    call_plain(thunk.address());
    thunk.keep();
    let trace = TRACE.lock().expect("nobody panics");
    let frames = ["thunks::trace", "ferrule_callback_entry", "ferrule_call_gate", "thunks::call_plain"];
    let mut rest = trace.as_str();
    for frame in frames {
        let (_, after) = rest.split_once(frame).unwrap_or_else(|| panic!("no `{frame}` in\n{trace}"));
        rest = after;
    }
}

/// Four megabytes by value.
#[repr(C)]
struct Large([u8; 1 << 22]);

extern "C" fn ends(large: Large, last: i64) -> i64 {
    i64::from(large.0[0]) * 1000 + i64::from(large.0[(1 << 22) - 1]) + last
}

#[test]
fn an_argument_of_megabytes_touches_the_stack_in_order() {
    let thread = std::thread::Builder::new().stack_size(32 << 20).spawn(|| {
        let mut types = CTypes::new(DataModel::SYSV_X64);
        let (char, long) = (types.int(IntType::UChar), types.int(IntType::Long));
        let bytes = types.array_of(char, ArrayLength::Known(1 << 22));
        let fields = [FieldDecl::plain("bytes", bytes)];
        let body = lay_out_record(&types, RecordKind::Struct, &fields, Packing::default()).expect("sized");
        let (record, large) = types.declare_record(RecordKind::Struct, "struct large");
        types.complete_record(record, body);
        let plan = CallPlan::new(&types, long, &[large, long], false).expect("passable");
        let mut value = vec![0u8; 1 << 22];
        (value[0], value[(1 << 22) - 1]) = (7, 9);
        let mut buffer = FrameBuffer::<4>::new();
        let frame = buffer.prepare(&plan);
        // SAFETY: the frame is the plan's and gets both arguments.
        unsafe {
            plan.params()[0].store(frame.cast(), value.as_ptr());
            plan.params()[1].store(frame.cast(), 5i64.to_ne_bytes().as_ptr());
            call(ends as *const c_void, frame);
            (*frame).registers.int_results[0]
        }
    });
    assert_eq!(thread.expect("a thread starts").join().expect("it ends"), 7014);
}

#[test]
fn a_thunk_goes_to_any_thread() {
    let thunk = Thunk::jump(nothing as *const c_void).expect("there is memory");
    let thunk = std::thread::spawn(move || {
        call_plain(thunk.address());
        thunk
    });
    thunk.join().expect("the thread ends").keep();
}
