"""The accuracy benchmark: its measures on made-up pages, and what happens if tools fail."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from benchmarks import accuracy, isolation, tools
from benchmarks.accuracy import (
    Row,
    attempt,
    given_to_tools,
    groups_of,
    kept_by_role,
    line_labels,
    summary,
)
from benchmarks.page_samples import random_pages
from benchmarks.tools import PEERS, STOP_LISTS, Output, Tool, installed, kept_by, line_rule
from boilerplate import Cleaner, Label
from boilerplate.model.model import Model, to_bytes
from boilerplate.reading.html import html_page
from tests.made_up import SENTENCES, news_page
from tests.training.corpus_files import wcxb_entry, write_file
from training.conventions import DROPPED
from training.corpora import GoldPage
from training.documents.generate import README_MARKERS
from training.samples import sample
from training.split import hashed_split

CONTENT, BOILERPLATE = Label.CONTENT, Label.BOILERPLATE


def gold_page(language: str = "en", **fields: Any) -> GoldPage:
    """A page of three paragraphs with its gold."""
    gold = "\n".join(f"{SENTENCES[language]} ({i})" for i in range(3))
    chosen = {"corpus": "news", "id": language, "language": language[:2]} | fields
    return GoldPage(html=news_page(language).encode(), gold=gold, **chosen)


class TestMeasures:
    def test_line_is_kept_if_half_its_words_are_in_the_text(self) -> None:
        texts = ["one two three four", "five six seven eight"]
        assert line_labels(texts, "one two x seven") == [CONTENT, BOILERPLATE]

    def test_repeated_line_is_kept_where_the_order_fits(self) -> None:
        menu = ["Buses", "The buses run late.", "Buses"]
        assert line_labels(menu, "The buses run late.") == [BOILERPLATE, CONTENT, BOILERPLATE]

    @pytest.mark.parametrize("language", ["zh-cn", "th", "ar", "hi"])
    def test_lines_are_aligned_in_every_script(self, language: str) -> None:
        other = SENTENCES["ru"]
        assert line_labels([other, SENTENCES[language]], SENTENCES[language]) == [
            BOILERPLATE,
            CONTENT,
        ]

    @pytest.mark.parametrize("kind", ["html", "text"])
    @pytest.mark.parametrize("language", ["en", "th", "ar"])
    def test_output_equal_to_the_gold_scores_one(self, kind: Any, language: str) -> None:
        labelled = sample(gold_page(language), kind)
        assert labelled is not None
        perfect = Tool("perfect", lambda given: Output(labelled.gold.gold or ""))
        score = attempt(perfect, given_to_tools(labelled), labelled)
        values = asdict(score)
        assert values.pop("by_role") == ()  # nobody read the page line by line
        assert set(values.values()) == {1.0, None}

    def test_lines_of_a_page_that_was_read_are_counted_by_role(self) -> None:
        page = gold_page("th")
        lines = [line.text for line in html_page(page.html.decode()).lines]
        roles = ["navigation", *(["body"] * (len(lines) - 2)), "legal"]
        labelled = sample(replace(page, lines=tuple(lines), roles=tuple(roles)), "html")
        assert labelled is not None
        everything = Tool("all", kept_by(bool))
        score = attempt(everything, given_to_tools(labelled), labelled)
        found = kept_by_role([score.by_role, (), score.by_role])
        assert found == {
            "body": {"lines": 2 * roles.count("body"), "kept": 1.0},
            "navigation": {"lines": 2, "kept": 1.0},
            "legal": {"lines": 2, "kept": 1.0},
        }

    def test_keeping_everything_gives_full_recall_and_low_precision(self) -> None:
        labelled = sample(gold_page("tr"), "text")
        assert labelled is not None
        score = attempt(Tool("all", kept_by(bool)), given_to_tools(labelled), labelled)
        assert score.word_recall == 1.0
        assert 0 < score.word_precision < 1
        assert 0 < score.line_f1 < 1

    def test_tool_that_raises_scores_as_empty_output(self) -> None:
        labelled = sample(gold_page("ja"), "html")
        assert labelled is not None
        score = attempt(
            Tool("bad", lambda _: Output("" + None)), given_to_tools(labelled), labelled
        )  # type: ignore[operator]
        assert (score.line_f1, score.word_f1, score.failure) == (0.0, 0.0, "TypeError")

    def test_bare_lines_are_given_as_paragraphs(self) -> None:
        labelled = sample(gold_page("ko"), "text")
        assert labelled is not None
        given = given_to_tools(labelled)
        assert f"<p>{SENTENCES['ko']} (1)</p>" in given.markup
        assert "<nav" not in given.markup

    def test_line_rule_keeps_sentences_in_many_scripts(self) -> None:
        kept = [language for language, text in SENTENCES.items() if line_rule(text)]
        assert kept == list(SENTENCES)
        assert not any(map(line_rule, ["Home", "© 2021 All rights reserved.", "我们", "หน้าแรก"]))

    def test_stop_list_names_exist_in_justext(self) -> None:
        justext = pytest.importorskip("justext")
        assert set(STOP_LISTS.values()) <= justext.get_stoplists()

    @pytest.mark.parametrize("peer", [p for p in PEERS if p.package], ids=lambda p: p.name)
    def test_every_installed_tool_finds_an_article(self, peer: Tool) -> None:
        if not installed([peer])[0]:
            pytest.skip(f"{peer.package} is not installed")
        page = gold_page()
        longer = f" {SENTENCES['en']} It was one of the things that they had to do.</p>"
        html = news_page(paragraphs=9).replace("</p>", longer).encode()
        gold = GoldPage("news", "9", html, page.gold, language="en")
        labelled = sample(gold, "html")
        assert labelled is not None
        assert SENTENCES["en"] in " ".join(peer.run(given_to_tools(labelled)).text.split())


class TestMeans:
    def rows(self) -> list[Row]:
        def row(corpus: str, language: str, value: float, failure: str | None = None) -> Row:
            score = accuracy.Score(**dict.fromkeys(accuracy.MEASURES, value), failure=failure)
            page = GoldPage(corpus, language, b"", "gold", language=language)
            return Row(groups_of(page), {"t": score})

        return [
            row("news", "th", 1.0),
            row("news", "th", 0.5),
            row("news", "ar", 0.0, "timeout"),
            row("blogs", "ar", 1.0),
        ]

    def test_page_counts_once_in_each_of_its_groups(self) -> None:
        groups = summary(self.rows(), "t")["groups"]
        assert {name: group["pages"] for name, group in groups.items()} == {
            "all": 4, "blogs": 1, "blogs/ar": 1, "language/ar": 2, "language/th": 2, "news": 3,
            "news/ar": 1, "news/th": 2, "mean over corpora": 4, "news (mean over parts)": 3,
        }  # fmt: skip
        assert (groups["news"]["line_f1"], groups["language/ar"]["word_f1"]) == (0.5, 0.5)

    def test_means_over_parts_and_corpora_weigh_each_equally(self) -> None:
        groups = summary(self.rows(), "t")["groups"]
        assert groups["news (mean over parts)"]["line_f1"] == 0.375
        assert groups["mean over corpora"]["line_f1"] == 0.75

    def test_failures_are_counted_by_name(self) -> None:
        assert summary(self.rows(), "t")["failures"] == {"timeout": 1}

    def test_wcxb_is_grouped_by_page_type(self) -> None:
        page = gold_page("en", corpus="wcxb", page_type="forum")
        assert groups_of(page) == ("all", "wcxb", "wcxb/forum", "language/en")

    def test_random_pages_do_not_depend_on_the_order(self) -> None:
        pages = [gold_page("en", id=str(i)) for i in range(50)]
        some = random_pages(pages, 7)
        assert len(some) == 7
        assert {p.id for p in random_pages(pages[::-1], 7)} == {p.id for p in some}


def run_steps(job: str, steps: tuple[str, ...]) -> Iterator[str]:
    for step in steps:
        if (job, step) == ("slow", "b"):
            time.sleep(60)
        if (job, step) == ("dead", "b"):
            os._exit(9)
        yield f"{job} {step}"


class TestIsolation:
    @pytest.mark.parametrize("processes", [1, 3])
    def test_step_that_hangs_or_crashes_fails_alone(self, processes: int) -> None:
        jobs = ["fine", "slow", "dead"]
        found = dict(isolation.run_all(jobs, ("a", "b", "c"), run_steps, processes, 0.5))
        assert found[0] == {"a": "fine a", "b": "fine b", "c": "fine c"}
        assert found[1] == {"a": "slow a", "b": isolation.TIMED_OUT, "c": "slow c"}
        assert found[2] == {"a": "dead a", "b": isolation.CRASHED, "c": "dead c"}


def test_missing_package_is_reported_once_and_left_out() -> None:
    absent = [Tool(name, kept_by(bool), "no-such-package") for name in ("fast", "slow")]
    there, missing, versions = installed([*absent, Tool("ours", kept_by(bool))])
    assert ([tool.name for tool in there], missing, versions) == (["ours"], ["no-such-package"], {})


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A clone of WCXB with two made-up pages of the test split."""
    root = tmp_path / "corpora" / "web-content-extraction-benchmark"
    sites = (f"site-{i}.example" for i in range(1000))
    for number in ("0001", "0002"):
        site = next(site for site in sites if hashed_split(site) == "test")
        entry = wcxb_entry(main_content=gold_page().gold, title="Buses") | {
            "url": f"https://{site}/buses"
        }
        write_file(root / "dev/html" / f"{number}.html.gz", news_page())
        write_file(root / "dev/ground-truth" / f"{number}.json", entry)
    return tmp_path / "corpora"


