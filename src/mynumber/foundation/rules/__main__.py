"""`python -m mynumber.foundation.rules [LAW [ARTICLE]]`: which function carries out an article (児童扶養手当法 9_2)."""

import sys

from mynumber.foundation.rules.clauses import Law
from mynumber.foundation.rules.index import lines


def main(arguments: list[str]) -> int:
    """Print the lines of the index. Returns the exit status: 1 if nothing cites the article, 2 if no such law."""
    title, article = [*arguments, "", ""][:2]
    try:
        law = Law.titled(title) if title else None
    except ValueError:
        sys.stderr.write("法律名は次のどれかです: " + "、".join(each.title for each in Law) + "\n")
        return 2
    found = lines(law, article)
    sys.stdout.write("".join(f"{line}\n" for line in found))
    return 0 if found else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
