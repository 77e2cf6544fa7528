/* Features of the elements around lines. Twins of the kernels in plain_tree.py. */

#include "native.h"
#include <string.h>

KERNEL(line_groups,
       "i64 parent[e] tree, i64 sign[e], i64 line_element[n] < e, out i64 groups[2,n]",
       "Fills `groups` with the first line whose element has the same sign, and the first\n"
       "whose element's parent is so too.")
{
    const int64_t *parent = call->data[0], *sign = call->data[1], *line_element = call->data[2];
    int64_t *groups = call->data[3];
    Py_ssize_t n = size_of(call, 'n');
    size_t n_slots = table_slots(n);
    int64_t *slots = scratch(call, (Py_ssize_t)n_slots, sizeof(*slots)); /* first lines */
    if (slots == NULL) {
        return NULL;
    }
    for (int with_parent = 0; with_parent < 2; with_parent++, groups += n) {
        memset(slots, 0xFF, n_slots * sizeof(*slots));
        for (Py_ssize_t i = 0; i < n; i++) {
            int64_t up = parent[line_element[i]] < 0 ? 0 : parent[line_element[i]];
            int64_t own = sign[line_element[i]], around = with_parent ? sign[up] : 0;
            uint64_t hash = ((uint64_t)own * 31 + (uint64_t)around) * 0x9E3779B97F4A7C15u;
            size_t slot = (size_t)(hash >> 32) & (n_slots - 1);
            for (; slots[slot] >= 0; slot = (slot + 1) & (n_slots - 1)) {
                int64_t there = line_element[slots[slot]];
                int64_t above = parent[there] < 0 ? 0 : parent[there];
                if (sign[there] == own && (!with_parent || sign[above] == around)) {
                    break;
                }
            }
            if (slots[slot] < 0) {
                slots[slot] = i;
            }
            groups[i] = slots[slot];
        }
    }
    Py_RETURN_NONE;
}

/* The depth of the innermost element around two; as depth[-1] is in Python where there is none. */
static int64_t common_depth(const int64_t *parent, const int64_t *depth, Py_ssize_t e, int64_t one,
                            int64_t other)
{
    while (one != other) { /* the later of two elements is never around the earlier */
        if (one > other) {
            one = parent[one];
        } else {
            other = parent[other];
        }
    }
    return depth[one < 0 ? e - 1 : one];
}

/* Columns of plain_tree.line_markups, and of the block "markup" before and after those of tags. */
enum { MARKUPS = 5, BEFORE_FLAGS = 6, AFTER_FLAGS = 10, MAX_FLAGS = 62 };

KERNEL(markup_features,
       "i64 parent[e] tree, i64 depth[e], u8 hidden[e], i64 flag[e], i64 line_element[n] < e, "
       "f64 markups[n,5], i64 groups[2,n] < n, f64 chars[n], out f64 out[c,n]",
       "Fills `out` (16 + 2 * k, n) with features of the markup around each line, but for\n"
       "logarithms. `flag` is which of the k tags of interest each element has, or k; `markups`\n"
       "are plain_tree.line_markups, `groups` `line_groups`.")
{
    const int64_t *parent = call->data[0], *depth = call->data[1], *flag = call->data[3];
    const int64_t *line_element = call->data[4], *groups = call->data[6];
    const uint8_t *hidden = call->data[2];
    const double *markups = call->data[5], *chars = call->data[7];
    double *out = call->data[8];
    Py_ssize_t e = size_of(call, 'e'), n = size_of(call, 'n');
    Py_ssize_t k = (size_of(call, 'c') - BEFORE_FLAGS - AFTER_FLAGS) / 2;
    if (n == 0) {
        Py_RETURN_NONE;
    }
    if (k < 0 || k > MAX_FLAGS || size_of(call, 'c') != BEFORE_FLAGS + AFTER_FLAGS + 2 * k) {
        return refuse(call, "the arrays' lengths disagree");
    }
    if (!are_within(call, flag, e, 0, k + 1)) {
        return NULL;
    }
    uint64_t *inherited = scratch(call, e, sizeof(*inherited));
    double *sums = zeroed_scratch(call, n * 3, sizeof(*sums));
    if (inherited == NULL || sums == NULL) {
        return NULL;
    }
    for (Py_ssize_t i = 0; i < e; i++) { /* the tags around it, and whether any of them is hidden */
        inherited[i] = parent[i] < 0 ? 0 : inherited[parent[i]];
        inherited[i] |= flag[i] < k ? (uint64_t)1 << flag[i] : 0;
        inherited[i] |= hidden[i] ? (uint64_t)1 << k : 0;
    }
    double *alike = sums, *alike_chars = sums + n, *paths = sums + 2 * n;
    for (Py_ssize_t i = 0; i < n; i++) {
        alike[groups[i]]++;
        alike_chars[groups[i]] += chars[i];
        paths[groups[n + i]]++;
    }
    int64_t shared = 0, above = -1, depth_before = 0;
    for (Py_ssize_t i = 0; i < n; i++) {
        int64_t here = line_element[i], own = depth[here];
        int64_t up = parent[here] < 0 ? 0 : parent[here];
        const double *markup = markups + i * MARKUPS;
        double *column = out + i, length = chars[i] > 1.0 ? chars[i] : 1.0;
        column[0 * n] = markup[1];
        column[1 * n] = markup[2] / length;
        column[2 * n] = markup[3] / length;
        column[3 * n] = markup[4];
        column[4 * n] = (double)own;
        column[5 * n] = (double)(inherited[here] >> k & 1);
        column += BEFORE_FLAGS * n;
        for (Py_ssize_t j = 0; j < k; j++) {
            column[j * n] = flag[here] == j;
            column[(k + j) * n] = (double)(inherited[here] >> j & 1);
        }
        column += 2 * k * n;
        column[0 * n] = (double)(depth_before - shared);
        column[1 * n] = (double)(own - shared);
        int64_t after = i + 1 < n ? line_element[i + 1] : -1;
        shared = after < 0 ? 0 : common_depth(parent, depth, e, here, after);
        column[2 * n] = (double)(own - shared);
        column[3 * n] = after < 0 ? 0.0 : (double)(depth[after] - shared);
        int64_t next_up = after < 0 ? -1 : parent[after] < 0 ? 0 : parent[after];
        column[4 * n] = above == up;
        column[5 * n] = alike[groups[i]];
        column[6 * n] = alike_chars[groups[i]];
        column[7 * n] = paths[groups[n + i]];
        column[8 * n] = above != up;
        column[9 * n] = next_up != up;
        above = up;
        depth_before = own;
    }
    Py_RETURN_NONE;
}
