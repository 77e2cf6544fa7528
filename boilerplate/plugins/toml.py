"""Reading rules from a TOML file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, replace
from os import PathLike
from pathlib import Path
from typing import Any, Final

from boilerplate.plugins.rules import (
    API_VERSION,
    LINE_FIELDS,
    STRING_FIELDS,
    RulesError,
    SiteRules,
)

FILE_KEYS: Final = ("api", "site")
_TOML_LINE: Final = re.compile(r"at line (\d+)")


def read_rules(path: str | PathLike[str]) -> tuple[SiteRules, ...]:
    """Read the SiteRules of a TOML file.

    A relative ``site_model`` is relative to the file's folder. Raises OSError, and RulesError with
    the file and the line.
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
    r"""Read the SiteRules of a TOML document, which messages call ``name``. Raises RulesError.

    >>> parse_rules('api = 1\n[[site]]\nhosts = ["a.example"]\ndrop = ["もっと見る"]')[0].drop
    ('もっと見る',)
    """
    import tomllib  # most runs of the command line read no rules file

    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _TOML_LINE.search(str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        raise RulesError(f"{name}:{line}: {error}") from error
    locations = _Locations(name, text)
    for key in document:
        if key not in FILE_KEYS:
            raise RulesError(f"{locations.of_key(key)}: {_unknown(key, FILE_KEYS)}")
    api = document.get("api")
    if api != API_VERSION or isinstance(api, bool):
        raise RulesError(
            f"{locations.of_key('api')}: api is {API_VERSION}, not {api!r}"
            if "api" in document
            else f"{name}:1: 'api = {API_VERSION}' is missing"
        )
    sites = document.get("site")
    if not isinstance(sites, list) or not all(isinstance(site, dict) for site in sites):
        raise RulesError(f"{locations.of_key('site')}: sites are written as [[site]] tables")
    return tuple(_site(site, i, locations) for i, site in enumerate(sites))


def _site(site: Mapping[str, Any], number: int, locations: _Locations) -> SiteRules:
    where = locations.of_site(number, site)
    known = tuple(f.name for f in fields(SiteRules) if f.name != "where")
    for key in site:
        if key not in known:
            raise RulesError(f"{where.get(key, where[''])}: {_unknown(key, known)}")
    if "hosts" not in site:
        raise RulesError(f"{where['']}: this site has no hosts; name them as in ['example.com']")
    for key in STRING_FIELDS:
        if isinstance(site.get(key, []), str):
            raise RulesError(f"{where[key]}: {key} is a list of strings: [{site[key]!r}]")
    given = dict(site)
    if roles := dict(_named_roles(site, where)):
        if isinstance(of_fields := site.get("roles", {}), dict):  # if not, that is an error
            given["roles"] = {**of_fields, **roles}
        for name in LINE_FIELDS:
            if isinstance(rules := site.get(name), list):
                given[name] = [each["rule"] if isinstance(each, dict) else each for each in rules]
    return SiteRules(**given, where=where)


def _named_roles(site: Mapping[str, Any], where: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    """The roles of the rules that name one, by ``field=value``: ``{rule = "…", role = "…"}``."""
    for name in LINE_FIELDS:
        rules = site.get(name)
        for each in rules if isinstance(rules, list) else ():
            if not isinstance(each, dict):
                continue
            if each.keys() != {"rule", "role"} or not isinstance(each["rule"], str):
                raise RulesError(
                    f"{where[name]}: {name}: a rule with a role is "
                    f'{{rule = "…", role = "…"}}, not {each!r:.80}'
                )
            yield f"{name}={each['rule']}", each["role"]


def _unknown(key: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    known = list(known)
    near = get_close_matches(key, known, 1)
    meant = f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(known)}"
    return f"there is no {key!r}{meant}"


class _Locations:
    """The line numbers of a TOML document's keys and values, searched for: tomllib has none."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.lines = text.splitlines()
        self.sites = [
            i for i, line in enumerate(self.lines) if re.match(r"\s*\[\[\s*site\s*\]\]", line)
        ]

    def of_key(self, key: str, first: int = 0, last: int | None = None) -> str:
        return f"{self.name}:{self._find_key(key, first, last) + 1}"

    def of_site(self, number: int, site: Mapping[str, Any]) -> dict[str, str]:
        if number >= len(self.sites):  # written as site = [{...}]: report the key's line
            return {"": self.of_key("site")}
        first = self.sites[number]
        last = self.sites[number + 1] if number + 1 < len(self.sites) else len(self.lines)
        where = {"": f"{self.name}:{first + 1}"}
        for key, value in site.items():
            at = self._find_key(key, first, last)
            where[key] = f"{self.name}:{at + 1}"
            for each in value if isinstance(value, list) else ():
                rule = each.get("rule") if isinstance(each, dict) else each
                if isinstance(rule, str):
                    where[f"{key}={rule}"] = f"{self.name}:{self._find(rule, at, last) + 1}"
        return where

    def _find_key(self, key: str, first: int, last: int | None) -> int:
        wanted = re.compile(
            rf"""\s*(?:\[+\s*)?(?:site\s*\.\s*)?["']?{re.escape(key)}["']?\s*[=\].]"""
        )
        found = (i for i in range(first, last or len(self.lines)) if wanted.match(self.lines[i]))
        return next(found, first)

    def _find(self, value: str, first: int, last: int) -> int:
        # As a literal string, or as a basic string with escapes.
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        forms = (f"'{value}'", f'"{escaped}"')
        for i in range(first, last):
            if any(form in self.lines[i] for form in forms):
                return i
        return first
