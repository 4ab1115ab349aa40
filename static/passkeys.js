// Says in the page that a passkey was not used, where django-allauth would say it in the console alone.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const problem = document.getElementById("passkey-problem");
  if (problem) problem.hidden = false;
});
