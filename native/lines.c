/* What the characters of a page's lines say: counts, shapes, hashed n-grams. Twins of what
   characters.py and features.py compute on arrays. */

#include "native.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* characters.Char, as far as it is asked for here, and characters.TABLE_SIZE. */
enum { LOWER = 1, LETTER = 3, DIGIT = 5, SPACE = 14, KINDS = 16, SCRIPTS = 29 };
enum { TABLE_SIZE = 0x20000 };
/* characters.char_flags */
enum { WORD = 1, DECIMAL = 2, BLANK = 4, UPPER = 8 };

static inline uint32_t in_table(uint32_t point)
{
    return point < TABLE_SIZE ? point : TABLE_SIZE - 1;
}

/* -------------------------------------------------------------------------------------- shapes */

enum { MARKED_CHARS = 400, WORDS_CHARS = 300 };

typedef struct {
    const uint32_t *at;
    Py_ssize_t size;
    const uint8_t *flags;
} Text;

/* Whether the character at a place is of a class; none is beyond the ends. */
static inline int is(const Text *text, Py_ssize_t i, uint8_t flag)
{
    return i >= 0 && i < text->size && (text->flags[in_table(text->at[i])] & flag) != 0;
}

static inline uint32_t char_at(const Text *text, Py_ssize_t i)
{
    return i >= 0 && i < text->size ? text->at[i] : 0;
}

static int begins(const Text *text, Py_ssize_t i, const char *word)
{
    for (; *word; word++, i++) {
        if (i < 0 || i >= text->size || text->at[i] != (uint32_t)*word) {
            return 0;
        }
    }
    return 1;
}

static int among(uint32_t point, const uint32_t *set)
{
    for (; *set; set++) {
        if (*set == point) {
            return 1;
        }
    }
    return 0;
}

static const uint32_t SEPARATORS[] = {'|', 0xBB, 0x203A, 0xAB, 0x2022, 0xB7, 0x2192,
                                      0x25B8, 0x25B6, '/', '\\', 0};
static const uint32_t IN_DATES[] = {'.', '/', ':', '-', 0x5E74, 0x6708, 0x65E5, 0x6642, 0x65F6, 0};
static const uint32_t BULLETS[] = {0x2022, 0xB7, 0x25AA, 0x25E6, '*', '-',
                                   0x2013, 0x2014, '>',  0xBB,   '+', 0};
static const uint32_t OPENING[] = {'"',  '\'', 0x201C, 0x201D, 0x201E,
                                   0xAB, 0xBB, 0x300C, 0x300E, 0};
static const uint32_t CLOSING[] = {'"', '\'', 0x201D, 0x2019, 0xBB, ')', ']', 0x300F, 0x300D, ' ', 0};
static const uint32_t CODE[] = {'{', '}', '(', ')', ';', '=', '<', '>', 0};

/* The rules of features._MARKS, in their order. */
enum { HAS_URL, HAS_AT, HAS_COPYRIGHT, HAS_SEPARATOR, HAS_DATE, HAS_YEAR, BULLET, QUOTE, HAS_CODE,
       MARKS };

static int has_bullet(const Text *text, Py_ssize_t i)
{
    if (among(char_at(text, i), BULLETS)) {
        return is(text, i + 1, BLANK);
    }
    i += char_at(text, i) == '(';
    int digits = 0;
    while (digits < 3 && is(text, i, DECIMAL)) {
        digits++;
        i++;
    }
    return digits && (char_at(text, i) == '.' || char_at(text, i) == ')') && is(text, i + 1, BLANK);
}

static int opens_with_code(const Text *text, Py_ssize_t i)
{
    for (int marks = 0; marks < 2; marks++, i++) {
        uint32_t point = char_at(text, i);
        if (point != '#' && point != '$' && point != '/') {
            return 0;
        }
        if (is(text, i + 1, WORD) || (is(text, i + 1, BLANK) && is(text, i + 2, WORD))) {
            return 1;
        }
    }
    return 0;
}

