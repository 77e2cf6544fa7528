/* Hashed n-grams of a page's text. Twins of page_text in plain_text.py, of ngram_scores,
   neighbour_scores, bag_buckets and bag_scores in plain_linear.py, and of plain_words.py. */

#include "text.h"
#include <math.h>

KERNEL(fold_text,
       "out u32 folded[m], u8 table[131072], u64 powers[p], out u64 prefix[m+1], "
       "out i64 lines[2,n], out i64 words[2,w], out i64 words_before[n+1]",
       "Makes digits 0 in `folded`, and fills the running sums that hashes of spans are taken\n"
       "from, the starts and lengths of lines, with newlines before, between and after them, the\n"
       "starts and ends of words, and how many of them stand before each line. There must be room\n"
       "for m / 2 + 1 words. How many newlines there are.")
{
    uint32_t *folded = call->data[0];
    const uint8_t *table = call->data[1];
    const uint64_t *powers = call->data[2];
    uint64_t *prefix = call->data[3], sum = 0;
    Py_ssize_t size = size_of(call, 'm'), n = size_of(call, 'n'), max_words = size_of(call, 'w');
    int64_t *starts = call->data[4], *lengths = starts + n;
    int64_t *word_starts = call->data[5], *word_ends = word_starts + max_words;
    int64_t *words_before = call->data[6];
    if (size_of(call, 'p') < size || max_words < size / 2 + 1) {
        return refuse(call, "the lengths disagree: more powers or room for words is needed");
    }
    Py_ssize_t newlines = 0, words = 0;
    int inside = 0;
    prefix[0] = 0;
    for (Py_ssize_t i = 0; i < size; i++) {
        uint32_t point = folded[i];
        uint8_t category = table[in_table(point)];
        if (is_in_words(category) != inside) {
            inside = !inside;
            if (inside) {
                word_starts[words] = i;
            } else {
                word_ends[words++] = i;
            }
        }
        if (category == DIGIT) {
            folded[i] = point = '0';
        } else if (point == '\n') {
            if (newlines > 0 && newlines <= n) {
                lengths[newlines - 1] = i - starts[newlines - 1];
            }
            if (newlines <= n) {
                words_before[newlines] = words;
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
    return PyLong_FromSsize_t(newlines);
}

int take_page(Call *call, PyObject *tuple, Page *page)
{
    PyObject *arrays[6];
    if (!PyTuple_Check(tuple) || PyTuple_Size(tuple) != 6) {
        PyErr_Format(PyExc_TypeError, "%s: a page is a tuple of six arrays", call->name);
        return -1;
    }
    for (int i = 0; i < 6; i++) {
        arrays[i] = PyTuple_GetItem(tuple, i);
    }
    void **data = call->data + call->count;
    if (take_arguments(call,
                       "u64 prefix[q], u64 inverse[r], i64 starts[y], i64 lengths[y], "
                       "i64 words[2,w], i64 words_before[y+1]",
                       arrays, 6) < 0) {
        return -1;
    }
    Py_ssize_t n = size_of(call, 'y'), words = size_of(call, 'w'), size = size_of(call, 'q') - 1;
    int fits = size_of(call, 'r') >= size && size >= 1;
    for (const char *letter = "qrwy"; *letter; letter++) { /* the next page has others */
        call->sizes[*letter - 'a'] = -1;
    }
    *page = (Page){data[0], data[1], data[2], data[3], data[4], (int64_t *)data[4] + words,
                   data[5], n};
    for (Py_ssize_t i = 0; fits && i < n; i++) {
        int64_t start = page->starts[i], length = page->lengths[i];
        fits = start >= 1 && start < size && length >= 0 && length < size - start &&
               page->words_before[i] <= page->words_before[i + 1];
    }
    fits = fits && page->words_before[0] >= 0 && page->words_before[n] <= words;
    for (Py_ssize_t i = 0; fits && i < page->words_before[n]; i++) { /* the array may be larger */
        fits = page->word_starts[i] >= 0 && page->word_starts[i] < page->word_ends[i] &&
               page->word_ends[i] <= size;
    }
    if (!fits) {
        refuse(call, "the arrays of a page disagree");
        return -1;
    }
    return 0;
}

/* plain_linear.NGRAMS and plain_roles.PARAMS: the orders of n-grams, those of characters before
   those of words; roles read all but single characters. */
enum { CHAR_ORDERS = 5, ORDERS = 7, BITS = 18, ROLE_BITS = 17, N_ROLES = 24 };

/* How many n-grams of an order a line has, and where they begin. */
static inline int64_t ngrams_of(const Page *page, Py_ssize_t line, int k, int64_t *first)
{
    return k < CHAR_ORDERS ? char_ngrams(page, line, k + 1, first)
                           : word_ngrams(page, line, k + 1 - CHAR_ORDERS, first);
}

static inline uint64_t ngram_hash(const Page *page, int64_t at, int k)
{
    return k < CHAR_ORDERS ? char_hash(page, at, k + 1) : word_hash(page, at, k + 1 - CHAR_ORDERS);
}

enum { BATCH = 128 }; /* weights that are asked for before the first is added */

static double sum_of(const float *weights, const uint32_t *buckets, int count)
{
    double even = 0.0, odd = 0.0; /* they add up exactly, in any order */
    for (int i = 0; i + 1 < count; i += 2) {
        even += (double)weights[buckets[i]];
        odd += (double)weights[buckets[i + 1]];
    }
    return even + odd + (count % 2 ? (double)weights[buckets[count - 1]] : 0.0);
}

KERNEL(ngram_sums,
       "object page, f32 weights[262144], out f64 sums[y], out i64 counts[y]",
       "The sums of the weights of each line's n-grams, and how many these are.")
{
    Page page;
    const float *weights = call->data[1];
    double *sums = call->data[2];
    int64_t *counts = call->data[3], first;
    if (take_page(call, call->args[0], &page) < 0) {
        return NULL;
    }
    uint32_t buckets[BATCH];
    for (Py_ssize_t line = 0; line < page.n; line++) {
        double sum = 0.0;
        int held = 0;
        counts[line] = 0;
        for (int k = 0; k < ORDERS; k++) {
            int64_t count = ngrams_of(&page, line, k, &first);
            for (int64_t i = first; i < first + count; i++) {
                buckets[held] = (uint32_t)(ngram_hash(&page, i, k) >> (64 - BITS));
                prefetch(weights + buckets[held]);
                if (++held == BATCH) {
                    sum += sum_of(weights, buckets, held);
                    held = 0;
                }
            }
            counts[line] += count;
        }
        sums[line] = sum + sum_of(weights, buckets, held);
    }
    Py_RETURN_NONE;
}

/* Adds the weights of a line's first words, seen from a line beside it; how many they are. */
static int64_t add_words(const Page *page, Py_ssize_t line, Py_ssize_t most, uint64_t salt,
                         const float *weights, double *sum)
{
    int64_t first, count = word_ngrams(page, line, 1, &first);
    count = count < most ? count : most;
    for (int64_t i = first; i < first + count; i++) {
        uint64_t hash = (word_hash(page, i, 1) ^ salt) * HASH_MULTIPLIER;
        *sum += (double)weights[hash >> (64 - BITS)];
    }
    return count;
}

KERNEL(neighbour_scores,
       "object page, int most, object before_salt, object after_salt, f32 weights[262144], "
       "out f64 scores[y]",
       "The sum of the weights of the first words, at most so many, of the lines before and after\n"
       "each line over the root of their number. Salts are unsigned numbers of 64 bits.")
{
    Page page;
    Py_ssize_t most = call->number[1];
    uint64_t before = PyLong_AsUnsignedLongLongMask(call->args[2]);
    uint64_t after = PyLong_AsUnsignedLongLongMask(call->args[3]);
    const float *weights = call->data[4];
    double *scores = call->data[5];
    if (PyErr_Occurred() || take_page(call, call->args[0], &page) < 0) {
        return NULL;
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
    Py_RETURN_NONE;
}

KERNEL(bag_buckets,
       "object page, i64 tokens[t], int level, int bits, out i64 words[s], out i64 counts[s], "
       "out i64 names[s]",
       "Fills the sorted buckets of a page's words, how many words fall into each, and the sorted\n"
       "buckets of element tokens, seen from a level; s is 2**bits. How many words' buckets and\n"
       "tokens' buckets there are.")
{
    Page page;
    const uint64_t *tokens = call->data[1];
    Py_ssize_t level = call->number[2], bits = call->number[3], n_words = 0, n_names = 0;
    int64_t *words = call->data[4], *counts = call->data[5], *names = call->data[6];
    if (take_page(call, call->args[0], &page) < 0) {
        return NULL;
    }
    Py_ssize_t size = bits < 1 || bits > 24 ? -1 : (Py_ssize_t)1 << bits;
    if (size_of(call, 's') != size || level < 0) {
        return refuse(call, "the arrays' lengths disagree");
    }
    int64_t *seen = zeroed_scratch(call, size, sizeof(*seen));
    uint8_t *marks = zeroed_scratch(call, size, sizeof(*marks));
    if (seen == NULL || marks == NULL) {
        return NULL;
    }
    for (int64_t i = page.words_before[0]; page.n && i < page.words_before[page.n]; i++) {
        seen[word_hash(&page, i, 1) >> (64 - bits)]++;
    }
    for (Py_ssize_t i = 0; i < size_of(call, 't'); i++) {
        marks[token_bucket(tokens[i], (uint64_t)level, (int)bits)] = 1;
    }
    for (Py_ssize_t i = 0; i < size; i++) {
        if (seen[i]) {
            words[n_words] = i;
            counts[n_words++] = seen[i];
        }
        if (marks[i]) {
            names[n_names++] = i;
        }
    }
    return Py_BuildValue("nn", n_words, n_names);
}

KERNEL(bag_scores, "f32 weights[b,k], i64 buckets[m] < b, f64 values[m], out f64 scores[k]",
       "Adds each value times the weights of its bucket to the scores.")
{
    const float *weights = call->data[0];
    const int64_t *buckets = call->data[1];
    const double *values = call->data[2];
    double *scores = call->data[3];
    Py_ssize_t k = size_of(call, 'k');
    for (Py_ssize_t i = 0; i < size_of(call, 'm'); i++) {
        for (Py_ssize_t j = 0; j < k; j++) {
            scores[j] += (double)weights[buckets[i] * k + j] * values[i];
        }
    }
    Py_RETURN_NONE;
}

KERNEL(char_weights,
       "object page, f32 weights[262144], i8 roles[131072,24], i64 content[y] < 24, "
       "i64 chrome[y] < 24, out f64 begun[2,q], out f64 ended[2,q]",
       "Adds what a character of each n-gram adds to chrome where the n-gram begins and ends.")
{
    Page page;
    const float *weights = call->data[1];
    const int8_t *roles = call->data[2];
    const int64_t *content = call->data[3], *chrome = call->data[4];
    double *begun = call->data[5], *ended = call->data[6];
    Py_ssize_t m = size_of(call, 'q');
    if (take_page(call, call->args[0], &page) < 0) {
        return NULL;
    }
    for (Py_ssize_t line = 0; line < page.n; line++) {
        int64_t first[ORDERS], counts[ORDERS], total = 0;
        for (int k = 0; k < ORDERS; k++) {
            total += counts[k] = ngrams_of(&page, line, k, &first[k]);
        }
        double root = sqrt((double)total), role_root = sqrt((double)(total - counts[0]));
        for (int k = 0; k < ORDERS; k++) {
            double part = 1.0 / ((double)(k + 1) * root);
            double role_part = 1.0 / ((double)(k + 1) * role_root);
            for (int64_t i = first[k]; i < first[k] + counts[k]; i++) {
                int64_t from = i, to = i + k + 1;
                if (k >= CHAR_ORDERS) {
                    from = page.word_starts[i];
                    to = page.word_ends[i + k - CHAR_ORDERS];
                    part = 1.0 / ((double)(to - from) * root);
                    role_part = 1.0 / ((double)(to - from) * role_root);
                }
                uint64_t hash = ngram_hash(&page, i, k);
                double share = -(double)weights[hash >> (64 - BITS)] * part;
                begun[from] += share;
                ended[to] += share;
                if (k > 0) {
                    const int8_t *row = roles + (hash >> (64 - ROLE_BITS)) * N_ROLES;
                    share = (double)(row[chrome[line]] - row[content[line]]) * role_part;
                    begun[m + from] += share;
                    ended[m + to] += share;
                }
            }
        }
    }
    Py_RETURN_NONE;
}
