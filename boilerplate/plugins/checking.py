"""Checking one plugin: what is wrong with it, and which of its rules do nothing on bare text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from boilerplate.plugins.discovery import RULES_FILE, find_at
from boilerplate.plugins.hosts import applies_to
from boilerplate.plugins.manager import load_path
from boilerplate.plugins.matcher import Matcher, describe_rule
from boilerplate.plugins.plugin import Plugin, Settings
from boilerplate.plugins.rules import SELECTOR_FIELDS, STRING_FIELDS, RulesError
from boilerplate.plugins.toml import read_rules

# A name that is safe as that of a file, and that no folder above can be made of.
PLUGIN_NAME: Final = re.compile(r"[^\W_][\w.-]*")


@dataclass(frozen=True, slots=True)
class Checked:
    """A plugin that was looked at.

    ``path`` is its file or folder. ``has_code`` says that it has a Python file, which runs where it
    is used. ``problems`` say what is wrong; one without problems can be used.
    """

    plugin: Plugin
    path: Path
    has_code: bool
    problems: tuple[str, ...]


def check_plugin(path: Path, run: bool = True) -> Checked:
    """Check the plugin that a folder or a file is.

    ``run`` False runs none of its code: Python files are parsed, and its rules file is read. Raises
    PluginError if it is no plugin at all.
    """
    plugin, _ = find_at(path)
    code = _code_of(path)
    problems = []
    if not PLUGIN_NAME.fullmatch(plugin.name):
        problems.append(
            f"{plugin.name!r} is no name of a plugin: it has letters, digits, '-', '.' and '_', "
            "and begins with a letter or a digit"
        )
    if run or not code:
        loaded = load_path(path, Settings(), lambda name, problem: None)
        (plugin,) = loaded.found
        problems += plugin.all_problems()
    else:
        problems += _problems_without_running(plugin, path, code)
    return Checked(plugin, path, bool(code), tuple(problems))


def _code_of(path: Path) -> tuple[Path, ...]:
    """The Python files of a plugin that run where it is used; none where it is rules alone."""
    if path.is_file():
        return (path,) if path.suffix == ".py" else ()
    return tuple(sorted(path.rglob("*.py"))) if (path / "__init__.py").is_file() else ()


def _problems_without_running(plugin: Plugin, path: Path, code: tuple[Path, ...]) -> Iterator[str]:
    for file in code:
        try:
            ast.parse(file.read_bytes(), str(file))
        except SyntaxError as error:
            yield f"{file}:{error.lineno or 1}: {error.msg}"
        except (ValueError, RecursionError, MemoryError) as error:  # such as a NUL, or nested a lot
            yield f"{file}: it cannot be read as Python: {error}"
    rules = path / RULES_FILE
    if path.is_dir() and rules.is_file():
        try:
            plugin.matchers = tuple(map(Matcher, read_rules(rules)))
        except RulesError as error:
            yield str(error)
    yield from plugin.all_problems()


def acts_on_text(plugin: Plugin, url: str | None) -> bool:
    """Whether anything of a plugin can have an effect on a page of bare text with this URL.

    Rules with selectors have none. True where no rules are for the URL at all.
    """
    rules = [m.rules for m in plugin.matchers if _is_for(m, url)]
    of_lines = [name for name in STRING_FIELDS if name not in (*SELECTOR_FIELDS, "hosts")]
    return (
        not rules
        or plugin.has_code_for_pages
        or any(each.site_model or any(getattr(each, name) for name in of_lines) for each in rules)
    )


def rules_for_html(plugin: Plugin, url: str | None) -> tuple[str, ...]:
    """The rules for a URL that need HTML, those with selectors, each with its file and line."""
    return tuple(
        f"{describe_rule(name, value)}{f' ({at})' if at else ''}"
        for matcher in plugin.matchers
        if _is_for(matcher, url)
        for name in SELECTOR_FIELDS
        for value in getattr(matcher.rules, name)
        for at in (matcher.rules.where.get(f"{name}={value}", ""),)
    )


def _is_for(matcher: Matcher, url: str | None) -> bool:
    return any(applies_to(host, url or "") for host in matcher.rules.hosts)
