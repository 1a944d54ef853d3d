//! Which names a region of a function binds.

use crate::{ExprId, ExprKind, FormatPart, Handler, NameId, StmtId, StmtKind, Syntax};

impl Syntax {
    /// The names that these statements bind, or bind to nothing, each once.
    pub fn writes(&self, block: &[StmtId]) -> Vec<NameId> {
        let mut writes = Vec::new();
        self.block_writes(block, &mut writes);
        writes
    }

    /// The names that an expression binds by `:=`, each once.
    pub fn expr_writes(&self, expr: ExprId) -> Vec<NameId> {
        let mut writes = Vec::new();
        self.walruses(expr, &mut writes);
        writes
    }

    fn block_writes(&self, block: &[StmtId], out: &mut Vec<NameId>) {
        for &stmt in block {
            match &self.stmts[stmt].kind {
                StmtKind::Expr(value) | StmtKind::Return(Some(value)) | StmtKind::Raise(value) => {
                    self.walruses(*value, out);
                }
                StmtKind::Assign(targets, value) => {
                    self.walruses(*value, out);
                    for target in targets {
                        self.target_writes(*target, out);
                    }
                }
                StmtKind::AugAssign(target, _, value) => {
                    self.walruses(*value, out);
                    self.target_writes(*target, out);
                }
                StmtKind::If { test, then: body, otherwise } | StmtKind::While { test, body, otherwise } => {
                    self.walruses(*test, out);
                    self.block_writes(body, out);
                    self.block_writes(otherwise, out);
                }
                StmtKind::For { target, iterable, body, otherwise } => {
                    self.walruses(*iterable, out);
                    self.target_writes(*target, out);
                    self.block_writes(body, out);
                    self.block_writes(otherwise, out);
                }
                StmtKind::Assert(test, message) => {
                    self.walruses(*test, out);
                    if let Some(message) = message {
                        self.walruses(*message, out);
                    }
                }
                StmtKind::Try { body, handlers, otherwise, finally } => {
                    self.block_writes(body, out);
                    for handler in handlers {
                        self.handler_writes(handler, out);
                    }
                    self.block_writes(otherwise, out);
                    self.block_writes(finally, out);
                }
                StmtKind::Def { name, function: _, defaults } => {
                    for default in defaults {
                        self.walruses(*default, out);
                    }
                    add(out, *name);
                }
                StmtKind::Delete(names) => {
                    for name in names {
                        add(out, *name);
                    }
                }
                StmtKind::Return(None)
                | StmtKind::Break
                | StmtKind::Continue
                | StmtKind::Pass
                | StmtKind::Reraise => {}
            }
        }
    }

    fn handler_writes(&self, handler: &Handler, out: &mut Vec<NameId>) {
        if let Some(classes) = handler.classes {
            self.walruses(classes, out);
        }
        if let Some(name) = handler.name {
            add(out, name);
        }
        self.block_writes(&handler.body, out);
    }

    fn target_writes(&self, target: ExprId, out: &mut Vec<NameId>) {
        if let ExprKind::Name(name) = &self.exprs[target].kind {
            add(out, *name);
        } else if let ExprKind::Tuple(items) = &self.exprs[target].kind {
            for item in items {
                self.target_writes(*item, out);
            }
        } else if let ExprKind::Star(target) = &self.exprs[target].kind {
            self.target_writes(*target, out);
        } else {
            self.walruses(target, out);
        }
    }

    fn walruses(&self, expr: ExprId, out: &mut Vec<NameId>) {
        let mut each = |ids: &[ExprId]| {
            for id in ids {
                self.walruses(*id, out);
            }
        };
        match &self.exprs[expr].kind {
            ExprKind::None
            | ExprKind::Bool(_)
            | ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Imaginary(_)
            | ExprKind::Text(_)
            | ExprKind::Ellipsis
            | ExprKind::Name(_) => {}
            ExprKind::Attribute(value, _) | ExprKind::Unary(_, value) | ExprKind::Star(value) => {
                each(&[*value]);
            }
            ExprKind::Slice { lower, upper, step } => {
                for part in [lower, upper, step] {
                    each(part.as_slice());
                }
            }
            ExprKind::Format(parts) => {
                for part in parts {
                    if let FormatPart::Value(value) = part {
                        each(&[*value]);
                    }
                }
            }
            ExprKind::Index(a, b) | ExprKind::Binary(_, a, b) => each(&[*a, *b]),
            ExprKind::Compare(first, rest) => {
                each(&[*first]);
                for (_, operand) in rest {
                    each(&[*operand]);
                }
            }
            ExprKind::Lambda { function: _, defaults } => each(defaults),
            ExprKind::Bools(_, operands) | ExprKind::Tuple(operands) | ExprKind::List(operands) => {
                each(operands);
            }
            ExprKind::If { test, then, otherwise } => each(&[*test, *then, *otherwise]),
            ExprKind::Call { function, args, keywords } => {
                each(&[*function]);
                each(args);
                for keyword in keywords {
                    each(&[keyword.value]);
                }
            }
            ExprKind::Walrus(name, value) => {
                each(&[*value]);
                add(out, *name);
            }
        }
    }
}

fn add(out: &mut Vec<NameId>, name: NameId) {
    if !out.contains(&name) {
        out.push(name);
    }
}
