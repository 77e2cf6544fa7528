"""docs/speed.md and its picture, made from docs/results/speed.json and stages.json."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.pictures import COLOURS
from benchmarks.speed_measures import EXPLAINED, PARSE, SIZES, SLOPE_FROM
from benchmarks.tools import OURS
from training.documents.figures import new_figure, save_figure


def document(results: Mapping[str, Any], stages: Mapping[str, Any] | None = None) -> str:
    """The text of docs/speed.md; ``stages`` are the results of ``benchmarks.stages``, if any."""
    html, text, start = results["html"], results["text"], results["start"]
    ours, base = html[OURS], html[PARSE]
    size = results["page_bytes"]
    out = [
        "# Speed",
        "",
        "Made by `python -m benchmarks.speed` from `results/speed.json`; do not edit.",
        "",
        f"{results['pages']} pages of the corpora's {' and '.join(results['splits'])} sites in "
        f"{results['languages']} languages, {size['least'] / 1e3:.0f} KB to "
        f"{size['most'] / 1e6:.1f} MB, the median {size['median'] / 1e3:.0f} KB with "
        f"{results['lines']['median']:.0f} lines; one core, processor time, the least of "
        f"{results['rounds']} interleaved rounds (1 round for tools that are far slower), "
        f"Python {results['python']} on {results['machine']}, compiled kernels "
        f'{"on" if results["accelerated"] else "off"}. "Times the bare parse" is a ratio on the '
        "same page in the same run, the median over pages.",
        "",
        f"Not installed here, and so not measured: {', '.join(results['missing'])}.",
        "",
        "![speed](pictures/speed.png)",
        "",
        "## HTML",
        "",
        "| tool | median page, ms | pages a second | times the bare parse | times boilerplate |",
        "|---|---|---|---|---|",
    ]
    for name, row in sorted(html.items(), key=lambda item: item[1]["ms"]):
        out.append(
            f"| {_titled(name, results)} | {row['ms']:.2f} | {row['pages_a_second']:.0f} | "
            f"{row['ratio']:.1f} | {row['ms'] / ours['ms']:.2f} |"
        )
    out += [
        "",
        "Pages a second are the pages divided by the sum of their times, so the longest pages "
        "count most.",
        "",
        "## Bare text",
        "",
        "| tool | median page, ms | lines a second | on the median page |",
        "|---|---|---|---|",
    ]
    for name, row in sorted(text.items(), key=lambda item: item[1]["ms"]):
        out.append(
            f"| {_titled(name, results)} | {row['ms']:.2f} | {row['lines_a_second']:,.0f} | "
            f"{row['lines_a_second_median']:,.0f} |"
        )
    growth = results["growth"]
    out += [
        "",
        "Tools for HTML get each line as a paragraph. The line rule is that of "
        "[accuracy.md](accuracy.md): mostly punctuation.",
        "",
        *(stages_section(stages) if stages else ()),
        "## Long pages",
        "",
        "| bytes of HTML | lines | ms | parse alone, ms |",
        "|---|---|---|---|",
        *(
            f"| {row['bytes']:,} | {row['lines']:,} | {row['ms']:.1f} | {row['parse_ms']:.1f} |"
            for row in growth["sizes"]
        ),
        "",
        f"From {SIZES[SLOPE_FROM]:,} bytes on, time grows as the size to the power of "
        f"{growth['slope']:.2f}; 1 is linear.",
        "",
        "## Starting, and memory",
        "",
        "| | |",
        "|---|---|",
        f"| `import boilerplate` | {start['import_ms']:.0f} ms |",
        f"| importing all that cleaning needs, numpy among it | {start['cleaner_ms']:.0f} ms |",
        f"| `python -c 'import click'`, with the interpreter | {start['click_ms']:.0f} ms |",
        f"| `boilerplate --help`, with the interpreter | {start['help_ms']:.0f} ms |",
        f"| loading the model, after import | {start['load_ms']:.0f} ms |",
        f"| loading it and the first page, after import | {start['first_page_ms']:.0f} ms |",
        *(
            f"| peak memory over {int(number):,} pages of text | {mb:.0f} MB |"
            for number, mb in results["peak_mb"].items()
        ),
        "",
        *(batch_section(results) if "batch" in results else ()),
        "## Targets",
        "",
        "| target | measured | reached |",
        "|---|---|---|",
    ]
    for name, shown, reached in targets(results):
        out.append(f"| {name} | {shown} | {'yes' if reached else 'no'} |")
    out += [
        "",
        f"The bare parse of the median page takes {base['ms']:.2f} ms. "
        "[architecture.md](architecture.md#where-the-time-goes) says where the rest goes, and "
        "what each change gave.",
        "",
    ]
    return "\n".join(out)


def batch_section(results: Mapping[str, Any]) -> list[str]:
    """The section on worker processes and known sites."""
    batch = results["batch"]
    return [
        "## Many pages, and many sites",
        "",
        f"{batch['pages']} of the pages as one file of JSON lines, cleaned by `clean_shard`; "
        "wall-clock time, the least of some rounds.",
        "",
        "| workers | s | processor time of the main process, ms a page |",
        "|---|---|---|",
        *(
            f"| {jobs} | {row['seconds']:.1f} | {row['main_ms_a_page']:.2f} |"
            for jobs, row in batch["jobs"].items()
        ),
        "",
        "Pages of sites without rules or a site model, while so many other sites have them:",
        "",
        "| sites with rules and with models | ms of the median page |",
        "|---|---|",
        *(f"| {row['sites']:,} | {row['ms']:.2f} |" for row in results["known_sites"]),
        "",
    ]


def stages_section(stages: Mapping[str, Any]) -> list[str]:
    """The section on the steps of the median page, by mode and implementation."""
    html, text = stages["ms"]["html"], stages["ms"]["text"]
    return [
        "## Where the time of a page goes",
        "",
        f"Processor time of each step on {stages['pages']} of the pages, by `python -m "
        "benchmarks.stages`, in ms. Each figure is a median over pages, so the steps need not add "
        'up. "plain" is without the compiled kernels.',
        "",
        "| step | HTML, compiled | HTML, plain | text, compiled | text, plain |",
        "|---|---|---|---|---|",
        *(
            f"| {name} | {html['compiled'][name]:.2f} | {html['plain'][name]:.2f} | "
            f"{text['compiled'][name]:.2f} | {text['plain'][name]:.2f} |"
            for name in html["compiled"]
        ),
        "",
    ]


def targets(results: Mapping[str, Any]) -> list[tuple[str, str, bool]]:
    """Each target, the measured value, and whether the target is reached."""
    html, text, start = results["html"], results["text"], results["start"]
    rows = [_at_most("HTML: the bare parse, median page", html[OURS]["ratio"], 5)]
    if "resiliparse" in html:
        fast = html["resiliparse"]
        for name, who, most in (("", OURS, 1.2), (" with roles and reasons", EXPLAINED, 2.0)):
            median = html[who]["ms"] / fast["ms"]
            rows.append(_at_most(f"HTML{name}: resiliparse, median page", median, most))
            total = fast["pages_a_second"] / html[who]["pages_a_second"]
            rows.append(_at_most(f"HTML{name}: resiliparse, all pages", total, most))
    for name, least in (("trafilatura", 12.0), ("jusText", 1.0), ("boilerpy3", 1.0)):
        if name in html:
            faster = html[name]["ms"] / html[OURS]["ms"]
            rows.append(_at_least(f"HTML: as fast as {name}", faster, least))
    lines = text[OURS]["lines_a_second"]
    rows.append(("bare text: 100,000 lines a second", f"{lines:,.0f}", lines >= 100_000))
    if "jusText" in text:
        faster = lines / text["jusText"]["lines_a_second"]
        rows.append(_at_least("bare text: as fast as jusText", faster, 9.0))
    slower = text["line rule"]["lines_a_second"] / lines
    rows.append(_at_most("bare text: the line rule", slower, 2.0))
    rows.append(_at_most("`--help`: `import click`", start["help_ms"] / start["click_ms"], 2.5))
    for key, name, most in (
        ("import_ms", "`import boilerplate`", 50),
        ("first_page_ms", "the first page after import", 150),
    ):
        rows.append((f"{name} within {most} ms", f"{start[key]:.0f} ms", start[key] <= most))
    if "batch" in results:
        rows.append(_at_least("two workers: as fast as one", results["batch"]["speedup"], 1.9))
    if results["peak_mb"]:
        most_mb = max(results["peak_mb"].values())
        rows.append(("peak memory within 120 MB", f"{most_mb:.0f} MB", most_mb <= 120))
    slope = results["growth"]["slope"]
    rows.append(("time grows with the size to 1.05 at most", f"power {slope:.2f}", slope <= 1.05))
    return rows


def _at_most(name: str, times: float, most: float) -> tuple[str, str, bool]:
    return f"{name}: at most {most:g} times", f"{times:.2f} times", times <= most


def _at_least(name: str, times: float, least: float) -> tuple[str, str, bool]:
    return f"{name}: at least {least:g} times", f"{times:.2f} times", times >= least


def _titled(name: str, results: Mapping[str, Any]) -> str:
    if name == OURS:
        return f"**{OURS}**"
    if name == PARSE:
        return f"turbohtml {results['parser']}, {PARSE}"
    return f"{name} {results['versions'].get(name.lower(), '')}".strip()


def draw(results: Mapping[str, Any], target: Path) -> None:
    """Draw the median page's milliseconds of each tool, and our time over the size of a page."""
    figure = new_figure(11, 3.8)
    left, right = figure.subplots(1, 2)
    rows = sorted(results["html"].items(), key=lambda item: -item[1]["ms"])
    names = [name for name, _ in rows]
    left.barh(
        names, [row["ms"] for _, row in rows], color=[COLOURS.get(name, "0.5") for name in names]
    )
    left.set_xscale("log")
    left.set_xlabel("ms, the median page of HTML")
    for name, row in rows:
        left.annotate(f" {row['ms']:.1f}", (row["ms"], name), va="center", fontsize=8)
    sizes = results["growth"]["sizes"]
    for key, label, colour in (
        ("ms", OURS, COLOURS[OURS]),
        ("parse_ms", "turbohtml, parse alone", "0.5"),
    ):
        right.loglog(
            [row["bytes"] for row in sizes], [row[key] for row in sizes], "o-",
            color=colour, label=label,
        )  # fmt: skip
    right.set_xlabel("bytes of HTML")
    right.set_ylabel("ms")
    right.legend(frameon=False)
    for panel in (left, right):
        panel.spines[["top", "right"]].set_visible(False)
    save_figure(figure, target)
