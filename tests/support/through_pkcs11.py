"""Sign through PKCS#11 with other people's libraries, in a process of its own: a PKCS#11 module lives as long as its process.

``python -m tests.support.through_pkcs11 python-pkcs11|pyhanko SLOT PIN IN OUT``: a signature of IN (SHA-256), or IN as a signed PDF.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pkcs11
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.pkcs11 import PKCS11Signer

from tests.support.virtual_reader import OPENSC_MODULE


def main(library: str, slot: str, pin: str, source: str, target: str) -> None:
    token = pkcs11.lib(OPENSC_MODULE).get_slots()[int(slot)].get_token()
    with token.open(user_pin=pin) as session:
        signed = {"python-pkcs11": _sign, "pyhanko": _sign_pdf}[library](session, Path(source))
    Path(target).write_bytes(signed)


def _sign(session: pkcs11.Session, source: Path) -> bytes:
    key = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY)
    assert isinstance(key, pkcs11.SignMixin)
    signature: bytes = key.sign(source.read_bytes(), mechanism=pkcs11.Mechanism.SHA256_RSA_PKCS)
    return signature


def _sign_pdf(session: pkcs11.Session, source: Path) -> bytes:
    signer = PKCS11Signer(session, cert_id=b"\x02", key_id=b"\x02", embed_roots=False, bulk_fetch=False)
    metadata = PdfSignatureMetadata(
        field_name="署名", subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256"
    )
    with source.open("rb") as opened:
        output = PdfSigner(metadata, signer).sign_pdf(IncrementalPdfFileWriter(opened))
    signed: bytes = output.getvalue()
    return signed


if __name__ == "__main__":
    main(*sys.argv[1:])
