// The only place where elements are made. Whatever a document or a model says becomes text, never markup:
// children that are not nodes are written as text nodes, and addresses go through `link`.

const SVG = "http://www.w3.org/2000/svg";

export const find = (selector, root = document) => root.querySelector(selector);

/** Return an element with attributes (`on…` are listeners, false and null are left out) and children. */
export function el(name, attributes = {}, ...children) {
  return build(document.createElement(name), attributes, children);
}

export function svg(name, attributes = {}, ...children) {
  return build(document.createElementNS(SVG, name), attributes, children);
}

function build(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function button(label, onclick, attributes = {}) {
  return el("button", { type: "button", onclick, ...attributes }, label);
}

/** Return a link to a web address; any other address becomes plain text. */
export function link(address, text) {
  let url = null;
  try {
    url = new URL(address);
  } catch {
    // not an address
  }
  if (!url || !["http:", "https:"].includes(url.protocol)) return el("span", {}, text);
  return el("a", { href: url.href, target: "_blank", rel: "noopener noreferrer" }, text);
}

/** Put `parts` between one another's `separator`, leaving out those that are empty. */
export function joined(parts, separator = " · ") {
  const known = parts.filter(Boolean);
  return known.flatMap((part, place) => (place ? [separator, part] : [part]));
}

/** Let a screen reader say something without moving the focus. */
export function announce(text) {
  find("#announcer").textContent = text;
}

const stay = (event) => event.preventDefault();

/** Ask in a dialog; resolves with what `read` returns when the button `yes` is chosen, else with null. */
export function ask(dialog, yes, no, read = () => true) {
  return new Promise((resolve) => {
    const before = document.activeElement;
    const ending = new AbortController();
    const end = (result) => {
      ending.abort();
      if (dialog.open) dialog.close();
      before?.focus?.();
      resolve(result);
    };
    const on = (target, kind, listener) => target.addEventListener(kind, listener, { signal: ending.signal });
    on(yes, "click", () => end(read()));
    on(no, "click", () => end(null));
    on(dialog, "close", () => end(null));
    dialog.addEventListener("submit", stay); // it comes after the click that ends the dialog
    dialog.showModal();
  });
}

export function confirmed(heading, text, label) {
  const dialog = find("#confirm-dialog");
  find("#confirm-heading").textContent = heading;
  find("#confirm-text").textContent = text;
  find("#confirm-yes").textContent = label;
  return ask(dialog, find("#confirm-yes"), find("#confirm-no"));
}
