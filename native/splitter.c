/* HTML to lines, from what the parser's serializer writes; twin of readers._Splitter.

   A parsed document comes as one string of markup that is well formed by construction: every
   element that can hold anything ends where it should, and quotes, ampersands and angle brackets
   are escaped. So nothing needs to be known here of how browsers mend pages, and no value of
   Python is made but for lines and for elements that hold text. Whatever is not as a serializer
   writes it, or cannot be told apart in what it writes, is left to the twin. */

#include "native.h"
#include <stdlib.h>
#include <string.h>

enum { MAX_NAMES = 16, MAX_NAME_LENGTH = 64 };
enum { MAX_LINES = 200000 }; /* limits.MAX_LINES */

/* What a tag is to the splitter; the table comes from readers.py. */
enum { INLINE = 1, SKIPPED = 2, EMPHASIS = 4, SPACED = 8 };
/* What it is to the serializer, and the tags that are handled by name. */
enum {
    VOID = 0x10,  /* has no end tag */
    RAW = 0x20,   /* its text is not escaped, unless it is an element of SVG or MathML */
    OPAQUE = 0x40, /* nothing tells where its text ends */
    NEWLINE = 0x80, /* a line end after its start tag is the serializer's */
    LINK = 0x100,
    PRE = 0x200,
    SPAN = 0x400,
    BREAK = 0x800,
    META = 0x1000,
    TITLE = 0x2000,
    SCRIPT = 0x4000,
    FOREIGN = 0x8000, /* begins SVG or MathML */
};
static const struct {
    const char *name;
    long kind;
} KNOWN[] = {
    {"a", LINK},           {"area", VOID},      {"base", VOID},     {"basefont", VOID},
    {"bgsound", VOID},     {"br", VOID | BREAK}, {"col", VOID},      {"embed", VOID},
    {"frame", VOID},       {"hr", VOID},        {"iframe", RAW},    {"img", VOID},
    {"input", VOID},       {"keygen", VOID},    {"link", VOID},     {"listing", NEWLINE},
    {"math", FOREIGN},     {"meta", VOID | META}, {"noembed", RAW},  {"noframes", RAW},
    {"param", VOID},       {"plaintext", OPAQUE}, {"pre", NEWLINE | PRE}, {"script", RAW | SCRIPT},
    {"source", VOID},      {"span", SPAN},      {"style", RAW},     {"svg", FOREIGN},
    {"textarea", NEWLINE}, {"title", TITLE},    {"track", VOID},    {"wbr", VOID},
    {"xmp", RAW},
};

/* Bytes of the markup, or of a copy. */
typedef struct {
    const char *data;
    size_t size;
} Span;

typedef struct {
    char *data;
    size_t size, room;
} Bytes;

typedef struct {
    Span tag, attrs;  /* as they stand in the markup */
    Py_ssize_t index; /* in the page's elements, once it has held text */
    long kind;
    char in_link, in_emphasis, preformatted, gap_after;
} Frame;

/* The attributes that an element's names and visibility are made of. */
enum { CLASS, ID, ROLE, ITEMPROP, REL, PROPERTY, DATA_TESTID, HIDDEN, ARIA_HIDDEN, STYLE, N_TELLING };
static const char *const TELLING[N_TELLING] = {
    "class", "id", "role", "itemprop", "rel", "property", "data-testid", "hidden", "aria-hidden",
    "style",
};

/* What was made of a tag and its telling attributes. A page has many elements of few kinds. */
typedef struct {
    Span tag, telling[N_TELLING]; /* as they stand in the markup; without data where not there */
    PyObject *tag_string, *names; /* owned */
    int hidden;
    uint32_t next; /* kind with such a hash: its place and one, or 0 */
} Kind;
enum { KINDS = 512, MOST_TRIED = 16 };

enum { TAGS = 256 };
typedef struct {
    Span tag;
    long kind;
} KnownTag;

typedef struct {
    PyObject *lines, *elements, *head; /* what is found */
    PyObject *tags, *is_hidden_style; /* given, and borrowed */
    Maker line_maker, markup_maker, element_maker;
    Kind *kinds; /* those that were met, and the places of the next ones of the same hash */
    size_t n_kinds, room_for_kinds;
    uint32_t kinds_by_hash[KINDS]; /* a place and one, or 0 */
    KnownTag known[TAGS]; /* the kinds of the tags that were met, by their hashes */
    Frame *stack;
    size_t height, room;
    size_t skipped;     /* the height of the element that is passed over, or 0 */
    const char *noted;  /* under which name the skipped text goes to the head, or NULL */
    size_t foreign;     /* open elements that began SVG or MathML */
    Bytes text, skipped_text, scratch;
    int has_pieces, gap, after_break;
    Py_ssize_t element, links, link_chars, emphasis_chars;
    size_t held; /* the height of the innermost element around all the pieces */
    Py_ssize_t unread; /* characters behind the last line that there may be */
} Splitter;

/* What a step comes to, beside 0 for success and -1 for an exception. */
enum { LEFT_TO_THE_TWIN = 1 };

/* ------------------------------------------------------------------------------ bytes of text */

