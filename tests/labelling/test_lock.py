"""The lock on a folder of labels, between processes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from boilerplate.labelling.lock import LOCK_NAME, LockedError, locked

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="locks of POSIX")
HOLD = (
    "import sys, time\nfrom pathlib import Path\n"
    "from boilerplate.labelling.lock import locked\n"
    "with locked([Path(sys.argv[1])]):\n    print('locked', flush=True)\n    time.sleep(60)\n"
)


def test_second_one_is_refused_until_the_first_has_ended(tmp_path: Path) -> None:
    with locked([tmp_path]):
        refused = pytest.raises(LockedError, match=f"{tmp_path}: another 'boilerplate label' ")
        with refused, locked([tmp_path]):
            pass
        assert (tmp_path / LOCK_NAME).exists(), "the refused one leaves it alone"
        with pytest.raises(LockedError), locked([tmp_path]):
            pass
    assert not list(tmp_path.iterdir())
    with locked([tmp_path]):
        pass


def test_folder_named_twice_or_by_a_link_is_locked_once(tmp_path: Path) -> None:
    folder, link = tmp_path / "labels", tmp_path / "link"
    folder.mkdir()
    link.symlink_to(folder)
    everything = locked([folder, folder / "..", link, folder])
    with everything, pytest.raises(LockedError), locked([link]):
        pass


def test_folders_are_free_again_if_one_of_them_is_locked(tmp_path: Path) -> None:
    a, b = tmp_path / "a", tmp_path / "b"
    a.mkdir()
    b.mkdir()
    with locked([b]):
        with pytest.raises(LockedError), locked([a, b]):
            pass
        with locked([a]):
            pass


def test_lock_of_a_killed_process_is_taken_over(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "locked\n"
        with pytest.raises(LockedError, match=f"process {holder.pid}"), locked([tmp_path]):
            pass
        holder.kill()
        holder.wait(30)
    assert (tmp_path / LOCK_NAME).exists(), "it had no time to remove it"
    with locked([tmp_path]):
        pass
    assert not list(tmp_path.iterdir())


def test_file_of_somebody_else_is_not_written_through_a_link(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.write_text("mine")
    (tmp_path / LOCK_NAME).symlink_to(mine)
    with pytest.raises(OSError, match="symbolic links"), locked([tmp_path]):
        pass
    assert mine.read_text() == "mine"
