"""The check digits of Japan's public numbers: plain functions from digits to one digit.

The callers have made sure that they pass ASCII digits of the right length. Each function is an algorithm of a
published rule; the rule is cited at each.
"""

_INDIVIDUAL_WEIGHTS = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_CORPORATE_WEIGHTS = (2, 1) * 6
_LOCAL_GOVERNMENT_WEIGHTS = (6, 5, 4, 3, 2)


def _weighted_sum(digits: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))


def individual(base: str) -> str:
    """Check digit of the first 11 digits of an individual number (平成26年総務省令第85号 第5条).

    The weight of the n-th digit from the right is n + 1 up to the sixth and n - 5 from the seventh. A remainder of 0 or 1 gives
    0, so 0 is twice as frequent as any other check digit.
    """
    remainder = _weighted_sum(base, _INDIVIDUAL_WEIGHTS) % 11
    return "0" if remainder <= 1 else str(11 - remainder)


def corporate(base: str) -> str:
    """Check digit, 1 to 9, that stands before the 12 digits of a corporate number (平成26年財務省令第70号 第2条)."""
    return str(9 - _weighted_sum(base, _CORPORATE_WEIGHTS) % 9)


def local_government(jisx0402: str) -> str:
    """Check digit of a five-digit JIS X 0402 code (全国地方公共団体コード, 総務省)."""
    return str((11 - _weighted_sum(jisx0402, _LOCAL_GOVERNMENT_WEIGHTS) % 11) % 10)


def modulus_10_weight_2(digits: str) -> str:
    """Check digit of the health insurance numbers: from the right x2, x1, x2 ..., digits of the products added.

    The rule of 保険者番号 and 公費負担者番号 (厚生労働省 設定要領).
    """
    total = 0
    for position, digit in enumerate(reversed(digits)):
        product = int(digit) * (2 if position % 2 == 0 else 1)
        total += product // 10 + product % 10
    return str(-total % 10)
