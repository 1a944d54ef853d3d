//! Which part of a preprocessed text is whose: line markers, `# 12 "file.h" 1 3`, to regions.
//!
//! The files that count as a header's project are the headers named, and those in the folder of a named header
//! or below it, unless that folder is one that the compiler searches, such as `/usr/include`, where the
//! headers of all the world lie. What the named headers take from a folder `bits` of the compiler's is theirs,
//! too: the C library keeps there what `<math.h>` declares, and takes numbers from the kernel's `asm` and `linux`.
//! Some headers only pass on to one of their name, in another folder of the search or in `sys`.

use std::path::{Component, Path, PathBuf};

use rustc_hash::FxHashMap;

/// Whose headers are wanted.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// The folders that the compiler searches.
    pub search: Vec<String>,
    /// Patterns of further files that count, such as `curl/*.h`, against the ends of their paths; `*` stands for
    /// any letters.
    pub also: Vec<String>,
}

/// What a region is to the project.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Ownership {
    /// It is another's.
    Foreign,
    /// It is the project's.
    Own,
    /// It is the system's, on behalf of a header of the project; its reserved names are not.
    Behalf,
}

/// A part of the text that comes from one file.
#[derive(Clone, Copy, Debug)]
struct Region {
    start: usize,
    ownership: Ownership,
    is_system: bool,
}

/// The regions of a text, in its order.
#[derive(Debug)]
pub(crate) struct Origins {
    regions: Vec<Region>,
}

impl Origins {
    /// The regions of a preprocessed text. Its first marker names its main file, which includes the named headers: most
    /// compilers call what they read from their input `<stdin>`, zig makes a file of it.
    pub(crate) fn of(text: &str, project: &Project) -> Self {
        let mut reader = Reader { named: Vec::new(), known: FxHashMap::default(), project };
        let mut regions = vec![Region { start: 0, ownership: Ownership::Foreign, is_system: true }];
        let mut includers: Vec<(String, Ownership)> = Vec::new();
        let mut current = (String::new(), Ownership::Foreign);
        let main = markers(text).find_map(|(_, line)| Marker::read(line)).map(|marker| marker.file);
        for (offset, line) in markers(text) {
            let Some(marker) = Marker::read(line) else { continue };
            if marker.is_entered {
                // clang enters what it has built in, too.
                if main.as_ref() == Some(&current.0) && !marker.file.starts_with('<') {
                    reader.named.push(normal(&marker.file));
                    reader.known.clear();
                }
                includers.push(current.clone());
            } else if marker.is_return {
                includers.pop();
            }
            let includer = includers.last().map_or(Ownership::Foreign, |(_, ownership)| *ownership);
            let ownership = reader.ownership(&marker.file, includer);
            current = (marker.file, ownership);
            let start = offset + line.len() + 1;
            regions.push(Region { start, ownership, is_system: marker.is_system });
        }
        Self { regions }
    }

    fn region(&self, offset: usize) -> Region {
        let after = self.regions.partition_point(|region| region.start <= offset);
        self.regions[after.saturating_sub(1)]
    }

    /// What the text at an offset is to the project.
    pub(crate) fn ownership(&self, offset: usize) -> Ownership {
        self.region(offset).ownership
    }

    /// Whether a header of the system has it.
    pub(crate) fn is_system(&self, offset: usize) -> bool {
        self.region(offset).is_system
    }

    /// Whether a name that stands at an offset is the project's.
    pub(crate) fn owns(&self, offset: usize, name: &str) -> bool {
        match self.ownership(offset) {
            Ownership::Own => true,
            Ownership::Behalf => !name.starts_with('_'),
            Ownership::Foreign => false,
        }
    }
}

/// Every line that starts with `# ` and a number, with its offset.
fn markers(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut offset = 0;
    text.split('\n').filter_map(move |line| {
        let start = offset;
        offset += line.len() + 1;
        let is_marker = line.starts_with("# ") && line[2..].starts_with(|first: char| first.is_ascii_digit());
        is_marker.then_some((start, line))
    })
}

