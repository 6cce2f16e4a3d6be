// Enhancements only: every page works without this file.
"use strict";

(() => {
  // After a rejected form the reader starts at the list of errors.
  const summary = document.getElementById("error-summary");
  if (summary) summary.focus();

  // Copy buttons for commands. The style sheet shows them where script runs: a button that came later would move the page.
  for (const button of document.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard) button.classList.add("code__copy--unable");
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.parentElement.querySelector("code").textContent);
      button.textContent = button.dataset.copy;
    });
  }

  // Enter in a box that looks something up (a bank, a postal code) looks it up, and does not send the form.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !event.target.matches(".picker__row input")) return;
    event.preventDefault();
    event.target.parentElement.querySelector("button").click();
  });

  // A form is sent once, however often the button is pressed. After "back" it works again.
  const sent = new WeakSet();
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (sent.has(event.target)) event.preventDefault();
    else {
      sent.add(event.target);
      // A form may answer with a file instead of a page, so it must not stay shut.
      setTimeout(() => sent.delete(event.target), 3000);
    }
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) for (const form of document.forms) sent.delete(form);
  });

  // A link that asks a question opens it over the page; without script it leads to a page that asks.
  for (const link of document.querySelectorAll("a[data-dialog]")) {
    link.addEventListener("click", (event) => {
      const dialog = document.getElementById(link.dataset.dialog);
      if (!dialog || !dialog.showModal) return;
      event.preventDefault();
      dialog.showModal();
    });
  }
  for (const button of document.querySelectorAll("dialog [data-close]")) {
    button.addEventListener("click", (event) => {
      event.preventDefault();
      button.closest("dialog").close();
    });
  }

  // The end of a visit: ask shortly before, leave when it has come. The clock is looked at, as timers sleep with the device.
  const timeout = document.querySelector("[data-timeout]");
  if (timeout) {
    const dialog = timeout.querySelector("dialog");
    const left = timeout.querySelector("[data-timeout-left]");
    const stay = timeout.querySelector("[data-timeout-stay]");
    const lasts = Number(timeout.dataset.timeout) * 1000;
    const warn = Number(timeout.dataset.warn) * 1000;
    let end = Date.now() + lasts;
    const look = () => {
      const rest = end - Date.now();
      if (rest <= 0) {
        clearInterval(ticking);
        location.replace(timeout.dataset.leave);
      } else if (rest <= warn) {
        left.textContent = String(Math.ceil(rest / 1000));
        if (!dialog.open) dialog.showModal();
      }
    };
    const ticking = setInterval(look, 1000);
    document.addEventListener("visibilitychange", look);
    const again = async () => {
      const response = await fetch(stay.action, { method: "POST", body: new FormData(stay) });
      if (!response.ok || response.redirected) throw new Error("the visit is over");
      end = Date.now() + lasts;
      dialog.close();
    };
    stay.addEventListener("submit", (event) => {
      event.preventDefault();
      again().catch(() => location.replace(timeout.dataset.leave));
    });
    // Escape means: go on.
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      stay.requestSubmit();
    });
  }

  // The name of the file that was chosen, in words of the page; an <output> is read aloud when it changes.
  for (const name of document.querySelectorAll("[data-file-name]")) {
    const input = document.getElementById(name.getAttribute("for"));
    const none = name.textContent;
    const tell = () => {
      name.textContent = Array.from(input.files, (file) => file.name).join("、") || none;
    };
    input.addEventListener("change", tell);
    if (input.files.length) tell();
  }

  // Keys for a PIN on a touch screen. Nothing is shown of it but how many digits there are.
  for (const pad of document.querySelectorAll("[data-pin-pad]")) {
    const input = document.getElementById(pad.dataset.pinPad);
    const said = pad.parentElement.querySelector("[data-pin-said]");
    pad.addEventListener("click", (event) => {
      const key = event.target.dataset.key;
      if (!key) return;
      if (key === "clear") input.value = "";
      else if (key === "back") input.value = input.value.slice(0, -1);
      else if (input.value.length < Number(pad.dataset.digits)) input.value += key;
      said.textContent = said.dataset.pinSaid.replace("{total}", pad.dataset.digits).replace("{typed}", input.value.length);
    });
  }

  // Printing opens what is folded, and folds it again.
  window.addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details:not([open])")) {
      details.open = true;
      details.dataset.openedToPrint = "";
    }
  });
  window.addEventListener("afterprint", () => {
    for (const details of document.querySelectorAll("details[data-opened-to-print]")) {
      details.open = false;
      delete details.dataset.openedToPrint;
    }
  });
})();
