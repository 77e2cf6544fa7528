/* Features of a line's neighbours, of its containers, and of its language beside the page's. Twins
   of the kernels in plain_context.py and plain_language_features.py: each fills a row of n values
   for each column, and leaves the logarithms to numpy. */

#include "native.h"
#include <math.h>
#include <stdlib.h> /* qsort */
#include <string.h>

/* The constants of plain_context.py, and arrays.MAX_LEVELS. */
static const int64_t NEIGHBOUR_OFFSETS[] = {-3, -2, -1, 1, 2, 3};
static const int64_t WINDOWS[] = {2, 5, 12, 30};
static const int64_t CONTAINER_LEVELS[] = {0, 1, 2, 3, 4, 6};
static const double ANCHOR_LENGTH = 80.0, ANCHOR_PROBABILITY = 0.6, MAX_LENGTH = 1000.0,
                    MAX_TERMINALS = 5.0, MAIN_SHARE = 0.7;
enum { N_OFFSETS = 6, N_WINDOWS = 4, N_CONTAINERS = 6, MAX_LEVELS = 48 };
enum { PER_CONTAINER = 7, N_MAIN = 6 }; /* columns */

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

/* Fills the bounds of the run of lines with most content minus chrome
   (plain_context.best_run). How much content it has. */
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

