/* Which languages the lines of a page are in, as far as no detector is needed. Twins of what
   language.py computes on arrays. */

#include "native.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* characters.Char and SCRIPTS. */
enum { LOWER = 1, LETTER = 3, MARK = 4, SCRIPTS = 29 };
enum { SIMPLIFIED = 1, TRADITIONAL = 2, KANA = 4 }; /* language.han_table */
/* What language.py calls by the same names, with their reasons. */
enum {
    HAN = 28, HEARD_CHARS = 100, LEAST_LETTERS = 20, LEAST_OTHER_LETTERS = 3, SURE_LETTERS = 40,
    GRAM_CHARS = 1000, MOST_GRAMS = 8000, LONG_LETTERS = 60, NEARBY = 20, ALIKE_LETTERS = 100,
    UNLIKE_LETTERS = 60, USUAL_HEARD = 500, USUAL_ONCE = 25, ZH_CN = 29, ZH_TW = 30, JA = 31,
};
static const double MIN_SHARE = 0.2, RISE = 1.5, SLACK = 0.05, MOST_NEW = 0.2, MOST_NEW_LONG = 0.3,
                    UNLIKE = 0.3;
static const uint64_t MIX = 0xD6E8FEB86659FD93u;
enum { GRAM_BITS = 16, MOST_SPEECHES = 16, MOST_TOGETHER = 64 };

/* What was heard of a language in one script: its threes of characters, seen once or more. */
typedef struct {
    uint8_t *seen; /* (2**16,): 0, 1, or 2 for more and for what is usual in the language */
    int64_t grams, once, answer;
    int script;
} Heard;

/* Lines that are to be asked together. */
typedef struct {
    Py_ssize_t lines[MOST_TOGETHER];
    double letters;
    int count;
} Group;

typedef struct {
    const uint32_t *points;
    const int64_t *starts, *lengths;
    const uint8_t *table;
    double *letters;
    int64_t *script, *answers;
    PyObject *ask;
    Heard heard[MOST_SPEECHES];
    int count;
    uint16_t grams[GRAM_CHARS + 2]; /* of the line at hand */
    int n_grams;
} Listener;

/* The threes of characters of a line's first words, a bound before and after each word. */
static void find_grams(Listener *l, Py_ssize_t line)
{
    const uint32_t *at = l->points + l->starts[line];
    int64_t size = l->lengths[line] < GRAM_CHARS ? l->lengths[line] : GRAM_CHARS;
    uint64_t key = 0;
    int held = 1, count = 0; /* the bound at the start is held already */
    for (int64_t i = 0; i <= size; i++) {
        uint64_t point = 0;
        if (i < size) {
            uint8_t kind = l->table[in_table(at[i])];
            point = kind >= LOWER && kind <= MARK ? at[i] : 0;
        }
        if (point == 0 && (key & 0x1FFFFF) == 0) {
            continue; /* a bound follows no other */
        }
        key = (key << 21) | point;
        if (++held >= 3 && ((key >> 21) & 0x1FFFFF) != 0) { /* of one word */
            l->grams[count++] = (uint16_t)(((key & 0x7FFFFFFFFFFFFFFFu) * MIX) >> (64 - GRAM_BITS));
        }
    }
    l->n_grams = count;
}

static void remember(Listener *l, Heard *heard)
{
    if (heard->grams >= MOST_GRAMS) {
        return;
    }
    for (int i = 0; i < l->n_grams; i++) {
        uint8_t *seen = &heard->seen[l->grams[i]];
        heard->once += *seen == 0 ? 1 : *seen == 1 ? -1 : 0;
        *seen = *seen == 0 ? 1 : 2;
    }
    heard->grams += l->n_grams;
}

/* What a line sounds like: 0 like what was heard, so that it is answered; 1 somewhat; 2 unlike. */
static int compare(Listener *l, Py_ssize_t line)
{
    find_grams(l, line);
    Heard *closest = NULL;
    double least = 0.0, share = 1.0;
    for (int i = 0; i < l->count; i++) {
        Heard *heard = &l->heard[i];
        if (heard->script != l->script[line] || l->n_grams == 0) {
            continue;
        }
        int64_t unseen = 0;
        for (int j = 0; j < l->n_grams; j++) {
            unseen += heard->seen[l->grams[j]] == 0;
        }
        double new_share = (double)unseen / (double)l->n_grams;
        double expected = RISE * ((double)heard->once / (double)heard->grams) + SLACK;
        double most = l->letters[line] < LONG_LETTERS ? MOST_NEW : MOST_NEW_LONG;
        double excess = new_share - (expected < most ? expected : most);
        if (closest == NULL || new_share < share) {
            closest = heard;
            least = excess;
            share = new_share;
        }
    }
    if (closest != NULL && least <= 0.0) {
        l->answers[line] = closest->answer;
        remember(l, closest);
        return 0;
    }
    return share < UNLIKE ? 1 : 2;
}

