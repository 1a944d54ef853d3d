//! The walk over a function: types and instructions in one pass.
//!
//! A [`Walker`] fills the [`Body`] of one function. The names of the Python function and those of
//! prelude functions that are expanded in place are in [`Frame`]s. Where paths meet, a block gets
//! parameters for what differs ([`Walker::merge`]).

use std::sync::Arc;

use arena::Id as _;
use diagnostic::Id;
use pysyntax::{NameId, StmtId, Syntax};
use rustc_hash::FxHashMap;
use source::{Source, Span};
use tir::{FuncId, RaiseArg, RaiseSite, Terminator, Ty, Value};

use crate::body::Body;
use crate::closures::Captured;
use crate::crossing::Passed;
use crate::locals::{self, Arrival, Local, LocalShape};
use crate::program::{Callee, Key, Programs};
use crate::stop::{Stop, Walked};
use crate::term::{Shape, Term};
use crate::trying::Scope;
use crate::{FunctionSource, Options, names, prelude};

/// Where a loop is left, and where its next round starts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Exits {
    pub(crate) breaks: Vec<Arrival>,
    pub(crate) continues: Vec<Arrival>,
}

/// One run of a function that is being walked: a number that no other has.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Activation(u32);

/// A Python function that is being walked.
#[derive(Clone)]
pub(crate) struct Frame {
    pub(crate) function: Arc<FunctionSource>,
    pub(crate) locals: Vec<Local>,
    pub(crate) loops: Vec<Exits>,
    pub(crate) returns: Vec<Arrival>,
    /// The parts of `try` statements that are being walked, from the outside.
    pub(crate) scopes: Vec<Scope>,
    /// Which run of it this is.
    pub(crate) activation: Activation,
    /// In how many copies of what a `finally` holds the walk is.
    pub(crate) copies: usize,
    /// What a closure sees of the functions around it.
    pub(crate) captures: Vec<(String, Captured<Local>)>,
    /// For a prelude function that is expanded in place: the call in the user's text.
    pub(crate) inlined_at: Option<Span>,
    /// Whether it is of the prelude, whose names are its own and whose indices are right.
    pub(crate) is_prelude: bool,
}

/// The state of a walk, to go back to.
pub(crate) struct Snapshot {
    body: Body,
    frames: Vec<Frame>,
}

/// The walk over one function.
pub(crate) struct Walker<'a, 'p> {
    pub(crate) program: &'a mut Programs<'p>,
    pub(crate) body: Body,
    pub(crate) frames: Vec<Frame>,
    /// How the function is compiled.
    pub(crate) options: Options,
    /// The shapes of the names that a loop of the function binds, from the last walk of it.
    pub(crate) loop_shapes: FxHashMap<StmtId, Vec<LocalShape>>,
    id: FuncId,
    /// The run of a function that was begun last.
    last_activation: Activation,
}

impl<'a, 'p> Walker<'a, 'p> {
    /// Walks a function; gives its body and its result's form: none if it never comes back.
    pub(crate) fn function(
        program: &'a mut Programs<'p>,
        id: FuncId,
        source: &Arc<FunctionSource>,
        key: &Key,
        result: Option<&Passed>,
    ) -> Walked<(Body, Option<Passed>)> {
        let syntax = source.syntax.clone();
        let void = program.types.void();
        let address = program.types.pointer_to(void);
        let body = Body::new(&source.name, &syntax.source, address);
        let mut walker = Walker {
            program,
            body,
            frames: Vec::new(),
            options: key.options,
            loop_shapes: FxHashMap::default(),
            id,
            last_activation: Activation::default(),
        };
        let entry = walker.body.current().expect("a new body has a block");
        let captures = match &key.callee {
            Callee::Closure(closure) => {
                let types = closure.parts().flat_map(Passed::types);
                let values: Vec<Value> = types.map(|ty| walker.body.param(entry, ty)).collect();
                closure.captured(&mut values.into_iter()).expect("a value for each part")
            }
            Callee::Entry | Callee::Host(_) | Callee::Prelude(_) => Vec::new(),
        };
        let mut args = Vec::new();
        for (param, passed) in syntax.params.iter().zip(&key.params) {
            let values: Vec<Value> =
                passed.types().into_iter().map(|ty| walker.body.param(entry, ty)).collect();
            if let [value] = values[..] {
                walker.body.name(value, syntax.name(param.name));
            }
            let term = passed.term(&mut values.into_iter()).expect("a value for each part");
            args.push(match term {
                Term::Value(value) => walker.entered(value, param.span),
                other => walker.settled(other, param.span),
            });
        }
        let mut frame = Frame::new(source.clone(), args, None);
        frame.captures = captures;
        walker.push_frame(frame);
        walker.declare_params()?;
        let walked = walker.walk_body(&syntax);
        match (walked, walker.body.take_unbound()) {
            (Err(asks @ Stop::Asks(_)), _) => return Err(asks),
            (_, Some(stop)) => return Err(stop),
            (walked, None) => walked?,
        }
        let result = walker.finish_returns(result)?;
        Ok((walker.body, result))
    }

