/* Takes the arguments of kernels as their signatures describe them (native.h). */

#include "native.h"
#include <stdlib.h>
#include <string.h>

enum { LONGEST_NAME = 32 }; /* of an argument, in messages */

/* Reads a size of a shape: the number of its letter, which is set to `otherwise` if it has none yet,
   and what is added to it. */
static Py_ssize_t read_size(Call *call, const char **at, Py_ssize_t otherwise)
{
    Py_ssize_t size = 0;
    if (**at >= 'a' && **at <= 'z') {
        Py_ssize_t *letter = &call->sizes[*(*at)++ - 'a'];
        if (*letter < 0) {
            *letter = otherwise;
        }
        size = *letter;
    }
    char *end;
    size += strtol(*at, &end, 10); /* 0 where no digits follow */
    *at = end;
    return size;
}

static int is_unknown(const Call *call, char letter)
{
    return letter >= 'a' && letter <= 'z' && size_of(call, letter) < 0;
}

/* Whether an array has the shape that stands here, up to its bracket. New letters are set to what
   fits: of two, to the dimensions that the array has. */
static int has_shape(Call *call, const char **at, const Py_buffer *view, Py_ssize_t items)
{
    const char *second = *at + strcspn(*at, ",]") + 1;
    int is_flat = second[-1] == ']';
    Py_ssize_t rows = items, columns = is_flat ? 1 : 0;
    if (!is_flat && is_unknown(call, **at)) {
        const char *number = second;
        if (!is_unknown(call, *second)) {
            columns = read_size(call, &number, 0);
            rows = columns > 0 ? items / columns : 0;
        } else if (view->ndim == 2) {
            rows = view->shape[0];
            columns = view->shape[1];
        }
    }
    rows = read_size(call, at, rows);
    ++*at;
    if (!is_flat) {
        columns = read_size(call, at, columns > 0 || rows <= 0 ? columns : items / rows);
        ++*at;
    }
    return is_matrix(items, rows, columns);
}

int are_within(const Call *call, const int64_t *indices, Py_ssize_t count, int64_t least,
               int64_t size)
{
    for (Py_ssize_t i = 0; i < count; i++) {
        if (indices[i] < least || indices[i] >= size) {
            PyErr_Format(PyExc_ValueError, "%s: an index lies beyond its array", call->name);
            return 0;
        }
    }
    return 1;
}

static int is_tree(const Call *call, const int64_t *parent, Py_ssize_t count)
{
    for (Py_ssize_t i = 0; i < count; i++) {
        if (parent[i] < -1 || parent[i] >= i) {
            PyErr_Format(PyExc_ValueError, "%s: an element comes before its parent", call->name);
            return 0;
        }
    }
    return 1;
}

/* Takes an array whose items, name and shape stand here. 0, or -1 with an exception. */
static int take_array(Call *call, const char *at, int is_written, PyObject *object)
{
    char kind = *at++, *after, name[LONGEST_NAME] = "";
    Py_ssize_t item_size = strtol(at, &after, 10) / 8;
    at = after + 1;
    for (size_t i = 0; *at != '['; at++, i++) {
        name[i < LONGEST_NAME - 1 ? i : LONGEST_NAME - 2] = *at;
    }
    at++;
    Py_buffer *view = &call->views[call->n_views];
    int flags = PyBUF_C_CONTIGUOUS | PyBUF_FORMAT | (is_written ? PyBUF_WRITABLE : 0);
    if (PyObject_GetBuffer(object, view, flags) < 0) {
        return -1;
    }
    call->n_views++;
    char format = view->format && *view->format ? view->format[strlen(view->format) - 1] : 'B';
    if (view->itemsize != item_size || (format == 'f' || format == 'd') != (kind == 'f')) {
        PyErr_Format(PyExc_TypeError, "%s: the items of %s are %c%zd, not %s of %zd bytes",
                     call->name, name, kind, 8 * item_size, view->format, view->itemsize);
        return -1;
    }
    /* The widest number that an item can be made of: no item is read across its bounds. */
    if ((uintptr_t)view->buf % (size_t)(item_size % 8 == 0 ? 8 : item_size)) {
        PyErr_Format(PyExc_ValueError, "%s: %s is not aligned", call->name, name);
        return -1;
    }
    Py_ssize_t items = view->len / item_size;
    call->data[call->count] = view->buf;
    call->number[call->count] = items;
    if (!has_shape(call, &at, view, items)) {
        PyErr_Format(PyExc_ValueError, "%s: the lengths disagree, %s has %zd items", call->name,
                     name, items);
        return -1;
    }
    if (strncmp(at, " < ", 3) == 0) {
        at += 3;
        return are_within(call, view->buf, items, 0, read_size(call, &at, 0)) ? 0 : -1;
    }
    return strncmp(at, " tree", 5) != 0 || is_tree(call, view->buf, items) ? 0 : -1;
}

/* Takes one argument. 0, or -1 with an exception. */
static int take_argument(Call *call, const char *at, PyObject *object)
{
    int is_written = strncmp(at, "out ", 4) == 0, failed = 0;
    at += is_written ? 4 : 0;
    call->data[call->count] = NULL;
    call->number[call->count] = 0;
    if (at[1] >= '0' && at[1] <= '9') {
        failed = take_array(call, at, is_written, object);
    } else if (*at == 'i') {
        call->number[call->count] = PyLong_AsSsize_t(object);
        failed = PyErr_Occurred() ? -1 : 0;
    }
    call->count++;
    return failed;
}

int take_arguments(Call *call, const char *signature, PyObject *const *args, Py_ssize_t count)
{
    Py_ssize_t wanted = 1;
    for (const char *at = signature; (at = strstr(at, ", ")) != NULL; at++) {
        wanted++;
    }
    if (count != wanted || call->count + wanted > MAX_ARGUMENTS) {
        PyErr_Format(PyExc_TypeError, "%s: %zd arguments are needed, not %zd", call->name, wanted,
                     count);
        return -1;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        if (take_argument(call, signature, args[i]) < 0) {
            return -1;
        }
        signature = i + 1 < count ? strstr(signature, ", ") + 2 : NULL;
    }
    return 0;
}

void *scratch(Call *call, Py_ssize_t count, size_t item_size)
{
    void *memory = NULL;
    if (count >= 0 && call->n_scratch < MAX_SCRATCH) {
        memory = calloc((size_t)count + 1, item_size); /* never NULL for no items */
    }
    if (memory == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    return call->scratch[call->n_scratch++] = memory;
}

PyObject *refuse(const Call *call, const char *why)
{
    return PyErr_Format(PyExc_ValueError, "%s: %s", call->name, why);
}

PyObject *call_kernel(PyObject *(*kernel)(Call *), const char *name, const char *signature,
                      PyObject *const *args, Py_ssize_t count)
{
    Call call;
    call.name = name;
    call.args = args;
    call.count = call.n_views = call.n_scratch = 0;
    memset(call.sizes, 0xFF, sizeof(call.sizes)); /* -1 */
    PyObject *result = NULL;
    if (take_arguments(&call, signature, args, count) == 0) {
        result = kernel(&call);
    }
    while (call.n_views > 0) {
        PyBuffer_Release(&call.views[--call.n_views]);
    }
    while (call.n_scratch > 0) {
        free(call.scratch[--call.n_scratch]);
    }
    return result;
}
