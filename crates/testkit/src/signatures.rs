//! Random C signatures with two C functions each: one to be called, one that calls back.
//!
//! Both move values as streams (see [`c_types`](crate::c_types)) between their arguments and
//! results and the buffers `in_buffer` and `out_buffer` of the C file:
//!
//! ```text
//! R  callee7(A a0, B a1)            puts a0 and a1, gets and returns an R
//! void caller7(R (*f)(A, B))        gets an A and a B, calls f, puts the result
//! ```

use std::fmt::Write as _;

use ctype::CType;

use crate::c_types::{MACROS, RandomType, TypeGenerator};

/// A signature and the numbers of its C functions.
#[derive(Clone, Debug)]
pub struct RandomSignature {
    /// The result, unless it is `void`.
    pub result: Option<RandomType>,
    /// The parameters; of a variadic function also what is passed after `...`.
    pub params: Vec<RandomType>,
    /// How many parameters are declared, when `...` follows them. Then there is no `caller`.
    pub variadic_after: Option<usize>,
    /// What its functions are called: `callee` and `caller` with this number.
    pub number: usize,
}

/// How many bytes the buffers of a C file have.
pub const BUFFER: usize = 1 << 16;

impl RandomSignature {
    /// A signature of at most `most` parameters; half of them have few, which registers can hold.
    pub fn generate(generator: &mut TypeGenerator, most: usize, number: usize) -> Self {
        let result = (!generator.random.percent(8)).then(|| generator.any());
        let most = if generator.random.percent(50) { most.min(5) } else { most };
        let count = generator.random.below(most + 1);
        let is_variadic = count > 0 && generator.random.percent(15);
        let variadic_after = is_variadic.then(|| 1 + generator.random.below(count));
        let declared = variadic_after.unwrap_or(count);
        let params = (0..count)
            .map(|index| if index < declared { generator.any() } else { generator.promoted() })
            .collect();
        Self { result, params, variadic_after, number }
    }

    /// The C text of its functions.
    pub fn text(&self) -> String {
        let mut text = self.callee();
        if self.variadic_after.is_none() {
            text += &self.caller();
        }
        text
    }

    /// The C name of the result's type.
    fn result_name(&self) -> &str {
        self.result.as_ref().map_or("void", |result| &result.c_name)
    }

    fn callee(&self) -> String {
        let declared = self.variadic_after.unwrap_or(self.params.len());
        let mut params: Vec<String> = self.named_params().take(declared).collect();
        params.extend(self.variadic_after.map(|_| "...".to_owned()));
        let list = if params.is_empty() { "void".to_owned() } else { params.join(", ") };
        let mut text = format!("{} callee{}({list}) {{\n", self.result_name(), self.number);
        text += "  unsigned char *out = out_buffer, *in = in_buffer;\n";
        if let Some(declared) = self.variadic_after {
            let _ = writeln!(text, "  va_list ap; va_start(ap, a{});", declared - 1);
            for (index, param) in self.params.iter().enumerate().skip(declared) {
                let _ = writeln!(text, "  {} a{index} = va_arg(ap, {});", param.c_name, param.c_name);
            }
        }
        for (index, param) in self.params.iter().enumerate() {
            statements(&mut text, param, "PUT", &format!("a{index}"));
        }
        if let Some(result) = &self.result {
            let _ = writeln!(text, "  {} r;", result.c_name);
            statements(&mut text, result, "GET", "r");
            text += "  return r;\n";
        }
        text + "}\n"
    }

    fn caller(&self) -> String {
        let types: Vec<&str> = self.params.iter().map(|param| param.c_name.as_str()).collect();
        let list = if types.is_empty() { "void".to_owned() } else { types.join(", ") };
        let mut text = format!("void caller{}({} (*f)({list})) {{\n", self.number, self.result_name());
        text += "  unsigned char *out = out_buffer, *in = in_buffer;\n";
        for (index, (param, declaration)) in self.params.iter().zip(self.named_params()).enumerate() {
            let _ = writeln!(text, "  {declaration};");
            statements(&mut text, param, "GET", &format!("a{index}"));
        }
        let names: Vec<String> = (0..self.params.len()).map(|index| format!("a{index}")).collect();
        let call = format!("f({})", names.join(", "));
        match &self.result {
            None => {
                let _ = writeln!(text, "  {call};");
            }
            Some(result) => {
                let _ = writeln!(text, "  {} r = {call};", result.c_name);
                statements(&mut text, result, "PUT", "r");
            }
        }
        text + "}\n"
    }

    fn named_params(&self) -> impl Iterator<Item = String> {
        self.params.iter().enumerate().map(|(index, param)| format!("{} a{index}", param.c_name))
    }
}

fn statements(text: &mut String, ty: &RandomType, verb: &str, name: &str) {
    for leaf in &ty.leaves {
        let _ = writeln!(text, "  {}", leaf.statement(verb, name));
    }
}

/// The C file with the functions of all signatures.
pub fn c_file(generator: &TypeGenerator, signatures: &[RandomSignature]) -> String {
    let mut text = format!("{MACROS}unsigned char in_buffer[{BUFFER}], out_buffer[{BUFFER}];\n");
    text += &generator.declarations;
    text.extend(signatures.iter().map(RandomSignature::text));
    text
}

impl RandomSignature {
    /// The result's entry in the generator's table.
    pub fn result_type(&self, generator: &mut TypeGenerator) -> ctype::TypeId {
        match &self.result {
            Some(result) => result.ty,
            None => generator.types.intern(CType::Void),
        }
    }
}
