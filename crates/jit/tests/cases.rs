//! The typed IR of a function to the symbols of its object, and to what it returns when it runs.

#[path = "programs/run.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod run;

use ccall::{CallPlan, FrameBuffer, call};
use cdecl::{DeclareOptions, Namespace};
use ctype::{CType, CTypes, DataModel, Signature, TypeId};
use jit::{Engine, Symbols};
use source::Source;
use testkit::cases::{Case, check};
use tir::Program;

#[test]
fn cases() {
    check("jit", |case, info| {
        let mut types = CTypes::new(DataModel::HOST);
        let (program, ty) = read(case, &mut types);
        let (object, _) = run::object(&types, &program, &run::c_entry(ty), true);
        match info {
            "object" => Symbols::read(&object).expect("it is an object").to_string(),
            "error" => {
                let engine = Engine::global().expect("an engine");
                engine.link(&object, &[]).map_or_else(|error| error.to_string(), |_| "it links".to_owned())
            }
            "result" => result(&types, &program, ty, case.input("arguments")),
            other => panic!("no answer is called `{other}`"),
        }
    });
}

fn read(case: &Case, types: &mut CTypes) -> (Program, TypeId) {
    let mut namespace = Namespace::new();
    let declarations = Source::new("<cdef>", case.find("c").unwrap_or_default());
    let declared = namespace.declare(types, &declarations, &DeclareOptions::default());
    declared.expect("the declarations of a case are right");
    let mut resolve = |name: &str| namespace.type_name(types, &Source::new("<type>", name)).ok();
    let program = tir::read(case.input("tir"), &mut resolve).expect("the text is of the form");
    let ty = resolve(case.input("signature").trim()).expect("a C function type");
    (program, ty)
}

/// The bytes that a call returns, a row of hexadecimal numbers from the first. Arguments are numbers:
/// with a point a `double`, without one a `long`.
fn result(types: &CTypes, program: &Program, ty: TypeId, arguments: &str) -> String {
    let linked = run::compile(types, program, ty, true);
    let CType::Function(signature) = types.get(ty) else { panic!("a C function type") };
    let Signature { result, params, .. } = signature.as_ref();
    let plan = CallPlan::new(types, *result, params, false).expect("it can be passed");
    let words = arguments.split_whitespace().map(|number| match number.parse::<i64>() {
        Ok(integer) => integer.to_ne_bytes(),
        Err(_) => number.parse::<f64>().expect("a number").to_ne_bytes(),
    });
    let words: Vec<[u8; 8]> = words.collect();
    assert_eq!(words.len(), params.len(), "an argument for each parameter");
    let mut buffer = FrameBuffer::<16>::new();
    let frame = buffer.prepare(&plan);
    let mut bytes = vec![0; types.layout(*result).map_or(0, |layout| layout.size.to_usize())];
    // SAFETY: the plan is that of the entry, each argument is set to its eight bytes, and the result's
    // bytes have room.
    unsafe {
        for (place, word) in plan.params().iter().zip(&words) {
            place.store(frame.cast(), word.as_ptr());
        }
        call(std::ptr::with_exposed_provenance(linked.address), frame);
        plan.result().load(frame.cast(), bytes.as_mut_ptr());
    }
    let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.join(" ")
}
