"""Forms of text: news, and what single lines tell too little of, such as verse, tables and letters.

Each form is a function that writes the lines of one text with their roles, the headline first.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from typing import Final

from training.made_up.material import SPACELESS, Writer

Text = list[tuple[str, str]]  # lines with their roles
LEAST_TO_BREAK: Final = 25  # characters of a line that may be hard-wrapped


def news(w: Writer) -> Text:
    """A report: headline, byline and date, sometimes a standfirst, then paragraphs."""
    return [*_head(w), *_paragraphs(w, w.number(3, 10))]


def short_news(w: Writer) -> Text:
    """A report of few short paragraphs."""
    return [*_head(w), *((w.paragraph(1, 2), "body") for _ in range(w.number(2, 5)))]


def _head(w: Writer) -> Text:
    """A headline with some of what stands below it, in one of the usual orders."""
    lines: Text = [(w.headline(), "headline")]
    if w.chance(0.3):
        lines.append((w.paragraph(1, 2), "standfirst"))
    beside: Text = []
    if w.chance(0.5):
        beside.append((w.label("by", w.name()) if w.chance(0.8) else w.name(), "byline"))
    if w.chance(0.6):
        date = w.date()
        beside.append((w.label("updated", date) if w.chance(0.25) else date, "date"))
    if len(beside) == 2 and w.chance(0.3):
        beside = [(w.one([", ", " | ", " - "]).join(text for text, _ in beside), "byline")]
    if w.chance(0.3):
        beside.reverse()
    if w.chance(0.2) and (found := w.phrase(["share"], 2, 30)):
        beside.append(found)
    at = 0 if w.chance(0.1) else len(lines) if w.chance(0.6) else 1
    lines[at:at] = beside
    if w.chance(0.25):
        lines.append((w.label("photo", w.name()) if w.chance(0.4) else w.elsewhere(), "caption"))
    return lines


def _paragraphs(w: Writer, many: int) -> Text:
    """Paragraphs with some subheadings and quotations, often with a short one at the end."""
    lines: Text = []
    headed = w.chance(0.3)
    for number in range(many):
        if number and headed and w.chance(0.35):
            lines.append((w.fragment(2, 8), "subheading"))
        if number and w.chance(0.05):
            lines.append((f"“{w.elsewhere()}”", "quote"))
        lines.append((w.paragraph(1, 4), "body"))
    if w.chance(0.4):
        lines.append((w.elsewhere(), "body"))
    if w.chance(0.1):
        lines.append((f"{w.label('note')}: {w.elsewhere()}", "note"))
    return lines


def numbered(w: Writer) -> Text:
    """A list of things, each with a heading and a sentence or two."""
    lines = [*_head(w), (w.paragraph(1, 3), "body")]
    style = w.one(["{}. {}", "{}) {}", "#{}: {}"])
    many = w.number(3, 9)
    numbers = range(many, 0, -1) if w.chance(0.3) else range(1, many + 1)
    for number in numbers:
        lines.append((style.format(number, w.fragment(1, 5)), "subheading"))
        lines += [(w.sentence(), "body") for _ in range(w.number(1, 2))]
    return lines


def bullets(w: Writer) -> Text:
    """Paragraphs with a list of fragments or sentences between them."""
    lines = [*_head(w), *_paragraphs(w, w.number(1, 3))]
    for _ in range(w.number(1, 2)):
        if w.chance(0.6):
            lines.append((w.fragment(1, 4) + w.one([":", ""]), "subheading"))
        sign = w.one(["• ", "- ", "* ", "– ", "", "", ""])
        whole = w.chance(0.3)
        for _ in range(w.number(3, 8)):
            lines.append((sign + (w.elsewhere() if whole else w.words(1, 8)), "list"))
        lines += _paragraphs(w, w.number(1, 3))
    return lines


def questions(w: Writer) -> Text:
    """Questions and answers."""
    lines: Text = [(w.headline(), "headline")]
    named = w.chance(0.5)
    if w.chance(0.4):
        lines.append((w.paragraph(1, 2), "body"))
    for _ in range(w.number(2, 7)):
        question = w.fragment(3, 10) + "?"
        if named and w.chance(0.4):
            lines += [(w.label("question"), "subheading"), (question, "subheading")]
        else:
            lines.append(
                (f"{w.label('question')}: {question}" if named else question, "subheading")
            )
        answer = w.paragraph(1, 3) if w.chance(0.6) else w.elsewhere()
        if named and w.chance(0.4):
            lines += [(w.label("answer"), "subheading"), (answer, "body")]
        else:
            lines.append((f"{w.label('answer')}: {answer}" if named else answer, "body"))
    return lines


def dialogue(w: Writer) -> Text:
    """A conversation, sometimes with the time of each line."""
    lines: Text = [(w.headline(), "headline")]
    people = [w.words(1, 1) for _ in range(2)]
    if w.chance(0.5):
        people = [name.upper() for name in people]
    timed = w.chance(0.4)
    minute = 0
    for number in range(w.number(4, 16)):
        minute += w.number(1, 3)
        said = w.sentence() if w.chance(0.6) else w.fragment(1, 5) + w.one(["?", ".", "!"])
        time = f"[00:{minute % 60:02d}:{w.number(0, 59):02d}] " if timed else ""
        lines.append((f"{time}{people[number % 2]}: {said}", "body"))
    return lines


def verse(w: Writer) -> Text:
    """A poem: short lines with few marks at their ends."""
    lines: Text = [(w.fragment(1, 5), "headline")]
    if w.chance(0.5):
        lines.append((w.name(), "byline"))
    for _ in range(w.number(1, 4)):
        for _ in range(w.number(2, 6)):
            lines.append((_line_of_verse(w), "body"))
    return lines


def _line_of_verse(w: Writer) -> str:
    text = w.words(2, 8)
    text = text[0].upper() + text[1:] if w.chance(0.5) else text[0].lower() + text[1:]
    return text + (w.one([",", ",", ".", ";", "…", "!"]) if w.chance(0.4) else "")


def lyrics(w: Writer) -> Text:
    """A song: verses, and a chorus that comes again."""
    lines: Text = [(w.fragment(1, 4), "headline")]
    chorus = [_line_of_verse(w) for _ in range(w.number(2, 4))]
    style = w.one(["[{}]", "{}:", "({})", "{}"])
    for number in range(w.number(2, 3)):
        lines.append((style.format(f"{w.label('verse')} {number + 1}"), "subheading"))
        lines += [(_line_of_verse(w), "body") for _ in range(w.number(2, 6))]
        lines.append((style.format(w.label("chorus")), "subheading"))
        lines += [(text, "body") for text in chorus]
    return lines


def recipe(w: Writer) -> Text:
    """A recipe: what goes in, then what to do."""
    lines: Text = [(w.fragment(1, 6), "headline")]
    if w.chance(0.6):
        lines.append((w.paragraph(1, 3), "body"))
    lines.append((w.label("ingredients") + w.one(["", ":"]), "subheading"))
    split = w.chance(0.15)
    for _ in range(w.number(4, 11)):
        thing, amount = w.words(1, 3), w.amount()
        if split:
            lines += [(thing, "list"), (amount, "list")]
        else:
            lines.append((f"{amount} {thing}" if w.chance(0.7) else f"{thing} {amount}", "list"))
    lines.append((w.label("method") + w.one(["", ":"]), "subheading"))
    steps = w.chance(0.5)
    for number in range(w.number(2, 7)):
        text = w.paragraph(1, 2)
        lines.append((f"{number + 1}. {text}" if steps else text, "list" if steps else "body"))
    if w.chance(0.2):
        lines.append((f"{w.label('note')}: {w.elsewhere()}", "note"))
    return lines


def table(w: Writer) -> Text:
    """A text with a table: a cell a line, or a row a line."""
    lines = [*_head(w), *_paragraphs(w, w.number(1, 3))]
    columns = w.number(1, 4)
    glue = w.one(["\n", "\n", "\t", " | ", "  "])
    rows = [[w.fragment(1, 2) for _ in range(columns + 1)]]
    countries = w.chance(0.5)
    for _ in range(w.number(3, 12)):
        name = w.country() if countries else w.words(1, 2)
        rows.append([name, *(w.figure() for _ in range(columns))])
    for row in rows:
        lines += [(text, "table") for text in glue.join(row).split("\n")]
    return [*lines, *_paragraphs(w, w.number(0, 3))]


def hours(w: Writer) -> Text:
    """A notice with opening hours."""
    lines: Text = [(w.headline(), "headline"), (w.paragraph(1, 3), "body")]
    if w.chance(0.5):
        lines.append((w.fragment(1, 3), "subheading"))
    glue = w.one([": ", " ", "\t", " – "])
    for day in w.weekdays():
        opened = f"{w.number(6, 11)}:{w.one(['00', '30'])}–{w.number(14, 22)}:00"
        lines.append((f"{day}{glue}{opened}", "table"))
    return [*lines, *_paragraphs(w, w.number(0, 2))]


def code(w: Writer) -> Text:
    """A text about programs, with commands and code."""
    lines = [(w.headline(), "headline"), *_paragraphs(w, 1)]
    name = w.one(["tool", "app", "node", "db", "queue"])
    written = (
        f"$ {name} --verbose run", f"import {name}", f"{name}.start(port={w.number(1000, 9999)})",
        "def main():", f"    return {name}.load('data.json')", "for item in items:", "}",
        "    print(item)", f"if (x > {w.number(1, 99)}) {{", f"pip install {name}",
        f"{name}: error: no such file", f"const {name} = new Map();", "```", f"x = {w.figure()}",
    )  # fmt: skip
    for _ in range(w.number(1, 3)):
        if w.chance(0.4):
            lines.append((w.fragment(1, 5) + w.one([":", ""]), "body"))
        lines += [(w.one(written), "code") for _ in range(w.number(1, 6))]
        lines += _paragraphs(w, w.number(1, 2))
    return lines


def subtitles(w: Writer) -> Text:
    """Subtitles of a film, with numbers and times."""
    lines: Text = []
    second = 0
    for number in range(w.number(4, 14)):
        end = second + w.number(1, 4)
        times = (f"00:{at // 60:02d}:{at % 60:02d},{w.number(0, 999):03d}" for at in (second, end))
        lines += [(str(number + 1), "body"), (" --> ".join(times), "body")]
        lines += [(w.words(2, 8) + w.one(["", ".", "?"]), "body") for _ in range(w.number(1, 2))]
        second = end
    return lines


def letter(w: Writer) -> Text:
    """A letter or a bulletin: greeting, text, farewell and name."""
    lines: Text = [(w.headline(), "headline")] if w.chance(0.5) else []
    lines.append((w.label("greeting"), "body"))
    lines += [(w.paragraph(1, 3), "body") for _ in range(w.number(1, 4))]
    if w.chance(0.4):
        lines += [("* " + w.words(3, 10), "list") for _ in range(w.number(2, 4))]
        lines.append((w.elsewhere(), "body"))
    return [*lines, (w.label("farewell"), "body"), (w.name(), "body")]


def wrapped(w: Writer) -> Text:
    """A text with lines broken at a column, as out of a printed page or an e-mail."""
    if w.material.language in SPACELESS:
        return news(w)
    width = w.number(45, 78)
    out: Text = []
    for text, role in [(w.headline(), "headline"), *_paragraphs(w, w.number(2, 6))]:
        pieces = textwrap.wrap(text, width) if len(text) > LEAST_TO_BREAK else [text]
        out += [(piece, role) for piece in pieces]
    return out


def terms(w: Writer) -> Text:
    """A text of legal wording that is what the page is for."""
    title = w.phrase(["legal"], 4, 40)
    lines: Text = [(title[0] if title else w.headline(), "headline")]
    if w.chance(0.5):
        lines.append((w.label("updated", w.date()), "body"))
    numbers = w.chance(0.6)
    for number in range(w.number(3, 8)):
        heading = w.phrase(["legal", "cookie", "login"], 4, 40) if w.chance(0.5) else None
        name = heading[0] if heading else w.fragment(1, 5)
        lines.append((f"{number + 1}. {name}" if numbers else name, "subheading"))
        for _ in range(w.number(1, 3)):
            found = w.phrase(["legal", "cookie", "newsletter", "login"], 30, 400)
            own = found and w.chance(0.6)
            lines.append((f"{found[0]} {w.elsewhere()}" if found and own else w.sentence(), "body"))
    return lines


def glossary(w: Writer) -> Text:
    """Words and what they mean."""
    lines: Text = [(w.headline(), "headline")]
    glue = w.one([": ", " – ", "\n"])
    for _ in range(w.number(4, 10)):
        term, meaning = w.words(1, 2), w.words(3, 12)
        if glue == "\n":
            lines += [(term, "subheading"), (meaning, "body")]
        else:
            lines.append((f"{term}{glue}{meaning}", "list"))
    return lines


def markdown(w: Writer) -> Text:
    """A text in Markdown."""
    marks = {"headline": "# ", "subheading": "## ", "list": "- ", "quote": "> "}
    some = (bullets, news, numbered)[w.number(0, 2)]
    return [
        (f"{marks.get(role, '')}{text}", role)
        for text, role in some(w)
        if role in {"headline", "body", "subheading", "list", "quote"}
    ]


FORMS: Final[Mapping[str, tuple[Callable[[Writer], Text], float]]] = {
    "news": (news, 3.0), "short news": (short_news, 5.0), "numbered": (numbered, 1.0),
    "bullets": (bullets, 1.5), "questions": (questions, 1.0), "dialogue": (dialogue, 0.7),
    "verse": (verse, 1.0), "lyrics": (lyrics, 0.5), "recipe": (recipe, 1.5), "table": (table, 1.5),
    "hours": (hours, 0.4), "code": (code, 0.6), "subtitles": (subtitles, 0.3),
    "letter": (letter, 0.6), "wrapped": (wrapped, 0.8), "terms": (terms, 0.7),
    "glossary": (glossary, 0.5), "markdown": (markdown, 0.4),
}  # fmt: skip
