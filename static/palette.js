"use strict";

// The palette (templates/frame/palette.html): a field, and below it links and buttons that the arrow keys go through.
// The list is loaded when the dialog is first opened. What is typed is compared here and sent nowhere.
(() => {
  const dialog = document.querySelector("dialog[data-palette]");
  const root = dialog ?? document.querySelector("[data-palette]");
  const opener = document.querySelector("[data-palette-open]");
  if (!root || !opener) return;
  const field = root.querySelector("[data-palette-field]");
  const list = root.querySelector("[data-palette-list]");
  const status = root.querySelector("[data-palette-status]");

  let isEnterWaiting = false;

  const isFilled = () => Boolean(list.querySelector("[data-palette-none]"));
  const goals = () => [...list.querySelectorAll("a, [data-goal]")].filter((goal) => !goal.closest("[hidden]"));

  function offerContact(typed) {
    const offer = list.querySelector("[data-contact]");
    if (!offer) return;
    offer.hidden = !new RegExp(offer.dataset.contact).test(typed);
    for (const place of offer.querySelectorAll("[data-typed]")) {
      if (place.matches("input")) place.value = typed;
      else place.textContent = typed;
    }
  }

  function show(isWanted) {
    for (const group of list.querySelectorAll("section")) {
      const lines = [...group.querySelectorAll("li")];
      for (const line of lines) line.hidden = !isWanted(line);
      group.hidden = lines.every((line) => line.hidden);
    }
    return goals();
  }

  function filter() {
    const typed = field.value.trim();
    offerContact(typed);
    let found = show((line) => window.hasInIt(line.textContent, typed));
    const isNothing = found.length === 0;
    if (isNothing) found = show((line) => window.comesNear(line.textContent, typed));
    const isFar = found.length === 0;
    if (isFar) found = show((line) => line.closest("[data-palette-offered]"));
    for (const goal of list.querySelectorAll(".palette-first")) goal.classList.remove("palette-first");
    status.textContent = "";
    if (!isFilled()) return;
    const none = list.querySelector("[data-palette-none]");
    none.hidden = !isNothing;
    for (const words of none.querySelectorAll("[data-near]")) words.hidden = isFar !== (words.dataset.near === "no");
    if (!typed) return;
    const isSure = found.length > 0 && !isFar;
    if (isSure) found[0].classList.add("palette-first");
    const first = isSure ? `${status.dataset.enter} ${found[0].textContent.replace(/\s+/g, " ").trim()}` : "";
    const said = isNothing ? none.innerText.trim() : `${status.dataset.found} ${found.length}.`;
    status.textContent = `${said} ${first}`.trim();
  }

  function open() {
    if (!dialog) {
      field.select();
      return;
    }
    if (dialog.open) return;
    for (const menu of document.querySelectorAll("details[data-menu][open]")) menu.open = false;
    field.value = "";
    filter();
    dialog.showModal();
    field.focus();
    if (!isFilled()) htmx.trigger(list, "fill-palette");
  }

  function move(step) {
    const stops = [field, ...goals()];
    const at = stops.indexOf(document.activeElement);
    stops[(Math.max(at, 0) + step + stops.length) % stops.length].focus();
  }

  // Pressed before the list is there, it waits.
  function enter() {
    isEnterWaiting = !isFilled();
    list.querySelector(".palette-first")?.click();
  }

  root.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const isInField = event.target === field;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") move(event.key === "ArrowDown" ? 1 : -1);
    else if (event.key === "Enter" && isInField) enter();
    else {
      const isTyping = (event.key.length === 1 && event.key !== " ") || event.key === "Backspace";
      if (isTyping && !isInField && !event.ctrlKey && !event.metaKey && !event.altKey) field.focus();
      return;
    }
    event.preventDefault();
  });

  field.addEventListener("input", () => {
    isEnterWaiting = false;
    filter();
  });

  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== "k") return;
    event.preventDefault();
    open();
  });

  opener.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });

  opener.setAttribute("aria-keyshortcuts", "Control+K Meta+K");
  if (/Mac|iP/.test(navigator.platform)) opener.querySelector("kbd").textContent = "⌘ K";
  if (!dialog) return;
  opener.setAttribute("aria-haspopup", "dialog");

  // A click beside it closes it, and so does following a link, so that nobody comes back to it open.
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("a")) dialog.close();
  });
  dialog.addEventListener("submit", () => setTimeout(() => dialog.close()));

  // Where the list did not come, the page says why.
  for (const name of ["htmx:beforeSwap", "htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(
      name,
      ({ detail: { elt, xhr } }) => {
        if (elt === list && (xhr.status !== 200 || /^\s*<!doctype/i.test(xhr.responseText))) dialog.close();
      },
      true,
    );
  }
  list.addEventListener("htmx:afterSwap", () => {
    filter();
    if (isEnterWaiting) enter();
  });
})();
