//! Specifiers and declarators to types.

use ctype::{ArrayLength, CType, LayoutError, Qualified, Qualifiers, RecordKind, TypeId};
use diagnostic::Id;
use rustc_hash::FxHashMap;
use source::Span;

use crate::namespace::Declared;
use crate::parser::Abort;
use crate::resolve::{Resolve, Resolver, Typed, Unnamed};
use crate::syntax::{Declarator, Derivation, Expr, ExprKind, Params, Specifiers, TypeSpecifier};

impl<'a> Resolver<'a> {
    /// The type that declarators start from, and what of it waits for a name.
    pub(super) fn specifiers(&mut self, specifiers: &'a Specifiers) -> Resolve<(Typed, Option<Unnamed>)> {
        let mut unnamed = None;
        let typed = match &specifiers.ty {
            TypeSpecifier::Void => self.types.void().into(),
            TypeSpecifier::Bool => self.types.intern(CType::Bool).into(),
            TypeSpecifier::Int(kind) => self.types.int(*kind).into(),
            TypeSpecifier::Float(kind) => self.types.float(*kind).into(),
            TypeSpecifier::Complex(kind) => self.types.intern(CType::Complex(*kind)).into(),
            TypeSpecifier::Opaque => {
                let (record, ty) = self.types.declare_record(RecordKind::Struct, "struct <opaque>");
                unnamed = Some(Unnamed::Record(record));
                ty.into()
            }
            TypeSpecifier::Named(name) => self.type_named(*name)?,
            TypeSpecifier::TypeofType(name) => self.named_type(name)?,
            TypeSpecifier::TypeofExpr(expr) => self.type_of(expr)?,
            TypeSpecifier::Record(specifier) => {
                let (record, ty) = self.record(specifier)?;
                unnamed = specifier.tag.is_none().then_some(Unnamed::Record(record));
                ty.into()
            }
            TypeSpecifier::Enum(specifier) => {
                let (id, ty) = self.enumeration(specifier)?;
                unnamed = specifier.tag.is_none().then_some(Unnamed::Enum(id));
                ty.into()
            }
        };
        let is_pointer = matches!(self.types.get(typed.ty.ty), CType::Pointer(_));
        if specifiers.qualifiers.is_restrict && !is_pointer {
            let title = format!("`restrict` on `{}`", self.types.name(typed.ty.ty));
            return Err(self.error_at(Id::CInvalidType, title, specifiers.span, "expected a pointer"));
        }
        let ty = self.qualify(typed.ty, specifiers.qualifiers);
        Ok((Typed { ty, ..typed }, unnamed))
    }

    /// The type of what `typeof` is asked about: a name, or a constant.
    fn type_of(&mut self, expr: &'a Expr) -> Resolve<Typed> {
        if let ExprKind::Name(name) = expr.kind
            && let Some(Declared::Variable(Qualified { ty, .. }) | Declared::Function(ty)) =
                self.find_name(self.source.slice(name))
        {
            return Ok((*ty).into());
        }
        let constant = self.evaluate(expr)?;
        Ok(self.types.int(constant.ty).into())
    }

    /// The type with more qualifiers: those of an array are its elements'.
    fn qualify(&mut self, ty: Qualified, qualifiers: Qualifiers) -> Qualified {
        if qualifiers == Qualifiers::NONE {
            return ty;
        }
        let CType::Array { element, length } = *self.types.get(ty.ty) else {
            return Qualified { ty: ty.ty, qualifiers: ty.qualifiers.union(qualifiers) };
        };
        let element = self.qualify(element, qualifiers);
        self.types.array_of(element, length).into()
    }

    /// The type of what a declarator declares.
    pub(super) fn declared(&mut self, base: Typed, declarator: &'a Declarator) -> Resolve<Typed> {
        self.shaped(base, declarator, None)
    }

    /// The type of what a declarator declares. Of an array that is a parameter only a pointer will be left: of a
    /// length that the parameters before it give nothing is asked.
    fn shaped(
        &mut self,
        base: Typed,
        declarator: &'a Declarator,
        params: Option<&FxHashMap<&str, Span>>,
    ) -> Resolve<Typed> {
        let mut typed = base;
        for (place, derivation) in declarator.derivations.iter().enumerate().rev() {
            typed = match derivation {
                Derivation::Pointer(qualifiers) => {
                    let ty = self.types.pointer_to(typed.ty);
                    Typed { ty: Qualified { ty, qualifiers: *qualifiers }, align: None }
                }
                Derivation::Array { span, length } => {
                    let params = params.filter(|_| place == 0);
                    let is_param =
                        |name| params.is_some_and(|params| params.contains_key(self.source.slice(name)));
                    let length = length.as_deref().filter(|length| !length.names(&is_param));
                    let ty = self.array(typed, *span, length, params.is_some())?;
                    Typed { ty: ty.into(), align: typed.align }
                }
                Derivation::Function(params) => self.function(typed.ty.ty, params)?.into(),
            };
            self.limited(typed.ty.ty, declarator.span)?;
        }
        Ok(typed)
    }

