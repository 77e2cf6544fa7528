/* HTML to lines: the handler that turbohtml's events drive, twin of readers._Splitter.

   Text is gathered as UTF-8, lone surrogates included, and becomes a string once a line. */

#include "native.h"
#include <stdlib.h>
#include <string.h>

enum { MAX_NAMES = 16, MAX_NAME_LENGTH = 64 };
enum { MAX_LINES = 250000 }; /* limits.MAX_LINES */

/* What a tag is to the splitter; the table comes from readers.py. */
enum { INLINE = 1, SKIPPED = 2, EMPHASIS = 4, SPACED = 8 };

typedef struct {
    char *data;
    size_t size, room;
} Bytes;

typedef struct {
    PyObject *tag, *attrs; /* owned */
    Py_ssize_t index;      /* in the page's elements, once it has held text */
    long kind;
    char in_link, in_emphasis, preformatted, gap_after;
} Frame;

typedef struct {
    PyObject_HEAD
    PyObject *lines, *elements, *head; /* what readers.html_page takes over */
    PyObject *tags, *line_type, *markup_type, *element_type, *is_hidden_style;
    Frame *stack;
    size_t height, room;
    size_t skipped;     /* open elements below and with the one that is skipped */
    PyObject *noted;    /* under which name the skipped text goes to the head, or NULL */
    Bytes text, skipped_text;
    int has_pieces, gap, after_break;
    Py_ssize_t element, links, link_chars, emphasis_chars;
    size_t held; /* the height of the innermost element around all the pieces */
    Py_ssize_t unread; /* characters behind the last line that there may be */
    int asking;  /* is_hidden_style is running: the stack must stay as it is */
} Splitter;

/* Attribute names and fields, made once: comparing and setting need strings. */
static PyObject *name_text, *name_markup, *name_element, *name_links, *name_link_chars,
    *name_emphasis_chars, *name_after_break, *name_tag, *name_names, *name_parent, *name_hidden;

int ready_names(void)
{
    struct {
        PyObject **place;
        const char *name;
    } all[] = {
        {&name_text, "text"},
        {&name_markup, "markup"},
        {&name_element, "element"},
        {&name_links, "links"},
        {&name_link_chars, "link_chars"},
        {&name_emphasis_chars, "emphasis_chars"},
        {&name_after_break, "after_break"},
        {&name_tag, "tag"},
        {&name_names, "names"},
        {&name_parent, "parent"},
        {&name_hidden, "hidden"},
    };
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        if (*all[i].place == NULL && (*all[i].place = PyUnicode_InternFromString(all[i].name)) == NULL) {
            return -1;
        }
    }
    return 0;
}

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

