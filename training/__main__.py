"""``python -m training``: from corpora to a model file, and from a model file to its scores."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click
from boilerplate.model.columns import MODES

import training.corpora as corpora
from boilerplate.model.model import to_bytes
from boilerplate.page import Kind
from training.corpora import CORPORA, GoldPage
from training.lexicon import Lexicon
from training.split import Split, split_of

if TYPE_CHECKING:
    from training.kinds import Example

HERE = Path(__file__).parent.parent
QUICK_SHARE = 8  # one page in so many
MIXED_SHARE = 3  # the same, of mixed pages; not 4, which is how many layouts they have

source_option = click.option(
    "--source", type=click.Path(path_type=Path, exists=True),
    default=HERE.parent / "shared/corpora", show_default=False, envvar="BOILERPLATE_CORPORA",
    help="Folder of corpora: archives or clones.",
)  # fmt: skip
cache_option = click.option(
    "--cache", type=click.Path(path_type=Path), default=HERE / ".cache/corpora",
    show_default=False, help="Where archives are unpacked.",
)  # fmt: skip
jobs_option = click.option("--jobs", default=2, show_default=True, help="Processes.")
split_option = click.option(
    "--split", type=click.Choice(["train", "dev", "test"]), default="dev", show_default=True
)
model_option = click.option("--model", help="A model file; the shipped one by default.")
lexicon_option = click.option(
    "--lexicon", type=click.Path(path_type=Path), default=HERE.parent / "shared/lexicon",
    show_default=False, help="Folder of the phrase lexicon; done without where it is missing.",
)  # fmt: skip
docs_option = click.option(
    "--docs", type=click.Path(path_type=Path), default=HERE / "docs", show_default=False
)
without_option = click.option(
    "--without", multiple=True, type=click.Choice(list(CORPORA)), help="Leave a corpus out."
)


@click.group()
def main() -> None:
    """Train a model from corpora, and score one."""


def gold_pages(
    source: Path, cache: Path, splits: tuple[str, ...], without: tuple[str, ...], quick: bool
) -> list[GoldPage]:
    """The pages of corpora with article gold that are in the given splits.

    formasaurus has none, and rkrzr's is of home pages: teasers marked as articles.
    """
    names = [name for name in CORPORA if name not in (*without, "formasaurus", "rkrzr")]
    golds = [
        gold
        for gold in corpora.load(names, source, cache)
        if gold.gold and split_of(gold.site) in splits
    ]
    return golds[::QUICK_SHARE] if quick else golds


def say(message: str) -> None:
    """One line on standard error."""
    click.echo(message, err=True)


@main.command()
@source_option
@cache_option
@jobs_option
@without_option
@lexicon_option
@click.option("--out", type=click.Path(path_type=Path), default=HERE / "boilerplate/data/model.zip")
@click.option("--quick", is_flag=True, help="One page in eight, for a first check.")
@click.option("--splits", default="train,dev", show_default=True, help="Sites to learn from.")
@click.option(
    "--held-out", multiple=True, metavar="LANG", help="Learn no phrases of chrome in this language."
)
def train(
    source: Path,
    cache: Path,
    jobs: int,
    without: tuple[str, ...],
    out: Path,
    quick: bool,
    splits: str,
    held_out: tuple[str, ...],
    lexicon: Path,
) -> None:
    """Build the model file from the corpora."""
    from training.train import train as fit

    start = time.monotonic()

    def log(message: str) -> None:
        say(f"{time.monotonic() - start:7.1f} s  {message}")

    parts = cast(tuple[Split, ...], tuple(splits.split(",")))
    golds = gold_pages(source, cache, parts, without, quick)
    log(f"{len(golds)} pages with gold")
    used = {
        name: {
            "licence": CORPORA[name].LICENCE,
            "commit": CORPORA[name].COMMIT,
            "pages": sum(gold.corpus == name for gold in golds),
        }
        for name in CORPORA
        if any(gold.corpus == name for gold in golds)
    }
    phrases = Lexicon(lexicon, parts, frozenset(held_out)) if lexicon.is_dir() else None
    log(f"{'with' if phrases else 'without'} the phrase lexicon")
    about = {
        "corpora": used, "lexicon": phrases is not None, "splits": splits, "quick": quick,
        "pages": len(golds),
    }  # fmt: skip
    if held_out:
        about["held_out"] = sorted(held_out)
    data = to_bytes(fit(golds, phrases, about, jobs, log, held_out))
    out.write_bytes(data)
    log(f"{out.name}: {len(data) / 1e6:.2f} MB")


@main.command()
@source_option
@cache_option
@jobs_option
@without_option
@split_option
@model_option
@click.option("--mode", type=click.Choice(MODES), multiple=True, default=MODES)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, not a table.")
def score(
    source: Path, cache: Path, jobs: int, without: tuple[str, ...], model: str | None, split: str,
    mode: tuple[str, ...], as_json: bool,
) -> None:  # fmt: skip
    """Score a model on one split: line, character-weighted and word F1, macro over pages."""
    from training.score import score as measure
    from training.score import table

    golds = gold_pages(source, cache, (split,), without, False)
    results = {kind: measure(model, golds, cast(Kind, kind), jobs) for kind in mode}
    if as_json:
        json.dump(results, sys.stdout, indent=1, sort_keys=True)
        return
    for kind, scores in results.items():
        click.echo(table(scores, cast(Kind, kind)) + "\n")


@main.command()
@source_option
@cache_option
@jobs_option
@split_option
@model_option
@click.option("--write", is_flag=True, help="Raise the floors to what is measured, less a margin.")
@click.option("--lower", metavar="REASON", help="With --write: lower floors too; say why.")
def gate(
    source: Path, cache: Path, jobs: int, split: str, model: str | None, write: bool,
    lower: str | None,
) -> None:  # fmt: skip
    """Fail where a corpus, page type or language falls below its floor."""
    from training import gate as gates
    from training.score import score as measure

    if lower is not None and not (write and lower.strip()):
        raise click.UsageError("--lower goes with --write, and gives a reason")
    floors = gates.read()["splits"].get(split)
    if not floors and not write:
        raise click.ClickException(f"no floors for split {split} yet: run this with --write")
    golds = gold_pages(source, cache, (split,), (), False)
    scores = {kind: measure(model, golds, kind, jobs) for kind in MODES}
    if write:
        for fall in gates.write(split, scores, lower):
            click.echo(f"{'lowered' if lower else 'kept'}: {fall}")
        return
    found = gates.falls(floors, scores)
    for fall in found:
        click.echo(fall)
    number = sum(len(groups) for groups in floors.values())
    if found:
        raise click.ClickException(f"{len(found)} floors of {number} groups are not held")
    click.echo(f"split {split}: {len(golds)} pages, all floors of {number} groups are held")


@main.command()
@source_option
@cache_option
@jobs_option
@split_option
@model_option
@click.option("--sample", "share", default=1, help="One page in so many.")
@docs_option
def report(
    source: Path, cache: Path, jobs: int, split: str, model: str | None, share: int, docs: Path
) -> None:
    """Measure calibration, the oracle and the worst pages; write them into the documents."""
    from training import card as cards
    from training import report as reports

    golds = gold_pages(source, cache, (split,), (), False)[::share]
    measured = reports.report(model, golds, jobs)
    results = cards.provenance(split, model) | {"pages": len(golds)}
    cards.keep(docs, f"report-{split}", results | measured)
    shown = cards.results_in(docs).report
    reports.draw(shown["calibration"], docs / "pictures" / "reliability.png")
    for path in cards.write(docs):
        click.echo(path)


@main.group()
def kinds() -> None:
    """The small model that names the kind of a dropped line."""


@kinds.command(name="train")
@source_option
@cache_option
@lexicon_option
@click.option("--out", type=click.Path(path_type=Path), default=HERE / "boilerplate/data/kinds.zip")
def kinds_train(source: Path, cache: Path, lexicon: Path, out: Path) -> None:
    """Build its file from catalogues, phrases and the pages of training."""
    from boilerplate.model.chrome_kinds import to_bytes as as_bytes
    from training import kinds as learn

    examples = [
        *learn.catalogue_examples(lexicon),
        *learn.phrase_examples(),
        *learn.half_named(_lines_of_kinds(source, cache, ("train", "dev"))),
    ]
    data = as_bytes(learn.fit(examples, learn.about(examples)))
    out.write_bytes(data)
    click.echo(f"{out.name}: {len(examples)} lines, {len(data) / 1e6:.2f} MB", err=True)


@kinds.command(name="score")
@source_option
@cache_option
@lexicon_option
@docs_option
def kinds_score(source: Path, cache: Path, lexicon: Path, docs: Path) -> None:
    """Score it on held-out catalogues, languages and forms; write docs/kinds.md."""
    from training import kinds as learn
    from training import kinds_score as scores

    results = scores.score(
        learn.catalogue_examples(lexicon),
        learn.phrase_examples(),
        _lines_of_kinds(source, cache, ("train", "dev")),
        [each for each in _form_lines(source, cache) if split_of(each.site) == "test"],
        say,
    )
    for path in scores.write(results, docs):
        click.echo(path)


def _lines_of_kinds(source: Path, cache: Path, splits: tuple[str, ...]) -> list[Example]:
    from training.kinds import page_examples

    golds = gold_pages(source, cache, splits, (), False)
    forms = [each for each in _form_lines(source, cache) if split_of(each.site) in splits]
    return [*page_examples(golds), *forms]


def _form_lines(source: Path, cache: Path) -> list[Example]:
    from training.kinds import form_examples

    [(archive, repository)] = CORPORA["formasaurus"].REPOSITORIES.items()
    return form_examples(corpora.clone_of(archive, repository, source, cache))


@main.command()
@source_option
@cache_option
@jobs_option
@lexicon_option
@docs_option
@click.option("--sample", "share", default=1, help="Learn from one page in so many.")
@click.option("--mode", type=click.Choice(MODES), multiple=True, default=MODES)
def ablate(
    source: Path, cache: Path, jobs: int, lexicon: Path, docs: Path, share: int,
    mode: tuple[str, ...],
) -> None:  # fmt: skip
    """Train on train's sites without one thing after another; score each on dev's."""
    from training import card as cards
    from training import mixed as mixing
    from training.ablation import ablation

    teach = gold_pages(source, cache, ("train",), (), False)[::share]
    test = gold_pages(source, cache, ("dev",), (), False)
    phrases = Lexicon(lexicon, ("train",)) if lexicon.is_dir() else None
    pairs = (
        list(mixing.mixed_pages(mixing.material(test, Lexicon(lexicon, ("dev",)))))[::MIXED_SHARE]
        if phrases
        else []
    )
    measured = ablation(teach, test, phrases, jobs, say, cast(tuple[Kind, ...], mode), pairs)
    about = {"split": "dev", "one_page_in": share, "pages": len(teach), "modes": measured}
    cards.keep(docs, "ablation-dev", cards.commit() | about)
    for path in cards.write(docs):
        click.echo(path)


@main.command()
@source_option
@cache_option
@jobs_option
@lexicon_option
@docs_option
@click.option("--split", type=click.Choice(["dev", "test"]), default="dev", show_default=True)
@click.option("--language", multiple=True, metavar="LANG", help="Hold out these; ten by default.")
@click.option("--sample", "share", default=1, help="Learn from one page in so many.")
def unseen(
    source: Path, cache: Path, jobs: int, lexicon: Path, docs: Path, split: str,
    language: tuple[str, ...], share: int,
) -> None:  # fmt: skip
    """Train on train's sites without one language after another; score each on its pages."""
    from training import card as cards
    from training import unseen as languages

    def words_of(part: str) -> Lexicon | None:
        return Lexicon(lexicon, (cast(Split, part),)) if lexicon.is_dir() else None

    codes = tuple(dict.fromkeys(language or languages.HELD_OUT))
    golds = gold_pages(source, cache, (split,), (), False)
    pages = languages.pages_of(golds, words_of(split), codes, jobs)
    if missing := [code for code in codes if not pages[code]]:
        raise click.ClickException(f"no pages to score in {', '.join(missing)}")
    teach = gold_pages(source, cache, ("train",), (), False)[::share]
    measured = languages.unseen(teach, words_of("train"), pages, jobs, say)
    about = {"split": split, "one_page_in": share}
    cards.keep(docs, f"unseen-{split}", cards.commit() | about | measured)
    click.echo(cards.unseen_tables(cards.commit() | about | measured))
    for path in cards.write(docs):
        click.echo(path)


