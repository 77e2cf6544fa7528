"""Lines of other pages that are made by the same template as lines that were labelled."""

from __future__ import annotations

from html import escape
from pathlib import Path

import pytest

from boilerplate import read
from boilerplate.labelling.labels import parse_labels
from boilerplate.labelling.session import Session
from boilerplate.labelling.sheet import ChangedOutsideError, sheet
from tests.made_up import made_up_model

MODEL = made_up_model()
PAGES = (
    # line by line: an appeal in the text, a tip in a box, a paragraph, a rating with a number
    ("اشترك في نشرتنا اليوم", "نصيحة: خذ مظلة", "الجسر الجديد مفتوح", "Read by 14 people"),
    ("اشترك في نشرتنا اليوم", "نصيحة: انتظر الحافلة", "السوق مغلق غدا", "Read by 7 people"),
    ("اشترك في نشرتنا اليوم", "نصيحة: اقرأ كتابا", "المدرسة تفتح أبوابها", "Read by 9999 people"),
)
APPEAL, TIP, PARAGRAPH, RATING = range(4)


def source(lines: tuple[str, ...]) -> str:
    appeal, tip, paragraph, rating = map(escape, lines)
    return (
        f"<div class=story><p>{appeal}</p><div class='tip box'><p>{tip}</p></div>"
        f"<p>{paragraph}</p><p>{rating}</p></div>"
    )


@pytest.fixture
def session(tmp_path: Path) -> Session:
    named = [(f"{i}.html", read(source(lines), kind="html")) for i, lines in enumerate(PAGES)]
    sheets = [sheet(name, page, tmp_path / f"{name}.labels") for name, page in named]
    assert [len(each.marks) for each in sheets] == [4, 4, 4]
    return Session.begin("haber.example", sheets, MODEL)


def test_same_words_in_the_same_place_are_alike_numbers_apart(session: Session) -> None:
    for line in (APPEAL, RATING):
        session.set_mark(0, line, line, "-")
        alike = session.alike(0, line, line)
        assert alike is not None
        assert (alike.lines, alike.equal) == ({1: [line], 2: [line]}, 2)


def test_place_alone_is_alike_if_all_its_lines_have_one_mark(session: Session) -> None:
    session.set_mark(0, TIP, TIP, "-other")
    alike = session.alike(0, TIP, TIP)
    assert alike is not None
    assert (alike.mark, alike.lines, alike.equal) == ("-other", {1: [TIP], 2: [TIP]}, 0)
    session.set_mark(0, PARAGRAPH, PARAGRAPH, "+")
    assert session.alike(0, PARAGRAPH, PARAGRAPH) is None, "its place has the appeal too"


def test_labelled_lines_and_mixed_ranges_are_left_alone(session: Session) -> None:
    session.set_mark(1, APPEAL, APPEAL, "+")
    session.set_mark(0, APPEAL, APPEAL, "-")
    alike = session.alike(0, APPEAL, APPEAL)
    assert alike is not None
    assert alike.lines == {2: [APPEAL]}
    assert session.alike(0, APPEAL, TIP) is None, "two marks"
    assert session.alike(0, PARAGRAPH, PARAGRAPH) is None, "no label"


def test_labels_of_several_pages_are_saved_and_undone_together(
    session: Session, tmp_path: Path
) -> None:
    session.set_mark(0, APPEAL, APPEAL, "-newsletter")
    before = list(session.sheets)
    session.mark_alike(0, APPEAL, APPEAL)
    for i in range(3):
        written = parse_labels((tmp_path / f"{i}.html.labels").read_text("utf-8"))
        assert written.marks == ("-newsletter", ".", ".", ".")
    assert session.undo() == (0, 1, 2)
    assert session.sheets == before
    assert session.undo() == (0,)
    assert session.undo() == ()
    assert session.mark_alike(0, APPEAL, APPEAL) is None


def test_if_one_of_several_pages_cannot_be_saved_none_is_changed(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from boilerplate.labelling import sheet as module

    session.set_mark(0, APPEAL, APPEAL, "-")
    session.set_mark(1, TIP, TIP, "-")
    before, files = list(session.sheets), {p: p.read_bytes() for p in tmp_path.iterdir()}
    save = module.save_labels

    def full_at_the_last(file: object, path: Path) -> None:
        if path.name.startswith("2."):
            raise OSError(28, "No space left on device")
        save(file, path)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "save_labels", full_at_the_last)
    with pytest.raises(OSError, match="No space"):
        session.mark_alike(0, APPEAL, APPEAL)
    assert session.sheets == before
    assert {p: p.read_bytes() for p in tmp_path.iterdir()} == files


def test_if_one_of_several_pages_was_changed_outside_none_is_changed(
    session: Session, tmp_path: Path
) -> None:
    session.set_mark(0, APPEAL, APPEAL, "-")
    outside = tmp_path / "2.html.labels"
    written = "".join(f"? {text}\n" for text in PAGES[2])
    outside.write_text(written, "utf-8")
    with pytest.raises(ChangedOutsideError, match=r"2\.html\.labels was changed"):
        session.mark_alike(0, APPEAL, APPEAL)
    assert outside.read_text("utf-8") == written
    assert session.sheets[1].marks == (".",) * 4
    assert session.sheets[2].marks == ("?",) * 4
