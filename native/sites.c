/* A page as the pages of its site make it look. Twin of knowledge.Knowledge.see. */

#include "native.h"
#include <stdlib.h>
#include <string.h>

/* The columns that are filled here, in the order of knowledge.COLUMNS, and how many there are. */
enum { ON_ONE, ON_FEW, ON_MANY, DULL, LOOSE, OVER, BETWEEN, FIRST, LAST, PLACE, COLUMNS = 16 };
enum { FEW = 4, LEAST_TO_COMPARE = 4, BEGIN = 1, END = 2 };
enum { STEPS = 60, OPINIONS = 2 * STEPS + 1, LENGTHS = 256 };
static const double SAME_ARTICLE = 0.5, FULL_CHARS = 400.0, PRIOR_LEARNED = 3.0, HALF = 0.5;

/* The arguments, in their order. */
enum { ROWS, OPINION, LENGTH, HEADLINES, LIKELY, SURE, CHARS, KEYS, COUNTS, BEGINS, POSTED, PAGES,
       IS_ANCHOR, OF_DULL, OF_OVER, LOOSE_KEYS, LOOSE_COUNTS, LOOSE_BEGINS, LOOSE_POSTED,
       BETWEEN_KEYS, OF_BETWEEN, FIRST_KEYS, OF_FIRST, LAST_KEYS, OF_LAST, PLACE_KEYS, OF_PLACE,
       ON, SIGHT, ARGUMENTS };

/* knowledge.Postings */
typedef struct {
    Keys keys;
    const int64_t *counts, *begins, *page;
    int64_t posted, pages;
} Postings;

static int64_t pair(int64_t one, int64_t other)
{
    const uint64_t mix = 0x9E3779B97F4A7C15u;
    return (int64_t)((((uint64_t)one * mix) ^ (uint64_t)other) * mix);
}

/* Keys and what belongs to each, of two arrays. 0, or -1 with an exception. */
static int take_table(const Array *a, Keys *keys)
{
    *keys = (Keys){a[0].view.buf, a[0].length};
    if (a[1].length != a[0].length + 1) {
        PyErr_SetString(PyExc_ValueError, "see_page: a table has a value for each key, and one");
        return -1;
    }
    return 0;
}

/* Postings of four arrays. 0, or -1 with an exception. */
static int take_postings(const Array *a, int64_t pages, Postings *posted)
{
    *posted = (Postings){{0}, a[1].view.buf, a[2].view.buf, a[3].view.buf, a[3].length, pages};
    if (a[2].length != a[1].length) {
        PyErr_SetString(PyExc_ValueError, "see_page: the arrays' lengths disagree");
        return -1;
    }
    return take_table(a, &posted->keys);
}

/* On how many pages a key stands, and which. -1 with an exception. */
static int64_t pages_at(const Postings *posted, Py_ssize_t at, const int64_t **page)
{
    int64_t on = posted->counts[at], begin = posted->begins[at];
    if (on < 0 || begin < 0 || begin > posted->posted || on > posted->posted - begin ||
        !within(posted->page + begin, (Py_ssize_t)on, 0, posted->pages)) {
        PyErr_SetString(PyExc_ValueError, "see_page: postings beyond their array");
        return -1;
    }
    *page = posted->page + begin;
    return on;
}

/* knowledge._on, of one. -1 with an exception. */
static int64_t on_pages(const Postings *posted, Py_ssize_t at, const uint8_t *but)
{
    const int64_t *page;
    int64_t found = pages_at(posted, at, &page), on = found;
    for (int64_t i = 0; i < found; i++) {
        on -= but[page[i]];
    }
    return on;
}

/* knowledge.same_article: fills `same` (pages,); `shared` (pages,) is 0. How many there are; -1
   with an exception. */
