"""Limits on pages whose cost would be out of proportion to their size."""

from __future__ import annotations

from dataclasses import replace

import pytest

from boilerplate.reading import limits
from boilerplate.reading.html import html_page
from boilerplate.reading.limits import LIMITS, readable, readable_lines
from boilerplate.reading.read import read, read_text
from tests.made_up import SENTENCES
from tests.twins import needs_compiled, using


def set_limits(monkeypatch: pytest.MonkeyPatch, **changed: int) -> None:
    monkeypatch.setattr(limits, "LIMITS", replace(LIMITS, **changed))


def left_open(count: int, tag: str = "i") -> str:
    """Start tags of formatting elements, each with another attribute, without end tags."""
    return "".join(f"<{tag} id=n{i}>" for i in range(count))


class TestReopenedFormatting:
    @pytest.mark.parametrize("tag", ["b", "FONT", "Strong", "tt"])
    def test_elements_are_no_more_than_tags(self, tag: str) -> None:
        page = html_page(f"<p>{left_open(300, tag)}" + "<p>a" * 3000)
        assert len(page.lines) == 3000
        assert len(page.elements) < 3400

    def test_text_is_unchanged(self) -> None:
        sentences = [*SENTENCES.values()]
        page = html_page(
            f"<p>{left_open(300)}" + "".join(f"<p>{sentence}" for sentence in sentences * 100)
        )
        assert [line.text for line in page.lines] == sentences * 100

    def test_closed_formatting_is_unchanged(self) -> None:
        markup = "<p><b id=x>a</b> <i>b</i>" * 20_000
        assert readable(markup) == (markup, 0)

    def test_equal_elements_left_open_are_unchanged(self) -> None:
        markup = "<p><font size=2>a" * 20_000
        assert readable(markup) == (markup, 0)

    def test_small_page_is_unchanged(self) -> None:
        markup = left_open(300) + "<p>a" * 1000
        assert readable(markup) == (markup, 0)


@pytest.mark.parametrize("tag", ["html", "BODY", "Html"])
def test_only_the_first_roots_keep_their_attributes(tag: str) -> None:
    markup = "<p>a</p>" + "".join(f"<{tag}\nx{i}=1>b{i} " for i in range(3000))
    rewritten, unread = readable(markup)
    assert unread == 0
    assert rewritten.count(f"<{tag}") == LIMITS.max_roots
    text = " ".join(line.text for line in html_page(markup).lines)
    assert text == "a " + " ".join(f"b{i}" for i in range(3000))


class TestLargePages:
    def test_tags_beyond_the_limit_are_counted_as_unread(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        set_limits(monkeypatch, max_tags=2000)
        page = read("<!DOCTYPE html>" + "<p>港" * 3000)
        assert len(page.lines) == 1999
        assert page.unread == 1001 * len("<p>港")

    def test_markup_beyond_the_limit_is_counted_as_unread(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        set_limits(monkeypatch, max_markup=1000)
        page = html_page("<p>" + "ab " * 1000)
        assert page.unread == 2003
        assert len(page.lines[0].text) == 997

    def test_data_urls_do_not_count(self, monkeypatch: pytest.MonkeyPatch) -> None:
        set_limits(monkeypatch, max_markup=1000)
        page = html_page(f"<p>one<img src='data:image/png;base64,{'iVBORw0K' * 900}'><p>two")
        assert [line.text for line in page.lines] == ["one", "two"]
        assert page.unread == 0

    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_text_lines_beyond_the_limit_are_counted_as_unread(
        self, monkeypatch: pytest.MonkeyPatch, end: str
    ) -> None:
        set_limits(monkeypatch, max_lines=50)
        page = read_text(f"ก{end}" * 200)
        assert len(page.lines) == 50 + 400 // LIMITS.chars_per_extra_line
        assert page.unread == 400 - 2 * len(page.lines)

    def test_longer_text_may_have_more_lines(self, monkeypatch: pytest.MonkeyPatch) -> None:
        set_limits(monkeypatch, max_lines=50)
        page = read_text((SENTENCES["en"] + "\n") * 200)
        assert len(page.lines) == 200
        assert page.unread == 0

    def test_as_many_lines_as_the_limit_are_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        set_limits(monkeypatch, max_lines=3)
        assert readable_lines("a\nb\nc") == ("a\nb\nc", 0)
        assert readable_lines("a\nb\nc\n") == ("a\nb\nc\n", 0)
        assert readable_lines("a\nb\nc\nd") == ("a\nb\nc\n", 1)

    def test_page_at_the_limits_is_unchanged(self, monkeypatch: pytest.MonkeyPatch) -> None:
        set_limits(monkeypatch, max_tags=2000, max_markup=3000)
        assert readable("<" * 2000)[1] == 0
        assert readable("<" * 2001)[1] == 1
        assert readable("a" * 3000)[1] == 0
        assert readable("a" * 3001)[1] == 1

    @pytest.mark.parametrize("twin", [pytest.param("compiled", marks=needs_compiled), "plain"])
    def test_html_lines_beyond_the_limit_are_counted_as_unread(self, twin: str) -> None:
        with using(twin):
            page = html_page("<p>" + "a<br>" * LIMITS.max_lines + "b<br>กข <i>c")
        assert len(page.lines) == LIMITS.max_lines
        assert page.lines[-1].text == "a"
        assert page.unread == len("bกข c")