KERNEL(neighbour_features,
       "f64 p[n], f64 chars[n], f64 log_chars[n], f64 terminals[n], out f64 out[52,n]",
       "Fills `out` with features of the lines around each line, but for logarithms. `p` are\n"
       "probabilities of content.")
{
    const double *p = call->data[0], *chars = call->data[1];
    const double *values[] = {p, call->data[2], call->data[3]};
    double *row = call->data[4];
    Py_ssize_t n = size_of(call, 'n');
    double *sums = scratch(call, (n + 1) * 5, sizeof(*sums));
    Ranked *ranked = scratch(call, n, sizeof(*ranked));
    if (sums == NULL || ranked == NULL) {
        return NULL;
    }
    for (int v = 0; v < 3; v++) {
        double most = v == 2 ? MAX_TERMINALS : INFINITY;
        for (int o = 0; o < N_OFFSETS; o++, row += n) {
            for (Py_ssize_t i = 0; i < n; i++) {
                Py_ssize_t there = i + NEIGHBOUR_OFFSETS[o];
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
        capped[i] = at_most(chars[i], MAX_LENGTH);
        likely[i + 1] = likely[i] + p[i];
        lines[i + 1] = (double)(i + 1);
        mass[i + 1] = mass[i] + p[i] * capped[i];
        weight[i + 1] = weight[i] + capped[i];
        total_chars += chars[i];
        anchors += p[i] > ANCHOR_PROBABILITY && chars[i] > ANCHOR_LENGTH;
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
        int is_anchor = p[i] > ANCHOR_PROBABILITY && chars[i] > ANCHOR_LENGTH;
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
        if (p[i] > ANCHOR_PROBABILITY && chars[i] > ANCHOR_LENGTH) {
            anchor = i;
            anchor_end = ended;
        }
    }
    Py_RETURN_NONE;
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

KERNEL(container_features,
       "i64 parent[e] tree, i64 depth[e], i64 line_element[n] < e, i64 groups[2,n] < n, f64 p[n], "
       "f64 chars[n], f64 terminals[n], f64 links[n], out f64 out[50,n]",
       "Fills `out` with features of the other lines in each line's containers, but for\n"
       "logarithms. `groups` are numbers that lines in elements alike share.")
{
    const int64_t *parent = call->data[0], *depth = call->data[1], *line_element = call->data[2];
    const int64_t *groups = call->data[3];
    const double *p = call->data[4], *chars = call->data[5], *terminals = call->data[6];
    const double *links = call->data[7];
    double *out = call->data[8];
    Py_ssize_t e = size_of(call, 'e'), n = size_of(call, 'n');
    if (e < 1) {
        return refuse(call, "the lengths disagree: there are no elements");
    }
    double *sums = zeroed_scratch(call, e * SUMS, sizeof(*sums));
    double *own = zeroed_scratch(call, (n + 1) * (SUMS + 2), sizeof(*own));
    int64_t *branch = scratch(call, e, sizeof(*branch)), *meets = scratch(call, e, sizeof(*meets));
    if (sums == NULL || own == NULL || branch == NULL || meets == NULL) {
        return NULL;
    }
    double total[SUMS] = {0};
    int64_t deepest = 0;
    for (Py_ssize_t i = 0; i < n; i++) {
        double *values = own + i * SUMS, capped = at_most(chars[i], MAX_LENGTH);
        values[MASS] = p[i] * capped;
        values[CHARS] = capped;
        values[LINES] = 1.0;
        values[LINKS] = links[i];
        values[ENDS] = terminals[i];
        values[SURE] = p[i] > ANCHOR_PROBABILITY ? capped : 0.0;
        for (int j = 0; j < SUMS; j++) {
            total[j] += values[j];
            sums[line_element[i] * SUMS + j] += values[j];
        }
        deepest = depth[line_element[i]] > deepest ? depth[line_element[i]] : deepest;
    }
    for (int j = 0; j < SUMS; j++) {
        total[j] = at_least(total[j], 1e-9);
    }
    for (Py_ssize_t i = e - 1; i >= 0; i--) {
        for (int j = 0; parent[i] >= 0 && j < SUMS; j++) {
            sums[parent[i] * SUMS + j] += sums[i * SUMS + j];
        }
    }
    int64_t top = deepest < MAX_LEVELS - 1 ? deepest : MAX_LEVELS - 1; /* how far up is looked */
    for (Py_ssize_t i = 0; i < n; i++) {
        const double *mine = own + i * SUMS;
        double *column = out + i;
        int64_t here = line_element[i];
        for (int64_t level = 0, c = 0; c < N_CONTAINERS; c++) {
            for (; level < CONTAINER_LEVELS[c] && level < top; level++) {
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
    int64_t main = -1;
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
        int64_t here = branch[line_element[i]];
        const double *child = sums + (here < 0 ? 0 : here) * SUMS;
        double *column = rows + i;
        column[0 * n] = (double)depth[main];
        column[1 * n] = (double)(depth[main] - meets[line_element[i]]);
        column[2 * n] = here >= 0 || line_element[i] == main;
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
    Py_RETURN_NONE;
}

/* plain_language_features.PARAMS; how many columns there are. */
static const double MIN_LETTERS = 3.0, FOREIGN_BELOW = 0.5;
enum { N_LANGUAGE = 14 };

static double dot(const double *one, const double *other, Py_ssize_t count)
{
    double sum = 0.0;
    for (Py_ssize_t i = 0; i < count; i++) {
        sum += one[i] * other[i];
    }
    return sum;
}

KERNEL(language_features,
       "f64 share[n,k], f64 detected[n,k], f64 letters[n], int main, int variant, "
       "out f64 totals[k], out f64 out[14,n]",
       "Fills `out` with how far the languages of lines are the page's and their neighbours', but\n"
       "for logarithms and for the last row, and `totals` with the letters of each language.\n"
       "`share` and `detected` are those of `language_shares`; `variant` is another code of the\n"
       "language `main`, or -1.")
{
    const double *share = call->data[0], *detected = call->data[1], *letters = call->data[2];
    double *totals = call->data[5], *out = call->data[6];
    Py_ssize_t n = size_of(call, 'n'), k = size_of(call, 'k');
    Py_ssize_t main = call->number[3], variant = call->number[4];
    if (main < 0 || main >= k || variant < -1 || variant >= k || n < 1) {
        return refuse(call, "the lengths disagree: there is no such language, or no line");
    }
    double *longest = zeroed_scratch(call, k * 3, sizeof(*longest)); /* second longest, shares */
    int64_t *best = scratch(call, n, sizeof(*best)); /* each line's language, -1 for none */
    if (longest == NULL || best == NULL) {
        return NULL;
    }
    double *second = longest + k, *weight = second + k, all_letters = 0.0, foreign_letters = 0.0;
    for (Py_ssize_t j = 0; j < k; j++) {
        totals[j] = 0.0;
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        const double *own = share + i * k;
        best[i] = own[0] == own[0] && letters[i] >= MIN_LETTERS ? 0 : -1;
        if (best[i] < 0) {
            continue;
        }
        all_letters += letters[i];
        for (Py_ssize_t j = 0; j < k; j++) {
            totals[j] += own[j] * letters[i];
            best[i] = own[j] > own[best[i]] ? j : best[i];
        }
        if (letters[i] > longest[best[i]]) {
            second[best[i]] = longest[best[i]];
            longest[best[i]] = letters[i];
        } else if (letters[i] > second[best[i]]) {
            second[best[i]] = letters[i];
        }
        if (own[main] + (variant < 0 ? 0.0 : own[variant]) < FOREIGN_BELOW) {
            foreign_letters += letters[i];
        }
    }
    all_letters = at_least(all_letters, 1.0);
    for (Py_ssize_t j = 0; j < k; j++) {
        weight[j] = totals[j] / all_letters;
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
        double in_main = own[main] + (variant < 0 ? 0.0 : own[variant]);
        int foreign = i < n && in_main < FOREIGN_BELOW;
        for (Py_ssize_t j = run_begin; run_begin >= 0 && !foreign && j < i; j++) {
            if (best[j] >= 0) { /* lines of unknown language break no run */
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
        since += foreign ? 0.0 : letters[i] * in_main;
        const double *own_detected = detected + i * k;
        double first = longest[best[i]];
        column[0 * n] = in_main;
        column[1 * n] = own_detected[main] + (variant < 0 ? 0.0 : own_detected[variant]);
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
    Py_RETURN_NONE;
}
