//! Objects of ctypes and of the real cffi as C data, and C data as the real cffi's.
//!
//! Their types are read as [`View`]s, which are held against ours part by part: a struct is the same
//! if its fields lie in the same places and are of the same types. Neither module is imported here; whoever
//! has such an object has done that.

mod cffi_type;
mod ctypes_type;
mod to_cffi;

use pyo3::ffi;
use pyo3::prelude::*;
use pyobject::Scalar;

use super::face::{Face, Kind};
use crate::failure::Failure;

pub(super) use to_cffi::{DOC as AS_CFFI_DOC, as_cffi};

/// A type of another module, one layer of it.
enum View<'py> {
    Void,
    Scalar(Scalar),
    /// An enum, of so many bytes.
    Enum(usize),
    Pointer(Bound<'py, PyAny>),
    Array(Bound<'py, PyAny>, usize),
    /// A pointer to function. Without parameters it is not known which it has.
    Function {
        params: Option<Vec<Bound<'py, PyAny>>>,
        result: Bound<'py, PyAny>,
        is_variadic: bool,
    },
    Record(RecordView<'py>),
    /// Nothing that C data is.
    Other,
}

/// A struct or union.
struct RecordView<'py> {
    /// The name in C, where it has one.
    name: Option<String>,
    size: usize,
    /// None for one that is opaque.
    fields: Option<Vec<FieldView<'py>>>,
}

/// A field of a record.
struct FieldView<'py> {
    ty: Bound<'py, PyAny>,
    offset: usize,
    /// Its first bit, counted from the offset, and how many it has.
    bits: Option<(usize, usize)>,
}

/// An object that stands for an address.
struct Pointer<'py> {
    address: *mut u8,
    /// What lies there.
    target: Bound<'py, PyAny>,
    read: Read,
}

/// How types of a module are read.
type Read = for<'py> fn(&Bound<'py, PyAny>) -> PyResult<View<'py>>;

/// The address that a pointer parameter gets from an object of ctypes or of the real cffi. None for
/// other objects.
///
/// # Errors
/// `TypeError` if what is there has another type.
pub(crate) fn pointer(
    face: &'static Face,
    target: &'static Face,
    value: Borrowed<'_, '_, PyAny>,
) -> Result<Option<*mut u8>, Failure> {
    let found = match cffi_type::pointer(value)? {
        Some(found) => Some(found),
        None => ctypes_type::pointer(target, value)?,
    };
    let Some(found) = found else { return Ok(None) };
    let mut comparison = Comparison { read: found.read, assumed: Vec::new() };
    if comparison.is_taken(target, &found.target)? {
        return Ok(Some(found.address));
    }
    let text = format!("expected a pointer of the same type for '{}', got {}", face.name(), shown(value)?);
    Err(Failure::wrong_type(text))
}

/// Whether the class of an object may be one of ctypes: its class is not `type` itself.
#[inline]
pub(crate) fn may_be_ctypes(value: Borrowed<'_, '_, PyAny>) -> bool {
    // SAFETY: a live object has a class, and that has one.
    unsafe { ffi::Py_TYPE(ffi::Py_TYPE(value.as_ptr()).cast()) != &raw mut ffi::PyType_Type }
}

/// Checks that a function of ctypes, if it says what it takes, takes what `face` says.
pub(crate) fn check_ctypes_function(
    face: &'static Face,
    value: Borrowed<'_, '_, PyAny>,
) -> Result<(), Failure> {
    let mut comparison = Comparison { read: ctypes_type::read, assumed: Vec::new() };
    let given = ctypes_type::function(&value)?;
    if comparison.fits(face, given)? {
        return Ok(());
    }
    let text = format!("expected a pointer of the same type for '{}', got {}", face.name(), shown(value)?);
    Err(Failure::wrong_type(text))
}

fn shown(value: Borrowed<'_, '_, PyAny>) -> PyResult<String> {
    if let Some(ty) = cffi_type::of(value)? {
        return Ok(format!("cffi's cdata '{}'", ty.getattr("cname")?));
    }
    Ok(format!("an object of ctypes, {}", value.repr()?))
}