static void find_marks(const Text *text, double *marks)
{
    Py_ssize_t first = 0;
    while (is(text, first, BLANK)) {
        first++;
    }
    marks[BULLET] = has_bullet(text, first);
    marks[QUOTE] = first < text->size && among(text->at[first], OPENING);
    marks[HAS_CODE] = opens_with_code(text, first);
    for (Py_ssize_t i = 0; i < text->size; i++) {
        uint32_t point = text->at[i];
        if (text->flags[in_table(point)] & DECIMAL) {
            if (among(char_at(text, i + 1), IN_DATES) &&
                (is(text, i + 2, DECIMAL) || (is(text, i + 2, BLANK) && is(text, i + 3, DECIMAL)))) {
                marks[HAS_DATE] = 1.0;
            }
            if (((point == '1' && char_at(text, i + 1) == '9') ||
                 (point == '2' && char_at(text, i + 1) == '0')) &&
                is(text, i + 2, DECIMAL) && is(text, i + 3, DECIMAL) && !is(text, i - 1, DECIMAL) &&
                !is(text, i + 4, DECIMAL)) {
                marks[HAS_YEAR] = 1.0;
            }
            continue;
        }
        if (text->flags[in_table(point)] & BLANK) {
            continue;
        }
        switch (point) {
        case 'h':
            if (begins(text, i, "http://") || begins(text, i, "https://")) {
                marks[HAS_URL] = 1.0;
            }
            continue;
        case 'w':
            if (begins(text, i, "www.")) {
                marks[HAS_URL] = 1.0;
            }
            continue;
        case '.':
            if (is(text, i - 1, WORD) && !is(text, i + 4, WORD) &&
                (begins(text, i, ".com") || begins(text, i, ".org") || begins(text, i, ".net"))) {
                marks[HAS_URL] = 1.0;
            }
            continue;
        case '@':
            marks[HAS_AT] = 1.0;
            continue;
        case 0xA9:
        case 0xAE:
        case 0x2122:
            marks[HAS_COPYRIGHT] = 1.0;
            continue;
        default:
            break;
        }
        if ((point < 0x80 ? point == '|' || point == '/' || point == '\\' : among(point, SEPARATORS))) {
            marks[HAS_SEPARATOR] = 1.0;
        }
        if (point < 0x80 && among(point, CODE)) {
            if (among(char_at(text, i + 1), CODE)) {
                marks[HAS_CODE] = 1.0;
            }
            if (begins(text, i, "(c)") || begins(text, i, "(C)")) {
                marks[HAS_COPYRIGHT] = 1.0;
            }
        }
    }
}

/* Counts the characters of a line by kind and its letters by script; where it ends, -1 if nowhere.
   `*beyond` tells of a character beyond the tables. */
static Py_ssize_t count_line(const uint32_t *points, Py_ssize_t at, Py_ssize_t size,
                             const uint8_t *table, const uint8_t *scripts_of, double *by_kind,
                             double *by_script, uint8_t *beyond)
{
    int64_t counts[KINDS] = {0}, scripts[SCRIPTS] = {0};
    *beyond = 0;
    for (; at < size && points[at] != '\n'; at++) {
        uint32_t point = points[at];
        *beyond |= point >= TABLE_SIZE;
        uint8_t kind = table[in_table(point)];
        counts[kind & (KINDS - 1)]++;
        if (kind >= LOWER && kind <= LETTER) {
            uint8_t script = scripts_of[in_table(point)];
            scripts[script < SCRIPTS ? script : 0]++;
        }
    }
    for (int i = 0; i < KINDS; i++) {
        by_kind[i] = (double)counts[i];
    }
    for (int i = 0; i < SCRIPTS; i++) {
        by_script[i] = (double)scripts[i];
    }
    return at < size ? at : -1;
}

const char char_counts_doc[] =
    "char_counts(points, table, scripts_of, counts, scripts)\n\n"
    "Of lines that each end with a newline: characters of each kind (n, 16), and letters of each\n"
    "script (n, 29).";

PyObject *char_counts(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    Array a[5] = {0};
    PyObject *result = NULL;
    uint8_t beyond;
    (void)module;
    if (take_arguments("char_counts", "wbbDD", args, count, a) < 0) {
        goto done;
    }
    double *counts = a[3].view.buf, *scripts = a[4].view.buf;
    Py_ssize_t n = a[3].length / KINDS, at = 0;
    if (a[1].length != TABLE_SIZE || a[2].length != TABLE_SIZE || a[3].length != n * KINDS ||
        a[4].length != n * SCRIPTS) {
        PyErr_SetString(PyExc_ValueError, "char_counts: the arrays' lengths disagree");
        goto done;
    }
    for (Py_ssize_t line = 0; line < n; line++) {
        at = count_line(a[0].view.buf, at, a[0].length, a[1].view.buf, a[2].view.buf,
                        counts + line * KINDS, scripts + line * SCRIPTS, &beyond);
        if (at++ < 0) {
            PyErr_SetString(PyExc_ValueError, "char_counts: there are fewer lines");
            goto done;
        }
    }
    result = Py_NewRef(Py_None);
done:
    drop_arrays(a, 5);
    return result;
}

