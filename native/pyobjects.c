/* Values of Python, many at a time: the texts of lines, and their predictions. */

#include "native.h"

enum { LONGEST = 4096 }; /* characters of a text that is looked through here; few are longer */

PyObject *name_tag, *name_names, *name_parent, *name_hidden;

int create_names(void)
{
    if (name_tag == NULL) {
        name_tag = PyUnicode_InternFromString("tag");
        name_names = PyUnicode_InternFromString("names");
        name_parent = PyUnicode_InternFromString("parent");
        name_hidden = PyUnicode_InternFromString("hidden");
    }
    return name_tag && name_names && name_parent && name_hidden ? 0 : -1;
}

int init_maker(Maker *maker, PyObject *type, const char *const *names)
{
    if (!PyType_Check(type)) {
        PyErr_SetString(PyExc_TypeError, "a class is needed");
        return -1;
    }
    maker->type = Py_NewRef(type);
    maker->alloc = (allocfunc)PyType_GetSlot((PyTypeObject *)type, Py_tp_alloc);
    for (; names[maker->count]; maker->count++) {
        PyObject *field = PyObject_GetAttrString(type, names[maker->count]);
        if (field == NULL) {
            return -1;
        }
        maker->fields[maker->count] = field;
        maker->set[maker->count] = (descrsetfunc)PyType_GetSlot(Py_TYPE(field), Py_tp_descr_set);
        if (maker->set[maker->count] == NULL) {
            maker->count++; /* to be released */
            PyErr_SetString(PyExc_TypeError, "a class with slots is needed");
            return -1;
        }
    }
    return 0;
}

void clear_maker(Maker *maker)
{
    for (int i = 0; i < maker->count; i++) {
        Py_DECREF(maker->fields[i]);
    }
    Py_XDECREF(maker->type);
}

PyObject *make_value(const Maker *maker, PyObject **values)
{
    int failed = 0;
    for (int i = 0; i < maker->count; i++) {
        failed |= values[i] == NULL;
    }
    PyObject *made = failed ? NULL : maker->alloc((PyTypeObject *)maker->type, 0);
    for (int i = 0; i < maker->count; i++) {
        if (made != NULL && maker->set[i](maker->fields[i], made, values[i]) < 0) {
            Py_CLEAR(made);
        }
        Py_XDECREF(values[i]);
    }
    /* Strings, numbers and values of them make no reference cycles: the garbage collector need not
       look at them. */
    if (made != NULL && (PyType_GetFlags((PyTypeObject *)maker->type) & Py_TPFLAGS_HAVE_GC)) {
        PyObject_GC_UnTrack(made);
    }
    return made;
}

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

static const char *const FIELDS[] = {
    "line", "label", "probability", "reason", "role", "decided_by", "language",
    "language_confidence", NULL,
};
enum { N_FIELDS = 8, N_LISTS = 7 };

KERNEL(predictions,
       "object Prediction, object lines, object labels, object probability, object reasons, "
       "object roles, object deciders, object languages",
       "A tuple of each line's Prediction, of seven lists; a language comes with its probability.")
{
    PyObject *values[N_FIELDS], *const *lists = call->args + 1;
    Py_ssize_t n = PyList_Check(lists[0]) ? PyList_Size(lists[0]) : -1;
    for (int i = 0; i < N_LISTS; i++) {
        if (!PyList_Check(lists[i]) || PyList_Size(lists[i]) != n) {
            return refuse(call, "the lists' lengths disagree");
        }
    }
    Maker maker = {0};
    PyObject *result = init_maker(&maker, call->args[0], FIELDS) < 0 ? NULL : PyTuple_New(n);
    for (Py_ssize_t i = 0; result != NULL && i < n; i++) {
        for (int j = 0; j < N_LISTS - 1; j++) {
            values[j] = PyList_GetItem(lists[j], i);
        }
        PyObject *language = PyList_GetItem(lists[N_LISTS - 1], i);
        if (language == NULL || !PyTuple_Check(language) || PyTuple_Size(language) != 2) {
            PyErr_SetString(PyExc_TypeError, "predictions: a language has its probability");
            Py_CLEAR(result);
            break;
        }
        values[N_FIELDS - 2] = PyTuple_GetItem(language, 0);
        values[N_FIELDS - 1] = PyTuple_GetItem(language, 1);
        for (int j = 0; j < N_FIELDS; j++) {
            Py_XINCREF(values[j]);
        }
        PyObject *made = make_value(&maker, values);
        if (made == NULL || PyTuple_SetItem(result, i, made) < 0) {
            Py_CLEAR(result);
        }
    }
    clear_maker(&maker);
    return result;
}
