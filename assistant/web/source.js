// The panel beside the answer: a document's text, scrolled to the quoted characters, which alone stand in <mark>.

import { json } from "./api.js";
import { button, el, find, joined, link } from "./dom.js";
import { ageText, count, dateText, nameOf, slicer } from "./words.js";

const NARROW = "(max-width: 60rem)"; // the panel is a sheet; style.css has the same limit
const KEPT = 8; // documents whose text is kept for the next look
const kept = new Map();
let shown = null; // { places, index, opener }
let onlyThis = () => {};

/** `only(document)` limits the next question to one document. */
export function prepareSource(only) {
  onlyThis = only;
  find("#source-close").addEventListener("click", () => closeSource());
  find("#source-before").addEventListener("click", () => step(-1));
  find("#source-next").addEventListener("click", () => step(1));
  find("#source").addEventListener("keydown", (event) => event.key === "Escape" && closeSource());
  matchMedia(NARROW).addEventListener("change", setModal);
}

/** Show `places[index]`: a citation, a nearest passage, or a document without a quote. */
export async function openSource(places, index, opener, focus = true) {
  const place = places[index];
  const current = { places, index, opener };
  shown = current;
  showHead(place, places, index);
  find("#source").hidden = false;
  document.body.classList.add("with-source");
  setModal();
  markOpen();
  const text = find("#source-text");
  text.setAttribute("aria-busy", "true");
  if (focus) find("#source-title").focus({ preventScroll: true });
  try {
    const { detail, cut, length } = await load(place.document_id);
    if (shown === current) showText(text, detail, cut, length, place);
  } catch (error) {
    if (shown === current) showLoss(text, place, error);
  }
  text.removeAttribute("aria-busy");
}

export function closeSource(refocus = true) {
  if (!shown) return;
  const { opener } = shown;
  shown = null;
  find("#source").hidden = true;
  find("#source-text").replaceChildren();
  document.body.classList.remove("with-source");
  setModal();
  markOpen();
  if (refocus) opener?.focus?.();
}

function step(by) {
  const { places, index, opener } = shown;
  if (places[index + by]) openSource(places, index + by, opener, false);
}

/** On a phone the panel lies over everything else, which then cannot be reached behind it. */
function setModal() {
  const covered = shown !== null && matchMedia(NARROW).matches;
  for (const part of ["#main", "#history", ".top"]) find(part).inert = covered;
}

function markOpen() {
  for (const mark of document.querySelectorAll(".cite[aria-current]")) mark.removeAttribute("aria-current");
  const turn = shown?.opener?.closest?.(".turn");
  const number = shown?.places[shown.index].n;
  for (const mark of turn?.querySelectorAll(".cite") ?? []) {
    if (number && mark.textContent === String(number)) mark.setAttribute("aria-current", "true");
  }
}

async function load(id) {
  if (!kept.has(id)) {
    const path = `/v1/documents/${encodeURIComponent(id)}`;
    const [detail, { text }] = await Promise.all([json(path), json(`${path}/text`)]);
    kept.set(id, { detail, cut: slicer(text), length: detail.characters });
    if (kept.size > KEPT) kept.delete(kept.keys().next().value);
  }
  return kept.get(id);
}

function showHead(place, places, index) {
  find("#source-place").textContent = places.length > 1 ? `${place.label} (${index + 1} of ${places.length})` : place.label;
  find("#source-before").hidden = find("#source-next").hidden = places.length < 2;
  find("#source-before").disabled = index === 0;
  find("#source-next").disabled = index === places.length - 1;
  find("#source-title").replaceChildren(place.url ? link(place.url, nameOf(place)) : nameOf(place));
  const age = ageText(place.published);
  const facts = [place.publisher, dateText(place.published), age && el("span", { class: "age" }, age), place.page && `page ${place.page}`, place.section && `“${place.section}”`];
  find("#source-facts").replaceChildren(...joined(facts), el("br"), el("span", { class: "path" }, place.source));
  showBasis(place.based_on ?? []);
  find("#source-actions").replaceChildren(button("Ask only this document", () => (closeSource(false), onlyThis(place))));
}

function showBasis(reports) {
  const lines = reports.map((report) => el("li", {}, joined([report.publisher, dateText(report.published)]), report.title && [": ", report.url ? link(report.url, report.title) : report.title]));
  find("#source-basis").replaceChildren(...(lines.length ? [el("details", { open: !matchMedia(NARROW).matches }, el("summary", { class: "small-heading" }, `Based on ${count(lines.length, "report")}`), el("ul", {}, lines))] : []));
}

function showText(region, detail, cut, length, place) {
  const [start, end] = [place.start_char_index ?? 0, place.end_char_index ?? 0];
  region.replaceChildren(...stretches(detail.blocks, length, start, end).map((part) => blockView(part, cut, start, end)));
  const mark = find("mark", region);
  if (mark) mark.scrollIntoView({ block: "center" });
  else region.scrollTop = 0;
}

/** Return the blocks in order, and what lies between them; those that the quote touches become one. */
function stretches(blocks, length, start, end) {
  const parts = [];
  let at = 0;
  const add = (part) => part.end > part.start && parts.push(part);
  for (const block of blocks) {
    if (block.start < at) continue;
    add({ kind: "gap", level: 0, start: at, end: block.start });
    add(block);
    at = block.end;
  }
  add({ kind: "gap", level: 0, start: at, end: length });
  const quoted = parts.filter((part) => part.start < end && part.end > start);
  if (quoted.length < 2) return parts;
  const whole = { kind: "paragraph", level: 0, start: quoted[0].start, end: quoted.at(-1).end };
  return parts.flatMap((part) => (part === quoted[0] ? [whole] : quoted.includes(part) ? [] : [part]));
}

function blockView({ kind, level, start, end }, cut, from, to) {
  const whole = cut(start, end);
  const isQuoted = start < to && end > from;
  if (kind === "gap" && !isQuoted && !whole.trim()) return "";
  const content = isQuoted ? [cut(start, Math.max(start, from)), el("mark", {}, cut(Math.max(start, from), Math.min(end, to))), cut(Math.min(end, to), end)] : [whole];
  if (kind === "heading") return el("p", { class: "block heading", role: "heading", "aria-level": Math.min(6, level + 2) }, content);
  return el("p", { class: `block ${kind}` }, content);
}

function showLoss(region, place, error) {
  const gone = error.status === 404;
  const sentence = gone ? "This document is no longer in the index." : error.message;
  const quote = place.cited_text ? [el("p", { class: "small-heading" }, "What was quoted from it"), el("p", { class: "block" }, el("mark", {}, place.cited_text))] : [];
  region.replaceChildren(el("p", { class: "failed" }, sentence), ...quote);
}
