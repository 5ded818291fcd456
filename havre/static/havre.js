// Havre in the browser: lock, drafts, sending once. Every page works without it. (keys.js: answering by keys.)
// Nothing is ever written to web storage: what is typed here may be sealed.

const root = document.documentElement;
const body = document.body;
const lock = document.getElementById("lock");
const { lockUrl, unlockUrl, aliveUrl } = body.dataset;
const idleMs = Number(body.dataset.idleSeconds || 0) * 1000;
const say = (word) => body.dataset["say" + word[0].toUpperCase() + word.slice(1)] || "";
// Of many parts, the one we are in is in sight on a narrow screen.
for (const part of document.querySelectorAll(".tabs [aria-current]")) part.scrollIntoView({ block: "nearest", inline: "center" });
const peers = "BroadcastChannel" in window ? new BroadcastChannel("havre") : { postMessage() {} };

// ---- talking to the server -------------------------------------------------------------------------------------
let lastContact = Date.now();

const token = () => JSON.parse(body.getAttribute("hx-headers") || "{}")["X-CSRFToken"] || "";

function renewToken(value) {
  body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": value }));
  for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = value;
}

/** fetch for ourselves: never follows a redirection, never caches. Rejects when the server cannot be reached. */
async function send(url, data, options = {}) {
  const headers = { "X-Havre": "fetch" };
  if (data !== undefined) headers["X-CSRFToken"] = token();
  const answer = await fetch(url, {
    method: data === undefined ? "GET" : "POST", body: data, headers,
    credentials: "same-origin", cache: "no-store", redirect: "manual", ...options,
  });
  lastContact = Date.now();
  return answer;
}

/** The vault is locked: said so, or sent to the page that asks the passphrase. */
const shut = (answer) => answer.status === 423 || answer.type === "opaqueredirect";

/** One sentence in the live region, without touching what is typed. */
function tell(sentence) {
  const place = document.getElementById("messages");
  if (!place || !sentence) return;
  const notice = document.createElement("div");
  notice.className = "notice urgent";
  notice.append(Object.assign(document.createElement("p"), { textContent: sentence }));
  place.replaceChildren(notice);
  notice.scrollIntoView({ block: "nearest" });
}

// ---- lock: cover first, tell the server after --------------------------------------------------------------------
let locked = false;
let title = "";
let focusBefore = null;
let waiting = []; // what to do again once open

function cover(again) {
  if (again) waiting.push(again);
  if (!lock || locked) return;
  locked = true;
  focusBefore = document.activeElement;
  title = document.title;
  document.title = say("locked") + " · Havre";
  root.classList.add("locked-now");
  lock.querySelector(".error").hidden = true;
  if (!lock.open) lock.showModal();
  lock.querySelector("[name=passphrase]").focus();
}

function uncover() {
  if (!locked) return;
  locked = false;
  lastActive = Date.now();
  lock.querySelector("[name=passphrase]").value = "";
  lock.close();
  root.classList.remove("locked-now");
  document.title = title;
  focusBefore?.focus?.({ preventScroll: true });
  const again = waiting;
  waiting = [];
  for (const step of again) step();
}

async function lockNow() {
  if (!lock || locked) return;
  cover();
  peers.postMessage("lock");
  await flushDrafts();
  try { await send(lockUrl, new FormData()); } catch { /* covered all the same */ }
}

async function unlock(event) {
  event.preventDefault();
  const error = lock.querySelector(".error");
  const field = lock.querySelector("[name=passphrase]");
  const button = lock.querySelector("button");
  const refuse = (sentence) => { error.textContent = sentence; error.hidden = false; field.select(); };
  if (!field.value || button.getAttribute("aria-disabled")) return;
  button.setAttribute("aria-disabled", "true");
  try {
    const answer = await send(unlockUrl, new FormData(event.target));
    const isJson = (answer.headers.get("Content-Type") || "").includes("json");
    if (answer.ok && isJson) renewToken((await answer.json()).csrf || token());
    // A redirection may be "open, go on" or "signed out": `alive` knows.
    const open = answer.status === 204 || (answer.ok && isJson)
      || (answer.type === "opaqueredirect" && (!aliveUrl || (await send(aliveUrl)).ok));
    if (open) { peers.postMessage("unlock"); uncover(); }
    else if (answer.type === "opaqueredirect") location.reload();
    else refuse(say(answer.status === 422 || answer.ok ? "wrong" : "failed"));
  } catch {
    refuse(say("offline"));
  } finally {
    button.removeAttribute("aria-disabled");
  }
}

