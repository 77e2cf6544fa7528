/* The words that elements are called by, as numbers, and what they weigh. Twins of what
   features.py does with element_tokens. */

#include "native.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WHOLE = 40, PIECES = 8, MOST = 24, LONGEST = 64 };

static uint32_t crc_table[256];

static void ready_table(void)
{
    for (uint32_t i = 0; i < 256 && crc_table[255] == 0; i++) {
        uint32_t value = i;
        for (int bit = 0; bit < 8; bit++) {
            value = value & 1 ? 0xEDB88320u ^ (value >> 1) : value >> 1;
        }
        crc_table[i] = value;
    }
}

static uint32_t crc32_of(const char *data, size_t size)
{
    uint32_t crc = 0xFFFFFFFFu;
    for (size_t i = 0; i < size; i++) {
        crc = crc_table[(crc ^ (unsigned char)data[i]) & 0xFF] ^ (crc >> 8);
    }
    return crc ^ 0xFFFFFFFFu;
}

/* Distinct tokens in order. */
typedef struct {
    char text[MOST][LONGEST];
    size_t size[MOST];
    int count;
} Tokens;

static void add(Tokens *tokens, const char *data, size_t size)
{
    for (int i = 0; i < tokens->count; i++) {
        if (tokens->size[i] == size && memcmp(tokens->text[i], data, size) == 0) {
            return;
        }
    }
    if (tokens->count < MOST) {
        memcpy(tokens->text[tokens->count], data, size);
        tokens->size[tokens->count++] = size;
    }
}

static inline int is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static inline int is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static void add_name(Tokens *tokens, const char *name, size_t size)
{
    char low[LONGEST], whole[WHOLE];
    size_t held = 0;
    for (size_t i = 0; i < size; i++) {
        low[i] = is_upper(name[i]) ? (char)(name[i] + 32) : name[i];
        if ((low[i] < '0' || low[i] > '9') && held < WHOLE) {
            whole[held++] = low[i];
        }
    }
    add(tokens, whole, held);
    size_t at = 0;
    for (int pieces = 0; pieces < PIECES && at < size;) {
        size_t end = at;
        if (is_lower(name[at])) {
            while (end < size && is_lower(name[end])) {
                end++;
            }
        } else if (is_upper(name[at])) {
            end++;
            if (end < size && is_lower(name[end])) {
                while (end < size && is_lower(name[end])) {
                    end++;
                }
            } else {
                while (end < size && is_upper(name[end])) {
                    end++;
                }
            }
        }
        if (end - at >= 2) {
            add(tokens, low + at, end - at);
            pieces++;
            at = end;
        } else {
            at++;
        }
    }
}

const char element_tokens_doc[] =
    "element_tokens(tag, names, out)\n\n"
    "Fills `out` (25,) with the hashes of an element's tag and of the words of its names. How\n"
    "many there are; -1 if a name is not of ASCII, or long: it must be cut up elsewhere.";

PyObject *element_tokens(PyObject *module, PyObject *args)
{
    PyObject *tag, *names, *out_object, *result = NULL;
    Array out = {0};
    Tokens tokens = {.count = 0};
    (void)module;
    if (!PyArg_ParseTuple(args, "UO!O", &tag, &PyTuple_Type, &names, &out_object)) {
        return NULL;
    }
    if (take_array(out_object, &out, 8, 1, "out") < 0) {
        goto done;
    }
    int64_t *hashes = out.view.buf;
    if (out.length != MOST + 1) {
        PyErr_SetString(PyExc_ValueError, "element_tokens: room for 25 hashes is needed");
        goto done;
    }
    ready_table();
    Py_ssize_t count = PyTuple_Size(names), size;
    for (Py_ssize_t i = -1; i < count; i++) {
        PyObject *string = i < 0 ? tag : PyTuple_GetItem(names, i);
        const char *data = PyUnicode_Check(string) ? PyUnicode_AsUTF8AndSize(string, &size) : NULL;
        if (data == NULL) {
            PyErr_Clear();
        }
        if (data == NULL || size != PyUnicode_GetLength(string) || size > LONGEST - 2) {
            result = PyLong_FromLong(-1);
            goto done;
        }
        if (i < 0) {
            char bracketed[LONGEST];
            bracketed[0] = '<';
            memcpy(bracketed + 1, data, (size_t)size);
            bracketed[size + 1] = '>';
            hashes[0] = crc32_of(bracketed, (size_t)size + 2);
        } else {
            add_name(&tokens, data, (size_t)size);
        }
    }
    for (int i = 0; i < tokens.count; i++) {
        hashes[i + 1] = crc32_of(tokens.text[i], tokens.size[i]);
    }
    result = PyLong_FromLong(tokens.count + 1);
done:
    drop_arrays(&out, 1);
    return result;
}