const char line_shapes_doc[] =
    "line_shapes(points, table, flags, scripts_of, counts, scripts, shapes, odd)\n\n"
    "Of lines that each end with a newline: characters of each kind (n, 16), letters of each\n"
    "script (n, 29), and features.SHAPES (n, 14). A line with a character beyond the tables\n"
    "is marked as `odd` (n,): its shapes must be found elsewhere.";

enum { SHAPES = 5 + MARKS };

PyObject *line_shapes(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    Array a[8] = {0};
    PyObject *result = NULL;
    (void)module;
    if (take_arguments("line_shapes", "wbbbDDDB", args, count, a) < 0) {
        goto done;
    }
    const uint32_t *points = a[0].view.buf;
    const uint8_t *table = a[1].view.buf, *flags = a[2].view.buf;
    double *all_shapes = a[6].view.buf;
    uint8_t *odd = a[7].view.buf;
    Py_ssize_t n = a[7].length, size = a[0].length, at = 0;
    if (a[1].length != TABLE_SIZE || a[2].length != TABLE_SIZE || a[3].length != TABLE_SIZE ||
        a[4].length != n * KINDS || a[5].length != n * SCRIPTS || a[6].length != n * SHAPES) {
        PyErr_SetString(PyExc_ValueError, "line_shapes: the arrays' lengths disagree");
        goto done;
    }
    for (Py_ssize_t line = 0; line < n; line++) {
        Py_ssize_t begin = at;
        at = count_line(points, at, size, table, a[3].view.buf,
                        (double *)a[4].view.buf + line * KINDS,
                        (double *)a[5].view.buf + line * SCRIPTS, &odd[line]);
        if (at < 0) {
            PyErr_SetString(PyExc_ValueError, "line_shapes: there are fewer lines");
            goto done;
        }
        double *shapes = all_shapes + line * SHAPES;
        for (int i = 0; i < SHAPES; i++) {
            shapes[i] = 0.0;
        }
        const Text text = {points + begin, at - begin, flags};
        Py_ssize_t first = 0, end = text.size;
        while (is(&text, first, BLANK)) {
            first++;
        }
        while (end > first && is(&text, end - 1, BLANK)) {
            end--;
        }
        shapes[0] = table[end > first ? in_table(text.at[first]) : ' '];
        shapes[2] = end > first && (text.at[end - 1] == 0x2026 ||
                                    (end - first >= 3 && begins(&text, end - 3, "...")));
        while (end > first && among(text.at[end - 1], CLOSING)) {
            end--;
        }
        shapes[1] = table[end > first ? in_table(text.at[end - 1]) : ' '];
        Py_ssize_t starts_upper = 0;
        for (Py_ssize_t i = 0; i < text.size && i < WORDS_CHARS; i++) {
            starts_upper += is(&text, i, UPPER) && (i == 0 || is(&text, i - 1, BLANK));
        }
        shapes[3] = (double)starts_upper;
        shapes[4] = (double)first;
        const Text head = {text.at, text.size < MARKED_CHARS ? text.size : MARKED_CHARS, flags};
        find_marks(&head, shapes + 5);
        at++;
    }
    result = Py_NewRef(Py_None);
done:
    drop_arrays(a, 8);
    return result;
}

/* -------------------------------------------------------------------------------------- hashes */

const char fold_doc[] =
    "fold(folded, table, powers, prefix, breaks)\n\n"
    "Makes digits 0 in `folded` (m,), and fills the sums `prefix` (m + 1,) that hashes of\n"
    "spans are taken from, and the places of newlines, `breaks`. How many of them there are.";

