/* What the characters of a page's lines say: counts, shapes, hashed n-grams. Twins of what
   characters.py and features.py compute on arrays. */

#include "native.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* characters.Char, as far as it is asked for here. */
enum { LOWER = 1, LETTER = 3, DIGIT = 5, SPACE = 14, KINDS = 16, SCRIPTS = 29 };

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
    "fold(folded, table, powers, prefix, lines, words, offsets)\n\n"
    "Makes digits 0 in `folded` (m,), and fills the sums `prefix` (m + 1,) that hashes of spans are\n"
    "taken from, the starts and lengths of lines (2, n), which newlines stand before, between and\n"
    "after, the starts and ends of words (2, at least m / 2), and how many of them stand before\n"
    "each line (n + 1,). How many newlines there are.";

PyObject *fold(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    Array a[7] = {0};
    PyObject *result = NULL;
    (void)module;
    if (take_arguments("fold", "WbdDDDD", args, count, a) < 0) {
        goto done;
    }
    uint32_t *folded = a[0].view.buf;
    const uint8_t *table = a[1].view.buf;
    const uint64_t *powers = a[2].view.buf;
    uint64_t *prefix = a[3].view.buf, sum = 0;
    Py_ssize_t size = a[0].length, n = a[4].length / 2, room = a[5].length / 2;
    int64_t *starts = a[4].view.buf, *lengths = starts + n;
    int64_t *word_starts = a[5].view.buf, *word_ends = word_starts + room;
    int64_t *offsets = a[6].view.buf;
    if (a[1].length != TABLE_SIZE || a[2].length < size || a[3].length != size + 1 ||
        a[4].length != 2 * n || a[5].length != 2 * room || room < size / 2 + 1 ||
        a[6].length != n + 1) {
        PyErr_SetString(PyExc_ValueError, "fold: the arrays' lengths disagree");
        goto done;
    }
    Py_ssize_t newlines = 0, words = 0;
    int inside = 0;
    prefix[0] = 0;
    for (Py_ssize_t i = 0; i < size; i++) {
        uint32_t point = folded[i];
        uint8_t kind = table[in_table(point)];
        int letter = kind >= LOWER && kind <= DIGIT;
        if (letter != inside) {
            inside = letter;
            if (letter) {
                word_starts[words] = i;
            } else {
                word_ends[words++] = i;
            }
        }
        if (kind == DIGIT) {
            folded[i] = point = '0';
        } else if (point == '\n') {
            if (newlines > 0 && newlines <= n) {
                lengths[newlines - 1] = i - starts[newlines - 1];
            }
            if (newlines <= n) {
                offsets[newlines] = words;
            }
            if (newlines < n) {
                starts[newlines] = i + 1;
            }
            newlines++;
        }
        sum += ((uint64_t)point + 1) * powers[i];
        prefix[i + 1] = sum;
    }
    if (inside) {
        word_ends[words] = size;
    }
    result = PyLong_FromSsize_t(newlines);
done:
    drop_arrays(a, 7);
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
    for (Py_ssize_t i = 0; fits && i < page->words_before[page->n]; i++) { /* there may be room */
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

static inline uint64_t char_hash(const Page *page, int64_t at, int order)
{
    return span_hash(page->sums, at, at + order, (uint64_t)order);
}

static inline uint64_t word_hash(const Page *page, int64_t word, int order)
{
    return span_hash(page->sums, page->word_starts[word], page->word_ends[word + order - 1],
                     (uint64_t)(WORD_SALT + order));
}

/* Adds the rows of weights of a line's n-grams of one order; how many they are. */
static inline int64_t add_grams(const Page *page, Py_ssize_t line, int order, int is_word, int bits,
                                const float *weights, Py_ssize_t width, double *sums)
{
    int64_t first;
    int64_t count = is_word ? word_grams(page, line, order, &first)
                            : char_grams(page, line, order, &first);
    for (int64_t i = first; i < first + count; i++) {
        uint64_t hash = is_word ? word_hash(page, i, order) : char_hash(page, i, order);
        const float *row = weights + (hash >> (64 - bits)) * (uint64_t)width;
        for (Py_ssize_t j = 0; j < width; j++) {
            sums[j] += (double)row[j];
        }
    }
    return count;
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
    for (Py_ssize_t line = 0; line < page.n; line++) {
        counts[line] = 0;
        for (Py_ssize_t k = 0; k < n_char + n_word; k++) {
            int is_word = k >= n_char;
            int order = is_word ? word_orders[k - n_char] : char_orders[k];
            double *sums = all_sums + line * width;
            counts[line] += width == 1
                                ? add_grams(&page, line, order, is_word, bits, weights, 1, sums)
                                : add_grams(&page, line, order, is_word, bits, weights, width, sums);
        }
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

/* ---------------------------------------------------------------------------- columns of text */

/* Of equal hashes the first one's line, how many stand before each, and how many there are. */
static void find_copies(const uint64_t *hashes, Py_ssize_t n, int64_t *slots, size_t room,
                        double *before, double *total)
{
    memset(slots, 0xFF, room * sizeof(*slots)); /* -1 where there is none */
    for (int pass = 0; pass < 2; pass++) {
        for (Py_ssize_t i = 0; i < n; i++) {
            size_t slot = (size_t)hashes[i] & (room - 1);
            while (slots[slot] >= 0 && hashes[slots[slot]] != hashes[i]) {
                slot = (slot + 1) & (room - 1);
            }
            if (pass == 0) {
                if (slots[slot] < 0) {
                    slots[slot] = i;
                    total[i] = 0.0;
                }
                before[i] = total[slots[slot]]++;
            } else {
                total[i] = total[slots[slot]];
            }
        }
    }
}

/* The columns of features.TEXT_COLUMNS, and what they are made of. */
enum { OTHERS = 4, FAMILIAR_BITS = 16, HIT_BITS = 18, COPY_LENGTH = 60, END = 8 };
enum { UPPER_KIND = 2, TERMINAL = 6, COMMA = 7, COLON = 15 };
enum { FAMILIAR_COLUMN = 31, INDENT_COLUMN = 39, OTHER_COLUMN = INDENT_COLUMN + 1 + MARKS,
       TEXT_COLUMNS = OTHER_COLUMN + 2 * OTHERS + 1 };

/* The order of the n-grams that lines share with the page's title, headline, description, body. */
static const int OTHER_ORDERS[OTHERS] = {3, 3, 3, 5};

/* Rooms that are kept from page to page, and are all zeros in between. */
static uint32_t *seen_room;
static uint8_t *hit_room;

static int ready_rooms(void)
{
    if (seen_room == NULL) {
        seen_room = calloc((size_t)1 << FAMILIAR_BITS, sizeof(*seen_room));
    }
    if (hit_room == NULL) {
        hit_room = calloc((size_t)1 << HIT_BITS, 1);
    }
    if (seen_room == NULL || hit_room == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    return 0;
}

/* How familiar each line's n-grams are: the mean of log1p(how often each stands elsewhere on the
   page). `hashes` are those of all lines, `counts` how many each line has. */
static void familiarity(const uint64_t *hashes, const int64_t *counts, Py_ssize_t n,
                        const double *log1p_of, double *row)
{
    const int shift = 64 - FAMILIAR_BITS;
    int64_t total = 0;
    for (Py_ssize_t line = 0; line < n; line++) {
        total += counts[line];
    }
    for (int64_t i = 0; i < total; i++) {
        seen_room[hashes[i] >> shift]++;
    }
    double sum = 0.0; /* one sum over the page, as cumsum has it: the same bits */
    for (Py_ssize_t line = 0; line < n; line++) {
        double before = sum;
        for (int64_t i = 0; i < counts[line]; i++) {
            sum += log1p_of[seen_room[*hashes++ >> shift] - 1];
        }
        row[line] = (sum - before) / (double)(counts[line] > 1 ? counts[line] : 1);
    }
    for (int64_t i = 1; i <= total; i++) {
        seen_room[hashes[-i] >> shift] = 0;
    }
}

/* Marks what other texts are made of, or takes the marks away; how many n-grams each has. */
static void mark_others(const Page *others, int clear, int64_t *sizes)
{
    for (int k = 0; k < OTHERS; k++) {
        int64_t first;
        sizes[k] = others->lengths[k] ? char_grams(others, k, OTHER_ORDERS[k], &first) : 0;
        for (int64_t i = 0; i < sizes[k]; i++) {
            uint8_t *mark = &hit_room[char_hash(others, first + i, OTHER_ORDERS[k]) >> (64 - HIT_BITS)];
            *mark = clear ? 0 : *mark | (uint8_t)(1 << k);
        }
    }
}

static void shape_columns(const double *counts, const double *scripts, Py_ssize_t main_script,
                          const double *shapes, double words, Py_ssize_t n, double *column)
{
    double chars = 0.0, letters = 0.0, in_words = 0.0, n_words = words > 1.0 ? words : 1.0;
    for (int kind = 0; kind < KINDS; kind++) {
        chars += counts[kind];
        in_words += kind >= LOWER && kind <= DIGIT ? counts[kind] : 0.0;
    }
    for (int i = 0; i < SCRIPTS; i++) {
        letters += scripts[i];
    }
    chars = chars > 1.0 ? chars : 1.0;
    column[1 * n] = words;
    column[2 * n] = in_words / n_words;
    for (int kind = 1; kind < KINDS; kind++) {
        column[(2 + kind) * n] = counts[kind] / chars;
    }
    column += 18 * n;
    int first = (int)shapes[0], last = (int)shapes[1];
    column[0 * n] = counts[TERMINAL];
    column[1 * n] = counts[COMMA];
    column[2 * n] = last == TERMINAL;
    column[3 * n] = last == COMMA;
    column[4 * n] = last == COLON;
    column[5 * n] = last >= LOWER && last <= LETTER;
    column[6 * n] = shapes[2];
    column[7 * n] = first == UPPER_KIND;
    column[8 * n] = first == LOWER;
    column[9 * n] = first == DIGIT;
    column[10 * n] = first >= TERMINAL && first != SPACE;
    column[11 * n] = shapes[3] / n_words;
    column[12 * n] = letters > 0.0 ? scripts[main_script] / letters : NAN;
    column += (INDENT_COLUMN - 18) * n;
    for (int i = 0; i <= MARKS; i++) {
        column[i * n] = shapes[4 + i];
    }
}

const char text_features_doc[] =
    "text_features(page, others, counts, scripts, shapes, chars, log1p, out)\n\n"
    "Fills `out` (58, n) with what the characters of each line say, but for logarithms: from\n"
    "`line_shapes`, the lines' lengths, and the n-grams that they share with one another and with\n"
    "four `others`, as a page of four lines. `log1p` holds the logarithms of 1, 2 ... at least as\n"
    "many as the page has characters and bounds of lines.";

PyObject *text_features(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    Array a[8] = {0};
    Page page = {0}, others = {0};
    PyObject *result = NULL;
    uint64_t *hashes = NULL;
    int64_t *slots = NULL;
    (void)module;
    if (take_arguments("text_features", "oodddddD", args, count, a) < 0 ||
        take_page(args[0], &page) < 0 || take_page(args[1], &others) < 0) {
        goto done;
    }
    const double *counts = a[2].view.buf, *scripts = a[3].view.buf, *shapes = a[4].view.buf;
    const double *chars = a[5].view.buf, *log1p_of = a[6].view.buf;
    double *out = a[7].view.buf;
    Py_ssize_t n = page.n;
    if (others.n != OTHERS || !is_matrix(&a[2], n, KINDS) || !is_matrix(&a[3], n, SCRIPTS) ||
        !is_matrix(&a[4], n, SHAPES) || a[5].length != n || !is_matrix(&a[7], TEXT_COLUMNS, n)) {
        PyErr_SetString(PyExc_ValueError, "text_features: the arrays' lengths disagree");
        goto done;
    }
    int64_t most = n; /* of n-grams: threes of characters, or words */
    for (Py_ssize_t i = 0; i < n; i++) {
        most += page.lengths[i];
    }
    if (a[6].length < most || n == 0) {
        if (n) {
            PyErr_SetString(PyExc_ValueError, "text_features: more logarithms are needed");
        } else {
            result = Py_NewRef(Py_None);
        }
        goto done;
    }
    size_t room = 16;
    while (room < (size_t)n * 2) {
        room *= 2;
    }
    hashes = malloc((size_t)most * sizeof(*hashes));
    slots = malloc((room + (size_t)n) * sizeof(*slots));
    if (hashes == NULL || slots == NULL || ready_rooms() < 0) {
        if (!PyErr_Occurred()) {
            PyErr_NoMemory();
        }
        goto done;
    }

    double by_script[SCRIPTS] = {0};
    Py_ssize_t main_script = 0;
    for (Py_ssize_t i = 0; i < n * SCRIPTS; i++) {
        by_script[i % SCRIPTS] += scripts[i];
    }
    for (int i = 1; i < SCRIPTS; i++) {
        main_script = by_script[i] > by_script[main_script] ? i : main_script;
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        out[i] = chars[i];
        shape_columns(counts + i * KINDS, scripts + i * SCRIPTS, main_script, shapes + i * SHAPES,
                      (double)(page.words_before[i + 1] - page.words_before[i]), n, out + i);
    }

    /* lines said before: whole, by their beginnings, by their ends */
    double *row = out + (FAMILIAR_COLUMN + 2) * n, *before = row + 3 * n;
    for (int part = 2; part >= 0; part--) { /* the whole last: what stood before is of it */
        for (Py_ssize_t i = 0; i < n; i++) {
            int64_t start = page.starts[i], end = start + page.lengths[i];
            int cut = part > 0 && end - start > END;
            hashes[i] = span_hash(page.sums, cut && part == 2 ? end - END : start,
                                  cut && part == 1 ? start + END : end, (uint64_t)part + 1);
        }
        find_copies(hashes, n, slots, room, before, row + part * n);
    }
    double copied = 0.0, all_chars = 0.0;
    for (Py_ssize_t i = 0; i < n; i++) {
        copied += chars[i] > COPY_LENGTH && before[i] > 0.0 ? chars[i] : 0.0;
        all_chars += chars[i];
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        for (int part = 0; part < 3; part++) {
            row[part * n + i] -= 1.0;
        }
        row[4 * n + i] = row[i] - before[i];
        row[5 * n + i] = copied / (all_chars > 1.0 ? all_chars : 1.0);
    }

    /* threes of characters: those of the page, and of other texts */
    int64_t *each = slots + room, sizes[OTHERS], at = 0;
    mark_others(&others, 0, sizes);
    for (Py_ssize_t line = 0; line < n; line++) {
        int64_t first, hits[OTHERS] = {0};
        each[line] = char_grams(&page, line, 3, &first);
        for (int64_t i = 0; i < each[line]; i++) {
            uint64_t hash = char_hash(&page, first + i, 3);
            uint8_t mark = hit_room[hash >> (64 - HIT_BITS)];
            hashes[at++] = hash;
            for (int k = 0; mark && k < 3; k++) {
                hits[k] += mark >> k & 1;
            }
        }
        int64_t fives = sizes[3] ? char_grams(&page, line, 5, &first) : 0;
        for (int64_t i = 0; i < fives; i++) {
            hits[3] += hit_room[char_hash(&page, first + i, 5) >> (64 - HIT_BITS)] >> 3 & 1;
        }
        double *column = out + OTHER_COLUMN * n + line;
        for (int k = 0; k < OTHERS; k++) {
            int64_t grams = k == 3 ? fives : each[line];
            double theirs = (double)hits[k] / (double)(sizes[k] > 1 ? sizes[k] : 1);
            int known = others.lengths[k] > 0;
            column[2 * k * n] = known ? (double)hits[k] / (double)(grams > 1 ? grams : 1) : NAN;
            column[(2 * k + 1) * n] = known ? (theirs < 1.5 ? theirs : 1.5) : NAN;
        }
        column[2 * OTHERS * n] = others.lengths[3] > 0;
    }
    mark_others(&others, 1, sizes);
    familiarity(hashes, each, n, log1p_of, out + FAMILIAR_COLUMN * n);
    at = 0;
    for (Py_ssize_t line = 0; line < n; line++) {
        int64_t first;
        each[line] = word_grams(&page, line, 1, &first);
        for (int64_t i = 0; i < each[line] && at < most; i++) {
            hashes[at++] = word_hash(&page, first + i, 1);
        }
    }
    if (at == most && page.words_before[n] - page.words_before[0] > most) {
        PyErr_SetString(PyExc_ValueError, "text_features: there are more words than characters");
        goto done;
    }
    familiarity(hashes, each, n, log1p_of, out + (FAMILIAR_COLUMN + 1) * n);
    result = Py_NewRef(Py_None);
done:
    free(hashes);
    free(slots);
    drop_arrays(page.a, 6);
    drop_arrays(others.a, 6);
    drop_arrays(a, 8);
    return result;
}
