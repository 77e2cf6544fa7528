"""Lenta.ru: news in Russian, with boxes of links to other articles in the text."""

from pathlib import Path

from boilerplate import SiteRules, hookimpl
from boilerplate.plugins import read_rules

BOILERPLATE_API = 1


@hookimpl
def site_rules() -> tuple[SiteRules, ...]:
    """The rules in the file next to this one."""
    return read_rules(Path(__file__).with_name("rules.toml"))
