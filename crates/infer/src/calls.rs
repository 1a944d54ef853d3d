//! Calls: what is called, and which argument goes to which parameter.

use std::sync::Arc;

use diagnostic::{Diagnostic, Id, Label};
use pysyntax::{ExprId, ExprKind, Keyword, Param, ParamKind, Syntax};
use source::Span;
use tir::{HostObject, Op, Ty, Value};

use crate::choice::Choice;
use crate::convert;
use crate::crossing::Passed;
use crate::program::{Callee, Key};
use crate::stop::{Stop, Walked};
use crate::term::Term;
use crate::walk::{Frame, Walker};
use crate::{Entity, FunctionSource, Options, prelude};

/// An argument that has been walked.
#[derive(Clone, Debug)]
pub(crate) struct Arg {
    pub(crate) term: Term,
    pub(crate) span: Span,
}

/// The arguments of a call that have been walked, in the order of the text.
#[derive(Clone)]
pub(crate) struct Args {
    pub(crate) positional: Vec<Arg>,
    pub(crate) named: Vec<(String, Arg)>,
    pub(crate) span: Span,
}

impl Walker<'_, '_> {
    /// A call.
    pub(crate) fn call(
        &mut self,
        function: ExprId,
        args: &[ExprId],
        keywords: &[Keyword],
        span: Span,
    ) -> Walked<Term> {
        let callee = self.walk_expr(function)?;
        let args = self.walk_args(args, keywords, span)?;
        self.call_walked(callee, function, args)
    }

    /// A call of what `function` is, on arguments that have been walked.
    fn call_walked(&mut self, callee: Term, function: ExprId, args: Args) -> Walked<Term> {
        match self.added_to(&callee) {
            Some(subject) => {
                let args = self.forced_args(args)?;
                self.call_added(&subject, callee, function, args)
            }
            None => self.call_term(callee, function, args),
        }
    }

    /// Calls what the expression `function` is.
    pub(crate) fn call_term(&mut self, callee: Term, function: ExprId, args: Args) -> Walked<Term> {
        let span = args.span;
        let args = if takes_none(&callee) { args } else { self.present_args(args) };
        if let Term::Entity(Entity::Known(name)) = &callee
            && let Some(term) = self.call_elementwise(name, &args)?
        {
            return Ok(term);
        }
        let args = self.forced_args(args)?;
        match callee {
            Term::Entity(Entity::Known(name)) => self.call_known(&name, args),
            Term::Entity(Entity::Type(ty)) => self.call_type(ty, &args),
            Term::Entity(Entity::Function(object)) => self.call_function(object, args),
            Term::Closure(closure) => self.call_closure(&closure, args),
            Term::Choice(choice) => self.call_choice(&choice, function, &args),
            Term::Entity(Entity::NamedTuple(class)) => self.make_named(&class, args),
            Term::TupleMethod(name, of) => self.call_tuple_method(name, &of, args),
            Term::Bound(bound) => self.call_bound(&bound, function, args),
            Term::Entity(Entity::CFunction(function)) => self.call_c(&function, &args),
            Term::Method(name, of) if self.array_ty(of).is_some() => self.array_method(name, of, &args),
            Term::Method(name, of) if self.is_generator(of) => self.call_generator(name, of, &args),
            Term::Method(name, of) => self.call_method(name, of, args),
            // In a loop it may be a function in a later round.
            Term::Value(value) if self.body.ty(value) == Ty::Unit => {
                self.raise("TypeError", "'NoneType' object is not callable", span);
                Err(Stop::Unreachable)
            }
            Term::Value(pointer) if matches!(self.body.ty(pointer), Ty::Pointer(_)) => {
                self.call_pointer(pointer, self.span_of(function), &args)
            }
            Term::Entity(Entity::Exception(name, _)) => {
                let title = format!("the exception `{name}` is made but not raised");
                Err(self.error(Id::NotAValue, span, title, "").help(format!("write `raise {name}(…)`")))
            }
            other => {
                let title = format!("{} cannot be called in compiled code", self.describe(&other));
                let stop = self.error(Id::NotCallable, self.span_of(function), title, "");
                Err(stop.help("call a function that compiles, or a C function"))
            }
        }
    }

