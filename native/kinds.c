/* What kinds of chrome lines are, and the grounds of reasons. Twins of what kinds.py and
   reasons.py compute on arrays. */

#include "native.h"
#include <math.h>
#include <stdlib.h>

/* characters.Char; kinds.KINDS, HEAD and the widths of its tables. */
enum { LOWER = 1, DIGIT = 5 };
enum { N_KINDS = 10, WIDTH = 16, HEAD = 240, TEXT_BITS = 17, NAME_BITS = 13, WORD_SALT = 100 };
enum { LEAST_ORDER = 2, MOST_ORDER = 5 };
enum { MOST = 3 * HEAD }; /* characters of a head in folded case: none becomes more than three */
static const uint64_t MIX = 0xD6E8FEB86659FD93u, BASE = 0x9E3779B97F4A7C15u;

/* Adds the row of an n-gram, as features.span_hashes and buckets find it. */
static inline void add_row(uint64_t raw, uint64_t salt, const int8_t *weights, int32_t *sums)
{
    uint64_t hash = (raw + salt) * MIX;
    hash ^= hash >> 32;
    const int8_t *row = weights + ((hash * MIX) >> (64 - TEXT_BITS)) * WIDTH;
    for (int j = 0; j < N_KINDS; j++) {
        sums[j] += row[j];
    }
}

/* Words of one and of two, of a text with bounds; how many there are. */
static int64_t add_words(const uint32_t *text, int size, const uint8_t *table,
                         const int8_t *weights, int32_t *sums)
{
    int64_t count = 0;
    uint64_t pair = 0, pair_power = 0; /* from the start of the word before; 0 before the first */
    for (int i = 0; i < size;) {
        uint8_t kind = table[in_table(text[i])];
        int inside = kind >= LOWER && kind <= DIGIT;
        uint64_t word = 0, power = 1;
        if (!inside) {
            pair += ((uint64_t)text[i] + 1) * pair_power;
            pair_power *= BASE;
            i++;
            continue;
        }
        do {
            word += ((uint64_t)text[i] + 1) * power;
            power *= BASE;
            i++;
        } while (i < size && (kind = table[in_table(text[i])]) >= LOWER && kind <= DIGIT);
        add_row(word, WORD_SALT + 1, weights, sums);
        count++;
        if (pair_power) {
            add_row(pair + word * pair_power, WORD_SALT + 2, weights, sums);
            count++;
        }
        pair = word;
        pair_power = power;
    }
    return count;
}

const char kind_words_doc[] =
    "kind_words(points, table, flags, weights, sums, counts)\n\n"
    "Of the heads of lines in folded case, each after a newline, and one at the end: the sums of\n"
    "the rows of `weights` (2**17, 16) for their n-grams, (n, 10), and how many these are, (n,).";

PyObject *kind_words(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    Array a[6] = {0};
    PyObject *result = NULL;
    uint32_t text[MOST + 2];
    (void)module;
    if (take_arguments("kind_words", "wbbbDD", args, count, a) < 0) {
        goto done;
    }
    const uint32_t *points = a[0].view.buf;
    const uint8_t *table = a[1].view.buf, *flags = a[2].view.buf;
    const int8_t *weights = a[3].view.buf;
    double *all_sums = a[4].view.buf, *counts = a[5].view.buf;
    Py_ssize_t size = a[0].length, n = a[5].length, at = 1;
    if (size < 1 || a[1].length != TABLE_SIZE || a[2].length != TABLE_SIZE ||
        a[3].length != (Py_ssize_t)WIDTH << TEXT_BITS || !is_matrix(&a[4], n, N_KINDS)) {
        PyErr_SetString(PyExc_ValueError, "kind_words: the arrays' lengths disagree");
        goto done;
    }
    for (Py_ssize_t line = 0; line < n; line++, at++) {
        int32_t sums[WIDTH] = {0};
        int held = 1, blank = 0; /* runs of blanks are one, none at either end */
        text[0] = '\n';
        for (; at < size && points[at] != '\n'; at++) {
            uint32_t point = points[at];
            if (flags[in_table(point)] & BLANK) {
                blank = held > 1;
                continue;
            }
            if (held + blank > MOST) {
                PyErr_SetString(PyExc_ValueError, "kind_words: a head is too long");
                goto done;
            }
            if (blank) {
                text[held++] = ' ';
                blank = 0;
            }
            text[held++] = table[in_table(point)] == DIGIT ? '0' : point;
        }
        if (at >= size) {
            PyErr_SetString(PyExc_ValueError, "kind_words: there are fewer lines");
            goto done;
        }
        text[held++] = '\n';
        int64_t total = 0;
        for (int i = 0; i < held; i++) {
            uint64_t raw = (uint64_t)text[i] + 1, power = BASE;
            for (int order = LEAST_ORDER; order <= MOST_ORDER && i + order <= held; order++) {
                raw += ((uint64_t)text[i + order - 1] + 1) * power;
                power *= BASE;
                add_row(raw, (uint64_t)order, weights, sums);
                total++;
            }
        }
        total += add_words(text + 1, held - 2, table, weights, sums);
        for (int j = 0; j < N_KINDS; j++) {
            all_sums[line * N_KINDS + j] = (double)sums[j];
        }
        counts[line] = (double)total;
    }
    result = Py_NewRef(Py_None);
done:
    drop_arrays(a, 6);
    return result;
}

