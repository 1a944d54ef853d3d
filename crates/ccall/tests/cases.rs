//! Function declarations to the plans of their calls and callbacks.

use ccall::{CallPlan, CallbackPlan};
use cdecl::{DeclareOptions, Declared, Namespace};
use ctype::{CType, CTypes, DataModel, Signature, TypeId};
use source::Source;
use testkit::cases::{Case, check};

#[test]
fn cases() {
    check("ccall", answer);
}

fn answer(case: &Case, info: &str) -> String {
    let source = Source::new("<cdef>", case.input("c"));
    let mut types = CTypes::new(DataModel::SYSV_X64);
    let mut namespace = Namespace::new();
    let declared = namespace.declare(&mut types, &source, &DeclareOptions::default());
    declared.expect("the declarations of a case are right");
    let mut plans = Vec::new();
    for (name, declared) in namespace.names() {
        if let Declared::Function(ty) = declared {
            plans.push(format!("{}\n{}", types.declare(ty, name), plan_text(&types, ty, info)));
        }
    }
    plans.join("\n")
}

fn plan_text(types: &CTypes, function: TypeId, info: &str) -> String {
    let CType::Function(signature) = types.get(function) else { unreachable!("declared as a function") };
    let Signature { result, params, is_variadic, .. } = signature.as_ref();
    let text = match info {
        "call" => CallPlan::new(types, *result, params, *is_variadic).map(|plan| plan.to_string()),
        "callback" => CallbackPlan::new(types, *result, params).map(|plan| plan.to_string()),
        other => panic!("no answer is called `{other}`"),
    };
    text.unwrap_or_else(|error| format!("{}\n", error.describe(types)))
}
