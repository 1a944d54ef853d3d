//! Looking names up and binding them.

use ctype::{CType, CTypes, FloatType, IntType, TypeId};
use diagnostic::{Diagnostic, Id, Label};
use source::Span;

use crate::namespace::{Constant, Declared, KNOWN_TYPES, Tag};
use crate::parser::Abort;
use crate::resolve::{Resolve, Resolver, Typed};
use crate::scope::Entry;

/// Beyond this many mistakes, no similar names are looked for: it takes time for each.
const MAX_SUGGESTIONS: usize = 20;

impl Resolver<'_> {
    /// The type that a name stands for.
    pub(super) fn type_named(&mut self, span: Span) -> Resolve<Typed> {
        let name = self.source.slice(span);
        match self.find_name(name) {
            Some(&Declared::Typedef { ty, align }) => Ok(Typed { ty, align }),
            Some(
                Declared::Function(_) | Declared::Variable(_) | Declared::Constant(_) | Declared::Value(_),
            ) => {
                let entry = self.name_entry(name);
                let before = entry.map(|entry| Label::new(&entry.source, entry.span, "declared here"));
                let label = Label::new(self.source, span, "expected a type");
                let mut diagnostic =
                    Diagnostic::error(Id::CNotAType, format!("`{name}` is not a type"), label);
                diagnostic.others.extend(before);
                Err(self.report(diagnostic))
            }
            None => match self.known_type(name) {
                Some(ty) => Ok(ty.into()),
                None => Err(self.unknown_type(name, span)),
            },
        }
    }

    /// The type that a name stands for without a declaration.
    fn known_type(&mut self, name: &str) -> Option<TypeId> {
        match name {
            "bool" => Some(self.types.intern(CType::Bool)),
            "FILE" => Some(self.types.file()),
            "_Float32" => Some(self.types.float(FloatType::Float)),
            "_Float64" | "_Float32x" => Some(self.types.float(FloatType::Double)),
            "_Float64x" => Some(self.types.float(FloatType::LongDouble)),
            "va_list" | "__builtin_va_list" | "__gnuc_va_list" => Some(self.types.va_list()),
            "__int128_t" => Some(self.types.int(IntType::Int128)),
            "__uint128_t" => Some(self.types.int(IntType::UInt128)),
            _ => IntType::from_typedef_name(name).map(|kind| self.types.int(kind)),
        }
    }

    fn unknown_type(&mut self, name: &str, span: Span) -> Abort {
        if self.lost.contains(name) {
            return Abort;
        }
        let label = Label::new(self.source, span, "expected a type");
        let mut diagnostic = Diagnostic::error(Id::CUnknownType, format!("unknown type `{name}`"), label);
        if let Some(tag) = self.find_tag(name) {
            let keyword = self.tag_keyword(tag);
            diagnostic = diagnostic.with_help(format!("write `{keyword} {name}`"));
        } else if let Some(similar) = self.similar(name, |what| matches!(what, Declared::Typedef { .. })) {
            diagnostic = diagnostic.with_help(format!("did you mean `{similar}`?"));
        }
        self.report(diagnostic)
    }

    /// What an ordinary name is, by this text or before it.
    pub(super) fn find_name(&self, name: &str) -> Option<&Declared> {
        self.name_entry(name).map(|entry| &entry.what)
    }

    fn name_entry(&self, name: &str) -> Option<&Entry<Declared>> {
        self.changes.names.get(name).or_else(|| self.namespace.names.get(name))
    }

    /// What a tag is, by this text or before it.
    pub(super) fn find_tag(&self, name: &str) -> Option<Tag> {
        self.tag_entry(name).map(|entry| entry.what)
    }

    pub(super) fn tag_entry(&self, name: &str) -> Option<&Entry<Tag>> {
        self.changes.tags.get(name).or_else(|| self.namespace.tags.get(name))
    }

    fn tag_keyword(&self, tag: Tag) -> &'static str {
        keyword(self.types, tag)
    }

    /// Binds a name, unless it is already something else. Saying the same again is fine for all but
    /// functions, whose repetition is more often a slip.
    pub(super) fn bind(&mut self, span: Span, what: Declared) -> Resolve<()> {
        let name = self.source.slice(span);
        if let Some(before) = self.name_entry(name) {
            let is_same = match (before.what, what) {
                (Declared::Constant(a), Declared::Constant(b)) => a.value == b.value,
                (Declared::Value(a), Declared::Value(b)) => self.known_value(a) == self.known_value(b),
                (a, b) => a == b && (self.is_tolerant || !matches!(a, Declared::Function(_))),
            };
            if is_same {
                return Ok(());
            }
            if self.is_tolerant
                && let Some(composite) = self.composite(before.what, what)
            {
                self.bind_anyway(span, composite);
                return Ok(());
            }
            if !self.options.is_override {
                let diagnostic = self.conflict(span, what, before);
                return Err(self.report(diagnostic));
            }
        }
        self.bind_anyway(span, what);
        Ok(())
    }

    /// Gives a constant bound by this text another type.
    pub(super) fn rebind_constant(&mut self, span: Span, constant: Constant) {
        self.bind_anyway(span, Declared::Constant(constant));
    }

    fn bind_anyway(&mut self, span: Span, what: Declared) {
        let name = self.source.slice(span).into();
        let (source, statement) = (self.source.clone(), self.statement);
        self.changes.names.bind(Entry { name, what, source, span, statement });
    }

    fn conflict(&self, span: Span, what: Declared, before: &Entry<Declared>) -> Diagnostic {
        let name = &before.name;
        let kinds = (describe(self.types, before.what), describe(self.types, what));
        let title = if before.what == what {
            format!("`{name}` is declared twice")
        } else {
            format!("`{name}` is declared again as {}", kinds.1)
        };
        let label = Label::new(self.source, span, "expected another name");
        let first = Label::new(&before.source, before.span, format!("first declared here as {}", kinds.0));
        Diagnostic::error(Id::CConflict, title, label)
            .with_label(first)
            .with_help("to replace declarations, pass `override=True`")
    }

    pub(super) fn bind_tag(&mut self, span: Span, tag: Tag) {
        let (Tag::Record { ty, .. } | Tag::Enum { ty, .. }) = tag;
        let name = self.source.slice(span);
        if self.lost.contains(name) {
            self.lost_types.insert(ty);
        }
        let (source, statement) = (self.source.clone(), self.statement);
        self.changes.tags.bind(Entry { name: name.into(), what: tag, source, span, statement });
    }

    /// A type name defines no type that has a tag: the tag would mean something only there.
    pub(super) fn refuse_definition(&mut self, span: Span) -> Resolve<()> {
        if self.is_declaring {
            return Ok(());
        }
        let title = "a definition with a tag inside a type name";
        Err(self.error_at(Id::CSyntax, title, span, "expected a tag or members, not both"))
    }

    /// A type name mentions only tags that were declared.
    pub(super) fn refuse_unknown_tag(&mut self, keyword: &str, tag: Span) -> Resolve<()> {
        if self.is_declaring {
            return Ok(());
        }
        let title = format!("unknown type `{keyword} {}`", self.source.slice(tag));
        Err(self.error_at(Id::CUnknownType, title, tag, "no declaration mentions it"))
    }

    pub(super) fn other_kind_of_tag(&mut self, tag: Span, span: Span) -> Abort {
        let name = self.source.slice(tag);
        let Some(entry) = self.tag_entry(name) else { return Abort };
        let keyword = self.tag_keyword(entry.what);
        let first =
            Label::new(&entry.source, entry.span, format!("first mentioned here as `{keyword} {name}`"));
        let label = Label::new(self.source, span, format!("expected `{keyword} {name}`"));
        let title = format!("`{name}` is the tag of another kind of type");
        self.report(Diagnostic::error(Id::CConflict, title, label).with_label(first))
    }

    /// Reports a second use of a name in one list.
    pub(super) fn twice(&mut self, what: &str, name: &str, span: Span, before: Span) -> Abort {
        let label = Label::new(self.source, span, "expected another name");
        let first = Label::new(self.source, before, "first used here");
        self.report(Diagnostic::error(Id::CDuplicate, format!("{what} `{name}`"), label).with_label(first))
    }

    /// The name that was probably meant, among those bound to the wanted kind.
    pub(super) fn similar(&self, name: &str, is_wanted: impl Fn(&Declared) -> bool) -> Option<String> {
        if self.is_quiet || self.diagnostics.len() >= MAX_SUGGESTIONS {
            return None;
        }
        let entries = self.changes.names.iter().chain(self.namespace.names.iter());
        let declared = entries.filter(|entry| is_wanted(&entry.what)).map(|entry| entry.name.as_ref());
        let keywords = ["int", "char", "short", "long", "float", "double", "unsigned", "signed", "void"];
        let known =
            IntType::ALL.iter().map(|kind| kind.name()).chain(KNOWN_TYPES.iter().copied()).chain(keywords);
        let limit = (name.len() / 3).clamp(1, 2);
        let near = declared.chain(known).filter_map(|other| {
            let distance = edit_distance(name, other, limit)?;
            Some((distance, other))
        });
        near.min_by_key(|(distance, _)| *distance).map(|(_, other)| other.to_owned())
    }
}

