// The wire of the network with Node's own cryptography, written from docs/protocols/envelope.md: sign, verify, seal, open, send.
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";

const b64 = (bytes) => Buffer.from(bytes).toString("base64url");
const unb64 = (text) => Buffer.from(text, "base64url");
const text = (words) => Buffer.from(words, "utf8");
const u16 = (number) => Buffer.from([number >> 8, number & 255]);

// --- HPKE (RFC 9180), base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM ------------------------------------------

const KEM = Buffer.concat([text("KEM"), u16(0x20)]);
const SUITE = Buffer.concat([text("HPKE"), u16(0x20), u16(1), u16(1)]);
const hmac = (key, data) => crypto.createHmac("sha256", key).update(data).digest();
const extract = (suite, salt, label, key) =>
  hmac(salt.length ? salt : Buffer.alloc(32), Buffer.concat([text("HPKE-v1"), suite, text(label), key]));
const expand = (suite, key, label, info, length) => // one block of HKDF-Expand: nothing here is longer than 32 bytes
  hmac(key, Buffer.concat([u16(length), text("HPKE-v1"), suite, text(label), info, Buffer.from([1])])).subarray(0, length);

const publicKey = (raw) => crypto.createPublicKey({ key: { kty: "OKP", crv: "X25519", x: b64(raw) }, format: "jwk" });
const rawOf = (key) => unb64(key.export({ format: "jwk" }).x); // the public half of a private key too

function context(dh, enc, receiver, info) {
  const secret = extract(KEM, Buffer.alloc(0), "eae_prk", dh);
  const shared = expand(KEM, secret, "shared_secret", Buffer.concat([enc, receiver]), 32);
  const none = Buffer.alloc(0);
  const schedule = Buffer.concat([Buffer.from([0]), extract(SUITE, none, "psk_id_hash", none), extract(SUITE, none, "info_hash", info)]);
  const key = extract(SUITE, shared, "secret", none);
  return [expand(SUITE, key, "key", schedule, 16), expand(SUITE, key, "base_nonce", schedule, 12)];
}

// One info for HPKE: the words of this version, what stands before the key (version, kid), info, aad, each after its length in 8 bytes.
const eight = (part) => { const length = Buffer.alloc(8); length.writeBigUInt64BE(BigInt(part.length)); return length; };
const prefixOf = (kid) => Buffer.concat([Buffer.from([1, kid.length]), text(kid)]);
const bound = (kid, info, aad) =>
  Buffer.concat([text("mynumber sealed v1"), prefixOf(kid), info, aad].flatMap((part) => [eight(part), part]));

