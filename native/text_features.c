/* Features of each line's characters, of repetition on its page, and of what it shares with the
   title and the description. Twin of plain_text.text_features. */

#include "text.h"
#include <math.h>
#include <string.h>

/* How many equal hashes stand before each, and how many there are; `slots` is an open-addressing
   table of `n_slots` slots, a power of two. */
static void find_copies(const uint64_t *hashes, Py_ssize_t n, int64_t *slots, size_t n_slots,
                        double *before, double *total)
{
    memset(slots, 0xFF, n_slots * sizeof(*slots)); /* -1 where there is none */
    for (int pass = 0; pass < 2; pass++) {
        for (Py_ssize_t i = 0; i < n; i++) {
            size_t slot = (size_t)hashes[i] & (n_slots - 1);
            while (slots[slot] >= 0 && hashes[slots[slot]] != hashes[i]) {
                slot = (slot + 1) & (n_slots - 1);
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

/* Places in the block "text" (features/table.py), and what its features are made of. */
enum { OTHERS = 4, SEEN_BITS = 16, OVERLAP_BITS = 18, COPY_LENGTH = 60, START_CHARS = 8 };
enum { FAMILIAR_COLUMN = 31, INDENT_COLUMN = 39, OTHER_COLUMN = INDENT_COLUMN + 1 + MARKS };
enum { ECHO_COLUMN = OTHER_COLUMN + 2 * OTHERS + 1 };
static const double LONG_LINE = 100.0, LEAST_WEIGHT = 1e-9; /* plain_text.PARAMS */

/* The order of the n-grams that lines share with the page's title, headline, description, body. */
static const int OVERLAP_ORDERS[OTHERS] = {3, 3, 3, 5};

#ifdef Py_GIL_DISABLED
#define PER_THREAD static _Thread_local
#else
#define PER_THREAD static /* the GIL is never released while they are used */
#endif

/* Tables of buckets, all zeros between calls: to zero them for each page would cost a tenth of its
   instructions. */
PER_THREAD struct {
    uint32_t all, in_long; /* n-grams of all lines, of long ones */
} seen[1 << SEEN_BITS];
PER_THREAD uint8_t marks[1 << OVERLAP_BITS];

/* How familiar each line's n-grams are: the mean of log1p(how often each stands elsewhere on the
   page), in `row`. And of the line's n-grams, the rare ones heaviest, which share long lines have
   elsewhere, and how much that is, in `echo` and the row behind it. `hashes` are those of all
   lines, `counts` how many each line has, `lengths` the lines' lengths. */
static void familiarity(const uint64_t *hashes, const int64_t *counts, const double *lengths,
                        Py_ssize_t n, const double *log1p_of, double *row, double *echo)
{
    const int shift = 64 - SEEN_BITS;
    const uint64_t *hash = hashes;
    int64_t total = 0;
    for (Py_ssize_t line = 0; line < n; line++) {
        total += counts[line];
        for (int64_t i = 0; i < counts[line]; i++, hash++) {
            seen[*hash >> shift].all++;
            seen[*hash >> shift].in_long += lengths[line] >= LONG_LINE;
        }
    }
    double sum = 0.0, weights = 0.0, echoed = 0.0; /* of the page, as cumsum has it: the same bits */
    hash = hashes;
    for (Py_ssize_t line = 0; line < n; line++) {
        double before = sum, weights_before = weights, echoed_before = echoed;
        uint32_t own = lengths[line] >= LONG_LINE;
        for (int64_t i = 0; i < counts[line]; i++, hash++) {
            double familiar = log1p_of[seen[*hash >> shift].all - 1];
            double weight = 1.0 / (1.0 + familiar);
            sum += familiar;
            weights += weight;
            echoed += seen[*hash >> shift].in_long > own ? weight : 0.0;
        }
        row[line] = (sum - before) / (double)(counts[line] > 1 ? counts[line] : 1);
        double all = weights - weights_before;
        echo[line + n] = echoed - echoed_before;
        echo[line] = echo[line + n] / (all > LEAST_WEIGHT ? all : LEAST_WEIGHT);
    }
    for (int64_t i = 0; i < total; i++) {
        seen[hashes[i] >> shift].all = seen[hashes[i] >> shift].in_long = 0;
    }
}

/* Sets a bit in `marks` for the n-grams of each of the other texts, or clears them all; how many
   each has. */
static void mark_ngrams(const Page *others, int clear, int64_t *sizes)
{
    for (int k = 0; k < OTHERS; k++) {
        int64_t first;
        sizes[k] = others->lengths[k] ? char_ngrams(others, k, OVERLAP_ORDERS[k], &first) : 0;
        for (int64_t i = 0; i < sizes[k]; i++) {
            uint64_t hash = char_hash(others, first + i, OVERLAP_ORDERS[k]);
            uint8_t *mark = &marks[hash >> (64 - OVERLAP_BITS)];
            *mark = clear ? 0 : *mark | (uint8_t)(1 << k);
        }
    }
}

/* The columns that a line's own characters make. */
static void shape_columns(const double *counts, const double *scripts, Py_ssize_t main_script,
                          const double *shapes, double words, Py_ssize_t n, double *column)
{
    double chars = 0.0, letters = 0.0, in_words = 0.0, n_words = words > 1.0 ? words : 1.0;
    for (int c = 0; c < CATEGORIES; c++) {
        chars += counts[c];
        in_words += is_in_words((uint8_t)c) ? counts[c] : 0.0;
    }
    for (int i = 0; i < SCRIPTS; i++) {
        letters += scripts[i];
    }
    chars = chars > 1.0 ? chars : 1.0;
    column[1 * n] = words;
    column[2 * n] = in_words / n_words;
    for (int c = 1; c < CATEGORIES; c++) {
        column[(2 + c) * n] = counts[c] / chars;
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
    column[7 * n] = first == UPPER_CASE;
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

KERNEL(text_features,
       "object page, object others, f64 counts[n,16], f64 scripts[n,29], f64 shapes[n,14], "
       "f64 chars[n], f64 log1p[l], out f64 out[62,n]",
       "Fills the rows of the block \"text\", but for logarithms: from `line_shapes`, the\n"
       "lines' lengths, and the n-grams that they share with one another and with four `others`,\n"
       "as a page of four lines. `log1p` holds the logarithms of 1, 2 ... at least as many as the\n"
       "page has characters and bounds of lines.")
{
    Page page, others;
    const double *counts = call->data[2], *scripts = call->data[3], *shapes = call->data[4];
    const double *chars = call->data[5], *log1p_of = call->data[6];
    double *out = call->data[7];
    if (take_page(call, call->args[0], &page) < 0 || take_page(call, call->args[1], &others) < 0) {
        return NULL;
    }
    Py_ssize_t n = page.n;
    if (others.n != OTHERS || size_of(call, 'n') != n) {
        return refuse(call, "the arrays' lengths disagree");
    }
    if (n == 0) {
        Py_RETURN_NONE;
    }
    int64_t most = n; /* of n-grams: trigrams of characters, or words */
    for (Py_ssize_t i = 0; i < n; i++) {
        most += page.lengths[i];
    }
    if (size_of(call, 'l') < most) {
        return refuse(call, "more logarithms are needed");
    }
    size_t n_slots = table_slots(n);
    uint64_t *hashes = scratch(call, most, sizeof(*hashes));
    int64_t *slots = scratch(call, (Py_ssize_t)n_slots, sizeof(*slots));
    int64_t *each = scratch(call, n, sizeof(*each)); /* n-grams of a line */
    if (hashes == NULL || slots == NULL || each == NULL) {
        return NULL;
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
        double words = (double)(page.words_before[i + 1] - page.words_before[i]);
        shape_columns(counts + i * CATEGORIES, scripts + i * SCRIPTS, main_script,
                      shapes + i * SHAPES, words, n, out + i);
    }

    /* copies of earlier lines: whole, by their beginnings, by their ends */
    double *row = out + (FAMILIAR_COLUMN + 2) * n, *before = row + 3 * n;
    for (int part = 2; part >= 0; part--) { /* the whole last: `before` is kept of it */
        for (Py_ssize_t i = 0; i < n; i++) {
            int64_t start = page.starts[i], end = start + page.lengths[i];
            int cut = part > 0 && end - start > START_CHARS;
            hashes[i] = hash_between(&page, cut && part == 2 ? end - START_CHARS : start,
                                     cut && part == 1 ? start + START_CHARS : end,
                                     (uint64_t)part + 1);
        }
        find_copies(hashes, n, slots, n_slots, before, row + part * n);
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

    /* trigrams of characters: those of the page, and of other texts */
    int64_t sizes[OTHERS], at = 0;
    mark_ngrams(&others, 0, sizes);
    for (Py_ssize_t line = 0; line < n; line++) {
        int64_t first, hits[OTHERS] = {0};
        each[line] = char_ngrams(&page, line, 3, &first);
        for (int64_t i = 0; i < each[line]; i++) {
            uint64_t hash = char_hash(&page, first + i, 3);
            uint8_t mark = marks[hash >> (64 - OVERLAP_BITS)];
            hashes[at++] = hash;
            for (int k = 0; mark && k < 3; k++) {
                hits[k] += mark >> k & 1;
            }
        }
        int64_t fives = sizes[3] ? char_ngrams(&page, line, 5, &first) : 0;
        for (int64_t i = 0; i < fives; i++) {
            hits[3] += marks[char_hash(&page, first + i, 5) >> (64 - OVERLAP_BITS)] >> 3 & 1;
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
    mark_ngrams(&others, 1, sizes);
    familiarity(hashes, each, chars, n, log1p_of, out + FAMILIAR_COLUMN * n, out + ECHO_COLUMN * n);
    at = 0;
    for (Py_ssize_t line = 0; line < n; line++) {
        int64_t first;
        each[line] = word_ngrams(&page, line, 1, &first);
        for (int64_t i = 0; i < each[line] && at < most; i++) {
            hashes[at++] = word_hash(&page, first + i, 1);
        }
    }
    if (at == most && page.words_before[n] - page.words_before[0] > most) {
        return refuse(call, "there are more words than characters");
    }
    familiarity(hashes, each, chars, n, log1p_of, out + (FAMILIAR_COLUMN + 1) * n,
                out + (ECHO_COLUMN + 2) * n);
    Py_RETURN_NONE;
}
