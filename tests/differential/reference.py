"""A generated text as CPython runs it, with the operators of `machine` in place of CPython's."""

import ast
import linecache
from collections.abc import Callable

from . import machine, machine_functions, memory


class Rewrite(ast.NodeTransformer):
    """Operators become calls of the model; names of functions are left for the namespace."""

    def __init__(self):
        self.temporaries = 0

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        return self.binary(node.op, self.visit(node.left), node.right)

    def binary(self, op: ast.operator, left: ast.expr, right: ast.expr) -> ast.expr:
        exponent_is_constant = isinstance(getattr(right, "operand", right), ast.Constant)
        return call("binary", type(op).__name__, left, self.visit(right), exponent_is_constant)

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.stmt:
        read = ast.parse(ast.unparse(node.target), mode="eval").body
        value = self.binary(node.op, self.visit(read), node.value)
        return self.assigned(node.target, value)

    def visit_Assign(self, node: ast.Assign) -> ast.stmt:
        if len(node.targets) > 1:
            return ast.Assign(node.targets, self.visit(node.value))
        return self.assigned(node.targets[0], self.visit(node.value))

    def assigned(self, target: ast.expr, value: ast.expr) -> ast.stmt:
        """An assignment; what goes to memory is converted to what is there."""
        if isinstance(target, ast.Attribute):
            return ast.Expr(call("store", self.visit(target.value), target.attr, value, module="_memory"))
        if isinstance(target, ast.Subscript):
            place = self.visit(target.slice)
            return ast.Expr(call("store", self.visit(target.value), place, value, module="_memory"))
        return ast.Assign([target], value)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        operand = self.visit(node.operand)
        if isinstance(node.op, ast.Not):
            return ast.UnaryOp(node.op, operand)
        return call("unary", type(node.op).__name__, operand)

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        """`a < b < c` is `a < (t := b) and t < c`."""
        left, links = self.visit(node.left), []
        for index, (op, operand) in enumerate(zip(node.ops, node.comparators, strict=True)):
            self.temporaries += 1
            name, right = f"_compared_{self.temporaries}", self.visit(operand)
            if index + 1 < len(node.ops):
                right = ast.NamedExpr(ast.Name(name, ast.Store()), right)
            links.append(call("compare", type(op).__name__, left, right))
            left = ast.Name(name, ast.Load())
        return links[0] if len(links) == 1 else ast.BoolOp(ast.And(), links)


def call(function: str, *arguments, module: str = "_machine") -> ast.Call:
    """A call of a function of the model."""
    callee = ast.Attribute(ast.Name(module, ast.Load()), function, ast.Load())
    nodes = [one if isinstance(one, ast.expr) else ast.Constant(one) for one in arguments]
    return ast.Call(callee, nodes, [])


def reference(text: str, name: str) -> Callable:
    """The function `f` of the text, computing as compiled code should."""
    tree = ast.fix_missing_locations(Rewrite().visit(ast.parse(text)))
    # What the text imports under these names is put aside for the model's.
    tree.body = [one for one in tree.body if not isinstance(one, ast.Import)]
    namespace = {"_machine": machine, "_memory": memory, **machine_functions.NAMES}
    exec(compile(tree, name, "exec"), namespace)
    return namespace["f"]


def executed(text: str, name: str) -> Callable:
    """The function `f` of the text as it stands, its text known to `linecache`."""
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    namespace = {}
    exec(compile(text, name, "exec"), namespace)
    return namespace["f"]
