/* The extension module: its table of kernels. */

#include "native.h"

#define ROW(name) {#name, (PyCFunction)(void (*)(void))name, METH_FASTCALL, name##_doc},

static PyMethodDef functions[] = {KERNELS(ROW){NULL, NULL, 0, NULL}};

static int init_module(PyObject *module)
{
    return PyModule_AddIntConstant(module, "VERSION", 16);
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, init_module},
#ifdef Py_GIL_DISABLED
    /* Kernels write only to their own memory and to the arrays that they are given for it. */
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL},
};

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
