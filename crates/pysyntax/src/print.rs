//! The text of the arena: Python with every operation in parentheses and the line of every
//! statement before it.

use std::fmt::{self, Write as _};

use crate::{
    ExprId, ExprKind, FormatPart, Handler, NameId, NestedId, Param, ParamKind, StmtId, StmtKind, Syntax,
};

impl fmt::Display for Syntax {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "function {}({})", self.name, self.params_text(|_| "…".to_owned()))?;
        if let Some(returns) = self.returns {
            write!(formatter, " -> {}", self.expr_text(returns))?;
        }
        writeln!(formatter)?;
        let locals = if self.locals.is_empty() { "none".to_owned() } else { self.names_text(&self.locals) };
        writeln!(formatter, "locals {locals}")?;
        let mut text = String::new();
        self.block(&self.body, 1, &mut text);
        formatter.write_str(&text)
    }
}

impl Syntax {
    fn names_text(&self, names: &[NameId]) -> String {
        names.iter().map(|name| self.name(*name)).collect::<Vec<_>>().join(", ")
    }

    /// The parameters, with the text of the default that is the first, the second, and so on.
    fn params_text(&self, default: impl Fn(usize) -> String) -> String {
        let mut defaults = (0..).map(default);
        let params = self.params.iter().map(|param| self.param(param, &mut defaults));
        params.collect::<Vec<_>>().join(", ")
    }

    fn param(&self, param: &Param, defaults: &mut impl Iterator<Item = String>) -> String {
        let mark = match param.kind {
            ParamKind::Positional => "positional ",
            ParamKind::Either => "",
            ParamKind::Rest => "*",
            ParamKind::Keyword => "keyword ",
        };
        let annotation = param.annotation.map(|one| format!(": {}", self.expr_text(one))).unwrap_or_default();
        let default = if param.has_default { defaults.next() } else { None };
        let default = default.map(|text| format!(" = {text}")).unwrap_or_default();
        format!("{mark}{}{annotation}{default}", self.name(param.name))
    }

    fn block(&self, block: &[StmtId], depth: usize, out: &mut String) {
        for &stmt in block {
            self.stmt(stmt, depth, out);
        }
    }

    fn stmt(&self, id: StmtId, depth: usize, out: &mut String) {
        let stmt = &self.stmts[id];
        let (head, blocks) = self.head(&stmt.kind);
        let line = self.source.place(stmt.span.start()).line;
        let _ = writeln!(out, "{line:>4}{:indent$}{head}", "", indent = depth * 2);
        for (word, block) in blocks {
            if !word.is_empty() && !block.is_empty() {
                let _ = writeln!(out, "    {:indent$}{word}", "", indent = depth * 2);
            }
            self.block(block, depth + 1, out);
        }
        if let StmtKind::Def { function, .. } = &stmt.kind {
            let nested = &self.nested[*function];
            nested.block(&nested.body, depth + 1, out);
        }
    }

