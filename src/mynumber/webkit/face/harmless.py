"""Whether a PDF that a stranger hands in only shows pages: nothing in it runs, opens, sends, hides a file or is locked."""

from __future__ import annotations

from io import BytesIO
from typing import Final

ACTS: Final = frozenset(
    {
        *("/JS", "/JavaScript", "/Launch", "/AA", "/SubmitForm", "/ImportData", "/XFA", "/Rendition"),
        *("/EmbeddedFile", "/EmbeddedFiles", "/RichMedia", "/GoToR", "/GoToE", "/Movie", "/Sound", "/3D"),
    }
)
"""Names of the format (ISO 32000-2, 12.6, 7.11.4) for what acts or carries files. Links to the web stay: a person presses them; nothing is done on opening."""
MOST_OBJECTS: Final = 20_000
MOST_UNFOLDED: Final = 16 * 1024 * 1024
"""Bytes that the streams which hold objects may unfold to; pages are not unfolded."""


def only_shows(document: bytes) -> bool:
    """Whether every object of every revision is harmless. What cannot be read whole is not."""
    # pyHanko takes half a second to import and few processes ever see a file.
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.reader import PdfFileReader

    from mynumber.foundation.validation.limits import Limits
    from mynumber.foundation.validation.pdf import BAD_PDF, decode_limits

    def acts(thing: object) -> bool:
        """Whether it names something that acts. What it refers to is an object of its own and looked at there."""
        waiting = [thing]
        while waiting:
            one = waiting.pop()
            if isinstance(one, generic.NameObject) and one in ACTS:
                return True
            if isinstance(one, generic.DictionaryObject):
                if not ACTS.isdisjoint(one):
                    return True
                waiting += [one.raw_get(key) for key in one]
            elif isinstance(one, generic.ArrayObject):
                waiting += [one.raw_get(number) for number in range(len(one))]
        return False

    def opens_quietly(root: generic.DictionaryObject) -> bool:
        """Whether opening it shows a page and nothing more: no address is called, nothing is printed."""
        first = root.get("/OpenAction", generic.NullObject())
        if isinstance(first, generic.DictionaryObject):
            return first.get("/S") == "/GoTo" and "/Next" not in first
        return isinstance(first, generic.ArrayObject | generic.NullObject)

    limits = Limits(pdf_decoded=MOST_UNFOLDED, pdf_stream=MOST_UNFOLDED)
    try:
        reader = PdfFileReader(BytesIO(document), strict=False, decode_limits=decode_limits(limits))
        if reader.encrypted or not reader.root or reader.xrefs.hybrid_xrefs_present:
            return False
        if not opens_quietly(reader.root):
            return False
        seen = 0
        for revision in range(reader.xrefs.total_revisions):
            for reference in reader.xrefs.explicit_refs_in_revision(revision):
                seen += 1
                here = generic.Reference(reference.idnum, reference.generation, reader)
                found = reader.get_object(here, revision=revision)  # type: ignore[no-untyped-call]
                if seen > MOST_OBJECTS or acts(found):
                    return False
    except BAD_PDF:
        return False
    return True
