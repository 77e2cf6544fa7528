/* Attributes of markup, and the page's elements with their names and visibility. */

#include "html.h"
#include <stdlib.h>
#include <string.h>

/* Takes the next attribute off the rest of a tag: ` name="value"`, the value escaped. 1, or 0 at
   the end. `end_of_tag` has checked the markup. */
int next_attribute(Span *rest, Span *name, Span *value)
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

/* Where the start tag whose name ends here ends; NULL if no serializer writes it so. */
const char *end_of_tag(const char *at, const char *end)
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

/* Whether there is an attribute of this name with a value, which stays escaped. */
int has_value(Span attrs, const char *wanted, Span *value)
{
    Span name;
    while (next_attribute(&attrs, &name, value)) {
        if (equals(name, wanted)) {
            return value->size > 0;
        }
    }
    return 0;
}

static const char *const RELEVANT[N_RELEVANT] = {
    "class", "id", "role", "itemprop", "rel", "property", "data-testid", "hidden", "aria-hidden",
    "style",
};

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
    return string_from(small, before + end);
}

/* Takes the next word off a span; 0 where there is none. */
static int next_word(Span *rest, Span *word)
{
    const char *at = rest->data, *end = at + rest->size;
    while (at < end && is_html_space(*at)) {
        at++;
    }
    word->data = at;
    while (at < end && !is_html_space(*at)) {
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

/* Adds a list of words as one name, one space between them. */
static int add_words(PyObject *names, const char *prefix, Span value)
{
    Bytes words = {NULL, 0, 0};
    Span word;
    int failed = 0;
    while (!failed && next_word(&value, &word)) {
        failed = (words.size && append(&words, " ", 1) < 0) ||
                 append(&words, word.data, word.size) < 0;
    }
    if (!failed && words.size) {
        Span whole = {words.data, words.size};
        failed = append_new(names, clipped(prefix, whole, MAX_NAME_LENGTH)) < 0;
    }
    free(words.data);
    return failed ? -1 : 0;
}

static int add_names(Splitter *self, PyObject *names, const Span *relevant)
{
    for (int i = CLASS; i <= DATA_TESTID; i++) {
        Span value = relevant[i];
        if (value.size == 0) {
            continue;
        }
        char prefix[16] = "";
        if (i != CLASS) {
            strcat(strcpy(prefix, RELEVANT[i]), "=");
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
static int is_hidden(Splitter *self, Span tag, const Span *relevant)
{
    Span style = relevant[STYLE];
    if (equals(tag, "noscript") || relevant[HIDDEN].data || equals(relevant[ARIA_HIDDEN], "true")) {
        return 1;
    }
    if (style.size == 0) {
        return 0;
    }
    PyObject *string = unescaped(self, &style) < 0 ? NULL : span_string(style);
    PyObject *result =
        string ? PyObject_CallFunctionObjArgs(self->is_hidden_style, string, NULL) : NULL;
    int hidden = result ? PyObject_IsTrue(result) : -1;
    Py_XDECREF(string);
    Py_XDECREF(result);
    return hidden;
}

/* Fills in the relevant attributes; a hash of them and the tag. */
static uint32_t find_relevant(Span tag, Span attrs, Span *relevant)
{
    Span name, value;
    uint32_t hash = hash_of(tag);
    memset(relevant, 0, N_RELEVANT * sizeof(Span));
    while (next_attribute(&attrs, &name, &value)) {
        for (int i = 0; i < N_RELEVANT; i++) {
            if (*name.data == *RELEVANT[i] && equals(name, RELEVANT[i])) {
                relevant[i] = value;
                hash ^= hash_of(value) * (uint32_t)(2 * i + 3);
                break;
            }
        }
    }
    return hash % TYPE_SLOTS;
}

static int is_same_type(const ElementType *type, Span tag, const Span *relevant)
{
    int same = are_same(type->tag, tag);
    for (int i = 0; i < N_RELEVANT && same; i++) {
        same = are_same(type->relevant[i], relevant[i]);
    }
    return same;
}

/* A new type of element; NULL with an exception. */
static ElementType *new_element_type(Splitter *self, Span tag, const Span *relevant)
{
    if (self->n_types == self->type_capacity) {
        size_t capacity = self->type_capacity * 2 + 64;
        int too_many = capacity > UINT32_MAX / 2;
        ElementType *types =
            too_many ? NULL : realloc(self->types, capacity * sizeof(ElementType));
        if (types == NULL) {
            PyErr_NoMemory();
            return NULL;
        }
        self->types = types;
        self->type_capacity = capacity;
    }
    PyObject *list = PyList_New(0), *names = NULL;
    if (list != NULL && add_names(self, list, relevant) == 0) {
        names = PyList_AsTuple(list);
    }
    Py_XDECREF(list);
    int hidden = names ? is_hidden(self, tag, relevant) : -1;
    PyObject *tag_string = hidden < 0 ? NULL : span_string(tag);
    PyObject *value = NULL;
    if (tag_string != NULL) {
        value = PyTuple_Pack(3, tag_string, names, hidden ? Py_True : Py_False);
    }
    Py_XDECREF(tag_string);
    Py_XDECREF(names);
    if (append_new(self->type_values, value) < 0) {
        return NULL;
    }
    ElementType *type = &self->types[self->n_types++];
    type->tag = tag;
    memcpy(type->relevant, relevant, sizeof(type->relevant));
    return type;
}

/* The number of an element's type, a new one if need be; -1 with an exception. */
static int64_t type_of_element(Splitter *self, Span tag, Span attrs)
{
    Span relevant[N_RELEVANT];
    uint32_t hash = find_relevant(tag, attrs, relevant), index = self->types_by_hash[hash];
    for (int tried = 0; index && tried < MAX_TRIED; tried++) {
        ElementType *type = &self->types[index - 1];
        if (is_same_type(type, tag, relevant)) {
            return index - 1;
        }
        index = type->next;
    }
    ElementType *type = new_element_type(self, tag, relevant);
    if (type == NULL) {
        return -1;
    }
    type->next = self->types_by_hash[hash];
    self->types_by_hash[hash] = (uint32_t)self->n_types;
    return (int64_t)self->n_types - 1;
}

int add_element(Splitter *self, Span tag, Span attrs, Py_ssize_t parent, Py_ssize_t depth)
{
    int64_t numbers[ELEMENT_NUMBERS] = {type_of_element(self, tag, attrs), parent, depth};
    return numbers[0] < 0 ? -1 : append(&self->elements, (const char *)numbers, sizeof(numbers));
}
