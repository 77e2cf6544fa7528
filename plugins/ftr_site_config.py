"""FiveFilters' site patterns for full-text RSS: a clone or an archive that the user names.

``BOILERPLATE_FTR_SITE_CONFIG`` is the path of a folder, a ``.zip`` or a ``.tar.*`` of
https://github.com/fivefilters/ftr-site-config; without it this plugin knows no site. Its rules
are XPath expressions for each host: ``body`` is where the article stands, ``strip`` and
``strip_id_or_class`` are chrome in it, ``author`` and ``date`` stand around it. Many of them
were written for what a site looked like years ago, so they vote and don't decide.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from boilerplate import SiteRules, hookimpl
from boilerplate.plugins.rules import RulesError
from boilerplate_plugins.text_files import text_files

BOILERPLATE_API = 1
VARIABLE = "BOILERPLATE_FTR_SITE_CONFIG"
# Log-odds; the best of a few tried on pages of train and dev. docs/plugins.md has what they do.
BODY_VOTE = 0.5
STRIP_VOTE = 1.0
# Rules for all sites, and what is no rule file though it ends as one.
NOT_SITES = frozenset(("global", "license", "readme"))


@hookimpl
def site_rules() -> list[SiteRules]:
    """The rules of every host in the folder or archive that the user named."""
    named = os.environ.get(VARIABLE)
    return list(read_site_config(Path(named))) if named else []


def read_site_config(path: Path) -> Iterator[SiteRules]:
    """The rules of every host in a clone or an archive; OSError where there is none."""
    files: dict[str, str] = {}
    for name, text in text_files(path):  # .a.com.txt, for the subdomains, before a.com.txt
        host = name.removesuffix(".txt").lstrip(".")
        if host.lower() not in NOT_SITES:
            files[host] = text
    for host, text in sorted(files.items()):
        yield from parse_site_config(host, text)


def parse_site_config(host: str, text: str) -> list[SiteRules]:
    r"""The rules of one host's file, none where nothing in it is of use here.

    >>> [rules.drop_xpath for rules in parse_site_config("a.example", "body: //main\nstrip: //nav")]
    [(), ('//nav',)]
    """
    said: dict[str, list[str]] = {}
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if colon and value.strip() and not line.startswith("#"):
            said.setdefault(name.strip(), []).append(value.strip())
    body = tuple(_elements(said.get("body", ())))
    strip = tuple(
        _elements(
            [
                *said.get("strip", ()),
                *map(_named, said.get("strip_id_or_class", ())),
                *said.get("author", ()),
                *said.get("date", ()),
            ]
        )
    )
    rules = []
    try:
        if body:
            rules.append(
                SiteRules(hosts=(host,), article_xpath=body, keep_xpath=body, vote=BODY_VOTE)
            )
        if strip:
            rules.append(SiteRules(hosts=(host,), drop_xpath=strip, vote=STRIP_VOTE))
    except RulesError:  # a file that is named after no host
        return []
    return rules


def _named(part: str) -> str:
    """Elements that have this in their id or class, as ``strip_id_or_class`` means it."""
    quoted = f'"{part}"' if "'" in part else f"'{part}'"
    return f"//*[contains(@class, {quoted}) or contains(@id, {quoted})]"


def _elements(expressions: Iterable[str]) -> Iterator[str]:
    """The expressions that choose elements: some files have mistakes, some ask for strings."""
    import turbohtml  # only who names a clone waits for it

    for expression in expressions:
        if expression.startswith(("/", "(", "id(", "descendant::", ".//")):
            try:  # some mistakes, as a call without an argument, show only where nodes are asked
                turbohtml.XPath(expression)(_trial())
            except ValueError:
                continue
            yield expression


@cache
def _trial() -> Any:
    """A small page on which an expression can be tried out."""
    import turbohtml

    tags = "article section div header footer aside figure ul li p span a h1 h2 time".split()
    inner = "".join(f"<{tag} id=x class=x>x</{tag}>" for tag in tags)
    return turbohtml.parse("".join(f"<{tag} id=x class=x>{inner}" for tag in tags))
