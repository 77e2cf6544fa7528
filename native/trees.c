/* Sums of boosted trees over columns of features, with the contribution of each group of columns
   (Saabas). Twin of plain_trees.tree_sums. */

#include "native.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* No line walks down a tree. All nodes are evaluated, for ROWS lines at once and without branches,
   children before their parents: each passes on the leaf that its right or its left child has
   found. A value is compared once with the sorted thresholds of its source and replaced by how
   many of them it exceeds: a byte, as a leaf's number in its tree is, so that one instruction
   evaluates a node for all ROWS lines. */
enum { ROWS = 32, ROUND = 8 /* numbers that are added side by side */ };
enum { LINES = 8 * ROWS, TREES = 8 }; /* evaluated together before the next ones are fetched */
enum { ROLES = 24 }; /* numbers in most leaves */
enum { MOST_THRESHOLDS = 255, MOST_LEAVES = 256 }; /* of a source, of a tree */

typedef struct {
    uint16_t source, threshold; /* the index of the threshold among its source's */
    uint16_t left, right;       /* slots that hold a leaf for each line */
} Node;

/* Trees that were checked, in memory of their own. */
typedef struct {
    int32_t *sources, *cuts, *begins, *leaf_begins;
    float *thresholds, *leaves;
    Node *nodes;
    Py_ssize_t columns, n_sources, trees, width, most, largest;
} Forest;

static const char CAPSULE[] = "boilerplate.kernels._native.pack_trees";

/* Whether nodes of `trees` trees have an existing threshold, and children that are evaluated
   before them: leaves in the slots below `most`, or earlier nodes of their tree from there on. */
static int are_trees(const Forest *forest)
{
    const int32_t *cuts = forest->cuts;
    int fits = 1;
    for (Py_ssize_t t = 0; t < forest->trees; t++) {
        int32_t leaves = forest->leaf_begins[t + 1] - forest->leaf_begins[t];
        for (int32_t i = forest->begins[t]; i < forest->begins[t + 1]; i++) {
            const Node *node = forest->nodes + i;
            Py_ssize_t below = forest->most + i - forest->begins[t];
            if (node->source >= forest->n_sources) {
                return 0;
            }
            fits &= node->threshold < cuts[node->source + 1] - cuts[node->source] &&
                    node->left < below && node->right < below &&
                    (node->left < leaves || node->left >= forest->most) &&
                    (node->right < leaves || node->right >= forest->most);
        }
    }
    return fits;
}

/* Whether so many runs stand one after the other, of `least` to `most` items each; the longest
   is noted. */
static int are_begins(const int32_t *begins, Py_ssize_t runs, Py_ssize_t size, int32_t least,
                      int32_t most, Py_ssize_t *longest)
{
    if (begins[0] != 0 || begins[runs] != size) {
        return 0;
    }
    *longest = 0;
    for (Py_ssize_t t = 0; t < runs; t++) {
        if (begins[t + 1] < begins[t] || begins[t + 1] - begins[t] < least ||
            begins[t + 1] - begins[t] > most) {
            return 0;
        }
        Py_ssize_t size_of_run = begins[t + 1] - begins[t];
        *longest = size_of_run > *longest ? size_of_run : *longest;
    }
    return 1;
}

static void free_forest(PyObject *capsule)
{
    free(PyCapsule_GetPointer(capsule, CAPSULE));
}

