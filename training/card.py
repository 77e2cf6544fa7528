"""What the measurements say, in Markdown: the README's figures, docs/accuracy.md, the model card.

All of it is made from docs/results/*.json and from what the model file says of itself, so that
no figure is typed by hand and none can stay behind. ``python -m training card`` writes it,
``--check`` only says whether it would change.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import subprocess
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from boilerplate.model.model import model_bytes

PACKAGE: Final = "boilerplate-lines"
OURS: Final = "boilerplate"
ROOT: Final = Path(__file__).parent.parent
MARKERS: Final = ("<!-- figures: made by `python -m training card` -->", "<!-- end of figures -->")
SPLITS: Final = ("test", "dev", "train")  # the first that was measured speaks for the project
MEAN: Final = "mean over corpora"
LANGUAGES: Final = "language/"
LEAST_PAGES: Final = 3  # of a language, for a row of its own in the tables
MODE_NAMES: Final = {"html": "HTML", "text": "bare text"}
TABLED: Final = ("word_f1", "line_f1")  # for every tool and corpus
MEASURE_NAMES: Final = {
    "word_f1": "word F1", "line_f1": "line F1", "char_f1": "character-weighted F1",
    "shingle_f1": "shingle F1",
}  # fmt: skip
BESIDE: Final = ("trafilatura", "jusText")  # the tools beside us in the tables by language
ENGLISH_NEWS: Final = ("daniel/en", "fundus/en", "wcxb/article")
TITLES: Final = {
    "wcxb": "WCXB", "daniel": "DAnIEL", "fundus": "fundus", "magic-html": "magic-html",
    "mercury-parser": "mercury", "readability": "readability", "rkrzr": "rkrzr",
    "wcxb/article": "WCXB articles", "daniel/en": "DAnIEL, English",
    "fundus/en": "fundus, English", MEAN: "mean over corpora", "all": "all pages",
}  # fmt: skip

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Results:
    """What docs/results/ holds: measurements by split, and what the shipped model says."""

    accuracy_by_split: Mapping[str, Json] = field(default_factory=dict)
    report_by_split: Mapping[str, Json] = field(default_factory=dict)
    ablation_by_split: Mapping[str, Json] = field(default_factory=dict)
    unseen_by_split: Mapping[str, Json] = field(default_factory=dict)
    about: Json = field(default_factory=dict)
    model: Json = field(default_factory=dict)

    @property
    def accuracy(self) -> Json:
        """The benchmark's results on the split that speaks for the project."""
        return _first(self.accuracy_by_split)

    @property
    def report(self) -> Json:
        """The report on the split that speaks for the project."""
        return _first(self.report_by_split)

    @property
    def stale(self) -> list[str]:
        """The result files that another model file was measured for."""
        measured = {
            f"{name}-{split}.json": each["model"]
            for name, by_split in (
                ("accuracy", self.accuracy_by_split), ("report", self.report_by_split)
            )
            for split, each in by_split.items()
        }  # fmt: skip
        return [name for name, model in measured.items() if model != self.model]


def _first(by_split: Mapping[str, Json]) -> Json:
    return next((by_split[split] for split in SPLITS if split in by_split), {})


def fingerprint(model: str | None = None) -> dict[str, Any]:
    """The size of a model file, and the start of its SHA-256; None is the shipped one."""
    data = model_bytes(model)
    return {"sha256": hashlib.sha256(data).hexdigest()[:16], "bytes": len(data)}


def provenance(split: str, model: str | None = None) -> dict[str, Any]:
    """What was measured: split, commit, model, and whether the model has seen the answers."""
    return {
        "split": split,
        **commit(),
        "model": fingerprint(model),
        "learned_from_this_split": split in str(about_of(model).get("splits", "")).split(","),
    }


def commit() -> dict[str, Any]:
    """The commit that is checked out, and whether the package is as it says."""
    return {
        "commit": _git("rev-parse", "HEAD"),
        "changed_since_commit": bool(_git("status", "--porcelain", "--", "boilerplate")),
    }


