"""Fixtures that several tests of training use."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.made_up_lexicon import write_lexicon


@pytest.fixture(scope="session")
def lexicon_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a lexicon of numbered phrases and sentences."""
    folder = tmp_path_factory.mktemp("lexicon")
    write_lexicon(folder)
    return folder