KERNEL(pack_trees,
       "int columns, i32 sources[s], i32 cuts[s+1], f32 thresholds[h], s64 nodes[d], "
       "i32 begins[t], i32 leaf_begins[t], int most, f32 leaves[l]",
       "Trees that `tree_sums` takes, checked once. `sources` are twice a column of the matrix, and\n"
       "one more where missing values count as the largest, not the smallest; from one of `cuts` to\n"
       "the next are a source's sorted `thresholds`. `nodes` have a source, the index of one of its\n"
       "thresholds, and two children: a leaf's number in its tree, or `most` and the index of an\n"
       "earlier node. `leaves` are (l, width); a width is 1 or a multiple of 8.")
{
    Forest given = {.columns = call->number[0], .sources = call->data[1], .cuts = call->data[2],
                    .thresholds = call->data[3], .nodes = call->data[4], .begins = call->data[5],
                    .leaf_begins = call->data[6], .most = call->number[7],
                    .leaves = call->data[8], .n_sources = size_of(call, 's'),
                    .trees = size_of(call, 't') - 1};
    Py_ssize_t longest, n_nodes = size_of(call, 'd');
    int fits = given.trees >= 0 && given.columns > 0 && given.columns <= INT32_MAX / 2 &&
               given.n_sources <= UINT16_MAX && given.most > 0 && given.most <= MOST_LEAVES &&
               n_nodes <= INT32_MAX / 2 &&
               are_begins(given.cuts, given.n_sources, size_of(call, 'h'), 0, MOST_THRESHOLDS,
                          &longest) &&
               are_begins(given.begins, given.trees, n_nodes, 0, UINT16_MAX - MOST_LEAVES,
                          &given.largest);
    Py_ssize_t n_leaves = fits ? given.leaf_begins[given.trees] : 0;
    given.width = n_leaves > 0 ? size_of(call, 'l') / n_leaves : 1;
    fits = fits &&
           are_begins(given.leaf_begins, given.trees, n_leaves, 1, (int32_t)given.most, &longest) &&
           given.width > 0 && (given.width == 1 || given.width % ROUND == 0) &&
           is_matrix(size_of(call, 'l'), n_leaves, given.width);
    for (Py_ssize_t s = 0; fits && s < given.n_sources; s++) {
        fits = given.sources[s] >= 0 && given.sources[s] < 2 * given.columns;
    }
    if (!fits) {
        return refuse(call, "the arrays' lengths disagree");
    }
    if (!are_trees(&given)) {
        return refuse(call, "a node lies beyond the trees or the columns");
    }
    struct { void *from; size_t size; } parts[] = {
        {given.leaves, sizeof(float) * (size_t)size_of(call, 'l')},
        {given.nodes, sizeof(Node) * (size_t)n_nodes},
        {given.thresholds, sizeof(float) * (size_t)size_of(call, 'h')},
        {given.sources, sizeof(int32_t) * (size_t)given.n_sources},
        {given.cuts, sizeof(int32_t) * (size_t)(given.n_sources + 1)},
        {given.begins, sizeof(int32_t) * (size_t)(given.trees + 1)},
        {given.leaf_begins, sizeof(int32_t) * (size_t)(given.trees + 1)},
    };
    enum { PARTS = sizeof(parts) / sizeof(parts[0]) };
    size_t size = sizeof(Forest);
    for (int i = 0; i < PARTS; i++) {
        size += parts[i].size;
    }
    Forest *forest = malloc(size);
    if (forest == NULL) {
        return PyErr_NoMemory();
    }
    *forest = given;
    uint8_t *at = (uint8_t *)(forest + 1);
    for (int i = 0; i < PARTS; i++) {
        memcpy(at, parts[i].from, parts[i].size);
        parts[i].from = at;
        at += parts[i].size;
    }
    forest->leaves = parts[0].from;
    forest->nodes = parts[1].from;
    forest->thresholds = parts[2].from;
    forest->sources = parts[3].from;
    forest->cuts = parts[4].from;
    forest->begins = parts[5].from;
    forest->leaf_begins = parts[6].from;
    PyObject *capsule = PyCapsule_New(forest, CAPSULE, free_forest);
    if (capsule == NULL) {
        free(forest);
    }
    return capsule;
}

/* How many of the sorted thresholds each of ROWS values exceeds, less 128: a signed byte. */
static inline void count_below(const float *from, float missing, const float *thresholds,
                               int32_t count, int8_t *below)
{
    float values[ROWS];
    int32_t counts[ROWS];
    for (int r = 0; r < ROWS; r++) {
        values[r] = from[r] != from[r] ? missing : from[r];
        counts[r] = INT8_MIN;
    }
    for (int32_t k = 0; k < count; k++) {
        float threshold = thresholds[k];
        for (int r = 0; r < ROWS; r++) {
            counts[r] += values[r] > threshold;
        }
    }
    for (int r = 0; r < ROWS; r++) {
        below[r] = (int8_t)counts[r];
    }
}

