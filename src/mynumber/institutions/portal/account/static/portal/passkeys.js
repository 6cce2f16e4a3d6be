// Makes or uses a passkey when the form is sent, and sends what the authenticator said as the field "answer".
"use strict";

const form = document.querySelector("form[data-passkey]");
const status = form.querySelector("[data-passkey-status]");
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

async function ask(options) {
  options.challenge = bytes(options.challenge);
  if (form.dataset.passkey === "create") {
    options.user.id = bytes(options.user.id);
    for (const known of options.excludeCredentials ?? []) known.id = bytes(known.id);
    return navigator.credentials.create({ publicKey: options });
  }
  return navigator.credentials.get({ publicKey: options });
}

function written(credential) {
  const response = { clientDataJSON: text(credential.response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"])
    if (credential.response[name]) response[name] = text(credential.response[name]);
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response, clientExtensionResults: {} };
}

form.addEventListener("submit", async (event) => {
  if (form.elements.answer.value) return;
  event.preventDefault();
  event.stopImmediatePropagation(); // face.js would take the form for sent
  try {
    const credential = await ask(JSON.parse(form.dataset.options));
    form.elements.answer.value = JSON.stringify(written(credential));
    form.requestSubmit();
  } catch (error) {
    status.textContent = "端末で取りやめたか、使えるパスキーがありませんでした。もう一度試せます。";
  }
}, true);
