"""That the lowest releases that are tested are the lowest that are accepted."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
REQUIREMENT = re.compile(r"(?P<name>[\w.-]+)(\[[\w,]+\])?>=(?P<lowest>[\d.]+)(,<[\d.]+)?( *;.*)?")
OWN = PROJECT["project"]["name"]


def extras(*names: str) -> list[str]:
    """The requirements of some extras, and of those that they take in."""
    found = []
    for requirement in (r for name in names for r in OPTIONAL[name]):
        if requirement.startswith(f"{OWN}["):
            found += extras(*requirement[len(OWN) + 1 : -1].split(","))
        else:
            found.append(requirement)
    return found


OPTIONAL: dict[str, list[str]] = PROJECT["project"]["optional-dependencies"]
CORE: list[str] = PROJECT["project"]["dependencies"]


def release(version: str) -> tuple[int, ...]:
    """A version to be compared: 7 and 7.0.0 are one."""
    numbers = [int(part) for part in version.split(".")]
    while numbers[-1] == 0:
        del numbers[-1]
    return tuple(numbers)


@pytest.mark.parametrize("requirement", sorted({*CORE, *extras(*OPTIONAL)}))
def test_every_requirement_says_from_which_release_on(requirement: str) -> None:
    assert REQUIREMENT.fullmatch(requirement)


def test_the_lowest_releases_that_are_tested_are_those_that_are_accepted() -> None:
    lines = (ROOT / ".ci" / "lowest.txt").read_text("utf-8").splitlines()
    pinned = dict(line.split("==") for line in lines if not line.startswith("#"))
    assert list(pinned) == sorted(pinned)
    accepted = {}
    for requirement in (*CORE, *extras("test")):
        found = REQUIREMENT.fullmatch(requirement)
        assert found
        accepted[found["name"]] = release(found["lowest"])
    # What builds the package is the same in both.
    assert accepted.pop("setuptools") == (82, 0, 1)
    assert {name: release(version) for name, version in pinned.items()} == accepted


def test_the_extras_of_one_name_ask_for_one_release() -> None:
    lowest: dict[str, set[str]] = {}
    for requirement in (*CORE, *extras(*OPTIONAL)):
        found = REQUIREMENT.fullmatch(requirement)
        assert found
        lowest.setdefault(found["name"], set()).add(found["lowest"])
    assert {name: versions for name, versions in lowest.items() if len(versions) > 1} == {}
