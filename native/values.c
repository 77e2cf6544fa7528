/* Values of Python, many at a time: the texts of lines, and what was decided of them. */

#include "native.h"
#include <stdlib.h>

enum { TABLE_SIZE = 0x20000, PLAIN = 16 /* characters.Flag */ };
enum { LONGEST = 1 << 16 }; /* a text that is looked through here; few are longer */

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

static const char *const FIELDS[] = {"line",   "label", "probability", "reason",
                                     "kind", "language", "language_confidence"};
enum { N_FIELDS = 7 };
static PyObject *field_names[N_FIELDS];

static PyObject *prediction(PyObject *type, PyObject *const *values)
{
    PyObject *made = blank_value(type);
    for (int i = 0; made != NULL && i < N_FIELDS; i++) {
        if (set_field(made, field_names[i], Py_NewRef(values[i])) < 0) {
            Py_CLEAR(made);
        }
    }
    return made;
}

const char predictions_doc[] =
    "predictions(Prediction, lines, blank, spoken, labels, probability, reasons, kinds, languages)\n\n"
    "A tuple of a prediction for each line: of the `spoken` ones by the lists that follow, in the\n"
    "order of their places; `blank` has the fields of the others, without the line.";

PyObject *predictions(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    PyObject *result = NULL, *values[N_FIELDS];
    (void)module;
    if (take_arguments("predictions", "ooooooooo", args, count, NULL) < 0) {
        return NULL;
    }
    for (int i = 0; i < N_FIELDS; i++) {
        if (field_names[i] == NULL &&
            (field_names[i] = PyUnicode_InternFromString(FIELDS[i])) == NULL) {
            return NULL;
        }
    }
    PyObject *type = args[0], *lines = args[1], *blank = args[2];
    int fits = PyType_Check(type) && PyTuple_Check(lines) && PyTuple_Check(blank) &&
               PyTuple_Size(blank) == N_FIELDS - 1;
    for (int i = 3; fits && i < 9; i++) {
        fits = PyList_Check(args[i]) && PyList_Size(args[i]) == PyList_Size(args[3]);
    }
    if (!fits) {
        PyErr_SetString(PyExc_ValueError, "predictions: the lists' lengths disagree");
        return NULL;
    }
    Py_ssize_t n = PyTuple_Size(lines), m = PyList_Size(args[3]), next = 0;
    result = PyTuple_New(n);
    for (Py_ssize_t i = 0; result != NULL && i < n; i++) {
        Py_ssize_t place = next < m ? PyLong_AsSsize_t(PyList_GetItem(args[3], next)) : n;
        if (place < i) {
            if (!PyErr_Occurred()) {
                PyErr_SetString(PyExc_ValueError, "predictions: the places are not in order");
            }
            Py_CLEAR(result);
            break;
        }
        values[0] = PyTuple_GetItem(lines, i);
        if (place > i) {
            for (int j = 1; j < N_FIELDS; j++) {
                values[j] = PyTuple_GetItem(blank, j - 1);
            }
        } else {
            for (int j = 1; j < N_FIELDS - 2; j++) {
                values[j] = PyList_GetItem(args[3 + j], next);
            }
            PyObject *language = PyList_GetItem(args[8], next++);
            if (!PyTuple_Check(language) || PyTuple_Size(language) != 2) {
                PyErr_SetString(PyExc_TypeError, "predictions: a language has its probability");
                Py_CLEAR(result);
                break;
            }
            values[5] = PyTuple_GetItem(language, 0);
            values[6] = PyTuple_GetItem(language, 1);
        }
        PyObject *made = prediction(type, values);
        if (made == NULL || PyTuple_SetItem(result, i, made) < 0) {
            Py_CLEAR(result);
        }
    }
    if (result != NULL && next < m) {
        PyErr_SetString(PyExc_ValueError, "predictions: a place lies beyond the lines");
        Py_CLEAR(result);
    }
    return result;
}
