"""Tables of help: support beside a resident, feedback and what came of it, questions and answers, inquiries."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q

from mynumber.institutions.portal.account.models import Account
from mynumber.webkit.staff.models import StaffMember


class Support(models.Model):
    """One support code: for ten minutes staff sees on which page the resident is. Never a value, never an act."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    code = models.BinaryField()
    """Keyed digest of the eight digits."""
    begun_at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    staff = models.ForeignKey(StaffMember, on_delete=models.PROTECT, null=True, related_name="+")
    joined_at = models.DateTimeField(null=True)
    page = models.CharField(max_length=80, default="")
    """The page's name in the program; `telling.page_words` says it in words."""
    step = models.CharField(max_length=60, default="")
    """Which part of it: the id of a section of a form."""
    fields = models.JSONField(default=list)
    """Labels of the fields that are in error."""
    seen_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "support"
        constraints = (
            models.UniqueConstraint(fields=["code"], condition=Q(ended_at=None), name="support_code_once"),
        )
        indexes = (models.Index(fields=["account", "-begun_at"], name="support_of_account"),)


class SupportDeed(models.TextChoices):
    """What happened."""

    BEGUN = "begun", "支援の番号を出しました"
    JOINED = "joined", "職員が支援をはじめました"
    LOOKED = "looked", "職員が、どのページにいるかを見ました"
    ENDED = "ended", "支援を終わりました"


class SupportEvent(models.Model):
    """One line that the resident and the portal see. Insert-only."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    support = models.UUIDField()
    at = models.DateTimeField()
    by = models.CharField(max_length=100)
    """「あなた」, or the name and department of the member of staff."""
    deed = models.CharField(max_length=8, choices=SupportDeed)
    page = models.CharField(max_length=80, default="")

    class Meta:
        db_table = "support_event"
        indexes = (models.Index(fields=["account", "-at"], name="support_event_of_account"),)


class WrongSupportCode(models.Model):
    """A member of staff entered a code that is none."""

    staff = models.ForeignKey(StaffMember, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        db_table = "support_wrong_code"


class FeedbackState(models.TextChoices):
    """Where a piece of feedback stands on the board."""

    NEW = "new", "新しい"
    PLANNED = "planned", "直す予定"
    DONE = "done", "直した"
    NO = "no", "直さない"


class Feedback(models.Model):
    """ご意見: about a page, by nobody in particular."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    page = models.CharField(max_length=80)
    words = models.TextField(max_length=1000)
    at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=FeedbackState, default=FeedbackState.NEW)
    said = models.CharField(max_length=200, default="")
    """「こう言われました」 in the portal's own words, for the public page; empty keeps it off."""
    did = models.CharField(max_length=400, default="")
    """「こうしました」, or why not."""
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "feedback"
        indexes = (models.Index(fields=["state", "-at"], name="feedback_board"),)


class FeedbackSent(models.Model):
    """That a device sent feedback, under a digest whose key lasts a day: enough to stop a flood."""

    sender = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        db_table = "feedback_sent"
        indexes = (
            models.Index(fields=["sender", "at"], name="feedback_sent_by"),
            models.Index(fields=["at"], name="feedback_sent_at"),
        )


class Question(models.Model):
    """よくある質問: with somebody who answers for it, and a day by which they look at it again."""

    question = models.CharField(max_length=200)
    answer = models.TextField(max_length=4000)
    easy = models.TextField(max_length=4000, default="")
    english = models.TextField(max_length=4000, default="")
    owner = models.ForeignKey(StaffMember, on_delete=models.PROTECT, null=True, related_name="+")
    reviewed_on = models.DateField()
    review_by = models.DateField()
    is_public = models.BooleanField(default=True)

    class Meta:
        db_table = "faq_question"


class InquiryState(models.TextChoices):
    """Where an inquiry stands."""

    ASKED = "asked", "受け付けました"
    TAKEN = "taken", "担当者が調べています"
    ANSWERED = "answered", "回答しました"
    CLOSED = "closed", "終わりました"


class Inquiry(models.Model):
    """問い合わせ: a resident asks the portal's desk; the answer comes to the inbox."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    about = models.CharField(max_length=20)
    """`inquiries.Subject`."""
    words = models.BinaryField()
    """Sealed."""
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=InquiryState, default=InquiryState.ASKED)
    due_on = models.DateField()
    taken_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, null=True, related_name="+")
    answer = models.BinaryField(null=True)
    """Sealed."""
    answered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "inquiry"
        indexes = (
            models.Index(fields=["account", "-asked_at"], name="inquiry_of_account"),
            models.Index(fields=["state", "due_on"], name="inquiry_due"),
        )
