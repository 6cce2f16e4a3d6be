"""What the examples share: the folder that `mynumber sandbox create NAME` wrote, named on the command line."""

import json
import sys
from importlib.util import find_spec
from pathlib import Path

if find_spec("mynumber") is None:
    sys.exit("mynumber is not installed for this Python: run the example with .venv/bin/python")
try:
    folder = Path(sys.argv[1])
    sandbox = json.loads((folder / "sandbox.json").read_text(encoding="utf-8"))
except (IndexError, OSError):
    sys.exit(f"usage: python {sys.argv[0]} FOLDER    (the folder that `mynumber sandbox create NAME` wrote)")
