//! The text of the IR. [`crate::read`] reads it back.
//!
//! ```text
//! type4 = const double *
//! type7 = struct point
//! exception0 = ValueError host 3
//! cfn0 = hypot type9 calls back
//!
//! fn0 "mean" -> f64
//!   slot0: type7
//! block0(v0: ptr type4 "p", v1: i64 "n"):
//!   v2: i64 = const 0
//!   v3: bool = lt v1, v2
//!   branch v3, block1(), block2(v2)
//! block1():
//!   raise raise0(v1)
//! block2(v4: i64):
//!   …
//!   return v5
//!
//! raise0 = exception0 in fn0 at 12..40 ("n is negative", value)
//! ```
//!
//! C types stand under their ids, whose names come first. A value is followed by its type and, in
//! quotes, the user's name for it. After a function's result stand the liberties of its float arithmetic,
//! as in `-> f64 math reassoc contract`. A float constant stands so that it comes back to the bit. Slots
//! come before the first block; the places that raise come last, with the span of their text.

use std::collections::BTreeSet;
use std::fmt::{self, Write as _};

use ctype::{CTypes, TypeId};

use crate::{
    ArrayTy, Block, BlockId, CFunction, Const, ErrorOp, Function, Inst, Jump, MathFlags, Op, Order, Print,
    PrintArg, Program, RaiseArg, RaiseSite, Terminator, Ty, Value,
};

/// The text of a program. The table gives C types their names.
pub fn print(program: &Program, types: &CTypes) -> String {
    let mut out = String::new();
    let used = used_types(program);
    for ty in &used {
        let _ = writeln!(out, "{ty} = {}", types.name(*ty));
    }
    for (id, class) in program.exceptions.iter() {
        let _ = writeln!(out, "{id} = {} host {}", class.name, class.object.0);
    }
    for (id, function) in program.c_functions.iter() {
        let _ = writeln!(out, "{id} = {}", c_function(function));
    }
    for (id, print) in program.prints.iter() {
        let args: Vec<String> = print.args.iter().map(print_arg).collect();
        let _ = writeln!(out, "{id} = {:?} {:?} ({})", print.sep, print.end, args.join(", "));
    }
    for (id, function) in program.functions.iter() {
        if !out.is_empty() {
            out.push('\n');
        }
        let _ = writeln!(out, "{id} {:?} -> {}{}", function.name, function.result, function.math);
        print_function(function, &mut out);
    }
    if !program.raise_sites.is_empty() {
        out.push('\n');
    }
    for (id, site) in program.raise_sites.iter() {
        let _ = writeln!(out, "{id} = {}", raise_site(site));
    }
    out
}

fn c_function(function: &CFunction) -> String {
    let mut text = format!("{} {}", function.name, function.ty);
    if function.can_call_back {
        text.push_str(" calls back");
    }
    if let Some(keeps) = function.keeps {
        let _ = write!(text, " keeps {}", keeps.0);
    }
    text
}

fn print_arg(arg: &PrintArg) -> String {
    match arg {
        PrintArg::Text(text) => format!("{text:?}"),
        PrintArg::Value(ty) => ty.to_string(),
        PrintArg::Tuple(items) => {
            let items: Vec<String> = items.iter().map(print_arg).collect();
            format!("of ({})", items.join(", "))
        }
        PrintArg::Optional(held) => format!("maybe {}", print_arg(held)),
        PrintArg::Named(class, items) => {
            let items: Vec<String> = items.iter().map(print_arg).collect();
            format!("host {} of ({})", class.0, items.join(", "))
        }
    }
}

fn raise_site(site: &RaiseSite) -> String {
    let args: Vec<String> = site
        .args
        .iter()
        .map(|arg| match arg {
            RaiseArg::Text(text) => format!("{text:?}"),
            RaiseArg::Value => "value".to_owned(),
            RaiseArg::Format(pieces) => {
                let pieces: Vec<String> = pieces.iter().map(|piece| format!("{piece:?}")).collect();
                format!("format ({})", pieces.join(", "))
            }
        })
        .collect();
    format!("{} in {} at {:?} ({})", site.class, site.function, site.span, args.join(", "))
}

fn print_function(function: &Function, out: &mut String) {
    for (id, slot) in function.slots.iter() {
        let _ = writeln!(out, "  {id}: {}", slot.ty);
    }
    for (id, block) in function.blocks.iter() {
        print_block(function, id, block, out);
    }
}

