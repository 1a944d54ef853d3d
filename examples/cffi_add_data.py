"""An array of structs given to a C function that returns a struct by value."""

import somelib
from ferrule.cffi import FFI

ffi = FFI()

lib = ffi.dlopen(somelib.build())
print(f"Loaded lib {lib}")

# Describe the data type and the function to ferrule, in C.
ffi.cdef("""
typedef struct {
    int num;
    double dnum;
} DataPoint;

DataPoint add_data(const DataPoint* dps, unsigned n);
""")

# Create an array of DataPoint structs and initialize it.
dps = ffi.new("DataPoint[]", [(2, 2.2), (3, 3.3), (4, 4.4), (5, 5.5)])

print("Calling add_data via ferrule")
dout = lib.add_data(dps, 4)
print(f"dout = {dout.num}, {dout.dnum}")
assert dout.num == 14
assert abs(dout.dnum - 15.4) < 1e-12

# What is not a pointer to DataPoint is refused.
try:
    lib.add_data("not a pointer", 4)
except TypeError as error:
    print(error)
else:
    raise AssertionError