/* Takes over the leaf that a node's right or left child has found, for each of ROWS lines. */
static inline void pass_on(const int8_t *value, int8_t threshold, const uint8_t *left,
                           const uint8_t *right, uint8_t *restrict found)
{
    for (int r = 0; r < ROWS; r++) {
        uint8_t mask = (uint8_t) - (value[r] > threshold);
        found[r] = (uint8_t)((right[r] & mask) | (left[r] & ~mask));
    }
}

/* Which leaf of a tree each of ROWS lines reaches; `slots` begin with its leaves' own numbers. */
WIDE static void reach_leaves(const Forest *forest, Py_ssize_t tree, const int8_t *below,
                              uint8_t *slots, uint8_t *reached)
{
    const Node *node = forest->nodes + forest->begins[tree];
    const Node *end = forest->nodes + forest->begins[tree + 1];
    uint8_t *found = slots + forest->most * ROWS;
    for (; node < end; node++, found += ROWS) {
        pass_on(below + node->source * ROWS, (int8_t)(node->threshold + INT8_MIN),
                slots + node->left * ROWS, slots + node->right * ROWS, found);
    }
    int is_leaf = forest->begins[tree] == forest->begins[tree + 1];
    memcpy(reached, is_leaf ? slots : found - ROWS, ROWS);
}

/* What the lines' values come down to, for ROWS lines source after source, then for the next. */
WIDE static void rank_values(const Forest *forest, const float *matrix, Py_ssize_t n,
                             Py_ssize_t first, Py_ssize_t lines, int8_t *below)
{
    float last[ROWS] = {0};
    for (Py_ssize_t s = 0; s < forest->n_sources; s++) {
        const float *from = matrix + (forest->sources[s] >> 1) * n + first;
        float missing = forest->sources[s] & 1 ? INFINITY : -INFINITY;
        int8_t *ranks = below + s * ROWS;
        for (Py_ssize_t at = 0; at < lines; at += ROWS, ranks += forest->n_sources * ROWS) {
            const float *values = from + at;
            if (lines - at < ROWS) {
                memcpy(last, values, sizeof(*last) * (size_t)(lines - at));
                values = last;
            }
            count_below(values, missing, forest->thresholds + forest->cuts[s],
                        forest->cuts[s + 1] - forest->cuts[s], ranks);
        }
    }
}

static inline void add_row(const float *restrict leaf, Py_ssize_t width, float *restrict sums)
{
    for (Py_ssize_t j = 0; j < width; j++) {
        sums[j] += leaf[j];
    }
}

static inline void add_rows(const float *const *leaves, const uint8_t *reached, Py_ssize_t trees,
                            Py_ssize_t lines, Py_ssize_t width, float *sums)
{
    for (Py_ssize_t r = 0; r < lines; r++, sums += width) {
        for (Py_ssize_t t = 0; t < trees; t++) {
            add_row(leaves[t] + reached[t * ROWS + r] * width, width, sums);
        }
    }
}

/* Adds the leaves that some lines reach in some trees, one tree after the other. */
WIDE static void add_leaves(const float *const *leaves, const uint8_t *reached, Py_ssize_t trees,
                            Py_ssize_t lines, Py_ssize_t width, float *sums)
{
    if (width == ROLES) { /* with a width that the compiler knows, rows stay in registers */
        add_rows(leaves, reached, trees, lines, ROLES, sums);
    } else if (width == 1) {
        add_rows(leaves, reached, trees, lines, 1, sums);
    } else {
        add_rows(leaves, reached, trees, lines, width / ROUND * ROUND, sums);
    }
}

/* Adds the leaves of TREES trees from one on, or of those that are left, for some lines. */
static void add_trees(const Forest *forest, Py_ssize_t tree, const uint8_t *reached,
                      Py_ssize_t lines, float *sums)
{
    const float *leaves[TREES];
    Py_ssize_t trees = forest->trees - tree < TREES ? forest->trees - tree : TREES;
    for (Py_ssize_t t = 0; t < trees; t++) {
        leaves[t] = forest->leaves + forest->leaf_begins[tree + t] * forest->width;
    }
    add_leaves(leaves, reached, trees, lines, forest->width, sums);
}

/* How many rows of ROWS leaves n lines reach: ROWS lines tree after tree, then the next. */
static Py_ssize_t reached_rows(const Forest *forest, Py_ssize_t n)
{
    return (n + ROWS - 1) / ROWS * forest->trees;
}