@main.command()
@source_option
@cache_option
@jobs_option
@model_option
@lexicon_option
@click.option("--split", type=click.Choice(["dev", "test"]), default="dev", show_default=True)
@click.option(
    "--held-out", multiple=True, metavar="LANG",
    help="Only these as second languages: of which a model learned no chrome (train --held-out).",
)  # fmt: skip
@docs_option
def mixed(
    source: Path, cache: Path, jobs: int, model: str | None, lexicon: Path, split: str,
    held_out: tuple[str, ...], docs: Path,
) -> None:  # fmt: skip
    """Score a model on made-up pages in two languages, beside the same pages in one."""
    from training import card as cards
    from training import mixed as mixing

    golds = gold_pages(source, cache, (split,), (), False)
    stuff = mixing.material(golds, Lexicon(lexicon, (cast(Split, split),)))
    pairs = list(mixing.mixed_pages(stuff, held_out))
    if not pairs:
        raise click.ClickException("no phrases of these languages, so there are no pages")
    figures = mixing.measure(model, pairs, jobs)
    for kind, found in figures.items():
        click.echo(mixing.table(found, cast(Kind, kind)) + "\n")
    results = cards.provenance(split, model) | {"held_out": sorted(held_out)} | figures
    name = "-".join(["mixed", *sorted(held_out), split])
    click.echo(cards.keep(docs, name, results))


@main.command()
@click.option("--check", is_flag=True, help="Write nothing; fail if anything would change.")
def card(check: bool) -> None:
    """Write the model card and the figures of the README from the results."""
    from training import card as cards

    if not check:
        for path in cards.write(HERE / "docs"):
            click.echo(path)
        return
    for what in (behind := cards.behind(HERE / "docs")):
        click.echo(what)
    if behind:
        raise click.ClickException("the documents are behind the results or the model")


if __name__ == "__main__":
    main(prog_name="python -m training")
