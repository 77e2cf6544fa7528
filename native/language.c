/* Assigns a language to each line, reusing the detector's results for lines of similar trigrams.
   Twins of the kernels in plain_language.py and plain_language_shares.py. */

#include "native.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SIMPLIFIED = 1, TRADITIONAL = 2, KANA = 4 }; /* plain_language.HanFlag */

/* The parameters of plain_language.py, where their reasons stand. */
enum {
    HAN = 28,                /* a script; the next ones are detections of lines in it */
    ZH_CN = 29,
    ZH_TW = 30,
    JA = 31,
    DETECTED_CHARS = 100,    /* of a line */
    MIN_LETTERS = 20,        /* of a line that the detector is called for */
    MIN_OTHER_LETTERS = 3,   /* the same, in another script than the page's */
    SURE_LETTERS = 40,       /* of lines whose trigrams are added to a profile */
    TRIGRAM_CHARS = 1000,    /* of a line */
    MAX_TRIGRAMS = 8000,     /* of a profile */
    LONG_LETTERS = 60,       /* of a line that is detected alone */
    NEARBY = 20,             /* lines between those of a group */
    SIMILAR_LETTERS = 100,   /* of a group of lines that are similar to a profile */
    DIFFERENT_LETTERS = 60,  /* the same, that are different from all */
    COMMON_TRIGRAMS = 500,   /* as many the common trigrams of a language count in a profile */
    COMMON_ONCE = 25,        /* of them, as if seen once: Good-Turing prior of 5 % unseen ones */
    TRIGRAM_BITS = 16,
    MAX_PROFILES = 16,
    MAX_GROUP = 64,          /* lines */
};
static const double MIN_SHARE = 0.2,    /* of a line's letters, for a script of one language */
                    NEW_FACTOR = 1.5,   /* how many more trigrams may be new than are expected */
                    NEW_SLACK = 0.05,
                    MAX_NEW = 0.2,      /* share of new trigrams of a line that matches a profile */
                    MAX_NEW_LONG = 0.3, /* the same, of a long line */
                    DIFFERENT_NEW = 0.3;

/* The trigrams of the lines in one language and script (plain_language.TrigramProfile). */
typedef struct {
    uint8_t *seen; /* (2**16,): 0, 1, or 2 for more and for what is common in the language */
    int64_t trigrams, once, detection;
    int script;
} Profile;

/* Lines that are detected together. */
typedef struct {
    Py_ssize_t lines[MAX_GROUP];
    double letters;
    int count;
} Group;

typedef struct {
    const uint32_t *points;
    const int64_t *starts, *lengths;
    const uint8_t *table;
    double *letters;
    int64_t *script, *detections;
    PyObject *detect;
    Profile profiles[MAX_PROFILES];
    int n_profiles;
    uint16_t trigrams[TRIGRAM_CHARS + 2]; /* of the current line */
    int n_trigrams;
} State;

/* The trigrams within a line's first words, which have a bound before and after them. */
static void find_trigrams(State *s, Py_ssize_t line)
{
    const uint32_t *at = s->points + s->starts[line];
    int64_t size = s->lengths[line] < TRIGRAM_CHARS ? s->lengths[line] : TRIGRAM_CHARS;
    uint64_t key = 0;
    int held = 1, count = 0; /* the bound at the start is held already */
    for (int64_t i = 0; i <= size; i++) {
        uint64_t point = 0;
        if (i < size) {
            uint8_t category = s->table[in_table(at[i])];
            point = category >= LOWER && category <= MARK ? at[i] : 0;
        }
        if (point == 0 && (key & 0x1FFFFF) == 0) {
            continue; /* a bound follows no other */
        }
        key = (key << 21) | point;
        if (++held >= 3 && ((key >> 21) & 0x1FFFFF) != 0) { /* of one word */
            uint64_t hash = (key & 0x7FFFFFFFFFFFFFFFu) * HASH_MULTIPLIER;
            s->trigrams[count++] = (uint16_t)(hash >> (64 - TRIGRAM_BITS));
        }
    }
    s->n_trigrams = count;
}

/* Adds the trigrams of the current line to a profile. */
static void add_trigrams(State *s, Profile *profile)
{
    if (profile->trigrams >= MAX_TRIGRAMS) {
        return;
    }
    for (int i = 0; i < s->n_trigrams; i++) {
        uint8_t *seen = &profile->seen[s->trigrams[i]];
        profile->once += *seen == 0 ? 1 : *seen == 1 ? -1 : 0;
        *seen = *seen == 0 ? 1 : 2;
    }
    profile->trigrams += s->n_trigrams;
}

enum { MATCHES, SIMILAR, DIFFERENT };

