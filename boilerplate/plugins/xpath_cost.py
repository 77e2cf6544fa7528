"""What an XPath may cost on a page, estimated before it is evaluated.

The parser evaluates an expression in C, which no timer can interrupt. Most expressions take a time
that grows with the page. Those that go from many nodes to all that follow or precede them, or do so
for each of many nodes, take its square or its cube: ``//*/following::*`` minutes on 4,000 elements.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

# Units: a visit of a node, or a comparison of two when sets are made. A hundred million take from
# one to four seconds, and 200 MB.
MOST_COST: Final = 100_000_000

# A predicate is evaluated for each node: a visit there counts this much.
_IN_PREDICATE: Final = 20
MAX_LENGTH: Final = (
    5_000  # characters of an expression; in lists for many sites, they have up to 600
)
# What may make an expression more than linear, anywhere or in brackets. Without it, nothing is
# estimated.
_COSTLY: Final = re.compile("following|preceding|ancestor")
_COSTLY_INSIDE: Final = re.compile(r"//|descendant|\.\.|parent")
# In the beginning of one, what makes that itself too costly to be tried.
_COSTLY_BEGINNING: Final = re.compile(
    r"following|preceding|ancestor|\.\.|parent|\[[^]]*(//|descendant|\[)", re.DOTALL
)
_TOKEN: Final = re.compile(
    r"""\s*(?:(?P<text>"[^"]*"|'[^']*')|(?P<axis>[\w-]+)\s*::|(?P<mark>//|/|\.\.|[][().,|@])"""
    r"""|(?P<name>[*]|[^\W\d][\w.-]*(?::[\w*][\w.-]*)?)|(?P<number>\d[\d.]*)|(?P<other>.))""",
    re.DOTALL,
)
_NODE_TESTS: Final = ("text", "node", "comment", "processing-instruction")
_OPERATORS: Final = ("and", "or", "div", "mod")
_SIBLINGS: Final = ("following-sibling", "preceding-sibling")
_DOCUMENT: Final = ("following", "preceding")
_ANCESTORS: Final = ("ancestor", "ancestor-or-self")
_DESCENDANTS: Final = ("descendant", "descendant-or-self")


@dataclass(frozen=True, slots=True)
class PageSize:
    """How large a parsed document is: its nodes, the most siblings, its depth, and its tags."""

    nodes: int
    siblings: int
    depth: int
    tags: Counter[str]

    @classmethod
    def of(cls, document: Any) -> PageSize:
        """The size of a document."""
        nodes = siblings = depth = 0
        tags: Counter[str] = Counter()
        stack = [(document, 0)]
        while stack:
            node, level = stack.pop()
            nodes += 1
            depth = max(depth, level)
            tags[getattr(node, "tag", "")] += 1
            children = list(getattr(node, "children", ()))
            siblings = max(siblings, len(children))
            stack.extend((child, level + 1) for child in children)
        return cls(nodes, siblings, depth, tags)

    def named(self, test: str) -> int:
        """At most how many nodes pass the test of a step."""
        if test in ("*", *_NODE_TESTS):
            return self.nodes
        return self.tags[test.rpartition(":")[2].lower()]


def may_be_costly(expression: str) -> bool:
    """Whether an expression may take more than a time that grows with the page."""
    inside = re.search(r"[\[(]", expression)
    return bool(
        _COSTLY.search(expression) or (inside and _COSTLY_INSIDE.search(expression, inside.end()))
    )


def cost(expression: str, size: PageSize, count: Callable[[str], int | None]) -> int:
    """At most how many units an expression takes on a page of this size, as far as can be told.

    ``count`` says how many nodes the beginning of the expression selects, which is asked only if
    that costs little; None if it cannot tell.
    """
    return _Estimate(expression, size, count).run()


@dataclass(slots=True)
class _Level:
    """An expression within brackets or parentheses, or the whole.

    It is evaluated for ``starts`` nodes. ``nodes`` are at most those that its path has reached, for
    all of them together; None between paths. ``most`` is what any path of it has reached. A path
    that is ``repeated`` may have reached a node again and again, for different ones of ``starts``.
    """

    starts: int
    nodes: int | None = None
    most: int = 0
    repeated: bool = False
    was_repeated: bool = False  # where a path begins


