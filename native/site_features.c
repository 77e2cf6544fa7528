/* Features of a page's lines from what is known of its site. Twin of knowledge.Knowledge.see. */

#include "native.h"

/* The columns that are filled here, in the order of knowledge.COLUMNS, and how many there are. */
enum { ON_ONE, ON_FEW, ON_MANY, DULL, LOOSE, OVER, BETWEEN, FIRST, LAST, PLACE, COLUMNS = 16 };
enum { FEW = 4, LEAST_TO_COMPARE = 4, BEGIN = 1, END = 2 };
enum { STEPS = 60 }; /* a line's log-odds are kept in so many steps either way: `opinion` */
static const double SAME_ARTICLE = 0.5, FULL_CHARS = 400.0, PRIOR_LEARNED = 3.0, HALF = 0.5;

/* The arguments, in their order. */
enum { ROWS, OPINION, LENGTH, HEADLINES, LIKELY, SURE, CHARS, KEYS, COUNTS, BEGINS, POSTED, PAGES,
       IS_ANCHOR, OF_DULL, OF_OVER, LOOSE_KEYS, LOOSE_COUNTS, LOOSE_BEGINS, LOOSE_POSTED,
       BETWEEN_KEYS, OF_BETWEEN, FIRST_KEYS, OF_FIRST, LAST_KEYS, OF_LAST, PLACE_KEYS, OF_PLACE,
       ON, FEATURES };

/* knowledge.Postings */
typedef struct {
    Keys keys;
    const int64_t *counts, *begins, *page;
    int64_t n_posted, pages;
} Postings;

/* knowledge.pair: one key of two. */
static int64_t pair(int64_t one, int64_t other)
{
    return (int64_t)((((uint64_t)one * HASH_BASE) ^ (uint64_t)other) * HASH_BASE);
}

/* The number of pages with a key, and which. -1 with an exception. */
static int64_t pages_with(const Call *call, const Postings *posted, Py_ssize_t at,
                          const int64_t **page)
{
    int64_t on = posted->counts[at], begin = posted->begins[at];
    if (on < 0 || begin < 0 || begin > posted->n_posted || on > posted->n_posted - begin ||
        !are_within(call, posted->page + begin, (Py_ssize_t)on, 0, posted->pages)) {
        refuse(call, "an index of postings lies beyond its array");
        return -1;
    }
    *page = posted->page + begin;
    return on;
}

/* The number of pages with a key, some left out (knowledge._on). -1 with an exception. */
static int64_t count_pages(const Call *call, const Postings *posted, Py_ssize_t at,
                           const uint8_t *left_out)
{
    const int64_t *page;
    int64_t found = pages_with(call, posted, at, &page), on = found;
    for (int64_t i = 0; i < found; i++) {
        on -= left_out[page[i]];
    }
    return on;
}

/* Fills which pages hold the same article (knowledge.same_article), `same` (pages,); `shared`
   (pages,) is 0. How many there are; -1 with an exception. */
