//! What can be read and assigned: names, what pointers point to, fields, bit-fields.
//!
//! A struct in memory is handled by its address, as C data is: reading one gives a reference to it,
//! and assigning copies into the memory that the target names.

use std::rc::Rc;

use ctype::{BitField, CType, Qualified, Qualifiers, TypeId};
use diagnostic::Id;
use pysyntax::{ExprId, ExprKind, NameId};
use source::Span;
use tir::{Const, Element, Op, Ty, Value};

use crate::arrays::Lazy;
use crate::arrays::{Chosen, Indexed};
use crate::c_types::{element, ty_of_c};
use crate::stop::{Stop, Walked};
use crate::term::Term;
use crate::walk::Walker;

/// What can be read, and mostly assigned.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    /// A name of the function.
    Local(NameId, ExprId),
    /// An object of this C type behind an address.
    Memory { address: Value, ty: TypeId, is_const: bool, span: Span },
    /// Bits of a record.
    Bits { record: Value, offset: u64, bits: BitField, ty: TypeId, is_const: bool, span: Span },
    /// What has no memory: an item of a tuple.
    Item(Term, Span),
    /// An element of an array.
    Element { array: Value, indices: Vec<Value>, span: Span },
    /// A view of an array.
    Part { array: Value, span: Span },
    /// Elements of an array where truth values are true.
    Masked { array: Value, mask: Rc<Lazy>, span: Span },
    /// Elements of an array that arrays of indices choose.
    Chosen { chosen: Chosen, indexed: Indexed, span: Span },
}

impl Walker<'_, '_> {
    /// The place that a target names.
    pub(crate) fn walk_place(&mut self, target: ExprId) -> Walked<Place> {
        let syntax = self.syntax();
        let span = self.span_of(target);
        match &syntax.exprs[target].kind {
            ExprKind::Name(name) => Ok(Place::Local(*name, target)),
            ExprKind::Index(value, index) => self.index_place(*value, *index, span),
            ExprKind::Attribute(value, name) => {
                let of = self.walk_expr(*value)?;
                let of = self.present(&of, self.span_of(*value));
                if let Term::Value(of) = of
                    && matches!(self.body.ty(of), Ty::Pointer(_) | Ty::Record(_))
                {
                    return self.field_place(of, syntax.name(*name), span);
                }
                let title = format!("{} has no fields to assign to", self.describe(&of));
                Err(self.error(Id::NotAssignable, span, title, "expected a field of a C struct"))
            }
            // The parser lets nothing else be a target; a tuple is unpacked before.
            ExprKind::None
            | ExprKind::Bool(_)
            | ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Imaginary(_)
            | ExprKind::Text(_)
            | ExprKind::Format(_)
            | ExprKind::Slice { .. }
            | ExprKind::Ellipsis
            | ExprKind::List(_)
            | ExprKind::Star(_)
            | ExprKind::Unary(..)
            | ExprKind::Binary(..)
            | ExprKind::Compare(..)
            | ExprKind::Bools(..)
            | ExprKind::If { .. }
            | ExprKind::Call { .. }
            | ExprKind::Tuple(_)
            | ExprKind::Walrus(..)
            | ExprKind::Lambda { .. } => {
                Err(self.error(Id::NotAssignable, span, "this cannot be assigned to", ""))
            }
        }
    }

    /// The term that stands at a place.
    pub(crate) fn read_place(&mut self, place: &Place) -> Walked<Term> {
        match place {
            Place::Local(_, expr) => self.walk_expr(*expr),
            Place::Item(term, _) => Ok(term.clone()),
            Place::Element { array, indices, span } => {
                Ok(Term::Value(self.get_element(*array, indices.clone(), *span)))
            }
            Place::Part { array, .. } => Ok(Term::Value(*array)),
            Place::Masked { array, mask, span } => self.take_masked(*array, mask, *span).map(Term::Value),
            Place::Chosen { chosen, indexed, span } => {
                self.take_chosen(chosen, *indexed, *span).map(Term::Value)
            }
            Place::Memory { address, ty, span, is_const } => {
                self.load(*address, *ty, *is_const, *span).map(Term::Value)
            }
            Place::Bits { record, offset, bits, ty, span, .. } => {
                let ty = self.held_type(*ty, *span)?;
                let op = Op::LoadBits {
                    record: *record,
                    offset: *offset,
                    start: low_bit(*bits),
                    width: bits.width,
                };
                Ok(Term::Value(self.body.emit(op, ty, *span)))
            }
        }
    }