    /// Calls the one that a choice is: each on a path of its own.
    fn call_choice(&mut self, choice: &Choice, function: ExprId, args: &Args) -> Walked<Term> {
        self.on_each(choice, args.span, |walker, callee| {
            let term = walker.call_walked(callee, function, args.clone())?;
            walker.forced(term, args.span)
        })
    }

    fn walk_args(&mut self, args: &[ExprId], keywords: &[Keyword], span: Span) -> Walked<Args> {
        let syntax = self.syntax();
        let mut walked = Args { positional: Vec::new(), named: Vec::new(), span };
        for (index, arg) in args.iter().enumerate() {
            let span = self.span_of(*arg);
            if let ExprKind::Star(of) = syntax.exprs[*arg].kind {
                let items = self.starred(of)?;
                walked.positional.extend(items.into_iter().map(|term| Arg { term, span }));
                continue;
            }
            let mut term = self.walk_lazy(*arg)?;
            let rest = args[index + 1..].iter().copied().chain(keywords.iter().map(|keyword| keyword.value));
            if matches!(term, Term::Lazy(_)) && !rest.into_iter().all(|next| self.is_quiet(next)) {
                term = self.forced(term, span)?;
            }
            walked.positional.push(Arg { term, span });
        }
        for keyword in keywords {
            let term = self.walk_expr(keyword.value)?;
            let arg = Arg { term, span: self.span_of(keyword.value) };
            walked.named.push((syntax.name(keyword.name).to_owned(), arg));
        }
        Ok(walked)
    }

    /// The arguments with nothing left to compute.
    fn forced_args(&mut self, mut args: Args) -> Walked<Args> {
        for arg in &mut args.positional {
            arg.term = self.forced(arg.term.clone(), arg.span)?;
        }
        Ok(args)
    }

    /// A function of NumPy that works element by element, where one argument is an array.
    fn call_elementwise(&mut self, name: &str, args: &Args) -> Walked<Option<Term>> {
        let (module, short) = name.split_once('.').unwrap_or(("", name));
        let is_builtin = module == "builtins" && short == "abs";
        if module != "numpy" && !is_builtin {
            return Ok(None);
        }
        let is_array = args.positional.iter().any(|arg| self.is_elementwise(&arg.term));
        let known = crate::arrays::elementwise_name(short).filter(|_| is_array);
        let Some(short) = known else { return Ok(None) };
        let mut operands = Vec::new();
        let out = args.named.iter().find(|(name, _)| name == "out").map(|(_, arg)| arg.clone());
        if let Some((name, arg)) = args.named.iter().find(|(name, _)| name != "out") {
            let title = format!("`np.{short}` takes no `{name}` in compiled code");
            return Err(self.error(Id::WrongArguments, arg.span, title, ""));
        }
        for arg in &args.positional {
            let Some(lazy) = self.as_lazy(&arg.term, arg.span)? else {
                let title = format!("`np.{short}` of {}", self.describe(&arg.term));
                return Err(self.error(Id::WrongArguments, arg.span, title, "expected a number or an array"));
            };
            operands.push(lazy);
        }
        let arity = crate::arrays::arity(short);
        let out = match out {
            Some(arg) => Some(arg),
            None if operands.len() == arity + 1 => {
                operands.pop();
                args.positional.last().cloned()
            }
            None => None,
        };
        if operands.len() != arity {
            let title = format!("`np.{short}` takes {arity} arguments, not {}", operands.len());
            return Err(self.error(Id::WrongArguments, args.span, title, ""));
        }
        if let Some(parts) = crate::arrays::pair(short) {
            if let Some(out) = out {
                let title = format!("`np.{short}` takes no `out` in compiled code");
                return Err(self.error(Id::WrongArguments, out.span, title, ""));
            }
            return self.apply_pair(parts, &operands, args.span).map(Some);
        }
        let lazy = self.apply(short, operands, args.span)?;
        let Some(out) = out else { return Ok(Some(Term::Lazy(lazy))) };
        let Some((array, _)) = self.as_array(&out.term) else {
            let title = format!("`out` is {}", self.describe(&out.term));
            return Err(self.error(Id::WrongArguments, out.span, title, "expected an array"));
        };
        self.write_result(&format!("np.{short}"), &lazy, (array, out.span), args.span)?;
        Ok(Some(out.term))
    }