PyObject *fold(PyObject *module, PyObject *args)
{
    PyObject *objects[5];
    Array a[5] = {0};
    PyObject *result = NULL;
    (void)module;
    if (!PyArg_ParseTuple(args, "OOOOO", &objects[0], &objects[1], &objects[2], &objects[3],
                          &objects[4])) {
        return NULL;
    }
    if (take_array(objects[0], &a[0], 4, 1, "folded") < 0 ||
        take_array(objects[1], &a[1], 1, 0, "table") < 0 ||
        take_array(objects[2], &a[2], 8, 0, "powers") < 0 ||
        take_array(objects[3], &a[3], 8, 1, "prefix") < 0 ||
        take_array(objects[4], &a[4], 8, 1, "breaks") < 0) {
        goto done;
    }
    uint32_t *folded = a[0].view.buf;
    const uint8_t *table = a[1].view.buf;
    const uint64_t *powers = a[2].view.buf;
    uint64_t *prefix = a[3].view.buf, sum = 0;
    int64_t *breaks = a[4].view.buf;
    Py_ssize_t size = a[0].length, found = 0;
    if (a[1].length != TABLE_SIZE || a[2].length < size || a[3].length != size + 1) {
        PyErr_SetString(PyExc_ValueError, "fold: the arrays' lengths disagree");
        goto done;
    }
    prefix[0] = 0;
    for (Py_ssize_t i = 0; i < size; i++) {
        uint32_t point = folded[i];
        if (table[in_table(point)] == DIGIT) {
            folded[i] = point = '0';
        }
        if (point == '\n') {
            if (found < a[4].length) {
                breaks[found] = i;
            }
            found++;
        }
        sum += ((uint64_t)point + 1) * powers[i];
        prefix[i + 1] = sum;
    }
    result = PyLong_FromSsize_t(found);
done:
    drop_arrays(a, 5);
    return result;
}

const char word_spans_doc[] =
    "word_spans(folded, table, starts, ends, line_starts, offsets)\n\n"
    "Fills the starts and ends of words, and how many stand before each line, (n + 1,).\n"
    "How many words there are.";

PyObject *word_spans(PyObject *module, PyObject *args)
{
    PyObject *objects[6];
    Array a[6] = {0};
    PyObject *result = NULL;
    (void)module;
    if (!PyArg_ParseTuple(args, "OOOOOO", &objects[0], &objects[1], &objects[2], &objects[3],
                          &objects[4], &objects[5])) {
        return NULL;
    }
    if (take_array(objects[0], &a[0], 4, 0, "folded") < 0 ||
        take_array(objects[1], &a[1], 1, 0, "table") < 0 ||
        take_array(objects[2], &a[2], 8, 1, "starts") < 0 ||
        take_array(objects[3], &a[3], 8, 1, "ends") < 0 ||
        take_array(objects[4], &a[4], 8, 0, "line_starts") < 0 ||
        take_array(objects[5], &a[5], 8, 1, "offsets") < 0) {
        goto done;
    }
    const uint32_t *folded = a[0].view.buf;
    const uint8_t *table = a[1].view.buf;
    int64_t *starts = a[2].view.buf, *ends = a[3].view.buf, *offsets = a[5].view.buf;
    const int64_t *line_starts = a[4].view.buf;
    Py_ssize_t size = a[0].length, n = a[4].length, found = 0, line = 0;
    if (a[1].length != TABLE_SIZE || a[2].length < size / 2 + 1 || a[3].length < size / 2 + 1 ||
        a[5].length != n + 1) {
        PyErr_SetString(PyExc_ValueError, "word_spans: the arrays' lengths disagree");
        goto done;
    }
    for (Py_ssize_t i = 0; i < size;) {
        uint8_t kind = table[in_table(folded[i])];
        if (kind < LOWER || kind > DIGIT) {
            i++;
            continue;
        }
        while (line < n && line_starts[line] <= i) {
            offsets[line++] = found;
        }
        starts[found] = i;
        do {
            i++;
        } while (i < size && (kind = table[in_table(folded[i])]) >= LOWER && kind <= DIGIT);
        ends[found++] = i;
    }
    while (line <= n) {
        offsets[line++] = found;
    }
    result = PyLong_FromSsize_t(found);
done:
    drop_arrays(a, 6);
    return result;
}

static const uint64_t MIX = 0xD6E8FEB86659FD93u;

typedef struct {
    const uint64_t *prefix, *inverse;
} Sums;

/* features.span_hashes, of one span. */
static inline uint64_t span_hash(Sums sums, int64_t start, int64_t end, uint64_t salt)
{
    uint64_t raw = (sums.prefix[end] - sums.prefix[start]) * sums.inverse[start];
    raw = (raw + salt) * MIX;
    raw ^= raw >> 32;
    return raw * MIX;
}

/* What all functions of n-grams are given: the sums, the lines, the words. */
typedef struct {
    Array a[6];
    Sums sums;
    const int64_t *starts, *lengths, *word_starts, *word_ends, *words_before;
    Py_ssize_t n;
} Page;