/// A type of another module held against ours.
struct Comparison {
    read: Read,
    /// Records that are being compared: a struct may point to itself.
    assumed: Vec<(*const Face, *mut ffi::PyObject)>,
}

impl Comparison {
    /// Whether a pointer to `given` is taken for one to `target`, as among our own.
    fn is_taken(&mut self, target: &'static Face, given: &Bound<'_, PyAny>) -> PyResult<bool> {
        let is_byte = |scalar: Scalar| matches!(scalar, Scalar::Char | Scalar::I8 | Scalar::U8);
        match ((self.read)(given)?, &target.kind) {
            (View::Void, _) | (_, Kind::Void) => Ok(true),
            (View::Scalar(given), Kind::Scalar(wanted)) if is_byte(given) && is_byte(*wanted) => Ok(true),
            // A pointer to function is one layer there.
            (given @ View::Function { .. }, Kind::Function(_)) => self.fits(target.pointer(), given),
            (given, _) => self.fits(target, given),
        }
    }

    fn is_same(&mut self, face: &'static Face, given: &Bound<'_, PyAny>) -> PyResult<bool> {
        if matches!(face.kind, Kind::Record(_)) {
            let pair = (std::ptr::from_ref(face), given.as_ptr());
            if self.assumed.contains(&pair) {
                return Ok(true);
            }
            self.assumed.push(pair);
        }
        let view = (self.read)(given)?;
        self.fits(face, view)
    }

    fn fits(&mut self, face: &'static Face, given: View<'_>) -> PyResult<bool> {
        match (&face.kind, given) {
            (Kind::Void, View::Void) => Ok(true),
            (Kind::Scalar(_) | Kind::Enum(_), View::Scalar(scalar)) => Ok(face.scalar() == Some(scalar)),
            (Kind::Scalar(_) | Kind::Enum(_), View::Enum(size)) => {
                Ok(face.scalar().is_some_and(|scalar| scalar.is_integer() && scalar.size() == size))
            }
            (Kind::Pointer(target), View::Pointer(given)) => self.is_same(target, &given),
            (Kind::Array(element, Some(count)), View::Array(given, length)) => {
                Ok(*count == length && self.is_same(element, &given)?)
            }
            (
                Kind::Pointer(Face { kind: Kind::Function(signature), .. }),
                View::Function { params, result, is_variadic },
            ) => {
                let Some(given) = params else { return Ok(true) };
                let wanted = &signature.params;
                if wanted.len() != given.len() || signature.is_variadic != is_variadic {
                    return Ok(false);
                }
                for (wanted, given) in wanted.iter().zip(&given) {
                    if !self.is_same(Face::of(*wanted), given)? {
                        return Ok(false);
                    }
                }
                self.is_same(Face::of(signature.result), &result)
            }
            (Kind::Record(_), View::Record(given)) => self.is_same_record(face, &given),
            (
                Kind::Void
                | Kind::Scalar(_)
                | Kind::Enum(_)
                | Kind::Pointer(_)
                | Kind::Array(..)
                | Kind::Function(_)
                | Kind::Record(_),
                _,
            ) => Ok(false),
        }
    }

    fn is_same_record(&mut self, face: &'static Face, given: &RecordView<'_>) -> PyResult<bool> {
        let (Some(record), Some(given_fields)) = (face.record(), &given.fields) else {
            // One of them is opaque: its name is all there is.
            return Ok(given.name.as_ref().is_some_and(|name| *name == face.name()));
        };
        if face.size() != Some(given.size) || record.fields.len() != given_fields.len() {
            return Ok(false);
        }
        for (field, given) in record.fields.iter().zip(given_fields) {
            let bits =
                field.bits.map(|bits| (usize::try_from(bits.start.get()).unwrap_or(0), bits.width as usize));
            let place = |offset: usize, bits: Option<(usize, usize)>| {
                bits.map_or((offset * 8, None), |(start, width)| (offset * 8 + start, Some(width)))
            };
            if place(field.offset, bits) != place(given.offset, given.bits)
                || !self.is_same(field.face, &given.ty)?
            {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
