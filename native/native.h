/* What the files of this extension share. Each function here is the fast twin of a plain one in
   Python, which stays the reference: both give the same bits (tests/test_native.py).

   Only the stable interface of CPython 3.11 is used, and arrays come as buffers, so that one
   build serves every later version of Python and any version of numpy. */

#ifndef BOILERPLATE_NATIVE_H
#define BOILERPLATE_NATIVE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

/* An array that Python handed over: contiguous, of one item size. */
typedef struct {
    Py_buffer view;
    Py_ssize_t length; /* items */
    int held;
} Array;

/* Fills an Array from an object; `size` is the bytes of an item. 0, or -1 with an exception. */
int take_array(PyObject *object, Array *array, Py_ssize_t size, int writable, const char *name);
void drop_arrays(Array *arrays, int count);

/* The arguments of a function, a letter each in `kinds`: arrays of items of 1 (b), 4 (w) or 8 (d)
   bytes, in capitals where they are written to; n a number, which becomes an Array's length; an
   o is left to the caller. 0, or -1 with an exception that begins with the function's name. */
int take_arguments(const char *function, const char *kinds, PyObject *const *args,
                   Py_ssize_t count, Array *arrays);

/* Whether an array holds rows * columns items; for any numbers, without their product. */
static inline int is_matrix(const Array *array, Py_ssize_t rows, Py_ssize_t columns)
{
    if (rows <= 0 || columns <= 0) {
        return rows >= 0 && columns >= 0 && array->length == 0;
    }
    return array->length % rows == 0 && array->length / rows == columns;
}

/* Whether places lie within an array of so many entries; 0 with an exception. */
int within(const int64_t *places, Py_ssize_t count, int64_t least, int64_t size);
/* Whether each element comes after its parent, -1 for the outermost ones; 0 with an exception. */
int is_tree(const int64_t *parent, Py_ssize_t count);

/* How many code points the tables of characters.py have; and characters.Flag. */
enum { TABLE_SIZE = 0x20000 };
enum { WORD = 1, DECIMAL = 2, BLANK = 4, UPPER = 8, PLAIN = 16 };

/* Where a code point is in a table: those beyond it are as its last one. */
static inline uint32_t in_table(uint32_t point)
{
    return point < TABLE_SIZE ? point : TABLE_SIZE - 1;
}

/* Hashes or numbers that rise. */
typedef struct {
    const int64_t *keys;
    Py_ssize_t size;
} Keys;

/* The place of one among them; the place at their end where it is none of them. */
static inline Py_ssize_t place_among(const Keys *keys, int64_t wanted)
{
    const int64_t *at = keys->keys;
    Py_ssize_t size = keys->size;
    if (size == 0) {
        return 0;
    }
    while (size > 1) {
        Py_ssize_t half = size / 2;
        at = at[half - 1] < wanted ? at + half : at;
        size -= half;
    }
    return *at == wanted ? at - keys->keys : keys->size;
}

/* features.name_buckets, of one token. */
static inline uint64_t name_bucket(uint64_t token, uint64_t level, int bits)
{
    const uint64_t mix = 0xD6E8FEB86659FD93u;
    uint64_t mixed = (token + 1 + (level << 34)) * mix;
    mixed ^= mixed >> 29;
    return (mixed * mix) >> (64 - bits);
}

/* Marks the buckets of tokens of names, seen from a level, among 2**bits. */
void mark_names(const uint64_t *tokens, Py_ssize_t count, int level, int bits, uint8_t *marks);

/* The names of attributes of a page's values, once ready_names has returned 0; else -1 with an
   exception. */
extern PyObject *name_tag, *name_names, *name_parent, *name_hidden, *name_markup, *name_element;
int ready_names(void);
/* The markup of the line in one of some places among a page's lines: a new reference, None where
   it has none; NULL with an exception. */
PyObject *markup_of(PyObject *lines, PyObject *places, Py_ssize_t row);

/* Makes values of a frozen dataclass with slots: sets its fields past its own __setattr__, which
   refuses. */
enum { MOST_FIELDS = 8 };
typedef struct {
    PyObject *type; /* owned, as are the fields' descriptors */
    allocfunc alloc;
    int count;
    PyObject *fields[MOST_FIELDS];
    descrsetfunc set[MOST_FIELDS];
} Maker;

