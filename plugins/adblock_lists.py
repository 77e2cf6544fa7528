"""Element hiding rules of ad blockers' lists, such as EasyList Cookie, as votes.

``BOILERPLATE_ADBLOCK_LISTS`` names files in the format of Adblock Plus, or folders or archives
of them; without it this plugin has no rules. What a list hides (``##.cookie-notice``,
``example.com##.popup``) is likely chrome, but rules for all sites also match content, so each is
only a vote. Exceptions (``#@#``) cancel the vote. Rules with actions or conditions (``#?#``,
``#$#``) and rules for network requests are ignored, and so are rules for all sites whose selector
is more than a class or id with or without a tag, which would have to be matched on every page.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from boilerplate import SiteRules, hookimpl
from boilerplate.plugins import RulesError
from boilerplate.plugins.hosts import ANY_SITE
from boilerplate.plugins.matcher import is_simple
from boilerplate_plugins.text_files import text_files

BOILERPLATE_API = 1
VARIABLE = "BOILERPLATE_ADBLOCK_LISTS"
LOG_ODDS = 2.0  # against content, where a list hides an element; measured in docs/plugins.md
_RULE = re.compile(r"([^#\s]*)(##|#@#)(\S.*)")


@hookimpl
def site_rules() -> list[SiteRules]:
    """The rules of the lists that the variable names: for all sites, and for each host."""
    named = os.environ.get(VARIABLE, "").split(os.pathsep)
    texts = [text for name in named if name for _, text in text_files(Path(name))]
    return list(parse_lists(line for text in texts for line in text.splitlines()))


def parse_lists(lines: Iterable[str], log_odds: float = LOG_ODDS) -> Iterator[SiteRules]:
    """The rules for all sites, then those for each host.

    >>> [rules.hosts for rules in parse_lists(["##.ad", "a.example,b.example##.box"])]
    [('*',), ('a.example',), ('b.example',)]
    """
    hidden: dict[str, dict[str, None]] = {}
    shown: dict[str, dict[str, None]] = {}
    for line in lines:
        if line.startswith("!") or not (found := _RULE.fullmatch(line.strip())):
            continue
        hosts, mark, selector = found.groups()
        if not _is_css(selector):
            continue
        named = hosts.split(",") if hosts else [ANY_SITE]
        # ~a.example##x: on all sites except a.example.
        if mark == "##" and all(host.startswith("~") for host in named):
            named.append(ANY_SITE)
        for host in named:
            if host == ANY_SITE and not is_simple(selector):
                continue
            to = shown if mark == "#@#" or host.startswith("~") else hidden
            to.setdefault(host.removeprefix("~"), {})[selector] = None
    everywhere = hidden.get(ANY_SITE, {})
    for host in sorted({*hidden, *shown}, key=lambda host: (host != ANY_SITE, host)):
        keep = [each for each in shown.get(host, ()) if each in everywhere]
        drop = [each for each in hidden.get(host, ()) if each not in shown.get(host, ())]
        try:
            if keep or drop:
                yield SiteRules(hosts=(host,), drop_css=drop, keep_css=keep, vote=log_odds)
        except RulesError:  # not a host name: google.*
            continue


def _is_css(selector: str) -> bool:
    import turbohtml.query  # slow to import, and needed only if a list is named

    try:
        turbohtml.query.compile(selector)
    except ValueError:
        return False
    return True
