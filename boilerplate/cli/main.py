"""``boilerplate``: the command line.

The module of a command is imported when the command is run or its help is shown, so that
``boilerplate --help`` and shell completion answer at once.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any, Final

import click

from boilerplate.plugins.paths import may_have_added_plugins

# The module of each command, and its line in the list of commands.
COMMANDS: Final = {
    "clean": ("boilerplate.cli.clean", "Print the article of each page."),
    "doctor": ("boilerplate.cli.doctor", "Show what is installed, compiled and found."),
    "label": ("boilerplate.cli.label", "Label the lines of a site's pages in your browser."),
    "plugins": (
        "boilerplate.cli.plugins",
        "Site plugins: rules and code for single sites.",
    ),
    "sites": ("boilerplate.cli.sites", "List, show and remove site models."),
    "train": (
        "boilerplate.cli.train",
        "Train site models on pages of a site, or of all sites of a crawl.",
    ),
    "verify": ("boilerplate.cli.verify", "Check the shards that a run wrote, and their input."),
}


class Deferred(click.Command):
    """A command whose module is imported when the command is needed."""

    def __init__(self, name: str, module: str, short_help: str) -> None:
        super().__init__(name, short_help=short_help)
        self.module = module

    def load(self) -> click.Command:
        """Import the command."""
        command: click.Command = getattr(import_module(self.module), str(self.name))
        return command


def _missing(error: ImportError) -> str:
    """What to say of a package that is not installed; an empty string for other errors."""
    from boilerplate.batch.extras import MissingPackageError

    if isinstance(error, MissingPackageError):
        return str(error)
    package = (error.name or "").partition(".")[0]
    if not isinstance(error, ModuleNotFoundError) or package in ("", "boilerplate"):
        return ""
    return f"the package {package} is missing: install boilerplate-lines again, or {package} itself"


class CommandGroup(click.Group):
    """The commands, and those that plugins add.

    Plugins are loaded only to list the commands, or to find one that is not built in.
    """

    plugins_loaded = False

    def load_plugin_commands(self) -> None:
        """Add the commands of plugins, once."""
        if self.plugins_loaded or not may_have_added_plugins():
            return
        self.plugins_loaded = True
        from boilerplate.cli.plugins import warn_about_plugin
        from boilerplate.plugins import PluginError, Settings, load_plugins

        settings = Settings.from_environment()
        try:
            # The bundled plugins add no commands, so they need not be loaded.
            load_plugins(settings, warn_about_plugin, bundled=False).add_commands(self)
        except PluginError as error:
            raise click.ClickException(str(error)) from error

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; untrusted text in its error message is made safe for a terminal.

        A file that cannot be read or written, and that no command expected, is an error message
        as well, and not a traceback. So is a package that is missing, with exit status 2.
        """
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise
        except OSError as error:
            from boilerplate.display import visible

            name = "" if error.filename is None else f"{visible(str(error.filename))}: "
            raise click.ClickException(f"{name}{error.strerror or error}") from error
        except ImportError as error:
            if message := _missing(error):
                raise click.UsageError(message) from error
            raise
        except click.ClickException as error:
            from boilerplate.display import visible

            error.message = visible(error.message)  # type: ignore[misc]  # of this instance only
            raise

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands."""
        self.load_plugin_commands()
        return super().list_commands(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command with a name: a built-in one, or else a plugin's."""
        command = super().get_command(ctx, cmd_name)
        if command is None:
            self.load_plugin_commands()
            command = super().get_command(ctx, cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments call, imported."""
        try:
            name, command, rest = super().resolve_command(ctx, args)
        except click.UsageError as error:
            from boilerplate.cli.hints import command_hint

            if hint := command_hint(args):
                raise click.UsageError(f"{error.message} To clean it: {hint}", ctx) from error
            raise
        return name, command.load() if isinstance(command, Deferred) else command, rest


def _print_version(context: click.Context, _: click.Parameter, asked: bool) -> None:
    if not asked or context.resilient_parsing:
        return
    from importlib.metadata import version

    from boilerplate.kernels.select import accelerated

    how = "compiled" if accelerated else "pure Python"
    click.echo(f"boilerplate {version('boilerplate-lines')} ({how})")
    context.exit()


@click.group(
    "boilerplate",
    cls=CommandGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96},
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version and exit.",
)
def cli() -> None:
    """Keep the article, drop the site chrome: any page, any language, line by line.

    \b
    Examples:
      boilerplate clean page.html
      curl -s https://example.com/ | boilerplate clean --url https://example.com/
      boilerplate clean --explain page.html
    """


@cli.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the script that completes this command in a shell.

    \b
    Put the line of your shell into its startup file:
      bash  eval "$(boilerplate completion bash)"
      zsh   eval "$(boilerplate completion zsh)"
      fish  boilerplate completion fish | source
    """
    from click.shell_completion import get_completion_class

    complete = get_completion_class(shell)
    if complete is None:
        raise click.UsageError(f"this version of click completes no {shell}")
    click.echo(complete(cli, {}, "boilerplate", "_BOILERPLATE_COMPLETE").source())


for _name, (_module, _summary) in COMMANDS.items():
    cli.add_command(Deferred(_name, _module, _summary))


def reserve_closed_streams() -> None:
    """Keep files from becoming a standard stream that was closed (``>&-``).

    What is printed to a closed standard output then fails, and says so.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:  # the lowest number that is free is this one
            os.open(os.devnull, os.O_RDONLY if number < 2 else os.O_WRONLY)
    if sys.stdout is None:
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115


def main() -> None:
    """Run the command line."""
    reserve_closed_streams()
    try:
        cli(prog_name="boilerplate")
    except OSError as error:  # of the help, which is printed before a command begins
        click.echo(f"Error: standard output: {error.strerror or error}", err=True)
        sys.exit(1)
    finally:
        try:
            sys.stdout.flush()
        except OSError:  # Python would try again, and complain, when it exits
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
