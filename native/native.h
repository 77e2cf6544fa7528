/* What the files of this extension share. Each kernel is the fast twin of a plain function in
   Python, which stays the reference: both give the same bits (tests/kernels).

   Only the stable interface of CPython 3.11 is used, and arrays come as buffers, so that one
   build serves every later version of Python and any version of numpy. Kernels share no state: without a
   GIL, threads may call them at once. */

#ifndef BOILERPLATE_NATIVE_H
#define BOILERPLATE_NATIVE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

/* Where the loader can choose, loops are compiled for wide registers too. Nothing is fused, so
   that the bits are the same. */
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__GLIBC__)
#define WIDE __attribute__((target_clones("avx2", "default")))
#else
#define WIDE
#endif

/* Asks for memory before its turn, where the compiler can: large tables are not in the nearest
   caches. */
#ifdef __GNUC__
#define prefetch(address) __builtin_prefetch(address)
#else
#define prefetch(address) ((void)(address))
#endif

/* ------------------------------------------------------------------ kernels and their arguments */

enum { MAX_ARGUMENTS = 40, MAX_SCRATCH = 6 };

/* A call of a kernel, with its arguments as its signature describes them. */
typedef struct {
    const char *name;
    PyObject *const *args;
    int count;                         /* arguments that were taken */
    void *data[MAX_ARGUMENTS];         /* the items of an array; NULL for other arguments */
    Py_ssize_t number[MAX_ARGUMENTS];  /* how many items an array has, or the value of an int */
    Py_ssize_t sizes['z' - 'a' + 1];   /* what letters of a signature stand for; -1: unknown */
    int n_views, n_scratch;
    Py_buffer views[MAX_ARGUMENTS];
    void *scratch[MAX_SCRATCH];
} Call;

/* Defines a kernel: a function of a Call that returns a new reference, or NULL with an exception.

   A signature names the arguments, as in "i64 parent[e] tree, i64 element[n] < e, int level,
   object text, out f64 scores[n,10]":
   - arrays are contiguous. `i64`, `u8`, `f32` ... is the kind of their items (integer, unsigned,
     floating point; s for structures) with its bits; `out` ones are written to.
   - shapes are numbers, letters, or letters and a number (`[n+1]`). The first array with a letter
     sets it, all others must agree. Items count, not dimensions: [n,10] takes any array of 10 * n.
   - `< e`: the items are indices into e items. `tree`: each is the index of an earlier item, or -1.
   - an `int` fits into Py_ssize_t; an `object` is left to the kernel, in `args`. */
