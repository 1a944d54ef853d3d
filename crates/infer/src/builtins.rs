//! Python's builtins, and types that are called.

use ctype::{CType, FloatType};
use diagnostic::Id;
use source::Span;
use tir::{Comparison, Const, Op, Ty, UnaryOp, Value};

use crate::Entity;
use crate::calls::{Arg, Args};
use crate::convert;
use crate::promote;
use crate::stop::Walked;
use crate::term::Term;
use crate::walk::Walker;

impl Walker<'_, '_> {
    /// The builtin of that name, if it is one that has rules here.
    pub(crate) fn call_builtin(&mut self, name: &str, args: &Args) -> Walked<Option<Term>> {
        let Some(name) = name.strip_prefix("builtins.") else { return Ok(None) };
        let term = match name {
            "abs" => self.abs(args)?,
            "min" | "max" => self.extreme_of(name, args)?,
            "sum" | "any" | "all" => self.folded(name, args)?,
            "print" => self.print(args)?,
            "isinstance" => self.is_instance(args)?,
            "bool" => self.call_bool(args)?,
            "int" => self.call_int(args)?,
            "float" => self.call_float(args)?,
            "complex" => self.call_complex(args)?,
            "divmod" => self.divmod(args)?,
            "pow" if args.positional.len() == 2 && args.named.is_empty() => {
                let (a, b) = (&args.positional[0], &args.positional[1]);
                self.binary(pysyntax::BinaryOp::Pow, &a.term, &b.term, args.span, (a.span, b.span))?
            }
            _ => return Ok(None),
        };
        Ok(Some(term))
    }

    /// The arguments of a builtin that takes so many by position.
    pub(crate) fn exactly<const N: usize>(&self, name: &str, args: &Args) -> Walked<[Arg; N]> {
        let count = args.positional.len() + args.named.len();
        match <[Arg; N]>::try_from(args.positional.clone()) {
            Ok(exact) if args.named.is_empty() => Ok(exact),
            _ => {
                let title =
                    format!("`{name}` takes {N} argument{}, not {count}", if N == 1 { "" } else { "s" });
                Err(self.error(Id::WrongArguments, args.span, title, ""))
            }
        }
    }

    /// A number argument.
    pub(crate) fn number(&self, name: &str, arg: &Arg) -> Walked<(Value, Ty)> {
        if let Term::Value(value) = &arg.term
            && let ty = self.body.ty(*value)
            && promote::widen(ty).is_some()
        {
            return Ok((*value, ty));
        }
        let title = format!("`{name}` of {}", self.describe(&arg.term));
        Err(self.error(Id::WrongArguments, arg.span, title, "expected a number"))
    }

    fn abs(&mut self, args: &Args) -> Walked<Term> {
        let [arg] = self.exactly("abs", args)?;
        let (value, ty) = self.number("abs", &arg)?;
        let (operand, result) = match ty {
            Ty::Bool => (Ty::I64, Ty::I64),
            Ty::Complex(part) => (ty, Ty::Float(part)),
            Ty::Unit
            | Ty::Int(_)
            | Ty::Float(_)
            | Ty::Pointer(_)
            | Ty::Record(_)
            | Ty::Array(_)
            | Ty::Tuple(_) => (ty, ty),
        };
        let value = convert::to(&mut self.body, value, operand, args.span);
        if matches!(ty, Ty::Bool) || matches!(ty, Ty::Int(int) if !int.is_signed) {
            return Ok(Term::Value(value));
        }
        Ok(Term::Value(self.body.emit(Op::Unary(UnaryOp::Abs, value), result, args.span)))
    }

    /// `min` and `max` of two or more: the first of those that none is beyond.
    pub(crate) fn extreme(&mut self, name: &str, args: &Args) -> Walked<Term> {
        if args.positional.len() < 2 || !args.named.is_empty() {
            let title = format!("`{name}` here takes two or more numbers");
            return Err(self
                .error(Id::WrongArguments, args.span, title, "")
                .help(format!("write `{name}(a, b)`")));
        }
        let mut numbers = Vec::new();
        for arg in &args.positional {
            let (value, ty) = self.number(name, arg)?;
            if matches!(ty, Ty::Complex(_)) {
                let title = format!("`{name}` of `{}`", self.ty_name(ty));
                return Err(self.error(Id::WrongArguments, arg.span, title, "complex numbers have no order"));
            }
            numbers.push((value, ty));
        }
        let ty = numbers
            .iter()
            .skip(1)
            .fold(numbers[0].1, |ty, (_, other)| promote::join(ty, *other).unwrap_or(ty));
        let op = if name == "min" { tir::BinaryOp::Min } else { tir::BinaryOp::Max };
        let mut best = convert::to(&mut self.body, numbers[0].0, ty, args.span);
        for (value, _) in &numbers[1..] {
            let value = convert::to(&mut self.body, *value, ty, args.span);
            best = match (ty, op) {
                (Ty::Bool, tir::BinaryOp::Min) => {
                    self.body.emit(Op::Binary(tir::BinaryOp::And, best, value), ty, args.span)
                }
                (Ty::Bool, _) => self.body.emit(Op::Binary(tir::BinaryOp::Or, best, value), ty, args.span),
                _ => self.body.emit(Op::Binary(op, best, value), ty, args.span),
            };
        }
        Ok(Term::Value(best))
    }

