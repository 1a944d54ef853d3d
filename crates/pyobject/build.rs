//! Tells the compiler which Python it builds for: the layout of an int changed in 3.12.

fn main() {
    pyo3_build_config::use_pyo3_cfgs();
}
