//! What typing functions answer, from the text of a case's environment. A line each, a question and its answer:
//!
//! ```text
//! kind_of(i64) = answer one                  a function of the case's text
//! kind_of([3]) = answer one with constants   chosen for the constant 3, which is known in it
//! kind_of(i64 and constants) = tell          ask again with the constants
//! kind_of(f64) = nothing what was said       no implementation
//! numpy.interp(f64) = nothing                   for something that inference may have rules for
//! .total(f64) = method                       values of this type have a method `total`
//! .total()(f64) = answer one                 and this is it
//! ```
//!
//! A question that no line answers is the answer of the case.

use infer::{Answer, Entity, Question};
use tir::HostObject;

/// The lines of an environment that answer questions.
pub(crate) struct Answers {
    lines: Vec<(String, Answer)>,
    /// The names of what is numbered: the functions of the text, then what else has implementations.
    names: Vec<String>,
    /// Which of them have implementations.
    subjects: Vec<usize>,
}

impl Answers {
    /// For a text whose functions have these names.
    pub(crate) fn new(names: Vec<String>) -> Self {
        Self { lines: Vec::new(), names, subjects: Vec::new() }
    }

    /// Takes a line, if it answers a question.
    pub(crate) fn take(&mut self, question: &str, answer: &str) -> bool {
        let Some((subject, operands)) = question.split_once('(') else { return false };
        let answer = self.read(answer);
        let subject = if subject.starts_with('.') {
            subject.to_owned()
        } else {
            let place = self.names.iter().position(|known| known == subject).unwrap_or(self.names.len());
            if place == self.names.len() {
                self.names.push(subject.to_owned());
            }
            self.subjects.push(place);
            format!("#{place}")
        };
        self.lines.push((format!("{subject}({operands}"), answer));
        true
    }

    fn read(&self, answer: &str) -> Answer {
        match answer.split_once(' ').unwrap_or((answer, "")) {
            ("method", "") => Answer::Method,
            ("tell", "") => Answer::TellConstants,
            ("nothing", "") => Answer::Nothing(Vec::new()),
            ("nothing", reason) => Answer::Nothing(vec![reason.to_owned()]),
            ("answer", name) => {
                let plain = name.trim_end_matches(" with constants");
                let place = self.names.iter().position(|known| known == plain).expect("it is in the text");
                Answer::Function { function: object(place), knows_constants: plain != name }
            }
            _ => panic!("`{answer}` is no answer"),
        }
    }

    /// The object by which calls of an entity have implementations.
    pub(crate) fn overloaded(&self, callee: &Entity) -> Option<HostObject> {
        let place = if let Entity::Function(function) = callee {
            usize::try_from(function.0).expect("small")
        } else if let Entity::Known(name) = callee {
            self.names.iter().position(|known| known == name)?
        } else {
            return None;
        };
        self.subjects.contains(&place).then(|| object(place))
    }

    /// Whether an attribute or a method of this name was added.
    pub(crate) fn adds(&self, name: &str) -> bool {
        self.lines.iter().any(|(line, _)| line.split('(').next() == Some(format!(".{name}").as_str()))
    }

    /// The answer, if a line has one.
    pub(crate) fn answer(&self, question: &Question) -> Option<Answer> {
        let text = question.to_string();
        self.lines.iter().find(|(line, _)| *line == text).map(|(_, answer)| answer.clone())
    }
}

fn object(place: usize) -> HostObject {
    HostObject(u32::try_from(place).expect("few"))
}
