// One turn of the conversation: the question, the answer as it comes, what is known of it, what can be done with it.

import { posting, send } from "./api.js";
import { ask, button, el, find, joined } from "./dom.js";
import { openSource } from "./source.js";
import { ageText, count, dateText, described, nameOf, oneLine, withReferences } from "./words.js";

const STANDINGS = {
  reported: ["Reported", "somebody says so; it is not stated as a fact"],
  planned: ["Planned", "intended or expected, not done yet"],
  denied: ["Denied", "somebody says that it is not so"],
  disputed: ["Disputed", "sources differ on it"],
};
const REASONS = {
  not_in_documents: "Not in the documents",
  out_of_scope: "Not a question to the documents",
  no_documents: "There are no documents yet",
};

/** Return a turn that is being answered: its element, and what to call as events come. */
export function newTurn(question, limits = "") {
  const progress = el("p", { class: "progress" }, "Searching the documents …");
  const text = el("div", { class: "answer" });
  const body = el("div", {}, progress, text);
  const heading = el("h2", { class: "asked" }, question);
  const element = el("article", { class: "turn", "aria-busy": "true" }, heading, limits && el("p", { class: "cutoff" }, `Limits: ${limits}`), body);
  const places = [];
  const end = (...parts) => {
    element.removeAttribute("aria-busy");
    body.replaceChildren(...parts.filter(Boolean));
  };
  return {
    element,
    says: (sentence) => (progress.textContent = sentence),
    reads: (hits) => {
      const documents = new Set(hits.map((hit) => hit.document_id)).size;
      progress.textContent = hits.length ? `Reading ${count(hits.length, "passage")} of ${count(documents, "document")} …` : "Nothing near was found …";
    },
    cites: (citation) => places.push(placeOf(citation)),
    claims: (claim) => text.append(claimView(claim, places)),
    finish: (answer, verdict) => end(...answerParts(answer, verdict)),
    fail: (sentence, again) => end(el("div", { class: "failed", role: "alert" }, el("p", {}, sentence), again && button("Try again", again))),
  };
}

/** Open the first source of an answer beside it, without taking the focus. */
export function openFirstSource(answer, element) {
  if (answer.citations.length) openSource(answer.citations.map(placeOf), 0, find(".cite", element), false);
}

/** Say in a sentence what came of a question, for those who do not see it. */
export function spoken(answer) {
  const missing = answer.abstention?.missing.length ? ` Not stated: ${answer.abstention.missing.join("; ")}.` : "";
  const differ = answer.conflicts.length ? " Sources differ." : "";
  const sources = answer.citations.length ? ` ${count(answer.citations.length, "source")}.` : "";
  return `${answer.answer}${missing}${differ}${sources}`;
}

const placeOf = (citation) => ({ ...citation, label: `Source ${citation.n}` });

function answerParts(answer, verdict) {
  const places = answer.citations.map(placeOf);
  return [
    answer.standalone_question !== answer.question && el("p", { class: "understood" }, "Understood as: ", el("q", {}, answer.standalone_question)),
    glance(answer),
    el("div", { class: "answer" }, answer.claims.length ? answer.claims.map((claim) => claimView(claim, places)) : el("p", { class: "nothing" }, answer.answer)),
    ...answer.conflicts.map((conflict) => conflictView(conflict, places)),
    answer.abstention && abstentionView(answer),
    places.length > 0 && sourcesView(places),
    actionsView(answer, verdict),
  ];
}

/** What stands out, in one line: whether all was answered, as of when, what is not plain fact. */
function glance(answer) {
  const chips = [];
  if (answer.status === "partial") chips.push(chip("Answered in part", "partial"));
  if (answer.abstention && answer.status === "abstained") chips.push(chip(REASONS[answer.abstention.reason], "partial"));
  if (answer.conflicts.length) chips.push(chip("Sources differ", "disputed"));
  for (const standing of Object.keys(STANDINGS)) {
    const told = answer.claims.filter((claim) => claim.standing === standing).length;
    if (told && !(standing === "disputed" && answer.conflicts.length)) chips.push(chip(`${told} ${standing}`, standing));
  }
  if (answer.as_of) {
    const age = ageText(answer.as_of);
    chips.push(el("span", { class: "as-of-answer" }, `As of ${dateText(answer.as_of)}`, age && el("span", { class: "age" }, `, ${age}`)));
  }
  return chips.length > 0 && el("p", { class: "glance" }, joined(chips, " "));
}

const chip = (text, kind) => el("span", { class: "chip", "data-kind": kind }, text);

