/* How unlike each language the lines of a page are, and what their neighbours say of it.
   Twins of the kernels in plain_language.py and plain_language_shares.py. */

#include "native.h"
#include <math.h>
#include <string.h>

/* plain_language.TRIGRAMS */
enum { TRIGRAM_BITS = 16, LINE_CHARS = 300, LANGUAGES = 64, SEEN = 12, SEEN_LETTERS = 20 };
enum { MIN_LETTERS = 3, FAR = 2048 };
enum { AHEAD = 8 }; /* rows that are asked for before their turn */
static const double MAX_LINE_LETTERS = 1000.0, LEAST = 0.1, ROUND = 1e4, MIN_SHARE = 0.2;

static inline double lesser(double a, double b)
{
    return a < b ? a : b;
}

static inline double rounded(double value)
{
    return rint(value * ROUND) / ROUND;
}

/* A script of one language that has enough of a line's letters, else its main one; 0 without
   letters. */
static int64_t line_script(const double *scripts, double letters, const uint8_t *one_language)
{
    int own = 0, most = 0;
    double own_letters = 0.0;
    if (letters <= 0.0) {
        return 0;
    }
    for (int i = 0; i < SCRIPTS; i++) {
        if (one_language[i] && scripts[i] > own_letters) {
            own = i;
            own_letters = scripts[i];
        }
        if (scripts[i] > scripts[most]) {
            most = i;
        }
    }
    return own_letters > MIN_SHARE * letters ? own : most;
}

/* The buckets of the trigrams within a line's first words, which have a bound before and after them. */
static int find_trigrams(const uint32_t *points, int64_t size, const uint8_t *table,
                         uint16_t *buckets)
{
    uint64_t key = 0;
    int held = 1, count = 0; /* the bound at the start is held already */
    size = size < LINE_CHARS ? size : LINE_CHARS;
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
        if (i + AHEAD < count) {
            prefetch(penalties + (Py_ssize_t)buckets[i + AHEAD] * LANGUAGES);
        }
        const uint8_t *row = penalties + (Py_ssize_t)buckets[i] * LANGUAGES;
        for (int j = 0; j < LANGUAGES; j++) {
            sums[j] += row[j];
        }
    }
}

typedef struct {
    Py_ssize_t first; /* of a line's trigrams */
    int count, nearest;
} LineTrigrams;

/* The probabilities of languages from a line's penalties in those of its script. */
static void fill_odds(const int32_t *sums, const uint8_t *script_of, int64_t script,
                      const double *odds, double *out)
{
    int least = INT32_MAX;
    double norm = 0.0;
    for (int j = 0; j < LANGUAGES; j++) {
        least = script_of[j] == script && sums[j] < least ? sums[j] : least;
    }
    for (int j = 0; j < LANGUAGES; j++) {
        int near = script_of[j] == script && sums[j] - least < FAR;
        out[j] = near ? odds[sums[j] - least] : 0.0;
        norm += out[j];
    }
    for (int j = 0; j < LANGUAGES; j++) {
        double share = out[j] / norm;
        out[j] = share < LEAST ? 0.0 : rounded(share);
    }
}

KERNEL(language_odds,
       "u32 points[m], i64 starts[n], i64 lengths[n], u8 table[131072], f64 scripts[n,29], "
       "u8 one_language[29], u8 script_of[64], u8 penalties[65536,64], f64 odds[2048], "
       "out f64 letters[n], out i64 script[n], out f64 out[n,64]",
       "Fills the letters and the script of each line, and the probability of each language, from\n"
       "the penalties of its trigrams and the `odds` of their sums. Trigrams that the lines of the\n"
       "page's main language have in common cost little in it.")
{
    const uint32_t *points = call->data[0];
    const int64_t *starts = call->data[1], *lengths = call->data[2];
    const uint8_t *table = call->data[3], *one_language = call->data[5];
    const uint8_t *script_of = call->data[6], *penalties = call->data[7];
    const double *scripts = call->data[4], *odds = call->data[8];
    double *letters = call->data[9], *out = call->data[11], votes[LANGUAGES] = {0};
    int64_t *script = call->data[10];
    Py_ssize_t n = size_of(call, 'n'), size = size_of(call, 'm'), all = 0;
    for (Py_ssize_t i = 0; i < n; i++) {
        if (starts[i] < 0 || starts[i] > size || lengths[i] < 0 || lengths[i] > size - starts[i]) {
            return refuse(call, "the arrays disagree: a line lies beyond the text");
        }
        all += (Py_ssize_t)lesser((double)lengths[i], LINE_CHARS) + 1;
    }
    LineTrigrams *lines = scratch(call, n, sizeof(*lines));
    int32_t(*sums)[LANGUAGES] = scratch(call, n, sizeof(*sums));
    uint16_t *buckets = scratch(call, all, sizeof(*buckets));
    int32_t *seen = zeroed_scratch(call, (Py_ssize_t)1 << TRIGRAM_BITS, sizeof(*seen));
    if (lines == NULL || sums == NULL || buckets == NULL || seen == NULL) {
        return NULL;
    }
    all = 0;
    for (Py_ssize_t i = 0; i < n; i++) {
        uint16_t small[LANGUAGES] = {0};
        int best = -1, count = 0;
        letters[i] = 0.0;
        for (int j = 0; j < SCRIPTS; j++) {
            letters[i] += scripts[i * SCRIPTS + j];
        }
        script[i] = line_script(scripts + i * SCRIPTS, letters[i], one_language);
        if (script[i] > 0 && letters[i] >= MIN_LETTERS &&
            memchr(script_of, (int)script[i], LANGUAGES) != NULL) {
            count = find_trigrams(points + starts[i], lengths[i], table, buckets + all);
            add_penalties(buckets + all, count, penalties, small);
        }
        for (int j = 0; j < LANGUAGES; j++) {
            sums[i][j] = small[j];
            best = script_of[j] == script[i] && (best < 0 || small[j] < small[best]) ? j : best;
        }
        lines[i] = (LineTrigrams){all, count, best};
        all += count;
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
            int count = lines[i].count;
            int tells = lines[i].nearest == main && letters[i] >= SEEN_LETTERS;
            for (int t = 0; tells && t < count; t++) {
                seen[own[t]] += asked ? -1 : 1;
            }
            if (!asked || count == 0 || script[i] != script_of[main]) {
                continue;
            }
            sums[i][main] = 0;
            for (int t = 0; t < count; t++) {
                int cost = penalties[(Py_ssize_t)own[t] * LANGUAGES + main];
                sums[i][main] += seen[own[t]] > 0 && cost > SEEN ? SEEN : cost;
            }
            for (int t = 0; tells && t < count; t++) {
                seen[own[t]]++;
            }
        }
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        if (lines[i].count > 0) {
            fill_odds(sums[i], script_of, script[i], odds, out + i * LANGUAGES);
        } else {
            memset(out + i * LANGUAGES, 0, LANGUAGES * sizeof(*out));
        }
    }
    Py_RETURN_NONE;
}

/* plain_language_shares.VOTES */
enum { WINDOW = 3, HAN = 28 };
static const double MAX_VOTES = 200.0, PAGE_VOTES = 40.0, PSEUDO_LETTERS = 30.0;

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
