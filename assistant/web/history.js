// The conversations of before: listed, opened, deleted.

import { json, send } from "./api.js";
import { announce, button, confirmed, el, find } from "./dom.js";
import { count, dateText } from "./words.js";

const PAGE = 30;
let current = null;
let next = null;
let onDeleted = () => {};

export function prepareHistory(deleted) {
  onDeleted = deleted;
  find("#older").addEventListener("click", () => listConversations(next));
  find("#history-toggle").addEventListener("click", () => showHistory(!document.body.classList.contains("with-history")));
  find("#history").addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !document.body.classList.contains("with-history")) return;
    showHistory(false);
    find("#history-toggle").focus();
  });
}

/** On narrow windows: slide the list in or out. */
export function showHistory(isShown) {
  document.body.classList.toggle("with-history", isShown);
  find("#history-toggle").setAttribute("aria-expanded", String(isShown));
}

/** Mark the conversation that is open. */
export function setCurrent(id) {
  current = id;
  for (const link of document.querySelectorAll("#conversations a")) {
    if (link.dataset.id === id) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

export async function listConversations(cursor = null) {
  const page = await json(`/v1/conversations?limit=${PAGE}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
  const items = page.conversations.map(itemView);
  if (cursor) find("#conversations").append(...items);
  else find("#conversations").replaceChildren(...items);
  if (!cursor && !items.length) find("#conversations").append(el("li", { class: "soft" }, "None yet. What you ask is kept here."));
  next = page.next;
  find("#older").hidden = !next;
  setCurrent(current);
}

function itemView(item) {
  const address = `#c/${encodeURIComponent(item.conversation_id)}`;
  const day = item.last_asked_at.slice(0, 10); // as the server counts it, in UTC
  const when = `${day === new Date().toISOString().slice(0, 10) ? "Today" : dateText(day)}, ${count(item.turns, "question")}`;
  return el(
    "li",
    {},
    el("a", { href: address, "data-id": item.conversation_id }, el("span", { class: "first" }, item.question), el("span", { class: "soft" }, when)),
    button("×", () => remove(item), { class: "quiet", "aria-label": `Delete: ${item.question}` }),
  );
}

async function remove(item) {
  if (!(await confirmed("Delete this conversation?", `“${item.question}” and what follows it, with its feedback, cannot be brought back.`, "Delete"))) return;
  try {
    await send(`/v1/conversations/${encodeURIComponent(item.conversation_id)}`, { method: "DELETE" });
    announce("Deleted.");
  } catch (error) {
    announce(error.message);
  }
  if (item.conversation_id === current) onDeleted();
  await listConversations();
}
