"""Model files as untrusted input: a file is what was saved, or it is refused and does nothing.

Most tests run on both formats: models and site models.
"""

from __future__ import annotations

import io
import json
import os
import pickle
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from boilerplate import Cleaner, SiteModel
from boilerplate.cli.main import cli
from boilerplate.model import archive
from boilerplate.model import model as model_module
from boilerplate.model.archive import FileFormat, packed, unpacked
from boilerplate.model.file import MODEL_FILE
from boilerplate.model.model import Model, load_model
from boilerplate.model.trees import MAX_NODES, NODE_ARRAYS, ModelError, trees_from
from boilerplate.page import text_page
from boilerplate.site_models.file import SITE_FILE, SiteModelError, to_bytes
from boilerplate.site_models.folder import load_site_model
from boilerplate.site_models.places import N_PATHS
from boilerplate.site_models.sketch import LIMITS, Sample, Sketch, merged, sample
from tests import made_up_site as site
from tests.altered import members, npy, rezipped, zipped
from tests.made_up import made_up_model

NAME = "untrusted.zip"


@dataclass(frozen=True, slots=True)
class Kept:
    """A valid file of one format, and how it is read and written."""

    format: FileFormat = field(repr=False)
    data: bytes = field(repr=False)
    read: Callable[[bytes], Any] = field(repr=False)
    write: Callable[[Any], bytes] = field(repr=False)
    array: str  # one of its arrays

    def altered(self, array: np.ndarray) -> bytes:
        """The file with another array in it."""
        return rezipped(self.data, arrays={self.array: array})

    def with_member(self, content: bytes) -> bytes:
        """The file with other bytes where an array was."""
        return rezipped(self.data, others={f"{self.array}.npy": content})

    def with_header(self, content: bytes, compression: int = zipfile.ZIP_STORED) -> bytes:
        """The file with other bytes where its JSON was."""
        return zipped(members(self.data) | {self.format.header: content}, compression)

    def values(self) -> np.ndarray:
        """The array that ``altered`` replaces."""
        return np.load(io.BytesIO(members(self.data)[f"{self.array}.npy"]))


def a_model() -> Model:
    """A model of the right shape, most of whose weights are 0, so that it is soon packed."""
    made = made_up_model()
    for stack in made.stacks.values():
        for table in (*stack.linear.tables, stack.types.weights):
            table[..., ::2] = 0
            table[..., 999:] = 0
    for table in (made.words.text, made.words.names):
        table[:, ::2] = 0
        table[999:] = 0
    return made


MODEL = a_model()
SITE = SiteModel("daily.example", MODEL).fit(site.text(i) for i in range(4))
FILES = {
    "model": Kept(
        MODEL_FILE,
        model_module.to_bytes(MODEL),
        lambda data: model_module.from_bytes(data, NAME),
        model_module.to_bytes,
        "text-wording",
    ),
    "roles of a model": Kept(
        MODEL_FILE,
        model_module.to_bytes(MODEL),
        lambda data: model_module.from_bytes(data, NAME),
        model_module.to_bytes,
        "roles-names",
    ),
    "site model": Kept(
        SITE_FILE,
        SITE.to_bytes(),
        lambda data: SiteModel.from_bytes(data, NAME),
        SiteModel.to_bytes,
        "line",
    ),
}
every_file = pytest.mark.parametrize("kept", FILES.values(), ids=FILES)


