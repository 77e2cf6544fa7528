/* Class and id tokens of elements, as hashes, and their linear scores. Twins of type_tokens in
   plain_tree.py and of token_scores in plain_linear.py. */

#include "native.h"
#include <math.h>
#include <string.h>

/* plain_tree.TOKENS; a name longer than LONGEST is left to the twin. */
enum { MAX_NAME_CHARS = 40, MAX_PIECES = 8, MAX_TOKENS = 24, LONGEST = 64 };

/* The CRC of four bits. */
static const uint32_t CRC_TABLE[16] = {
    0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4, 0x4DB26158, 0x5005713C,
    0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C, 0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C,
};

static uint32_t crc32_of(const char *data, size_t size)
{
    uint32_t crc = 0xFFFFFFFFu;
    for (size_t i = 0; i < size; i++) {
        crc ^= (unsigned char)data[i];
        crc = CRC_TABLE[crc & 15] ^ (crc >> 4);
        crc = CRC_TABLE[crc & 15] ^ (crc >> 4);
    }
    return crc ^ 0xFFFFFFFFu;
}

/* Distinct tokens in order. */
typedef struct {
    char text[MAX_TOKENS][LONGEST];
    size_t size[MAX_TOKENS];
    int count;
} Tokens;

static void add_token(Tokens *tokens, const char *data, size_t size)
{
    for (int i = 0; i < tokens->count; i++) {
        if (tokens->size[i] == size && memcmp(tokens->text[i], data, size) == 0) {
            return;
        }
    }
    if (tokens->count < MAX_TOKENS) {
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

/* Adds a name in lower case without its digits, and its first words: `postBody` has two. */
static void add_name(Tokens *tokens, const char *name, size_t size)
{
    char lowered[LONGEST], whole[MAX_NAME_CHARS];
    size_t held = 0;
    for (size_t i = 0; i < size; i++) {
        lowered[i] = is_upper(name[i]) ? (char)(name[i] + 32) : name[i];
        if ((lowered[i] < '0' || lowered[i] > '9') && held < MAX_NAME_CHARS) {
            whole[held++] = lowered[i];
        }
    }
    add_token(tokens, whole, held);
    size_t at = 0;
    for (int pieces = 0; pieces < MAX_PIECES && at < size;) {
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
            add_token(tokens, lowered + at, end - at);
            pieces++;
            at = end;
        } else {
            at++;
        }
    }
}

/* Fills in the hashes of the tokens of a type of element. How many there are; -1 if the twin must
   do it, because a name is long or not ASCII. */
static int64_t tokens_of(PyObject *tag, PyObject *names, int64_t *hashes)
{
    Tokens tokens = {.count = 0};
    Py_ssize_t count = PyTuple_Size(names), size;
    for (Py_ssize_t i = -1; i < count; i++) {
        PyObject *string = i < 0 ? tag : PyTuple_GetItem(names, i);
        const char *data = PyUnicode_Check(string) ? PyUnicode_AsUTF8AndSize(string, &size) : NULL;
        if (data == NULL) {
            PyErr_Clear();
        }
        if (data == NULL || size != PyUnicode_GetLength(string) || size > LONGEST - 2) {
            return -1;
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
    return tokens.count + 1;
}

KERNEL(type_tokens, "object types, out i64 hashes[k,25], out i64 sizes[k]",
       "Fills the hashes of the tag of each type of element and of the tokens of its names, and\n"
       "how many there are: -1 if a name is long or not ASCII, for the twin must do it.")
{
    PyObject *types = call->args[0];
    int64_t *hashes = call->data[1], *sizes = call->data[2];
    Py_ssize_t n = size_of(call, 'k');
    if (!PyList_Check(types) || PyList_Size(types) != n) {
        return refuse(call, "a list of as many types as sizes is needed");
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *type = PyList_GetItem(types, i);
        PyObject *names = PyTuple_Check(type) ? PyTuple_GetItem(type, 1) : NULL;
        if (names == NULL || !PyTuple_Check(names)) {
            PyErr_SetString(PyExc_TypeError, "type_tokens: a type is a tag and a tuple of names");
            return NULL;
        }
        sizes[i] = tokens_of(PyTuple_GetItem(type, 0), names, hashes + i * (MAX_TOKENS + 1));
    }
    Py_RETURN_NONE;
}

enum { BITS = 18, N_LEVELS = 6 };

KERNEL(token_scores,
       "i64 tokens[t], i64 sizes[k], i64 type[e] < k, i64 parent[e] tree, i64 line_element[n] < e, "
       "i64 levels[l] < 6, f32 weights[262144], out f64 scores[n]",
       "The sum of the weights of the tokens around each line over the root of their number.\n"
       "`tokens` are those of each type of element, `sizes` how many each has; `levels` are\n"
       "numbers for each distance from the line, as far up as tokens count.")
{
    const uint64_t *tokens = call->data[0];
    const int64_t *sizes = call->data[1], *type = call->data[2], *parent = call->data[3];
    const int64_t *line_element = call->data[4], *levels = call->data[5];
    const float *weights = call->data[6];
    double *scores = call->data[7];
    Py_ssize_t t = size_of(call, 't'), types = size_of(call, 'k'), n = size_of(call, 'n'), at = 0;
    if (!are_within(call, sizes, types, 0, t + 1)) {
        return NULL;
    }
    double *sums = zeroed_scratch(call, types * N_LEVELS, sizeof(*sums)); /* of weights */
    if (sums == NULL) {
        return NULL;
    }
    for (Py_ssize_t k = 0; k < types; k++) {
        if (sizes[k] > t - at) {
            return refuse(call, "there are fewer tokens");
        }
        for (int64_t i = 0; i < sizes[k]; i++, at++) {
            for (int level = 0; level < N_LEVELS; level++) {
                sums[k * N_LEVELS + level] +=
                    (double)weights[token_bucket(tokens[at], (uint64_t)level, BITS)];
            }
        }
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        int64_t element = line_element[i], total = 0;
        double sum = 0.0;
        for (Py_ssize_t up = 0; up < size_of(call, 'l') && element >= 0; up++) {
            sum += sums[type[element] * N_LEVELS + levels[up]];
            total += sizes[type[element]];
            element = parent[element];
        }
        scores[i] = sum / sqrt((double)(total > 1 ? total : 1));
    }
    Py_RETURN_NONE;
}
