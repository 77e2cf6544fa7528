/* What the elements around lines say. Twins of loops in features.py, context.py and kinds.py. */

#include "native.h"
#include <stdlib.h>
#include <string.h>

enum { FIRST_NAMES = 3 }; /* by which elements are told apart, whatever else they are called */

/* The number that a dict has for a key, which becomes the next one where it is new. -1 with an
   exception. */
static int64_t number_of(PyObject *numbers, PyObject *key)
{
    PyObject *known = PyDict_GetItemWithError(numbers, key);
    if (known != NULL) {
        return PyLong_AsLongLong(known);
    }
    int64_t number = PyErr_Occurred() ? -1 : (int64_t)PyDict_Size(numbers);
    PyObject *value = number < 0 ? NULL : PyLong_FromLongLong(number);
    if (value == NULL || PyDict_SetItem(numbers, key, value) < 0) {
        number = -1;
    }
    Py_XDECREF(value);
    return number;
}

/* The number of a kind's tag and first names. -1 with an exception. */
static int64_t sign_of(PyObject *signs, PyObject *kind)
{
    PyObject *names = PyTuple_GetItem(kind, 1);
    if (!PyTuple_Check(names) || PyTuple_Size(names) <= FIRST_NAMES) {
        return number_of(signs, kind);
    }
    PyObject *first = PyTuple_GetSlice(names, 0, FIRST_NAMES);
    PyObject *key = first ? PyTuple_Pack(2, PyTuple_GetItem(kind, 0), first) : NULL;
    int64_t number = key ? number_of(signs, key) : -1;
    Py_XDECREF(first);
    Py_XDECREF(key);
    return number;
}

const char element_arrays_doc[] =
    "element_arrays(elements, numbers, parent, depth, hidden, kind, sign)\n\n"
    "Of some of a page's elements, whose rising numbers on the page are given, their parents\n"
    "among them: fills the place of each one's parent, the depth and whether it is hidden, the\n"
    "number of its kind, which elements of the same tag and names share, and of its sign, for\n"
    "which the first names count. The kinds: [(tag, names), ...].";

PyObject *element_arrays(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    PyObject *seen = NULL, *signs = NULL, *kinds = NULL, *result = NULL;
    Array a[7] = {0};
    Py_ssize_t *firsts = NULL;
    (void)module;
    if (ready_names() < 0 || take_arguments("element_arrays", "odDDBDD", args, count, a) < 0 ||
        (seen = PyDict_New()) == NULL || (signs = PyDict_New()) == NULL ||
        (kinds = PyList_New(0)) == NULL) {
        goto done;
    }
    PyObject *elements = args[0];
    const int64_t *numbers = a[1].view.buf;
    int64_t *parent = a[2].view.buf, *depth = a[3].view.buf;
    int64_t *kind = a[5].view.buf, *sign = a[6].view.buf;
    uint8_t *hidden = a[4].view.buf;
    Py_ssize_t n = PyTuple_Check(elements) ? PyTuple_Size(elements) : -1;
    for (int i = 1; i < 7; i++) {
        if (a[i].length != n) {
            PyErr_SetString(PyExc_ValueError, "element_arrays: the arrays' lengths disagree");
            goto done;
        }
    }
    firsts = malloc((size_t)(n + 1) * sizeof(*firsts)); /* the first element of each kind */
    if (firsts == NULL) {
        PyErr_NoMemory();
        goto done;
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *element = PyTuple_GetItem(elements, i);
        PyObject *tag = PyObject_GetAttr(element, name_tag);
        PyObject *names = tag ? PyObject_GetAttr(element, name_names) : NULL;
        PyObject *key = names ? PyTuple_Pack(2, tag, names) : NULL;
        Py_XDECREF(tag);
        Py_XDECREF(names);
        Py_ssize_t kinds_before = PyList_Size(kinds);
        kind[i] = key ? number_of(seen, key) : -1;
        int failed = kind[i] < 0;
        if (failed || kind[i] < kinds_before) {
            sign[i] = failed ? -1 : sign[firsts[kind[i]]];
        } else {
            firsts[kind[i]] = i;
            sign[i] = PyList_Append(kinds, key) < 0 ? -1 : sign_of(signs, key);
        }
        Py_XDECREF(key);
        if (sign[i] < 0) {
            goto done;
        }
        PyObject *up = PyObject_GetAttr(element, name_parent);
        PyObject *is_hidden = up ? PyObject_GetAttr(element, name_hidden) : NULL;
        int64_t above = up ? PyLong_AsLongLong(up) : -1;
        int shown = is_hidden && !PyErr_Occurred() ? PyObject_IsTrue(is_hidden) : -1;
        Py_XDECREF(up);
        Py_XDECREF(is_hidden);
        if (shown < 0 || PyErr_Occurred()) {
            goto done;
        }
        hidden[i] = (uint8_t)shown;
        Keys before = {numbers, i};
        Py_ssize_t up_at = above == -1 ? -1 : place_among(&before, above);
        if (up_at == i) {
            PyErr_Format(PyExc_ValueError, "element %lld has the parent %lld",
                         (long long)numbers[i], (long long)above);
            goto done;
        }
        parent[i] = up_at;
        depth[i] = parent[i] < 0 ? 0 : depth[parent[i]] + 1;
    }
    result = Py_NewRef(kinds);
done:
    free(firsts);
    Py_XDECREF(seen);
    Py_XDECREF(signs);
    Py_XDECREF(kinds);
    drop_arrays(a, 7);
    return result;
}