    fn call_bool(&mut self, args: &Args) -> Walked<Term> {
        if args.positional.is_empty() {
            return Ok(Term::Value(self.body.constant(Const::Bool(false), Ty::Bool, args.span)));
        }
        let [arg] = self.exactly("bool", args)?;
        self.truth(&arg.term, arg.span).map(Term::Value)
    }

    fn call_int(&mut self, args: &Args) -> Walked<Term> {
        if args.positional.is_empty() {
            return Ok(Term::Value(convert::zero(&mut self.body, Ty::I64, args.span)));
        }
        let [arg] = self.exactly("int", args)?;
        let (value, ty) = self.number("int", &arg)?;
        match ty {
            Ty::Float(_) => Ok(Term::Value(self.float_to_int(value, args.span))),
            Ty::Bool | Ty::Int(_) => {
                let wide = promote::widen(ty).unwrap_or(ty);
                Ok(Term::Value(convert::to(&mut self.body, value, wide, args.span)))
            }
            Ty::Unit | Ty::Complex(_) | Ty::Pointer(_) | Ty::Record(_) | Ty::Array(_) | Ty::Tuple(_) => {
                let title = format!("`int` of `{}`", self.ty_name(ty));
                let stop = self.error(Id::WrongArguments, arg.span, title, "expected a real number");
                Err(stop.help("take its `.real`"))
            }
        }
    }

    /// A float towards zero to an `int64`, with the errors of Python's `int`.
    pub(crate) fn float_to_int(&mut self, value: Value, span: Span) -> Value {
        let value = convert::to(&mut self.body, value, Ty::F64, span);
        let is_nan = self.body.emit(Op::Compare(Comparison::Ne, value, value), Ty::Bool, span);
        self.raise_if(is_nan, "ValueError", "cannot convert float NaN to integer", span);
        let is_infinite = self.body.emit(Op::Intrinsic(tir::Intrinsic::IsInf, vec![value]), Ty::Bool, span);
        self.raise_if(is_infinite, "OverflowError", "cannot convert float infinity to integer", span);
        let low = self.body.constant(Const::Float(-9_223_372_036_854_775_808.0), Ty::F64, span);
        let high = self.body.constant(Const::Float(9_223_372_036_854_775_808.0), Ty::F64, span);
        let is_below = self.body.emit(Op::Compare(Comparison::Lt, value, low), Ty::Bool, span);
        let is_above = self.body.emit(Op::Compare(Comparison::Ge, value, high), Ty::Bool, span);
        let is_out = self.body.emit(Op::Binary(tir::BinaryOp::Or, is_below, is_above), Ty::Bool, span);
        self.raise_if(is_out, "OverflowError", "float too large to convert to a 64-bit integer", span);
        self.body.emit(Op::Convert(value), Ty::I64, span)
    }

    fn call_float(&mut self, args: &Args) -> Walked<Term> {
        if args.positional.is_empty() {
            return Ok(Term::Value(convert::zero(&mut self.body, Ty::F64, args.span)));
        }
        let [arg] = self.exactly("float", args)?;
        if let Term::Entity(Entity::Text(text)) = &arg.term
            && let Some(value) = float_of(text)
        {
            return Ok(Term::Value(self.body.constant(Const::Float(value), Ty::F64, args.span)));
        }
        let (value, ty) = self.number("float", &arg)?;
        if promote::float(ty).is_none() {
            let title = format!("`float` of `{}`", self.ty_name(ty));
            let stop = self.error(Id::WrongArguments, arg.span, title, "expected a real number");
            return Err(stop.help("take its `.real`"));
        }
        Ok(Term::Value(convert::to(&mut self.body, value, Ty::F64, args.span)))
    }