static int64_t same_article(const Postings *posted, const Py_ssize_t *at, const double *mass,
                            Py_ssize_t n, double *shared, uint8_t *same)
{
    int64_t pages = posted->pages, most = pages / 2 > 2 ? pages / 2 : 2, found = 0;
    double whole = 0;
    for (Py_ssize_t i = 0; i < n; i++) {
        const int64_t *page;
        int64_t on = pages_at(posted, at[i], &page);
        if (on < 0) {
            return -1;
        }
        if (pages >= LEAST_TO_COMPARE && on > most) {
            continue;
        }
        whole += mass[i];
        for (int64_t j = 0; j < on; j++) {
            shared[page[j]] += mass[i];
        }
    }
    for (int64_t page = 0; page < pages; page++) {
        same[page] = shared[page] >= SAME_ARTICLE * whole && shared[page] > 0;
        found += same[page];
    }
    return found;
}

static inline double least(double one, double other)
{
    return one < other ? one : other;
}

/* A page's lines, (n,) each: their keys' places, and the anchors around them. */
typedef struct {
    Py_ssize_t n;
    Py_ssize_t *at;
    double *mass;
    int64_t *after, *before;
} Lines;

/* knowledge.anchors_around */
static void look_around(const int64_t *rows, const uint8_t *is_anchor, const Lines *lines)
{
    int64_t last = BEGIN;
    for (Py_ssize_t i = 0; i < lines->n; i++) {
        lines->after[i] = last;
        last = is_anchor[lines->at[i]] ? rows[3 * i] : last;
    }
    last = END;
    for (Py_ssize_t i = lines->n; i-- > 0;) {
        lines->before[i] = last;
        last = is_anchor[lines->at[i]] ? rows[3 * i] : last;
    }
}

const char see_page_doc[] =
    "see_page(rows, opinion, length, headlines, likely, sure, chars, *tables, on, columns)\n\n"
    "Fills on how many pages each line stands (n,), and the unlabelled ones of its columns\n"
    "(n, 16), which are 0. How many pages are not of the same article, and how familiar the page\n"
    "is. `likely`, `sure` and `chars` are what opinions and lengths stand for.";

