/* The linear scores of lines for each role. Twins of the kernels in plain_roles.py. */

#include "text.h"
#include <math.h>
#include <string.h>

/* The number of roles.ROLES, and plain_roles.PARAMS. */
enum { N_ROLES = 24, HEAD = 100, TEXT_BITS = 17, TOKEN_BITS = 13, MIN_ORDER = 2, MAX_ORDER = 5 };
enum { AHEAD = 16, FIT = 255 }; /* rows asked for before their turn, and that fit in 16 bits */

/* Of a line: its n-grams of characters, and two for each word. */
enum { MOST_BUCKETS = (MAX_ORDER - MIN_ORDER + 3) * (HEAD + 2) };

/* Adds the rows of some buckets, in 16 bits as long as they fit. The table is larger than the
   processor's cache, so rows are asked for before their turn. */
WIDE static void add_rows(const uint32_t *buckets, int count, const int8_t *weights, int32_t *sums)
{
    for (int first = 0; first < count; first += FIT) {
        int16_t part[N_ROLES] = {0};
        int end = first + FIT < count ? first + FIT : count;
        for (int i = first; i < end; i++) {
            if (i + AHEAD < count) {
                prefetch(weights + (Py_ssize_t)buckets[i + AHEAD] * N_ROLES);
            }
            const int8_t *row = weights + (Py_ssize_t)buckets[i] * N_ROLES;
            for (int j = 0; j < N_ROLES; j++) {
                part[j] = (int16_t)(part[j] + row[j]);
            }
        }
        for (int j = 0; j < N_ROLES; j++) {
            sums[j] += part[j];
        }
    }
}

/* The buckets of the n-grams in a line's first characters, as if it ended there; how many. */
static int head_buckets(const Page *page, Py_ssize_t line, uint32_t *buckets)
{
    const int shift = 64 - TEXT_BITS;
    int64_t start = page->starts[line], end = start + page->lengths[line];
    int is_cut = page->lengths[line] > HEAD, total = 0;
    if (is_cut) { /* a blank at the end is none of it */
        end = start + HEAD;
        end -= (page->prefix[end] - page->prefix[end - 1]) * page->inverse[end - 1] == ' ' + 1;
    }
    for (int order = MIN_ORDER; order <= MAX_ORDER; order++) { /* with the newlines around it */
        for (int64_t at = start - 1; at + order <= end + !is_cut; at++) {
            buckets[total++] = (uint32_t)(char_hash(page, at, order) >> shift);
        }
    }
    uint64_t power = HASH_BASE;
    for (int64_t at = end - 1; is_cut && at > end - MAX_ORDER; at--, power *= HASH_BASE) {
        uint64_t sum = (page->prefix[end] - page->prefix[at]) * page->inverse[at];
        sum += ('\n' + 1) * power;
        buckets[total++] = (uint32_t)(span_hash(sum, (uint64_t)(end - at + 1)) >> shift);
    }
    int64_t word = page->words_before[line], last = page->words_before[line + 1];
    for (; word < last && page->word_starts[word] < end && total <= MOST_BUCKETS - 2; word++) {
        for (int order = 1; order <= 2 && word + order <= last; order++) {
            if (page->word_starts[word + order - 1] < end) {
                int64_t stop = page->word_ends[word + order - 1];
                buckets[total++] = (uint32_t)(hash_between(page, page->word_starts[word],
                                                           stop < end ? stop : end,
                                                           (uint64_t)(WORD_SALT + order)) >> shift);
            }
        }
    }
    return total;
}

KERNEL(role_text_sums, "object page, i8 weights[131072,24], out f64 sums[y,24], out f64 counts[y]",
       "The sums of the rows of `weights` for the n-grams in each line's first characters, and\n"
       "how many these are.")
{
    Page page;
    const int8_t *weights = call->data[1];
    double *all_sums = call->data[2], *counts = call->data[3];
    uint32_t buckets[MOST_BUCKETS];
    if (take_page(call, call->args[0], &page) < 0) {
        return NULL;
    }
    for (Py_ssize_t line = 0; line < page.n; line++) {
        int32_t sums[N_ROLES] = {0};
        int count = head_buckets(&page, line, buckets);
        add_rows(buckets, count, weights, sums);
        for (int j = 0; j < N_ROLES; j++) {
            all_sums[line * N_ROLES + j] = (double)sums[j];
        }
        counts[line] = (double)count;
    }
    Py_RETURN_NONE;
}