def _git(*arguments: str) -> str:
    done = subprocess.run(  # noqa: S603 - fixed words
        ["git", *arguments],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip()


def about_of(model: str | None = None) -> dict[str, Any]:
    """What a model file says of itself, whether or not this version can load its arrays."""
    with zipfile.ZipFile(io.BytesIO(model_bytes(model))) as archive:
        about: dict[str, Any] = json.loads(archive.read("model.json"))
    return about


def as_json(value: Json) -> str:
    r"""JSON for a file in the repository: what holds only figures stands on one line.

    >>> as_json({"a": {"b": {"c": 1, "d": 2}}})
    '{\n "a": {\n  "b": {"c": 1, "d": 2}\n }\n}\n'
    """
    text = json.dumps(value, indent=1, ensure_ascii=False)
    return re.sub(r"\{\n([^{}\[\]]*)\n *\}", _on_one_line, text) + "\n"


def _on_one_line(found: re.Match[str]) -> str:
    return "{" + ", ".join(line.strip().rstrip(",") for line in found[1].split("\n")) + "}"


def keep(docs: Path, name: str, results: Json) -> Path:
    """Write what was measured where the documents are made from it."""
    target = docs / "results" / f"{name}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(as_json(results), "utf-8")
    return target


def results_in(docs: Path) -> Results:
    """Everything that the documents are made of."""

    def named(name: str) -> dict[str, Json]:
        paths = {split: docs / "results" / f"{name}-{split}.json" for split in SPLITS}
        return {
            split: json.loads(path.read_text("utf-8"))
            for split, path in paths.items()
            if path.is_file()
        }

    return Results(
        named("accuracy"),
        named("report"),
        named("ablation"),
        named("unseen"),
        about_of(),
        fingerprint(),
    )


# ------------------------------------------------------------------------------------- tables


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]], words: int = 1) -> str:
    """A Markdown table; so many columns of words, then figures.

    >>> print(markdown(["a", "b"], [["x", "1"]]))
    | a | b |
    |---|---:|
    | x | 1 |
    """
    lines = [head, [*["---"] * words, *["---:"] * (len(head) - words)], *rows]
    cells = [[str(cell).replace("|", "\\|") for cell in line] for line in lines]
    cells[1] = list(lines[1])
    made = ["| " + " | ".join(line) + " |" for line in cells]
    made[1] = "|" + "|".join(cells[1]) + "|"
    return "\n".join(made)


def figures(tools: Mapping[str, Json], groups: Sequence[str], measure: str) -> list[list[str]]:
    """A row a tool, a column a group; the best of each column in bold.

    >>> tools = {"a": {"groups": {"g": {"f": 0.5}}}, "b": {"groups": {"g": {"f": 0.25}}}}
    >>> figures(tools, ["g"], "f")
    [['a', '**0.500**'], ['b', '0.250']]
    """
    values = {
        name: [tool["groups"].get(group, {}).get(measure) for group in groups]
        for name, tool in tools.items()
    }
    best = [
        max((v for v in column if v is not None), default=None)
        for column in zip(*values.values(), strict=True)
    ]
    return [
        [name, *(_figure(v, b) for v, b in zip(row, best, strict=True))]
        for name, row in values.items()
    ]


def _figure(value: float | None, best: float | None) -> str:
    if value is None:
        return ""
    return f"**{value:.3f}**" if value == best else f"{value:.3f}"


def corpora_of(mode: Json) -> list[str]:
    """The corpora of a mode's results, the largest first."""
    groups = mode["tools"][OURS]["groups"]
    names = [name for name in groups if "/" not in name and "mean" not in name and name != "all"]
    return sorted(names, key=lambda name: (-groups[name]["pages"], name))


def parts_of(mode: Json, prefix: str, least: int = 1) -> list[str]:
    """The groups of a mode that begin with a prefix, the largest first."""
    groups = mode["tools"][OURS]["groups"]
    names = [n for n in groups if n.startswith(prefix) and groups[n]["pages"] >= least]
    return sorted(names, key=lambda name: (-groups[name]["pages"], name))


def tools_by_corpus(mode: Json, measure: str, groups: Sequence[str]) -> str:
    """The table of a measure: tools by groups."""
    pages = mode["tools"][OURS]["groups"]
    head = [f"{TITLES.get(g, g.rpartition('/')[2])} ({pages[g]['pages']})" for g in groups]
    return markdown(["tool", *head], figures(mode["tools"], groups, measure))


