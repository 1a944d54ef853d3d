"""A function's text is found wherever Python keeps it, and never believed when it is not the function's."""

import linecache
import os
import pty
import subprocess
import sys
import textwrap

import pytest

from ferrule import cfunc
from ferrule.errors import SourceError


def compiled(function, signature="float64(float64)"):
    return cfunc(signature)(function)


def checked_sqrt(x):
    """A function with asserts, in a file that pytest rewrites."""
    assert x >= 0.0, "a number that is not negative"
    y = x**0.5
    assert y * y - x < 1e-9
    return y


def test_function_whose_asserts_pytest_rewrote():
    assert compiled(checked_sqrt)(9.0) == 3.0


@cfunc("float64(float64, float64)")
def decorated(x, y):
    return x - y


def test_decorated_function():
    assert decorated(4.0, 1.5) == 2.5


def test_methods_of_imported_and_other_names(tmp_path):
    """CPython compiles a method's call by whether an import binds the name before the dot."""
    path = tmp_path / "names.py"
    path.write_text(
        "import math\nfrom math import pi as number\nother = math\n"
        "def imported(x):\n    return math.sqrt(x)\n"
        "def assigned(x):\n    return other.sqrt(x)\n"
        "def both(x):\n    return other.sqrt(x) + math.sqrt(x)\n"
    )
    namespace = {}
    exec(compile(path.read_text(), str(path), "exec"), namespace)
    assert compiled(namespace["imported"])(9.0) == 3.0
    assert compiled(namespace["assigned"])(9.0) == 3.0
    assert compiled(namespace["both"])(9.0) == 6.0


def test_nested_function_with_a_closure():
    def outer(scale):
        def inner(x):
            if x > 0.0:
                return x * scale
            return -x

        return inner

    assert compiled(outer(3))(2.0) == 6.0
    assert compiled(outer(5))(2.0) == 10.0


class Holder:
    __factor = 2.5

    @staticmethod
    @cfunc("float64(float64)")
    def halved(x):
        return x / 2.0

    def method(x):
        __private = x + 1.0
        return __private * 2.0


def test_functions_in_a_class():
    assert Holder.halved(5.0) == 2.5
    assert compiled(Holder.method)(1.0) == 4.0


def test_lambdas_on_one_line_are_told_apart():
    up, down, again = [lambda x: x + 1.0, lambda x: x - 1.0, lambda x: x + 1.0]
    assert [compiled(f)(10.0) for f in (up, down, again)] == [11.0, 9.0, 11.0]


def test_lambda_inside_a_lambda_on_one_line():
    (outer,) = [lambda k: (lambda x: x * k, lambda x: x + k)]
    times, plus = outer(3.0)
    assert (compiled(times)(2.0), compiled(plus)(2.0)) == (6.0, 5.0)


def test_lambda_over_several_lines():
    functions = [
        lambda x:
            x
            + 2.0
    ]  # fmt: skip
    assert compiled(functions[0])(1.0) == 3.0


def make(text, name, known=True):
    """The function `f` of a text that was executed under a file name."""
    if known:
        linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    namespace = {}
    exec(compile(text, name, "exec"), namespace)
    return namespace["f"]


def test_cell_of_a_notebook():
    text = "scale = 2.0\n\ndef f(x):\n    return x * scale\n"
    assert compiled(make(text, "<ipython-input-7-0123456789ab>"))(4.0) == 8.0


def test_executed_text_that_linecache_knows():
    assert compiled(make("def f(x):\n    return x * 3.0\n", "<generated code>"))(2.0) == 6.0


def test_text_of_a_loader(tmp_path):
    (tmp_path / "inside.zip").write_bytes(b"")
    import zipfile

    with zipfile.ZipFile(tmp_path / "inside.zip", "w") as archive:
        archive.writestr("packed_module.py", "def f(x):\n    return x + 7.0\n")
    sys.path.insert(0, str(tmp_path / "inside.zip"))
    try:
        import packed_module
    finally:
        sys.path.pop(0)
    assert compiled(packed_module.f)(1.0) == 8.0


def test_executed_text_that_nobody_kept():
    with pytest.raises(SourceError, match="is not available") as caught:
        compiled(make("def f(x):\n    return x\n", "<string>", known=False))
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.id == "no-source"
    assert "linecache" in diagnostic.help
    assert (caught.value.filename, caught.value.lineno, caught.value.offset) == ("<string>", 1, 5)


def test_rewritten_file_that_was_edited(tmp_path):
    """Only asserts may differ between a text and its code: an operator beside one may not."""
    path = tmp_path / "edited.py"
    text = "def f(x):\n    assert x > 0.0\n    return x + 1.0\n"
    namespace = {}
    exec(compile(text.replace("x > 0.0", "(x > 0.0) == True"), str(path), "exec"), namespace)
    path.write_text(text)
    assert compiled(namespace["f"])(1.0) == 2.0
    path.write_text(text.replace("+", "-"))
    with pytest.raises(SourceError, match="changed after the function was made"):
        compiled(namespace["f"])


