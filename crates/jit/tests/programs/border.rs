//! Both directions of the C border against gcc: for random signatures, C built by gcc calls a
//! compiled entry, which passes everything on to a C function and returns what that returns.

mod signature;

use std::ffi::{CString, c_char, c_int, c_void};
use std::mem::transmute;
use std::path::PathBuf;
use std::process::Command;

use ctype::{CTypes, DataModel, TypeId};
use tir::{CFunction, Op, Program, Terminator};

use crate::build::FunctionBuilder;
use crate::random::Random;
use crate::run::compile;
use signature::Signature;

const SIGNATURES: usize = 300;

/// A shared library that gcc built from C.
struct Library(*mut c_void);

impl Library {
    fn build(text: &str, name: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
        let (source, library) = (folder.join(format!("{name}.c")), folder.join(format!("{name}.so")));
        std::fs::write(&source, text).expect("a writable folder");
        let mut gcc = Command::new("gcc");
        gcc.args(["-shared", "-fPIC", "-O1", "-w", "-Wno-psabi", "-o"]).arg(&library).arg(&source);
        assert!(gcc.status().expect("gcc runs").success(), "{}", source.display());
        let path = CString::new(library.to_str().expect("a plain path")).expect("no zero");
        // SAFETY: the library has no constructors.
        let handle = unsafe { libc::dlopen(path.as_ptr(), libc::RTLD_NOW) };
        assert!(!handle.is_null(), "{}", library.display());
        Self(handle)
    }

    fn symbol(&self, name: &str) -> usize {
        let name = CString::new(name).expect("no zero");
        // SAFETY: the handle is open and the name a C string.
        let address = unsafe { libc::dlsym(self.0, name.as_ptr()) };
        assert!(!address.is_null(), "{name:?}");
        address.addr()
    }
}

/// `entry(args...)` is `target(args...)`.
fn pass_on(types: &CTypes, signature: &Signature, ty: TypeId, target: usize, by_pointer: bool) -> Program {
    let mut program = Program::default();
    let (mut builder, params) = FunctionBuilder::new("pass_on", &signature.params(), signature.result());
    let op = if by_pointer {
        let pointer =
            tir::Ty::Pointer(types.find(&ctype::CType::Pointer(ty.into())).expect("it was interned"));
        let address = builder.op(Op::Const(tir::Const::Int(target as i128)), pointer);
        Op::CallPointer(address, ty, params)
    } else {
        Op::CallC(
            program.c_functions.push(CFunction {
                name: "target".into(),
                address: target as u64,
                ty,
                can_call_back: false,
                keeps: None,
            }),
            params,
        )
    };
    if signature.is_void() {
        builder.effect(op);
        builder.end(Terminator::Return(None));
    } else {
        let value = builder.op(op, signature.result());
        builder.end(Terminator::Return(Some(value)));
    }
    program.functions.push(builder.finish());
    program
}

#[test]
fn values_cross_as_gcc_passes_them() {
    let mut random = Random::new(21);
    let mut types = CTypes::new(DataModel::HOST);
    let mut text = String::from("#include <string.h>\n#include <stdbool.h>\n");
    let mut signatures = Vec::with_capacity(SIGNATURES);
    for number in 0..SIGNATURES {
        let signature = Signature::random(&mut types, &mut random, number);
        signature.write_c(&mut text, &mut random);
        signatures.push(signature);
    }
    let library = Library::build(&text, "border");
    for (number, signature) in signatures.iter().enumerate() {
        let ty = signature.intern(&mut types);
        let target = library.symbol(&format!("target{number}"));
        let program = pass_on(&types, signature, ty, target, number % 3 == 0);
        let linked = compile(&types, &program, ty, number % 2 == 0);
        // SAFETY: gcc compiled `drive` with this signature; the entry has that of the target.
        let drive: extern "C" fn(usize) -> c_int =
            unsafe { transmute(library.symbol(&format!("drive{number}"))) };
        let wrong = drive(linked.address);
        assert_eq!(wrong, 0, "value {wrong} of `{}`", types.name(ty));
    }
}

