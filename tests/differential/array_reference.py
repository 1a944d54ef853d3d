"""A generated text over arrays as CPython runs it, with the operations of `array_machine`."""

import ast
from collections.abc import Callable

from . import array_machine
from .reference import Rewrite, call

MODULES = ("np", "math", "cmath")


class ArrayRewrite(Rewrite):
    """Indexing, methods and loops become calls of the model too."""

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        return call("item", self.visit(node.value), self.visit(node.slice))

    def visit_Slice(self, node: ast.Slice) -> ast.expr:
        parts = [ast.Constant(None) if part is None else self.visit(part) for part in bounds(node)]
        return ast.Call(ast.Name("slice", ast.Load()), parts, [])

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.stmt:
        if not isinstance(node.target, ast.Name):
            return super().visit_AugAssign(node)
        name = ast.Name(node.target.id, ast.Load())
        changed = call("inplace", type(node.op).__name__, name, self.visit(node.value))
        return ast.Assign([node.target], changed)

    def assigned(self, target: ast.expr, value: ast.expr) -> ast.stmt:
        if isinstance(target, ast.Subscript):
            return ast.Expr(call("store", value, self.visit(target.value), self.visit(target.slice)))
        return ast.Assign([target], value)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        args = [self.visit(arg) for arg in node.args]
        named = [ast.keyword(one.arg, self.visit(one.value)) for one in node.keywords]
        function = node.func
        if isinstance(function, ast.Attribute) and not is_module(function.value):
            made = call("method", self.visit(function.value), function.attr, *args)
            made.keywords = named
            return made
        return ast.Call(function, args, named)

    def visit_For(self, node: ast.For) -> ast.stmt:
        self.generic_visit(node)
        node.iter = call("iterate", node.iter)
        return node


def bounds(node: ast.Slice) -> list[ast.expr | None]:
    return [node.lower, node.upper, node.step]


def is_module(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in MODULES


def array_reference(text: str, name: str) -> Callable:
    """The function `f` of the text, computing as compiled code should."""
    tree = ast.fix_missing_locations(ArrayRewrite().visit(ast.parse(text)))
    # What the text imports under these names is put aside for the model's.
    tree.body = [one for one in tree.body if not is_put_aside(one)]
    namespace = {"_machine": array_machine, **array_machine.NAMES}
    exec(compile(tree, name, "exec"), namespace)
    return namespace["f"]


def is_put_aside(node: ast.stmt) -> bool:
    return isinstance(node, ast.Import) or (isinstance(node, ast.ImportFrom) and node.module == "ferrule")
