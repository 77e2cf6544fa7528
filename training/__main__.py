"""``python -m training``: from corpora to a model file, and from a model file to its scores.

The commands parse their options here and call the library. They import it inside, so that
``card`` does not load what only training needs.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import cast

import click

from boilerplate.files import write_atomically
from boilerplate.model.file import MODES
from boilerplate.model.model import to_bytes
from boilerplate.page import Kind
from training.gold_pages import gold_pages
from training.lexicon import Lexicon, lexicon_in
from training.options import (
    FOLDER,
    cache_option,
    docs_option,
    held_out_split_option,
    jobs_option,
    lexicon_option,
    mode_option,
    model_option,
    source_option,
    split_option,
    without_option,
)
from training.paths import DOCS, MODEL_FILE
from training.progress import log_to_stderr, timed_log
from training.split import Split

# Of the mixed pages, ablation scores every third: of a layout there are four.
MIXED_STRIDE = 3


@click.group()
def main() -> None:
    """Train a model on corpora, and score one."""


# ------------------------------------------------------------------------------ model and gate


@main.command()
@source_option
@cache_option
@jobs_option
@without_option
@lexicon_option
@click.option("--out", type=FOLDER, default=MODEL_FILE, help="The model file to write.")
@click.option("--quick", is_flag=True, help="Take one page in eight, for a first check.")
@click.option("--splits", default="train,dev", show_default=True, help="Sites to train on.")
@click.option("--held-out", multiple=True, metavar="LANG", help="Use no notices in this language.")
def train(
    source: Path, cache: Path, jobs: int, without: tuple[str, ...], out: Path, quick: bool,
    splits: str, held_out: tuple[str, ...], lexicon: Path,
) -> None:  # fmt: skip
    """Build the model file from the corpora."""
    from training.fit import about_training, train_model

    log = timed_log()
    parts = cast(tuple[Split, ...], tuple(splits.split(",")))
    golds = gold_pages(source, cache, parts, without, quick)
    log(f"{len(golds)} pages with gold")
    phrases = lexicon_in(lexicon, parts, held_out)
    log(f"{'with' if phrases else 'without'} the phrase lexicon")
    about = about_training(golds, phrases, splits, quick, held_out)
    data = to_bytes(train_model(golds, phrases, about, jobs, log, held_out))
    write_atomically(out, data)
    log(f"{out.name}: {len(data) / 1e6:.2f} MB")


@main.command()
@source_option
@cache_option
@jobs_option
@without_option
@split_option
@model_option
@mode_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
def score(
    source: Path, cache: Path, jobs: int, without: tuple[str, ...], model: str | None,
    split: Split, mode: tuple[Kind, ...], as_json: bool,
) -> None:  # fmt: skip
    """Score a model on one split: line, character and word F1, and the ends of articles."""
    from training import edges
    from training.score import score as measure
    from training.score import table

    golds = gold_pages(source, cache, (split,), without)
    results = {each: measure(model, golds, each, jobs) for each in mode}
    ends = {each: edges.edges(model, golds, each, jobs) for each in mode}
    if as_json:
        json.dump({"scores": results, "edges": ends}, sys.stdout, indent=1, sort_keys=True)
        return
    for each in mode:
        click.echo(table(results[each], each) + "\n\n" + edges.table(ends[each], each) + "\n")


@main.command()
@source_option
@cache_option
@jobs_option
@split_option
@model_option
@click.option("--write", is_flag=True, help="Raise the floors to the scores, less a margin.")
@click.option("--lower", metavar="REASON", help="With --write: also lower floors, for a reason.")
def gate(
    source: Path, cache: Path, jobs: int, split: Split, model: str | None, write: bool,
    lower: str | None,
) -> None:  # fmt: skip
    """Fail if a corpus, page type, language or edge falls below its floor."""
    from training import gate as gates
    from training.edges import as_scores, edges
    from training.score import score as measure

    if lower is not None and not (write and lower.strip()):
        raise click.UsageError("--lower needs --write and a reason that is not empty")
    floors = gates.read()["splits"].get(split)
    if not floors and not write:
        raise click.ClickException(f"no floors for split {split} yet: run this with --write")
    golds = gold_pages(source, cache, (split,))
    scores = {
        mode: measure(model, golds, mode, jobs) | as_scores(edges(model, golds, mode, jobs))
        for mode in MODES
    }
    if write:
        for fall in gates.write(split, scores, lower):
            click.echo(f"{'lowered' if lower else 'kept'}: {fall}")
        return
    found = gates.falls(floors, scores)
    for fall in found:
        click.echo(fall)
    number = sum(len(groups) for groups in floors.values())
    if found:
        raise click.ClickException(f"{len(found)} scores are below their floors ({number} groups)")
    click.echo(f"split {split}: {len(golds)} pages, no group of {number} is below its floor")


# --------------------------------------------------------------------------------- experiments


@main.command()
@source_option
@cache_option
@jobs_option
@split_option
@model_option
@click.option("--sample", "stride", default=1, help="Take one page in so many.")
@docs_option
def report(
    source: Path, cache: Path, jobs: int, split: Split, model: str | None, stride: int, docs: Path
) -> None:
    """Measure calibration, the oracle and the worst pages; write them into the documents."""
    from training import report as reports
    from training.documents.results import provenance, results_in, save_results

    golds = gold_pages(source, cache, (split,))[::stride]
    measured = reports.report(model, golds, jobs)
    about = provenance(split, model) | {"pages": len(golds)}
    save_results(docs, f"report-{split}", about | measured)
    shown = results_in(docs).report
    reports.draw(shown["calibration"], docs / "pictures" / "reliability.png")
    write_documents(docs)


@main.command()
@source_option
@cache_option
@jobs_option
@split_option
@model_option
@docs_option
def roles(
    source: Path, cache: Path, jobs: int, split: Split, model: str | None, docs: Path
) -> None:
    """Measure how well roles are named; write docs/roles.md."""
    from training.documents.results import provenance, save_results
    from training.roles.score import score as measure_roles

    golds = gold_pages(source, cache, (split,))
    results = provenance(split, model) | measure_roles(model, golds, jobs)
    for mode, found in results["modes"].items():
        click.echo(f"{mode}: macro F1 {found['macro_f1']:.3f} on {found['lines']} lines")
    click.echo(save_results(docs, f"roles-{split}", results))
    write_documents(docs)


@main.command()
@source_option
@cache_option
def habits(source: Path, cache: Path) -> None:
    """Count which roles the golds of the older corpora have, on pages of train read again."""
    from boilerplate.roles import ROLES
    from training.conventions import habits as counted
    from training.conventions import left_out
    from training.corpora import reread

    golds = gold_pages(source, cache, ("train",))
    tables = counted(golds, [gold for gold in golds if gold.corpus == reread.NAME])
    for corpus, table in tables.items():
        click.echo(f"{corpus} leaves out {', '.join(left_out(table)) or 'no role'}")
        for role, (without, held) in zip(ROLES, table.tolist(), strict=True):
            if without + held:
                click.echo(f"  {role:11} {held / (without + held):5.2f} of {without + held}")


@main.command()
@source_option
@cache_option
@jobs_option
@lexicon_option
@docs_option
@click.option("--sample", "stride", default=1, help="Train on one page in so many.")
@mode_option
def ablate(
    source: Path, cache: Path, jobs: int, lexicon: Path, docs: Path, stride: int,
    mode: tuple[Kind, ...],
) -> None:  # fmt: skip
    """Train on train without one thing after another; score each model on dev."""
    from training.ablation import ablation
    from training.documents.results import commit, save_results
    from training.mixed_pages import collect_material, mixed_pages

    golds = gold_pages(source, cache, ("train",))[::stride]
    test = gold_pages(source, cache, ("dev",))
    phrases = lexicon_in(lexicon, ("train",))
    pairs = []
    if phrases:
        pairs = list(mixed_pages(collect_material(test, Lexicon(lexicon, ("dev",)))))
    measured = ablation(golds, test, phrases, jobs, log_to_stderr, mode, pairs[::MIXED_STRIDE])
    about = {"split": "dev", "one_page_in": stride, "pages": len(golds), "modes": measured}
    save_results(docs, "ablation-dev", commit() | about)
    write_documents(docs)


@main.command()
@source_option
@cache_option
@jobs_option
@lexicon_option
@docs_option
@held_out_split_option
@click.option(
    "--language", multiple=True, metavar="LANG",
    help="Language to hold out.  [default: ten languages]",
)  # fmt: skip
@click.option("--sample", "stride", default=1, help="Train on one page in so many.")
def unseen(
    source: Path, cache: Path, jobs: int, lexicon: Path, docs: Path, split: Split,
    language: tuple[str, ...], stride: int,
) -> None:  # fmt: skip
    """Train on train without one language after another; score each model on its pages."""
    from training import unseen as languages
    from training.documents.experiment_tables import unseen_tables
    from training.documents.results import commit, save_results

    codes = tuple(dict.fromkeys(language or languages.HELD_OUT))
    golds = gold_pages(source, cache, (split,))
    pages = languages.pages_of(golds, lexicon_in(lexicon, (split,)), codes, jobs)
    if missing := [code for code in codes if not pages[code]]:
        raise click.ClickException(f"no pages to score in {', '.join(missing)}")
    train_golds = gold_pages(source, cache, ("train",))[::stride]
    phrases = lexicon_in(lexicon, ("train",))
    measured = languages.unseen(train_golds, phrases, pages, jobs, log_to_stderr)
    results = commit() | {"split": split, "one_page_in": stride} | measured
    save_results(docs, f"unseen-{split}", results)
    click.echo(unseen_tables(results))
    write_documents(docs)


@main.command()
@source_option
@cache_option
@jobs_option
@model_option
@lexicon_option
@held_out_split_option
@click.option(
    "--held-out", multiple=True, metavar="LANG",
    help="Second language; give those of a model made with train --held-out.  [default: all]",
)  # fmt: skip
@docs_option
def mixed(
    source: Path, cache: Path, jobs: int, model: str | None, lexicon: Path, split: Split,
    held_out: tuple[str, ...], docs: Path,
) -> None:  # fmt: skip
    """Score a model on made-up pages in two languages, and on the same pages in one."""
    from training.documents.results import provenance, save_results
    from training.mixed_pages import collect_material, mixed_pages
    from training.mixed_scores import measure, table

    golds = gold_pages(source, cache, (split,))
    pairs = list(mixed_pages(collect_material(golds, Lexicon(lexicon, (split,))), held_out))
    if not pairs:
        raise click.ClickException("the lexicon has no phrases in these languages to make pages of")
    figures = measure(model, pairs, jobs)
    for mode, found in figures.items():
        click.echo(table(found, cast(Kind, mode)) + "\n")
    results = provenance(split, model) | {"held_out": sorted(held_out)} | figures
    click.echo(save_results(docs, "-".join(["mixed", *sorted(held_out), split]), results))


# ----------------------------------------------------------------------------------- documents


@main.command()
@click.option("--check", is_flag=True, help="Write nothing; fail if a document is out of date.")
def card(check: bool) -> None:
    """Write the model card, docs/accuracy.md and the README's figures from the results."""
    from training.documents.generate import outdated

    if not check:
        write_documents(DOCS)
        return
    messages = outdated(DOCS)
    for message in messages:
        click.echo(message)
    if messages:
        raise click.ClickException("run `python -m training card`, or measure again")


def write_documents(docs: Path) -> None:
    """Write the documents from the results, and print the paths of those that changed."""
    from training.documents import generate

    for path in generate.write_documents(docs):
        click.echo(path)


if __name__ == "__main__":
    main(prog_name="python -m training")
