"""What is known of a site, as data: which of its lines to keep and which to drop.

A SiteRules is written in Python or in a TOML file (schema: ``boilerplate/data/rules.schema.json``),
and made ready to match by a Matcher. Rules say what they know and leave the rest to the model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Final, Literal, TypeVar

from boilerplate.page import Label
from boilerplate.plugins.hosts import ANY_SITE, ascii_host

T = TypeVar("T")

API_VERSION: Final = 1

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


def _check_vote(vote: object, at: str) -> None:
    if vote is None:
        return
    if isinstance(vote, bool) or not isinstance(vote, (int, float)) or not 0 < vote <= MAX_VOTE:
        raise RulesError(f"{at}vote is log-odds above 0 and up to {MAX_VOTE:g}, not {vote!r}")
