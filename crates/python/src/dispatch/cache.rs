//! The specialisations of a function by their type keys.
//!
//! A key is compiled once: whoever asks for one that another thread is compiling waits for it, without the
//! interpreter's lock. A process that was forked meanwhile does not wait for a thread that it does not have.

use std::collections::HashMap;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Duration;

use pyo3::prelude::*;

use super::argument::Argument;
use super::specialisation::Specialisation;

type Key = Box<[Argument]>;

/// The specialisations of a function.
#[derive(Default)]
pub(super) struct Cache {
    /// The one that was called last.
    last: AtomicPtr<Specialisation>,
    /// The first that were compiled: tried before the key is made.
    first: [AtomicPtr<Specialisation>; FIRST],
    /// Held for moments, with the interpreter's lock; no Python runs under it.
    inner: Mutex<Inner>,
}

/// As many as are tried one after the other in less time than a key takes.
const FIRST: usize = 4;

/// How long a thread that waits for another's compilation sleeps at a time. It holds no lock meanwhile that a
/// `fork` would leave taken for ever.
const NAP: Duration = Duration::from_millis(1);

#[derive(Default)]
struct Inner {
    /// What serves a key; only added to.
    by_key: HashMap<Key, Arc<Specialisation>>,
    /// In the order in which they were compiled.
    all: Vec<Arc<Specialisation>>,
    working: HashMap<Key, (u32, ThreadId)>,
}

/// What to do for a key.
pub(super) enum Turn {
    /// Call this.
    Ready(Arc<Specialisation>),
    /// Compile it, and say when that ended.
    Compile,
}

impl Cache {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The one that was called last; it lives as long as the cache, or until that is cleared.
    #[inline]
    pub(super) fn last(&self) -> Option<&Specialisation> {
        // SAFETY: null, or an entry of `all`, which are dropped with the cache, or when nobody can call it any more.
        unsafe { self.last.load(Ordering::Relaxed).as_ref() }
    }

    /// Says which is called now: one of this cache.
    pub(super) fn set_last(&self, specialisation: &Specialisation) {
        self.last.store(std::ptr::from_ref(specialisation).cast_mut(), Ordering::Relaxed);
    }

    /// Those that were compiled first; they live as long as the cache.
    pub(super) fn first(&self) -> impl Iterator<Item = &Specialisation> {
        // SAFETY: as for the last.
        self.first.iter().map_while(|one| unsafe { one.load(Ordering::Relaxed).as_ref() })
    }

    /// What serves the key, if that is known.
    pub(super) fn get(&self, key: &[Argument]) -> Option<Arc<Specialisation>> {
        self.inner().by_key.get(key).cloned()
    }

    /// All, in the order in which they were compiled.
    pub(super) fn all(&self) -> Vec<Arc<Specialisation>> {
        self.inner().all.clone()
    }

    /// Lets one that is there serve another key too.
    pub(super) fn serve(&self, key: Key, specialisation: &Arc<Specialisation>) {
        self.inner().by_key.insert(key, specialisation.clone());
    }

    /// Gives up all code, when the garbage collector takes the function: no call of it is running.
    pub(super) fn clear(&self) {
        self.last.store(std::ptr::null_mut(), Ordering::Relaxed);
        for one in &self.first {
            one.store(std::ptr::null_mut(), Ordering::Relaxed);
        }
        let dropped = std::mem::take(&mut *self.inner());
        // What is dropped may run Python, with the lock given back.
        drop(dropped);
    }

    /// Waits until the key is compiled, or is to be compiled here.
    pub(super) fn turn(&self, py: Python<'_>, key: &[Argument]) -> Turn {
        let own = (std::process::id(), thread::current().id());
        loop {
            let mut inner = self.inner();
            if let Some(known) = inner.by_key.get(key) {
                return Turn::Ready(known.clone());
            }
            let other = inner.working.get(key).copied();
            // This very thread: the compilation asked Python something that calls the function.
            let is_other = other.is_some_and(|(process, thread)| process == own.0 && thread != own.1);
            if !is_other {
                inner.working.insert(key.into(), own);
                return Turn::Compile;
            }
            drop(inner);
            py.detach(|| thread::sleep(NAP));
        }
    }

    /// Says how the compilation of a key ended.
    pub(super) fn end(&self, key: &[Argument], made: Option<&Arc<Specialisation>>) {
        let mut inner = self.inner();
        inner.working.remove(key);
        if let Some(made) = made {
            inner.by_key.insert(key.into(), made.clone());
            if let Some(place) = self.first.get(inner.all.len()) {
                place.store(Arc::as_ptr(made).cast_mut(), Ordering::Relaxed);
            }
            inner.all.push(made.clone());
        }
    }
}
