//! The program while it grows: one function for each set of argument types, what they share.
//!
//! A function that calls itself is typed before its result is known. The call of a function that
//! is still being walked uses what an earlier pass found for its result; in the first pass it is
//! taken as never coming back, so that the other paths decide. When a pass finds another result
//! than was assumed, the whole program is walked again.

use std::sync::Arc;

use arena::{Id as _, IdMap};
use ctype::CTypes;
use diagnostic::Id;
use tir::{
    CFunction, CFunctionId, ExceptionClass, ExceptionId, FuncId, Function, HostObject, Print, PrintId,
    Program, RaiseSite, RaiseSiteId, Ty,
};

use crate::closures::PassedClosure;
use crate::crossing::Passed;
use crate::question::Unfinished;
use crate::stop::{Stop, Walked};
use crate::walk::Walker;
use crate::{Form, FunctionSource, Inferred, Options};

/// Which function: the one that was asked for, or one of the host's.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Callee {
    Entry,
    Host(HostObject),
    /// A function of the prelude, by its name.
    Prelude(String),
    /// A function that was made in compiled code, with what it took along.
    Closure(PassedClosure),
}

/// A function for one set of argument types and options.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Key {
    pub(crate) callee: Callee,
    pub(crate) options: Options,
    pub(crate) params: Vec<Passed>,
}

/// What is known of a function's result.
enum Outcome {
    /// It is being walked.
    Open,
    /// It was walked, and has a result of this form: none if it never comes back.
    Known(Option<Passed>),
}

/// The program while it grows.
pub(crate) struct Programs<'a> {
    pub(crate) types: &'a mut CTypes,
    options: Options,
    entry: &'a FunctionSource,
    entry_params: &'a [Ty],
    /// What the caller wants as the result of the entry.
    entry_result: Option<Passed>,
    sources: Vec<(HostObject, Arc<FunctionSource>)>,
    keys: Vec<(Key, Outcome)>,
    functions: Vec<Option<Function>>,
    exceptions: Vec<ExceptionClass>,
    c_functions: Vec<CFunction>,
    prints: Vec<Print>,
    raise_sites: IdMap<RaiseSiteId, RaiseSite>,
    /// Results that earlier passes found for functions that call themselves.
    assumptions: Vec<(Key, Passed)>,
    /// Functions that were called while they were being walked.
    recursive: Vec<(Key, Arc<FunctionSource>)>,
}

impl<'a> Programs<'a> {
    pub(crate) fn new(
        types: &'a mut CTypes,
        options: Options,
        entry: &'a FunctionSource,
        entry_params: &'a [Ty],
        entry_result: Option<&Form>,
    ) -> Self {
        Self {
            types,
            options,
            entry,
            entry_params,
            entry_result: entry_result.map(Passed::of),
            sources: Vec::new(),
            keys: Vec::new(),
            functions: Vec::new(),
            exceptions: Vec::new(),
            c_functions: Vec::new(),
            prints: Vec::new(),
            raise_sites: IdMap::new(),
            assumptions: Vec::new(),
            recursive: Vec::new(),
        }
    }

    /// Walks the entry and all that it calls, until what was assumed of results holds.
    pub(crate) fn run(mut self) -> Walked<Inferred> {
        let entry = Arc::new(self.entry.clone());
        let mut params: Vec<Passed> = self.entry_params.iter().map(|ty| Passed::Value(*ty)).collect();
        for (index, form) in &entry.given {
            params[*index] = Passed::of(form);
        }
        let key = Key { callee: Callee::Entry, options: self.options, params };
        loop {
            let (_, result) = self.specialise(&key, &entry)?;
            if self.assumptions_hold()? {
                let form = result.as_ref().and_then(Passed::form).unwrap_or(Form::Value(Ty::Unit));
                return Ok(Inferred { program: self.into_program(), result: form });
            }
            self.keys.clear();
            self.functions.clear();
            self.exceptions.clear();
            self.c_functions.clear();
            self.prints.clear();
            self.raise_sites = IdMap::new();
            self.recursive.clear();
        }
    }

    /// The function's id and result for these argument types; walks it if it is new. No result: the
    /// call does not come back, as far as is known in this pass.
    pub(crate) fn specialise(
        &mut self,
        key: &Key,
        source: &Arc<FunctionSource>,
    ) -> Walked<(FuncId, Option<Passed>)> {
        let wanted = self.entry_result.clone().filter(|_| key.callee == Callee::Entry);
        if let Some(index) = self.keys.iter().position(|(known, _)| known == key) {
            let result = match &self.keys[index].1 {
                Outcome::Known(result) => result.clone(),
                Outcome::Open => wanted.or_else(|| self.assumed(key, source)),
            };
            return Ok((FuncId::from_index(index), result));
        }
        let open = self.keys.iter().filter(|(_, outcome)| matches!(outcome, Outcome::Open));
        if open.count() >= DEEPEST {
            return Err(too_deep(source));
        }
        let id = FuncId::from_index(self.keys.len());
        self.keys.push((key.clone(), Outcome::Open));
        self.functions.push(None);
        let sites = self.raise_sites.len();
        let walked = Walker::function(self, id, source, key, wanted.as_ref());
        let (body, result) = walked.inspect_err(|_| self.forget(id, sites))?;
        let ty = result.as_ref().map_or(Ty::Unit, Passed::packed);
        let function = body.finish(ty, &mut self.raise_sites);
        self.functions[id.index()] = Some(Function { math: key.options.math, ..function });
        self.keys[id.index()].1 = Outcome::Known(result.clone());
        Ok((id, result))
    }

