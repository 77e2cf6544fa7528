/* How unlike each language the lines of a page are, and what their neighbours say of it.
   Twins of the kernels in plain_language.py and plain_language_shares.py. */

#include "native.h"
#include <math.h>
#include <string.h>

/* plain_language.TRIGRAMS */
enum { TRIGRAM_BITS = 16, LINE_CHARS = 300, LANGUAGES = 64, SEEN = 12, SEEN_LETTERS = 20 };
enum { AHEAD = 8 }; /* rows that are asked for before their turn */
static const double MAX_LINE_LETTERS = 1000.0;

static inline double lesser(double a, double b)
{
    return a < b ? a : b;
}

/* The buckets of the trigrams within a line's words, which have a bound before and after them. */
static int find_trigrams(const uint32_t *points, int64_t size, const uint8_t *table,
                         uint16_t *buckets)
{
    uint64_t key = 0;
    int held = 1, count = 0; /* the bound at the start is held already */
    for (int64_t i = 0; i <= size; i++) {
        uint64_t point = 0;
        if (i < size) {
            uint8_t category = table[in_table(points[i])];
            point = category >= LOWER && category <= MARK ? points[i] : 0;
        }
        if (point == 0 && (key & 0x1FFFFF) == 0) {
            continue; /* a bound follows no other */
        }
        key = (key << 21) | point;
        if (++held >= 3 && ((key >> 21) & 0x1FFFFF) != 0) { /* of one word */
            uint64_t hash = (key & 0x7FFFFFFFFFFFFFFFu) * HASH_MULTIPLIER;
            buckets[count++] = (uint16_t)(hash >> (64 - TRIGRAM_BITS));
        }
    }
    return count;
}

/* Adds up the penalties of some trigrams, in 16 bits: 301 of at most 215 fit. */
WIDE static void add_penalties(const uint16_t *buckets, int count, const uint8_t *penalties,
                               uint16_t *sums)
{
    for (int i = 0; i < count; i++) {
#ifdef __GNUC__
        if (i + AHEAD < count) {
            __builtin_prefetch(penalties + (Py_ssize_t)buckets[i + AHEAD] * LANGUAGES);
        }
#endif
        const uint8_t *row = penalties + (Py_ssize_t)buckets[i] * LANGUAGES;
        for (int j = 0; j < LANGUAGES; j++) {
            sums[j] += row[j];
        }
    }
}

KERNEL(language_penalties,
       "u32 points[m], i64 starts[n], i64 lengths[n], u8 table[131072], f64 letters[n], "
       "i64 script[n], u8 script_of[64], u8 penalties[65536,64], out f64 out[n,64]",
       "Fills each line's penalty in each language: the sum of those of its trigrams, infinite in\n"
       "the languages of other scripts. Those that the lines of the page's main language have in\n"
       "common cost little in it.")
{
    const uint32_t *points = call->data[0];
    const int64_t *starts = call->data[1], *lengths = call->data[2], *script = call->data[5];
    const uint8_t *table = call->data[3], *script_of = call->data[6], *penalties = call->data[7];
    const double *letters = call->data[4];
    double *out = call->data[8], votes[LANGUAGES] = {0};
    Py_ssize_t n = size_of(call, 'n'), size = size_of(call, 'm'), all = 0;
    for (Py_ssize_t i = 0; i < n; i++) {
        if (starts[i] < 0 || starts[i] > size || lengths[i] < 0 || lengths[i] > size - starts[i]) {
            return refuse(call, "the arrays disagree: a line lies beyond the text");
        }
        all += (Py_ssize_t)lesser((double)lengths[i], LINE_CHARS) + 1;
    }
    struct {
        Py_ssize_t first; /* of its trigrams */
        int count, nearest;
    } *lines = scratch(call, n, sizeof(*lines));
    uint16_t *buckets = scratch(call, all, sizeof(*buckets));
    int32_t *seen = zeroed_scratch(call, (Py_ssize_t)1 << TRIGRAM_BITS, sizeof(*seen));
    if (lines == NULL || buckets == NULL || seen == NULL) {
        return NULL;
    }
    all = 0;
    for (Py_ssize_t i = 0; i < n; i++) {
        uint16_t sums[LANGUAGES] = {0};
        int best = -1, count = 0;
        lines[i].first = all;
        if (script[i] > 0 && script[i] < SCRIPTS && memchr(script_of, (int)script[i], LANGUAGES)) {
            int64_t chars = lengths[i] < LINE_CHARS ? lengths[i] : LINE_CHARS;
            count = find_trigrams(points + starts[i], chars, table, buckets + all);
            add_penalties(buckets + all, count, penalties, sums);
            all += count;
        }
        for (int j = 0; j < LANGUAGES; j++) {
            int written = script[i] > 0 && script_of[j] == script[i];
            out[i * LANGUAGES + j] = written ? (double)sums[j] : INFINITY;
            best = written && (best < 0 || sums[j] < sums[best]) ? j : best;
        }
        lines[i].count = count;
        lines[i].nearest = count > 0 ? best : -1;
        if (count > 0) {
            double counted = lesser(letters[i], MAX_LINE_LETTERS);
            votes[best] += counted * counted;
        }
    }
    int main = 0;
    for (int j = 1; j < LANGUAGES; j++) {
        main = votes[j] > votes[main] ? j : main;
    }
    /* First the trigrams of all lines that tell are counted; then each line is asked which of its
       own the others have. */
    for (int asked = 0; asked < 2; asked++) {
        for (Py_ssize_t i = 0; i < n; i++) {
            const uint16_t *own = buckets + lines[i].first;
            int count = lines[i].count, tells = letters[i] >= SEEN_LETTERS;
            tells = tells && lines[i].nearest == main;
            for (int t = 0; tells && t < count; t++) {
                seen[own[t]] += asked ? -1 : 1;
            }
            if (!asked || count == 0 || script[i] != script_of[main]) {
                continue;
            }
            int sum = 0;
            for (int t = 0; t < count; t++) {
                int cost = penalties[(Py_ssize_t)own[t] * LANGUAGES + main];
                sum += seen[own[t]] > 0 && cost > SEEN ? SEEN : cost;
            }
            for (int t = 0; tells && t < count; t++) {
                seen[own[t]]++;
            }
            out[i * LANGUAGES + main] = (double)sum;
        }
    }
    Py_RETURN_NONE;
}

