"""FiveFilters' site patterns for full-text RSS: a clone or an archive that the user names.

``BOILERPLATE_FTR_SITE_CONFIG`` is the path of a folder, a ``.zip`` or a ``.tar.*`` of
https://github.com/fivefilters/ftr-site-config; without it this plugin knows no site. Its rules
are XPath expressions for each host: ``body`` is where the article stands, ``strip`` and
``strip_id_or_class`` are chrome in it, ``author`` and ``date`` stand around it.
"""

from __future__ import annotations

import os
import tarfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

import turbohtml

from boilerplate import SiteRules, hookimpl
from boilerplate.rules import RulesError

BOILERPLATE_API = 1
VARIABLE = "BOILERPLATE_FTR_SITE_CONFIG"
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
    for name, text in _files(path):  # .a.com.txt, for the subdomains, before a.com.txt
        host = name.removesuffix(".txt").lstrip(".")
        if host.lower() not in NOT_SITES:
            files[host] = text
    for host, text in sorted(files.items()):
        if rules := parse_site_config(host, text):
            yield rules


def _files(path: Path) -> Iterator[tuple[str, str]]:
    """The names of the rule files, those with a leading dot first, and their texts."""
    if path.is_dir():
        found = [(p.name, p.read_bytes()) for p in path.iterdir() if p.suffix == ".txt"]
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            found = [
                (PurePosixPath(name).name, archive.read(name))
                for name in archive.namelist()
                if name.endswith(".txt")
            ]
    else:
        with tarfile.open(path) as archive:
            found = [
                (PurePosixPath(member.name).name, file.read())
                for member in archive
                if member.name.endswith(".txt") and (file := archive.extractfile(member))
            ]
    if not found:
        raise FileNotFoundError(f"{path} holds no site patterns: HOST.txt files")
    for name, data in sorted(found):
        yield name, data.decode("utf-8", "replace")


def parse_site_config(host: str, text: str) -> SiteRules | None:
    r"""The rules of one host's file; None where nothing in it is of use here.

    >>> parse_site_config("a.example", "body: //main\nstrip_id_or_class: share").article_xpath
    ('//main',)
    """
    said: dict[str, list[str]] = {}
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if colon and value.strip() and not line.startswith("#"):
            said.setdefault(name.strip(), []).append(value.strip())
    strip = [
        *said.get("strip", ()),
        *map(_named, said.get("strip_id_or_class", ())),
        *said.get("author", ()),
        *said.get("date", ()),
    ]
    body = tuple(_elements(said.get("body", ())))
    drop = tuple(_elements(strip))
    if not body and not drop:
        return None
    try:
        return SiteRules(hosts=(host,), article_xpath=body, drop_xpath=drop)
    except RulesError:  # a file that is named after no host
        return None


def _named(part: str) -> str:
    """Elements that have this in their id or class, as ``strip_id_or_class`` means it."""
    quoted = f'"{part}"' if "'" in part else f"'{part}'"
    return f"//*[contains(@class, {quoted}) or contains(@id, {quoted})]"


def _elements(expressions: Iterable[str]) -> Iterator[str]:
    """The expressions that choose elements: some files have mistakes, some ask for strings."""
    for expression in expressions:
        if expression.startswith(("/", "(", "id(", "descendant::", ".//")):
            try:
                turbohtml.XPath(expression)
            except ValueError:
                continue
            yield expression
