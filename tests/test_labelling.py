"""A person labels pages: what is kept of it, what comes first, what it teaches."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boilerplate import Cleaner, Label
from boilerplate.labelling.labels import SIGN_OF, SIGNS, LabelsError, parse_labels
from boilerplate.labelling.session import (
    ENOUGH,
    LEAST_FINISHED,
    MAX_LINES,
    MAX_PARTS,
    Gain,
    LabellingError,
    Session,
    decided,
    known_of,
    labels_said,
    sheet,
)
from boilerplate.metrics import line_score
from boilerplate.model.model import Model
from boilerplate.page import Page, text_page
from boilerplate.plugins.manager import no_plugins
from boilerplate.site_models.site_model import SiteModel
from tests import made_up_site as site
from tests.made_up import made_up_model

SITE = "daily.example"
LANGUAGES = ("ar", "en", "ja", "th", "hi")
MODEL = made_up_model()


def pages(n: int = 5) -> list[Page]:
    return [site.text(i, LANGUAGES[i % len(LANGUAGES)]) for i in range(n)]


def begin(folder: Path, some: list[Page] | None = None, model: Model = MODEL) -> Session:
    named = enumerate(some or pages())
    return Session.begin(
        SITE, [sheet(f"{i}.txt", page, folder / f"{i}.txt.labels") for i, page in named], model
    )


def teach(session: Session, number: int) -> None:
    """Label a page as a reader would."""
    for i, label in enumerate(site.labels(session.sheets[number].page)):
        session.say(number, i, i, SIGN_OF[label])


def on_disk(session: Session) -> list[tuple[str, ...] | None]:
    return [
        parse_labels(each.path.read_text("utf-8")).signs if each.path.exists() else None
        for each in session.sheets
    ]


class TestSaying:
    def test_what_was_said_is_in_the_file_before_the_next_word(self, tmp_path: Path) -> None:
        session = begin(tmp_path)
        session.say(2, 0, 1, "-")
        session.say(2, 3, 3, "+")
        assert on_disk(session)[2] == tuple("--.+" + "." * 6)
        assert begin(tmp_path).sheets == session.sheets

    def test_a_finished_page_is_as_the_model_has_it_where_nothing_was_said(
        self, tmp_path: Path
    ) -> None:
        session = begin(tmp_path)
        said = [p.label for p in session.opinion(1).predictions]
        contrary = SIGN_OF[Label.BOILERPLATE if said[0] is Label.CONTENT else Label.CONTENT]
        session.say(1, 0, 0, contrary)
        session.say(1, 1, 1, "?")
        session.finish(1)
        assert session.sheets[1].finished
        assert session.sheets[1].labels[:2] == (SIGNS[contrary], None)
        assert list(session.sheets[1].labels[2:]) == said[2:]

    @settings(max_examples=25, deadline=None)
    @given(
        st.lists(
            st.tuples(
                st.integers(0, 2), st.integers(0, 9), st.integers(0, 9), st.sampled_from("+-?.")
            )
        )
    )
    def test_undo_leads_back_to_the_beginning_and_the_files_with_it(
        self, said: list[tuple[int, int, int, str]]
    ) -> None:
        with TemporaryDirectory() as folder:
            session = begin(Path(folder), pages(3))
            states = [list(session.sheets)]
            for number, a, b, mark in said:
                session.say(number, min(a, b), max(a, b), mark)
                if states[-1] != session.sheets:
                    states.append(list(session.sheets))
            while (states := states[:-1]) and session.undo() is not None:
                assert session.sheets == states[-1]
                for each, signs in zip(session.sheets, on_disk(session), strict=True):
                    assert signs in (None, each.signs)
            assert not states
            assert session.undo() is None

    def test_undo_opens_a_page_again(self, tmp_path: Path) -> None:
        session = begin(tmp_path)
        session.finish(3)
        session.finish(0)
        assert session.undo() == 0
        assert [each.finished for each in session.sheets] == [False] * 3 + [True, False]

    def test_where_nothing_can_be_written_nothing_was_said(self, tmp_path: Path) -> None:
        session = begin(tmp_path / "gone")
        before = list(session.sheets)
        with pytest.raises(OSError, match="No such file"):
            session.say(0, 0, 0, "+")
        assert (session.sheets, len(session.history)) == (before, 0)

    @pytest.mark.parametrize(
        ("number", "first", "last", "mark"),
        [(9, 0, 0, "+"), (-1, 0, 0, "+"), (0, 2, 1, "+"), (0, -1, 1, "+"), (0, 0, 10, "+"),
         (0, 0, 0, "*"), (0, 0, 0, "")],
    )  # fmt: skip
    def test_what_makes_no_sense_is_refused(
        self, tmp_path: Path, number: int, first: int, last: int, mark: str
    ) -> None:
        with pytest.raises(LabellingError):
            begin(tmp_path).say(number, first, last, mark)
        assert not list(tmp_path.iterdir())

    def test_labels_of_another_page_are_left_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "p.labels"
        path.write_text("+ another\n")
        with pytest.raises(LabelsError, match=r"p\.labels: line 1 is 'another'"):
            sheet("p", text_page(["eine", "andere"]), path)
        assert path.read_text() == "+ another\n"

    @pytest.mark.parametrize("lines", [[], [" "], ["a"] * (MAX_LINES + 1)])
    def test_a_page_without_lines_or_with_too_many_is_refused(self, lines: list[str]) -> None:
        with pytest.raises(LabellingError):
            sheet("p", text_page(lines), Path("p.labels"))


class TestOpinion:
    def test_decisions_are_those_of_a_cleaner(self) -> None:
        for page in pages():
            known = known_of(page, MODEL)
            kept = decided(page, known.lines, known.scores)[1]
            cleaned = Cleaner(MODEL, plugins=no_plugins()).clean(page)
            assert labels_said(kept) == [cleaned.predictions[i].label for i in known.lines]

    def test_a_page_s_own_labels_make_no_difference_to_what_is_thought_of_it(
        self, tmp_path: Path
    ) -> None:
        session = begin(tmp_path)
        teach(session, 1)
        before = session.opinion(0)
        session.finish(0)
        assert session.opinion(0) == before

    def test_an_opinion_that_is_kept_is_the_one_that_a_new_session_would_have(
        self, tmp_path: Path
    ) -> None:
        session = begin(tmp_path)
        for number in (1, 3):
            session.opinion(0)
            teach(session, number)
            assert session.opinion(0) == begin(tmp_path).opinion(0)
            session.say(0, 0, 0, "+")
            assert session.opinion(0) == begin(tmp_path).opinion(0)
        session.undo()
        session.undo()  # the last line of page 3 is open again
        assert session.opinion(0) == begin(tmp_path).opinion(0)

    def test_most_in_doubt_come_first_and_finished_pages_last(self, tmp_path: Path) -> None:
        session = begin(tmp_path)
        doubts = session.doubts()
        assert session.order(doubts)[0] == int(np.argmax(doubts))
        session.finish(session.order(doubts)[0])
        assert session.order(doubts)[-1] == int(np.argmax(doubts))


class TestGain:
    def test_there_is_none_before_a_page_is_finished(self, tmp_path: Path) -> None:
        session = begin(tmp_path)
        session.say(0, 0, 0, "-")
        assert session.gain() is None

    def test_it_holds_each_page_against_what_the_others_teach(self, tmp_path: Path) -> None:
        session = begin(tmp_path)
        for number in (0, 2, 4):
            teach(session, number)
        gain = session.gain()
        assert gain is not None
        plain = Cleaner(MODEL, plugins=no_plugins())

        def f1(number: int, predictions: tuple) -> float:
            return line_score([p.label for p in predictions], session.sheets[number].labels).f1

        general = [f1(i, plain.clean(session.sheets[i].page).predictions) for i in (0, 2, 4)]
        taught = [f1(i, session.opinion(i).predictions) for i in (0, 2, 4)]
        assert gain.general == pytest.approx(np.mean(general))
        assert gain.taught == pytest.approx(np.mean(taught))
        assert gain.pages == 3
        assert gain.lines == sum(len(session.sheets[i].signs) for i in (0, 2, 4))

    def test_it_is_the_same_in_whatever_order_pages_were_labelled(self, tmp_path: Path) -> None:
        gains = set()
        for name, order in (("a", (0, 1, 2)), ("b", (2, 0, 1))):
            (tmp_path / name).mkdir()
            session = begin(tmp_path / name)
            for number in order:
                teach(session, number)
            gains |= {session.gain(), begin(tmp_path / name).gain()}
        assert len(gains) == 1

    def test_it_is_enough_when_the_labels_of_no_page_change_much_elsewhere(self) -> None:
        def gain(pages: int, moved: float | None) -> Gain:
            return Gain(pages, 1, 0.9, 0.9, 0.9, 0.0, None, moved)

        assert gain(LEAST_FINISHED, ENOUGH).enough
        assert not gain(LEAST_FINISHED - 1, 0.0).enough
        assert not gain(LEAST_FINISHED + 9, ENOUGH * 2).enough
        assert gain(1, None).enough, "all pages are labelled"

    def test_it_costs_no_more_however_many_pages_are_finished(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        session = begin(tmp_path, pages(3 * MAX_PARTS))
        learned = []
        taught = Session._taught

        def counted(self: Session, *given: Any, **named: Any) -> SiteModel:
            learned.append(1)
            return taught(self, *given, **named)

        monkeypatch.setattr(Session, "_taught", counted)
        costs = {}
        for number in range(2 * MAX_PARTS + 1):
            session.finish(number)
            learned.clear()
            gain = session.gain()
            assert gain is not None
            costs[number + 1] = len(learned)
            assert gain.part == 1 + number // MAX_PARTS
            assert gain.pages == number + 1
        assert costs[MAX_PARTS] == costs[2 * MAX_PARTS + 1] == 3 * MAX_PARTS + 1

    def test_a_part_is_judged_without_any_label_of_its_own(self, tmp_path: Path) -> None:
        session = begin(tmp_path, pages(MAX_PARTS + 2))
        for number in range(MAX_PARTS + 1):
            teach(session, number)
        seen = session.gain()
        assert seen is not None
        heard, own = session._sketches(), [0, MAX_PARTS]  # the first part has these two
        apart = session._taught(heard, own)
        f1 = [
            line_score(labels_said(session.known[i].decided(apart)[1]), session.sheets[i].gold).f1
            for i in own
        ]
        others = [
            line_score(
                labels_said(session.known[i].decided(session._taught(heard, [i]))[1]),
                session.sheets[i].gold,
            ).f1
            for i in range(1, MAX_PARTS)
        ]
        assert seen.taught == pytest.approx(np.mean(f1 + others))

    def test_lines_that_nobody_can_tell_count_nowhere(self, tmp_path: Path) -> None:
        session = begin(tmp_path)
        session.say(0, 0, 9, "?")
        gain = session.gain()
        assert gain is not None
        assert (gain.lines, gain.corrected) == (0, 0.0)
