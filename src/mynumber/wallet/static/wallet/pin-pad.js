// Buttons beside a field for a PIN. Without this file the field is a plain password input and does all that is needed.
"use strict";

(() => {
  const DIGITS = "1234567890";
  const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

  const element = (tag, properties, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  };

  const inputs = document.querySelectorAll("input[data-pin-pad]");
  for (const input of inputs) {
    const letters = input.dataset.pinPad === "letters";
    const most = input.maxLength;
    const label = input.labels[0].firstChild.textContent.trim();

    // How many characters are in, never which: dots for the eye, a sentence for the ear when the pad is used.
    const dots = element("span", { className: letters ? "" : "pin-pad__dots", ariaHidden: "true" });
    const spoken = element("span", { className: "visually-hidden" });
    spoken.setAttribute("role", "status");
    const draw = () => {
      const count = Math.min(input.value.length, most);
      dots.textContent = letters ? `${count}文字` : "●".repeat(count) + "○".repeat(most - count);
    };
    const say = (words) => {
      draw();
      spoken.textContent = words;
    };
    input.addEventListener("input", () => {
      if (letters) {
        const { selectionStart, selectionEnd } = input;
        input.value = input.value.toUpperCase();
        input.setSelectionRange(selectionStart, selectionEnd);
      }
      draw();
    });

    const key = (words, act, kind) => {
      const button = element("button", { type: "button", className: `pin-pad__key ${kind}` }, words);
      button.addEventListener("click", act);
      return button;
    };
    const enter = (character) => () => {
      if (input.value.length >= most) return say("もう入りません");
      input.value += character;
      say(`${input.value.length}${letters ? "文字" : "けた"}入力しました`);
    };
    const back = key("1つ消す", () => {
      input.value = input.value.slice(0, -1);
      say(`残り${input.value.length}${letters ? "文字" : "けた"}`);
    }, "pin-pad__key--word");
    const clear = key("全部消す", () => {
      input.value = "";
      say("全部消しました");
    }, "pin-pad__key--word");

    const keys = element("div", { className: letters ? "pin-pad__keys pin-pad__keys--letters" : "pin-pad__keys" });
    keys.setAttribute("role", "group");
    keys.setAttribute("aria-label", `${label}を入力するボタン`);
    const digits = [...DIGITS].map((digit) => key(digit, enter(digit), ""));
    if (letters) keys.append(...[...LETTERS].map((letter) => key(letter, enter(letter), "")), ...digits, back, clear);
    else keys.append(...digits.slice(0, 9), back, digits[9], clear);

    const pad = element("div", { className: "pin-pad" }, element("p", { className: "pin-pad__count" }, dots, spoken));
    // Where more than one is asked for, buttons for each would hide the rest of the page.
    if (letters || inputs.length > 1) {
      const folded = element("details", { className: "pin-pad__folded" }, element("summary", {}, "画面のボタンで入力する"), keys);
      pad.append(folded);
    } else pad.append(keys);
    input.after(pad);
    draw();
    // A page that comes back from the browser's memory must not bring a PIN with it.
    window.addEventListener("pagehide", () => {
      input.value = "";
      draw();
    });
  }
})();
