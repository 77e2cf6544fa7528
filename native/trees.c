/* Boosted trees over columns of features, with what each group of columns added (Saabas). */

#include "native.h"
#include <math.h>
#include <stdlib.h>

/* Where the loader can choose, loops are compiled for wide registers too. Nothing is fused, so
   that the bits are the same. */
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__GLIBC__)
#define WIDE __attribute__((target_clones("avx2", "default")))
#else
#define WIDE
#endif

/* No line walks down a tree. All nodes are asked, of so many lines at once and without branches,
   children before their parents: each hands up the leaf that its right or its left child has
   found. Comparing many lines side by side costs less than following one. */
enum { ROWS = 32, ROUND = 4 /* numbers that are added side by side */ };
enum { LINES = 8 * ROWS }; /* taken to a tree before the next, whose leaves must be fetched */

typedef struct {
    float threshold;
    int32_t source;
    int32_t left, right; /* slots that hold a leaf for each line */
} Node;

/* Whether nodes of `trees` trees have a column to be asked for, and children that are found before
   them: leaves in the slots below `most`, or earlier nodes of their tree from there on. */
static int are_trees(const Node *nodes, const int32_t *begins, const int32_t *leaf_begins,
                     Py_ssize_t trees, Py_ssize_t sources, int32_t most)
{
    int fits = 1;
    for (Py_ssize_t t = 0; t < trees; t++) {
        int32_t leaves = leaf_begins[t + 1] - leaf_begins[t];
        for (int32_t i = begins[t]; i < begins[t + 1]; i++) {
            const Node *node = nodes + i;
            int32_t below = most + i - begins[t];
            fits &= node->source >= 0 && node->source < sources && node->left >= 0 &&
                    node->right >= 0 && node->left < below && node->right < below &&
                    (node->left < leaves || node->left >= most) &&
                    (node->right < leaves || node->right >= most);
        }
    }
    return fits;
}

/* Whether so many trees have their nodes one after the other, and at least `least` each. */
static int are_begins(const int32_t *begins, Py_ssize_t trees, Py_ssize_t size, int32_t least,
                      int32_t most)
{
    if (begins[0] != 0 || begins[trees] != size) {
        return 0;
    }
    for (Py_ssize_t t = 0; t < trees; t++) {
        if (begins[t + 1] < begins[t] || begins[t + 1] - begins[t] < least ||
            begins[t + 1] - begins[t] > most) {
            return 0;
        }
    }
    return 1;
}

typedef struct {
    const float *matrix;
    const int32_t *sources, *begins, *leaf_begins;
    const Node *nodes;
    const float *leaves;
    Py_ssize_t n, n_sources, trees, width;
    int32_t most;
} Forest;

/* The sums of some lines' leaves, tree after tree; `values` and `slots` are room to work in. */
WIDE static void add_leaves(const Forest *forest, Py_ssize_t first, Py_ssize_t lines, float *values,
                            int32_t *slots, double *sums)
{
    for (Py_ssize_t at = 0; at < lines; at += ROWS) {
        Py_ssize_t rows = lines - at < ROWS ? lines - at : ROWS;
        for (Py_ssize_t s = 0; s < forest->n_sources; s++) {
            int32_t source = forest->sources[s];
            const float *from = forest->matrix + (source >> 1) * forest->n + first + at;
            float *into = values + (at * forest->n_sources) + s * ROWS;
            float missing = source & 1 ? INFINITY : -INFINITY;
            for (Py_ssize_t r = 0; r < rows; r++) {
                into[r] = from[r] != from[r] ? missing : from[r];
            }
        }
    }
    for (Py_ssize_t t = 0; t < forest->trees; t++) {
        int32_t begin = forest->begins[t], count = forest->begins[t + 1] - begin;
        const float *leaves = forest->leaves + forest->leaf_begins[t] * forest->width;
        for (Py_ssize_t at = 0; at < lines; at += ROWS) {
            int32_t *restrict found = slots + (Py_ssize_t)forest->most * ROWS;
            for (int32_t i = 0; i < count; i++, found += ROWS) {
                const Node *node = forest->nodes + begin + i;
                const float *value = values + (at * forest->n_sources) + node->source * ROWS;
                const int32_t *left = slots + (Py_ssize_t)node->left * ROWS;
                const int32_t *right = slots + (Py_ssize_t)node->right * ROWS;
                float threshold = node->threshold;
                for (int r = 0; r < ROWS; r++) {
                    found[r] = value[r] > threshold ? right[r] : left[r];
                }
            }
            const int32_t *reached = count ? found - ROWS : slots;
            Py_ssize_t rows = lines - at < ROWS ? lines - at : ROWS;
            for (Py_ssize_t r = 0; r < rows; r++) {
                const float *leaf = leaves + reached[r] * forest->width;
                double *sum = sums + (at + r) * forest->width;
                for (Py_ssize_t j = 0; j < forest->width; j += ROUND) {
                    for (int k = 0; k < ROUND; k++) {
                        sum[j + k] += (double)leaf[j + k];
                    }
                }
            }
        }
    }
}

