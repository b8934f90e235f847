"use strict";
/* Choosing a roster: a file that is too big is named before it is sent, and reading shows that it is under way. */
document.querySelector("form[data-roster]")?.addEventListener("submit", (event) => {
  const field = event.target.querySelector("input[type=file]");
  const file = field?.files[0];
  if (file && file.size > Number(field.dataset.mostBytes)) {
    event.preventDefault();
    event.stopImmediatePropagation();
    field.setCustomValidity(field.dataset.tooBig);
    field.reportValidity();
    return;
  }
  event.target.querySelector("[data-reading]").hidden = false;
});
document.querySelector("form[data-roster] input[type=file]")?.addEventListener("change", (event) => {
  event.target.setCustomValidity("");
});