    /// Something that makes or takes arrays or sequences, if it is one.
    fn call_on_arrays(&mut self, name: &str, args: &Args) -> Walked<Option<Term>> {
        if let Some(sequence) = self.make_sequence(name, args)? {
            return Ok(Some(sequence));
        }
        match name {
            "builtins.len" => return self.length(args).map(Some),
            "builtins.slice" => return self.make_slice(args).map(Some),
            "ferrule.carray" => return self.array_over("carray", args).map(Some),
            "ferrule.farray" => return self.array_over("farray", args).map(Some),
            _ => {}
        }
        let Some(short) = name.strip_prefix("numpy.") else { return Ok(None) };
        if let Some(array) = self.create_array(short, args)? {
            return Ok(Some(array));
        }
        if crate::arrays::AS_FUNCTIONS.contains(&short) {
            return self.array_function(short, args);
        }
        Ok(None)
    }

    /// Something that inference has rules for.
    pub(crate) fn call_known(&mut self, name: &str, mut args: Args) -> Walked<Term> {
        if let Some(term) = self.call_on_arrays(name, &args)? {
            return Ok(term);
        }
        // Functions of any number of arguments, of which the prelude has those of two.
        while matches!(name, "math.gcd" | "math.lcm" | "math.hypot") && args.positional.len() > 2 {
            let rest = args.positional.split_off(2);
            let first = Args { positional: args.positional, named: Vec::new(), span: args.span };
            // Only the last divisor has to fit.
            let so_far = if name == "math.gcd" { "math._divisor" } else { name };
            let term = self.call_known(so_far, first)?;
            args.positional = std::iter::once(Arg { term, span: args.span }).chain(rest).collect();
        }
        if let Some(term) = self.call_random(name, &args)? {
            return Ok(term);
        }
        if let Some(term) = self.call_builtin(name, &args)? {
            return Ok(term);
        }
        if let Some(term) = self.call_primitive(name, &args)? {
            return Ok(term);
        }
        let Some(syntax) = prelude::function(name) else {
            let short = name.trim_start_matches("builtins.");
            let title = format!("`{short}` is not supported in compiled code");
            let stop = self.error(Id::UnsupportedFunction, args.span, title, "");
            return Err(match prelude::instead(name) {
                Some(help) => stop.help(help),
                None => stop,
            });
        };
        let environment = self.frames[0].function.environment.clone();
        let name = name.trim_start_matches("builtins.").trim_start_matches("number.").to_owned();
        if prelude::is_called(&syntax) {
            return self.call_prelude_function(name, syntax, args);
        }
        let source = FunctionSource::of_prelude(name, syntax, environment);
        self.expand(Arc::new(source), args)
    }

    /// A function of the prelude on these values.
    pub(crate) fn call_prelude(&mut self, name: &str, values: &[Value], span: Span) -> Walked<Term> {
        let positional = values.iter().map(|value| Arg { term: Term::Value(*value), span }).collect();
        self.call_known(name, Args { positional, named: Vec::new(), span })
    }

    /// Expands a prelude function in place: what it raises is raised by the call in the user's text.
    fn expand(&mut self, source: Arc<FunctionSource>, args: Args) -> Walked<Term> {
        let span = args.span;
        let mut bound = self.bind_args(&source, args, &[])?;
        self.convert_args(&source, &mut bound)?;
        let terms = bound.into_iter().map(|arg| arg.term).collect();
        self.expand_frame(Frame::new(source, terms, Some(span)), span)
    }

