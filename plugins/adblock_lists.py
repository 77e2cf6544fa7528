"""Element hiding rules of ad blockers' lists, such as EasyList Cookie, as votes.

``BOILERPLATE_ADBLOCK_LISTS`` names files in the format of Adblock Plus, or folders or archives
of them; without it this plugin knows no site. What a list hides (``##.cookie-notice``,
``example.com##.popup``) is likely chrome, but rules for all sites misfire, so each only nudges
the model. Exceptions (``#@#``) take the nudge back. Rules with actions or conditions of their
own (``#?#``, ``#$#``) and rules for network requests are passed over, and so is what would have
to be asked of every page: rules for all sites that are more than a tag and a name.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from boilerplate import SiteRules, hookimpl
from boilerplate.plugins.hosts import ANY_SITE
from boilerplate.plugins.matcher import is_plain
from boilerplate.plugins.rules import RulesError
from boilerplate_plugins.text_files import text_files

BOILERPLATE_API = 1
VARIABLE = "BOILERPLATE_ADBLOCK_LISTS"
LOG_ODDS = 2.0  # what "a list hides it" is worth; docs/plugins.md has what was measured
_RULE = re.compile(r"([^#\s]*)(##|#@#)(\S.*)")


@hookimpl
def site_rules() -> list[SiteRules]:
    """The rules of every host in the lists that the user named, and those for all."""
    named = os.environ.get(VARIABLE, "").split(os.pathsep)
    texts = [text for name in named if name for _, text in text_files(Path(name))]
    return list(parse_lists(line for text in texts for line in text.splitlines()))


def parse_lists(lines: Iterable[str], log_odds: float = LOG_ODDS) -> Iterator[SiteRules]:
    """The rules for all sites, then those of each host.

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
        # ~a.example##x: everywhere but there.
        if mark == "##" and all(host.startswith("~") for host in named):
            named.append(ANY_SITE)
        for host in named:
            if host == ANY_SITE and not is_plain(selector):
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
        except RulesError:  # google.*: a host that is none
            continue


def _is_css(selector: str) -> bool:
    import turbohtml.query  # only who names a list waits for it

    try:
        turbohtml.query.compile(selector)
    except ValueError:
        return False
    return True
