"use strict";
/* What every page may use. Each page works without it. */
document.documentElement.classList.add("script");

// the error summary takes the focus, so that a screen reader reads it first
document.querySelector("[data-focus]")?.focus();

// choices that apply at once
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
});

// Save can be pressed once; the server keeps a second press harmless in any case
document.addEventListener("submit", (event) => {
  const button = event.target.querySelector("button[type=submit]:not([name])");
  if (event.target.method === "post" && button) setTimeout(() => { button.disabled = true; }, 0);
});
addEventListener("pageshow", () => {
  document.querySelectorAll("button[type=submit]:disabled").forEach((button) => { button.disabled = false; });
});

// partial reloads carry the token that every form carries
document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector("input[name=csrfmiddlewaretoken]");
  if (token) event.detail.headers["X-CSRFToken"] = token.value;
});

// what stands behind "more" closes when something else is pressed, or with Escape
document.addEventListener("click", (event) => {
  document.querySelectorAll(".nav-more[open]").forEach((more) => { if (!more.contains(event.target)) more.open = false; });
});
document.addEventListener("keydown", (event) => {
  const more = event.key === "Escape" && document.querySelector(".nav-more[open]");
  if (more) { more.open = false; more.querySelector("summary").focus(); }
});

// a page made to be printed
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) print();
});

// a long password is typed more surely when it can be read; it is hidden again before it is sent
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-show-passwords]")) return;
  event.target.form.querySelectorAll("input[autocomplete$=password]").forEach((input) => {
    input.type = event.target.checked ? "text" : "password";
  });
});
document.addEventListener("submit", (event) => {
  event.target.querySelectorAll("input[autocomplete$=password]").forEach((input) => { input.type = "password"; });
});