/* How a line compares with the profiles of its script; one that matches gets its detection. */
static int compare(State *s, Py_ssize_t line)
{
    find_trigrams(s, line);
    Profile *closest = NULL;
    double least = 0.0, share = 1.0;
    for (int i = 0; i < s->n_profiles; i++) {
        Profile *profile = &s->profiles[i];
        if (profile->script != s->script[line] || s->n_trigrams == 0) {
            continue;
        }
        int64_t unseen = 0;
        for (int j = 0; j < s->n_trigrams; j++) {
            unseen += profile->seen[s->trigrams[j]] == 0;
        }
        double new_share = (double)unseen / (double)s->n_trigrams;
        double once = (double)profile->once / (double)profile->trigrams;
        double expected = NEW_FACTOR * once + NEW_SLACK;
        double most = s->letters[line] < LONG_LETTERS ? MAX_NEW : MAX_NEW_LONG;
        double excess = new_share - (expected < most ? expected : most);
        if (closest == NULL || new_share < share) {
            closest = profile;
            least = excess;
            share = new_share;
        }
    }
    if (closest != NULL && least <= 0.0) {
        s->detections[line] = closest->detection;
        add_trigrams(s, closest);
        return MATCHES;
    }
    return share < DIFFERENT_NEW ? SIMILAR : DIFFERENT;
}

/* The index of the profile for a detection in a script, a new one if need be, which begins with
   the `common` trigrams of the language; -1 if no more are kept, -2 with an exception. */
static int find_profile(State *s, int64_t detection, int script, const char *common)
{
    int i = 0;
    while (i < s->n_profiles &&
           (s->profiles[i].detection != detection || s->profiles[i].script != script)) {
        i++;
    }
    if (i == MAX_PROFILES) {
        return -1;
    }
    if (i == s->n_profiles) {
        uint8_t *seen = calloc((size_t)1 << TRIGRAM_BITS, 1);
        if (seen == NULL) {
            PyErr_NoMemory();
            return -2;
        }
        s->profiles[s->n_profiles++] = (Profile){seen, 0, 0, detection, script};
        if (common != NULL) {
            memcpy(seen, common, (size_t)1 << TRIGRAM_BITS);
            s->profiles[i].trigrams = COMMON_TRIGRAMS;
            s->profiles[i].once = COMMON_ONCE;
        }
    }
    return i;
}

/* Adds the trigrams of lines that are surely in a language to its profile. -1 with an exception. */
static int update_profile(State *s, const Py_ssize_t *lines, Py_ssize_t count, int64_t detection,
                          const char *common)
{
    int before = s->n_profiles;
    int i = find_profile(s, detection, (int)s->script[lines[0]], common);
    if (i < 0) {
        return i == -1 ? 0 : -1;
    }
    int64_t added = 0;
    for (Py_ssize_t line = 0; line < count; line++) {
        find_trigrams(s, lines[line]);
        add_trigrams(s, &s->profiles[i]);
        added += s->n_trigrams;
    }
    if (added == 0 && i == before) { /* nothing to compare with */
        free(s->profiles[i].seen);
        s->n_profiles--;
    }
    return 0;
}

/* Calls the detector for lines together. -1 with an exception. */
static int detect(State *s, const Py_ssize_t *lines, Py_ssize_t count)
{
    PyObject *list = PyList_New(count), *result = NULL;
    for (Py_ssize_t i = 0; list != NULL && i < count; i++) {
        PyObject *number = PyLong_FromSsize_t(lines[i]);
        if (number == NULL || PyList_SetItem(list, i, number) < 0) {
            Py_CLEAR(list);
        }
    }
    if (list != NULL) {
        result = PyObject_CallFunctionObjArgs(s->detect, list, NULL);
        Py_DECREF(list);
    }
    if (result == NULL) {
        return -1;
    }
    long long detection, sure;
    const char *common;
    Py_ssize_t size;
    int failed = 0;
    if (!PyTuple_Check(result) ||
        !PyArg_ParseTuple(result, "LLy#", &detection, &sure, &common, &size) ||
        (size != 0 && size != (Py_ssize_t)1 << TRIGRAM_BITS)) {
        if (!PyErr_Occurred()) {
            PyErr_SetString(PyExc_TypeError, "assign_languages: two numbers and bytes are needed");
        }
        failed = -1;
    } else {
        double letters = 0.0;
        for (Py_ssize_t i = 0; i < count; i++) {
            s->detections[lines[i]] = detection;
            letters += s->letters[lines[i]];
        }
        if (sure >= 0 && letters >= SURE_LETTERS) {
            failed = update_profile(s, lines, count, sure, size ? common : NULL);
        }
    }
    Py_DECREF(result); /* the bytes are in it */
    return failed;
}

