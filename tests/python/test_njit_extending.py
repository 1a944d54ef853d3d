"""`ferrule.extending`: functions that Python code adds to compiled code."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from ferrule import cfunc, errors, extending, njit, types


def stub(*args, **kwargs):
    """Return a new function that only compiled code can call."""

    def function(*args, **kwargs):
        raise NotImplementedError

    return function


def test_register_jitable():
    @extending.register_jitable
    def twice(x):
        return x * 2

    @njit
    def f(x):
        return twice(x) + 1

    assert f(3) == 7
    assert f(1.5) == 4.0
    assert twice(4) == 8


def test_overload_of_a_function():
    def clamp(x, low, high):
        return min(max(x, low), high)

    @extending.overload(clamp)
    def compiled_clamp(x, low, high):
        def implementation(x, low, high):
            if x < low:
                return low
            return high if x > high else x

        return implementation

    @njit
    def f(x):
        return clamp(x, 0.0, 1.0)

    assert [f(2.0), f(-1.0), f(0.25)] == [1.0, 0.0, 0.25]


def test_overload_chooses_by_type():
    def kind_of(x):
        raise NotImplementedError

    @extending.overload(kind_of)
    def compiled_kind_of(x):
        if isinstance(x, types.Integer):
            return lambda x: 1
        if isinstance(x, types.Float):
            return lambda x: 2
        if isinstance(x, types.Array):
            return lambda x: 3
        return None

    @njit
    def f(x):
        return kind_of(x)

    assert f(1) == 1
    assert f(1.0) == 2
    assert f(np.zeros(3)) == 3
    with pytest.raises(errors.TypingError):
        f(1j)


def test_overload_with_defaults():
    def power(x, exponent=2):
        raise NotImplementedError

    @extending.overload(power)
    def compiled_power(x, exponent=2):
        def implementation(x, exponent=2):
            result = 1
            for _ in range(exponent):
                result *= x
            return result

        return implementation

    @njit
    def f(x):
        return power(x) + power(x, 3) + power(x, exponent=1)

    assert f(2) == 4 + 8 + 2


def test_function_of_numpy_is_added():
    @extending.overload(np.average)
    def compiled_average(a):
        return lambda a: a.sum() / a.size

    @njit
    def f(a):
        return np.average(a)

    assert f(np.array([3.0, -1.0, 2.0])) == 4 / 3


def test_the_first_that_was_registered_is_asked_first():
    function = stub()

    @extending.overload(function)
    def first(x):
        return (lambda x: 1) if isinstance(x, types.Integer) else None

    @extending.overload(function)
    def second(x):
        return lambda x: 2

    f = njit(lambda x: function(x))
    assert (f(1), f(1.0)) == (1, 2)


def test_what_was_registered_later_serves_what_is_compiled_later():
    function = stub()
    f = njit(lambda x: function(x))
    extending.overload(function)(lambda x: (lambda x: 1) if isinstance(x, types.Integer) else None)
    assert f(1) == 1
    with pytest.raises(errors.TypingError):
        f(1.0)
    extending.overload(function)(lambda x: lambda x: 2)
    assert (f(1), f(1.0), f(2)) == (1, 2, 1)


def test_a_typing_function_is_asked_once_for_the_same_types():
    function = stub()
    asked = []

    @extending.overload(function)
    def typed(x):
        asked.append(x)
        return lambda x: x

    njit(lambda x: function(x) + function(x) + function(x * 2))(1)
    njit(lambda x: function(x) + function(1.5))(1)
    assert asked == [types.int64, types.float64]


def test_closures_of_implementations_are_frozen():
    function = stub()

    @extending.overload(function)
    def typed(x):
        offset = x.bitwidth
        zero = x(0)

        def implementation(x):
            return x + offset + zero

        return implementation

    f = njit(lambda x: function(x))
    assert (f(1), f(np.float32(1)), f(1.5)) == (65, 33.0, 65.5)


def sin_like(x):
    return x


SEEN = [
    (lambda see, x: see(x), 1, "int64", "Integer"),
    (lambda see, x: see(x > 2), 1, "bool", "Boolean"),
    (lambda see, x: see(x), 1j, "complex128", "Complex"),
    (lambda see, x: see(x), np.zeros((2, 2), "f4"), "array(float32, 2d, C)", "Array"),
    (lambda see, x: see(x * 2 + 1), np.zeros(2), "array(float64, 1d, C)", "Array"),
    (lambda see, x: see((x, 2.0)), 1, "Tuple(int64, float64)", "Tuple"),
    (lambda see, x: see(x.shape), np.zeros((2, 2)), "UniTuple(int64 x 2)", "UniTuple"),
    (lambda see, x: see(x.dtype), np.zeros(2, "f4"), "class(float32)", "NumberClass"),
    (lambda see, x: see(np.int8), 1, "class(int8)", "NumberClass"),
    (lambda see, x: see(None), 1, "none", "NoneType"),
    (lambda see, x: see("text"), 1, "unicode_type", "UnicodeType"),
    (lambda see, x: see(np.sin), 1, "Function(numpy.sin)", "Function"),
    (lambda see, x: see(abs), 1, "Function(builtins.abs)", "Function"),
    (lambda see, x: see(lambda y: y), 1, "function(<lambda>)", "Dispatcher"),
    (lambda see, x: see(x), njit(sin_like), "function(sin_like)", "Dispatcher"),
    (lambda see, x: see(ValueError), 1, "class(ValueError)", "Callable"),
    (lambda see, x: see(x), np.random.default_rng(1), "bitgen*", "NumPyRandomGeneratorType"),
    (lambda see, x: see(x[0]), np.zeros(1, [("a", "f8")]), "Record(a[float64;0])", "Record"),
]


@pytest.mark.parametrize(("caller", "value", "shown", "name"), SEEN, ids=[one[2] for one in SEEN])
def test_what_typing_functions_see(caller, value, shown, name):
    see = stub()
    seen = []

    @extending.overload(see)
    def typed(x):
        seen.append(x)
        return lambda x: 7

    assert njit(lambda x: caller(see, x))(value) == 7
    (ty,) = seen
    assert isinstance(ty, getattr(types, name))
    if name != "NumPyRandomGeneratorType":
        assert repr(ty) == shown


def test_arrays_say_their_layout():
    see = stub()

    @extending.overload(see)
    def typed(x):
        code = x.ndim * 100 + "CFA".index(x.layout) * 10 + x.mutable + x.aligned
        return lambda x: code

    f = njit(lambda x: see(x))
    assert f(np.zeros((2, 3))) == 202
    assert f(np.zeros((2, 3)).T) == 212
    assert f(np.zeros((2, 3))[:, ::2]) == 222
    readonly = np.zeros(3)
    readonly.setflags(write=False)
    assert f(readonly) == 101


def test_slices_are_seen():
    see = stub()

    @extending.overload(see)
    def typed(s):
        assert isinstance(s, types.SliceType)
        raise errors.TypingError(f"it is {s}")

    with pytest.raises(errors.TypingError, match="it is slice<a:b>"):
        njit(lambda x: see(slice(x, 2)))(1)
    with pytest.raises(errors.TypingError, match="it is slice<a:b:c>"):
        njit(lambda x: see(slice(x, 2, 3)))(1)


def test_literals():
    item = stub()
    asked = []

    @extending.overload(item)
    def typed(values, index):
        asked.append(index)
        if isinstance(index, types.IntegerLiteral):
            place = index.literal_value
            return lambda values, index: values[place]
        return None

    f = njit(lambda a, b: item((a, b), 1))
    assert f(1, "text" and 2.5) == 2.5
    assert asked == [types.int64, types.literal(1)]
    with pytest.raises(
        errors.TypingError, match=r"no implementation of `item` for \(\(int64, int64\), int64\)"
    ):
        njit(lambda a, b: item((a, b), a))(0, 1)


def test_literals_come_first_where_they_are_preferred():
    function = stub()
    asked = []

    @extending.overload(function, prefer_literal=True)
    def typed(x, n=4):
        asked.append((x, n))
        return lambda x, n=4: x * n

    assert njit(lambda x: function(x, 3) + function(x) + function(2, n=5))(1) == 3 + 4 + 10
    assert asked == [
        (types.int64, types.literal(3)),
        (types.int64, 4),
        (types.literal(2), types.literal(5)),
    ]


def test_literals_are_known_in_the_implementation():
    function = stub()

    @extending.overload(function, prefer_literal=True)
    def typed(x, mode, flag):
        # Only one of the branches compiles.
        def implementation(x, mode, flag):
            if mode == "sum" and flag:
                return x.sum()
            return x.nothing

        return implementation

    assert njit(lambda x: function(x, "sum", True))(np.ones(3)) == 3.0


def test_strings_choose():
    function = stub()

    @extending.overload(function)
    def typed(x, how):
        if isinstance(how, types.StringLiteral):
            return {"up": lambda x, how: x + 1, "down": lambda x, how: x - 1}.get(how.literal_value)
        return None

    assert njit(lambda x: function(x, "up") * 10 + function(x, "down"))(5) == 64
    with pytest.raises(errors.TypingError, match="no implementation"):
        njit(lambda x: function(x, "left"))(5)


def test_rest_and_keywords():
    function = stub()

    @extending.overload(function)
    def typed(x, *rest, scale=2):
        assert all(isinstance(each, types.Type) for each in rest)
        return lambda x, *rest, scale=2: (x + len(rest)) * scale

    assert njit(lambda x: function(x, 1, 2.5))(1) == 6
    assert njit(lambda x: function(x, scale=5))(1) == 5


def test_rest_of_an_implementation_takes_what_its_typing_function_names():
    function = stub()
    extending.overload(function)(lambda x, y, z: lambda x, *rest: len(rest))
    assert njit(lambda x: function(x, 2, 3))(1) == 2


def test_a_loose_implementation_takes_what_it_takes():
    function = stub()
    extending.overload(function, strict=False)(lambda a, b: lambda x, y: x - y)
    assert njit(lambda x: function(x, 2))(5) == 3


def test_recursion_through_an_overload():
    factorial = stub()

    @extending.overload(factorial)
    def typed(n):
        def implementation(n):
            if n <= 1:
                return 1
            return n * factorial(n - 1)

        return implementation

    assert njit(lambda n: factorial(n))(10) == 3628800
    deep = stub()

    @extending.overload(deep)
    def typed_deep(n):
        return lambda n: 0 if n == 0 else deep(n - 1) + 1

    f = njit(lambda n: deep(n))
    assert f(1000) == 1000
    with pytest.raises(RecursionError):
        f(1 << 40)


def test_recursion_over_the_items_of_a_tuple():
    total = stub()

    @extending.overload(total)
    def typed(values):
        if len(values) == 0:
            return lambda values: 0.0
        return lambda values: values[0] + total(values[1:])

    assert njit(lambda a, b: total((a, b, 3, 4.5)))(1, 2.5) == 11.0
    assert njit(lambda: total((1, 2, 3, 4, 5, 6, 7, 8, 9)))() == 45.0


def test_overloads_that_use_each_other():
    outer, inner = stub(), stub()

    @extending.overload(inner)
    def typed_inner(x):
        return (lambda x: x + 1) if isinstance(x, types.Integer) else (lambda x: x + 0.5)

    @extending.overload(outer)
    def typed_outer(x):
        return lambda x: inner(x) * 2

    f = njit(lambda x: outer(x))
    assert (f(1), f(1.0)) == (4, 3.0)


def test_a_typing_function_may_register_more():
    first, second = stub(), stub()

    @extending.overload(first)
    def typed(x):
        extending.overload(second)(lambda x: lambda x: x + 1)
        extending.overload_attribute(types.Integer, "twice_of_it")(lambda x: lambda x: 2 * x)
        return lambda x: second(x).twice_of_it

    assert njit(lambda x: first(x))(3) == 8


def test_a_builtin_of_numpy_and_of_python_is_extended():
    @extending.overload(len)
    def typed(x):
        return (lambda x: 1) if isinstance(x, types.Float) else None

    f = njit(lambda x: len(x))
    assert (f(1.5), f(np.zeros(3))) == (1, 3)
    with pytest.raises(errors.CompileError):
        f(1)

    @extending.overload(np.trace)
    def typed_trace(a):
        def implementation(a):
            total = a[0, 0] * 0
            for i in range(min(a.shape)):
                total += a[i, i]
            return total

        return implementation

    assert njit(lambda a: np.trace(a))(np.arange(9.0).reshape(3, 3)) == 12.0


def test_what_is_added_comes_before_what_there_is():
    @extending.overload(np.hypot)
    def typed(x, y):
        if x == y == types.int8:
            return lambda x, y: -1
        return None

    f = njit(lambda x, y: np.hypot(x, y))
    assert f(3, 4) == 5.0
    assert f(np.int8(3), np.int8(4)) == -1


def test_a_class_is_extended():
    class Model:
        def __init__(self, x):
            self.x = x

    class Other:
        pass

    extending.overload(Model)(lambda x: lambda x: (x, x + 1))
    extending.overload(Other)(lambda: lambda: 9)

    @njit
    def f(x):
        a, b = Model(x)
        return a * b + Other()

    assert f(3) == 21
    with pytest.raises(
        errors.CompileError, match=r"no implementation of `Model` for \(int64, int64\)|too many"
    ):
        njit(lambda x: Model(x, x))(1)


def test_an_object_that_is_called_is_extended():
    class Scale:
        def __call__(self, x):
            return 3 * x

    scale = Scale()
    extending.overload(scale)(lambda x: lambda x: 3 * x)
    assert njit(lambda x: scale(x))(2) == 6


def test_an_overloaded_function_is_chosen_at_run_time():
    function = stub()
    extending.overload(function)(lambda x: lambda x: x + 1)

    def other(x):
        return x * 100

    @njit
    def f(is_first, x):
        chosen = function if is_first else other
        return chosen(x)

    assert (f(True, 1), f(False, 1)) == (2, 100)


def test_an_overloaded_function_is_passed_on():
    function = stub()
    extending.overload(function)(lambda x: lambda x: x + 1)

    def apply(g, x):
        return g(x)

    assert njit(lambda x: apply(function, x))(1) == 2
    assert njit(lambda g, x: g(x))(function, 1) == 2


def test_cfunc():
    clamp = stub()

    @extending.overload(clamp)
    def typed(x, low, high):
        assert (x, low, high) == (types.float64,) * 3
        return lambda x, low, high: min(max(x, low), high)

    extending.overload_attribute(types.Float, "half_of_it")(lambda x: lambda x: x / 2)

    @cfunc("float64(float64)")
    def f(x):
        return clamp(x, 0.0, 1.0) + x.half_of_it

    assert f.ctypes(4.0) == 3.0
    with pytest.raises(errors.TypingError, match="missing a required argument"):
        cfunc("float64(float64)")(lambda x: x.half_of_it + clamp())
    with pytest.raises(errors.TypingError, match="has no attribute `half_of_it`"):
        cfunc("int64(int64)")(lambda x: x.half_of_it)


def test_options_of_implementations_are_their_own():
    by_function, by_method = stub(), "divided_for_options"
    unchecked = {"error_model": "numpy"}
    extending.overload(by_function, jit_options=unchecked)(lambda x, y: lambda x, y: x / y)
    extending.overload_method(types.Float, by_method, jit_options=unchecked)(lambda x, y: lambda x, y: x / y)

    @extending.register_jitable(error_model="numpy")
    def registered(x, y):
        return x / y

    plain = stub()
    extending.overload(plain)(lambda x, y: lambda x, y: x / y)
    for divide in (
        lambda x, y: by_function(x, y),
        lambda x, y: x.divided_for_options(y),
        lambda x, y: registered(x, y),
    ):
        assert njit(divide)(1.0, 0.0) == float("inf")
        assert njit(divide)(1.0, 2.0) == 0.5
    with pytest.raises(ZeroDivisionError):
        njit(lambda x, y: plain(x, y))(1.0, 0.0)
    assert njit(error_model="numpy")(lambda x, y: plain(x, y))(1.0, 0.0) == float("inf")


def test_options_are_taken():
    function = stub()

    @extending.overload(function, jit_options={"fastmath": True, "nogil": True}, inline="always")
    def typed(x):
        return lambda x: x + 1

    @extending.register_jitable(inline="always", error_model="numpy")
    def twice(x):
        return 2 * x

    @extending.register_jitable()
    def thrice(x):
        return 3 * x

    assert njit(lambda x: function(x) + twice(x) + thrice(x))(1) == 7
    extending.overload_method(types.Boolean, "taken", inline=lambda *_: True)(lambda x: lambda x: 4)
    assert njit(lambda x: x.taken())(True) == 4


def test_decorators_return_what_they_decorate():
    def typed(x):
        return None

    assert extending.overload(stub())(typed) is typed
    assert extending.overload_method(types.Array, "returned")(typed) is typed
    assert extending.overload_attribute(types.Array, "returned_too")(typed) is typed
    assert extending.register_jitable(typed) is typed
    assert typed(1) is None


def test_threads_that_compile_at_once():
    function = stub()

    @extending.overload(function)
    def typed(x):
        offset = x.bitwidth
        return lambda x: x + offset

    functions = [njit(lambda x: function(x) * 2) for _ in range(8)]
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda f: (f(1), f(1.5), f(np.float32(1))), functions))
    assert results == [(130, 131.0, 66.0)] * 8