/// A C function in the lowest 4 GB, where those of an executable without position independence
/// lie, and every value between here and there is reached by another kind of relocation.
#[test]
fn functions_in_the_lowest_addresses_are_called() {
    /// `lea eax, [rdi + 1]`, `ret`.
    const PLUS_ONE: [u8; 4] = [0x8d, 0x47, 0x01, 0xc3];
    let mut types = CTypes::new(DataModel::HOST);
    let int = types.int(ctype::IntType::Int);
    let ty = types.function(int, &[int], false);
    let (write, run) = (libc::PROT_READ | libc::PROT_WRITE, libc::PROT_READ | libc::PROT_EXEC);
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_32BIT;
    // SAFETY: a fresh page, written before it may run; it stays.
    let page = unsafe { libc::mmap(std::ptr::null_mut(), 4096, write, flags, -1, 0) };
    assert_ne!(page, libc::MAP_FAILED);
    // SAFETY: as above.
    unsafe {
        page.cast::<[u8; 4]>().write(PLUS_ONE);
        assert_eq!(libc::mprotect(page, 4096, run), 0);
    }
    let mut program = Program::default();
    let callee = program.c_functions.push(CFunction {
        name: "plus_one".into(),
        address: page.addr() as u64,
        ty,
        can_call_back: false,
        keeps: None,
    });
    let i32_ty = tir::Ty::Int(tir::IntTy { bits: 32, is_signed: true });
    let (mut builder, params) = FunctionBuilder::new("twice", &[i32_ty], i32_ty);
    let once = builder.op(Op::CallC(callee, params), i32_ty);
    let twice = builder.op(Op::CallC(callee, vec![once]), i32_ty);
    builder.end(Terminator::Return(Some(twice)));
    program.functions.push(builder.finish());
    for optimize in [false, true] {
        let linked = compile(&types, &program, ty, optimize);
        // SAFETY: the entry was compiled with this signature.
        let entry: extern "C" fn(c_int) -> c_int = unsafe { linked.entry() };
        assert_eq!(entry(40), 42);
    }
}

type Show = extern "C" fn(*mut c_char, *const c_char, f32, c_char, f64, i64) -> c_int;

#[test]
fn variadic_functions_are_told_how_many_vector_registers() {
    let mut types = CTypes::new(DataModel::HOST);
    let (int, long) = (types.int(ctype::IntType::Int), types.int(ctype::IntType::Long));
    let (single, double) = (types.float(ctype::FloatType::Float), types.float(ctype::FloatType::Double));
    let character = types.int(ctype::IntType::Char);
    let text = types.pointer_to(character);
    let snprintf = types.function(int, &[text, long, text], true);
    let params = [text, text, single, character, double, long];
    let signature = types.function(int, &params, false);
    let int_ty = |bits| tir::Ty::Int(tir::IntTy { bits, is_signed: true });
    let pointer = tir::Ty::Pointer(text);
    let params = [pointer, pointer, tir::Ty::Float(tir::FloatTy::F32), int_ty(8), tir::Ty::F64, tir::Ty::I64];
    let mut program = Program::default();
    let callee = program.c_functions.push(CFunction {
        name: "snprintf".into(),
        address: libc::snprintf as *const c_void as u64,
        ty: snprintf,
        can_call_back: false,
        keeps: None,
    });
    let (mut builder, values) = FunctionBuilder::new("show", &params, int_ty(32));
    let size = builder.op(Op::Const(tir::Const::Int(64)), tir::Ty::I64);
    let args = [&[values[0], size, values[1]], &values[2..]].concat();
    let count = builder.op(Op::CallC(callee, args), int_ty(32));
    builder.end(Terminator::Return(Some(count)));
    program.functions.push(builder.finish());
    let linked = compile(&types, &program, signature, true);
    // SAFETY: the entry was compiled with this signature.
    let show: Show = unsafe { linked.entry() };
    let mut buffer = [0_u8; 64];
    let count = show(buffer.as_mut_ptr().cast(), c"%g %d %g %ld".as_ptr(), 0.5, -3, 2.25, 1 << 40);
    assert_eq!(&buffer[..usize::try_from(count).expect("it was written")], b"0.5 -3 2.25 1099511627776");
}
