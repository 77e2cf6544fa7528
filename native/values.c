/* Values of Python, many at a time: the texts of lines, and what was decided of them. */

#include "native.h"
#include <stdlib.h>

enum { LONGEST = 1 << 16 }; /* a text that is looked through here; few are longer */

PyObject *name_tag, *name_names, *name_parent, *name_hidden, *name_markup, *name_element;

int ready_names(void)
{
    if (name_tag == NULL) {
        name_tag = PyUnicode_InternFromString("tag");
        name_names = PyUnicode_InternFromString("names");
        name_parent = PyUnicode_InternFromString("parent");
        name_hidden = PyUnicode_InternFromString("hidden");
        name_markup = PyUnicode_InternFromString("markup");
        name_element = PyUnicode_InternFromString("element");
    }
    int are_ready = name_tag && name_names && name_parent && name_hidden && name_markup &&
                    name_element;
    return are_ready ? 0 : -1;
}

PyObject *markup_of(PyObject *lines, PyObject *places, Py_ssize_t row)
{
    PyObject *place = PySequence_GetItem(places, row);
    Py_ssize_t i = place ? PyLong_AsSsize_t(place) : -1;
    Py_XDECREF(place);
    PyObject *line = PyErr_Occurred() ? NULL : PyTuple_GetItem(lines, i);
    return line ? PyObject_GetAttr(line, name_markup) : NULL;
}

int ready_maker(Maker *maker, PyObject *type, const char *const *names)
{
    if (!PyType_Check(type)) {
        PyErr_SetString(PyExc_TypeError, "a class of values is needed");
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
            maker->count++; /* to be dropped */
            PyErr_SetString(PyExc_TypeError, "a class of values has slots");
            return -1;
        }
    }
    return 0;
}

void drop_maker(Maker *maker)
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
    /* Strings, numbers and values of them close no circle: the collector need not look there. */
    if (made != NULL && (PyType_GetFlags((PyTypeObject *)maker->type) & Py_TPFLAGS_HAVE_GC)) {
        PyObject_GC_UnTrack(made);
    }
    return made;
}

const char plain_texts_doc[] =
    "plain_texts(texts, flags, plain)\n\n"
    "A list of the texts as `plain` makes them, which is asked for those only that may change.";

PyObject *plain_texts(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    Array a[3] = {0};
    PyObject *out = NULL, *result = NULL;
    Py_UCS4 *points = NULL;
    Py_ssize_t room = 0;
    (void)module;
    if (take_arguments("plain_texts", "obo", args, count, a) < 0) {
        goto done;
    }
    const uint8_t *flags = a[1].view.buf;
    if (a[1].length != TABLE_SIZE || !PyList_Check(args[0])) {
        PyErr_SetString(PyExc_ValueError, "plain_texts: a list and a whole table are needed");
        goto done;
    }
    Py_ssize_t n = PyList_Size(args[0]);
    out = PyList_New(n);
    for (Py_ssize_t i = 0; out != NULL && i < n; i++) {
        PyObject *text = PyList_GetItem(args[0], i); /* borrowed; NULL if the list has shrunk */
        if (text == NULL || !PyUnicode_Check(text)) {
            PyErr_SetString(PyExc_TypeError, "plain_texts: a text is a string");
            goto done;
        }
        Py_ssize_t size = PyUnicode_GetLength(text);
        int as_it_is = size <= LONGEST;
        if (as_it_is && size >= room) {
            free(points);
            room = size + 1 > 4096 ? size + 1 : 4096;
            points = malloc((size_t)room * sizeof(*points));
            if (points == NULL) {
                PyErr_NoMemory();
                goto done;
            }
        }
        if (as_it_is && PyUnicode_AsUCS4(text, points, room, 0) == NULL) {
            goto done;
        }
        for (Py_ssize_t j = 0; as_it_is && j < size; j++) {
            as_it_is = points[j] < TABLE_SIZE && (flags[points[j]] & PLAIN);
        }
        Py_INCREF(text);
        if (!as_it_is) {
            PyObject *changed = PyObject_CallFunctionObjArgs(args[2], text, NULL);
            Py_DECREF(text);
            text = changed;
        }
        if (text == NULL || PyList_SetItem(out, i, text) < 0) {
            goto done;
        }
    }
    result = Py_XNewRef(out);
done:
    free(points);
    Py_XDECREF(out);
    drop_arrays(a, 3);
    return result;
}

static const char *const FIELDS[] = {"line",       "label",    "probability",         "reason", "kind",
                                     "decided_by", "language", "language_confidence", NULL};
enum { N_FIELDS = 8 };

const char predictions_doc[] =
    "predictions(Prediction, lines, labels, probability, reasons, kinds, deciders, languages)\n\n"
    "A tuple of a prediction for each line, of what the lists say of it; a language comes with its\n"
    "probability.";

PyObject *predictions(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    PyObject *result = NULL, *values[N_FIELDS];
    (void)module;
    if (take_arguments("predictions", "oooooooo", args, count, NULL) < 0) {
        return NULL;
    }
    Py_ssize_t n = PyList_Check(args[1]) ? PyList_Size(args[1]) : -1;
    int fits = n >= 0;
    for (int i = 2; fits && i < N_FIELDS; i++) {
        fits = PyList_Check(args[i]) && PyList_Size(args[i]) == n;
    }
    if (!fits) {
        PyErr_SetString(PyExc_ValueError, "predictions: the lists' lengths disagree");
        return NULL;
    }
    Maker maker = {0};
    if (ready_maker(&maker, args[0], FIELDS) < 0) {
        drop_maker(&maker);
        return NULL;
    }
    result = PyTuple_New(n);
    for (Py_ssize_t i = 0; result != NULL && i < n; i++) {
        for (int j = 0; j < N_FIELDS - 2; j++) {
            values[j] = PyList_GetItem(args[1 + j], i);
        }
        PyObject *language = PyList_GetItem(args[N_FIELDS - 1], i);
        if (!PyTuple_Check(language) || PyTuple_Size(language) != 2) {
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
    drop_maker(&maker);
    return result;
}
