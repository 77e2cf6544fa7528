"""A file is written whole or not at all, with the permissions and links that one would expect."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from boilerplate import files
from boilerplate.files import atomic_write, remove_leftovers, write_atomically

POSIX = pytest.mark.skipif(os.name != "posix", reason="POSIX permissions and links")


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_file_is_there_when_the_block_has_ended_and_not_before(tmp_path: Path):
    target = tmp_path / "çıktı"
    with atomic_write(target) as file:
        file.write(b"new")
        assert not target.exists()
    assert target.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("error", [OSError, RuntimeError, KeyboardInterrupt, GeneratorExit])
def test_after_an_error_the_old_file_is_there_and_nothing_else(
    tmp_path: Path, error: type[BaseException]
):
    target = tmp_path / "file"
    target.write_bytes(b"old")

    def fail() -> None:
        with atomic_write(target) as file:
            file.write(b"new" * 100_000)
            raise error

    with pytest.raises(error):
        fail()
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_full_disk_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch
):
    target = tmp_path / "file"
    target.write_bytes(b"old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(*((os, "fsync") if step == "fsync" else (Path, "replace")), full)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(target, b"new")
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGINT for one process")
def test_control_c_leaves_the_old_file_and_nothing_else(tmp_path: Path):
    target = tmp_path / "file"
    target.write_bytes(b"old")
    code = (
        "import pathlib, sys, time; from boilerplate.files import atomic_write\n"
        f"with atomic_write(pathlib.Path({str(target)!r})) as file:\n"
        "    file.write(b'new'); print('begun', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait() != 0
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_data_is_synced_before_the_file_is_renamed_and_the_folder_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    steps = []
    fsync, replace = os.fsync, Path.replace

    def synced(descriptor: int) -> None:
        steps.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        fsync(descriptor)

    def renamed(self: Path, target: Path) -> Path:
        steps.append("rename")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", renamed)
    write_atomically(tmp_path / "file", b"new")
    assert steps == ["file", "rename", "folder"] or os.name == "nt"


def test_a_folder_that_cannot_be_synced_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    fsync = os.fsync

    def only_files(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(22, "Invalid argument")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", only_files)
    write_atomically(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"new"


@POSIX
@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_a_new_file_has_the_permissions_that_open_would_give(tmp_path: Path, mask: int):
    with umask(mask):
        write_atomically(tmp_path / "ours", b"")
        (tmp_path / "plain").write_bytes(b"")
    assert mode(tmp_path / "ours") == mode(tmp_path / "plain") == 0o666 & ~mask


@POSIX
def test_a_file_that_is_replaced_keeps_its_permissions(tmp_path: Path):
    target = tmp_path / "file"
    target.write_bytes(b"old")
    target.chmod(0o640)
    with umask(0):
        write_atomically(target, b"new")
    assert (mode(target), target.read_bytes()) == (0o640, b"new")


@POSIX
def test_a_write_protected_file_is_not_replaced(tmp_path: Path):
    target = tmp_path / "file"
    target.write_bytes(b"old")
    target.chmod(0o444)
    if os.access(target, os.W_OK):
        pytest.skip("root may write everything")
    with pytest.raises(PermissionError, match="file"):
        write_atomically(target, b"new")
    assert target.read_bytes() == b"old"


@POSIX
def test_a_link_is_followed_unless_it_is_to_be_replaced(tmp_path: Path):
    (tmp_path / "real").mkdir()
    real, link = tmp_path / "real" / "file", tmp_path / "link"
    real.write_bytes(b"old")
    link.symlink_to(real)
    write_atomically(link, b"new")
    assert (link.is_symlink(), real.read_bytes()) == (True, b"new")
    write_atomically(link, b"own", follow_links=False)
    assert (link.is_symlink(), real.read_bytes(), link.read_bytes()) == (False, b"new", b"own")


@POSIX
def test_a_link_to_nothing_makes_the_file_that_it_names(tmp_path: Path):
    (tmp_path / "link").symlink_to("gone")
    write_atomically(tmp_path / "link", b"new")
    assert (tmp_path / "gone").read_bytes() == b"new"


@POSIX
def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    found: list[bytes] = []
    reader = threading.Thread(target=lambda: found.append(pipe.read_bytes()))
    reader.start()
    write_atomically(pipe, b"new")
    reader.join()
    assert found == [b"new"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_folder_is_no_file_and_a_missing_folder_is_not_made(tmp_path: Path):
    with pytest.raises(OSError, match=r"."):
        write_atomically(tmp_path, b"new")
    with pytest.raises(FileNotFoundError):
        write_atomically(tmp_path / "gone" / "file", b"new")
    assert list(tmp_path.iterdir()) == []


def test_leftovers_of_killed_processes_are_removed_and_files_under_way_are_not(tmp_path: Path):
    (tmp_path / "sub").mkdir()
    code = (
        "import os, pathlib; from boilerplate.files import atomic_write\n"
        f"with atomic_write(pathlib.Path({str(tmp_path)!r}, 'sub', 'x')): os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code], check=False)
    assert len(list(tmp_path.rglob("*.tmp"))) == 1
    (tmp_path / ".other.tmp").write_bytes(b"")
    with atomic_write(tmp_path / "y"):
        remove_leftovers(tmp_path)
        assert len(list(tmp_path.rglob("*.tmp"))) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == [".other.tmp", "sub", "y"]


HOLD = """
import pathlib, sys
from boilerplate.files import atomic_write
with atomic_write(pathlib.Path(sys.argv[1])) as file:
    file.write(b"new"); print("begun", flush=True); sys.stdin.read()
