"""``boilerplate label``: label the pages of a site in the browser."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from boilerplate.batch.extras import check_extra
from boilerplate.cli.sources import STDIN, find_inputs
from boilerplate.cli.terminal import echo, warn
from boilerplate.page import Kind

if TYPE_CHECKING:
    from boilerplate.labelling.session import Session
    from boilerplate.labelling.sheet import Sheet

MAX_PAGES: Final = 500  # each is read, and predicted again whenever a page is finished


@click.command()
@click.argument("sources", nargs=-1, required=True, type=click.Path())
@click.option("--site", required=True, metavar="NAME", help="The site, as a host name.")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
    help="The folder of the PAGE.labels files. Default: that of the pages.",
)  # fmt: skip
@click.option(
    "--as", "page_kind", type=click.Choice(["html", "text"]), help="Read the pages as this."
)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Default: a free one.")
@click.option("--no-browser", is_flag=True, help="Print the address, but open no browser.")
def label(
    sources: tuple[str, ...],
    site: str,
    out: Path | None,
    page_kind: Kind | None,
    port: int,
    no_browser: bool,
) -> None:
    """Label the lines of a site's pages in your browser.

    SOURCES are files, folders or glob patterns, as for clean. The labels of a page are saved in
    PAGE.labels at each change; the same command resumes where you stopped.

    \b
    Example:
      boilerplate label pages --site daily.example
      boilerplate train site daily.example pages --labels pages

    No data leaves this machine, and only labels are written. Needs boilerplate-lines[label].
    """
    from boilerplate.site_models.folder import is_site

    site = site.lower().removeprefix("www.")
    if not is_site(site):
        raise click.BadParameter(
            f"{site!r} is not a host name; write it as in daily.example", param_hint="--site"
        )
    check_extra("label")
    from boilerplate.labelling.lock import LockedError, locked
    from boilerplate.labelling.session import Session

    if out:
        out.mkdir(parents=True, exist_ok=True)
    failures: list[str] = []
    sheets = _sheets(sources, page_kind, out, failures)
    if not sheets:
        raise click.ClickException("there is no page to label")
    with ExitStack() as stack:
        try:
            stack.enter_context(locked(each.path.parent for each in sheets))
        except LockedError as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:
            raise click.ClickException(f"{error.filename}: {error.strerror or error}") from error
        session = Session.begin(site, sheets)
        where = str(out) if out else "the folders of the pages, as PAGE.labels"
        _serve(session, port, no_browser, where)
    _print_next_step(session.sheets, site, sources, out)
    sys.exit(1 if failures else 0)


def _serve(session: Session, port: int, no_browser: bool, where: str) -> None:
    """Serve the labelling page until ^C; ``where`` says where the labels go."""
    import tempfile

    from boilerplate.explain.html_parts import counted
    from boilerplate.labelling.server import address, listen, new_token, serve

    try:
        bound = listen(port)
    except OSError as error:
        raise click.ClickException(f"port {port}: {error.strerror or error}") from error
    token = new_token()
    url = address(bound.getsockname()[1], token)
    echo(f"{counted(len(session.sheets), 'page')} of {session.site}; labels go to {where}")
    click.echo(f"open  {url}")
    click.echo("press Ctrl-C here when you are done; every change is saved at once")
    with tempfile.TemporaryDirectory() as folder:
        if not no_browser and _has_graphical_browser():
            _open_browser(url, Path(folder))
        try:
            serve(session, bound, token)
        except KeyboardInterrupt:
            pass
        finally:
            bound.close()


def _sheets(
    sources: Sequence[str], page_kind: Kind | None, out: Path | None, failures: list[str]
) -> list[Sheet]:
    """Read the pages; what cannot be labelled is a warning, and added to ``failures``."""
    from boilerplate.labelling.labels import labels_path
    from boilerplate.labelling.sheet import sheet
    from boilerplate.reading.read import read

    sheets: list[Sheet] = []
    taken: dict[Path, str] = {}
    for found in find_inputs(sources):
        if len(sheets) == MAX_PAGES:
            warn(
                found.name,
                f"left out with all that follow: at most {MAX_PAGES} pages",
            )
            break
        try:
            if found.name == STDIN:
                raise ValueError("standard input cannot be labelled: its labels would have no file")
            path = labels_path(found.path, out)
            if path in taken:
                raise ValueError(f"{path} is already the labels file of {taken[path]}")
            name = str(found.path.relative_to(found.folder))
            sheets.append(sheet(name, read(found.read(), kind=page_kind), path))
            taken[path] = found.name
        except (OSError, ValueError) as error:
            failures.append(found.name)
            problem = error.strerror if isinstance(error, OSError) else None
            warn(found.name, problem or str(error))
    return sheets


def _has_graphical_browser() -> bool:
    """Whether a browser would open a window, instead of running in this terminal."""
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _open_browser(url: str, folder: Path) -> None:
    """Open an address through a file that only its owner can read.

    The address contains the token, and all users of a machine can read the arguments of a process.
    """
    import webbrowser  # slow to import

    page = folder / "open.html"
    page.write_text(f'<meta http-equiv="refresh" content="0; url={escape(url)}">', "utf-8")
    webbrowser.open(page.as_uri())


def _print_next_step(
    sheets: Sequence[Sheet], site: str, sources: Sequence[str], out: Path | None
) -> None:
    """Print how many pages are labelled, and the command that uses the labels."""
    import shlex

    finished = [each for each in sheets if each.finished]
    click.echo(f"\n{len(finished)} of {len(sheets)} pages are labelled")
    folders = {each.path.parent for each in finished}
    if len(folders) == 1:
        where = str(out or os.path.relpath(folders.pop()))
        echo(f"  boilerplate train site {site} {shlex.join(sources)} --labels {shlex.quote(where)}")