def groups_by_tool(mode: Json, measure: str, groups: Sequence[str]) -> str:
    """The same, turned: for many groups."""
    names = list(mode["tools"])
    ours = mode["tools"][OURS]["groups"]
    columns = figures(mode["tools"], groups, measure)
    rows = [
        [
            group.rpartition("/")[2],
            str(ours[group]["pages"]),
            *(column[i + 1] for column in columns),
        ]
        for i, group in enumerate(groups)
    ]
    return markdown(["", "pages", *names], rows)


def has_measure(mode: Json, measure: str) -> bool:
    """Whether a mode's results have a measure: older ones lack some."""
    return all(measure in tool["groups"].get("all", {}) for tool in mode["tools"].values())


def languages_table(mode: Json, groups: Sequence[str]) -> str:
    """A row a language: line F1 and character-weighted F1 of us and of the tools beside us."""
    tools = {
        name: mode["tools"][name]["groups"] for name in (OURS, *BESIDE) if name in mode["tools"]
    }
    rows = [
        [
            group.removeprefix(LANGUAGES),
            str(tools[OURS][group]["pages"]),
            *(
                f"{each[group]['line_f1']:.3f} / {each[group]['char_f1']:.3f}"
                for each in tools.values()
            ),
        ]
        for group in groups
    ]
    return markdown(["", "pages", *tools], rows)


def accuracy_tables(results: Json, level: str = "##") -> str:
    """All tables of one split's benchmark."""
    parts: list[str] = []
    for kind, mode in results["modes"].items():
        parts.append(f"{level} {_begun(MODE_NAMES[kind])}, split `{results['split']}`")
        parts.append(
            f"{mode['pages']} pages; the number of each group's stands in brackets."
            + (
                f" {mode['unread']} more, without lines or with too many, are left out."
                if mode["unread"]
                else ""
            )
        )
        groups = [*corpora_of(mode), MEAN]
        types = parts_of(mode, "wcxb/")
        spoken = parts_of(mode, LANGUAGES, LEAST_PAGES)
        for measure in TABLED:
            name = MEASURE_NAMES[measure]
            parts += [f"{_begun(name)}:", tools_by_corpus(mode, measure, groups)]
        if types:
            parts += ["Word F1 by WCXB's page types:", groups_by_tool(mode, "word_f1", types)]
        if spoken:
            parts += [
                f"Word F1 by language, all corpora, languages of {LEAST_PAGES} pages or more:",
                groups_by_tool(mode, "word_f1", spoken),
            ]
        if has_measure(mode, "char_f1") and (every := parts_of(mode, LANGUAGES)):
            parts += [
                "Line F1 / character-weighted F1 by language, all corpora; the second counts each "
                "line as long as it is:",
                languages_table(mode, every),
            ]
        news = [group for group in ENGLISH_NEWS if group in mode["tools"][OURS]["groups"]]
        if has_measure(mode, "shingle_f1") and news:
            parts += [
                "Shingle F1 of English news: the runs of four words of what is kept and of the "
                "gold, as article-extraction-benchmark counts them:",
                tools_by_corpus(mode, "shingle_f1", news),
            ]
        overs = [n for n in mode["tools"][OURS]["groups"] if n.endswith("(mean over parts)")]
        if overs:
            parts += [
                "Word F1 where each language of a corpus (of WCXB each page type) counts once:",
                groups_by_tool(mode, "word_f1", overs),
            ]
        parts.append(_failures(mode))
    return "\n\n".join(filter(None, parts))


def _begun(words: str) -> str:
    return words[0].upper() + words[1:]


def _failures(mode: Json) -> str:
    told = [
        f"{name}: " + ", ".join(f"{number} {what}" for what, number in tool["failures"].items())
        for name, tool in mode["tools"].items()
        if tool["failures"]
    ]
    if not told:
        return "No tool failed on a page."
    return "Pages on which a tool failed, which count as empty output: " + "; ".join(told) + "."


