// @ts-check
// Fields for passwords: show what was typed, say how much is missing, take the one that is offered.

/**
 * @param {string | undefined} id
 * @returns {HTMLInputElement | null}
 */
function input(id) {
  const found = document.getElementById(id ?? "");
  return found instanceof HTMLInputElement ? found : null;
}

/**
 * @param {HTMLElement} button
 * @param {HTMLInputElement} field
 * @param {boolean} shown
 */
function show(button, field, shown) {
  const other = button.dataset.hide ?? "";
  if ((field.type === "text") === shown) return;
  button.dataset.hide = button.textContent ?? "";
  button.textContent = other;
  button.setAttribute("aria-pressed", String(shown));
  field.type = shown ? "text" : "password";
}

for (const button of document.querySelectorAll("[data-reveal]")) {
  if (!(button instanceof HTMLElement)) continue;
  const field = input(button.dataset.reveal);
  if (!field) continue;
  button.hidden = false;
  button.addEventListener("click", () => {
    show(button, field, field.type === "password");
    field.focus();
  });
  // Sent as a password, so that browsers and password managers know what it is.
  field.form?.addEventListener("submit", () => show(button, field, false));
}

for (const hint of document.querySelectorAll("[data-least]")) {
  if (!(hint instanceof HTMLElement)) continue;
  const field = input(hint.dataset.for);
  if (!field) continue;
  const rule = hint.textContent;
  const least = Number(hint.dataset.least);
  const tell = () => {
    // As the server counts: characters, not the units that a script sees.
    const missing = least - [...field.value.normalize("NFC")].length;
    const text = missing > 0 ? (hint.dataset.more ?? "").replace("{n}", String(missing)) : hint.dataset.enough;
    hint.textContent = field.value === "" ? rule : (text ?? rule);
    hint.classList.toggle("met", missing <= 0);
  };
  field.addEventListener("input", tell);
  tell();
}

for (const button of document.querySelectorAll("[data-take]")) {
  if (!(button instanceof HTMLElement)) continue;
  const field = input(button.dataset.take);
  const offered = document.getElementById(`${button.dataset.take}-suggestion`)?.textContent;
  if (!field || !offered) continue;
  button.hidden = false;
  button.addEventListener("click", () => {
    field.value = offered;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    const reveal = document.querySelector(`[data-reveal="${field.id}"]`);
    if (reveal instanceof HTMLElement) show(reveal, field, true);
    field.focus();
  });
}
