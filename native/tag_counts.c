/* Counts of the tags that may make the tree of a page far larger than its markup. Twin of
   plain_tag_counts.tag_counts; reading/limits.py has the limits. */

#include "native.h"
#include <string.h>

enum { LONGEST_NAME = 6 }; /* of a tag that is counted */

/* plain_tag_counts.FORMATTING_TAGS */
static const char *const FORMATTING[] = {
    "b", "i", "s", "u", "em", "tt", "big", "code", "font", "small", "strike", "strong",
};

static int is_formatting(const char *name)
{
    for (size_t i = 0; i < sizeof(FORMATTING) / sizeof(FORMATTING[0]); i++) {
        if (*name == *FORMATTING[i] && strcmp(name, FORMATTING[i]) == 0) {
            return 1;
        }
    }
    return 0;
}

KERNEL(tag_counts, "object markup",
       "(roots, open): how many tags of html and body have attributes, and how many formatting\n"
       "elements are open at once at most, by counting tags. None for a string without UTF-8.")
{
    if (!PyUnicode_Check(call->args[0])) {
        PyErr_SetString(PyExc_TypeError, "tag_counts: the markup is a string");
        return NULL;
    }
    Py_ssize_t size, roots = 0, open = 0, most = 0;
    const char *at = PyUnicode_AsUTF8AndSize(call->args[0], &size);
    if (at == NULL) {
        PyErr_Clear();
        return Py_NewRef(Py_None);
    }
    const char *end = at + size;
    while ((at = memchr(at, '<', (size_t)(end - at))) != NULL) {
        at++;
        int closes = at < end && *at == '/';
        at += closes;
        char name[LONGEST_NAME + 2] = "";
        int letters = 0;
        for (; at < end && letters <= LONGEST_NAME; at++, letters++) {
            char c = (char)(*at | 0x20);
            if (c < 'a' || c > 'z') {
                break;
            }
            name[letters] = c;
        }
        if (at == end) {
            break;
        }
        if ((is_html_space(*at) || *at == '/') && !closes) {
            roots += strcmp(name, "html") == 0 || strcmp(name, "body") == 0;
        }
        if ((is_html_space(*at) || *at == '/' || *at == '>') && is_formatting(name)) {
            open = closes ? (open > 0 ? open - 1 : 0) : open + 1;
            most = open > most ? open : most;
        }
    }
    return Py_BuildValue("(nn)", roots, most);
}
