//! What C data needs to know of its type, found once a type and never freed.
//!
//! A [`Face`] stands beside an entry of the table of types. It holds what each access would
//! otherwise look up behind the table's lock: the kind, the faces of the parts, size, fields.
//! `const` makes a face of its own, so that a struct reached through `const struct s *` refuses
//! writing in its parts too.

use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use ccall::CallbackPlan;
use ctype::{ArrayLength, CType, EnumId, Layout, Qualified, Qualifiers, RecordId, Signature, TypeId};
use pyo3::prelude::*;
use pyobject::Scalar;

use super::record::RecordFace;
use crate::failure::{Class, Failure};
use crate::table;

/// A C type as C data sees it.
pub(crate) struct Face {
    /// The entry of the table.
    pub(crate) id: TypeId,
    /// Whether it was reached through `const`.
    pub(crate) is_const: bool,
    /// What it is.
    pub(crate) kind: Kind,
    layout: OnceLock<Layout>,
    pointer: OnceLock<&'static Face>,
    open_array: OnceLock<&'static Face>,
    record: OnceLock<RecordFace>,
    underlying: OnceLock<Scalar>,
    call: OnceLock<crate::call::CallFace>,
    callback: OnceLock<Arc<CallbackPlan>>,
    object: OnceLock<Py<PyAny>>,
}