class Bomb:
    """What a pickle of it runs when it is loaded."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (os.mkdir, ("a file ran code",))


def joblib_file() -> bytes:
    out = io.BytesIO()
    joblib.dump({"model": Bomb()}, out)
    return out.getvalue()


def with_bytes(data: bytes, old: bytes, new: bytes, last: bool = False) -> bytes:
    assert len(old) == len(new)
    place = data.rindex(old) if last else data.index(old)
    return data[:place] + new + data[place + len(old) :]


def twice(data: bytes, name: str) -> bytes:
    """Two members of one name, the second hidden behind another until its name is changed."""
    hidden = zipped(members(data) | {"x" * len(name): members(data)[name]})
    return hidden.replace(b"x" * len(name), name.encode())


def announced(data: bytes, name: str, size: int) -> bytes:
    """A zip whose directory claims another size for a member."""
    place = data.rindex(b"PK\1\2", 0, data.rindex(name.encode()))
    return data[: place + 24] + struct.pack("<L", size) + data[place + 28 :]


def encrypted(data: bytes) -> bytes:
    place = data.index(b"PK\1\2")
    return data[: place + 8] + b"\1\0" + data[place + 10 :]


def with_larger_end(data: bytes) -> bytes:
    """A zip that ends as those of more than 4 GB do."""
    end = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, 9, 9)
    at = struct.pack("<4sLQL", b"PK\6\7", 0, len(data) - 22, 1)
    return data[:-22] + end + at + data[-22:]


def header(text: str, values: bytes = b"\0" * 8, version: bytes = b"\1\0") -> bytes:
    """An .npy file with a header of one's own."""
    length = struct.pack("<H" if version == b"\1\0" else "<L", len(text) + 1)
    return b"\x93NUMPY" + version + length + text.encode() + b"\n" + values


def bomb(kept: Kept, content: bytes) -> bytes:
    """A small file that unpacks to a large one."""
    return zipped({kept.format.header: content}, zipfile.ZIP_DEFLATED)


