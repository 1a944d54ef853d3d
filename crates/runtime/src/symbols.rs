//! The functions that compiled code may call, by name.
//!
//! Those of the C library are looked up in the process: a Rust declaration of `fmod` or `cbrt`
//! could be bound to the one of Rust's own library, which is another function.

use std::ffi::{CString, c_void};
use std::sync::OnceLock;

/// Functions of the C mathematics library that have a form for `double` and, with an `f` added to
/// the name, one for `float`.
const MATHEMATICS: &str = "acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh erf erfc exp exp10 \
    exp2 expm1 floor fma fmax fmin fmod frexp hypot ldexp lgamma log log10 log1p log2 nearbyint nextafter pow \
    remainder rint round roundeven sin sincos sinh sqrt tan tanh tgamma trunc \
    cacos cacosh casin casinh catan catanh ccos ccosh cexp clog cpow csin csinh csqrt ctan ctanh";

/// What LLVM calls to move memory, and what it makes of loops that it recognises.
const MEMORY: &str = "bcmp memcmp memcpy memmove memset strlen wcslen";

/// What LLVM calls to divide integers of 128 bits, which it may make of closed forms of loops.
const DIVISION: &str = "__divti3 __modti3 __udivti3 __umodti3";

/// The functions of this crate.
const OWN: [(&str, *const c_void); 18] = [
    ("ferrule_allocate", crate::memory::allocate as *const c_void),
    ("ferrule_bits_below", crate::bits::below as *const c_void),
    ("ferrule_blas_matrices", crate::blas::matrices as *const c_void),
    ("ferrule_blas_vector", crate::blas::vector as *const c_void),
    ("ferrule_blas_vectors", crate::blas::vectors as *const c_void),
    ("ferrule_int_pow", crate::integer::int_pow as *const c_void),
    ("ferrule_memory_free", crate::memory::free as *const c_void),
    ("ferrule_memory_release", crate::memory::release as *const c_void),
    ("ferrule_poll", crate::poll::poll as *const c_void),
    ("ferrule_raise", crate::error::raise as *const c_void),
    ("ferrule_random_below", crate::random::below as *const c_void),
    ("ferrule_random_double", crate::random::double as *const c_void),
    ("ferrule_random_gauss", crate::random::gauss as *const c_void),
    ("ferrule_random_reseed", crate::random::reseed as *const c_void),
    ("ferrule_random_seed", crate::random::seed as *const c_void),
    ("ferrule_random_state", crate::random::state as *const c_void),
    ("ferrule_random_word", crate::random::word as *const c_void),
    ("ferrule_stack_limit", crate::stack::limit as *const c_void),
];

/// Every function that compiled code may call without being given it by the program: its name in
/// an object, and its address.
pub fn symbols() -> &'static [(String, u64)] {
    static SYMBOLS: OnceLock<Vec<(String, u64)>> = OnceLock::new();
    SYMBOLS.get_or_init(|| {
        // SAFETY: the C library's own, which has no constructors that could do harm. It stays open.
        let mathematics = unsafe { libc::dlopen(c"libm.so.6".as_ptr(), libc::RTLD_NOW) };
        let own = OWN.iter().map(|&(name, address)| (name.to_owned(), address.addr() as u64));
        let names = MATHEMATICS.split_whitespace().flat_map(|name| [name.to_owned(), format!("{name}f")]);
        let floats = names.filter_map(|name| Some((address(mathematics, &name)?, name)));
        let others = MEMORY.split_whitespace().chain(DIVISION.split_whitespace());
        let others = others.filter_map(|name| Some((address(libc::RTLD_DEFAULT, name)?, name.to_owned())));
        own.chain(floats.chain(others).map(|(address, name)| (name, address))).collect()
    })
}

/// Where a loaded library has a function, if it has it.
fn address(library: *mut c_void, name: &str) -> Option<u64> {
    let name = CString::new(name).ok()?;
    // SAFETY: a C string, looked up in a library that stays open, or in what is loaded.
    let address = unsafe { libc::dlsym(library, name.as_ptr()) };
    (!address.is_null()).then(|| address.addr() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_is_there() {
        let words = |text: &str| text.split_whitespace().count();
        let count = OWN.len() + 2 * words(MATHEMATICS) + words(MEMORY) + words(DIVISION);
        assert_eq!(symbols().len(), count);
    }
}
