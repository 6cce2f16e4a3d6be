"""The sign-in protocol: what the card signs, that nothing else can be signed, and a hostile other side."""

from __future__ import annotations

import hashlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynumber.protocols import sign_in
from mynumber.protocols.sign_in import PortalClient, Reason, SignInRefused, SignInRequest, SignInResponse

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
PORTAL = "http://portal.localhost:8000"

words = st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" "), min_size=1, max_size=40)
requests = st.builds(
    SignInRequest,
    request_id=st.builds(sign_in.new_identifier),
    portal=st.sampled_from([PORTAL, "https://portal.example", "http://127.0.0.1:8105"]),
    relying_party=words,
    purpose=words,
    nonce=st.binary(min_size=32, max_size=32),
    expires_at=st.integers(0, 4_000_000_000),
)


def a_request() -> SignInRequest:
    return sign_in.new_request(portal=PORTAL, relying_party="マイナポータル", purpose="サインイン", now=NOW)


def test_the_statement_is_readable_and_its_digest_is_the_challenge() -> None:
    request = SignInRequest(
        request_id="A" * 22,
        portal=PORTAL,
        relying_party="マイナポータル",
        purpose="サインイン",
        nonce=bytes(32),
        expires_at=1_795_000_000,
    )
    text = (
        "mynumber sign-in statement v2\n"
        "portal: http://portal.localhost:8000\n"
        "relying party: マイナポータル\n"
        "purpose: サインイン\n"
        "attributes: -\n"
        "request: AAAAAAAAAAAAAAAAAAAAAA\n"
        "nonce: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
        "expires: 2026-11-18T11:06:40Z\n"
    )
    assert sign_in.statement(request) == text
    assert sign_in.challenge(request) == hashlib.sha256(text.encode()).digest()


@given(requests)
def test_a_request_survives_the_wire_and_both_sides_make_the_same_challenge(request: SignInRequest) -> None:
    received = sign_in.decode_request(sign_in.encode(request))
    assert received == request
    assert sign_in.challenge(received) == sign_in.challenge(request)


@given(requests, requests)
def test_different_requests_have_different_statements(one: SignInRequest, other: SignInRequest) -> None:
    assert (one == other) == (sign_in.statement(one) == sign_in.statement(other))


@pytest.mark.parametrize(
    "change",
    [
        {"relying_party": "銀行\nrequest: x"},
        {"purpose": ""},
        {"purpose": "x" * 121},
        {"purpose": "\u202eabc"},  # right-to-left override: shown otherwise than signed
        {"portal": "http://portal.localhost:8000/"},
        {"portal": "http://user@portal.localhost"},
        {"portal": "javascript:alert(1)"},
        {"portal": "http://portal.localhost:8000\n"},
        {"request_id": "short"},
        {"request_id": "A" * 22 + "\n"},
        {"request_id": "../" + "A" * 19},
        {"nonce": "AAAA"},
        {"nonce": "not base64!"},
        {"expires_at": -1},
        {"expires_at": 2**60},
        {"expires_at": "2026-11-22"},
        {"digest": "AAAA"},  # an unknown field is not skipped
    ],
)
def test_a_hostile_request_is_malformed(change: dict[str, object]) -> None:
    fields = msgspec.json.decode(sign_in.encode(a_request()))
    body = msgspec.json.encode({**fields, **change})
    with pytest.raises(SignInRefused, match="malformed"):
        sign_in.decode_request(body)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_malformed(body: bytes) -> None:
    for decode in (sign_in.decode_request, sign_in.decode_response):
        with pytest.raises(SignInRefused):
            decode(body)


def test_an_oversize_body_is_malformed() -> None:
    body = sign_in.encode(SignInResponse(certificate=bytes(64), signature=bytes(256)))
    assert sign_in.decode_response(body)
    with pytest.raises(SignInRefused, match="malformed"):
        sign_in.decode_response(body + b" " * sign_in.MAXIMUM_BODY)


def test_a_new_request_lives_five_minutes_and_never_repeats() -> None:
    one, other = a_request(), a_request()
    assert one.expiry == NOW + timedelta(minutes=5)
    assert one.request_id != other.request_id
    assert one.nonce != other.nonce