@pytest.fixture
def run(corpus: Path, tmp_path: Path, model: Model, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The command on those pages, with an untrained model and two other tools."""
    peers = (Tool("everything", kept_by(bool)), Tool("absent", kept_by(bool), "no-such-package"))
    monkeypatch.setattr(accuracy, "PEERS", peers)
    monkeypatch.setattr(accuracy, "quiet_and_offline", lambda: None)
    (tmp_path / "model.zip").write_bytes(to_bytes(model))

    def run(*arguments: str) -> Any:
        return CliRunner().invoke(
            accuracy.main,
            [
                "--source", str(corpus), "--cache", str(tmp_path / "cache"), "--corpus", "wcxb",
                "--split", "test", "--jobs", "1", "--model", str(tmp_path / "model.zip"),
                *arguments,
            ],
            catch_exceptions=False,
        )  # fmt: skip

    return run


class TestCommand:
    def test_partial_run_prints_tables_and_missing_tools(self, run: Any) -> None:
        done = run()
        assert done.exit_code == 0
        assert "no-such-package is not installed, so its row is left out" in done.output
        assert "| everything |" in done.output
        assert "## Bare text, split `test`" in done.output

    def test_split_without_pages_is_an_error(self, run: Any) -> None:
        done = run("--split", "dev")
        assert done.exit_code == 1
        assert "no page of wcxb is in split dev" in done.output

    def test_results_and_documents_are_deterministic(self, run: Any, tmp_path: Path) -> None:
        pytest.importorskip("matplotlib")
        for docs in ("a/docs", "b/docs"):
            (tmp_path / docs).mkdir(parents=True)
            (tmp_path / docs).parent.joinpath("README.md").write_text("\n".join(README_MARKERS))
            assert run("--docs", str(tmp_path / docs)).exit_code == 0
        written = [
            {
                path.relative_to(root): path.read_bytes()
                for path in root.rglob("*")
                if path.is_file()
            }
            for root in (tmp_path / "a", tmp_path / "b")
        ]
        assert written[0] == written[1]
        assert {str(path) for path in written[0]} >= {
            "README.md",
            "docs/accuracy.md",
            "docs/model-card.md",
            "docs/pictures/accuracy.png",
            "docs/results/accuracy-test.json",
        }
        results = json.loads(written[0][Path("docs/results/accuracy-test.json")])
        assert results["corpora"]["wcxb"]["pages"] == 2
        assert results["missing"] == ["no-such-package"]
        group = results["modes"]["text"]["tools"]["everything"]["groups"]["wcxb"]
        assert set(group) >= {*accuracy.MEASURES, "char_f1_error", "shingle_f1_error"}
        assert results["modes"]["text"]["tools"]["everything"]["groups"]["wcxb"]["word_recall"] == 1


def test_our_tool_drops_what_the_gold_of_the_corpus_leaves_out(cleaner: Cleaner) -> None:
    labelled = sample(gold_page("ru", corpus="magic-html"), "html")
    assert labelled is not None
    given = given_to_tools(labelled)
    assert set(given.left_out) == set(DROPPED["magic-html"])
    dropping = Cleaner(cleaner.model, plugins=cleaner.plugins, drop=DROPPED["magic-html"])
    expected = dropping.clean(labelled.page)
    assert tools.ours_by_convention(cleaner).run(given).text == expected.text


def test_our_tool_gives_the_labels_of_the_cleaner(cleaner: Cleaner) -> None:
    labelled = sample(gold_page("ru"), "html")
    assert labelled is not None
    output = tools.ours(cleaner).run(given_to_tools(labelled))
    assert len(output.labels or ()) == len(labelled.page.lines)
