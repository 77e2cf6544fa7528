/* Lines of text, from the tags and the text of a page in their order. */

#include "html.h"
#include <stdlib.h>
#include <string.h>

/* Tags that are handled by name, beside those of the given table. */
static const struct {
    const char *name;
    long properties;
} KNOWN[] = {
    {"a", LINK},           {"area", VOID},       {"base", VOID},     {"basefont", VOID},
    {"bgsound", VOID},     {"br", VOID | BREAK}, {"col", VOID},      {"embed", VOID},
    {"frame", VOID},       {"hr", VOID},         {"iframe", RAW},    {"img", VOID},
    {"input", VOID},       {"keygen", VOID},     {"link", VOID},     {"listing", NEWLINE},
    {"math", FOREIGN},     {"meta", VOID},       {"noembed", RAW},   {"noframes", RAW},
    {"param", VOID},       {"plaintext", OPAQUE}, {"pre", NEWLINE | PRE}, {"script", RAW | SCRIPT},
    {"source", VOID},      {"span", SPAN},       {"style", RAW},     {"svg", FOREIGN},
    {"textarea", NEWLINE}, {"track", VOID},      {"wbr", VOID},      {"xmp", RAW},
};

static int add_line(Splitter *self, Span text)
{
    Py_ssize_t chars = characters_in(text.data, text.size);
    int64_t numbers[LINE_NUMBERS] = {
        self->element,
        self->links,
        self->link_chars < chars ? self->link_chars : chars,
        self->emphasis_chars < chars ? self->emphasis_chars : chars,
        self->after_break,
    };
    return append_new(self->texts, span_string(text)) < 0
               ? -1
               : append(&self->lines, (const char *)numbers, sizeof(numbers));
}

int end_line(Splitter *self)
{
    if (self->has_pieces) {
        size_t size = self->preformatted ? strip_end(self->text.data, self->text.size)
                                         : squeeze(self->text.data, self->text.size);
        if (add_line(self, (Span){self->text.data, size}) < 0) {
            return -1;
        }
        self->has_pieces = 0;
        self->element = -1;
        self->link_chars = self->emphasis_chars = 0;
    }
    self->text.size = 0;
    self->links = 0;
    self->after_break = self->may_end = 0;
    self->due = GAP_NONE;
    self->ended++;
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
        frame->index =
            (Py_ssize_t)(self->elements.size / (ELEMENT_NUMBERS * sizeof(int64_t)));
        if (add_element(self, frame->tag, frame->attrs, self->stack[i - 1].index,
                        (Py_ssize_t)i - 1) < 0) {
            return -1;
        }
    }
    return 0;
}

/* Whether a gap is kept before a text. */
static int is_apart(int gap, char first)
{
    static const char joining[] = ".,;:!?%)]}([{<>=+-*/\\_'^~|`"; /* first those that close */
    enum { CLOSING = 10 };
    const char *found = first ? memchr(joining, first, gap == GAP_UNIT ? strlen(joining) : CLOSING)
                              : NULL;
    return gap == GAP_ALWAYS || found == NULL;
}

/* Adds a text that is not blank to the line. */
static int add_piece(Splitter *self, Span text)
{
    if (PyList_Size(self->texts) >= MAX_LINES) {
        self->unread += characters_in(text.data, text.size);
        return 0;
    }
    Frame *frame = &self->stack[self->height - 1];
    if (frame->index < 0 && add_open_elements(self) < 0) {
        return -1;
    }
    if (self->element < 0) {
        self->common_height = self->height;
        self->preformatted = frame->preformatted && !frame->in_row;
    } else if (self->due && is_apart(self->due, *text.data) && append(&self->text, " ", 1) < 0) {
        return -1;
    }
    self->element = self->stack[self->common_height - 1].index;
    self->has_pieces = 1;
    if (frame->in_link || frame->in_emphasis) {
        Py_ssize_t chars = stripped_length(text.data, text.size);
        if (frame->in_link) {
            self->link_chars += chars;
            self->links = self->links > 1 ? self->links : 1;
        }
        if (frame->in_emphasis) {
            self->emphasis_chars += chars;
        }
    }
    return append(&self->text, text.data, text.size);
}

/* A run of text that does not end the line. */
static int add_run(Splitter *self, Span text, int keep_blanks)
{
    if (!is_blank(text.data, text.size)) {
        self->may_end = 0;
        int failed = add_piece(self, text);
        self->after_text = 1;
        self->gap = self->due = GAP_NONE;
        return failed;
    }
    if (text.size && keep_blanks) {
        return append(&self->text, text.data, text.size);
    }
    return text.size && self->has_pieces ? append(&self->text, " ", 1) : 0;
}

/* Preformatted text: its line ends are line ends. */
static int add_preformatted(Splitter *self, Span text)
{
    const char *at = text.data, *end = at + text.size;
    for (;;) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        if (add_run(self, (Span){at, (size_t)((stop ? stop : end) - at)}, 1) < 0) {
            return -1;
        }
        if (stop == NULL) {
            return 0;
        }
        int had_text = self->has_pieces;
        if (end_line(self) < 0) {
            return -1;
        }
        self->after_break = had_text;
        at = stop + 1;
    }
}

