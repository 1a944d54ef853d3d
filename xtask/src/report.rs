//! What a command tells its user: a line for each step with the time since the start, and how it ended.

use std::fmt;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Why a command stopped, in words for its user.
pub(crate) struct Failure(String);

/// What a step gives, or why it could not.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Starts the clock that all lines show.
pub(crate) fn start() {
    LazyLock::force(&START);
}

/// The time since the command began.
pub(crate) fn elapsed() -> Duration {
    START.elapsed()
}

/// Tells the user one line, beside what child processes write to standard output.
pub(crate) fn line(text: &str) {
    eprintln!("{text}");
}

/// Announces a step, runs it, and says how long it took.
pub(crate) fn step<T>(name: &str, work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    line(&format!("[{:6.1} s] {name}", elapsed().as_secs_f64()));
    let began = Instant::now();
    let outcome = work();
    let end = if outcome.is_ok() { "done" } else { "failed" };
    line(&format!("[{:6.1} s]   {end} in {:.1} s", elapsed().as_secs_f64(), began.elapsed().as_secs_f64()));
    outcome
}

/// Says that a step has nothing to do.
pub(crate) fn skip(name: &str) {
    line(&format!("[{:6.1} s] {name}: up to date", elapsed().as_secs_f64()));
}

/// Checks that all run, whatever the earlier ones gave.
#[derive(Default)]
pub(crate) struct Checks {
    rows: Vec<(String, Duration, bool)>,
}

impl Checks {
    /// Runs one check and keeps how it ended.
    pub(crate) fn check(&mut self, name: &str, work: impl FnOnce() -> Outcome) {
        let began = Instant::now();
        let outcome = step(name, work);
        if let Err(failure) = &outcome {
            line(&failure.to_string());
        }
        self.rows.push((name.to_owned(), began.elapsed(), outcome.is_ok()));
    }

    /// Shows a line for each check; an error if any failed.
    pub(crate) fn finish(self) -> Outcome {
        line("");
        for (name, time, passed) in &self.rows {
            let word = if *passed { "passed" } else { "FAILED" };
            line(&format!("{word} {:7.1} s  {name}", time.as_secs_f64()));
        }
        let failed = self.rows.iter().filter(|(_, _, passed)| !passed).count();
        line(&format!("{} checks passed, {failed} failed", self.rows.len() - failed));
        if failed == 0 { Ok(()) } else { Err(Failure::new("some checks failed")) }
    }
}
