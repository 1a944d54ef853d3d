//! [`Decls`] as C text, a declaration a line: what was understood, with every operator's operands in
//! parentheses. Reading it again gives the same text.

use std::fmt::{self, Write as _};

use ctype::{Align, FloatType, IntType, Qualifiers};
use source::{Source, Span};

use crate::syntax::{
    Alignment, AlignmentAmount, Attributes, BinaryOp, Declaration, Declarator, Decls, Derivation,
    EnumSpecifier, EnumeratorSyntax, Expr, ExprKind, FieldDeclarator, InitDeclarator, Item, Member, Params,
    RecordSpecifier, Specifiers, StaticAssert, Storage, TypeName, TypeSpecifier, UnaryOp,
};

/// An enum with more names has one a line.
const ENUMERATORS_OF_A_LINE: usize = 6;

/// A line with a comment behind it is at most so long.
const WIDTH: usize = 100;

impl Decls {
    /// One item as C, without its newline.
    pub fn item_text(&self, item: &Item) -> String {
        self.item_text_with(item, &|_| None)
    }

    /// As [`Self::item_text`], with the comments that are found for members and enumerators, by their spans.
    pub fn item_text_with(&self, item: &Item, comments: &dyn Fn(Span) -> Option<String>) -> String {
        let mut printer = Printer { source: &self.source, text: String::new(), indent: 0, comments };
        printer.item(item);
        printer.text.truncate(printer.text.trim_end().len());
        printer.text
    }
}

impl fmt::Display for Decls {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut printer =
            Printer { source: &self.source, text: String::new(), indent: 0, comments: &|_| None };
        for item in &self.items {
            printer.item(item);
        }
        formatter.write_str(&printer.text)
    }
}

struct Printer<'a> {
    source: &'a Source,
    text: String,
    indent: usize,
    comments: &'a dyn Fn(Span) -> Option<String>,
}

