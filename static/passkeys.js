// Says in the page that a passkey was not used, where django-allauth would say it in the console alone.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const isKnown = event.detail.exception?.name === "InvalidStateError";
  for (const [id, isShown] of [["passkey-problem", !isKnown], ["passkey-known", isKnown]]) {
    const problem = document.getElementById(id);
    if (problem) problem.hidden = !isShown;
  }
});
