// Small comforts; every page works without them.
"use strict";

const body = document.body;
let leaving = false; // a link or form of this server was followed

// ---- work that would be lost
let typed = false;
const unsaved = () => body.hasAttribute("data-unsaved");
window.addEventListener("beforeunload", (event) => {
  if (typed || (unsaved() && !leaving)) event.preventDefault();
});
window.addEventListener("pageshow", () => { leaving = false; });
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link) return;
  if (link.hasAttribute("download")) {
    // the file is asked for without leaving the page; the server then counts the screening as saved
    if (/results\.csv|report\.html/.test(link.href)) {
      body.removeAttribute("data-unsaved");
      document.querySelector("[data-unsaved-note]")?.remove();
    }
    return;
  }
  leaving = new URL(link.href).origin === location.origin;
});
document.addEventListener("submit", (event) => {
  typed = false;
  leaving = true;
  const form = event.target;
  if (form.hasAttribute("data-ends") && unsaved() && !form.dataset.sure) {
    event.preventDefault();
    leaving = false;
    const dialog = document.getElementById("unsaved");
    dialog.querySelector("[data-stay]").onclick = () => dialog.close();
    dialog.querySelector("[data-leave]").onclick = () => { form.dataset.sure = "yes"; form.requestSubmit(); };
    dialog.showModal();
  }
});
document.querySelectorAll("[data-answers]").forEach((form) => {
  form.addEventListener("input", () => { typed = true; });
});

// ---- dropping a file
document.querySelectorAll("[data-drop]").forEach((place) => {
  const field = place.querySelector("input[type=file]");
  for (const name of ["dragenter", "dragover"]) {
    place.addEventListener(name, (event) => { event.preventDefault(); place.classList.add("over"); });
  }
  for (const name of ["dragleave", "drop"]) {
    place.addEventListener(name, () => place.classList.remove("over"));
  }
  place.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length) field.files = event.dataTransfer.files;
  });
});
for (const name of ["dragover", "drop"]) {
  window.addEventListener(name, (event) => event.preventDefault()); // a file beside the field opens nothing
}
document.querySelectorAll("[data-upload]").forEach((form) => {
  const busy = form.querySelector("[data-busy]");
  form.addEventListener("submit", (event) => {
    const size = [...form.querySelectorAll("input[type=file]")]
      .flatMap((field) => [...field.files]).reduce((sum, file) => sum + file.size, 0);
    if (size > Number(form.dataset.largest)) {
      event.preventDefault();
      busy.textContent = "This is larger than the server takes. Send the plates one by one.";
      return;
    }
    busy.textContent = "Reading, checking and scoring …";
    form.querySelector("button").setAttribute("aria-disabled", "true");
  });
});

// ---- after a refusal or an answer, a screen reader begins there
document.getElementById("refusal")?.focus();
if (new URLSearchParams(location.search).has("answered")) document.getElementById("eligibility")?.focus();
document.querySelectorAll("[data-print]").forEach((button) => button.addEventListener("click", () => window.print()));
document.querySelectorAll("form.filters select").forEach((field) => {
  let pointed = false; // each step of an arrow key would be a request, and the focus lost: keys have the button
  field.addEventListener("pointerdown", () => { pointed = true; });
  field.addEventListener("keydown", () => { pointed = false; });
  field.addEventListener("change", () => { if (pointed) field.form.requestSubmit(); });
});
