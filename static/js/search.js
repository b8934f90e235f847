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
    box.addEventListener("input", () => { if (!box.value.trim()) found.replaceChildren(); });
    document.addEventListener("click", (event) => { if (!box.form.contains(event.target)) found.replaceChildren(); });
    // an answer that comes after the box was emptied is not shown
    box.addEventListener("htmx:beforeSwap", (event) => { if (!box.value.trim()) event.detail.shouldSwap = false; });
  }
}