"""


def test_file_under_way_in_a_process_that_cannot_be_seen_is_not_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Two containers have one name, and do not see each other's processes."""

    def nobody(pid: int, _: int) -> None:
        raise ProcessLookupError(pid)

    command = [sys.executable, "-c", HOLD, str(tmp_path / "file")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        monkeypatch.setattr(os, "kill", nobody)
        remove_leftovers(tmp_path)
        monkeypatch.undo()
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait() == 0
    assert (tmp_path / "file").read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]


@pytest.mark.parametrize(("days", "left"), [(0, 1), (4, 1), (6, 0)])
def test_file_of_another_machine_is_removed_when_it_is_old(tmp_path: Path, days: int, left: int):
    path = tmp_path / f".boilerplate-{'0' * 12}-{'f' * 16}.tmp"
    path.write_bytes(b"")
    then = path.stat().st_mtime - days * 86_400
    os.utime(path, (then, then))
    remove_leftovers(tmp_path)
    assert len(list(tmp_path.iterdir())) == left


@POSIX
def test_file_without_locks_is_written_and_never_taken_for_a_leftover_while_it_is_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    import fcntl

    def unsupported(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(fcntl, "flock", unsupported)
    with atomic_write(tmp_path / "file") as file:
        file.write(b"new")
        remove_leftovers(tmp_path)
    assert (tmp_path / "file").read_bytes() == b"new"


# A limit on the size of files makes the system refuse to write on, as a full disk does.
FULL = """
import pathlib, resource, sys
from boilerplate.files import write_atomically
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    write_atomically(pathlib.Path(sys.argv[1]), b"new" * 100_000)
except OSError as error:
    sys.exit(9)
"""


@POSIX
def test_disk_that_is_full_in_the_middle_leaves_the_old_file_and_nothing_else(tmp_path: Path):
    target = tmp_path / "file"
    target.write_bytes(b"old")
    assert subprocess.run([sys.executable, "-c", FULL, str(target)], check=False).returncode == 9
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_digest_depends_on_contents_and_on_names_only_when_asked(tmp_path: Path):
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(b"same")
    two.write_bytes(b"same")
    assert files.digest_of([one]) == files.digest_of([two])
    assert files.digest_of([one], named=True) != files.digest_of([two], named=True)
    two.write_bytes(b"other")
    assert files.digest_of([one]) != files.digest_of([two])
    assert files.digest_of([tmp_path / "gone"]) == files.digest_of([tmp_path / "also gone"])