    /// Begins a run of a function.
    pub(crate) fn push_frame(&mut self, mut frame: Frame) {
        self.last_activation.0 += 1;
        frame.activation = self.last_activation;
        self.frames.push(frame);
    }

    /// The statements of the innermost frame, and the `None` that falling off the end returns.
    pub(crate) fn walk_body(&mut self, syntax: &Syntax) -> Walked<()> {
        self.walk_block(&syntax.body)?;
        if self.is_live() {
            let span = self.at(syntax.head);
            self.arrive_at_return(None, span)?;
        }
        Ok(())
    }

    /// What is open here: the loops and the scopes of the innermost frame.
    pub(crate) fn depth(&self) -> (usize, usize, usize) {
        (self.frames.len(), self.frame().loops.len(), self.frame().scopes.len())
    }

    /// An error in a loop: a round that is not walked yet may bring wider types, with which there is none. It is one
    /// once all is walked.
    pub(crate) fn put_off(&mut self, error: Stop, (frames, loops, scopes): (usize, usize, usize)) {
        self.frames.truncate(frames);
        self.frame_mut().loops.truncate(loops);
        self.frame_mut().scopes.truncate(scopes);
        self.set_catches();
        self.body.note_unbound(error);
        self.body.terminate(Terminator::Unreachable);
    }

    /// Whether something reaches this point.
    pub(crate) fn is_live(&self) -> bool {
        self.body.current().is_some()
    }

    pub(crate) fn frame(&self) -> &Frame {
        self.frames.last().expect("a function is being walked")
    }

    pub(crate) fn frame_mut(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("a function is being walked")
    }

    /// The syntax of the innermost frame.
    pub(crate) fn syntax(&self) -> Arc<Syntax> {
        self.frame().function.syntax.clone()
    }

    /// The text of the function that the user wrote.
    pub(crate) fn source(&self) -> &Source {
        &self.frames[0].function.syntax.source
    }

    /// The place in the user's text: in a prelude function, the call of it.
    pub(crate) fn at(&self, span: Span) -> Span {
        self.frame().inlined_at.unwrap_or(span)
    }

    pub(crate) fn error(&self, id: Id, span: Span, title: impl Into<String>, label: impl AsRef<str>) -> Stop {
        Stop::error(id, self.source(), span, title, label.as_ref())
    }

    pub(crate) fn local(&self, name: NameId) -> &Local {
        &self.frame().locals[name.index()]
    }

    pub(crate) fn set_local(&mut self, name: NameId, local: Local) {
        self.collect_failures();
        if let Local::Bound(Term::Value(value)) = local
            && self.frames.len() == 1
        {
            let text = self.frame().function.syntax.names[name].clone();
            self.body.name(value, &text);
        }
        self.frame_mut().locals[name.index()] = local;
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        Snapshot { body: self.body.clone(), frames: self.frames.clone() }
    }

    pub(crate) fn restore(&mut self, snapshot: &Snapshot) {
        self.body = snapshot.body.clone();
        self.frames.clone_from(&snapshot.frames);
    }

    /// Goes on with these names.
    pub(crate) fn set_locals(&mut self, locals: Vec<Local>) {
        self.collect_failures();
        self.frame_mut().locals = locals;
    }

    /// The end of the path at this point, if anything reaches it.
    pub(crate) fn arrival(&self, term: Option<Term>, span: Span) -> Option<Arrival> {
        let block = self.body.current()?;
        Some(Arrival { block, locals: self.frame().locals.clone(), term, span })
    }

    /// Goes on where paths meet. The terms that they bring meet too.
    pub(crate) fn merge(&mut self, arrivals: Vec<Arrival>) -> Walked<Option<Term>> {
        self.collect_failures();
        let Some(first) = arrivals.first() else {
            self.body.terminate(Terminator::Unreachable);
            return Ok(None);
        };
        if arrivals.len() == 1 {
            self.body.switch_to(first.block);
            let arrival = arrivals.into_iter().next();
            return Ok(arrival.and_then(|arrival| {
                self.set_locals(arrival.locals);
                arrival.term
            }));
        }
        let shapes: Vec<LocalShape> = (0..first.locals.len())
            .map(|index| {
                let locals: Vec<&Local> = arrivals.iter().map(|arrival| &arrival.locals[index]).collect();
                LocalShape::meet(&locals, &self.body)
            })
            .collect();
        let term = self.meet_terms(&arrivals)?;
        let block = self.body.block();
        for arrival in &arrivals {
            self.body.switch_to(arrival.block);
            let mut args = Vec::new();
            for (shape, local) in shapes.iter().zip(&arrival.locals) {
                shape.bring(local, &mut self.body, arrival.span, &mut args);
            }
            if let (Some(shape), Some(term)) = (&term, &arrival.term) {
                locals::bring(shape, term, &mut self.body, arrival.span, &mut args);
            }
            self.body.jump(block, args);
        }
        let merged: Vec<Local> = shapes.iter().map(|shape| shape.enter(&mut self.body, block)).collect();
        let term = term.map(|shape| locals::enter(&shape, &mut self.body, block));
        self.body.switch_to(block);
        self.enter_locals(merged);
        Ok(term)
    }

