/* What its neighbours, its containers and the page say about a line. Twins of context.py: each
   fills a row of n values for each column, and leaves the logarithms to numpy. */

#include "native.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* context.OFFSETS, WINDOWS, CONTAINERS and the numbers beside them. */
static const int64_t OFFSETS[] = {-3, -2, -1, 1, 2, 3};
static const int64_t WINDOWS[] = {2, 5, 12, 30};
static const int64_t CONTAINERS[] = {0, 1, 2, 3, 4, 6};
static const double LONG_LINE = 80.0, ANCHOR = 0.6, MAIN_SHARE = 0.7, CAP = 1000.0;
enum { N_OFFSETS = 6, N_WINDOWS = 4, N_CONTAINERS = 6, CHAIN = 48 };
enum { N_NEIGHBOUR = 3 * N_OFFSETS + 4 * N_WINDOWS, N_PAGE = 18 };
enum { PER_CONTAINER = 7, N_MAIN = 6, N_CONTAINER = PER_CONTAINER * N_CONTAINERS + N_MAIN + 2 };

static inline double at_least(double value, double least)
{
    return value > least ? value : least;
}

static inline double at_most(double value, double most)
{
    return value < most ? value : most;
}

typedef struct {
    double p;
    Py_ssize_t line;
} Ranked;

static int by_probability(const void *one, const void *other)
{
    const Ranked *a = one, *b = other;
    int a_nan = a->p != a->p, b_nan = b->p != b->p;
    if (a_nan != b_nan) {
        return a_nan - b_nan;
    }
    return a->p < b->p ? -1 : a->p > b->p ? 1 : a->line < b->line ? -1 : a->line > b->line;
}

/* Weighted means of the lines within each window before and after each line, every other row. */
static void window_means(const double *total, const double *mass, Py_ssize_t n, double *rows)
{
    for (int w = 0; w < N_WINDOWS; w++) {
        for (int side = 0; side < 2; side++, rows += 2 * n) {
            for (Py_ssize_t i = 0; i < n; i++) {
                int64_t low = side ? i + 1 : i - WINDOWS[w];
                int64_t high = side ? i + 1 + WINDOWS[w] : i;
                low = low < 0 ? 0 : low;
                high = high > n ? n : high;
                rows[i] = (total[high] - total[low]) / at_least(mass[high] - mass[low], 1e-9);
            }
        }
    }
}

/* The run of lines with most content minus chrome (context.best_run), and its content. */
static double best_run(const double *p, const double *capped, Py_ssize_t n, Py_ssize_t *begin,
                       Py_ssize_t *end)
{
    double total = 0.0, low = 0.0, best = 0.0, content = 0.0;
    Py_ssize_t lowest = 0;
    *begin = *end = 0;
    for (Py_ssize_t i = 0; i < n; i++) {
        total += (p[i] - 0.5) * capped[i];
        if (total < low) {
            low = total;
            lowest = i + 1;
        }
        if (total - low > best) {
            best = total - low;
            *begin = lowest;
            *end = i + 1;
        }
    }
    for (Py_ssize_t i = *begin; i < *end; i++) {
        content += p[i] * capped[i];
    }
    return content;
}

const char neighbour_features_doc[] =
    "neighbour_features(p, chars, log_chars, terminals, out)\n\n"
    "Fills `out` (52, n) with what stands around each line, but for logarithms.";

