"""Made-up cleaned pages for the tests of reports and explanations."""

from __future__ import annotations

from hypothesis import strategies as st

from boilerplate.page import Label, Line, Page
from boilerplate.predictions import Prediction
from boilerplate.result import CleanPage

LINES = {
    "ar": "دقت ساعة الميدان القديم ظهر أمس للمرة الأولى.",
    "th": "ตลาดน้ำเล็ก ๆ กลับมาเปิดอีกครั้ง",
    "zh": "早市回到了灯塔下面。",
    "hi": "पुराने चौक की घड़ी फिर से बजने लगी।",
    "tr": "Çerezlere dair ayrıntılar için tıklayınız.",
}
ANY_CHARACTER = st.characters(exclude_categories=())  # lone surrogates too


def clean_page(
    *decided: tuple[str, float], url: str | None = None, language: str | None = None, **page: object
) -> CleanPage:
    """A page of lines with their probabilities, decided at one half."""
    predictions = tuple(
        Prediction(
            Line(text), Label.CONTENT if p >= 0.5 else Label.BOILERPLATE, p, "because " + str(p)
        )
        for text, p in decided
    )
    lines = tuple(p.line for p in predictions)
    return CleanPage(Page(lines, url=url, **page), predictions, language)
