"use strict";
/* The filters of the children list: addresses without empty values, and no ID number in any of them. */
{
  const filters = document.querySelector("[data-children-filter]");
  // a whole ID number, or a telephone number
  const isIdNumber = (words) => /^(\d{14}|1\d{10}$)/.test(words.replace(/[\s-]/g, ""));

  // a whole ID number leaves by POST, through the search box's own address
  function postInstead(words) {
    const form = document.createElement("form");
    form.method = "post";
    form.action = filters.dataset.search;
    const token = document.querySelector("input[name=csrfmiddlewaretoken]").value;
    for (const [name, value] of [["q", words], ["csrfmiddlewaretoken", token]]) {
      const input = document.createElement("input");
      Object.assign(input, { type: "hidden", name, value });
      form.append(input);
    }
    document.body.append(form);
    form.submit();
  }

  filters?.addEventListener("submit", (event) => {
    if (isIdNumber(filters.elements.q.value)) {
      event.preventDefault();
      postInstead(filters.elements.q.value);
      return;
    }
    // what is not filtered by does not go into the address
    for (const control of filters.elements) {
      if (control.name && !control.value) control.disabled = true;
    }
  });
  addEventListener("pageshow", () => {
    for (const control of filters?.elements ?? []) control.disabled = false;
  });
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.elt !== filters) return;
    if (isIdNumber(filters.elements.q.value)) { event.preventDefault(); return; }
    const values = event.detail.formData;
    for (const name of [...values.keys()]) if (!values.get(name)) values.delete(name);
  });
}

/* The rows: ticked by mouse or keyboard, and counted. */
{
  const boxes = () => [...document.querySelectorAll("[data-many] input[name=code]")];
  const count = () => {
    const ticked = boxes().filter((box) => box.checked).length;
    const place = document.querySelector("[data-ticked]");
    if (place) place.textContent = ticked || "";
  };
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-tick-all]")) boxes().forEach((box) => { box.checked = event.target.checked; });
    if (event.target.closest("[data-many]")) count();
  });
  addEventListener("pageshow", count);

  const rows = () => [...document.querySelectorAll("[data-many] tbody tr")];
  const link = (row) => row.querySelector("th a");
  const KEYS_OFF = "list-keys-off";
  const areOff = () => localStorage.getItem(KEYS_OFF) === "1";
  const isTyping = (element) => element.matches("input:not([type=checkbox]), select, textarea, [contenteditable]");

  function step(by) {
    const all = rows();
    const here = all.findIndex((row) => row.contains(document.activeElement));
    const next = all[here < 0 ? (by > 0 ? 0 : all.length - 1) : here + by];
    if (next) link(next).focus();
    return Boolean(next);
  }
  const acts = {
    j: () => step(1),
    k: () => step(-1),
    ArrowDown: (event) => Boolean(event.target.closest("[data-many]")) && step(1),
    ArrowUp: (event) => Boolean(event.target.closest("[data-many]")) && step(-1),
    x: () => {
      const box = rows().find((row) => row.contains(document.activeElement))?.querySelector("input[name=code]");
      box?.click();
      return Boolean(box);
    },
    "/": () => { document.getElementById("id_q")?.focus(); return true; },
    "?": () => {
      const help = document.querySelector("[data-keys]");
      if (!help) return false;
      help.open = !help.open;
      help.querySelector("summary").focus();
      return true;
    },
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target) || areOff()) return;
    if (acts[event.key]?.(event)) event.preventDefault();
  });

  const showSwitch = () => {
    const control = document.querySelector("[data-keys-on]");
    if (control) control.checked = !areOff();
  };
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-keys-on]")) localStorage.setItem(KEYS_OFF, event.target.checked ? "0" : "1");
  });
  document.addEventListener("htmx:afterSwap", () => { showSwitch(); count(); });
  showSwitch();
}