def report_tables(report: Json) -> str:
    """The oracle, the calibration and the worst pages of one split."""
    parts = []
    oracle = report["oracle"]
    parts += [
        "## What limits it",
        "The oracle has perfect labels on our lines: what it lacks is lost before any model "
        "decides, where the page is cut into lines, or because the text is not in the HTML. "
        f"HTML, split `{report['split']}`, word F1:",
        markdown(
            ["", "pages", "ours", "oracle"],
            (
                [name, str(row["pages"]), f"{row['ours']:.3f}", f"{row['oracle']:.3f}"]
                for name, row in oracle.items()
            ),
        ),
        "## Calibration",
        "Of the lines given a probability, how many are content; the expected calibration error "
        "(Naeini et al. 2015) is the mean distance over lines, in ten bins of equal width.",
        markdown(
            ["mode", "lines", "expected calibration error", "Brier score"],
            (
                [_begun(MODE_NAMES[kind]), f"{c['lines']}", f"{c['ece']:.4f}", f"{c['brier']:.4f}"]
                for kind, c in report["calibration"].items()
            ),
        ),
        "![Reliability](pictures/reliability.png)",
        f"## The {len(report['worst'])} worst pages",
        "By word F1, HTML. Where the oracle is low too, the lines or the gold are to blame.",
        markdown(
            ["page", "type", "language", "precision", "recall", "F1", "oracle"],
            (
                [
                    f"`{row['page']}`",
                    row["type"],
                    row["language"],
                    *(f"{row[k]:.3f}" for k in ("precision", "recall", "f1", "oracle")),
                ]
                for row in report["worst"]
            ),
            words=3,
        ),
    ]
    return "\n\n".join(parts)


def ablation_tables(results: Json) -> str:
    """What each corpus and each kind of evidence is worth, by mode."""
    sampled = results["one_page_in"]
    parts = [
        "## What each part is worth",
        f"A model is trained on `train` ({results['pages']} pages"
        + (f", one page in {sampled} of them all" if sampled > 1 else "")
        + f") and scored on `{results['split']}`, then trained again with one thing left out: a "
        "corpus, a table of the linear model, the page types, a group of the trees' columns. "
        "The figures are line F1 / word F1; below the first row, what is lost (-) or won (+) "
        "in points. `python -m training ablate`, at commit "
        f"`{results['commit'][:10]}`, with the lessons of that time.",
    ]
    for kind, variants in results["modes"].items():
        whole = next(iter(variants.values()))
        groups = [*(name for name in whole if name not in ("mean", "mixed")), "mean"]
        head = ["without", *(TITLES.get(name, name) for name in groups)]
        rows = [
            ["nothing", *(f"{whole[g]['line_f1']:.3f} / {whole[g]['word_f1']:.3f}" for g in groups)]
        ]
        for name, scores in list(variants.items())[1:]:
            rows.append([name, *(_lost(scores.get(g), whole[g]) for g in groups)])
        parts += [f"{_begun(MODE_NAMES[kind])}:", markdown(head, rows)]
        if "mixed" in whole:
            parts += [
                "On pages that were put together in two languages from `dev` "
                "(`python -m training mixed`), in percent:",
                markdown(
                    ["without", *_MIXED_HEAD.values()],
                    (
                        [name, *(_percent(scores["mixed"][key]) for key in _MIXED_HEAD)]
                        for name, scores in (
                            {"nothing": whole} | dict(list(variants.items())[1:])
                        ).items()
                    ),
                ),
            ]
    return "\n\n".join(parts)


_MIXED_HEAD: Final = {
    "mixed": "char F1, two languages", "one_language": "char F1, one language",
    "notices_dropped": "notices dropped", "quotations_kept": "quotations kept",
}  # fmt: skip


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f}"


def _lost(scores: Json | None, whole: Json) -> str:
    if scores is None:
        return ""
    return " / ".join(
        f"{100 * (scores[measure] - whole[measure]):+.1f}" for measure in ("line_f1", "word_f1")
    )


SOURCES: Final = {
    "corpora": "Pages of the corpora",
    "made_up": "Pages in one language put together of phrases and sentences",
}


