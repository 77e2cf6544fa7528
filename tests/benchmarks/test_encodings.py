"""The benchmark of undeclared encodings, on its made-up pages."""

from __future__ import annotations

from pathlib import Path

from benchmarks.encodings import (
    ENCODINGS,
    chardet_pages,
    decoded,
    legacy_pages,
    measure,
    table,
    texts,
)
from boilerplate.reading.encoding import decode


def test_every_made_up_page_comes_out_right() -> None:
    tally = measure(legacy_pages(texts(None)), {"ours": decode})
    wrong = {e: n - tally.right[e, "ours"] for e, n in tally.pages.items()}
    assert not any(wrong.values()), wrong
    assert {"windows-1251", "gb18030", "big5", "shift_jis", "euc-kr", "windows-874"} <= {*wrong}
    assert "| all | 88 | 100.0% |" in table(tally, tally)


def test_pages_of_a_folder_lose_their_declaration(tmp_path: Path) -> None:
    (tmp_path / "lv-1.html").write_text("<meta charset=utf-8><p>Skolēni kavē", "utf-8")
    (tmp_path / "lv-2.html").write_bytes(b"<p>\xe2\x00 is not UTF-8")
    pages = [page for page in legacy_pages(texts(tmp_path)) if page.encoding == "windows-1257"]
    assert [page.text for page in pages] == ["<p>Skolēni kavē"]
    assert pages[0].data == "<p>Skolēni kavē".encode("cp1257")


def test_answers_of_detectors_are_read_as_browsers_read_them() -> None:
    assert decoded(b"\x93a\x94", "ISO-8859-1") == "“a”"
    assert decoded(b"\xc9", "cp037") == "I"  # no name for browsers, but an answer
    assert decoded(b"\xe9", None) == "\ufffd"
    assert "utf-8" not in ENCODINGS


def test_files_of_chardet_are_in_the_encodings_of_their_folders(tmp_path: Path) -> None:
    for folder, data in {
        "iso-8859-2-czech": "ž".encode("iso-8859-2"), "UTF-16": b"\xff\xfea\0", "EUC-TW": b"a",
        "UTF-32BE": "ж".encode("utf-32-be"), "IBM855": "ж".encode("cp855"),
        "CP949": "가".encode("cp949"),
    }.items():  # fmt: skip
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.txt").write_bytes(data)
    assert [page.text for page in chardet_pages(tmp_path)] == ["가", "ж", "a", "ж", "ž"]
    made_up = measure(legacy_pages(texts(None)), {"ours": decode})
    files = measure(chardet_pages(tmp_path), {"ours": decode})
    assert "| chardet's test files | 5 |" in table(made_up, made_up, files)