    fn array(&mut self, typed: Typed, span: Span, length: Option<&'a Expr>, decays: bool) -> Resolve<TypeId> {
        let element = typed.ty;
        if let CType::Function(_) = self.types.get(element.ty) {
            return Err(self.error_at(
                Id::CInvalidType,
                "an array of functions",
                span,
                "expected an array of pointers to functions",
            ));
        }
        // What a pointer to a struct needs is not needed before it is followed.
        if !decays || !matches!(self.types.get(element.ty), CType::Record(_)) {
            self.sized(element.ty, span, "an array's elements")?;
        }
        self.check_stride(typed, span)?;
        let length = match length {
            None => ArrayLength::Unknown,
            Some(length) => ArrayLength::Known(self.array_length(length)?),
        };
        let ty = self.types.array_of(element, length);
        match self.types.layout(ty) {
            Err(LayoutError::TooLarge(_)) => {
                let title = "an array is larger than an object can be";
                Err(self.error(Id::CTooLarge, title, span))
            }
            Ok(_) | Err(LayoutError::Incomplete(_)) => Ok(ty),
        }
    }

    fn array_length(&mut self, length: &'a Expr) -> Resolve<u64> {
        let value = self.evaluate(length)?.value;
        u64::try_from(value).map_err(|_| {
            let label = format!("this is {value}");
            self.error_at(Id::CArrayLength, "the length of an array is negative", length.span, &label)
        })
    }

    /// Refuses a type without a size where one is needed.
    pub(super) fn sized(&mut self, ty: TypeId, span: Span, whose: &str) -> Resolve<()> {
        let Err(error) = self.types.layout(ty) else { return Ok(()) };
        if let LayoutError::Incomplete(inner) = error
            && self.lost_types.contains(&inner)
        {
            return Err(Abort);
        }
        let shown = self.types.name(ty);
        let (id, title) = match error {
            LayoutError::Incomplete(_) if self.is_open(ty) => {
                (Id::CIncompleteType, format!("`{shown}` contains itself"))
            }
            LayoutError::Incomplete(_) => (Id::CIncompleteType, format!("`{shown}` has no known size")),
            LayoutError::TooLarge(_) => (Id::CTooLarge, format!("`{shown}` is larger than an object can be")),
        };
        let label = format!("expected a complete type for {whose}");
        Err(self.error_at(id, title, span, &label))
    }

    /// Whether the type is a record whose members are being read.
    fn is_open(&self, ty: TypeId) -> bool {
        match self.types.get(ty) {
            CType::Record(record) => self.open.contains(record),
            CType::Array { element, .. } => self.is_open(element.ty),
            CType::Void
            | CType::Bool
            | CType::Int(_)
            | CType::Float(_)
            | CType::Complex(_)
            | CType::Pointer(_)
            | CType::Function(_)
            | CType::Enum(_) => false,
        }
    }

    fn function(&mut self, result: TypeId, params: &'a Params) -> Resolve<TypeId> {
        let wrong = match self.types.get(result) {
            CType::Array { .. } => Some("an array"),
            CType::Function(_) => Some("a function"),
            CType::Void
            | CType::Bool
            | CType::Int(_)
            | CType::Float(_)
            | CType::Complex(_)
            | CType::Pointer(_)
            | CType::Record(_)
            | CType::Enum(_) => None,
        };
        if let Some(wrong) = wrong {
            let title = format!("a function that returns {wrong}");
            return Err(self.error_at(
                Id::CInvalidType,
                title,
                params.span,
                "expected a pointer as its result",
            ));
        }
        let decayed = self.params(params)?;
        Ok(self.types.function(result, &decayed, params.is_variadic))
    }

    /// The decayed types of parameters; `(void)` has none.
    fn params(&mut self, params: &'a Params) -> Resolve<Vec<TypeId>> {
        let mut list = Vec::with_capacity(params.params.len());
        let mut names: FxHashMap<&str, Span> = FxHashMap::default();
        for param in &params.params {
            let (base, _) = self.specifiers(&param.specifiers)?;
            let declared = self.shaped(base, &param.declarator, Some(&names))?;
            let attributes = [&param.specifiers.attributes, &param.declarator.attributes];
            let typed = self.in_mode(declared, &attributes)?;
            let span = param.specifiers.span.to(param.declarator.span);
            if *self.types.get(typed.ty.ty) == CType::Void {
                let is_alone = params.params.len() == 1 && !params.is_variadic;
                if is_alone && param.declarator.name.is_none() && typed.ty.qualifiers == Qualifiers::NONE {
                    return Ok(Vec::new());
                }
                return Err(self.error_at(
                    Id::CInvalidType,
                    "a parameter is declared as `void`",
                    span,
                    "expected a type with values",
                ));
            }
            if let Some(name) = param.declarator.name {
                let text = self.source.slice(name);
                if let Some(before) = names.insert(text, name) {
                    return Err(self.twice("two parameters are named", text, name, before));
                }
            }
            let decayed = self.types.decay(typed.ty);
            list.push(self.limited(decayed, span)?);
        }
        Ok(list)
    }
}