const char line_markups_doc[] =
    "line_markups(lines, places, out)\n\n"
    "Of the lines in these places: element, links, link_chars, emphasis_chars, after_break,\n"
    "(n, 5); 0 where a line has no markup.";

PyObject *line_markups(PyObject *module, PyObject *args)
{
    static const char *const fields[] = {"element", "links", "link_chars", "emphasis_chars",
                                         "after_break"};
    static PyObject *names[5];
    PyObject *lines, *places, *out_object, *result = NULL;
    Array out = {0};
    (void)module;
    if (ready_names() < 0 || !PyArg_ParseTuple(args, "O!OO", &PyTuple_Type, &lines, &places, &out_object)) {
        return NULL;
    }
    for (int i = 0; i < 5; i++) {
        if (names[i] == NULL && (names[i] = PyUnicode_InternFromString(fields[i])) == NULL) {
            return NULL;
        }
    }
    Py_ssize_t n = PySequence_Size(places);
    if (n < 0 || take_array(out_object, &out, 8, 1, "out") < 0) {
        goto done;
    }
    double *values = out.view.buf;
    if (!is_matrix(&out, n, 5)) {
        PyErr_SetString(PyExc_ValueError, "line_markups: the arrays' lengths disagree");
        goto done;
    }
    for (Py_ssize_t row = 0; row < n; row++) {
        PyObject *markup = markup_of(lines, places, row);
        if (markup == NULL) {
            goto done;
        }
        for (int field = 0; field < 5 && !PyErr_Occurred(); field++) {
            PyObject *value = markup == Py_None ? NULL : PyObject_GetAttr(markup, names[field]);
            values[row * 5 + field] = value ? (double)PyLong_AsLongLong(value) : 0.0;
            Py_XDECREF(value);
        }
        Py_DECREF(markup);
        if (PyErr_Occurred()) {
            goto done;
        }
    }
    result = Py_NewRef(Py_None);
done:
    drop_arrays(&out, 1);
    return result;
}

int within(const int64_t *places, Py_ssize_t count, int64_t least, int64_t size)
{
    for (Py_ssize_t i = 0; i < count; i++) {
        if (places[i] < least || places[i] >= size) {
            PyErr_SetString(PyExc_ValueError, "a place lies beyond its array");
            return 0;
        }
    }
    return 1;
}