EDITS = {
    "an operator": ("return x + 1.0", "return x - 1.0"),
    "a constant": ("return x + 1.0", "return x + 2.0"),
    "a name": ("return x + 1.0", "return y + 1.0"),
    "its name": ("def f(x)", "def g(x)"),
    "no Python": ("return x + 1.0", "return x +"),
    "lines before it": ("def f", "# one\n# two\ndef f"),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS.keys())
def test_file_that_was_edited_after_import(tmp_path, edit):
    path = tmp_path / "edited.py"
    text = "def f(x):\n    return x + 1.0\n"
    path.write_text(text)
    namespace = {}
    exec(compile(text, str(path), "exec"), namespace)
    path.write_text(text.replace(*edit))
    with pytest.raises(SourceError, match="changed after the function was made") as caught:
        compiled(namespace["f"])
    assert [one.id for one in caught.value.diagnostics] == ["source-changed"]
    path.write_text(text)
    os.utime(path, (1, 1))
    assert compiled(namespace["f"])(1.0) == 2.0


def test_edited_comment_does_no_harm(tmp_path):
    path = tmp_path / "edited.py"
    text = "def f(x):\n    return x + 1.0  # add\n"
    path.write_text(text)
    namespace = {}
    exec(compile(text, str(path), "exec"), namespace)
    path.write_text(text.replace("add", "plus"))
    assert compiled(namespace["f"])(1.0) == 2.0


PROGRAM = textwrap.dedent("""\
    from ferrule import cfunc
    @cfunc("float64(float64)")
    def twice(x):
        return x + x
    print(twice(21.0))
""")


@pytest.mark.parametrize("options", [["-c"], ["-Wignore", "-X", "utf8", "-c"], ["-Ic"]], ids=" ".join)
def test_text_of_the_command_line(options):
    # An isolated interpreter does not see where the package is: its path is told in the text.
    path = f"import sys; sys.path[:] = {sys.path!r}\n" if "-Ic" in options else ""
    program = path + PROGRAM
    command = [sys.executable, *options, program, "argument"]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == "42.0\n"


def test_asserts_are_left_out_where_python_leaves_them_out():
    program = "\n".join(
        [
            "from ferrule import cfunc",
            "@cfunc('float64(float64)')",
            "def checked(x):",
            "    assert x > 0.0",
            "    return x",
            "print(checked(-1.0))",
        ]
    )
    command = [sys.executable, "-O", "-c", program]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == "-1.0\n"


def test_program_from_standard_input_has_no_text():
    outcome = subprocess.run([sys.executable], input=PROGRAM, check=False, capture_output=True, text=True)
    assert outcome.returncode == 1
    assert "the source of `twice` is not available" in outcome.stderr
    assert "put the function in a file" in outcome.stderr


def session(lines, *options):
    """What an interactive session prints that is given these lines one after the other."""
    process, terminal = pty.fork()
    if process == 0:
        os.environ.update(TERM="dumb", PYTHON_BASIC_REPL="1")
        os.execv(sys.executable, [sys.executable, "-q", *options])
    printed = b""
    for line in [*lines, "exit()"]:
        while not printed.rstrip(b" ").endswith((b">>>", b"...")):
            printed += os.read(terminal, 4096)
        printed += b"|"
        os.write(terminal, line.encode() + b"\n")
    try:
        while chunk := os.read(terminal, 4096):
            printed += chunk
    except OSError:  # Linux tells so that the other end was closed
        pass
    os.waitpid(process, 0)
    os.close(terminal)
    return printed.decode()


def test_functions_typed_at_the_prompt():
    printed = session(
        [
            "from ferrule import cfunc",
            "@cfunc('float64(float64)')",
            "def f(x):",
            "    y = x * 2.0",
            "    return y",
            "",
            "print('first', f(4.0))",
            "def f(x):",
            "    return x + 100.0",
            "",
            "print('second', cfunc('float64(float64)')(f)(1.0))",
            "g = lambda x: x * 5.0",
            "print('third', cfunc('float64(float64)')(g)(2.0))",
        ]
    )
    assert "first 8.0" in printed
    assert "second 101.0" in printed
    assert "third 10.0" in printed


def test_prompt_after_a_program(tmp_path):
    program = tmp_path / "program.py"
    program.write_text("from ferrule import cfunc\n")
    printed = session(
        ["@cfunc('float64(float64)')", "def f(x):", "    return x * 2.0", "", "print('first', f(4.0))"],
        "-i",
        str(program),
    )
    assert "first 8.0" in printed