    /// Assigns a term, whose text is at `span`, to a place.
    pub(crate) fn write_place(&mut self, place: &Place, term: &Term, span: Span) -> Walked<()> {
        match place {
            Place::Local(name, _) => {
                self.bind(*name, term.clone(), span)?;
                Ok(())
            }
            Place::Item(term, at) => {
                let title = format!("{} cannot be assigned to", self.describe(term));
                Err(self.error(Id::NotAssignable, *at, title, "expected memory behind a pointer"))
            }
            Place::Element { array, indices, span: at } => {
                self.check_writable(*array, *at)?;
                self.set_element(*array, indices.clone(), term, span)
            }
            Place::Part { array, span: at } => {
                self.check_writable(*array, *at)?;
                self.assign_view(*array, term, span)
            }
            Place::Masked { array, mask, .. } => self.assign_masked(*array, mask, term, span),
            Place::Chosen { chosen, indexed, .. } => self.assign_chosen(chosen, *indexed, term, span),
            Place::Memory { is_const: true, span: at, ty, .. }
            | Place::Bits { is_const: true, span: at, ty, .. } => {
                let title = format!("`const {}` cannot be assigned to", self.program.types.name(*ty));
                let stop = self.error(Id::ConstTarget, *at, title, "declared `const`");
                Err(stop.help("declare the pointer without `const` if C lets you write there"))
            }
            Place::Memory { address, ty, .. } => self.store(*address, *ty, term, span),
            Place::Bits { record, offset, bits, ty, .. } => {
                let ty = self.held_type(*ty, span)?;
                let value = self.assigned(term, ty, span)?;
                let (start, width) = (low_bit(*bits), bits.width);
                self.body
                    .effect(Op::StoreBits { record: *record, value, offset: *offset, start, width }, span);
                Ok(())
            }
        }
    }

    /// `value[index]`.
    pub(crate) fn index_place(&mut self, value: ExprId, index: ExprId, span: Span) -> Walked<Place> {
        let (value_span, index_span) = (self.span_of(value), self.span_of(index));
        let of = self.walk_expr(value)?;
        let of = self.present(&of, value_span);
        if let Some(place) = self.named_place(&of, index, span)? {
            return Ok(place);
        }
        if let Some((array, ty)) = self.as_array(&of) {
            return self.array_place(Indexed { array, ty, span: value_span }, index, span);
        }
        if let Term::Flat(array) = of {
            return self.flat_place(array, index, value_span, span);
        }
        if let Term::Tuple(items) | Term::Named(_, items) = &of
            && let Some(part) = self.tuple_slice(items, index)?
        {
            return Ok(Place::Item(Term::Tuple(part), span));
        }
        let at = self.walk_value(index)?;
        if let Term::Tuple(items) | Term::Named(_, items) = &of {
            return self.tuple_item(items, at, index_span).map(|term| Place::Item(term, span));
        }
        let pointer = match &of {
            Term::Value(of) => *of,
            _ => return Err(self.not_indexable(&of, value_span)),
        };
        let Ty::Pointer(pointer_ty) = self.body.ty(pointer) else {
            return Err(self.not_indexable(&of, value_span));
        };
        let target = self.pointee(pointer_ty, value_span)?;
        let offset = self.element_count(at, index_span)?;
        let address = match self.body.as_const(offset) {
            Some(Const::Int(0)) => pointer,
            _ => self.body.emit(Op::Offset(pointer, offset), Ty::Pointer(pointer_ty), span),
        };
        Ok(Place::Memory { address, ty: target.ty, is_const: target.qualifiers.is_const, span })
    }

    /// `records["field"]` and `record["field"]`.
    fn named_place(&mut self, of: &Term, index: ExprId, span: Span) -> Walked<Option<Place>> {
        let syntax = self.syntax();
        let ExprKind::Text(name) = &syntax.exprs[index].kind else { return Ok(None) };
        let Term::Value(value) = *of else { return Ok(None) };
        match self.body.ty(value) {
            Ty::Record(_) => self.field_place(value, name, span).map(Some),
            Ty::Array(ty) => {
                let Element::Record(record) = ty.element else { return Ok(None) };
                let fields = self.field_of_records(value, ty, record, name, span)?;
                let array = self.value(&fields, span)?;
                Ok(Some(Place::Part { array, span }))
            }
            _ => Ok(None),
        }
    }

    fn not_indexable(&self, of: &Term, span: Span) -> Stop {
        let title = format!("{} cannot be indexed", self.describe(of));
        self.error(Id::WrongOperand, span, title, "expected a pointer")
    }