impl Printer<'_> {
    fn item(&mut self, item: &Item) {
        match item {
            Item::Declaration(declaration) => match pack_limit(&declaration.specifiers) {
                None => self.declaration(declaration),
                Some(limit) => {
                    let _ = writeln!(self.text, "#pragma pack(push, {limit})");
                    self.declaration(declaration);
                    self.text.push_str("\n#pragma pack(pop)");
                }
            },
            Item::Define { name, value } => {
                let value = self.expr(value);
                let _ = write!(self.text, "#define {} {value}", self.source.slice(*name));
            }
            Item::StaticAssert(assertion) => self.static_assert(assertion),
        }
        self.text.push('\n');
    }

    fn declaration(&mut self, declaration: &Declaration) {
        self.text.push_str(match declaration.storage {
            Storage::Plain => "",
            Storage::Extern => "extern ",
            Storage::Static => "static ",
            Storage::Typedef => "typedef ",
        });
        self.specifiers(&declaration.specifiers);
        for (index, InitDeclarator { declarator, initializer }) in declaration.declarators.iter().enumerate()
        {
            self.text.push_str(if index == 0 { " " } else { ", " });
            let declarator = self.declarator(declarator);
            self.text.push_str(&declarator);
            if let Some(value) = initializer {
                let value = self.expr(value);
                let _ = write!(self.text, " = {value}");
            }
        }
        self.text.push(';');
    }

    fn static_assert(&mut self, assertion: &StaticAssert) {
        let condition = self.expr(&assertion.condition);
        let message =
            assertion.message.map_or(String::new(), |span| format!(", {}", self.source.slice(span)));
        let _ = write!(self.text, "_Static_assert({condition}{message});");
    }

    fn specifiers(&mut self, specifiers: &Specifiers) {
        let attributes = self.attributes(&specifiers.attributes);
        self.text.push_str(&attributes);
        self.text.push_str(&qualifiers(specifiers.qualifiers));
        match &specifiers.ty {
            TypeSpecifier::Void => self.text.push_str("void"),
            TypeSpecifier::Bool => self.text.push_str("_Bool"),
            TypeSpecifier::Int(kind) => self.text.push_str(kind.name()),
            TypeSpecifier::Float(kind) => self.text.push_str(kind.name()),
            TypeSpecifier::Complex(kind) => self.text.push_str(complex_name(*kind)),
            TypeSpecifier::Opaque => self.text.push_str("..."),
            TypeSpecifier::Named(name) => self.text.push_str(self.source.slice(*name)),
            TypeSpecifier::TypeofType(name) => {
                let name = self.type_name(name);
                let _ = write!(self.text, "typeof({name})");
            }
            TypeSpecifier::TypeofExpr(expr) => {
                let expr = self.expr(expr);
                let _ = write!(self.text, "typeof({expr})");
            }
            TypeSpecifier::Record(record) => self.record(record),
            TypeSpecifier::Enum(specifier) => self.enumeration(specifier),
        }
    }

    fn record(&mut self, record: &RecordSpecifier) {
        let attributes = self.attributes(&record.attributes);
        let _ = write!(self.text, "{}", record.kind.keyword());
        if !attributes.is_empty() {
            let _ = write!(self.text, " {}", attributes.trim_end());
        }
        self.tag(record.tag);
        let Some(members) = &record.members else { return };
        self.text.push_str(" {");
        self.indent += 1;
        for member in members {
            self.new_line();
            match member {
                Member::Fields { specifiers, declarators } => {
                    let start = self.text.len();
                    self.specifiers(specifiers);
                    self.fields(declarators);
                    self.comment(start, member_span(specifiers, declarators));
                }
                Member::StaticAssert(assertion) => self.static_assert(assertion),
            }
        }
        self.indent -= 1;
        self.new_line();
        self.text.push('}');
    }

    fn fields(&mut self, fields: &[FieldDeclarator]) {
        for (index, FieldDeclarator { declarator, bit_width }) in fields.iter().enumerate() {
            self.text.push_str(if index == 0 { " " } else { ", " });
            let attributes = self.attributes(&declarator.attributes);
            let name =
                self.declarator(&Declarator { attributes: Attributes::default(), ..declarator.clone() });
            self.text.push_str(&name);
            if let Some(width) = bit_width {
                let width = self.expr(width);
                let space = if name.is_empty() { "" } else { " " };
                let _ = write!(self.text, "{space}: {width}");
            }
            if !attributes.is_empty() {
                let _ = write!(self.text, " {}", attributes.trim_end());
            }
        }
        self.text.push(';');
    }

    fn enumeration(&mut self, specifier: &EnumSpecifier) {
        self.text.push_str("enum");
        let attributes = self.attributes(&Attributes {
            is_packed: specifier.is_packed,
            mode: specifier.mode,
            ..Attributes::default()
        });
        if !attributes.is_empty() {
            let _ = write!(self.text, " {}", attributes.trim_end());
        }
        self.tag(specifier.tag);
        let Some(enumerators) = &specifier.enumerators else { return };
        self.text.push_str(" {");
        let spans: Vec<Span> = enumerators.iter().map(enumerator_span).collect();
        let is_long = enumerators.len() > ENUMERATORS_OF_A_LINE
            || spans.iter().any(|span| (self.comments)(*span).is_some());
        self.indent += usize::from(is_long);
        for (index, one) in enumerators.iter().enumerate() {
            if is_long {
                self.new_line();
            } else {
                self.text.push(' ');
            }
            let start = self.text.len();
            self.text.push_str(self.source.slice(one.name));
            if let Some(value) = &one.value {
                let value = self.expr(value);
                let _ = write!(self.text, " = {value}");
            }
            self.text.push_str(if index + 1 == enumerators.len() { "" } else { "," });
            self.comment(start, spans[index]);
        }
        self.indent -= usize::from(is_long);
        if is_long {
            self.new_line();
        } else {
            self.text.push(' ');
        }
        self.text.push('}');
    }

    fn tag(&mut self, tag: Option<Span>) {
        if let Some(tag) = tag {
            let _ = write!(self.text, " {}", self.source.slice(tag));
        }
    }

    fn new_line(&mut self) {
        self.text.push('\n');
        self.text.extend(std::iter::repeat_n("    ", self.indent));
    }

    /// The comment of the part that was printed from `start` on: behind it where it fits on the line, else in front.
    fn comment(&mut self, start: usize, part: Span) {
        let Some(comment) = (self.comments)(part) else { return };
        let comment = comment.replace("*/", "* /");
        let line = self.text.rfind('\n').map_or(0, |newline| newline + 1);
        let is_short = !comment.contains('\n') && self.text.len() - line + comment.len() + 8 <= WIDTH;
        if is_short {
            let _ = write!(self.text, "  /* {comment} */");
            return;
        }
        let indent = " ".repeat(4 * self.indent);
        let lines: Vec<&str> = comment.lines().map(str::trim_end).collect();
        let framed = match lines.as_slice() {
            [line] => format!("/* {line} */\n{indent}"),
            lines => {
                let inner: String = lines
                    .iter()
                    .map(|line| format!("{indent} * {line}").trim_end().to_owned() + "\n")
                    .collect();
                format!("/*\n{inner}{indent} */\n{indent}")
            }
        };
        self.text.insert_str(start, &framed);
    }

    /// The text that `print` writes.
    fn captured(&self, print: impl FnOnce(&mut Self)) -> String {
        let Self { source, indent, comments, .. } = *self;
        let mut printer = Printer { source, text: String::new(), indent, comments };
        print(&mut printer);
        printer.text
    }

    fn declarator(&self, declarator: &Declarator) -> String {
        let mut text = declarator.name.map_or(String::new(), |name| self.source.slice(name).to_owned());
        let mut is_pointer = false;
        for derivation in &declarator.derivations {
            if is_pointer && !matches!(derivation, Derivation::Pointer(_)) {
                text = format!("({text})");
            }
            is_pointer = matches!(derivation, Derivation::Pointer(_));
            match derivation {
                Derivation::Pointer(of) => text = format!("*{}{text}", qualifiers(*of)),
                Derivation::Array { length, .. } => {
                    let length = length.as_ref().map_or(String::new(), |length| self.expr(length));
                    let _ = write!(text, "[{length}]");
                }
                Derivation::Function(params) => text += &self.params(params),
            }
        }
        let attributes = self.attributes(&declarator.attributes);
        if attributes.is_empty() { text } else { format!("{text} {}", attributes.trim_end()) }
    }

    fn params(&self, params: &Params) -> String {
        let mut list: Vec<String> = Vec::new();
        for param in &params.params {
            let specifiers = self.captured(|printer| printer.specifiers(&param.specifiers));
            let declarator = self.declarator(&param.declarator);
            let space = if declarator.is_empty() { "" } else { " " };
            list.push(format!("{specifiers}{space}{declarator}"));
        }
        if params.is_variadic {
            list.push("...".to_owned());
        }
        format!("({})", list.join(", "))
    }

    /// Each with a space after it.
    fn attributes(&self, attributes: &Attributes) -> String {
        let mut text =
            if attributes.is_packed { "__attribute__((packed)) ".to_owned() } else { String::new() };
        if attributes.is_transparent {
            text.push_str("__attribute__((transparent_union)) ");
        }
        if let Some(mode) = attributes.mode {
            let _ = write!(text, "__attribute__((mode({}))) ", self.source.slice(mode));
        }
        for Alignment { amount, is_alignas, .. } in &attributes.alignments {
            let _ = match amount {
                AlignmentAmount::Bytes(amount) if *is_alignas => {
                    write!(text, "_Alignas({}) ", self.expr(amount))
                }
                AlignmentAmount::Largest => write!(text, "__attribute__((aligned)) "),
                AlignmentAmount::Bytes(amount) => {
                    write!(text, "__attribute__((aligned({}))) ", self.expr(amount))
                }
                AlignmentAmount::OfType(name) => write!(text, "_Alignas({}) ", self.type_name(name)),
            };
        }
        if let Some(symbol) = attributes.symbol {
            let _ = write!(text, "__asm__({}) ", self.source.slice(symbol));
        }
        text
    }

    fn type_name(&self, name: &TypeName) -> String {
        let specifiers = self.captured(|printer| printer.specifiers(&name.specifiers));
        let declarator = self.declarator(&name.declarator);
        let space = if declarator.is_empty() { "" } else { " " };
        format!("{specifiers}{space}{declarator}")
    }

    fn expr(&self, expr: &Expr) -> String {
        match &expr.kind {
            ExprKind::Constant { value, ty } => constant(*value, *ty),
            // Only values of macros have these two, which are no declarations.
            ExprKind::Float { value, ty } => floating(*value, *ty),
            ExprKind::Text(bytes) => quoted(bytes),
            ExprKind::Name(name) => self.source.slice(*name).to_owned(),
            ExprKind::Unary(op, operand) => {
                let text = self.expr(operand);
                let is_sign = text.starts_with(['+', '-']);
                if is_sign {
                    format!("{}({text})", unary_sign(*op))
                } else {
                    format!("{}{text}", unary_sign(*op))
                }
            }
            ExprKind::Binary(op, operands) => {
                format!("({} {} {})", self.expr(&operands.0), binary_sign(*op), self.expr(&operands.1))
            }
            ExprKind::Conditional(parts) => {
                let (condition, then, otherwise) = &**parts;
                format!("({} ? {} : {})", self.expr(condition), self.expr(then), self.expr(otherwise))
            }
            ExprKind::Cast(parts) => format!("({}){}", self.type_name(&parts.0), self.expr(&parts.1)),
            ExprKind::SizeofType(name) => format!("sizeof({})", self.type_name(name)),
            ExprKind::SizeofExpr(operand) => format!("sizeof {}", self.expr(operand)),
            ExprKind::Alignof(name) => format!("_Alignof({})", self.type_name(name)),
        }
    }
}

