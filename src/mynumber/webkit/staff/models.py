"""Who works here and who is signed in. Both tables are walled by tenant where the institution has tenants."""

from typing import TYPE_CHECKING, ClassVar

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.core.validators import RegexValidator
from django.db import models
from django.utils.crypto import constant_time_compare, salted_hmac

from mynumber.webkit.tenancy import TenantField

if TYPE_CHECKING:
    from mynumber.webkit.staff.sessions import SessionStore

USERNAME = RegexValidator(
    r"\A[a-z][a-z0-9._-]{1,49}\Z", "利用者名は小文字の英字で始め、英数字と . _ - を使います。"
)


class Role(models.TextChoices):
    """What a member of staff may do; views ask for it with `@staff_only("supervisor")`."""

    CASE_WORKER = "case_worker", "担当者"
    SUPERVISOR = "supervisor", "決裁者"
    ADMINISTRATOR = "administrator", "管理者"
    AUDITOR = "auditor", "監査担当者"


class StaffMember(models.Model):
    """職員: one person who signs in. The password is kept as Django's hash alone."""

    tenant = TenantField()
    username = models.CharField(max_length=50, validators=[USERNAME])
    password = models.CharField(max_length=256)
    display_name = models.CharField(max_length=100)
    department = models.CharField(max_length=100)
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.CASE_WORKER)
    active = models.BooleanField(default=True)
    failed_attempts = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True, blank=True, default=None)
    signed_in_at = models.DateTimeField(null=True, blank=True, default=None)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["tenant", "username"], name="staff_username_in_tenant"),
        )

    def __str__(self) -> str:
        return f"staff member {self.pk}"

    def set_password(self, password: str) -> None:
        """Keep a hash of the password; the caller saves."""
        self.password = make_password(password)

    def check_password(self, password: str) -> bool:
        """Whether this is the password, in constant time."""
        return check_password(password, self.password)

    def session_hash(self) -> str:
        """Changes with the password, so that a changed password ends all sessions."""
        return salted_hmac("mynumber.webkit.staff", self.password, algorithm="sha256").hexdigest()

    def holds_session(self, session_hash: object) -> bool:
        """Whether a session that carries this hash is still good."""
        return isinstance(session_hash, str) and constant_time_compare(session_hash, self.session_hash())


class StaffSession(AbstractBaseSession):
    """A session of a member of staff, in the same tenant as the member."""

    tenant = TenantField()

    objects: ClassVar = BaseSessionManager()

    class Meta(AbstractBaseSession.Meta):
        db_table = "staff_session"

    @classmethod
    def get_session_store_class(cls) -> "type[SessionStore]":
        """The store that reads this table."""
        from mynumber.webkit.staff.sessions import SessionStore

        return SessionStore
