/* Text of markup as bytes: UTF-8, whitespace, escapes. */

#include "html.h"
#include <stdlib.h>
#include <string.h>

static int grow(Bytes *bytes, size_t more)
{
    if (bytes->size + more <= bytes->capacity) {
        return 0;
    }
    size_t capacity = (bytes->size + more) * 2 + 256;
    char *data = realloc(bytes->data, capacity);
    if (data == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    bytes->data = data;
    bytes->capacity = capacity;
    return 0;
}

int append(Bytes *bytes, const char *data, size_t size)
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

PyObject *string_from(const char *data, size_t size)
{
    return PyUnicode_DecodeUTF8(data, (Py_ssize_t)size, "surrogatepass");
}

/* The number of bytes of the whitespace character (str.isspace) that starts here; 0 for others. */
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

Py_ssize_t characters_in(const char *data, size_t size)
{
    Py_ssize_t count = 0;
    for (size_t i = 0; i < size; i++) {
        count += ((unsigned char)data[i] & 0xC0) != 0x80;
    }
    return count;
}

/* Characters between the first and the last that are not blank. */
Py_ssize_t stripped_length(const char *data, size_t size)
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

/* Replaces runs of whitespace by one space, in place, and strips; the new size. */
size_t squeeze(char *data, size_t size)
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

/* Strips the end and replaces whitespace but tabs by spaces, in place; the new size. */
size_t strip_end(char *data, size_t size)
{
    const unsigned char *at = (const unsigned char *)data, *end = at + size;
    unsigned char *out = (unsigned char *)data;
    size_t stripped = 0;
    while (at < end) {
        int blank = space_at(at, end);
        *out++ = blank && *at != '\t' ? ' ' : *at;
        at += blank ? blank : 1;
        stripped = blank ? stripped : (size_t)(out - (unsigned char *)data);
    }
    return stripped;
}

/* The number of bytes of the mark that opens a quotation here, plain_gaps._QUOTES; or 0. */
static int quote_at(const unsigned char *at, const unsigned char *end)
{
    if (*at == 0xC2) {
        return end - at >= 2 && (at[1] == 0xA1 || at[1] == 0xAB || at[1] == 0xBF) ? 2 : 0;
    }
    if (*at == 0xE2) {
        return end - at >= 3 && at[1] == 0x80 && memchr("\x98\x9A\x9C\x9E\xB9", at[2], 5) ? 3 : 0;
    }
    return *at == '"' || *at == '\'';
}

/* plain_gaps.gap_after, and the gap after longer texts. */
int gap_after(const char *data, size_t size)
{
    static const char opening[] = "([{<=+-*/\\_'^~|`.$#@&";
    enum { LONG = 200 };
    if (size > 4 * LONG || characters_in(data, size) > LONG) {
        return GAP_APART;
    }
    const unsigned char *at = (const unsigned char *)data, *end = at + size, *last = NULL;
    int chars = 0, words = 0, in_word = 0;
    while (at < end) {
        int blank = space_at(at, end), quote = chars || blank ? 0 : quote_at(at, end);
        if (!blank) {
            words += !in_word;
            chars += !quote && (*at & 0xC0) != 0x80;
            last = at;
        }
        in_word = !blank;
        at += blank ? blank : quote ? quote : 1;
    }
    if (words > 1) {
        return GAP_APART;
    }
    return chars <= 1 || (*last && strchr(opening, *last)) ? GAP_NONE : GAP_UNIT;
}

PyObject *span_string(Span span)
{
    return string_from(span.data, span.size);
}

int equals(Span span, const char *name)
{
    size_t size = strlen(name);
    return span.size == size && memcmp(span.data, name, size) == 0; /* no name is empty */
}

/* Whether both are of the same bytes, or not there. */
int are_same(Span a, Span b)
{
    return a.size == b.size && (a.data == NULL) == (b.data == NULL) &&
           (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

uint32_t hash_of(Span span)
{
    uint32_t hash = (uint32_t)span.size;
    for (size_t i = 0; i < span.size; i++) {
        hash = hash * 31 + (unsigned char)span.data[i];
    }
    return hash ^ hash >> 15;
}

static const struct {
    const char *escaped, *character;
} ESCAPES[] = {
    {"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&nbsp;", "\xC2\xA0"},
};

/* Appends the unescaped text or value of an attribute. */
int append_unescaped(Bytes *bytes, Span span)
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

/* Unescapes a span; the result is in the scratch bytes if it differs. */
int unescaped(Splitter *self, Span *span)
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

int is_blank(const char *data, size_t size)
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