PyObject *see_page(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    Array a[ARGUMENTS] = {0};
    PyObject *result = NULL;
    void *room = NULL;
    Postings posted, loosely;
    Keys between, first, last, place;
    (void)module;
    if (take_arguments("see_page", "dbbbdddddddnbddddddddddddddDD", args, count, a) < 0 ||
        take_postings(a + KEYS, a[PAGES].length, &posted) < 0 ||
        take_postings(a + LOOSE_KEYS, a[PAGES].length, &loosely) < 0 ||
        take_table(a + BETWEEN_KEYS, &between) < 0 || take_table(a + FIRST_KEYS, &first) < 0 ||
        take_table(a + LAST_KEYS, &last) < 0 || take_table(a + PLACE_KEYS, &place) < 0) {
        goto done;
    }
    const int64_t *rows = a[ROWS].view.buf;
    const int8_t *opinion = a[OPINION].view.buf;
    const uint8_t *length = a[LENGTH].view.buf, *headline = a[HEADLINES].view.buf;
    const uint8_t *is_anchor = a[IS_ANCHOR].view.buf;
    const double *likely = a[LIKELY].view.buf, *sure = a[SURE].view.buf, *chars = a[CHARS].view.buf;
    const double *dull = a[OF_DULL].view.buf, *over = a[OF_OVER].view.buf;
    const double *of_between = a[OF_BETWEEN].view.buf, *of_first = a[OF_FIRST].view.buf;
    const double *of_last = a[OF_LAST].view.buf, *of_place = a[OF_PLACE].view.buf;
    int64_t *on = a[ON].view.buf;
    double *columns = a[SIGHT].view.buf;
    Py_ssize_t n = a[OPINION].length, pages = a[PAGES].length, k = posted.keys.size + 1;
    if (!is_matrix(&a[ROWS], n, 3) || a[LENGTH].length != n || a[HEADLINES].length != n ||
        a[ON].length != n || !is_matrix(&a[SIGHT], n, COLUMNS) || a[LIKELY].length != OPINIONS ||
        a[SURE].length != OPINIONS || a[CHARS].length != LENGTHS || a[IS_ANCHOR].length != k ||
        a[OF_DULL].length != k || a[OF_OVER].length != k || pages < 0) {
        PyErr_SetString(PyExc_ValueError, "see_page: the arrays' lengths disagree");
        goto done;
    }
    room = calloc((size_t)(4 * n + 2 * pages + 1), 8);
    if (room == NULL) {
        PyErr_NoMemory();
        goto done;
    }
    double *shared = (double *)room + 4 * n;
    uint8_t *same = (uint8_t *)(shared + pages);
    Lines lines = {n, room, (double *)room + n, (int64_t *)room + 2 * n, (int64_t *)room + 3 * n};
    double told = 0, passed = 0, most_over = 0, chrome = 0, seen = 0;
    for (Py_ssize_t i = 0; i < n; i++) {
        if (opinion[i] < -STEPS || opinion[i] > STEPS) {
            PyErr_SetString(PyExc_ValueError, "see_page: an opinion beyond those that are kept");
            goto done;
        }
        lines.at[i] = place_among(&posted.keys, rows[3 * i]);
        lines.mass[i] = likely[opinion[i] + STEPS] * chars[length[i]];
    }
    int64_t found = same_article(&posted, lines.at, lines.mass, n, shared, same);
    if (found < 0) {
        goto done;
    }
    double of = (double)(pages - found), trust = of / (of + PRIOR_LEARNED);
    look_around(rows, is_anchor, &lines);
    for (Py_ssize_t i = 0; i < n; i++) {
        on[i] = on_pages(&posted, lines.at[i], same);
        if (on[i] < 0) {
            goto done;
        }
        on[i] = headline[i] && on[i] < FEW ? 0 : on[i];
        /* from here on what tells how much of the article has passed */
        lines.mass[i] = on[i] ? 0 : sure[opinion[i] + STEPS] * least(chars[length[i]], FULL_CHARS);
        told += lines.mass[i];
    }
    told = told > 1e-9 ? told : 1e-9;
    for (Py_ssize_t i = 0; i < n; i++, columns += COLUMNS) {
        const int64_t *row = rows + 3 * i;
        Py_ssize_t at = lines.at[i], where = place_among(&place, row[2]);
        int here = where < place.size && row[2] > 0;
        passed += lines.mass[i];
        columns[OVER] = trust * (most_over * least((passed - lines.mass[i]) / told / HALF, 1.0));
        most_over = over[at] > most_over ? over[at] : most_over;
        double p = likely[opinion[i] + STEPS];
        chrome += 1 - p;
        seen += on[i] || here ? 1 - p : 0;
        columns[PLACE] = here && !is_anchor[at] ? of_place[where] : 0;
        if (on[i]) {
            columns[on[i] == 1 ? ON_ONE : on[i] < FEW ? ON_FEW : ON_MANY] = 1;
            columns[DULL] = on[i] > 1 ? dull[at] : 0;
            continue;
        }
        int64_t loose = on_pages(&loosely, place_among(&loosely.keys, row[1]), same);
        if (loose < 0) {
            goto done;
        }
        columns[LOOSE] = least((double)loose, FEW) / FEW;
        if (is_anchor[at]) {
            continue;
        }
        int64_t after = lines.after[i], before = lines.before[i];
        columns[BETWEEN] = trust * of_between[place_among(&between, pair(after, before))];
        if (i == 0 || is_anchor[lines.at[i - 1]]) {
            columns[FIRST] = trust * of_first[place_among(&first, after)];
        }
        if (i == n - 1 || is_anchor[lines.at[i + 1]]) {
            columns[LAST] = trust * of_last[place_among(&last, before)];
        }
    }
    result = Py_BuildValue("(nd)", (Py_ssize_t)(pages - found), seen / (chrome > 1e-9 ? chrome : 1e-9));
done:
    free(room);
    drop_arrays(a, ARGUMENTS);
    return result;
}
