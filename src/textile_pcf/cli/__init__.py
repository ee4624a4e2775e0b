"""The command line: `textile-pcf`. Data on standard output, messages on standard error, exit codes as documented."""

from __future__ import annotations

import gc
import os
import sys
import warnings
from contextlib import suppress
from errno import EDQUOT, EFBIG, ENOSPC
from pathlib import Path

from textile_pcf.cli.language import message_language

DONE, REJECTED, USAGE, DEFINITION, INPUT, INTERNAL, STOPPED = 0, 1, 2, 3, 4, 5, 130
OBJECTS_BETWEEN_COLLECTIONS = 200_000
"""What a command loads stays until it ends: looking through it after every 700 new objects takes 5 % of a cold start."""
NO_ROOM = (ENOSPC, EDQUOT, EFBIG)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with one of the codes above."""
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # else each start looks for some in all that is installed
    code = run(sys.argv[1:] if arguments is None else arguments)
    gc.freeze()  # the process ends: nothing in it need be looked through once more
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run a command line and return its exit code."""
    import click

    from textile_pcf.cli.help import usage_error, words_of_click
    from textile_pcf.errors import PcfError

    _prepare_streams()
    language = message_language(arguments)
    with words_of_click(language):
        try:
            return _run_command(arguments, language)
        except SystemExit as stop:  # the reader of the output closed it
            return stop.code if isinstance(stop.code, int) else DONE
        except click.ClickException as error:
            sys.stderr.write(usage_error(error, language))
            return USAGE
        except (KeyboardInterrupt, click.Abort):
            return STOPPED
        except PcfError as error:
            return _report_errors(error, language)
        except Exception as error:
            return _report_full_disk(language) if getattr(error, "errno", None) in NO_ROOM else _report_bug(error, language)


def _prepare_streams() -> None:
    """Let messages and results be UTF-8, and write to nowhere what a caller closed (`>&-`, services)."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115  open until the end
        stream = getattr(sys, name)
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _run_command(arguments: list[str], language: str) -> int:
    from textile_pcf.cli.commands import app
    from textile_pcf.errors import PcfWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PcfWarning)  # commands that calculate write warnings themselves
        code = app.main(arguments, prog_name="textile-pcf", standalone_mode=False, obj=language)
    sys.stdout.flush()  # reports a full disk here, not at interpreter exit
    return code if isinstance(code, int) else DONE


def _report_errors(error: Exception, language: str) -> int:
    """Write the problems of a request, a rule, factors or input, and return the exit code."""
    from textile_pcf.errors import SHOWN, FactorError, InputError, PcfError, RuleError

    assert isinstance(error, PcfError)
    sys.stderr.write("".join(f"{problem.localized(language)}\n" for problem in error.distinct[:SHOWN]))
    sys.stderr.write(f"{error.summary_in_language(language)}\n")
    return DEFINITION if isinstance(error, (RuleError, FactorError)) else INPUT if isinstance(error, InputError) else USAGE


def _report_full_disk(language: str) -> int:
    """Write that the disk is full, and return the exit code. Standard output is closed, so that exiting raises no error."""
    from textile_pcf.messages.message import localize

    with suppress(OSError, ValueError):  # standard output may have no file descriptor
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    message = "The disk is full. Free some space, or choose another place for the output; what is written so far is incomplete."
    sys.stderr.write(localize(message, language) + "\n")
    return USAGE


def _report_bug(error: Exception, language: str) -> int:
    """Write the traceback of an internal error and how to report it, and return the exit code."""
    import traceback

    from textile_pcf.messages.message import Message

    traceback.print_exc()
    message = Message("internal error: {error}. Please report it with the lines above and the input.", error=repr(error))
    sys.stderr.write(message.localized(language) + "\n")
    return INTERNAL
