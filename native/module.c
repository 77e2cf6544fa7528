/* The extension module: its list of functions, and how arrays are taken. */

#include "native.h"

int take_array(PyObject *object, Array *array, Py_ssize_t size, int writable, const char *name)
{
    int flags = PyBUF_C_CONTIGUOUS | (writable ? PyBUF_WRITABLE : 0);
    if (PyObject_GetBuffer(object, &array->view, flags) < 0) {
        return -1;
    }
    array->held = 1;
    if (array->view.itemsize != size) {
        PyErr_Format(PyExc_TypeError, "%s: items of %zd bytes are needed, not of %zd", name, size,
                     array->view.itemsize);
        return -1;
    }
    array->length = array->view.len / size;
    return 0;
}

void drop_arrays(Array *arrays, int count)
{
    for (int i = 0; i < count; i++) {
        if (arrays[i].held) {
            PyBuffer_Release(&arrays[i].view);
        }
    }
}

static PyMethodDef functions[] = {
    {"explain", explain, METH_VARARGS, explain_doc},
    {NULL, NULL, 0, NULL},
};

static int add_types(PyObject *module)
{
    if (ready_names() < 0) {
        return -1;
    }
    PyObject *type = PyType_FromSpec(&splitter_spec);
    if (type == NULL) {
        return -1;
    }
    int failed = PyModule_AddObjectRef(module, "Splitter", type);
    Py_DECREF(type);
    return failed < 0 ? -1 : PyModule_AddIntConstant(module, "VERSION", 1);
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, add_types}, {0, NULL}};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    "_native",
    "The hot paths of boilerplate, compiled; without it the same is done in Python.",
    0,
    functions,
    slots,
    NULL,
    NULL,
    NULL,
};

PyMODINIT_FUNC PyInit__native(void)
{
    return PyModuleDef_Init(&definition);
}