/* `names` end with NULL. 0, or -1 with an exception. */
int ready_maker(Maker *maker, PyObject *type, const char *const *names);
void drop_maker(Maker *maker);
/* A new value; takes the references of its fields, of which any may be NULL with an exception. */
PyObject *make_value(const Maker *maker, PyObject **values);

/* The functions of the module: what each does is in its doc. */
extern const char explain_doc[];
PyObject *explain(PyObject *module, PyObject *const *args, Py_ssize_t count);
extern const char line_shapes_doc[];
PyObject *line_shapes(PyObject *module, PyObject *const *args, Py_ssize_t count);
extern const char char_counts_doc[];
PyObject *char_counts(PyObject *module, PyObject *const *args, Py_ssize_t count);
extern const char fold_doc[];
PyObject *fold(PyObject *module, PyObject *const *args, Py_ssize_t count);
extern const char text_features_doc[];
PyObject *text_features(PyObject *module, PyObject *const *args, Py_ssize_t count);
extern const char gram_sums_doc[];
PyObject *gram_sums(PyObject *module, PyObject *args);
extern const char line_hashes_doc[];
PyObject *line_hashes(PyObject *module, PyObject *const *args, Py_ssize_t count);
extern const char line_places_doc[];
PyObject *line_places(PyObject *module, PyObject *const *args, Py_ssize_t count);
extern const char see_page_doc[];
PyObject *see_page(PyObject *module, PyObject *const *args, Py_ssize_t count);
extern const char element_arrays_doc[];
PyObject *element_arrays(PyObject *module, PyObject *const *args, Py_ssize_t count);
extern const char line_markups_doc[];
PyObject *line_markups(PyObject *module, PyObject *args);
extern const char kind_words_doc[];
PyObject *kind_words(PyObject *module, PyObject *const *args, Py_ssize_t count);
extern const char kind_names_doc[];
PyObject *kind_names(PyObject *module, PyObject *const *args, Py_ssize_t count);
extern const char likeliest_paths_doc[];
PyObject *likeliest_paths(PyObject *module, PyObject *const *args, Py_ssize_t count);
extern const char element_tokens_doc[];
PyObject *element_tokens(PyObject *module, PyObject *args);
extern const char strongest_grounds_doc[];
PyObject *strongest_grounds(PyObject *module, PyObject *const *args, Py_ssize_t count);
extern const char hear_lines_doc[];
PyObject *hear_lines(PyObject *module, PyObject *const *args, Py_ssize_t count);
extern const char speech_shares_doc[];
PyObject *speech_shares(PyObject *module, PyObject *const *args, Py_ssize_t count);
extern const char likeliest_languages_doc[];
PyObject *likeliest_languages(PyObject *module, PyObject *const *args, Py_ssize_t count);
extern const char plain_texts_doc[];
PyObject *plain_texts(PyObject *module, PyObject *const *args, Py_ssize_t count);
extern const char tag_counts_doc[];
PyObject *tag_counts(PyObject *module, PyObject *const *args, Py_ssize_t count);
extern const char split_doc[];
PyObject *split(PyObject *module, PyObject *const *args, Py_ssize_t count);
extern const char predictions_doc[];
PyObject *predictions(PyObject *module, PyObject *const *args, Py_ssize_t count);
extern const char line_groups_doc[];
PyObject *line_groups(PyObject *module, PyObject *const *args, Py_ssize_t count);
extern const char markup_features_doc[];
PyObject *markup_features(PyObject *module, PyObject *const *args, Py_ssize_t count);
extern const char neighbour_features_doc[];
PyObject *neighbour_features(PyObject *module, PyObject *const *args, Py_ssize_t count);
extern const char container_features_doc[];
PyObject *container_features(PyObject *module, PyObject *const *args, Py_ssize_t count);
extern const char language_features_doc[];
PyObject *language_features(PyObject *module, PyObject *const *args, Py_ssize_t count);
extern const char name_scores_doc[];
PyObject *name_scores(PyObject *module, PyObject *const *args, Py_ssize_t count);
extern const char bag_scores_doc[];
PyObject *bag_scores(PyObject *module, PyObject *const *args, Py_ssize_t count);
extern const char around_scores_doc[];
PyObject *around_scores(PyObject *module, PyObject *args);
extern const char bag_buckets_doc[];
PyObject *bag_buckets(PyObject *module, PyObject *args);

#endif
