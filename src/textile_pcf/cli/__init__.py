"""The command line: `textile-pcf`. Data on standard output, messages on standard error, exit codes as documented."""

from __future__ import annotations

import os
import sys
from itertools import pairwise

DONE, REJECTED, USAGE, DEFINITION, INPUT, INTERNAL = 0, 1, 2, 3, 4, 5


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with one of the codes above."""
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def spoken(arguments: list[str]) -> str:
    """Language of messages: that of `--lang`, else of TEXTILE_PCF_LANG, else English.

    Examples
    --------
    >>> spoken(["check", "mill.csv", "--lang", "zh"]), spoken(["check", "mill.csv", "--lang=zh"])
    ('zh', 'zh')
    """
    told = [after for word, after in pairwise([*arguments, ""]) if word == "--lang"]
    told += [word.removeprefix("--lang=") for word in arguments if word.startswith("--lang=")]
    return (told or [os.environ.get("TEXTILE_PCF_LANG", "en")])[-1]


def run(arguments: list[str]) -> int:
    """Exit code of a command line."""
    import typer

    from textile_pcf.cli.commands import app
    from textile_pcf.errors import SHOWN, FactorError, InputError, PcfError, RuleError
    from textile_pcf.language import translate

    command = typer.main.get_command(app)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        command.main(arguments, prog_name="textile-pcf")
    except SystemExit as stop:  # the command's own way to end, usage errors included
        return stop.code if isinstance(stop.code, int) else DONE
    except PcfError as error:
        language = spoken(arguments)
        sys.stderr.write("".join(f"{problem.told(language, error.names)}\n" for problem in error.problems[:SHOWN]))
        sys.stderr.write(f"{error.summary_in(language)}\n")
        return DEFINITION if isinstance(error, (RuleError, FactorError)) else INPUT if isinstance(error, InputError) else USAGE
    except Exception as error:  # a fault of ours: say so, with what a report needs
        import traceback

        traceback.print_exc()
        said = f"internal error: {error!r}. Please report it with the lines above and the input."
        sys.stderr.write(translate(said, spoken(arguments)) + "\n")
        return INTERNAL
    return DONE
