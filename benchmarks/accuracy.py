"""How good we are beside other tools: ``python -m benchmarks.accuracy --split test``.

Every tool gets the same pages of one split, as HTML and as bare text, and is scored against the
same gold. Word F1 compares the tool's text with the gold, shingle F1 the runs of four words in
both. For line F1, a tool keeps those of our lines of which half the words, aligned in order, are
in its text; the character-weighted F1 weights each line by its length. Means are over pages.

A whole run writes docs/results/accuracy-SPLIT.json, docs/accuracy.md and the pictures. A run on a
part of the pages only prints its tables, unless --docs is given. The files do not depend on the
time, the machine's speed or the number of processes, as long as no tool reaches its time limit.
"""

from __future__ import annotations

import math
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, NamedTuple

import click

from benchmarks.isolation import run_all
from benchmarks.page_samples import random_pages
from benchmarks.tools import (
    OURS,
    PEERS,
    Input,
    Output,
    Tool,
    installed,
    markup_of,
    ours,
    ours_by_convention,
    quiet_and_offline,
)
from boilerplate.cleaner import Cleaner
from boilerplate.kernels import page_text
from boilerplate.language.lines import line_languages
from boilerplate.metrics import line_score, shingle_score, word_score, words
from boilerplate.model.file import MODES
from boilerplate.page import Kind, Label
from boilerplate.plugins.manager import no_plugins
from boilerplate.reading.encoding import decode
from training.align import CONTENT_SHARE, matched_words
from training.conventions import DROPPED
from training.corpora import CORPORA, GoldPage, reread, world
from training.documents.accuracy_tables import (
    OURS_BY_CONVENTION,
    WORLD_LANGUAGE_PREFIX,
    accuracy_tables,
)
from training.documents.generate import write_documents
from training.documents.results import DIGITS, PACKAGE, provenance, results_in, save_results
from training.gold_pages import gold_pages
from training.options import (
    FOLDER,
    SPLITS,
    cache_option,
    jobs_option,
    mode_option,
    model_option,
    source_option,
)
from training.paths import DOCS
from training.roles.score import by_role, kept_by_role
from training.samples import Sample, sample
from training.score import part_of
from training.split import Split

SECONDS: Final = 30.0  # that a tool may take for a page; the slowest needs one
READ: Final = "read"  # the step before the tools: reading our lines and their gold


@dataclass(frozen=True, slots=True)
class Score:
    """One tool's scores on one page; with a ``failure``, those of empty output."""

    line_f1: float
    char_f1: float
    word_f1: float
    word_precision: float
    word_recall: float
    shingle_f1: float
    failure: str | None = None
    by_role: tuple[tuple[int, int], ...] = ()  # lines of each of ROLES: dropped and kept


MEASURES: Final = tuple(
    field.name for field in fields(Score) if field.name not in ("failure", "by_role")
)


class Task(NamedTuple):
    """One page in one mode."""

    gold: GoldPage
    mode: Kind


# ------------------------------------------------------------------------------------ one page


def line_labels(texts: Sequence[str], kept: str) -> list[Label]:
    """Labels of our lines by a tool's text: content if half the words are in it, in order.

    >>> [str(label) for label in line_labels(["Home", "A cat sat.", "!"], "a cat, sat")]
    ['boilerplate', 'content', 'boilerplate']
    """
    masks = matched_words([words(text) for text in texts], words(kept))
    return [
        Label.CONTENT if len(mask) and mask.mean() >= CONTENT_SHARE else Label.BOILERPLATE
        for mask in masks
    ]


def score_output(output: Output, labelled: Sample, failure: str | None = None) -> Score:
    """The scores of a tool's output against the gold."""
    texts = [line.text for line in labelled.page.lines]
    labels = output.labels or line_labels(texts, output.text)
    gold = labelled.gold.gold or ""
    word = word_score(output.text, gold)
    return Score(
        line_f1=line_score(labels, labelled.labels).f1,
        char_f1=line_score(labels, labelled.labels, map(len, texts)).f1,
        word_f1=word.f1,
        word_precision=word.precision,
        word_recall=word.recall,
        shingle_f1=shingle_score(output.text, gold).f1,
        failure=failure,
        by_role=by_role(labels, labelled),
    )


def given_to_tools(labelled: Sample) -> Input:
    """The input that the tools get for a page."""
    gold, page = labelled.gold, labelled.page
    texts = [line.text for line in page.lines]
    # lxml refuses a str with an encoding declaration; all tools get the page as we decode it.
    markup = _without_declaration(decode(gold.html)) if page.kind == "html" else markup_of(texts)
    detected = line_languages(page_text([text.replace("\n", " ") for text in texts]))
    language = gold.language or detected.main_language or ""
    return Input(markup, page, gold.url, language, DROPPED.get(gold.corpus, ()))


