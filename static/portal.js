"use strict";

(() => {
  const TOAST_SECONDS = 6;

  const cloned = (id) => document.getElementById(id).content.cloneNode(true);

  // Toasts: HX-Trigger: {"toast": {"level": "success", "text": "…"}}. Warnings and errors stay until they are closed,
  // the others while the pointer or the focus is on them.
  function toast({ level = "success", text, value }) {
    const note = cloned("toast").firstElementChild;
    note.classList.add(`toast-${level}`);
    note.querySelector("[data-toast-text]").textContent = text ?? value;
    note.querySelector(".btn-close").addEventListener("click", () => note.remove());
    document.getElementById("toasts").append(note);
    if (level === "danger" || level === "warning") return;
    const leave = () => (note.matches(":hover, :focus-within") ? setTimeout(leave, 1000) : note.remove());
    setTimeout(leave, TOAST_SECONDS * 1000);
  }

  document.addEventListener("toast", (event) => toast(event.detail));

  // Requests without a proper answer: a sentence above the page, which stays as it is.
  function fail(id) {
    const place = document.getElementById("failure");
    if (place) {
      place.replaceChildren(cloned(id));
      bring(place);
    }
  }

  function bring(element) {
    if (element.tabIndex < 0) element.tabIndex = -1;
    element.focus({ preventScroll: true });
    // After htmx, which scrolls to the top of a page that has come.
    requestAnimationFrame(() => element.scrollIntoView({ block: "nearest", behavior: "instant" }));
  }

  const isWholePage = (xhr) => /^\s*<!doctype/i.test(xhr.responseText);

  // It goes with the next try; what is looked up meanwhile is none.
  document.addEventListener("htmx:beforeRequest", ({ detail }) => {
    if (!detail.elt.matches("[data-tag-search], [data-lookup], [data-palette-list]")) document.getElementById("failure")?.replaceChildren();
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, isError } = event.detail;
    if (!isError && isWholePage(xhr) && xhr.responseURL.includes("/accounts/login/")) {
      event.detail.shouldSwap = false;
      fail("signed-out");
    }
  });

  // A list that arrives does not replace what was typed or chosen in its place since it was asked for.
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const { target, requestConfig } = detail;
    if (!target.matches("[data-keep-typed]")) return;
    const sent = requestConfig.formData;
    const now = new FormData(target.closest("form"));
    const names = new Set([...target.querySelectorAll("[name]")].map((control) => control.name));
    if ([...names].some((name) => `${now.getAll(name)}` !== `${sent.getAll(name)}`)) detail.shouldSwap = false;
  });

  document.addEventListener("htmx:responseError", () => {
    const place = document.getElementById("failure");
    if (place?.childElementCount) bring(place);
    else fail("bad-answer");
  });

  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, () => fail("no-answer"));
  }

  const csrfToken = document.querySelector("meta[name=csrf-token]");

  document.addEventListener("htmx:configRequest", ({ detail }) => {
    detail.headers["X-CSRFToken"] = csrfToken.content;
  });

  // After signing in again in another tab: the new token, so that the page can be sent once more.
  document.addEventListener("csrf", ({ detail: { token } }) => {
    for (const input of document.querySelectorAll("[name=csrfmiddlewaretoken]")) input.value = token;
    csrfToken.content = token;
  });

  // What an answer marks with data-focus takes the focus, else the first field with an error.
  function focusIn(root) {
    const wanted = root.matches("[data-focus]") ? root : root.querySelector("[data-focus], [aria-invalid=true]");
    const isForControl = wanted?.dataset.focus === "control";
    const target = isForControl ? wanted.querySelector("input:not([type=hidden]), select, textarea") : wanted;
    if (target) bring(target);
  }

  document.addEventListener("htmx:load", (event) => {
    if (event.detail.elt === document.body) return;
    enhance(event.detail.elt);
    focusIn(event.detail.elt);
  });

  // While a form's answer is awaited, its buttons are off: a second click does nothing twice. The one that was pressed
  // says that it works.
  const buttonsOf = (asker) => [...(asker.elements ?? [asker])].filter((element) => /^(submit|button)$/.test(element.type));

  function hold(asker, pressed) {
    const focused = document.activeElement;
    for (const button of buttonsOf(asker)) {
      button.disabled = true;
      if (button === pressed) button.ariaBusy = "true";
      button.dataset.held = button === focused ? "focused" : "";
    }
  }

  function release(asker) {
    for (const button of buttonsOf(asker).filter((button) => "held" in button.dataset)) {
      button.disabled = false;
      button.ariaBusy = null;
      if (button.dataset.held && document.activeElement === document.body) button.focus();
      delete button.dataset.held;
    }
  }

  document.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) setTimeout(() => hold(event.target, event.submitter));
  });
  document.addEventListener("htmx:beforeRequest", ({ detail: { elt, requestConfig } }) => {
    hold(elt, requestConfig.triggeringEvent?.submitter ?? elt);
  });
  document.addEventListener("htmx:afterRequest", (event) => release(event.detail.elt));
  window.addEventListener("pageshow", () => [...document.forms].forEach(release));

  // A date typed wrongly has no value for the browser and would be lost: it stays, and the browser tells it there.
  const hasBadInput = (form) => [...(form?.elements ?? [])].some((field) => field.validity?.badInput && !field.reportValidity());

  document.addEventListener(
    "submit",
    (event) => {
      if (hasBadInput(event.target)) {
        event.preventDefault();
        event.stopImmediatePropagation();
      }
    },
    true,
  );
  document.addEventListener("htmx:confirm", (event) => {
    if (hasBadInput(event.detail.elt.form)) event.preventDefault();
  });

  // What a field looks up as it is left waits until the pointer is up: what comes would move what is being clicked.
  let pressed = null;
  const letGo = () => {
    const asked = pressed ?? [];
    pressed = null;
    setTimeout(() => asked.forEach((ask) => ask()));
  };
  document.addEventListener("pointerdown", () => (pressed = []), true);
  for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, letGo, true);
  document.addEventListener("htmx:confirm", (event) => {
    const { elt, issueRequest } = event.detail;
    if (!pressed || !elt.matches("[data-lookup]")) return;
    event.preventDefault();
    pressed.push(() => issueRequest(true));
  });

  // Whether a text has what was typed in it, umlauts being typed as such, without their dots, or with an e. The palette
  // searches so, too.
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").replace(/\u2010/g, "-").toLowerCase().trim();
  const withE = (text) => plain(text.normalize("NFC").toLowerCase().replace(/[äöü]/g, (letter) => `${plain(letter)}e`));
  window.hasInIt = (text, typed) => plain(text).includes(plain(typed)) || withE(text).includes(withE(typed));

  // Whether it has at least half of the pairs of letters of what was typed, as where a letter is wrong, missing or too much.
  window.comesNear = (text, typed) => {
    const letters = plain(typed);
    const pairs = [...new Set([...letters].slice(1).map((_letter, at) => letters.slice(at, at + 2)))];
    return pairs.length > 1 && 2 * pairs.filter((pair) => plain(text).includes(pair)).length >= pairs.length;
  };

  // Who leaves a page with a form that was changed and not sent is asked first: data-unsent marks such forms. What an
  // answer brings in the place of a changed form is changed, too.
  let wasChanged = false;
  const changed = (root) => root.querySelector("form[data-unsent][data-changed]");
  for (const name of ["input", "change"]) {
    document.addEventListener(name, ({ target }) => {
      const form = target.closest("form[data-unsent]");
      if (form && !target.matches("[type=search]")) form.dataset.changed = "";
    });
  }
  document.addEventListener("submit", (event) => {
    if (!event.defaultPrevented && event.target.matches("[data-unsent]")) delete event.target.dataset.changed;
  });
  document.addEventListener("htmx:beforeSwap", ({ detail }) => (wasChanged = Boolean(changed(detail.target))));
  document.addEventListener("htmx:load", ({ detail: { elt } }) => {
    const form = wasChanged && elt.querySelector("form[data-unsent]");
    if (form) form.dataset.changed = "";
  });
  window.addEventListener("beforeunload", (event) => {
    if (changed(document)) event.preventDefault();
  });

  // Filter fields for long lists: data-filter-list names the list's id.
  function filter(input) {
    const list = document.getElementById(input.dataset.filterList);
    let shown = 0;
    for (const row of list.querySelectorAll("li, .form-check, dl > div")) {
      row.hidden = !window.hasInIt(row.textContent, input.value);
      if (!row.hidden) shown += 1;
    }
    const none = document.querySelector(`[data-filter-none="${input.dataset.filterList}"]`);
    if (none) none.hidden = shown > 0;
  }

  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-filter-list]")) filter(event.target);
  });

  document.addEventListener("keydown", (event) => {
    const input = event.target;
    if (event.key === "Enter" && input.matches?.("[data-filter-list]")) {
      event.preventDefault();
      const first = document.querySelector(`#${input.dataset.filterList} :is(li:not([hidden]) a, .form-check:not([hidden]) input)`);
      first?.click();
    }
    if (event.key === "Escape") {
      const menu = document.querySelector("details[data-menu][open]");
      if (menu) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
      for (const field of menu?.querySelectorAll("[data-filter-list]") ?? []) {
        field.value = "";
        filter(field);
      }
    }
  });

  // Menus close when something else is clicked, and begin with their filter.
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
    const copy = event.target.closest("[data-copy]");
    if (copy) {
      navigator.clipboard.writeText(copy.dataset.copy).then(() => toast({ level: "success", text: copy.dataset.copied }));
    }
  });

  document.addEventListener(
    "toggle",
    (event) => {
      if (event.target.matches("details[data-menu]") && event.target.open) {
        event.target.querySelector("[data-filter-list]")?.focus();
      }
    },
    true,
  );

  // What only works with JavaScript is hidden until here.
  function enhance(root) {
    for (const notice of root.querySelectorAll("[data-notice]")) {
      toast({ level: notice.dataset.notice, text: notice.textContent.trim() });
      notice.remove();
    }
    for (const element of root.querySelectorAll("[data-filter-list][hidden], [data-copy][hidden]")) {
      element.hidden = false;
    }
    // Errors are told by the server. Without JavaScript the browser checks first: it would send a wrong date as none.
    for (const form of document.querySelectorAll("form[data-novalidate]")) form.noValidate = true;
  }

  enhance(document.body);
  focusIn(document.body);
})();
