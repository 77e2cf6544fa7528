/* Fingerprints of lines. Twin of plain_fingerprints.line_fingerprints, which uses regular
   expressions and hashlib. */

#include "native.h"
#include <string.h>

/* ---------------------------------------------------------------- BLAKE2b of 48 bits (RFC 7693) */

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

static inline uint64_t rotated(uint64_t value, int bits)
{
    return value >> bits | value << (64 - bits);
}

#define MIX(a, b, c, d, x, y)           \
    (a) += (b) + (x);                   \
    (d) = rotated((d) ^ (a), 32);        \
    (c) += (d);                         \
    (b) = rotated((b) ^ (c), 24);        \
    (a) += (b) + (y);                   \
    (d) = rotated((d) ^ (a), 16);        \
    (c) += (d);                         \
    (b) = rotated((b) ^ (c), 63)

/* Written out for each round, which keeps it in registers: a loop takes a sixth longer. */
#define MIX_ROUND(s)                                            \
    MIX(v[0], v[4], v[8], v[12], m[s[0]], m[s[1]]);             \
    MIX(v[1], v[5], v[9], v[13], m[s[2]], m[s[3]]);             \
    MIX(v[2], v[6], v[10], v[14], m[s[4]], m[s[5]]);            \
    MIX(v[3], v[7], v[11], v[15], m[s[6]], m[s[7]]);            \
    MIX(v[0], v[5], v[10], v[15], m[s[8]], m[s[9]]);            \
    MIX(v[1], v[6], v[11], v[12], m[s[10]], m[s[11]]);          \
    MIX(v[2], v[7], v[8], v[13], m[s[12]], m[s[13]]);           \
    MIX(v[3], v[4], v[9], v[14], m[s[14]], m[s[15]])

static inline uint64_t little_endian(const uint8_t *b)
{
    return (uint64_t)b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16 | (uint64_t)b[3] << 24 |
           (uint64_t)b[4] << 32 | (uint64_t)b[5] << 40 | (uint64_t)b[6] << 48 |
           (uint64_t)b[7] << 56;
}