def _without_declaration(markup: str) -> str:
    head = markup.lstrip("\ufeff \t\r\n")
    return head[head.find("?>") + 2 :] if head.startswith("<?xml") else markup


def work_with(tools: Mapping[str, Tool]) -> Callable[[Task, tuple[str, ...]], Iterator[Any]]:
    """A function for ``run_all``: yields True for READ, then each tool's Score.

    All results are None if the page has no lines.
    """

    def work(task: Task, steps: tuple[str, ...]) -> Iterator[Score | bool | None]:
        quiet_and_offline()
        labelled = sample(task.gold, task.mode)
        given = given_to_tools(labelled) if labelled else None
        for step in steps:
            if labelled is None or given is None:
                yield None
            elif step == READ:
                yield True
            else:
                yield attempt(tools[step], given, labelled)

    return work


def attempt(tool: Tool, given: Input, labelled: Sample) -> Score:
    """A tool's scores on a page; a tool that raises has kept nothing."""
    try:
        output = tool.run(given)
    except Exception as error:  # noqa: BLE001 - whatever a tool raises counts against it
        return score_output(Output(""), labelled, type(error).__name__)
    return score_output(output, labelled)


# ------------------------------------------------------------------------------------ all pages


class Row(NamedTuple):
    """A page's scores by tool, and the groups that it belongs to."""

    groups: tuple[str, ...]
    scores: Mapping[str, Score]


def groups_of(gold: GoldPage) -> tuple[str, ...]:
    """The groups of a page: all, its corpus, the corpus's language or page type, its language."""
    language = (f"language/{gold.language}",) if gold.language else ()
    if gold.corpus == world.NAME and gold.language:
        language = (f"{WORLD_LANGUAGE_PREFIX}{gold.language}", *language)
    return ("all", gold.corpus, f"{gold.corpus}/{part_of(gold)}", *language)


def measure(
    golds: Sequence[GoldPage], mode: Kind, tools: Sequence[Tool], jobs: int, seconds: float
) -> tuple[list[Row], int]:
    """The rows of a mode, in page order, and the number of pages without lines."""
    by_name = {tool.name: tool for tool in tools if mode in tool.modes}
    steps = (READ, *by_name)
    tasks = [Task(gold, mode) for gold in golds]
    rows: dict[int, Row] = {}
    with click.progressbar(length=len(tasks), label=mode, file=sys.stderr) as bar:
        for number, results in run_all(tasks, steps, work_with(by_name), jobs, seconds):
            bar.update(1)
            if results[READ] is not True:
                continue
            gold = golds[number]
            scores = {
                name: result
                if isinstance(result := results[name], Score)
                else failed(gold, mode, str(result))
                for name in by_name
            }
            rows[number] = Row(groups_of(gold), scores)
    return [rows[number] for number in sorted(rows)], len(tasks) - len(rows)


def failed(gold: GoldPage, mode: Kind, failure: str) -> Score:
    """The scores of a tool whose process crashed or was killed."""
    labelled = sample(gold, mode)
    assert labelled is not None
    return score_output(Output(""), labelled, failure)


def summary(rows: Sequence[Row], tool: str) -> dict[str, Any]:
    """A tool's failures by name, and its means by group."""
    failures: Counter[str] = Counter()
    by_group: dict[str, list[Score]] = defaultdict(list)
    for row in rows:
        score = row.scores[tool]
        if score.failure:
            failures[score.failure] += 1
        for group in row.groups:
            by_group[group].append(score)
    groups = {group: means(scores) for group, scores in sorted(by_group.items())}
    return {
        "failures": dict(sorted(failures.items())),
        "groups": groups | over_parts(groups),
        "kept_by_role": kept_by_role(row.scores[tool].by_role for row in rows),
    }


def means(scores: Sequence[Score]) -> dict[str, float]:
    """Means over pages, and the standard errors of the F1 scores."""
    n = len(scores)
    out: dict[str, float] = {"pages": n}
    for name in MEASURES:
        values = [asdict(score)[name] for score in scores]
        mean = math.fsum(values) / n
        out[name] = round(mean, DIGITS)
        if name.endswith("f1"):
            spread = math.fsum((value - mean) ** 2 for value in values) / max(1, n - 1)
            out[f"{name}_error"] = round(math.sqrt(spread / n), DIGITS)
    return out


