"""FiveFilters' site patterns for full-text RSS, from a clone or an archive that the user names.

``BOILERPLATE_FTR_SITE_CONFIG`` is the path of a folder, a ``.zip`` or a ``.tar.*`` of
https://github.com/fivefilters/ftr-site-config; without it this plugin has no rules. The rules
are XPath expressions for each host: ``body`` selects the article, ``strip`` and
``strip_id_or_class`` chrome inside of it, ``author`` and ``date`` the byline. Many were written
for a design that a site had years ago, so they are votes, not verdicts. But where the body is
found, the design is the one that they were written for: what they strip from within it is
dropped.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from boilerplate import SiteRules, hookimpl
from boilerplate.plugins import RulesError
from boilerplate_plugins.text_files import text_files

BOILERPLATE_API = 1
VARIABLE = "BOILERPLATE_FTR_SITE_CONFIG"
# Log-odds: the best of a few tried on pages of train and dev; see docs/plugins.md.
BODY_VOTE = 0.5
STRIP_VOTE = 1.0
# The first step of a path from anywhere: a name or ``*``, and its conditions. Where these count,
# they mean something else below another element.
_FIRST_STEP = re.compile(r"//([\w*-]+)((?:\[[^\[\]]*\])*)(?=/|$)")
_POSITION = re.compile(r"\[\s*\d|position\(|last\(")
# Rules for all sites, and text files that hold no rules.
NOT_SITES = frozenset(("global", "license", "readme"))


@hookimpl
def site_rules() -> list[SiteRules]:
    """The rules for every host in the folder or archive that the variable names."""
    named = os.environ.get(VARIABLE)
    return list(read_site_config(Path(named))) if named else []


def read_site_config(path: Path) -> Iterator[SiteRules]:
    """The rules for every host in a clone or an archive. Raises OSError if there is none."""
    files: dict[str, str] = {}
    for name, text in text_files(path):  # .a.com.txt, for the subdomains, before a.com.txt
        host = name.removesuffix(".txt").lstrip(".")
        if host.lower() not in NOT_SITES:
            files[host] = text
    for host, text in sorted(files.items()):
        yield from parse_site_config(host, text)


def parse_site_config(host: str, text: str) -> list[SiteRules]:
    r"""The rules of one host's file; none if it has none that can be used here.

    >>> [rules.drop_xpath for rules in parse_site_config("a.example", "title: //h1\nstrip: //nav")]
    [('//nav',)]
    """
    expressions: dict[str, list[str]] = {}
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if colon and value.strip() and not line.startswith("#"):
            expressions.setdefault(name.strip(), []).append(value.strip())
    body = tuple(_elements(expressions.get("body", ())))
    named = (_id_or_class(part.strip("'\"")) for part in expressions.get("strip_id_or_class", ()))
    stripped = tuple(_elements([*expressions.get("strip", ()), *named]))
    byline = _elements([*expressions.get("author", ()), *expressions.get("date", ())])
    strip = (*stripped, *byline)
    rules = []
    try:
        if body:
            rules.append(
                SiteRules(hosts=(host,), article_xpath=body, keep_xpath=body, vote=BODY_VOTE)
            )
        if strip:
            rules.append(SiteRules(hosts=(host,), drop_xpath=strip, vote=STRIP_VOTE))
        if body and stripped:  # the last word
            inside = tuple(_elements(filter(None, (_inside(each, body) for each in stripped))))
            if inside:
                rules.append(SiteRules(hosts=(host,), drop_xpath=inside))
    except RulesError:  # the file is not named after a host
        return []
    return rules


def _id_or_class(part: str) -> str:
    """An XPath for elements with this text in their id or class: ``strip_id_or_class``."""
    quoted = f'"{part}"' if "'" in part else f"'{part}'"
    return f"//*[contains(@class, {quoted}) or contains(@id, {quoted})]"


def _inside(expression: str, body: Iterable[str]) -> str | None:
    """An XPath for what an expression selects within the elements of a body, but not themselves.

    None for an expression that does not begin with ``//``, or counts elements in its first step.

    >>> _inside("//aside", ["//main", "//article"])
    '(//main | //article)/descendant::aside'
    >>> _inside("//div[@id='a']/p[2]", ["//main"])
    "(//main)/descendant-or-self::div[@id='a']/p[2]"
    """
    step = _FIRST_STEP.match(expression)
    if step is None or _POSITION.search(step[2]):
        return None
    axis = "descendant" if step.end() == len(expression) else "descendant-or-self"
    return f"({' | '.join(body)})/{axis}::{expression[2:]}"


def _elements(expressions: Iterable[str]) -> Iterator[str]:
    """The expressions that select elements: some files have mistakes, some ask for strings."""
    import turbohtml  # slow to import, and needed only if a clone is named

    for expression in expressions:
        if expression.startswith(("/", "(", "id(", "descendant::", ".//")):
            try:  # some mistakes, such as a missing argument, raise only on evaluation
                turbohtml.XPath(expression)(_sample_document())
            except ValueError:
                continue
            yield expression


@cache
def _sample_document() -> Any:
    """A small page to evaluate an expression on."""
    import turbohtml

    tags = "article section div header footer aside figure ul li p span a h1 h2 time".split()
    inner = "".join(f"<{tag} id=x class=x>x</{tag}>" for tag in tags)
    return turbohtml.parse("".join(f"<{tag} id=x class=x>{inner}" for tag in tags))
