"""What cannot be compiled is named with its place, and nothing is left behind."""

import pickle

import pytest

from ferrule import cfunc, errors


def comprehends(n):
    return sum([i * i for i in range(n)])


def reraises(n):
    if n > 1:
        raise  # noqa: PLE0704 - what is tested
    return n


def adds_text(n):
    return n + "one"


def calls_input(n):
    input()
    return n


def branches(flag):
    if flag > 2:
        value = 1
    elif flag:
        value = 1j
    return value < 2


CASES = [
    (comprehends, errors.UnsupportedError, "unsupported-comprehension", 1),
    (reraises, errors.UnsupportedError, "unsupported-reraise", 2),
    (adds_text, errors.TypingError, None, 1),
    (calls_input, errors.UnsupportedError, "unsupported-function", 1),
    (branches, errors.TypingError, None, 5),
]


@pytest.mark.parametrize(
    ("function", "expected", "id_", "line"), CASES, ids=[case[0].__name__ for case in CASES]
)
def test_place_and_class(function, expected, id_, line):
    with pytest.raises(errors.CompileError) as caught:
        cfunc("int64(int64)")(function)
    error = caught.value
    assert type(error) is expected
    assert (error.filename, error.lineno) == (__file__, function.__code__.co_firstlineno + line)
    (first, *_) = error.diagnostics
    assert (first.filename, first.lineno, first.offset) == (error.filename, error.lineno, error.offset)
    assert first.severity == "error"
    assert id_ in {None, first.id}
    assert first.title in str(error) == "\n\n".join(str(one) for one in error.diagnostics)
    assert "^" in str(error)


def test_all_unsupported_constructs_are_told_at_once():
    def many(n):
        first = {n}
        with n:
            pass
        return {n: first}

    with pytest.raises(errors.UnsupportedError) as caught:
        cfunc("int64(int64)")(many)
    assert len(caught.value.diagnostics) == 3


def test_hierarchy():
    classes = [errors.SourceError, errors.SignatureError, errors.TypingError, errors.UnsupportedError]
    assert all(issubclass(one, errors.CompileError) for one in classes)
    assert issubclass(errors.SignatureError, TypeError)
    assert not issubclass(errors.InternalError, errors.CompileError)


def test_error_without_diagnostics_can_be_made_and_pickled():
    error = pickle.loads(pickle.dumps(errors.TypingError("text")))
    assert (type(error), str(error)) == (errors.TypingError, "text")


WRONG_CALLS = [
    ((), "expects 1 argument, got 0"),
    ((1, 2), "expects 1 argument, got 2"),
    (("one",), "argument 1 of"),
]


@pytest.mark.parametrize(("args", "text"), WRONG_CALLS, ids=[text for _, text in WRONG_CALLS])
def test_wrong_arguments_of_a_call(args, text):
    same = cfunc("int32(int32)")(lambda n: n)
    with pytest.raises(TypeError, match=text):
        same(*args)
    with pytest.raises(OverflowError):
        same(1 << 40)
    with pytest.raises(TypeError, match="keyword"):
        same(n=1)
