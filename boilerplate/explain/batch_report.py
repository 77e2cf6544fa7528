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
    from boilerplate.explain.site_table import SiteFigures
    from boilerplate.explain.summary import Summary, ToLearn


def html_report(pages: Iterable[tuple[str, CleanPage]]) -> str:
    """One self-contained HTML file about named pages.

    It runs no script and loads nothing, which its content security policy enforces. Of many pages
    there is a summary, and those most worth a look are shown line by line.
    """
    from boilerplate.explain.summary import Summary

    summary = Summary()
    for name, page in pages:
        summary.add(name, page)
    return summary_report(summary)


def summary_report(summary: Summary) -> str:
    """The same as ``html_report``, from a summary of the pages."""
    shown = [(visible(figures.name), page) for figures, page in summary.pages_to_check()]
    alone = summary.pages == 1 and not summary.errors
    return Template(data_file("report.html")).substitute(
        title=escape(shown[0][0] if alone else counted(summary.pages, "page")),
        style=data_file("report.css"),
        summary="" if alone else _summary(summary),
        pages="\n".join(
            page_section(n, name, page, level=1 if alone else 2)
            for n, (name, page) in enumerate(shown, 1)
        ),
    )


def _summary(summary: Summary) -> str:
    """The section with the counts over all pages, the sites, and the list of pages."""
    dropped = summary.lines - summary.kept
    facts = {
        "lines": f"{summary.lines:,}",
        "kept": f"{summary.kept:,}",
        "dropped": f"{dropped:,}",
        FOREIGN: counted(summary.foreign, "line") if summary.foreign else "",
        "failed": counted(summary.errors, "page") if summary.errors else "",
        "read in part": counted(summary.in_part, "page") if summary.in_part else "",
    }
    languages = Counter(
        {name_of_language(code): counts[0] for code, counts in summary.languages.items()}
    )
    tables = [
        dropped_by(summary.deciders),
        counts_table("Dropped as, in lines", largest_first(summary.dropped_roles)),
        counts_table("Kept as, in lines", largest_first(summary.kept_roles), "found"),
        counts_table("Languages, in pages", largest_first(languages), "pages"),
    ]
    return f"""<section id="batch">
<header>
<h1>{counted(summary.pages, "page")}</h1>
<dl>
{definition_list(facts)}
</dl>
</header>
<div class="tallies">
{"".join(tables)}
</div>
{_sites(summary)}
{_to_learn(summary.to_learn)}
{_page_list(summary)}
</section>"""


def _sites(summary: Summary) -> str:
    """The table of sites, those that have drifted most from their site model first."""
    from boilerplate.site_models.site_model import DRIFTED

    found = summary.sites.to_check()
    if not found:
        return ""
    rows = []
    for name, site in found[:MAX_ROWS]:
        drift = site.mean_drift
        value = "no site model" if drift is None else f"{drift:.2f}"
        drifts = drift is not None and drift >= DRIFTED
        rows.append(
            f'<tr{" class=drifts" if drifts else ""}><th scope="row">{escape(visible(name))}</th>'
            f"<td>{_pages_of(site)}</td><td>{site.empty or ''}</td>"
            f"<td>{value}{' · drifts' if drifts else ''}</td></tr>"
        )
    more = len(found) - len(rows)
    notes = [f"and {counted(more, 'site')} more"] if more else []
    pages, sites = summary.sites.left_out
    if pages:
        notes.append(
            f"{counted(pages, 'page')} of up to {counted(sites, 'site')} are not counted here: "
            f"a site that is left out has at most {counted(summary.sites.bound, 'page')}"
        )
    rest = f'<p class="rest">{"; ".join(notes)}</p>' if notes else ""
    return (
        '<table class="sites"><caption>Sites, those that drift most first</caption><thead><tr>'
        '<th scope="col">site</th><th scope="col">pages</th><th scope="col">nothing kept</th>'
        f'<th scope="col">drift</th></tr></thead><tbody>{"".join(rows)}</tbody></table>{rest}'
    )


def _pages_of(site: SiteFigures) -> str:
    """How many pages a site has: exactly, or from how many to how many."""
    return f"{site.pages:,}" + (f"–{site.pages + site.missed:,}" if site.missed else "")


def _to_learn(found: ToLearn | None) -> str:
    """The sites that are worth a site model or a plugin, and the commands that make one."""
    if not found:
        return ""
    rows = "".join(
        f'<tr><th scope="row">{escape(visible(site))}</th><td>{pages:,}</td></tr>'
        for site, pages in found.sites
    )
    notes = [f"and {counted(found.more, 'site')} more"] if found.more else []
    if found.missed:
        notes.append(f"counts may be up to {found.missed:,} too low")
    rest = f'<p class="rest">{"; ".join(notes)}</p>' if notes else ""
    commands = "".join(
        f"<p>{escape(purpose)}: <code>{escape(visible(command))}</code></p>"
        for purpose, command in found.commands
    )
    return (
        '<table class="sites"><caption>Sites with many pages, and neither a site model nor a '
        'plugin</caption><thead><tr><th scope="col">site</th><th scope="col">pages</th></tr>'
        f"</thead><tbody>{rows}</tbody></table>{rest}{commands}"
    )


def _page_list(summary: Summary) -> str:
    """The list of pages, those most worth a look first, with links to those that are shown."""
    shown = len(summary.pages_to_check())
    rows = []
    for n, page in enumerate(summary.page_summaries(), 1):
        concern = f"<b>{page.concern[1]}</b>" if page.concern[1] else ""
        about = [escape(visible(part)) for part in (page.site, page.language) if part]
        row = (
            f'<span class="name" dir="auto">{escape(visible(page.name))}</span>'
            f"<small>{' · '.join(filter(None, [*about, concern]))}</small>"
            '<small class="count">'
            f"{page.kept:,} of {counted(page.lines, 'line')} kept"
            f"{share_bar(page.kept, page.lines)}</small>"
        )
        rows.append(f'<li><a href="#p{n}">{row}</a></li>' if n <= shown else f"<li>{row}</li>")
    more = summary.pages - len(rows)
    if more > 0:
        rows.append(f"<li>and {counted(more, 'page')} more, less in need of a look</li>")
    return (
        '<nav aria-labelledby="pages"><h2 id="pages">Pages, those most worth a look first</h2>\n'
        "<ol>\n" + "\n".join(rows) + "\n</ol></nav>"
    )
