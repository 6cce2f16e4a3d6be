"""Tables of proxies (代理人): who may act for whom, with what, until when; and what they did, insert-only."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q

from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.applications.models import Application


class Kind(models.TextChoices):
    """Why somebody may act for another."""

    VOLUNTARY = "voluntary", "本人が選んだ代理人"
    """任意代理 (民法 99 条): chosen by the resident."""
    PARENT = "parent", "親権者"
    """法定代理: of a child under 18 (民法 4, 818, 824 条)."""
    GUARDIAN = "guardian", "成年後見人"
    """法定代理: of an adult ward (民法 8, 859 条)."""


class Function(models.TextChoices):
    """What a proxy may do; a page says which of them it is (`acting.proxies_may`)."""

    RECORDS = "records", "やりとり履歴を見る"
    NOTICES = "notices", "お知らせを見る"
    APPLY = "apply", "手続をする"
    PREFILL = "prefill", "役所が持つ情報を、手続の書類に入れる"
    """What the office knows of the person comes into the drafts, and the proxy reads it there; only together with APPLY."""
    PAYMENTS = "payments", "納付する"


class Ward(models.Model):
    """Somebody whom a legal representative made known, with an account that nobody may have signed in to yet."""

    account = models.OneToOneField(Account, on_delete=models.PROTECT, primary_key=True, related_name="ward")
    key = models.BinaryField(unique=True)
    """Keyed digest of the confirming office and its own reference: a second representative comes to the same account."""
    born_on = models.BinaryField(null=True)
    """Sealed."""

    class Meta:
        db_table = "proxy_ward"


class Proxy(models.Model):
    """One person may act for another: from the offer or the request on."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=Kind)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="proxies")
    """For whom; null until an office confirmed a legal representative."""
    proxy = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="acts_for")
    """Who acts; null until a voluntary proxy accepted."""
    functions = models.JSONField(default=list)
    """Values of `Function`."""
    procedures = models.JSONField(default=list)
    """Ids of procedures that may be applied for; empty: none for a voluntary proxy, all for a legal representative."""
    person_called = models.BinaryField()
    """Sealed: what the represented person is called on the pages of the proxy."""
    proxy_called = models.BinaryField()
    """Sealed: what the proxy is called on the pages of the represented person."""
    meant_for = models.BinaryField(null=True)
    """Keyed digest of the personal number of who may accept: the code alone is not enough."""
    code = models.BinaryField(null=True, unique=True)
    """SHA-256 of the one-time code of acceptance."""
    code_until = models.DateTimeField(null=True)
    offered_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    """When the proxy accepted, or the office confirmed."""
    since = models.DateField()
    until = models.DateField(null=True)
    """The last day."""
    person = models.BinaryField(null=True)
    """Sealed four attributes of the represented person, for applications: from their own card, or as the office that confirmed knows them."""
    by_office = models.CharField(max_length=80, default="")
    """System that is asked to confirm a legal representative, and that did."""
    claimed = models.BinaryField(null=True)
    """Sealed `kept.Claimed`: whom a legal representative says to represent, and who they are."""
    asked_at = models.DateTimeField(null=True)
    """When a legal representative showed the card and claimed."""
    arrived_at = models.DateTimeField(null=True)
    """When the office had the claim; before that it waits in the outbox."""
    tries = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    refusal = models.BinaryField(null=True)
    """Sealed: why the office did not confirm, or ended it, in its words."""
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=8, default="")
    """`Party` who ended it."""

    class Meta:
        db_table = "proxy"
        indexes = (
            models.Index(fields=["account"], condition=Q(ended_at=None), name="proxy_of_account"),
            models.Index(fields=["proxy"], condition=Q(ended_at=None), name="proxy_by_account"),
            models.Index(
                fields=["next_try_at"],
                condition=Q(arrived_at=None, ended_at=None, asked_at__isnull=False),
                name="proxy_claim_due",
            ),
        )

    def __str__(self) -> str:
        return f"proxy {self.pk}"


class Filing(models.Model):
    """An application that somebody makes for another: on the draft from its beginning, and as long as it is kept."""

    application = models.OneToOneField(
        Application, on_delete=models.CASCADE, primary_key=True, related_name="filing"
    )
    grant = models.ForeignKey(Proxy, on_delete=models.PROTECT, related_name="filings")
    """By what right; the next one where the same proxy goes on under a later one."""
    proxy = models.BinaryField(null=True)
    """Sealed four attributes of the proxy, from their own card; null before they agreed."""

    class Meta:
        db_table = "proxy_filing"


class Party(models.TextChoices):
    """Who did something."""

    PERSON = "person", "本人"
    PROXY = "proxy", "代理人"
    OFFICE = "office", "役所"
    PORTAL = "portal", "マイナポータル"


class Deed(models.TextChoices):
    """What was done."""

    OFFERED = "offered", "代理を頼みました"
    REQUESTED = "requested", "代理の確認を求めました"
    ACCEPTED = "accepted", "代理を引き受けました"
    CONFIRMED = "confirmed", "代理を確認しました"
    DECLINED = "declined", "代理を確認しませんでした"
    DRAFTED = "drafted", "申請の下書きをはじめました"
    FILED = "filed", "申請を送りました"
    TAKEN = "taken", "代理人の下書きを引き継ぎました"
    BEGUN = "begun", "代わりの操作をはじめました"
    STOPPED = "stopped", "代わりの操作を終えました"
    OPENED = "opened", "ページを開きました"
    SENT = "sent", "操作をしました"
    REFUSED = "refused", "範囲の外のため止めました"
    RENEWED = "renewed", "期間を延ばしました"
    ENDED = "ended", "代理を終わりました"


class ProxyEvent(models.Model):
    """One line of what both sides see. Insert-only."""

    proxy = models.ForeignKey(Proxy, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    by = models.CharField(max_length=8, choices=Party)
    deed = models.CharField(max_length=10, choices=Deed)
    what = models.CharField(max_length=80, default="")
    """The page, by its name in the program; `telling.page_words` says it in words."""

    class Meta:
        db_table = "proxy_event"
        indexes = (models.Index(fields=["proxy", "-at"], name="proxy_event_of_proxy"),)


class WrongCode(models.Model):
    """Somebody entered a code that is none: counted, so that nobody goes on guessing."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        db_table = "proxy_wrong_code"
        indexes = (models.Index(fields=["account", "-at"], name="proxy_wrong_code_of_account"),)
