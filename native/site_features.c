/* Features of a page's lines from the statistics of its site. Twin of
   plain_site_features.site_features. */

#include "native.h"

/* The columns that are filled here, in the order of site_arrays.SiteFeature, and the number of
   all. */
enum { ON_ONE_PAGE, ON_FEW_PAGES, ON_MANY_PAGES, RECURRING, LOOSE_MATCH, AFTER_ARTICLE, BETWEEN,
       AFTER_TEMPLATE, BEFORE_TEMPLATE, PLACE, N_FEATURES = 17 };
/* plain_site_features.PARAMS, site_arrays.NO_TEMPLATE_LINE */
enum { FEW_PAGES = 4, MIN_PAGES = 4, PAGE_BEGIN = 1, PAGE_END = 2 };
static const double SAME_ARTICLE = 0.5, MAX_CHARS = 400.0, PRIOR_PAGES = 3.0, PASSED_SHARE = 0.5;
enum { MAX_STEPS = 60 }; /* of log-odds, either way (site_arrays.SCALE) */

/* The arguments, in their order. */
enum { HASHES, STEPS, LENGTHS, HEADLINES, PROBABILITY, CERTAINTY, CHARS, KEYS, COUNTS, BEGINS,
       POSTED, PAGES, IS_TEMPLATE, OF_RECURRING, OF_AFTER_ARTICLE, LOOSE_KEYS, LOOSE_COUNTS,
       LOOSE_BEGINS, LOOSE_POSTED, BETWEEN_KEYS, OF_BETWEEN, AFTER_KEYS, OF_AFTER, BEFORE_KEYS,
       OF_BEFORE, PLACE_KEYS, OF_PLACE, ON, FEATURES };

/* site_arrays.Postings */
typedef struct {
    Keys keys;
    const int64_t *counts, *begins, *page;
    int64_t n_posted, pages;
} Postings;

/* site_arrays.pair: one key of two. */
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

/* The number of pages with a key, some left out (Postings.count_pages). -1 with an exception. */
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

