"""Tables of certification: cards, certificates, lists, verifiers. Never a PIN, never a private key, never a card.

No model prints a value of a person. What the law forbids twice is forbidden by the database as well: see the constraints, and the
triggers of migration 0003 (a revoked certificate stays revoked; every change is announced on `words.STATUS_CHANNEL` and makes a list stale).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from mynumber.institutions.jlis.certification import words
from mynumber.institutions.jlis.certification.words import StoredState
from mynumber.institutions.jlis.residents.models import Person
from mynumber.protocols.card_life import CardState
from mynumber.protocols.certification import CertificateKind, Purpose

W = TypeVar("W", bound=StrEnum)

_HIERARCHIES = ((Purpose.AUTHENTICATION.value, "利用者証明用"), (Purpose.SIGNATURE.value, "署名用"))
_CODE = "^([0-9]{6})?$"


def _choices(labels: Mapping[W, str]) -> list[tuple[str, str]]:
    return [(value.value, label) for value, label in labels.items()]


# --- authorities and lists ----------------------------------------------------------------------------------


class RootCertificate(models.Model):
    """The certificate of one generation of one of the two CAs; its key lies in the key ring (``ca-HIERARCHY``, same generation) or in a token."""

    hierarchy = models.CharField("認証局", max_length=16, choices=_HIERARCHIES)
    generation = models.IntegerField("世代")
    certificate = models.BinaryField("証明書")
    """X.509, DER."""
    not_before = models.DateTimeField("有効期間の始まり")
    not_after = models.DateTimeField("有効期間の終わり")
    token_label = models.CharField("トークンの鍵", max_length=80, blank=True)
    """Label of the key in the PKCS#11 token; empty: the key ring."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["hierarchy", "generation"], name="jlis_root_generation"),
        ]

    def __str__(self) -> str:
        return f"RootCertificate({self.hierarchy}, {self.generation})"


class RevocationList(models.Model):
    """失効情報 as it was published: the newest of a scope is answered to verifiers, the others show what was known when. Insert-only.

    A scope is (hierarchy, generation, municipality). An empty municipality code is the list of everything of the generation.
    """

    hierarchy = models.CharField("認証局", max_length=16, choices=_HIERARCHIES)
    generation = models.IntegerField("認証局の世代")
    municipality_code = models.CharField("市区町村コード", max_length=6, blank=True)
    """6 digits."""
    number = models.BigIntegerField("一連番号")
    """CRLNumber: grows by one with each list of a scope."""
    this_update = models.DateTimeField("発行日時")
    next_update = models.DateTimeField("次回の発行予定")
    entries = models.IntegerField("件数", default=0)
    content = models.BinaryField("失効リスト")
    """X.509 CRL, DER."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["hierarchy", "generation", "municipality_code", "number"],
                name="jlis_revocation_list_number",
            ),
            models.CheckConstraint(
                condition=Q(municipality_code__regex=_CODE), name="jlis_revocation_list_municipality"
            ),
        ]

    def __str__(self) -> str:
        return f"RevocationList({self.hierarchy}, {self.generation}, {self.municipality_code}, {self.number})"


class StaleList(models.Model):
    """A change that the newest list of a scope does not tell yet: written by the trigger, deleted by whoever publishes.

    Deleting what it sees before it reads certificates, a publisher never misses a change that was committed meanwhile.
    """

    hierarchy = models.CharField(max_length=16)
    generation = models.IntegerField()
    municipality_code = models.CharField(max_length=6, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["hierarchy", "generation", "municipality_code"], name="jlis_stale_list"),
        ]

    def __str__(self) -> str:
        return f"StaleList({self.pk})"


# --- cards and certificates ---------------------------------------------------------------------------------


class Card(models.Model):
    """個人番号カード, from production to its end. The card itself is with its holder, or with `jlis.cards` until it is collected."""

    card_serial = models.CharField("製造番号", max_length=15, unique=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="cards")
    application_id = models.CharField("申請書ID", max_length=23, blank=True)
    """23 digits; empty for cards from before applications were kept."""
    municipality = models.CharField("交付する市区町村", max_length=80)
    """Member id of the municipality that hands over."""
    state = models.CharField(
        "状態",
        max_length=24,
        choices=[(state.value, words.CARD_STATE_WORDS[state]) for state in words.MADE_STATES],
    )
    state_since = models.DateTimeField("状態の変わった日時")
    sequence = models.BigIntegerField("最後の書き込み命令の番号", default=0)
    """Highest number of an order that was signed; the card's own counter is this or lower."""
    expires_on = models.DateField("有効期限")
    made_at = models.DateTimeField("製造日時")
    handed_over_at = models.DateTimeField("交付日時", null=True)
    face_written_at = models.DateTimeField("券面事項を書いた日時", null=True)
    face_digest = models.BinaryField("券面事項の要約", max_length=32, null=True)
    """SHA-256 of what the face says (`faces.face_digest`): compared with the attributes of now, told to nobody."""
    chip_key = models.BinaryField("チップの公開鍵", null=True)
    """The chip's own public key (SubjectPublicKeyInfo, DER), which the files of its face name; None for a card without a face."""

    class Meta:
        constraints: ClassVar = [
            # 二重交付の禁止: one card in use, one on its way.
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(state__in=[CardState.HANDED_OVER.value, CardState.SUSPENDED.value]),
                name="jlis_one_card_in_use",
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(state__in=[CardState.IN_PRODUCTION.value, CardState.DELIVERED.value]),
                name="jlis_one_card_in_making",
            ),
            models.UniqueConstraint(
                fields=["application_id"],
                condition=~Q(application_id=""),
                name="jlis_one_card_an_application",
            ),
            models.CheckConstraint(condition=Q(card_serial__regex="^[0-9]{15}$"), name="jlis_card_serial"),
            models.CheckConstraint(
                condition=Q(application_id__regex="^([0-9]{23})?$"), name="jlis_card_application"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in words.MADE_STATES]), name="jlis_card_state"
            ),
        ]

    def __str__(self) -> str:
        return f"Card({self.pk})"