int is_tree(const int64_t *parent, Py_ssize_t count)
{
    for (Py_ssize_t i = 0; i < count; i++) {
        if (parent[i] < -1 || parent[i] >= i) {
            PyErr_SetString(PyExc_ValueError, "an element comes before its parent");
            return 0;
        }
    }
    return 1;
}

const char line_groups_doc[] =
    "line_groups(parent, sign, line_element, groups)\n\n"
    "Fills `groups` (2, n) with the first line whose element has the same sign, and the first\n"
    "whose parent's has so too.";

PyObject *line_groups(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    Array a[4] = {0};
    PyObject *result = NULL;
    int64_t *slots = NULL;
    (void)module;
    if (take_arguments("line_groups", "dddD", args, count, a) < 0) {
        goto done;
    }
    const int64_t *parent = a[0].view.buf, *sign = a[1].view.buf, *element = a[2].view.buf;
    int64_t *groups = a[3].view.buf;
    Py_ssize_t e = a[0].length, n = a[2].length;
    if (a[1].length != e || !is_matrix(&a[3], 2, n)) {
        PyErr_SetString(PyExc_ValueError, "line_groups: the arrays' lengths disagree");
        goto done;
    }
    if (!is_tree(parent, e) || !within(element, n, 0, e)) {
        goto done;
    }
    size_t room = 16;
    while (room < (size_t)n * 2) {
        room *= 2;
    }
    slots = malloc(room * sizeof(*slots)); /* the first line of a group, -1 where there is none */
    if (slots == NULL) {
        PyErr_NoMemory();
        goto done;
    }
    for (int with_parent = 0; with_parent < 2; with_parent++, groups += n) {
        memset(slots, 0xFF, room * sizeof(*slots));
        for (Py_ssize_t i = 0; i < n; i++) {
            int64_t up = parent[element[i]] < 0 ? 0 : parent[element[i]];
            int64_t own = sign[element[i]], around = with_parent ? sign[up] : 0;
            uint64_t hash = ((uint64_t)own * 31 + (uint64_t)around) * 0x9E3779B97F4A7C15u;
            size_t slot = (size_t)(hash >> 32) & (room - 1);
            for (; slots[slot] >= 0; slot = (slot + 1) & (room - 1)) {
                int64_t there = element[slots[slot]];
                int64_t above = parent[there] < 0 ? 0 : parent[there];
                if (sign[there] == own && (!with_parent || sign[above] == around)) {
                    break;
                }
            }
            if (slots[slot] < 0) {
                slots[slot] = i;
            }
            groups[i] = slots[slot];
        }
    }
    result = Py_NewRef(Py_None);
done:
    free(slots);
    drop_arrays(a, 4);
    return result;
}

/* The depth of the innermost element around two; as depth[-1] is in Python where there is none. */
static int64_t common_depth(const int64_t *parent, const int64_t *depth, Py_ssize_t e, int64_t one,
                            int64_t other)
{
    while (one != other) { /* the later of two elements is never around the earlier */
        if (one > other) {
            one = parent[one];
        } else {
            other = parent[other];
        }
    }
    return depth[one < 0 ? e - 1 : one];
}

enum { MARKUPS = 5, BEFORE_FLAGS = 6, AFTER_FLAGS = 10, MOST_FLAGS = 63 };

const char markup_features_doc[] =
    "markup_features(parent, depth, hidden, flag, line_element, markups, groups, chars, out)\n\n"
    "Fills `out` (16 + 2 * k, n) with what the markup around each line says, but for logarithms.\n"
    "`flag` is which of the k tags asked for each element has, or k; `markups` (n, 5) are\n"
    "`line_markups`, `groups` (2, n) `line_groups`.";