static int64_t same_article(const Call *call, const Postings *posted, const Py_ssize_t *at,
                            const double *mass, Py_ssize_t n, double *shared, uint8_t *same)
{
    int64_t pages = posted->pages, most = pages / 2 > 2 ? pages / 2 : 2, found = 0;
    double whole = 0;
    for (Py_ssize_t i = 0; i < n; i++) {
        const int64_t *page;
        int64_t on = pages_with(call, posted, at[i], &page);
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

static inline double lesser(double one, double other)
{
    return one < other ? one : other;
}

/* A page's lines, (n,) each: the indices of their keys, their content, the anchors around them. */
typedef struct {
    Py_ssize_t n;
    Py_ssize_t *at;
    double *mass;
    int64_t *after, *before;
} Lines;

/* knowledge.anchors_around */
static void find_anchors(const int64_t *rows, const uint8_t *is_anchor, const Lines *lines)
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

KERNEL(site_features,
       "i64 rows[n,3], i8 opinion[n], u8 length[n], u8 headline[n], "
       "f64 likely[121], f64 sure[121], f64 chars[256], "
       "i64 keys[k], i64 counts[k+1], i64 begins[k+1], i64 posted[b], int pages, "
       "u8 is_anchor[k+1], f64 dull[k+1], f64 over[k+1], "
       "i64 loose_keys[l], i64 loose_counts[l+1], i64 loose_begins[l+1], i64 loose_posted[d], "
       "i64 between_keys[p], f64 between[p+1], i64 first_keys[q], f64 first[q+1], "
       "i64 last_keys[r], f64 last[r+1], i64 place_keys[s], f64 place[s+1], "
       "out i64 on[n], out f64 features[n,16]",
       "Fills on how many pages each line stands, and those of its features that need no labels,\n"
       "which are 0 before. (how many pages are not of the same article, how familiar the page\n"
       "is). `likely`, `sure` and `chars` are the values that opinions and lengths stand for;\n"
       "after the keys of a table stand their values, and one for keys that it lacks.")
{
    void **data = call->data;
    const Py_ssize_t *number = call->number;
    const int64_t *rows = data[ROWS];
    const int8_t *opinion = data[OPINION];
    const uint8_t *length = data[LENGTH], *headline = data[HEADLINES], *is_anchor = data[IS_ANCHOR];
    const double *likely = data[LIKELY], *sure = data[SURE], *chars = data[CHARS];
    const double *dull = data[OF_DULL], *over = data[OF_OVER], *of_between = data[OF_BETWEEN];
    const double *of_first = data[OF_FIRST], *of_last = data[OF_LAST], *of_place = data[OF_PLACE];
    int64_t *on = data[ON];
    double *features = data[FEATURES];
    Py_ssize_t n = size_of(call, 'n'), pages = number[PAGES];
    const Postings posted = {{data[KEYS], number[KEYS]}, data[COUNTS], data[BEGINS], data[POSTED],
                             number[POSTED], pages};
    const Postings loosely = {{data[LOOSE_KEYS], number[LOOSE_KEYS]}, data[LOOSE_COUNTS],
                              data[LOOSE_BEGINS], data[LOOSE_POSTED], number[LOOSE_POSTED], pages};
    const Keys between = {data[BETWEEN_KEYS], number[BETWEEN_KEYS]};
    const Keys first = {data[FIRST_KEYS], number[FIRST_KEYS]};
    const Keys last = {data[LAST_KEYS], number[LAST_KEYS]};
    const Keys place = {data[PLACE_KEYS], number[PLACE_KEYS]};
    if (pages < 0) {
        return refuse(call, "there are no fewer pages than none");
    }
    const Lines lines = {n, scratch(call, n, sizeof(Py_ssize_t)), scratch(call, n, sizeof(double)),
                         scratch(call, n, sizeof(int64_t)), scratch(call, n, sizeof(int64_t))};
    double *shared = zeroed_scratch(call, pages, sizeof(*shared));
    uint8_t *same = scratch(call, pages, sizeof(*same));
    if (lines.at == NULL || lines.mass == NULL || lines.after == NULL || lines.before == NULL ||
        shared == NULL || same == NULL) {
        return NULL;
    }
    double content = 0, passed = 0, surest_over = 0, chrome = 0, seen = 0;
    for (Py_ssize_t i = 0; i < n; i++) {
        if (opinion[i] < -STEPS || opinion[i] > STEPS) {
            return refuse(call, "an opinion lies beyond those that are kept");
        }
        lines.at[i] = find_key(&posted.keys, rows[3 * i]);
        lines.mass[i] = likely[opinion[i] + STEPS] * chars[length[i]];
    }
    int64_t found = same_article(call, &posted, lines.at, lines.mass, n, shared, same);
    if (found < 0) {
        return NULL;
    }
    double of = (double)(pages - found), trust = of / (of + PRIOR_LEARNED);
    find_anchors(rows, is_anchor, &lines);
    for (Py_ssize_t i = 0; i < n; i++) {
        on[i] = count_pages(call, &posted, lines.at[i], same);
        if (on[i] < 0) {
            return NULL;
        }
        on[i] = headline[i] && on[i] < FEW ? 0 : on[i];
        /* from here on the content by which we know how much of the article has passed */
        lines.mass[i] = on[i] ? 0 : sure[opinion[i] + STEPS] * lesser(chars[length[i]], FULL_CHARS);
        content += lines.mass[i];
    }
    content = content > 1e-9 ? content : 1e-9;
    for (Py_ssize_t i = 0; i < n; i++, features += COLUMNS) {
        const int64_t *row = rows + 3 * i;
        Py_ssize_t at = lines.at[i], where = find_key(&place, row[2]);
        int here = where < place.size && row[2] > 0;
        passed += lines.mass[i];
        double share = (passed - lines.mass[i]) / content;
        features[OVER] = trust * (surest_over * lesser(share / HALF, 1.0));
        surest_over = over[at] > surest_over ? over[at] : surest_over;
        double p = likely[opinion[i] + STEPS];
        chrome += 1 - p;
        seen += on[i] || here ? 1 - p : 0;
        features[PLACE] = here && !is_anchor[at] ? of_place[where] : 0;
        if (on[i]) {
            features[on[i] == 1 ? ON_ONE : on[i] < FEW ? ON_FEW : ON_MANY] = 1;
            features[DULL] = on[i] > 1 ? dull[at] : 0;
            continue;
        }
        int64_t loose = count_pages(call, &loosely, find_key(&loosely.keys, row[1]), same);
        if (loose < 0) {
            return NULL;
        }
        features[LOOSE] = lesser((double)loose, FEW) / FEW;
        if (is_anchor[at]) {
            continue;
        }
        int64_t after = lines.after[i], before = lines.before[i];
        features[BETWEEN] = trust * of_between[find_key(&between, pair(after, before))];
        if (i == 0 || is_anchor[lines.at[i - 1]]) {
            features[FIRST] = trust * of_first[find_key(&first, after)];
        }
        if (i == n - 1 || is_anchor[lines.at[i + 1]]) {
            features[LAST] = trust * of_last[find_key(&last, before)];
        }
    }
    return Py_BuildValue("(nd)", (Py_ssize_t)(pages - found),
                         seen / (chrome > 1e-9 ? chrome : 1e-9));
}