/* The place in `heard` for an answer in a script, a new one if need be, in which what is usual in
   the language counts as heard; -1 if there is none left, -2 with an exception. */
static int place_for(Listener *l, int64_t known, int script, const char *usual)
{
    int place = 0;
    while (place < l->count &&
           (l->heard[place].answer != known || l->heard[place].script != script)) {
        place++;
    }
    if (place == MOST_SPEECHES) {
        return -1;
    }
    if (place == l->count) {
        uint8_t *seen = calloc((size_t)1 << GRAM_BITS, 1);
        if (seen == NULL) {
            PyErr_NoMemory();
            return -2;
        }
        l->heard[l->count++] = (Heard){seen, 0, 0, known, script};
        if (usual != NULL) {
            memcpy(seen, usual, (size_t)1 << GRAM_BITS);
            l->heard[place].grams = USUAL_HEARD;
            l->heard[place].once = USUAL_ONCE;
        }
    }
    return place;
}

/* Remembers lines that are sure to be in a language. -1 with an exception. */
static int learn(
    Listener *l, const Py_ssize_t *lines, Py_ssize_t count, int64_t known, const char *usual)
{
    int before = l->count;
    int place = place_for(l, known, (int)l->script[lines[0]], usual);
    if (place < 0) {
        return place == -1 ? 0 : -1;
    }
    int64_t learned = 0;
    for (Py_ssize_t i = 0; i < count; i++) {
        find_grams(l, lines[i]);
        remember(l, &l->heard[place]);
        learned += l->n_grams;
    }
    if (learned == 0 && place == before) { /* nothing to compare with */
        free(l->heard[place].seen);
        l->count--;
    }
    return 0;
}

/* Asks for lines together. -1 with an exception. */
static int ask(Listener *l, const Py_ssize_t *lines, Py_ssize_t count)
{
    PyObject *list = PyList_New(count), *answer = NULL;
    for (Py_ssize_t i = 0; list != NULL && i < count; i++) {
        PyObject *number = PyLong_FromSsize_t(lines[i]);
        if (number == NULL || PyList_SetItem(list, i, number) < 0) {
            Py_CLEAR(list);
        }
    }
    if (list != NULL) {
        answer = PyObject_CallFunctionObjArgs(l->ask, list, NULL);
        Py_DECREF(list);
    }
    if (answer == NULL) {
        return -1;
    }
    long long said, known;
    const char *usual;
    Py_ssize_t size;
    int failed = 0;
    if (!PyTuple_Check(answer) || !PyArg_ParseTuple(answer, "LLy#", &said, &known, &usual, &size) ||
        (size != 0 && size != (Py_ssize_t)1 << GRAM_BITS)) {
        if (!PyErr_Occurred()) {
            PyErr_SetString(PyExc_TypeError, "hear_lines: an answer is two numbers and a table");
        }
        failed = -1;
    } else {
        double letters = 0.0;
        for (Py_ssize_t i = 0; i < count; i++) {
            l->answers[lines[i]] = said;
            letters += l->letters[lines[i]];
        }
        if (known >= 0 && letters >= SURE_LETTERS) {
            failed = learn(l, lines, count, known, size ? usual : NULL);
        }
    }
    Py_DECREF(answer); /* the table is in it */
    return failed;
}

static int ask_group(Listener *l, Group *group)
{
    int count = group->count;
    group->count = 0;
    group->letters = 0.0;
    return count > 0 ? ask(l, group->lines, count) : 0;
}