PyObject *neighbour_features(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    Array a[5] = {0};
    PyObject *result = NULL;
    double *sums = NULL;
    Ranked *ranked = NULL;
    (void)module;
    if (take_arguments("neighbour_features", "ddddD", args, count, a) < 0) {
        goto done;
    }
    const double *p = a[0].view.buf, *chars = a[1].view.buf;
    const double *values[] = {p, a[2].view.buf, a[3].view.buf};
    Py_ssize_t n = a[0].length;
    double *row = a[4].view.buf;
    if (a[1].length != n || a[2].length != n || a[3].length != n ||
        !is_matrix(&a[4], N_NEIGHBOUR + N_PAGE, n)) {
        PyErr_SetString(PyExc_ValueError, "neighbour_features: the arrays' lengths disagree");
        goto done;
    }
    sums = malloc((size_t)(n + 1) * 5 * sizeof(double));
    ranked = malloc((size_t)(n + 1) * sizeof(*ranked));
    if (sums == NULL || ranked == NULL) {
        PyErr_NoMemory();
        goto done;
    }
    for (int v = 0; v < 3; v++) {
        double most = v == 2 ? 5.0 : INFINITY;
        for (int o = 0; o < N_OFFSETS; o++, row += n) {
            for (Py_ssize_t i = 0; i < n; i++) {
                Py_ssize_t there = i + OFFSETS[o];
                row[i] = there < 0 || there >= n ? NAN : at_most(values[v][there], most);
            }
        }
    }
    double *likely = sums, *lines = likely + n + 1, *mass = lines + n + 1;
    double *weight = mass + n + 1, *capped = weight + n + 1;
    double total_chars = 0.0;
    likely[0] = lines[0] = mass[0] = weight[0] = 0.0;
    Py_ssize_t anchors = 0;
    for (Py_ssize_t i = 0; i < n; i++) {
        capped[i] = at_most(chars[i], CAP);
        likely[i + 1] = likely[i] + p[i];
        lines[i + 1] = (double)(i + 1);
        mass[i + 1] = mass[i] + p[i] * capped[i];
        weight[i + 1] = weight[i] + capped[i];
        total_chars += chars[i];
        anchors += p[i] > ANCHOR && chars[i] > LONG_LINE;
        ranked[i] = (Ranked){p[i], i};
    }
    window_means(likely, lines, n, row);
    window_means(mass, weight, n, row + n);
    row += 4 * N_WINDOWS * n;

    total_chars = at_least(total_chars, 1.0);
    double total_mass = at_least(mass[n], 1e-9);
    double last = (double)(n > 1 ? n - 1 : 1);
    qsort(ranked, (size_t)n, sizeof(*ranked), by_probability);
    Py_ssize_t begin, end;
    double run_mass = best_run(p, capped, n, &begin, &end);
    double ended = 0.0;
    Py_ssize_t before = 0, anchor = -1;
    double anchor_end = 0.0;
    for (Py_ssize_t i = 0; i < n; i++) {
        int is_anchor = p[i] > ANCHOR && chars[i] > LONG_LINE;
        double *column = row + i, content = p[i] * capped[i];
        ended += chars[i];
        column[0 * n] = (double)i / last;
        column[1 * n] = (ended - chars[i]) / total_chars;
        column[2 * n] = (double)n;
        column[3 * n] = total_chars;
        column[4 * n] = likely[n] / (double)n;
        column[5 * n] = total_mass;
        column[6 * n] = (mass[i + 1] - content) / total_mass;
        column[7 * n] = 1.0 - mass[i + 1] / total_mass;
        column[8 * n] = anchor < 0 ? NAN : (double)(i - anchor);
        column[10 * n] = anchor < 0 ? NAN : ended - anchor_end;
        row[12 * n + ranked[i].line] = (double)i / last;
        column[13 * n] = (double)anchors;
        column[14 * n] = i >= begin && i < end;
        column[15 * n] = run_mass / total_mass;
        column[16 * n] = (double)before;
        before += is_anchor;
        column[17 * n] = (double)(anchors - before);
        if (is_anchor) {
            anchor = i;
            anchor_end = ended;
        }
    }
    anchor = -1;
    ended = 0.0;
    for (Py_ssize_t i = n - 1; i >= 0; i--) {
        ended += chars[i];
        row[9 * n + i] = anchor < 0 ? NAN : (double)(anchor - i);
        row[11 * n + i] = anchor < 0 ? NAN : ended - anchor_end;
        if (p[i] > ANCHOR && chars[i] > LONG_LINE) {
            anchor = i;
            anchor_end = ended;
        }
    }
    result = Py_NewRef(Py_None);
done:
    free(sums);
    free(ranked);
    drop_arrays(a, 5);
    return result;
}

/* What is summed of the lines in a container. */
enum { MASS, CHARS, LINES, LINKS, ENDS, SURE, SUMS };

/* Of each element, the child of `main` that it is in, or -1, and the depth of the last element
   around both. */
