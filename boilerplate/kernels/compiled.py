"""The kernels in C: each function makes the arrays that its C twin fills, and calls it.

The contracts stand with the Python twins of the same names, in the ``plain_*`` modules. A few
kernels are in Python alone, because C gained under one per cent of a page's time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from functools import cache
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from boilerplate.kernels import (
    plain_html,
    plain_roles,
    plain_tag_counts,
    plain_text,
    plain_tree,
    plain_words,
)
from boilerplate.kernels.arrays import ElementType, PageText, Tree
from boilerplate.kernels.compiled_language import language_features as language_features
from boilerplate.kernels.compiled_language import language_odds as language_odds
from boilerplate.kernels.compiled_language import language_shares as language_shares
from boilerplate.kernels.compiled_sites import line_fingerprints as line_fingerprints
from boilerplate.kernels.compiled_sites import site_features as site_features
from boilerplate.kernels.compiled_trees import group_sums as group_sums
from boilerplate.kernels.compiled_trees import leaf_sums as leaf_sums
from boilerplate.kernels.loaded import native
from boilerplate.kernels.ngrams import check_newlines, joined, powers
from boilerplate.kernels.plain_html import HtmlParts
from boilerplate.kernels.plain_language_shares import likeliest_languages as likeliest_languages
from boilerplate.kernels.plain_linear import LEVELS, NEXT_SALT, NGRAMS, PREVIOUS_SALT
from boilerplate.kernels.plain_results import strongest_groups as strongest_groups
from boilerplate.kernels.plain_text import char_counts as char_counts
from boilerplate.kernels.plain_tree import line_markups as line_markups
from boilerplate.numeric import Floats, Ints, log1p_table
from boilerplate.page import Element, Elements, Line, Lines, Markup
from boilerplate.unicode import (
    SCRIPTS,
    Char,
    char_flags,
    char_table,
    code_points,
    plain,
    script_table,
)

T = TypeVar("T")

# ------------------------------------------------------------------------------------- text


def _arrays(text: PageText) -> tuple[NDArray[np.generic], ...]:
    """The arrays that C reads n-grams from."""
    return text.prefix, text.powers, text.starts, text.lengths, text.words, text.words_before


def plain_texts(texts: list[str]) -> list[str]:
    return native.plain_texts(texts, char_flags(), plain)


def page_text(texts: Sequence[str]) -> PageText:
    folded, n = joined(texts), len(texts)
    forward, inverse = powers(len(folded) + 8)
    prefix, words_before = np.empty(len(folded) + 1, np.uint64), np.empty(n + 1, np.int64)
    lines, words = np.empty((2, n), np.int64), np.empty((2, len(folded) // 2 + 1), np.int64)
    breaks = native.fold_text(folded, char_table(), forward, prefix, lines, words, words_before)
    check_newlines(texts, breaks)
    return PageText(texts, folded, lines[0], lines[1], prefix, inverse, words, words_before)


def line_shapes(texts: Sequence[str]) -> tuple[Floats, Floats, Floats]:
    n = len(texts)
    counts, scripts = np.empty((n, len(Char))), np.empty((n, SCRIPTS))
    shapes, odd = np.empty((n, len(plain_text.SHAPES))), np.empty(n, bool)
    if texts:
        points = code_points("\n".join(texts) + "\n")
        tables = char_table(), char_flags(), script_table()
        native.line_shapes(points, *tables, counts, scripts, shapes, odd)
        for i in np.flatnonzero(odd).tolist():  # rare characters, which the tables don't hold
            shapes[i] = plain_text.shapes(texts[i : i + 1])
    return counts, scripts, shapes


def text_features(
    text: PageText,
    others: Sequence[str],
    lengths: Floats,
    counts: Floats,
    scripts: Floats,
    shapes: Floats,
    out: Floats,
) -> None:
    native.text_features(
        _arrays(text), _arrays(page_text(others)), counts, scripts, shapes, lengths,
        log1p_table(len(text.folded)), out,
    )  # fmt: skip


# ------------------------------------------------------------------------------ linear model


def ngram_scores(text: PageText, weights: NDArray[np.float32]) -> Floats:
    sums, counts = np.empty(text.n), np.empty(text.n, np.int64)
    native.ngram_sums(_arrays(text), weights, sums, counts)
    return sums / np.sqrt(np.maximum(counts, 1))


def neighbour_scores(text: PageText, weights: NDArray[np.float32]) -> Floats:
    scores = np.empty(text.n)
    salts = int(PREVIOUS_SALT), int(NEXT_SALT)
    native.neighbour_scores(_arrays(text), NGRAMS.neighbour_words, *salts, weights, scores)
    return scores


def token_scores(tree: Tree, weights: NDArray[np.float32]) -> Floats:
    scores = np.empty(len(tree.line_element))
    native.token_scores(
        tree.tokens, tree.sizes, tree.type_of, tree.parent, tree.line_element,
        LEVELS[: tree.levels], weights, scores,
    )  # fmt: skip
    return scores


def bag_scores(weights: NDArray[np.float32], ids: Ints, values: Floats) -> Floats:
    scores = np.zeros(len(weights))
    # A copy only where the weights were not loaded with the classes of a bucket side by side.
    native.bag_scores(np.ascontiguousarray(weights.T), ids, values, scores)
    return scores


def bag_buckets(text: PageText, tokens: Ints, level: int, bits: int) -> tuple[Ints, Ints, Ints]:
    words, counts, names = np.empty((3, 1 << bits), np.int64)
    n_words, n_names = native.bag_buckets(_arrays(text), tokens, level, bits, words, counts, names)
    return words[:n_words], counts[:n_words], names[:n_names]


# --------------------------------------------------------------------------------- elements


def type_tokens(types: Sequence[ElementType]) -> tuple[Ints, Ints]:
    most = plain_tree.TOKENS.max_tokens + 1
    tokens, sizes = np.empty((len(types), most), np.int64), np.empty(len(types), np.int64)
    native.type_tokens(list(types), tokens, sizes)
    for i in np.flatnonzero(sizes < 0).tolist():  # names beyond ASCII are left to Python
        found = plain_tree.element_tokens(*types[i])
        tokens[i, : len(found)], sizes[i] = found, len(found)
    return tokens[np.arange(most) < sizes[:, None]], sizes


def line_groups(parent: Ints, sign: Ints, own: Ints) -> Ints:
    groups = np.empty((2, len(own)), np.int64)
    native.line_groups(parent, sign, own, groups)
    return groups


def markup_features(tree: Tree, tags: Ints, chars: Floats, out: Floats) -> None:
    native.markup_features(
        tree.parent, tree.depth, tree.hidden, tags, tree.line_element, tree.markups, tree.groups,
        chars, out,
    )  # fmt: skip


# ---------------------------------------------------------------------------------- context


def neighbour_features(
    p: Floats, lengths: Floats, log_lengths: Floats, terminals: Floats, out: Floats
) -> None:
    native.neighbour_features(p, lengths, log_lengths, terminals, out)


def container_features(
    tree: Tree, p: Floats, lengths: Floats, terminals: Floats, links: Floats, out: Floats
) -> None:
    native.container_features(
        tree.parent, tree.depth, tree.line_element, tree.groups, p, lengths, terminals, links, out
    )


# ------------------------------------------------------------------------------------- roles


def role_text_sums(text: PageText, table: NDArray[np.int8]) -> tuple[Floats, Floats]:
    sums, counts = np.empty((text.n, table.shape[1])), np.empty(text.n)
    native.role_text_sums(_arrays(text), table, sums, counts)
    return sums, counts


def role_token_sums(tree: Tree, own: Ints, table: NDArray[np.int8], scale: float) -> Floats:
    params = plain_roles.PARAMS
    weights = scale * params.fading ** np.arange(params.levels)
    sums = np.zeros((len(own), table.shape[1]))
    native.role_token_sums(
        tree.tokens, tree.sizes, tree.type_of, tree.parent, own, table, weights, sums
    )
    return sums


def role_context(shares: NDArray[np.float32], groups: Ints, out: NDArray[np.float32]) -> None:
    native.role_context(np.ascontiguousarray(shares), groups, out)


# ---------------------------------------------------------------------------------- results


def values(kind: type[T], *columns: Sequence[Any]) -> tuple[T, ...]:
    names = tuple(field.name for field in fields(kind))  # type: ignore[arg-type]
    return native.values(kind, names, tuple(map(list, columns)))


def char_weights(
    text: PageText,
    weights: NDArray[np.float32],
    roles: NDArray[np.int8],
    scale: float,
    content: Ints,
    chrome: Ints,
) -> Floats:
    begun, ended = np.zeros((2, 2, len(text.prefix)))
    native.char_weights(_arrays(text), weights, roles, content, chrome, begun, ended)
    return plain_words.sums_up_to(begun - ended, scale)


# ------------------------------------------------------------------------------------- HTML


def split_html(document: Any) -> HtmlParts:
    # C reads what the parser writes of the document, because that is well formed.
    found = native.split_html(document.html, tag_flags(), plain_html.is_hidden_style)
    if found is None:
        return plain_html.split_html(document)
    texts, of_lines, types, of_elements, unread = found
    markups = _integers(of_lines, len(fields(Markup)))
    # A copy with a row for each kind of number.
    numbers = np.ascontiguousarray(_integers(of_elements, 3).T)

    def lines() -> tuple[Line, ...]:
        *columns, after_break = markups.T.tolist()
        return values(Line, texts, values(Markup, *columns, list(map(bool, after_break))))

    def elements() -> tuple[Element, ...]:
        of_type, parents, _ = numbers.tolist()
        tags, names, hidden = ([types[i][field] for i in of_type] for field in range(3))
        return values(Element, tags, names, parents, hidden)

    return HtmlParts(Lines(texts, markups, lines), Elements(types, numbers, elements), unread)


def _integers(data: bytes, columns: int) -> Ints:
    """The integers that C has written, (n, columns)."""
    found = np.frombuffer(data, np.int64) if data else np.empty(0, np.int64)
    return found.reshape(-1, columns)


@cache
def tag_flags() -> dict[str, int]:
    """For each tag, which sets it is in: one bit for each set, in the order that C expects."""
    sets = (
        plain_html.INLINE_TAGS, plain_html.SKIPPED_TAGS, plain_html.EMPHASIS_TAGS,
        plain_html.SPACED_TAGS, plain_html.PARAGRAPH_TAGS, {plain_html.ROW_TAG},
    )  # fmt: skip
    return {
        tag: sum(1 << bit for bit, tags in enumerate(sets) if tag in tags)
        for tag in frozenset().union(*sets)
    }


def tag_counts(markup: str) -> tuple[int, int]:
    # None for a string with lone surrogates.
    return native.tag_counts(markup) or plain_tag_counts.tag_counts(markup)
