//! Tuples with names for their items: made, asked by name, changed. All else is as for any tuple.

use std::sync::Arc;

use diagnostic::Id;
use source::Span;

use crate::calls::{Arg, Args};
use crate::stop::{Stop, Walked};
use crate::term::Term;
use crate::tuples::tuple_method;
use crate::walk::Walker;
use crate::{Entity, TupleClass};

impl Walker<'_, '_> {
    /// `Point(1, y=2)`.
    pub(crate) fn make_named(&mut self, class: &Arc<TupleClass>, args: Args) -> Walked<Term> {
        let span = args.span;
        if !class.is_plain("__new__") {
            let name = &class.name;
            let title = format!("`{name}` is made by a `__new__` of its own");
            let stop = self.error(Id::NotCallable, span, title, "only Python can run it");
            return Err(stop.help(format!("make it of the items: `{name}._make((…))`")));
        }
        let count = class.fields.len();
        if args.positional.len() > count {
            let plural = if count == 1 { "" } else { "s" };
            let what = format!("takes {count} argument{plural}, not {}", args.positional.len());
            return Err(self.wrong_items(class, args.positional[count].span, &what));
        }
        let mut bound: Vec<Option<Arg>> = args.positional.into_iter().map(Some).collect();
        bound.resize(count, None);
        for (name, arg) in args.named {
            let Some(index) = class.position(&name) else {
                return Err(self.wrong_items(class, arg.span, &format!("has no field `{name}`")));
            };
            if bound[index].is_some() {
                return Err(self.wrong_items(class, arg.span, &format!("gets `{name}` twice")));
            }
            bound[index] = Some(arg);
        }
        let first_default = count - class.defaults.len().min(count);
        let mut items = Vec::new();
        for (index, arg) in bound.into_iter().enumerate() {
            let default = index.checked_sub(first_default).and_then(|index| class.defaults.get(index));
            items.push(match (arg, default) {
                (Some(arg), _) => arg.term,
                (None, Some(default)) => self.entity(default.clone(), span),
                (None, None) => {
                    let what = format!("is made without `{}`", class.fields[index]);
                    return Err(self.wrong_items(class, span, &what));
                }
            });
        }
        Ok(Term::Named(class.clone(), items))
    }

    fn wrong_items(&self, class: &TupleClass, at: Span, what: &str) -> Stop {
        let stop = self.error(Id::WrongArguments, at, format!("`{}` {what}", class.name), "");
        stop.help(format!("its fields: `{}`", class.fields.join("`, `")))
    }

    /// `point.x`, and what every tuple has.
    pub(crate) fn named_attribute(
        &self,
        class: &Arc<TupleClass>,
        items: &[Term],
        text: &str,
        span: Span,
    ) -> Walked<Term> {
        let of = || Term::Named(class.clone(), items.to_vec());
        match (class.position(text), text) {
            (Some(index), _) if class.is_plain(text) => Ok(items[index].clone()),
            (None, "_replace") if class.is_plain(text) => Ok(Term::TupleMethod("_replace", Box::new(of()))),
            (None, "count" | "index") if class.is_plain(text) => Ok(tuple_method(&of(), text)),
            (None, "_fields" | "_make") => self.tuple_class_attribute(class, text, span),
            _ => Err(self.no_field(class, text, span)),
        }
    }

    /// `Point._fields` and `Point._make`.
    pub(crate) fn tuple_class_attribute(
        &self,
        class: &Arc<TupleClass>,
        text: &str,
        span: Span,
    ) -> Walked<Term> {
        match text {
            "_fields" if class.is_plain(text) => {
                let names = class.fields.iter().map(|field| Term::Entity(Entity::Text(field.clone())));
                Ok(Term::Tuple(names.collect()))
            }
            "_make" if class.is_plain(text) => {
                let of = Term::Entity(Entity::NamedTuple(class.clone()));
                Ok(Term::TupleMethod("_make", Box::new(of)))
            }
            _ => Err(self.no_field(class, text, span)),
        }
    }

    fn no_field(&self, class: &TupleClass, text: &str, span: Span) -> Stop {
        let title = format!("`{}` has no attribute `{text}` in compiled code", class.name);
        let label = if class.is_plain(text) { "no field of this name" } else { "its class overrides it" };
        let stop = self.error(Id::UnknownAttribute, span, title, label);
        match text {
            "_asdict" => stop.help("there are no dictionaries here: name the fields"),
            _ => stop.help(format!("its fields: `{}`", class.fields.join("`, `"))),
        }
    }

    /// `point._replace(x=1)`.
    pub(crate) fn replaced(&mut self, class: &Arc<TupleClass>, items: &[Term], args: Args) -> Walked<Term> {
        if let Some(arg) = args.positional.first() {
            return Err(self.wrong_items(class, arg.span, "is changed by names of fields"));
        }
        let mut items = items.to_vec();
        for (name, arg) in args.named {
            let Some(index) = class.position(&name) else {
                return Err(self.wrong_items(class, arg.span, &format!("has no field `{name}`")));
            };
            items[index] = arg.term;
        }
        Ok(Term::Named(class.clone(), items))
    }

    /// `Point._make(items)`.
    pub(crate) fn made_of_items(&mut self, class: &Arc<TupleClass>, args: &Args) -> Walked<Term> {
        let [of] = self.exactly("_make", args)?;
        let count = class.fields.len();
        let (Term::Tuple(items) | Term::Named(_, items) | Term::List(items)) = of.term else {
            let title = format!("`_make` of {}", self.describe(&of.term));
            return Err(self.error(
                Id::WrongArguments,
                of.span,
                title,
                format!("expected a tuple of {count}"),
            ));
        };
        if items.len() != count {
            let what = format!("has {count} fields, not {}", items.len());
            return Err(self.wrong_items(class, of.span, &what));
        }
        Ok(Term::Named(class.clone(), items))
    }
}
