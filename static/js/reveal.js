"use strict";
/* A value shown for a reason is masked again after half a minute, when the page is left, and on paper. */
const mask = (place) => {
  place.textContent = place.dataset.masked;
  place.closest(".sealed").querySelector("details").open = false;
};

document.addEventListener("htmx:afterSwap", (event) => {
  const place = event.target;
  const shown = place.matches?.(".sealed-value") && place.querySelector("[data-hide-after]");
  if (!shown) return;
  place.closest(".sealed").querySelector("details").open = false;
  setTimeout(() => { if (place.contains(shown)) mask(place); }, Number(shown.dataset.hideAfter) * 1000);
});

// a refusal is shown in place too
document.addEventListener("htmx:beforeSwap", (event) => {
  if (!event.detail.target.matches(".sealed-value") || ![422, 429].includes(event.detail.xhr.status)) return;
  event.detail.shouldSwap = true;
  event.detail.isError = false;
});

const maskAll = () => document.querySelectorAll(".sealed-value:has([data-hide-after])").forEach(mask);
addEventListener("pagehide", maskAll);
addEventListener("beforeprint", maskAll);