/* plain_language_shares.VOTES */
enum { WINDOW = 3, HAN = 28 };
static const double MAX_VOTES = 200.0, PAGE_VOTES = 40.0, PSEUDO_LETTERS = 30.0, ROUND = 1e4;

static inline double rounded(double value)
{
    return rint(value * ROUND) / ROUND;
}

KERNEL(language_shares,
       "f64 alone[n,k], u8 known[n], i64 script[n], f64 letters[n], u8 script_of[k], "
       "u8 one_language[29], f64 doubts[2,d], out f64 share[n,k]",
       "Fills the probability of each language in each line from that of the line `alone`, where\n"
       "it is known. The index of the page's main language, or -1.")
{
    const double *alone = call->data[0], *letters = call->data[3], *doubts = call->data[6];
    const uint8_t *known = call->data[1], *script_of = call->data[4];
    const uint8_t *one_language = call->data[5];
    const int64_t *script = call->data[2];
    double *share = call->data[7];
    Py_ssize_t n = size_of(call, 'n'), k = size_of(call, 'k'), n_doubts = size_of(call, 'd');
    int fits = k > 0 && n_doubts > 0 && n <= PY_SSIZE_T_MAX / (Py_ssize_t)sizeof(double) / k - 8;
    for (Py_ssize_t i = 0; fits && i < n; i++) {
        fits = script[i] >= 0 && script[i] < SCRIPTS && letters[i] >= 0.0;
    }
    if (!fits) {
        return refuse(call, "the arrays disagree");
    }
    /* sums of votes up to each line (n + 1, l), then of letters, of weights, and those nearby */
    double *work = zeroed_scratch(call, (n + 4) * k, sizeof(*work));
    if (work == NULL) {
        return NULL;
    }
    double *total = work + (n + 1) * k, *weight = total + k, *near = weight + k;
    for (Py_ssize_t i = 0; i < n; i++) {
        const double *row = known[i] ? alone + i * k : NULL;
        double vote = lesser(letters[i], MAX_VOTES);
        for (Py_ssize_t j = 0; j < k; j++) {
            double each = row ? row[j] : 0.0;
            work[(i + 1) * k + j] = work[i * k + j] + each * vote;
            total[j] += each * letters[i];
        }
    }
    double all = 0.0;
    for (Py_ssize_t j = 0; j < k; j++) {
        total[j] += PSEUDO_LETTERS;
        all += total[j];
    }
    for (Py_ssize_t j = 0; j < k; j++) {
        total[j] /= all > 1.0 ? all : 1.0;
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        const double *row = known[i] ? alone + i * k : NULL;
        const double *before = work + (i > WINDOW ? i - WINDOW : 0) * k;
        const double *after = work + (i + WINDOW + 1 < n ? i + WINDOW + 1 : n) * k;
        double mass = 0.0, norm = 0.0, doubt = 1.0, vote = lesser(letters[i], MAX_VOTES);
        if (one_language[script[i]]) {
            doubt = 0.0;
        } else if (row) {
            double place = lesser(letters[i], (double)(n_doubts - 1));
            doubt = doubts[(script[i] == HAN ? n_doubts : 0) + (Py_ssize_t)place];
        }
        for (Py_ssize_t j = 0; j < k; j++) {
            double each = after[j] - before[j] - (row ? row[j] * vote : 0.0);
            near[j] = each > 0.0 ? each : 0.0;
            mass += near[j];
        }
        for (Py_ssize_t j = 0; j < k; j++) {
            double prior = (PAGE_VOTES * total[j] + near[j]) / (PAGE_VOTES + mass);
            double each = script_of[j] == script[i] ? ((row ? row[j] : 0.0) + doubt) * prior : 0.0;
            share[i * k + j] = each;
            norm += each;
        }
        double counted = lesser(letters[i], MAX_LINE_LETTERS);
        for (Py_ssize_t j = 0; j < k; j++) {
            double *each = &share[i * k + j];
            *each = norm > 0.0 ? rounded(*each / norm) : NAN;
            weight[j] += norm > 0.0 ? *each * (counted * counted) : 0.0;
        }
    }
    Py_ssize_t main = 0;
    for (Py_ssize_t j = 1; j < k; j++) {
        main = weight[j] > weight[main] ? j : main;
    }
    return PyLong_FromSsize_t(weight[main] > 0.0 ? main : -1);
}