class CardPicture(models.Model):
    """Photo and security code of a face, sealed (`pictures`): needed to write it anew. Nobody is told of them but the card."""

    card = models.OneToOneField(Card, on_delete=models.PROTECT, primary_key=True, related_name="picture")
    sealed = models.BinaryField("封をした顔写真")

    def __str__(self) -> str:
        return f"CardPicture({self.pk})"


class Certificate(models.Model):
    """電子証明書 of all four kinds: which serial number is whose, and how it stands. Its text is not kept."""

    serial = models.CharField("シリアル番号", max_length=40, unique=True)
    """Upper-case hexadecimal without leading zeros (`pki.serial_text`)."""
    kind = models.CharField("種類", max_length=24, choices=_choices(words.KIND_WORDS))
    hierarchy = models.CharField("認証局", max_length=16, choices=_HIERARCHIES)
    generation = models.IntegerField("発行した認証局の世代")
    municipality_code = models.CharField("失効リストの市区町村", max_length=6, blank=True)
    """6 digits: on whose list it will stand; empty: on the list of the whole generation."""
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="certificates")
    card = models.ForeignKey(Card, on_delete=models.PROTECT, related_name="certificates")
    """The card that holds it, or by which a phone's was applied for."""
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="phone_certificates")
    """Of a phone's: the card's certificate of the same purpose, with which it rests and falls."""
    device = models.CharField("端末の名前", max_length=100, blank=True)
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="replaced_by")
    """The one before it, of the same kind and holder (シリアル番号の紐付け)."""
    attributes_digest = models.BinaryField("4情報の要約", max_length=32, null=True)
    """Of a signature certificate: `faces.attributes_digest` of its day; once the holder's differs, the certificate is no longer true."""
    issued_through = models.CharField("申請を受けた機関", max_length=80)
    issued_at = models.DateTimeField("発行日時")
    not_after = models.DateTimeField("有効期間の終わり")
    state = models.CharField("状態", max_length=16, choices=_choices(words.STATE_WORDS))
    state_since = models.DateTimeField("状態の変わった日時")
    reason = models.CharField("理由", max_length=24, choices=_choices(words.REASON_WORDS), null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["hierarchy", "generation", "municipality_code"],
                condition=Q(state__in=[StoredState.SUSPENDED.value, StoredState.REVOKED.value]),
                name="jlis_certificate_on_a_list",
            ),
            models.Index(
                fields=["not_after"],
                condition=Q(state__in=[StoredState.GOOD.value, StoredState.SUSPENDED.value]),
                name="jlis_certificate_to_expire",
            ),
            models.Index(
                fields=["hierarchy", "generation", "not_after"],
                condition=Q(municipality_code=""),
                name="jlis_certificate_of_no_place",
            ),
        ]
        constraints: ClassVar = [
            # 二重発行の禁止 (公的個人認証法 art. 3(4), 22(4)): nobody has two of a kind that count, no card holds two.
            models.UniqueConstraint(
                fields=["person", "kind"],
                condition=Q(state=StoredState.GOOD.value),
                name="jlis_one_good_of_a_kind",
            ),
            models.UniqueConstraint(
                fields=["card", "kind"],
                condition=Q(state__in=[StoredState.GOOD.value, StoredState.SUSPENDED.value]),
                name="jlis_one_of_a_kind_on_a_card",
            ),
            models.UniqueConstraint(fields=["replaces"], name="jlis_replaced_once"),
            models.CheckConstraint(
                condition=Q(serial__regex="^[1-9A-F][0-9A-F]*$"), name="jlis_certificate_serial_form"
            ),
            models.CheckConstraint(
                condition=Q(municipality_code__regex=_CODE), name="jlis_certificate_municipality"
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[StoredState.SUSPENDED.value, StoredState.REVOKED.value], reason__isnull=False
                )
                | Q(state__in=[StoredState.GOOD.value, StoredState.EXPIRED.value], reason__isnull=True),
                name="jlis_certificate_has_its_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state=StoredState.SUSPENDED.value)
                | Q(reason__in=[reason.value for reason in words.SUSPENSIONS]),
                name="jlis_certificate_suspended_why",
            ),
            models.CheckConstraint(
                condition=Q(
                    hierarchy=Purpose.AUTHENTICATION.value,
                    kind__in=[
                        CertificateKind.AUTHENTICATION.value,
                        CertificateKind.PHONE_AUTHENTICATION.value,
                    ],
                )
                | Q(
                    hierarchy=Purpose.SIGNATURE.value,
                    kind__in=[CertificateKind.SIGNATURE.value, CertificateKind.PHONE_SIGNATURE.value],
                ),
                name="jlis_certificate_hierarchy",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in words.CARD_KINDS], parent__isnull=True)
                | Q(kind__in=[kind.value for kind in words.PHONE_KINDS], parent__isnull=False),
                name="jlis_certificate_of_a_phone_has_a_parent",
            ),
            models.CheckConstraint(
                condition=Q(hierarchy=Purpose.SIGNATURE.value, attributes_digest__isnull=False)
                | Q(hierarchy=Purpose.AUTHENTICATION.value, attributes_digest__isnull=True),
                name="jlis_certificate_for_signing_names_its_holder",
            ),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True) | ~Q(replaces=F("id")), name="jlis_not_its_own_successor"
            ),
        ]

    def __str__(self) -> str:
        return f"Certificate({self.pk})"


