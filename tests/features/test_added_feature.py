"""A row of the table and a function add a feature: nothing else has to be edited.

The feature of these tests is the share of a line's characters that are vowels. A model that reads
it has to be trained anew, so it is one that has learned nothing.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from boilerplate.features import table
from boilerplate.features.encode import encode
from boilerplate.features.encoded_page import EncodedPage
from boilerplate.features.table import (
    BLOCKS,
    GROUPS,
    Block,
    Feature,
    Phrase,
    feature_groups,
    feature_names,
)
from boilerplate.model.file import MODES
from boilerplate.model.model import from_bytes, to_bytes
from boilerplate.model.roles import role_columns
from boilerplate.numeric import Floats
from boilerplate.page import Kind, text_page
from boilerplate.reading.html import html_page
from tests.made_up import made_up_model, news_page

NAME = "vowel_share"
VOWELS = frozenset("aeiouıöü")


def vowel_share(lines: EncodedPage) -> Floats:
    """Share of characters that are vowels of the Latin alphabet."""
    assert lines.text
    shares = [sum(char in VOWELS for char in text) / len(text) for text in lines.text.texts]
    return np.array(shares)


ROW = Feature(
    NAME, "shape", compute=vowel_share, dropped=Phrase("half of it vowels", NAME, least=0.45)
)
PAGES = {"html": html_page(news_page("tr")), "text": text_page(["Aile oyu", "Bir gün sonra"])}


def with_row() -> Block:
    """The block "text" with the row at its end."""
    return Block((*BLOCKS["text"].features, ROW))


@pytest.fixture(autouse=True)
def _added(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(table.BLOCKS, "text", with_row())


@pytest.mark.parametrize("kind", MODES)
class TestAddedFeature:
    def test_it_has_a_place_and_a_group_among_the_others(self, kind: Kind) -> None:
        place = len(BLOCKS["text"]) - 1
        assert feature_names(kind)[place] == NAME
        assert GROUPS[feature_groups(kind)[place]] == "shape"

    def test_its_values_are_computed_for_each_line(self, kind: Kind) -> None:
        encoded = encode(PAGES[kind])
        place = feature_names(kind).index(NAME)
        expected = vowel_share(encode(PAGES[kind]))
        assert encoded.features[:, place].tolist() == expected.tolist()
        assert expected.max() > 0

    def test_other_features_keep_their_values(
        self, kind: Kind, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        place = feature_names(kind).index(NAME)
        others = np.delete(encode(PAGES[kind]).features, place, axis=1)
        monkeypatch.undo()
        np.testing.assert_array_equal(others, encode(PAGES[kind]).features)

    def test_model_reads_it_and_gives_it_as_evidence(self, kind: Kind) -> None:
        model = made_up_model()
        scores = model.predict(PAGES[kind])
        [(_, matrix, _)] = scores.matrices
        assert matrix.shape[1] == len(feature_names(kind)) + role_columns(kind)
        found = model.evidence(scores, (NAME,)).features[:, 0]
        assert found.tolist() == vowel_share(encode(PAGES[kind])).astype(np.float32).tolist()

    def test_model_that_reads_it_can_be_saved(self, kind: Kind) -> None:
        model = made_up_model()
        again = from_bytes(to_bytes(model))
        expected = model.predict(PAGES[kind]).probability
        assert again.predict(PAGES[kind]).probability.tolist() == expected.tolist()


# The phrases of reasons are put together when they are imported: so the row is added before.
SCRIPT = """
from boilerplate.features import table
from tests.features.test_added_feature import NAME, with_row
table.BLOCKS["text"] = with_row()

import numpy as np
from boilerplate.explain.phrases import MODEL_FEATURES
from boilerplate.explain.reasons import reasons
from boilerplate.model.stack import Evidence
from boilerplate.page import text_page
from tests.made_up import made_up_model

model, page = made_up_model(), text_page(["Aileye de ait ana oda o.", "Sonbaharda kar yağdı."])
scores = model.predict(page)
against = np.zeros((2, len(table.GROUPS)))
against[:, table.GROUPS.index("shape")] = -1.0
evidence = Evidence(against, model.evidence(scores, MODEL_FEATURES).features)
print(reasons(page, scores, evidence, np.zeros(2, bool)))
"""


def test_its_phrase_is_given_as_a_reason_where_it_is_true() -> None:
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    first, second = run.stdout.strip(" []\n'").split("', '")
    assert "half of it vowels" in first
    assert "vowels" not in second