    /// Drops a function that cannot be compiled, and those that were compiled along with it: the caller may have been
    /// walked with narrower types than it has.
    fn forget(&mut self, id: FuncId, sites: usize) {
        self.keys.truncate(id.index());
        self.functions.truncate(id.index());
        self.raise_sites.truncate(sites);
        let keys = &self.keys;
        self.recursive.retain(|(recursive, _)| keys.iter().any(|(key, _)| key == recursive));
    }

    fn assumed(&mut self, key: &Key, source: &Arc<FunctionSource>) -> Option<Passed> {
        if !self.recursive.iter().any(|(known, _)| known == key) {
            self.recursive.push((key.clone(), source.clone()));
        }
        self.assumptions.iter().find(|(known, _)| known == key).map(|(_, form)| form.clone())
    }

    /// Whether each recursive function has the result that was assumed; what it has is assumed
    /// from now on.
    fn assumptions_hold(&mut self) -> Walked<bool> {
        let mut hold = true;
        for (key, source) in std::mem::take(&mut self.recursive) {
            let outcome = self.keys.iter().find(|(known, _)| *known == key);
            let Some((_, Outcome::Known(Some(result)))) = outcome else { return Err(never_returns(&source)) };
            match self.assumptions.iter_mut().find(|(known, _)| *known == key) {
                Some((_, assumed)) if assumed == result => continue,
                // Never back to a narrower type, so that this ends.
                Some((_, assumed)) => *assumed = assumed.join(result).unwrap_or_else(|| result.clone()),
                None => self.assumptions.push((key, result.clone())),
            }
            hold = false;
        }
        Ok(hold)
    }

    /// Which callee the host's function is, its source, and the options that it has of its own.
    pub(crate) fn callee(
        &mut self,
        object: HostObject,
        get: impl FnOnce() -> Result<FunctionSource, String>,
    ) -> Result<(Callee, Arc<FunctionSource>, Option<Options>), String> {
        let source = match self.sources.iter().find(|(known, _)| *known == object) {
            Some((_, source)) => source.clone(),
            None => {
                let source = Arc::new(get()?);
                self.sources.push((object, source.clone()));
                source
            }
        };
        let options = source.options;
        // Several objects may stand for one function: it is compiled once for the same types of variables.
        let is_it = |known: &FunctionSource| {
            Arc::ptr_eq(&known.syntax, &source.syntax) && known.locals == source.locals
        };
        if is_it(self.entry) {
            return Ok((Callee::Entry, source, options));
        }
        let first = self.sources.iter().find(|(_, known)| is_it(known));
        let (first, source) =
            first.map_or((object, source.clone()), |(first, known)| (*first, known.clone()));
        Ok((Callee::Host(first), source, options))
    }

    /// The id of an exception class.
    pub(crate) fn exception(&mut self, name: &str, object: HostObject) -> ExceptionId {
        let class = ExceptionClass { name: name.to_owned(), object };
        ExceptionId::from_index(position(&mut self.exceptions, class))
    }

    /// The id of what is printed.
    pub(crate) fn print(&mut self, print: Print) -> PrintId {
        PrintId::from_index(position(&mut self.prints, print))
    }

    /// The id of a C function.
    pub(crate) fn c_function(&mut self, function: &CFunction) -> CFunctionId {
        CFunctionId::from_index(position(&mut self.c_functions, function.clone()))
    }

    fn into_program(self) -> Program {
        let mut program = Program { raise_sites: self.raise_sites, ..Program::default() };
        for function in self.functions.into_iter().flatten() {
            program.functions.push(function);
        }
        for exception in self.exceptions {
            program.exceptions.push(exception);
        }
        for print in self.prints {
            program.prints.push(print);
        }
        for function in self.c_functions {
            program.c_functions.push(function);
        }
        program
    }
}

/// Where `item` stands in the list, to which it is added if it is new.
fn position<T: PartialEq>(list: &mut Vec<T>, item: T) -> usize {
    list.iter().position(|known| *known == item).unwrap_or_else(|| {
        list.push(item);
        list.len() - 1
    })
}

/// How many functions may be walked inside of each other: less than the stack holds.
const DEEPEST: usize = 200;

/// A function that calls itself with ever other types, most likely.
fn too_deep(source: &FunctionSource) -> Stop {
    let syntax = &source.syntax;
    let title = format!("`{}` is compiled for a call that is {DEEPEST} calls deep", source.name);
    let label = "each with types that were not met before";
    Stop::error(Id::UnresolvedRecursion, &syntax.source, syntax.head, title, label)
        .help("call it with fewer types: a tuple that grows or shrinks is another type each time")
}

/// A function of which every path calls itself.
fn never_returns(source: &FunctionSource) -> Stop {
    let syntax = &source.syntax;
    let title = format!("`{}` has no path that returns without calling itself", source.name);
    let label = "its result has no type";
    Stop::error(Id::UnresolvedRecursion, &syntax.source, syntax.head, title, label)
        .help("return a value before the first call of itself")
}

impl From<Stop> for Unfinished {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Error(diagnostic) => Self::Wrong(vec![*diagnostic]),
            Stop::Asks(question) => Self::Asks(question),
            Stop::Unreachable => Self::Wrong(Vec::new()),
        }
    }
}