void mark_names(const uint64_t *tokens, Py_ssize_t count, int level, int bits, uint8_t *marks)
{
    for (Py_ssize_t i = 0; i < count; i++) {
        marks[name_bucket(tokens[i], (uint64_t)level, bits)] = 1;
    }
}

const char name_scores_doc[] =
    "name_scores(tokens, sizes, kind, parent, line_element, levels, weights, scores)\n\n"
    "The sum of the weights (2**18,) of the names around each line over the root of their number,\n"
    "(n,). `tokens` are those of each kind of element, `sizes` how many each has; `levels` are\n"
    "numbers for each distance from the line, as far up as names are asked for.";

enum { NAME_BITS = 18, N_LEVELS = 6 };

PyObject *name_scores(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    Array a[8] = {0};
    PyObject *result = NULL;
    double *said = NULL;
    (void)module;
    if (take_arguments("name_scores", "ddddddwD", args, count, a) < 0) {
        goto done;
    }
    const uint64_t *tokens = a[0].view.buf;
    const int64_t *sizes = a[1].view.buf, *kind = a[2].view.buf, *parent = a[3].view.buf;
    const int64_t *element = a[4].view.buf, *levels = a[5].view.buf;
    const float *weights = a[6].view.buf;
    double *scores = a[7].view.buf;
    Py_ssize_t kinds = a[1].length, e = a[2].length, n = a[4].length;
    if (a[3].length != e || a[7].length != n || a[6].length != 1 << NAME_BITS) {
        PyErr_SetString(PyExc_ValueError, "name_scores: the arrays' lengths disagree");
        goto done;
    }
    if (!is_tree(parent, e) || !within(element, n, 0, e) || !within(kind, e, 0, kinds) ||
        !within(levels, a[5].length, 0, N_LEVELS) || !within(sizes, kinds, 0, a[0].length + 1)) {
        goto done;
    }
    said = calloc((size_t)(kinds + 1) * N_LEVELS, sizeof(*said));
    if (said == NULL) {
        PyErr_NoMemory();
        goto done;
    }
    Py_ssize_t at = 0;
    for (Py_ssize_t k = 0; k < kinds; k++) {
        if (sizes[k] > a[0].length - at) {
            PyErr_SetString(PyExc_ValueError, "name_scores: there are fewer tokens");
            goto done;
        }
        for (int64_t i = 0; i < sizes[k]; i++, at++) {
            for (int level = 0; level < N_LEVELS; level++) {
                said[k * N_LEVELS + level] +=
                    (double)weights[name_bucket(tokens[at], (uint64_t)level, NAME_BITS)];
            }
        }
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        int64_t here = element[i], total = 0;
        double sum = 0.0;
        for (Py_ssize_t up = 0; up < a[5].length && here >= 0; up++, here = parent[here]) {
            sum += said[kind[here] * N_LEVELS + levels[up]];
            total += sizes[kind[here]];
        }
        scores[i] = sum / sqrt((double)(total > 1 ? total : 1));
    }
    result = Py_NewRef(Py_None);
done:
    free(said);
    drop_arrays(a, 8);
    return result;
}

const char bag_scores_doc[] =
    "bag_scores(weights, buckets, values, scores)\n\n"
    "Adds each value times the weights of its bucket, (b, k), to the scores, (k,).";

PyObject *bag_scores(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    Array a[4] = {0};
    PyObject *result = NULL;
    (void)module;
    if (take_arguments("bag_scores", "wddD", args, count, a) < 0) {
        goto done;
    }
    const float *weights = a[0].view.buf;
    const int64_t *places = a[1].view.buf;
    const double *values = a[2].view.buf;
    double *scores = a[3].view.buf;
    Py_ssize_t n = a[1].length, k = a[3].length, b = k ? a[0].length / k : 0;
    if (a[2].length != n || !is_matrix(&a[0], b, k)) {
        PyErr_SetString(PyExc_ValueError, "bag_scores: the arrays' lengths disagree");
        goto done;
    }
    if (!within(places, n, 0, b)) {
        goto done;
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        for (Py_ssize_t j = 0; j < k; j++) {
            scores[j] += (double)weights[places[i] * k + j] * values[i];
        }
    }
    result = Py_NewRef(Py_None);
done:
    drop_arrays(a, 4);
    return result;
}
