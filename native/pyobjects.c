/* Values of Python, many at a time: the texts of lines, and what is made of columns. */

#include "native.h"

enum { LONGEST = 4096 }; /* characters of a text that is looked through here; few are longer */

int append_new(PyObject *list, PyObject *item)
{
    int failed = item == NULL ? -1 : PyList_Append(list, item);
    Py_XDECREF(item);
    return failed;
}

/* Whether a text is as normalization would leave it, judged by single characters. -1 with an
   exception. */
static int is_normalized(PyObject *text, const uint8_t *flags)
{
    Py_UCS4 points[LONGEST];
    Py_ssize_t size = PyUnicode_GetLength(text);
    if (size > LONGEST) {
        return 0;
    }
    if (PyUnicode_AsUCS4(text, points, LONGEST, 0) == NULL) {
        return -1;
    }
    for (Py_ssize_t i = 0; i < size; i++) {
        if (points[i] >= TABLE_SIZE || !(flags[points[i]] & PLAIN)) {
            return 0;
        }
    }
    return 1;
}

KERNEL(plain_texts, "object texts, u8 flags[131072], object normalize",
       "A list of the texts, normalized: `normalize(text)` is called only for those that it\n"
       "may change.")
{
    PyObject *texts = PySequence_Tuple(call->args[0]);
    Py_ssize_t n = texts ? PyTuple_Size(texts) : 0;
    PyObject *out = texts ? PyList_New(n) : NULL;
    for (Py_ssize_t i = 0; out != NULL && i < n; i++) {
        PyObject *text = PyTuple_GetItem(texts, i);
        int as_it_is = -1;
        if (PyUnicode_Check(text)) {
            as_it_is = is_normalized(text, call->data[1]);
        } else {
            PyErr_SetString(PyExc_TypeError, "plain_texts: a text is a string");
        }
        if (as_it_is >= 0) {
            text = as_it_is ? Py_NewRef(text)
                            : PyObject_CallFunctionObjArgs(call->args[2], text, NULL);
        }
        if (as_it_is < 0 || text == NULL || PyList_SetItem(out, i, text) < 0) {
            Py_CLEAR(out);
        }
    }
    Py_XDECREF(texts);
    return out;
}

/* Makes values of a frozen dataclass with slots: sets its fields past its own __setattr__, which
   refuses. */
enum { MAX_FIELDS = 8 };
typedef struct {
    PyTypeObject *type; /* borrowed */
    allocfunc alloc;
    Py_ssize_t count;
    PyObject *fields[MAX_FIELDS]; /* owned descriptors */
    descrsetfunc set[MAX_FIELDS];
} Maker;

/* 0, or -1 with an exception. */
static int init_maker(Maker *maker, PyObject *type, PyObject *names)
{
    maker->type = (PyTypeObject *)type;
    maker->alloc = (allocfunc)PyType_GetSlot(maker->type, Py_tp_alloc);
    for (Py_ssize_t count = PyTuple_Size(names); maker->count < count; maker->count++) {
        PyObject *field = PyObject_GetAttr(type, PyTuple_GetItem(names, maker->count));
        if (field == NULL) {
            return -1;
        }
        maker->fields[maker->count] = field;
        maker->set[maker->count] = (descrsetfunc)PyType_GetSlot(Py_TYPE(field), Py_tp_descr_set);
        if (maker->set[maker->count] == NULL) {
            maker->count++; /* to be released */
            PyErr_SetString(PyExc_TypeError, "values: a class with slots is needed");
            return -1;
        }
    }
    return 0;
}

/* The value of one row of the columns; NULL with an exception. */
static PyObject *make_value(const Maker *maker, PyObject *columns, Py_ssize_t row)
{
    PyObject *made = maker->alloc(maker->type, 0);
    for (Py_ssize_t i = 0; made != NULL && i < maker->count; i++) {
        PyObject *value = PyList_GetItem(PyTuple_GetItem(columns, i), row);
        if (value == NULL || maker->set[i](maker->fields[i], made, value) < 0) {
            Py_CLEAR(made);
        }
    }
    /* Strings, numbers and values of them make no reference cycles: the garbage collector need not
       look at them. */
    if (made != NULL && (PyType_GetFlags(maker->type) & Py_TPFLAGS_HAVE_GC)) {
        PyObject_GC_UnTrack(made);
    }
    return made;
}

KERNEL(values, "object type, object names, object columns",
       "A tuple of values of a frozen dataclass with slots, of lists of what some fields have.")
{
    PyObject *type = call->args[0], *names = call->args[1], *columns = call->args[2];
    Py_ssize_t count = PyTuple_Check(names) ? PyTuple_Size(names) : 0, n = -1;
    if (!PyType_Check(type) || count < 1 || count > MAX_FIELDS || !PyTuple_Check(columns) ||
        PyTuple_Size(columns) != count) {
        PyErr_SetString(PyExc_TypeError, "values: a class, names and as many columns are needed");
        return NULL;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *list = PyTuple_GetItem(columns, i);
        Py_ssize_t size = PyList_Check(list) ? PyList_Size(list) : -1;
        if (size < 0 || (n >= 0 && size != n)) {
            return refuse(call, "the lists' lengths disagree");
        }
        n = size;
    }
    Maker maker = {0};
    PyObject *result = init_maker(&maker, type, names) < 0 ? NULL : PyTuple_New(n);
    for (Py_ssize_t row = 0; result != NULL && row < n; row++) {
        PyObject *made = make_value(&maker, columns, row);
        if (made == NULL || PyTuple_SetItem(result, row, made) < 0) {
            Py_CLEAR(result);
        }
    }
    for (Py_ssize_t i = 0; i < maker.count; i++) {
        Py_DECREF(maker.fields[i]);
    }
    return result;
}
