//! What the whole module shares: types, attributes, declarations.

use arena::Id;
use ctype::CTypes;
use inkwell::AddressSpace;
use inkwell::attributes::{Attribute, AttributeLoc};
use inkwell::context::Context;
use inkwell::module::{Linkage, Module as LlvmModule};
use inkwell::types::{BasicType, BasicTypeEnum, FloatType, FunctionType, IntType, PointerType};
use inkwell::values::{FunctionValue, GlobalValue};
use tir::{CFunctionId, FloatTy, FuncId, Program, Ty};

use crate::error::{InternalError, Result};
use crate::jitted_abi::JittedAbi;

/// A module that is being filled.
pub(crate) struct Unit<'a, 'ctx> {
    pub context: &'ctx Context,
    pub module: &'a LlvmModule<'ctx>,
    pub types: &'a CTypes,
    pub program: &'a Program,
    functions: Vec<(FunctionValue<'ctx>, JittedAbi)>,
    c_symbols: Vec<(String, u64)>,
}

/// What is promised of a function that somebody else defines.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Promise {
    /// Its result depends on its arguments only, and it always returns. That a function of
    /// mathematics may set `errno` is of no interest.
    Pure,
    /// Nothing but that it does not unwind.
    Nothing,
    /// It is called when something went wrong.
    Cold,
    /// It is called rarely, and touches no memory that the program can name.
    Apart,
}

impl<'a, 'ctx> Unit<'a, 'ctx> {
    /// Declares the functions of the program.
    pub(crate) fn declare(
        context: &'ctx Context,
        module: &'a LlvmModule<'ctx>,
        types: &'a CTypes,
        program: &'a Program,
    ) -> Result<Self> {
        let (raises, recurses) = (optimize::raises(program), optimize::recurses(program));
        let mut unit = Self {
            context,
            module,
            types,
            program,
            functions: Vec::with_capacity(program.functions.len()),
            c_symbols: Vec::with_capacity(program.c_functions.len()),
        };
        unit.name_c_functions();
        for (id, function) in program.functions.iter() {
            let abi = JittedAbi::of(function, raises[id], recurses[id])?;
            // The prefix keeps a function called `hypot` apart from the C library's.
            let name = format!("py.{}", function.name);
            let llvm = module.add_function(&name, abi.function_type(&unit), Some(Linkage::Internal));
            unit.attribute(llvm, "nounwind", 0);
            unit.attribute(llvm, "uwtable", 2);
            if abi.is_guarded {
                // As a loop, a recursion without end would be one.
                let as_called = context.create_string_attribute("disable-tail-calls", "true");
                llvm.add_attribute(AttributeLoc::Function, as_called);
            }
            unit.functions.push((llvm, abi));
        }
        Ok(unit)
    }

    /// Names each C function so that none is taken for one that LLVM knows, nor for another
    /// library's of the same name.
    fn name_c_functions(&mut self) {
        for (id, function) in self.program.c_functions.iter() {
            let plain = format!("c.{}", function.name);
            let is_taken = self.c_symbols.iter().any(|(name, _)| *name == plain);
            let name = if is_taken { format!("{plain}.{}", id.index()) } else { plain };
            self.c_symbols.push((name, function.address));
        }
    }

    /// The symbol of each C function, with its address.
    pub(crate) fn c_symbols(self) -> Vec<(String, u64)> {
        self.c_symbols
    }

    /// The symbol of a C function.
    pub(crate) fn c_symbol(&self, id: CFunctionId) -> &str {
        &self.c_symbols[id.index()].0
    }

    /// A function of the program.
    pub(crate) fn function(&self, id: FuncId) -> (FunctionValue<'ctx>, &JittedAbi) {
        let (llvm, abi) = &self.functions[id.index()];
        (*llvm, abi)
    }

