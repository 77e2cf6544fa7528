"""The report of many pages as one HTML file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from html import escape
from string import Template
from typing import TYPE_CHECKING

from boilerplate.display import visible
from boilerplate.explain.html_parts import (
    MAX_ROWS,
    counted,
    counts_table,
    data_file,
    definition_list,
    largest_first,
    name_of_language,
    share_bar,
)
from boilerplate.explain.page_report import FOREIGN, dropped_by, page_section
from boilerplate.result import CleanPage

if TYPE_CHECKING:
    from boilerplate.explain.summary import Batch


def html_report(pages: Iterable[tuple[str, CleanPage]]) -> str:
    """One self-contained HTML file about pages and the names of their sources.

    It runs no script, loads nothing, and says so in its content security policy. Of many pages
    the strangest are shown line by line, after a summary of all.
    """
    from boilerplate.explain.summary import Batch

    found = Batch()
    for name, page in pages:
        found.add(name, page)
    return batch_report(found)


def batch_report(batch: Batch) -> str:
    """The same of pages that were gathered one by one."""
    shown = [(visible(digest.name), page) for digest, page in batch.strangest()]
    alone = batch.pages == 1 and not batch.errors
    return Template(data_file("report.html")).substitute(
        title=escape(shown[0][0] if alone else counted(batch.pages, "page")),
        style=data_file("report.css"),
        summary="" if alone else _batch(batch),
        pages="\n".join(page_section(n, name, page) for n, (name, page) in enumerate(shown, 1)),
    )


def _batch(batch: Batch) -> str:
    """What is to be said of all pages together, and the pages by name."""
    dropped = batch.lines - batch.kept
    facts = {
        "lines": f"{batch.lines:,}",
        "kept": f"{batch.kept:,}",
        "dropped": f"{dropped:,}",
        FOREIGN: counted(batch.foreign, "line") if batch.foreign else "",
        "failed": counted(batch.errors, "page") if batch.errors else "",
        "read in part": counted(batch.in_part, "page") if batch.in_part else "",
    }
    languages = Counter(
        {name_of_language(code): tally[0] for code, tally in batch.languages.items()}
    )
    tables = [
        dropped_by(batch.deciders),
        counts_table("Dropped as", largest_first(batch.kinds)),
        counts_table("Pages by language", largest_first(languages), "pages"),
    ]
    return f"""<section id="batch">
<header>
<h1>{counted(batch.pages, "page")}</h1>
<dl>
{definition_list(facts)}
</dl>
</header>
<div class="tallies">
{"".join(tables)}
</div>
{_sites(batch)}
{_contents(batch)}
</section>"""


def _sites(batch: Batch) -> str:
    """Sites, those first whose pages look least like their site model."""
    from boilerplate.site_models.site_model import DRIFTED

    if not batch.sites:
        return ""
    found = batch.strange_sites()
    rows = []
    for name, site in found[:MAX_ROWS]:
        drift = site.mean_drift
        said = "no site model" if drift is None else f"{drift:.2f}"
        drifts = drift is not None and drift >= DRIFTED
        rows.append(
            f'<tr{" class=drifts" if drifts else ""}><th scope="row">{escape(visible(name))}</th>'
            f"<td>{site.pages:,}</td><td>{site.empty or ''}</td>"
            f"<td>{said}{' · drifts' if drifts else ''}</td></tr>"
        )
    more = len(found) - len(rows)
    rest = f'<p class="rest">and {counted(more, "site")} more</p>' if more else ""
    return (
        '<table class="sites"><caption>Sites, those that drift first</caption><thead><tr>'
        '<th scope="col">site</th><th scope="col">pages</th><th scope="col">nothing kept</th>'
        f'<th scope="col">drift</th></tr></thead><tbody>{"".join(rows)}</tbody></table>{rest}'
    )


def _contents(batch: Batch) -> str:
    shown = len(batch.strangest())
    rows = []
    for n, one in enumerate(batch.digests(), 1):
        counts = f"{one.kept} of {counted(one.lines, 'line')} kept"
        about = " · ".join(visible(part) for part in (one.site, one.language, counts) if part)
        strange = one.strange[1]
        said = (
            f'<span class="name" dir="auto">{escape(visible(one.name))}</span>'
            f"<small>{escape(about)}{f' · <b>{strange}</b>' if strange else ''}</small>"
            f"{share_bar(one.share)}"
        )
        rows.append(f'<li><a href="#p{n}">{said}</a></li>' if n <= shown else f"<li>{said}</li>")
    more = batch.pages - len(rows)
    if more > 0:
        rows.append(f"<li>and {counted(more, 'page')} more, less strange than these</li>")
    return (
        '<nav aria-labelledby="pages"><h2 id="pages">Pages, the strangest first</h2>\n<ol>\n'
        + "\n".join(rows)
        + "\n</ol></nav>"
    )
