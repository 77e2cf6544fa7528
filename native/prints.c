/* Fingerprints of lines and of places in the markup. Twins of what fingerprints.py computes with
   regular expressions and hashlib. */

#include "native.h"
#include <stdlib.h>
#include <string.h>

/* ----------------------------------------------------------------- BLAKE2b of 48 bits (RFC 7693) */

enum { BLOCK = 128, HASH_BYTES = 6 };

static const uint64_t IV[8] = {
    0x6A09E667F3BCC908u, 0xBB67AE8584CAA73Bu, 0x3C6EF372FE94F82Bu, 0xA54FF53A5F1D36F1u,
    0x510E527FADE682D1u, 0x9B05688C2B3E6C1Fu, 0x1F83D9ABFB41BD6Bu, 0x5BE0CD19137E2179u,
};

static const uint8_t SIGMA[10][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
    {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
    {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
    {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
    {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
};

static inline uint64_t turned(uint64_t value, int bits)
{
    return value >> bits | value << (64 - bits);
}

#define MIX(a, b, c, d, x, y)           \
    (a) += (b) + (x);                   \
    (d) = turned((d) ^ (a), 32);        \
    (c) += (d);                         \
    (b) = turned((b) ^ (c), 24);        \
    (a) += (b) + (y);                   \
    (d) = turned((d) ^ (a), 16);        \
    (c) += (d);                         \
    (b) = turned((b) ^ (c), 63)

/* Written out, with the numbers of its round, so that little leaves the registers. */
#define MIX_ROUND(s)                                            \
    MIX(v[0], v[4], v[8], v[12], m[s[0]], m[s[1]]);             \
    MIX(v[1], v[5], v[9], v[13], m[s[2]], m[s[3]]);             \
    MIX(v[2], v[6], v[10], v[14], m[s[4]], m[s[5]]);            \
    MIX(v[3], v[7], v[11], v[15], m[s[6]], m[s[7]]);            \
    MIX(v[0], v[5], v[10], v[15], m[s[8]], m[s[9]]);            \
    MIX(v[1], v[6], v[11], v[12], m[s[10]], m[s[11]]);          \
    MIX(v[2], v[7], v[8], v[13], m[s[12]], m[s[13]]);           \
    MIX(v[3], v[4], v[9], v[14], m[s[14]], m[s[15]])

static inline uint64_t number_at(const uint8_t *b)
{
    return (uint64_t)b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16 | (uint64_t)b[3] << 24 |
           (uint64_t)b[4] << 32 | (uint64_t)b[5] << 40 | (uint64_t)b[6] << 48 |
           (uint64_t)b[7] << 56;
}

static void compress(uint64_t *state, const uint8_t *block, uint64_t counted, int is_last)
{
    uint64_t m[16], v[16];
    for (int i = 0; i < 16; i++) {
        m[i] = number_at(block + 8 * i);
    }
    for (int i = 0; i < 8; i++) {
        v[i] = state[i];
        v[i + 8] = IV[i];
    }
    v[12] ^= counted;
    v[14] = is_last ? ~v[14] : v[14];
    MIX_ROUND(SIGMA[0]);
    MIX_ROUND(SIGMA[1]);
    MIX_ROUND(SIGMA[2]);
    MIX_ROUND(SIGMA[3]);
    MIX_ROUND(SIGMA[4]);
    MIX_ROUND(SIGMA[5]);
    MIX_ROUND(SIGMA[6]);
    MIX_ROUND(SIGMA[7]);
    MIX_ROUND(SIGMA[8]);
    MIX_ROUND(SIGMA[9]);
    MIX_ROUND(SIGMA[0]);
    MIX_ROUND(SIGMA[1]);
    for (int i = 0; i < 8; i++) {
        state[i] ^= v[i] ^ v[i + 8];
    }
}

/* fingerprints.hashed */
static int64_t hashed(const uint8_t *bytes, size_t size)
{
    uint64_t state[8];
    uint8_t last[BLOCK] = {0};
    memcpy(state, IV, sizeof(state));
    state[0] ^= 0x01010000u ^ HASH_BYTES;
    size_t done = 0;
    for (; size - done > BLOCK; done += BLOCK) {
        compress(state, bytes + done, done + BLOCK, 0);
    }
    memcpy(last, bytes + done, size - done);
    compress(state, last, size, 1);
    return (int64_t)(state[0] & (((uint64_t)1 << 8 * HASH_BYTES) - 1));
}

/* ----------------------------------------------------------------------------------------- lines */

enum { HEAD = 120, TAIL = 40, CLIPPED = HEAD + 1 + TAIL, LOOSE_CHARS = 100, KEY_CHARS = 30 };
enum { MOST_FOLDED = 3, MOST_BYTES = 4 }; /* code points of one case-folded, bytes of UTF-8 */
/* fingerprints.folds: the code point, SEVERAL where they are more, and whether it has a lower one */
enum { POINT = 0x1FFFFF, SEVERAL = 0x1FFFFF };
#define LOWERS 0x80000000u

typedef struct {
    const uint8_t *flags;
    const uint32_t *folds;
} Tables;

typedef struct {
    uint8_t bytes[(CLIPPED + 1) * MOST_FOLDED * MOST_BYTES];
    size_t size;
} Bytes;

static inline void put(Bytes *out, uint32_t point)
{
    uint8_t *to = out->bytes + out->size;
    if (point < 0x80) {
        to[0] = (uint8_t)point;
        out->size += 1;
    } else if (point < 0x800) {
        to[0] = (uint8_t)(0xC0 | point >> 6);
        to[1] = (uint8_t)(0x80 | (point & 0x3F));
        out->size += 2;
    } else if (point < 0x10000) {
        to[0] = (uint8_t)(0xE0 | point >> 12);
        to[1] = (uint8_t)(0x80 | (point >> 6 & 0x3F));
        to[2] = (uint8_t)(0x80 | (point & 0x3F));
        out->size += 3;
    } else {
        to[0] = (uint8_t)(0xF0 | point >> 18);
        to[1] = (uint8_t)(0x80 | (point >> 12 & 0x3F));
        to[2] = (uint8_t)(0x80 | (point >> 6 & 0x3F));
        to[3] = (uint8_t)(0x80 | (point & 0x3F));
        out->size += 4;
    }
}

static int put_several(Bytes *out, uint32_t point)
{
    Py_UCS4 several[MOST_FOLDED + 1];
    PyObject *text = PyUnicode_FromOrdinal((int)point);
    PyObject *folded = text ? PyObject_CallMethod(text, "casefold", NULL) : NULL;
    Py_ssize_t size = folded ? PyUnicode_GetLength(folded) : -1;
    int failed = size < 0 || PyUnicode_AsUCS4(folded, several, MOST_FOLDED + 1, 0) == NULL;
    for (Py_ssize_t i = 0; !failed && i < size; i++) {
        put(out, several[i]);
    }
    Py_XDECREF(text);
    Py_XDECREF(folded);
    return failed ? -1 : 0;
}

/* Puts what str.casefold makes of a code point. 0, or -1 with an exception. */
static inline int put_folded(Bytes *out, uint32_t point, const Tables *tables)
{
    uint32_t fold = tables->folds[point] & POINT;
    if (fold < 0x80) {
        out->bytes[out->size++] = (uint8_t)fold;
        return 0;
    }
    if (fold == SEVERAL) {
        return put_several(out, point);
    }
    put(out, fold);
    return 0;
}

static inline int is(const Tables *tables, uint32_t point, uint8_t flag)
{
    return (tables->flags[point] & flag) != 0;
}

static int parts_numbers(uint32_t point)
{
    switch (point) {
    case ' ':
    case '.':
    case ',':
    case ':':
    case '/':
    case '-':
    case 0x2013: /* en dash */
    case 0x5E74: /* year, month, day, hour in either script, minute */
    case 0x6708:
    case 0x65E5:
    case 0x65F6:
    case 0x6642:
    case 0x5206:
        return 1;
    default:
        return 0;
    }
}

static inline int is_letter(const Tables *tables, uint32_t point)
{
    return (tables->flags[point] & (WORD | DECIMAL)) == WORD;
}

/* Whether a year of four digits stands at a place. */
static int is_year(const Py_UCS4 *text, int size, int at, const Tables *tables)
{
    return at + 4 <= size &&
           ((text[at] == '1' && text[at + 1] == '9') || (text[at] == '2' && text[at + 1] == '0')) &&
           is(tables, text[at + 2], DECIMAL) && is(tables, text[at + 3], DECIMAL) &&
           !(at + 4 < size && is(tables, text[at + 4], DECIMAL));
}

/* Where what may part the numbers of a date ends. */
static int after_parting(const Py_UCS4 *text, int at, int end)
{
    at += at < end && (text[at] == '.' || text[at] == ',');
    at += at < end && text[at] == ' ';
    at += at < end && (text[at] == '-' || text[at] == '/');
    at += at < end && text[at] == ' ';
    return at;
}

/* Whether what stands between the first number of a date and its year may stand there: two letters
   of the number's at most, and one word. */
static int is_in_date(const Py_UCS4 *text, int at, int end, const Tables *tables)
{
    for (int letters = 0; letters <= 2; letters++, at++) {
        int next = after_parting(text, at, end), word = next;
        while (word < end && is_letter(tables, text[word])) {
            word++;
        }
        if (next == end || (word > next && after_parting(text, word, end) == end)) {
            return 1;
        }
        if (at == end || !is_letter(tables, text[at])) {
            return 0;
        }
    }
    return 0;
}

/* Where a date ends that begins with the number at a place; 0 for none. */
static int after_date(const Py_UCS4 *text, int size, int at, const Tables *tables)
{
    if (at == size || !is(tables, text[at], DECIMAL)) {
        return 0;
    }
    for (int digits = at + 1 < size && is(tables, text[at + 1], DECIMAL) ? 2 : 1; digits; digits--) {
        int year = at + digits;
        while (year < size && !is(tables, text[year], DECIMAL)) {
            year++;
        }
        if (is_year(text, size, year, tables) && is_in_date(text, at + digits, year, tables)) {
            return year + 4;
        }
    }
    return 0;
}

/* Puts a 0 for each of a line's dates (fingerprints._DATE), in place: never more than was read, so
   that what stands before a place is still there. The line's size then. */
static int mask_dates(Py_UCS4 *text, int size, const Tables *tables)
{
    Py_UCS4 *to = text;
    for (int i = 0; i < size;) {
        int end = i + 1, date = 0;
        if (is_letter(tables, text[i])) {
            while (end < size && is_letter(tables, text[end])) {
                end++;
            }
            int first = end + (end < size && (text[end] == '.' || text[end] == ','));
            if (first < size && text[first] == ' ') {
                date = after_date(text, size, first + 1, tables);
            }
        } else if (i == 0 || !is(tables, text[i - 1], WORD)) {
            date = after_date(text, size, i, tables);
        }
        if (date) {
            *to++ = '0';
            i = date;
        } else {
            while (i < end) {
                *to++ = text[i++];
            }
        }
    }
    return (int)(to - text);
}

/* fingerprints.masked. 0, or -1 with an exception. */
static int put_masked(Bytes *out, const Py_UCS4 *text, int size, const Tables *tables)
{
    Py_UCS4 joined[CLIPPED + 1];
    int n = 0, has_digits = 0, has_year = 0;
    for (int i = 0; i < size; i++) {
        if (!is(tables, text[i], BLANK)) {
            joined[n++] = text[i];
            has_digits |= is(tables, text[i], DECIMAL);
        } else if (n > 0 && joined[n - 1] != ' ') {
            joined[n++] = ' ';
        }
    }
    n -= n > 0 && joined[n - 1] == ' ';
    for (int i = 0; has_digits && !has_year && i < n; i++) {
        has_year = is_year(joined, n, i, tables);
    }
    n = has_year ? mask_dates(joined, n, tables) : n;
    for (int i = 0; i < n;) {
        if (!is(tables, joined[i], DECIMAL)) {
            if (put_folded(out, joined[i++], tables) < 0) {
                return -1;
            }
            continue;
        }
        put(out, '0');
        for (int next = i; next < n && is(tables, joined[next], DECIMAL);) {
            for (i = next; i < n && is(tables, joined[i], DECIMAL);) {
                i++;
            }
            for (next = i; next < n && parts_numbers(joined[next]);) {
                next++;
            }
        }
    }
    return 0;
}

/* A stretch of text, case-folded, each number in it a 0. 0, or -1 with an exception. */
static int put_words(Bytes *out, const Py_UCS4 *text, int size, const Tables *tables)
{
    for (int i = 0; i < size; i++) {
        if (!is(tables, text[i], DECIMAL)) {
            if (put_folded(out, text[i], tables) < 0) {
                return -1;
            }
        } else if (i == 0 || !is(tables, text[i - 1], DECIMAL)) {
            put(out, '0');
        }
    }
    return 0;
}

static int is_colon(uint32_t point)
{
    return point == ':' || point == 0xFF1A;
}

/* How many characters stand before a colon that something follows, as fingerprints._KEY has it;
   0 for none. */
static int key_size(const Py_UCS4 *text, int size, const Tables *tables)
{
    if (is(tables, text[0], BLANK)) {
        return 0;
    }
    for (int n = 2; n <= KEY_CHARS && n < size && text[n - 1] != '\n'; n++) {
        int colon = is(tables, text[n], BLANK) ? n + 1 : n;
        if (colon >= size || !is_colon(text[colon])) {
            continue;
        }
        for (int i = colon + 1; i < size && text[i] != '\n'; i++) {
            if (is(tables, text[i], WORD)) {
                return n;
            }
        }
    }
    return 0;
}

/* fingerprints.loose: 1; 0 where there is nothing of that kind, -1 with an exception. */
static int put_loose(Bytes *out, const Py_UCS4 *text, int size, const Tables *tables)
{
    int has_colon = 0, lowers = 0;
    if (size > LOOSE_CHARS || size == 0) {
        return 0;
    }
    for (int i = 0; i < size; i++) {
        has_colon |= is_colon(text[i]);
        lowers |= i > 0 && (tables->folds[text[i]] & LOWERS);
    }
    int key = has_colon ? key_size(text, size, tables) : 0;
    if (key > 0) {
        int failed = put_words(out, text, key, tables) < 0;
        put(out, ':');
        return failed ? -1 : 1;
    }
    if (!lowers) {
        return 0;
    }
    int words = 0, names = 0, stars = 0, after_star = 0;
    for (int at = 0; at < size;) {
        int end = at;
        while (end < size && !is(tables, text[end], BLANK)) {
            end++;
        }
        if (end > at) {
            int is_name = words > 0 && is(tables, text[at], UPPER);
            int is_star = is_name || (end == at + 1 && text[at] == '*');
            if (!is_name || !after_star) {
                if (words > 0) {
                    put(out, ' ');
                }
                words++;
                stars += is_star;
                if (is_name) {
                    put(out, '*');
                } else if (put_words(out, text + at, end - at, tables) < 0) {
                    return -1;
                }
            }
            names |= is_name;
            after_star = is_star;
        }
        at = end + 1;
    }
    return names && words - stars >= 2;
}

/* The code points of a line, clipped; their number, or -1 with an exception. */
static int clipped(PyObject *text, Py_UCS4 *points)
{
    Py_ssize_t size = PyUnicode_GetLength(text);
    if (size < CLIPPED) {
        return PyUnicode_AsUCS4(text, points, CLIPPED + 1, 1) ? (int)size : -1;
    }
    PyObject *head = PyUnicode_Substring(text, 0, HEAD);
    PyObject *tail = head ? PyUnicode_Substring(text, size - TAIL, size) : NULL;
    int failed = tail == NULL || PyUnicode_AsUCS4(head, points, HEAD, 0) == NULL ||
                 PyUnicode_AsUCS4(tail, points + HEAD + 1, TAIL, 0) == NULL;
    points[HEAD] = ' ';
    Py_XDECREF(head);
    Py_XDECREF(tail);
    return failed ? -1 : CLIPPED;
}

/* Both fingerprints of a line: 1; 0 where they must be worked out elsewhere, -1 with an
   exception. */
static int line_hash(PyObject *text, const Tables *tables, int64_t *out)
{
    Py_UCS4 points[CLIPPED + 1];
    Bytes bytes;
    int size = clipped(text, points);
    for (int i = 0; i < size; i++) {
        if (points[i] >= TABLE_SIZE) {
            return 0;
        }
    }
    bytes.size = 0;
    if (size < 0 || put_masked(&bytes, points, size, tables) < 0) {
        return -1;
    }
    out[0] = hashed(bytes.bytes, bytes.size);
    bytes.size = 0;
    int found = put_loose(&bytes, points, size, tables);
    out[1] = found == 1 ? hashed(bytes.bytes, bytes.size) : out[0];
    return found < 0 ? -1 : 1;
}

const char line_hashes_doc[] =
    "line_hashes(texts, flags, folds, out)\n\n"
    "Fills `out` (n, 2) with the fingerprint and the loose fingerprint of each text. A list of\n"
    "those it left out, which hold a character beyond the tables.";

PyObject *line_hashes(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    Array a[4] = {0};
    PyObject *left = NULL, *result = NULL;
    (void)module;
    if (take_arguments("line_hashes", "obwD", args, count, a) < 0) {
        goto done;
    }
    Tables tables = {a[1].view.buf, a[2].view.buf};
    int64_t *out = a[3].view.buf;
    Py_ssize_t n = PyList_Check(args[0]) ? PyList_Size(args[0]) : -1;
    if (n < 0 || a[1].length != TABLE_SIZE || a[2].length != TABLE_SIZE || !is_matrix(&a[3], n, 2)) {
        PyErr_SetString(PyExc_ValueError, "line_hashes: a list, whole tables and room are needed");
        goto done;
    }
    left = PyList_New(0);
    for (Py_ssize_t i = 0; left != NULL && i < n; i++) {
        PyObject *text = PyList_GetItem(args[0], i); /* borrowed; NULL if the list has shrunk */
        if (text == NULL || !PyUnicode_Check(text)) {
            PyErr_SetString(PyExc_TypeError, "line_hashes: a text is a string");
            goto done;
        }
        Py_INCREF(text);
        int found = line_hash(text, &tables, out + 2 * i);
        Py_DECREF(text);
        if (found == 0) {
            PyObject *number = PyLong_FromSsize_t(i);
            found = number ? PyList_Append(left, number) : -1;
            Py_XDECREF(number);
        }
        if (found < 0) {
            goto done;
        }
    }
    result = Py_XNewRef(left);
done:
    Py_XDECREF(left);
    drop_arrays(a, 4);
    return result;
}

/* ---------------------------------------------------------------------------------------- places */

enum { PLACE_NAMES = 3, LONGEST_PLACE = 512 };

/* fingerprints.named_place: 1; 0 where it must be worked out elsewhere. */
static int place_hash(PyObject *tag, PyObject *names, int64_t *hash)
{
    uint8_t bytes[LONGEST_PLACE];
    size_t held = 0;
    Py_ssize_t count = PyTuple_Size(names), size;
    for (Py_ssize_t i = -1; i < count && i < PLACE_NAMES; i++) {
        PyObject *string = i < 0 ? tag : PyTuple_GetItem(names, i);
        const char *data = PyUnicode_Check(string) ? PyUnicode_AsUTF8AndSize(string, &size) : NULL;
        if (data == NULL || size != PyUnicode_GetLength(string) ||
            (size_t)size + 1 > LONGEST_PLACE - held) {
            PyErr_Clear();
            return 0;
        }
        if (i >= 0) {
            bytes[held++] = 0;
        }
        for (Py_ssize_t j = 0; j < size; j++) {
            if (i < 0 || data[j] < '0' || data[j] > '9') {
                bytes[held++] = (uint8_t)data[j];
            }
        }
    }
    *hash = hashed(bytes, held);
    return 1;
}

enum { UNKNOWN = -2 };

/* The place of lines in an element that has a name of its own: 1; 0 of one that has none or is
   all the page, -1 with an exception. `ask` knows those that are not worked out here. */
static int own_place(PyObject *element, PyObject *ask, int64_t *place)
{
    PyObject *names = PyObject_GetAttr(element, name_names), *tag = NULL, *answer = NULL;
    int found = names == NULL ? -1 : PyTuple_Check(names) && PyTuple_Size(names) > 0;
    if (found == 1) {
        tag = PyObject_GetAttr(element, name_tag);
        found = tag == NULL ? -1 : 1;
    }
    if (found == 1 && PyUnicode_Check(tag) &&
        (PyUnicode_CompareWithASCIIString(tag, "html") == 0 ||
         PyUnicode_CompareWithASCIIString(tag, "body") == 0)) {
        found = 0;
    }
    if (found == 1 && !place_hash(tag, names, place)) {
        answer = PyObject_CallFunctionObjArgs(ask, tag, names, NULL);
        *place = answer ? PyLong_AsLongLong(answer) : -1;
        found = PyErr_Occurred() ? -1 : 1;
    }
    Py_XDECREF(names);
    Py_XDECREF(tag);
    Py_XDECREF(answer);
    return found;
}

/* The place of lines in an element, those of the elements above it on the way: `known` (n,) holds
   them. -1 with an exception. */
static int64_t place_of(PyObject *elements, Py_ssize_t n, Py_ssize_t at, PyObject *ask,
                        int64_t *known)
{
    int64_t place = 0;
    Py_ssize_t from = at;
    Py_ssize_t *up = (Py_ssize_t *)(known + n); /* the parents of those that are climbed */
    while (at >= 0) {
        if (at >= n) {
            PyErr_SetString(PyExc_ValueError, "line_places: there is no such element");
            return -1;
        }
        if (known[at] != UNKNOWN) {
            place = known[at];
            break;
        }
        PyObject *element = PyTuple_GetItem(elements, at);
        int found = element ? own_place(element, ask, &place) : -1;
        PyObject *parent = found == 0 ? PyObject_GetAttr(element, name_parent) : NULL;
        up[at] = parent ? PyLong_AsSsize_t(parent) : -1;
        Py_XDECREF(parent);
        if (found < 0 || PyErr_Occurred()) {
            return -1;
        }
        if (up[at] >= at) {
            PyErr_SetString(PyExc_ValueError, "line_places: an element comes before its parent");
            return -1;
        }
        if (found == 1) {
            known[at] = place;
            break;
        }
        at = up[at];
    }
    for (; from > at && from >= 0; from = up[from]) {
        known[from] = place;
    }
    return place;
}

const char line_places_doc[] =
    "line_places(lines, places, elements, ask, out)\n\n"
    "Fills `out` (n,) with the place in the markup of the lines in these places, 0 for none.\n"
    "`ask(tag, names)` is asked for those of names that are long or not of ASCII.";

PyObject *line_places(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    Array a[5] = {0};
    PyObject *result = NULL;
    int64_t *known = NULL;
    (void)module;
    if (ready_names() < 0 || take_arguments("line_places", "ooooD", args, count, a) < 0) {
        goto done;
    }
    PyObject *lines = args[0], *elements = args[2];
    int64_t *out = a[4].view.buf;
    Py_ssize_t n = PySequence_Size(args[1]);
    Py_ssize_t e = PyTuple_Check(elements) ? PyTuple_Size(elements) : -1;
    if (n < 0 || e < 0 || !PyTuple_Check(lines) || a[4].length != n) {
        PyErr_Clear();
        PyErr_SetString(PyExc_ValueError, "line_places: tuples and room are needed");
        goto done;
    }
    known = malloc((size_t)(e + 1) * (sizeof(int64_t) + sizeof(Py_ssize_t)));
    if (known == NULL) {
        PyErr_NoMemory();
        goto done;
    }
    for (Py_ssize_t i = 0; i < e; i++) {
        known[i] = UNKNOWN;
    }
    for (Py_ssize_t row = 0; row < n; row++) {
        PyObject *markup = markup_of(lines, args[1], row);
        PyObject *element =
            markup && markup != Py_None ? PyObject_GetAttr(markup, name_element) : NULL;
        Py_ssize_t at = element ? PyLong_AsSsize_t(element) : -1;
        Py_XDECREF(markup);
        Py_XDECREF(element);
        out[row] = PyErr_Occurred() ? -1 : place_of(elements, e, at, args[3], known);
        if (out[row] < 0) {
            goto done;
        }
    }
    result = Py_NewRef(Py_None);
done:
    free(known);
    drop_arrays(a, 5);
    return result;
}