/// From its type to its last name or width.
fn member_span(specifiers: &Specifiers, fields: &[FieldDeclarator]) -> Span {
    let Some(last) = fields.last() else { return specifiers.span };
    let end = last.bit_width.as_ref().map_or(last.declarator.span, |width| width.span);
    specifiers.span.to(end)
}

/// From its name to its value.
fn enumerator_span(one: &EnumeratorSyntax) -> Span {
    one.value.as_ref().map_or(one.name, |value| one.name.to(value.span))
}

/// The `#pragma pack` that the members of a record obey.
fn pack_limit(specifiers: &Specifiers) -> Option<Align> {
    match &specifiers.ty {
        TypeSpecifier::Record(record) => record.pack.filter(|_| record.members.is_some()),
        TypeSpecifier::Void
        | TypeSpecifier::Bool
        | TypeSpecifier::Int(_)
        | TypeSpecifier::Float(_)
        | TypeSpecifier::Complex(_)
        | TypeSpecifier::Opaque
        | TypeSpecifier::Named(_)
        | TypeSpecifier::TypeofType(_)
        | TypeSpecifier::TypeofExpr(_)
        | TypeSpecifier::Enum(_) => None,
    }
}

/// Each word with a space after it.
fn qualifiers(of: Qualifiers) -> String {
    let words = [(of.is_const, "const "), (of.is_volatile, "volatile "), (of.is_restrict, "restrict ")];
    words.iter().filter(|(is_there, _)| *is_there).map(|(_, word)| *word).collect()
}