static int detect_group(State *s, Group *group)
{
    int count = group->count;
    group->count = 0;
    group->letters = 0.0;
    return count > 0 ? detect(s, group->lines, count) : 0;
}

static int han_language(const State *s, const uint8_t *han, Py_ssize_t line)
{
    const uint32_t *at = s->points + s->starts[line];
    int64_t size = s->lengths[line] < DETECTED_CHARS ? s->lengths[line] : DETECTED_CHARS;
    int64_t kana = 0, simplified = 0, traditional = 0;
    for (int64_t i = 0; i < size; i++) {
        uint8_t flags = han[in_table(at[i])];
        kana += (flags & KANA) != 0;
        simplified += (flags & SIMPLIFIED) != 0;
        traditional += (flags & TRADITIONAL) != 0;
    }
    if ((double)kana > MIN_SHARE * (double)size / 2.0) {
        return JA;
    }
    return traditional > simplified ? ZH_TW : ZH_CN;
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

typedef struct {
    double letters;
    Py_ssize_t line;
} Candidate;

static int longest_first(const void *a, const void *b)
{
    const Candidate *one = a, *other = b;
    if (one->letters != other->letters) {
        return one->letters > other->letters ? -1 : 1;
    }
    return one->line < other->line ? -1 : 1;
}

static int in_order(const void *a, const void *b)
{
    const Candidate *one = a, *other = b;
    return one->line < other->line ? -1 : 1;
}

/* Assigns languages to lines that need the detector, the longest first; then to short ones in
   groups, in page order. -1 with an exception. */
static int assign_lines(State *s, Candidate *lines, Py_ssize_t count)
{
    Group groups[2][SCRIPTS]; /* of similar and of different lines */
    Py_ssize_t rest = 0;
    qsort(lines, (size_t)count, sizeof(*lines), longest_first);
    for (Py_ssize_t i = 0; i < count; i++) {
        Py_ssize_t line = lines[i].line;
        int match = compare(s, line);
        if (match == MATCHES) {
            continue;
        }
        if (match == SIMILAR || lines[i].letters < LONG_LETTERS) {
            lines[rest++] = lines[i];
        } else if (detect(s, &line, 1) < 0) {
            return -1;
        }
    }
    qsort(lines, (size_t)rest, sizeof(*lines), in_order);
    for (int i = 0; i < 2 * SCRIPTS; i++) {
        groups[i / SCRIPTS][i % SCRIPTS].count = 0;
        groups[i / SCRIPTS][i % SCRIPTS].letters = 0.0;
    }
    for (Py_ssize_t i = 0; i < rest; i++) {
        Py_ssize_t line = lines[i].line;
        int match = compare(s, line);
        if (match == MATCHES) {
            continue;
        }
        Group *group = &groups[match - 1][s->script[line]];
        if (group->count && line - group->lines[group->count - 1] > NEARBY &&
            detect_group(s, group) < 0) {
            return -1;
        }
        group->lines[group->count++] = line;
        group->letters += lines[i].letters;
        if ((group->letters >= (match == SIMILAR ? SIMILAR_LETTERS : DIFFERENT_LETTERS) ||
             group->count == MAX_GROUP) && detect_group(s, group) < 0) {
            return -1;
        }
    }
    for (int i = 0; i < 2 * SCRIPTS; i++) {
        if (detect_group(s, &groups[i / SCRIPTS][i % SCRIPTS]) < 0) {
            return -1;
        }
    }
    return 0;
}

KERNEL(assign_languages,
       "u32 points[m], i64 starts[n], i64 lengths[n], u8 table[131072], u8 han[131072], "
       "u8 one_language[29], f64 scripts[n,29], out f64 letters[n], out i64 script[n], "
       "out i64 detections[n], object detect",
       "Fills the letters, the script and the detection of each line: -1 for none, a script of\n"
       "one language, 29 to 31 for those in Han, or what `detect` gives for a list of lines: the\n"
       "detection, the one for lines of similar trigrams, -1 if it is not sure, and, as bytes,\n"
       "which trigrams are common in its language, 2 for each that is; empty if none are known.")
{
    Py_ssize_t n = size_of(call, 'n'), size = size_of(call, 'm'), n_to_detect = 0;
    const uint8_t *han = call->data[4], *one_language = call->data[5];
    const double *scripts = call->data[6];
    State *s = scratch(call, 1, sizeof(*s));
    Candidate *lines = scratch(call, n, sizeof(*lines));
    Py_ssize_t *of_page = scratch(call, n, sizeof(*of_page)); /* lines of the page's script */
    if (s == NULL || lines == NULL || of_page == NULL) {
        return NULL;
    }
    *s = (State){.points = call->data[0], .starts = call->data[1], .lengths = call->data[2],
                 .table = call->data[3], .letters = call->data[7], .script = call->data[8],
                 .detections = call->data[9], .detect = call->args[10]};
    double weight[SCRIPTS] = {0};
    for (Py_ssize_t i = 0; i < n; i++) {
        if (s->starts[i] < 0 || s->starts[i] > size || s->lengths[i] < 0 ||
            s->lengths[i] > size - s->starts[i]) {
            return refuse(call, "the arrays disagree: a line lies beyond the text");
        }
        double letters = 0.0;
        for (int j = 0; j < SCRIPTS; j++) {
            letters += scripts[i * SCRIPTS + j];
        }
        s->letters[i] = letters;
        s->script[i] = line_script(scripts + i * SCRIPTS, letters, one_language);
        s->detections[i] = -1;
        weight[s->script[i]] += letters;
    }
    int main_script = 0, any = 0, alone = 0;
    for (int j = 1; j < SCRIPTS; j++) {
        if (weight[j] > (main_script ? weight[main_script] : 0.0)) {
            main_script = j;
        }
    }
    Py_ssize_t n_of_page = 0;
    for (Py_ssize_t i = 0; i < n; i++) {
        int script = (int)s->script[i];
        if (script == main_script) {
            of_page[n_of_page++] = i;
        }
        if (s->letters[i] <= 0.0) {
            continue;
        }
        any |= script == main_script;
        if (one_language[script]) {
            s->detections[i] = script;
        } else if (script == HAN) {
            s->detections[i] = han_language(s, han, i);
        } else if (s->letters[i] >= (script == main_script ? MIN_LETTERS : MIN_OTHER_LETTERS)) {
            lines[n_to_detect++] = (Candidate){s->letters[i], i};
            alone |= script == main_script;
        }
    }
    /* If no line of the page's script is long enough, all are detected together. */
    int all = any && !alone && !one_language[main_script] && main_script != HAN &&
              weight[main_script] >= MIN_OTHER_LETTERS;
    int failed = (all && detect(s, of_page, n_of_page) < 0) ||
                 assign_lines(s, lines, n_to_detect) < 0;
    for (int i = 0; i < s->n_profiles; i++) {
        free(s->profiles[i].seen);
    }
    return failed ? NULL : Py_NewRef(Py_None);
}

/* -------------------------------------------------------------------------------------- shares */

/* plain_language_shares.VOTES */
enum { WINDOW = 3 };
static const double MAX_VOTES = 200.0, PAGE_VOTES = 40.0, PSEUDO_LETTERS = 30.0,
                    MAX_LINE_LETTERS = 1000.0, ROUND = 1e4;

static inline double lesser(double a, double b)
{
    return a < b ? a : b;
}

static inline double rounded(double value)
{
    return rint(value * ROUND) / ROUND;
}

KERNEL(language_shares,
       "i64 detections[n], i64 script[n], f64 letters[n], f64 probability[p], u8 script_of[k], "
       "u8 one_language[29], f64 doubts[2,d], out f64 share[n,k], out f64 detected[n,k]",
       "Fills the probability of each language in each line, and that of the line's detection\n"
       "alone, from the lines' detections, -1 for none, and the `probability` (d, k) of each\n"
       "language in each detection. The index of the page's main language, or -1.")
{
    const int64_t *detections = call->data[0], *script = call->data[1];
    const double *letters = call->data[2], *probability = call->data[3], *doubts = call->data[6];
    const uint8_t *script_of = call->data[4], *one_language = call->data[5];
    double *share = call->data[7], *detected = call->data[8];
    Py_ssize_t n = size_of(call, 'n'), k = size_of(call, 'k'), n_doubts = size_of(call, 'd');
    Py_ssize_t n_detections = k > 0 ? size_of(call, 'p') / k : 0;
    int fits = k > 0 && n_doubts > 0 && is_matrix(size_of(call, 'p'), n_detections, k) &&
               n <= PY_SSIZE_T_MAX / (Py_ssize_t)sizeof(double) / k - 8;
    for (Py_ssize_t i = 0; fits && i < n; i++) {
        fits = detections[i] >= -1 && detections[i] < n_detections && script[i] >= 0 &&
               script[i] < SCRIPTS && letters[i] >= 0.0;
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
        const double *row = detections[i] >= 0 ? probability + detections[i] * k : NULL;
        double vote = lesser(letters[i], MAX_VOTES);
        for (Py_ssize_t j = 0; j < k; j++) {
            double each = row ? row[j] : 0.0;
            work[(i + 1) * k + j] = work[i * k + j] + each * vote;
            total[j] += each * letters[i];
            detected[i * k + j] = row ? rounded(each) : NAN;
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
        const double *row = detections[i] >= 0 ? probability + detections[i] * k : NULL;
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