def unseen_tables(results: Json) -> str:
    """What languages lose that were never seen in training, by where their pages are from."""
    sampled = results["one_page_in"]
    parts = [
        f"## Languages never seen in training, split `{results['split']}`",
        f"Bare text. A model is trained on `train` ({results['pages_learned']} pages, in all their "
        "layouts and with what is made up"
        + (f", from one page in {sampled}" if sampled > 1 else "")
        + ") and trained again without one language: no page that the corpus or the detector says "
        "is in it, none of its phrases, sentences and notices. The first figures are line F1 / "
        "character-weighted F1; the change is in points of the second, with its standard error "
        "over pages. `python -m training unseen"
        + (f" --sample {sampled}" if sampled > 1 else "")
        + (f" --split {results['split']}" if results["split"] != "dev" else "")
        + f"`, at commit `{results['commit'][:10]}`, with the lessons of that time.",
    ]
    for source, title in SOURCES.items():
        found = {
            code: (row["pages_held_out"], row[source])
            for code, row in results["languages"].items()
            if source in row
        }
        if not found:
            continue
        rows = [
            [
                code,
                str(row["pages"]),
                str(held_out),
                *(f"{row[f'{k}_line_f1']:.3f} / {row[f'{k}_char_f1']:.3f}" for k in _SIDES),
                f"{100 * row['char_change']:+.1f} ± {100 * row['char_change_error']:.1f}",
            ]
            for code, (held_out, row) in found.items()
        ]
        head = ["", "pages", "pages held out", "trained with it", "without", "change"]
        parts += [f"{title}:", markdown(head, rows)]
    return "\n\n".join(parts)


_SIDES: Final = ("seen", "unseen")


# ---------------------------------------------------------------------------------- documents

GENERATED: Final = "<!-- made by `python -m training card`: change that, not this -->"
NOT_YET: Final = "Not measured yet: `python -m benchmarks.accuracy --split test`."
METHOD: Final = """\
Every tool got the same pages, as HTML and as bare text (the lines of the page, joined by
newlines; tools that read HTML got each as a `<p>`). Word F1 compares the words of what a tool
keeps with those of the gold. Line F1 asks which lines of the page it keeps: those of which half
the words, aligned in order, are in its text. Figures are means over pages. A tool that raises,
crashes or takes longer than its time limit has kept nothing on that page.

"Line rule" is what corpora of web text are filtered with, written here after C4, Gopher and
FineWeb, with the sentence ends of all scripts. "Everything" keeps all lines."""


def caveats(results: Results, measured: Json) -> str:
    """What a reader must know before believing the figures; empty where there is nothing."""
    said = []
    if measured.get("learned_from_this_split"):
        said.append(
            f"**The model has learned from split `{measured['split']}`:** these figures show how "
            "well it remembers, not how well it does on new sites."
        )
    if measured.get("model") != results.model:
        said.append("**These figures were measured for another model file than the shipped one.**")
    return "\n\n".join(said)


def data_line(measured: Json) -> str:
    """Which pages, which commit, which versions."""
    corpora = measured["corpora"]
    pages = sum(corpus["pages"] for corpus in corpora.values())
    sites = sum(corpus["sites"] for corpus in corpora.values())
    versions = ", ".join(f"{name} {number}" for name, number in measured["versions"].items())
    lines = [
        f"Measured on split `{measured['split']}`, {pages} pages of {sites} sites, at commit "
        f"`{measured['commit'][:10]}`{' with changes' if measured['changed_since_commit'] else ''}"
        f", model `{measured['model']['sha256']}`. Versions: {versions}."
    ]
    if measured["missing"]:
        lines.append(f"Not installed, so not measured: {', '.join(measured['missing'])}.")
    return " ".join(lines)


def readme_section(results: Results) -> str:
    """The README's figures: two small tables and where the rest is."""
    measured = results.accuracy
    if not measured:
        return NOT_YET
    pages = sum(corpus["pages"] for corpus in measured["corpora"].values())
    parts = [
        f"{pages} pages of sites that training never saw, means over pages; the number of pages "
        "in brackets. [docs/accuracy.md](docs/accuracy.md) has every corpus, page type and "
        "language, how it was measured, and where it fails; [the model card]"
        "(docs/model-card.md) tells what the model learned from."
    ]
    if measured["learned_from_this_split"]:
        parts[0] = parts[0].replace("sites that training never saw", "the training data")
    parts.append(caveats(results, measured))
    for kind, measure in (("html", "word_f1"), ("text", "line_f1")):
        mode = measured["modes"].get(kind)
        if mode:
            groups = [g for g in _README_GROUPS if g in mode["tools"][OURS]["groups"]]
            parts += [
                f"{_begun(MODE_NAMES[kind])}, {MEASURE_NAMES[measure]}:",
                tools_by_corpus(mode, measure, groups),
            ]
    parts.append("![Accuracy by corpus](docs/pictures/accuracy.png)")
    return "\n\n".join(filter(None, parts))


