/* What of a page's markup may make its tree far larger than itself (boilerplate/reading/limits.py). */

#include "native.h"
#include <string.h>

enum { LONGEST_NAME = 6 };

/* Letters of a name in one number, the first in the highest byte that is used. */
#define N1(a) ((uint64_t)(a))
#define N2(a, b) (N1(a) << 8 | (b))
#define N3(a, b, c) (N2(a, b) << 8 | (c))
#define N4(a, b, c, d) (N3(a, b, c) << 8 | (d))
#define N5(a, b, c, d, e) (N4(a, b, c, d) << 8 | (e))
#define N6(a, b, c, d, e, f) (N5(a, b, c, d, e) << 8 | (f))

static int is_formatting(uint64_t name)
{
    switch (name) {
    case N1('b'):
    case N1('i'):
    case N1('s'):
    case N1('u'):
    case N2('e', 'm'):
    case N2('t', 't'):
    case N3('b', 'i', 'g'):
    case N4('c', 'o', 'd', 'e'):
    case N4('f', 'o', 'n', 't'):
    case N5('s', 'm', 'a', 'l', 'l'):
    case N6('s', 't', 'r', 'i', 'k', 'e'):
    case N6('s', 't', 'r', 'o', 'n', 'g'):
        return 1;
    default:
        return 0;
    }
}

static int is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

const char tag_counts_doc[] =
    "tag_counts(markup) -> (roots, open) or None\n\n"
    "How many tags of html and body have attributes, and how many formatting elements are open at\n"
    "once at most, by counting tags. None for a string that has no UTF-8.";

PyObject *tag_counts(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    (void)module;
    if (count != 1 || !PyUnicode_Check(args[0])) {
        PyErr_SetString(PyExc_TypeError, "tag_counts: one string is needed");
        return NULL;
    }
    Py_ssize_t size, roots = 0, here = 0, most = 0;
    const char *at = PyUnicode_AsUTF8AndSize(args[0], &size);
    if (at == NULL) {
        PyErr_Clear();
        return Py_NewRef(Py_None);
    }
    const char *end = at + size;
    while ((at = memchr(at, '<', (size_t)(end - at))) != NULL) {
        at++;
        int closes = at < end && *at == '/';
        at += closes;
        uint64_t name = 0;
        int letters = 0;
        for (; at < end && letters <= LONGEST_NAME; at++, letters++) {
            char c = (char)(*at | 0x20);
            if (c < 'a' || c > 'z') {
                break;
            }
            name = name << 8 | (uint8_t)c;
        }
        if (at == end) {
            break;
        }
        if ((is_space(*at) || *at == '/') && !closes) {
            roots += name == N4('h', 't', 'm', 'l') || name == N4('b', 'o', 'd', 'y');
        }
        if ((is_space(*at) || *at == '/' || *at == '>') && is_formatting(name)) {
            here = closes ? (here > 0 ? here - 1 : 0) : here + 1;
            most = here > most ? here : most;
        }
    }
    return Py_BuildValue("(nn)", roots, most);
}