fn print_block(function: &Function, id: BlockId, block: &Block, out: &mut String) {
    let params: Vec<String> = block.params.iter().map(|param| definition(function, *param)).collect();
    let _ = writeln!(out, "{id}({}):", params.join(", "));
    for inst in &block.insts {
        print_inst(function, &function.insts[*inst], out);
    }
    let _ = writeln!(out, "  {}", block.terminator);
}

fn print_inst(function: &Function, inst: &Inst, out: &mut String) {
    let result = inst.result.map(|result| format!("{} = ", definition(function, result)));
    let _ = write!(out, "  {}{}", result.unwrap_or_default(), inst.op);
    if !inst.releases.is_empty() {
        let _ = write!(out, " or release {}", List(&inst.releases));
    }
    out.push_str(if inst.is_caught { " caught\n" } else { "\n" });
}

/// A value with its type and the user's name for it.
fn definition(function: &Function, value: Value) -> String {
    let name = function.names[value].as_ref().map(|name| format!(" {name:?}")).unwrap_or_default();
    format!("{value}: {}{name}", function.values[value])
}

/// The C types that the text names.
fn used_types(program: &Program) -> BTreeSet<TypeId> {
    let mut used = BTreeSet::new();
    program.prints.values().flat_map(Print::types).for_each(|ty| add_c_types(ty, &mut used));
    used.extend(program.c_functions.values().map(|function| function.ty));
    for function in program.functions.values() {
        add_c_types(function.result, &mut used);
        function.values.values().for_each(|ty| add_c_types(*ty, &mut used));
        used.extend(function.slots.values().map(|slot| slot.ty));
        for inst in function.insts.values() {
            if let Op::CallPointer(_, ty, _) = inst.op {
                used.insert(ty);
            }
        }
    }
    used
}

fn add_c_types(ty: Ty, used: &mut BTreeSet<TypeId>) {
    match ty {
        Ty::Pointer(id) | Ty::Record(id) => {
            used.insert(id);
        }
        Ty::Array(array) => add_c_types(array.element.ty(), used),
        Ty::Tuple(tuple) => tuple.items().iter().for_each(|item| add_c_types(*item, used)),
        Ty::Unit | Ty::Bool | Ty::Int(_) | Ty::Float(_) | Ty::Complex(_) => {}
    }
}

impl fmt::Display for Ty {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unit => formatter.write_str("unit"),
            Self::Bool => formatter.write_str("bool"),
            Self::Int(int) => write!(formatter, "{}{}", if int.is_signed { 'i' } else { 'u' }, int.bits),
            Self::Float(float) => write!(formatter, "f{}", float.bits()),
            Self::Complex(float) => write!(formatter, "c{}", float.bits() * 2),
            Self::Pointer(id) => write!(formatter, "ptr {id}"),
            Self::Record(id) => write!(formatter, "record {id}"),
            Self::Array(array) => write!(formatter, "{array}"),
            Self::Tuple(tuple) => {
                formatter.write_str("tuple (")?;
                for (index, item) in tuple.items().iter().enumerate() {
                    write!(formatter, "{}{item}", if index == 0 { "" } else { ", " })?;
                }
                formatter.write_str(")")
            }
        }
    }
}

/// `array f64 2 C`, with `readonly` and `unaligned` where it is.
impl fmt::Display for ArrayTy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let order = match self.order {
            Order::C => "C",
            Order::F => "F",
            Order::Any => "A",
        };
        write!(formatter, "array {} {} {order}", self.element.ty(), self.rank)?;
        if !self.is_writable {
            formatter.write_str(" readonly")?;
        }
        if !self.is_aligned {
            formatter.write_str(" unaligned")?;
        }
        Ok(())
    }
}

/// ` math reassoc nnan`; nothing where there are no liberties.
impl fmt::Display for MathFlags {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return Ok(());
        }
        formatter.write_str(" math")?;
        let mut own = Self::NAMES.iter().filter(|(flag, _)| self.contains(*flag));
        own.try_for_each(|(_, name)| write!(formatter, " {name}"))
    }
}

impl fmt::Display for Const {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unit => formatter.write_str("unit"),
            Self::Bool(value) => write!(formatter, "{value}"),
            Self::Int(value) => write!(formatter, "{value}"),
            Self::Float(value) => write!(formatter, "{value:?}"),
            Self::Complex(real, imaginary) => write!(formatter, "({real:?}, {imaginary:?})"),
        }
    }
}

/// Values between commas.
struct List<'a>(&'a [Value]);

