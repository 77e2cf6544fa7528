"""Text from pages made safe to show."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from boilerplate.display import visible


@given(st.text(st.characters(exclude_categories=()), max_size=80))
def test_visible_text_is_one_encodable_line_without_controls(text: str):
    shown = visible(text)
    assert len(shown) == len(text)
    assert shown.encode().decode() == shown
    assert len(shown.splitlines()) <= 1
    assert not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in shown)