static int grow(Bytes *bytes, size_t more)
{
    if (bytes->size + more <= bytes->room) {
        return 0;
    }
    size_t room = (bytes->size + more) * 2 + 256;
    char *data = realloc(bytes->data, room);
    if (data == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    bytes->data = data;
    bytes->room = room;
    return 0;
}

static int append(Bytes *bytes, const char *data, size_t size)
{
    if (size == 0) {
        return 0; /* there may be no bytes yet to copy to */
    }
    if (grow(bytes, size) < 0) {
        return -1;
    }
    memcpy(bytes->data + bytes->size, data, size);
    bytes->size += size;
    return 0;
}

/* Writes a character beyond ASCII as UTF-8; the bytes it takes. */
static size_t encoded(Py_UCS4 point, char *out)
{
    size_t size = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = size - 1; i > 0; i--, point >>= 6) {
        out[i] = (char)(0x80 | (point & 0x3F));
    }
    out[0] = (char)((0xF00 >> size) | point);
    return size;
}

/* The UTF-8 of a string. Lone surrogates are encoded like the rest; and Python's own encoder takes
   a character at a time where a page is not all ASCII. */
static int utf8_of(PyObject *string, Bytes *bytes)
{
    Py_ssize_t size = PyUnicode_GetLength(string);
    Py_UCS4 *points = PyUnicode_AsUCS4Copy(string);
    if (points == NULL || grow(bytes, (size_t)size + 1) < 0) {
        PyMem_Free(points);
        return -1;
    }
    for (Py_ssize_t i = 0; i < size;) {
        char *out = bytes->data + bytes->size;
        Py_ssize_t begin = i;
        while (i + 8 <= size && ((points[i] | points[i + 1] | points[i + 2] | points[i + 3] |
                                  points[i + 4] | points[i + 5] | points[i + 6] | points[i + 7]) < 0x80)) {
            for (int j = 0; j < 8; j++) {
                *out++ = (char)points[i++];
            }
        }
        while (i < size && points[i] < 0x80) {
            *out++ = (char)points[i++];
        }
        bytes->size += (size_t)(i - begin);
        /* For each character that takes more than a byte there must be room anew. */
        if (i < size) {
            if (grow(bytes, (size_t)(size - i) + 3) < 0) {
                PyMem_Free(points);
                return -1;
            }
            bytes->size += encoded(points[i++], bytes->data + bytes->size);
        }
    }
    PyMem_Free(points);
    return 0;
}

static PyObject *string_of(const char *data, size_t size)
{
    return PyUnicode_DecodeUTF8(data, (Py_ssize_t)size, "surrogatepass");
}

/* The bytes of the whitespace character that starts here, as str.isspace has it; 0 for others. */
static inline int space_at(const unsigned char *at, const unsigned char *end)
{
    if (*at < 0x80) {
        return *at == ' ' || (*at >= 0x09 && *at <= 0x0D) || (*at >= 0x1C && *at <= 0x1F);
    }
    if (*at == 0xC2 && end - at >= 2) {
        return at[1] == 0x85 || at[1] == 0xA0 ? 2 : 0;
    }
    if (*at < 0xE1 || *at > 0xE3 || end - at < 3) {
        return 0;
    }
    switch (*at) {
    case 0xE1:
        return at[1] == 0x9A && at[2] == 0x80 ? 3 : 0; /* U+1680 */
    case 0xE2:
        if (at[1] == 0x80) { /* U+2000 to U+200A, U+2028, U+2029, U+202F */
            return at[2] <= 0x8A || at[2] == 0xA8 || at[2] == 0xA9 || at[2] == 0xAF ? 3 : 0;
        }
        return at[1] == 0x81 && at[2] == 0x9F ? 3 : 0; /* U+205F */
    default:
        return at[1] == 0x80 && at[2] == 0x80 ? 3 : 0; /* U+3000 */
    }
}

static Py_ssize_t characters_in(const char *data, size_t size)
{
    Py_ssize_t count = 0;
    for (size_t i = 0; i < size; i++) {
        count += ((unsigned char)data[i] & 0xC0) != 0x80;
    }
    return count;
}

/* Characters between the first and the last that are not blank. */
static Py_ssize_t stripped_length(const char *data, size_t size)
{
    const unsigned char *at = (const unsigned char *)data, *end = at + size;
    Py_ssize_t count = 0, last = 0;
    int begun = 0;
    while (at < end) {
        int blank = space_at(at, end);
        if (blank) {
            at += blank;
            count += begun;
            continue;
        }
        begun = 1;
        at++;
        while (at < end && (*at & 0xC0) == 0x80) {
            at++;
        }
        last = ++count;
    }
    return last;
}

/* Squeezes runs of whitespace to one space, in place, and strips; the new size. */
static size_t squeeze(char *data, size_t size)
{
    const unsigned char *at = (const unsigned char *)data, *end = at + size;
    unsigned char *out = (unsigned char *)data;
    int apart = 0;
    while (at < end) {
        int blank = space_at(at, end);
        if (blank) {
            apart = 1;
            at += blank;
            continue;
        }
        if (apart && out != (unsigned char *)data) {
            *out++ = ' ';
        }
        apart = 0;
        *out++ = *at++;
    }
    return (size_t)(out - (unsigned char *)data);
}

