"""Prints the seconds of processor time that one cdef takes: `cdef_once.py ferrule|cffi DECLARATIONS`."""

import sys
import time

if sys.argv[1] == "cffi":
    from cffi import FFI
else:
    from ferrule import FFI

GROUP = """
typedef struct lib_{n}_node {{ struct lib_{n}_node *next; int kind; double weight[4]; }} lib_{n}_node_t;
enum lib_{n}_mode {{ LIB_{n}_READ, LIB_{n}_WRITE = 4, LIB_{n}_BOTH }};
typedef int (*lib_{n}_visit)(const lib_{n}_node_t *, void *);
lib_{n}_node_t *lib_{n}_open(const char *name, int mode);
int lib_{n}_walk(lib_{n}_node_t *, lib_{n}_visit, void *data);
long lib_{n}_size(const lib_{n}_node_t *node, unsigned long *out);
void lib_{n}_close(lib_{n}_node_t *node);
#define LIB_{n}_LIMIT 4096
"""
DECLARATIONS = 8

text = "".join(GROUP.format(n=n) for n in range(int(sys.argv[2]) // DECLARATIONS))
FFI().cdef("int warm_up(void);")
ffi = FFI()
began = time.process_time()
ffi.cdef(text)
print(time.process_time() - began)
