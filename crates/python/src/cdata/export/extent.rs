//! Which items of C data are offered: of what type, how many, where.
//!
//! Arrays of arrays are one array of several axes. A pointer is the items from where it points to the
//! end of the memory that it is known to point into. A number or a struct has no axis. A struct that ends
//! in an array without a length is bytes: no format says its size.

use pyo3::exceptions::PyBufferError;

use crate::cdata::face::{Face, Kind};
use crate::cdata::object::CData;
use crate::failure::Failure;

/// The items that C data offers.
pub(super) struct Extent {
    /// Their type: never an array. `void` stands for bytes.
    pub(super) item: &'static Face,
    /// How many bytes each takes.
    pub(super) item_size: usize,
    /// How many there are, the outermost axis first.
    pub(super) dims: Vec<usize>,
    pub(super) address: *mut u8,
    pub(super) is_read_only: bool,
}

impl Extent {
    /// What `data` offers.
    ///
    /// # Errors
    /// `BufferError` for functions, and where it is not known how many items there are; `ValueError` for
    /// memory that was released.
    pub(super) fn of(data: &CData) -> Result<Self, Failure> {
        data.check_alive()?;
        let face = data.face;
        let (outer, mut dims) = match face.kind {
            Kind::Array(element, _) => {
                let length = data.length().ok_or_else(|| refuse(data, "its length is not known"))?;
                (element, vec![length])
            }
            Kind::Pointer(target) => (target, vec![pointed_to(data, target)?]),
            Kind::Scalar(_) | Kind::Enum(_) | Kind::Record(_) => (face, Vec::new()),
            Kind::Void | Kind::Function(_) => return Err(refuse(data, "it has no memory")),
        };
        if outer.is_open() {
            let bytes = data.extent().ok_or_else(|| refuse(data, "its size is not known"))?;
            return Ok(Self::bytes(data, outer, bytes));
        }
        let mut item = outer;
        while let Kind::Array(element, Some(length)) = item.kind {
            dims.push(length);
            item = element;
        }
        let item_size = item_size(item)?;
        // A number is a value, as in Python.
        let is_value = matches!(face.kind, Kind::Scalar(_) | Kind::Enum(_));
        let is_read_only = is_value || outer.is_const || item.is_const || data.is_read_only();
        Ok(Self { item, item_size, dims, address: data.address, is_read_only })
    }

    /// A struct of no fixed size as its bytes.
    fn bytes(data: &CData, record: &'static Face, bytes: usize) -> Self {
        let void = { crate::table::write().void() };
        Self {
            item: Face::of(void),
            item_size: 1,
            dims: vec![bytes],
            address: data.address,
            is_read_only: record.is_const || data.is_read_only(),
        }
    }

    /// How many items there are.
    pub(super) fn count(&self) -> usize {
        self.dims.iter().product()
    }

    /// How many bytes from one item to the next, along each axis.
    pub(super) fn strides(&self, step: usize) -> Vec<usize> {
        let mut strides = vec![step; self.dims.len()];
        for axis in (1..self.dims.len()).rev() {
            strides[axis - 1] = strides[axis] * self.dims[axis];
        }
        strides
    }
}

/// How many items lie from where a pointer points to the end of the memory.
fn pointed_to(data: &CData, target: &'static Face) -> Result<usize, Failure> {
    if matches!(target.kind, Kind::Function(_)) {
        return Err(refuse(data, "it points to code"));
    }
    if target.is_open() {
        return Ok(1);
    }
    let size = item_size(target)?;
    let Some(bounds) = data.bounds() else {
        return Err(refuse(data, "it is not known how much memory it points to; ffi.buffer() takes a size"));
    };
    let address = data.address.addr();
    if !bounds.hold(address, 0) {
        return Err(refuse(data, "it points outside the memory that it was made from"));
    }
    Ok((bounds.end - address).checked_div(size).unwrap_or(0))
}

/// The size of an item; `void` counts in bytes.
fn item_size(item: &'static Face) -> Result<usize, Failure> {
    if matches!(item.kind, Kind::Void) { Ok(1) } else { item.known_size() }
}

#[cold]
pub(super) fn refuse(data: &CData, why: &str) -> Failure {
    PyBufferError::new_err(format!("{} offers no buffer: {why}", data.describe())).into()
}
