// Enhancements only: every page works without this file.
"use strict";

(() => {
  // After a rejected form the reader starts at the list of errors.
  const summary = document.getElementById("error-summary");
  if (summary) summary.focus();

  // Copy buttons for commands. The words come from the page's language.
  const english = document.documentElement.lang.startsWith("en");
  const words = english ? ["Copy", "Copied"] : ["コピー", "コピーしました"];
  if (navigator.clipboard) {
    for (const row of document.querySelectorAll("[data-copy]")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button button--secondary button--small code__copy";
      button.textContent = words[0];
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(row.querySelector("code").textContent);
        button.textContent = words[1];
      });
      row.append(button);
    }
  }

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
