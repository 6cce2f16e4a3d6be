"""What the examples share: the folder that `mynumber sandbox create NAME` wrote, named on the command line."""

import json
import sys
from pathlib import Path

try:
    folder = Path(sys.argv[1])
    sandbox = json.loads((folder / "sandbox.json").read_text(encoding="utf-8"))
except (IndexError, OSError):
    sys.exit(f"usage: python {sys.argv[0]} FOLDER    (the folder that `mynumber sandbox create NAME` wrote)")
