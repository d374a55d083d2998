// Talking to the server: the key, errors as sentences, waiting where it is busy, Server-Sent Events.

import { ask, find } from "./dom.js";
import { count } from "./words.js";

const MOST_TRIES = 8;

export class Problem extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

export const key = {
  get: () => sessionStorage.getItem("key"),
  set: (value) => sessionStorage.setItem("key", value),
  forget: () => sessionStorage.removeItem("key"),
};

/**
 * Send a request; return the response if it is one of success.
 * A 401 asks for the key, a 503 that names a time is sent again then; `onWait(sentence)` hears of it.
 */
export async function send(path, options = {}, onWait = () => {}) {
  for (let tries = 1; ; tries++) {
    const used = key.get();
    const response = await reach(path, { ...options, headers: { ...options.headers, ...authorization(used) } });
    if (response.ok) {
      onWait("");
      return response;
    }
    const detail = await detailOf(response);
    const seconds = Number(response.headers.get("Retry-After"));
    if (response.status === 401) await askForKey(used, detail);
    else if (response.status === 503 && seconds && tries < MOST_TRIES) await wait(seconds, detail, onWait, options.signal);
    else throw new Problem(response.status, detail);
  }
}

export const json = async (path, options, onWait) => (await send(path, options, onWait)).json();

export const posting = (body, more = {}) => ({
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(body),
  ...more,
});

/** Send a form and tell `onProgress` how much of it has left (0 to 1); `fetch` cannot tell. */
export async function upload(path, form, onProgress) {
  for (;;) {
    const used = key.get();
    const request = await sent(path, form, used, onProgress);
    if (request.status === 202) return JSON.parse(request.responseText);
    const detail = detailIn(request.responseText, request.status);
    if (request.status !== 401) throw new Problem(request.status, detail);
    await askForKey(used, detail);
  }
}

function sent(path, form, used, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    request.onload = () => resolve(request);
    request.onerror = () => reject(unreachable());
    request.open("POST", path);
    for (const [name, value] of Object.entries(authorization(used))) request.setRequestHeader(name, value);
    request.send(form);
  });
}

/** Yield the events of a stream as [name, data]; comments are left out. */
export async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const lines = block.split("\n");
      const field = (name) => lines.filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2));
      const [name] = field("event");
      if (name) yield [name, JSON.parse(field("data").join("\n"))];
    }
  }
}

const authorization = (used) => (used ? { Authorization: `Bearer ${used}` } : {});

async function reach(path, options) {
  try {
    return await fetch(path, options);
  } catch (error) {
    throw error.name === "AbortError" ? error : unreachable();
  }
}

const unreachable = () => new Problem(0, "The server cannot be reached. Is it running?");

const detailOf = async (response) => detailIn(await response.text(), response.status);

function detailIn(text, status) {
  try {
    return JSON.parse(text).detail || `The server answered ${status}.`;
  } catch {
    return `The server answered ${status}.`;
  }
}

async function wait(seconds, detail, onWait, signal) {
  for (let left = seconds; left > 0; left--) {
    onWait(`${detail.replace(/; try again.*$/, "").replace(/\.$/, "")}. Trying again in ${count(left, "second")} …`);
    await new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, 1000);
      signal?.addEventListener("abort", () => (clearTimeout(timer), reject(signal.reason)), { once: true });
    });
  }
  onWait("Trying again …");
}

let asking = null;

/** Ask for the key once, however many requests miss it; throw Problem if the reader has none. */
function askForKey(refused, detail) {
  if (key.get() !== refused) return Promise.resolve(); // another request was given one meanwhile
  asking ??= (async () => {
    const input = find("#key");
    input.value = "";
    find("#key-error").hidden = !refused;
    find("#key-error").textContent = refused ? "The server does not know this key." : "";
    const given = await ask(find("#key-dialog"), find("#key-use"), find("#key-cancel"), () => input.value.trim());
    if (!given) throw new Problem(401, detail);
    key.set(given);
  })().finally(() => (asking = null));
  return asking;
}
