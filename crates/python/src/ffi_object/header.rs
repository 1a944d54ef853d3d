//! `cdef_header`, and the modules that `ferrule bind` writes.

use bind::{Binding, Header, Outcome, Project};
use cdecl::Namespace;
use ctype::{CTypes, DataModel};
use diagnostic::Diagnostic;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::Ffi;
use crate::errors::{self, CDefError, PyDiagnostic};
use crate::fork;
use crate::table;

#[pymethods]
impl Ffi {
    /// Declare what a header declares.
    ///
    /// The header goes through a C compiler's preprocessor: that of ``$CC``, of ``cc``, ``gcc`` or ``clang``,
    /// or of the ``ziglang`` package. Declared is what the header itself declares and what that needs from
    /// others. A header that it includes counts as the header itself where it is in the header's folder or
    /// below, unless that folder is one that the compiler searches, such as ``/usr/include``; and where
    /// `also` names it. Macros without parameters become constants where their value is one: an integer, a
    /// float, a text (`bytes`) or a cast to a pointer. The comments of functions are their ``__doc__``.
    ///
    /// Parameters
    /// ----------
    /// header : str
    ///     A name for ``#include <...>``, or the path of a file.
    /// include_dirs : iterable of str or os.PathLike, optional
    ///     Folders that are searched before the compiler's own.
    /// define : dict or iterable of str, optional
    ///     Macros that are defined first: names with their values, None for none, or ``"NAME=value"``.
    /// also : iterable of str, optional
    ///     Patterns for further headers that count, matched against the ends of their paths:
    ///     ``"pngconf.h"``, ``"curl/*.h"``.
    ///
    /// Returns
    /// -------
    /// list of Diagnostic
    ///     A warning for each declaration that is left out because it uses what is not supported, such as a
    ///     vector type.
    ///
    /// Raises
    /// ------
    /// CDefError
    ///     With all mistakes of the header, or with what the compiler says; nothing was declared then.
    /// FFIError
    ///     There is no compiler.
    ///
    /// Examples
    /// --------
    /// >>> from ferrule import FFI
    /// >>> ffi = FFI()
    /// >>> ffi.cdef_header("zlib.h")
    /// []
    /// >>> libz = ffi.dlopen("z")
    /// >>> libz.crc32(0, b"hello", 5) == 0x3610A686
    /// True
    /// >>> libz.Z_BEST_COMPRESSION
    /// 9
    #[pyo3(signature = (header, *, include_dirs=None, define=None, also=None))]
    fn cdef_header(
        &self,
        py: Python<'_>,
        header: &str,
        include_dirs: Option<&Bound<'_, PyAny>>,
        define: Option<&Bound<'_, PyAny>>,
        also: Option<Vec<String>>,
    ) -> PyResult<Vec<PyDiagnostic>> {
        let preprocessor = Preprocessor::new(py, vec![header.to_owned()], include_dirs, define)?;
        let (text, search) = preprocessor.text()?;
        let project = Project { search, also: also.unwrap_or_default() };
        let read = py.detach(|| Header::read(&self.namespace(), header, &text, &project));
        let values = preprocessor.values(&read.macros())?;
        let declared = py.detach(|| {
            let _working = fork::working();
            let mut namespace = self.namespace();
            read.declare(&mut namespace, &mut table::write(), &values)
        });
        match declared {
            Ok(outcome) => {
                self.forget_type_names(py);
                Ok(outcome.left_out.warnings.into_iter().map(PyDiagnostic).collect())
            }
            Err(diagnostics) => Err(refused(py, diagnostics)),
        }
    }
}

fn refused(py: Python<'_>, diagnostics: Vec<Diagnostic>) -> PyErr {
    errors::raise(py, &py.get_type::<CDefError>(), diagnostics)
}

/// The compiler's preprocessor, through the package.
struct Preprocessor<'py>(Bound<'py, PyAny>);

impl<'py> Preprocessor<'py> {
    fn new(
        py: Python<'py>,
        headers: Vec<String>,
        include_dirs: Option<&Bound<'py, PyAny>>,
        define: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Self> {
        let class = py.import("ferrule._preprocessor")?.getattr("Preprocessor")?;
        let nothing = PyDict::new(py).into_any();
        let arguments = (headers, include_dirs.unwrap_or(&nothing), define.unwrap_or(&nothing));
        Ok(Self(class.call1(arguments)?))
    }

    fn text(&self) -> PyResult<(String, Vec<String>)> {
        self.0.call_method0("text")?.extract()
    }

    fn values(&self, macros: &[&str]) -> PyResult<String> {
        self.0.call_method1("values", (macros,))?.extract()
    }
}

/// Write a module that declares headers, and its stub.
///
/// Parameters
/// ----------
/// headers : list of str
///     As for `FFI.cdef_header`.
/// include_dirs : iterable of str or os.PathLike
///     Folders that are searched before the compiler's own.
/// define : iterable of str
///     Macros that are defined first.
/// also : list of str
///     Patterns for further headers that count.
/// library : str or None
///     What the module opens; None is the running process.
/// command : str
///     The command, for the module's docstring.
///
/// Returns
/// -------
/// tuple of str, str and list of Diagnostic
///     The module, its stub, and what is left out.
///
/// Raises
/// ------
/// CDefError
///     With all mistakes of the headers, or with what the compiler says.
/// FFIError
///     There is no compiler.
#[pyfunction]
pub(crate) fn bind_headers(
    py: Python<'_>,
    headers: Vec<String>,
    include_dirs: &Bound<'_, PyAny>,
    define: &Bound<'_, PyAny>,
    also: Vec<String>,
    library: Option<&str>,
    command: &str,
) -> PyResult<(String, String, Vec<PyDiagnostic>)> {
    let title = headers.join(" and ");
    let preprocessor = Preprocessor::new(py, headers, Some(include_dirs), Some(define))?;
    let (text, search) = preprocessor.text()?;
    let mut namespace = Namespace::new();
    let mut types = CTypes::new(DataModel::HOST);
    let header = Header::read(&namespace, &title, &text, &Project { search, also });
    let values = preprocessor.values(&header.macros())?;
    let outcome: Outcome = match header.declare(&mut namespace, &mut types, &values) {
        Ok(outcome) => outcome,
        Err(diagnostics) => return Err(refused(py, diagnostics)),
    };
    let written = bind::write(&Binding {
        namespace: &namespace,
        types: &types,
        header: &header,
        outcome: &outcome,
        title: &title,
        command,
        library,
    });
    let warnings = outcome.left_out.warnings.into_iter().map(PyDiagnostic).collect();
    Ok((written.module, written.stub, warnings))
}