    /// Walks a function in place; gives what it returns.
    pub(crate) fn expand_frame(&mut self, frame: Frame, span: Span) -> Walked<Term> {
        let syntax = frame.function.syntax.clone();
        self.push_frame(frame);
        let walked = self.walk_body(&syntax);
        let frame = self.frames.pop().expect("it was just pushed");
        walked?;
        let mut returns = frame.returns;
        for arrival in &mut returns {
            arrival.locals.clone_from(&self.frame().locals);
            if arrival.term.is_none() {
                self.body.switch_to(arrival.block);
                arrival.term = Some(Term::Value(convert::zero(&mut self.body, Ty::Unit, span)));
            }
        }
        self.meet_at(returns)
    }

    /// A function of Python, compiled along for the types of these arguments.
    pub(crate) fn call_function(&mut self, object: HostObject, args: Args) -> Walked<Term> {
        let environment = self.frame().function.environment.clone();
        let found = self.program.callee(object, || environment.function(object));
        let (callee, source, options) = found.map_err(|reason| {
            self.error(Id::NoSource, args.span, "the function that is called cannot be compiled", reason)
        })?;
        self.call_source(callee, &source, options, args)
    }

    /// A function of the prelude that is one of the program.
    fn call_prelude_function(&mut self, name: String, syntax: Arc<Syntax>, args: Args) -> Walked<Term> {
        let environment = self.frames[0].function.environment.clone();
        let callee = Callee::Prelude(name.clone());
        let source = FunctionSource::of_prelude(name, syntax, environment);
        self.call_source(callee, &Arc::new(source), None, args)
    }

    fn call_source(
        &mut self,
        callee: Callee,
        source: &Arc<FunctionSource>,
        options: Option<Options>,
        args: Args,
    ) -> Walked<Term> {
        let span = args.span;
        let mut params = Vec::new();
        let mut values = Vec::new();
        for arg in self.bind_args(source, args, &[])? {
            params.push(self.pass(&arg.term, arg.span, &mut values)?);
        }
        self.call_compiled(
            &Key { callee, options: options.unwrap_or(self.options), params },
            source,
            values,
            span,
        )
    }

    /// A function that is compiled along, on these values.
    pub(crate) fn call_compiled(
        &mut self,
        key: &Key,
        source: &Arc<FunctionSource>,
        values: Vec<Value>,
        span: Span,
    ) -> Walked<Term> {
        let specialised = self.program.specialise(key, source);
        let (id, result) = specialised.map_err(|stop| self.called_here(stop, key, span))?;
        let Some(form) = result else {
            // It raises always, or calls itself and its result is not known yet.
            self.body.effect(Op::Call(id, values), span);
            return Err(Stop::Unreachable);
        };
        let value = self.emit_call(Op::Call(id, values), form.packed(), span);
        Ok(self.unpack(&form, value, span))
    }

    /// A call, with `None` where it has no result.
    pub(crate) fn emit_call(&mut self, op: Op, result: Ty, span: Span) -> Value {
        if result != Ty::Unit {
            return self.body.emit(op, result, span);
        }
        self.body.effect(op, span);
        convert::zero(&mut self.body, Ty::Unit, span)
    }

    /// An error in a function that is compiled along shows the call too, unless there are many.
    fn called_here(&self, stop: Stop, key: &Key, span: Span) -> Stop {
        let Stop::Error(diagnostic) = stop else { return stop };
        if !diagnostic.others.is_empty() {
            return Stop::Error(diagnostic);
        }
        let types: Vec<String> = key.params.iter().map(|passed| self.describe_passed(passed)).collect();
        let with = if types.is_empty() { String::new() } else { format!(" with {}", types.join(", ")) };
        let label = Label::new(self.source(), span, format!("called here{with}"));
        let diagnostic: Diagnostic = *diagnostic;
        Stop::Error(Box::new(diagnostic.with_label(label)))
    }

    /// An argument in words of a message.
    pub(crate) fn describe_passed(&self, passed: &Passed) -> String {
        match passed {
            Passed::Value(ty) => format!("`{}`", self.ty_name(*ty)),
            Passed::Known(term) => self.describe(term),
            Passed::Tuple(items) => format!("a tuple of {}", items.len()),
            Passed::Named(class, _) => format!("a `{}`", class.name),
            Passed::Optional(of) => format!("{} or `None`", self.describe_passed(of)),
            Passed::Closure(_) => "a function".to_owned(),
            Passed::Choice(_) => self.describe_shape(&passed.shape()),
        }
    }