    /// The first line of a statement, and its blocks with what introduces them.
    fn head<'a>(&self, kind: &'a StmtKind) -> (String, Vec<(String, &'a [StmtId])>) {
        let text = |id: &ExprId| self.expr_text(*id);
        let blocks = |first: &'a Vec<StmtId>, otherwise: &'a Vec<StmtId>| {
            vec![(String::new(), first.as_slice()), ("else".to_owned(), otherwise.as_slice())]
        };
        let line = match kind {
            StmtKind::Expr(value) => text(value),
            StmtKind::Assign(targets, value) => {
                let targets: String = targets.iter().map(|target| text(target) + " = ").collect();
                targets + &text(value)
            }
            StmtKind::AugAssign(target, op, value) => {
                format!("{} {}= {}", text(target), op.text(), text(value))
            }
            StmtKind::Return(None) => "return".to_owned(),
            StmtKind::Return(Some(value)) => format!("return {}", text(value)),
            StmtKind::If { test, then, otherwise } => {
                return (format!("if {}", text(test)), blocks(then, otherwise));
            }
            StmtKind::While { test, body, otherwise } => {
                return (format!("while {}", text(test)), blocks(body, otherwise));
            }
            StmtKind::For { target, iterable, body, otherwise } => {
                let head = format!("for {} in {}", text(target), text(iterable));
                return (head, blocks(body, otherwise));
            }
            StmtKind::Break => "break".to_owned(),
            StmtKind::Continue => "continue".to_owned(),
            StmtKind::Pass => "pass".to_owned(),
            StmtKind::Assert(condition, None) => format!("assert {}", text(condition)),
            StmtKind::Assert(condition, Some(message)) => {
                format!("assert {}, {}", text(condition), text(message))
            }
            StmtKind::Raise(exception) => format!("raise {}", text(exception)),
            StmtKind::Reraise => "raise".to_owned(),
            StmtKind::Try { body, handlers, otherwise, finally } => {
                let mut blocks = vec![(String::new(), body.as_slice())];
                blocks
                    .extend(handlers.iter().map(|handler| (self.handler(handler), handler.body.as_slice())));
                blocks.push(("else".to_owned(), otherwise));
                blocks.push(("finally".to_owned(), finally));
                return ("try".to_owned(), blocks);
            }
            StmtKind::Def { name, function, defaults } => {
                let (params, notes) = self.nested_text(*function, defaults);
                format!("def {}({params}){notes}", self.name(*name))
            }
            StmtKind::Delete(names) => format!("del {}", self.names_text(names)),
        };
        (line, Vec::new())
    }

    /// An expression, as Python with parentheses.
    pub fn expr_text(&self, id: ExprId) -> String {
        let text = |id: &ExprId| self.expr_text(*id);
        let list = |ids: &[ExprId]| ids.iter().map(text).collect::<Vec<_>>().join(", ");
        match &self.exprs[id].kind {
            ExprKind::None => "None".to_owned(),
            ExprKind::Bool(true) => "True".to_owned(),
            ExprKind::Bool(false) => "False".to_owned(),
            ExprKind::Int(value) => value.to_string(),
            ExprKind::Float(value) => format!("{value:?}"),
            ExprKind::Imaginary(value) => format!("{value:?}j"),
            ExprKind::Text(value) => format!("{value:?}"),
            ExprKind::Format(parts) => format!("f\"{}\"", self.parts_text(parts)),
            ExprKind::Name(name) => self.name(*name).to_owned(),
            ExprKind::Attribute(value, name) => format!("{}.{}", text(value), self.name(*name)),
            ExprKind::Index(value, index) => format!("{}[{}]", text(value), text(index)),
            ExprKind::Slice { lower, upper, step } => {
                let bound = |id: &Option<ExprId>| id.as_ref().map(text).unwrap_or_default();
                let step = step.as_ref().map(|step| format!(":{}", text(step))).unwrap_or_default();
                format!("{}:{}{step}", bound(lower), bound(upper))
            }
            ExprKind::Ellipsis => "...".to_owned(),
            ExprKind::Unary(op, value) => format!("({} {})", op.text(), text(value)),
            ExprKind::Binary(op, a, b) => format!("({} {} {})", text(a), op.text(), text(b)),
            ExprKind::Compare(first, rest) => {
                let mut chain = text(first);
                for (op, operand) in rest {
                    let _ = write!(chain, " {} {}", op.text(), text(operand));
                }
                format!("({chain})")
            }
            ExprKind::Bools(op, operands) => {
                let operands: Vec<String> = operands.iter().map(text).collect();
                format!("({})", operands.join(&format!(" {} ", op.text())))
            }
            ExprKind::If { test, then, otherwise } => {
                format!("({} if {} else {})", text(then), text(test), text(otherwise))
            }
            ExprKind::Call { function, args, keywords } => {
                let by_name =
                    keywords.iter().map(|one| format!("{}={}", self.name(one.name), text(&one.value)));
                let all: Vec<String> = args.iter().map(text).chain(by_name).collect();
                format!("{}({})", text(function), all.join(", "))
            }
            ExprKind::Tuple(items) => format!("({},)", list(items)),
            ExprKind::List(items) => format!("[{}]", list(items)),
            ExprKind::Star(value) => format!("*{}", text(value)),
            ExprKind::Walrus(name, value) => format!("({} := {})", self.name(*name), text(value)),
            ExprKind::Lambda { function, defaults } => self.lambda_text(*function, defaults),
        }
    }

    fn handler(&self, handler: &Handler) -> String {
        let classes = handler.classes.map(|classes| format!(" {}", self.expr_text(classes)));
        let name = handler.name.map(|name| format!(" as {}", self.name(name)));
        format!("except{}{}", classes.unwrap_or_default(), name.unwrap_or_default())
    }

    /// The parameters of a function in this one, and what is to say of its names.
    fn nested_text(&self, function: NestedId, defaults: &[ExprId]) -> (String, String) {
        let nested = &self.nested[function];
        let default = |index: usize| defaults.get(index).map(|id| self.expr_text(*id)).unwrap_or_default();
        let own = &nested.locals[nested.params.len()..];
        let mut notes = String::new();
        for (word, names) in [("locals", own), ("captures", &nested.captures)] {
            if !names.is_empty() {
                let _ = write!(notes, " {word} {}", nested.names_text(names));
            }
        }
        (nested.params_text(default), notes)
    }

    fn lambda_text(&self, function: NestedId, defaults: &[ExprId]) -> String {
        let (params, notes) = self.nested_text(function, defaults);
        let nested = &self.nested[function];
        let mut body = String::new();
        for stmt in &nested.body {
            body += &nested.head(&nested.stmts[*stmt].kind).0;
        }
        format!("(lambda ({params}){notes}: {body})")
    }
    /// What stands between the quotes of an f-string.
    fn parts_text(&self, parts: &[FormatPart]) -> String {
        let text = |part: &FormatPart| match part {
            FormatPart::Text(text) => text.escape_debug().to_string().replace('{', "{{").replace('}', "}}"),
            FormatPart::Value(value) => format!("{{{}}}", self.expr_text(*value)),
        };
        parts.iter().map(text).collect()
    }
}
