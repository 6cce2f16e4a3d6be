"""The last look at a paper before it leaves (PORTAL.md 3.7): read the finished PDF, and compare whose it says it is with who asked.

Code of its own, another library than the one that wrote: a fault of the writing, of a store or of a query is found here, page by page. Who catches `WrongPaper`
hands nothing out.
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING, Final

from mynumber.webkit.paper.mark import Mark

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader

_PAGE: Final = re.compile(
    rb"/MyNumberPaper\s*<<\s*/About \(([0-9a-f-]{36})\) /Subject \(([0-9a-f]{64})\) /Page (\d{1,4})>>\s*BDC"
)
MOST_PAGES: Final = 200


class WrongPaper(Exception):
    """The paper is not what was asked for, or says nothing of whose it is."""


def release(content: bytes, *, expected: Mark) -> bytes:
    """The paper itself, if its metadata and each of its pages name `expected`. Raises WrongPaper."""
    # pyHanko takes half a second to import; most visits see no paper.
    from pyhanko.pdf_utils.reader import PdfFileReader

    from mynumber.foundation.validation.limits import Limits
    from mynumber.foundation.validation.pdf import BAD_PDF, decode_limits

    try:
        reader = PdfFileReader(BytesIO(content), strict=True, decode_limits=decode_limits(Limits()))
        said = str(reader.trailer["/Info"]["/Subject"])
        count = int(reader.root["/Pages"]["/Count"])
        if count > MOST_PAGES or content.count(b"startxref") != 1:  # nothing was added to it
            raise WrongPaper
        pages = [_marks_on(reader, number) for number in range(count)]
    except BAD_PDF as error:
        raise WrongPaper from error
    wanted = (str(expected.about).encode(), expected.subject.encode())
    listed = [[(*wanted, str(number).encode())] for number in range(1, count + 1)]
    if not pages or said != expected.text or pages != listed:
        raise WrongPaper
    return content


def _marks_on(reader: PdfFileReader, number: int) -> list[tuple[bytes, ...]]:
    """What a page says of itself, from 0."""
    reference, _ = reader.find_page_for_modification(number)  # type: ignore[no-untyped-call]
    drawn = reference.get_object()["/Contents"]
    parts = drawn if isinstance(drawn, list) else [drawn]
    return [tuple(each) for part in parts for each in _PAGE.findall(part.get_object().data)]