static int han_language(const Listener *l, const uint8_t *han, Py_ssize_t line)
{
    const uint32_t *at = l->points + l->starts[line];
    int64_t size = l->lengths[line] < HEARD_CHARS ? l->lengths[line] : HEARD_CHARS;
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

/* The script that tells a line's language; 0 where it has no letters. */
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

/* The lines that a detector is asked for, the longest first; then short ones, in page order. */
static int listen(Listener *l, Candidate *lines, Py_ssize_t count)
{
    Group groups[2][SCRIPTS];
    Py_ssize_t rest = 0;
    qsort(lines, (size_t)count, sizeof(*lines), longest_first);
    for (Py_ssize_t i = 0; i < count; i++) {
        Py_ssize_t line = lines[i].line;
        int likeness = compare(l, line);
        if (likeness == 0) {
            continue;
        }
        if (likeness == 1 || lines[i].letters < LONG_LETTERS) {
            lines[rest++] = lines[i];
        } else if (ask(l, &line, 1) < 0) {
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
        int likeness = compare(l, line);
        if (likeness == 0) {
            continue;
        }
        Group *group = &groups[likeness - 1][l->script[line]];
        if (group->count && line - group->lines[group->count - 1] > NEARBY &&
            ask_group(l, group) < 0) {
            return -1;
        }
        group->lines[group->count++] = line;
        group->letters += lines[i].letters;
        if ((group->letters >= (likeness == 1 ? ALIKE_LETTERS : UNLIKE_LETTERS) ||
             group->count == MOST_TOGETHER) && ask_group(l, group) < 0) {
            return -1;
        }
    }
    for (int i = 0; i < 2 * SCRIPTS; i++) {
        if (ask_group(l, &groups[i / SCRIPTS][i % SCRIPTS]) < 0) {
            return -1;
        }
    }
    return 0;
}

/* All lines of the page's script, where none of them is long enough to be asked alone. */
static int ask_all(Listener *l, Py_ssize_t n, int main_script)
{
    Py_ssize_t *lines = malloc((size_t)(n > 0 ? n : 1) * sizeof(*lines)), count = 0;
    if (lines == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        if (l->script[i] == main_script) {
            lines[count++] = i;
        }
    }
    int failed = ask(l, lines, count);
    free(lines);
    return failed;
}

const char hear_lines_doc[] =
    "hear_lines(points, starts, lengths, table, han, one_language, scripts, letters, script,\n"
    "           answers, ask)\n\n"
    "Fills the letters (n,), the script (n,) and the answer (n,) of each line: -1 for none, a\n"
    "script of one language, 29 to 31 for those of Han, or what `ask` says of a list of lines:\n"
    "the answer, the one for lines that sound alike, -1 if it is not sure, and, as bytes, which\n"
    "threes of characters are usual in its language, 2 for each that is; empty if none is known.";

PyObject *hear_lines(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    Array a[11] = {0};
    PyObject *result = NULL;
    Candidate *lines = NULL;
    Listener *l = NULL;
    (void)module;
    if (take_arguments("hear_lines", "wddbbbdDDDo", args, count, a) < 0) {
        goto done;
    }
    Py_ssize_t n = a[1].length, size = a[0].length, asked = 0;
    const uint8_t *one_language = a[5].view.buf;
    const double *scripts = a[6].view.buf;
    l = calloc(1, sizeof(*l));
    lines = malloc((size_t)(n > 0 ? n : 1) * sizeof(*lines));
    if (l == NULL || lines == NULL) {
        PyErr_NoMemory();
        goto done;
    }
    l->points = a[0].view.buf;
    l->starts = a[1].view.buf;
    l->lengths = a[2].view.buf;
    l->table = a[3].view.buf;
    l->letters = a[7].view.buf;
    l->script = a[8].view.buf;
    l->answers = a[9].view.buf;
    l->ask = args[10];
    int fits = a[2].length == n && a[3].length == TABLE_SIZE && a[4].length == TABLE_SIZE &&
               a[5].length == SCRIPTS && is_matrix(&a[6], n, SCRIPTS) && a[7].length == n &&
               a[8].length == n && a[9].length == n;
    for (Py_ssize_t i = 0; fits && i < n; i++) {
        fits = l->starts[i] >= 0 && l->starts[i] <= size && l->lengths[i] >= 0 &&
               l->lengths[i] <= size - l->starts[i];
    }
    if (!fits) {
        PyErr_SetString(PyExc_ValueError, "hear_lines: the arrays disagree");
        goto done;
    }
    double weight[SCRIPTS] = {0};
    for (Py_ssize_t i = 0; i < n; i++) {
        double letters = 0.0;
        for (int j = 0; j < SCRIPTS; j++) {
            letters += scripts[i * SCRIPTS + j];
        }
        l->letters[i] = letters;
        l->script[i] = line_script(scripts + i * SCRIPTS, letters, one_language);
        l->answers[i] = -1;
        weight[l->script[i]] += letters;
    }
    int main_script = 0, any = 0;
    for (int j = 1; j < SCRIPTS; j++) {
        if (weight[j] > (main_script ? weight[main_script] : 0.0)) {
            main_script = j;
        }
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        int script = (int)l->script[i];
        if (l->letters[i] <= 0.0) {
            continue;
        }
        any |= script == main_script;
        if (one_language[script]) {
            l->answers[i] = script;
        } else if (script == HAN) {
            l->answers[i] = han_language(l, a[4].view.buf, i);
        } else if (l->letters[i] >= (script == main_script ? LEAST_LETTERS : LEAST_OTHER_LETTERS)) {
            lines[asked++] = (Candidate){l->letters[i], i};
        }
    }
    int alone = 0;
    for (Py_ssize_t i = 0; i < asked && !alone; i++) {
        alone = l->script[lines[i].line] == main_script;
    }
    if (any && !alone && !one_language[main_script] && main_script != HAN &&
        weight[main_script] >= LEAST_OTHER_LETTERS && ask_all(l, n, main_script) < 0) {
        goto done;
    }
    if (listen(l, lines, asked) == 0) {
        result = Py_NewRef(Py_None);
    }
done:
    if (l != NULL) {
        for (int i = 0; i < l->count; i++) {
            free(l->heard[i].seen);
        }
    }
    free(l);
    free(lines);
    drop_arrays(a, 10);
    return result;
}

/* -------------------------------------------------------------------------------------- shares */

enum { NEAR = 3 };
static const double VOTE_LETTERS = 200.0, HALF_VOTE = 40.0, UNHEARD = 30.0, LONG_LINE = 1000.0,
                    ROUND = 1e4;

static inline double lesser(double a, double b)
{
    return a < b ? a : b;
}

static inline double rounded(double value)
{
    return rint(value * ROUND) / ROUND;
}

const char speech_shares_doc[] =
    "speech_shares(answers, script, letters, said, home, one_language, doubts, share, heard)\n\n"
    "Fills the share of each language in each line and what was heard of it, (n, l), from the\n"
    "lines' answers, (n,), and what those say, (a, l). The place of the loudest language, or -1.";

PyObject *speech_shares(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    Array a[9] = {0};
    PyObject *result = NULL;
    double *work = NULL;
    (void)module;
    if (take_arguments("speech_shares", "ddddbbdDD", args, count, a) < 0) {
        goto done;
    }
    const int64_t *answers = a[0].view.buf, *script = a[1].view.buf;
    const double *letters = a[2].view.buf, *said = a[3].view.buf, *doubts = a[6].view.buf;
    const uint8_t *home = a[4].view.buf, *one_language = a[5].view.buf;
    double *share = a[7].view.buf, *heard = a[8].view.buf;
    Py_ssize_t n = a[0].length, k = a[4].length, most = a[6].length / 2;
    int fits = a[1].length == n && a[2].length == n && k >= 1 && a[3].length % k == 0 &&
               a[5].length == SCRIPTS && most >= 1 && a[6].length == 2 * most &&
               is_matrix(&a[7], n, k) && is_matrix(&a[8], n, k);
    for (Py_ssize_t i = 0; fits && i < n; i++) {
        fits = answers[i] >= -1 && answers[i] < a[3].length / k && script[i] >= 0 &&
               script[i] < SCRIPTS && letters[i] >= 0.0;
    }
    if (!fits || (size_t)n > PTRDIFF_MAX / sizeof(double) / (size_t)k - 8) {
        PyErr_SetString(PyExc_ValueError, "speech_shares: the arrays disagree");
        goto done;
    }
    /* sums of votes up to each line (n + 1, l), then of letters, of weights, and what is near */
    work = calloc((size_t)(n + 4) * (size_t)k, sizeof(*work));
    if (work == NULL) {
        PyErr_NoMemory();
        goto done;
    }
    double *total = work + (n + 1) * k, *weight = total + k, *near = weight + k;
    for (Py_ssize_t i = 0; i < n; i++) {
        const double *row = answers[i] >= 0 ? said + answers[i] * k : NULL;
        double vote = lesser(letters[i], VOTE_LETTERS);
        for (Py_ssize_t j = 0; j < k; j++) {
            double each = row ? row[j] : 0.0;
            work[(i + 1) * k + j] = work[i * k + j] + each * vote;
            total[j] += each * letters[i];
            heard[i * k + j] = row ? rounded(each) : NAN;
        }
    }
    double all = 0.0;
    for (Py_ssize_t j = 0; j < k; j++) {
        total[j] += UNHEARD;
        all += total[j];
    }
    for (Py_ssize_t j = 0; j < k; j++) {
        total[j] /= all > 1.0 ? all : 1.0;
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        const double *row = answers[i] >= 0 ? said + answers[i] * k : NULL;
        const double *before = work + (i > NEAR ? i - NEAR : 0) * k;
        const double *after = work + (i + NEAR + 1 < n ? i + NEAR + 1 : n) * k;
        double mass = 0.0, norm = 0.0, doubt = 1.0, vote = lesser(letters[i], VOTE_LETTERS);
        if (one_language[script[i]]) {
            doubt = 0.0;
        } else if (row) {
            double place = lesser(letters[i], (double)(most - 1));
            doubt = doubts[(script[i] == HAN ? most : 0) + (Py_ssize_t)place];
        }
        for (Py_ssize_t j = 0; j < k; j++) {
            double each = after[j] - before[j] - (row ? row[j] * vote : 0.0);
            near[j] = each > 0.0 ? each : 0.0;
            mass += near[j];
        }
        for (Py_ssize_t j = 0; j < k; j++) {
            double prior = (HALF_VOTE * total[j] + near[j]) / (HALF_VOTE + mass);
            double each = home[j] == script[i] ? ((row ? row[j] : 0.0) + doubt) * prior : 0.0;
            share[i * k + j] = each;
            norm += each;
        }
        double loud = lesser(letters[i], LONG_LINE);
        for (Py_ssize_t j = 0; j < k; j++) {
            double *each = &share[i * k + j];
            *each = norm > 0.0 ? rounded(*each / norm) : NAN;
            weight[j] += norm > 0.0 ? *each * (loud * loud) : 0.0;
        }
    }
    Py_ssize_t loudest = 0;
    for (Py_ssize_t j = 1; j < k; j++) {
        loudest = weight[j] > weight[loudest] ? j : loudest;
    }
    result = PyLong_FromSsize_t(weight[loudest] > 0.0 ? loudest : -1);
done:
    free(work);
    drop_arrays(a, 9);
    return result;
}

const char likeliest_languages_doc[] =
    "likeliest_languages(share, languages)\n\n"
    "A list of each line's likeliest language with its probability, None and 0 where its shares\n"
    "(n, l) are nan.";

PyObject *likeliest_languages(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    Array a[2] = {0};
    PyObject *out = NULL, *none = NULL, *last = NULL;
    (void)module;
    if (take_arguments("likeliest_languages", "do", args, count, a) < 0) {
        goto done;
    }
    Py_ssize_t k = PyTuple_Check(args[1]) ? PyTuple_Size(args[1]) : 0;
    if (k == 0 || a[0].length % k) {
        PyErr_SetString(PyExc_ValueError, "likeliest_languages: a column a language is needed");
        goto done;
    }
    Py_ssize_t n = a[0].length / k, last_best = -1;
    double last_share = 0.0;
    const double *share = a[0].view.buf;
    none = Py_BuildValue("(Od)", Py_None, 0.0);
    out = none != NULL ? PyList_New(n) : NULL;
    for (Py_ssize_t i = 0; out != NULL && i < n; i++, share += k) {
        PyObject *told = none;
        if (!isnan(share[0])) {
            Py_ssize_t best = 0;
            for (Py_ssize_t j = 1; j < k; j++) {
                best = share[j] > share[best] ? j : best;
            }
            if (last == NULL || best != last_best || share[best] != last_share) {
                Py_XDECREF(last); /* most lines are told as the one before */
                last = Py_BuildValue("(Od)", PyTuple_GetItem(args[1], best), share[best]);
                last_best = best;
                last_share = share[best];
            }
            told = last;
        }
        if (told == NULL || PyList_SetItem(out, i, Py_NewRef(told)) < 0) {
            Py_CLEAR(out);
        }
    }
done:
    Py_XDECREF(none);
    Py_XDECREF(last);
    drop_arrays(a, 2);
    return out;
}
