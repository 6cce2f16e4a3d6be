"""Is this document signed, by whom, and does the signature hold? A verifier's library: documents in, a report out.

    trust = Trust(signature_roots=[root_der], revocation_lists=[list_der], time_stamp_roots=[root_der])
    report = validate(document, trust=trust, at=now)
    report.conclusion                       # TOTAL-PASSED, INDETERMINATE or TOTAL-FAILED (ETSI EN 319 102-1)
    print("\n".join(in_words(report, Language.JAPANESE)))
    to_json(report)

Nothing is fetched, stored or written; time is an argument; a document never raises. docs/protocols/validation.md.
"""

from __future__ import annotations

from mynumber.foundation.pki import MalformedTrust
from mynumber.foundation.validation.documents import DocumentKind, kind_of, validate, validate_bare
from mynumber.foundation.validation.limits import DEFAULT_LIMITS, Limits
from mynumber.foundation.validation.meanings import CheckName, Conclusion, Outcome, Reason, SubIndication
from mynumber.foundation.validation.rendering import attributes_of, to_json
from mynumber.foundation.validation.report import (
    CertificateFacts,
    CertificateKind,
    Check,
    Coverage,
    Format,
    Holder,
    Remark,
    Report,
    SignatureReport,
)
from mynumber.foundation.validation.trust import SIGNATURE_POLICIES, Trust
from mynumber.foundation.validation.words import Language, in_words

__all__ = [
    "DEFAULT_LIMITS",
    "SIGNATURE_POLICIES",
    "CertificateFacts",
    "CertificateKind",
    "Check",
    "CheckName",
    "Conclusion",
    "Coverage",
    "DocumentKind",
    "Format",
    "Holder",
    "Language",
    "Limits",
    "MalformedTrust",
    "Outcome",
    "Reason",
    "Remark",
    "Report",
    "SignatureReport",
    "SubIndication",
    "Trust",
    "attributes_of",
    "in_words",
    "kind_of",
    "to_json",
    "validate",
    "validate_bare",
]
