"""A report as JSON values (docs/protocols/validation.md)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mynumber.foundation.pki import SignatureHolder
from mynumber.foundation.validation.report import Holder, Report, SignatureReport


def to_json(report: Report, sentences: Sequence[str] = ()) -> dict[str, object]:
    """The report as JSON values (docs/protocols/validation.md); the signed bytes themselves are not in it."""
    return {
        "conclusion": report.conclusion.value,
        "reason": report.reason.value,
        "checked_at": _moment(report.checked_at),
        "document": {"bytes": report.length, "sha256": report.sha256},
        "signatures": [_signature(signature) for signature in report.signatures],
        **({"sentences": list(sentences)} if sentences else {}),
    }


def _signature(report: SignatureReport) -> dict[str, object]:
    sub_indication, coverage, certificate = report.sub_indication, report.coverage, report.certificate
    return {
        "format": report.format.value,
        "conclusion": report.conclusion.value,
        "sub_indication": sub_indication.value if sub_indication else None,
        "reason": report.reason.value,
        "claimed_at": _moment(report.claimed_at),
        "proven_at": _moment(report.proven_at),
        "revoked_at": _moment(report.revoked_at),
        "coverage": coverage
        and {
            "whole": coverage.whole,
            "bytes": coverage.length,
            "sha256": coverage.sha256,
            "outside": [remark.value for remark in coverage.remarks],
        },
        "certificate": certificate
        and {
            "kind": certificate.kind.value,
            "valid_from": _moment(certificate.valid_from),
            "valid_until": _moment(certificate.valid_until),
        },
        "checks": [
            {
                "check": check.name.value,
                "outcome": check.outcome.value,
                "reason": check.reason.value,
                "source": check.source,
            }
            for check in report.checks
        ],
        **({"holder": _holder(report.holder)} if report.holder else {}),
    }


def _holder(holder: Holder) -> dict[str, object]:
    attributes = holder.attributes
    return {"serial": holder.serial, "attributes": attributes and attributes_of(attributes)}


def attributes_of(holder: SignatureHolder) -> dict[str, str]:
    """The four attributes as text, as the certificate carries them; 00 in the birth date is an unknown part."""
    return {
        "name": holder.name,
        "birth_date": holder.birth_date.iso,
        "sex": holder.sex.value,
        "address": holder.address,
    }


def _moment(at: datetime | None) -> str | None:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else None
