"use strict";
/* A class table: rows are saved one by one when they are left, Enter moves down a column, and a block copied in a
   spreadsheet is pasted cell by cell. Without this script each row has its own button. */
(() => {
  const grid = document.querySelector("[data-grid]");
  if (!grid) return;
  const says = document.getElementById("grid-says");
  const rows = () => [...grid.tBodies[0].rows];
  const controls = (row) => [...row.querySelectorAll("td input:not([type=hidden]), td select")];
  const rowOf = (control) => control.closest("tr");
  const cellOf = (control) => control.closest("td").cellIndex;

  const at = (row, index) => controls(row).find((control) => cellOf(control) === index);

  const nameOf = (row) => row.querySelector("th a").textContent;
  const say = (row, words, wrong = false) => {
    says.textContent = `${nameOf(row)}: ${words}`;
    says.classList.toggle("wrong", wrong);
  };

  // --- saving: one row at a time, in the order in which they were left
  const waiting = [];
  const typedSince = new Map(); // what was typed into a row while it was on its way
  let saving = "";
  const saveNext = () => {
    if (saving || !waiting.length) return;
    saving = waiting.shift();
    const form = document.querySelector(`#${saving} form[data-row-form]`);
    if (form) form.requestSubmit(); else { saving = ""; saveNext(); }
  };
  const save = (row) => {
    if (!row.classList.contains("grid-changed") || waiting.includes(row.id)) return;
    waiting.push(row.id);
    saveNext();
  };
  const changed = (control) => {
    const row = rowOf(control);
    row.classList.add("grid-changed");
    if (row.classList.contains("grid-sent")) typedSince.set(control.id, control.value);
  };
  document.addEventListener("htmx:beforeRequest", (event) => {
    const row = event.target.closest?.("[data-grid] tr[id]");
    if (row) { saving = row.id; row.classList.add("grid-sent"); }
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const row = document.getElementById(saving);
    if (!row) return;
    row.classList.remove("grid-sent");
    saving = "";
    if (event.detail.failed || !event.detail.successful) {
      waiting.length = 0;
      typedSince.clear();
      row.classList.add("grid-wrong");
      say(row, grid.dataset.failed, true);
      return;
    }
    const wrong = row.querySelector(".wrong");
    say(row, wrong ? wrong.textContent : grid.dataset.saved, Boolean(wrong));
    typedSince.forEach((value, id) => {
      const control = document.getElementById(id);
      if (control) { control.value = value; changed(control); }
    });
    typedSince.clear();
    if (row.classList.contains("grid-changed") && !row.contains(document.activeElement)) save(row);
    saveNext();
  });

  addEventListener("online", () => grid.querySelectorAll("tr.grid-changed").forEach(save));

  grid.addEventListener("input", (event) => changed(event.target));
  grid.addEventListener("focusout", (event) => {
    const row = event.target.closest("tr");
    if (row && !row.contains(event.relatedTarget)) save(row);
  });
  let signedOut = false; // what was typed is kept then, and sent again after the login
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    signedOut = Boolean(event.detail.xhr.getResponseHeader("HX-Redirect"));
  });
  addEventListener("beforeunload", (event) => {
    if (!signedOut && grid.querySelector(".grid-changed")) event.preventDefault();
  });

  // --- moving: Enter and Shift+Enter; the arrows too, where they do not choose
  grid.addEventListener("keydown", (event) => {
    const arrows = event.target.tagName === "INPUT" ? { ArrowDown: 1, ArrowUp: -1 } : {};
    const step = event.key === "Enter" ? (event.shiftKey ? -1 : 1) : arrows[event.key];
    if (!step || !event.target.matches("td input, td select")) return;
    event.preventDefault();
    const all = rows();
    for (let index = all.indexOf(rowOf(event.target)) + step; all[index]; index += step) {
      const next = at(all[index], cellOf(event.target));
      if (next) { next.focus(); next.select?.(); return; }
    }
    save(rowOf(event.target));
  });

  // --- pasting a block
  const choose = (select, words) => {
    const wanted = words.trim();
    const options = [...select.options];
    const found = options.find((option) => option.text.trim() === wanted || option.value === wanted)
      || (wanted && options.find((option) => option.dataset.also?.split("|").includes(wanted)));
    if (found) select.value = found.value;
    return Boolean(found);
  };
  const put = (control, words, refused) => {
    if (control.tagName === "SELECT") {
      if (!choose(control, words)) {
        control.classList.add("is-invalid");
        control.setAttribute("aria-invalid", "true");
        refused.push(`${nameOf(rowOf(control))}: ${words.trim()}`);
        return;
      }
    } else {
      control.value = words.trim();
    }
    control.classList.remove("is-invalid");
    control.removeAttribute("aria-invalid");
    changed(control);
  };
  grid.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text/plain").replace(/\r/g, "").replace(/\n$/, "");
    if (!event.target.matches("td input, td select") || !/[\n\t]/.test(text)) return;
    event.preventDefault();
    const all = rows().slice(rows().indexOf(rowOf(event.target)));
    const first = cellOf(event.target);
    const refused = [];
    text.split("\n").forEach((line, down) => {
      const row = all[down];
      if (!row) return;
      line.split("\t").forEach((words, right) => {
        const control = at(row, first + right);
        if (control) put(control, words, refused);
      });
      if (row !== rowOf(event.target)) save(row);
    });
    save(rowOf(event.target));
    const list = document.getElementById("grid-refused");
    list.hidden = !refused.length;
    list.textContent = refused.length ? `${grid.dataset.noChoice} ${refused.join("; ")}` : "";
  });
})();
