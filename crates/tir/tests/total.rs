//! No text makes the reader or the verifier panic.

use ctype::{CTypes, DataModel};
use proptest::prelude::*;

/// Pieces of the IR's text, so that random texts come near to real ones.
const PIECES: &[&str] = &[
    "fn0 \"f\" -> f64\n",
    "block0(v0: i64):\n",
    "block1():\n",
    "  ",
    "v1: i64 = ",
    "v2: bool \"x\" = ",
    "const ",
    "1",
    "true",
    "(1.0, 2.0)",
    "add v0, v0",
    "lt v1, v0",
    "call fn0(v0)",
    "call cfn0()",
    "call v0 as type0(v1)",
    "\n",
    "return v1",
    "return",
    "jump block0(v0)",
    "branch v2, block1(), block0(v1)",
    "raise raise0()",
    "type0 = int\n",
    "raise0 = exception0 in fn0 at 1..2 (\"t\", value)\n",
    "exception0 = E host 1\n",
    "cfn0 = f type0\n",
    "slot0: type0\n",
    "load v0",
    "store v0, v1",
    "intrinsic fma v0",
    "intrinsic sin v1",
    "v9",
    "ptr type0",
    "array f64 1 C",
    "v3: tuple (i64, array bool 2 A readonly) = ",
    "tuple (v0, v1)",
    "item v3, 1",
    "dim v0, 0",
    "index v3, 0, v1 or raise raise0",
    " or release v1",
    "allocate (v1)",
    "view v0 dims (v1) strides () of v2",
    "get v0(v1)",
    " math nnan",
    "\"",
    "\\u{41}",
    ":",
    "é",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5000))]

    #[test]
    fn any_text_is_read_or_refused(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..30)) {
        let mut types = CTypes::new(DataModel::HOST);
        let int = types.int(ctype::IntType::Int);
        if let Ok(program) = tir::read(&pieces.concat(), &mut |_| Some(int)) {
            let _ = tir::verify(&program, &types);
            let _ = tir::print(&program, &types);
        }
    }
}