const char kind_names_doc[] =
    "kind_names(tokens, sizes, kind, parent, at, weights, fading, out)\n\n"
    "What the elements at and around each place (n,) are called, (n, 10): the sums of the rows of\n"
    "`weights` (2**13, 16) over the root of their number, times the `fading` of the distance.\n"
    "`tokens` are those of each kind of element, `sizes` how many each has.";

PyObject *kind_names(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    Array a[8] = {0};
    PyObject *result = NULL;
    double *says = NULL;
    (void)module;
    if (take_arguments("kind_names", "dddddbdD", args, count, a) < 0) {
        goto done;
    }
    const uint64_t *tokens = a[0].view.buf;
    const int64_t *sizes = a[1].view.buf, *kind = a[2].view.buf, *parent = a[3].view.buf;
    const int64_t *at = a[4].view.buf;
    const int8_t *weights = a[5].view.buf;
    const double *fading = a[6].view.buf;
    double *out = a[7].view.buf;
    Py_ssize_t kinds = a[1].length, e = a[2].length, n = a[4].length, next = 0;
    if (a[3].length != e || a[5].length != (Py_ssize_t)WIDTH << NAME_BITS ||
        !is_matrix(&a[7], n, N_KINDS)) {
        PyErr_SetString(PyExc_ValueError, "kind_names: the arrays' lengths disagree");
        goto done;
    }
    if (!is_tree(parent, e) || !within(kind, e, 0, kinds) || !within(at, n, -1, e) ||
        !within(sizes, kinds, 1, a[0].length + 1)) {
        goto done;
    }
    says = malloc((size_t)(kinds + 1) * N_KINDS * sizeof(*says));
    if (says == NULL) {
        PyErr_NoMemory();
        goto done;
    }
    for (Py_ssize_t k = 0; k < kinds; k++) {
        int32_t sums[WIDTH] = {0};
        if (sizes[k] > a[0].length - next) {
            PyErr_SetString(PyExc_ValueError, "kind_names: there are fewer tokens");
            goto done;
        }
        for (Py_ssize_t end = next + sizes[k]; next < end; next++) {
            const int8_t *row = weights + name_bucket(tokens[next], 0, NAME_BITS) * WIDTH;
            for (int j = 0; j < WIDTH; j++) {
                sums[j] += row[j];
            }
        }
        for (int j = 0; j < N_KINDS; j++) {
            says[k * N_KINDS + j] = (double)sums[j] / sqrt((double)sizes[k]);
        }
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        double heard[N_KINDS] = {0};
        int64_t element = at[i];
        for (Py_ssize_t level = 0; level < a[6].length && element >= 0; level++) {
            for (int j = 0; j < N_KINDS; j++) {
                heard[j] += fading[level] * says[kind[element] * N_KINDS + j];
            }
            element = parent[element];
        }
        for (int j = 0; j < N_KINDS; j++) {
            out[i * N_KINDS + j] = heard[j];
        }
    }
    result = Py_NewRef(Py_None);
done:
    free(says);
    drop_arrays(a, 8);
    return result;
}

