// Pure functions: dates as people write them, ages, references, and places in a text.

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const STALE_DAYS = 365;
const DATE = /^\d{4}(-\d{2}(-\d{2})?)?$/;

/** '2025-02-14' → '14 Feb 2025'; '2025-02' → 'Feb 2025'; null → 'undated'. */
export function dateText(date) {
  if (!date) return "undated";
  if (!DATE.test(date)) return date;
  const [year, month, day] = date.split("-");
  return [day && String(Number(day)), month && MONTHS[month - 1], year].filter(Boolean).join(" ");
}

/** 'over 2 years old' for a date more than a year back, else ''; the same rule as in the other doors. */
export function ageText(date, today = new Date()) {
  if (!date || !DATE.test(date)) return "";
  const [year, month, day] = date.split("-").map(Number);
  const newest = Date.UTC(year, (month || 12) - 1, day || 28);
  const now = Date.UTC(today.getFullYear(), today.getMonth(), today.getDate());
  const years = Math.floor((now - newest) / 86_400_000 / STALE_DAYS);
  return years > 0 ? `over ${years} year${years > 1 ? "s" : ""} old` : "";
}

export const isDate = (text) => DATE.test(text);

export function count(number, one, many = `${one}s`) {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

/** What a document is called: its title, else where it came from. */
export const nameOf = (document) => document.title || document.source;

/** 'project brief, Feb 2026' as far as known. */
export function described(item) {
  return [item.publisher, dateText(item.published)].filter(Boolean).join(", ");
}

/**
 * Return a function that cuts a text by Unicode code points, which is how the server counts.
 * JavaScript counts UTF-16 units: an emoji is two of them.
 */
export function slicer(text) {
  if (!/[\ud800-\udfff]/.test(text)) return (start, end) => text.slice(start, end);
  const characters = Array.from(text);
  return (start, end) => characters.slice(start, end).join("");
}

/** The answer as plain text with numbered references, for the clipboard. */
export function withReferences(answer) {
  const lines = [answer.question, "", answer.answer];
  for (const conflict of answer.conflicts) {
    lines.push("", `Sources differ: ${conflict.what}`);
    for (const side of conflict.sides) lines.push(`- ${side.text} ${side.citations.map((n) => `[${n}]`).join("")}`);
  }
  const standings = ["reported", "planned", "denied"].flatMap((standing) => {
    const numbers = answer.claims.filter((claim) => claim.standing === standing).flatMap((claim) => claim.citations);
    return numbers.length ? [`${standing} ${[...new Set(numbers)].map((n) => `[${n}]`).join("")}`] : [];
  });
  if (standings.length) lines.push("", `Not stated as facts: ${standings.join(", ")}.`);
  if (answer.status === "partial") lines.push("", ...answer.abstention.missing.map((item) => `Not stated: ${item}`));
  if (answer.citations.length) lines.push("", "Sources");
  for (const citation of answer.citations) {
    const page = citation.page ? `page ${citation.page}` : "";
    const facts = [citation.publisher, citation.published || "undated", nameOf(citation), page, ageText(citation.published), citation.url];
    lines.push(`[${citation.n}] ${facts.filter(Boolean).join(", ")}`, `    “${oneLine(citation.cited_text)}”`);
  }
  if (answer.as_of) lines.push("", `As of ${dateText(answer.as_of)}.`);
  return lines.join("\n") + "\n";
}

export const oneLine = (text) => text.split(/\s+/).join(" ").trim();
