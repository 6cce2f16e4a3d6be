"""The group ristretto255 (RFC 9496) of libsodium, through `rbcl`; everybody imports it from here.

`rbcl` writes its libsodium (2.8 MB) to the temporary folder at each start of a process and leaves it there. Once it is loaded no name is needed any more.
"""

from pathlib import Path

from rbcl import rbcl as group
from rbcl._sodium import lib_path

__all__ = ["group"]

Path(lib_path).unlink(missing_ok=True)