    /// A function that somebody else defines.
    pub(crate) fn external(
        &self,
        name: &str,
        ty: FunctionType<'ctx>,
        promise: Promise,
    ) -> FunctionValue<'ctx> {
        if let Some(known) = self.module.get_function(name) {
            return known;
        }
        let function = self.module.add_function(name, ty, Some(Linkage::External));
        self.attribute(function, "nounwind", 0);
        match promise {
            Promise::Pure => {
                self.attribute(function, "memory", 0);
                self.attribute(function, "willreturn", 0);
            }
            Promise::Nothing => {}
            Promise::Cold => self.attribute(function, "cold", 0),
            Promise::Apart => {
                self.attribute(function, "cold", 0);
                // memory(inaccessiblemem: readwrite)
                self.attribute(function, "memory", 12);
            }
        }
        function
    }

    /// A word of memory that somebody else defines.
    pub(crate) fn external_data(&self, name: &str, ty: impl BasicType<'ctx>) -> GlobalValue<'ctx> {
        self.module.get_global(name).unwrap_or_else(|| self.module.add_global(ty, None, name))
    }

    /// Puts an attribute on a function.
    pub(crate) fn attribute(&self, function: FunctionValue<'ctx>, name: &str, value: u64) {
        function.add_attribute(AttributeLoc::Function, self.make_attribute(name, value));
    }

    /// An attribute by its name.
    pub(crate) fn make_attribute(&self, name: &str, value: u64) -> Attribute {
        self.context.create_enum_attribute(Attribute::get_named_enum_kind_id(name), value)
    }

    /// An attribute that names a type.
    pub(crate) fn make_type_attribute(&self, name: &str, ty: BasicTypeEnum<'ctx>) -> Attribute {
        let kind = Attribute::get_named_enum_kind_id(name);
        self.context.create_type_attribute(kind, inkwell::types::AnyType::as_any_type_enum(&ty))
    }

    /// `ptr`.
    pub(crate) fn pointer(&self) -> PointerType<'ctx> {
        self.context.ptr_type(AddressSpace::default())
    }

    /// `iN`.
    pub(crate) fn int(&self, bits: u32) -> Result<IntType<'ctx>> {
        let width =
            std::num::NonZeroU32::new(bits).ok_or_else(|| InternalError::new("an integer of no bits"))?;
        self.context.custom_width_int_type(width).map_err(InternalError::new)
    }

    /// `float` or `double`.
    pub(crate) fn float(&self, ty: FloatTy) -> FloatType<'ctx> {
        match ty {
            FloatTy::F32 => self.context.f32_type(),
            FloatTy::F64 => self.context.f64_type(),
        }
    }

    /// The types of a value's parts.
    pub(crate) fn parts(&self, ty: Ty) -> Vec<BasicTypeEnum<'ctx>> {
        match ty {
            Ty::Unit => Vec::new(),
            Ty::Bool => vec![self.context.bool_type().into()],
            Ty::Int(int) => vec![self.int_type(int.bits).into()],
            Ty::Float(float) => vec![self.float(float).into()],
            Ty::Complex(float) => vec![self.float(float).into(); 2],
            Ty::Pointer(_) | Ty::Record(_) => vec![self.pointer().into()],
            Ty::Array(array) => {
                let words = usize::from(array.rank) * if array.has_strides() { 2 } else { 1 };
                let word = BasicTypeEnum::from(self.context.i64_type());
                [self.pointer().into(); 2].into_iter().chain(std::iter::repeat_n(word, words)).collect()
            }
            Ty::Tuple(tuple) => tuple.items().iter().flat_map(|&item| self.parts(item)).collect(),
        }
    }

    /// The integer type of a value: 8, 16, 32 or 64 bits.
    pub(crate) fn int_type(&self, bits: u8) -> IntType<'ctx> {
        match bits {
            8 => self.context.i8_type(),
            16 => self.context.i16_type(),
            32 => self.context.i32_type(),
            _ => self.context.i64_type(),
        }
    }
}
