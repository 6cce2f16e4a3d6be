// While a card is on the reader, look every two seconds how far the procedure is. Without script there is a button that does the same.
"use strict";
(() => {
  const EVERY = 2000;
  const look = async () => {
    const shown = document.getElementById("progress");
    if (!shown || shown.dataset.live !== "yes") return;
    try {
      const answer = await fetch(window.location.pathname, { credentials: "same-origin" });
      if (answer.ok && !answer.redirected) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.getElementById("progress");
        if (fresh && fresh.dataset.live === "no") {
          window.location.reload();
          return;
        }
        if (fresh && fresh.innerHTML !== shown.innerHTML) shown.innerHTML = fresh.innerHTML;
      }
    } catch {
      // Not reachable for a moment: look again.
    }
    window.setTimeout(look, EVERY);
  };
  window.setTimeout(look, EVERY);
})();
