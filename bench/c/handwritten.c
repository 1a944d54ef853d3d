/* What someone who knows CPython's C API would write by hand for calls.h: exact argument counts,
   METH_FASTCALL, no argument parser. The interpreter lock is held, or released around each call
   in the module that is built with RELEASED. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stddef.h>
#include <string.h>

#include "calls.h"

#ifdef RELEASED
#define NAME "handwritten_released"
#define INIT PyInit_handwritten_released
#define CALL(call) do { Py_BEGIN_ALLOW_THREADS call; Py_END_ALLOW_THREADS } while (0)
#else
#define NAME "handwritten"
#define INIT PyInit_handwritten
#define CALL(call) call
#endif

typedef struct {
    PyObject_HEAD
    struct pair pair;
} PairObject;

typedef struct {
    PyObject_HEAD
    struct triple triple;
} TripleObject;

static PyTypeObject Pair_Type, Triple_Type;

static int counted(Py_ssize_t given, Py_ssize_t wanted)
{
    if (given == wanted)
        return 1;
    PyErr_Format(PyExc_TypeError, "%zd arguments expected, got %zd", wanted, given);
    return 0;
}

/* An int in range, or -1 with an exception set. */
static long in_range(PyObject *object, long low, long high)
{
    long value = PyLong_AsLong(object);
    if (value == -1 && PyErr_Occurred())
        return -1;
    if (value < low || value > high) {
        PyErr_SetString(PyExc_OverflowError, "integer out of range");
        return -1;
    }
    return value;
}

static PyObject *py_nothing(PyObject *self, PyObject *ignored)
{
    CALL(nothing());
    Py_RETURN_NONE;
}

static PyObject *py_add(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    if (!counted(count, 2))
        return NULL;
    long a = in_range(args[0], INT_MIN, INT_MAX);
    long b = in_range(args[1], INT_MIN, INT_MAX);
    if ((a == -1 || b == -1) && PyErr_Occurred())
        return NULL;
    int sum;
    CALL(sum = add((int)a, (int)b));
    return PyLong_FromLong(sum);
}

static PyObject *py_half(PyObject *self, PyObject *arg)
{
    double x = PyFloat_AsDouble(arg);
    if (x == -1 && PyErr_Occurred())
        return NULL;
    double result;
    CALL(result = half(x));
    return PyFloat_FromDouble(result);
}

static PyObject *py_length(PyObject *self, PyObject *arg)
{
    if (!PyBytes_Check(arg)) {
        PyErr_SetString(PyExc_TypeError, "bytes expected");
        return NULL;
    }
    size_t result;
    CALL(result = length(PyBytes_AS_STRING(arg)));
    return PyLong_FromSize_t(result);
}

static PyObject *py_swap(PyObject *self, PyObject *arg)
{
    if (!Py_IS_TYPE(arg, &Pair_Type)) {
        PyErr_SetString(PyExc_TypeError, "Pair expected");
        return NULL;
    }
    PairObject *result = PyObject_New(PairObject, &Pair_Type);
    if (result != NULL)
        CALL(result->pair = swap(((PairObject *)arg)->pair));
    return (PyObject *)result;
}

static PyObject *py_turn(PyObject *self, PyObject *arg)
{
    if (!Py_IS_TYPE(arg, &Triple_Type)) {
        PyErr_SetString(PyExc_TypeError, "Triple expected");
        return NULL;
    }
    TripleObject *result = PyObject_New(TripleObject, &Triple_Type);
    if (result != NULL)
        CALL(result->triple = turn(((TripleObject *)arg)->triple));
    return (PyObject *)result;
}

static PyObject *py_total(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    Py_buffer view;
    if (!counted(count, 2))
        return NULL;
    size_t length = PyLong_AsSize_t(args[1]);
    if (length == (size_t)-1 && PyErr_Occurred())
        return NULL;
    if (PyObject_GetBuffer(args[0], &view, PyBUF_FORMAT | PyBUF_C_CONTIGUOUS) < 0)
        return NULL;
    PyObject *result = NULL;
    if (strcmp(view.format, "d") != 0)
        PyErr_SetString(PyExc_TypeError, "an array of double expected");
    else {
        double sum;
        CALL(sum = total(view.buf, length));
        result = PyFloat_FromDouble(sum);
    }
    PyBuffer_Release(&view);
    return result;
}

static PyObject *py_sum12(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    double x[12];
    if (!counted(count, 12))
        return NULL;
    for (int i = 0; i < 12; i++) {
        x[i] = PyFloat_AsDouble(args[i]);
        if (x[i] == -1 && PyErr_Occurred())
            return NULL;
    }
    double sum;
    CALL(sum = sum12(x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7], x[8], x[9], x[10], x[11]));
    return PyFloat_FromDouble(sum);
}

static PyObject *py_mixed(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    if (!counted(count, 8))
        return NULL;
    if (!PyBytes_Check(args[4])) {
        PyErr_SetString(PyExc_TypeError, "bytes expected");
        return NULL;
    }
    long a = in_range(args[0], INT_MIN, INT_MAX), c = PyLong_AsLong(args[2]);
    long f = in_range(args[5], 0, UINT_MAX), h = in_range(args[7], SHRT_MIN, SHRT_MAX);
    double b = PyFloat_AsDouble(args[1]), d = PyFloat_AsDouble(args[3]), g = PyFloat_AsDouble(args[6]);
    if (PyErr_Occurred())
        return NULL;
    const char *e = PyBytes_AS_STRING(args[4]);
    double sum;
    CALL(sum = mixed((int)a, b, c, (float)d, e, (unsigned)f, g, (short)h));
    return PyFloat_FromDouble(sum);
}

static PyMethodDef methods[] = {
    {"nothing", py_nothing, METH_NOARGS, NULL},
    {"add", (PyCFunction)(void (*)(void))py_add, METH_FASTCALL, NULL},
    {"half", py_half, METH_O, NULL},
    {"length", py_length, METH_O, NULL},
    {"swap", py_swap, METH_O, NULL},
    {"turn", py_turn, METH_O, NULL},
    {"total", (PyCFunction)(void (*)(void))py_total, METH_FASTCALL, NULL},
    {"sum12", (PyCFunction)(void (*)(void))py_sum12, METH_FASTCALL, NULL},
    {"mixed", (PyCFunction)(void (*)(void))py_mixed, METH_FASTCALL, NULL},
    {NULL, NULL, 0, NULL},
};

static PyTypeObject Pair_Type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = NAME ".Pair",
    .tp_basicsize = sizeof(PairObject),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = PyType_GenericNew,
};

static PyTypeObject Triple_Type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = NAME ".Triple",
    .tp_basicsize = sizeof(TripleObject),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = PyType_GenericNew,
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, .m_name = NAME, .m_size = -1, .m_methods = methods,
};

PyMODINIT_FUNC INIT(void)
{
    PyObject *self = PyModule_Create(&module);
    if (self != NULL && (PyModule_AddType(self, &Pair_Type) < 0 || PyModule_AddType(self, &Triple_Type) < 0))
        Py_CLEAR(self);
    return self;
}