static PyObject *string_of_span(Span span)
{
    return string_of(span.data, span.size);
}

static int is(Span span, const char *name)
{
    size_t size = strlen(name);
    return span.size == size && memcmp(span.data, name, size) == 0; /* no name is empty */
}

static uint32_t hash_of(Span span)
{
    uint32_t hash = (uint32_t)span.size;
    for (size_t i = 0; i < span.size; i++) {
        hash = hash * 31 + (unsigned char)span.data[i];
    }
    return hash ^ hash >> 15;
}

static const struct {
    const char *escaped, *character;
} ESCAPES[] = {{"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&nbsp;", "\xC2\xA0"}};

/* Appends text or the value of an attribute as it was before it was escaped. */
static int append_unescaped(Bytes *bytes, Span span)
{
    const char *at = span.data, *end = at + span.size;
    for (;;) {
        const char *stop = memchr(at, '&', (size_t)(end - at));
        if (append(bytes, at, (size_t)((stop ? stop : end) - at)) < 0) {
            return -1;
        }
        if (stop == NULL) {
            return 0;
        }
        const char *character = "&";
        at = stop + 1;
        for (size_t i = 0; i < sizeof(ESCAPES) / sizeof(ESCAPES[0]); i++) {
            size_t size = strlen(ESCAPES[i].escaped);
            if ((size_t)(end - stop) >= size && memcmp(stop, ESCAPES[i].escaped, size) == 0) {
                character = ESCAPES[i].character;
                at = stop + size;
                break;
            }
        }
        if (append(bytes, character, strlen(character)) < 0) {
            return -1;
        }
    }
}

/* The span as it was before it was escaped; where that differs, in the scratch room. */
static int unescaped(Splitter *self, Span *span)
{
    if (memchr(span->data, '&', span->size) == NULL) {
        return 0;
    }
    self->scratch.size = 0;
    if (append_unescaped(&self->scratch, *span) < 0) {
        return -1;
    }
    *span = (Span){self->scratch.data, self->scratch.size};
    return 0;
}

/* --------------------------------------------------------------------------------- attributes */

/* Takes the next attribute off what follows a tag's name: ` name="value"`, the value escaped.
   1, or 0 at the end. The markup has been looked through by `end_of_tag`. */
static int next_attribute(Span *rest, Span *name, Span *value)
{
    if (rest->size == 0) {
        return 0;
    }
    const char *at = rest->data + 1, *end = rest->data + rest->size;
    /* An equals sign may be a name's first character. */
    const char *equals = memchr(at + 1, '=', (size_t)(end - at - 1));
    const char *quote = memchr(equals + 2, '"', (size_t)(end - equals - 2));
    *name = (Span){at, (size_t)(equals - at)};
    *value = (Span){equals + 2, (size_t)(quote - equals - 2)};
    *rest = (Span){quote + 1, (size_t)(end - quote - 1)};
    return 1;
}

/* Where the start tag whose name ends here ends; NULL where it is none of a serializer's. */
static const char *end_of_tag(const char *at, const char *end)
{
    while (at < end && *at == ' ') {
        const char *name = at + 1;
        at = end - name > 1 ? memchr(name + 1, '=', (size_t)(end - name - 1)) : NULL;
        if (at == NULL || end - at < 3 || at[1] != '"') {
            return NULL;
        }
        at = memchr(at + 2, '"', (size_t)(end - at - 2));
        if (at == NULL) {
            return NULL;
        }
        at++;
    }
    return at < end && *at == '>' ? at : NULL;
}

/* Whether there is an attribute of this name; its value, escaped. */
static int attribute(Span attrs, const char *wanted, Span *value)
{
    Span name;
    while (next_attribute(&attrs, &name, value)) {
        if (is(name, wanted)) {
            return 1;
        }
    }
    *value = (Span){"", 0};
    return 0;
}

static int said(Span attrs, const char *wanted, Span *value)
{
    return attribute(attrs, wanted, value) && value->size > 0;
}

/* -------------------------------------------------------------------------------- new objects */

/* The first `most` characters of UTF-8, after a prefix, as a string. */
static PyObject *clipped(const char *prefix, Span span, Py_ssize_t most)
{
    char small[4 * MAX_NAME_LENGTH];
    size_t before = strlen(prefix), end = 0;
    most -= (Py_ssize_t)before;
    memcpy(small, prefix, before);
    for (; end < span.size; end++) {
        if (((unsigned char)span.data[end] & 0xC0) != 0x80 && most-- == 0) {
            break;
        }
    }
    memcpy(small + before, span.data, end);
    return string_of(small, before + end);
}

static int append_new(PyObject *list, PyObject *item)
{
    if (item == NULL) {
        return -1;
    }
    int failed = PyList_Append(list, item);
    Py_DECREF(item);
    return failed;
}

static int is_ascii_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

/* The next word of a span, which is cut off before; 0 where there is none. */
static int next_word(Span *rest, Span *word)
{
    const char *at = rest->data, *end = at + rest->size;
    while (at < end && is_ascii_space(*at)) {
        at++;
    }
    word->data = at;
    while (at < end && !is_ascii_space(*at)) {
        at++;
    }
    word->size = (size_t)(at - word->data);
    *rest = (Span){at, (size_t)(end - at)};
    return word->size > 0;
}