/// What a type is, with the faces of its parts.
pub(crate) enum Kind {
    Void,
    Scalar(Scalar),
    /// Its integer is [`Face::scalar`]: it is not known before the enum is complete.
    Enum(EnumId),
    Pointer(&'static Face),
    /// Of so many elements, or open.
    Array(&'static Face, Option<usize>),
    Function(Arc<Signature>),
    Record(RecordId),
}

/// Faces by type id: plain and const.
static FACES: RwLock<Vec<[Option<&'static Face>; 2]>> = RwLock::new(Vec::new());

impl Face {
    /// The face of a type.
    pub(crate) fn of(id: TypeId) -> &'static Self {
        Self::of_qualified(id.into())
    }

    /// The face of a type that may be const.
    pub(crate) fn of_qualified(ty: Qualified) -> &'static Self {
        let (index, is_const) = (arena::Id::index(ty.ty), ty.qualifiers.is_const);
        let known = FACES.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(face) = known.get(index).and_then(|pair| pair[usize::from(is_const)]) {
            return face;
        }
        drop(known);
        let face = Self::make(ty.ty, is_const);
        let mut known = FACES.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() <= index {
            known.resize(index + 1, [None; 2]);
        }
        known[index][usize::from(is_const)].get_or_insert_with(|| Box::leak(Box::new(face)))
    }

    fn make(id: TypeId, is_const: bool) -> Self {
        let (ty, model) = {
            let types = table::read();
            (types.get(id).clone(), *types.model())
        };
        let kind = match ty {
            CType::Void => Kind::Void,
            CType::Bool => Kind::Scalar(Scalar::Bool),
            CType::Int(kind) => Kind::Scalar(Scalar::of_int(kind, &model)),
            CType::Float(kind) => Kind::Scalar(Scalar::of_float(kind)),
            CType::Complex(kind) => Kind::Scalar(Scalar::of_complex(kind)),
            CType::Enum(id) => Kind::Enum(id),
            CType::Pointer(target) => Kind::Pointer(Self::of_qualified(target)),
            CType::Array { element, length } => {
                let is_const = is_const || element.qualifiers.is_const;
                let qualifiers = Qualifiers { is_const, ..Qualifiers::NONE };
                let length = match length {
                    ArrayLength::Known(count) => Some(usize::try_from(count).unwrap_or(usize::MAX)),
                    ArrayLength::Unknown => None,
                };
                Kind::Array(Self::of_qualified(Qualified { ty: element.ty, qualifiers }), length)
            }
            CType::Function(signature) => Kind::Function(signature),
            CType::Record(record) => Kind::Record(record),
        };
        Self {
            id,
            is_const,
            kind,
            layout: OnceLock::new(),
            pointer: OnceLock::new(),
            open_array: OnceLock::new(),
            record: OnceLock::new(),
            underlying: OnceLock::new(),
            call: OnceLock::new(),
            callback: OnceLock::new(),
            object: OnceLock::new(),
        }
    }

    /// The type's name in C, without its const.
    pub(crate) fn name(&self) -> String {
        table::read().name(self.id)
    }

    /// The type's name in C, with its const where C writes it.
    pub(crate) fn qualified_name(&self) -> String {
        self.declare("")
    }

    fn declare(&self, declarator: &str) -> String {
        match self.kind {
            // The elements are const, not the array.
            Kind::Array(element, Some(count)) if self.is_const => {
                element.declare(&format!("{declarator}[{count}]"))
            }
            Kind::Array(element, None) if self.is_const => element.declare(&format!("{declarator}[]")),
            Kind::Void
            | Kind::Scalar(_)
            | Kind::Enum(_)
            | Kind::Pointer(_)
            | Kind::Array(..)
            | Kind::Function(_)
            | Kind::Record(_) => {
                let qualifiers = Qualifiers { is_const: self.is_const, ..Qualifiers::NONE };
                table::read().declare_qualified(Qualified { ty: self.id, qualifiers }, declarator)
            }
        }
    }

    /// The type without its const: a value that is read from const memory is not const itself.
    pub(crate) fn unqualified(&'static self) -> &'static Self {
        if self.is_const { Self::of(self.id) } else { self }
    }

    /// Size and alignment, if it has them.
    #[inline]
    pub(crate) fn layout(&self) -> Option<Layout> {
        if let Some(layout) = self.layout.get() { Some(*layout) } else { self.find_layout() }
    }

    #[cold]
    fn find_layout(&self) -> Option<Layout> {
        let found = table::read().layout(self.id).ok()?;
        Some(*self.layout.get_or_init(|| found))
    }

    /// How many bytes it takes, if that is known.
    #[inline]
    pub(crate) fn size(&self) -> Option<usize> {
        self.layout().map(|layout| layout.size.to_usize())
    }

    /// How many bytes a value takes.
    pub(crate) fn known_size(&self) -> Result<usize, Failure> {
        let unknown = || Failure::new(Class::Value, format!("ctype '{}' is of unknown size", self.name()));
        self.size().ok_or_else(unknown)
    }

    /// A pointer to it.
    pub(crate) fn pointer(&'static self) -> &'static Self {
        self.pointer.get_or_init(|| {
            let qualifiers = Qualifiers { is_const: self.is_const, ..Qualifiers::NONE };
            let id = table::write().pointer_to(Qualified { ty: self.id, qualifiers });
            Self::of(id)
        })
    }

    /// An array of it whose length each object says.
    #[inline]
    pub(crate) fn open_array(&'static self) -> &'static Self {
        if let Some(array) = self.open_array.get() { array } else { self.find_open_array() }
    }

    #[cold]
    fn find_open_array(&'static self) -> &'static Self {
        self.open_array.get_or_init(|| {
            let qualifiers = Qualifiers { is_const: self.is_const, ..Qualifiers::NONE };
            let element = Qualified { ty: self.id, qualifiers };
            let id = table::write().array_of(element, ArrayLength::Unknown);
            Self::of(id)
        })
    }

    /// The fields, if it is a struct or union that is complete.
    pub(crate) fn record(&'static self) -> Option<&'static RecordFace> {
        if let Some(record) = self.record.get() {
            return Some(record);
        }
        let Kind::Record(id) = self.kind else { return None };
        let made = RecordFace::new(id, self.is_const)?;
        Some(self.record.get_or_init(|| made))
    }

    /// How to call it, if it is a function type.
    #[inline]
    pub(crate) fn call(&'static self) -> Result<&'static crate::call::CallFace, Failure> {
        if let Some(call) = self.call.get() {
            return Ok(call);
        }
        self.make_call()
    }

    #[cold]
    fn make_call(&'static self) -> Result<&'static crate::call::CallFace, Failure> {
        let made = crate::call::CallFace::new(self)?;
        Ok(self.call.get_or_init(|| made))
    }

    /// How it is called back, if it is a function type.
    pub(crate) fn callback(&self) -> Result<Arc<CallbackPlan>, Failure> {
        if let Some(plan) = self.callback.get() {
            return Ok(plan.clone());
        }
        let Kind::Function(signature) = &self.kind else {
            return Err(Failure::wrong_type(format!("'{}' is not callable", self.name())));
        };
        let types = table::read();
        let made = CallbackPlan::new(&types, signature.result, &signature.params).map_err(|error| {
            let text = format!("'{}' cannot be passed by value to a callback", types.name(error.ty));
            Failure::new(Class::NotImplemented, text)
        })?;
        Ok(self.callback.get_or_init(|| Arc::new(made)).clone())
    }

    /// Whether nothing is written through it: it is const, or an array of what is.
    pub(crate) fn is_read_only(&self) -> bool {
        match self.kind {
            Kind::Array(element, _) => self.is_const || element.is_read_only(),
            Kind::Void
            | Kind::Scalar(_)
            | Kind::Enum(_)
            | Kind::Pointer(_)
            | Kind::Function(_)
            | Kind::Record(_) => self.is_const,
        }
    }

    /// The scalar that it is; an enum, if it is complete, is the integer that holds it.
    #[inline]
    pub(crate) fn scalar(&self) -> Option<Scalar> {
        match self.kind {
            Kind::Scalar(scalar) => Some(scalar),
            Kind::Enum(id) => self.underlying.get().copied().or_else(|| self.find_underlying(id)),
            Kind::Void | Kind::Pointer(_) | Kind::Array(..) | Kind::Function(_) | Kind::Record(_) => None,
        }
    }

    /// The scalar of a type that is one when it is complete.
    #[inline]
    pub(crate) fn known_scalar(&self) -> Result<Scalar, Failure> {
        let unknown = || Failure::wrong_type(format!("'{}' is not complete", self.name()));
        self.scalar().ok_or_else(unknown)
    }

    #[cold]
    fn find_underlying(&self, id: EnumId) -> Option<Scalar> {
        let types = table::read();
        let (kind, _) = types.enumeration(id).body.as_ref()?;
        Some(*self.underlying.get_or_init(|| Scalar::of_int(*kind, types.model())))
    }

    /// What a pointer points to.
    pub(crate) const fn pointee(&self) -> Option<&'static Self> {
        match self.kind {
            Kind::Pointer(target) => Some(target),
            Kind::Void
            | Kind::Scalar(_)
            | Kind::Enum(..)
            | Kind::Array(..)
            | Kind::Function(_)
            | Kind::Record(_) => None,
        }
    }

    /// The signature of a function type.
    pub(crate) fn signature(&self) -> Option<&Signature> {
        if let Kind::Function(signature) = &self.kind { Some(signature) } else { None }
    }

    /// What a pointer points to or an array is of.
    #[inline]
    pub(crate) const fn target(&self) -> Option<&'static Self> {
        match self.kind {
            Kind::Pointer(target) | Kind::Array(target, _) => Some(target),
            Kind::Void | Kind::Scalar(_) | Kind::Enum(..) | Kind::Function(_) | Kind::Record(_) => None,
        }
    }

    /// Whether it is a pointer to a function.
    pub(crate) const fn is_function_pointer(&self) -> bool {
        matches!(self.kind, Kind::Pointer(Face { kind: Kind::Function(_), .. }))
    }

    /// Whether its values differ in size: an open array, a struct that ends in one, a pointer to
    /// such a struct.
    #[inline]
    pub(crate) fn is_open(&'static self) -> bool {
        match self.kind {
            Kind::Array(_, length) => length.is_none(),
            Kind::Record(_) => self.record().is_some_and(|record| record.is_flexible),
            Kind::Pointer(target) => matches!(target.kind, Kind::Record(_)) && target.is_open(),
            Kind::Void | Kind::Scalar(_) | Kind::Enum(..) | Kind::Function(_) => false,
        }
    }

    /// Whether two faces are of one type, whatever their names and qualifiers.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.id == other.id || table::read().same_representation(self.id, other.id)
    }

    /// The Python object of the type, made by `make` when it is first asked for.
    pub(crate) fn object(
        &'static self,
        py: Python<'_>,
        make: impl FnOnce() -> PyResult<Py<PyAny>>,
    ) -> PyResult<Py<PyAny>> {
        if let Some(object) = self.object.get() {
            return Ok(object.clone_ref(py));
        }
        let new = make()?;
        Ok(self.object.get_or_init(|| new).clone_ref(py))
    }
}

impl std::fmt::Debug for Face {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Face({})", self.name())
    }
}
