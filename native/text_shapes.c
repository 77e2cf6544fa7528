/* The characters of each line, and their patterns: URLs, dates, bullets. Twin of
   plain_text.line_shapes. */

#include "native.h"
#include "text.h"

/* plain_text.PARAMS */
enum { MARKED_CHARS = 400, UPPER_CHARS = 300 };
enum { TURNS = 4 };

typedef struct {
    const uint32_t *at;
    Py_ssize_t size;
    const uint8_t *flags;
} Text;

/* Whether the character at an index has a flag; none has beyond the ends. */
static inline int has(const Text *text, Py_ssize_t i, uint8_t flag)
{
    return i >= 0 && i < text->size && (text->flags[in_table(text->at[i])] & flag) != 0;
}

static inline uint32_t char_at(const Text *text, Py_ssize_t i)
{
    return i >= 0 && i < text->size ? text->at[i] : 0;
}

static int starts_with(const Text *text, Py_ssize_t i, const char *word)
{
    for (; *word; word++, i++) {
        if (i < 0 || i >= text->size || text->at[i] != (uint32_t)*word) {
            return 0;
        }
    }
    return 1;
}

static const uint32_t SEPARATORS[] = {'|', 0xBB, 0x203A, 0xAB, 0x2022, 0xB7, 0x2192,
                                      0x25B8, 0x25B6, '/', '\\', 0};
static const uint32_t IN_DATES[] = {'.', '/', ':', '-', 0x5E74, 0x6708, 0x65E5, 0x6642, 0x65F6, 0};
static const uint32_t BULLETS[] = {0x2022, 0xB7, 0x25AA, 0x25E6, '*', '-',
                                   0x2013, 0x2014, '>',  0xBB,   '+', 0};
static const uint32_t OPENING[] = {'"',  '\'', 0x201C, 0x201D, 0x201E,
                                   0xAB, 0xBB, 0x300C, 0x300E, 0};
static const uint32_t CLOSING[] = {'"', '\'', 0x201D, 0x2019, 0xBB,
                                   ')', ']', 0x300F, 0x300D, ' ', 0};
static const uint32_t CODE[] = {'{', '}', '(', ')', ';', '=', '<', '>', 0};

/* The rules of plain_text.MARKS, in their order. */
enum { HAS_URL, HAS_AT, HAS_COPYRIGHT, HAS_SEPARATOR, HAS_DATE, HAS_YEAR, BULLET, QUOTE, HAS_CODE };

static int has_bullet(const Text *text, Py_ssize_t i)
{
    if (is_one_of(char_at(text, i), BULLETS)) {
        return has(text, i + 1, BLANK);
    }
    i += char_at(text, i) == '(';
    int digits = 0;
    while (digits < 3 && has(text, i, DECIMAL)) {
        digits++;
        i++;
    }
    int is_number = digits && (char_at(text, i) == '.' || char_at(text, i) == ')');
    return is_number && has(text, i + 1, BLANK);
}

static int opens_with_code(const Text *text, Py_ssize_t i)
{
    for (int marks = 0; marks < 2; marks++, i++) {
        uint32_t point = char_at(text, i);
        if (point != '#' && point != '$' && point != '/') {
            return 0;
        }
        if (has(text, i + 1, WORD) || (has(text, i + 1, BLANK) && has(text, i + 2, WORD))) {
            return 1;
        }
    }
    return 0;
}

static void find_marks(const Text *text, double *marks)
{
    Py_ssize_t first = 0;
    while (has(text, first, BLANK)) {
        first++;
    }
    marks[BULLET] = has_bullet(text, first);
    marks[QUOTE] = first < text->size && is_one_of(text->at[first], OPENING);
    marks[HAS_CODE] = opens_with_code(text, first);
    for (Py_ssize_t i = 0; i < text->size; i++) {
        uint32_t point = text->at[i];
        uint8_t flag = text->flags[in_table(point)];
        if (flag & DECIMAL) {
            int next = has(text, i + 2, BLANK) ? 3 : 2; /* the digit after a separator */
            if (is_one_of(char_at(text, i + 1), IN_DATES) && has(text, i + next, DECIMAL)) {
                marks[HAS_DATE] = 1.0;
            }
            if (((point == '1' && char_at(text, i + 1) == '9') ||
                 (point == '2' && char_at(text, i + 1) == '0')) &&
                has(text, i + 2, DECIMAL) && has(text, i + 3, DECIMAL) &&
                !has(text, i - 1, DECIMAL) && !has(text, i + 4, DECIMAL)) {
                marks[HAS_YEAR] = 1.0;
            }
            continue;
        }
        if (flag & (WORD | BLANK) && point != 'h' && point != 'w') {
            continue; /* most characters: in no rule below */
        }
        switch (point) {
        case 'h':
            if (starts_with(text, i, "http://") || starts_with(text, i, "https://")) {
                marks[HAS_URL] = 1.0;
            }
            continue;
        case 'w':
            if (starts_with(text, i, "www.")) {
                marks[HAS_URL] = 1.0;
            }
            continue;
        case '.':
            if (has(text, i - 1, WORD) && !has(text, i + 4, WORD) &&
                (starts_with(text, i, ".com") || starts_with(text, i, ".org") ||
                 starts_with(text, i, ".net"))) {
                marks[HAS_URL] = 1.0;
            }
            continue;
        case '@':
            marks[HAS_AT] = 1.0;
            continue;
        case 0xA9:
        case 0xAE:
        case 0x2122:
            marks[HAS_COPYRIGHT] = 1.0;
            continue;
        default:
            break;
        }
        if (point < 0x80 ? point == '|' || point == '/' || point == '\\'
                         : is_one_of(point, SEPARATORS)) {
            marks[HAS_SEPARATOR] = 1.0;
        }
        if (point < 0x80 && is_one_of(point, CODE)) {
            if (is_one_of(char_at(text, i + 1), CODE)) {
                marks[HAS_CODE] = 1.0;
            }
            if (starts_with(text, i, "(c)") || starts_with(text, i, "(C)")) {
                marks[HAS_COPYRIGHT] = 1.0;
            }
        }
    }
}

