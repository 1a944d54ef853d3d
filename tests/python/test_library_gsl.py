"""The GNU Scientific Library through plain declarations, held against SciPy."""

import math

import numpy as np
import pytest
import scipy.integrate
import scipy.special

import ferrule
from ferrule import FFI, vectorize

DECLARATIONS = """
    typedef struct { double (*function)(double x, void *params); void *params; } gsl_function;
    typedef struct {
        size_t limit, size, nrmax, i, maximum_level;
        double *alist, *blist, *rlist, *elist;
        size_t *order, *level;
    } gsl_integration_workspace;
    typedef void gsl_error_handler_t(const char *reason, const char *file, int line, int gsl_errno);
    typedef struct { double val, err; } gsl_sf_result;

    gsl_error_handler_t *gsl_set_error_handler(gsl_error_handler_t *new_handler);
    const char *gsl_strerror(const int gsl_errno);
    gsl_integration_workspace *gsl_integration_workspace_alloc(const size_t n);
    void gsl_integration_workspace_free(gsl_integration_workspace *w);
    int gsl_integration_qags(const gsl_function *f, double a, double b, double epsabs, double epsrel,
                             size_t limit, gsl_integration_workspace *workspace,
                             double *result, double *abserr);
    int gsl_integration_qagi(gsl_function *f, double epsabs, double epsrel, size_t limit,
                             gsl_integration_workspace *workspace, double *result, double *abserr);
    double gsl_sf_bessel_Jn(const int n, const double x);
    int gsl_sf_hyperg_2F1_e(double a, double b, const double c, const double x, gsl_sf_result *result);
    double gsl_sf_gamma(const double x);
"""


@pytest.fixture(scope="module")
def gsl():
    """An FFI with GSL's declarations, and GSL."""
    ffi = FFI()
    ffi.cdef(DECLARATIONS)
    ffi.dlopen("libgslcblas.so.0", ffi.RTLD_GLOBAL)
    return ffi, ffi.dlopen("libgsl.so.27")


@pytest.fixture
def workspace(gsl):
    """Room for a thousand intervals."""
    made = gsl[1].gsl_integration_workspace_alloc(1000)
    yield made
    gsl[1].gsl_integration_workspace_free(made)


@pytest.fixture
def errors(gsl):
    """The errors of GSL, which would else end the process."""
    ffi, lib = gsl
    found = []

    @ffi.callback("gsl_error_handler_t *")
    def keep(reason, file, line, number):
        found.append((ffi.string(reason), number))

    before = lib.gsl_set_error_handler(keep)
    yield found
    lib.gsl_set_error_handler(before)


def test_an_integral_over_a_callback_with_parameters(gsl, workspace):
    ffi, lib = gsl
    ffi.cdef("struct parameters { double alpha; int calls; };", override=True)
    parameters = ffi.new("struct parameters *", [1.5, 0])

    @ffi.callback("double(double, void *)")
    def integrand(x, params):
        params = ffi.cast("struct parameters *", params)
        params.calls += 1
        return math.log(params.alpha * x) / math.sqrt(x)

    function = ffi.new("gsl_function *", {"function": integrand, "params": parameters})
    result, error = ffi.new("double *"), ffi.new("double *")
    assert lib.gsl_integration_qags(function, 0, 1, 0, 1e-7, 1000, workspace, result, error) == 0
    expected, _ = scipy.integrate.quad(lambda x: math.log(1.5 * x) / math.sqrt(x), 0, 1)
    assert result[0] == pytest.approx(expected, rel=1e-6)
    assert parameters.calls > 100
    assert 0 < workspace.size <= workspace.limit == 1000


def test_an_integral_over_a_compiled_function(gsl, workspace):
    ffi, lib = gsl

    @ferrule.cfunc("double(double, void *)", ffi=ffi)
    def bell(x, params):
        return math.exp(-x * x)

    function = ffi.new("gsl_function *", {"function": bell.cffi})
    result, error = ffi.new("double *"), ffi.new("double *")
    assert lib.gsl_integration_qagi(function, 0, 1e-10, 1000, workspace, result, error) == 0
    assert result[0] == pytest.approx(math.sqrt(math.pi), rel=1e-10)


def test_an_exception_ends_the_integral(gsl, workspace):
    ffi, lib = gsl

    @ferrule.callback("double(double, void *)", ffi=ffi)
    def integrand(x, params):
        raise ZeroDivisionError("at once")

    function = ffi.new("gsl_function *", [integrand])
    result, error = ffi.new("double *"), ffi.new("double *")
    with pytest.raises(ZeroDivisionError, match="at once"):
        lib.gsl_integration_qags(function, 0, 1, 0, 1e-7, 1000, workspace, result, error)


def test_its_errors_come_to_a_callback(gsl, workspace, errors):
    ffi, lib = gsl

    @ffi.callback("double(double, void *)")
    def pole(x, params):
        return 1 / abs(x - 0.3) if x != 0.3 else 0.0

    result, error = ffi.new("double *"), ffi.new("double *")
    function = ffi.new("gsl_function *", [pole])
    status = lib.gsl_integration_qags(function, 0, 1, 0, 1e-9, 1000, workspace, result, error)
    assert status != 0
    assert [number for _, number in errors] == [status]
    assert math.isnan(lib.gsl_sf_gamma(0.0))
    assert errors[1] == (b"domain error", 1)
    assert ffi.string(lib.gsl_strerror(1)) == b"input domain error"


def test_special_functions_agree_with_scipy(gsl):
    ffi, lib = gsl
    x = np.linspace(0.1, 20, 50)
    orders = np.arange(5, dtype=np.intc)[:, np.newaxis]
    bessel = vectorize(lib.gsl_sf_bessel_Jn)
    np.testing.assert_allclose(bessel(orders, x), scipy.special.jv(orders, x), rtol=1e-9, atol=1e-14)
    result = ffi.new("gsl_sf_result *")
    for given in np.linspace(-0.9, 0.9, 10):
        assert lib.gsl_sf_hyperg_2F1_e(0.5, 1.5, 2.5, given, result) == 0
        assert result.val == pytest.approx(scipy.special.hyp2f1(0.5, 1.5, 2.5, given), rel=1e-10)
        assert 0 <= result.err < 1e-10
