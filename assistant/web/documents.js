// The documents: what there is, over time; adding, reading, removing.

import { json, posting, send, upload } from "./api.js";
import { announce, button, confirmed, el, find, joined, svg } from "./dom.js";
import { askOnly } from "./limits.js";
import { openSource } from "./source.js";
import { count, dateText, nameOf } from "./words.js";

const PAGE = 100;
const POLL_MS = 300;
const titles = new Map(); // of the documents listed so far, by id
let next = null;
let onChange = () => {};

/** `changed()` hears that documents came or went; `asked(document)` leads to the question box. */
export function prepareDocuments(changed, asked) {
  onChange = changed;
  find("#more").addEventListener("click", () => listDocuments(next).catch(fail));
  find("#files").addEventListener("change", () => addFiles([...find("#files").files], asked));
  find("#upload").addEventListener("submit", (event) => {
    event.preventDefault();
    addAddress(find("#address").value.trim(), asked);
  });
  const drop = find("#drop");
  for (const kind of ["dragenter", "dragover"]) drop.addEventListener(kind, (event) => (event.preventDefault(), drop.classList.add("over")));
  for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    addFiles([...event.dataTransfer.files], asked);
  });
}

export async function showDocuments(overview) {
  const dated = overview.years.filter((year) => year.name);
  const span = dated.length ? `, published ${dated[0].name} to ${dated.at(-1).name}` : "";
  find("#documents-count").textContent = `${count(overview.documents, "document")} with ${count(overview.passages, "passage")}${span}.`;
  find("#timeline").hidden = !dated.length;
  find("#timeline").replaceChildren(...(dated.length ? timeline(overview.years) : []));
  await listDocuments().catch(fail);
}

const fail = (error) => find("#list").replaceChildren(el("li", { class: "failed" }, error.message));

// What there is -----------------------------------------------------------------------------------

