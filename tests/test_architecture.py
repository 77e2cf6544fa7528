"""What imports what, who knows of the compiled kernels, and how large files may grow."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Final

import pytest

from boilerplate.kernels import KERNELS

ROOT: Final = Path(__file__).parents[1]
PACKAGE: Final = ROOT / "boilerplate"
MAX_PYTHON_LINES: Final = 400
MAX_C_LINES: Final = 700
MAX_ALL_C_LINES: Final = 5200
MAX_TOP_ENTRIES: Final = 31
# `boilerplate.accelerated` and `boilerplate --version` say whether the compiled kernels are used.
MAY_ASK_FOR_COMPILED: Final = {
    "boilerplate/__init__.py",
    "boilerplate/cli/doctor.py",
    "boilerplate/cli/main.py",
}


def files() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    """The name under which a file of the package is imported."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES: Final = {name_of(path): path for path in files()}
# Compiled, so no file in Python.
NATIVE: Final = "boilerplate.kernels._native"


def imported(module: str) -> Iterator[tuple[str, str]]:
    """The modules of the package that a module imports anywhere in its text, and the names."""
    for node in ast.walk(ast.parse(MODULES[module].read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((each.name, "") for each in node.names if each.name in MODULES)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{module} has a relative import"
            if node.module not in MODULES:
                continue
            for each in node.names:
                whole = f"{node.module}.{each.name}"
                is_module = whole in MODULES or whole == NATIVE
                yield (whole, "") if is_module else (node.module, each.name)


@cache
def imports() -> dict[str, set[str]]:
    """For each module those that it imports: at its top, in functions, for type checkers."""
    return {
        module: {other for other, _ in imported(module)} & (MODULES.keys() - {module})
        for module in MODULES
    }


def place(module: str) -> str:
    """The folder of a module, or the module itself at the top of the package."""
    return module.split(".")[1] if "." in module else "__init__"


def place_imports() -> dict[str, set[str]]:
    """For each folder, and each module at the top, the others that it imports."""
    found: dict[str, set[str]] = {}
    for module, others in imports().items():
        found.setdefault(place(module), set()).update(map(place, others))
    return {each: others - {each} for each, others in found.items()}


def circle(graph: Mapping[str, set[str]]) -> list[str]:
    """A circle in a graph, or an empty list."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def floors() -> dict[str, int]:
    """The floor of each folder and top module, as the table in docs/architecture.md has them."""
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    rows = re.findall(r"^\| (\d+) \| ([^|]+) \|", text, flags=re.MULTILINE)
    return {name: int(floor) for floor, names in rows for name in re.findall(r"`(\w+)/?`", names)}


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert circle(imports()) == []


def test_no_folders_import_each_other_in_a_circle() -> None:
    assert circle(place_imports()) == []


def test_every_folder_and_module_has_a_floor_in_the_documentation() -> None:
    assert floors().keys() == place_imports().keys() - {"__init__", "__main__"}


def test_folders_import_only_from_lower_floors_and_their_own() -> None:
    floor_of = floors()
    upwards = [
        f"{lower} imports {upper}"
        for lower, others in place_imports().items()
        for upper in others
        if lower in floor_of and floor_of.get(upper, 99) > floor_of[lower]
    ]
    assert upwards == []


def test_circle_and_upward_import_would_be_found() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"a"}})
    assert circle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []
    assert "language" in place_imports()["features"]
    assert "boilerplate.features.encoded_page" in imports()["boilerplate.features.table"]


def test_only_kernels_name_the_compiled_module_or_choose_a_twin() -> None:
    named = re.compile(r"\b_native\b|\bkernels\.select\b|\bkernels import .*\bselect\b")
    outside = {
        str(path.relative_to(ROOT).as_posix())
        for path in files()
        if path.parent != PACKAGE / "kernels" and named.search(path.read_text("utf-8"))
    }
    assert outside - MAY_ASK_FOR_COMPILED == set()


def test_kernels_are_called_through_the_seam_alone() -> None:
    around = [
        f"{module} imports {name} from {other}"
        for module in MODULES
        if place(module) != "kernels"
        for other, name in imported(module)
        if other.startswith("boilerplate.kernels.")
        and (name in KERNELS or "compiled" in other or other.endswith(".plain"))
    ]
    assert around == []


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_file_in_python_is_no_longer_than_the_limit(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= MAX_PYTHON_LINES


def test_files_in_c_are_no_longer_than_the_limit_alone_and_together() -> None:
    lengths = {
        path.name: len(path.read_text("utf-8").splitlines())
        for path in (ROOT / "native").iterdir()
        if path.suffix in (".c", ".h")
    }
    assert {name: n for name, n in lengths.items() if n > MAX_C_LINES} == {}
    assert sum(lengths.values()) < MAX_ALL_C_LINES


def test_top_of_the_package_has_few_entries() -> None:
    entries = [path.name for path in PACKAGE.iterdir() if path.name != "__pycache__"]
    assert len(entries) <= MAX_TOP_ENTRIES