KERNEL(role_token_sums,
       "i64 tokens[t], i64 sizes[k], i64 type[e] < k, i64 parent[e] tree, i64 line_element[n], "
       "i8 weights[8192,24], f64 decay[l], out f64 scores[n,24]",
       "Adds the scores of the tokens of the elements around each line, whose element may be -1:\n"
       "the rows of `weights` for the tokens of its type over the root of their number, times the\n"
       "decay of its distance from the line. `sizes` is how many tokens each type has.")
{
    const uint64_t *tokens = call->data[0];
    const int64_t *sizes = call->data[1], *type = call->data[2], *parent = call->data[3];
    const int64_t *line_element = call->data[4];
    const int8_t *weights = call->data[5];
    const double *decay = call->data[6];
    double *scores = call->data[7];
    Py_ssize_t t = size_of(call, 't'), types = size_of(call, 'k'), n = size_of(call, 'n'), next = 0;
    if (!are_within(call, line_element, n, -1, size_of(call, 'e')) ||
        !are_within(call, sizes, types, 1, t + 1)) {
        return NULL;
    }
    double *by_type = scratch(call, types * N_ROLES, sizeof(*by_type));
    if (by_type == NULL) {
        return NULL;
    }
    for (Py_ssize_t k = 0; k < types; k++) {
        int32_t sums[N_ROLES] = {0};
        if (sizes[k] > t - next) {
            return refuse(call, "there are fewer tokens");
        }
        for (Py_ssize_t end = next + sizes[k]; next < end; next++) {
            const int8_t *row = weights + token_bucket(tokens[next], 0, TOKEN_BITS) * N_ROLES;
            for (int j = 0; j < N_ROLES; j++) {
                sums[j] += row[j];
            }
        }
        for (int j = 0; j < N_ROLES; j++) {
            by_type[k * N_ROLES + j] = (double)sums[j] / sqrt((double)sizes[k]);
        }
    }
    for (Py_ssize_t i = 0; i < n; i++, scores += N_ROLES) {
        int64_t element = line_element[i];
        for (Py_ssize_t level = 0; level < size_of(call, 'l') && element >= 0; level++) {
            for (int j = 0; j < N_ROLES; j++) {
                scores[j] += decay[level] * by_type[type[element] * N_ROLES + j];
            }
            element = parent[element];
        }
    }
    Py_RETURN_NONE;
}

/* plain_roles.WINDOWS, and how many blocks stand before those of groups. */
static const int WINDOWS[] = {3, 8, 25};
enum { N_WINDOWS = 3, OF_LINES = 3 + N_WINDOWS };

KERNEL(role_context, "f32 shares[n,24], i64 groups[g] < n, out f32 rows[r]",
       "Fills `rows` (blocks, 24, n) with the shares of the line, of the one before, of the one\n"
       "after, means over windows of lines, and over the lines of the same group, for each n groups.")
{
    const float *shares = call->data[0];
    const int64_t *groups = call->data[1];
    float *rows = call->data[2];
    Py_ssize_t n = size_of(call, 'n'), sets = n > 0 ? size_of(call, 'g') / n : 0;
    if (!is_matrix(size_of(call, 'g'), sets, n) ||
        !is_matrix(size_of(call, 'r'), (OF_LINES + sets) * N_ROLES, n)) {
        return refuse(call, "the arrays disagree");
    }
    double *sums = scratch(call, (n + 1) * N_ROLES, sizeof(*sums)); /* up to each line; by group */
    int64_t *counts = scratch(call, n, sizeof(*counts));
    if (sums == NULL || counts == NULL) {
        return NULL;
    }
    memset(sums, 0, N_ROLES * sizeof(*sums));
    for (Py_ssize_t i = 0; i < n * N_ROLES; i++) {
        sums[i + N_ROLES] = sums[i] + (double)shares[i];
    }
    for (Py_ssize_t j = 0; j < N_ROLES; j++) {
        for (Py_ssize_t i = 0; i < n; i++) {
            float *row = rows + j * n + i;
            row[0] = shares[i * N_ROLES + j];
            row[N_ROLES * n] = i > 0 ? shares[(i - 1) * N_ROLES + j] : 0.0f;
            row[2 * N_ROLES * n] = i + 1 < n ? shares[(i + 1) * N_ROLES + j] : 0.0f;
            for (int w = 0; w < N_WINDOWS; w++) {
                Py_ssize_t low = i > WINDOWS[w] ? i - WINDOWS[w] : 0;
                Py_ssize_t high = i + WINDOWS[w] + 1 < n ? i + WINDOWS[w] + 1 : n;
                double sum = sums[high * N_ROLES + j] - sums[low * N_ROLES + j];
                row[(3 + w) * N_ROLES * n] = (float)(sum / (double)(high - low));
            }
        }
    }
    rows += OF_LINES * N_ROLES * n;
    for (Py_ssize_t set = 0; set < sets; set++, groups += n, rows += N_ROLES * n) {
        memset(sums, 0, (size_t)n * N_ROLES * sizeof(*sums));
        memset(counts, 0, (size_t)n * sizeof(*counts));
        for (Py_ssize_t i = 0; i < n; i++) {
            counts[groups[i]]++;
            for (Py_ssize_t j = 0; j < N_ROLES; j++) {
                sums[groups[i] * N_ROLES + j] += (double)shares[i * N_ROLES + j];
            }
        }
        for (Py_ssize_t i = 0; i < n; i++) {
            for (Py_ssize_t j = 0; j < N_ROLES; j++) {
                double sum = sums[groups[i] * N_ROLES + j];
                rows[j * n + i] = (float)(sum / (double)counts[groups[i]]);
            }
        }
    }
    Py_RETURN_NONE;
}
