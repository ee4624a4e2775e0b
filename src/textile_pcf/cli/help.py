"""Help and usage errors of the command line, in English and Chinese: what can be written, and what was written wrong.

The parser of options speaks English only and breaks lines between words only, so the pages are written here, from what the
commands say of themselves.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from typing import Any

import click

from textile_pcf.cli.width import padded, width, wrapped
from textile_pcf.messages.catalogue import fixed_text, translate

WIDEST = 100  # columns; longer lines are hard to read
INDENT = "  "
NAMES = 30  # columns of names beside their texts; a longer one has a line of its own


class _Told:
    """A command that tells its usage and its help in the language of the run (the context's object)."""

    def get_usage(self, ctx: click.Context) -> str:
        """The line of usage."""
        return usage(ctx)

    def get_help(self, ctx: click.Context) -> str:
        """The page of help."""
        return page(ctx)


class Command(_Told, click.Command):
    """A command with help in the language of the run."""


class Group(_Told, click.Group):
    """A group of commands with help in the language of the run; without a command its help is a usage error."""

    command_class = Command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """What is left for the command."""
        if not args and not ctx.resilient_parsing:  # said here because before click 8.2 this was no error
            raise click.UsageError(self.get_help(ctx), ctx)
        return super().parse_args(ctx, args)


class Argument(click.Argument):
    """An argument that says what it means, as options do; click has this from 8.5 on."""

    def __init__(self, *names: Any, **told: Any) -> None:
        text: str = told.pop("help")
        super().__init__(*names, **told)
        self.help = text


def usage(context: click.Context) -> str:
    """How a command is written, in one line or more."""
    language = _language(context)
    parts = [fixed_text("meta_options", language), *(_argument(param, language) for param in _of(context, "argument"))]
    if isinstance(context.command, click.Group):
        parts.append(fixed_text("meta_command", language))
    head = f"{fixed_text('usage', language)}{context.command_path} "
    lines = wrapped(" ".join(parts), max(_columns() - width(head), NAMES))
    return head + f"\n{' ' * width(head)}".join(lines)


def page(context: click.Context) -> str:
    """The help of a command: usage, what it does, its arguments, options and commands."""
    language, command = _language(context), context.command
    what = wrapped(translate(_plain(command.help), language), _columns() - len(INDENT))
    parts = [usage(context), "\n".join(f"{INDENT}{line}" for line in what)]
    for kind, key in (("argument", "help_arguments"), ("option", "help_options")):
        parts.append(
            _section(fixed_text(key, language), [(_name(each, language), _text(each, language)) for each in _of(context, kind)])
        )
    if isinstance(command, click.Group):
        inside = [(name, translate(_plain(each.help), language)) for name, each in command.commands.items()]
        parts.append(_section(fixed_text("help_commands", language), inside))
    return "\n\n".join(part for part in parts if part)


def told(error: click.ClickException, language: str) -> str:
    """What is said of a command line that cannot be understood: how it is written, where help is, what is wrong."""
    said, context = error.format_message(), getattr(error, "ctx", None)
    if context is None:
        return f"{fixed_text('usage_error', language)}{translate(said, language)}\n"
    if said == context.get_help():  # nothing was written: not wrong, but nothing can be done
        return f"{said}\n"
    where = fixed_text("help_where", language, command=f"{context.command_path} --help")
    names = {f"'{param.metavar}'": f"“{_meta(param, language)}”" for param in _of(context, "argument")}
    why = error.message if isinstance(error, click.BadParameter) else ""  # a sentence of its own, after the option it speaks of
    parts = [translate(part, language, names) for part in (said.removesuffix(why).rstrip(), why) if part]
    return (
        f"{usage(context)}\n{where}\n\n{fixed_text('usage_error', language)}{('' if language == 'zh' else ' ').join(parts)}\n"
    )


def _language(context: click.Context) -> str:
    return context.obj if isinstance(context.obj, str) else "en"


def _columns() -> int:
    return max(2 * NAMES, min(WIDEST, shutil.get_terminal_size().columns))


def _of(context: click.Context, kind: str) -> list[Any]:
    """Arguments or options of a command, those of every command last."""
    return [param for param in context.command.get_params(context) if param.param_type_name == kind]


def _plain(text: str | None) -> str:
    return " ".join((text or "").split())


def _meta(param: Any, language: str) -> str:
    """What stands for the value of a parameter, such as FILE or 文件."""
    return fixed_text(f"meta_{param.metavar or param.name}".lower(), language)


def _argument(param: Any, language: str) -> str:
    name = _meta(param, language) + ("..." if param.nargs != 1 else "")
    return name if param.required else f"[{name}]"


def _name(param: Any, language: str) -> str:
    """An option with its value, or an argument, as it stands at the left."""
    if param.param_type_name == "argument":
        return _meta(param, language)
    names = ", ".join(param.opts) + "".join(f" / {name}" for name in param.secondary_opts)
    return names if param.is_flag else f"{names} {_meta(param, language)}"


def _text(param: Any, language: str) -> str:
    """What a parameter means, whether it is needed, and what it is otherwise."""
    told = translate(_plain(param.help), language)
    if param.required:
        return f"{told}  {fixed_text('help_required', language)}"
    default = param.default if isinstance(param.default, str | int) and not isinstance(param.default, bool) else ""
    return told if default == "" else f"{told}  {fixed_text('help_default', language, value=default)}"


def _section(title: str, rows: Iterable[tuple[str, str]]) -> str:
    """Names with their texts beside them."""
    table = list(rows)
    if not table:
        return ""
    left = min(max(width(name) for name, _ in table), NAMES) + 2 * len(INDENT)
    lines = [title]
    for name, text in table:
        first, *rest = wrapped(text, _columns() - left) or [""]
        if width(name) + 2 * len(INDENT) > left:
            lines.append(f"{INDENT}{name}")
            name = ""
        lines += [padded(f"{INDENT}{name}", left) + first, *(" " * left + line for line in rest)]
    return "\n".join(line.rstrip() for line in lines)
