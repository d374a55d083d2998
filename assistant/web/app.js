// The page: which view is shown, asking, and the order in which things are loaded.

import { Problem, events, json, key, posting, send } from "./api.js";
import { announce, button, el, find } from "./dom.js";
import { prepareDocuments, showDocuments } from "./documents.js";
import { listConversations, prepareHistory, setCurrent, showHistory } from "./history.js";
import { askOnly, limitsText, offerPublishers, prepareLimits, readLimits } from "./limits.js";
import { closeSource, prepareSource } from "./source.js";
import { newTurn, openFirstSource, spoken } from "./turn.js";
import { count } from "./words.js";

const WIDE = matchMedia("(min-width: 75.001rem)");
let conversation = null; // the id of the open one
let asking = null; // AbortController of the question that is being answered

// Asking ----------------------------------------------------------------------------------------

async function submit(event) {
  event?.preventDefault();
  const question = find("#question").value.trim();
  if (!question || asking) return find("#question").focus();
  let limits;
  try {
    limits = readLimits();
  } catch (error) {
    return complain(error.message);
  }
  complain("");
  find("#question").value = "";
  fit();
  await put(question, limits, limitsText());
}

async function put(question, limits, limitsShown, replaced = null) {
  const turn = newTurn(question, limitsShown);
  if (replaced) replaced.replaceWith(turn.element);
  else find("#turns").append(turn.element);
  show("ask");
  document.body.classList.add("with-turns");
  turn.element.scrollIntoView({ block: "start" });
  announce("Searching the documents.");
  asking = new AbortController();
  setBusy(true);
  try {
    const body = { question, ...limits, ...(conversation && { conversation_id: conversation }) };
    const answer = await streamed(turn, posting(body, { signal: asking.signal }));
    if (limitsShown) sessionStorage.setItem(`limits ${answer.answer_id}`, limitsShown); // an answer does not tell its own
    finish(turn, answer);
  } catch (error) {
    const again = () => asking || put(question, limits, limitsShown, turn.element);
    turn.fail(error.name === "AbortError" ? "Stopped." : error.message, again);
  } finally {
    asking = null;
    setBusy(false);
  }
}

async function streamed(turn, options) {
  const response = await send("/v1/ask/stream", options, (sentence) => turn.says(sentence || "Searching the documents …"));
  let answer = null;
  for await (const [name, data] of events(response)) {
    if (name === "search_results") turn.reads(data.hits);
    else if (name === "citation") turn.cites(data);
    else if (name === "claim") turn.claims(data);
    else if (name === "final_answer") answer = data;
    else if (name === "error") throw new Problem(data.status, data.detail);
  }
  if (!answer) throw new Problem(0, "The connection broke off before the answer was whole.");
  return answer;
}

function finish(turn, answer) {
  turn.finish(answer, null);
  turn.element.scrollIntoView({ block: "start" });
  announce(spoken(answer));
  conversation = answer.conversation_id;
  history.replaceState(null, "", `#c/${encodeURIComponent(conversation)}`);
  setCurrent(conversation);
  find("#export").hidden = false;
  if (!WIDE.matches) return listConversations().catch(() => {});
  if (answer.citations.length) openFirstSource(answer, turn.element);
  else closeSource(false);
  return listConversations().catch(() => {});
}

function setBusy(isBusy) {
  if (document.activeElement === find("#stop")) find("#question").focus();
  find("#send").hidden = isBusy;
  find("#stop").hidden = !isBusy;
}

function complain(sentence) {
  find("#composer-error").textContent = sentence;
  find("#composer-error").hidden = !sentence;
}

/** Let the question box be as high as its text. */
function fit() {
  const box = find("#question");
  box.rows = Math.min(6, Math.max(1, box.value.split("\n").length + Math.floor(box.value.length / 90)));
}

// Views -------------------------------------------------------------------------------------------

function show(view) {
  const isAsking = view === "ask";
  find("#ask").hidden = !isAsking;
  find("#documents").hidden = isAsking;
  (isAsking ? find("#to-ask") : find("#to-documents")).setAttribute("aria-current", "page");
  (isAsking ? find("#to-documents") : find("#to-ask")).removeAttribute("aria-current");
}