/* Text between two tags; escaped, unless it is raw. */
int add_text(Splitter *self, Span text, int is_raw)
{
    if (text.size == 0 || self->skipped) {
        return 0;
    }
    const Frame *frame = &self->stack[self->height - 1];
    Bytes kept = {NULL, 0, 0};
    if (!is_raw && memchr(text.data, '&', text.size)) {
        /* Not in the scratch bytes, which new elements use. */
        if (append_unescaped(&kept, text) < 0) {
            free(kept.data);
            return -1;
        }
        text = (Span){kept.data, kept.size};
    }
    int failed = frame->preformatted && !frame->in_row ? add_preformatted(self, text)
                                                       : add_run(self, text, 0);
    free(kept.data);
    return failed;
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
    if (memchr(tag.data, '-', tag.size) && !(properties & ROW)) {
        properties |= CUSTOM;
    }
    *known = (KnownTag){tag, properties};
    return properties;
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
    int is_inline = (properties & INLINE) != 0;
    if ((properties & CUSTOM) && above != NULL) {
        is_inline = above->is_inline || (above->properties & PARAGRAPH) || self->after_text;
    }
    Span value;
    self->stack[self->height++] = (Frame){
        .tag = tag,
        .attrs = attrs,
        .index = -1,
        .properties = properties,
        .is_inline = (char)is_inline,
        .is_doubtful = (properties & CUSTOM) && !is_inline,
        .in_link = (above && above->in_link) || (properties & LINK) != 0,
        .in_emphasis = (above && above->in_emphasis) || (properties & EMPHASIS) != 0,
        .preformatted = (above && above->preformatted) || (properties & PRE) != 0,
        .in_row = (above && above->in_row) || (properties & ROW) != 0,
        .is_classed = (properties & SPAN) && has_value(attrs, "class", &value),
        .line = self->ended,
        .begin = self->text.size,
    };
    self->foreign += (properties & FOREIGN) != 0;
    return 0;
}

int start_element(Splitter *self, Span tag, Span attrs, long properties)
{
    if (self->skipped || (properties & SKIPPED)) {
        if (properties & VOID) {
            return 0;
        }
        if (open_element(self, tag, attrs, properties) < 0) {
            return -1;
        }
        self->skipped = self->skipped ? self->skipped : self->height;
        return 0;
    }
    if (self->may_end && end_line(self) < 0) {
        return -1;
    }
    const Frame *above = &self->stack[self->height - 1];
    int in_row = above->in_row, preformatted = above->preformatted, in_link = above->in_link;
    if ((properties & BREAK) && !in_row) {
        int failed = end_line(self);
        self->after_break = 1;
        return failed;
    }
    /* The frame of a void element is gone again at once. */
    if (open_element(self, tag, attrs, properties) < 0) {
        return -1;
    }
    Frame *frame = &self->stack[self->height - 1];
    if (frame->is_inline) {
        if (!preformatted) {
            self->due = self->due > self->gap ? self->due : self->gap;
        }
        if ((properties & LINK) && !in_link) {
            self->links++;
        }
    } else if (in_row) {
        self->due = GAP_ALWAYS;
    } else {
        if (end_line(self) < 0) {
            return -1;
        }
        frame->line = self->ended;
        frame->begin = 0;
    }
    self->gap = GAP_NONE;
    self->after_text = 0;
    if (properties & VOID) {
        self->height--;
        self->gap = properties & SPACED ? GAP_APART : GAP_NONE;
    }
    return 0;
}

int end_element(Splitter *self, Span tag)
{
    const Frame *frame = &self->stack[self->height - 1];
    if (self->height <= 1 || !are_same(frame->tag, tag)) {
        return UNSUPPORTED;
    }
    self->foreign -= (frame->properties & FOREIGN) != 0;
    if (self->skipped) {
        self->height--;
        self->skipped = self->skipped <= self->height ? self->skipped : 0;
        return 0;
    }
    if (self->may_end && end_line(self) < 0) {
        return -1;
    }
    self->height--;
    self->after_text = 0;
    self->common_height = self->common_height < self->height ? self->common_height : self->height;
    if (frame->is_inline) {
        if (frame->properties & SPACED) {
            self->gap = GAP_APART;
        } else if (frame->is_classed) {
            size_t begin = frame->line == self->ended ? frame->begin : 0;
            int gap = gap_after(self->text.data + begin, self->text.size - begin);
            self->gap = self->gap > gap ? self->gap : gap;
        }
        return 0;
    }
    if (frame->in_row && !(frame->properties & ROW)) {
        self->due = GAP_ALWAYS;
        return 0;
    }
    if (frame->is_doubtful) {
        self->may_end = 1;
        return 0;
    }
    return end_line(self);
}