def over_parts(groups: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """Means over corpora, and within a corpus over its languages (or page types).

    >>> pages = {"pages": 1.0, **dict.fromkeys(MEASURES, 0.5)}
    >>> groups = {"a": pages, "a/th": pages, "a/ar": pages | {"line_f1": 1.0}}
    >>> over_parts(groups)["a (mean over parts)"]["line_f1"]
    0.75
    """
    corpora = [name for name in groups if "/" not in name and name != "all"]
    sets = {"mean over corpora": [groups[name] for name in corpora]}
    for corpus in corpora:
        parts = [groups[g] for g in groups if g.startswith(f"{corpus}/") and not g.endswith("/?")]
        if len(parts) > 1:
            sets[f"{corpus} (mean over parts)"] = parts
    return {
        name: {
            "pages": sum(part["pages"] for part in parts),
            **{m: round(math.fsum(p[m] for p in parts) / len(parts), DIGITS) for m in MEASURES},
        }
        for name, parts in sets.items()
        if parts
    }


# Texts to warm up with: some tools load a dictionary for a language, others only for long texts.
WARM_UP_TEXTS: Final = {
    "en": "The council discussed the new bus lines yesterday evening, and will vote in May. " * 3,
    "zh": "市议会昨晚讨论了新的公共汽车线路，并将在五月投票。" * 9,
    "ja": "市議会は昨夜、新しいバス路線について話し合い、五月に投票する。" * 9,
}


def warm_up(tools: Iterable[Tool]) -> None:
    """Run each tool once in each language, so that it loads everything before any fork.

    Exceptions of our own code are not caught here: a model that cannot run gives no result.
    """
    for language, text in WARM_UP_TEXTS.items():
        gold = GoldPage("", "", markup_of([text] * 5).encode(), text, language=language)
        labelled = sample(gold, "html")
        assert labelled is not None
        given = given_to_tools(labelled)
        for tool in tools:
            if tool.name in (OURS, OURS_BY_CONVENTION):
                tool.run(given)
            else:
                attempt(tool, given, labelled)


def corpora_of(golds: Sequence[GoldPage]) -> dict[str, dict[str, Any]]:
    """The corpora of the pages: commit, licence, number of pages and of sites."""
    of_corpus = {name: [g for g in golds if g.corpus == name] for name in CORPORA}
    return {
        name: {
            "commit": CORPORA[name].COMMIT,
            "licence": CORPORA[name].LICENCE,
            "pages": len(pages),
            "sites": len({gold.site for gold in pages}),
        }
        for name, pages in of_corpus.items()
        if pages
    }


@click.command()
@source_option
@cache_option
@jobs_option
@click.option("--split", type=click.Choice(SPLITS), default="test", show_default=True)
@click.option("--corpus", multiple=True, type=click.Choice(list(CORPORA)), help="Only this corpus.")
@mode_option
@click.option("--tool", multiple=True, help="Compare only this tool with us.")
@click.option("--sample", "number", type=int, help="Score only so many pages.")
@click.option(
    "--seconds", default=SECONDS, show_default=True, help="Time limit of a tool for a page."
)
@model_option
@click.option(
    "--docs", type=FOLDER, help="Where to write.  [default: docs/ for a whole run, else nowhere]"
)
def main(
    source: Path, cache: Path, jobs: int, split: Split, corpus: tuple[str, ...],
    mode: tuple[Kind, ...], tool: tuple[str, ...], number: int | None, seconds: float,
    model: str | None, docs: Path | None,
) -> None:  # fmt: skip
    """Score us and the other tools on one split."""
    cleaner = Cleaner(model, plugins=no_plugins())
    peers = [each for each in PEERS if not tool or each.name in tool]
    tools, missing, versions = installed([ours(cleaner), ours_by_convention(cleaner), *peers])
    for package in missing:
        click.echo(f"{package} is not installed, so its row is left out", err=True)
    # Pages that were read again are pages of the other corpora.
    others = tuple(n for n in CORPORA if n == reread.NAME or (corpus and n not in corpus))
    golds = gold_pages(source, cache, (split,), others)
    if number:
        golds = random_pages(golds, number)
    if not golds:
        raise click.ClickException(f"no page of {', '.join(corpus) or source} is in split {split}")
    quiet_and_offline()
    warm_up(tools)
    results: dict[str, Any] = {
        "benchmark": "accuracy",
        **provenance(split, model),
        "corpora": corpora_of(golds),
        "sample": number,
        "seconds": seconds,
        "versions": {PACKAGE: version(PACKAGE), **dict(sorted(versions.items()))},
        "missing": missing,
        "modes": {},
    }
    for each_mode in mode:
        rows, unread = measure(golds, each_mode, tools, jobs, seconds)
        by_tool = {each.name: summary(rows, each.name) for each in tools if each_mode in each.modes}
        results["modes"][each_mode] = {"pages": len(rows), "unread": unread, "tools": by_tool}
    whole = not (corpus or tool or number or model) and set(mode) == set(MODES)
    if docs is None and not whole:
        click.echo(accuracy_tables(results))
        return
    write(results, docs or DOCS)


def write(results: Mapping[str, Any], docs: Path) -> None:
    """Write the results, the documents that are made from them, and the pictures."""
    from benchmarks.pictures import draw

    save_results(docs, f"accuracy-{results['split']}", results)
    quoted = results_in(docs).accuracy
    draw(quoted, docs / "pictures", OURS)
    for path in write_documents(docs):
        click.echo(path)


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.accuracy")
