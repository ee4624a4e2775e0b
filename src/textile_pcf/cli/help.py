"""Help pages and usage errors of the command line: those of click, in English and Chinese.

click takes its own words from `gettext`; their Chinese is in `locale/zh/LC_MESSAGES` and is set for one run only. Texts of this
program come from its catalogue. Lines are wrapped here, since click counts a Chinese character as one column.
"""

from __future__ import annotations

import gettext
import io
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from typing import Any

import click

from textile_pcf.cli.width import pad, width, wrap
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.messages.message import localize

MAX_COLUMNS = 100  # longer lines are hard to read
MIN_COLUMNS = 60
NAME_COLUMNS = 30  # a longer name has a line of its own
DOMAIN = "textile_pcf"
LOCALE = Path(__file__).with_name("locale")


class HelpFormatter(click.HelpFormatter):
    """Formatter of click that wraps lines by terminal columns."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the usage of a command, in one or more lines."""
        head = f"{gettext.gettext('Usage:')} ".replace("： ", "：") if prefix is None else prefix
        head += f"{prog} "
        lines = wrap(args, max(self.width - width(head), NAME_COLUMNS))
        self.write(head + f"\n{' ' * width(head)}".join(lines) + "\n")

    def write_heading(self, heading: str) -> None:
        """Write the heading of a section."""
        self.write(f"{heading}{'：' if width(heading[-1:]) > 1 else ':'}\n")

    def write_text(self, text: str) -> None:
        """Write a paragraph."""
        indent = " " * self.current_indent
        self.write("".join(f"{indent}{line}\n" for line in wrap(text, self.width - len(indent))))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = NAME_COLUMNS, col_spacing: int = 2) -> None:
        """Write a table of names and texts."""
        indent, table = " " * self.current_indent, list(rows)
        left = min(max(width(name) for name, _ in table), col_max) + len(indent) + col_spacing
        for name, text in table:
            first, *rest = wrap(text, self.width - left) or [""]
            start = indent + name
            if width(start) + col_spacing > left:
                self.write(f"{start}\n")
                start = ""
            lines = [pad(start, left) + first, *(" " * left + line for line in rest)]
            self.write("".join(f"{line.rstrip()}\n" for line in lines))


class Context(click.Context):
    """A context whose pages are as wide as the terminal, within limits."""

    def make_formatter(self) -> HelpFormatter:
        """Return the formatter of a help page."""
        return HelpFormatter(width=max(MIN_COLUMNS, min(MAX_COLUMNS, shutil.get_terminal_size().columns)))


class _Localized(click.Command):
    """Mixin of commands: texts of this program in the language of the run, which is the context's object."""

    context_class = Context

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Return the parts of the usage line."""
        names = {"[OPTIONS]": "meta_options", "COMMAND [ARGS]...": "meta_command"}
        pieces = super().collect_usage_pieces(ctx)
        return [fixed_text(names[piece], _language(ctx)) if piece in names else piece for piece in pieces]

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the description of the command."""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(localize(_one_line(self.help), _language(ctx)))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the arguments and the options of the command."""
        for param_type, title in (("argument", "Arguments"), ("option", "Options")):
            params = [param for param in self.get_params(ctx) if param.param_type_name == param_type]
            rows = [row for param in params if (row := _record(param, ctx)) is not None]
            if rows:
                with formatter.section(gettext.gettext(title)):
                    formatter.write_dl(rows)
        if isinstance(self, click.Group):
            self.format_commands(ctx, formatter)

    def format_arguments(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write nothing: `format_options` writes the arguments, also with versions of click that do not."""


class Command(_Localized):
    """A command with help in the language of the run."""


class Group(_Localized, click.Group):
    """A group of commands with help in the language of the run. Without a command the help is a usage error."""

    command_class = Command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments of the group, and return those of the command."""
        if not args and not ctx.resilient_parsing:  # before click 8.2 this was no error
            raise _NoCommand(self.get_help(ctx), ctx)
        return super().parse_args(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands of the group, each with its whole description."""
        rows = [(name, localize(_one_line(child.help), _language(ctx))) for name, child in self.commands.items()]
        with formatter.section(gettext.gettext("Commands")):
            formatter.write_dl(rows)


class Argument(click.Argument):
    """An argument with a help text. click has this from 8.5 on."""

    def __init__(self, *names: Any, **settings: Any) -> None:
        text: str = settings.pop("help")
        super().__init__(*names, **settings)
        self.help = text

    def make_metavar(self, ctx: click.Context | None = None) -> str:
        """Return the placeholder of the argument, in brackets where it may be left out."""
        name = _placeholder(self, _language(ctx or click.get_current_context(silent=True)))
        name += "..." if self.nargs != 1 else ""
        return name if self.required else f"[{name}]"


class _NoCommand(click.UsageError):
    """Raised if a group is called without a command: its message is the help page."""

    def show(self, file: Any = None) -> None:
        click.echo(self.message, file=file)


@contextmanager
def words_of_click(language: str) -> Iterator[None]:
    """Let click write its own words in a language."""
    if language != "zh":
        yield
        return
    domain, languages = gettext.textdomain(), os.environ.get("LANGUAGE")
    gettext.bindtextdomain(DOMAIN, str(LOCALE))
    gettext.textdomain(DOMAIN)
    os.environ["LANGUAGE"] = language
    try:
        yield
    finally:
        gettext.textdomain(domain)
        if languages is None:
            del os.environ["LANGUAGE"]
        else:
            os.environ["LANGUAGE"] = languages


def usage_error(error: click.ClickException, language: str) -> str:
    """Return the message of a usage error: the usage, where to find help, and what is wrong."""
    text, context = io.StringIO(), getattr(error, "ctx", None)
    if context is None:
        error.show(text)
    else:
        with context.scope(cleanup=False):
            error.show(text)
    if language != "zh" or isinstance(error, _NoCommand):
        return text.getvalue()
    written = text.getvalue().rstrip("\n").replace("。 ", "。")
    return (f"{written[:-1]}。" if written.endswith(".") else written) + "\n"  # the last mark is none of click's texts


def _language(context: click.Context | None) -> str:
    return context.obj if context is not None and isinstance(context.obj, str) else "en"


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def _placeholder(param: Any, language: str) -> str:
    """Return the placeholder of a value, such as FILE or 文件."""
    return fixed_text(f"meta_{param.metavar or param.name}".lower(), language)


def _record(param: Any, ctx: click.Context) -> tuple[str, str] | None:
    """Return name and help of a parameter in the language of the run."""
    language, shown = _language(ctx), copy(param)
    if param.param_type_name == "argument":
        required = f"  [{gettext.gettext('required')}]" if param.required else ""
        return _placeholder(param, language), localize(_one_line(param.help), language) + required
    shown.help = localize(_HELP if param.name == "help" else _one_line(param.help), language)
    if not param.is_flag:
        shown.metavar = _placeholder(param, language)
        shown.show_default = isinstance(param.default, str | int) and param.default != ""
    record: tuple[str, str] | None = shown.get_help_record(ctx)
    return record


_HELP = "Show this message and exit."
"""Help of the option --help; click keeps it in the language of the first page."""
