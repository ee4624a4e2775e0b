"""The group `factory` with all its commands."""

from textile_pcf.cli.factory import factory_group
from textile_pcf.cli.factory_meters import meters
from textile_pcf.cli.factory_site import SITE_COMMANDS

__all__ = ["factory_group"]

for command in (meters, *SITE_COMMANDS):
    factory_group.add_command(command)
