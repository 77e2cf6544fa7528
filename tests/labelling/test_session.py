"""Labelling sessions: what is saved, the order of pages, and what labels gain."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boilerplate import Cleaner, Label
from boilerplate.labelling.gain import GAIN, Gain
from boilerplate.labelling.labels import SIGNS, LabelsError, parse_labels
from boilerplate.labelling.scored_page import decide, error_probability, score_page, to_labels
from boilerplate.labelling.session import Session
from boilerplate.labelling.sheet import MAX_LINES, ChangedOutsideError, LabellingError, sheet
from boilerplate.metrics import line_score
from boilerplate.model.model import Model
from boilerplate.page import Page, text_page
from boilerplate.plugins import no_plugins
from boilerplate.site_models.site_model import SiteModel
from tests import made_up_site as site
from tests.made_up import made_up_model

SITE = "daily.example"
MARK_OF = {Label.CONTENT: "+", Label.BOILERPLATE: "-", None: "?"}
LANGUAGES = ("ar", "en", "ja", "th", "hi")
MODEL = made_up_model()


def pages(n: int = 5) -> list[Page]:
    return [site.text(i, LANGUAGES[i % len(LANGUAGES)]) for i in range(n)]


def begin(folder: Path, some: list[Page] | None = None, model: Model = MODEL) -> Session:
    named = enumerate(some or pages())
    return Session.begin(
        SITE, [sheet(f"{i}.txt", page, folder / f"{i}.txt.labels") for i, page in named], model
    )


def label_as_reader(session: Session, number: int) -> None:
    """Give every line of a page its true label."""
    for i, label in enumerate(site.labels(session.sheets[number].page)):
        session.set_mark(number, i, i, MARK_OF[label])


def on_disk(session: Session) -> list[tuple[str, ...] | None]:
    return [
        parse_labels(each.path.read_text("utf-8")).marks if each.path.exists() else None
        for each in session.sheets
    ]


class TestChanges:
    def test_every_change_is_saved_and_resumed(self, tmp_path: Path) -> None:
        session = begin(tmp_path)
        session.set_mark(2, 0, 1, "-")
        session.set_mark(2, 3, 3, "+")
        assert on_disk(session)[2] == tuple("--.+" + "." * 6)
        assert begin(tmp_path).sheets == session.sheets

    def test_finish_labels_open_lines_as_predicted(self, tmp_path: Path) -> None:
        session = begin(tmp_path)
        predicted = [p.label for p in session.prediction(1).predictions]
        contrary = MARK_OF[Label.BOILERPLATE if predicted[0] is Label.CONTENT else Label.CONTENT]
        session.set_mark(1, 0, 0, contrary)
        session.set_mark(1, 1, 1, "?")
        session.finish(1)
        assert session.sheets[1].finished
        assert session.sheets[1].gold[:2] == [SIGNS[contrary], None]
        assert session.sheets[1].gold[2:] == predicted[2:]

    @settings(max_examples=25, deadline=None)
    @given(
        st.lists(
            st.tuples(
                st.integers(0, 2), st.integers(0, 9), st.integers(0, 9), st.sampled_from("+-?.")
            )
        )
    )
    def test_undo_reverts_every_change_and_its_file(
        self, changes: list[tuple[int, int, int, str]]
    ) -> None:
        with TemporaryDirectory() as folder:
            session = begin(Path(folder), pages(3))
            states = [list(session.sheets)]
            for number, a, b, mark in changes:
                session.set_mark(number, min(a, b), max(a, b), mark)
                if states[-1] != session.sheets:
                    states.append(list(session.sheets))
            while (states := states[:-1]) and session.undo():
                assert session.sheets == states[-1]
                for each, signs in zip(session.sheets, on_disk(session), strict=True):
                    assert signs in (None, each.marks)
            assert not states
            assert session.undo() == ()

    def test_undo_reopens_a_finished_page(self, tmp_path: Path) -> None:
        session = begin(tmp_path)
        session.finish(3)
        session.finish(0)
        assert session.undo() == (0,)
        assert [each.finished for each in session.sheets] == [False] * 3 + [True, False]

    def test_a_change_that_cannot_be_saved_changes_nothing(self, tmp_path: Path) -> None:
        session = begin(tmp_path)
        (tmp_path / "0.txt.labels").mkdir()  # a file cannot replace it
        before = list(session.sheets)
        with pytest.raises(OSError, match="directory"):
            session.set_mark(0, 0, 0, "+")
        assert (session.sheets, len(session.history)) == (before, 0)

    @pytest.mark.parametrize(
        ("number", "first", "last", "mark"),
        [(9, 0, 0, "+"), (-1, 0, 0, "+"), (0, 2, 1, "+"), (0, -1, 1, "+"), (0, 0, 10, "+"),
         (0, 0, 0, "*"), (0, 0, 0, ""), (0, 0, 0, "+heading"), (0, 0, 0, ".body"),
         (0, 0, 0, "+body x")],
    )  # fmt: skip
    def test_an_invalid_change_is_refused(
        self, tmp_path: Path, number: int, first: int, last: int, mark: str
    ) -> None:
        with pytest.raises(LabellingError):
            begin(tmp_path).set_mark(number, first, last, mark)
        assert not list(tmp_path.iterdir())

    def test_labels_of_another_page_are_an_error_and_not_changed(self, tmp_path: Path) -> None:
        path = tmp_path / "p.labels"
        path.write_text("+ another\n")
        with pytest.raises(LabelsError, match=r"p\.labels: line 1 is 'another'"):
            sheet("p", text_page(["eine", "andere"]), path)
        assert path.read_text() == "+ another\n"

    @pytest.mark.parametrize("lines", [[], [" "], ["a"] * (MAX_LINES + 1)])
    def test_a_page_with_no_line_or_too_many_is_refused(self, lines: list[str]) -> None:
        with pytest.raises(LabellingError):
            sheet("p", text_page(lines), Path("p.labels"))


class TestChangesOutside:
    """Another program changes a file of labels: an editor, git, or a second server."""

    WRITTEN = "# by hand\n" + "".join(f"?byline {line.text}\n" for line in pages()[1].lines)

    def test_they_are_taken_over_and_not_overwritten(self, tmp_path: Path) -> None:
        session = begin(tmp_path)
        session.set_mark(1, 0, 0, "+")
        session.set_mark(2, 0, 0, "+")
        path = tmp_path / "1.txt.labels"
        path.write_text(self.WRITTEN, "utf-8")
        with pytest.raises(ChangedOutsideError, match=r"1\.txt\.labels was changed by another pr"):
            session.set_mark(1, 1, 1, "-")
        assert path.read_text("utf-8") == self.WRITTEN
        assert session.sheets[1].marks == ("?byline",) * 10
        assert session.undo() == (), "an undo would bring back what was there before"
        session.set_mark(1, 1, 1, "-cookie")
        assert path.read_text("utf-8") == self.WRITTEN.replace("?byline News", "-cookie News")
        assert session.undo() == (1,)
        assert path.read_text("utf-8") == self.WRITTEN

    @pytest.mark.parametrize("action", ["finish", "undo"])
    def test_no_action_overwrites_them(self, tmp_path: Path, action: str) -> None:
        session = begin(tmp_path)
        session.set_mark(1, 0, 0, "+")
        path = tmp_path / "1.txt.labels"
        path.write_text(self.WRITTEN, "utf-8")
        with pytest.raises(ChangedOutsideError):
            session.finish(1) if action == "finish" else session.undo()
        assert path.read_text("utf-8") == self.WRITTEN

    def test_file_that_appears_is_noticed(self, tmp_path: Path) -> None:
        session = begin(tmp_path)
        (tmp_path / "1.txt.labels").write_text(self.WRITTEN, "utf-8")
        assert not session.refresh(0)
        assert session.refresh(1)
        assert not session.refresh(1)
        assert session.sheets[1].finished

    @pytest.mark.parametrize("written", [b"+ of another page\n", b"\xff\n", b"* ?\n"])
    def test_file_that_cannot_be_used_is_left_until_it_is_corrected_or_removed(
        self, tmp_path: Path, written: bytes
    ) -> None:
        session = begin(tmp_path)
        session.set_mark(1, 0, 0, "+")
        path = tmp_path / "1.txt.labels"
        path.write_bytes(written)
        for _ in range(2):
            with pytest.raises(ChangedOutsideError, match="It is not overwritten: correct or remo"):
                session.set_mark(1, 1, 1, "-")
        assert path.read_bytes() == written
        assert session.sheets[1].marks == tuple("+.........")
        path.unlink()
        session.set_mark(1, 1, 1, "-")
        assert on_disk(session)[1] == tuple("+-........"), "a file that is gone is written anew"


class TestPrediction:
    def test_decisions_equal_those_of_a_cleaner(self) -> None:
        for page in pages():
            scored = score_page(page, MODEL)
            kept = decide(scored.scores)[1]
            cleaned = Cleaner(MODEL, plugins=no_plugins()).clean(page)
            assert to_labels(kept) == [cleaned.predictions[i].label for i in page.nonblank]

    def test_labels_of_a_page_do_not_change_its_own_prediction(self, tmp_path: Path) -> None:
        session = begin(tmp_path)
        label_as_reader(session, 1)
        before = session.prediction(0)
        session.finish(0)
        assert session.prediction(0) == before

    def test_prediction_is_made_with_a_site_model_of_the_other_pages(self, tmp_path: Path) -> None:
        session = begin(tmp_path)
        assert session.prediction(0).drift is not None

    def test_doubts_are_those_that_a_site_model_leaves(self, tmp_path: Path) -> None:
        session = begin(tmp_path)
        alone = [float(error_probability(*scored.decide(None)).sum()) for scored in session.scored]
        assert session.doubts() != pytest.approx(alone)

    def test_labels_and_roles_of_lines_are_in_their_sketch(self) -> None:
        scored = score_page(pages(1)[0], MODEL)
        n = scored.sketch.n
        sketch = scored.labelled_sketch([Label.CONTENT] * n, ["caption"] * n)
        assert len(set(sketch.label.tolist())) == len(set(sketch.role.tolist())) == 1
        assert sketch.role[0] != scored.sketch.role[0]

    def test_the_cached_prediction_equals_that_of_a_new_session(self, tmp_path: Path) -> None:
        session = begin(tmp_path)
        for number in (1, 3):
            session.prediction(0)
            label_as_reader(session, number)
            assert session.prediction(0) == begin(tmp_path).prediction(0)
            session.set_mark(0, 0, 0, "+")
            assert session.prediction(0) == begin(tmp_path).prediction(0)
        session.undo()
        session.undo()  # the last line of page 3 is open again
        assert session.prediction(0) == begin(tmp_path).prediction(0)

    def test_labelled_lines_are_in_doubt_no_more(self, tmp_path: Path) -> None:
        session = begin(tmp_path)
        before = session.doubts()
        session.set_mark(0, 0, 8, "-")
        after = session.doubts()
        assert 0 < after[0] < before[0]
        assert after[1:] == before[1:]
        session.set_mark(0, 9, 9, "+")
        assert session.doubts()[0] == 0

    def test_pages_with_most_doubts_come_first_and_finished_ones_last(self, tmp_path: Path) -> None:
        session = begin(tmp_path)
        doubts = session.doubts()
        assert session.order(doubts)[0] == int(np.argmax(doubts))
        session.finish(session.order(doubts)[0])
        assert session.order(doubts)[-1] == int(np.argmax(doubts))


class TestGain:
    def test_there_is_no_gain_before_a_page_is_finished(self, tmp_path: Path) -> None:
        session = begin(tmp_path)
        session.set_mark(0, 0, 0, "-")
        assert session.gain() is None

    def test_each_page_is_judged_with_a_site_model_of_the_others(self, tmp_path: Path) -> None:
        session = begin(tmp_path)
        for number in (0, 2, 4):
            label_as_reader(session, number)
        gain = session.gain()
        assert gain is not None
        plain = Cleaner(MODEL, plugins=no_plugins())

        def f1(number: int, predictions: tuple) -> float:
            return line_score([p.label for p in predictions], session.sheets[number].gold).f1

        general = [f1(i, plain.clean(session.sheets[i].page).predictions) for i in (0, 2, 4)]
        labelled = [f1(i, session.prediction(i).predictions) for i in (0, 2, 4)]
        assert gain.general == pytest.approx(np.mean(general))
        assert gain.labelled == pytest.approx(np.mean(labelled))
        assert gain.pages == 3
        assert gain.lines == sum(len(session.sheets[i].marks) for i in (0, 2, 4))

    def test_it_does_not_depend_on_the_order_of_labelling(self, tmp_path: Path) -> None:
        gains = set()
        for name, order in (("a", (0, 1, 2)), ("b", (2, 0, 1))):
            (tmp_path / name).mkdir()
            session = begin(tmp_path / name)
            for number in order:
                label_as_reader(session, number)
            gains |= {session.gain(), begin(tmp_path / name).gain()}
        assert len(gains) == 1

    def test_labels_are_enough_if_they_change_few_other_lines(self) -> None:
        def gain(pages: int, changed: float | None) -> Gain:
            return Gain(pages, 1, 0.9, 0.9, 0.9, (0, 0, 0), None, changed)

        assert gain(GAIN.min_finished, GAIN.max_changed).enough
        assert not gain(GAIN.min_finished - 1, 0.0).enough
        assert not gain(GAIN.min_finished + 9, GAIN.max_changed * 2).enough
        assert gain(1, None).enough, "all pages are labelled"

    def test_the_number_of_trained_site_models_is_bounded(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        session = begin(tmp_path, pages(3 * GAIN.max_parts))
        trained = []
        train = Session._train

        def counted(self: Session, *given: Any, **named: Any) -> SiteModel:
            trained.append(1)
            return train(self, *given, **named)

        monkeypatch.setattr(Session, "_train", counted)
        costs = {}
        for number in range(2 * GAIN.max_parts + 1):
            session.finish(number)
            trained.clear()
            gain = session.gain()
            assert gain is not None
            costs[number + 1] = len(trained)
            assert gain.part == 1 + number // GAIN.max_parts
            assert gain.pages == number + 1
        assert costs[GAIN.max_parts] == costs[2 * GAIN.max_parts + 1] == 3 * GAIN.max_parts + 1

    def test_a_part_is_judged_without_its_own_labels(self, tmp_path: Path) -> None:
        session = begin(tmp_path, pages(GAIN.max_parts + 2))
        for number in range(GAIN.max_parts + 1):
            label_as_reader(session, number)
        seen = session.gain()
        assert seen is not None
        sketches, own = session._sketches(), [0, GAIN.max_parts]  # the first part has these two
        apart = session._train(sketches, own)
        f1 = [
            line_score(to_labels(session.scored[i].decide(apart)[1]), session.sheets[i].gold).f1
            for i in own
        ]
        others = [
            line_score(
                to_labels(session.scored[i].decide(session._train(sketches, [i]))[1]),
                session.sheets[i].gold,
            ).f1
            for i in range(1, GAIN.max_parts)
        ]
        assert seen.labelled == pytest.approx(np.mean(f1 + others))

    def test_undecided_lines_are_not_counted(self, tmp_path: Path) -> None:
        session = begin(tmp_path)
        session.set_mark(0, 0, 9, "?")
        gain = session.gain()
        assert gain is not None
        assert (gain.lines, gain.wrong) == (0, (0, 0, 0))
