//! Calls and callbacks of random signatures agree with C built by gcc and by clang.
//!
//! Each signature is called through the gate with random arguments, which the C function writes
//! down scalar by scalar; its result is compared in the same way. Then a C function calls a thunk
//! of the signature. `FERRULE_SEED` chooses other signatures.

use std::ffi::c_void;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cabi::classify;
use ccall::{CallPlan, CallbackFrame, CallbackPlan, FrameBuffer, Library, LoadFlags, Place, Thunk, call};
use ctype::{CTypes, DataModel, TypeId};
use testkit::c_types::{Forms, TypeGenerator};
use testkit::compiler::{CLANG, Compiler, GCC};
use testkit::random::Random;
use testkit::signatures::{BUFFER, RandomSignature, c_file};

/// How many signatures there are, and how many share a C file.
const SIGNATURES: usize = 12_500;
const BATCH: usize = 250;
/// Of so many batches one has types that gcc and clang pass in different ways.
const GCC_EVERY: usize = 5;
/// How many arguments there are at most.
const MOST: usize = 20;

#[test]
fn random_signatures_agree_with_gcc_and_clang() {
    let seed: u64 = std::env::var("FERRULE_SEED").map_or(20, |seed| seed.parse().expect("a number"));
    eprintln!("FERRULE_SEED={seed}");
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    match next.fetch_add(1, Ordering::Relaxed) {
                        number if number < SIGNATURES / BATCH => check_batch(seed, number),
                        _ => return,
                    }
                }
            });
        }
    });
}

fn check_batch(seed: u64, number: usize) {
    let (forms, compilers) = match number % GCC_EVERY {
        0 => (Forms::Gcc, &[GCC][..]),
        _ => (Forms::Common, &[GCC, CLANG][..]),
    };
    for compiler in compilers {
        check_with(seed, number, forms, *compiler);
    }
}

fn check_with(seed: u64, number: usize, forms: Forms, compiler: Compiler) {
    let random = Random::new((seed << 32) + number as u64);
    let mut generator = TypeGenerator::new(CTypes::new(DataModel::SYSV_X64), random, forms);
    let signatures: Vec<RandomSignature> =
        (0..BATCH).map(|number| RandomSignature::generate(&mut generator, MOST, number)).collect();
    Batch::build(generator, number, compiler, &signatures).check(&signatures);
}

/// A compiled C file.
struct Batch {
    generator: TypeGenerator,
    library: Library,
    /// The C file, which stays for whoever wants to read it.
    source: PathBuf,
    input: *mut u8,
    output: *mut u8,
}