if (lock) {
  lock.querySelector("form").addEventListener("submit", unlock);
  lock.addEventListener("cancel", (event) => event.preventDefault());
  lock.addEventListener("close", () => { if (locked) lock.showModal(); });
  peers.onmessage = ({ data }) => {
    if (data === "lock") cover();
    if (data === "unlock") uncover();
    if (data === "active") lastActive = Date.now();
  };
  if (lock.dataset.open !== undefined) cover();
}

// ---- idle: lock the screen, keep the server awake while somebody works ---------------------------------------------
let lastActive = Date.now();
let lastTold = 0;

function active() {
  lastActive = Date.now();
  if (lastActive - lastTold > 5000) { lastTold = lastActive; peers.postMessage("active"); }
}

async function watch() {
  if (!lock || !idleMs || locked) return;
  const now = Date.now();
  if (now - lastActive >= idleMs) return lockNow();
  if (aliveUrl && now - lastContact > idleMs / 3 && lastActive > lastContact) {
    lastContact = now;
    try { if (shut(await send(aliveUrl))) cover(); } catch { /* the next answer will say */ }
  }
}

if (lock && idleMs) {
  for (const kind of ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"]) window.addEventListener(kind, active, { passive: true });
  setInterval(watch, 5000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) watch(); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) watch(); });
}

// ---- Esc twice ----------------------------------------------------------------------------------------------------------
let lastEscape = -Infinity;
window.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (locked) return event.preventDefault();
  if (event.repeat) return;
  if (event.timeStamp - lastEscape < 700) { event.preventDefault(); lastEscape = -Infinity; lockNow(); }
  else lastEscape = event.timeStamp;
}, true);

// ---- drafts ----------------------------------------------------------------------------------------------------------
const drafts = new Map(); // form → {timer, dirty, sending, lost}

const draftUrl = (form) => form?.dataset.draftUrl || (form?.dataset.draft !== undefined && body.dataset.draftUrl);

function status(form, word) {
  let place = form.querySelector("[data-draft-status]");
  if (!place) {
    place = Object.assign(document.createElement("p"), { className: "save-state" });
    place.dataset.draftStatus = "";
    place.setAttribute("aria-live", "polite");
    form.append(place);
  }
  place.classList.toggle("lost", word === "lost" || word === "failed");
  place.textContent = say(word);
}

function schedule(form, delay = 1500) {
  const draft = drafts.get(form) || drafts.set(form, {}).get(form);
  clearTimeout(draft.timer);
  draft.timer = setTimeout(() => save(form), delay);
  draft.dirty = true;
}

async function save(form, options) {
  const draft = drafts.get(form);
  if (!draft?.dirty || draft.sending) return;
  clearTimeout(draft.timer);
  draft.dirty = false;
  draft.sending = true;
  const data = new FormData(form);
  for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
  if (!data.has("_page")) data.set("_page", location.pathname);
  try {
    const answer = await send(draftUrl(form), data, options);
    draft.lost = !answer.ok;
    if (answer.ok) status(form, draft.dirty ? "saving" : "saved");
    else { draft.dirty = true; status(form, answer.status === 423 ? "saving" : "failed"); }
    if (answer.status === 423) cover(() => schedule(form, 0));
    const revision = answer.headers.get("X-Revision");
    if (revision && form.elements.revision) form.elements.revision.value = revision;
  } catch {
    draft.lost = true;
    status(form, "lost");
    schedule(form, 5000);
  } finally {
    draft.sending = false;
  }
}

/** It is being sent for good: its draft has nothing more to keep. */
function forget(form) {
  const draft = drafts.get(form);
  if (draft) { clearTimeout(draft.timer); draft.dirty = draft.lost = false; }
}

const flushDrafts = (options) => Promise.all([...drafts.keys()].map((form) => save(form, options)));

