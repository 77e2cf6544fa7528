from collections.abc import Callable, Mapping
from typing import Any, Final

from boilerplate.page import Element, Line, Markup

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