def test_the_addresses_name_request_and_portal() -> None:
    request = a_request()
    assert sign_in.wallet_url("http://wallet.localhost:8000", request) == (
        f"http://wallet.localhost:8000/sign-in?request={request.request_id}&portal=http%3A%2F%2Fportal.localhost%3A8000"
    )
    accepted = sign_in.SignInAccepted(return_code="B" * 22)
    assert sign_in.finish_url(request, accepted) == (
        f"{PORTAL}/sign-in/finish?request={request.request_id}&code={'B' * 22}"
    )


def test_secrets_are_not_printed() -> None:
    assert "B" * 22 not in repr(sign_in.SignInAccepted(return_code="B" * 22))
    assert "xyz" not in repr(SignInResponse(certificate=b"xyz" * 30, signature=b"xyz" * 30))


# --- a hostile other side: raw bytes on a real socket -------------------------------------------------------


@contextmanager
def peer_that_says(answer: bytes) -> Iterator[tuple[PortalClient, list[bytes]]]:
    """A socket that reads one request and answers fixed bytes."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                heard.append(connection.recv(65536))
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield PortalClient(PORTAL, f"http://127.0.0.1:{listener.getsockname()[1]}"), heard
        thread.join()


def http_answer(status: int, body: bytes) -> bytes:
    return b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n" % (status, len(body)) + body


def test_the_device_fetches_the_request_under_the_portals_public_name() -> None:
    request = a_request()
    with peer_that_says(http_answer(200, sign_in.encode(request))) as (client, heard):
        assert client.fetch(request.request_id, now=NOW) == request
    assert heard[0].startswith(f"GET /sign-in/requests/{request.request_id} HTTP/1.1\r\n".encode())
    assert b"\r\nHost: portal.localhost:8000\r\n" in heard[0]
    assert heard[0].lower().count(b"\r\nhost:") == 1


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"", Reason.UNREACHABLE),
        (b"\x00\xff garbage\r\n\r\n", Reason.UNREACHABLE),
        (http_answer(200, b"{}"), Reason.UNREACHABLE),
        (http_answer(200, b" " * (sign_in.MAXIMUM_BODY + 1)), Reason.UNREACHABLE),
        (http_answer(500, b"<html>"), Reason.UNREACHABLE),
        (http_answer(302, b""), Reason.UNREACHABLE),
        (http_answer(410, b'{"reason":"expired"}'), Reason.EXPIRED),
        (
            http_answer(403, b'{"reason":"certificate_not_accepted","detail":"revoked"}'),
            Reason.CERTIFICATE_NOT_ACCEPTED,
        ),
        (http_answer(200, sign_in.encode(a_request())), Reason.WRONG_REQUEST),
    ],
)
def test_a_hostile_portal_gets_a_typed_refusal(answer: bytes, reason: Reason) -> None:
    with peer_that_says(answer) as (client, _), pytest.raises(SignInRefused) as refusal:
        client.fetch("C" * 22, now=NOW)
    assert refusal.value.reason is reason


def test_a_request_of_another_portal_is_refused() -> None:
    request = a_request()
    with peer_that_says(http_answer(200, sign_in.encode(request))) as (client, _):
        other = PortalClient("http://evil.localhost", client.internal)
        with pytest.raises(SignInRefused, match="wrong_request"):
            other.fetch(request.request_id, now=NOW)


def test_an_expired_request_is_refused_before_anyone_sees_it() -> None:
    request = a_request()
    with (
        peer_that_says(http_answer(200, sign_in.encode(request))) as (client, _),
        pytest.raises(SignInRefused, match="expired"),
    ):
        client.fetch(request.request_id, now=request.expiry)


def test_a_portal_that_is_not_there_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(SignInRefused, match="unreachable"):
        PortalClient(PORTAL, f"http://127.0.0.1:{port}").fetch("C" * 22, now=NOW)


def test_an_id_that_is_not_one_never_reaches_a_path() -> None:
    with pytest.raises(SignInRefused, match="malformed"):
        PortalClient(PORTAL, "http://127.0.0.1:9").fetch("../../messages/x", now=NOW)
