"""Trust policies (C2SP tlog-policy): which logs and witnesses are known, and how many witnesses must have seen a checkpoint.

One small text file says it to everybody alike: the log (whom to ask for cosignatures), a witness (which logs to cosign), a monitor, and whoever
checks a receipt offline.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from mynumber.foundation.tlog.note import NoteRefused, SignatureType, VerifierKey

MOST_LINES: Final = 512
NO_QUORUM: Final = "none"
_BLANK: Final = " \t"
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_COUNT: Final = re.compile(r"[1-9][0-9]{0,3}", re.ASCII)


class BadPolicy(ValueError):
    """A text that is no policy; the message names the line (1 is the first; 0 the file as a whole)."""

    def __init__(self, line: int, detail: str) -> None:
        super().__init__(f"line {line}: {detail}" if line else detail)
        self.line = line
        self.detail = detail


@dataclass(frozen=True, slots=True)
class KnownLog:
    """A log: its key, whose name is the origin, and the prefix below which its tiles are (no slash at the end)."""

    key: VerifierKey
    url: str | None = None


@dataclass(frozen=True, slots=True)
class KnownWitness:
    """A witness: its name in this policy, its key, and its submission prefix."""

    name: str
    key: VerifierKey
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Has witnessed what at least ``threshold`` of its members (witnesses or groups) have."""

    name: str
    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """Known logs and witnesses, and the rule which witnesses are enough (name of a witness or group, or ``none``)."""

    logs: tuple[KnownLog, ...] = ()
    witnesses: tuple[KnownWitness, ...] = ()
    groups: tuple[Group, ...] = ()
    quorum: str = NO_QUORUM

    @classmethod
    def of_keys(
        cls, logs: Iterable[VerifierKey], witnesses: Iterable[VerifierKey] = (), *, quorum: int | None = None
    ) -> "Policy":
        """These logs, and ``quorum`` of these witnesses; without a number, all of them."""
        known = tuple(KnownWitness(f"w{number}", key) for number, key in enumerate(witnesses, 1))
        threshold = len(known) if quorum is None else quorum
        if threshold == 0:
            return cls(tuple(map(KnownLog, logs)), known)
        group = Group("witnesses", threshold, tuple(one.name for one in known))
        return cls(tuple(map(KnownLog, logs)), known, (group,), group.name)

    @classmethod
    def parse(cls, text: str) -> "Policy":
        """Read a policy strictly. Raises BadPolicy."""
        reader = _Reader()
        lines = text.removesuffix("\n").split("\n")
        if len(lines) > MOST_LINES:
            raise BadPolicy(0, f"a policy has at most {MOST_LINES} lines")
        for number, line in enumerate(lines, 1):
            reader.read(number, line)
        if reader.quorum is None:
            raise BadPolicy(0, "the line with the quorum is missing")
        return cls(tuple(reader.logs), tuple(reader.witnesses), tuple(reader.groups), reader.quorum)

    def to_text(self) -> str:
        lines = [_line("log", log.key.to_text(), log.url) for log in self.logs]
        lines += [_line("witness", one.name, one.key.to_text(), one.url) for one in self.witnesses]
        lines += [_line("group", one.name, str(one.threshold), *one.members) for one in self.groups]
        return "\n".join([*lines, f"quorum {self.quorum}"]) + "\n"

    def without_addresses(self) -> "Policy":
        """What whoever checks a receipt needs: keys and quorum."""
        logs = tuple(KnownLog(log.key) for log in self.logs)
        return Policy(
            logs, tuple(KnownWitness(w.name, w.key) for w in self.witnesses), self.groups, self.quorum
        )

    def is_satisfied(self, cosigned: Collection[VerifierKey]) -> bool:
        """Whether cosignatures of these keys are enough."""
        have = {one.name for one in self.witnesses if one.key in cosigned} | {NO_QUORUM}
        for group in self.groups:  # a group names only what stands before it
            if len(have.intersection(group.members)) >= group.threshold:
                have.add(group.name)
        return self.quorum in have

    @property
    def fewest_cosignatures(self) -> int:
        """The least number of cosignatures that can be enough."""
        needed = dict.fromkeys((one.name for one in self.witnesses), 1) | {NO_QUORUM: 0}
        for group in self.groups:
            needed[group.name] = sum(sorted(needed[member] for member in group.members)[: group.threshold])
        return needed[self.quorum]

    def keys_of_log(self, origin: str) -> tuple[VerifierKey, ...]:
        """The keys that sign for an origin; none when the log is not known."""
        return tuple(log.key for log in self.logs if log.key.name == origin)

    @property
    def witness_keys(self) -> tuple[VerifierKey, ...]:
        return tuple(one.key for one in self.witnesses)


