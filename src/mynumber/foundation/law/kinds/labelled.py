"""What both vocabularies are made of: members with a stable value and two labels."""

from enum import StrEnum
from typing import Self


class LabelledKind(StrEnum):
    """A member whose value is its name in lower case (stable on the wire and in databases), with two labels."""

    label_ja: str
    label_en: str
    former: bool
    """Whether only the former appended table 2 of the Act names it: nothing to offer for today."""

    def __new__(cls, value: str, label_ja: str = "", label_en: str = "", former: bool = False) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label_ja = label_ja
        member.label_en = label_en
        member.former = former
        return member

    @classmethod
    def named(cls, value: str) -> Self:
        """The member of this value. Raises ValueError."""
        member = cls._value2member_map_.get(value)
        if not isinstance(member, cls):
            raise ValueError(f"no {cls.__name__} has this name")
        return member
