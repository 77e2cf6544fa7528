"""Site plugins: rules and code for single sites.

A plugin's author needs ``SiteRules``, ``hookimpl``, ``Label`` from ``boilerplate`` and, from here,
``Verdict``, ``Vote`` and ``read_rules``. ``load_plugins`` and ``Settings`` choose plugins.

``manager`` has the life of a plugin, from being found to being asked about a page.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from boilerplate.plugins.hookspecs import hookimpl
    from boilerplate.plugins.manager import Plugins, load_plugins, no_plugins
    from boilerplate.plugins.plugin import Limits, Plugin, PluginError, PluginWarning, Settings
    from boilerplate.plugins.rules import RulesError, SiteRules, Verdict, Vote
    from boilerplate.plugins.toml import parse_rules, read_rules

__all__ = [
    "Limits",
    "Plugin",
    "PluginError",
    "PluginWarning",
    "Plugins",
    "RulesError",
    "Settings",
    "SiteRules",
    "Verdict",
    "Vote",
    "hookimpl",
    "load_plugins",
    "no_plugins",
    "parse_rules",
    "read_rules",
]

# Loaded on first use: ``boilerplate --help`` needs ``paths`` alone.
_LAZY = {
    "Limits": "plugin",
    "Plugin": "plugin",
    "PluginError": "plugin",
    "PluginWarning": "plugin",
    "Plugins": "manager",
    "RulesError": "rules",
    "Settings": "plugin",
    "SiteRules": "rules",
    "Verdict": "rules",
    "Vote": "rules",
    "hookimpl": "hookspecs",
    "load_plugins": "manager",
    "no_plugins": "manager",
    "parse_rules": "toml",
    "read_rules": "toml",
}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return list(__all__)
