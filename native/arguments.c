/* Takes the arguments of kernels as their signatures describe them (native.h). */

#include "native.h"
#include <stdlib.h>
#include <string.h>

/* Reads digits, 0 where there are none. */
static Py_ssize_t read_number(const char **at)
{
    Py_ssize_t number = 0;
    for (; **at >= '0' && **at <= '9'; ++*at) {
        number = number * 10 + (**at - '0');
    }
    return number;
}

/* Reads a size of a shape: a number, or what a letter stands for, which is set to `otherwise` if it
   is new, and what is added to it. */
static Py_ssize_t read_size(Call *call, const char **at, Py_ssize_t otherwise)
{
    if (**at < 'a') {
        return read_number(at);
    }
    Py_ssize_t *letter = &call->sizes[*(*at)++ - 'a'];
    if (*letter < 0) {
        *letter = otherwise;
    }
    if (**at != '+') {
        return *letter;
    }
    ++*at;
    return *letter + read_number(at);
}

static int is_unknown(const Call *call, char letter)
{
    return letter >= 'a' && size_of(call, letter) < 0;
}

/* Whether an array has the shape that stands here, up to its bracket. New letters are set to what
   fits: of two, to the dimensions that the array has. */
static int has_shape(Call *call, const char **at, const Py_buffer *view, Py_ssize_t items)
{
    const char *second = *at;
    while (*second != ',' && *second != ']') {
        second++;
    }
    int is_flat = *second++ == ']';
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
static int take_array(Call *call, const char **signature, int is_written, PyObject *object)
{
    const char *at = *signature, kind = *at++;
    Py_ssize_t item_size = read_number(&at) / 8;
    const char *name = ++at;
    while (*at++ != '[') {
    }
    Py_buffer *view = &call->views[call->n_views];
    int flags = PyBUF_C_CONTIGUOUS | PyBUF_FORMAT | (is_written ? PyBUF_WRITABLE : 0);
    if (PyObject_GetBuffer(object, view, flags) < 0) {
        return -1;
    }
    call->n_views++;
    char format = view->format && *view->format ? view->format[strlen(view->format) - 1] : 'B';
    if (view->itemsize != item_size || (format == 'f' || format == 'd') != (kind == 'f')) {
        PyErr_Format(PyExc_TypeError, "%s: items are %c%zd, not %s of %zd bytes, in %.32s",
                     call->name, kind, 8 * item_size, view->format, view->itemsize, name);
        return -1;
    }
    /* The widest number that an item can be made of: no item is read across its bounds. */
    if ((uintptr_t)view->buf % (size_t)(item_size % 8 == 0 ? 8 : item_size)) {
        PyErr_Format(PyExc_ValueError, "%s: not aligned: %.32s", call->name, name);
        return -1;
    }
    Py_ssize_t items = view->len / item_size;
    call->data[call->count] = view->buf;
    call->number[call->count] = items;
    if (!has_shape(call, &at, view, items)) {
        PyErr_Format(PyExc_ValueError, "%s: the lengths disagree, %zd items in %.32s", call->name,
                     items, name);
        return -1;
    }
    int fits = 1;
    if (at[0] == ' ' && at[1] == '<') {
        at += 3;
        fits = are_within(call, view->buf, items, 0, read_size(call, &at, 0));
    } else if (*at == ' ') {
        fits = is_tree(call, view->buf, items);
    }
    *signature = at;
    return fits ? 0 : -1;
}

/* Takes one argument, and moves on to the next in the signature. 0, or -1 with an exception. */
static int take_argument(Call *call, const char **signature, PyObject *object)
{
    const char *at = *signature;
    int is_written = at[0] == 'o' && at[1] == 'u', failed = 0; /* "out ", not "object " */
    at += is_written ? 4 : 0;
    call->data[call->count] = NULL;
    call->number[call->count] = 0;
    if (at[1] >= '0' && at[1] <= '9') {
        failed = take_array(call, &at, is_written, object);
    } else if (*at == 'i') {
        call->number[call->count] = PyLong_AsSsize_t(object);
        failed = PyErr_Occurred() ? -1 : 0;
    }
    call->count++;
    while (!failed && *at && *at++ != ',') {
    }
    *signature = at + (*at == ' ');
    return failed;
}

int take_arguments(Call *call, const char *signature, PyObject *const *args, Py_ssize_t count)
{
    Py_ssize_t wanted = 1;
    for (const char *at = signature; (at = strchr(at, ',')) != NULL; at++) {
        wanted += at[1] == ' ';
    }
    if (count != wanted || call->count + wanted > MAX_ARGUMENTS) {
        PyErr_Format(PyExc_TypeError, "%s: %zd arguments are needed, not %zd", call->name, wanted,
                     count);
        return -1;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        if (take_argument(call, &signature, args[i]) < 0) {
            return -1;
        }
    }
    return 0;
}

static void *keep_scratch(Call *call, void *memory)
{
    if (memory == NULL || call->n_scratch == MAX_SCRATCH) {
        free(memory);
        return PyErr_NoMemory();
    }
    return call->scratch[call->n_scratch++] = memory;
}

void *scratch(Call *call, Py_ssize_t count, size_t item_size)
{
    int fits = count >= 0 && (size_t)count < PY_SSIZE_T_MAX / item_size;
    return keep_scratch(call, fits ? malloc(((size_t)count + 1) * item_size) : NULL);
}

void *zeroed_scratch(Call *call, Py_ssize_t count, size_t item_size)
{
    return keep_scratch(call, count >= 0 ? calloc((size_t)count + 1, item_size) : NULL);
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
