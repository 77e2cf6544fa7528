from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from boilerplate.page import Element, Label, Line, Markup, Prediction

VERSION: Final[int]

class Splitter:
    def __new__(
        cls,
        tags: Mapping[str, int],
        line: type[Line],
        markup: type[Markup],
        element: type[Element],
        is_hidden_style: Callable[[str], bool],
        /,
    ) -> Splitter: ...
    def start_element(self, tag: str, attrs: tuple[tuple[str, str | None], ...], /) -> None: ...
    def end_element(self, tag: str, /) -> None: ...
    def characters(self, data: str, /) -> None: ...
    def comment(self, *args: object) -> None: ...
    def doctype(self, *args: object) -> None: ...
    def processing_instruction(self, *args: object) -> None: ...
    def finish(self) -> tuple[list[Line], list[Element], dict[str, list[str]]]: ...

# Arrays are whatever offers a contiguous buffer.
def explain(
    matrix: Any,
    columns: int,
    nodes: Any,
    values: Any,
    roots: Any,
    depths: Any,
    paths: Any,
    groups: int,
    log_odds: Any,
    added: Any,
    /,
) -> None: ...
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
    ask: Callable[[list[int]], tuple[int, int]],
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
    lines: tuple[Line, ...],
    blank: tuple[object, ...],
    spoken: list[int],
    labels: list[Label],
    probability: list[float],
    reasons: list[str],
    kinds: list[str | None],
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
def fold(folded: Any, table: Any, powers: Any, prefix: Any, breaks: Any, /) -> int: ...
def word_spans(
    folded: Any, table: Any, starts: Any, ends: Any, line_starts: Any, offsets: Any, /
) -> int: ...
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
def gram_familiarity(
    page: tuple[Any, ...], order: int, is_word: bool, bits: int, log1p: Any, out: Any, /
) -> None: ...
def gram_hits(page: tuple[Any, ...], order: int, table: Any, hits: Any, counts: Any, /) -> None: ...
def element_arrays(
    elements: tuple[Element, ...], parent: Any, depth: Any, hidden: Any, kind: Any, /
) -> list[tuple[str, tuple[str, ...]]]: ...
def line_markups(lines: tuple[Line, ...], places: Sequence[int], out: Any, /) -> None: ...
def common_depth(parent: Any, depth: Any, at: Any, out: Any, /) -> None: ...
def inherit(parent: Any, flags: Any, /) -> None: ...
def subtree_sums(
    parent: Any, depth: Any, order: Any, line_element: Any, values: Any, out: Any, /
) -> None: ...
def branches(parent: Any, depth: Any, main: int, branch: Any, meets: Any, /) -> None: ...
def chain_sums(parent: Any, kind: Any, says: Any, fading: Any, at: Any, out: Any, /) -> None: ...
def likeliest_path(scores: Any, costs: Any, path: Any, /) -> None: ...
def copies(hashes: Any, before: Any, count: Any, /) -> None: ...
def window_means(sums: Any, masses: Any, windows: Any, out: Any, /) -> None: ...
def element_tokens(tag: str, names: tuple[str, ...], out: Any, /) -> int: ...
def chains(parent: Any, at: Any, out: Any, /) -> None: ...
