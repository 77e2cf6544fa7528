"""Pages that would cost far more than their size are read in part, or as less than they say."""

from __future__ import annotations

import pytest

from boilerplate.kernels import select as acceleration
from boilerplate.reading import limits
from boilerplate.reading.html import html_page
from boilerplate.reading.limits import MAX_LINES, readable, readable_lines
from boilerplate.reading.read import read, read_text
from tests.made_up import SENTENCES


def opened(count: int, tag: str = "i") -> str:
    return "".join(f"<{tag} id=n{i}>" for i in range(count))


class TestFormattingThatIsOpenedAgain:
    @pytest.mark.parametrize("tag", ["b", "FONT", "Strong", "tt"])
    def test_a_page_has_no_more_elements_than_tags(self, tag: str) -> None:
        page = html_page(f"<p>{opened(300, tag)}" + "<p>a" * 3000)
        assert len(page.lines) == 3000
        assert len(page.elements) < 3400

    def test_the_text_stays(self) -> None:
        said = [*SENTENCES.values()]
        page = html_page(f"<p>{opened(300)}" + "".join(f"<p>{each}" for each in said * 100))
        assert [line.text for line in page.lines] == said * 100

    def test_what_is_closed_is_left_alone(self) -> None:
        markup = "<p><b id=x>a</b> <i>b</i>" * 20_000
        assert readable(markup) == (markup, 0)

    def test_a_few_equal_ones_that_are_never_closed_are_left_alone(self) -> None:
        markup = "<p><font size=2>a" * 20_000
        assert readable(markup) == (markup, 0)

    def test_in_a_small_page_all_are_left_alone(self) -> None:
        markup = opened(300) + "<p>a" * 1000
        assert readable(markup) == (markup, 0)


@pytest.mark.parametrize("tag", ["html", "BODY", "Html"])
def test_only_the_first_hundred_roots_add_attributes(tag: str) -> None:
    markup = "<p>a</p>" + "".join(f"<{tag}\nx{i}=1>b{i} " for i in range(3000))
    tamed, unread = readable(markup)
    assert unread == 0
    assert tamed.count(f"<{tag}") == limits.MAX_ROOTS
    text = " ".join(line.text for line in html_page(markup).lines)
    assert text == "a " + " ".join(f"b{i}" for i in range(3000))


class TestWhatIsTooLarge:
    def test_tags_beyond_the_limit_are_not_read_and_that_is_said(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(limits, "MAX_TAGS", 2000)
        page = read("<!DOCTYPE html>" + "<p>港" * 3000)
        assert len(page.lines) == 1999
        assert page.unread == 1001 * len("<p>港")

    def test_markup_beyond_the_limit_is_not_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(limits, "MAX_MARKUP", 1000)
        page = html_page("<p>" + "ab " * 1000)
        assert page.unread == 2003
        assert len(page.lines[0].text) == 997

    def test_data_in_an_address_does_not_count(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(limits, "MAX_MARKUP", 1000)
        page = html_page(f"<p>one<img src='data:image/png;base64,{'iVBORw0K' * 900}'><p>two")
        assert [line.text for line in page.lines] == ["one", "two"]
        assert page.unread == 0

    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_lines_beyond_the_limit_are_not_read(
        self, monkeypatch: pytest.MonkeyPatch, end: str
    ) -> None:
        monkeypatch.setattr(limits, "MAX_LINES", 50)
        page = read_text(f"ก{end}" * 200)
        assert len(page.lines) == 50 + 400 // limits.CHARS_A_LINE
        assert page.unread == 400 - 2 * len(page.lines)

    def test_a_long_text_may_have_more_lines(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(limits, "MAX_LINES", 50)
        page = read_text((SENTENCES["en"] + "\n") * 200)
        assert len(page.lines) == 200
        assert page.unread == 0

    def test_as_many_as_there_may_be_are_all_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(limits, "MAX_LINES", 3)
        assert readable_lines("a\nb\nc") == ("a\nb\nc", 0)
        assert readable_lines("a\nb\nc\n") == ("a\nb\nc\n", 0)
        assert readable_lines("a\nb\nc\nd") == ("a\nb\nc\n", 1)

    def test_a_page_at_the_limits_is_left_alone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(limits, "MAX_TAGS", 2000)
        monkeypatch.setattr(limits, "MAX_MARKUP", 3000)
        assert readable("<" * 2000)[1] == 0
        assert readable("<" * 2001)[1] == 1
        assert readable("a" * 3000)[1] == 0
        assert readable("a" * 3001)[1] == 1

    @pytest.mark.parametrize("native", [True, False])
    def test_lines_of_markup_beyond_the_limit_are_not_read(
        self, monkeypatch: pytest.MonkeyPatch, native: bool
    ) -> None:
        if not native:
            monkeypatch.setattr(acceleration, "native", None)
        elif not acceleration.accelerated:
            pytest.skip("not compiled")
        page = html_page("<p>" + "a<br>" * MAX_LINES + "b<br>กข <i>c")
        assert len(page.lines) == MAX_LINES
        assert page.lines[-1].text == "a"
        assert page.unread == len("bกข c")
