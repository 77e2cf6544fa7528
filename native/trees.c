/* Boosted trees over rows of features, with what each group of columns added (Saabas). */

#include "native.h"
#include <math.h>
#include <stdlib.h>

/* A leaf is its own left child and has a threshold that nothing exceeds, so that rows may walk on
   without asking whether they have arrived. */
typedef struct {
    float threshold;
    int32_t column;
    int32_t left;
} Node;

enum { ROWS = 8 }; /* walked side by side: while one waits for memory the others go on */

/* Whether rows may walk on from any of the nodes, and have a column to be asked for at each. */
static int are_trees(const Node *nodes, Py_ssize_t count, Py_ssize_t columns, const int32_t *roots,
                     Py_ssize_t trees)
{
    int fits = 1;
    for (Py_ssize_t i = 0; i < count; i++) {
        int64_t last = (int64_t)nodes[i].left + (INFINITY > nodes[i].threshold);
        fits &= nodes[i].left >= 0 && last < count && nodes[i].column >= 0 &&
                nodes[i].column < 2 * columns;
    }
    for (Py_ssize_t t = 0; t < trees; t++) {
        fits &= roots[t] >= 0 && roots[t] < count;
    }
    return fits;
}

const char explain_doc[] =
    "explain(matrix, columns, nodes, values, roots, depths, paths, groups, log_odds, added)\n\n"
    "Adds up each row's leaves, tree after tree: `values` (k,) into `log_odds` (n,), the\n"
    "`groups` entries a node of `paths` (k, g) into `added` (n, g).";

PyObject *explain(PyObject *module, PyObject *args)
{
    PyObject *objects[8];
    Array a[8] = {0};
    Py_ssize_t f, g;
    PyObject *result = NULL;
    float *row_values = NULL;
    (void)module;

    if (!PyArg_ParseTuple(args, "OnOOOOOnOO", &objects[0], &f, &objects[1], &objects[2],
                          &objects[3], &objects[4], &objects[5], &g, &objects[6], &objects[7])) {
        return NULL;
    }
    if (take_array(objects[0], &a[0], sizeof(float), 0, "matrix") < 0 ||
        take_array(objects[1], &a[1], sizeof(Node), 0, "nodes") < 0 ||
        take_array(objects[2], &a[2], sizeof(float), 0, "values") < 0 ||
        take_array(objects[3], &a[3], sizeof(int32_t), 0, "roots") < 0 ||
        take_array(objects[4], &a[4], sizeof(int32_t), 0, "depths") < 0 ||
        take_array(objects[5], &a[5], sizeof(double), 0, "paths") < 0 ||
        take_array(objects[6], &a[6], sizeof(double), 1, "log_odds") < 0 ||
        take_array(objects[7], &a[7], sizeof(double), 1, "added") < 0) {
        goto done;
    }
    const float *matrix = a[0].view.buf;
    const Node *nodes = a[1].view.buf;
    const float *values = a[2].view.buf;
    const int32_t *roots = a[3].view.buf, *depths = a[4].view.buf;
    const double *paths = a[5].view.buf;
    double *log_odds = a[6].view.buf, *added = a[7].view.buf;
    Py_ssize_t n = a[6].length, trees = a[3].length;
    if (f > INT32_MAX || !is_matrix(&a[0], n, f) || a[2].length != a[1].length ||
        a[4].length != trees || !is_matrix(&a[5], a[1].length, g) || !is_matrix(&a[7], n, g)) {
        PyErr_SetString(PyExc_ValueError, "explain: the arrays' lengths disagree");
        goto done;
    }
    if (!are_trees(nodes, a[1].length, f, roots, trees)) {
        PyErr_SetString(PyExc_ValueError, "explain: a node lies beyond the trees or the columns");
        goto done;
    }
    row_values = malloc((size_t)(ROWS * 2 * (f ? f : 1)) * sizeof(float));
    if (row_values == NULL) {
        PyErr_NoMemory();
        goto done;
    }
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t first = 0; first < n; first += ROWS) {
        int rows = n - first < ROWS ? (int)(n - first) : ROWS;
        /* Missing values are minus infinity in a row's first half, plus infinity in its second:
           a node reads the half that sends them where they go. */
        for (int r = 0; r < ROWS; r++) {
            const float *from = matrix + (first + (r < rows ? r : 0)) * f;
            float *low = row_values + r * 2 * f, *high = low + f;
            for (Py_ssize_t i = 0; i < f; i++) {
                int missing = from[i] != from[i];
                low[i] = missing ? -INFINITY : from[i];
                high[i] = missing ? INFINITY : from[i];
            }
        }
        for (int r = 0; r < rows; r++) {
            log_odds[first + r] = 0.0;
            for (Py_ssize_t i = 0; i < g; i++) {
                added[(first + r) * g + i] = 0.0;
            }
        }
        for (Py_ssize_t t = 0; t < trees; t++) {
            int32_t at[ROWS];
            for (int r = 0; r < ROWS; r++) {
                at[r] = roots[t];
            }
            for (int32_t level = 0; level < depths[t]; level++) {
                for (int r = 0; r < ROWS; r++) {
                    const Node *node = nodes + at[r];
                    at[r] = node->left + (row_values[r * 2 * f + node->column] > node->threshold);
                }
            }
            for (int r = 0; r < rows; r++) {
                const double *path = paths + at[r] * g;
                double *sums = added + (first + r) * g;
                log_odds[first + r] += (double)values[at[r]];
                for (Py_ssize_t i = 0; i < g; i++) {
                    sums[i] += path[i];
                }
            }
        }
    }
    Py_END_ALLOW_THREADS
    result = Py_NewRef(Py_None);
done:
    free(row_values);
    drop_arrays(a, 8);
    return result;
}
