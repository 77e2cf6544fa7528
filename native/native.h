/* What the files of this extension share. Each function here is the fast twin of a plain one in
   Python, which stays the reference: both give the same bits (tests/test_native.py).

   Only the stable interface of CPython 3.11 is used, and arrays come as buffers, so that one
   build serves every later version of Python and any version of numpy. */

#ifndef BOILERPLATE_NATIVE_H
#define BOILERPLATE_NATIVE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

/* An array that Python handed over: contiguous, of one item size. */
typedef struct {
    Py_buffer view;
    Py_ssize_t length; /* items */
    int held;
} Array;

/* Fills an Array from an object; `size` is the bytes of an item. 0, or -1 with an exception. */
int take_array(PyObject *object, Array *array, Py_ssize_t size, int writable, const char *name);
void drop_arrays(Array *arrays, int count);

extern PyType_Spec splitter_spec;
int ready_names(void);

extern const char explain_doc[];
PyObject *explain(PyObject *module, PyObject *args);

#endif
