"use strict";

// The answer to an element with data-arriving comes bit by bit. Each <template data-arrived> in it holds an element that
// takes the place of the one with its id as soon as it is here; htmx gets the rest when the answer has ended.
(() => {
  const BEGIN = "<template data-arrived>";
  const END = "</template>";
  const taken = new WeakMap();

  function put(element) {
    const before = document.getElementById(element.id);
    const hadFocus = before?.contains(document.activeElement);
    before?.replaceWith(element);
    if (hadFocus) element.querySelector("a")?.focus({ preventScroll: true });
  }

  // Returns how much of the answer has been taken.
  function take(xhr) {
    const from = taken.get(xhr) ?? 0;
    const text = xhr.responseText;
    const last = text.startsWith(BEGIN) ? text.lastIndexOf(END) : -1;
    if (last < from) return from;
    const arrived = document.createElement("template");
    arrived.innerHTML = text.slice(from, last + END.length);
    for (const { content } of arrived.content.children) put(content.firstElementChild);
    taken.set(xhr, last + END.length);
    return last + END.length;
  }

  document.addEventListener("htmx:beforeSend", ({ detail: { elt, xhr } }) => {
    if (elt.matches("[data-arriving]")) xhr.addEventListener("progress", () => take(xhr));
  });

  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.elt.matches("[data-arriving]")) detail.serverResponse = detail.serverResponse.slice(take(detail.xhr));
  });
})();
