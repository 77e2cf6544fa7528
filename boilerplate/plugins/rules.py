"""Rules for the pages of a site, as data: which lines to keep and which to drop.

A SiteRules is written in Python or in a TOML file (schema: ``boilerplate/data/rules.schema.json``)
and compiled by a Matcher. The model decides the lines that no rule is about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Final, Literal

from boilerplate.page import Label
from boilerplate.plugins.hosts import ANY_SITE, ascii_host
from boilerplate.roles import ROLES, no_such_role

API_VERSION: Final = 1  # of the hooks and of rules files

MAX_VOTE: Final = 10.0  # log-odds; a larger vote would outweigh any probability of the model


class RulesError(ValueError):
    """Rules that cannot be used; the message names the file and the line, if they are in a file."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A label that overrules the model's, and the rule that it comes from.

    ``role`` is what the line is, one of ``boilerplate.roles.ROLES``; None leaves it to the model.
    """

    label: Label
    rule: str
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Vote:
    """Log-odds to add to the model's probability of CONTENT, and the rule that they come from."""

    log_odds: float
    rule: str


Opinion = Verdict | Vote


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRules:
    """Rules for the pages of some hosts.

    ``hosts`` include their subdomains; ``example.com/sport`` is for paths below it, ``*`` for
    every page. Every other field is about lines:

    - ``keep`` and ``drop``: lines with exactly this text, apart from white space;
    - ``keep_matching`` and ``drop_matching``: lines in which a regular expression is found;
    - ``headline`` and ``date``: the same, for headlines, which are kept, and for lines with the
      date or the author, which are dropped;
    - ``keep_css``, ``drop_css``, ``keep_xpath``, ``drop_xpath``: lines in selected elements;
    - ``drop_from`` and ``drop_before``, exact or ``_matching``: all lines from the first such line
      on, or before it;
    - ``article_css`` and ``article_xpath``: lines outside of the selected elements are dropped,
      if any element is selected;
    - ``keep_roles`` and ``drop_roles``: lines of these roles (``boilerplate.roles.ROLES``), unless
      another rule or the user says otherwise; these give neither verdicts nor votes.

    ``roles`` says what the lines are that rules decide: it maps a field, or ``field=value`` for one
    of its rules, to a role. Lines of ``headline`` have that role; what other lines are is left to
    the model. A role that the user has chosen to keep or to drop then decides over the rule.

    Where rules contradict each other, exact lines win over patterns, patterns over selectors,
    selectors over ``drop_from`` and ``drop_before``, and these over the article. Among rules of one
    sort, keeping wins; of nested elements, the inner one.

    ``site_model`` is the path of a site model. ``vote`` turns every rule into a Vote of so many
    log-odds instead of a Verdict. ``where`` maps a field, or ``field=value``, to its file and line,
    for messages. Lists become tuples, and a string a tuple of one. Raises RulesError.

    >>> rules = SiteRules(hosts=["example.com"], drop=["Paylaş"])
    >>> rules.drop
    ('Paylaş',)
    >>> rules = SiteRules(hosts="example.com", drop="评论", roles={"drop": "comments"})
    >>> rules.role_of("drop", "评论")
    'comments'
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
    keep_roles: Sequence[str] = ()
    drop_roles: Sequence[str] = ()
    roles: Mapping[str, str] = field(default_factory=dict, hash=False)
    site_model: str | None = None
    vote: float | None = None
    where: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        for name in STRING_FIELDS:
            value = getattr(self, name)
            object.__setattr__(self, name, _strings(name, value, self.where))
        if not self.hosts:
            at = location_prefix(self.where, "hosts")
            raise RulesError(f"{at}hosts is empty; name a site as in 'example.com'")
        hosts = (_host(host, location_prefix(self.where, "hosts", host)) for host in self.hosts)
        object.__setattr__(self, "hosts", tuple(hosts))
        _check_roles(self)
        _check_named_roles(self)
        _check_vote(self.vote, location_prefix(self.where, "vote"))
        if self.site_model is not None and not isinstance(self.site_model, str):
            at = location_prefix(self.where, "site_model")
            raise RulesError(f"{at}site_model is the path of a file")

    def role_of(self, name: str, value: str) -> str | None:
        """The role of the lines that a rule decides, given its field and value; None if unnamed."""
        named = self.roles.get(f"{name}={value}") or self.roles.get(name)
        return named or ("headline" if name == "headline" else None)


STRING_FIELDS: Final = tuple(f.name for f in fields(SiteRules) if f.type == "Sequence[str]")
PATTERN_FIELDS: Final = tuple(
    name for name in STRING_FIELDS if name in ("headline", "date") or name.endswith("_matching")
)
ROLE_FIELDS: Final = ("keep_roles", "drop_roles")
# Rules that decide lines: these may name a role.
LINE_FIELDS: Final = tuple(
    name for name in STRING_FIELDS
    if name not in ("hosts", *ROLE_FIELDS) and not name.startswith("article_")
)  # fmt: skip
SELECTOR_FIELDS: Final = tuple(n for n in STRING_FIELDS if n.endswith(("_css", "_xpath")))
SELECTOR_LANGUAGES: Final[tuple[Literal["css", "xpath"], ...]] = ("css", "xpath")


def _strings(name: str, value: object, where: Mapping[str, str]) -> tuple[str, ...]:
    if isinstance(value, str):
        value = (value,)
    if not isinstance(value, (list, tuple)) or not all(isinstance(v, str) for v in value):
        at = location_prefix(where, name)
        raise RulesError(f"{at}{name} is a list of strings, not {value!r:.80}")
    for each in value:
        if not each.strip():
            raise RulesError(f"{location_prefix(where, name, each)}{name} has an empty string")
    return tuple(value)


def location_prefix(where: Mapping[str, str], name: str, value: str | None = None) -> str:
    """How a message begins: with the file and line of a field, or of one of its values."""
    place = where.get(f"{name}={value}") if value is not None else None
    place = place or where.get(name) or where.get("")
    return f"{place}: " if place else ""


def _host(host: str, at: str) -> str:
    """A host in the form in which it is looked up: lower case, IDNA, with its path."""
    if host == ANY_SITE:
        return host
    name, slash, path = host.strip().partition("/")
    if "//" in host or "*" in host or ":" in name or name.startswith(".") or "." not in name:
        raise RulesError(
            f"{at}{host!r} is not a host name; write 'example.com' (subdomains are included), "
            f"'example.com/sport' or '*'"
        )
    return ascii_host(name) + slash + path


def _check_roles(rules: SiteRules) -> None:
    for name in ROLE_FIELDS:
        for role in getattr(rules, name):
            at = location_prefix(rules.where, name, role)
            if role not in ROLES:
                raise RulesError(f"{at}{name}: {no_such_role(role)}")
            if role in rules.keep_roles and role in rules.drop_roles:
                raise RulesError(f"{at}{role} is both in keep_roles and in drop_roles")


def _check_named_roles(rules: SiteRules) -> None:
    at = location_prefix(rules.where, "roles")
    if not isinstance(rules.roles, Mapping):
        raise RulesError(f"{at}roles maps fields to roles, and is not {rules.roles!r:.80}")
    for key, role in rules.roles.items():
        name, _, value = str(key).partition("=")
        at = location_prefix(rules.where, name, value) if value else at
        if name not in LINE_FIELDS:
            raise RulesError(f"{at}{name} names no role; these do: {', '.join(LINE_FIELDS)}")
        if (value and value not in getattr(rules, name)) or not getattr(rules, name):
            raise RulesError(f"{at}roles: there is no rule {key!r:.80}")
        if role not in ROLES:
            raise RulesError(f"{at}{name}: {no_such_role(role)}")
        if rules.vote is not None:
            raise RulesError(f"{at}{name}: votes decide no line, so they name no role ({role})")


def _check_vote(vote: object, at: str) -> None:
    if vote is None:
        return
    if isinstance(vote, bool) or not isinstance(vote, (int, float)) or not 0 < vote <= MAX_VOTE:
        raise RulesError(f"{at}vote is log-odds above 0 and up to {MAX_VOTE:g}, not {vote!r}")