static void compress(uint64_t *state, const uint8_t *block, uint64_t n_bytes, int is_last)
{
    uint64_t m[16], v[16];
    for (int i = 0; i < 16; i++) {
        m[i] = little_endian(block + 8 * i);
    }
    for (int i = 0; i < 8; i++) {
        v[i] = state[i];
        v[i + 8] = IV[i];
    }
    v[12] ^= n_bytes;
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

/* plain_fingerprints.hash_of, of UTF-8 */
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

/* ---------------------------------------------------------------------------------------- lines */

/* plain_fingerprints.PARAMS */
enum { HEAD = 120, TAIL = 40, MAX_LOOSE_CHARS = 100, MAX_KEY_CHARS = 30 };
enum { CLIPPED = HEAD + 1 + TAIL };
enum { MAX_FOLDED = 3, MAX_BYTES = 4 }; /* code points of one case-folded, bytes of UTF-8 */
/* compiled_sites.case_folds: the case-folded code point, SEVERAL for more than one; and a bit for
   those that have a lower case */
enum { POINT = 0x1FFFFF, SEVERAL = 0x1FFFFF };
#define HAS_LOWER 0x80000000u

typedef struct {
    const uint8_t *flags;
    const uint32_t *folds;
} Tables;

typedef struct {
    uint8_t bytes[(CLIPPED + 1) * MAX_FOLDED * MAX_BYTES];
    size_t size;
} Bytes;

static inline void put(Bytes *out, uint32_t point)
{
    out->size += encode_utf8(point, out->bytes + out->size);
}

/* Puts the case-folding of a code point where it is more than one. 0, or -1 with an exception. */
static int put_several(Bytes *out, uint32_t point)
{
    Py_UCS4 several[MAX_FOLDED + 1];
    PyObject *text = PyUnicode_FromOrdinal((int)point);
    PyObject *folded = text ? PyObject_CallMethod(text, "casefold", NULL) : NULL;
    Py_ssize_t size = folded ? PyUnicode_GetLength(folded) : -1;
    int failed = size < 0 || PyUnicode_AsUCS4(folded, several, MAX_FOLDED + 1, 0) == NULL;
    for (Py_ssize_t i = 0; !failed && i < size; i++) {
        put(out, several[i]);
    }
    Py_XDECREF(text);
    Py_XDECREF(folded);
    return failed ? -1 : 0;
}

/* Puts the case-folding of a code point. 0, or -1 with an exception. */
static inline int put_folded(Bytes *out, uint32_t point, const Tables *tables)
{
    uint32_t fold = tables->folds[point] & POINT;
    if (fold < 0x80) { /* most are */
        out->bytes[out->size++] = (uint8_t)fold;
        return 0;
    }
    if (fold == SEVERAL) {
        return put_several(out, point);
    }
    put(out, fold);
    return 0;
}

static inline int has(const Tables *tables, uint32_t point, uint8_t flag)
{
    return (tables->flags[point] & flag) != 0;
}

/* What may stand between the digits of one number: an en dash; year, month, day, hour in either
   script, minute. */
static const uint32_t IN_NUMBERS[] = {' ', '.', ',', ':', '/', '-', 0x2013, 0x5E74, 0x6708, 0x65E5,
                                      0x65F6, 0x6642, 0x5206, 0};

static inline int is_letter(const Tables *tables, uint32_t point)
{
    return (tables->flags[point] & (WORD | DECIMAL)) == WORD;
}

/* Whether a year of four digits stands here. */
static int is_year(const Py_UCS4 *text, int size, int at, const Tables *tables)
{
    return at + 4 <= size &&
           ((text[at] == '1' && text[at + 1] == '9') || (text[at] == '2' && text[at + 1] == '0')) &&
           has(tables, text[at + 2], DECIMAL) && has(tables, text[at + 3], DECIMAL) &&
           !(at + 4 < size && has(tables, text[at + 4], DECIMAL));
}

/* Where a separator of the numbers of a date ends, which may be empty. */
static int after_separator(const Py_UCS4 *text, int at, int end)
{
    at += at < end && (text[at] == '.' || text[at] == ',');
    at += at < end && text[at] == ' ';
    at += at < end && (text[at] == '-' || text[at] == '/');
    at += at < end && text[at] == ' ';
    return at;
}

/* Whether this is what a date may have between its first number and its year: at most two letters
   of an ordinal, and one word. */
static int is_in_date(const Py_UCS4 *text, int at, int end, const Tables *tables)
{
    for (int letters = 0; letters <= 2; letters++, at++) {
        int next = after_separator(text, at, end), word = next;
        while (word < end && is_letter(tables, text[word])) {
            word++;
        }
        if (next == end || (word > next && after_separator(text, word, end) == end)) {
            return 1;
        }
        if (at == end || !is_letter(tables, text[at])) {
            return 0;
        }
    }
    return 0;
}

/* Where a date ends that begins with a number here; 0 for none. */
static int after_date(const Py_UCS4 *text, int size, int at, const Tables *tables)
{
    if (at == size || !has(tables, text[at], DECIMAL)) {
        return 0;
    }
    int digits = at + 1 < size && has(tables, text[at + 1], DECIMAL) ? 2 : 1;
    for (; digits; digits--) {
        int year = at + digits;
        while (year < size && !has(tables, text[year], DECIMAL)) {
            year++;
        }
        if (is_year(text, size, year, tables) && is_in_date(text, at + digits, year, tables)) {
            return year + 4;
        }
    }
    return 0;
}

/* Replaces each of a line's dates by a 0 (plain_fingerprints._DATE), in place: it never writes
   beyond what was read. The line's new size. */
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
        } else if (i == 0 || !has(tables, text[i - 1], WORD)) {
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

/* Puts a line with numbers and dates masked (plain_fingerprints.masked). 0, or -1 with an
   exception. */
static int put_masked(Bytes *out, const Py_UCS4 *text, int size, const Tables *tables)
{
    Py_UCS4 joined[CLIPPED + 1];
    int n = 0, has_digits = 0, has_year = 0;
    for (int i = 0; i < size; i++) {
        if (!has(tables, text[i], BLANK)) {
            joined[n++] = text[i];
            has_digits |= has(tables, text[i], DECIMAL);
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
        if (!has(tables, joined[i], DECIMAL)) {
            if (put_folded(out, joined[i++], tables) < 0) {
                return -1;
            }
            continue;
        }
        put(out, '0');
        for (int next = i; next < n && has(tables, joined[next], DECIMAL);) {
            for (i = next; i < n && has(tables, joined[i], DECIMAL);) {
                i++;
            }
            for (next = i; next < n && is_one_of(joined[next], IN_NUMBERS);) {
                next++;
            }
        }
    }
    return 0;
}

/* Puts a text case-folded, each number in it a 0. 0, or -1 with an exception. */
static int put_words(Bytes *out, const Py_UCS4 *text, int size, const Tables *tables)
{
    for (int i = 0; i < size; i++) {
        if (!has(tables, text[i], DECIMAL)) {
            if (put_folded(out, text[i], tables) < 0) {
                return -1;
            }
        } else if (i == 0 || !has(tables, text[i - 1], DECIMAL)) {
            put(out, '0');
        }
    }
    return 0;
}

static int is_colon(uint32_t point)
{
    return point == ':' || point == 0xFF1A;
}

/* How many characters the key of a "key: value" line has (plain_fingerprints._KEY); 0 for
   none. */
static int key_size(const Py_UCS4 *text, int size, const Tables *tables)
{
    if (has(tables, text[0], BLANK)) {
        return 0;
    }
    for (int n = 2; n <= MAX_KEY_CHARS && n < size && text[n - 1] != '\n'; n++) {
        int colon = has(tables, text[n], BLANK) ? n + 1 : n;
        if (colon >= size || !is_colon(text[colon])) {
            continue;
        }
        for (int i = colon + 1; i < size && text[i] != '\n'; i++) {
            if (has(tables, text[i], WORD)) {
                return n;
            }
        }
    }
    return 0;
}

/* Puts a line with names and values masked (plain_fingerprints.loosely_masked): 1; 0 where it has
   none, -1 with an exception. */
static int put_loose(Bytes *out, const Py_UCS4 *text, int size, const Tables *tables)
{
    int has_colon = 0, has_upper = 0;
    if (size > MAX_LOOSE_CHARS || size == 0) {
        return 0;
    }
    for (int i = 0; i < size; i++) {
        has_colon |= is_colon(text[i]);
        has_upper |= i > 0 && (tables->folds[text[i]] & HAS_LOWER);
    }
    int key = has_colon ? key_size(text, size, tables) : 0;
    if (key > 0) {
        int failed = put_words(out, text, key, tables) < 0;
        put(out, ':');
        return failed ? -1 : 1;
    }
    if (!has_upper) {
        return 0;
    }
    int words = 0, names = 0, stars = 0, after_star = 0;
    for (int at = 0; at < size;) {
        int end = at;
        while (end < size && !has(tables, text[end], BLANK)) {
            end++;
        }
        if (end > at) {
            int is_name = words > 0 && has(tables, text[at], UPPER);
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

/* Both hashes of a line: 1; 0 where the twin must compute them, -1 with an exception. */
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

KERNEL(line_fingerprints,
       "object texts, u8 flags[131072], u32 folds[131072], out i64 out[n,2]",
       "Fills the strict and the loose hash of each text. A list of the indices of\n"
       "those it left out, which hold a character beyond the tables.")
{
    PyObject *texts = PySequence_Tuple(call->args[0]), *left_out = texts ? PyList_New(0) : NULL;
    Tables tables = {call->data[1], call->data[2]};
    int64_t *out = call->data[3];
    Py_ssize_t n = texts ? PyTuple_Size(texts) : 0;
    if (texts != NULL && n != size_of(call, 'n')) {
        refuse(call, "a row of out for each text is needed");
        Py_CLEAR(left_out);
    }
    for (Py_ssize_t i = 0; left_out != NULL && i < n; i++) {
        PyObject *text = PyTuple_GetItem(texts, i);
        int found = -1;
        if (PyUnicode_Check(text)) {
            found = line_hash(text, &tables, out + 2 * i);
        } else {
            PyErr_SetString(PyExc_TypeError, "line_fingerprints: a text is a string");
        }
        if (found < 0 || (found == 0 && append_new(left_out, PyLong_FromSsize_t(i)) < 0)) {
            Py_CLEAR(left_out);
        }
    }
    Py_XDECREF(texts);
    return left_out;
}
