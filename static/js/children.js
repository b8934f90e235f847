"use strict";
/* The filters of the children list: addresses without empty values, and no ID number in any of them. */
{
  const filters = document.querySelector("[data-children-filter]");
  const isIdNumber = (words) => /^\d{14}/.test(words.replace(/[\s-]/g, ""));

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