#define KERNEL(name, signature, doc)                                                   \
    static PyObject *name##_kernel(Call *call);                                        \
    PyObject *name(PyObject *module, PyObject *const *args, Py_ssize_t count)          \
    {                                                                                  \
        (void)module;                                                                  \
        return call_kernel(name##_kernel, #name, signature, args, count);              \
    }                                                                                  \
    const char name##_doc[] = #name "(" signature ")\n\n" doc;                         \
    static PyObject *name##_kernel(Call *call)

/* All kernels, in the order of the module's table. */
#define KERNELS(each)         \
    each(split_html)          \
    each(tag_counts)          \
    each(plain_texts)         \
    each(fold_text)           \
    each(line_shapes)         \
    each(text_features)       \
    each(ngram_sums)          \
    each(neighbour_scores)    \
    each(bag_buckets)         \
    each(bag_scores)          \
    each(char_weights)        \
    each(language_odds)       \
    each(language_shares)     \
    each(language_features)   \
    each(type_tokens)         \
    each(token_scores)        \
    each(line_groups)         \
    each(markup_features)     \
    each(neighbour_features)  \
    each(container_features)  \
    each(pack_trees)          \
    each(tree_sums)           \
    each(reached_sums)        \
    each(role_text_sums)      \
    each(role_token_sums)     \
    each(role_context)        \
    each(values)              \
    each(line_fingerprints)   \
    each(site_features)

#define DECLARE_KERNEL(name)                                                    \
    PyObject *name(PyObject *module, PyObject *const *args, Py_ssize_t count);  \
    extern const char name##_doc[];
KERNELS(DECLARE_KERNEL)

PyObject *call_kernel(PyObject *(*kernel)(Call *), const char *name, const char *signature,
                      PyObject *const *args, Py_ssize_t count);

/* Takes arguments besides those of the kernel's own signature, after them. 0, or -1 with an
   exception. */
int take_arguments(Call *call, const char *signature, PyObject *const *args, Py_ssize_t count);

static inline Py_ssize_t size_of(const Call *call, char letter)
{
    return call->sizes[letter - 'a'];
}

/* Memory for some items, freed when the call ends; NULL with an exception. */
void *scratch(Call *call, Py_ssize_t count, size_t item_size);
void *zeroed_scratch(Call *call, Py_ssize_t count, size_t item_size);

/* NULL, with a ValueError that begins with the kernel's name. */
PyObject *refuse(const Call *call, const char *why);

/* Whether an array of so many items is a matrix of this shape: for any numbers, without their
   product, which may be too large. */
static inline int is_matrix(Py_ssize_t items, Py_ssize_t rows, Py_ssize_t columns)
{
    if (rows <= 0 || columns <= 0) {
        return rows >= 0 && columns >= 0 && items == 0;
    }
    return items % rows == 0 && items / rows == columns;
}

/* Whether indices are at least `least` and below `size`; 0 with an exception. */
int are_within(const Call *call, const int64_t *indices, Py_ssize_t count, int64_t least,
               int64_t size);

/* ----------------------------------------------------------------------------------- characters */

/* How many code points the tables of unicode.py have. */
enum { TABLE_SIZE = 0x20000 };

/* unicode.Char, a coarse category; the number of categories and of scripts. */
enum { LOWER = 1, UPPER_CASE = 2, LETTER = 3, MARK = 4, DIGIT = 5, TERMINAL = 6, COMMA = 7,
       SPACE = 14, COLON = 15, CATEGORIES = 16, SCRIPTS = 29 };

/* unicode.Flag */
enum { WORD = 1, DECIMAL = 2, BLANK = 4, UPPER = 8, PLAIN = 16 };

/* The index of a code point in a table: those beyond it are treated as its last one. */
static inline uint32_t in_table(uint32_t point)
{
    return point < TABLE_SIZE ? point : TABLE_SIZE - 1;
}

/* Whether words are made of characters of this category. */
static inline int is_in_words(uint8_t category)
{
    return category >= LOWER && category <= DIGIT;
}

/* Whether a code point is in a set, which ends with 0. */
static inline int is_one_of(uint32_t point, const uint32_t *set)
{
    while (*set && *set != point) {
        set++;
    }
    return *set && *set == point;
}

/* Writes a code point, which may be a lone surrogate, as UTF-8; the bytes it takes. */
static inline size_t encode_utf8(uint32_t point, uint8_t *out)
{
    if (point < 0x80) {
        out[0] = (uint8_t)point;
        return 1;
    }
    size_t size = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = size - 1; i > 0; i--, point >>= 6) {
        out[i] = (uint8_t)(0x80 | (point & 0x3F));
    }
    out[0] = (uint8_t)((0xF00 >> size) | point);
    return size;
}

/* What is whitespace to HTML. */
static inline int is_html_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

/* --------------------------------------------------------------------------------------- hashes */

/* MIX and BASE of kernels/ngrams.py: the multiplier that mixes a hash, and the base of the rolling
   hash. */
#define HASH_MULTIPLIER 0xD6E8FEB86659FD93u
#define HASH_BASE 0x9E3779B97F4A7C15u

/* ngrams.span_hashes, from the sum over a span's characters. */
static inline uint64_t span_hash(uint64_t sum, uint64_t salt)
{
    uint64_t hash = (sum + salt) * HASH_MULTIPLIER;
    hash ^= hash >> 32;
    return hash * HASH_MULTIPLIER;
}

enum { WORD_SALT = 100 }; /* of n-grams of words, and their order; those of characters: the order */

/* plain_tree.token_buckets, of one token. */
static inline uint64_t token_bucket(uint64_t token, uint64_t level, int bits)
{
    uint64_t mixed = (token + 1 + (level << 34)) * HASH_MULTIPLIER;
    mixed ^= mixed >> 29;
    return (mixed * HASH_MULTIPLIER) >> (64 - bits);
}

/* Sorted keys, each of them once. */
typedef struct {
    const int64_t *keys;
    Py_ssize_t size;
} Keys;

/* The index of a key; the number of keys where it is none of them. */
static inline Py_ssize_t find_key(const Keys *keys, int64_t wanted)
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

/* The least power of two that is at least twice a number, and 16: slots of a hash table. */
static inline size_t table_slots(Py_ssize_t items)
{
    size_t slots = 16;
    while (slots < (size_t)items * 2) {
        slots *= 2;
    }
    return slots;
}

/* ------------------------------------------------------------------------------- Python objects */

/* Appends an item to a list and takes its reference, which may be NULL with an exception. 0, or -1
   with an exception. */
int append_new(PyObject *list, PyObject *item);

#endif