export function seal(plain, { x, kid }, info, aad = Buffer.alloc(0)) {
  const pair = crypto.generateKeyPairSync("x25519");
  const enc = rawOf(pair.publicKey), receiver = unb64(x);
  const dh = crypto.diffieHellman({ privateKey: pair.privateKey, publicKey: publicKey(receiver) });
  const [key, nonce] = context(dh, enc, receiver, bound(kid, info, aad));
  const cipher = crypto.createCipheriv("aes-128-gcm", key, nonce);
  return Buffer.concat([prefixOf(kid), enc, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

export function open(blob, privateKey, info, aad = Buffer.alloc(0)) {
  const end = 2 + blob[1], kid = blob.subarray(2, end).toString(), enc = blob.subarray(end, end + 32);
  if (blob[0] !== 1) throw new Error("not a sealed text");
  const dh = crypto.diffieHellman({ privateKey, publicKey: publicKey(enc) });
  const [key, nonce] = context(dh, enc, rawOf(privateKey), bound(kid, info, aad));
  const decipher = crypto.createDecipheriv("aes-128-gcm", key, nonce).setAuthTag(blob.subarray(-16));
  return Buffer.concat([decipher.update(blob.subarray(end + 32, -16)), decipher.final()]);
}

// --- signed messages ----------------------------------------------------------------------------------------------------------

export const thumbprint = ({ crv, x, y }) => // RFC 7638
  b64(crypto.createHash("sha256").update(y ? `{"crv":"${crv}","kty":"EC","x":"${x}","y":"${y}"}` : `{"crv":"${crv}","kty":"OKP","x":"${x}"}`).digest());

export function sign(body, { key, iss, aud, typ, jti = crypto.randomUUID(), irt = null, lifetime = 60 }) {
  const kid = thumbprint(crypto.createPublicKey(key).export({ format: "jwk" }));
  const iat = Math.floor(Date.now() / 1000);
  const head = b64(JSON.stringify({ alg: "ES256", kid, typ }));
  const payload = b64(JSON.stringify({ iss, aud, iat, exp: iat + lifetime, jti, irt, body }));
  const signature = crypto.sign("sha256", text(`${head}.${payload}`), { key, dsaEncoding: "ieee-p1363" });
  return `${head}.${payload}.${b64(signature)}`;
}

export function verify(token, keysOf, { aud, typ, irt }) {
  const [head, payload, signature] = token.split(".");
  const header = JSON.parse(unb64(head)), claims = JSON.parse(unb64(payload)), now = Date.now() / 1000;
  const jwk = keysOf(claims.iss).find((one) => one.kid === header.kid);
  if (!jwk) throw new Error("unknown_key");
  const key = crypto.createPublicKey({ key: jwk, format: "jwk" });
  if (header.alg !== "ES256" || !crypto.verify("sha256", text(`${head}.${payload}`), { key, dsaEncoding: "ieee-p1363" }, unb64(signature)))
    throw new Error("bad_signature");
  if (claims.aud !== aud) throw new Error("wrong_audience");
  if (header.typ !== typ) throw new Error("wrong_kind");
  if (irt !== undefined && claims.irt !== irt) throw new Error("answer_not_bound");
  if (claims.iat > now + 30 || claims.exp < now - 30) throw new Error("expired or not_yet_valid");
  return claims;
}

// --- a member -----------------------------------------------------------------------------------------------------------------

export class Refused extends Error {
  constructor({ hop, reason, detail }) {
    super(`${hop}: ${reason}${detail ? ` (${detail})` : ""}`);
    Object.assign(this, { hop, reason });
  }
}

export class Client {
  constructor(folder) {
    const file = (name) => fs.readFileSync(path.join(folder, name));
    const { member, gateway, url } = JSON.parse(file("member.json"));
    Object.assign(this, { member, gateway, url });
    const name = member.replaceAll(".", "-");
    this.signing = crypto.createPrivateKey(file(`keys/sign-${name}.1.pem`));
    this.sealing = crypto.createPrivateKey(file(`keys/seal-${name}.1.pem`));
    const operator = JSON.parse(file("directory.pub"));
    const listed = verify(file("directory.jws").toString(), (iss) => (iss === "network" ? [operator] : []), { aud: "systems", typ: "directory.v1" });
    this.systems = new Map(listed.body.systems.map((system) => [system.id, system]));
  }

  async call(kind, question) {
    const jti = crypto.randomUUID();
    const info = (typ, from, to) => text(["mynumber sealed body v1", typ, from, to].join("\n"));
    const blob = seal(text(JSON.stringify(question)), this.systems.get(this.gateway).sealing_keys[0], info(kind, this.member, this.gateway));
    const token = sign({ sealed: b64(blob) }, { key: this.signing, iss: this.member, aud: this.gateway, typ: kind, jti });
    const response = await fetch(`${this.url}/messages/${kind}`, { method: "POST", body: token, headers: { "Content-Type": "application/jose" } });
    const answer = await response.text();
    if (answer.startsWith("{")) throw new Refused(JSON.parse(answer).refusal);
    const of = (iss) => (iss === this.gateway ? this.systems.get(iss).signing_keys : []);
    const expected = { aud: this.member, irt: jti };
    if (response.status !== 200) throw new Refused(verify(answer, of, { ...expected, typ: "refusal.v1" }).body);
    const { body } = verify(answer, of, { ...expected, typ: `${kind}.answer` });
    return JSON.parse(open(unb64(body.sealed), this.sealing, info(`${kind}.answer`, this.gateway, this.member)));
  }
}
