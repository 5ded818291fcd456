// Havre by keys: "/" searches, Y N U answer a grid, the arrows go to the next question. Small helps of forms.

const isWriting = (el) => el.matches?.("textarea, select, [contenteditable], input:not([type=radio], [type=checkbox], [type=button])");


window.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeMenus();
  if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
  if (event.key === "/") {
    const search = document.getElementById("search-q");
    if (search) { event.preventDefault(); search.focus(); search.select(); }
    return;
  }
  const question = event.target.closest?.("[data-grid] .grid-q");
  if (question) gridKey(event, question);
});

/** Y, N, U (or the letters of the page's language, or 1, 2, 3) answer; the arrows go to the next question. */
function gridKey(event, question) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault(); // else the arrows would change the answer
    const all = [...question.closest("[data-grid]").querySelectorAll(".grid-q")];
    const next = all[all.indexOf(question) + step];
    (next?.querySelector("input:checked") || next?.querySelector("input"))?.focus();
    return;
  }
  const choices = [...question.querySelectorAll("input[type=radio]")];
  const place = { KeyY: 0, KeyN: 1, KeyU: 2, Digit1: 0, Digit2: 1, Digit3: 2, Numpad1: 0, Numpad2: 1, Numpad3: 2 }[event.code];
  const choice = choices.find((input) => input.dataset.key === event.key.toLowerCase()) || choices[place];
  if (!choice) return;
  event.preventDefault();
  choice.focus();
  if (!choice.checked) choice.click();
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(except)) menu.open = false;
}

document.addEventListener("input", ({ target }) => {
  if (!target.matches("textarea") || CSS.supports("field-sizing", "content")) return;
  target.style.blockSize = "auto";
  target.style.blockSize = `${target.scrollHeight + 2}px`;
});
document.addEventListener("change", ({ target }) => { if (target.matches("[data-autosubmit]")) target.form?.requestSubmit(); });
document.addEventListener("click", ({ target }) => {
  closeMenus(target);
  const copy = target.closest("[data-copy]");
  if (!copy) return;
  const source = document.querySelector(copy.dataset.copy);
  navigator.clipboard?.writeText(source.value ?? source.textContent).then(() => copy.setAttribute("aria-label", document.body.dataset.sayCopied));
});
