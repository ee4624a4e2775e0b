"""Help pages and usage errors of the command line, in English and Chinese.

click formats pages in English only and breaks lines between words only; here they are formatted from the same commands.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from typing import Any

import click

from textile_pcf.cli.width import padded, width, wrapped
from textile_pcf.messages.catalogue import fixed_text, translate

MAX_COLUMNS = 100  # longer lines are hard to read
INDENT = "  "
NAME_COLUMNS = 30  # a longer name has a line of its own


class _Localized:
    """Mixin of commands: usage and help in the language of the run, which is the context's object."""

    def get_usage(self, ctx: click.Context) -> str:
        """Return the usage line."""
        return usage(ctx)

    def get_help(self, ctx: click.Context) -> str:
        """Return the help page."""
        return page(ctx)


class Command(_Localized, click.Command):
    """A command with help in the language of the run."""


class Group(_Localized, click.Group):
    """A group of commands with help in the language of the run. Without a command the help is a usage error."""

    command_class = Command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments of the group, and return those of the command."""
        if not args and not ctx.resilient_parsing:  # before click 8.2 this was no error
            raise click.UsageError(self.get_help(ctx), ctx)
        return super().parse_args(ctx, args)


class Argument(click.Argument):
    """An argument with a help text. click has this from 8.5 on."""

    def __init__(self, *names: Any, **settings: Any) -> None:
        text: str = settings.pop("help")
        super().__init__(*names, **settings)
        self.help = text


def usage(context: click.Context) -> str:
    """Return the usage of a command, in one or more lines."""
    language = _language(context)
    parts = [fixed_text("meta_options", language), *(_argument(param, language) for param in _params(context, "argument"))]
    if isinstance(context.command, click.Group):
        parts.append(fixed_text("meta_command", language))
    head = f"{fixed_text('usage', language)}{context.command_path} "
    lines = wrapped(" ".join(parts), max(_columns() - width(head), NAME_COLUMNS))
    return head + f"\n{' ' * width(head)}".join(lines)


def page(context: click.Context) -> str:
    """Return the help page of a command: usage, description, arguments, options, commands."""
    language, command = _language(context), context.command
    description = wrapped(translate(_one_line(command.help), language), _columns() - len(INDENT))
    parts = [usage(context), "\n".join(f"{INDENT}{line}" for line in description)]
    for param_type, key in (("argument", "help_arguments"), ("option", "help_options")):
        rows = [(_name(param, language), _text(param, language)) for param in _params(context, param_type)]
        parts.append(_section(fixed_text(key, language), rows))
    if isinstance(command, click.Group):
        commands = [(name, translate(_one_line(child.help), language)) for name, child in command.commands.items()]
        parts.append(_section(fixed_text("help_commands", language), commands))
    return "\n\n".join(part for part in parts if part)


def usage_error(error: click.ClickException, language: str) -> str:
    """Return the message of a usage error: the usage, where to find help, and what is wrong."""
    message, context = error.format_message(), getattr(error, "ctx", None)
    if context is None:
        return f"{fixed_text('usage_error', language)}{translate(message, language)}\n"
    if message == context.get_help():  # a group without a command
        return f"{message}\n"
    where = fixed_text("help_where", language, command=f"{context.command_path} --help")
    names = {f"'{param.metavar}'": f"“{_meta(param, language)}”" for param in _params(context, "argument")}
    why = error.message if isinstance(error, click.BadParameter) else ""  # follows the name of the option
    parts = [translate(part, language, names) for part in (message.removesuffix(why).rstrip(), why) if part]
    return (
        f"{usage(context)}\n{where}\n\n{fixed_text('usage_error', language)}{('' if language == 'zh' else ' ').join(parts)}\n"
    )


def _language(context: click.Context) -> str:
    return context.obj if isinstance(context.obj, str) else "en"


def _columns() -> int:
    return max(2 * NAME_COLUMNS, min(MAX_COLUMNS, shutil.get_terminal_size().columns))


def _params(context: click.Context, param_type: str) -> list[Any]:
    """Return the parameters of a command of type `argument` or `option`, common options last."""
    return [param for param in context.command.get_params(context) if param.param_type_name == param_type]


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def _meta(param: Any, language: str) -> str:
    """Return the placeholder of a value, such as FILE or 文件."""
    return fixed_text(f"meta_{param.metavar or param.name}".lower(), language)


def _argument(param: Any, language: str) -> str:
    name = _meta(param, language) + ("..." if param.nargs != 1 else "")
    return name if param.required else f"[{name}]"


def _name(param: Any, language: str) -> str:
    """Return the left cell of a parameter: an argument, or an option with the placeholder of its value."""
    if param.param_type_name == "argument":
        return _meta(param, language)
    names = ", ".join(param.opts) + "".join(f" / {name}" for name in param.secondary_opts)
    return names if param.is_flag else f"{names} {_meta(param, language)}"


def _text(param: Any, language: str) -> str:
    """Return the right cell of a parameter: its help, whether it is required, and its default."""
    text = translate(_one_line(param.help), language)
    if param.required:
        return f"{text}  {fixed_text('help_required', language)}"
    default = param.default if isinstance(param.default, str | int) and not isinstance(param.default, bool) else ""
    return text if default == "" else f"{text}  {fixed_text('help_default', language, value=default)}"


def _section(title: str, rows: Iterable[tuple[str, str]]) -> str:
    """Return a section of a page: a title and a table of two columns; "" without rows."""
    table = list(rows)
    if not table:
        return ""
    left = min(max(width(name) for name, _ in table), NAME_COLUMNS) + 2 * len(INDENT)
    lines = [title]
    for name, text in table:
        first, *rest = wrapped(text, _columns() - left) or [""]
        if width(name) + 2 * len(INDENT) > left:
            lines.append(f"{INDENT}{name}")
            name = ""
        lines += [padded(f"{INDENT}{name}", left) + first, *(" " * left + line for line in rest)]
    return "\n".join(line.rstrip() for line in lines)
