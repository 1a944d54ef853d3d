//! The table.

use std::sync::Arc;

use arena::{Id, IdMap, Interner};

use crate::{
    ArrayLength, CType, DataModel, Enum, EnumId, Enumerator, Field, FieldDecl, FloatType, IntType, Packing,
    Qualified, Record, RecordBody, RecordId, RecordKind, Signature, Size, TypeId, lay_out_record,
};

/// All C types of a process, for one data model.
#[derive(Clone, Debug)]
pub struct CTypes {
    model: DataModel,
    types: Interner<TypeId, CType>,
    /// How much each type is built of others, in the order of `types`.
    extents: Vec<Extent>,
    records: IdMap<RecordId, Record>,
    enums: IdMap<EnumId, Enum>,
    /// What was completed, in order, so that it can be undone.
    completions: Vec<Completion>,
    /// `FILE`.
    file: TypeId,
    /// `struct __va_list_tag`.
    va_list_tag: (RecordId, TypeId),
}

/// The name of what stands for a random generator.
const GENERATOR: &str = "numpy.random.Generator";

/// How much a type is built of others.
#[derive(Clone, Copy, Debug, Default)]
struct Extent {
    depth: u32,
    parts: u32,
}

#[derive(Clone, Copy, Debug)]
enum Completion {
    Record(RecordId),
    Enum(EnumId),
}

/// A state of a table to go back to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Checkpoint {
    types: usize,
    records: usize,
    enums: usize,
    completions: usize,
}

impl CTypes {
    /// A table of the types that every C program has.
    pub fn new(model: DataModel) -> Self {
        let mut types = Interner::new();
        let mut records = IdMap::new();
        let mut known = |name: &str| {
            let record = Record { kind: RecordKind::Struct, name: name.into(), body: None, depth: 0 };
            let id = records.push(record);
            (id, types.intern(CType::Record(id)))
        };
        let (_, file) = known("FILE");
        let va_list_tag = known("struct __va_list_tag");
        let extents = vec![Extent::default(); types.len()];
        let (enums, completions) = (IdMap::new(), Vec::new());
        let mut table = Self { model, types, extents, records, enums, completions, file, va_list_tag };
        let body = table.va_list_body();
        table.complete_record(va_list_tag.0, body);
        table
    }

    fn va_list_body(&mut self) -> RecordBody {
        let word = self.int(IntType::UInt);
        let void = self.void();
        let address = self.pointer_to(void);
        let fields = [
            FieldDecl::plain("gp_offset", word),
            FieldDecl::plain("fp_offset", word),
            FieldDecl::plain("overflow_arg_area", address),
            FieldDecl::plain("reg_save_area", address),
        ];
        lay_out_record(self, RecordKind::Struct, &fields, Packing::default())
            .expect("members of known sizes can be laid out")
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
        let id = self.types.intern(ty);
        if id.index() == self.extents.len() {
            self.extents.push(self.measure(id));
        }
        id
    }

    /// The entry for a type, if there is one.
    pub fn find(&self, ty: &CType) -> Option<TypeId> {
        self.types.find(ty)
    }

    /// How many types lie inside each other in `ty`: `int` counts 0, `int *[3]` 2, a struct one more
    /// than its deepest member. Whoever adds types from a text limits this, since whoever follows a
    /// type inwards recurses so deep.
    pub fn depth(&self, ty: TypeId) -> u32 {
        if let CType::Record(record) = *self.get(ty) {
            return self.records[record].depth;
        }
        self.extents[ty.index()].depth
    }

    /// How many types the name of `ty` spells out beside its own: `int *` counts 1, and a function what
    /// each of its parameters counts. A few lines of typedefs can make it astronomical, so whoever adds
    /// types from a text limits this too.
    pub fn parts(&self, ty: TypeId) -> u32 {
        self.extents[ty.index()].parts
    }

    fn measure(&self, ty: TypeId) -> Extent {
        let around = |extent: Extent, inner: TypeId| Extent {
            depth: extent.depth.max(self.depth(inner) + 1),
            parts: extent.parts.saturating_add(self.parts(inner)).saturating_add(1),
        };
        match self.get(ty) {
            CType::Pointer(inner) | CType::Array { element: inner, .. } => {
                around(Extent::default(), inner.ty)
            }
            CType::Function(signature) => {
                let result = around(Extent::default(), signature.result);
                signature.params.iter().copied().fold(result, around)
            }
            CType::Void
            | CType::Bool
            | CType::Int(_)
            | CType::Float(_)
            | CType::Complex(_)
            | CType::Record(_)
            | CType::Enum(_) => Extent::default(),
        }
    }