/* Fills which pages hold the same article (plain_site_features.same_article), `same` (pages,);
   `shared` (pages,) is 0. How many there are; -1 with an exception. */
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
        if (pages >= MIN_PAGES && on > most) {
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

/* A page's lines, (n,) each: the indices of their keys, their content, the hashes of the
   nearest template lines before them (`after` these they stand) and behind them. */
typedef struct {
    Py_ssize_t n;
    Py_ssize_t *at;
    double *mass;
    int64_t *after, *before;
} Lines;

/* site_arrays.template_lines_around */
static void find_template_lines(const int64_t *hashes, const uint8_t *is_template,
                                const Lines *lines)
{
    int64_t last = PAGE_BEGIN;
    for (Py_ssize_t i = 0; i < lines->n; i++) {
        lines->after[i] = last;
        last = is_template[lines->at[i]] ? hashes[3 * i] : last;
    }
    last = PAGE_END;
    for (Py_ssize_t i = lines->n; i-- > 0;) {
        lines->before[i] = last;
        last = is_template[lines->at[i]] ? hashes[3 * i] : last;
    }
}

KERNEL(site_features,
       "i64 hashes[n,3], i8 steps[n], u8 length_steps[n], u8 is_headline[n], "
       "f64 probability[121], f64 certainty[121], f64 chars[256], "
       "i64 keys[k], i64 counts[k+1], i64 begins[k+1], i64 posted[b], int pages, "
       "u8 is_template[k+1], f64 recurring[k+1], f64 after_article[k+1], "
       "i64 loose_keys[l], i64 loose_counts[l+1], i64 loose_begins[l+1], i64 loose_posted[d], "
       "i64 between_keys[p], f64 between[p+1], i64 after_keys[q], f64 after[q+1], "
       "i64 before_keys[r], f64 before[r+1], i64 place_keys[s], f64 place[s+1], "
       "out i64 on[n], out f64 features[n,17]",
       "Fills on how many pages each line stands, and those of its features that need no labels,\n"
       "which are 0 before. (how many pages are not of the same article, how familiar the page\n"
       "is). `probability`, `certainty` and `chars` are what the steps of log-odds and lengths\n"
       "stand for; after the keys of a table stand their values, and one for keys that it lacks.")
{
    void **data = call->data;
    const Py_ssize_t *number = call->number;
    const int64_t *hashes = data[HASHES];
    const int8_t *steps = data[STEPS];
    const uint8_t *length_steps = data[LENGTHS], *is_headline = data[HEADLINES];
    const uint8_t *is_template = data[IS_TEMPLATE];
    const double *probability = data[PROBABILITY], *certainty = data[CERTAINTY];
    const double *chars = data[CHARS];
    const double *recurring = data[OF_RECURRING], *after_article = data[OF_AFTER_ARTICLE];
    const double *of_between = data[OF_BETWEEN], *of_after = data[OF_AFTER];
    const double *of_before = data[OF_BEFORE], *of_place = data[OF_PLACE];
    int64_t *on = data[ON];
    double *features = data[FEATURES];
    Py_ssize_t n = size_of(call, 'n'), pages = number[PAGES];
    const Postings posted = {{data[KEYS], number[KEYS]}, data[COUNTS], data[BEGINS], data[POSTED],
                             number[POSTED], pages};
    const Postings loose = {{data[LOOSE_KEYS], number[LOOSE_KEYS]}, data[LOOSE_COUNTS],
                            data[LOOSE_BEGINS], data[LOOSE_POSTED], number[LOOSE_POSTED], pages};
    const Keys between = {data[BETWEEN_KEYS], number[BETWEEN_KEYS]};
    const Keys after_keys = {data[AFTER_KEYS], number[AFTER_KEYS]};
    const Keys before_keys = {data[BEFORE_KEYS], number[BEFORE_KEYS]};
    const Keys place = {data[PLACE_KEYS], number[PLACE_KEYS]};
    if (pages < 0) {
        return refuse(call, "the number of pages is negative");
    }
    const Lines lines = {n, scratch(call, n, sizeof(Py_ssize_t)), scratch(call, n, sizeof(double)),
                         scratch(call, n, sizeof(int64_t)), scratch(call, n, sizeof(int64_t))};
    double *shared = zeroed_scratch(call, pages, sizeof(*shared));
    uint8_t *same = scratch(call, pages, sizeof(*same));
    if (lines.at == NULL || lines.mass == NULL || lines.after == NULL || lines.before == NULL ||
        shared == NULL || same == NULL) {
        return NULL;
    }
    double content = 0, passed = 0, most_after = 0, chrome = 0, seen = 0;
    for (Py_ssize_t i = 0; i < n; i++) {
        if (steps[i] < -MAX_STEPS || steps[i] > MAX_STEPS) {
            return refuse(call, "log-odds lie beyond the steps that are kept");
        }
        lines.at[i] = find_key(&posted.keys, hashes[3 * i]);
        lines.mass[i] = probability[steps[i] + MAX_STEPS] * chars[length_steps[i]];
    }
    int64_t found = same_article(call, &posted, lines.at, lines.mass, n, shared, same);
    if (found < 0) {
        return NULL;
    }
    double of = (double)(pages - found), trust = of / (of + PRIOR_PAGES);
    find_template_lines(hashes, is_template, &lines);
    for (Py_ssize_t i = 0; i < n; i++) {
        on[i] = count_pages(call, &posted, lines.at[i], same);
        if (on[i] < 0) {
            return NULL;
        }
        on[i] = is_headline[i] && on[i] < FEW_PAGES ? 0 : on[i];
        /* from here on the near-certain content, for the share of the article that has passed */
        double capped = lesser(chars[length_steps[i]], MAX_CHARS);
        lines.mass[i] = on[i] ? 0 : certainty[steps[i] + MAX_STEPS] * capped;
        content += lines.mass[i];
    }
    content = content > 1e-9 ? content : 1e-9;
    for (Py_ssize_t i = 0; i < n; i++, features += N_FEATURES) {
        const int64_t *row = hashes + 3 * i;
        Py_ssize_t at = lines.at[i], where = find_key(&place, row[2]);
        int here = where < place.size && row[2] > 0;
        passed += lines.mass[i];
        double share = (passed - lines.mass[i]) / content;
        features[AFTER_ARTICLE] = trust * (most_after * lesser(share / PASSED_SHARE, 1.0));
        most_after = after_article[at] > most_after ? after_article[at] : most_after;
        double p = probability[steps[i] + MAX_STEPS];
        chrome += 1 - p;
        seen += on[i] || here ? 1 - p : 0;
        features[PLACE] = here && !is_template[at] ? of_place[where] : 0;
        if (on[i]) {
            int column = on[i] < FEW_PAGES ? ON_FEW_PAGES : ON_MANY_PAGES;
            features[on[i] == 1 ? ON_ONE_PAGE : column] = 1;
            features[RECURRING] = on[i] > 1 ? recurring[at] : 0;
            continue;
        }
        int64_t loose_pages = count_pages(call, &loose, find_key(&loose.keys, row[1]), same);
        if (loose_pages < 0) {
            return NULL;
        }
        features[LOOSE_MATCH] = lesser((double)loose_pages, FEW_PAGES) / FEW_PAGES;
        if (is_template[at]) {
            continue;
        }
        int64_t after = lines.after[i], before = lines.before[i];
        features[BETWEEN] = trust * of_between[find_key(&between, pair(after, before))];
        if (i == 0 || is_template[lines.at[i - 1]]) {
            features[AFTER_TEMPLATE] = trust * of_after[find_key(&after_keys, after)];
        }
        if (i == n - 1 || is_template[lines.at[i + 1]]) {
            features[BEFORE_TEMPLATE] = trust * of_before[find_key(&before_keys, before)];
        }
    }
    return Py_BuildValue("(nd)", (Py_ssize_t)(pages - found),
                         seen / (chrome > 1e-9 ? chrome : 1e-9));
}