async function listDocuments(cursor = null) {
  const page = await json(`/v1/documents?limit=${PAGE}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
  for (const item of page.documents) titles.set(item.document_id, nameOf(item));
  const items = page.documents.map(documentView);
  if (cursor) find("#list").append(...items);
  else find("#list").replaceChildren(...(items.length ? items : [el("li", { class: "soft" }, "No documents yet. Add some above; they can be asked about at once.")]));
  next = page.next;
  find("#more").hidden = !next;
}

function documentView(item) {
  const dates = item.earliest === item.latest ? dateText(item.latest) : `${dateText(item.earliest)} to ${dateText(item.latest)}`;
  const kin = item.near_copies.length > 0 && el("li", {}, `Tells the same story as ${count(item.near_copies.length, "other document")}: `, joined(item.near_copies.map((id) => button(titles.get(id) ?? id, (event) => openById(id, event.currentTarget), { class: "text" })), ", "));
  const copies = item.copies.map((source) => el("li", {}, `Exact copy: ${source}`));
  return el(
    "li",
    {},
    el("div", {}, button(nameOf(item), (event) => openSource([{ ...item, published: item.latest, label: "Document" }], 0, event.currentTarget), { class: "text" }), el("p", { class: "soft" }, joined([item.publisher ?? "unnamed publisher", dates, count(item.chunks, "passage"), item.language])), el("p", { class: "path" }, item.source), el("ul", { class: "kin" }, kin, copies)),
    el("div", { class: "row-actions" }, button("Ask only this", () => (location.hash = "", askOnly(item)), { "aria-label": `Ask only this: ${nameOf(item)}` }), button("Remove", () => remove(item), { class: "quiet", "aria-label": `Remove: ${nameOf(item)}` })),
  );
}

async function openById(id, opener) {
  try {
    const item = await json(`/v1/documents/${encodeURIComponent(id)}`);
    openSource([{ ...item, published: item.latest, label: "Document" }], 0, opener);
  } catch (error) {
    announce(error.message);
  }
}

async function remove(item) {
  if (!(await confirmed("Remove this document?", `“${nameOf(item)}” will not be cited again. Answers that quoted it keep their quotes.`, "Remove"))) return;
  try {
    await send(`/v1/documents/${encodeURIComponent(item.document_id)}`, { method: "DELETE" });
    announce("Removed.");
  } catch (error) {
    announce(error.message);
  }
  onChange();
}

/** Draw one bar a year, as high as there are passages, and give the same figures as a table. */
function timeline(years) {
  const known = new Map(years.map((year) => [year.name, year]));
  const named = years.filter((year) => year.name).map((year) => Number(year.name));
  const [first, last] = [Math.min(...named), Math.max(...named)];
  const most = Math.max(...years.filter((year) => year.name).map((year) => year.passages));
  const width = 100 / (last - first + 1);
  const all = Array.from({ length: last - first + 1 }, (_, place) => first + place);
  const bars = all.map((year, place) => {
    const height = ((known.get(String(year))?.passages ?? 0) / most) * 30;
    return svg("rect", { x: place * width + width * 0.12, y: 30 - height, width: width * 0.76, height }, svg("title", {}, `${year}: ${count(known.get(String(year))?.passages ?? 0, "passage")}`));
  });
  const summary = `Passages by year of publication, ${first} to ${last}; at most ${most} in a year.`;
  const undated = known.get(null);
  return [
    el("figcaption", { class: "small-heading" }, `Passages by year of publication (at most ${most})`),
    svg("svg", { viewBox: "0 0 100 30", preserveAspectRatio: "none", role: "img", "aria-label": summary }, bars, svg("line", { x1: 0, x2: 100, y1: 30, y2: 30 })),
    el("p", { class: "axis", "aria-hidden": "true" }, el("span", {}, String(first)), last - first > 8 && el("span", {}, String(Math.round((first + last) / 2))), last > first && el("span", {}, String(last))),
    el("details", {}, el("summary", {}, undated ? `Figures; ${count(undated.passages, "passage")} without a date` : "Figures"), el("table", {}, el("thead", {}, el("tr", {}, ["Year", "Passages", "Documents"].map((text) => el("th", { scope: "col" }, text)))), el("tbody", {}, years.map((year) => el("tr", {}, el("th", { scope: "row" }, year.name ?? "undated"), el("td", {}, String(year.passages)), el("td", {}, String(year.documents))))))),
  ];
}

// Adding --------------------------------------------------------------------------------------------

async function addFiles(files, asked) {
  if (!files.length) return;
  const form = new FormData();
  for (const file of files) form.append("file", file);
  const bar = el("progress", { max: 1, value: 0, "aria-label": "Sending" });
  const line = el("p", {}, `Sending ${count(files.length, "file")} …`);
  find("#job").replaceChildren(line, bar);
  await follow(() => upload("/v1/documents", form, (part) => (bar.value = part)), asked);
  find("#files").value = "";
}

async function addAddress(address, asked) {
  if (!address) return find("#address").focus();
  find("#job").replaceChildren(el("p", {}, "Fetching …"));
  await follow(() => json("/v1/documents", posting({ url: address })), asked);
}

/** Start a job and show how far it is until it ends. */
async function follow(start, asked) {
  const job = find("#job");
  try {
    const { job_id: id } = await start();
    let state = await json(`/v1/jobs/${encodeURIComponent(id)}`);
    const bar = el("progress", { "aria-label": "Taking in" });
    const line = el("p", {});
    job.replaceChildren(line, bar);
    while (state.state === "queued" || state.state === "running") {
      line.textContent = state.total ? `Taking in: ${state.done} of ${state.total} …` : "Taking in …";
      if (state.total) [bar.max, bar.value] = [state.total, state.done];
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      state = await json(`/v1/jobs/${encodeURIComponent(id)}`);
    }
    job.replaceChildren(...jobView(state, asked));
    onChange();
  } catch (error) {
    job.replaceChildren(el("p", { class: "failed" }, error.message));
  }
}

function jobView(state, asked) {
  const outcomes = state.outcomes.map((outcome) => {
    const document = outcome.document_id && outcome.status !== "failed" && { document_id: outcome.document_id, source: outcome.source, title: null };
    return el(
      "li",
      { "data-status": outcome.status },
      el("span", { class: "chip", "data-kind": outcome.status }, outcome.status),
      " ",
      el("span", { class: "said" }, joined([outcome.source, outcome.chunks > 0 && count(outcome.chunks, "passage"), outcome.message])),
      " ",
      document && button("Ask about it", () => asked(document), { class: "text", "aria-label": `Ask about it: ${outcome.source}` }),
    );
  });
  return [state.error && el("p", { class: "failed" }, state.error), !state.error && el("p", {}, "Done."), el("ul", { class: "outcomes" }, outcomes)].filter(Boolean);
}
