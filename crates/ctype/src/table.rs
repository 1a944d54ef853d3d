//! The table.

use std::sync::Arc;

use arena::{IdMap, Interner};

use crate::{
    ArrayLength, CType, DataModel, Enum, EnumId, Enumerator, Field, FloatType, IntType, Qualified, Record,
    RecordBody, RecordId, RecordKind, Signature, Size, TypeId,
};

/// All C types of a process, for one data model.
#[derive(Clone, Debug)]
pub struct CTypes {
    model: DataModel,
    types: Interner<TypeId, CType>,
    records: IdMap<RecordId, Record>,
    enums: IdMap<EnumId, Enum>,
    /// What was completed, in order, so that it can be undone.
    completions: Vec<Completion>,
}

#[derive(Clone, Copy, Debug)]
enum Completion {
    Record(RecordId),
    Enum(EnumId),
}

/// A state of a table to go back to.
#[derive(Clone, Copy, Debug)]
pub struct Checkpoint {
    types: usize,
    records: usize,
    enums: usize,
    completions: usize,
}

impl CTypes {
    /// An empty table.
    pub fn new(model: DataModel) -> Self {
        Self {
            model,
            types: Interner::new(),
            records: IdMap::new(),
            enums: IdMap::new(),
            completions: Vec::new(),
        }
    }

    /// The target's sizes.
    pub fn model(&self) -> &DataModel {
        &self.model
    }

    /// What `ty` is.
    pub fn get(&self, ty: TypeId) -> &CType {
        &self.types[ty]
    }

    /// The entry for a type.
    pub fn intern(&mut self, ty: CType) -> TypeId {
        self.types.intern(ty)
    }

    /// The entry for a type, if there is one.
    pub fn find(&self, ty: &CType) -> Option<TypeId> {
        self.types.find(ty)
    }

    /// `void`.
    pub fn void(&mut self) -> TypeId {
        self.intern(CType::Void)
    }

    /// An integer type.
    pub fn int(&mut self, kind: IntType) -> TypeId {
        self.intern(CType::Int(kind))
    }

    /// A real floating type.
    pub fn float(&mut self, kind: FloatType) -> TypeId {
        self.intern(CType::Float(kind))
    }

    /// A pointer to `target`.
    pub fn pointer_to(&mut self, target: impl Into<Qualified>) -> TypeId {
        self.intern(CType::Pointer(target.into()))
    }

    /// An array of `element`.
    pub fn array_of(&mut self, element: impl Into<Qualified>, length: ArrayLength) -> TypeId {
        self.intern(CType::Array { element: element.into(), length })
    }

    /// A function type; the parameters are decayed.
    pub fn function(&mut self, result: TypeId, params: &[TypeId], is_variadic: bool) -> TypeId {
        self.intern(CType::Function(Arc::new(Signature { result, params: params.into(), is_variadic })))
    }

    /// A new struct or union, opaque until it is completed.
    pub fn declare_record(&mut self, kind: RecordKind, name: &str) -> (RecordId, TypeId) {
        let record = self.records.push(Record { kind, name: name.into(), body: None });
        (record, self.intern(CType::Record(record)))
    }

    /// Gives an opaque struct or union its body.
    ///
    /// # Panics
    /// When it already has one: whoever reads declarations reports that before.
    pub fn complete_record(&mut self, record: RecordId, body: RecordBody) {
        let slot = &mut self.records[record].body;
        assert!(slot.is_none(), "a record is completed once");
        *slot = Some(body);
        self.completions.push(Completion::Record(record));
    }

    /// Lets a record without a tag be printed under the name of its first typedef.
    pub fn rename_record(&mut self, record: RecordId, name: &str) {
        self.records[record].name = name.into();
    }

    /// A struct or union.
    pub fn record(&self, record: RecordId) -> &Record {
        &self.records[record]
    }

    /// A new enum without a body.
    pub fn declare_enum(&mut self, name: &str) -> (EnumId, TypeId) {
        let id = self.enums.push(Enum { name: name.into(), body: None });
        (id, self.intern(CType::Enum(id)))
    }

    /// Gives an enum its names.
    ///
    /// # Panics
    /// When it already has them.
    pub fn complete_enum(&mut self, id: EnumId, underlying: IntType, enumerators: Box<[Enumerator]>) {
        let slot = &mut self.enums[id].body;
        assert!(slot.is_none(), "an enum is completed once");
        *slot = Some((underlying, enumerators));
        self.completions.push(Completion::Enum(id));
    }

    /// Lets an enum without a tag be printed under the name of its first typedef.
    pub fn rename_enum(&mut self, id: EnumId, name: &str) {
        self.enums[id].name = name.into();
    }

    /// An enum.
    pub fn enumeration(&self, id: EnumId) -> &Enum {
        &self.enums[id]
    }

    /// The field `name` of a record, also one lent by an anonymous member: its distance from the
    /// record's start and itself, with its own offset relative to the record that declares it.
    pub fn find_field(&self, record: RecordId, name: &str) -> Option<(Size, &Field)> {
        let body = self.records[record].body.as_ref()?;
        body.fields.iter().find_map(|field| match &field.name {
            Some(own) => (own.as_ref() == name).then_some((field.offset, field)),
            None => {
                let CType::Record(inner) = *self.get(field.ty.ty) else { return None };
                let (offset, found) = self.find_field(inner, name)?;
                Some((field.offset + offset, found))
            }
        })
    }

    /// The type after array and function types became pointers, as those of parameters do.
    pub fn decay(&mut self, ty: Qualified) -> TypeId {
        match *self.get(ty.ty) {
            CType::Array { element, .. } => self.pointer_to(element),
            CType::Function(_) => self.pointer_to(ty),
            _ => ty.ty,
        }
    }

    /// Whether two types have the same values and memory: the same but for names of integer types
    /// and for qualifiers.
    pub fn same_representation(&self, a: TypeId, b: TypeId) -> bool {
        if a == b {
            return true;
        }
        let representation = |kind: IntType| (kind.size(&self.model), kind.is_signed(&self.model));
        match (self.get(a), self.get(b)) {
            (CType::Int(a), CType::Int(b)) => representation(*a) == representation(*b),
            (CType::Pointer(a), CType::Pointer(b)) => self.same_representation(a.ty, b.ty),
            (
                CType::Array { element: a, length: a_length },
                CType::Array { element: b, length: b_length },
            ) => a_length == b_length && self.same_representation(a.ty, b.ty),
            (CType::Function(a), CType::Function(b)) => {
                a.is_variadic == b.is_variadic
                    && a.params.len() == b.params.len()
                    && self.same_representation(a.result, b.result)
                    && a.params.iter().zip(&b.params).all(|(a, b)| self.same_representation(*a, *b))
            }
            _ => false,
        }
    }

    /// The present state.
    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint {
            types: self.types.len(),
            records: self.records.len(),
            enums: self.enums.len(),
            completions: self.completions.len(),
        }
    }

    /// Goes back to an earlier state: what was added since is gone, what was completed since is
    /// opaque again.
    pub fn roll_back(&mut self, to: Checkpoint) {
        for completion in self.completions.drain(to.completions..) {
            match completion {
                Completion::Record(record) => self.records[record].body = None,
                Completion::Enum(id) => self.enums[id].body = None,
            }
        }
        self.types.truncate(to.types);
        self.records.truncate(to.records);
        self.enums.truncate(to.enums);
    }
}