for (const kind of ["input", "change"]) {
  document.addEventListener(kind, (event) => {
    const form = event.target.form;
    if (draftUrl(form)) { status(form, "saving"); schedule(form); }
  });
}
window.addEventListener("online", () => { for (const form of drafts.keys()) schedule(form, 0); });
document.addEventListener("visibilitychange", () => { if (document.hidden && !locked) flushDrafts({ keepalive: true }); });
// Leaving saves what is typed on the way out; only what could not be saved asks before.
window.addEventListener("beforeunload", (event) => { if ([...drafts.values()].some((draft) => draft.lost)) event.preventDefault(); });

// ---- sending a form: once, and never into a locked vault ---------------------------------------------------------------
const busy = new Set();

function release(form) {
  busy.delete(form);
  for (const button of form.querySelectorAll("button[aria-disabled]")) button.removeAttribute("aria-disabled");
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const submitter = event.submitter;
  const refuse = () => { event.preventDefault(); event.stopImmediatePropagation(); };
  if (form.closest(".lock") || submitter?.formMethod === "dialog") return;
  if (form.matches("[data-lock]") && lock) { refuse(); return void lockNow(); }
  if (form.matches("[data-theme-switch]") && submitter) { refuse(); return void wear(form, submitter); }
  if (busy.has(form)) return refuse();
  const checked = form.dataset.checked !== undefined;
  if (!checked && form.dataset.confirm && !window.confirm(form.dataset.confirm)) return refuse();
  const plain = !form.matches("[hx-post], [hx-put], [hx-patch], [hx-delete], [hx-get]") && form.method === "post";
  if (!plain) return; // htmx says when it begins and ends
  if (!checked && lock && aliveUrl && Date.now() - lastContact > 60_000) { refuse(); return void sendChecked(form, submitter); }
  delete form.dataset.checked;
  forget(form);
  if (form.dataset.many !== undefined) return;
  busy.add(form);
  submitter?.setAttribute("aria-disabled", "true");
  setTimeout(() => release(form), 8000); // a download leaves the page where it is
}, true);

/** Ask first whether the vault is still open: a form answered 423 by a plain browser would lose what was typed. */
async function sendChecked(form, submitter) {
  const again = () => { form.dataset.checked = ""; form.requestSubmit(submitter); };
  try {
    if (shut(await send(aliveUrl))) cover(again);
    else again();
  } catch {
    tell(say("offline"));
  }
}

async function wear(form, button) {
  root.dataset.theme = button.value;
  for (const other of form.querySelectorAll("button")) other.setAttribute("aria-pressed", String(other === button));
  const data = new FormData(form);
  data.set(button.name, button.value);
  try { await send(form.getAttribute("action"), data); } catch { /* the colours are here already */ }
}

window.addEventListener("pageshow", () => { for (const form of [...busy]) release(form); });

// ---- htmx ----------------------------------------------------------------------------------------------------------------
document.addEventListener("htmx:beforeRequest", ({ detail: { elt, requestConfig } }) => {
  if (requestConfig.triggeringEvent?.type !== "submit") return;
  busy.add(elt);
  forget(elt);
});
document.addEventListener("htmx:afterRequest", ({ detail: { elt, successful } }) => {
  lastContact = Date.now();
  release(elt);
  if (!successful && drafts.has(elt) && elt.isConnected) schedule(elt);
});
document.addEventListener("htmx:beforeOnLoad", (event) => {
  const { xhr, requestConfig: asked, target } = event.detail;
  if (xhr.status !== 423 || !lock) return;
  event.preventDefault();
  cover(() => {
    if (asked.formData.has("csrfmiddlewaretoken")) asked.formData.set("csrfmiddlewaretoken", token());
    window.htmx.ajax(asked.verb, asked.path, { source: asked.elt, target, values: asked.formData });
  });
});
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  // A refusal is a sentence: it goes to the messages, over nothing that is typed.
  if (detail.serverResponse?.includes("data-refusal")) {
    detail.target = document.getElementById("messages") || detail.target;
    detail.swapOverride = "innerHTML";
  }
});
document.addEventListener("htmx:responseError", () => tell(say("failed")));
document.addEventListener("htmx:sendError", () => tell(say("offline")));
document.addEventListener("htmx:load", ({ detail }) => {
  const place = detail.elt;
  if (place.matches?.("details.sealed-open")) place.querySelector("summary").focus();
  else place.querySelector?.("[data-focus]")?.focus();
});

document.querySelector("[data-focus]")?.focus();
try { sessionStorage.clear(); } catch { /* htmx notes the address of the page there; we keep nothing */ }