/* Counts the characters of a line by category and its letters by script. Where it ends, -1 if
   nowhere; `*beyond` is 1 if a character is not in the tables. */
static Py_ssize_t count_line(const uint32_t *points, Py_ssize_t at, Py_ssize_t size,
                             const uint8_t *table, const uint8_t *scripts_of, double *by_category,
                             double *by_script, uint8_t *beyond)
{
    /* Counted in turns, for a count waits for the one before it; letters of one script in a row. */
    int64_t counts[TURNS][CATEGORIES] = {{0}}, scripts[SCRIPTS] = {0};
    uint8_t last = 0;
    Py_ssize_t begin = at, same = 0;
    uint32_t largest = 0;
    for (; at < size && points[at] != '\n'; at++) {
        uint32_t point = points[at];
        largest = point > largest ? point : largest;
        uint8_t category = table[in_table(point)];
        counts[(at - begin) % TURNS][category & (CATEGORIES - 1)]++;
        if (category >= LOWER && category <= LETTER) {
            uint8_t script = scripts_of[in_table(point)];
            script = script < SCRIPTS ? script : 0;
            if (script != last) {
                scripts[last] += same;
                last = script;
                same = 0;
            }
            same++;
        }
    }
    scripts[last] += same;
    *beyond = largest >= TABLE_SIZE;
    for (int i = 0; i < CATEGORIES; i++) {
        by_category[i] = 0.0;
        for (int turn = 0; turn < TURNS; turn++) {
            by_category[i] += (double)counts[turn][i];
        }
    }
    for (int i = 0; i < SCRIPTS; i++) {
        by_script[i] = (double)scripts[i];
    }
    return at < size ? at : -1;
}

KERNEL(line_shapes,
       "u32 points[m], u8 table[131072], u8 flags[131072], u8 scripts_of[131072], "
       "out f64 counts[n,16], out f64 scripts[n,29], out f64 shapes[n,14], out u8 beyond[n]",
       "Of lines that each end with a newline: characters of each category, letters of each\n"
       "script, and plain_text.SHAPES. A line with a character beyond the tables is marked as\n"
       "`beyond`: its shapes must be found elsewhere.")
{
    const uint32_t *points = call->data[0];
    const uint8_t *table = call->data[1], *flags = call->data[2];
    double *by_category = call->data[4], *by_script = call->data[5], *all_shapes = call->data[6];
    uint8_t *beyond = call->data[7];
    Py_ssize_t n = size_of(call, 'n'), size = size_of(call, 'm'), at = 0;
    for (Py_ssize_t line = 0; line < n; line++) {
        Py_ssize_t begin = at;
        at = count_line(points, at, size, table, call->data[3], by_category + line * CATEGORIES,
                        by_script + line * SCRIPTS, &beyond[line]);
        if (at < 0) {
            return refuse(call, "there are fewer lines");
        }
        double *shapes = all_shapes + line * SHAPES;
        for (int i = 0; i < SHAPES; i++) {
            shapes[i] = 0.0;
        }
        const Text text = {points + begin, at - begin, flags};
        Py_ssize_t first = 0, end = text.size;
        while (has(&text, first, BLANK)) {
            first++;
        }
        while (end > first && has(&text, end - 1, BLANK)) {
            end--;
        }
        shapes[0] = table[end > first ? in_table(text.at[first]) : ' '];
        shapes[2] = end > first && (text.at[end - 1] == 0x2026 ||
                                    (end - first >= 3 && starts_with(&text, end - 3, "...")));
        while (end > first && is_one_of(text.at[end - 1], CLOSING)) {
            end--;
        }
        shapes[1] = table[end > first ? in_table(text.at[end - 1]) : ' '];
        Py_ssize_t starts_upper = 0;
        for (Py_ssize_t i = 0; i < text.size && i < UPPER_CHARS; i++) {
            starts_upper += has(&text, i, UPPER) && (i == 0 || has(&text, i - 1, BLANK));
        }
        shapes[3] = (double)starts_upper;
        shapes[4] = (double)first;
        const Text head = {text.at, text.size < MARKED_CHARS ? text.size : MARKED_CHARS, flags};
        find_marks(&head, shapes + 5);
        at++;
    }
    Py_RETURN_NONE;
}