class _Estimate:
    def __init__(self, expression: str, size: PageSize, count: Callable[[str], int | None]) -> None:
        self.expression = expression
        self.size = size
        self.count = count
        self.tokens = list(_tokens(expression))
        self.levels = [_Level(1)]
        self.total = 0
        self.axis = "child"
        self.path_start = 0  # of the top level's path, in the expression

    def run(self) -> int:
        i = 0
        while i < len(self.tokens) and self.total <= MOST_COST:
            i = self._read(i)
        return self.total

    def _read(self, i: int) -> int:
        """Read a token, or a step; the index of the next one."""
        kind, value, at = self.tokens[i]
        level = self.levels[-1]
        if kind == "axis":
            self._measure(at, costly=value in (*_DOCUMENT, *_SIBLINGS, *_ANCESTORS))
            self.axis = value
        elif value in ("/", "//"):
            if level.nodes is None:  # from the root, in a predicate for each node again
                level.nodes = level.starts
                level.repeated = len(self.levels) > 1
            self.axis = "descendant" if value == "//" else "child"
            if value == "//" and self.tokens[i + 1 : i + 2] and self.tokens[i + 1][0] == "axis":
                self._step("node", "descendant", i)  # //following::p
        elif value == "[":
            self._measure(at, costly=not self._is_first(i - 1))
            self._open(level.starts if level.nodes is None else level.nodes)
        elif value == "(":
            self._open(level.starts)
        elif value in ("]", ")"):
            if len(self.levels) > 1:
                inner = self.levels.pop()
                if value == ")":
                    self.levels[-1].nodes = inner.most or inner.starts
            self.axis = "child"
        elif value == ".":
            level.nodes = level.starts if level.nodes is None else level.nodes
        elif value == "..":
            self._step("node", "parent", i)
        elif value == "@":
            self.axis = "attribute"
        elif kind == "name" and not self._is_operator(i):
            return self._name(i)
        else:  # an operator, a text, a number: the end of a path
            level.nodes = None
            level.repeated = level.was_repeated
            self.axis = "child"
            if len(self.levels) == 1:
                self.path_start = at + len(value)
        return i + 1

    def _open(self, starts: int) -> None:
        repeated = self.levels[-1].repeated
        self.levels.append(_Level(starts, repeated=repeated, was_repeated=repeated))
        self.axis = "child"

    def _is_operator(self, i: int) -> bool:
        """Whether a name stands where an operator does: after a path, a number or a text."""
        before = self.tokens[i - 1] if i else ("", "", 0)
        after_operand = before[0] in ("name", "number", "text") or before[1] in (
            "]",
            ")",
            ".",
            "..",
        )
        return after_operand and self.tokens[i][1] in (*_OPERATORS, "*")

    def _name(self, i: int) -> int:
        name = self.tokens[i][1]
        called = self.tokens[i + 1 : i + 2] and self.tokens[i + 1][1] == "("
        if called and name not in _NODE_TESTS:
            return i + 1  # a function: its parentheses are a level
        self._step(name, self.axis, i)
        self.axis = "child"
        if called:
            while i < len(self.tokens) and self.tokens[i][1] != ")":
                i += 1
        return i + 1

    def _step(self, test: str, axis: str, i: int) -> None:
        """Take a step from all nodes of the path."""
        level, size = self.levels[-1], self.size
        nodes = level.starts if level.nodes is None else level.nodes
        reach = 1
        if axis in _DOCUMENT:
            reach = size.nodes
        elif axis in _SIBLINGS:
            reach = size.siblings
        elif axis in _ANCESTORS:
            reach = size.depth
        elif axis == "parent" and self.tokens[i + 1 : i + 2] and self.tokens[i + 1][1] != "/":
            reach = size.siblings  # whose texts are its own
        visits = nodes * reach
        if axis == "child":
            visits = nodes * size.siblings
            visits = visits if level.repeated else min(visits, max(nodes, size.nodes))
        elif axis in _DESCENDANTS:
            visits = nodes * size.nodes
            if not level.repeated:
                visits = min(visits, max(nodes, size.nodes) * size.depth)
        named = size.nodes if axis == "attribute" else size.named(test)
        inner = len(self.levels) > 1
        self.total += visits * (_IN_PREDICATE if inner else 1)
        if inner and axis not in ("child", "attribute", "self", *_DESCENDANTS):
            level.repeated = True
        if reach > 1 and axis != "parent" and not self._is_first(i):
            found = min(reach, named)  # by each; these become a set, in which each is looked for
            together = found if nodes == level.starts else min(nodes * found, named)
            if axis in _ANCESTORS:  # of which neighbours have the same
                together = min(together, size.depth)
            if axis != "following" or nodes > level.starts:
                self.total += nodes * found * together
        level.nodes = min(visits, level.starts * named)
        level.most = max(level.most, level.nodes)

    def _is_first(self, i: int) -> bool:
        """Whether only one node of a step is asked for, by its place: ``p[1]``."""
        after = [value for _, value, _ in self.tokens[i + 1 : i + 4]]
        return len(after) == 3 and (after[0], after[2]) == ("[", "]") and after[1].isdigit()

    def _measure(self, at: int, costly: bool) -> None:
        """Ask how many nodes the path on the top level has really reached so far."""
        level = self.levels[-1]
        if not costly or len(self.levels) > 1 or level.nodes is None or self.total > MOST_COST:
            return
        beginning = self.expression[self.path_start : at].strip().removesuffix("/")
        if _COSTLY_BEGINNING.search(beginning):
            return
        found = self.count(beginning)
        if found is not None:
            level.nodes = min(level.nodes, found)


def _tokens(expression: str) -> Iterator[tuple[str, str, int]]:
    """The kind, the text and the place of each token."""
    for found in _TOKEN.finditer(expression):
        kind = str(found.lastgroup)
        yield kind, found[kind], found.start(kind)