    /// `FILE`: an opaque struct, the same for everyone.
    pub fn file(&self) -> TypeId {
        self.file
    }

    /// `va_list`: an array of one struct, so that as a parameter it is a pointer.
    pub fn va_list(&mut self) -> TypeId {
        self.array_of(self.va_list_tag.1, ArrayLength::Known(1))
    }

    /// What `va_list` is made of: System V psABI for x86-64, figure 3.34.
    pub fn va_list_tag(&self) -> (RecordId, TypeId) {
        self.va_list_tag
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
        let record = self.records.push(Record { kind, name: name.into(), body: None, depth: 0 });
        (record, self.intern(CType::Record(record)))
    }

    /// A pointer to what stands for a random generator of NumPy's: an opaque struct of a name that no C text can give.
    pub fn generator(&mut self) -> TypeId {
        let known = self.records.iter().find(|(_, record)| &*record.name == GENERATOR).map(|(id, _)| id);
        let target = match known {
            Some(id) => self.intern(CType::Record(id)),
            None => self.declare_record(RecordKind::Struct, GENERATOR).1,
        };
        self.pointer_to(target)
    }

    /// Whether a type stands for a random generator.
    pub fn is_generator(&self, ty: TypeId) -> bool {
        matches!(*self.get(ty), CType::Record(record) if &*self.records[record].name == GENERATOR)
    }

    /// Whether a type is what [`Self::generator`] gives.
    pub fn is_generator_pointer(&self, ty: TypeId) -> bool {
        matches!(self.get(ty), CType::Pointer(target) if self.is_generator(target.ty))
    }

    /// Gives an opaque struct or union its body.
    ///
    /// # Panics
    /// When it already has one: whoever reads declarations reports that before.
    pub fn complete_record(&mut self, record: RecordId, body: RecordBody) {
        let inner = body.fields.iter().map(|field| self.depth(field.ty.ty));
        let depth = inner.fold(0, u32::max) + 1;
        let entry = &mut self.records[record];
        assert!(entry.body.is_none(), "a record is completed once");
        (entry.body, entry.depth) = (Some(body), depth);
        self.completions.push(Completion::Record(record));
    }

    /// Lets a complete union be passed as its first member.
    pub fn make_transparent(&mut self, record: RecordId) {
        if let Some(body) = &mut self.records[record].body {
            body.is_transparent = true;
        }
    }

    /// The type that a parameter travels as: of a transparent union its first member's.
    pub fn passed_as(&self, ty: TypeId) -> TypeId {
        let body = self.record_body(ty).filter(|body| body.is_transparent);
        body.and_then(|body| body.fields.first()).map_or(ty, |first| first.ty.ty)
    }

    /// Lets a record without a tag be printed under the name of its first typedef.
    pub fn rename_record(&mut self, record: RecordId, name: &str) {
        self.records[record].name = name.into();
    }

    /// A struct or union.
    pub fn record(&self, record: RecordId) -> &Record {
        &self.records[record]
    }

    /// The members and layout of a type that is a complete struct or union.
    pub fn record_body(&self, ty: TypeId) -> Option<&RecordBody> {
        let CType::Record(record) = *self.get(ty) else { return None };
        self.record(record).body.as_ref()
    }

