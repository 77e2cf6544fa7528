"""``boilerplate``: the command line. Each command is imported when it is called or asked for help.

So ``--help`` and shell completion answer at once, though every command has a library behind it.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

import click

from boilerplate.plugins.paths import are_plugins_added

# Where each command is, and what is said of it in the list of all.
COMMANDS: Final = {
    "clean": ("boilerplate.cli.clean", "Print the article of each page."),
    "label": ("boilerplate.cli.label", "Label the lines of a site's pages in your browser."),
    "plugins": (
        "boilerplate.cli.plugins",
        "Site plugins: what is known of single sites, as rules and as code.",
    ),
    "train": ("boilerplate.cli.train", "Learn from pages: what a site's chrome is."),
}


class Deferred(click.Command):
    """Stands for a command until it is needed."""

    def __init__(self, name: str, module: str, short_help: str) -> None:
        super().__init__(name, short_help=short_help)
        self.module = module

    def load(self) -> click.Command:
        """The command itself."""
        command: click.Command = getattr(import_module(self.module), str(self.name))
        return command


class _Commands(click.Group):
    """A group that plugins add commands to; they are asked when its own do not answer."""

    asked = False

    def ask_plugins(self) -> None:
        if self.asked or not are_plugins_added():
            return
        self.asked = True
        from boilerplate.cli.plugins import warn_of_plugin
        from boilerplate.plugins.manager import load_plugins
        from boilerplate.plugins.plugin import PluginError, Settings

        try:
            # Those that come with the package know sites and add no commands.
            load_plugins(Settings.from_environment(), warn_of_plugin, bundled=False).add_commands(
                self
            )
        except PluginError as error:
            raise click.ClickException(str(error)) from error

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what it fails with may name a stranger's file."""
        try:
            return super().invoke(ctx)
        except click.ClickException as error:
            from boilerplate.display import visible

            error.message = visible(error.message)  # type: ignore[misc]  # it is this one's own
            raise

    def list_commands(self, ctx: click.Context) -> list[str]:
        self.ask_plugins()
        return super().list_commands(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        command = super().get_command(ctx, cmd_name)
        if command is None:
            self.ask_plugins()
            command = super().get_command(ctx, cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name, command, rest = super().resolve_command(ctx, args)
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
    cls=_Commands,
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


for _name, _where in COMMANDS.items():
    cli.add_command(Deferred(_name, *_where))


def main() -> None:
    """Run the command line."""
    cli(prog_name="boilerplate")
