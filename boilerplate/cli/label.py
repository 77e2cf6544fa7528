"""``boilerplate label``: a page in the browser on which a person labels a site's pages."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from boilerplate.cli.sources import STDIN, find_inputs
from boilerplate.cli.terminal import tell, warn
from boilerplate.page import Kind

if TYPE_CHECKING:
    from boilerplate.labelling.session import Sheet

MAX_PAGES: Final = 500  # each is read, and asked about again whenever a page is finished


@click.command()
@click.argument("sources", nargs=-1, required=True, type=click.Path())
@click.option("--site", required=True, metavar="NAME", help="Whose pages they are, as a host name.")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
    help="Where PAGE.labels are read and written. Default: beside the pages.",
)  # fmt: skip
@click.option("--as", "kind", type=click.Choice(["html", "text"]), help="Read the pages as this.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Default: one that is free.")
@click.option("--no-browser", is_flag=True, help="Print the address and open nothing.")
def label(
    sources: tuple[str, ...],
    site: str,
    out: Path | None,
    kind: Kind | None,
    port: int,
    no_browser: bool,
) -> None:
    r"""Label the lines of a site's pages in your browser.

    SOURCES are files, folders or glob patterns, as for clean. Each page's labels are in
    PAGE.labels, written as you go; the same command again goes on where you stopped.

    \b
    Example:
      boilerplate label pages --site daily.example
      boilerplate train site daily.example pages --labels pages

    Everything stays on this machine, and nothing but labels is written. Needs
    boilerplate-lines[label].
    """
    from boilerplate.site_models.folder import is_site

    site = site.lower().removeprefix("www.")
    if not is_site(site):
        raise click.BadParameter(
            f"{site!r} is no host name; write it as in daily.example", param_hint="--site"
        )
    try:
        from boilerplate.labelling.server import address, listen, new_token, serve
    except ImportError as error:
        raise click.ClickException(
            f"{error.name} is missing: pip install 'boilerplate-lines[label]'"
        ) from error
    from boilerplate.labelling.session import Session

    if out:
        out.mkdir(parents=True, exist_ok=True)
    failures: list[str] = []
    sheets = _sheets(sources, kind, out, failures)
    if not sheets:
        raise click.ClickException("there is no page to label")
    import tempfile

    session = Session.begin(site, sheets)
    try:
        bound = listen(port)
    except OSError as error:
        raise click.ClickException(f"port {port}: {error.strerror or error}") from error
    token = new_token()
    url = address(bound.getsockname()[1], token)
    tell(f"{len(sheets)} page{'' if len(sheets) == 1 else 's'} of {site}; labels go to "
         f"{out or 'the pages themselves, as PAGE.labels'}")  # fmt: skip
    click.echo(f"open  {url}")
    click.echo("^C here when you are done; everything is saved as you go")
    with tempfile.TemporaryDirectory() as folder:
        if not no_browser and _has_window():
            _open(url, Path(folder))
        try:
            serve(session, bound, token)
        except KeyboardInterrupt:
            pass
        finally:
            bound.close()
    _say_next(session.sheets, site, sources, out)
    sys.exit(1 if failures else 0)


def _sheets(
    sources: Sequence[str], kind: Kind | None, out: Path | None, failures: list[str]
) -> list[Sheet]:
    """The pages behind the names; what cannot be labelled is said, and noted in ``failures``."""
    from boilerplate.labelling.labels import labels_path
    from boilerplate.labelling.session import sheet
    from boilerplate.reading.read import read

    sheets: list[Sheet] = []
    taken: dict[Path, str] = {}
    for found in find_inputs(sources):
        if len(sheets) == MAX_PAGES:
            warn(found.name, f"and what follows is left out: {MAX_PAGES} pages are enough")
            break
        try:
            if found.name == STDIN:
                raise ValueError("is no file: its labels would have no place")
            path = labels_path(found.path, out)
            if path in taken:
                raise ValueError(f"{path} would be written for {taken[path]} too")
            name = str(found.path.relative_to(found.folder))
            sheets.append(sheet(name, read(found.read(), kind=kind), path))
            taken[path] = found.name
        except (OSError, ValueError) as error:
            failures.append(found.name)
            problem = error.strerror if isinstance(error, OSError) else None
            warn(found.name, problem or str(error))
    return sheets


def _has_window() -> bool:
    """Whether a browser would have a window, and not be drawn into this terminal."""
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _open(url: str, folder: Path) -> None:
    """Open an address by way of a file that only its owner reads.

    The arguments of a process can be read by all users of a machine, and the token is in the
    address.
    """
    import webbrowser  # and all that it brings, for this alone

    page = folder / "open.html"
    page.write_text(f'<meta http-equiv="refresh" content="0; url={escape(url)}">', "utf-8")
    webbrowser.open(page.as_uri())


def _say_next(sheets: Sequence[Sheet], site: str, sources: Sequence[str], out: Path | None) -> None:
    """What there is now, and what takes it."""
    import shlex

    finished = [each for each in sheets if each.finished]
    click.echo(f"\n{len(finished)} of {len(sheets)} pages are labelled")
    folders = {each.path.parent for each in finished}
    if len(folders) == 1:
        where = str(out or os.path.relpath(folders.pop()))
        tell(f"  boilerplate train site {site} {shlex.join(sources)} --labels {shlex.quote(where)}")
