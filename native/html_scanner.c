/* HTML to lines, from what the parser's serializer writes. Twin of plain_html.HtmlSplitter.

   A parsed document comes as one string of markup that is well formed by construction: every
   element that can hold anything ends where it should, and quotes, ampersands and angle brackets
   are escaped. So this file need not know how browsers mend pages, and no Python object is made
   but for the texts of lines and for types of elements. Markup that is not as a serializer writes
   it, or that is ambiguous, is left to the twin. */

#include "html.h"
#include <stdlib.h>
#include <string.h>

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

/* Takes the unescaped text of an element, up to its end tag. */
static int raw_text(Splitter *self, const char **at, const char *end)
{
    Frame *frame = &self->stack[self->height - 1];
    const char *begin = *at, *stop;
    if (self->foreign) {
        /* Of SVG or MathML it would be escaped: it is the same if there is nothing to escape. */
        stop = memchr(begin, '<', (size_t)(end - begin));
        if (stop == NULL || (memchr(begin, '&', (size_t)(stop - begin)) && !self->skipped)) {
            return UNSUPPORTED;
        }
    } else {
        for (stop = begin; (stop = find(stop, end, "</")) != NULL; stop++) {
            if ((size_t)(end - stop) > frame->tag.size + 2 && stop[frame->tag.size + 2] == '>' &&
                memcmp(stop + 2, frame->tag.data, frame->tag.size) == 0) {
                break;
            }
        }
    }
    /* A script may have `<!-- <script> </script> -->` in it. */
    if (stop == NULL || end - stop < 2 || stop[1] != '/' ||
        ((frame->properties & SCRIPT) && find(begin, stop, "<!--"))) {
        return UNSUPPORTED;
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
        return UNSUPPORTED;
    }
    Span tag = {name, (size_t)(stop - name)}, attrs = {stop, (size_t)(close - stop)};
    long properties = properties_of(self, tag);
    if (properties < 0) {
        return -1;
    }
    if (properties & OPAQUE) {
        return UNSUPPORTED;
    }
    *at = close + 1;
    if ((properties & NEWLINE) && *at < end && **at == '\n') {
        ++*at;
    }
    int step = start_element(self, tag, attrs, properties);
    return step == 0 && (properties & RAW) ? raw_text(self, at, end) : step;
}

static int end_tag(Splitter *self, const char **at, const char *end)
{
    const char *name = *at + 2, *stop = memchr(name, '>', (size_t)(end - name));
    if (stop == NULL) {
        return UNSUPPORTED;
    }
    *at = stop + 1;
    return end_element(self, (Span){name, (size_t)(stop - name)});
}

static int split_markup(Splitter *self, Span markup)
{
    const char *at = markup.data, *end = at + markup.size;
    int step = open_element(self, (Span){"", 0}, (Span){"", 0}, 0);
    while (step == 0) {
        const char *stop = memchr(at, '<', (size_t)(end - at));
        step = add_text(self, (Span){at, (size_t)((stop ? stop : end) - at)}, 0);
        if (step || stop == NULL) {
            break;
        }
        at = stop;
        if (end - at < 2) {
            return UNSUPPORTED;
        }
        if (at[1] == '/') {
            step = end_tag(self, &at, end);
        } else if (at[1] == '!' || at[1] == '?') {
            int is_comment = end - at >= 4 && memcmp(at, "<!--", 4) == 0;
            stop = is_comment ? find(at + 4, end, "-->") : memchr(at, '>', (size_t)(end - at));
            if (stop == NULL) {
                return UNSUPPORTED;
            }
            at = stop + (is_comment ? 3 : 1);
        } else {
            step = start_tag(self, &at, end);
        }
    }
    if (step == 0 && self->height != 1) {
        return UNSUPPORTED;
    }
    return step ? step : end_line(self);
}

KERNEL(split_html, "object markup, object tags, object is_hidden_style",
       "(texts, lines, types, elements, unread) of markup as a parser serializes a document of\n"
       "its own; None where it is not like that. `tags` are what each tag is. `lines` are, as\n"
       "int64, the fields of each line's Markup; `types` (tag, names, hidden); `elements` the\n"
       "type, parent and depth of each; `unread` how many characters stand behind the last line.")
{
    PyObject *const *args = call->args;
    if (!PyUnicode_Check(args[0]) || !PyDict_Check(args[1])) {
        PyErr_SetString(PyExc_TypeError, "split_html: a string and a dictionary are needed");
        return NULL;
    }
    Splitter *self = zeroed_scratch(call, 1, sizeof(Splitter)); /* too large for a small stack */
    if (self == NULL) {
        return NULL;
    }
    PyObject *result = NULL;
    char *markup;
    Py_ssize_t size;
    /* Unlike what PyUnicode_AsUTF8AndSize gives, it may have lone surrogates. */
    PyObject *bytes = PyUnicode_AsEncodedString(args[0], "utf-8", "surrogatepass");
    self->tags = args[1];
    self->is_hidden_style = args[2];
    self->texts = PyList_New(0);
    self->type_values = PyList_New(0);
    self->element = -1;
    if (self->texts && self->type_values && bytes &&
        PyBytes_AsStringAndSize(bytes, &markup, &size) == 0) {
        int step = split_markup(self, (Span){markup, (size_t)size});
        if (step == UNSUPPORTED) {
            result = Py_NewRef(Py_None);
        } else if (step == 0) {
            result = Py_BuildValue("Oy#Oy#n", self->texts,
                                   self->lines.data ? self->lines.data : "",
                                   (Py_ssize_t)self->lines.size, self->type_values,
                                   self->elements.data ? self->elements.data : "",
                                   (Py_ssize_t)self->elements.size, self->unread);
        }
    }
    Py_XDECREF(self->texts);
    Py_XDECREF(self->type_values);
    Py_XDECREF(bytes);
    free(self->lines.data);
    free(self->elements.data);
    free(self->types);
    free(self->stack);
    free(self->text.data);
    free(self->scratch.data);
    return result;
}