const fn complex_name(kind: FloatType) -> &'static str {
    match kind {
        FloatType::Float => "float _Complex",
        FloatType::Double => "double _Complex",
        FloatType::LongDouble => "long double _Complex",
    }
}

/// A floating constant with the suffix that keeps its type.
fn floating(value: f64, ty: FloatType) -> String {
    let suffix = match ty {
        FloatType::Float => "f",
        FloatType::Double => "",
        FloatType::LongDouble => "l",
    };
    if value.is_nan() {
        format!("__builtin_nan{suffix}(\"\")")
    } else if value.is_infinite() {
        format!("__builtin_inf{suffix}()")
    } else {
        format!("{value:?}{suffix}")
    }
}

/// A text between quotes. Escapes have three digits of eight, which no digit after them lengthens.
fn quoted(bytes: &[u8]) -> String {
    let mut text = String::from("\"");
    for &byte in bytes {
        match byte {
            b'"' | b'\\' => text.extend(['\\', char::from(byte)]),
            b' '..=b'~' => text.push(char::from(byte)),
            _ => {
                let _ = write!(text, "\\{byte:03o}");
            }
        }
    }
    text.push('"');
    text
}

/// A constant with the suffix that keeps its type; a wide character becomes a cast.
fn constant(value: i128, ty: IntType) -> String {
    let suffixes = [
        (IntType::Int, ""),
        (IntType::UInt, "u"),
        (IntType::Long, "l"),
        (IntType::ULong, "ul"),
        (IntType::LongLong, "ll"),
        (IntType::ULongLong, "ull"),
    ];
    match suffixes.iter().find(|(own, _)| *own == ty) {
        Some((_, suffix)) => format!("{value}{suffix}"),
        None => format!("({}){value}", ty.name()),
    }
}

const fn unary_sign(op: UnaryOp) -> &'static str {
    match op {
        UnaryOp::Plus => "+",
        UnaryOp::Negate => "-",
        UnaryOp::Complement => "~",
        UnaryOp::Not => "!",
    }
}

const fn binary_sign(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Multiply => "*",
        BinaryOp::Divide => "/",
        BinaryOp::Remainder => "%",
        BinaryOp::Add => "+",
        BinaryOp::Subtract => "-",
        BinaryOp::ShiftLeft => "<<",
        BinaryOp::ShiftRight => ">>",
        BinaryOp::Less => "<",
        BinaryOp::Greater => ">",
        BinaryOp::LessEqual => "<=",
        BinaryOp::GreaterEqual => ">=",
        BinaryOp::Equal => "==",
        BinaryOp::NotEqual => "!=",
        BinaryOp::BitAnd => "&",
        BinaryOp::BitXor => "^",
        BinaryOp::BitOr => "|",
        BinaryOp::And => "&&",
        BinaryOp::Or => "||",
    }
}
