/* A page's text as arrays.PageText holds it, and the hashes of its n-grams. */

#ifndef BOILERPLATE_TEXT_H
#define BOILERPLATE_TEXT_H

#include "native.h"

/* The lengths of plain_text.MARKS and SHAPES. */
enum { MARKS = 9, SHAPES = 5 + MARKS };

/* The arrays of a PageText (compiled._arrays), checked: lines and words lie within the text. */
typedef struct {
    const uint64_t *prefix, *inverse; /* running sums of characters, inverse powers of HASH_BASE */
    const int64_t *starts, *lengths;  /* of lines */
    const int64_t *word_starts, *word_ends, *words_before; /* the last: before each line */
    Py_ssize_t n;
} Page;

/* 0, or -1 with an exception. In a kernel's signature, `y` are its page's lines, `q` its sums. */
int take_page(Call *call, PyObject *tuple, Page *page);

/* ngrams.span_hashes, of one span of characters. */
static inline uint64_t hash_between(const Page *page, int64_t start, int64_t end, uint64_t salt)
{
    return span_hash((page->prefix[end] - page->prefix[start]) * page->inverse[start], salt);
}

/* How many character n-grams a line has, and where they begin. */
static inline int64_t char_ngrams(const Page *page, Py_ssize_t line, int order, int64_t *first)
{
    int64_t bounds = order > 1; /* the newlines around it belong to its n-grams */
    *first = page->starts[line] - bounds;
    int64_t count = page->lengths[line] + 2 * bounds - order + 1;
    return count > 0 ? count : 0;
}

/* How many word n-grams a line has, and the word that begins them. */
static inline int64_t word_ngrams(const Page *page, Py_ssize_t line, int order, int64_t *first)
{
    *first = page->words_before[line];
    int64_t count = page->words_before[line + 1] - *first - order + 1;
    return count > 0 ? count : 0;
}

static inline uint64_t char_hash(const Page *page, int64_t at, int order)
{
    return hash_between(page, at, at + order, (uint64_t)order);
}

static inline uint64_t word_hash(const Page *page, int64_t word, int order)
{
    return hash_between(page, page->word_starts[word], page->word_ends[word + order - 1],
                        (uint64_t)(WORD_SALT + order));
}

#endif