const char likeliest_paths_doc[] =
    "likeliest_paths(scores, costs, begins, path)\n\n"
    "Viterbi's path through each run of (n, 10) scores; `costs` (n,) is what it costs each row to\n"
    "be in another column than the row before, `begins` (n,) whether a run begins at it.";

PyObject *likeliest_paths(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    Array a[4] = {0};
    PyObject *result = NULL;
    int8_t *came = NULL;
    (void)module;
    if (take_arguments("likeliest_paths", "ddbD", args, count, a) < 0) {
        goto done;
    }
    const double *scores = a[0].view.buf, *costs = a[1].view.buf;
    const uint8_t *begins = a[2].view.buf;
    int64_t *path = a[3].view.buf;
    Py_ssize_t n = a[3].length;
    if (!is_matrix(&a[0], n, N_KINDS) || a[1].length != n || a[2].length != n) {
        PyErr_SetString(PyExc_ValueError, "likeliest_paths: the arrays' lengths disagree");
        goto done;
    }
    came = malloc((size_t)(n > 0 ? n : 1) * N_KINDS);
    if (came == NULL) {
        PyErr_NoMemory();
        goto done;
    }
    double best[N_KINDS] = {0};
    for (Py_ssize_t row = 0; row < n; row++) {
        const double *own = scores + row * N_KINDS;
        int top = 0, goes_on = row > 0 && !begins[row];
        for (int j = 1; j < N_KINDS; j++) {
            top = best[j] > best[top] ? j : top;
        }
        double changed = best[top] - costs[row];
        for (int j = 0; j < N_KINDS; j++) {
            int change = best[j] < changed;
            came[row * N_KINDS + j] = (int8_t)(change ? top : j);
            best[j] = goes_on ? (change ? changed : best[j]) + own[j] : own[j];
        }
        if (row + 1 < n && !begins[row + 1]) {
            continue;
        }
        int64_t last = 0;
        for (int j = 1; j < N_KINDS; j++) {
            last = best[j] > best[last] ? j : last;
        }
        for (Py_ssize_t back = row; back >= 0; back--) {
            path[back] = last;
            last = came[back * N_KINDS + last];
            if (begins[back]) {
                break;
            }
        }
    }
    result = Py_NewRef(Py_None);
done:
    free(came);
    drop_arrays(a, 4);
    return result;
}

const char strongest_grounds_doc[] =
    "strongest_grounds(grounds, content, places)\n\n"
    "The places of the six grounds (n, g) that weighed most for each line's label, the strongest\n"
    "first, (n, 6); g for those that weigh nothing, or too little beside the first.";

enum { MOST_GROUNDS = 6 }; /* reasons.MAX_GROUNDS */
static const double LEAST = 0.1; /* reasons.LEAST */

PyObject *strongest_grounds(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    Array a[3] = {0};
    PyObject *result = NULL;
    (void)module;
    if (take_arguments("strongest_grounds", "dbD", args, count, a) < 0) {
        goto done;
    }
    const double *row = a[0].view.buf;
    const uint8_t *content = a[1].view.buf;
    int64_t *places = a[2].view.buf;
    Py_ssize_t n = a[1].length, g = n ? a[0].length / n : 0;
    if (!is_matrix(&a[0], n, g) || !is_matrix(&a[2], n, MOST_GROUNDS)) {
        PyErr_SetString(PyExc_ValueError, "strongest_grounds: the arrays' lengths disagree");
        goto done;
    }
    for (Py_ssize_t line = 0; line < n; line++, row += g, places += MOST_GROUNDS) {
        double sign = content[line] ? 1.0 : -1.0, least = 0.0;
        for (int rank = 0; rank < MOST_GROUNDS; rank++) {
            Py_ssize_t best = g;
            for (Py_ssize_t j = 0; j < g; j++) {
                int taken = 0;
                for (int before = 0; before < rank; before++) {
                    taken |= places[before] == j;
                }
                if (!taken && sign * row[j] > (best < g ? sign * row[best] : least)) {
                    best = j;
                }
            }
            places[rank] = best;
            if (rank == 0 && best < g) {
                least = LEAST * (sign * row[best]);
            }
        }
    }
    result = Py_NewRef(Py_None);
done:
    drop_arrays(a, 3);
    return result;
}