static int take_page(PyObject *tuple, Page *page)
{
    static const char *const names[] = {"prefix", "inverse", "starts", "lengths", "words", "offsets"};
    memset(page, 0, sizeof(*page));
    if (!PyTuple_Check(tuple) || PyTuple_Size(tuple) != 6) {
        PyErr_SetString(PyExc_TypeError, "a page is a tuple of six arrays");
        return -1;
    }
    for (int i = 0; i < 6; i++) {
        if (take_array(PyTuple_GetItem(tuple, i), &page->a[i], 8, 0, names[i]) < 0) {
            return -1;
        }
    }
    Array *a = page->a;
    page->sums.prefix = a[0].view.buf;
    page->sums.inverse = a[1].view.buf;
    page->starts = a[2].view.buf;
    page->lengths = a[3].view.buf;
    page->words_before = a[5].view.buf;
    page->word_starts = a[4].view.buf; /* (2, w): starts, then ends */
    page->word_ends = page->word_starts + a[4].length / 2;
    page->n = a[2].length;
    Py_ssize_t size = a[0].length - 1, words = a[4].length / 2;
    int fits = a[1].length >= size && a[3].length == page->n && a[5].length == page->n + 1 && size >= 1;
    for (Py_ssize_t i = 0; fits && i < page->n; i++) {
        int64_t start = page->starts[i], length = page->lengths[i];
        fits = start >= 1 && start < size && length >= 0 && length < size - start &&
               page->words_before[i] <= page->words_before[i + 1];
    }
    fits = fits && page->words_before[0] >= 0 && page->words_before[page->n] <= words;
    for (Py_ssize_t i = 0; fits && i < words; i++) {
        fits = page->word_starts[i] >= 0 && page->word_starts[i] < page->word_ends[i] &&
               page->word_ends[i] <= size;
    }
    if (!fits) {
        PyErr_SetString(PyExc_ValueError, "the arrays of a page disagree");
        return -1;
    }
    return 0;
}

/* Where the character n-grams of a line begin, and how many they are. */
static inline int64_t char_grams(const Page *page, Py_ssize_t line, int order, int64_t *first)
{
    int64_t bounds = order > 1; /* the line's bounds are a character of their own */
    *first = page->starts[line] - bounds;
    int64_t count = page->lengths[line] + 2 * bounds - order + 1;
    return count > 0 ? count : 0;
}

/* The words of a line that begin an n-gram. */
static inline int64_t word_grams(const Page *page, Py_ssize_t line, int order, int64_t *first)
{
    *first = page->words_before[line];
    int64_t count = page->words_before[line + 1] - *first - order + 1;
    return count > 0 ? count : 0;
}

enum { WORD_SALT = 100 };

static inline uint64_t word_hash(const Page *page, int64_t word, int order)
{
    return span_hash(page->sums, page->word_starts[word], page->word_ends[word + order - 1],
                     (uint64_t)(WORD_SALT + order));
}

const char gram_sums_doc[] =
    "gram_sums(page, char_orders, word_orders, bits, weights, width, sums, counts)\n\n"
    "Adds the rows of `weights` (2**bits, width) for each line's n-grams to `sums` (n, width),\n"
    "and counts the n-grams, (n,). Orders are bytes.";