_README_GROUPS: Final = ("wcxb/article", "wcxb", "daniel", "fundus", "magic-html", MEAN)


def accuracy_document(results: Results) -> str:
    """docs/accuracy.md."""
    parts = [GENERATED, "# How good it is, and where it fails", METHOD]
    if not results.accuracy_by_split:
        parts.append(NOT_YET)
    else:
        parts += [
            "![By corpus](pictures/accuracy.png)",
            "![By language](pictures/languages.png)",
        ]
    for split in SPLITS:
        if measured := results.accuracy_by_split.get(split):
            parts += [data_line(measured), caveats(results, measured), accuracy_tables(measured)]
    if results.report:
        parts += [caveats(results, results.report), report_tables(results.report)]
    if ablation := _first(results.ablation_by_split):
        parts.append(ablation_tables(ablation))
    for measured in filter(None, map(results.unseen_by_split.get, SPLITS)):
        parts.append(unseen_tables(measured))
    return "\n\n".join(filter(None, parts)) + "\n"


def model_card(results: Results) -> str:
    """docs/model-card.md."""
    about, measured = results.about, results.accuracy
    parts = [
        GENERATED,
        "# Model card",
        "The model that comes with the package, `boilerplate/data/model.zip`: for each line of a "
        "page, the probability that it belongs to the article. How it works is told in "
        "[architecture.md](architecture.md).",
        markdown(
            ["", ""],
            [
                ["file", f"{results.model['bytes']:,} bytes, SHA-256 `{results.model['sha256']}…`"],
                [
                    "format",
                    f"version {about['format_version']}, features {about['feature_schema']}",
                ],
                ["licence", "Apache-2.0, as the package"],
                ["modes", "HTML; bare text"],
                ["pages learned from", f"{about['pages']}, splits `{about['splits']}`"],
                ["phrase lexicon", "yes" if about.get("lexicon") else "no"],
            ],
            words=2,
        ),
        "## What it is for",
        "Cleaning scraped pages before their text is read, searched or learned from, in any "
        "language, with the markup or without. It is not a filter for quality or for what is "
        "true, and it knows nothing about the rights to a page's text.",
        "## What it learned from",
        _training_table(results),
        "The page texts belong to their publishers, and none is in this repository or in the "
        "model file, which holds weights only; the licences cover the annotations. Sites, not "
        "pages, are split into `train`, `dev` and `test` (training/split.tsv), for pages of one "
        "site share their chrome.",
    ]
    if about.get("lexicon"):
        parts.append(
            "In bare text it also learned from pages put together of chrome phrases (from free "
            "software's translation catalogues) and sentences (from Universal Dependencies "
            "treebanks without a non-commercial clause), for languages that the corpora lack."
        )
    if about.get("quick"):
        parts.append("**A quick model, of one page in eight: for trying out, not for use.**")
    parts.append("## How good it is")
    if measured:
        parts += [caveats(results, measured), _evaluation_table(measured), data_line(measured)]
        parts.append(
            "Beside other tools, and by page type and language: [accuracy.md](accuracy.md)."
        )
    else:
        parts.append(NOT_YET)
    if results.report:
        told = ", ".join(
            f"{c['ece']:.3f} in {MODE_NAMES[kind]}"
            for kind, c in results.report["calibration"].items()
        )
        parts.append(
            f"Expected calibration error on split `{results.report['split']}`: {told}. See "
            "[Calibration](accuracy.md#calibration)."
        )
    parts += ["## Known limits", _limits(results)]
    return "\n\n".join(filter(None, parts)) + "\n"


def _training_table(results: Results) -> str:
    corpora = results.about["corpora"]
    lines = results.about["lines"]
    total = sum(lines.values()) or 1
    held_back = results.accuracy.get("corpora", {})
    names = [*corpora, *(name for name in held_back if name not in corpora)]
    split = results.accuracy.get("split", "test")
    rows = []
    for name in names:
        corpus, held = corpora.get(name, {}), held_back.get(name, {})
        known = corpus or held
        rows.append(
            [
                name,
                f"`{known['commit']}`",
                known["licence"],
                str(corpus.get("pages", 0)),
                f"{lines.get(name, 0) / total:.1%}",
                str(held.get("pages", "")),
            ]
        )
    if "lexicon" in lines:
        share = f"{lines['lexicon'] / total:.1%}"
        rows.append(["pages put together of phrases", "", "", "", share, ""])
    head = ["corpus", "commit", "licence", "pages learned from", "share of lines"]
    return markdown([*head, f"pages of split `{split}`"], rows, words=3)


