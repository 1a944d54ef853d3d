//! The text of the IR back to a program. [`crate::print`] shows the form.
//!
//! C types are resolved by their names, so that a text does not depend on the numbers of one table.
//! Spans of instructions are of the text that is read. What is read need not be right: the
//! verifier says that.

mod line;
mod ops;

use std::fmt;

use arena::{Id as _, IdMap, SideMap};
use ctype::TypeId;
use rustc_hash::FxHashMap;
use source::{Source, Span};

use crate::{
    Block, BlockId, CFunction, ExceptionClass, ExceptionId, FuncId, Function, HostObject, Inst, MathFlags,
    Print, PrintArg, Program, RaiseArg, RaiseSite, Slot, Terminator, Ty, Value,
};
use line::Line;

/// A text that is not of the form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReadError {
    /// Its line, from one.
    pub line: usize,
    /// What was expected there.
    pub expected: String,
}

impl fmt::Display for ReadError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}: expected {}", self.line, self.expected)
    }
}

impl std::error::Error for ReadError {}

/// Reads a program. `resolve` gives the C type of a name.
///
/// # Errors
/// The first line that is not of the form.
pub fn read(text: &str, resolve: &mut dyn FnMut(&str) -> Option<TypeId>) -> Result<Program, ReadError> {
    let mut reader = Reader {
        source: Source::new("<tir>", text),
        program: Program::default(),
        types: FxHashMap::default(),
        values: Vec::new(),
    };
    let mut offset = 0;
    for (index, line) in text.lines().enumerate() {
        let span = Span::new(offset, offset + line.len());
        offset += line.len() + 1;
        if line.trim().is_empty() {
            continue;
        }
        let read = reader.line(line, span, resolve);
        read.map_err(|expected| ReadError { line: index + 1, expected })?;
    }
    reader.end_function();
    Ok(reader.program)
}

/// What a step of reading gives: else what was expected.
type Read<T> = Result<T, String>;

struct Reader {
    source: Source,
    program: Program,
    /// The types by their numbers in the text.
    types: FxHashMap<usize, TypeId>,
    /// The values of the function that is being read, by number.
    values: Vec<Option<(Ty, Option<String>)>>,
}

impl Reader {
    fn line(&mut self, text: &str, span: Span, resolve: &mut dyn FnMut(&str) -> Option<TypeId>) -> Read<()> {
        let mut line = Line::new(text);
        if let Some(id) = line.try_id("type") {
            line.expect("=")?;
            let name = line.rest();
            let ty = resolve(name).ok_or_else(|| format!("a C type, not `{name}`"))?;
            self.types.insert(id, ty);
            return Ok(());
        }
        if line.try_id("exception").is_some() {
            return self.exception(&mut line);
        }
        if line.try_id("cfn").is_some() {
            return self.c_function(&mut line);
        }
        if line.try_id("fn").is_some() {
            return self.function(&mut line);
        }
        if line.try_id("print").is_some() {
            return self.print(&mut line);
        }
        if line.try_id("raise").is_some() {
            return self.raise_site(&mut line);
        }
        if line.try_id("slot").is_some() {
            line.expect(":")?;
            let ty = self.c_type(&mut line)?;
            self.open()?.slots.push(Slot { ty });
            return Ok(());
        }
        if line.try_id("block").is_some() {
            return self.block(&mut line);
        }
        self.instruction(&mut line, span)
    }

    fn exception(&mut self, line: &mut Line<'_>) -> Read<()> {
        line.expect("=")?;
        let name = line.word()?.to_owned();
        line.expect("host")?;
        self.program.exceptions.push(ExceptionClass { name, object: HostObject(line.number()?) });
        Ok(())
    }

    fn c_function(&mut self, line: &mut Line<'_>) -> Read<()> {
        line.expect("=")?;
        let name = line.word()?.to_owned();
        let ty = self.c_type(line)?;
        let can_call_back = line.eat("calls back");
        let keeps = if line.eat("keeps") { Some(HostObject(line.number()?)) } else { None };
        self.program.c_functions.push(CFunction { name, address: 0, ty, can_call_back, keeps });
        Ok(())
    }

    fn function(&mut self, line: &mut Line<'_>) -> Read<()> {
        self.end_function();
        let name = line.text()?;
        line.expect("->")?;
        let result = self.ty(line)?;
        let math = math_flags(line)?;
        self.program.functions.push(Function {
            name,
            source: self.source.clone(),
            result,
            math,
            blocks: IdMap::new(),
            insts: IdMap::new(),
            values: IdMap::new(),
            names: SideMap::default(),
            slots: IdMap::new(),
        });
        Ok(())
    }