struct Marker {
    file: String,
    is_entered: bool,
    is_return: bool,
    is_system: bool,
}

impl Marker {
    fn read(line: &str) -> Option<Self> {
        let (_, rest) = line.split_once('"')?;
        let (file, flags) = rest.rsplit_once('"')?;
        let has = |flag: &str| flags.split_whitespace().any(|word| word == flag);
        Some(Self {
            file: file.replace("\\\\", "\\"),
            is_entered: has("1"),
            is_return: has("2"),
            is_system: has("3"),
        })
    }
}

struct Reader<'a> {
    named: Vec<PathBuf>,
    /// By file: whether it is the project's.
    known: FxHashMap<String, bool>,
    project: &'a Project,
}

impl Reader<'_> {
    fn ownership(&mut self, file: &str, includer: Ownership) -> Ownership {
        let is_own = match self.known.get(file) {
            Some(known) => *known,
            None => {
                let found = self.is_own(file);
                self.known.insert(file.to_owned(), found);
                found
            }
        };
        if is_own {
            Ownership::Own
        } else if self.is_detail(file, includer) {
            Ownership::Behalf
        } else {
            Ownership::Foreign
        }
    }

    fn is_own(&self, file: &str) -> bool {
        if file.starts_with('<') {
            return false;
        }
        let path = normal(file);
        let is_near = |named: &PathBuf| {
            let Some(folder) = named.parent() else { return false };
            match self.in_search(named).and_then(|relative| relative.parent().map(Path::to_owned)) {
                // The same folder under another one of the search counts, too.
                Some(relative) if !relative.as_os_str().is_empty() => {
                    self.in_search(&path).is_some_and(|path| path.starts_with(&relative))
                }
                Some(_) => false,
                None => path.starts_with(folder),
            }
        };
        self.named.contains(&path)
            || self.named.iter().any(|named| self.passes_on(named, &path))
            || self.named.iter().any(is_near)
            || self.project.also.iter().any(|pattern| matches_end(&path, pattern))
    }

    /// Whether it is one of the files that the C library's headers are made of, where that includer takes it in.
    fn is_detail(&self, file: &str, includer: Ownership) -> bool {
        let folders: &[&str] = match includer {
            Ownership::Foreign => &[],
            Ownership::Own => &["bits"],
            Ownership::Behalf => &["bits", "asm", "asm-generic", "linux"],
        };
        let Some(relative) = self.in_search(&normal(file)) else { return false };
        folders.iter().any(|folder| relative.starts_with(folder))
    }

    /// Whether a named header of the search is the same as a file by its name: `<limits.h>` of the compiler takes in
    /// that of the C library, `<poll.h>` is `<sys/poll.h>`.
    fn passes_on(&self, named: &Path, path: &Path) -> bool {
        let (Some(named), Some(path)) = (self.in_search(named), self.in_search(path)) else { return false };
        path.strip_prefix("sys").unwrap_or(&path) == named
    }

    /// The path within the longest folder of the search that holds it.
    fn in_search(&self, path: &Path) -> Option<PathBuf> {
        let within = self.project.search.iter().filter_map(|folder| path.strip_prefix(normal(folder)).ok());
        within.min_by_key(|relative| relative.components().count()).map(Path::to_owned)
    }
}

/// A path without `.` and, where a name is before it, `..`.
fn normal(path: &str) -> PathBuf {
    let mut parts = PathBuf::new();
    for part in Path::new(path).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(parts.components().next_back(), Some(Component::Normal(_))) => {
                parts.pop();
            }
            Component::Prefix(_) | Component::RootDir | Component::ParentDir | Component::Normal(_) => {
                parts.push(part);
            }
        }
    }
    parts
}

