from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from boilerplate.page import Element, Label, Line, Markup, Prediction

VERSION: Final[int]

# Arrays are whatever offers a contiguous buffer. Each function's docstring begins with the kinds
# of their items and their shapes, which are checked at each call (native/native.h).
Array = Any

def split_html(
    markup: str,
    tags: Mapping[str, int],
    line: type[Line],
    of_line: type[Markup],
    element: type[Element],
    is_hidden_style: Callable[[str], bool],
    /,
) -> tuple[tuple[Line, ...], tuple[Element, ...], dict[str, list[str]], int] | None: ...
def tag_counts(markup: str, /) -> tuple[int, int] | None: ...
def normalize_texts(
    texts: Sequence[str], flags: Array, normalize: Callable[[str], str], /
) -> list[str]: ...
def fold_text(
    folded: Array,
    table: Array,
    powers: Array,
    prefix: Array,
    lines: Array,
    words: Array,
    words_before: Array,
    /,
) -> int: ...
def line_shapes(
    points: Array,
    table: Array,
    flags: Array,
    scripts_of: Array,
    counts: Array,
    scripts: Array,
    shapes: Array,
    beyond: Array,
    /,
) -> None: ...
def text_features(
    page: tuple[Array, ...],
    others: tuple[Array, ...],
    counts: Array,
    scripts: Array,
    shapes: Array,
    chars: Array,
    log1p: Array,
    out: Array,
    /,
) -> None: ...
def ngram_sums(
    page: tuple[Array, ...],
    char_orders: bytes,
    word_orders: bytes,
    bits: int,
    weights: Array,
    sums: Array,
    counts: Array,
    /,
) -> None: ...
def neighbour_word_scores(
    page: tuple[Array, ...],
    most: int,
    before_salt: int,
    after_salt: int,
    weights: Array,
    scores: Array,
    /,
) -> None: ...
def bag_buckets(
    page: tuple[Array, ...],
    tokens: Array,
    level: int,
    bits: int,
    words: Array,
    counts: Array,
    names: Array,
    /,
) -> tuple[int, int]: ...
def bag_scores(weights: Array, buckets: Array, values: Array, scores: Array, /) -> None: ...
def assign_languages(
    points: Array,
    starts: Array,
    lengths: Array,
    table: Array,
    han: Array,
    one_language: Array,
    scripts: Array,
    letters: Array,
    script: Array,
    answers: Array,
    detect: Callable[[list[int]], tuple[int, int, bytes]],
    /,
) -> None: ...
def language_shares(
    answers: Array,
    script: Array,
    letters: Array,
    probability: Array,
    script_of: Array,
    one_language: Array,
    doubts: Array,
    share: Array,
    detected: Array,
    /,
) -> int: ...
def language_features(
    share: Array, detected: Array, letters: Array, main: int, twin: int, total: Array, out: Array, /
) -> None: ...
def element_arrays(
    elements: tuple[Element, ...],
    numbers: Array,
    parent: Array,
    depth: Array,
    hidden: Array,
    kind: Array,
    group: Array,
    /,
) -> list[tuple[str, tuple[str, ...]]]: ...
def element_tokens(tag: str, names: tuple[str, ...], hashes: Array, /) -> int: ...
def element_name_scores(
    tokens: Array,
    sizes: Array,
    kind: Array,
    parent: Array,
    line_element: Array,
    levels: Array,
    weights: Array,
    scores: Array,
    /,
) -> None: ...
def line_groups(parent: Array, group: Array, line_element: Array, groups: Array, /) -> None: ...
def markup_features(
    parent: Array,
    depth: Array,
    hidden: Array,
    flag: Array,
    line_element: Array,
    markups: Array,
    groups: Array,
    chars: Array,
    out: Array,
    /,
) -> None: ...
def neighbour_features(
    p: Array, chars: Array, log_chars: Array, terminals: Array, out: Array, /
) -> None: ...
def container_features(
    parent: Array,
    depth: Array,
    line_element: Array,
    groups: Array,
    p: Array,
    chars: Array,
    terminals: Array,
    links: Array,
    out: Array,
    /,
) -> None: ...
def tree_sums(
    matrix: Array,
    columns: int,
    sources: Array,
    cuts: Array,
    thresholds: Array,
    nodes: Array,
    begins: Array,
    leaf_begins: Array,
    most: int,
    leaves: Array,
    sums: Array,
    /,
) -> None: ...
def chrome_kind_text_scores(
    points: Array, table: Array, flags: Array, weights: Array, sums: Array, counts: Array, /
) -> None: ...
def chrome_kind_name_scores(
    tokens: Array,
    sizes: Array,
    kind: Array,
    parent: Array,
    line_element: Array,
    weights: Array,
    decay: Array,
    scores: Array,
    /,
) -> None: ...
def viterbi_paths(scores: Array, costs: Array, begins: Array, path: Array, /) -> None: ...
def make_predictions(
    prediction: type[Prediction],
    lines: list[Line],
    labels: list[Label],
    probability: list[float],
    reasons: list[str],
    kinds: list[str | None],
    languages: list[tuple[str | None, float]],
    /,
) -> tuple[Prediction, ...]: ...
def line_fingerprints(
    texts: Sequence[str], flags: Array, folds: Array, out: Array, /
) -> list[int]: ...
def site_features(*arrays: Array) -> tuple[int, float]: ...
