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

  // --- saving: one row at a time, in the order in which they were left
  const waiting = [];
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
  const done = () => { saving = ""; saveNext(); };
  document.addEventListener("htmx:afterSettle", (event) => {
    const row = event.target.closest?.("tr[id]") || document.getElementById(saving);
    const name = row?.querySelector("th a")?.textContent;
    if (name && row.querySelector("[data-row-saved]")) says.textContent = `${name}: ${grid.dataset.saved}`;
    if (row?.querySelector(".wrong")) says.textContent = `${name}: ${row.querySelector(".wrong").textContent}`;
    if (row?.id === saving) done();
  });
  for (const failed of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.addEventListener(failed, () => { waiting.length = 0; saving = ""; });
  }

  const changed = (control) => rowOf(control).classList.add("grid-changed");
  grid.addEventListener("input", (event) => changed(event.target));
  grid.addEventListener("focusout", (event) => {
    const row = event.target.closest("tr");
    if (row && !row.contains(event.relatedTarget)) save(row);
  });
  addEventListener("beforeunload", (event) => {
    if (grid.querySelector(".grid-changed")) event.preventDefault();
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
  const put = (control, words) => {
    if (control.tagName === "SELECT") {
      if (!choose(control, words)) {
        control.classList.add("is-invalid");
        says.textContent = `${rowOf(control).querySelector("th a").textContent}: ${grid.dataset.noChoice} ${words}`;
        return;
      }
    } else {
      control.value = words.trim();
    }
    control.classList.remove("is-invalid");
    changed(control);
  };
  grid.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text/plain").replace(/\r/g, "").replace(/\n$/, "");
    if (!event.target.matches("td input, td select") || !/[\n\t]/.test(text)) return;
    event.preventDefault();
    const all = rows().slice(rows().indexOf(rowOf(event.target)));
    const first = cellOf(event.target);
    text.split("\n").forEach((line, down) => {
      const row = all[down];
      if (!row) return;
      line.split("\t").forEach((words, right) => {
        const control = at(row, first + right);
        if (control) put(control, words);
      });
      if (row !== rowOf(event.target)) save(row);
    });
    save(rowOf(event.target));
  });
})();