PyObject *markup_features(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    Array a[9] = {0};
    PyObject *result = NULL;
    uint64_t *inherited = NULL;
    double *sums = NULL;
    (void)module;
    if (take_arguments("markup_features", "ddbdddddD", args, count, a) < 0) {
        goto done;
    }
    const int64_t *parent = a[0].view.buf, *depth = a[1].view.buf, *flag = a[3].view.buf;
    const int64_t *element = a[4].view.buf, *groups = a[6].view.buf;
    const uint8_t *hidden = a[2].view.buf;
    const double *markups = a[5].view.buf, *chars = a[7].view.buf;
    double *out = a[8].view.buf;
    Py_ssize_t e = a[0].length, n = a[4].length;
    Py_ssize_t k = n ? (a[8].length / n - BEFORE_FLAGS - AFTER_FLAGS) / 2 : 0;
    if (a[1].length != e || a[2].length != e || a[3].length != e ||
        !is_matrix(&a[5], n, MARKUPS) || !is_matrix(&a[6], 2, n) || a[7].length != n || k < 0 ||
        k >= MOST_FLAGS || !is_matrix(&a[8], BEFORE_FLAGS + AFTER_FLAGS + 2 * k, n)) {
        PyErr_SetString(PyExc_ValueError, "markup_features: the arrays' lengths disagree");
        goto done;
    }
    if (n == 0) {
        result = Py_NewRef(Py_None);
        goto done;
    }
    if (!is_tree(parent, e) || !within(element, n, 0, e) || !within(groups, 2 * n, 0, n) ||
        !within(flag, e, 0, k + 1)) {
        goto done;
    }
    inherited = malloc((size_t)e * sizeof(*inherited));
    sums = calloc((size_t)n * 3, sizeof(*sums));
    if (inherited == NULL || sums == NULL) {
        PyErr_NoMemory();
        goto done;
    }
    for (Py_ssize_t i = 0; i < e; i++) { /* the tags around it, and whether any of them is hidden */
        inherited[i] = parent[i] < 0 ? 0 : inherited[parent[i]];
        inherited[i] |= flag[i] < k ? (uint64_t)1 << flag[i] : 0;
        inherited[i] |= hidden[i] ? (uint64_t)1 << k : 0;
    }
    double *alike = sums, *alike_chars = sums + n, *paths = sums + 2 * n;
    for (Py_ssize_t i = 0; i < n; i++) {
        alike[groups[i]]++;
        alike_chars[groups[i]] += chars[i];
        paths[groups[n + i]]++;
    }
    int64_t shared = 0, above = -1, depth_before = 0;
    for (Py_ssize_t i = 0; i < n; i++) {
        int64_t here = element[i], own = depth[here];
        int64_t up = parent[here] < 0 ? 0 : parent[here];
        const double *markup = markups + i * MARKUPS;
        double *column = out + i, length = chars[i] > 1.0 ? chars[i] : 1.0;
        column[0 * n] = markup[1];
        column[1 * n] = markup[2] / length;
        column[2 * n] = markup[3] / length;
        column[3 * n] = markup[4];
        column[4 * n] = (double)own;
        column[5 * n] = (double)(inherited[here] >> k & 1);
        column += BEFORE_FLAGS * n;
        for (Py_ssize_t j = 0; j < k; j++) {
            column[j * n] = flag[here] == j;
            column[(k + j) * n] = (double)(inherited[here] >> j & 1);
        }
        column += 2 * k * n;
        column[0 * n] = (double)(depth_before - shared);
        column[1 * n] = (double)(own - shared);
        int64_t after = i + 1 < n ? element[i + 1] : -1;
        shared = after < 0 ? 0 : common_depth(parent, depth, e, here, after);
        column[2 * n] = (double)(own - shared);
        column[3 * n] = after < 0 ? 0.0 : (double)(depth[after] - shared);
        int64_t next_up = after < 0 ? -1 : parent[after] < 0 ? 0 : parent[after];
        column[4 * n] = above == up;
        column[5 * n] = alike[groups[i]];
        column[6 * n] = alike_chars[groups[i]];
        column[7 * n] = paths[groups[n + i]];
        column[8 * n] = above != up;
        column[9 * n] = next_up != up;
        above = up;
        depth_before = own;
    }
    result = Py_NewRef(Py_None);
done:
    free(inherited);
    free(sums);
    drop_arrays(a, 9);
    return result;
}