class PhoneApplication(models.Model):
    """An application for a phone's certificates that was answered. Insert-only."""

    digest = models.BinaryField("申請の要約", max_length=32, unique=True)
    """`protocols.certification.phone_digest`: an application is answered once."""
    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="phone_applications")
    """The card's signature certificate that signed it."""
    device = models.CharField("端末の名前", max_length=100)
    applied_at = models.DateTimeField("申請日時")
    received_at = models.DateTimeField("受付日時")
    received_through = models.CharField("申請を受けた機関", max_length=80)

    def __str__(self) -> str:
        return f"PhoneApplication({self.pk})"


class CardOrder(models.Model):
    """A signed order to a card: who had it signed, why, and how the holder was identified. Insert-only."""

    card = models.ForeignKey(Card, on_delete=models.PROTECT, related_name="orders")
    sequence = models.BigIntegerField("番号")
    kind = models.CharField("種類", max_length=24, choices=list(words.ORDER_WORDS.items()))
    pins = ArrayField(models.CharField(max_length=24), verbose_name="暗証番号", default=list)
    certificate_kind = models.CharField(
        "電子証明書の種類", max_length=24, choices=_choices(words.KIND_WORDS), blank=True
    )
    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, null=True, related_name="+")
    """Of an order that writes one."""
    ordered_by = models.CharField("求めた機関", max_length=80)
    message_id = models.CharField("電文番号", max_length=128)
    ordered_at = models.DateTimeField("日時")
    identity_check = models.CharField("本人確認", max_length=24, blank=True)
    """`protocols.card_life.IdentityCheck`; empty at a kiosk."""
    proof = models.ForeignKey(Certificate, on_delete=models.PROTECT, null=True, related_name="+")
    """At a kiosk: the certificate whose key identified the holder."""
    proof_nonce = models.BinaryField("一度だけの値", max_length=64, null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["card", "proof_nonce"], name="jlis_proof_used_once"),
            models.CheckConstraint(
                condition=Q(kind=words.WRITE_CERTIFICATE, certificate__isnull=False)
                | Q(identity_check="", proof__isnull=False, proof_nonce__isnull=False)
                | (~Q(identity_check="") & Q(proof__isnull=True)),
                name="jlis_order_has_a_ground",
            ),
        ]

    def __str__(self) -> str:
        return f"CardOrder({self.pk})"


