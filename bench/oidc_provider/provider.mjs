// The peer of `python -m bench sign_ins`: oidc-provider as its documentation sets it up, everything in memory.
// node provider.mjs CONFIGURATION: a file with port, client (id, redirect, jwk) and ca (the public key of the cards' CA, PEM).

import { createPublicKey, generateKeyPairSync, randomBytes, verify, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import Provider from "oidc-provider";

const { port, client, ca } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const issuer = `http://127.0.0.1:${port}`;
const authority = createPublicKey(ca);
const signing = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" });

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: client.id,
      redirect_uris: [client.redirect],
      response_types: ["code"],
      grant_types: ["authorization_code"],
      token_endpoint_auth_method: "private_key_jwt",
      token_endpoint_auth_signing_alg: "ES256",
      id_token_signed_response_alg: "ES256",
      subject_type: "pairwise",
      jwks: { keys: [client.jwk] },
    },
  ],
  jwks: { keys: [{ ...signing, use: "sig", alg: "ES256" }] },
  subjectTypes: ["pairwise"],
  pairwiseIdentifier: (ctx, account, { sectorIdentifier }) => `${sectorIdentifier}.${account}`,
  findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  features: { devInteractions: { enabled: false } },
  pkce: { required: () => true },
  cookies: { keys: [randomBytes(32).toString("base64url")] },
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  ttl: { Interaction: 600, Session: 600, Grant: 600, AuthorizationCode: 60, AccessToken: 600, IdToken: 300 },
});

const challenges = new Map();

provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith("/interaction/")) return next();
  const { uid, params } = await provider.interactionDetails(ctx.req, ctx.res);
  if (ctx.method === "GET") {
    const challenge = randomBytes(32);
    challenges.set(uid, challenge);
    ctx.type = "html";
    ctx.body = `<!doctype html><form><input name="challenge" value="${challenge.toString("base64")}"></form>`;
    return;
  }
  const { certificate, signature } = JSON.parse(await text(ctx.req));
  const card = new X509Certificate(Buffer.from(certificate, "base64"));
  const challenge = challenges.get(uid);
  challenges.delete(uid);
  if (!challenge || !card.verify(authority) || !verify("sha256", challenge, card.publicKey, Buffer.from(signature, "base64"))) {
    ctx.status = 403;
    return;
  }
  const grant = new provider.Grant({ accountId: card.serialNumber, clientId: params.client_id });
  grant.addOIDCScope("openid");
  const answer = { login: { accountId: card.serialNumber }, consent: { grantId: await grant.save() } };
  ctx.respond = false;
  await provider.interactionFinished(ctx.req, ctx.res, answer, { mergeWithLastSubmission: false });
});

async function text(stream) {
  let content = "";
  for await (const part of stream) content += part;
  return content;
}

provider.listen(port, "127.0.0.1", () => console.log("ready"));