    /// `complex(a)`, and `complex(a, b)`, which is `a + b*1j`.
    fn call_complex(&mut self, args: &Args) -> Walked<Term> {
        let mut parts = Vec::new();
        for arg in &args.positional {
            parts.push(self.number("complex", arg)?);
        }
        for (name, arg) in &args.named {
            if (name.as_str(), parts.len()) == ("real", 0) || (name.as_str(), parts.len()) == ("imag", 1) {
                parts.push(self.number("complex", arg)?);
            }
        }
        let span = args.span;
        match parts[..] {
            [] => Ok(Term::Value(convert::zero(&mut self.body, Ty::C128, span))),
            [(value, _)] => Ok(Term::Value(convert::to(&mut self.body, value, Ty::C128, span))),
            [(real, real_ty), (imaginary, imaginary_ty)] => {
                let is_complex = |ty| matches!(ty, Ty::Complex(_));
                if is_complex(real_ty) || is_complex(imaginary_ty) {
                    return self.call_prelude("numbers._complex", &[real, imaginary], span);
                }
                Ok(Term::Value(self.complex_of(real, imaginary, span)))
            }
            _ => Err(self.error(Id::WrongArguments, span, "`complex` takes up to 2 arguments", "")),
        }
    }

    /// The complex number of two real parts, put together in memory: `a + b*1j` would lose
    /// infinities and signs of zeros.
    fn complex_of(&mut self, real: Value, imaginary: Value, span: Span) -> Value {
        let types = &mut *self.program.types;
        let whole = types.intern(CType::Complex(FloatType::Double));
        let part_ty = types.float(FloatType::Double);
        let (to_part, to_whole) = (types.pointer_to(part_ty), types.pointer_to(whole));
        let slot = self.body.slot(whole);
        let address = self.body.emit(Op::SlotAddress(slot), Ty::Pointer(to_whole), span);
        for (value, offset) in [(real, 0), (imaginary, 8)] {
            let value = convert::to(&mut self.body, value, Ty::F64, span);
            let place = self.body.emit(Op::FieldAddress(address, offset), Ty::Pointer(to_part), span);
            self.body.effect(Op::Store(place, value), span);
        }
        self.body.emit(Op::Load(address), Ty::C128, span)
    }

    fn divmod(&mut self, args: &Args) -> Walked<Term> {
        let [a, b] = self.exactly("divmod", args)?;
        let spans = (a.span, b.span);
        let ((x, x_ty), (y, y_ty)) = (self.number("divmod", &a)?, self.number("divmod", &b)?);
        let op = pysyntax::BinaryOp::FloorDiv;
        let ty = self.arithmetic_type(op, x_ty, y_ty, spans)?;
        let message = match ty {
            Ty::Complex(_) => return Err(self.operands_clash(op, x_ty, y_ty, spans)),
            Ty::Float(_) => "float divmod()",
            Ty::Unit
            | Ty::Bool
            | Ty::Int(_)
            | Ty::Pointer(_)
            | Ty::Record(_)
            | Ty::Array(_)
            | Ty::Tuple(_) => "integer division or modulo by zero",
        };
        let divisor = convert::to(&mut self.body, y, ty, args.span);
        self.check_divisor(divisor, message, args.span);
        let quotient = self.plain(op, x, divisor, ty, args.span);
        let remainder = self.plain(pysyntax::BinaryOp::Mod, x, divisor, ty, args.span);
        Ok(Term::Tuple(vec![Term::Value(quotient), Term::Value(remainder)]))
    }

    /// A type that is called: a conversion that never raises.
    pub(crate) fn call_type(&mut self, ty: Ty, args: &Args) -> Walked<Term> {
        let name = self.ty_name(ty);
        let [arg] = self.exactly(&name, args)?;
        let (value, from) = self.number(&name, &arg)?;
        let is_narrowing = matches!(from, Ty::Complex(_)) && !matches!(ty, Ty::Complex(_) | Ty::Bool);
        if is_narrowing || !matches!(ty, Ty::Bool | Ty::Int(_) | Ty::Float(_) | Ty::Complex(_)) {
            let title = format!("`{name}` of `{}`", self.ty_name(from));
            return Err(self.error(Id::WrongArguments, arg.span, title, "expected a real number"));
        }
        Ok(Term::Value(convert::to(&mut self.body, value, ty, args.span)))
    }

    /// A method of a number.
    pub(crate) fn call_method(&mut self, name: &'static str, of: Value, args: Args) -> Walked<Term> {
        let [] = self.exactly(name, &args)?;
        let arg = Arg { term: Term::Value(of), span: args.span };
        self.call_known(&format!("number.{name}"), Args { positional: vec![arg], ..args })
    }
}

/// What `float` makes of a text that is known when compiling.
fn float_of(text: &str) -> Option<f64> {
    // What Rust reads is what Python does, but for digits grouped by underscores.
    text.trim().parse().ok()
}
