/* What the files that split HTML into lines share; see html_scanner.c. */

#ifndef BOILERPLATE_HTML_H
#define BOILERPLATE_HTML_H

#include "native.h"

enum { MAX_NAMES = 16, MAX_NAME_LENGTH = 64 };
enum { MAX_LINES = 200000 }; /* plain_html.MAX_LINES */

/* Properties of tags: first those of compiled.tag_flags, whose table is given. */
enum {
    INLINE = 1,
    SKIPPED = 2,
    EMPHASIS = 4,
    SPACED = 8,       /* inline, and set apart from the text before and after it */
    PARAGRAPH = 0x10, /* custom elements in it are inline */
    ROW = 0x20,       /* nothing in it ends a line */
    VOID = 0x40,      /* has no end tag */
    RAW = 0x80,       /* its text is not escaped, unless it is an element of SVG or MathML */
    OPAQUE = 0x100,   /* its text has no certain end */
    NEWLINE = 0x200,  /* a line end after its start tag is the serializer's */
    LINK = 0x400,
    PRE = 0x800,
    SPAN = 0x1000,
    BREAK = 0x2000,
    SCRIPT = 0x4000,
    FOREIGN = 0x8000, /* begins SVG or MathML */
    CUSTOM = 0x10000,
};

/* plain_gaps.Gap */
enum { GAP_NONE, GAP_UNIT, GAP_APART, GAP_ALWAYS };

/* Bytes of the markup, or of a copy. */
typedef struct {
    const char *data;
    size_t size;
} Span;

typedef struct {
    char *data;
    size_t size, capacity;
} Bytes;

/* An open element. */
typedef struct {
    Span tag, attrs;  /* as they stand in the markup */
    Py_ssize_t index; /* in the page's elements, -1 until it holds text */
    long properties;
    char is_inline, is_doubtful, in_link, in_emphasis, preformatted, in_row, is_classed;
    Py_ssize_t line; /* where it began: after how many ends of lines, and bytes of the line */
    size_t begin;
} Frame;

/* The attributes that an element's names and visibility are made of. */
enum { CLASS, ID, ROLE, ITEMPROP, REL, PROPERTY, DATA_TESTID, HIDDEN, ARIA_HIDDEN, STYLE,
       N_RELEVANT };

/* The names and visibility of elements with the same tag and relevant attributes: a page has many
   elements of few types. */
typedef struct {
    Span tag, relevant[N_RELEVANT]; /* as they stand in the markup; no data if not there */
    uint32_t next; /* type with the same hash: its index plus one, or 0 */
} ElementType;

enum { LINE_NUMBERS = 5, ELEMENT_NUMBERS = 3 };
enum { TYPE_SLOTS = 512, MAX_TRIED = 16, TAG_SLOTS = 256 };

typedef struct {
    Span tag;
    long properties;
} KnownTag;

typedef struct {
    /* The result: texts of lines; int64, LINE_NUMBERS for each line and ELEMENT_NUMBERS for each
       element; (tag, names, hidden) of types of elements. */
    PyObject *texts, *type_values;
    Bytes lines, elements;
    PyObject *tags, *is_hidden_style; /* given, and borrowed */
    ElementType *types;               /* those seen so far */
    size_t n_types, type_capacity;
    uint32_t types_by_hash[TYPE_SLOTS]; /* the last type with a hash: its index plus one, or 0 */
    KnownTag known[TAG_SLOTS];          /* the last tag with a hash */
    Frame *stack;                       /* the open elements */
    size_t height, capacity;
    size_t skipped; /* the height of the element whose content is skipped, or 0 */
    size_t foreign; /* open elements that began SVG or MathML */
    Bytes text, scratch;
    int gap, due, after_text, may_end; /* as in the twin */
    Py_ssize_t ended;
    int has_pieces, preformatted, after_break; /* of the current line */
    Py_ssize_t element, links, link_chars, emphasis_chars;
    size_t common_height; /* the height of the innermost element around all its pieces */
    Py_ssize_t unread;    /* characters behind the last line that there may be */
} Splitter;

/* The result of a step, beside 0 for success and -1 for an exception: the twin must do it. */
enum { UNSUPPORTED = 1 };

/* html_text.c: functions that give an int give 0, or -1 with an exception, where nothing else
   stands beside them. */
int append(Bytes *bytes, const char *data, size_t size);
PyObject *string_from(const char *data, size_t size);
PyObject *span_string(Span span);
Py_ssize_t characters_in(const char *data, size_t size);
Py_ssize_t stripped_length(const char *data, size_t size);
size_t squeeze(char *data, size_t size);
size_t strip_end(char *data, size_t size);
int gap_after(const char *data, size_t size);
int is_blank(const char *data, size_t size);
int equals(Span span, const char *name);
int are_same(Span a, Span b);
uint32_t hash_of(Span span);
int append_unescaped(Bytes *bytes, Span span);
int unescaped(Splitter *self, Span *span);

/* html_elements.c */
int next_attribute(Span *rest, Span *name, Span *value);
const char *end_of_tag(const char *at, const char *end);
int has_value(Span attrs, const char *wanted, Span *value);
int add_element(Splitter *self, Span tag, Span attrs, Py_ssize_t parent, Py_ssize_t depth);

/* html_lines.c */
long properties_of(Splitter *self, Span tag);
int open_element(Splitter *self, Span tag, Span attrs, long properties);
int start_element(Splitter *self, Span tag, Span attrs, long properties);
int end_element(Splitter *self, Span tag);
int add_text(Splitter *self, Span text, int is_raw);
int end_line(Splitter *self);

#endif
