/* The extension module: its list of functions, and how arrays are taken. */

#include "native.h"
#include <string.h>

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
    /* The widest number that an item can be made of: no item is read across its bounds. */
    if ((uintptr_t)array->view.buf % (size % 8 == 0 ? 8 : size % 4 == 0 ? 4 : 1)) {
        PyErr_Format(PyExc_ValueError, "%s: the array is not aligned", name);
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

int take_arguments(const char *function, const char *kinds, PyObject *const *args,
                   Py_ssize_t count, Array *arrays)
{
    Py_ssize_t wanted = (Py_ssize_t)strlen(kinds);
    if (count != wanted) {
        PyErr_Format(PyExc_TypeError, "%s: %zd arguments are needed, not %zd", function, wanted,
                     count);
        return -1;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        char kind = kinds[i];
        if (kind == 'n') {
            arrays[i].length = PyLong_AsSsize_t(args[i]);
            if (PyErr_Occurred()) {
                return -1;
            }
        } else if (kind != 'o') {
            int written = kind < 'a';
            char size = (char)(written ? kind + 32 : kind);
            if (take_array(args[i], &arrays[i], size == 'd' ? 8 : size == 'w' ? 4 : 1, written,
                           function) < 0) {
                return -1;
            }
        }
    }
    return 0;
}

/* A function of many arguments, in the table below. */
#define FAST(name) {#name, (PyCFunction)(void (*)(void))name, METH_FASTCALL, name##_doc}

static PyMethodDef functions[] = {
    FAST(kind_words),
    FAST(kind_names),
    FAST(likeliest_paths),
    FAST(strongest_grounds),
    FAST(hear_lines),
    FAST(speech_shares),
    FAST(likeliest_languages),
    FAST(plain_texts),
    FAST(predictions),
    FAST(explain),
    FAST(tag_counts),
    FAST(split),
    FAST(char_counts),
    FAST(line_shapes),
    FAST(fold),
    FAST(text_features),
    FAST(line_groups),
    FAST(name_scores),
    FAST(bag_scores),
    FAST(markup_features),
    FAST(neighbour_features),
    FAST(container_features),
    FAST(language_features),
    {"around_scores", around_scores, METH_VARARGS, around_scores_doc},
    {"bag_buckets", bag_buckets, METH_VARARGS, bag_buckets_doc},
    {"gram_sums", gram_sums, METH_VARARGS, gram_sums_doc},
    FAST(line_hashes),
    FAST(line_places),
    FAST(see_page),
    FAST(element_arrays),
    {"line_markups", line_markups, METH_VARARGS, line_markups_doc},
    {"element_tokens", element_tokens, METH_VARARGS, element_tokens_doc},
    {NULL, NULL, 0, NULL},
};

static int add_version(PyObject *module)
{
    return PyModule_AddIntConstant(module, "VERSION", 6);
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, add_version}, {0, NULL}};

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
