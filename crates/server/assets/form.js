// @ts-check
// Every form: sent once however often the button is pressed. The server does not depend on it.

/** A form that was stopped may be sent again after so long. */
const RELEASE_AFTER = 8000;

for (const form of document.forms) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    form.setAttribute("aria-busy", "true");
    setTimeout(() => release(form), RELEASE_AFTER);
  });
}

// Back from the next page: the browser kept this one as it was.
addEventListener("pageshow", () => {
  for (const form of document.forms) release(form);
});

/** @param {HTMLFormElement} form */
function release(form) {
  delete form.dataset.sent;
  form.removeAttribute("aria-busy");
}

// A fault is read out first, where the browser did not put the focus there by itself.
const said = document.getElementById("said");
if (said?.getAttribute("role") === "alert") said.focus();

// What has just happened is said once, not at every reload.
if (location.search.startsWith("?note=")) history.replaceState(null, "", location.pathname);