HEADER = "{'descr': '<f2', 'fortran_order': False, 'shape': (4,), }"
DAMAGE: dict[str, tuple[Callable[[Kept], bytes], str]] = {
    # Not a zip, or a zip of something else
    "nothing": (lambda k: b"", "is damaged or is no"),
    "text": (lambda k: b"a model", "is damaged or is no"),
    "a pickle": (lambda k: pickle.dumps(Bomb()), "is damaged or is no"),
    "a joblib file": (lambda k: joblib_file(), "is damaged or is no"),
    "an array of objects": (lambda k: npy(np.array([Bomb()])), "is damaged or is no"),
    "a zip of a pickle": (lambda k: zipped({"data.pkl": pickle.dumps(Bomb())}), "it has no"),
    "an empty zip": (lambda k: zipped({}), "it has no"),
    # Zips that contradict themselves
    "cut in the middle": (lambda k: k.data[: len(k.data) // 2], "does not end as a zip"),
    "a byte short": (lambda k: k.data[:-1], "does not end as a zip"),
    "a byte more": (lambda k: k.data + b"\0", "does not end as a zip"),
    "the end of a larger zip": (lambda k: with_larger_end(k.data), "does not end as a zip"),
    "a directory cut away": (lambda k: k.data[-22:], "is damaged or is no"),
    "many members": (lambda k: zipped({f"{i}.npy": b"" for i in range(600)}), "names its members"),
    "a member of a long name": (
        lambda k: zipped(members(k.data) | {"x" * 65000: b""}), "names its members",
    ),
    "a bomb": (lambda k: bomb(k, b" " * (k.format.max_bytes + 1)), "unpacks to"),
    "a bomb of many parts": (
        lambda k: zipped(dict.fromkeys("abcdefghij", b"\0" * (k.format.max_bytes // 9))),
        "unpacks to",
    ),
    "a bomb that says that it is small": (
        lambda k: announced(bomb(k, b" " * k.format.max_bytes), k.format.header, 9),
        "is damaged or is no",
    ),
    "a member that says that it is large": (
        lambda k: announced(k.data, k.format.header, 9999), "does not have the 9999 bytes",
    ),
    "two members of a name": (lambda k: twice(k.data, f"{k.array}.npy"), "two members of the same"),
    "two heads": (lambda k: twice(k.data, k.format.header), "two members of the same name"),
    "encrypted": (lambda k: encrypted(k.data), "is damaged or is no"),
    "another compression": (
        lambda k: zipped({k.format.header: b"{}"}, zipfile.ZIP_LZMA), "compressed in a way",
    ),
    "a name above the folder": (
        lambda k: zipped({**members(k.data), "../../evil.npy": b""}), "'../../evil.npy'",
    ),
    "a name from the root": (
        lambda k: zipped({**members(k.data), "/tmp/evil.npy": b""}), "'/tmp/evil.npy'",  # noqa: S108
    ),
    "an array that nobody asked for": (
        lambda k: rezipped(
            k.data, lambda a: a["arrays"].update({"../x": "0"}), others={"../x.npy": b""}
        ),
        "should not have: '../x.npy'",
    ),
    "a member less": (
        lambda k: zipped({n: v for n, v in members(k.data).items() if n != f"{k.array}.npy"}),
        "lacks its member",
    ),
    # JSON
    "no JSON": (lambda k: k.with_header(b"\x80\4"), "is damaged or is no"),
    "a list": (lambda k: k.with_header(b"[]"), "is not a"),
    "null": (lambda k: k.with_header(b"null"), "is not a"),
    "deep JSON": (lambda k: k.with_header(b"[" * 90_000), "nested too deeply"),
    "deep objects": (lambda k: k.with_header(b'{"a":' * 15_000), "nested too deeply"),
    "long JSON": (lambda k: k.with_header(b" " * (archive.MAX_JSON_BYTES + 1)), "are accepted"),
    "a number of 10,000 digits": (
        lambda k: k.with_header(b'{"format": ' + b"9" * 10_000 + b"}"), "is damaged or is no",
    ),
    "another format": (lambda k: rezipped(k.data, lambda a: a.update(format="skops")), "is not a"),
    "no version": (
        lambda k: rezipped(k.data, lambda a: a.pop("format_version")), "has format_version None",
    ),
    "the next version": (
        lambda k: rezipped(k.data, lambda a: a.update(format_version=k.format.version + 1)),
        "or install the version that wrote it",
    ),
    "a version that equals": (
        lambda k: rezipped(k.data, lambda a: a.update(format_version=float(k.format.version))),
        ".0, this version reads",
    ),
    "a version that is true": (
        lambda k: rezipped(k.data, lambda a: a.update(format_version=True)), "format_version True",
    ),
    "no checksums": (lambda k: rezipped(k.data, lambda a: a.pop("arrays")), "a checksum for each"),
    "a list of checksums": (
        lambda k: rezipped(k.data, lambda a: a.update(arrays=[])), "a checksum for each",
    ),
    "a checksum less": (
        lambda k: rezipped(k.data, lambda a: a["arrays"].pop(k.array)), "a checksum for each",
    ),
    "a wrong checksum": (
        lambda k: rezipped(k.data, lambda a: a["arrays"].update({k.array: "0"})), "its checksum",
    ),
    "another array": (
        lambda k: zipped(members(k.data) | {f"{k.array}.npy": npy(k.values() + 1)}),
        ": array ARRAY does not match its checksum",
    ),
    # Arrays
    "a pickle for an array": (lambda k: k.with_member(pickle.dumps(Bomb())), "does not begin as"),
    "objects": (lambda k: k.altered(np.array([Bomb()])), "does not begin as"),
    "words": (lambda k: k.altered(np.array(["x"])), "does not begin as"),
    "dates": (lambda k: k.altered(np.array(["2021-01-01"], "M8[D]")), "does not begin as"),
    "complex numbers": (lambda k: k.altered(np.zeros(4, complex)), "does not begin as"),
    "records": (lambda k: k.altered(np.zeros(4, "i4,f4")), "does not begin as"),
    "big-endian": (lambda k: k.altered(np.zeros(4, ">f4")), "does not begin as"),
    "by columns": (
        lambda k: k.altered(np.asfortranarray(np.zeros((3, 2)))), "does not begin as",
    ),
    "a newer header": (lambda k: k.with_member(header(HEADER, version=b"\3\0")), "does not begin"),
    "a header that runs": (
        lambda k: k.with_member(header(HEADER.replace("4", "__import__('os').abort()"))),
        "does not begin as",
    ),
    "a header without end": (lambda k: k.with_member(header("(" * 60_000)), "does not begin as"),
    "a header of another length": (
        lambda k: k.with_member(with_bytes(header(HEADER), b":", b"9")), "does not begin as",
    ),
    "an array of no kind": (
        lambda k: k.with_member(header(HEADER.replace("f2", "f1"))), "is damaged or is no",
    ),
    "a huge array": (
        lambda k: k.with_member(header(HEADER.replace("4", "9999999999, 9999999999"))), "bytes for",
    ),
    "an array of too few bytes": (lambda k: k.with_member(header(HEADER, b"\0")), "bytes for"),
    "an array of too many": (lambda k: k.with_member(header(HEADER, b"\0" * 99)), "bytes for"),
    "a negative size": (lambda k: k.with_member(header(HEADER.replace("4", "-4"))), "does not beg"),
    "an empty array": (lambda k: k.altered(k.values()[:0]), ""),
    "one value less": (lambda k: k.altered(k.values()[..., 1:]), ""),
    "one value more": (lambda k: k.altered(np.repeat(k.values(), 2, -1)), ""),
    "other dimensions": (lambda k: k.altered(k.values()[None]), ""),
    "another type": (lambda k: k.altered(k.values().astype(float)), ""),
    "not a number": (lambda k: k.altered(np.full(4, np.nan)), "not finite"),
    "endless": (lambda k: k.altered(np.full(4, np.inf)), "not finite"),
}  # fmt: skip


@every_file
@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_file_is_refused_with_its_name_in_one_line(
    kept: Kept, damage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, part = DAMAGE[damage]
    monkeypatch.chdir(tmp_path)
    with pytest.raises(kept.format.error, match=f"^{NAME}: ") as refused:
        kept.read(made(kept))
    message = str(refused.value)
    assert part.replace("ARRAY", kept.array) in message
    assert len(message.splitlines()) == 1
    assert len(message) < 400
    assert not any(tmp_path.iterdir()), "nothing ran and nothing was written"


def test_the_pickle_used_in_these_tests_does_run_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    pickle.loads(pickle.dumps(Bomb()))  # noqa: S301 - that the bomb is one
    assert [path.name for path in tmp_path.iterdir()] == ["a file ran code"]


LOADERS = {
    "model": (load_model, ModelError),
    "model of a cleaner": (Cleaner, ModelError),
    "site model": (SiteModel.load, SiteModelError),
    "site model of a folder": (load_site_model, SiteModelError),
}


@pytest.mark.parametrize(("load", "error"), LOADERS.values(), ids=LOADERS)
def test_folders_pipes_and_missing_files_are_refused_with_their_name(
    load: Callable[[Any], object], error: type[ValueError], tmp_path: Path
) -> None:
    paths = [tmp_path, tmp_path / "gone", tmp_path / "nul\0", tmp_path / ("x" * 300)]
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        paths += [tmp_path / "pipe", Path("/dev/zero")]
    for path in paths:
        with pytest.raises(error, match="cannot be read") as refused:
            load(path)
        assert str(refused.value).startswith(f"{path}: ")


@pytest.mark.parametrize(("load", "error"), LOADERS.values(), ids=LOADERS)
def test_a_huge_file_is_refused_before_it_is_read(
    load: Callable[[Any], object], error: type[ValueError], tmp_path: Path
) -> None:
    path = tmp_path / "huge.zip"
    with path.open("wb") as file:
        file.truncate(1 << 40)  # a hole: no disk holds it
    with pytest.raises(error, match=r"huge\.zip: has more than"):
        load(path)


# Any alteration


edits = st.lists(
    st.tuples(
        st.sampled_from(["replace", "insert", "delete", "repeat"]),
        st.floats(0, 1),
        st.binary(min_size=1, max_size=8),
        st.integers(1, 400),
    ),
    min_size=1,
    max_size=3,
)


def edited(data: bytes, changes: list[tuple[str, float, bytes, int]]) -> bytes:
    for what, where, new, length in changes:
        place = int(where * len(data))
        rest = {
            "replace": new + data[place + len(new) :],
            "insert": new + data[place:],
            "delete": data[place + length :],
            "repeat": data[place : place + length] + data[place:],
        }
        data = data[:place] + rest[what]
    return data


@every_file
@settings(max_examples=20)
@given(changes=edits)
@example(changes=[("insert", 0.0, b"#!/bin/sh", 1)])  # what stands before a zip belongs to none
def test_changed_bytes_are_refused_or_change_nothing(
    kept: Kept, changes: list[tuple[str, float, bytes, int]]
) -> None:
    try:
        again = kept.read(edited(kept.data, changes))
    except kept.format.error:
        return
    assert kept.write(again) == kept.data


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=8) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths to all values inside a value from JSON."""
    if not isinstance(value, dict | list):
        return [at]
    below = value.items() if isinstance(value, dict) else enumerate(value)
    return [at, *(place for key, inner in below for place in places(inner, (*at, key)))]


def put(value: Any, at: tuple[Any, ...], new: Any) -> None:
    for key in at[:-1]:
        value = value[key]
    value[at[-1]] = new


def is_usable(found: Any) -> bool:
    """Whether a model that was read gives probabilities."""
    lines = [*site.MENU, *site.article(9), *site.article(9, "ar"), *site.BOX]
    page = text_page(lines)
    scores = (MODEL if isinstance(found, SiteModel) else found).predict(page)
    if isinstance(found, SiteModel):
        scores = found.correct(page, scores)
    roles = np.exp(scores.log_roles)
    return bool(
        ((scores.probability >= 0) & (scores.probability <= 1)).all()
        and np.isfinite(scores.log_roles).all()
        and np.allclose(roles.sum(1), 1)
    )


@every_file
@settings(max_examples=20)
@given(data=st.data(), new=anything)
@pytest.mark.filterwarnings("error")
def test_a_file_read_with_any_json_can_be_used(kept: Kept, data: st.DataObject, new: Any) -> None:
    head = json.loads(members(kept.data)[kept.format.header])
    at = data.draw(st.sampled_from([place for place in places(head) if place]))
    put(head, at, new)
    try:
        found = kept.read(kept.with_header(json.dumps(head).encode()))
    except kept.format.error:
        return
    assert is_usable(found)


@every_file
@settings(max_examples=20)
@given(data=st.data())
@pytest.mark.filterwarnings("error")
def test_a_file_read_with_any_numbers_can_be_used(kept: Kept, data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(sorted(kept.format.arrays)))
    array = np.load(io.BytesIO(members(kept.data)[f"{key}.npy"]))
    size = data.draw(st.integers(1, 9))
    at = data.draw(arrays_of.arrays(np.int64, size, elements=st.integers(0, array.size - 1)))
    new = data.draw(arrays_of.arrays(array.dtype, size))
    array.reshape(-1)[at] = new
    try:
        found = kept.read(rezipped(kept.data, arrays={key: array}))
    except kept.format.error:
        return
    assert is_usable(found)


# What a file may cost


def peak(work: Callable[[], object]) -> int:
    """The most bytes that were allocated while ``work`` ran."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def format_of(max_bytes: int) -> FileFormat:
    return FileFormat("thing", "a-thing", 1, "a.json", "make it again", ValueError, max_bytes,
                      frozenset({"numbers"}))  # fmt: skip


def reading(expected: FileFormat, data: bytes) -> int:
    """The most bytes that reading a file took, the file itself included."""

    def read() -> None:
        with suppress(ValueError):
            unpacked(expected, data)

    return len(data) + peak(read)


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_reading_the_largest_file_stays_within_max_memory(compression: int) -> None:
    expected = format_of(5_000_000)
    for values in (np.zeros(620_000), np.random.default_rng(0).random(620_000)):
        data = zipped(members(packed(expected, {}, {"numbers": values})), compression)
        assert (
            expected.max_bytes * 0.98 < sum(map(len, members(data).values())) < expected.max_bytes
        )
        assert reading(expected, data) < expected.max_memory


@pytest.mark.parametrize(
    "thing", ["{}", "[]", '{"a":1}', '{"$":[]}', '"\N{GRINNING FACE}"', "1.5", '"$"', "[[[[]]]]"]
)
def test_reading_json_of_many_small_values_stays_within_max_memory(thing: str) -> None:
    expected = format_of(200_000)
    things = [thing.replace("$", f"{i:x}") for i in range((archive.MAX_JSON_BYTES) // len(thing))]
    while len((joined := ",".join(things)).encode()) > archive.MAX_JSON_BYTES - 2:
        del things[-(1 + len(things) // 20) :]
    data = zipped({"a.json": f"[{joined}]".encode()})
    assert reading(expected, data) < expected.max_memory


@every_file
def test_reading_a_valid_file_stays_within_max_memory(kept: Kept) -> None:
    assert len(kept.data) + peak(lambda: kept.read(kept.data)) < kept.format.max_memory


def test_trees_with_the_most_nodes_stay_within_max_memory() -> None:
    per_tree, part = (1 << 15) - 1, 8
    count = MAX_NODES // part // per_tree
    at = np.arange(per_tree)
    inner = at < per_tree // 2
    full = {
        "feature": np.where(inner, 0, -1),
        "threshold": np.zeros(per_tree),
        "left": np.where(inner, 2 * at + 1, 0),
        "value": np.zeros(per_tree),
        "missing_left": np.zeros(per_tree),
    }
    kinds = dict(NODE_ARRAYS)
    arrays = {key: np.tile(values, count).astype(kinds[key]) for key, values in full.items()}
    arrays["sizes"] = np.full(count, per_tree, "<i4")
    assert peak(lambda: trees_from(arrays, 1)) < MODEL_FILE.max_memory / 2 / part


# What a site model costs depends on how its lines are spread over pages


def page_of(hashes: np.ndarray) -> Sketch:
    n = len(hashes)
    rows, paths = (np.column_stack([hashes] * k).astype(np.int64) for k in (3, N_PATHS))
    none = np.zeros(n, np.int8)
    return Sketch(rows, paths, np.full(n, 99, np.uint8), none, none, none - 1)


def test_a_site_model_with_too_many_or_too_long_pages_is_refused() -> None:
    many = Sample(tuple(page_of(np.array([7, i])) for i in range(LIMITS.max_pages + 1)))
    long = Sample((page_of(np.full(LIMITS.max_page_lines + 1, 7)),))
    for kept in (many, long):
        with pytest.raises(SiteModelError, match="are accepted"):
            SiteModel.from_bytes(to_bytes(kept, None), NAME)


def test_a_page_that_repeats_one_line_of_its_site_takes_little_memory() -> None:
    lines = LIMITS.max_lines // LIMITS.max_pages
    pages = (page_of(np.append(np.full(lines - 1, 7), i)) for i in range(LIMITS.max_pages))
    model = SiteModel.from_bytes(to_bytes(Sample(tuple(pages)), None), NAME)
    page = page_of(np.full(LIMITS.max_page_lines, 7))
    assert peak(lambda: model.evidence.features(page)) < 150_000_000


def test_a_sample_keeps_at_most_max_pages() -> None:
    pages = [page_of(np.array([i])) for i in range(LIMITS.max_pages + 5)]
    kept = sample(pages)
    assert len(kept.pages) == LIMITS.max_pages
    assert merged([sample(pages[:700]), sample(pages[300:])]).cutoff == kept.cutoff
    assert SiteModel.from_bytes(to_bytes(kept, None)).n_pages == LIMITS.max_pages


@pytest.mark.parametrize("name", ["a\x1b[31mb", "x" * 400, "a\nb", "\u202eevil"])
def test_a_site_name_that_cannot_be_printed_is_refused(name: str) -> None:
    bad = rezipped(SITE.to_bytes(), lambda about: about.update(site=name))
    with pytest.raises(SiteModelError, match="a site that is no host name"):
        SiteModel.from_bytes(bad, NAME)
    with pytest.raises(ValueError, match="is of a host"):
        SiteModel(name).to_bytes()


# On the command line


@pytest.mark.parametrize("content", [pickle.dumps(Bomb()), joblib_file()], ids=["pickle", "joblib"])
@pytest.mark.parametrize(
    "command",
    [
        "clean page.txt --url https://daily.example/1 --site-models .",
        "clean page.txt --site-models daily.example.site.zip",
        "train site daily.example page.txt --update --site-models .",
    ],
)
def test_a_hostile_site_model_fails_with_one_line_and_runs_nothing(
    content: bytes, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("page.txt").write_text("A page.")
    Path("daily.example.site.zip").write_bytes(content)
    done = CliRunner().invoke(cli, command.split())
    assert done.exit_code == 1
    assert ".site.zip: is damaged or is no site model: " in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not done.stdout
    assert {path.name for path in tmp_path.iterdir()} == {"page.txt", "daily.example.site.zip"}
