"""Requirements, the lock file and the public CI agree with one another."""

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
    """The requirements of these extras and of the extras they include."""
    found = []
    for requirement in (r for name in names for r in OPTIONAL[name]):
        if requirement.startswith(f"{OWN}["):
            found += extras(*requirement[len(OWN) + 1 : -1].split(","))
        else:
            found.append(requirement)
    return found


OPTIONAL: dict[str, list[str]] = PROJECT["project"]["optional-dependencies"]
CORE: list[str] = PROJECT["project"]["dependencies"]
GROUPS: dict[str, list[str]] = PROJECT["dependency-groups"]


def release(version: str) -> tuple[int, ...]:
    """A version as numbers to compare: 7 and 7.0.0 are equal."""
    numbers = [int(part) for part in version.split(".")]
    while numbers[-1] == 0:
        del numbers[-1]
    return tuple(numbers)


@pytest.mark.parametrize("requirement", sorted({*CORE, *extras(*OPTIONAL)}))
def test_every_requirement_has_a_lowest_release(requirement: str) -> None:
    assert REQUIREMENT.fullmatch(requirement)


def test_lowest_tested_releases_are_the_lowest_accepted() -> None:
    lines = (ROOT / ".ci" / "lowest.txt").read_text("utf-8").splitlines()
    pinned = dict(line.split("==") for line in lines if not line.startswith("#"))
    assert list(pinned) == sorted(pinned)
    accepted = {}
    for requirement in (*CORE, *extras("test")):
        found = REQUIREMENT.fullmatch(requirement)
        assert found
        accepted[found["name"]] = release(found["lowest"])
    # The build backend is not in the constraints: it is fixed in [build-system].
    assert accepted.pop("setuptools") == (82, 0, 1)
    assert {name: release(version) for name, version in pinned.items()} == accepted


def test_package_in_several_extras_has_one_lowest_release() -> None:
    lowest: dict[str, set[str]] = {}
    for requirement in (*CORE, *extras(*OPTIONAL)):
        found = REQUIREMENT.fullmatch(requirement)
        assert found
        lowest.setdefault(found["name"], set()).add(found["lowest"])
    assert {name: versions for name, versions in lowest.items() if len(versions) > 1} == {}


# The lock files: of developers, and of releases


def locked(file: str) -> dict[str, list[str]]:
    """The versions in a lock file, by name; each must have a hash, and no file an index."""
    text = (ROOT / file).read_text("utf-8")
    assert "://" not in text
    assert "--index-url" not in text
    versions: dict[str, list[str]] = {}
    for block in re.split(r"\n(?=\S)", re.sub(r"(?m)^ *#.*\n", "", text)):
        found = re.match(r"([\w.-]+)(?:\[[\w,]+\])?==([^\s;]+)", block)
        assert found, block
        assert "--hash=sha256:" in block
        versions.setdefault(found[1].lower(), []).append(found[2])
    return versions


BUILD = GROUPS["build"]
RELEASE = [*BUILD, *(each for each in GROUPS["release"] if isinstance(each, str))]


@pytest.mark.parametrize(
    ("file", "requirements"),
    [
        ("requirements-dev.lock", [*CORE, *extras("dev", "docs")]),
        (".ci/build.lock", BUILD),
        (".ci/release.lock", RELEASE),
    ],
)
def test_lock_file_has_every_requirement_with_hashes_and_no_index(
    file: str, requirements: list[str]
) -> None:
    versions = locked(file)
    for requirement in requirements:
        found = REQUIREMENT.fullmatch(requirement)
        assert found
        fitting = versions[found["name"].lower().replace(".", "-")]
        assert all(release(version) >= release(found["lowest"]) for version in fitting)


def test_releases_are_built_with_what_is_tested_and_builds_from_source_are_free() -> None:
    assert PROJECT["build-system"]["requires"] == BUILD
    built_with = locked(".ci/build.lock")
    assert built_with.keys() == {"setuptools"}
    for file in (".ci/release.lock", "requirements-dev.lock"):
        assert locked(file)["setuptools"] == built_with["setuptools"]


# The public CI


def workflow(name: str) -> str:
    return (ROOT / ".github" / "workflows" / f"{name}.yml").read_text("utf-8")


def test_public_ci_runs_every_supported_python() -> None:
    found = re.search(r"python: \[(.*)\]", workflow("ci"))
    assert found
    said = "Programming Language :: Python :: "
    classifiers = [line.removeprefix(said) for line in PROJECT["project"]["classifiers"]]
    supported = [line for line in classifiers if re.fullmatch(r"3\.\d+", line)]
    assert found[1].replace('"', "").split(", ") == supported
    assert PROJECT["project"]["requires-python"] == f">={supported[0]}"


@pytest.mark.parametrize("name", ["ci", "release"])
def test_workflow_has_read_permission_and_pinned_actions(name: str) -> None:
    text = workflow(name)
    assert "\npermissions:\n  contents: read\n" in text
    used = re.findall(r"uses: (\S+)", text)
    assert used
    pinned = re.findall(r"uses: \S+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", text, flags=re.M)
    assert len(pinned) == len(used)
    by_name = dict(action.split("@") for action in used)
    assert set(used) == {f"{name}@{commit}" for name, commit in by_name.items()}
    tools = re.findall(r"-m pip install ((?!-|'?\.|\"|wheels/).*)", text)
    assert all(re.fullmatch(r"[\w-]+==[\d.]+", tool) for line in tools for tool in line.split())
    # A pull request's title and branch are untrusted input: they must not reach a shell.
    assert not re.search(r"\$\{\{ *github\.(head_ref|event\.(issue|pull_request|comment))", text)


def test_releases_are_published_without_a_stored_secret() -> None:
    text = workflow("release")
    jobs = dict(re.findall(r"^  (\w+):\n((?:    .*\n|\n)*)", text, flags=re.M))
    assert "id-token: write" in jobs["publish"]
    assert all("id-token" not in steps for name, steps in jobs.items() if name != "publish")
    assert set(re.findall(r"\$\{\{ *(secrets|github\.token)", text)) == {"github.token"}


def test_releases_are_built_with_locked_tools_alone() -> None:
    lock = "python -m pip install --require-hashes --only-binary :all: -r"
    jobs = dict(re.findall(r"^  (\w+):\n((?:    .*\n|\n)*)", workflow("release"), flags=re.M))
    for name in ("wheels", "source"):
        # The newest versions that the SBOM lists come when what was built has been handed over.
        built = jobs[name].partition("upload-artifact")[0]
        commands = re.findall(r"^      - run: (.*)", built, flags=re.M)
        assert [each for each in commands if "install" in each] == [f"{lock} .ci/release.lock"]
        assert len(re.findall("pip install|pip wheel", built)) == 1
    assert "python -m build --sdist --no-isolation\n" in jobs["source"]
    wheels = PROJECT["tool"]["cibuildwheel"]
    assert wheels["build-frontend"] == {"name": "build", "args": ["--no-isolation"]}
    assert wheels["before-build"] == f"{lock} {{project}}/.ci/build.lock"