function claimView(claim, places) {
  const known = STANDINGS[claim.standing];
  return el(
    "p",
    { class: "claim", "data-standing": claim.standing },
    el("span", { class: "said" }, claim.text),
    " ",
    known && el("span", { class: "chip", "data-kind": claim.standing, title: known[1] }, known[0]),
    known && " ",
    marks(claim.citations, places),
  );
}

function marks(numbers, places) {
  return el("span", { class: "marks" }, numbers.map((number) => {
    const place = places[number - 1];
    const label = `Source ${number} ${place ? described(place) : ""}`.trim();
    return button(String(number), (event) => openSource(places, number - 1, event.currentTarget), { class: "cite", "aria-label": label });
  }));
}

function conflictView(conflict, places) {
  return el(
    "section",
    { class: "conflict", "aria-label": "Sources differ" },
    el("h3", {}, "Sources differ"),
    el("p", {}, conflict.what),
    el("ul", { class: "sides" }, conflict.sides.map((side) => {
      const about = side.citations.map((number) => places[number - 1]).filter(Boolean).map(described);
      return el("li", {}, el("span", { class: "said" }, side.text), " ", marks(side.citations, places), el("p", { class: "soft" }, [...new Set(about)].join("; ")));
    })),
  );
}

function abstentionView(answer) {
  const { missing, nearest, reason } = answer.abstention;
  const places = nearest.map((item) => ({ ...item, label: "Nearest passage" }));
  return el(
    "section",
    { class: "missing", "aria-label": "What is missing" },
    missing.length > 0 && [el("h3", {}, "Not stated in the documents"), el("ul", {}, missing.map((item) => el("li", {}, item)))],
    reason === "no_documents" && el("p", {}, el("a", { href: "#documents" }, "Add documents"), " and ask again."),
    places.length > 0 && [
      el("h3", {}, "Nearest passages, which do not answer it"),
      el("ol", { class: "sources" }, places.map((place, index) => sourceView(place, () => (event) => openSource(places, index, event.currentTarget), "·"))),
    ],
  );
}

function sourcesView(places) {
  return el(
    "section",
    { class: "cited", "aria-label": "Sources" },
    el("h3", { class: "small-heading" }, "Sources"),
    el("ol", { class: "sources" }, places.map((place, index) => sourceView(place, () => (event) => openSource(places, index, event.currentTarget), String(place.n)))),
  );
}

function sourceView(place, opening, number) {
  return el(
    "li",
    {},
    el("span", { class: "number", "aria-hidden": "true" }, number),
    el("div", {}, button(nameOf(place), opening(), { class: "text" }), el("p", { class: "soft" }, facts(place)), el("p", { class: "snippet" }, `“${oneLine(place.cited_text)}”`)),
  );
}

function facts(place) {
  const age = ageText(place.published);
  return joined([place.publisher, dateText(place.published), age && el("span", { class: "age" }, age), place.page && `page ${place.page}`]);
}

function actionsView(answer, verdict) {
  const how = answer.answered_by === "extractive" ? "In the documents’ own words" : `Worded by ${answer.answered_by}, every sentence checked`;
  const seconds = Object.values(answer.timings_ms).reduce((sum, part) => sum + part, 0) / 1000;
  const good = button("Helpful", () => rate("up"), { "aria-pressed": String(verdict === "up") });
  const bad = button("Not helpful", () => rate("down"), { "aria-pressed": String(verdict === "down") });
  const note = el("span", { class: "note", role: "status" });

  async function rate(given) {
    let comment = null;
    if (given === "down") {
      find("#comment").value = "";
      comment = await ask(find("#comment-dialog"), find("#comment-send"), find("#comment-cancel"), () => ({ text: find("#comment").value.trim() || null }));
      if (!comment) return;
    }
    try {
      await send(`/v1/answers/${encodeURIComponent(answer.answer_id)}/feedback`, posting({ verdict: given, comment: comment?.text ?? null }));
      good.setAttribute("aria-pressed", String(given === "up"));
      bad.setAttribute("aria-pressed", String(given === "down"));
      note.textContent = "Thank you.";
    } catch (error) {
      note.textContent = error.message;
    }
  }

  async function copyAnswer() {
    note.textContent = (await copied(withReferences(answer))) ? "Copied." : "The browser does not allow copying.";
  }

  return el(
    "footer",
    { class: "actions" },
    button("Copy with references", copyAnswer),
    good,
    bad,
    note,
    el("span", { class: "how" }, answer.status === "abstained" ? "" : joined([how, seconds > 0 && `${seconds.toFixed(1)} s`])),
  );
}

/** Copy to the clipboard; on addresses without TLS, where the modern way is shut, in the old way. */
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = el("textarea", { class: "hidden", "aria-hidden": "true" });
    area.value = text;
    const focused = document.activeElement;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    focused?.focus();
    return done;
  }
}

