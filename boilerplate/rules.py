"""What is known of a site, as data: which of its lines to keep and which to drop.

A SiteRules is written in Python or in a TOML file (schema: ``boilerplate/data/rules.schema.json``),
and made ready to match by a Matcher. Rules say what they know and leave the rest to the model.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Any, Final, Literal, TypeVar
from urllib.parse import unquote, urlsplit

from boilerplate.page import Label, Page, Selector
from boilerplate.patterns import Pattern, PatternError, first_found

T = TypeVar("T")

API_VERSION: Final = 1
ANY_SITE: Final = "*"
MAX_VOTE: Final = 10.0  # log-odds: beyond this nothing of the model's opinion is left
MAX_SAID: Final = 80  # characters of a rule in a reason


class RulesError(ValueError):
    """Rules that cannot be used; the message names the file and the line where there are any."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The last word on a line: its label, whatever the model says, and the rule that says so."""

    label: Label
    rule: str


@dataclass(frozen=True, slots=True)
class Vote:
    """A nudge to the model's opinion of a line: log-odds of CONTENT to add, and the rule."""

    log_odds: float
    rule: str


Opinion = Verdict | Vote
Said = dict[int, tuple[Label, str]]  # of lines, by their index: a label, and the rule's words


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRules:
    """What is known of the pages of some hosts; lists become tuples, a string a tuple of one.

    ``hosts`` hold for their subdomains too; ``example.com/sport`` only for paths below, ``*``
    for every page. A line is kept or dropped by its exact text (blanks aside), by a regular
    expression found in it, or by standing in an element that a CSS selector or XPath chooses;
    ``drop_from`` and ``drop_before`` are about all lines from the first such line on, or before
    it; what stands outside of ``article_css`` and ``article_xpath`` is dropped, where they
    choose anything. ``headline`` and ``date`` are patterns of lines that are kept, or dropped,
    as such. Where rules contradict, what is listed first wins: exact lines, patterns,
    selectors, ``drop_from`` and ``drop_before``, the article; and among equals to keep wins. Of
    an element and one inside of it, the inner wins.

    ``site_model`` is the path of what was learned of the site. ``vote`` makes every rule a
    nudge of so many log-odds instead of a verdict. ``where`` tells the file and line of a
    field's value, for messages.

    >>> rules = SiteRules(hosts=["example.com"], drop=["Paylaş"])
    >>> rules.drop
    ('Paylaş',)
    """

    hosts: Sequence[str]
    keep: Sequence[str] = ()
    drop: Sequence[str] = ()
    headline: Sequence[str] = ()
    date: Sequence[str] = ()
    keep_matching: Sequence[str] = ()
    drop_matching: Sequence[str] = ()
    keep_css: Sequence[str] = ()
    keep_xpath: Sequence[str] = ()
    drop_css: Sequence[str] = ()
    drop_xpath: Sequence[str] = ()
    drop_from: Sequence[str] = ()
    drop_from_matching: Sequence[str] = ()
    drop_before: Sequence[str] = ()
    drop_before_matching: Sequence[str] = ()
    article_css: Sequence[str] = ()
    article_xpath: Sequence[str] = ()
    site_model: str | None = None
    vote: float | None = None
    where: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        for name in STRINGS:
            value = getattr(self, name)
            object.__setattr__(self, name, _strings(name, value, self.where))
        if not self.hosts:
            raise RulesError(
                f"{_at(self.where, 'hosts')}hosts is empty; name a site as in 'example.com'"
            )
        object.__setattr__(
            self, "hosts", tuple(_host(host, _at(self.where, "hosts", host)) for host in self.hosts)
        )
        _check_vote(self.vote, _at(self.where, "vote"))
        if self.site_model is not None and not isinstance(self.site_model, str):
            raise RulesError(f"{_at(self.where, 'site_model')}site_model is the path of a file")


STRINGS: Final = tuple(f.name for f in fields(SiteRules) if f.type == "Sequence[str]")
PATTERNS: Final = tuple(n for n in STRINGS if n in ("headline", "date") or n.endswith("_matching"))
SELECTORS: Final = tuple(n for n in STRINGS if n.endswith(("_css", "_xpath")))
LANGUAGES: Final[tuple[Literal["css", "xpath"], ...]] = ("css", "xpath")