/** Show what the address names: the documents, a conversation, or an empty page to ask on. */
async function route() {
  const [, id] = location.hash.match(/^#c\/(.+)$/) ?? [];
  showHistory(false);
  if (location.hash === "#documents") {
    closeSource(false);
    show("documents");
    find("#documents-heading").focus();
    return showOverview(true);
  }
  show("ask");
  if (id && decodeURIComponent(id) === conversation) return undefined;
  asking?.abort();
  closeSource(false);
  clear();
  if (id) await open(decodeURIComponent(id));
  find("#question").focus();
  return undefined;
}

function clear() {
  conversation = null;
  find("#turns").replaceChildren();
  find("#export").hidden = true;
  document.body.classList.remove("with-turns");
  setCurrent(null);
}

async function open(id) {
  try {
    const { turns } = await json(`/v1/conversations/${encodeURIComponent(id)}`);
    conversation = id;
    document.body.classList.add("with-turns");
    for (const { answer, verdict } of turns) {
      const turn = newTurn(answer.question, sessionStorage.getItem(`limits ${answer.answer_id}`));
      turn.finish(answer, verdict);
      find("#turns").append(turn.element);
    }
    find("#export").hidden = false;
    setCurrent(id);
    find("#turns").lastElementChild?.scrollIntoView({ block: "start" });
  } catch (error) {
    complain(error.status === 404 ? "That conversation is no longer kept. Ask a new question." : error.message);
  }
}

async function exportConversation() {
  try {
    const response = await send(`/v1/conversations/${encodeURIComponent(conversation)}?render=markdown`);
    const address = URL.createObjectURL(await response.blob());
    el("a", { href: address, download: `conversation-${new Date().toISOString().slice(0, 10)}.md` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
    announce("Exported.");
  } catch (error) {
    complain(error.message);
  }
}

function begin() {
  history.pushState(null, "", "/");
  return route();
}

// What the server has -----------------------------------------------------------------------------

/** Fetch what there is; the list of documents only where it is looked at. */
async function showOverview(withList = !find("#documents").hidden) {
  try {
    const overview = await json("/v1/overview");
    const dated = overview.years.filter((year) => year.name);
    const span = dated.length ? `, published ${dated[0].name} to ${dated.at(-1).name}` : "";
    find("#holdings").replaceChildren(
      ...(overview.documents ? [`${count(overview.documents, "document")}, ${count(overview.passages, "passage")}${span}`] : ["There are no documents yet. ", el("a", { href: "#documents" }, "Add some"), " to ask about."]),
    );
    offerPublishers(overview.publishers);
    if (withList) await showDocuments(overview);
  } catch (error) {
    find("#holdings").textContent = error.message;
  }
}

async function showExamples() {
  try {
    const { questions } = await json("/v1/examples");
    find("#examples").hidden = !questions.length;
    find("#examples ul").replaceChildren(...questions.map((question) => el("li", {}, button(question, () => {
      find("#question").value = question;
      submit();
    }))));
  } catch {
    find("#examples").hidden = true; // they are an offer, no more
  }
}

/** Say why no question can be answered yet, and look again until one can. */
async function watchReadiness() {
  const banner = find("#banner");
  for (;;) {
    const response = await fetch("/readyz").catch(() => null);
    const detail = response ? (await response.json().catch(() => ({}))).detail : "The server cannot be reached. Is it running?";
    const isEmpty = /no documents/.test(detail ?? "");
    banner.hidden = Boolean(response?.ok) || isEmpty;
    banner.textContent = banner.hidden ? "" : detail;
    if (response?.ok || isEmpty) return;
    await new Promise((resolve) => setTimeout(resolve, 2_000));
  }
}

function changed() {
  showOverview();
  showExamples();
}

// Beginning ---------------------------------------------------------------------------------------

function isDark() {
  const kept = document.documentElement.dataset.theme;
  return kept ? kept === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function prepareTheme() {
  const toggle = find("#theme");
  const tell = () => {
    toggle.textContent = isDark() ? "Light" : "Dark";
    toggle.setAttribute("aria-label", `Switch to ${toggle.textContent.toLowerCase()} theme`);
  };
  toggle.addEventListener("click", () => {
    document.documentElement.dataset.theme = isDark() ? "light" : "dark";
    localStorage.setItem("theme", document.documentElement.dataset.theme);
    tell();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", tell);
  tell();
}

function prepareComposer() {
  const box = find("#question");
  find("#composer").addEventListener("submit", submit);
  find("#stop").addEventListener("click", () => asking?.abort());
  box.addEventListener("input", fit);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
  });
}

function prepareKey() {
  const forget = find("#forget-key");
  forget.hidden = !key.get();
  forget.addEventListener("click", () => (key.forget(), location.reload()));
}

async function start() {
  prepareTheme();
  prepareComposer();
  prepareLimits();
  prepareSource((document) => (location.hash === "#documents" && (location.hash = conversation ? `#c/${conversation}` : ""), askOnly(document)));
  prepareHistory(begin);
  prepareDocuments(changed, (document) => (location.hash = "", askOnly(document)));
  find("#new").addEventListener("click", begin);
  find("#to-ask").addEventListener("click", () => (location.hash = conversation ? `#c/${encodeURIComponent(conversation)}` : ""));
  find("#to-documents").addEventListener("click", () => (location.hash = "#documents"));
  find("#export").addEventListener("click", exportConversation);
  addEventListener("hashchange", route);
  addEventListener("popstate", () => !location.hash && route());
  await Promise.all([watchReadiness(), route(), showOverview(), listConversations().catch(() => {})]);
  prepareKey();
  await showExamples();
}

start();
