"""A Python function compiled into a C function: its address, and a ctypes callback to call it through."""

from ferrule import cfunc


@cfunc("float64(float64, float64)")
def add(x, y):
    return x + y


print(add.ctypes(4.0, 5.0))  # 9.0
assert add.ctypes(4.0, 5.0) == 9.0
assert add.address != 0