def _strings(name: str, value: object, where: Mapping[str, str]) -> tuple[str, ...]:
    if isinstance(value, str):
        value = (value,)
    if not isinstance(value, (list, tuple)) or not all(isinstance(v, str) for v in value):
        raise RulesError(f"{_at(where, name)}{name} is a list of strings, not {value!r:.80}")
    for each in value:
        if not each.strip():
            raise RulesError(f"{_at(where, name, each)}{name} holds an empty string")
    return tuple(value)


def _at(where: Mapping[str, str], name: str, value: str | None = None) -> str:
    """The beginning of a message: the file and line of a field, or of one of its values."""
    place = where.get(f"{name}={value}") if value is not None else None
    place = place or where.get(name) or where.get("")
    return f"{place}: " if place else ""


def _host(host: str, at: str) -> str:
    """A host as it is looked up: lower-cased, IDNA, with the path that it holds for."""
    if host == ANY_SITE:
        return host
    name, slash, path = host.strip().partition("/")
    if "//" in host or "*" in host or ":" in name or name.startswith(".") or "." not in name:
        raise RulesError(
            f"{at}{host!r} is no host; write 'example.com' (subdomains are included), "
            f"'example.com/sport' or '*'"
        )
    return ascii_host(name) + slash + path


def ascii_host(host: str) -> str:
    """A host name as DNS spells it, without ``www.``.

    >>> ascii_host("www.Bücher.example")
    'xn--bcher-kva.example'
    """
    host = host.lower().strip(".").removeprefix("www.")
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            return host
    return host


def _check_vote(vote: object, at: str) -> None:
    if vote is None:
        return
    if isinstance(vote, bool) or not isinstance(vote, (int, float)) or not 0 < vote <= MAX_VOTE:
        raise RulesError(f"{at}vote is log-odds above 0 and up to {MAX_VOTE:g}, not {vote!r}")


def holds_for(host: str, url: str) -> bool:
    """Whether a host of SiteRules, with its path, holds for a URL.

    >>> holds_for("example.com/spor", "https://m.example.com/spor/1"), holds_for(
    ...     "example.com", "https://notexample.com/")
    (True, False)
    """
    if host == ANY_SITE:
        return True
    name, _, path = host.partition("/")
    found, page_path = _host_and_path(url)
    return (found == name or found.endswith("." + name)) and _below(page_path, path)


def _below(page_path: str, path: str) -> bool:
    path = path.rstrip("/")
    return not path or page_path == path or page_path.startswith(path + "/")


