/* The words that elements are called by, as numbers. Twin of features.element_tokens. */

#include "native.h"
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
