"""Trust policies: the example of tlog-policy, what is enough, and hostile files with their line."""

from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynumber.foundation.tlog.checkpoint import LogSigner
from mynumber.foundation.tlog.policy import BadPolicy, Group, Policy
from mynumber.foundation.tlog.witness import WitnessSigner

LOG = LogSigner.generate("network.example/log")
WITNESSES = {
    name: WitnessSigner.generate(f"{name}.example/w") for name in ("X1", "X2", "X3", "Y1", "Y2", "Y3")
}
EXAMPLE = (
    f"log {LOG.vkey}\n\n"
    + "".join(f"witness {name} {WITNESSES[name].vkey}\n" for name in ("X1", "X2", "X3"))
    + "group X-witnesses 2 X1 X2 X3\n\n"
    + "".join(f"witness {name} {WITNESSES[name].vkey}\n" for name in ("Y1", "Y2", "Y3"))
    + "group Y-witnesses any Y1 Y2 Y3\n\ngroup X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n"
)
"""The example of the specification with keys in it."""
SMALL = f"log {LOG.vkey}\nwitness w {WITNESSES['X1'].vkey}\n"


def test_two_of_the_first_and_one_of_the_second_are_enough() -> None:
    policy = Policy.parse(EXAMPLE)
    names = list(WITNESSES)
    for some in chain.from_iterable(combinations(names, count) for count in range(7)):
        enough = sum(name[0] == "X" for name in some) >= 2 and any(name[0] == "Y" for name in some)
        assert policy.is_satisfied({WITNESSES[name].verifier_key for name in some}) is enough, some
    assert policy.fewest_cosignatures == 3


def test_it_is_written_so_that_it_reads_the_same() -> None:
    policy = Policy.parse(EXAMPLE)
    assert Policy.parse(policy.to_text()) == policy


def test_addresses_comments_tabs_and_empty_lines_are_read() -> None:
    text = f"# of the network\n \t\n\tlog\t{LOG.vkey}  http://127.0.0.1:8101/log/ \nquorum none"
    policy = Policy.parse(text)
    assert policy.logs[0].url == "http://127.0.0.1:8101/log"
    assert policy.keys_of_log("network.example/log") == (LOG.verifier_key,)
    assert policy.keys_of_log("other.example/log") == ()
    assert policy.is_satisfied([])
    assert policy.fewest_cosignatures == 0


def test_so_many_of_some_keys() -> None:
    keys = [one.verifier_key for one in WITNESSES.values()]
    assert Policy.of_keys([LOG.verifier_key], keys).fewest_cosignatures == 6
    assert Policy.of_keys([LOG.verifier_key], keys, quorum=2).groups == (
        Group("witnesses", 2, ("w1", "w2", "w3", "w4", "w5", "w6")),
    )
    assert Policy.of_keys([LOG.verifier_key]).is_satisfied([])
    assert not Policy.of_keys([LOG.verifier_key], [], quorum=1).is_satisfied(keys)


HOSTILE = {
    "no quorum": (SMALL, 0, "quorum is missing"),
    "two quorums": (SMALL + "quorum none\nquorum w\n", 4, "one quorum"),
    "an unknown quorum": (SMALL + "quorum x\n", 3, "stands above"),
    "a quorum named later": ("quorum w\n" + SMALL, 1, "stands above"),
    "a quorum of two": (SMALL + "quorum w w\n", 3, "not a line"),
    "a log's key as witness": (f"witness w {LOG.vkey}\nquorum none\n", 1, "0x04"),
    "a witness's key as log": (f"log {WITNESSES['X1'].vkey}\nquorum none\n", 1, "0x01"),
    "no key": ("log network.example/log\nquorum none\n", 1, "vkey"),
    "the log twice": (SMALL + f"log {LOG.vkey}\nquorum none\n", 3, "twice"),
    "the witness twice": (SMALL + f"witness v {WITNESSES['X1'].vkey}\nquorum none\n", 3, "twice"),
    "a name twice": (SMALL + f"witness w {WITNESSES['X2'].vkey}\nquorum none\n", 3, "taken"),
    "a witness called none": (f"witness none {WITNESSES['X2'].vkey}\nquorum none\n", 1, "taken"),
    "none in a group": (SMALL + "group g any none\nquorum g\n", 3, "stands above"),
    "a group in itself": (SMALL + "group g any g\nquorum g\n", 3, "stands above"),
    "a member in two groups": (SMALL + "group g any w\ngroup h any w\nquorum h\n", 4, "one place"),
    "a member twice in a group": (SMALL + "group g 1 w w\nquorum g\n", 3, "one place"),
    "a threshold of none": (SMALL + "group g 0 w\nquorum g\n", 3, "threshold"),
    "a threshold above the members": (SMALL + "group g 2 w\nquorum g\n", 3, "threshold"),
    "a threshold in other digits": (SMALL + "group g １ w\nquorum g\n", 3, "threshold"),
    "a group of nobody": (SMALL + "group g all\nquorum g\n", 3, "not a line"),
    "two addresses": (f"log {LOG.vkey} http://a http://b\nquorum none\n", 1, "not a line"),
    "another word": ("cosigner x\nquorum none\n", 1, "not a line"),
    "a carriage return": ("quorum none\r\n", 1, "control"),
    "a null": ("quorum none\0\n", 1, "control"),
    "too many lines": ("\n" * 600 + "quorum none\n", 0, "at most"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_policy_is_refused_with_its_line(what: str) -> None:
    text, line, words = HOSTILE[what]
    with pytest.raises(BadPolicy) as caught:
        Policy.parse(text)
    assert caught.value.line == line
    assert words in caught.value.detail


@given(st.text(max_size=200))
def test_any_text_is_a_policy_or_refused(text: str) -> None:
    try:
        policy = Policy.parse(EXAMPLE + text)
    except BadPolicy:
        return
    assert Policy.parse(policy.to_text()) == policy
