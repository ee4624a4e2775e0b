"""`python -m textile_pcf`: the command line."""

from textile_pcf.cli import main

main()