static void find_branches(const int64_t *parent, const int64_t *depth, Py_ssize_t e, int64_t main,
                          int64_t *branch, int64_t *meets)
{
    memset(meets, 0, (size_t)e * sizeof(*meets));
    for (int64_t i = main; i >= 0; i = parent[i]) {
        meets[i] = -1; /* on the way to it */
    }
    for (Py_ssize_t i = 0; i < e; i++) {
        int64_t up = parent[i];
        if (meets[i] < 0) {
            branch[i] = -1;
            meets[i] = depth[i];
        } else {
            branch[i] = up == main ? i : up >= 0 ? branch[up] : -1;
            meets[i] = up >= 0 ? meets[up] : 0;
        }
    }
}

const char container_features_doc[] =
    "container_features(parent, depth, line_element, groups, p, chars, terminals, links, out)\n\n"
    "Fills `out` (50, n) with what stands in each line's containers besides the line, but for\n"
    "logarithms. `groups` (2, n) are numbers below n that lines in elements alike share.";

PyObject *container_features(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    Array a[9] = {0};
    PyObject *result = NULL;
    double *sums = NULL, *own = NULL;
    int64_t *places = NULL;
    (void)module;
    if (take_arguments("container_features", "ddddddddD", args, count, a) < 0) {
        goto done;
    }
    const int64_t *parent = a[0].view.buf, *depth = a[1].view.buf, *element = a[2].view.buf;
    const int64_t *groups = a[3].view.buf;
    const double *p = a[4].view.buf, *chars = a[5].view.buf, *terminals = a[6].view.buf;
    const double *links = a[7].view.buf;
    double *out = a[8].view.buf;
    Py_ssize_t e = a[0].length, n = a[2].length;
    if (a[1].length != e || e < 1 || !is_matrix(&a[3], 2, n) || a[4].length != n ||
        a[5].length != n || a[6].length != n || a[7].length != n ||
        !is_matrix(&a[8], N_CONTAINER, n)) {
        PyErr_SetString(PyExc_ValueError, "container_features: the arrays' lengths disagree");
        goto done;
    }
    if (!is_tree(parent, e) || !within(element, n, 0, e) || !within(groups, 2 * n, 0, n)) {
        goto done;
    }
    sums = calloc((size_t)e * SUMS, sizeof(double));
    own = calloc((size_t)(n + 1) * (SUMS + 2), sizeof(double));
    places = malloc((size_t)e * 2 * sizeof(int64_t));
    if (sums == NULL || own == NULL || places == NULL) {
        PyErr_NoMemory();
        goto done;
    }
    double total[SUMS] = {0};
    int64_t deepest = 0;
    for (Py_ssize_t i = 0; i < n; i++) {
        double *values = own + i * SUMS, capped = at_most(chars[i], CAP);
        values[MASS] = p[i] * capped;
        values[CHARS] = capped;
        values[LINES] = 1.0;
        values[LINKS] = links[i];
        values[ENDS] = terminals[i];
        values[SURE] = p[i] > ANCHOR ? capped : 0.0;
        for (int j = 0; j < SUMS; j++) {
            total[j] += values[j];
            sums[element[i] * SUMS + j] += values[j];
        }
        deepest = depth[element[i]] > deepest ? depth[element[i]] : deepest;
    }
    for (int j = 0; j < SUMS; j++) {
        total[j] = at_least(total[j], 1e-9);
    }
    for (Py_ssize_t i = e - 1; i >= 0; i--) {
        for (int j = 0; parent[i] >= 0 && j < SUMS; j++) {
            sums[parent[i] * SUMS + j] += sums[i * SUMS + j];
        }
    }
    int64_t top = deepest < CHAIN - 1 ? deepest : CHAIN - 1; /* as far up as chains go */
    for (Py_ssize_t i = 0; i < n; i++) {
        const double *mine = own + i * SUMS;
        double *column = out + i;
        int64_t here = element[i];
        for (int64_t level = 0, c = 0; c < N_CONTAINERS; c++) {
            for (; level < CONTAINERS[c] && level < top; level++) {
                here = here < 0 ? -1 : parent[here];
            }
            const double *inside = here < 0 ? total : sums + here * SUMS;
            double rest[SUMS];
            for (int j = 0; j < SUMS; j++) {
                rest[j] = at_least(inside[j] - mine[j], 0.0);
            }
            int alone = rest[LINES] < 0.5;
            double others = at_least(rest[CHARS], 1e-9);
            column[0 * n] = alone ? NAN : rest[MASS] / others;
            column[1 * n] = inside[SURE] / total[SURE];
            column[2 * n] = rest[CHARS];
            column[3 * n] = rest[LINES];
            column[4 * n] = alone ? NAN : rest[LINKS] / others;
            column[5 * n] = inside[MASS] / total[MASS];
            column[6 * n] = rest[ENDS] / at_least(rest[CHARS], 1.0) * 100;
            column += PER_CONTAINER * n;
        }
    }
    double *rows = out + N_CONTAINERS * PER_CONTAINER * n;
    int64_t *branch = places, *meets = places + e, main = -1;
    for (Py_ssize_t i = 0; i < e; i++) {
        if (sums[i * SUMS + MASS] >= MAIN_SHARE * total[MASS] &&
            (main < 0 || depth[i] > depth[main])) {
            main = i;
        }
    }
    main = main < 0 ? 0 : main;
    find_branches(parent, depth, e, main, branch, meets);
    double *mass_of = own + n * SUMS, *chars_of = mass_of + n;
    for (Py_ssize_t i = 0; i < n; i++) {
        int64_t here = branch[element[i]];
        const double *child = sums + (here < 0 ? 0 : here) * SUMS;
        double *column = rows + i;
        column[0 * n] = (double)depth[main];
        column[1 * n] = (double)(depth[main] - meets[element[i]]);
        column[2 * n] = here >= 0 || element[i] == main;
        column[3 * n] = sums[main * SUMS + MASS] / total[MASS];
        column[4 * n] = here < 0 ? NAN : child[MASS] / total[MASS];
        column[5 * n] = here < 0 ? NAN : child[MASS] / at_least(child[CHARS], 1e-9);
    }
    rows += N_MAIN * n;
    for (int g = 0; g < 2; g++, groups += n, rows += n) {
        memset(mass_of, 0, (size_t)n * 2 * sizeof(double));
        for (Py_ssize_t i = 0; i < n; i++) {
            mass_of[groups[i]] += own[i * SUMS + MASS];
            chars_of[groups[i]] += own[i * SUMS + CHARS];
        }
        for (Py_ssize_t i = 0; i < n; i++) {
            double mass = mass_of[groups[i]] - own[i * SUMS + MASS];
            double others = chars_of[groups[i]] - own[i * SUMS + CHARS];
            rows[i] = others > 0.5 ? mass / at_least(others, 1e-9) : NAN;
        }
    }
    result = Py_NewRef(Py_None);
done:
    free(sums);
    free(own);
    free(places);
    drop_arrays(a, 9);
    return result;
}