static int add_classes(PyObject *names, Span value)
{
    Span word;
    for (int taken = 0; taken < MAX_NAMES && next_word(&value, &word); taken++) {
        if (append_new(names, clipped("", word, MAX_NAME_LENGTH)) < 0) {
            return -1;
        }
    }
    return 0;
}

/* As a list of words: blanks are one blank, and none stand at the ends. */
static int add_words(PyObject *names, const char *prefix, Span value)
{
    Bytes words = {NULL, 0, 0};
    Span word;
    int failed = 0;
    while (!failed && next_word(&value, &word)) {
        failed = (words.size && append(&words, " ", 1) < 0) || append(&words, word.data, word.size) < 0;
    }
    if (!failed && words.size) {
        failed = append_new(names, clipped(prefix, (Span){words.data, words.size}, MAX_NAME_LENGTH)) < 0;
    }
    free(words.data);
    return failed ? -1 : 0;
}

static int add_names(Splitter *self, PyObject *names, const Span *telling)
{
    for (int i = CLASS; i <= DATA_TESTID; i++) {
        Span value = telling[i];
        if (value.size == 0) {
            continue;
        }
        char prefix[16] = "";
        if (i != CLASS) {
            strcat(strcpy(prefix, TELLING[i]), "=");
        }
        if (unescaped(self, &value) < 0 ||
            (i == CLASS ? add_classes(names, value)
             : i == REL ? add_words(names, prefix, value)
                        : append_new(names, clipped(prefix, value, MAX_NAME_LENGTH))) < 0) {
            return -1;
        }
    }
    return 0;
}

/* Whether an element is hidden; -1 with an exception. */
static int is_hidden(Splitter *self, Span tag, const Span *telling)
{
    Span style = telling[STYLE];
    if (is(tag, "noscript") || telling[HIDDEN].data || is(telling[ARIA_HIDDEN], "true")) {
        return 1;
    }
    if (style.size == 0) {
        return 0;
    }
    PyObject *string = unescaped(self, &style) < 0 ? NULL : string_of_span(style);
    PyObject *answer = string ? PyObject_CallFunctionObjArgs(self->is_hidden_style, string, NULL) : NULL;
    int hidden = answer ? PyObject_IsTrue(answer) : -1;
    Py_XDECREF(string);
    Py_XDECREF(answer);
    return hidden;
}

/* Fills the telling attributes among all; a hash of them and the tag. */
static uint32_t look_for_telling(Span tag, Span attrs, Span *telling)
{
    Span name, value;
    uint32_t hash = hash_of(tag);
    memset(telling, 0, N_TELLING * sizeof(Span));
    while (next_attribute(&attrs, &name, &value)) {
        for (int i = 0; i < N_TELLING; i++) {
            if (*name.data == *TELLING[i] && is(name, TELLING[i])) {
                telling[i] = value;
                hash ^= hash_of(value) * (uint32_t)(2 * i + 3);
                break;
            }
        }
    }
    return hash % KINDS;
}

