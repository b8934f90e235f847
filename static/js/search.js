"use strict";
/* The search box: arrow keys walk through what is found, Escape closes it. */
{
  const box = document.getElementById("finder");
  const found = document.getElementById("found");

  function walk(event) {
    if (event.key === "Escape") {
      found.replaceChildren();
      box.focus();
      return;
    }
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const stops = [box, ...found.querySelectorAll("a")];
    const next = stops[stops.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1)];
    if (!next) return;
    event.preventDefault();
    next.focus();
  }

  if (box) {
    box.form.addEventListener("keydown", walk);
    document.addEventListener("click", (event) => { if (!box.form.contains(event.target)) found.replaceChildren(); });
    // an answer to something typed before is not shown, nor one that comes after the box was left
    box.addEventListener("htmx:beforeSwap", (event) => {
      const asked = event.detail.requestConfig.parameters.q ?? "";
      if (asked.trim() !== box.value.trim() || !box.form.contains(document.activeElement)) event.detail.shouldSwap = false;
    });
  }
}
