/* What the elements around lines say. Twins of loops in features.py, context.py and kinds.py. */

#include "native.h"
#include <stdlib.h>
#include <string.h>

static PyObject *name_tag, *name_names, *name_parent, *name_hidden, *name_markup;

static int ready(void)
{
    if (name_tag == NULL) {
        name_tag = PyUnicode_InternFromString("tag");
        name_names = PyUnicode_InternFromString("names");
        name_parent = PyUnicode_InternFromString("parent");
        name_hidden = PyUnicode_InternFromString("hidden");
        name_markup = PyUnicode_InternFromString("markup");
    }
    return name_tag && name_names && name_parent && name_hidden && name_markup ? 0 : -1;
}

const char element_arrays_doc[] =
    "element_arrays(elements, parent, depth, hidden, kind)\n\n"
    "Fills the parent, the depth and whether it is hidden of each element, and the number of\n"
    "its kind, which elements of the same tag and names share. The kinds: [(tag, names), ...].";

PyObject *element_arrays(PyObject *module, PyObject *args)
{
    PyObject *elements, *objects[4], *seen = NULL, *kinds = NULL, *result = NULL;
    Array a[4] = {0};
    (void)module;
    if (ready() < 0 || !PyArg_ParseTuple(args, "O!OOOO", &PyTuple_Type, &elements, &objects[0],
                                         &objects[1], &objects[2], &objects[3])) {
        return NULL;
    }
    if (take_array(objects[0], &a[0], 8, 1, "parent") < 0 ||
        take_array(objects[1], &a[1], 8, 1, "depth") < 0 ||
        take_array(objects[2], &a[2], 1, 1, "hidden") < 0 ||
        take_array(objects[3], &a[3], 8, 1, "kind") < 0 || (seen = PyDict_New()) == NULL ||
        (kinds = PyList_New(0)) == NULL) {
        goto done;
    }
    int64_t *parent = a[0].view.buf, *depth = a[1].view.buf, *kind = a[3].view.buf;
    uint8_t *hidden = a[2].view.buf;
    Py_ssize_t n = PyTuple_Size(elements);
    if (a[0].length != n || a[1].length != n || a[2].length != n || a[3].length != n) {
        PyErr_SetString(PyExc_ValueError, "element_arrays: the arrays' lengths disagree");
        goto done;
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *element = PyTuple_GetItem(elements, i);
        PyObject *tag = PyObject_GetAttr(element, name_tag);
        PyObject *names = tag ? PyObject_GetAttr(element, name_names) : NULL;
        PyObject *key = names ? PyTuple_Pack(2, tag, names) : NULL;
        Py_XDECREF(tag);
        Py_XDECREF(names);
        if (key == NULL) {
            goto done;
        }
        PyObject *place = PyDict_GetItemWithError(seen, key);
        if (place != NULL) {
            kind[i] = PyLong_AsLongLong(place);
        } else {
            kind[i] = PyList_Size(kinds);
            place = PyErr_Occurred() ? NULL : PyLong_FromLongLong(kind[i]);
            if (place == NULL || PyDict_SetItem(seen, key, place) < 0 ||
                PyList_Append(kinds, key) < 0) {
                Py_XDECREF(place);
                Py_DECREF(key);
                goto done;
            }
            Py_DECREF(place);
        }
        Py_DECREF(key);
        PyObject *up = PyObject_GetAttr(element, name_parent);
        PyObject *is_hidden = up ? PyObject_GetAttr(element, name_hidden) : NULL;
        parent[i] = up ? PyLong_AsLongLong(up) : -1;
        int shown = is_hidden && !PyErr_Occurred() ? PyObject_IsTrue(is_hidden) : -1;
        Py_XDECREF(up);
        Py_XDECREF(is_hidden);
        if (shown < 0 || PyErr_Occurred()) {
            goto done;
        }
        hidden[i] = (uint8_t)shown;
        if (parent[i] < -1 || parent[i] >= i) {
            PyErr_Format(PyExc_ValueError, "element %zd has the parent %lld", i,
                         (long long)parent[i]);
            goto done;
        }
        depth[i] = parent[i] < 0 ? 0 : depth[parent[i]] + 1;
    }
    result = Py_NewRef(kinds);
done:
    Py_XDECREF(seen);
    Py_XDECREF(kinds);
    drop_arrays(a, 4);
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
    if (ready() < 0 || !PyArg_ParseTuple(args, "O!OO", &PyTuple_Type, &lines, &places, &out_object)) {
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
        PyObject *place = PySequence_GetItem(places, row);
        Py_ssize_t i = place ? PyLong_AsSsize_t(place) : -1;
        Py_XDECREF(place);
        PyObject *line = PyErr_Occurred() ? NULL : PyTuple_GetItem(lines, i);
        PyObject *markup = line ? PyObject_GetAttr(line, name_markup) : NULL;
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

/* Whether places lie within an array of so many entries. */
static int within(const int64_t *places, Py_ssize_t count, int64_t least, int64_t size)
{
    for (Py_ssize_t i = 0; i < count; i++) {
        if (places[i] < least || places[i] >= size) {
            PyErr_SetString(PyExc_ValueError, "a place lies beyond its array");
            return 0;
        }
    }
    return 1;
}

/* Whether each element comes after its parent, -1 for the outermost ones. */
static int is_tree(const int64_t *parent, Py_ssize_t count)
{
    for (Py_ssize_t i = 0; i < count; i++) {
        if (parent[i] < -1 || parent[i] >= i) {
            PyErr_SetString(PyExc_ValueError, "an element comes before its parent");
            return 0;
        }
    }
    return 1;
}

const char common_depth_doc[] =
    "common_depth(parent, depth, at, out)\n\n"
    "The depth of the innermost element around each place and the next, (n - 1,).";

PyObject *common_depth(PyObject *module, PyObject *args)
{
    PyObject *objects[4];
    Array a[4] = {0};
    PyObject *result = NULL;
    (void)module;
    if (!PyArg_ParseTuple(args, "OOOO", &objects[0], &objects[1], &objects[2], &objects[3])) {
        return NULL;
    }
    if (take_array(objects[0], &a[0], 8, 0, "parent") < 0 ||
        take_array(objects[1], &a[1], 8, 0, "depth") < 0 ||
        take_array(objects[2], &a[2], 8, 0, "at") < 0 ||
        take_array(objects[3], &a[3], 8, 1, "out") < 0) {
        goto done;
    }
    const int64_t *parent = a[0].view.buf, *depth = a[1].view.buf, *at = a[2].view.buf;
    int64_t *out = a[3].view.buf;
    Py_ssize_t e = a[0].length, n = a[2].length;
    if (a[1].length != e || a[3].length != (n ? n - 1 : 0)) {
        PyErr_SetString(PyExc_ValueError, "common_depth: the arrays' lengths disagree");
        goto done;
    }
    if (!is_tree(parent, e) || !within(at, n, 0, e)) {
        goto done;
    }
    for (Py_ssize_t i = 0; i + 1 < n; i++) {
        int64_t one = at[i], other = at[i + 1];
        while (one != other) { /* the later of two elements is never around the earlier */
            if (one > other) {
                one = parent[one];
            } else {
                other = parent[other];
            }
        }
        out[i] = one < 0 ? depth[e - 1] : depth[one]; /* as depth[-1] is in Python */
    }
    result = Py_NewRef(Py_None);
done:
    drop_arrays(a, 4);
    return result;
}

const char inherit_doc[] =
    "inherit(parent, flags)\n\nGives each element the flags of those around it, (e, k), in place.";

PyObject *inherit(PyObject *module, PyObject *args)
{
    PyObject *objects[2];
    Array a[2] = {0};
    PyObject *result = NULL;
    (void)module;
    if (!PyArg_ParseTuple(args, "OO", &objects[0], &objects[1])) {
        return NULL;
    }
    if (take_array(objects[0], &a[0], 8, 0, "parent") < 0 ||
        take_array(objects[1], &a[1], 1, 1, "flags") < 0) {
        goto done;
    }
    const int64_t *parent = a[0].view.buf;
    uint8_t *flags = a[1].view.buf;
    Py_ssize_t e = a[0].length, k = e ? a[1].length / e : 0;
    if (!is_tree(parent, e)) {
        goto done;
    }
    for (Py_ssize_t i = 0; i < e; i++) {
        if (parent[i] >= 0) {
            for (Py_ssize_t j = 0; j < k; j++) {
                flags[i * k + j] |= flags[parent[i] * k + j];
            }
        }
    }
    result = Py_NewRef(Py_None);
done:
    drop_arrays(a, 2);
    return result;
}

const char subtree_sums_doc[] =
    "subtree_sums(parent, depth, order, line_element, values, out)\n\n"
    "Sums over each element's subtree, (e, k), of values given for the lines, (n, k). `order`\n"
    "has the elements by depth: the deepest are added to their parents first.";

PyObject *subtree_sums(PyObject *module, PyObject *args)
{
    PyObject *objects[6];
    Array a[6] = {0};
    PyObject *result = NULL;
    (void)module;
    if (!PyArg_ParseTuple(args, "OOOOOO", &objects[0], &objects[1], &objects[2], &objects[3],
                          &objects[4], &objects[5])) {
        return NULL;
    }
    for (int i = 0; i < 6; i++) {
        if (take_array(objects[i], &a[i], 8, i == 5, "subtree_sums") < 0) {
            goto done;
        }
    }
    const int64_t *parent = a[0].view.buf, *depth = a[1].view.buf, *order = a[2].view.buf;
    const int64_t *line_element = a[3].view.buf;
    const double *values = a[4].view.buf;
    double *out = a[5].view.buf;
    Py_ssize_t e = a[0].length, n = a[3].length, k = e ? a[5].length / e : 0;
    if (a[1].length != e || a[2].length != e || a[4].length != n * k || a[5].length != e * k) {
        PyErr_SetString(PyExc_ValueError, "subtree_sums: the arrays' lengths disagree");
        goto done;
    }
    if (!is_tree(parent, e) || !within(order, e, 0, e) || !within(line_element, n, 0, e)) {
        goto done;
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        for (Py_ssize_t j = 0; j < k; j++) {
            out[line_element[i] * k + j] += values[i * k + j];
        }
    }
    Py_ssize_t end = e;
    while (end > 0) {
        Py_ssize_t begin = end - 1;
        while (begin > 0 && depth[order[begin - 1]] == depth[order[end - 1]]) {
            begin--;
        }
        for (Py_ssize_t i = begin; i < end; i++) {
            int64_t here = order[i], up = parent[here];
            for (Py_ssize_t j = 0; up >= 0 && j < k; j++) {
                out[up * k + j] += out[here * k + j];
            }
        }
        end = begin;
    }
    result = Py_NewRef(Py_None);
done:
    drop_arrays(a, 6);
    return result;
}

const char branches_doc[] =
    "branches(parent, depth, main, branch, meets)\n\n"
    "Of each element, the child of `main` that it is in, or -1, and the depth at which it\n"
    "leaves the path to `main`.";

PyObject *branches(PyObject *module, PyObject *args)
{
    PyObject *objects[4];
    Array a[4] = {0};
    Py_ssize_t main_element;
    PyObject *result = NULL;
    uint8_t *on_path = NULL;
    (void)module;
    if (!PyArg_ParseTuple(args, "OOnOO", &objects[0], &objects[1], &main_element, &objects[2],
                          &objects[3])) {
        return NULL;
    }
    for (int i = 0; i < 4; i++) {
        if (take_array(objects[i], &a[i], 8, i >= 2, "branches") < 0) {
            goto done;
        }
    }
    const int64_t *parent = a[0].view.buf, *depth = a[1].view.buf;
    int64_t *branch = a[2].view.buf, *meets = a[3].view.buf;
    Py_ssize_t e = a[0].length;
    if (a[1].length != e || a[2].length != e || a[3].length != e || main_element < 0 ||
        main_element >= e) {
        PyErr_SetString(PyExc_ValueError, "branches: the arrays' lengths disagree");
        goto done;
    }
    if (!is_tree(parent, e)) {
        goto done;
    }
    on_path = calloc((size_t)e, 1);
    if (on_path == NULL) {
        PyErr_NoMemory();
        goto done;
    }
    for (int64_t i = main_element; i >= 0; i = parent[i]) {
        on_path[i] = 1;
    }
    for (Py_ssize_t i = 0; i < e; i++) {
        int64_t up = parent[i];
        if (on_path[i]) {
            branch[i] = -1;
            meets[i] = depth[i];
        } else {
            branch[i] = up == main_element ? i : up >= 0 ? branch[up] : -1;
            meets[i] = up >= 0 ? meets[up] : 0;
        }
    }
    result = Py_NewRef(Py_None);
done:
    free(on_path);
    drop_arrays(a, 4);
    return result;
}

const char chain_sums_doc[] =
    "chain_sums(parent, kind, says, fading, at, out)\n\n"
    "Adds what the element at each place and those around it say to `out`, (n, k): the rows of `says` for\n"
    "their kinds, each times the `fading` of its distance, as far as that goes.";

PyObject *chain_sums(PyObject *module, PyObject *args)
{
    PyObject *objects[6];
    Array a[6] = {0};
    PyObject *result = NULL;
    (void)module;
    if (!PyArg_ParseTuple(args, "OOOOOO", &objects[0], &objects[1], &objects[2], &objects[3],
                          &objects[4], &objects[5])) {
        return NULL;
    }
    static const Py_ssize_t sizes[] = {8, 8, 4, 4, 8, 4};
    for (int i = 0; i < 6; i++) {
        if (take_array(objects[i], &a[i], sizes[i], i == 5, "chain_sums") < 0) {
            goto done;
        }
    }
    const int64_t *parent = a[0].view.buf, *kind = a[1].view.buf, *at = a[4].view.buf;
    const float *says = a[2].view.buf, *fading = a[3].view.buf;
    float *out = a[5].view.buf;
    Py_ssize_t e = a[0].length, n = a[4].length, k = n ? a[5].length / n : 0, far = a[3].length;
    if (a[1].length != e || a[5].length != n * k || (n && k == 0)) {
        PyErr_SetString(PyExc_ValueError, "chain_sums: the arrays' lengths disagree");
        goto done;
    }
    if (n == 0) {
        result = Py_NewRef(Py_None);
        goto done;
    }
    if (!is_tree(parent, e) || !within(kind, e, 0, a[2].length / k) ||
        !within(at, n, -1, e)) {
        goto done;
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        float *sums = out + i * k;
        int64_t element = at[i];
        for (Py_ssize_t level = 0; level < far && element >= 0; level++) {
            for (Py_ssize_t j = 0; j < k; j++) {
                sums[j] += fading[level] * says[kind[element] * k + j];
            }
            element = parent[element];
        }
    }
    result = Py_NewRef(Py_None);
done:
    drop_arrays(a, 6);
    return result;
}

const char likeliest_path_doc[] =
    "likeliest_path(scores, costs, path)\n\n"
    "Viterbi's path through (n, k) scores; `costs` (n,) is what it costs each row to be in\n"
    "another column than the row before.";

PyObject *likeliest_path(PyObject *module, PyObject *args)
{
    PyObject *scores_object, *costs_object, *path_object, *result = NULL;
    double *best = NULL;
    int64_t *came = NULL;
    Array a[3] = {0};
    (void)module;
    if (!PyArg_ParseTuple(args, "OOO", &scores_object, &costs_object, &path_object)) {
        return NULL;
    }
    if (take_array(scores_object, &a[0], 8, 0, "scores") < 0 ||
        take_array(costs_object, &a[1], 8, 0, "costs") < 0 ||
        take_array(path_object, &a[2], 8, 1, "path") < 0) {
        goto done;
    }
    const double *scores = a[0].view.buf, *costs = a[1].view.buf;
    int64_t *path = a[2].view.buf;
    Py_ssize_t n = a[2].length, k = n ? a[0].length / n : 0;
    if (k < 1 || a[0].length != n * k || a[1].length != n) {
        PyErr_SetString(PyExc_ValueError, "likeliest_path: the arrays' lengths disagree");
        goto done;
    }
    best = malloc((size_t)k * sizeof(double));
    came = malloc((size_t)(n * k) * sizeof(int64_t));
    if (best == NULL || came == NULL) {
        PyErr_NoMemory();
        goto done;
    }
    for (Py_ssize_t row = 0; row < n; row++) {
        Py_ssize_t top = 0;
        for (Py_ssize_t j = 1; row && j < k; j++) {
            top = best[j] > best[top] ? j : top;
        }
        double changed = row ? best[top] - costs[row] : 0.0;
        for (Py_ssize_t j = 0; j < k; j++) {
            int change = row && best[j] < changed;
            came[row * k + j] = change ? top : j;
            best[j] = row ? (change ? changed : best[j]) + scores[row * k + j] : scores[j];
        }
    }
    Py_ssize_t last = 0;
    for (Py_ssize_t j = 1; j < k; j++) {
        last = best[j] > best[last] ? j : last;
    }
    for (Py_ssize_t row = n - 1; row >= 0; row--) {
        path[row] = last;
        last = came[row * k + last];
    }
    result = Py_NewRef(Py_None);
done:
    free(best);
    free(came);
    drop_arrays(a, 3);
    return result;
}

const char chains_doc[] =
    "chains(parent, at, out)\n\n"
    "The elements at and around each place, (d, n), the innermost first; -1 above the root.";

PyObject *chains(PyObject *module, PyObject *args)
{
    PyObject *objects[3];
    Array a[3] = {0};
    PyObject *result = NULL;
    (void)module;
    if (!PyArg_ParseTuple(args, "OOO", &objects[0], &objects[1], &objects[2])) {
        return NULL;
    }
    for (int i = 0; i < 3; i++) {
        if (take_array(objects[i], &a[i], 8, i == 2, "chains") < 0) {
            goto done;
        }
    }
    const int64_t *parent = a[0].view.buf, *at = a[1].view.buf;
    int64_t *out = a[2].view.buf;
    Py_ssize_t e = a[0].length, n = a[1].length, d = n ? a[2].length / n : 0;
    if (a[2].length != n * d) {
        PyErr_SetString(PyExc_ValueError, "chains: the arrays' lengths disagree");
        goto done;
    }
    if (!is_tree(parent, e) || !within(at, n, 0, e)) {
        goto done;
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        int64_t element = at[i];
        for (Py_ssize_t level = 0; level < d; level++) {
            out[level * n + i] = element;
            element = element < 0 ? -1 : parent[element];
        }
    }
    result = Py_NewRef(Py_None);
done:
    drop_arrays(a, 3);
    return result;
}
