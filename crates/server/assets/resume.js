// @ts-check
// The access token has expired, the sign-in has not: asks for the next pair and goes on. Without this the button does it.

/** A third of the time in which the server gives the same answer again. */
const PATIENCE = 3300;

/** @param {HTMLFormElement} form */
async function ask(form) {
  const fields = new FormData(form);
  return fetch("/v1/refresh", {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": String(fields.get("csrf_token")) },
    body: JSON.stringify({ client_id: form.dataset.client }),
    signal: AbortSignal.timeout(PATIENCE),
  });
}

/** @param {HTMLFormElement} form */
async function resume(form) {
  // A lost answer is asked for again: the server gives the same one.
  const answer = await ask(form).catch(() => ask(form)).catch(() => null);
  if (answer?.ok || answer?.status === 409) {
    location.replace(String(new FormData(form).get("to")));
  } else if (answer?.status === 400 || answer?.status === 401) {
    location.replace(form.dataset.signIn ?? "/sign-in");
  } else {
    const failed = document.querySelector("[data-failed]");
    if (failed instanceof HTMLElement) failed.hidden = false;
  }
}

const form = document.querySelector("form[data-resume]");
if (form instanceof HTMLFormElement) void resume(form);