    /// The arguments in the order of the parameters.
    pub(crate) fn bind_args(
        &mut self,
        source: &FunctionSource,
        mut args: Args,
        defaults: &[Term],
    ) -> Walked<Vec<Arg>> {
        let syntax = source.syntax.clone();
        let span = args.span;
        let is_by_position = |param: &&Param| matches!(param.kind, ParamKind::Positional | ParamKind::Either);
        let by_position = syntax.params.iter().filter(is_by_position).count();
        let mut rest = Vec::new();
        if args.positional.len() > by_position {
            if !syntax.params.iter().any(|param| param.kind == ParamKind::Rest) {
                let at = args.positional[by_position].span;
                let plural = if by_position == 1 { "" } else { "s" };
                let what = format!("takes {by_position} argument{plural}, not {}", args.positional.len());
                return Err(self.wrong_call(source, at, &what));
            }
            rest = args.positional.split_off(by_position);
        }
        let mut bound: Vec<Option<Arg>> = args.positional.into_iter().map(Some).collect();
        bound.resize(syntax.params.len(), None);
        self.bind_named(source, args.named, &mut bound)?;
        let count = syntax.params.iter().filter(|param| param.has_default).count();
        let mut default = source.defaults.len().max(defaults.len()).wrapping_sub(count);
        let mut given = Vec::new();
        for (param, arg) in syntax.params.iter().zip(bound) {
            let own = defaults.get(default).cloned();
            let from_default = source.defaults.get(default).cloned();
            default = default.wrapping_add(usize::from(param.has_default));
            given.push(match (arg, own) {
                (Some(arg), _) => arg,
                (None, _) if param.kind == ParamKind::Rest => {
                    let items = rest.iter().map(|arg| arg.term.clone()).collect();
                    Arg { term: Term::Tuple(items), span }
                }
                (None, Some(term)) if param.has_default => Arg { term, span },
                (None, _) if param.has_default => self.default_arg(from_default, span),
                (None, _) => {
                    let what = format!("is called without `{}`", syntax.name(param.name));
                    return Err(self.wrong_call(source, span, &what));
                }
            });
        }
        Ok(given)
    }

    /// The arguments by name, each where its parameter stands.
    fn bind_named(
        &self,
        source: &FunctionSource,
        named: Vec<(String, Arg)>,
        bound: &mut [Option<Arg>],
    ) -> Walked<()> {
        let syntax = &source.syntax;
        for (name, arg) in named {
            let is_it = |param: &Param| {
                syntax.name(param.name) == name
                    && !matches!(param.kind, ParamKind::Positional | ParamKind::Rest)
            };
            let Some(index) = syntax.params.iter().position(is_it) else {
                return Err(self.wrong_call(source, arg.span, &format!("has no parameter `{name}`")));
            };
            if bound[index].is_some() {
                return Err(self.wrong_call(source, arg.span, &format!("gets `{name}` twice")));
            }
            bound[index] = Some(arg);
        }
        Ok(())
    }

    fn wrong_call(&self, source: &FunctionSource, at: Span, what: &str) -> Stop {
        self.error(Id::WrongArguments, at, format!("`{}` {what}", source.name), "")
    }

    /// The defaults of prelude functions are all `None`.
    fn default_arg(&mut self, entity: Option<Entity>, span: Span) -> Arg {
        let term = match entity {
            Some(entity) => self.entity(entity, span),
            None => Term::Value(convert::zero(&mut self.body, Ty::Unit, span)),
        };
        Arg { term, span }
    }
}

/// Whether what is called has a meaning for arguments that may be `None`, or hands them on.
fn takes_none(callee: &Term) -> bool {
    match callee {
        Term::Entity(Entity::Known(name)) => {
            matches!(
                name.as_str(),
                "builtins.print" | "builtins.isinstance" | "builtins.bool" | "builtins.slice"
            )
        }
        Term::Entity(Entity::Function(_) | Entity::NamedTuple(_))
        | Term::Closure(_)
        | Term::TupleMethod(..) => true,
        _ => false,
    }
}
