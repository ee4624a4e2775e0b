"""Commands whose modules are imported when one of them is first needed: a cold `calculate` imports its own only."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping

import click

from textile_pcf._lazy import load_name


class CommandsOnDemand(MutableMapping[str, click.Command]):
    """Commands of a group by name, in the order in which they were added.

    A help page and a misspelled command look at all of them, so these import all modules.
    """

    def __init__(self) -> None:
        self._commands: dict[str, click.Command | tuple[str, str]] = {}

    def add(self, name: str, module: str, variable: str) -> None:
        """Add a command that is the variable of a module.

        Parameters
        ----------
        name : str
            Name of the command, as its module has it.
        module : str
            Module of `textile_pcf.cli`.
        variable : str
            Variable of the module.
        """
        self._commands[name] = module, variable

    def __getitem__(self, name: str) -> click.Command:
        found = self._commands[name]
        if isinstance(found, tuple):
            found = self._commands[name] = load_name("textile_pcf.cli", *found)
            assert isinstance(found, click.Command)
            assert found.name == name
        return found

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._commands[name] = command

    def __delitem__(self, name: str) -> None:
        del self._commands[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._commands)

    def __len__(self) -> int:
        return len(self._commands)
