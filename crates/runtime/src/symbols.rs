//! The functions that compiled code may call, by name.

use std::ffi::{c_int, c_void};

/// A function's name in an object, and its address.
type Symbol = (&'static str, *const c_void);

/// Every function that compiled code may call without being given it by the program: its name in
/// an object, and its address.
pub fn symbols() -> impl Iterator<Item = (&'static str, u64)> {
    OWN.iter().chain(C_LIBRARY).map(|&(name, address)| (name, address.addr() as u64))
}

/// Declares functions of the C library by signature and gives their names and addresses.
macro_rules! c_functions {
    ($table:ident: $($signature:tt => $($name:ident)*;)*) => {
        const $table: &[Symbol] = &[
            $($(c_functions!(@symbol $name $signature),)*)*
        ];
    };
    (@symbol $name:ident (fn($($arg:ty),*) $(-> $result:ty)?)) => {{
        unsafe extern "C" {
            fn $name($(_: $arg),*) $(-> $result)?;
        }
        (stringify!($name), $name as *const c_void)
    }};
}

c_functions! { C_LIBRARY:
    (fn(f64) -> f64) => acos acosh asin asinh atan atanh cbrt ceil cos cosh erf erfc exp exp10 exp2 expm1 floor
        lgamma log log10 log1p log2 nearbyint rint round roundeven sin sinh sqrt tan tanh tgamma trunc;
    (fn(f32) -> f32) => acosf acoshf asinf asinhf atanf atanhf cbrtf ceilf cosf coshf erff erfcf expf exp10f exp2f
        expm1f floorf lgammaf logf log10f log1pf log2f nearbyintf rintf roundf roundevenf sinf sinhf sqrtf tanf
        tanhf tgammaf truncf;
    (fn(f64, f64) -> f64) => atan2 copysign fmax fmin fmod hypot nextafter pow remainder;
    (fn(f32, f32) -> f32) => atan2f copysignf fmaxf fminf fmodf hypotf nextafterf powf remainderf;
    (fn(f64, f64, f64) -> f64) => fma;
    (fn(f32, f32, f32) -> f32) => fmaf;
    (fn(f64, c_int) -> f64) => ldexp;
    (fn(f32, c_int) -> f32) => ldexpf;
    (fn(f64, *mut c_int) -> f64) => frexp;
    (fn(f32, *mut c_int) -> f32) => frexpf;
    (fn(f64, *mut f64, *mut f64)) => sincos;
    (fn(f32, *mut f32, *mut f32)) => sincosf;
    (fn(Complex64) -> Complex64) => cacos cacosh casin casinh catan catanh ccos ccosh cexp clog csin csinh csqrt
        ctan ctanh;
    (fn(Complex32) -> Complex32) => cacosf cacoshf casinf casinhf catanf catanhf ccosf ccoshf cexpf clogf csinf
        csinhf csqrtf ctanf ctanhf;
    (fn(Complex64, Complex64) -> Complex64) => cpow;
    (fn(Complex32, Complex32) -> Complex32) => cpowf;
    (fn(*mut c_void, *const c_void, usize) -> *mut c_void) => memcpy memmove;
    (fn(*mut c_void, c_int, usize) -> *mut c_void) => memset;
    (fn(*const c_void, *const c_void, usize) -> c_int) => bcmp memcmp;
    (fn(*const c_void) -> usize) => strlen wcslen;
}

/// A `double _Complex`, which travels as a struct of its parts does.
#[repr(C)]
struct Complex64 {
    real: f64,
    imag: f64,
}

/// A `float _Complex`.
#[repr(C)]
struct Complex32 {
    real: f32,
    imag: f32,
}

/// The functions of this crate.
const OWN: &[Symbol] = &[
    ("ferrule_int_pow", crate::integer::int_pow as *const c_void),
    ("ferrule_raise", crate::error::raise as *const c_void),
];
