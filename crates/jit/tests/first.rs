//! x
use arena::{Id, IdMap, SideMap};
use ctype::{CTypes, DataModel, FloatType};
use source::{Source, Span};
use tir::*;

#[test]
fn quad() {
    let mut types = CTypes::new(DataModel::HOST);
    let double = types.float(FloatType::Double);
    let ty = types.function(double, &[double], false);
    let mut program = Program::default();
    let exception =
        program.exceptions.push(ExceptionClass { name: "ZeroDivisionError".into(), object: HostObject(0) });
    let mut f = Function {
        name: "integrand".into(),
        source: Source::new("f.py", ""),
        result: Ty::F64,
        blocks: IdMap::new(),
        insts: IdMap::new(),
        values: IdMap::new(),
        names: SideMap::default(),
        slots: IdMap::new(),
    };
    let span = Span::at(0);
    let t = f.values.push(Ty::F64);
    f.names[t] = Some("t".into());
    let mut insts = vec![];
    let mut add = |f: &mut Function, op, ty| {
        let v = f.values.push(ty);
        insts.push(f.insts.push(Inst { op, result: Some(v), span }));
        v
    };
    let neg = add(&mut f, Op::Unary(UnaryOp::Neg, t), Ty::F64);
    let e = add(&mut f, Op::Intrinsic(Intrinsic::Exp, vec![neg]), Ty::F64);
    let two = add(&mut f, Op::Const(Const::Float(2.0)), Ty::F64);
    let sq = add(&mut f, Op::Binary(BinaryOp::Pow, t, two), Ty::F64);
    let zero = add(&mut f, Op::Const(Const::Float(0.0)), Ty::F64);
    let is0 = add(&mut f, Op::Compare(Comparison::Eq, sq, zero), Ty::Bool);
    let q = f.values.push(Ty::F64);
    let div = f.insts.push(Inst { op: Op::Binary(BinaryOp::Div, e, sq), result: Some(q), span });
    let site = program.raise_sites.push(RaiseSite {
        class: exception,
        function: FuncId::from_index(0),
        span,
        args: vec![RaiseArg::Text("float division by zero".into())],
    });
    f.blocks.push(Block {
        params: vec![t],
        insts,
        terminator: Terminator::Branch {
            condition: is0,
            then: Jump { block: BlockId::from_index(1), args: vec![] },
            otherwise: Jump { block: BlockId::from_index(2), args: vec![] },
        },
    });
    f.blocks.push(Block { params: vec![], insts: vec![], terminator: Terminator::Raise(site, vec![]) });
    f.blocks.push(Block { params: vec![], insts: vec![div], terminator: Terminator::Return(Some(q)) });
    program.functions.push(f);
    let start = std::time::Instant::now();
    for round in 0..5 {
        let now = std::time::Instant::now();
        let module =
            codegen::lower(&types, &program, &codegen::CEntry { symbol: "cfunc.integrand".into(), ty })
                .unwrap();
        let lowered = now.elapsed();
        if round == 0 {
            println!("{}", module.llvm_ir());
        }
        let a = now.elapsed();
        module.optimize().unwrap();
        let b = now.elapsed();
        if round == 0 {
            println!("{}\n{}", module.llvm_ir(), module.assembly().unwrap());
        }
        let c = now.elapsed();
        let object = module.object().unwrap();
        let d = now.elapsed();
        let mut symbols: Vec<(&str, u64)> = runtime::symbols().collect();
        static PENDING: u32 = 0;
        extern "C" fn nothing() -> i32 {
            0
        }
        let n = nothing as *const () as u64;
        symbols.extend([
            ("ferrule_code", 16),
            ("ferrule_pending", (&raw const PENDING) as u64),
            ("ferrule_callback_is_stopped", n),
            ("ferrule_callback_failed", n),
            ("ferrule_call_failed", n),
        ]);
        let code = jit::Engine::global().unwrap().link(&object, &symbols).unwrap();
        let e = now.elapsed();
        println!(
            "lower {lowered:?} optimize {:?} emit {:?} link {:?} size {}",
            b - a,
            d - c,
            e - d,
            object.len()
        );
        let address = code.address("cfunc.integrand").unwrap();
        let call: extern "C" fn(f64) -> f64 = unsafe { std::mem::transmute(address as usize) };
        assert_eq!(call(2.0), (-2.0_f64).exp() / 4.0);
        assert_eq!(call(0.0), 0.0);
        let raised = runtime::error::take().unwrap();
        assert_eq!((raised.site, raised.code as usize), (0, 16));
    }
    println!("{:?}", start.elapsed());
}