    /// Gives the values of the function their numbers.
    fn end_function(&mut self) {
        let values = std::mem::take(&mut self.values);
        let Ok(function) = self.open() else { return };
        for value in values {
            let (ty, name) = value.unwrap_or((Ty::Unit, None));
            let id = function.values.push(ty);
            function.names[id] = name;
        }
    }

    /// The function that is being read: the last one.
    fn open(&mut self) -> Read<&mut Function> {
        let last = self.program.functions.len().checked_sub(1).ok_or("a function before this")?;
        Ok(&mut self.program.functions[FuncId::from_index(last)])
    }

    fn print(&mut self, line: &mut Line<'_>) -> Read<()> {
        line.expect("=")?;
        let (sep, end) = (line.text()?, line.text()?);
        let args = line.list(|line| self.print_arg(line))?;
        self.program.prints.push(Print { sep, end, args });
        Ok(())
    }

    fn print_arg(&self, line: &mut Line<'_>) -> Read<PrintArg> {
        if line.is_text() {
            line.text().map(PrintArg::Text)
        } else if line.eat("of") {
            line.list(|line| self.print_arg(line)).map(PrintArg::Tuple)
        } else if line.eat("maybe") {
            self.print_arg(line).map(|held| PrintArg::Optional(Box::new(held)))
        } else if line.eat("host") {
            let class = HostObject(line.number()?);
            line.expect("of")?;
            Ok(PrintArg::Named(class, line.list(|line| self.print_arg(line))?))
        } else {
            self.ty(line).map(PrintArg::Value)
        }
    }

    fn raise_site(&mut self, line: &mut Line<'_>) -> Read<()> {
        line.expect("=")?;
        let class = ExceptionId::from_index(line.id("exception")?);
        line.expect("in")?;
        let function = FuncId::from_index(line.id("fn")?);
        line.expect("at")?;
        let start = line.number()?;
        line.expect("..")?;
        let span = Span::new(start, line.number()?);
        let args = line.list(|line| {
            if line.eat("value") {
                Ok(RaiseArg::Value)
            } else if line.eat("format") {
                line.list(Line::text).map(RaiseArg::Format)
            } else {
                line.text().map(RaiseArg::Text)
            }
        })?;
        self.program.raise_sites.push(RaiseSite { class, function, span, args });
        Ok(())
    }

    fn block(&mut self, line: &mut Line<'_>) -> Read<()> {
        let params = line.list(|line| self.definition(line))?;
        line.expect(":")?;
        let block = Block { params, insts: Vec::new(), terminator: Terminator::Unreachable };
        self.open()?.blocks.push(block);
        Ok(())
    }

    /// `v3: f64 "x"`
    fn definition(&mut self, line: &mut Line<'_>) -> Read<Value> {
        let number = line.id("v")?;
        line.expect(":")?;
        let ty = self.ty(line)?;
        let name = if line.is_text() { Some(line.text()?) } else { None };
        if self.values.len() <= number {
            self.values.resize(number + 1, None);
        }
        self.values[number] = Some((ty, name));
        Ok(Value::from_index(number))
    }

    fn instruction(&mut self, line: &mut Line<'_>, span: Span) -> Read<()> {
        let result = if line.is_definition() {
            let result = self.definition(line)?;
            line.expect("=")?;
            Some(result)
        } else if let Some(terminator) = ops::terminator(line)? {
            self.last_block()?.terminator = terminator;
            return Ok(());
        } else {
            None
        };
        let ty = result.and_then(|value| self.values[value.index()].as_ref().map(|(ty, _)| *ty));
        let op = self.op(line, ty)?;
        let mut releases = Vec::new();
        if line.eat("or release") {
            releases.push(line.value()?);
            while line.eat(",") {
                releases.push(line.value()?);
            }
        }
        let is_caught = line.eat("caught");
        let inst = self.open()?.insts.push(Inst { op, result, span, releases, is_caught });
        self.last_block()?.insts.push(inst);
        Ok(())
    }

    fn last_block(&mut self) -> Read<&mut Block> {
        let function = self.open()?;
        let last = function.blocks.len().checked_sub(1).ok_or("a block before this")?;
        Ok(&mut function.blocks[BlockId::from_index(last)])
    }

    fn c_type(&self, line: &mut Line<'_>) -> Read<TypeId> {
        let number = line.id("type")?;
        self.types.get(&number).copied().ok_or_else(|| format!("a line `type{number} = …` before this"))
    }
}

/// `math reassoc nnan`, perhaps not there.
fn math_flags(line: &mut Line<'_>) -> Read<MathFlags> {
    let mut flags = MathFlags::default();
    if line.eat("math") {
        while !line.is_at_end() {
            let name = line.word()?;
            let flag = MathFlags::named(name).ok_or_else(|| format!("a liberty of floats, not `{name}`"))?;
            flags = flags.with(flag);
        }
    }
    Ok(flags)
}