class CardEvent(models.Model):
    """経過: what happened to a card and its certificates, for clerk and resident. Insert-only."""

    card = models.ForeignKey(Card, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField("日時")
    kind = models.CharField("できごと", max_length=24, choices=_choices(words.EVENT_WORDS))
    certificate_kind = models.CharField(
        "電子証明書の種類", max_length=24, choices=_choices(words.KIND_WORDS), blank=True
    )
    reason = models.CharField("理由", max_length=24, choices=_choices(words.REASON_WORDS), blank=True)
    order_kind = models.CharField("書き込み", max_length=24, blank=True)
    identity_check = models.CharField("本人確認", max_length=24, blank=True)
    noted_by = models.CharField("機関", max_length=80)
    """Member id of who had it done; ``jlis`` for what happens by itself."""

    class Meta:
        indexes: ClassVar = [models.Index(fields=["card", "at"], name="jlis_card_event")]

    def __str__(self) -> str:
        return f"CardEvent({self.pk})"


# --- verifiers ----------------------------------------------------------------------------------------------


class Verifier(models.Model):
    """署名検証者・利用者証明検証者 (公的個人認証法 art. 17, 36), registered before J-LIS tells them anything."""

    identifier = models.CharField("登録番号", max_length=40, unique=True)
    """a-z, 0-9 and hyphens."""
    name = models.CharField("名称", max_length=100)
    category = models.CharField("区分", max_length=16, choices=_choices(words.CATEGORY_WORDS))
    purposes = ArrayField(models.CharField(max_length=24), verbose_name="認められた事項")
    """Of `words.VerifierPurpose`."""
    system_id = models.CharField("システム", max_length=80, null=True)
    """Member id, for one that asks by signed messages; None for the others."""
    key_digest = models.BinaryField("鍵の要約", max_length=32, null=True, unique=True)
    """SHA-256 of the key of ``Authorization: Bearer KEY``; None for one that asks by signed messages alone."""
    registered_at = models.DateTimeField("登録日時")
    ended_at = models.DateTimeField("抹消日時", null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(identifier__regex="^[a-z0-9][a-z0-9-]*$"), name="jlis_verifier_identifier"
            ),
            models.CheckConstraint(
                condition=Q(purposes__contained_by=[purpose.value for purpose in words.VerifierPurpose]),
                name="jlis_verifier_purposes",
            ),
            models.CheckConstraint(
                condition=Q(system_id__isnull=False) | Q(key_digest__isnull=False),
                name="jlis_verifier_proves_itself",
            ),
            models.UniqueConstraint(
                fields=["system_id"], condition=Q(ended_at__isnull=True), name="jlis_one_verifier_a_system"
            ),
        ]

    def __str__(self) -> str:
        return f"Verifier({self.identifier})"


class VerifierUse(models.Model):
    """How often a verifier was answered on a day in Japan: what it pays by. Grows in the transaction of the answer."""

    verifier = models.ForeignKey(Verifier, on_delete=models.PROTECT, related_name="uses")
    kind = models.CharField("種類", max_length=24, choices=_choices(words.USE_WORDS))
    day = models.DateField("日")
    count = models.BigIntegerField("件数")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["verifier", "kind", "day"], name="jlis_verifier_use"),
            models.CheckConstraint(condition=Q(count__gt=0), name="jlis_verifier_use_counts"),
        ]

    def __str__(self) -> str:
        return f"VerifierUse({self.pk})"


class AttributeConsent(models.Model):
    """利用者同意: the holder lets one verifier learn changes of the four attributes until a day."""

    verifier = models.ForeignKey(Verifier, on_delete=models.PROTECT, related_name="consents")
    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="consents")
    """The signature certificate that signed, by whose serial number the verifier asks."""
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="attribute_consents")
    purpose = models.CharField("利用目的", max_length=100)
    statement = models.TextField("同意の文")
    """As signed (`protocols.certification.consent_statement`)."""
    signature = models.BinaryField("署名")
    attributes_digest = models.BinaryField("同意のときの4情報の要約", max_length=32)
    """`faces.attributes_digest` of the day of the consent: what a change is measured by."""
    given_at = models.DateTimeField("同意日時")
    valid_until = models.DateTimeField("期限")
    registered_at = models.DateTimeField("登録日時")
    withdrawn_at = models.DateTimeField("撤回日時", null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["verifier", "certificate"],
                condition=Q(withdrawn_at__isnull=True),
                name="jlis_one_consent_a_verifier",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__gt=F("given_at")), name="jlis_consent_lasts_a_while"
            ),
        ]

    def __str__(self) -> str:
        return f"AttributeConsent({self.pk})"
