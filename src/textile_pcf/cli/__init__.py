"""The command line: `textile-pcf`. Data on standard output, messages on standard error, exit codes as documented."""

from __future__ import annotations

import os
import sys
import warnings
from contextlib import suppress
from errno import EDQUOT, EFBIG, ENOSPC
from itertools import pairwise

DONE, REJECTED, USAGE, DEFINITION, INPUT, INTERNAL, STOPPED = 0, 1, 2, 3, 4, 5, 130
VARIABLE = "TEXTILE_PCF_LANG"
NO_ROOM = (ENOSPC, EDQUOT, EFBIG)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with one of the codes above."""
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def message_language(arguments: list[str]) -> str:
    """Language of messages: that of `--lang`, else of TEXTILE_PCF_LANG, else English.

    Examples
    --------
    >>> message_language(["check", "mill.csv", "--lang", "zh"]), spoken(["check", "mill.csv", "--lang=zh"])
    ('zh', 'zh')
    """
    told = [after for word, after in pairwise([*arguments, ""]) if word == "--lang"]
    told += [word.removeprefix("--lang=") for word in arguments if word.startswith("--lang=")]
    return (told or [os.environ.get(VARIABLE) or "en"])[-1]


def run(arguments: list[str]) -> int:
    """Exit code of a command line."""
    import click

    from textile_pcf.cli.commands import app
    from textile_pcf.cli.help import told
    from textile_pcf.errors import PcfError, PcfWarning

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    language = message_language(arguments)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PcfWarning)  # commands that calculate tell them in their own words
            code = app.main(arguments, prog_name="textile-pcf", standalone_mode=False, obj=language)
        sys.stdout.flush()  # what cannot be written is found here, not when all is over
        return code if isinstance(code, int) else DONE
    except SystemExit as stop:  # the reader of our output went away
        return stop.code if isinstance(stop.code, int) else DONE
    except click.ClickException as error:
        sys.stderr.write(told(error, language))
        return USAGE
    except (KeyboardInterrupt, click.Abort):
        return STOPPED
    except PcfError as error:
        return _refused(error, language)
    except Exception as error:
        return _no_room(language) if getattr(error, "errno", None) in NO_ROOM else _failed(error, language)


def _refused(error: Exception, language: str) -> int:
    """Tell what is wrong with the request, the rule, the factors or the input."""
    from textile_pcf.errors import SHOWN, FactorError, InputError, PcfError, RuleError

    assert isinstance(error, PcfError)
    sys.stderr.write("".join(f"{problem.localized(language, error.names)}\n" for problem in error.distinct[:SHOWN]))
    sys.stderr.write(f"{error.summary_in_language(language)}\n")
    return DEFINITION if isinstance(error, (RuleError, FactorError)) else INPUT if isinstance(error, InputError) else USAGE


def _no_room(language: str) -> int:
    """Nothing more can be written, and nobody is to be told so again at the end."""
    from textile_pcf.messages.catalogue import translate

    with suppress(OSError, ValueError):  # standard output may be no file
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    said = "There is no room left on the disk. Make some, or name another place for the output; what was begun is not whole."
    sys.stderr.write(translate(said, language) + "\n")
    return USAGE


def _failed(error: Exception, language: str) -> int:
    """A fault of ours: say so, with what a report needs."""
    import traceback

    from textile_pcf.messages.catalogue import translate

    traceback.print_exc()
    said = f"internal error: {error!r}. Please report it with the lines above and the input."
    sys.stderr.write(translate(said, language) + "\n")
    return INTERNAL