/// `struct`, `union` or `enum`.
pub(crate) fn keyword(types: &CTypes, tag: Tag) -> &'static str {
    match tag {
        Tag::Record { record, .. } => types.record(record).kind.keyword(),
        Tag::Enum { .. } => "enum",
    }
}

/// What a name is, in a message.
pub(crate) fn describe(types: &CTypes, what: Declared) -> String {
    match what {
        Declared::Typedef { ty, .. } => format!("the type `{}`", types.declare_qualified(ty, "")),
        Declared::Function(ty) => format!("the function `{}`", types.name(ty)),
        Declared::Variable(ty) => format!("a variable of `{}`", types.declare_qualified(ty, "")),
        Declared::Constant(constant) => format!("the constant {}", constant.value),
        Declared::Value(_) => "another constant".to_owned(),
    }
}

/// How many letters to add, drop, change or swap to turn one name into the other, if at most `limit`.
fn edit_distance(a: &str, b: &str, limit: usize) -> Option<usize> {
    if a.len().abs_diff(b.len()) > limit {
        return None;
    }
    let b: Vec<char> = b.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    let mut last = '\0';
    for (i, x) in a.chars().enumerate() {
        let mut next = vec![i + 1];
        for (j, &y) in b.iter().enumerate() {
            let change = row[j] + usize::from(x != y);
            let mut best = change.min(row[j + 1] + 1).min(next[j] + 1);
            if i > 0 && j > 0 && x == b[j - 1] && last == y {
                best = best.min(before[j - 1] + 1);
            }
            next.push(best);
        }
        before = std::mem::replace(&mut row, next);
        last = x;
    }
    row.last().copied().filter(|distance| *distance <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_count_swaps_as_one() {
        assert_eq!(edit_distance("unit32_t", "uint32_t", 2), Some(1));
        assert_eq!(edit_distance("sizet", "size_t", 2), Some(1));
        assert_eq!(edit_distance("point", "uint8_t", 2), None);
    }
}