    fn enter_locals(&mut self, locals: Vec<Local>) {
        let names: Vec<NameId> = self.syntax().names.iter().map(|(name, _)| name).collect();
        for (name, local) in names.into_iter().zip(locals) {
            self.set_local(name, local);
        }
    }

    fn meet_terms(&self, arrivals: &[Arrival]) -> Walked<Option<Shape>> {
        let terms: Vec<&Term> = arrivals.iter().filter_map(|arrival| arrival.term.as_ref()).collect();
        if terms.is_empty() {
            return Ok(None);
        }
        Shape::meet(&terms, &self.body).map(Some).map_err(|clash| {
            let (a, b) = (self.describe_shape(&clash.0.0), self.describe_shape(&clash.0.1));
            let title = format!("this is {a} on one path and {b} on another");
            let span = arrivals.last().map_or(Span::at(0), |arrival| arrival.span);
            self.error(Id::PathsDiffer, span, title, format!("here it is {b}"))
                .help("use one type on every path")
        })
    }

    /// Raises a builtin exception with a message where `condition` is true.
    pub(crate) fn raise_if(&mut self, condition: Value, class: &str, message: &str, span: Span) {
        if self.body.as_const(condition) == Some(tir::Const::Bool(false)) {
            return;
        }
        let (bad, good) = self.body.branch(condition);
        self.body.switch_to(bad);
        self.raise(class, message, span);
        self.body.switch_to(good);
    }

    /// Raises a builtin exception with a message that has values between its pieces.
    pub(crate) fn raise_formatted(
        &mut self,
        condition: Value,
        class: &str,
        pieces: Vec<String>,
        values: Vec<Value>,
        span: Span,
    ) {
        if self.body.as_const(condition) == Some(tir::Const::Bool(false)) {
            return;
        }
        let (bad, good) = self.body.branch(condition);
        self.body.switch_to(bad);
        let class = self.exception_class(class);
        let args = vec![RaiseArg::Format(pieces)];
        self.body.raise(RaiseSite { class, function: self.id, span, args }, values);
        self.body.switch_to(good);
    }

    /// The class of a builtin exception.
    pub(crate) fn exception_class(&mut self, name: &str) -> tir::ExceptionId {
        let object = self.frames[0].function.environment.builtin_exception(name);
        self.program.exception(name, object)
    }

    /// Ends the path with a builtin exception with a message.
    pub(crate) fn raise(&mut self, class: &str, message: &str, span: Span) {
        let class = self.exception_class(class);
        let args = vec![RaiseArg::Text(message.to_owned())];
        self.body.raise(RaiseSite { class, function: self.id, span, args }, Vec::new());
    }

    /// The function that is being built.
    pub(crate) fn id(&self) -> FuncId {
        self.id
    }

    pub(crate) fn ty_name(&self, ty: Ty) -> String {
        names::ty(self.program.types, ty)
    }

    /// The type of a term, in words of a message.
    pub(crate) fn describe(&self, term: &Term) -> String {
        names::term(self.program.types, &self.body, term)
    }

    pub(crate) fn describe_shape(&self, shape: &Shape) -> String {
        names::shape(self.program.types, &self.body, shape)
    }
}

impl Frame {
    /// A function whose parameters are bound to `args`.
    pub(crate) fn new(function: Arc<FunctionSource>, args: Vec<Term>, inlined_at: Option<Span>) -> Self {
        let mut locals = vec![Local::Unbound; function.syntax.names.len()];
        for (param, arg) in function.syntax.params.iter().zip(args) {
            locals[param.name.index()] = Local::Bound(arg);
        }
        let is_prelude = prelude::is_prelude(&function);
        Self {
            function,
            locals,
            loops: Vec::new(),
            returns: Vec::new(),
            scopes: Vec::new(),
            copies: 0,
            activation: Activation::default(),
            captures: Vec::new(),
            inlined_at,
            is_prelude,
        }
    }

    /// Whether it is of the prelude.
    pub(crate) const fn is_prelude(&self) -> bool {
        self.is_prelude
    }
}
