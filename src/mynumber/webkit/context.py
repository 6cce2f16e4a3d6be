"""What every page knows beside its face (`mynumber.webkit.face.context`): who is signed in, and how to name this request."""

from django.http import HttpRequest


def signed_in(request: HttpRequest) -> dict[str, object]:
    """Template context: `staff` (the signed-in member of staff or None) and `request_id` (to quote to an operator)."""
    return {"staff": getattr(request, "staff", None), "request_id": getattr(request, "request_id", "")}
