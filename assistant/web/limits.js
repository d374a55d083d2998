// What limits a question: the day its evidence must have been published by, and filters.

import { button, el, find } from "./dom.js";
import { count, dateText, isDate, nameOf } from "./words.js";

const FIELDS = ["as-of", "from", "to"];
let only = null; // the one document that is asked, if there is one

export function prepareLimits() {
  const [toggle, filters] = [find("#filters-toggle"), find("#filters")];
  toggle.addEventListener("click", () => {
    filters.hidden = !filters.hidden;
    toggle.setAttribute("aria-expanded", String(!filters.hidden));
  });
  for (const id of FIELDS) find(`#${id}`).addEventListener("input", showChips);
  filters.addEventListener("change", showChips);
}

/** Limit the next questions to one document. */
export function askOnly(document) {
  only = document;
  showChips();
  find("#question").focus();
}

/** Let the filter offer the publishers that there are. */
export function offerPublishers(publishers) {
  const chosen = new Set(checked());
  find("#publishers").replaceChildren(
    ...publishers.filter((item) => item.name).map((item) =>
      el("label", {}, el("input", { type: "checkbox", value: item.name, checked: chosen.has(item.name) }), el("span", {}, item.name), el("span", { class: "soft" }, count(item.documents, "document")))),
  );
}

/** Return the limits as a request takes them; throw Error, the field focused, if a date is none. */
export function readLimits() {
  const [asOf, from, to] = FIELDS.map(readDate);
  const filters = {
    ...(checked().length && { publisher: checked() }),
    ...(from && { published_from: from }),
    ...(to && { published_to: to }),
    ...(only && { document_id: [only.document_id] }),
  };
  return { ...(asOf && { as_of: asOf }), ...(Object.keys(filters).length && { filters }) };
}

/** Say in words what the next question is limited to; '' if to nothing. */
export function limitsText() {
  return chips().map((chip) => chip.text).join(" · ");
}

function readDate(id) {
  const input = find(`#${id}`);
  const text = input.value.trim();
  const isWrong = text !== "" && !isDate(text);
  input.setAttribute("aria-invalid", String(isWrong));
  if (!isWrong) return text;
  if (find("#filters").contains(input) && find("#filters").hidden) find("#filters-toggle").click();
  input.focus();
  throw new Error(`“${text}” is not a date. Write 2025, 2025-06 or 2025-06-30.`);
}

const checked = () => [...document.querySelectorAll("#publishers input:checked")].map((box) => box.value);

function chips() {
  const value = (id) => find(`#${id}`).value.trim();
  const clear = (id) => () => (find(`#${id}`).value = "");
  const found = [];
  if (value("as-of")) found.push({ text: `Published by ${dateText(value("as-of"))}`, remove: clear("as-of") });
  if (value("from")) found.push({ text: `From ${dateText(value("from"))}`, remove: clear("from") });
  if (value("to")) found.push({ text: `To ${dateText(value("to"))}`, remove: clear("to") });
  for (const name of checked()) {
    found.push({ text: `Publisher ${name}`, remove: () => [...document.querySelectorAll("#publishers input")].forEach((box) => (box.checked &&= box.value !== name)) });
  }
  if (only) found.push({ text: `Only “${nameOf(only)}”`, remove: () => (only = null) });
  return found;
}

function showChips() {
  find("#chips").replaceChildren(
    ...chips().map((chip) => el("li", {}, el("span", {}, chip.text), button("×", () => (chip.remove(), showChips(), find("#question").focus()), { "aria-label": `Remove: ${chip.text}` }))),
  );
}
