//! The methods of a `Generator` that fill memory: they take a dtype, and an array to write to.

use ctype::{FloatType, IntType};
use diagnostic::Id;
use source::Span;
use tir::{Element, FloatTy, Order, Ty, Value};

use crate::Entity;
use crate::calls::{Arg, Args};
use crate::convert;
use crate::stop::{Stop, Walked};
use crate::term::Term;
use crate::walk::Walker;

/// Where draws go to.
struct Target {
    array: Value,
    /// What the call gives.
    result: Term,
}

impl Walker<'_, '_> {
    /// `random`, `standard_normal`, `standard_exponential` and `standard_gamma`, if the method is one of them.
    pub(super) fn call_standard(&mut self, name: &str, bits: Value, args: &Args) -> Walked<Option<Term>> {
        match name {
            "random" | "standard_normal" => {
                let [size, dtype, out] = self.bound_args(name, args, ["size", "dtype", "out"])?;
                let element = self.float_dtype(name, dtype)?;
                let is_plain = self.given(out.as_ref()).is_none() && element == FloatTy::F64;
                if name == "random" && is_plain {
                    return self
                        .sized(size, Ty::F64, args.span, |walker| {
                            walker.generator("random", &[bits], args.span)
                        })
                        .map(Some);
                }
                let stem = if name == "random" { "uniform" } else { "normal" };
                self.filled(name, (bits, element), stem, (size, out), args.span).map(Some)
            }
            "standard_exponential" => {
                let names = ["size", "dtype", "method", "out"];
                let [size, dtype, method, out] = self.bound_args(name, args, names)?;
                let element = self.float_dtype(name, dtype)?;
                let stem = if self.is_inverse(method)? { "exponential_inv" } else { "exponential" };
                self.filled(name, (bits, element), stem, (size, out), args.span).map(Some)
            }
            "standard_gamma" => self.standard_gamma(bits, args).map(Some),
            _ => Ok(None),
        }
    }