/* features.FEW_LETTERS and FOREIGN, and the columns of LANGUAGE_COLUMNS. */
static const double FEW_LETTERS = 3.0, FOREIGN = 0.5;
enum { N_LANGUAGE = 14 };

static double dot(const double *one, const double *other, Py_ssize_t count)
{
    double sum = 0.0;
    for (Py_ssize_t i = 0; i < count; i++) {
        sum += one[i] * other[i];
    }
    return sum;
}

const char language_features_doc[] =
    "language_features(share, heard, letters, main, twin, total, out)\n\n"
    "Fills `out` (14, n) with whether lines speak the page's language and their neighbours', but\n"
    "for logarithms and for the last row, and `total` (l,) with the letters of each language.\n"
    "`share` and `heard` are (n, l); `twin` is a language taken for `main` too, or -1.";

PyObject *language_features(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    Array a[7] = {0};
    PyObject *result = NULL;
    double *longest = NULL;
    int64_t *best = NULL;
    (void)module;
    if (take_arguments("language_features", "dddnnDD", args, count, a) < 0) {
        goto done;
    }
    const double *share = a[0].view.buf, *heard = a[1].view.buf, *letters = a[2].view.buf;
    double *total = a[5].view.buf, *out = a[6].view.buf;
    Py_ssize_t n = a[2].length, k = a[5].length, main = a[3].length, twin = a[4].length;
    if (!is_matrix(&a[0], n, k) || !is_matrix(&a[1], n, k) || !is_matrix(&a[6], N_LANGUAGE, n) ||
        main < 0 || main >= k || twin < -1 || twin >= k || n < 1) {
        PyErr_SetString(PyExc_ValueError, "language_features: the arrays' lengths disagree");
        goto done;
    }
    longest = calloc((size_t)k * 3, sizeof(*longest)); /* and second longest, and shares */
    best = malloc((size_t)n * sizeof(*best)); /* each line's language, -1 where it has none */
    if (longest == NULL || best == NULL) {
        PyErr_NoMemory();
        goto done;
    }
    double *second = longest + k, *weight = second + k, all_letters = 0.0, foreign_letters = 0.0;
    for (Py_ssize_t j = 0; j < k; j++) {
        total[j] = 0.0;
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        const double *own = share + i * k;
        best[i] = own[0] == own[0] && letters[i] >= FEW_LETTERS ? 0 : -1;
        if (best[i] < 0) {
            continue;
        }
        all_letters += letters[i];
        for (Py_ssize_t j = 0; j < k; j++) {
            total[j] += own[j] * letters[i];
            best[i] = own[j] > own[best[i]] ? j : best[i];
        }
        if (letters[i] > longest[best[i]]) {
            second[best[i]] = longest[best[i]];
            longest[best[i]] = letters[i];
        } else if (letters[i] > second[best[i]]) {
            second[best[i]] = letters[i];
        }
        if (own[main] + (twin < 0 ? 0.0 : own[twin]) < FOREIGN) {
            foreign_letters += letters[i];
        }
    }
    all_letters = at_least(all_letters, 1.0);
    for (Py_ssize_t j = 0; j < k; j++) {
        weight[j] = total[j] / all_letters;
    }
    double since = 0.0, run_letters = 0.0, run_lines = 0.0;
    Py_ssize_t last = -1, run_begin = -1; /* of the known lines, and of a run of foreign ones */
    for (Py_ssize_t i = 0; i <= n; i++) {
        if (i < n && best[i] < 0) {
            for (int c = 0; c < N_LANGUAGE; c++) {
                out[c * n + i] = NAN;
            }
            continue;
        }
        const double *own = share + (i < n ? i : 0) * k;
        double *column = out + (i < n ? i : 0);
        double speaks = own[main] + (twin < 0 ? 0.0 : own[twin]);
        int foreign = i < n && speaks < FOREIGN;
        for (Py_ssize_t j = run_begin; run_begin >= 0 && !foreign && j < i; j++) {
            if (best[j] >= 0) { /* lines of which nothing is known break no run */
                out[7 * n + j] = run_lines;
                out[8 * n + j] = run_letters;
                out[12 * n + j] = run_letters / at_least(foreign_letters, 1.0);
            }
        }
        if (!foreign) {
            run_begin = -1;
            run_lines = run_letters = 0.0;
        }
        if (i == n) {
            break;
        }
        if (foreign) {
            run_begin = run_begin < 0 ? i : run_begin;
            run_lines++;
            run_letters += letters[i];
        }
        since += foreign ? 0.0 : letters[i] * speaks;
        const double *said = heard + i * k;
        double first = longest[best[i]];
        column[0 * n] = speaks;
        column[1 * n] = said[main] + (twin < 0 ? 0.0 : said[twin]);
        column[2 * n] = own[best[i]];
        column[3 * n] = dot(own, weight, k);
        column[4 * n] = n < 2 ? 0.0 : letters[i] >= first ? second[best[i]] : first;
        column[5 * n] = last < 0 ? NAN : dot(share + last * k, own, k);
        column[6 * n] = NAN;
        if (last >= 0) {
            out[6 * n + last] = column[5 * n];
        }
        column[7 * n] = column[8 * n] = column[12 * n] = 0.0;
        column[9 * n] = foreign ? since : NAN;
        column[10 * n] = NAN;
        column[11 * n] = foreign_letters / all_letters;
        column[13 * n] = 0.0;
        last = i;
    }
    since = at_least(since, 1.0);
    for (Py_ssize_t i = 0; i < n; i++) {
        double *column = out + i;
        column[9 * n] /= since;
        column[10 * n] = 1.0 - column[9 * n];
    }
    result = Py_NewRef(Py_None);
done:
    free(longest);
    free(best);
    drop_arrays(a, 7);
    return result;
}
