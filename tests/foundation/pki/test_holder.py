"""The holder of a signature certificate: written as real ones are, read strictly."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from mynumber.foundation.people import BasicFourAttributes, PartialDate, PersonName, Sex
from mynumber.foundation.pki import (
    HolderFlaw,
    MalformedHolder,
    SignatureHolder,
    certificate_name,
    read_signature_holder,
    substituted,
)
from mynumber.foundation.pki.holder import SUBSTITUTE, birth_text, holder_extension
from tests.foundation.pki.hierarchies import HANAKO, NOW, authentication, ec_key, signature

ARC = "1.2.392.200149.8.5.5."
texts = st.text("山田花子佐藤一二三東京都葛飾区　アン・ABC-－１２", min_size=1, max_size=200).filter(
    str.strip
)


def certificate_with(names: list[x509.GeneralName] | None) -> x509.Certificate:
    """A certificate of nobody in particular, signed by a key that signs fast."""
    subject = x509.Name([])
    builder = x509.CertificateBuilder(subject, subject, ec_key().public_key(), 1, NOW, NOW + timedelta(1))
    if names is not None:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(ec_key(), hashes.SHA256())


def utf8(text: str) -> bytes:
    return asn1.encode_der(text)


def fields(**changed: str | bytes | None) -> list[x509.GeneralName]:
    """The six fields in order; one may be changed, or left out (None)."""
    content: dict[str, str | bytes | None] = {
        "1": "山田　花子", "4": "419900503", "3": "2", "5": "東京都葛飾区", "2": "00000", "6": "000000",
    }  # fmt: skip
    content |= {key.removeprefix("_"): value for key, value in changed.items()}
    return [
        x509.OtherName(x509.ObjectIdentifier(ARC + last), utf8(value) if isinstance(value, str) else value)
        for last, value in content.items()
        if value is not None
    ]


def test_the_six_fields_stand_as_in_real_certificates() -> None:
    leaf = x509.load_der_x509_certificate(signature().leaf())
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    assert not names.critical
    read = [
        (name.type_id.dotted_string, name.value) for name in names.value if isinstance(name, x509.OtherName)
    ]
    assert read == [
        (ARC + "1", utf8("山田［高橋］　花子")),
        (ARC + "4", utf8("419900503")),
        (ARC + "3", utf8("2")),
        (ARC + "5", utf8("東京都葛飾区亀有一丁目２－３　みどり荘１０１")),
        (ARC + "2", utf8("000100000")),
        (ARC + "6", utf8("0" * 22)),
    ]


def test_the_holder_is_read_back_from_the_certificate() -> None:
    assert read_signature_holder(signature().leaf()) == HANAKO
    assert HANAKO.attributes == BasicFourAttributes(
        name="山田［高橋］　花子",
        address="東京都葛飾区亀有一丁目２－３　みどり荘１０１",
        birth=date(1990, 5, 3),
        sex=Sex.FEMALE,
    )


@given(texts, texts, st.dates(date(1873, 1, 1), date(2030, 1, 1)), st.sampled_from(Sex), st.data())
def test_any_holder_survives_the_certificate(
    name: str, address: str, birth: date, sex: Sex, data: st.DataObject
) -> None:
    positions = [data.draw(st.text("01", min_size=len(text), max_size=len(text))) for text in (name, address)]
    holder = SignatureHolder(name, PartialDate.of(birth), sex, address, *positions)
    assert read_signature_holder(certificate_with(list(holder_extension(holder)))) == holder


def test_a_holder_does_not_print() -> None:
    assert repr(HANAKO) == "SignatureHolder()"


# --- names and characters -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (PersonName(family="山田", given="花子"), "山田　花子"),
        (PersonName(family="山田", given="花子", former_family="佐藤"), "山田［佐藤］　花子"),
        (PersonName(alphabet="SMITH JOHN"), "SMITH JOHN"),
        (PersonName(alphabet="SMITH JOHN", former_family="JONES"), "SMITH JOHN［JONES］"),
    ],
)
def test_a_former_name_stands_in_brackets(name: PersonName, text: str) -> None:
    assert certificate_name(name) == text


@pytest.mark.parametrize(
    ("text", "carried", "positions"),
    [
        ("山田　花子", "山田　花子", "00000"),
        ("髙橋", "高橋", "10"),
        ("宮﨑", "宮崎", "01"),
        ("吉野家\U000e0100", "吉野家", "001"),  # a variation selector chose another glyph
        ("\ue000田", f"{SUBSTITUTE}田", "10"),  # 外字
        ("𠮷田", f"{SUBSTITUTE}田", "10"),  # outside JIS X 0208 and 0212
        ("神\ufe00", "神", "1"),
        ("\ufa19田", "神田", "10"),  # a compatibility ideograph
        ("１－２～３", "１－２～３", "00000"),
        ("Müller", "Müller", "000000"),
        ("仝々〆ヶ", "仝々〆ヶ", "0000"),
        ("\ufe00", "", ""),
    ],
)
def test_what_a_certificate_cannot_carry_is_substituted_and_marked(
    text: str, carried: str, positions: str
) -> None:
    assert substituted(text) == (carried, positions)


@given(st.text())
def test_substitution_leaves_one_mark_a_character(text: str) -> None:
    carried, positions = substituted(text)
    assert len(carried) == len(positions)
    assert substituted(carried) == (carried, "0" * len(carried))


# --- dates --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("birth", "text"),
    [
        (PartialDate(1910, 3, 1), "119100301"),
        (PartialDate(1912, 7, 29), "119120729"),
        (PartialDate(1912, 7, 30), "219120730"),
        (PartialDate(1926, 12, 25), "319261225"),
        (PartialDate(1989, 1, 7), "319890107"),
        (PartialDate(1989, 1, 8), "419890108"),
        (PartialDate(2019, 5, 1), "520190501"),
        (PartialDate(2020, 2, 29), "520200229"),
        (PartialDate(1945, 3), "319450300"),
        (PartialDate(1945), "319450000"),
        (PartialDate(1989), "019890000"),  # 昭和 or 平成
        (PartialDate(None), "000000000"),
    ],
)
def test_a_birth_date_has_its_era_and_the_gregorian_date(birth: PartialDate, text: str) -> None:
    assert birth_text(birth) == text
    holder = SignatureHolder("山", birth, Sex.UNSTATED, "東")
    assert read_signature_holder(certificate_with(list(holder_extension(holder)))) == holder


def test_a_birth_before_the_calendar_is_refused() -> None:
    with pytest.raises(MalformedHolder, match="birth_date"):
        SignatureHolder("山", PartialDate(1872, 12, 31), Sex.MALE, "東")


def test_without_the_day_there_are_no_four_attributes() -> None:
    assert SignatureHolder("山", PartialDate(1945, 3), Sex.MALE, "東").attributes is None


# --- what is refused ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "address", "positions", "reason"),
    [
        ("", "東", ("", ""), HolderFlaw.NAME),
        ("山" * 201, "東", ("", ""), HolderFlaw.NAME),
        ("山\n", "東", ("", ""), HolderFlaw.NAME),
        ("山", "", ("", ""), HolderFlaw.ADDRESS),
        ("山", "\u202e東", ("", ""), HolderFlaw.ADDRESS),
        ("山", "東", ("00", ""), HolderFlaw.SUBSTITUTION),
        ("山", "東", ("", "2"), HolderFlaw.SUBSTITUTION),
        ("山", "東", ("", "１"), HolderFlaw.SUBSTITUTION),
    ],
)
def test_a_holder_that_cannot_be_is_not_made(
    name: str, address: str, positions: tuple[str, str], reason: HolderFlaw
) -> None:
    with pytest.raises(MalformedHolder) as refused:
        SignatureHolder(name, PartialDate(1990, 5, 3), Sex.MALE, address, *positions)
    assert refused.value.reason is reason


HOSTILE = {
    "no fields": (None, HolderFlaw.MISSING),
    "a field missing": (fields(_6=None), HolderFlaw.MISSING),
    "another order": (list(reversed(fields())), HolderFlaw.MISSING),
    "a field twice": ([*fields(), fields()[0]], HolderFlaw.MISSING),
    "another field": (
        [*fields(), x509.OtherName(x509.ObjectIdentifier(ARC + "7"), utf8("a"))],
        HolderFlaw.MISSING,
    ),
    "a name of another kind": ([*fields(), x509.DNSName("a.test")], HolderFlaw.MISSING),
    "PrintableString": (fields(_1=b"\x13\x01A"), HolderFlaw.NOT_TEXT),
    "no UTF-8": (fields(_1=b"\x0c\x02\xff\xff"), HolderFlaw.NOT_TEXT),
    "a surrogate": (fields(_1=b"\x0c\x03\xed\xa0\x80"), HolderFlaw.NOT_TEXT),
    "empty name": (fields(_1="", _2="0"), HolderFlaw.NAME),
    "a control character": (fields(_1="山\x00田花子"), HolderFlaw.NAME),
    "a long address": (fields(_5="東" * 201, _6="0" * 201), HolderFlaw.ADDRESS),
    "wrong era": (fields(_4="319900503"), HolderFlaw.BIRTH_DATE),
    "no such era": (fields(_4="619900503"), HolderFlaw.BIRTH_DATE),
    "era unknown of a known day": (fields(_4="019900503"), HolderFlaw.BIRTH_DATE),
    "no such day": (fields(_4="419900230"), HolderFlaw.BIRTH_DATE),
    "before the calendar": (fields(_4="118721231"), HolderFlaw.BIRTH_DATE),
    "a day of an unknown month": (fields(_4="419900003"), HolderFlaw.BIRTH_DATE),
    "a short date": (fields(_4="41990053"), HolderFlaw.BIRTH_DATE),
    "full-width digits": (fields(_4="４19900503"), HolderFlaw.BIRTH_DATE),
    "a line feed": (fields(_4="419900503\n"), HolderFlaw.BIRTH_DATE),
    "sex 0": (fields(_3="0"), HolderFlaw.SEX),
    "sex 22": (fields(_3="22"), HolderFlaw.SEX),
    "no sex": (fields(_3=""), HolderFlaw.SEX),
    "marks missing": (fields(_2=""), HolderFlaw.SUBSTITUTION),
    "too few marks": (fields(_6="00000"), HolderFlaw.SUBSTITUTION),
    "a mark 2": (fields(_2="00002"), HolderFlaw.SUBSTITUTION),
}  # fmt: skip


@pytest.mark.parametrize(("names", "reason"), HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_holder_is_refused(names: list[x509.GeneralName] | None, reason: HolderFlaw) -> None:
    with pytest.raises(MalformedHolder) as refused:
        read_signature_holder(certificate_with(names))
    assert refused.value.reason is reason
    assert "山" not in str(refused.value)


@pytest.mark.parametrize(
    ("written", "instead", "reason"),
    [
        (utf8("AB"), b"\x0c\x81\x01A", HolderFlaw.MALFORMED),  # a padded length
        (utf8("AB"), b"\x0c\x01A\x00", HolderFlaw.MALFORMED),  # half an element behind
        (utf8("AB"), b"\x0c\x03AB", HolderFlaw.MALFORMED),  # cut off
        (utf8("ABC"), b"\x0c\x01A\x05\x00", HolderFlaw.MALFORMED),  # an element behind
        (utf8("AB"), b"\x2c\x02AB", HolderFlaw.NOT_TEXT),  # constructed
    ],
)
def test_what_is_no_der_is_refused(written: bytes, instead: bytes, reason: HolderFlaw) -> None:
    good = certificate_with(fields(_1=written, _2="0" * (len(written) - 2))).public_bytes(Encoding.DER)
    assert good.count(written) == 1
    assert read_signature_holder(good)
    with pytest.raises(MalformedHolder) as refused:
        read_signature_holder(good.replace(written, instead))
    assert refused.value.reason is reason


def test_the_certificate_of_the_hostile_ones_is_good_otherwise() -> None:
    assert read_signature_holder(certificate_with(fields())).name == "山田　花子"


def test_an_authentication_certificate_names_nobody() -> None:
    with pytest.raises(MalformedHolder, match="missing"):
        read_signature_holder(authentication().leaf())


@given(st.binary(max_size=300))
def test_any_bytes_are_no_certificate(der: bytes) -> None:
    with pytest.raises(MalformedHolder):
        read_signature_holder(der)


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_changed_byte_is_refused_or_read_as_another_holder(position: int, flip: int) -> None:
    """The signature is for `Trust` to check; reading never raises anything but MalformedHolder."""
    changed = bytearray(LEAF)
    changed[position % len(changed)] ^= flip
    try:
        holder = read_signature_holder(bytes(changed))
    except MalformedHolder:
        return
    assert list(holder_extension(holder)) == list(
        x509.load_der_x509_certificate(bytes(changed))
        .extensions.get_extension_for_class(x509.SubjectAlternativeName)
        .value
    )


@given(st.lists(st.binary(max_size=40), min_size=6, max_size=6))
def test_any_fields_are_read_or_refused(values: list[bytes]) -> None:
    names: list[x509.GeneralName] = [
        x509.OtherName(x509.ObjectIdentifier(ARC + last), value or b"\x05\x00")
        for last, value in zip("143526", values, strict=True)
    ]
    try:
        certificate = certificate_with(names)
    except ValueError:
        return  # no DER at all: cryptography does not write it
    with pytest.raises(MalformedHolder):
        read_signature_holder(certificate)


LEAF = signature().leaf()