PyObject *gram_sums(PyObject *module, PyObject *args)
{
    PyObject *page_tuple, *weights_object, *sums_object, *counts_object;
    const char *char_orders, *word_orders;
    Py_ssize_t n_char, n_word, width;
    int bits;
    Page page;
    Array a[3] = {0};
    PyObject *result = NULL;
    (void)module;
    if (!PyArg_ParseTuple(args, "Oy#y#iOnOO", &page_tuple, &char_orders, &n_char, &word_orders,
                          &n_word, &bits, &weights_object, &width, &sums_object, &counts_object)) {
        return NULL;
    }
    if (take_page(page_tuple, &page) < 0 ||
        take_array(weights_object, &a[0], 4, 0, "weights") < 0 ||
        take_array(sums_object, &a[1], 8, 1, "sums") < 0 ||
        take_array(counts_object, &a[2], 8, 1, "counts") < 0) {
        goto done;
    }
    const float *weights = a[0].view.buf;
    double *all_sums = a[1].view.buf;
    int64_t *counts = a[2].view.buf;
    if (bits < 1 || bits > 30 || width < 1 || 
        !is_matrix(&a[0], (Py_ssize_t)1 << bits, width) || !is_matrix(&a[1], page.n, width) ||
        a[2].length != page.n) {
        PyErr_SetString(PyExc_ValueError, "gram_sums: the arrays' lengths disagree");
        goto done;
    }
    for (Py_ssize_t k = 0; k < n_char + n_word; k++) {
        if ((k < n_char ? char_orders[k] : word_orders[k - n_char]) < 1) {
            PyErr_SetString(PyExc_ValueError, "gram_sums: an order is at least 1");
            goto done;
        }
    }
    int shift = 64 - bits;
    for (Py_ssize_t line = 0; line < page.n; line++) {
        double *sums = all_sums + line * width;
        int64_t total = 0;
        for (Py_ssize_t k = 0; k < n_char + n_word; k++) {
            int is_word = k >= n_char;
            int order = is_word ? word_orders[k - n_char] : char_orders[k];
            int64_t first;
            int64_t count = is_word ? word_grams(&page, line, order, &first)
                                    : char_grams(&page, line, order, &first);
            total += count;
            for (int64_t i = first; i < first + count; i++) {
                uint64_t hash = is_word ? word_hash(&page, i, order)
                                        : span_hash(page.sums, i, i + order, (uint64_t)order);
                const float *row = weights + (hash >> shift) * (uint64_t)width;
                for (Py_ssize_t j = 0; j < width; j++) {
                    sums[j] += (double)row[j];
                }
            }
        }
        counts[line] = total;
    }
    result = Py_NewRef(Py_None);
done:
    drop_arrays(page.a, 6);
    drop_arrays(a, 3);
    return result;
}

const char around_scores_doc[] =
    "around_scores(page, most, before_salt, after_salt, weights, scores)\n\n"
    "The sum of the weights (2**18,) of the first words, at most so many, of the lines before and\n"
    "after each over the root of their number, (n,).";

enum { AROUND_BITS = 18 };

/* Adds the weights of a line's first words, seen from a line beside it; how many they are. */
static int64_t add_words(const Page *page, Py_ssize_t line, Py_ssize_t most, uint64_t salt,
                         const float *weights, double *sum)
{
    int64_t first;
    int64_t count = word_grams(page, line, 1, &first);
    count = count < most ? count : most;
    for (int64_t i = first; i < first + count; i++) {
        *sum += (double)weights[((word_hash(page, i, 1) ^ salt) * MIX) >> (64 - AROUND_BITS)];
    }
    return count;
}

PyObject *around_scores(PyObject *module, PyObject *args)
{
    PyObject *page_tuple, *weights_object, *scores_object;
    Py_ssize_t most;
    unsigned long long before, after;
    Page page;
    Array a[2] = {0};
    PyObject *result = NULL;
    (void)module;
    if (!PyArg_ParseTuple(args, "OnKKOO", &page_tuple, &most, &before, &after, &weights_object,
                          &scores_object)) {
        return NULL;
    }
    if (take_page(page_tuple, &page) < 0 || take_array(weights_object, &a[0], 4, 0, "weights") < 0 ||
        take_array(scores_object, &a[1], 8, 1, "scores") < 0) {
        goto done;
    }
    const float *weights = a[0].view.buf;
    double *scores = a[1].view.buf;
    if (a[0].length != 1 << AROUND_BITS || a[1].length != page.n || most < 0) {
        PyErr_SetString(PyExc_ValueError, "around_scores: the arrays' lengths disagree");
        goto done;
    }
    for (Py_ssize_t line = 0; line < page.n; line++) {
        double sum = 0.0;
        int64_t words = 0;
        if (line > 0) {
            words += add_words(&page, line - 1, most, before, weights, &sum);
        }
        if (line + 1 < page.n) {
            words += add_words(&page, line + 1, most, after, weights, &sum);
        }
        scores[line] = sum / sqrt((double)(words > 1 ? words : 1));
    }
    result = Py_NewRef(Py_None);
done:
    drop_arrays(page.a, 6);
    drop_arrays(a, 2);
    return result;
}

const char bag_buckets_doc[] =
    "bag_buckets(page, tokens, level, bits, words, counts, names)\n\n"
    "Fills the buckets of a page's words in order, how many words fall into each, and the buckets\n"
    "of the tokens of its names, seen from a level; (2**bits,) each. How many words' and names'.";

