"""Articles that only the scripts of a page have."""

from __future__ import annotations

import html
import json

import pytest

from boilerplate import Cleaner, Label, clean
from boilerplate.reading.html import html_page
from boilerplate.roles import CONTENT_ROLES, ROLES

FIRST = (
    "Die alte Schleuse am Kanal wird im Herbst geöffnet, sagte die Leiterin des Amtes am Montag."
)
SECOND = "Zwanzig Jahre lang lag dort kein Schiff mehr, und im Becken wuchs das Schilf bis zur Tür."
BODY = f"{FIRST}\n\n{SECOND}"
MENU = "<nav><a href=/a>Start</a> <a href=/b>Sport</a></nav><h1>Schleuse wird geöffnet</h1>"


def linked_data(body: str) -> str:
    data = {"@type": "NewsArticle", "headline": "Schleuse wird geöffnet", "articleBody": body}
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


def lines(markup: str) -> list[str]:
    return [line.text for line in html_page(markup).lines]


class TestStoredArticle:
    @pytest.mark.parametrize(
        "script",
        [
            linked_data(BODY),
            linked_data(f"<p>{FIRST}</p><p>{SECOND}</p>"),
            f"<script>window.__STATE__ = {json.dumps({'a': {'body': BODY}, 'n': [1]})};</script>",
            linked_data(html.escape(f"<p>{FIRST}</p><p>{SECOND}</p>")),
            f"<script>window.x = JSON.parse({json.dumps(json.dumps({'b': BODY}))});</script>",
            '<script type="application/json">'
            + json.dumps({"blocks": [{"type": "p", "text": FIRST}, {"type": "p", "text": SECOND}]})
            + "</script>",
        ],
    )
    def test_stands_after_the_headline(self, script: str) -> None:
        found = lines(f"{script}{MENU}<div id=app></div><footer>© Bote</footer>")
        at = found.index("Schleuse wird geöffnet")
        assert found[at + 1 : at + 3] == [FIRST, SECOND]
        assert found.count(FIRST) == 1

    def test_is_left_alone_where_the_page_shows_it(self) -> None:
        found = lines(f"{linked_data(BODY)}{MENU}<p>{FIRST}<p>{SECOND}")
        assert found.count(FIRST) == 1

    def test_is_recognised_with_other_signs_and_in_one_line(self) -> None:
        body = f"{FIRST} {SECOND}".replace(",", "").replace(" ", "\u00a0").upper()
        found = lines(f"{linked_data(body)}{MENU}<p>{FIRST}<p>{SECOND}")
        assert len(found) == 4

    def test_is_kept_with_the_reason_if_nothing_else_is_there(self) -> None:
        page = clean(f"<html>{linked_data(BODY)}{MENU}<div id=app></div></html>")
        stored = [p for p in page.predictions if p.line.text in (FIRST, SECOND)]
        assert [p.label for p in stored] == [Label.CONTENT] * 2
        assert {p.decided_by for p in stored} == {"page"}
        assert all("script" in p.reason for p in stored)

    def test_is_dropped_beside_another_article(self) -> None:
        other = "".join(f"<p>{i}. {text}" for i in range(5) for text in ENGLISH)
        page = clean(f"<html>{linked_data(BODY * 5)}{MENU}<article>{other}</article></html>")
        assert FIRST not in page.text

    def test_is_dropped_beside_another_article_whatever_roles_are_kept(self) -> None:
        other = "".join(f"<p>{i}. {text}" for i in range(5) for text in ENGLISH)
        markup = f"<html>{linked_data(BODY * 5)}{MENU}<article>{other}</article></html>"
        page = Cleaner(keep=ROLES).clean(markup)
        assert FIRST not in page.text
        assert ENGLISH[0] in page.text
        assert {p.decided_by for p in page.predictions if FIRST in p.line.text} == {"page"}

    def test_is_dropped_if_its_role_is_chosen_to_be(self) -> None:
        markup = f"<html>{linked_data(BODY)}{MENU}<div id=app></div></html>"
        page = Cleaner(drop=CONTENT_ROLES).clean(markup)
        assert page.text == ""
        [stored] = [p for p in page.predictions if p.line.text == FIRST]
        assert stored.decided_by == "roles"
        assert stored.reason == f"dropped by choice: {stored.role}"

    @pytest.mark.parametrize(
        "script", ["<script>{]</script>", "<script>" + "[" * 10_000 + "</script>"]
    )
    def test_broken_json_is_passed_over(self, script: str) -> None:
        assert lines(f"{script}<p>a") == ["a"]


ENGLISH = (
    "The swing bridge was opened for the first boat of the year, and a crowd had come to see it.",
    "Its keeper has turned the wheel by hand since the motor burnt out in the winter of the flood.",
)
