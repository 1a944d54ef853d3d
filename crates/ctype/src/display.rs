//! Types as C spells them.

use crate::{ArrayLength, CType, CTypes, FloatType, Qualified, Qualifiers, TypeId};

impl CTypes {
    /// The type as a cast would name it: `int *`, `int(*)(char *, ...)`, `struct point[3]`.
    pub fn name(&self, ty: TypeId) -> String {
        self.declare(ty, "")
    }

    /// A declaration of `declarator` with the type: `int x[3]`, `int(*f)(void)`.
    pub fn declare(&self, ty: TypeId, declarator: &str) -> String {
        self.declare_qualified(ty.into(), declarator)
    }

    /// A declaration of `declarator` with a type and its qualifiers.
    pub fn declare_qualified(&self, qualified: Qualified, inner: &str) -> String {
        let words = qualifier_words(qualified.qualifiers);
        let base = |name: &str| {
            let space = if inner.is_empty() || inner.starts_with(['[', '(']) { "" } else { " " };
            format!("{words}{name}{space}{inner}")
        };
        match self.get(qualified.ty) {
            CType::Void => base("void"),
            CType::Bool => base("_Bool"),
            CType::Int(kind) => base(kind.name()),
            CType::Float(kind) => base(kind.name()),
            CType::Complex(FloatType::Float) => base("float _Complex"),
            CType::Complex(FloatType::Double) => base("double _Complex"),
            CType::Complex(FloatType::LongDouble) => base("long double _Complex"),
            CType::Record(record) => base(&self.record(*record).name),
            CType::Enum(id) => base(&self.enumeration(*id).name),
            CType::Pointer(target) => {
                let words = words.trim_end();
                let space = if words.is_empty() || inner.is_empty() { "" } else { " " };
                let star = format!("*{words}{space}{inner}");
                let needs_parentheses =
                    matches!(self.get(target.ty), CType::Array { .. } | CType::Function(_));
                let inner = if needs_parentheses { format!("({star})") } else { star };
                self.declare_qualified(*target, &inner)
            }
            CType::Array { element, length } => {
                let suffix = match length {
                    ArrayLength::Known(count) => format!("[{count}]"),
                    ArrayLength::Unknown => "[]".to_owned(),
                };
                self.declare_qualified(*element, &format!("{inner}{suffix}"))
            }
            CType::Function(signature) => {
                let mut params: Vec<String> = signature.params.iter().map(|ty| self.name(*ty)).collect();
                if signature.is_variadic {
                    params.push("...".to_owned());
                }
                let list = if params.is_empty() { "void".to_owned() } else { params.join(", ") };
                self.declare(signature.result, &format!("{inner}({list})"))
            }
        }
    }
}

/// The words with a space after each.
fn qualifier_words(qualifiers: Qualifiers) -> String {
    let Qualifiers { is_const, is_volatile, is_restrict } = qualifiers;
    let words = [(is_const, "const "), (is_volatile, "volatile "), (is_restrict, "restrict ")];
    words.iter().filter(|(is_there, _)| *is_there).map(|(_, word)| *word).collect()
}

#[cfg(test)]
mod tests {
    use crate::{ArrayLength, CTypes, DataModel, FloatType, IntType, Qualified, Qualifiers};

    #[test]
    fn declarators_nest_as_in_c() {
        let mut types = CTypes::new(DataModel::SYSV_X64);
        let (int, double) = (types.int(IntType::Int), types.float(FloatType::Double));
        let constant = Qualifiers { is_const: true, ..Qualifiers::NONE };
        let text = types.pointer_to(Qualified { ty: int, qualifiers: constant });
        let function = types.function(double, &[text, int], true);
        let pointer = types.pointer_to(function);
        let array = types.array_of(pointer, ArrayLength::Known(3));
        assert_eq!(types.name(text), "const int *");
        assert_eq!(types.name(array), "double(*[3])(const int *, int, ...)");
        assert_eq!(types.declare(pointer, "f"), "double(*f)(const int *, int, ...)");
        let row = types.array_of(int, ArrayLength::Unknown);
        let to_row = types.pointer_to(row);
        assert_eq!((types.name(row), types.name(to_row)), ("int[]".into(), "int(*)[]".into()));
        let empty = types.function(int, &[], false);
        assert_eq!(types.name(empty), "int(void)");
    }
}