    /// A complete struct whose members have these names, offsets and types, and the size.
    pub fn find_record(&self, body: &RecordBody) -> Option<TypeId> {
        let is_same = |own: &RecordBody| {
            let pairs = own.fields.iter().zip(&body.fields);
            own.layout.size == body.layout.size
                && own.fields.len() == body.fields.len()
                && pairs.into_iter().all(|(a, b)| {
                    (&a.name, a.offset, a.bits) == (&b.name, b.offset, b.bits)
                        && self.same_representation(a.ty.ty, b.ty.ty)
                })
        };
        let is_struct = |record: &Record| record.kind == RecordKind::Struct;
        let found = self
            .records
            .iter()
            .find(|(_, record)| is_struct(record) && record.body.as_ref().is_some_and(is_same));
        found.and_then(|(id, _)| self.find(&CType::Record(id)))
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
            CType::Void
            | CType::Bool
            | CType::Int(_)
            | CType::Float(_)
            | CType::Complex(_)
            | CType::Pointer(_)
            | CType::Record(_)
            | CType::Enum(_) => ty.ty,
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

    /// Whether a function of type `given` may be called as one of type `wanted`: parameters and results
    /// have the same representation, or both are pointers to objects and one is `void *`. So a
    /// comparator of `int` pointers serves where `qsort` wants one of `void` pointers.
    pub fn is_callable_as(&self, given: TypeId, wanted: TypeId) -> bool {
        let (CType::Function(given), CType::Function(wanted)) = (self.get(given), self.get(wanted)) else {
            return false;
        };
        let passes = |given: TypeId, wanted: TypeId| match (self.get(given), self.get(wanted)) {
            (CType::Pointer(a), CType::Pointer(b))
                if [a, b].map(|side| self.get(side.ty)).contains(&&CType::Void) =>
            {
                [a, b].iter().all(|side| !matches!(self.get(side.ty), CType::Function(_)))
            }
            _ => self.same_representation(given, wanted),
        };
        given.is_variadic == wanted.is_variadic
            && given.params.len() == wanted.params.len()
            && passes(given.result, wanted.result)
            && given.params.iter().zip(&wanted.params).all(|(given, wanted)| passes(*given, *wanted))
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
                Completion::Record(record) => {
                    let entry = &mut self.records[record];
                    (entry.body, entry.depth) = (None, 0);
                }
                Completion::Enum(id) => self.enums[id].body = None,
            }
        }
        self.types.truncate(to.types);
        self.extents.truncate(to.types);
        self.records.truncate(to.records);
        self.enums.truncate(to.enums);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_of_typed_pointers_serves_for_one_of_void_pointers() {
        let mut types = CTypes::new(DataModel::SYSV_X64);
        let (int, void, double) = (types.int(IntType::Int), types.void(), types.float(FloatType::Double));
        let [to_int, to_void, to_double] = [int, void, double].map(|ty| types.pointer_to(ty));
        let [ints, voids, doubles] =
            [to_int, to_void, to_double].map(|ty| types.function(int, &[ty, ty], false));
        assert!(types.is_callable_as(ints, voids) && types.is_callable_as(voids, doubles));
        assert!(!types.is_callable_as(ints, doubles) && !types.is_callable_as(to_int, voids));
        let to_function = types.pointer_to(ints);
        let of_function = types.function(int, &[to_function, to_function], false);
        assert!(!types.is_callable_as(of_function, voids));
    }

    #[test]
    fn rolling_back_forgets_types_and_completions() {
        let mut types = CTypes::new(DataModel::SYSV_X64);
        let (record, ty) = types.declare_record(RecordKind::Struct, "struct s");
        let before = types.checkpoint();
        let int = types.int(IntType::Int);
        let body =
            lay_out_record(&types, RecordKind::Struct, &[FieldDecl::plain("x", int)], Packing::default());
        types.complete_record(record, body.expect("an int has a size"));
        assert_eq!((types.layout(ty).is_ok(), types.depth(ty)), (true, 1));
        types.roll_back(before);
        assert_eq!((types.layout(ty).is_ok(), types.depth(ty)), (false, 0));
        assert_eq!((types.find(&CType::Int(IntType::Int)), types.checkpoint()), (None, before));
    }

    #[test]
    fn depth_and_parts_count_what_lies_inside() {
        let mut types = CTypes::new(DataModel::SYSV_X64);
        let int = types.int(IntType::Int);
        let pointer = types.pointer_to(int);
        let array = types.array_of(pointer, ArrayLength::Known(3));
        let function = types.function(int, &[array, pointer], false);
        let extents = [int, pointer, array, function].map(|ty| (types.depth(ty), types.parts(ty)));
        assert_eq!(extents, [(0, 0), (1, 1), (2, 2), (3, 6)]);
    }

    #[test]
    fn names_of_integers_and_qualifiers_do_not_change_what_a_value_is() {
        let mut types = CTypes::new(DataModel::SYSV_X64);
        let (long, size, int) =
            (types.int(IntType::ULong), types.int(IntType::Size), types.int(IntType::Int));
        let constant = crate::Qualifiers { is_const: true, ..crate::Qualifiers::NONE };
        let to_long = types.pointer_to(Qualified { ty: long, qualifiers: constant });
        let to_size = types.pointer_to(size);
        let to_int = types.pointer_to(int);
        assert!(to_long != to_size && types.same_representation(to_long, to_size));
        assert!(!types.same_representation(to_long, to_int));
    }
}
