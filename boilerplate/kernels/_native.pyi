from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from boilerplate.page import Element, Label, Line, Markup
from boilerplate.result import Prediction

VERSION: Final[int]

def line_hashes(texts: list[str], flags: Any, folds: Any, out: Any, /) -> list[int]: ...
def line_places(
    lines: tuple[Line, ...],
    places: Sequence[int],
    elements: tuple[Element, ...],
    ask: Callable[[str, tuple[str, ...]], int],
    out: Any,
    /,
) -> None: ...
def see_page(*arrays: Any) -> tuple[int, float]: ...
def tag_counts(markup: str, /) -> tuple[int, int] | None: ...
def split(
    markup: str,
    tags: Mapping[str, int],
    line: type[Line],
    of_line: type[Markup],
    element: type[Element],
    is_hidden_style: Callable[[str], bool],
    /,
) -> tuple[tuple[Line, ...], tuple[Element, ...], dict[str, list[str]], int] | None: ...

# Arrays are whatever offers a contiguous buffer.
def explain(
    matrix: Any,
    columns: int,
    sources: Any,
    nodes: Any,
    begins: Any,
    leaf_begins: Any,
    most: int,
    leaves: Any,
    sums: Any,
    /,
) -> None: ...
def strongest_grounds(grounds: Any, content: Any, places: Any, /) -> None: ...
def hear_lines(
    points: Any,
    starts: Any,
    lengths: Any,
    table: Any,
    han: Any,
    one_language: Any,
    scripts: Any,
    letters: Any,
    script: Any,
    answers: Any,
    ask: Callable[[list[int]], tuple[int, int, bytes]],
    /,
) -> None: ...
def speech_shares(
    answers: Any,
    script: Any,
    letters: Any,
    said: Any,
    home: Any,
    one_language: Any,
    doubts: Any,
    share: Any,
    heard: Any,
    /,
) -> int: ...
def likeliest_languages(
    share: Any, languages: tuple[str, ...], /
) -> list[tuple[str | None, float]]: ...
def plain_texts(texts: list[str], flags: Any, plain: Callable[[str], str], /) -> list[str]: ...
def predictions(
    prediction: type[Prediction],
    lines: list[Line],
    labels: list[Label],
    probability: list[float],
    reasons: list[str],
    kinds: list[str | None],
    deciders: list[str],
    languages: list[tuple[str | None, float]],
    /,
) -> tuple[Prediction, ...]: ...
def char_counts(points: Any, table: Any, scripts_of: Any, counts: Any, scripts: Any, /) -> None: ...
def line_shapes(
    points: Any,
    table: Any,
    flags: Any,
    scripts_of: Any,
    counts: Any,
    scripts: Any,
    shapes: Any,
    odd: Any,
    /,
) -> None: ...
def fold(
    folded: Any,
    table: Any,
    powers: Any,
    prefix: Any,
    lines: Any,
    words: Any,
    offsets: Any,
    /,
) -> int: ...
def text_features(
    page: tuple[Any, ...],
    others: tuple[Any, ...],
    counts: Any,
    scripts: Any,
    shapes: Any,
    chars: Any,
    log1p: Any,
    out: Any,
    /,
) -> None: ...
def gram_sums(
    page: tuple[Any, ...],
    char_orders: bytes,
    word_orders: bytes,
    bits: int,
    weights: Any,
    width: int,
    sums: Any,
    counts: Any,
    /,
) -> None: ...
def element_arrays(
    elements: tuple[Element, ...],
    parent: Any,
    depth: Any,
    hidden: Any,
    kind: Any,
    sign: Any,
    /,
) -> list[tuple[str, tuple[str, ...]]]: ...
def line_markups(lines: tuple[Line, ...], places: Sequence[int], out: Any, /) -> None: ...
def kind_words(
    points: Any, table: Any, flags: Any, weights: Any, sums: Any, counts: Any, /
) -> None: ...
def kind_names(
    tokens: Any,
    sizes: Any,
    kind: Any,
    parent: Any,
    at: Any,
    weights: Any,
    fading: Any,
    out: Any,
    /,
) -> None: ...
def likeliest_paths(scores: Any, costs: Any, begins: Any, path: Any, /) -> None: ...
def element_tokens(tag: str, names: tuple[str, ...], out: Any, /) -> int: ...
def line_groups(parent: Any, sign: Any, line_element: Any, groups: Any, /) -> None: ...
def markup_features(
    parent: Any,
    depth: Any,
    hidden: Any,
    flag: Any,
    line_element: Any,
    markups: Any,
    groups: Any,
    chars: Any,
    out: Any,
    /,
) -> None: ...
def neighbour_features(p: Any, chars: Any, log_chars: Any, terminals: Any, out: Any, /) -> None: ...
def language_features(
    share: Any, heard: Any, letters: Any, main: int, twin: int, total: Any, out: Any, /
) -> None: ...
def container_features(
    parent: Any,
    depth: Any,
    line_element: Any,
    groups: Any,
    p: Any,
    chars: Any,
    terminals: Any,
    links: Any,
    out: Any,
    /,
) -> None: ...
def name_scores(
    tokens: Any,
    sizes: Any,
    kind: Any,
    parent: Any,
    line_element: Any,
    levels: Any,
    weights: Any,
    scores: Any,
    /,
) -> None: ...
def bag_scores(weights: Any, buckets: Any, values: Any, scores: Any, /) -> None: ...
def around_scores(
    page: tuple[Any, ...],
    most: int,
    before_salt: int,
    after_salt: int,
    weights: Any,
    scores: Any,
    /,
) -> None: ...
def bag_buckets(
    page: tuple[Any, ...],
    tokens: Any,
    level: int,
    bits: int,
    words: Any,
    counts: Any,
    names: Any,
    /,
) -> tuple[int, int]: ...