PyObject *bag_buckets(PyObject *module, PyObject *args)
{
    PyObject *page_tuple, *objects[4];
    int level, bits;
    Page page;
    Array a[4] = {0};
    PyObject *result = NULL;
    int64_t *seen = NULL;
    uint8_t *marks = NULL;
    (void)module;
    if (!PyArg_ParseTuple(args, "OOiiOOO", &page_tuple, &objects[0], &level, &bits, &objects[1],
                          &objects[2], &objects[3])) {
        return NULL;
    }
    if (take_page(page_tuple, &page) < 0) {
        goto done;
    }
    for (int i = 0; i < 4; i++) {
        if (take_array(objects[i], &a[i], 8, i > 0, "bag_buckets") < 0) {
            goto done;
        }
    }
    int64_t *words = a[1].view.buf, *counts = a[2].view.buf, *names = a[3].view.buf;
    Py_ssize_t size = bits < 1 || bits > 24 ? -1 : (Py_ssize_t)1 << bits, n_words = 0, n_names = 0;
    if (a[1].length != size || a[2].length != size || a[3].length != size || level < 0) {
        PyErr_SetString(PyExc_ValueError, "bag_buckets: the arrays' lengths disagree");
        goto done;
    }
    seen = calloc((size_t)size, sizeof(*seen));
    marks = calloc((size_t)size, sizeof(*marks));
    if (seen == NULL || marks == NULL) {
        PyErr_NoMemory();
        goto done;
    }
    for (int64_t i = page.words_before[0]; page.n && i < page.words_before[page.n]; i++) {
        seen[word_hash(&page, i, 1) >> (64 - bits)]++;
    }
    mark_names(a[0].view.buf, a[0].length, level, bits, marks);
    for (Py_ssize_t i = 0; i < size; i++) {
        if (seen[i]) {
            words[n_words] = i;
            counts[n_words++] = seen[i];
        }
        if (marks[i]) {
            names[n_names++] = i;
        }
    }
    result = Py_BuildValue("nn", n_words, n_names);
done:
    free(seen);
    free(marks);
    drop_arrays(page.a, 6);
    drop_arrays(a, 4);
    return result;
}

const char gram_familiarity_doc[] =
    "gram_familiarity(page, order, is_word, bits, log1p, out)\n\n"
    "The mean of log1p(how often each of a line's n-grams stands elsewhere on the page), (n,).\n"
    "`log1p` holds the logarithms of 0, 1, 2 ... as many as there are n-grams.";

PyObject *gram_familiarity(PyObject *module, PyObject *args)
{
    PyObject *page_tuple, *log_object, *out_object;
    int order, is_word, bits;
    Page page;
    Array a[2] = {0};
    PyObject *result = NULL;
    uint32_t *seen = NULL;
    (void)module;
    if (!PyArg_ParseTuple(args, "OiiiOO", &page_tuple, &order, &is_word, &bits, &log_object,
                          &out_object)) {
        return NULL;
    }
    if (take_page(page_tuple, &page) < 0 || take_array(log_object, &a[0], 8, 0, "log1p") < 0 ||
        take_array(out_object, &a[1], 8, 1, "out") < 0) {
        goto done;
    }
    const double *log1p_of = a[0].view.buf;
    double *out = a[1].view.buf;
    if (a[1].length != page.n || order < 1 || bits < 1 || bits > 24) {
        PyErr_SetString(PyExc_ValueError, "gram_familiarity: the arrays' lengths disagree");
        goto done;
    }
    seen = calloc((size_t)1 << bits, sizeof(*seen));
    if (seen == NULL) {
        PyErr_NoMemory();
        goto done;
    }
    int shift = 64 - bits;
    int64_t total = 0;
    for (int pass = 0; pass < 2; pass++) {
        double sum = 0.0; /* one sum over the page, as cumsum has it: the same bits */
        for (Py_ssize_t line = 0; line < page.n; line++) {
            double before = sum;
            int64_t first;
            int64_t count = is_word ? word_grams(&page, line, order, &first)
                                    : char_grams(&page, line, order, &first);
            for (int64_t i = first; i < first + count; i++) {
                uint64_t hash = is_word ? word_hash(&page, i, order)
                                        : span_hash(page.sums, i, i + order, (uint64_t)order);
                if (pass == 0) {
                    seen[hash >> shift]++;
                } else {
                    sum += log1p_of[seen[hash >> shift] - 1];
                }
            }
            total += count;
            if (pass == 1) {
                out[line] = (sum - before) / (double)(count > 1 ? count : 1);
            }
        }
        if (pass == 0 && total > a[0].length) {
            PyErr_SetString(PyExc_ValueError, "gram_familiarity: more logarithms are needed");
            goto done;
        }
    }
    result = Py_NewRef(Py_None);
done:
    free(seen);
    drop_arrays(page.a, 6);
    drop_arrays(a, 2);
    return result;
}

