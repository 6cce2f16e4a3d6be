"""Letters, receipts and excerpts as PDF: set in a font that travels with us, marked with whose they are, and looked at once more before they leave.

    content = write(Paper(title="通知書", mark=mark, blocks=(Words("…"),)))
    content = release(content, expected=mark)      # raises WrongPaper

`setting` writes, `gate` reads what was written and knows nothing of how (PORTAL.md 3.7).
"""

from mynumber.webkit.paper.gate import WrongPaper, release
from mynumber.webkit.paper.mark import Mark, subject_of
from mynumber.webkit.paper.setting import Facts, Heading, Items, Paper, Words, write

__all__ = [
    "Facts",
    "Heading",
    "Items",
    "Mark",
    "Paper",
    "Words",
    "WrongPaper",
    "release",
    "subject_of",
    "write",
]
