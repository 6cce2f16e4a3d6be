// A service that signs people in with the card: `node app.mjs`, then open http://localhost:3000 .
import "./localhost.mjs";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import * as oidc from "openid-client";

const me = JSON.parse(readFileSync("client.json", "utf8"));
const callback = new URL(me.redirect_uris[0]);
const key = await crypto.subtle.importKey("jwk", me.keys[0], { name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
const onThisMachine = me.issuer.startsWith("http:") ? { execute: [oidc.allowInsecureRequests] } : undefined;
const portal = await oidc.discovery(
  new URL(me.issuer), me.client_id, { id_token_signed_response_alg: "ES256" }, oidc.PrivateKeyJwt(key), onThisMachine);
const attempts = new Map(); // cookie of a browser -> what its answer must fit

const pages = {
  "/": (_, response) => response
    .setHeader("Content-Type", "text/html; charset=utf-8")
    .end('<!doctype html><html lang="ja"><title>見本</title><h1>見本のサービス</h1><a href="/sign-in">カードでサインイン</a>'),

  "/sign-in": async (_, response) => {
    const browser = randomUUID();
    const attempt = { verifier: oidc.randomPKCECodeVerifier(), state: oidc.randomState(), nonce: oidc.randomNonce() };
    attempts.set(browser, attempt);
    const to = oidc.buildAuthorizationUrl(portal, {
      redirect_uri: callback.href, scope: me.scope, acr_values: "aal3 crl", state: attempt.state, nonce: attempt.nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(attempt.verifier), code_challenge_method: "S256",
    });
    response.writeHead(302, { Location: to.href, "Set-Cookie": `browser=${browser}; HttpOnly; SameSite=Lax; Path=/` }).end();
  },

  [callback.pathname]: async (request, response) => {
    const browser = /browser=([\w-]+)/.exec(request.headers.cookie ?? "")?.[1];
    const attempt = attempts.get(browser);
    attempts.delete(browser);
    const tokens = await oidc.authorizationCodeGrant(portal, new URL(request.url, callback), {
      pkceCodeVerifier: attempt.verifier, expectedState: attempt.state, expectedNonce: attempt.nonce, idTokenExpected: true,
    }); // checks iss, state, nonce, PKCE, signature, audience, times
    const userinfo = await oidc.fetchUserInfo(portal, tokens.access_token, tokens.claims().sub);
    response.setHeader("Content-Type", "application/json").end(JSON.stringify({ id_token: tokens.claims(), userinfo, scope: tokens.scope }));
  },
};

createServer((request, response) => {
  const page = pages[new URL(request.url, callback).pathname];
  Promise.resolve(page ? page(request, response) : response.writeHead(404).end())
    .catch((error) => response.writeHead(403).end(String(error.code ?? error.message)));
}).listen(Number(callback.port), "localhost");