impl Batch {
    fn build(
        generator: TypeGenerator,
        number: usize,
        compiler: Compiler,
        signatures: &[RandomSignature],
    ) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("signatures");
        let text = c_file(&generator, signatures);
        let path = compiler.shared_library(&folder, &format!("batch{number}-{}", compiler.name), &text);
        let library = Library::open(Some(path.as_os_str()), LoadFlags::NOW).expect("the compiler made it");
        fs::remove_file(&path).expect("it was just made");
        let buffer = |name| library.symbol(name).expect("the C file has it").cast();
        let (input, output) = (buffer("in_buffer"), buffer("out_buffer"));
        Self { generator, library, source: path.with_extension("c"), input, output }
    }

    fn check(mut self, signatures: &[RandomSignature]) {
        for signature in signatures {
            self.check_call(signature);
            if signature.variadic_after.is_none() {
                self.check_callback(signature);
            }
        }
    }

    fn function(&self, name: &str) -> *const c_void {
        self.library.symbol(name).expect("the C file has it")
    }

    fn set_input(&self, stream: &[u8]) {
        assert!(stream.len() <= BUFFER);
        // SAFETY: the C file's buffer has that many bytes, and nothing else runs.
        unsafe { self.input.copy_from_nonoverlapping(stream.as_ptr(), stream.len()) };
    }

    fn output(&self, len: usize) -> Vec<u8> {
        assert!(len <= BUFFER);
        // SAFETY: as for the input.
        unsafe { std::slice::from_raw_parts(self.output, len) }.to_vec()
    }

    fn check_call(&mut self, signature: &RandomSignature) {
        let (result, params) = self.types_of(signature);
        let is_variadic = signature.variadic_after.is_some();
        let plan = CallPlan::new(&self.generator.types, result, &params, is_variadic).expect("passable");
        let random = &mut self.generator.random;
        let mut arguments = Vec::new();
        signature.params.iter().for_each(|param| param.invent(random, &mut arguments));
        let mut returned = Vec::new();
        signature.result.iter().for_each(|result| result.invent(random, &mut returned));

        let mut buffer = FrameBuffer::<16>::new();
        let frame = buffer.prepare(&plan);
        let mut rest = arguments.as_slice();
        for (place, param) in plan.params().iter().zip(&signature.params) {
            let memory;
            (memory, rest) = param.memory(random, rest);
            // SAFETY: the frame is the plan's, the memory a value of the parameter's type.
            unsafe { place.store(frame.cast(), memory.as_ptr()) };
        }
        let mut result = vec![0; signature.result.as_ref().map_or(0, |result| result.size)];
        self.set_input(&returned);
        // SAFETY: the frame is prepared and filled for the function's signature; a hidden result
        // and one from registers both fit the memory.
        unsafe {
            if plan.result() == Place::Hidden {
                (*frame).registers.ints[0] = result.as_mut_ptr().expose_provenance() as u64;
            }
            call(self.function(&format!("callee{}", signature.number)), frame);
            if plan.result() == Place::Hidden {
                assert_eq!((*frame).registers.int_results[0], result.as_ptr().addr() as u64);
            }
            plan.result().load(frame.cast(), result.as_mut_ptr());
        }
        let mut got = Vec::new();
        signature.result.iter().for_each(|ty| ty.read(&result, &mut got));
        let output = self.output(arguments.len());
        self.compare(signature, "arguments", &arguments, &output);
        self.compare(signature, "result", &returned, &got);
    }

    fn check_callback(&mut self, signature: &RandomSignature) {
        let (result, params) = self.types_of(signature);
        let plan = CallbackPlan::new(&self.generator.types, result, &params).expect("passable");
        let plan = Arc::new(plan);
        let random = &mut self.generator.random;
        let mut arguments = Vec::new();
        signature.params.iter().for_each(|param| param.invent(random, &mut arguments));
        let mut returned = Vec::new();
        signature.result.iter().for_each(|result| result.invent(random, &mut returned));
        let result = signature.result.as_ref().map(|ty| ty.memory(random, &returned).0);
        let mut session = Session { signature, result: result.unwrap_or_default(), got: Vec::new() };
        self.set_input(&arguments);
        let context = std::ptr::from_mut(&mut session).cast();
        // SAFETY: the session outlives the thunk, and its result has the signature's type.
        let thunk = unsafe { Thunk::callback(plan, answer, context) }.expect("there is memory");
        self.call_with_pointer(&format!("caller{}", signature.number), thunk.address());
        drop(thunk);
        let got = std::mem::take(&mut session.got);
        self.compare(signature, "callback arguments", &arguments, &got);
        let output = self.output(returned.len());
        self.compare(signature, "callback result", &returned, &output);
    }

    /// Calls a C function `void(void (*)())`.
    fn call_with_pointer(&mut self, name: &str, pointer: *const c_void) {
        let types = &mut self.generator.types;
        let void = types.intern(ctype::CType::Void);
        let param = types.pointer_to(void);
        let plan = CallPlan::new(types, void, &[param], false).expect("a pointer passes");
        let mut buffer = FrameBuffer::<0>::new();
        let frame = buffer.prepare(&plan);
        // SAFETY: the frame is prepared; the one argument is the first integer register's.
        unsafe {
            (*frame).registers.ints[0] = pointer.expose_provenance() as u64;
            call(self.function(name), frame);
        }
    }

    fn types_of(&mut self, signature: &RandomSignature) -> (TypeId, Vec<TypeId>) {
        let result = signature.result_type(&mut self.generator);
        (result, signature.params.iter().map(|param| param.ty).collect())
    }

    fn compare(&mut self, signature: &RandomSignature, what: &str, expected: &[u8], got: &[u8]) {
        if expected == got {
            return;
        }
        let (result, params) = self.types_of(signature);
        let abi = classify(&self.generator.types, result, &params, signature.variadic_after.is_some());
        panic!(
            "{what} differ in {}\n{}\n{}expected {expected:x?}\n     got {got:x?}",
            self.source.display(),
            signature.text(),
            abi.expect("passable"),
        );
    }
}

/// One callback: what it returns and what it was given.
struct Session<'a> {
    signature: &'a RandomSignature,
    result: Vec<u8>,
    got: Vec<u8>,
}

/// Writes the arguments down and returns the session's result.
unsafe fn answer(context: *mut c_void, frame: &mut CallbackFrame) {
    // SAFETY: the context is a session that nobody else uses meanwhile.
    let session = unsafe { &mut *context.cast::<Session<'_>>() };
    let plan = Arc::clone(frame.plan().expect("a callback has a plan"));
    for (place, param) in plan.params().iter().zip(&session.signature.params) {
        let mut memory = vec![0; param.size];
        // SAFETY: the frame is the plan's, the memory is the parameter's size.
        unsafe { place.load(frame.base(), memory.as_mut_ptr()) };
        param.read(&memory, &mut session.got);
    }
    // SAFETY: the result is a value of the signature's result type.
    unsafe { plan.store_result(frame, session.result.as_ptr()) };
}