const char gram_hits_doc[] =
    "gram_hits(page, order, table, hits, counts)\n\n"
    "How many of each line's character n-grams a `table` of 2**18 marks, (n,), and of how many.";

enum { HIT_BITS = 18 };

PyObject *gram_hits(PyObject *module, PyObject *args)
{
    PyObject *page_tuple, *table_object, *hits_object, *counts_object;
    int order;
    Page page;
    Array a[3] = {0};
    PyObject *result = NULL;
    (void)module;
    if (!PyArg_ParseTuple(args, "OiOOO", &page_tuple, &order, &table_object, &hits_object,
                          &counts_object)) {
        return NULL;
    }
    if (take_page(page_tuple, &page) < 0 || take_array(table_object, &a[0], 1, 0, "table") < 0 ||
        take_array(hits_object, &a[1], 8, 1, "hits") < 0 ||
        take_array(counts_object, &a[2], 8, 1, "counts") < 0) {
        goto done;
    }
    const uint8_t *table = a[0].view.buf;
    double *hits = a[1].view.buf, *counts = a[2].view.buf;
    if (a[0].length != 1 << HIT_BITS || a[1].length != page.n || a[2].length != page.n || order < 1) {
        PyErr_SetString(PyExc_ValueError, "gram_hits: the arrays' lengths disagree");
        goto done;
    }
    for (Py_ssize_t line = 0; line < page.n; line++) {
        int64_t first, found = 0;
        int64_t count = char_grams(&page, line, order, &first);
        for (int64_t i = first; i < first + count; i++) {
            found += table[span_hash(page.sums, i, i + order, (uint64_t)order) >> (64 - HIT_BITS)] != 0;
        }
        hits[line] = (double)found;
        counts[line] = (double)count;
    }
    result = Py_NewRef(Py_None);
done:
    drop_arrays(page.a, 6);
    drop_arrays(a, 3);
    return result;
}

const char copies_doc[] =
    "copies(hashes, before, count)\n\n"
    "How many equal hashes stand before each, and how many there are in all; (n,) each.";

PyObject *copies(PyObject *module, PyObject *args)
{
    PyObject *objects[3];
    Array a[3] = {0};
    PyObject *result = NULL;
    int64_t *slots = NULL;
    (void)module;
    if (!PyArg_ParseTuple(args, "OOO", &objects[0], &objects[1], &objects[2])) {
        return NULL;
    }
    for (int i = 0; i < 3; i++) {
        if (take_array(objects[i], &a[i], 8, i > 0, "copies") < 0) {
            goto done;
        }
    }
    const uint64_t *hashes = a[0].view.buf;
    int64_t *before = a[1].view.buf, *count = a[2].view.buf;
    Py_ssize_t n = a[0].length;
    if (a[1].length != n || a[2].length != n) {
        PyErr_SetString(PyExc_ValueError, "copies: the arrays' lengths disagree");
        goto done;
    }
    size_t room = 16;
    while (room < (size_t)n * 2) {
        room *= 2;
    }
    slots = malloc(room * sizeof(*slots)); /* the first line with a hash, -1 where there is none */
    if (slots == NULL) {
        PyErr_NoMemory();
        goto done;
    }
    memset(slots, 0xFF, room * sizeof(*slots));
    for (Py_ssize_t pass = 0; pass < 2; pass++) {
        for (Py_ssize_t i = 0; i < n; i++) {
            size_t slot = (size_t)hashes[i] & (room - 1);
            while (slots[slot] >= 0 && hashes[slots[slot]] != hashes[i]) {
                slot = (slot + 1) & (room - 1);
            }
            if (pass == 0) {
                if (slots[slot] < 0) {
                    slots[slot] = i;
                    count[i] = 0;
                }
                before[i] = count[slots[slot]]++;
            } else {
                count[i] = count[slots[slot]];
            }
        }
    }
    result = Py_NewRef(Py_None);
done:
    free(slots);
    drop_arrays(a, 3);
    return result;
}