def _line(*words: str | None) -> str:
    return " ".join(word for word in words if word is not None)


class _Reader:
    """What the lines so far have said."""

    def __init__(self) -> None:
        self.logs: list[KnownLog] = []
        self.witnesses: list[KnownWitness] = []
        self.groups: list[Group] = []
        self.quorum: str | None = None
        self._names: set[str] = set()
        self._in_a_group: set[str] = set()

    def read(self, number: int, line: str) -> None:
        if _CONTROL.search(line):
            raise BadPolicy(number, "a policy has no control characters but tab and newline")
        words = [word for word in re.split(r"[ \t]+", line.strip(_BLANK)) if word]
        if not words or words[0].startswith("#"):
            return
        try:
            match words:
                case ["log", vkey, *url] if len(url) <= 1:
                    self._add_log(vkey, url)
                case ["witness", name, vkey, *url] if len(url) <= 1:
                    self._add_witness(name, vkey, url)
                case ["group", name, threshold, *members] if members:
                    self._add_group(name, threshold, members)
                case ["quorum", name]:
                    self._set_quorum(name)
                case _:
                    raise BadPolicy(number, "not a line of a policy")
        except NoteRefused:
            raise BadPolicy(number, "this is no verifier key (vkey)") from None
        except _Wrong as wrong:
            raise BadPolicy(number, str(wrong)) from None

    def _add_log(self, vkey: str, url: list[str]) -> None:
        key = _key(vkey, SignatureType.ED25519)
        if any(log.key.public == key.public for log in self.logs):
            raise _Wrong("this log's key stands here twice")
        self.logs.append(KnownLog(key, _url(url)))

    def _add_witness(self, name: str, vkey: str, url: list[str]) -> None:
        key = _key(vkey, SignatureType.COSIGNATURE)
        if any(one.key.public == key.public for one in self.witnesses):
            raise _Wrong("this witness's key stands here twice")
        self._define(name)
        self.witnesses.append(KnownWitness(name, key, _url(url)))

    def _add_group(self, name: str, threshold: str, members: list[str]) -> None:
        for member in members:
            self._known(member)
            if member in self._in_a_group:
                raise _Wrong("a member stands in one place only")
            self._in_a_group.add(member)
        self._define(name)
        self.groups.append(Group(name, _threshold(threshold, len(members)), tuple(members)))

    def _set_quorum(self, name: str) -> None:
        if self.quorum is not None:
            raise _Wrong("a policy has one quorum")
        if name != NO_QUORUM:
            self._known(name)
        self.quorum = name

    def _define(self, name: str) -> None:
        if name == NO_QUORUM or name in self._names:
            raise _Wrong("this name is taken")
        self._names.add(name)

    def _known(self, name: str) -> None:
        if name not in self._names:
            raise _Wrong("no witness or group of this name stands above")


class _Wrong(ValueError):
    """What is wrong with the line that is being read."""


def _key(text: str, kind: SignatureType) -> VerifierKey:
    key = VerifierKey.parse(text)
    if key.kind is not kind:
        raise _Wrong(f"this needs a key of type 0x{kind.value}")
    return key


def _url(words: list[str]) -> str | None:
    return words[0].rstrip("/") if words else None


def _threshold(text: str, members: int) -> int:
    if text in ("all", "any"):
        return members if text == "all" else 1
    if _COUNT.fullmatch(text) is None or int(text) > members:
        raise _Wrong("a threshold is all, any, or a number from 1 to that of the members")
    return int(text)