/* The UTF-8 of a string; `*owner` keeps it alive. Lone surrogates are encoded like the rest. */
static const char *utf8_of(PyObject *string, Py_ssize_t *size, PyObject **owner)
{
    const char *data = PyUnicode_AsUTF8AndSize(string, size);
    if (data != NULL) {
        *owner = Py_NewRef(string);
        return data;
    }
    if (!PyErr_ExceptionMatches(PyExc_UnicodeEncodeError)) {
        return NULL;
    }
    PyErr_Clear();
    *owner = PyUnicode_AsEncodedString(string, "utf-8", "surrogatepass");
    if (*owner == NULL) {
        return NULL;
    }
    char *encoded;
    if (PyBytes_AsStringAndSize(*owner, &encoded, size) < 0) {
        Py_CLEAR(*owner);
        return NULL;
    }
    return encoded;
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

/* -------------------------------------------------------------------------------- new objects */

PyObject *blank_value(PyObject *type)
{
    allocfunc alloc = (allocfunc)PyType_GetSlot((PyTypeObject *)type, Py_tp_alloc);
    return alloc((PyTypeObject *)type, 0);
}

int set_field(PyObject *object, PyObject *name, PyObject *value)
{
    if (value == NULL) {
        return -1;
    }
    int failed = PyObject_GenericSetAttr(object, name, value);
    Py_DECREF(value);
    return failed;
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

/* The first `most` characters of UTF-8, after a prefix, as a string. */
static PyObject *clipped(const char *prefix, const char *data, size_t size, Py_ssize_t most)
{
    char small[4 * MAX_NAME_LENGTH];
    size_t before = strlen(prefix), end = 0;
    most -= (Py_ssize_t)before;
    memcpy(small, prefix, before);
    for (; end < size; end++) {
        if (((unsigned char)data[end] & 0xC0) != 0x80 && most-- == 0) {
            break;
        }
    }
    memcpy(small + before, data, end);
    return string_of(small, before + end);
}

static int is_ascii_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

/* The value of an attribute, or NULL; borrowed. An attribute without a value has None. */
static PyObject *attribute(PyObject *attrs, const char *name)
{
    Py_ssize_t count = PyTuple_Size(attrs);
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *pair = PyTuple_GetItem(attrs, i);
        if (PyUnicode_CompareWithASCIIString(PyTuple_GetItem(pair, 0), name) == 0) {
            return PyTuple_GetItem(pair, 1);
        }
    }
    return NULL;
}

static int add_classes(PyObject *names, PyObject *value)
{
    Py_ssize_t size;
    PyObject *owner;
    const char *data = utf8_of(value, &size, &owner);
    if (data == NULL) {
        return -1;
    }
    int failed = 0;
    Py_ssize_t at = 0;
    for (int taken = 0; taken < MAX_NAMES && !failed; taken++) {
        while (at < size && is_ascii_space(data[at])) {
            at++;
        }
        Py_ssize_t begin = at;
        while (at < size && !is_ascii_space(data[at])) {
            at++;
        }
        if (at == begin) {
            break;
        }
        failed = append_new(names, clipped("", data + begin, (size_t)(at - begin), MAX_NAME_LENGTH)) < 0;
    }
    Py_DECREF(owner);
    return failed ? -1 : 0;
}

static int add_named(PyObject *names, const char *prefix, PyObject *value, int is_list)
{
    Py_ssize_t size;
    PyObject *owner, *name = NULL;
    const char *data = utf8_of(value, &size, &owner);
    if (data == NULL) {
        return -1;
    }
    if (is_list) { /* as a list of words: blanks are one blank, and none stand at the ends */
        Bytes words = {NULL, 0, 0};
        int failed = 0, apart = 0;
        for (Py_ssize_t i = 0; i < size && !failed; i++) {
            if (is_ascii_space(data[i])) {
                apart = 1;
                continue;
            }
            if (apart && words.size) {
                failed = append(&words, " ", 1);
            }
            apart = 0;
            failed = failed || append(&words, data + i, 1);
        }
        if (!failed && words.size == 0) {
            free(words.data);
            Py_DECREF(owner);
            return 0;
        }
        name = failed ? NULL : clipped(prefix, words.data, words.size, MAX_NAME_LENGTH);
        free(words.data);
    } else {
        name = clipped(prefix, data, (size_t)size, MAX_NAME_LENGTH);
    }
    Py_DECREF(owner);
    return append_new(names, name);
}

/* An attribute's string, if it has one that is not empty. */
static PyObject *said(PyObject *attrs, const char *name)
{
    PyObject *value = attribute(attrs, name);
    return value != NULL && value != Py_None && PyUnicode_GetLength(value) > 0 ? value : NULL;
}

static const struct {
    const char *name, *prefix;
    int is_list;
} NAMED[] = {
    {"id", "id=", 0},       {"role", "role=", 0},         {"itemprop", "itemprop=", 0},
    {"rel", "rel=", 1},     {"property", "property=", 0}, {"data-testid", "data-testid=", 0},
};

static PyObject *new_element(Splitter *self, PyObject *tag, PyObject *attrs, Py_ssize_t parent)
{
    int hidden = PyUnicode_CompareWithASCIIString(tag, "noscript") == 0;
    PyObject *names = NULL, *element = NULL, *value;
    if (PyTuple_Size(attrs) == 0) {
        names = PyTuple_New(0);
    } else {
        PyObject *list = PyList_New(0);
        int failed = list == NULL;
        if (!failed && (value = said(attrs, "class")) != NULL) {
            failed = add_classes(list, value) < 0;
        }
        for (size_t i = 0; i < sizeof(NAMED) / sizeof(NAMED[0]) && !failed; i++) {
            if ((value = said(attrs, NAMED[i].name)) != NULL) {
                failed = add_named(list, NAMED[i].prefix, value, NAMED[i].is_list) < 0;
            }
        }
        if (!failed && !hidden) {
            hidden = attribute(attrs, "hidden") != NULL ||
                     ((value = said(attrs, "aria-hidden")) != NULL &&
                      PyUnicode_CompareWithASCIIString(value, "true") == 0);
        }
        if (!failed && !hidden && (value = said(attrs, "style")) != NULL) {
            self->asking = 1;
            PyObject *answer = PyObject_CallFunctionObjArgs(self->is_hidden_style, value, NULL);
            self->asking = 0;
            hidden = answer == NULL ? -1 : PyObject_IsTrue(answer);
            Py_XDECREF(answer);
            failed = hidden < 0;
        }
        names = failed ? NULL : PyList_AsTuple(list);
        Py_XDECREF(list);
    }
    if (names == NULL || (element = blank_value(self->element_type)) == NULL) {
        Py_XDECREF(names);
        return NULL;
    }
    if (set_field(element, name_names, names) < 0 ||
        set_field(element, name_tag, Py_NewRef(tag)) < 0 ||
        set_field(element, name_parent, PyLong_FromSsize_t(parent)) < 0 ||
        set_field(element, name_hidden, PyBool_FromLong(hidden)) < 0) {
        Py_DECREF(element);
        return NULL;
    }
    return element;
}

static int end_line(Splitter *self)
{
    if (self->has_pieces) {
        size_t size = squeeze(self->text.data, self->text.size);
        if (size) {
            Py_ssize_t chars = characters_in(self->text.data, size);
            Py_ssize_t link_chars = self->link_chars < chars ? self->link_chars : chars;
            Py_ssize_t emphasis = self->emphasis_chars < chars ? self->emphasis_chars : chars;
            PyObject *markup = blank_value(self->markup_type);
            if (markup == NULL) {
                return -1;
            }
            PyObject *line = NULL;
            if (set_field(markup, name_element, PyLong_FromSsize_t(self->element)) < 0 ||
                set_field(markup, name_links, PyLong_FromSsize_t(self->links)) < 0 ||
                set_field(markup, name_link_chars, PyLong_FromSsize_t(link_chars)) < 0 ||
                set_field(markup, name_emphasis_chars, PyLong_FromSsize_t(emphasis)) < 0 ||
                set_field(markup, name_after_break, PyBool_FromLong(self->after_break)) < 0 ||
                (line = blank_value(self->line_type)) == NULL ||
                set_field(line, name_text, string_of(self->text.data, size)) < 0) {
                Py_XDECREF(line);
                Py_DECREF(markup);
                return -1;
            }
            if (set_field(line, name_markup, markup) < 0) {
                Py_DECREF(line);
                return -1;
            }
            if (append_new(self->lines, line) < 0) {
                return -1;
            }
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

/* ------------------------------------------------------------------------------------- events */

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

static int add_piece(Splitter *self, const char *data, size_t size)
{
    if (PyList_Size(self->lines) >= MAX_LINES) {
        self->unread += characters_in(data, size);
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
    if (append(&self->text, data, size) < 0) {
        return -1;
    }
    self->has_pieces = 1;
    if (frame->in_link || frame->in_emphasis) {
        Py_ssize_t chars = stripped_length(data, size);
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
static int add_preformatted(Splitter *self, const char *data, size_t size)
{
    const char *at = data, *end = data + size;
    for (;;) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t length = (size_t)((stop ? stop : end) - at);
        if (!is_blank(at, length) && add_piece(self, at, length) < 0) {
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

/* Whether an event may come: none may from within the question about a style. */
static int at_rest(const Splitter *self)
{
    if (self->asking) {
        PyErr_SetString(PyExc_ValueError, "an event while the last is still being handled");
        return 0;
    }
    return 1;
}

static PyObject *splitter_characters(PyObject *object, PyObject *data)
{
    Splitter *self = (Splitter *)object;
    if (!at_rest(self)) {
        return NULL;
    }
    if (self->skipped && self->noted == NULL) {
        Py_RETURN_NONE;
    }
    Py_ssize_t size;
    PyObject *owner;
    const char *text = utf8_of(data, &size, &owner);
    if (text == NULL) {
        return NULL;
    }
    int failed = 0;
    if (self->skipped) {
        failed = append(&self->skipped_text, text, (size_t)size);
    } else if (!is_blank(text, (size_t)size)) {
        Frame *frame = &self->stack[self->height - 1];
        failed = frame->preformatted && memchr(text, '\n', (size_t)size)
                     ? add_preformatted(self, text, (size_t)size)
                     : add_piece(self, text, (size_t)size);
        self->gap = 0;
    } else if (size && self->has_pieces) {
        failed = append(&self->text, " ", 1);
    }
    Py_DECREF(owner);
    if (failed) {
        return NULL;
    }
    Py_RETURN_NONE;
}

static int note(Splitter *self, PyObject *name, PyObject *value)
{
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

static int note_meta(Splitter *self, PyObject *attrs)
{
    PyObject *name = said(attrs, "property"), *content = said(attrs, "content");
    name = name ? name : said(attrs, "name");
    name = name ? name : said(attrs, "itemprop");
    if (name == NULL || content == NULL) {
        return 0;
    }
    PyObject *lowered = PyObject_CallMethod(name, "lower", NULL);
    int failed = lowered == NULL || note(self, lowered, content) < 0;
    Py_XDECREF(lowered);
    return failed ? -1 : 0;
}

static int push(Splitter *self, PyObject *tag, PyObject *attrs, long kind)
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
    Frame *frame = &self->stack[self->height];
    frame->tag = Py_XNewRef(tag);
    frame->attrs = Py_XNewRef(attrs);
    frame->index = -1;
    frame->kind = kind;
    frame->in_link = above && above->in_link;
    frame->in_emphasis = (above && above->in_emphasis) || (kind & EMPHASIS) != 0;
    frame->preformatted = above && above->preformatted;
    frame->gap_after = (kind & SPACED) != 0;
    self->height++;
    return 0;
}

/* Whether attributes are pairs of a name and a value, which is a string or None. */
static int are_attributes(PyObject *attrs)
{
    Py_ssize_t count = PyTuple_Size(attrs);
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *pair = PyTuple_GetItem(attrs, i), *value;
        if (!PyTuple_Check(pair) || PyTuple_Size(pair) != 2 ||
            !PyUnicode_Check(PyTuple_GetItem(pair, 0)) ||
            ((value = PyTuple_GetItem(pair, 1)) != Py_None && !PyUnicode_Check(value))) {
            PyErr_SetString(PyExc_TypeError, "an attribute is a name and a string or None");
            return 0;
        }
    }
    return 1;
}

static PyObject *splitter_start_element(PyObject *object, PyObject *args)
{
    Splitter *self = (Splitter *)object;
    if (!at_rest(self)) {
        return NULL;
    }
    if (self->skipped) {
        self->skipped++;
        Py_RETURN_NONE;
    }
    PyObject *tag, *attrs;
    if (!PyArg_ParseTuple(args, "UO!", &tag, &PyTuple_Type, &attrs)) {
        return NULL;
    }
    if (!are_attributes(attrs)) {
        return NULL;
    }
    PyObject *known = PyDict_GetItemWithError(self->tags, tag);
    long kind = known ? PyLong_AsLong(known) : 0;
    if (PyErr_Occurred()) {
        return NULL;
    }
    if (PyUnicode_CompareWithASCIIString(tag, "br") == 0) {
        if (end_line(self) < 0) {
            return NULL;
        }
        self->after_break = 1;
        self->skipped = 1;
        Py_RETURN_NONE;
    }
    if (kind & SKIPPED) {
        if (PyUnicode_CompareWithASCIIString(tag, "title") == 0) {
            self->noted = PyUnicode_FromString("title");
        } else if (PyUnicode_CompareWithASCIIString(tag, "script") == 0) {
            PyObject *type = said(attrs, "type");
            Py_ssize_t size;
            const char *data = type ? PyUnicode_AsUTF8AndSize(type, &size) : NULL;
            if (type && data == NULL) {
                PyErr_Clear(); /* surrogates: no type of a script that is known */
            }
            if (data && strstr(data, "ld+json")) {
                self->noted = PyUnicode_FromString("ld+json");
            }
        }
        self->skipped = 1;
        self->skipped_text.size = 0;
        Py_RETURN_NONE;
    }
    if (PyUnicode_CompareWithASCIIString(tag, "meta") == 0) {
        self->skipped = 1;
        if (note_meta(self, attrs) < 0) {
            return NULL;
        }
        Py_RETURN_NONE;
    }
    int is_link = PyUnicode_CompareWithASCIIString(tag, "a") == 0;
    if (kind & INLINE) {
        if (self->gap && self->has_pieces && append(&self->text, " ", 1) < 0) {
            return NULL;
        }
        if (is_link && !self->stack[self->height - 1].in_link) {
            self->links++;
        }
    } else if (end_line(self) < 0) {
        return NULL;
    }
    self->gap = 0;
    if (push(self, tag, attrs, kind) < 0) {
        return NULL;
    }
    Frame *frame = &self->stack[self->height - 1];
    frame->in_link |= (char)is_link;
    frame->preformatted |= PyUnicode_CompareWithASCIIString(tag, "pre") == 0;
    if (!frame->gap_after && PyUnicode_CompareWithASCIIString(tag, "span") == 0) {
        frame->gap_after = said(attrs, "class") != NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *splitter_end_element(PyObject *object, PyObject *tag)
{
    Splitter *self = (Splitter *)object;
    (void)tag;
    if (!at_rest(self)) {
        return NULL;
    }
    if (self->skipped) {
        if (--self->skipped == 0 && self->noted != NULL) {
            PyObject *text = string_of(self->skipped_text.data, self->skipped_text.size);
            int failed = text == NULL || note(self, self->noted, text) < 0;
            Py_XDECREF(text);
            Py_CLEAR(self->noted);
            if (failed) {
                return NULL;
            }
        }
        Py_RETURN_NONE;
    }
    if (self->height <= 1) {
        PyErr_SetString(PyExc_ValueError, "an element ends that has not begun");
        return NULL;
    }
    Frame *frame = &self->stack[--self->height];
    Py_CLEAR(frame->tag);
    Py_CLEAR(frame->attrs);
    self->held = self->held < self->height ? self->held : self->height;
    if (frame->kind & INLINE) {
        self->gap = frame->gap_after;
    } else if (end_line(self) < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *splitter_ignore(PyObject *object, PyObject *args)
{
    (void)object;
    (void)args;
    Py_RETURN_NONE;
}

static PyObject *splitter_finish(PyObject *object, PyObject *args)
{
    Splitter *self = (Splitter *)object;
    (void)args;
    if (!at_rest(self) || end_line(self) < 0) {
        return NULL;
    }
    PyObject *unread = PyLong_FromSsize_t(self->unread);
    PyObject *found = unread ? PyTuple_Pack(4, self->lines, self->elements, self->head, unread) : NULL;
    Py_XDECREF(unread);
    return found;
}

/* --------------------------------------------------------------------------------------- type */

static PyObject *splitter_new(PyTypeObject *type, PyObject *args, PyObject *keywords)
{
    PyObject *tags, *line, *markup, *element, *is_hidden_style;
    if (keywords != NULL && PyDict_Size(keywords)) {
        PyErr_SetString(PyExc_TypeError, "Splitter takes no keyword arguments");
        return NULL;
    }
    if (!PyArg_ParseTuple(args, "O!O!O!O!O", &PyDict_Type, &tags, &PyType_Type, &line, &PyType_Type,
                          &markup, &PyType_Type, &element, &is_hidden_style)) {
        return NULL;
    }
    allocfunc alloc = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    Splitter *self = (Splitter *)alloc(type, 0);
    if (self == NULL) {
        return NULL;
    }
    self->tags = Py_NewRef(tags);
    self->line_type = Py_NewRef(line);
    self->markup_type = Py_NewRef(markup);
    self->element_type = Py_NewRef(element);
    self->is_hidden_style = Py_NewRef(is_hidden_style);
    self->lines = PyList_New(0);
    self->elements = PyList_New(0);
    self->head = PyDict_New();
    self->element = -1;
    if (!self->lines || !self->elements || !self->head || push(self, NULL, NULL, 0) < 0) {
        Py_DECREF(self);
        return NULL;
    }
    return (PyObject *)self;
}

static void splitter_dealloc(PyObject *object)
{
    Splitter *self = (Splitter *)object;
    PyTypeObject *type = Py_TYPE(object);
    while (self->height) {
        Frame *frame = &self->stack[--self->height];
        Py_XDECREF(frame->tag);
        Py_XDECREF(frame->attrs);
    }
    free(self->stack);
    free(self->text.data);
    free(self->skipped_text.data);
    Py_XDECREF(self->lines);
    Py_XDECREF(self->elements);
    Py_XDECREF(self->head);
    Py_XDECREF(self->tags);
    Py_XDECREF(self->line_type);
    Py_XDECREF(self->markup_type);
    Py_XDECREF(self->element_type);
    Py_XDECREF(self->is_hidden_style);
    Py_XDECREF(self->noted);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release(object);
    Py_DECREF(type);
}

static PyMethodDef methods[] = {
    {"start_element", splitter_start_element, METH_VARARGS, NULL},
    {"end_element", splitter_end_element, METH_O, NULL},
    {"characters", splitter_characters, METH_O, NULL},
    {"comment", splitter_ignore, METH_VARARGS, NULL},
    {"doctype", splitter_ignore, METH_VARARGS, NULL},
    {"processing_instruction", splitter_ignore, METH_VARARGS, NULL},
    {"finish", splitter_finish, METH_NOARGS,
     "The lines, the elements, what the head said: {name: [value, ...]}, and how many\n"
     "characters there are behind the last line that there may be."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot splitter_slots[] = {
    {Py_tp_doc, "Splitter(tags, Line, Markup, Element, is_hidden_style)\n\n"
                "A handler for turbohtml.saxparse.sax_parse that cuts a page into lines."},
    {Py_tp_new, splitter_new},
    {Py_tp_dealloc, splitter_dealloc},
    {Py_tp_methods, methods},
    {0, NULL},
};

PyType_Spec splitter_spec = {
    "boilerplate._native.Splitter", sizeof(Splitter), 0, Py_TPFLAGS_DEFAULT, splitter_slots,
};
