/* Sums of boosted trees over columns of features, with the contribution of each group of columns
   (Saabas). Twin of plain_trees.tree_sums. */

#include "native.h"
#include <math.h>

/* No line walks down a tree. All nodes are evaluated, for ROWS lines at once and without branches,
   children before their parents: each passes on the leaf that its right or its left child has
   found. A value is compared once with the sorted thresholds of its source and replaced by how
   many of them it exceeds: a byte, as a leaf's number in its tree is, so that one instruction
   evaluates a node for all ROWS lines. */
enum { ROWS = 32, ROUND = 4 /* numbers that are added side by side */ };
enum { LINES = 8 * ROWS }; /* evaluated by a tree before the next one's leaves are fetched */
enum { MOST_THRESHOLDS = 255, MOST_LEAVES = 256 }; /* of a source, of a tree */

typedef struct {
    int32_t source, threshold; /* the index of the threshold among its source's */
    int32_t left, right;       /* slots that hold a leaf for each line */
} Node;

/* Whether nodes of `trees` trees have an existing threshold, and children that are evaluated
   before them: leaves in the slots below `most`, or earlier nodes of their tree from there on. */
static int are_trees(const Node *nodes, const int32_t *begins, const int32_t *leaf_begins,
                     Py_ssize_t trees, const int32_t *cuts, Py_ssize_t sources, int32_t most)
{
    int fits = 1;
    for (Py_ssize_t t = 0; t < trees; t++) {
        int32_t leaves = leaf_begins[t + 1] - leaf_begins[t];
        for (int32_t i = begins[t]; i < begins[t + 1]; i++) {
            const Node *node = nodes + i;
            int32_t below = most + i - begins[t];
            if (node->source < 0 || node->source >= sources) {
                return 0;
            }
            fits &= node->threshold >= 0 &&
                    node->threshold < cuts[node->source + 1] - cuts[node->source] &&
                    node->left >= 0 && node->left < below &&
                    node->right >= 0 && node->right < below &&
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
    const int32_t *sources, *cuts, *begins, *leaf_begins;
    const float *thresholds;
    const Node *nodes;
    const float *leaves;
    Py_ssize_t n, n_sources, trees, width;
    int32_t most;
} Forest;

/* How many of the sorted thresholds each of ROWS values exceeds, less 128: a signed byte. */
WIDE static void count_below(const float *values, const float *thresholds, int32_t count,
                             int8_t *below)
{
    int32_t counts[ROWS];
    for (int r = 0; r < ROWS; r++) {
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

/* Which leaf of a tree each of ROWS lines reaches; `slots` begin with its leaves' own numbers. */
WIDE static const uint8_t *reach_leaves(const Forest *forest, Py_ssize_t tree, const int8_t *below,
                                        uint8_t *slots)
{
    const Node *node = forest->nodes + forest->begins[tree];
    const Node *end = forest->nodes + forest->begins[tree + 1];
    if (node == end) {
        return slots;
    }
    uint8_t *restrict found = slots + (Py_ssize_t)forest->most * ROWS;
    for (; node < end; node++, found += ROWS) {
        const int8_t *value = below + (Py_ssize_t)node->source * ROWS;
        const uint8_t *left = slots + (Py_ssize_t)node->left * ROWS;
        const uint8_t *right = slots + (Py_ssize_t)node->right * ROWS;
        int8_t threshold = (int8_t)(node->threshold + INT8_MIN);
        for (int r = 0; r < ROWS; r++) {
            uint8_t mask = (uint8_t) - (value[r] > threshold);
            found[r] = (uint8_t)((right[r] & mask) | (left[r] & ~mask));
        }
    }
    return found - ROWS;
}

/* The sums of some lines' leaves, tree after tree; `below` and `slots` are scratch memory. */
WIDE static void add_leaves(const Forest *forest, Py_ssize_t first, Py_ssize_t lines, int8_t *below,
                            uint8_t *slots, double *sums)
{
    Py_ssize_t width = forest->width, block = forest->n_sources * ROWS;
    float values[ROWS] = {0};
    for (Py_ssize_t s = 0; s < forest->n_sources; s++) {
        int32_t source = forest->sources[s];
        const float *from = forest->matrix + (source >> 1) * forest->n + first;
        float missing = source & 1 ? INFINITY : -INFINITY;
        for (Py_ssize_t at = 0; at < lines; at += ROWS) {
            Py_ssize_t rows = lines - at < ROWS ? lines - at : ROWS;
            for (Py_ssize_t r = 0; r < rows; r++) {
                values[r] = from[at + r] != from[at + r] ? missing : from[at + r];
            }
            int8_t *ranks = below + at / ROWS * block + s * ROWS;
            count_below(values, forest->thresholds + forest->cuts[s],
                        forest->cuts[s + 1] - forest->cuts[s], ranks);
        }
    }
    for (Py_ssize_t t = 0; t < forest->trees; t++) {
        const float *leaves = forest->leaves + forest->leaf_begins[t] * width;
        for (Py_ssize_t at = 0; at < lines; at += ROWS) {
            const uint8_t *reached = reach_leaves(forest, t, below + at / ROWS * block, slots);
            Py_ssize_t rows = lines - at < ROWS ? lines - at : ROWS;
            double *sum = sums + at * width;
            if (width == 1) {
                for (Py_ssize_t r = 0; r < rows; r++) {
                    sum[r] += (double)leaves[reached[r]];
                }
                continue;
            }
            for (Py_ssize_t r = 0; r < rows; r++, sum += width) {
                const float *leaf = leaves + reached[r] * width;
                for (Py_ssize_t j = 0; j < width; j += ROUND) {
                    for (int k = 0; k < ROUND; k++) {
                        sum[j + k] += (double)leaf[j + k];
                    }
                }
            }
        }
    }
}

KERNEL(tree_sums,
       "f32 matrix[m], int columns, i32 sources[s], i32 cuts[s+1], f32 thresholds[h], "
       "s128 nodes[d], i32 begins[t], i32 leaf_begins[t], int most, f32 leaves[l], out f64 sums[o]",
       "Adds up each line's leaves, tree after tree, rows of `leaves` (l, width), into `sums`\n"
       "(n, width); a width is 1 or a multiple of 4. `matrix` is (columns, n). `sources` are\n"
       "twice a column, and one more where missing values count as the largest, not the\n"
       "smallest; from one of `cuts` to the next are a source's sorted `thresholds`. `nodes`\n"
       "have a source, the index of one of its thresholds, and two children: a leaf's number in\n"
       "its tree, or `most` and the index of an earlier node.")
{
    Forest forest = {.matrix = call->data[0], .sources = call->data[2], .cuts = call->data[3],
                     .thresholds = call->data[4], .nodes = call->data[5], .begins = call->data[6],
                     .leaf_begins = call->data[7], .leaves = call->data[9],
                     .n_sources = size_of(call, 's'), .trees = size_of(call, 't') - 1};
    Py_ssize_t f = call->number[1], most = call->number[8], n_nodes = size_of(call, 'd');
    forest.n = f > 0 ? size_of(call, 'm') / f : 0;
    int fits = forest.trees >= 0 && f > 0 && f <= INT32_MAX / 2 &&
               is_matrix(size_of(call, 'm'), f, forest.n) && most > 0 && most <= MOST_LEAVES &&
               n_nodes <= INT32_MAX / 2 &&
               are_begins(forest.cuts, forest.n_sources, size_of(call, 'h'), 0, MOST_THRESHOLDS) &&
               are_begins(forest.begins, forest.trees, n_nodes, 0, INT32_MAX);
    Py_ssize_t n_leaves = fits ? forest.leaf_begins[forest.trees] : 0;
    forest.width = n_leaves > 0 ? size_of(call, 'l') / n_leaves : 1;
    fits = fits && are_begins(forest.leaf_begins, forest.trees, n_leaves, 1, (int32_t)most) &&
           forest.width > 0 && (forest.width == 1 || forest.width % ROUND == 0) &&
           is_matrix(size_of(call, 'l'), n_leaves, forest.width) &&
           is_matrix(size_of(call, 'o'), forest.n, forest.width);
    for (Py_ssize_t s = 0; fits && s < forest.n_sources; s++) {
        fits = forest.sources[s] >= 0 && forest.sources[s] < 2 * f;
    }
    forest.most = (int32_t)most;
    if (!fits) {
        return refuse(call, "the arrays' lengths disagree");
    }
    if (!are_trees(forest.nodes, forest.begins, forest.leaf_begins, forest.trees, forest.cuts,
                   forest.n_sources, forest.most)) {
        return refuse(call, "a node lies beyond the trees or the columns");
    }
    int32_t largest = 0;
    for (Py_ssize_t t = 0; t < forest.trees; t++) {
        int32_t size = forest.begins[t + 1] - forest.begins[t];
        largest = size > largest ? size : largest;
    }
    Py_ssize_t lines = forest.n < LINES ? (forest.n + ROWS - 1) / ROWS * ROWS : LINES;
    int8_t *below = scratch(call, forest.n_sources * lines, 1);
    uint8_t *slots = scratch(call, most + largest, ROWS);
    if (below == NULL || slots == NULL) {
        return NULL;
    }
    double *sums = call->data[10];
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t i = 0; i < most * ROWS; i++) { /* a leaf is found by itself */
        slots[i] = (uint8_t)(i / ROWS);
    }
    for (Py_ssize_t i = 0; i < forest.n * forest.width; i++) {
        sums[i] = 0.0;
    }
    for (Py_ssize_t first = 0; first < forest.n; first += LINES) {
        lines = forest.n - first < LINES ? forest.n - first : LINES;
        add_leaves(&forest, first, lines, below, slots, sums + first * forest.width);
    }
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}
