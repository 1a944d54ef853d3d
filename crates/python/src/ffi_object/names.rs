//! `getctype`, `list_types`, `include`: types by their names.

use cdecl::{Declared, Tag};
use ctype::RecordKind;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;

use super::Ffi;
use crate::cdata::Kind;
use crate::errors::{self, CDefError};
use crate::table;

#[pymethods]
impl Ffi {
    /// Write a type in C, or a declaration with it.
    ///
    /// Parameters
    /// ----------
    /// cdecl : str or CType
    /// replace_with : str, optional
    ///     What to put where the name of a variable goes: a name, ``"*"``, ``"[5]"``, ``"*name[5]"``.
    ///
    /// Returns
    /// -------
    /// str
    ///
    /// Examples
    /// --------
    /// >>> from ferrule import FFI
    /// >>> ffi = FFI()
    /// >>> ffi.getctype("char *", "names[5]")
    /// 'char *names[5]'
    /// >>> ffi.getctype("int[3]", "*")
    /// 'int(*)[3]'
    #[pyo3(signature = (cdecl, replace_with=""), text_signature = "($self, cdecl, replace_with='')")]
    fn getctype(&self, py: Python<'_>, cdecl: &Bound<'_, PyAny>, replace_with: &str) -> PyResult<String> {
        let face = self.face(py, cdecl)?;
        let declarator = replace_with.trim();
        let is_inside =
            matches!(face.kind, Kind::Array(..) | Kind::Function(_)) && declarator.starts_with('*');
        let declarator = if is_inside { format!("({declarator})") } else { declarator.to_owned() };
        Ok(table::read().declare(face.id, &declarator))
    }

    /// The names of all types that are declared.
    ///
    /// Returns
    /// -------
    /// tuple of three lists of str
    ///     Typedefs, tags of structs, tags of unions, each in alphabetical order.
    ///
    /// Examples
    /// --------
    /// >>> from ferrule import FFI
    /// >>> ffi = FFI()
    /// >>> ffi.cdef("typedef struct point { int x, y; } point_t; union bits { int i; float f; };")
    /// >>> typedefs, structs, unions = ffi.list_types()
    /// >>> print(*typedefs, *structs, *unions)
    /// point_t point bits
    fn list_types(&self) -> (Vec<String>, Vec<String>, Vec<String>) {
        let namespace = self.namespace();
        let types = table::read();
        let typedefs = namespace.names().filter(|(_, what)| matches!(what, Declared::Typedef { .. }));
        let kind = |tag| match tag {
            Tag::Record { record, .. } => Some(types.record(record).kind),
            Tag::Enum { .. } => None,
        };
        let tags = |wanted| {
            sorted(namespace.tags().filter(|(_, tag)| kind(*tag) == Some(wanted)).map(|(name, _)| name))
        };
        (sorted(typedefs.map(|(name, _)| name)), tags(RecordKind::Struct), tags(RecordKind::Union))
    }

    /// Take over the types and constants that another FFI has declared, as ``#include`` does.
    ///
    /// The types are the same types in both: C data made through one is taken by the other. Functions and
    /// variables are not taken over: they are attributes of the library that the other FFI opened.
    ///
    /// Parameters
    /// ----------
    /// ffi_to_include : FFI
    ///     What it declares later is not taken over.
    ///
    /// Raises
    /// ------
    /// CDefError
    ///     For names that are declared as something else here; nothing is taken over then.
    ///
    /// Examples
    /// --------
    /// >>> from ferrule import FFI
    /// >>> base, ffi = FFI(), FFI()
    /// >>> base.cdef("struct point { int x, y; };")
    /// >>> ffi.include(base)
    /// >>> ffi.cdef("struct line { struct point from, to; };")
    /// >>> ffi.new("struct line *", {"to": base.new("struct point *", [3, 4])[0]}).to.y
    /// 4
    fn include(this: &Bound<'_, Self>, ffi_to_include: &Bound<'_, PyAny>) -> PyResult<()> {
        let py = this.py();
        let Ok(other) = ffi_to_include.cast::<Self>() else {
            let class = ffi_to_include.get_type().name()?;
            return Err(PyTypeError::new_err(format!("include() takes another FFI, not {class}")));
        };
        if other.is(this) {
            return Err(PyValueError::new_err("an FFI cannot include itself"));
        }
        // A copy: two threads may include each other's.
        let others = other.get().namespace().clone();
        let included = this.get().namespace().include(&table::read(), &others);
        match included {
            Ok(()) => {
                this.get().known.bind(py).clear();
                Ok(())
            }
            Err(diagnostics) => Err(errors::raise(py, &py.get_type::<CDefError>(), diagnostics)),
        }
    }
}

fn sorted<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut names: Vec<String> = names.map(str::to_owned).collect();
    names.sort();
    names
}