static int are_same(Span a, Span b)
{
    return a.size == b.size && (a.data == NULL) == (b.data == NULL) &&
           (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static int is_of_kind(const Kind *kind, Span tag, const Span *telling)
{
    int same = are_same(kind->tag, tag);
    for (int i = 0; i < N_TELLING && same; i++) {
        same = are_same(kind->telling[i], telling[i]);
    }
    return same;
}

/* A new kind of element; NULL with an exception. */
static Kind *new_kind(Splitter *self, Span tag, const Span *telling)
{
    if (self->n_kinds == self->room_for_kinds) {
        size_t room = self->room_for_kinds * 2 + 64;
        Kind *kinds = realloc(self->kinds, room * sizeof(Kind));
        if (kinds == NULL || room > UINT32_MAX / 2) {
            PyErr_NoMemory();
            return NULL;
        }
        self->kinds = kinds;
        self->room_for_kinds = room;
    }
    PyObject *list = PyList_New(0), *names = NULL;
    if (list != NULL && add_names(self, list, telling) == 0) {
        names = PyList_AsTuple(list);
    }
    Py_XDECREF(list);
    int hidden = names ? is_hidden(self, tag, telling) : -1;
    PyObject *tag_string = hidden < 0 ? NULL : string_of_span(tag);
    if (tag_string == NULL) {
        Py_XDECREF(names);
        return NULL;
    }
    Kind *kind = &self->kinds[self->n_kinds++];
    *kind = (Kind){.tag = tag, .tag_string = tag_string, .names = names, .hidden = hidden};
    memcpy(kind->telling, telling, sizeof(kind->telling));
    return kind;
}

static void drop_kinds(Splitter *self)
{
    for (size_t i = 0; i < self->n_kinds; i++) {
        Py_DECREF(self->kinds[i].tag_string);
        Py_DECREF(self->kinds[i].names);
    }
    free(self->kinds);
}

/* The kind of an element, made if it has not been met; NULL with an exception. */
static const Kind *kind_of_element(Splitter *self, Span tag, Span attrs)
{
    Span telling[N_TELLING];
    uint32_t hash = look_for_telling(tag, attrs, telling), place = self->kinds_by_hash[hash];
    for (int tried = 0; place && tried < MOST_TRIED; tried++) {
        Kind *kind = &self->kinds[place - 1];
        if (is_of_kind(kind, tag, telling)) {
            return kind;
        }
        place = kind->next;
    }
    Kind *kind = new_kind(self, tag, telling);
    if (kind != NULL) {
        kind->next = self->kinds_by_hash[hash];
        self->kinds_by_hash[hash] = (uint32_t)self->n_kinds;
    }
    return kind;
}

static PyObject *new_element(Splitter *self, Span tag, Span attrs, Py_ssize_t parent)
{
    const Kind *kind = kind_of_element(self, tag, attrs);
    if (kind == NULL) {
        return NULL;
    }
    PyObject *values[] = {
        Py_NewRef(kind->tag_string),
        Py_NewRef(kind->names),
        PyLong_FromSsize_t(parent),
        PyBool_FromLong(kind->hidden),
    };
    return make_value(&self->element_maker, values);
}

static PyObject *new_line(Splitter *self, Span text)
{
    Py_ssize_t chars = characters_in(text.data, text.size);
    PyObject *markup_values[] = {
        PyLong_FromSsize_t(self->element),
        PyLong_FromSsize_t(self->links),
        PyLong_FromSsize_t(self->link_chars < chars ? self->link_chars : chars),
        PyLong_FromSsize_t(self->emphasis_chars < chars ? self->emphasis_chars : chars),
        PyBool_FromLong(self->after_break),
    };
    PyObject *line_values[] = {string_of_span(text), make_value(&self->markup_maker, markup_values)};
    return make_value(&self->line_maker, line_values);
}

static int end_line(Splitter *self)
{
    if (self->has_pieces) {
        size_t size = squeeze(self->text.data, self->text.size);
        if (size && append_new(self->lines, new_line(self, (Span){self->text.data, size})) < 0) {
            return -1;
        }
        self->has_pieces = 0;
        self->text.size = 0;
        self->element = -1;
        self->link_chars = self->emphasis_chars = 0;
    }
    self->links = 0;
    self->after_break = 0;
    return 0;
}

/* --------------------------------------------------------------------------------------- text */

/* Gives the open elements without a place among the page's elements one, the outermost first. */
static int register_frames(Splitter *self)
{
    size_t known = self->height - 1;
    while (known && self->stack[known].index < 0) {
        known--;
    }
    for (size_t i = known + 1; i < self->height; i++) {
        Frame *frame = &self->stack[i];
        Py_ssize_t place = PyList_Size(self->elements);
        if (append_new(self->elements, new_element(self, frame->tag, frame->attrs,
                                                   self->stack[i - 1].index)) < 0) {
            return -1;
        }
        frame->index = place;
    }
    return 0;
}

/* Takes the text that has been put at the end of the line's bytes as a piece of it. */
static int add_piece(Splitter *self, size_t begin)
{
    if (PyList_Size(self->lines) >= MAX_LINES) {
        self->unread += characters_in(self->text.data + begin, self->text.size - begin);
        self->text.size = begin;
        return 0;
    }
    Frame *frame = &self->stack[self->height - 1];
    if (frame->index < 0 && register_frames(self) < 0) {
        return -1;
    }
    if (self->element < 0) {
        self->held = self->height;
    }
    self->element = self->stack[self->held - 1].index;
    self->has_pieces = 1;
    if (frame->in_link || frame->in_emphasis) {
        Py_ssize_t chars = stripped_length(self->text.data + begin, self->text.size - begin);
        if (frame->in_link) {
            self->link_chars += chars;
            self->links = self->links > 1 ? self->links : 1;
        }
        if (frame->in_emphasis) {
            self->emphasis_chars += chars;
        }
    }
    return 0;
}

static int is_blank(const char *data, size_t size)
{
    const unsigned char *at = (const unsigned char *)data, *end = at + size;
    while (at < end) {
        int blank = space_at(at, end);
        if (!blank) {
            return 0;
        }
        at += blank;
    }
    return 1;
}

/* Preformatted text: its line ends are line ends. */
static int add_preformatted(Splitter *self, Span text)
{
    const char *at = text.data, *end = at + text.size;
    for (;;) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t length = (size_t)((stop ? stop : end) - at), begin = self->text.size;
        if (!is_blank(at, length) &&
            (append(&self->text, at, length) < 0 || add_piece(self, begin) < 0)) {
            return -1;
        }
        if (stop == NULL) {
            return 0;
        }
        if (end_line(self) < 0) {
            return -1;
        }
        at = stop + 1;
    }
}

/* A run of text; escaped, unless it is raw. */
static int add_text(Splitter *self, Span text, int is_raw)
{
    int (*add)(Bytes *, Span) = append_unescaped;
    if (text.size == 0) {
        return 0;
    }
    if (self->skipped) {
        if (self->noted == NULL) {
            return 0;
        }
        return is_raw ? append(&self->skipped_text, text.data, text.size)
                      : add(&self->skipped_text, text);
    }
    if (self->stack[self->height - 1].preformatted && memchr(text.data, '\n', text.size)) {
        if (!is_raw && unescaped(self, &text) < 0) {
            return -1;
        }
        if (!is_blank(text.data, text.size)) {
            self->gap = 0;
            /* Elements that are made meanwhile need the scratch room. */
            Bytes kept = self->scratch;
            self->scratch = (Bytes){NULL, 0, 0};
            int failed = add_preformatted(self, text);
            free(kept.data);
            return failed;
        }
        return self->has_pieces ? append(&self->text, " ", 1) : 0;
    }
    size_t begin = self->text.size;
    if ((is_raw ? append(&self->text, text.data, text.size) : add(&self->text, text)) < 0) {
        return -1;
    }
    if (!is_blank(self->text.data + begin, self->text.size - begin)) {
        self->gap = 0;
        return add_piece(self, begin);
    }
    self->text.size = begin;
    return self->has_pieces ? append(&self->text, " ", 1) : 0;
}

/* --------------------------------------------------------------------------------------- tags */

/* What a tag is; -1 with an exception. */
static long kind_of_tag(Splitter *self, Span tag)
{
    KnownTag *known = &self->known[hash_of(tag) % TAGS];
    if (known->tag.data && known->tag.size == tag.size &&
        memcmp(known->tag.data, tag.data, tag.size) == 0) {
        return known->kind;
    }
    PyObject *string = string_of_span(tag);
    PyObject *found = string ? PyDict_GetItemWithError(self->tags, string) : NULL;
    long kind = found ? PyLong_AsLong(found) : 0;
    Py_XDECREF(string);
    if (PyErr_Occurred()) {
        return -1;
    }
    for (size_t i = 0; i < sizeof(KNOWN) / sizeof(KNOWN[0]); i++) {
        if (is(tag, KNOWN[i].name)) {
            kind |= KNOWN[i].kind;
        }
    }
    *known = (KnownTag){tag, kind};
    return kind;
}

static int note(Splitter *self, PyObject *name, PyObject *value)
{
    if (name == NULL || value == NULL) {
        return -1;
    }
    PyObject *found = PyDict_GetItemWithError(self->head, name);
    if (found != NULL) {
        return PyList_Append(found, value);
    }
    if (PyErr_Occurred()) {
        return -1;
    }
    PyObject *list = PyList_New(0);
    if (list == NULL) {
        return -1;
    }
    int failed = PyList_Append(list, value) < 0 || PyDict_SetItem(self->head, name, list) < 0;
    Py_DECREF(list);
    return failed ? -1 : 0;
}

static int note_skipped(Splitter *self)
{
    PyObject *name = PyUnicode_FromString(self->noted);
    PyObject *text = string_of(self->skipped_text.data, self->skipped_text.size);
    int failed = note(self, name, text);
    Py_XDECREF(name);
    Py_XDECREF(text);
    self->noted = NULL;
    self->skipped_text.size = 0;
    return failed;
}

static int note_meta(Splitter *self, Span attrs)
{
    Span key, content;
    if (!said(attrs, "content", &content) ||
        !(said(attrs, "property", &key) || said(attrs, "name", &key) ||
          said(attrs, "itemprop", &key))) {
        return 0;
    }
    PyObject *name = NULL, *lowered = NULL, *value = NULL;
    if (unescaped(self, &key) == 0 && (name = string_of_span(key)) != NULL &&
        (lowered = PyObject_CallMethod(name, "lower", NULL)) != NULL &&
        unescaped(self, &content) == 0) {
        value = string_of_span(content);
    }
    int failed = note(self, lowered, value);
    Py_XDECREF(name);
    Py_XDECREF(lowered);
    Py_XDECREF(value);
    return failed;
}

static int push(Splitter *self, Span tag, Span attrs, long kind)
{
    if (self->height == self->room) {
        size_t room = self->room * 2 + 64;
        Frame *stack = realloc(self->stack, room * sizeof(Frame));
        if (stack == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        self->stack = stack;
        self->room = room;
    }
    const Frame *above = self->height ? &self->stack[self->height - 1] : NULL;
    Span value;
    self->stack[self->height++] = (Frame){
        .tag = tag,
        .attrs = attrs,
        .index = -1,
        .kind = kind,
        .in_link = (above && above->in_link) || (kind & LINK) != 0,
        .in_emphasis = (above && above->in_emphasis) || (kind & EMPHASIS) != 0,
        .preformatted = (above && above->preformatted) || (kind & PRE) != 0,
        .gap_after = (kind & SPACED) || ((kind & SPAN) && said(attrs, "class", &value)),
    };
    self->foreign += (kind & FOREIGN) != 0;
    return 0;
}

static int start_element(Splitter *self, Span tag, Span attrs, long kind)
{
    if (self->skipped) {
        return kind & VOID ? 0 : push(self, tag, attrs, kind);
    }
    if (kind & BREAK) {
        if (end_line(self) < 0) {
            return -1;
        }
        self->after_break = 1;
        return 0;
    }
    if (kind & META) {
        return note_meta(self, attrs);
    }
    if (kind & SKIPPED) {
        if (kind & VOID) {
            return 0;
        }
        Span type;
        if (kind & TITLE) {
            self->noted = "title";
        } else if ((kind & SCRIPT) && said(attrs, "type", &type)) {
            /* No character that is escaped is in it. */
            for (size_t i = 0; i + 7 <= type.size; i++) {
                if (memcmp(type.data + i, "ld+json", 7) == 0) {
                    self->noted = "ld+json";
                }
            }
        }
        if (push(self, tag, attrs, kind) < 0) {
            return -1;
        }
        self->skipped = self->height;
        return 0;
    }
    if (kind & INLINE) {
        if (self->gap && self->has_pieces && append(&self->text, " ", 1) < 0) {
            return -1;
        }
        if ((kind & LINK) && !self->stack[self->height - 1].in_link) {
            self->links++;
        }
    } else if (end_line(self) < 0) {
        return -1;
    }
    self->gap = 0;
    if (kind & VOID) {
        self->gap = (kind & SPACED) != 0;
        return 0;
    }
    return push(self, tag, attrs, kind);
}

static int end_element(Splitter *self, Span tag)
{
    Frame *frame = &self->stack[self->height - 1];
    if (self->height <= 1 || frame->tag.size != tag.size ||
        memcmp(frame->tag.data, tag.data, tag.size) != 0) {
        return LEFT_TO_THE_TWIN;
    }
    self->foreign -= (frame->kind & FOREIGN) != 0;
    self->height--;
    if (self->skipped) {
        if (self->skipped <= self->height) {
            return 0;
        }
        self->skipped = 0;
        return self->noted ? note_skipped(self) : 0;
    }
    self->held = self->held < self->height ? self->held : self->height;
    if (frame->kind & INLINE) {
        self->gap = frame->gap_after;
        return 0;
    }
    return end_line(self);
}

/* ------------------------------------------------------------------------------------- markup */

/* Where `what` stands first, or NULL. */
static const char *find(const char *at, const char *end, const char *what)
{
    size_t size = strlen(what);
    while ((size_t)(end - at) >= size && (at = memchr(at, *what, (size_t)(end - at))) != NULL) {
        if ((size_t)(end - at) >= size && memcmp(at, what, size) == 0) {
            return at;
        }
        at++;
    }
    return NULL;
}

/* Whether a tag of scripts follows '<' or '</' here, as the states of HTML's tokenizer ask. */
static int is_script_tag(const char *at, const char *end)
{
    static const char name[] = "script";
    for (size_t i = 0; i < sizeof(name) - 1; i++, at++) {
        if (at >= end || (*at | 0x20) != name[i]) {
            return 0;
        }
    }
    return at < end && (is_ascii_space(*at) || *at == '/' || *at == '>');
}

/* Where the end tag of a script stands: not within `<!-- <script> </script> -->`. */
static const char *end_of_script(const char *at, const char *end)
{
    int escaped = 0, twice = 0;
    while (at < end) {
        if (!escaped && (at = memchr(at, '<', (size_t)(end - at))) == NULL) {
            return NULL;
        }
        if (!escaped && end - at >= 4 && memcmp(at, "<!--", 4) == 0) {
            escaped = 1;
            at += 2; /* its dashes may be those of the end: `<!-->` */
        } else if (escaped && end - at >= 3 && memcmp(at, "-->", 3) == 0) {
            escaped = twice = 0;
            at += 3;
        } else if (*at == '<' && at + 1 < end && at[1] == '/' && is_script_tag(at + 2, end)) {
            if (!twice) {
                return at;
            }
            twice = 0;
            at += 2;
        } else if (escaped && *at == '<' && is_script_tag(at + 1, end)) {
            twice = 1;
            at++;
        } else {
            at++;
        }
    }
    return NULL;
}

/* Takes the text of an element that is not escaped, and leaves its end tag to be read. */
static int raw_text(Splitter *self, const char **at, const char *end)
{
    Frame *frame = &self->stack[self->height - 1];
    const char *begin = *at, *stop;
    if (self->foreign) {
        /* Of SVG or MathML it would be escaped: it is the same if there is nothing to escape. */
        stop = memchr(begin, '<', (size_t)(end - begin));
        if (stop == NULL || (memchr(begin, '&', (size_t)(stop - begin)) &&
                             (!self->skipped || self->noted))) {
            return LEFT_TO_THE_TWIN;
        }
    } else if (frame->kind & SCRIPT) {
        stop = end_of_script(begin, end);
    } else {
        for (stop = begin; (stop = find(stop, end, "</")) != NULL; stop++) {
            if ((size_t)(end - stop) > frame->tag.size + 2 && stop[frame->tag.size + 2] == '>' &&
                memcmp(stop + 2, frame->tag.data, frame->tag.size) == 0) {
                break;
            }
        }
    }
    if (stop == NULL || end - stop < 2 || stop[1] != '/') {
        return LEFT_TO_THE_TWIN;
    }
    *at = stop;
    return add_text(self, (Span){begin, (size_t)(stop - begin)}, 1);
}

static int start_tag(Splitter *self, const char **at, const char *end)
{
    const char *name = *at + 1, *stop = name;
    while (stop < end && *stop != ' ' && *stop != '>') {
        stop++;
    }
    const char *close = end_of_tag(stop, end);
    if (close == NULL) {
        return LEFT_TO_THE_TWIN;
    }
    Span tag = {name, (size_t)(stop - name)}, attrs = {stop, (size_t)(close - stop)};
    long kind = kind_of_tag(self, tag);
    if (kind < 0) {
        return -1;
    }
    if (kind & OPAQUE) {
        return LEFT_TO_THE_TWIN;
    }
    *at = close + 1;
    if ((kind & NEWLINE) && *at < end && **at == '\n') {
        ++*at;
    }
    int step = start_element(self, tag, attrs, kind);
    return step == 0 && (kind & RAW) ? raw_text(self, at, end) : step;
}

static int end_tag(Splitter *self, const char **at, const char *end)
{
    const char *name = *at + 2, *stop = memchr(name, '>', (size_t)(end - name));
    if (stop == NULL) {
        return LEFT_TO_THE_TWIN;
    }
    *at = stop + 1;
    return end_element(self, (Span){name, (size_t)(stop - name)});
}

static int split_markup(Splitter *self, Span markup)
{
    const char *at = markup.data, *end = at + markup.size;
    int step = push(self, (Span){"", 0}, (Span){"", 0}, 0);
    while (step == 0) {
        const char *stop = memchr(at, '<', (size_t)(end - at));
        step = add_text(self, (Span){at, (size_t)((stop ? stop : end) - at)}, 0);
        if (step || stop == NULL) {
            break;
        }
        at = stop;
        if (end - at < 2) {
            return LEFT_TO_THE_TWIN;
        }
        if (at[1] == '/') {
            step = end_tag(self, &at, end);
        } else if (at[1] == '!' || at[1] == '?') {
            int is_comment = end - at >= 4 && memcmp(at, "<!--", 4) == 0;
            stop = is_comment ? find(at + 4, end, "-->") : memchr(at, '>', (size_t)(end - at));
            if (stop == NULL) {
                return LEFT_TO_THE_TWIN;
            }
            at = stop + (is_comment ? 3 : 1);
        } else {
            step = start_tag(self, &at, end);
        }
    }
    if (step == 0 && self->height != 1) {
        return LEFT_TO_THE_TWIN;
    }
    return step ? step : end_line(self);
}

const char split_doc[] =
    "split(markup, tags, Line, Markup, Element, is_hidden_style)\n\n"
    "The lines, the elements, what the head said, {name: [value, ...]}, and how many characters\n"
    "stand behind the last line that there may be, of markup as a parser writes a document of its\n"
    "own; None where it is not like that.";

PyObject *split(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    static const char *const line_fields[] = {"text", "markup", NULL};
    static const char *const markup_fields[] = {"element", "links", "link_chars", "emphasis_chars",
                                                "after_break", NULL};
    static const char *const element_fields[] = {"tag", "names", "parent", "hidden", NULL};
    PyObject *result = NULL;
    (void)module;
    if (take_arguments("split", "oooooo", args, count, NULL) < 0) {
        return NULL;
    }
    if (!PyUnicode_Check(args[0]) || !PyDict_Check(args[1])) {
        PyErr_SetString(PyExc_TypeError, "split: a string and a dictionary are needed");
        return NULL;
    }
    Splitter *self = calloc(1, sizeof(Splitter)); /* its table is too large for a small stack */
    if (self == NULL) {
        return PyErr_NoMemory();
    }
    self->tags = args[1];
    self->is_hidden_style = args[5];
    self->lines = PyList_New(0);
    self->elements = PyList_New(0);
    self->head = PyDict_New();
    self->element = -1;
    Bytes markup = {NULL, 0, 0};
    if (self->lines && self->elements && self->head && utf8_of(args[0], &markup) == 0 &&
        ready_maker(&self->line_maker, args[2], line_fields) == 0 &&
        ready_maker(&self->markup_maker, args[3], markup_fields) == 0 &&
        ready_maker(&self->element_maker, args[4], element_fields) == 0) {
        int step = split_markup(self, (Span){markup.data, markup.size});
        if (step == LEFT_TO_THE_TWIN) {
            result = Py_NewRef(Py_None);
        } else if (step == 0) {
            PyObject *lines = PyList_AsTuple(self->lines), *elements = PyList_AsTuple(self->elements);
            PyObject *unread = PyLong_FromSsize_t(self->unread);
            result = lines && elements && unread
                         ? PyTuple_Pack(4, lines, elements, self->head, unread)
                         : NULL;
            Py_XDECREF(lines);
            Py_XDECREF(elements);
            Py_XDECREF(unread);
        }
    }
    drop_maker(&self->line_maker);
    drop_maker(&self->markup_maker);
    drop_maker(&self->element_maker);
    Py_XDECREF(self->lines);
    Py_XDECREF(self->elements);
    Py_XDECREF(self->head);
    drop_kinds(self);
    free(markup.data);
    free(self->stack);
    free(self->text.data);
    free(self->skipped_text.data);
    free(self->scratch.data);
    free(self);
    return result;
}