    /// An argument that is not `None`.
    pub(crate) fn given<'a>(&self, arg: Option<&'a Arg>) -> Option<&'a Arg> {
        arg.filter(|arg| !self.is_none(&arg.term))
    }

    /// The dtype of draws of real numbers.
    fn float_dtype(&self, name: &str, dtype: Option<Arg>) -> Walked<FloatTy> {
        let Some(dtype) = dtype else { return Ok(FloatTy::F64) };
        match self.dtype_of(&dtype.term, dtype.span)? {
            Element::Float(float) => Ok(float),
            other => {
                let title = format!("`{name}` of `{}`", self.ty_name(other.ty()));
                let label = "expected `np.float64` or `np.float32`";
                Err(self.error(Id::WrongArguments, dtype.span, title, label))
            }
        }
    }

    /// Whether `method` is not the ziggurat.
    fn is_inverse(&self, method: Option<Arg>) -> Walked<bool> {
        let Some(method) = method else { return Ok(false) };
        match &method.term {
            Term::Entity(Entity::Text(text)) => Ok(text != "zig"),
            other => {
                let title = format!("{} as the method", self.describe(other));
                Err(self.error(Id::WrongArguments, method.span, title, "expected \"zig\" or \"inv\""))
            }
        }
    }

    /// Draws of a standard distribution: a number, or as many as there is room for.
    fn filled(
        &mut self,
        method: &str,
        (bits, float): (Value, FloatTy),
        stem: &str,
        (size, out): (Option<Arg>, Option<Arg>),
        span: Span,
    ) -> Walked<Term> {
        let suffix = if float == FloatTy::F32 { "_f" } else { "" };
        let is_one = self.given(size.as_ref()).is_none() && self.given(out.as_ref()).is_none();
        if is_one && stem != "exponential_inv" {
            let result = self.float_type(float);
            let symbol = format!("random_standard_{stem}{suffix}");
            let function = self.exported(method, &symbol, &[], result, span)?;
            return Ok(Term::Value(self.call_exported(&function, &[bits], Ty::Float(float), span)));
        }
        let target = self.target(float, (size, out), false, span)?;
        let types = &mut *self.program.types;
        let (void, word) = (types.void(), types.int(IntType::Int64));
        let bytes = self.byte_pointer_type();
        let symbol = format!("random_standard_{stem}_fill{suffix}");
        let function = self.exported(method, &symbol, &[word, bytes], void, span)?;
        let (count, data) = (self.size(target.array, span), self.data(target.array, span));
        self.call_exported(&function, &[bits, count, data], Ty::Unit, span);
        if is_one {
            let first = self.word(0, span);
            return Ok(Term::Value(self.get_element(target.array, vec![first], span)));
        }
        Ok(target.result)
    }

    fn standard_gamma(&mut self, bits: Value, args: &Args) -> Walked<Term> {
        let (name, span) = ("standard_gamma", args.span);
        let [shape, size, dtype, out] = self.bound_args(name, args, ["shape", "size", "dtype", "out"])?;
        let shape = self.wanted(shape, "shape", args)?;
        let shape = self.real_arg(name, &shape)?;
        let float = self.float_dtype(name, dtype)?;
        let shape = convert::to(&mut self.body, shape, Ty::Float(float), span);
        let wide = convert::to(&mut self.body, shape, Ty::F64, span);
        let is_negative = self.generator("is_negative", &[wide], span)?;
        let is_negative = self.value(&is_negative, span)?;
        self.raise_if(is_negative, "ValueError", "shape < 0", span);
        let result = self.float_type(float);
        let symbol = if float == FloatTy::F32 { "random_standard_gamma_f" } else { "random_standard_gamma" };
        let function = self.exported(name, symbol, &[result], result, span)?;
        if self.given(size.as_ref()).is_none() && self.given(out.as_ref()).is_none() {
            return Ok(Term::Value(self.call_exported(&function, &[bits, shape], Ty::Float(float), span)));
        }
        let target = self.target(float, (size, out), true, span)?;
        let flat = self.flat_view(target.array, span);
        let count = self.size(flat, span);
        self.counted_loop(count, span, |walker, number| {
            let drawn = walker.call_exported(&function, &[bits, shape], Ty::Float(float), span);
            walker.set_element(flat, vec![number], &Term::Value(drawn), span)
        })?;
        Ok(target.result)
    }

    fn float_type(&mut self, float: FloatTy) -> ctype::TypeId {
        self.program.types.float(match float {
            FloatTy::F32 => FloatType::Float,
            FloatTy::F64 => FloatType::Double,
        })
    }

    /// The array that is given, or a new one: of one number where neither it nor a size is.
    fn target(
        &mut self,
        float: FloatTy,
        (size, out): (Option<Arg>, Option<Arg>),
        is_c_wanted: bool,
        span: Span,
    ) -> Walked<Target> {
        let size = size.filter(|size| !self.is_none(&size.term));
        if let Some(out) = out.filter(|out| !self.is_none(&out.term)) {
            let array = self.out_array(&out, float, is_c_wanted)?;
            if let Some(size) = &size {
                self.check_size(array, size)?;
            }
            return Ok(Target { array, result: out.term });
        }
        let dims = match &size {
            Some(size) => self.shape_of(size)?,
            None => vec![self.word(1, span)],
        };
        let array = self.allocate(Element::Float(float), dims, Order::C, false, span);
        Ok(Target { array, result: Term::Value(array) })
    }

    /// An array that draws can be written to, without gaps.
    fn out_array(&mut self, out: &Arg, float: FloatTy, is_c_wanted: bool) -> Walked<Value> {
        let wanted = self.ty_name(Ty::Float(float));
        let Some((array, ty)) = self.as_array(&out.term) else {
            let title = format!("`out` is {}", self.describe(&out.term));
            let label = format!("expected an array of `{wanted}`");
            return Err(self.error(Id::WrongArguments, out.span, title, label));
        };
        self.check_writable(array, out.span)?;
        if ty.element != Element::Float(float) {
            let title = format!("`out` is an array of `{}`", self.ty_name(ty.element.ty()));
            return Err(self.error(Id::WrongArguments, out.span, title, format!("expected `{wanted}`")));
        }
        if ty.order == Order::Any || !ty.is_aligned || (is_c_wanted && ty.order != Order::C) {
            let title = format!("`out` is {}", self.describe(&out.term));
            let label = if is_c_wanted { "expected an array in C's order" } else { "expected no gaps" };
            return Err(self.error(Id::WrongArguments, out.span, title, label));
        }
        Ok(array)
    }

    /// Raises what NumPy raises where `size` is not the shape of `out`.
    fn check_size(&mut self, array: Value, size: &Arg) -> Walked<()> {
        let message = "size must match out.shape when used together";
        let (wanted, dims) = (self.shape_words(size)?, self.dims(array, size.span));
        if wanted.len() != dims.len() {
            self.raise("ValueError", message, size.span);
            return Err(Stop::Unreachable);
        }
        let is_same = self.same_shape(&wanted, &dims, size.span);
        let differs = convert::not(&mut self.body, is_same, size.span);
        self.raise_if(differs, "ValueError", message, size.span);
        Ok(())
    }
}