/// Whether the last parts of a path match the parts of a pattern.
fn matches_end(path: &Path, pattern: &str) -> bool {
    let patterns: Vec<&str> = pattern.split('/').filter(|part| !part.is_empty()).collect();
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    let Some(skipped) = parts.len().checked_sub(patterns.len()) else { return false };
    !patterns.is_empty()
        && parts[skipped..].iter().zip(&patterns).all(|(part, pattern)| matches(part, pattern))
}

/// Whether a text matches a pattern, in which `*` stands for any letters.
fn matches(text: &str, pattern: &str) -> bool {
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or("");
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut pieces: Vec<&str> = pieces.collect();
    let Some(last) = pieces.pop() else { return rest.is_empty() };
    for piece in pieces {
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"# 0 "<stdin>"
# 1 "<built-in>" 1
# 1 "<built-in>" 3
# 1 "<stdin>" 2
# 0 "<command-line>"
# 1 "/usr/include/stdc-predef.h" 1 3 4
a
# 0 "<command-line>" 2
# 1 "<stdin>"
# 1 "/usr/include/x/one.h" 1 3 4
b
# 1 "/usr/include/x86/x/two.h" 1 3 4
c
# 1 "/usr/include/math.h" 1 3 4
d
# 1 "/usr/include/x86/bits/calls.h" 1 3 4
e
# 5 "/usr/include/math.h" 2 3 4
f
# 2 "/usr/include/x86/x/two.h" 2 3 4
# 1 "/usr/include/x86/bits/own.h" 1 3 4
g
# 1 "/usr/include/linux/numbers.h" 1 3 4
i
# 8 "/usr/include/x86/bits/own.h" 2 3 4
# 9 "/usr/include/x/one.h" 2 3 4
h
# 1 "/usr/include/linux/numbers.h" 1 3 4
j
# 10 "/usr/include/x/one.h" 2 3 4
"#;

    fn owned(also: &[&str]) -> String {
        let search = ["/usr/include", "/usr/lib/../include/x86"].map(str::to_owned).to_vec();
        let project = Project { search, also: also.iter().map(|&one| one.to_owned()).collect() };
        let origins = Origins::of(TEXT, &project);
        let letters = TEXT.match_indices('\n').map(|(end, _)| (end - 1, &TEXT[end - 1..end]));
        let letters = letters.filter(|(at, _)| *at == 0 || TEXT.as_bytes()[at - 1] == b'\n');
        letters.filter(|(at, _)| origins.ownership(*at) != Ownership::Foreign).map(|(_, one)| one).collect()
    }

    #[test]
    fn a_folder_that_is_not_searched_belongs_together() {
        assert_eq!(owned(&[]), "bcgih");
    }

    #[test]
    fn a_header_of_the_search_may_pass_on_to_one_of_its_name() {
        let text = "# 1 \"<stdin>\"\n# 1 \"/usr/include/poll.h\" 1 3\na\n# 1 \"/usr/include/x86/sys/poll.h\" 1 3\nb\n\
                    # 1 \"/usr/include/x86/poll.h\" 1 3\nc\n# 1 \"/usr/include/sys/types.h\" 1 3\nd\n";
        let search = ["/usr/include", "/usr/include/x86"].map(str::to_owned).to_vec();
        let origins = Origins::of(text, &Project { search, also: Vec::new() });
        let is_own = |letter: &str| {
            let at = text.find(&format!("\n{letter}\n")).expect("the letter");
            origins.ownership(at + 1) == Ownership::Own
        };
        assert_eq!(["a", "b", "c", "d"].map(is_own), [true, true, true, false]);
    }

    #[test]
    fn patterns_add_files_and_what_they_are_made_of() {
        assert_eq!(owned(&["m*.h"]), "bcdefgih");
        assert_eq!(owned(&["include/m*th.h"]), "bcdefgih");
        assert_eq!(owned(&["x/m*.h", "ath.h", ""]), "bcgih");
    }
}