def _evaluation_table(measured: Json) -> str:
    modes = {kind: mode["tools"][OURS]["groups"] for kind, mode in measured["modes"].items()}
    first = next(iter(measured["modes"].values()))
    groups = [*corpora_of(first), MEAN]
    columns = [(kind, measure) for kind in modes for measure in TABLED]
    return markdown(
        ["corpus", "pages", *(f"{_begun(MODE_NAMES[k])}, {MEASURE_NAMES[m]}" for k, m in columns)],
        (
            [
                TITLES.get(group, group),
                str(modes[next(iter(modes))][group]["pages"]),
                *(f"{modes[k][group][m]:.3f}" for k, m in columns),
            ]
            for group in groups
        ),
    )


def _limits(results: Results) -> str:
    said = [
        "- Text that scripts put on the page is not in the HTML, and so not in the result.",
        "- It labels whole lines: where a page runs chrome and article together, both go.",
        "- What counts as content is what the corpora say: they disagree on headlines, bylines, "
        "dates, captions and comments, and headlines are scored in none.",
        "- In English the pages are of seven types; in other languages nearly all are news.",
    ]
    if measured := results.accuracy:
        for kind, mode in measured["modes"].items():
            groups = mode["tools"][OURS]["groups"]
            parts = parts_of(mode, "wcxb/", LEAST_PAGES) + parts_of(mode, LANGUAGES, LEAST_PAGES)
            worst = sorted(parts, key=lambda name: groups[name]["word_f1"])[:3]
            told = ", ".join(
                f"{name.removeprefix(LANGUAGES)} ({groups[name]['word_f1']:.2f})" for name in worst
            )
            if told:
                said.append(f"- Lowest word F1 in {MODE_NAMES[kind]}: {told}.")
    return "\n".join(said)


# ------------------------------------------------------------------------------------ writing


def with_section(text: str, section: str, markers: tuple[str, str] = MARKERS) -> str:
    """A document with what stands between its markers replaced; ValueError without markers."""
    start, end = markers
    pattern = re.compile(re.escape(start) + r".*?" + re.escape(end), re.DOTALL)
    if not pattern.search(text):
        raise ValueError(f"the document lacks the lines {start!r} and {end!r}")
    return pattern.sub(lambda _: f"{start}\n{section}\n{end}", text, count=1)


def write_section(document: Path, section: str, markers: tuple[str, str]) -> None:
    """Write what stands between a document's markers anew; ValueError without markers."""
    document.write_text(with_section(document.read_text("utf-8"), section, markers), "utf-8")


def with_run(results: Path, name: str, run: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """All runs that a file of results has under each name, one more among them, written there."""
    runs = json.loads(results.read_text("utf-8")) if results.exists() else {}
    runs.setdefault(name, []).append(dict(run))
    results.write_text(json.dumps(runs, indent=1, sort_keys=True) + "\n", "utf-8")
    return runs


def documents(docs: Path, readme: Path | None = None) -> dict[Path, str]:
    """Each document and what should be in it."""
    results = results_in(docs)
    made: dict[str, Callable[[Results], str]] = {
        "accuracy.md": accuracy_document,
        "model-card.md": model_card,
    }
    out = {docs / name: make(results) for name, make in made.items()}
    readme = readme or docs.parent / "README.md"
    if readme.is_file():
        out[readme] = with_section(readme.read_text("utf-8"), readme_section(results))
    return out


def behind(docs: Path) -> list[str]:
    """What is not as the results and the shipped model say, in words; empty where all is."""
    said = [
        f"{path.name} is not what `python -m training card` writes"
        for path, text in documents(docs).items()
        if not path.is_file() or path.read_text("utf-8") != text
    ]
    said += [
        f"results/{name} was measured for another model file than the shipped one"
        for name in results_in(docs).stale
    ]
    return said


def write(docs: Path) -> list[Path]:
    """Write the documents; the paths of those that changed."""
    changed = []
    for path, text in documents(docs).items():
        if not path.is_file() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            changed.append(path)
    return changed