def _host_and_path(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
        return ascii_host(parts.hostname or ""), unquote(parts.path).lstrip("/")
    except ValueError:
        return "", ""


def suffixes(url: str) -> Iterator[str]:
    """The hosts whose rules hold for a URL's: the whole name first, ``*`` last.

    >>> list(suffixes("https://www.spor.example.com/a"))
    ['spor.example.com', 'example.com', '*']
    """
    host, _ = _host_and_path(url)
    while "." in host:
        yield host
        host = host.partition(".")[2]
    yield ANY_SITE


# -------------------------------------------------------------------------------- matching

# .name, #name, tag.name, tag#name: these the skeleton of a page can answer by itself.
_PLAIN_CSS: Final = re.compile(r"([a-z][a-z0-9]*)?([.#])(-?[A-Za-z_\u0080-\U0010ffff][\w-]{0,60})")


@dataclass(frozen=True, eq=False)
class Matcher:
    """SiteRules made ready: patterns and selectors are compiled once, when first needed."""

    rules: SiteRules

    def problems(self) -> list[str]:
        """What is wrong with the rules' patterns and selectors."""
        found = []
        checks = [
            *((self._pattern, n, v) for n in PATTERNS for v in getattr(self.rules, n)),
            *(
                (self._selector, f"{verb}_{selector.language}", selector.expression)
                for verb, group in self._groups.items()
                for selector in group.asked
            ),
        ]
        for compiled, name, value in checks:
            try:
                compiled(name, value)
            except RulesError as error:
                found.append(str(error))
        return found

    @cached_property
    def needs_markup(self) -> bool:
        """Whether some rule asks the parsed document."""
        return any(group.asked for group in self._groups.values())

    def select(self, document: Any) -> dict[Selector, list[Any]]:
        """The nodes of a parsed document that each selector chooses.

        Raises RulesError where an XPath has no nodes as its value.
        """
        return {
            selector: self._choose(name, selector, choose, document)
            for name, selector, choose in self._compiled_selectors
        }

    def opinions(self, page: Page) -> dict[int, Opinion]:
        """What the rules say of the page's lines, by index; blank lines are left out.

        Raises RulesError for a pattern or selector that cannot be used.
        """
        said: Said = {}
        for step in (self._outside, self._ranges, self._by_markup, self._by_pattern, self._exact):
            said.update(step(page))
        vote = self.rules.vote
        return {
            i: Verdict(label, rule)
            if vote is None
            else Vote(vote if label is Label.CONTENT else -vote, rule)
            for i, (label, rule) in sorted(said.items())
            if page.lines[i].text.strip()
        }

    # From here on: the steps, weakest first; what a later one says of a line wins.

    def _outside(self, page: Page) -> Said:
        inside = self._groups["article"].elements(page)
        if not inside:
            return {}
        owner = _owners(page, inside)
        rule = worded(
            "outside of", " or ".join(dict.fromkeys(s.expression for s in inside.values()))
        )
        return {
            i: (Label.BOILERPLATE, rule)
            for i, line in enumerate(page.lines)
            if line.markup is not None and owner[line.markup.element] is None
        }

    def _ranges(self, page: Page) -> Said:
        out: Said = {}
        if (found := self._first(page, "drop_before")) is not None:
            at, rule = found
            out.update((i, (Label.BOILERPLATE, rule)) for i in range(at))
        if (found := self._first(page, "drop_from")) is not None:
            at, rule = found
            out.update((i, (Label.BOILERPLATE, rule)) for i in range(at, len(page.lines)))
        return out

    def _first(self, page: Page, name: str) -> tuple[int, str] | None:
        """The first line that a range starts at, and the rule that says so."""
        exact, patterns = self._lines[name], self._patterns[f"{name}_matching"]
        if not exact and not patterns:
            return None
        for i, line in enumerate(page.lines):
            if exact and (key := _key(line.text)) in exact:
                return i, worded(name, key)
            if pattern := first_found(patterns, line.text):
                return i, worded(f"{name}_matching", pattern.text)
        return None

    def _by_markup(self, page: Page) -> Said:
        labels = {"drop": Label.BOILERPLATE, "keep": Label.CONTENT}
        chosen = {
            i: (label, worded(f"{verb}_{selector.language}", selector.expression))
            for verb, label in labels.items()
            for i, selector in self._groups[verb].elements(page).items()
        }
        if not chosen:
            return {}
        owner = _owners(page, chosen)
        return {
            i: opinion
            for i, line in enumerate(page.lines)
            if line.markup is not None and (opinion := owner[line.markup.element]) is not None
        }

    def _by_pattern(self, page: Page) -> Said:
        out: Said = {}
        for name, label in _PATTERN_LABELS.items():
            if patterns := self._patterns[name]:
                for i, line in enumerate(page.lines):
                    if pattern := first_found(patterns, line.text):
                        out[i] = (label, worded(name, pattern.text))
        return out

    def _exact(self, page: Page) -> Said:
        drop, keep = self._lines["drop"], self._lines["keep"]
        out: Said = {}
        if drop or keep:
            for i, line in enumerate(page.lines):
                key = _key(line.text)
                if key in keep:
                    out[i] = (Label.CONTENT, worded("keep", key))
                elif key in drop:
                    out[i] = (Label.BOILERPLATE, worded("drop", key))
        return out

    @cached_property
    def _lines(self) -> dict[str, frozenset[str]]:
        names = ("keep", "drop", "drop_from", "drop_before")
        return {name: frozenset(map(_key, getattr(self.rules, name))) for name in names}

    @cached_property
    def _patterns(self) -> dict[str, list[Pattern]]:
        return {
            name: [self._pattern(name, text) for text in getattr(self.rules, name)]
            for name in PATTERNS
        }

    @cached_property
    def _groups(self) -> dict[str, _Group]:
        return {
            verb: _Group.of(
                Selector(language, text)
                for language in LANGUAGES
                for text in getattr(self.rules, f"{verb}_{language}")
            )
            for verb in ("article", "drop", "keep")
        }

    @cached_property
    def _compiled_selectors(self) -> list[tuple[str, Selector, Callable[[Any], Any]]]:
        return [
            (name, selector, self._selector(name, selector.expression))
            for verb, group in self._groups.items()
            for selector in group.asked
            for name in (f"{verb}_{selector.language}",)
        ]

    def _pattern(self, name: str, text: str) -> Pattern:
        try:
            return Pattern(text)
        except PatternError as error:
            raise RulesError(f"{_at(self.rules.where, name, text)}{name}: {error}") from error

    def _selector(self, name: str, text: str) -> Callable[[Any], Any]:
        import turbohtml.query

        try:
            if name.endswith("_xpath"):
                return turbohtml.XPath(text)
            return turbohtml.query.compile(text).select
        except ValueError as error:
            raise RulesError(
                f"{_at(self.rules.where, name, text)}{name}: {error} in {text!r}"
            ) from error

    def _choose(
        self, name: str, selector: Selector, choose: Callable[[Any], Any], document: Any
    ) -> list[Any]:
        at = _at(self.rules.where, name, selector.expression)
        try:
            chosen = choose(document)
        except (ValueError, TypeError) as error:  # as of a step from what is no node: "6/p"
            raise RulesError(f"{at}{name}: {error} in {selector.expression!r}") from error
        if not isinstance(chosen, list):
            raise RulesError(
                f"{at}{name}: {selector.expression!r} has the value {chosen!r:.40}; "
                f"an expression that chooses elements is needed"
            )
        return chosen


@dataclass(frozen=True, slots=True)
class _Group:
    """Selectors with one meaning: those the page's skeleton answers, and those to be asked.

    ``plain`` has the tags (or "") and selectors by the name that they look for. A list of ad
    blockers' has thirty thousand, of which a page has a handful.
    """

    plain: Mapping[str, tuple[tuple[str, Selector], ...]]
    asked: tuple[Selector, ...]

    @classmethod
    def of(cls, selectors: Iterable[Selector]) -> _Group:
        plain: dict[str, tuple[tuple[str, Selector], ...]] = {}
        asked = []
        for selector in selectors:
            if key := _plain_key(selector):
                tag, name = key
                plain[name] = (*plain.get(name, ()), (tag, selector))
            else:
                asked.append(selector)
        return cls(plain, tuple(dict.fromkeys(asked)))

    def elements(self, page: Page) -> dict[int, Selector]:
        """The elements that a selector chose, each with the first that did.

        None on bare text, and none for selectors that were not asked while the page was read.
        """
        chosen: dict[int, Selector] = {}
        for selector in self.asked:
            for i in page.selected.get(selector, ()):
                chosen.setdefault(i, selector)
        if self.plain:
            for i, element in enumerate(page.elements):
                for name in element.names:
                    for tag, selector in self.plain.get(name, ()):
                        if not tag or tag == element.tag:
                            chosen.setdefault(i, selector)
        return chosen


_PATTERN_LABELS: Final = {  # weakest first
    "date": Label.BOILERPLATE,
    "drop_matching": Label.BOILERPLATE,
    "headline": Label.CONTENT,
    "keep_matching": Label.CONTENT,
}


def _key(text: str) -> str:
    return " ".join(text.split())


def worded(name: str, value: str) -> str:
    """A rule as a reason says it.

    >>> worded("drop", "Share")
    'drop Share'
    """
    return f"{name} {value if len(value) <= MAX_SAID else value[: MAX_SAID - 1] + '…'}"


def _plain_key(selector: Selector) -> tuple[str, str] | None:
    """The tag (or "") and the name, as in ``Element.names``, of a selector that is no more."""
    if selector.language != "css" or not (found := _PLAIN_CSS.fullmatch(selector.expression)):
        return None
    tag, mark, name = found.groups()
    return tag or "", f"id={name}" if mark == "#" else name


def is_plain(css: str) -> bool:
    """Whether a CSS selector costs next to nothing: a name, or a name and a tag.

    >>> is_plain(".cookie"), is_plain("div#ad"), is_plain("div > .ad")
    (True, True, False)
    """
    return _plain_key(Selector("css", css)) is not None


def _owners(page: Page, chosen: Mapping[int, T]) -> list[T | None]:
    """For each element what is said of it, or else of the nearest element around it.

    One entry more than there are elements: the last, which index -1 finds, is the root's.
    """
    owner: list[T | None] = [None] * (len(page.elements) + 1)
    for i, element in enumerate(page.elements):
        owner[i] = chosen.get(i) or owner[element.parent]
    return owner


# ---------------------------------------------------------------------------- TOML files

FILE_KEYS: Final = ("api", "site")
_TOML_LINE: Final = re.compile(r"at line (\d+)")


def read_rules(path: str | PathLike[str]) -> tuple[SiteRules, ...]:
    """The SiteRules of a TOML file; a relative ``site_model`` is taken from the file's folder.

    Raises RulesError, which names the file and the line, and OSError.
    """
    path = Path(path)
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise RulesError(f"{path}:{line}: not UTF-8") from error
    rules = parse_rules(text, str(path))
    return tuple(
        replace(each, site_model=str(path.parent / each.site_model)) if each.site_model else each
        for each in rules
    )


def parse_rules(text: str, name: str = "rules.toml") -> tuple[SiteRules, ...]:
    r"""The SiteRules of a TOML document; ``name`` is what messages call it.

    >>> parse_rules('api = 1\n[[site]]\nhosts = ["a.example"]\ndrop = ["もっと見る"]')[0].drop
    ('もっと見る',)
    """
    import tomllib  # whose parser most runs of the command line do without

    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _TOML_LINE.search(str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        raise RulesError(f"{name}:{line}: {error}") from error
    places = _Places(name, text)
    for key in document:
        if key not in FILE_KEYS:
            raise RulesError(f"{places.of_key(key)}: {_unknown(key, FILE_KEYS)}")
    api = document.get("api")
    if api != API_VERSION or isinstance(api, bool):
        raise RulesError(
            f"{places.of_key('api')}: api is {API_VERSION}, not {api!r}"
            if "api" in document
            else f"{name}:1: 'api = {API_VERSION}' is missing"
        )
    sites = document.get("site")
    if not isinstance(sites, list) or not all(isinstance(site, dict) for site in sites):
        raise RulesError(f"{places.of_key('site')}: sites are written as [[site]] tables")
    return tuple(_site(site, i, places) for i, site in enumerate(sites))


def _site(site: Mapping[str, Any], number: int, places: _Places) -> SiteRules:
    where = places.of_site(number, site)
    known = tuple(f.name for f in fields(SiteRules) if f.name != "where")
    for key in site:
        if key not in known:
            raise RulesError(f"{where.get(key, where[''])}: {_unknown(key, known)}")
    if "hosts" not in site:
        raise RulesError(f"{where['']}: this site has no hosts; name them as in ['example.com']")
    for key in STRINGS:
        if isinstance(site.get(key, []), str):
            raise RulesError(f"{where[key]}: {key} is a list of strings: [{site[key]!r}]")
    return SiteRules(**site, where=where)


def _unknown(key: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    known = list(known)
    near = get_close_matches(key, known, 1)
    meant = f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(known)}"
    return f"there is no {key!r}{meant}"


class _Places:
    """Where in a TOML document keys and values stand, found by their looks: tomllib won't tell."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.lines = text.splitlines()
        self.sites = [
            i for i, line in enumerate(self.lines) if re.match(r"\s*\[\[\s*site\s*\]\]", line)
        ]

    def of_key(self, key: str, first: int = 0, last: int | None = None) -> str:
        return f"{self.name}:{self._find_key(key, first, last) + 1}"

    def of_site(self, number: int, site: Mapping[str, Any]) -> dict[str, str]:
        if number >= len(self.sites):  # site = [{...}]: all of it on the key's line
            return {"": self.of_key("site")}
        first = self.sites[number]
        last = self.sites[number + 1] if number + 1 < len(self.sites) else len(self.lines)
        where = {"": f"{self.name}:{first + 1}"}
        for key, value in site.items():
            at = self._find_key(key, first, last)
            where[key] = f"{self.name}:{at + 1}"
            for each in value if isinstance(value, list) else ():
                if isinstance(each, str):
                    where[f"{key}={each}"] = f"{self.name}:{self._find(each, at, last) + 1}"
        return where

    def _find_key(self, key: str, first: int, last: int | None) -> int:
        wanted = re.compile(rf"""\s*(?:\[+\s*)?["']?{re.escape(key)}["']?\s*[=\].]""")
        found = (i for i in range(first, last or len(self.lines)) if wanted.match(self.lines[i]))
        return next(found, first)

    def _find(self, value: str, first: int, last: int) -> int:
        # As a literal string, or as a basic one with its escapes.
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        forms = (f"'{value}'", f'"{escaped}"')
        for i in range(first, last):
            if any(form in self.lines[i] for form in forms):
                return i
        return first
