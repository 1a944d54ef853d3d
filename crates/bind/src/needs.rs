//! What one declaration needs of others: the names of types, tags and constants in it.

use cdecl::syntax::{
    AlignmentAmount, Attributes, Declaration, Declarator, Derivation, Expr, ExprKind, Item, Member,
    Specifiers, TypeName, TypeSpecifier,
};
use source::{Source, Span};

/// What is needed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Need<'a> {
    /// A typedef, a variable that `typeof` asks, a constant.
    Name(&'a str),
    /// A struct, union or enum.
    Tag(&'a str),
}

/// A need, and whether the size of a type is needed, too.
pub(crate) type Strong = bool;

/// Every need of an item, by its order in the text. With `is_strong`, the size of what a typedef stands for
/// is needed.
pub(crate) fn of_item<'a>(item: &'a Item, source: &'a Source, is_strong: Strong) -> Vec<(Need<'a>, Strong)> {
    let mut walk = Walk { source, needs: Vec::new() };
    match item {
        Item::Declaration(declaration) => walk.declaration(declaration, is_strong),
        Item::Define { value, .. } => walk.expr(value),
        Item::StaticAssert(assertion) => walk.expr(&assertion.condition),
    }
    walk.needs
}

struct Walk<'a> {
    source: &'a Source,
    needs: Vec<(Need<'a>, Strong)>,
}

impl<'a> Walk<'a> {
    fn name(&mut self, name: Span, is_strong: Strong) {
        self.needs.push((Need::Name(self.source.slice(name)), is_strong));
    }

    fn declaration(&mut self, declaration: &'a Declaration, is_strong: Strong) {
        let declarators = &declaration.declarators;
        let is_sized = is_strong && declarators.iter().any(|one| !has_pointer(&one.declarator));
        self.specifiers(&declaration.specifiers, is_sized);
        for one in declarators {
            self.declarator(&one.declarator);
            if let Some(value) = &one.initializer {
                self.expr(value);
            }
        }
    }

    fn specifiers(&mut self, specifiers: &'a Specifiers, is_strong: Strong) {
        self.attributes(&specifiers.attributes);
        match &specifiers.ty {
            TypeSpecifier::Void
            | TypeSpecifier::Bool
            | TypeSpecifier::Int(_)
            | TypeSpecifier::Float(_)
            | TypeSpecifier::Complex(_)
            | TypeSpecifier::Opaque => {}
            TypeSpecifier::Named(name) => self.name(*name, is_strong),
            TypeSpecifier::TypeofType(name) => self.type_name(name),
            TypeSpecifier::TypeofExpr(expr) => self.expr(expr),
            TypeSpecifier::Record(record) => {
                self.attributes(&record.attributes);
                match &record.members {
                    None => self.tag(record.tag, is_strong),
                    Some(members) => members.iter().for_each(|member| self.member(member)),
                }
            }
            TypeSpecifier::Enum(specifier) => match &specifier.enumerators {
                None => self.tag(specifier.tag, is_strong),
                Some(all) => {
                    all.iter().filter_map(|one| one.value.as_ref()).for_each(|value| self.expr(value));
                }
            },
        }
    }

    fn tag(&mut self, tag: Option<Span>, is_strong: Strong) {
        if let Some(tag) = tag {
            self.needs.push((Need::Tag(self.source.slice(tag)), is_strong));
        }
    }

    fn member(&mut self, member: &'a Member) {
        match member {
            Member::Fields { specifiers, declarators } => {
                let is_strong =
                    declarators.is_empty() || declarators.iter().any(|one| !has_pointer(&one.declarator));
                self.specifiers(specifiers, is_strong);
                for one in declarators {
                    self.declarator(&one.declarator);
                    if let Some(width) = &one.bit_width {
                        self.expr(width);
                    }
                }
            }
            Member::StaticAssert(assertion) => self.expr(&assertion.condition),
        }
    }

    fn declarator(&mut self, declarator: &'a Declarator) {
        self.attributes(&declarator.attributes);
        for derivation in &declarator.derivations {
            match derivation {
                Derivation::Pointer(_) => {}
                Derivation::Array { length, .. } => {
                    if let Some(length) = length {
                        self.expr(length);
                    }
                }
                Derivation::Function(params) => {
                    for param in &params.params {
                        self.specifiers(&param.specifiers, !has_pointer(&param.declarator));
                        self.declarator(&param.declarator);
                    }
                }
            }
        }
    }

    fn type_name(&mut self, name: &'a TypeName) {
        self.specifiers(&name.specifiers, true);
        self.declarator(&name.declarator);
    }

    fn attributes(&mut self, attributes: &'a Attributes) {
        for alignment in &attributes.alignments {
            match &alignment.amount {
                AlignmentAmount::Largest => {}
                AlignmentAmount::Bytes(amount) => self.expr(amount),
                AlignmentAmount::OfType(name) => self.type_name(name),
            }
        }
    }

    fn expr(&mut self, expr: &'a Expr) {
        match &expr.kind {
            ExprKind::Constant { .. } | ExprKind::Float { .. } | ExprKind::Text(_) => {}
            ExprKind::Name(name) => self.name(*name, true),
            ExprKind::Unary(_, operand) | ExprKind::SizeofExpr(operand) => self.expr(operand),
            ExprKind::Binary(_, operands) => {
                self.expr(&operands.0);
                self.expr(&operands.1);
            }
            ExprKind::Conditional(parts) => {
                self.expr(&parts.0);
                self.expr(&parts.1);
                self.expr(&parts.2);
            }
            ExprKind::Cast(parts) => {
                self.type_name(&parts.0);
                self.expr(&parts.1);
            }
            ExprKind::SizeofType(name) | ExprKind::Alignof(name) => self.type_name(name),
        }
    }
}

fn has_pointer(declarator: &Declarator) -> bool {
    declarator.derivations.iter().any(|one| matches!(one, Derivation::Pointer(_)))
}
