//! Whether the signatures of a call, a typing function and an implementation fit each other.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use super::typing::shown;

fn signature<'py>(function: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    function.py().import("inspect")?.getattr("signature")?.call1((function,))
}

/// Whether a typing function takes these arguments; Python's words where it does not.
pub(super) fn binds(
    function: &Bound<'_, PyAny>,
    positional: &Bound<'_, PyTuple>,
    named: &Bound<'_, PyDict>,
) -> PyResult<Result<(), String>> {
    let py = function.py();
    match signature(function)?.getattr("bind")?.call(positional, Some(named)) {
        Ok(_) => Ok(Ok(())),
        Err(error) if error.is_instance_of::<PyTypeError>(py) => Ok(Err(error.value(py).str()?.extract()?)),
        Err(error) => Err(error),
    }
}

/// A parameter: its name, how it is given, and its default.
struct Param<'py> {
    name: String,
    kind: u8,
    default: Bound<'py, PyAny>,
}

/// What `inspect` calls `VAR_POSITIONAL`; the kinds before it are given by position.
const REST: u8 = 2;

fn params<'py>(signature: &Bound<'py, PyAny>) -> PyResult<Vec<Param<'py>>> {
    let all = signature.getattr("parameters")?.call_method0("values")?;
    let one = |param: PyResult<Bound<'py, PyAny>>| {
        let param = param?;
        let kind = param.getattr("kind")?.extract()?;
        Ok(Param { name: param.getattr("name")?.extract()?, kind, default: param.getattr("default")? })
    };
    all.try_iter()?.map(one).collect()
}

/// How an implementation's signature differs from that of its typing function. Names, kinds and defaults are the
/// same, but `*args` of an implementation may take what the typing function names.
pub(super) fn difference(
    typing: &Bound<'_, PyAny>,
    implementation: &Bound<'_, PyAny>,
    is_strict: bool,
) -> PyResult<Option<String>> {
    let (wanted, given) = (signature(typing)?, signature(implementation)?);
    let (wanted_params, given_params) = (params(&wanted)?, params(&given)?);
    if !is_strict || takes_all(&wanted_params, &given_params)? {
        return Ok(None);
    }
    let (implementation, typing) = (shown(implementation)?, shown(typing)?);
    Ok(Some(format!("{implementation} takes {given}, its typing function {typing} takes {wanted}")))
}

fn takes_all(wanted: &[Param<'_>], given: &[Param<'_>]) -> PyResult<bool> {
    let mut same = 0;
    while let (Some(wanted), Some(given)) = (wanted.get(same), given.get(same)) {
        if !is_same(wanted, given)? {
            break;
        }
        same += 1;
    }
    let is_by_position = |param: &Param<'_>| param.kind < REST;
    Ok(match &given[same..] {
        [] => wanted.len() == same,
        [rest] => rest.kind == REST && wanted[same..].iter().all(is_by_position),
        _ => false,
    })
}

fn is_same(wanted: &Param<'_>, given: &Param<'_>) -> PyResult<bool> {
    if wanted.name != given.name || wanted.kind != given.kind {
        return Ok(false);
    }
    Ok(wanted.default.is(&given.default) || wanted.default.eq(&given.default)?)
}
