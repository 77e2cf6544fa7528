/* Lines of text, from the tags and the text of a page in their order. */

#include "html.h"
#include <stdlib.h>
#include <string.h>

/* Tags that are handled by name, beside those of the given table. */
static const struct {
    const char *name;
    long properties;
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
    PyObject *line_values[] = {span_string(text), make_value(&self->markup_maker, markup_values)};
    return make_value(&self->line_maker, line_values);
}

int end_line(Splitter *self)
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

/* Adds the open elements that have held no text yet to the page's, the outermost first. */
static int add_open_elements(Splitter *self)
{
    size_t known = self->height - 1;
    while (known && self->stack[known].index < 0) {
        known--;
    }
    for (size_t i = known + 1; i < self->height; i++) {
        Frame *frame = &self->stack[i];
        Py_ssize_t index = PyList_Size(self->elements);
        if (append_new(self->elements, new_element(self, frame->tag, frame->attrs,
                                                   self->stack[i - 1].index)) < 0) {
            return -1;
        }
        frame->index = index;
    }
    return 0;
}

/* Makes the bytes that were appended to the line's text, from `begin` on, a piece of the line. */
static int add_piece(Splitter *self, size_t begin)
{
    if (PyList_Size(self->lines) >= MAX_LINES) {
        self->unread += characters_in(self->text.data + begin, self->text.size - begin);
        self->text.size = begin;
        return 0;
    }
    Frame *frame = &self->stack[self->height - 1];
    if (frame->index < 0 && add_open_elements(self) < 0) {
        return -1;
    }
    if (self->element < 0) {
        self->common_height = self->height;
    }
    self->element = self->stack[self->common_height - 1].index;
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
int add_text(Splitter *self, Span text, int is_raw)
{
    if (text.size == 0) {
        return 0;
    }
    if (self->skipped) {
        if (self->head_key == NULL) {
            return 0;
        }
        return is_raw ? append(&self->skipped_text, text.data, text.size)
                      : append_unescaped(&self->skipped_text, text);
    }
    if (self->stack[self->height - 1].preformatted && memchr(text.data, '\n', text.size)) {
        if (!is_raw && unescaped(self, &text) < 0) {
            return -1;
        }
        if (!is_blank(text.data, text.size)) {
            self->gap = 0;
            /* The text may be in the scratch bytes, which new elements use as well. */
            Bytes kept = self->scratch;
            self->scratch = (Bytes){NULL, 0, 0};
            int failed = add_preformatted(self, text);
            free(kept.data);
            return failed;
        }
        return self->has_pieces ? append(&self->text, " ", 1) : 0;
    }
    size_t begin = self->text.size;
    if ((is_raw ? append(&self->text, text.data, text.size)
                : append_unescaped(&self->text, text)) < 0) {
        return -1;
    }
    if (!is_blank(self->text.data + begin, self->text.size - begin)) {
        self->gap = 0;
        return add_piece(self, begin);
    }
    self->text.size = begin;
    return self->has_pieces ? append(&self->text, " ", 1) : 0;
}

/* The properties of a tag; -1 with an exception. */
long properties_of(Splitter *self, Span tag)
{
    KnownTag *known = &self->known[hash_of(tag) % TAG_SLOTS];
    if (are_same(known->tag, tag)) {
        return known->properties;
    }
    PyObject *string = span_string(tag);
    PyObject *found = string ? PyDict_GetItemWithError(self->tags, string) : NULL;
    long properties = found ? PyLong_AsLong(found) : 0;
    Py_XDECREF(string);
    if (PyErr_Occurred()) {
        return -1;
    }
    for (size_t i = 0; i < sizeof(KNOWN) / sizeof(KNOWN[0]); i++) {
        if (equals(tag, KNOWN[i].name)) {
            properties |= KNOWN[i].properties;
        }
    }
    *known = (KnownTag){tag, properties};
    return properties;
}

static int add_to_head(Splitter *self, PyObject *name, PyObject *value)
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

static int add_skipped_text(Splitter *self)
{
    PyObject *name = PyUnicode_FromString(self->head_key);
    PyObject *text = string_from(self->skipped_text.data, self->skipped_text.size);
    int failed = add_to_head(self, name, text);
    Py_XDECREF(name);
    Py_XDECREF(text);
    self->head_key = NULL;
    self->skipped_text.size = 0;
    return failed;
}

static int add_meta(Splitter *self, Span attrs)
{
    Span key, content;
    if (!has_value(attrs, "content", &content) ||
        !(has_value(attrs, "property", &key) || has_value(attrs, "name", &key) ||
          has_value(attrs, "itemprop", &key))) {
        return 0;
    }
    PyObject *name = NULL, *lowered = NULL, *value = NULL;
    if (unescaped(self, &key) == 0 && (name = span_string(key)) != NULL &&
        (lowered = PyObject_CallMethod(name, "lower", NULL)) != NULL &&
        unescaped(self, &content) == 0) {
        value = span_string(content);
    }
    int failed = add_to_head(self, lowered, value);
    Py_XDECREF(name);
    Py_XDECREF(lowered);
    Py_XDECREF(value);
    return failed;
}

int open_element(Splitter *self, Span tag, Span attrs, long properties)
{
    if (self->height == self->capacity) {
        size_t capacity = self->capacity * 2 + 64;
        Frame *stack = realloc(self->stack, capacity * sizeof(Frame));
        if (stack == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        self->stack = stack;
        self->capacity = capacity;
    }
    const Frame *above = self->height ? &self->stack[self->height - 1] : NULL;
    Span value;
    self->stack[self->height++] = (Frame){
        .tag = tag,
        .attrs = attrs,
        .index = -1,
        .properties = properties,
        .in_link = (above && above->in_link) || (properties & LINK) != 0,
        .in_emphasis = (above && above->in_emphasis) || (properties & EMPHASIS) != 0,
        .preformatted = (above && above->preformatted) || (properties & PRE) != 0,
        .gap_after = (properties & SPACED) ||
                     ((properties & SPAN) && has_value(attrs, "class", &value)),
    };
    self->foreign += (properties & FOREIGN) != 0;
    return 0;
}

int start_element(Splitter *self, Span tag, Span attrs, long properties)
{
    if (self->skipped) {
        return properties & VOID ? 0 : open_element(self, tag, attrs, properties);
    }
    if (properties & BREAK) {
        if (end_line(self) < 0) {
            return -1;
        }
        self->after_break = 1;
        return 0;
    }
    if (properties & META) {
        return add_meta(self, attrs);
    }
    if (properties & SKIPPED) {
        if (properties & VOID) {
            return 0;
        }
        Span type;
        if (properties & TITLE) {
            self->head_key = "title";
        } else if ((properties & SCRIPT) && has_value(attrs, "type", &type)) {
            /* None of these characters is ever escaped. */
            for (size_t i = 0; i + 7 <= type.size; i++) {
                if (memcmp(type.data + i, "ld+json", 7) == 0) {
                    self->head_key = "ld+json";
                }
            }
        }
        if (open_element(self, tag, attrs, properties) < 0) {
            return -1;
        }
        self->skipped = self->height;
        return 0;
    }
    if (properties & INLINE) {
        if (self->gap && self->has_pieces && append(&self->text, " ", 1) < 0) {
            return -1;
        }
        if ((properties & LINK) && !self->stack[self->height - 1].in_link) {
            self->links++;
        }
    } else if (end_line(self) < 0) {
        return -1;
    }
    self->gap = 0;
    if (properties & VOID) {
        self->gap = (properties & SPACED) != 0;
        return 0;
    }
    return open_element(self, tag, attrs, properties);
}

int end_element(Splitter *self, Span tag)
{
    Frame *frame = &self->stack[self->height - 1];
    if (self->height <= 1 || !are_same(frame->tag, tag)) {
        return UNSUPPORTED;
    }
    self->foreign -= (frame->properties & FOREIGN) != 0;
    self->height--;
    if (self->skipped) {
        if (self->skipped <= self->height) {
            return 0;
        }
        self->skipped = 0;
        return self->head_key ? add_skipped_text(self) : 0;
    }
    self->common_height = self->common_height < self->height ? self->common_height : self->height;
    if (frame->properties & INLINE) {
        self->gap = frame->gap_after;
        return 0;
    }
    return end_line(self);
}
