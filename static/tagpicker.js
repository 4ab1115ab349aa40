"use strict";

// The tag picker (templates/tags/picker/) as a combobox. The server finds the tags and writes their chips.
(() => {
  const LONGEST_NAME = 250;

  const pickerOf = (element) => element.closest?.("[data-tag-picker]");
  const inputOf = (picker) => picker.querySelector("[data-tag-search]");
  const popupOf = (picker) => picker.querySelector(".tag-popup");
  const chipsOf = (picker) => [...picker.querySelectorAll(".picked-tag")];
  const optionsOf = (picker) => [...picker.querySelectorAll("[role=option]")];
  const activeOf = (picker) => picker.querySelector("[role=option][aria-selected=true]");
  const isOpen = (picker) => !popupOf(picker).hidden;
  const isFound = (picker) => picker.querySelector("[role=listbox]").dataset.for === inputOf(picker).value.trim();

  function say(picker, text) {
    picker.querySelector("[data-tag-said]").textContent = text;
  }

  function activate(picker, option) {
    for (const other of optionsOf(picker)) other.setAttribute("aria-selected", other === option);
    inputOf(picker).setAttribute("aria-activedescendant", option?.id ?? "");
    option?.scrollIntoView({ block: "nearest" });
  }

  function open(picker) {
    popupOf(picker).hidden = false;
    inputOf(picker).setAttribute("aria-expanded", "true");
  }

  function close(picker) {
    popupOf(picker).hidden = true;
    inputOf(picker).setAttribute("aria-expanded", "false");
    activate(picker, null);
  }

  const search = (picker) => htmx.trigger(inputOf(picker), "search-tags");

  // What was found first is chosen by Enter, and by arrow down and Enter too, as in lists that begin with nothing.
  function move(picker, step) {
    const options = optionsOf(picker);
    const isOffered = "offered" in inputOf(picker).dataset;
    delete inputOf(picker).dataset.offered;
    if (isOffered && step > 0 && activeOf(picker)) return;
    const from = options.indexOf(activeOf(picker));
    const first = step > 0 ? 0 : options.length - 1;
    activate(picker, options[from < 0 ? first : (from + step + options.length) % options.length]);
  }

  function isChosen(picker, chip) {
    const { name, value } = chip.querySelector("[type=checkbox]");
    return [...picker.querySelectorAll(".picked-tag [type=checkbox]")].some(
      (other) => other.name === name && other.value.toLowerCase() === value.toLowerCase(),
    );
  }

  // What was sought is found: the list closes and covers nothing. Who only looks through the list goes on.
  function choose(picker, option) {
    const chip = option.querySelector("template").content.firstElementChild.cloneNode(true);
    if (chipsOf(picker).length >= picker.dataset.most) {
      say(picker, picker.dataset.full);
      picker.querySelector(".tag-count").textContent = picker.dataset.full;
      return;
    }
    if (!isChosen(picker, chip)) picker.querySelector(".picked").append(chip);
    const wasSought = Boolean(inputOf(picker).value.trim());
    inputOf(picker).value = "";
    say(picker, `${picker.dataset.chosen} ${option.dataset.name}`);
    if (wasSought) close(picker);
    else if (isOpen(picker)) search(picker);
  }

  function remove(picker, chip) {
    const name = chip.querySelector(".picked-name").textContent;
    chip.remove();
    inputOf(picker).focus();
    say(picker, `${picker.dataset.removed} ${name}`);
    if (isOpen(picker)) search(picker);
  }

  // Enter never sends the form while there is something to choose; pressed before the tags are found, it waits.
  function enter(picker) {
    const input = inputOf(picker);
    if (isOpen(picker) && isFound(picker) && activeOf(picker)) choose(picker, activeOf(picker));
    else if (input.value.trim()) {
      open(picker);
      search(picker);
      input.dataset.enter = "";
    } else close(picker);
  }

  function pressed(event, picker) {
    const input = inputOf(picker);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (isOpen(picker)) move(picker, event.key === "ArrowDown" ? 1 : -1);
      else {
        open(picker);
        search(picker);
      }
    } else if (event.key === "Enter" && (isOpen(picker) || input.value.trim())) enter(picker);
    else if (event.key === "Escape" && isOpen(picker)) close(picker);
    else if (event.key === "Backspace" && !input.value && chipsOf(picker).length) remove(picker, chipsOf(picker).at(-1));
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  document.addEventListener("keydown", (event) => {
    if (event.target.matches("[data-tag-search]") && !event.isComposing) pressed(event, pickerOf(event.target));
  });

  document.addEventListener("input", (event) => {
    if (!event.target.matches("[data-tag-search]")) return;
    delete event.target.dataset.enter;
    open(pickerOf(event.target));
  });

  document.addEventListener("mousedown", (event) => {
    const isBeside = event.target.closest(".tag-live :is(.tag-popup, .tag-box)") && !event.target.matches("input");
    if (isBeside) event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    const picker = pickerOf(event.target);
    if (!picker) return;
    const option = event.target.closest("[role=option]");
    const removing = event.target.closest("[data-tag-remove]");
    if (option) choose(picker, option);
    else if (removing) remove(picker, removing.closest(".picked-tag"));
    else if (picker.matches(".tag-live") && event.target.closest(".tag-box")) {
      if (!event.target.matches("[data-tag-search]")) event.preventDefault();
      inputOf(picker).focus();
      if (!isOpen(picker)) {
        open(picker);
        search(picker);
      }
    }
  });

  // A name that was typed in full is chosen when the field is left.
  document.addEventListener("focusout", (event) => {
    if (!event.target.matches("[data-tag-search]")) return;
    const picker = pickerOf(event.target);
    const exact = picker.querySelector("[data-exact]");
    close(picker);
    if (exact && isFound(picker) && event.target.value.trim()) choose(picker, exact);
  });

  document.addEventListener("htmx:beforeRequest", (event) => {
    const { elt } = event.detail;
    if (!elt.matches("[data-tag-search]") || elt.value.length <= LONGEST_NAME) return;
    event.preventDefault();
    const picker = pickerOf(elt);
    say(picker, picker.dataset.long);
    popupOf(picker).replaceChildren(picker.querySelector("[role=listbox]"));
    popupOf(picker).firstElementChild.replaceChildren();
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    if (!event.target.matches(".tag-popup")) return;
    const picker = pickerOf(event.target);
    const input = inputOf(picker);
    if (!isOpen(picker) || !isFound(picker)) return;
    activate(picker, input.value.trim() ? optionsOf(picker)[0] : null);
    input.dataset.offered = "";
    if ("enter" in input.dataset && activeOf(picker)) choose(picker, activeOf(picker));
    delete input.dataset.enter;
  });

  function enhance(root) {
    for (const input of root.querySelectorAll("[data-tag-search]")) {
      const picker = pickerOf(input);
      const roles = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": `${picker.id}-options` };
      for (const [name, value] of Object.entries(roles)) input.setAttribute(name, value);
      input.value ||= input.dataset.typed;
    }
    for (const picker of root.querySelectorAll("[data-tag-picker]")) picker.classList.add("tag-live");
  }

  document.addEventListener("htmx:load", (event) => enhance(event.detail.elt));
  enhance(document);
})();
