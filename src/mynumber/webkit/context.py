"""What every page knows beside its face (`mynumber.webkit.face.context`): who is signed in, and how to name this request."""

from django.http import HttpRequest


def signed_in(request: HttpRequest) -> dict[str, object]:
    """Template context: `staff` (the signed-in member or None), `tenant_of_page` (its key or ""), `request_id`."""
    return {
        "staff": getattr(request, "staff", None),
        "tenant_of_page": getattr(request, "tenant", ""),
        "request_id": getattr(request, "request_id", ""),
    }
