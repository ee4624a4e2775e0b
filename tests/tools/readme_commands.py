"""Print a command of the README: `run` is its first shell block, `test` its second."""

import re
import sys
from pathlib import Path

README = Path(__file__).resolve().parents[2] / "README.md"


def commands() -> dict[str, str]:
    blocks = re.findall(r"```bash\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    return {"run": blocks[0].strip(), "test": blocks[1].strip()}


if __name__ == "__main__":
    sys.stdout.write(commands()[sys.argv[1]] + "\n")