impl fmt::Display for List<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, value) in self.0.iter().enumerate() {
            write!(formatter, "{}{value}", if index == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

impl fmt::Display for Op {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Const(value) => write!(formatter, "const {value}"),
            Self::Unary(op, a) => write!(formatter, "{} {a}", op.name()),
            Self::Binary(op, a, b) => write!(formatter, "{} {a}, {b}", op.name()),
            Self::Compare(op, a, b) => write!(formatter, "{} {a}, {b}", op.name()),
            Self::Convert(a) => write!(formatter, "convert {a}"),
            Self::Select(condition, a, b) => write!(formatter, "select {condition}, {a}, {b}"),
            Self::Intrinsic(intrinsic, args) => {
                write!(formatter, "intrinsic {} {}", intrinsic.name(), List(args))
            }
            Self::Call(function, args) => write!(formatter, "call {function}({})", List(args)),
            Self::CallC(function, args) => write!(formatter, "call {function}({})", List(args)),
            Self::CallPointer(pointer, ty, args) => {
                write!(formatter, "call {pointer} as {ty}({})", List(args))
            }
            Self::CallRuntime(function, args) => {
                write!(formatter, "call runtime {}({})", function.name(), List(args))
            }
            Self::Print(print, args) => write!(formatter, "print {print}({})", List(args)),
            Self::SlotAddress(slot) => write!(formatter, "address {slot}"),
            Self::Load(address) => write!(formatter, "load {address}"),
            Self::Store(address, value) => write!(formatter, "store {address}, {value}"),
            Self::Offset(pointer, count) => write!(formatter, "offset {pointer}, {count}"),
            Self::FieldAddress(record, offset) => write!(formatter, "field {record} + {offset}"),
            Self::LoadBits { record, offset, start, width } => {
                write!(formatter, "load_bits {record} + {offset} bit {start} width {width}")
            }
            Self::StoreBits { record, value, offset, start, width } => {
                write!(formatter, "store_bits {record} + {offset} bit {start} width {width}, {value}")
            }
            Self::CopyRecord(to, from) => write!(formatter, "copy {to}, {from}"),
            Self::Tuple(items) => write!(formatter, "tuple ({})", List(items)),
            Self::Item(tuple, index) => write!(formatter, "item {tuple}, {index}"),
            Self::View { owner, data, dims, strides } => {
                write!(formatter, "view {data} dims ({}) strides ({})", List(dims), List(strides))?;
                owner.map_or(Ok(()), |owner| write!(formatter, " of {owner}"))
            }
            Self::Allocate { dims, is_zeroed } => {
                let zeroed = if *is_zeroed { "zeroed " } else { "" };
                write!(formatter, "allocate {zeroed}({})", List(dims))
            }
            Self::Dim(array, axis) => write!(formatter, "dim {array}, {axis}"),
            Self::Stride(array, axis) => write!(formatter, "stride {array}, {axis}"),
            Self::Data(array) => write!(formatter, "data {array}"),
            Self::Index { array, axis, index, site } => {
                write!(formatter, "index {array}, {axis}, {index}")?;
                site.map_or(Ok(()), |site| write!(formatter, " or raise {site}"))
            }
            Self::LoadElement(array, indices) => write!(formatter, "get {array}({})", List(indices)),
            Self::StoreElement(array, indices, value) => {
                write!(formatter, "set {array}({}), {value}", List(indices))
            }
            Self::ElementAddress(array, indices) => write!(formatter, "at {array}({})", List(indices)),
            Self::Retain(value) => write!(formatter, "retain {value}"),
            Self::Release(value) => write!(formatter, "release {value}"),
            Self::Poll(rounds) => write!(formatter, "poll {rounds}"),
            Self::Error(op) => op.fmt(formatter),
        }
    }
}

impl fmt::Display for ErrorOp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed => formatter.write_str("failed"),
            Self::Set(site, values) => write!(formatter, "set_error {site}({})", List(values)),
            Self::Take => formatter.write_str("take_error"),
            Self::Is(error, class) => write!(formatter, "is_error {error}, {class}"),
            Self::Copy(error) => write!(formatter, "copy_error {error}"),
            Self::Drop(error) => write!(formatter, "drop_error {error}"),
        }
    }
}

impl fmt::Display for Jump {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}({})", self.block, List(&self.args))
    }
}

impl fmt::Display for Terminator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Jump(jump) => write!(formatter, "jump {jump}"),
            Self::Branch { condition, then, otherwise } => {
                write!(formatter, "branch {condition}, {then}, {otherwise}")
            }
            Self::Return(None) => formatter.write_str("return"),
            Self::Return(Some(value)) => write!(formatter, "return {value}"),
            Self::Raise(site, values) => write!(formatter, "raise {site}({})", List(values)),
            Self::Reraise(error) => write!(formatter, "reraise {error}"),
            Self::Unreachable => formatter.write_str("unreachable"),
        }
    }
}