KERNEL(tree_sums, "object trees, f32 matrix[c,n], out u8 reached[r], out f32 sums[o]",
       "Adds up each line's leaves of what `pack_trees` gave, tree after tree, into `sums`\n"
       "(n, width), and fills their numbers in their trees, (blocks of 32 lines, trees, 32).\n"
       "`matrix` is (columns, n).")
{
    const Forest *forest = PyCapsule_GetPointer(call->args[0], CAPSULE);
    if (forest == NULL) {
        return NULL;
    }
    const float *matrix = call->data[1];
    float *sums = call->data[3];
    Py_ssize_t n = size_of(call, 'n'), width = forest->width;
    if (size_of(call, 'c') != forest->columns || !is_matrix(size_of(call, 'o'), n, width) ||
        !is_matrix(size_of(call, 'r'), reached_rows(forest, n), ROWS)) {
        return refuse(call, "the matrix or the sums have another shape than the trees");
    }
    Py_ssize_t block = forest->n_sources * ROWS;
    Py_ssize_t most = n < LINES ? (n + ROWS - 1) / ROWS * ROWS : LINES;
    int8_t *below = scratch(call, forest->n_sources * most, 1);
    uint8_t *slots = scratch(call, forest->most + forest->largest, ROWS);
    if (below == NULL || slots == NULL) {
        return NULL;
    }
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t i = 0; i < forest->most * ROWS; i++) { /* a leaf is found by itself */
        slots[i] = (uint8_t)(i / ROWS);
    }
    memset(sums, 0, (size_t)(n * width) * sizeof(*sums));
    for (Py_ssize_t first = 0; first < n; first += LINES) {
        Py_ssize_t lines = n - first < LINES ? n - first : LINES;
        rank_values(forest, matrix, n, first, lines, below);
        for (Py_ssize_t tree = 0; tree < forest->trees; tree += TREES) {
            for (Py_ssize_t at = 0; at < lines; at += ROWS) {
                uint8_t *rows = (uint8_t *)call->data[2] + reached_rows(forest, first + at) * ROWS;
                for (Py_ssize_t t = tree; t < forest->trees && t < tree + TREES; t++) {
                    reach_leaves(forest, t, below + at / ROWS * block, slots, rows + t * ROWS);
                }
                add_trees(forest, tree, rows + tree * ROWS,
                          lines - at < ROWS ? lines - at : ROWS, sums + (first + at) * width);
            }
        }
    }
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

KERNEL(reached_sums, "object trees, u8 reached[r], out f32 sums[o]",
       "The same sums for lines whose leaves are known, of trees that may have other leaves.")
{
    const Forest *forest = PyCapsule_GetPointer(call->args[0], CAPSULE);
    if (forest == NULL) {
        return NULL;
    }
    const uint8_t *reached = call->data[1];
    float *sums = call->data[2];
    Py_ssize_t n = size_of(call, 'o') / forest->width, rows = reached_rows(forest, n);
    int fits = is_matrix(size_of(call, 'o'), n, forest->width) &&
               is_matrix(size_of(call, 'r'), rows, ROWS);
    for (Py_ssize_t row = 0; fits && row < rows; row++) {
        const int32_t *begins = forest->leaf_begins + row % forest->trees;
        uint8_t largest = 0;
        for (int r = 0; r < ROWS; r++) {
            uint8_t leaf = reached[row * ROWS + r];
            largest = leaf > largest ? leaf : largest;
        }
        fits = largest < begins[1] - begins[0];
    }
    if (!fits) {
        return refuse(call, "the leaves are of other trees, or the sums of another shape");
    }
    Py_BEGIN_ALLOW_THREADS
    memset(sums, 0, (size_t)(n * forest->width) * sizeof(*sums));
    for (Py_ssize_t at = 0; at < n; at += ROWS) {
        const uint8_t *of_block = reached + reached_rows(forest, at) * ROWS;
        for (Py_ssize_t tree = 0; tree < forest->trees; tree += TREES) {
            add_trees(forest, tree, of_block + tree * ROWS, n - at < ROWS ? n - at : ROWS,
                      sums + at * forest->width);
        }
    }
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}