    /// A field of a record, or of the record that a pointer points to.
    pub(crate) fn field_place(&mut self, of: Value, name: &str, span: Span) -> Walked<Place> {
        let (record_ty, is_const) = match self.body.ty(of) {
            Ty::Pointer(pointer) => {
                let target = self.pointee(pointer, span)?;
                (target.ty, target.qualifiers.is_const)
            }
            Ty::Record(record) => (record, self.body.is_read_only(of)),
            Ty::Unit
            | Ty::Bool
            | Ty::Int(_)
            | Ty::Float(_)
            | Ty::Complex(_)
            | Ty::Array(_)
            | Ty::Tuple(_) => (self.program.types.void(), false),
        };
        let CType::Record(record_id) = *self.program.types.get(record_ty) else {
            let ty = self.body.ty(of);
            let title = format!("`{}` has no field `{name}`", self.ty_name(ty));
            return Err(self.error(Id::UnknownField, span, title, "expected a struct or a pointer to one"));
        };
        let Some((offset, field)) = self.program.types.find_field(record_id, name) else {
            return Err(self.unknown_field(record_ty, name, span));
        };
        let (ty, is_const) = (field.ty.ty, is_const || field.ty.qualifiers.is_const);
        if let Some(bits) = field.bits {
            let record = self.as_record(of, record_ty, span);
            return Ok(Place::Bits { record, offset: offset.get(), bits, ty, is_const, span });
        }
        let address_ty = self.address_type(ty, is_const);
        let address = self.body.emit(Op::FieldAddress(of, offset.get()), address_ty, span);
        Ok(Place::Memory { address, ty, is_const, span })
    }

    fn unknown_field(&self, record: TypeId, name: &str, span: Span) -> Stop {
        let types = &self.program.types;
        let title = format!("`{}` has no field `{name}`", types.name(record));
        let stop = self.error(Id::UnknownField, span, title, "no such field");
        let CType::Record(id) = *types.get(record) else { return stop };
        let fields = types.record(id).body.iter().flat_map(|body| &body.fields);
        let names: Vec<String> =
            fields.filter_map(|field| field.name.as_ref().map(|name| format!("`{name}`"))).collect();
        if names.is_empty() { stop } else { stop.help(format!("it has {}", names.join(", "))) }
    }

    /// How the address of an object of this type is typed: a record's is its reference; an array's
    /// points to its first element.
    fn address_type(&mut self, ty: TypeId, is_const: bool) -> Ty {
        let types = &mut *self.program.types;
        if matches!(types.get(ty), CType::Record(_)) {
            return Ty::Record(ty);
        }
        let mut target = element(types, ty).map_or(Qualified::from(ty), |(element, _)| element);
        target.qualifiers = target.qualifiers.union(Qualifiers { is_const, ..Qualifiers::NONE });
        Ty::Pointer(types.pointer_to(target))
    }

    /// The record that a pointer points to, as a reference.
    pub(crate) fn as_record(&mut self, of: Value, record: TypeId, span: Span) -> Value {
        if matches!(self.body.ty(of), Ty::Record(_)) {
            return of;
        }
        self.body.emit(Op::FieldAddress(of, 0), Ty::Record(record), span)
    }

    /// The type in which a value of a C type is held.
    pub(crate) fn held_type(&self, ty: TypeId, span: Span) -> Walked<Ty> {
        ty_of_c(self.program.types, ty).ok_or_else(|| {
            let title = format!("`{}` has no values in compiled code", self.program.types.name(ty));
            self.error(Id::UnsupportedType, span, title, "").help("reach it through a C function")
        })
    }

    fn load(&mut self, address: Value, ty: TypeId, is_const: bool, span: Span) -> Walked<Value> {
        if matches!(self.program.types.get(ty), CType::Record(_)) {
            let record = self.as_record(address, ty, span);
            if is_const {
                self.body.set_read_only(record);
            }
            return Ok(record);
        }
        if element(self.program.types, ty).is_some() {
            // An array is the pointer to its first element.
            let decayed = self.address_type(ty, is_const);
            return Ok(if self.body.ty(address) == decayed {
                address
            } else {
                self.body.emit(Op::FieldAddress(address, 0), decayed, span)
            });
        }
        let ty = self.held_type(ty, span)?;
        Ok(self.body.emit(Op::Load(address), ty, span))
    }

    fn store(&mut self, address: Value, ty: TypeId, term: &Term, span: Span) -> Walked<()> {
        if element(self.program.types, ty).is_some() {
            let title = format!("an array `{}` cannot be assigned as a whole", self.program.types.name(ty));
            return Err(self
                .error(Id::NotAssignable, span, title, "expected an element")
                .help("assign its elements"));
        }
        let held = self.held_type(ty, span)?;
        let value = self.assigned(term, held, span)?;
        if matches!(held, Ty::Record(_)) {
            let to = self.as_record(address, ty, span);
            self.body.effect(Op::CopyRecord(to, value), span);
        } else {
            self.body.effect(Op::Store(address, value), span);
        }
        Ok(())
    }
}

/// The field's lowest bit in its storage unit.
fn low_bit(bits: BitField) -> u32 {
    u32::try_from(bits.start.get()).unwrap_or(u32::MAX)
}
