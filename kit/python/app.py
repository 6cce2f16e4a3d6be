"""A service that signs people in with the card: `python app.py`, then open http://localhost:3000 ."""

import json
import secrets
from pathlib import Path
from urllib.parse import urlsplit

import localhost  # noqa: F401 (only for issuers called NAME.localhost)
from authlib.integrations.flask_client import OAuth, OAuthError
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from flask import Flask, abort, request
from joserfc.jwk import ECKey

me = json.loads(Path("client.json").read_text(encoding="utf-8"))
callback = me["redirect_uris"][0]
app = Flask(__name__)
app.secret_key = secrets.token_bytes(32)
portal = OAuth(app).register(
    "portal",
    client_id=me["client_id"],
    client_secret=ECKey.import_key(me["keys"][0]),
    server_metadata_url=f"{me['issuer']}/.well-known/openid-configuration",
    client_auth_methods=[PrivateKeyJWT(alg="ES256")],
    client_kwargs={
        "scope": me["scope"],
        "code_challenge_method": "S256",
        "token_endpoint_auth_method": "private_key_jwt",
    },
)


@app.get("/")
def home():
    return '<!doctype html><html lang="ja"><title>見本</title><h1>見本のサービス</h1><a href="/sign-in">カードでサインイン</a>'


@app.get("/sign-in")
def sign_in():
    return portal.authorize_redirect(callback, acr_values="aal3 crl")


@app.get(urlsplit(callback).path)
def back():
    if request.args.get("iss") != me["issuer"]:
        abort(403)  # an answer of another provider (mix-up, RFC 9207)
    token = portal.authorize_access_token()  # checks state, nonce, PKCE, signature, audience, times
    return {"id_token": token["userinfo"], "userinfo": portal.userinfo(token=token), "scope": token["scope"]}


@app.errorhandler(OAuthError)
def refused(error):
    return f"サインインできませんでした（{error.error}）", 403  # they said no, or the answer is not theirs


if __name__ == "__main__":
    app.run("localhost", urlsplit(callback).port)