const char explain_doc[] =
    "explain(matrix, columns, sources, nodes, begins, leaf_begins, most, leaves, sums)\n\n"
    "Adds up each line's leaves, tree after tree, rows of `leaves` (l, width), into `sums`\n"
    "(n, width). `matrix` is (columns, n); `sources` are twice a column, and one more to take\n"
    "missing values for the largest and not the smallest. `nodes` have a threshold, a source, and\n"
    "two children: a leaf's number in its tree, or `most` and the place of an earlier node.";

PyObject *explain(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    Array a[9] = {0};
    PyObject *result = NULL;
    float *values = NULL;
    int32_t *slots = NULL;
    (void)module;
    if (take_arguments("explain", "wnwowwnwD", args, count, a) < 0 ||
        take_array(args[3], &a[3], sizeof(Node), 0, "explain") < 0) {
        goto done;
    }
    Forest forest = {.matrix = a[0].view.buf, .sources = a[2].view.buf, .begins = a[4].view.buf,
                     .leaf_begins = a[5].view.buf, .nodes = a[3].view.buf, .leaves = a[7].view.buf,
                     .n_sources = a[2].length, .trees = a[4].length - 1};
    Py_ssize_t f = a[1].length, most = a[6].length;
    forest.n = f > 0 ? a[0].length / f : 0;
    int fits = forest.trees >= 0 && a[5].length == forest.trees + 1 && f > 0 &&
               f <= INT32_MAX / 2 && is_matrix(&a[0], f, forest.n) && most > 0 &&
               most <= INT32_MAX / 2 && a[3].length <= INT32_MAX / 2 &&
               are_begins(forest.begins, forest.trees, a[3].length, 0, INT32_MAX);
    Py_ssize_t n_leaves = fits ? forest.leaf_begins[forest.trees] : 0;
    forest.width = n_leaves > 0 ? a[7].length / n_leaves : ROUND;
    fits = fits && are_begins(forest.leaf_begins, forest.trees, n_leaves, 1, (int32_t)most) &&
           forest.width > 0 && forest.width % ROUND == 0 &&
           is_matrix(&a[7], n_leaves, forest.width) && is_matrix(&a[8], forest.n, forest.width);
    for (Py_ssize_t s = 0; fits && s < forest.n_sources; s++) {
        fits = forest.sources[s] >= 0 && forest.sources[s] < 2 * f;
    }
    forest.most = (int32_t)most;
    if (!fits) {
        PyErr_SetString(PyExc_ValueError, "explain: the arrays' lengths disagree");
        goto done;
    }
    if (!are_trees(forest.nodes, forest.begins, forest.leaf_begins, forest.trees, forest.n_sources,
                   forest.most)) {
        PyErr_SetString(PyExc_ValueError, "explain: a node lies beyond the trees or the columns");
        goto done;
    }
    int32_t largest = 0;
    for (Py_ssize_t t = 0; t < forest.trees; t++) {
        int32_t size = forest.begins[t + 1] - forest.begins[t];
        largest = size > largest ? size : largest;
    }
    Py_ssize_t lines = forest.n < LINES ? (forest.n + ROWS - 1) / ROWS * ROWS : LINES;
    values = calloc((size_t)((forest.n_sources + 1) * (lines + 1)), sizeof(*values));
    slots = malloc((size_t)(most + largest) * ROWS * sizeof(*slots));
    if (values == NULL || slots == NULL) {
        PyErr_NoMemory();
        goto done;
    }
    double *sums = a[8].view.buf;
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t i = 0; i < most * ROWS; i++) { /* a leaf is found by itself */
        slots[i] = (int32_t)(i / ROWS);
    }
    for (Py_ssize_t i = 0; i < forest.n * forest.width; i++) {
        sums[i] = 0.0;
    }
    for (Py_ssize_t first = 0; first < forest.n; first += LINES) {
        lines = forest.n - first < LINES ? forest.n - first : LINES;
        add_leaves(&forest, first, lines, values, slots, sums + first * forest.width);
    }
    Py_END_ALLOW_THREADS
    result = Py_NewRef(Py_None);
done:
    free(values);
    free(slots);
    drop_arrays(a, 9);
    return result;
}
