// The labelling page. The text of pages is added to the document as text, never as markup. The
// content security policy allows no other script, and trusted types forbid markup from strings.

const LABELS = { "+": "article", "-": "chrome", "?": "undecided" };
const OTHER = { "+": "-", "-": "+", "?": "+" };
const SHOWN_AS = { "+": "+", "-": "\u2212", "?": "?" };
const DOUBTFUL = 0.1; // probability of a wrong prediction, from which a line should be checked

const element = (id) => document.getElementById(id);

// The token follows # in the address. A reload finds it in this tab's storage.
const token = location.hash.slice(1) || sessionStorage.getItem("token") || "";
sessionStorage.setItem("token", token);
history.replaceState(null, "", "/");

let session = { site: "", pages: [] };
let page = null;
let cursor = 0;
let anchor = 0; // a range goes from here to the cursor
let visited = []; // numbers of pages shown, for going back
let gainBefore = null;
let busy = false; // another page is loading, and keys would change the one that is shown
let undoing = 0; // running undos; more may be requested meanwhile

// ------------------------------------------------------------------------- requests

async function ask(path, body) {
  const request = { headers: { "x-token": token }, cache: "no-store" };
  if (body !== undefined) Object.assign(request, { method: "POST", body: JSON.stringify(body) });
  let answer;
  try {
    answer = await fetch(path, request);
  } catch {
    throw new Error("The server does not answer: nothing is saved from now on. Earlier changes are saved; start the command again.");
  }
  const content = await answer.json();
  if (!answer.ok) throw new Error(content.error);
  return content;
}

// Requests that change something are sent one after the other.
let queue = Promise.resolve();
let waiting = 0;

function change(path, body, then) {
  waiting += 1;
  element("saved").textContent = "saving";
  queue = queue
    .then(() => ask(path, body))
    .then(async (answer) => {
      await then?.(answer);
      element("problem").hidden = true;
      if (waiting === 1) element("saved").textContent = "saved";
    })
    .catch(complain)
    .finally(() => { waiting -= 1; });
  return queue;
}

function complain(error) {
  element("saved").textContent = "";
  element("problem").textContent = error.message;
  element("problem").hidden = false;
}

function setBusy(is) {
  busy = is;
  element("lines").setAttribute("aria-busy", String(is));
}

// ----------------------------------------------------------------------------------- drawing

function make(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

const signOf = (i) => (page.signs[i] === "." ? page.lines[i].predicted : page.signs[i]);
const isOpen = (i) => page.signs[i] === ".";

function drawLine(line, i) {
  const row = make("li");
  row.id = `line-${i}`;
  row.setAttribute("role", "option");
  const sign = make("span", "sign");
  sign.append(make("span", "glyph"), make("span", "visually-hidden"));
  sign.firstChild.setAttribute("aria-hidden", "true");
  const p = make("span", "p");
  const bar = make("i");
  bar.style.width = `${100 * line.probability}%`;
  p.append(bar, make("b", "", line.probability.toFixed(2)));
  const text = make("span", "text", line.text);
  text.dir = "auto";
  if (line.language) text.lang = line.language;
  row.append(sign, p, text, make("small", "why", line.reason));
  row.classList.toggle("doubtful", line.doubt >= DOUBTFUL);
  return row;
}

function drawSign(i) {
  const row = element(`line-${i}`);
  const sign = signOf(i);
  row.dataset.sign = sign;
  row.classList.toggle("open", isOpen(i));
  row.querySelector(".glyph").textContent = SHOWN_AS[sign];
  row.querySelector(".visually-hidden").textContent =
    `${LABELS[sign]}${isOpen(i) ? " as predicted" : ""}, probability of article `;
}

function drawCursor() {
  const [first, last] = range();
  for (const row of element("lines").children) {
    const i = Number(row.id.slice(5));
    row.setAttribute("aria-selected", String(i >= first && i <= last));
    row.classList.toggle("cursor", i === cursor);
  }
  const row = element(`line-${cursor}`);
  element("lines").setAttribute("aria-activedescendant", row.id);
  element(`line-${anchor}`).scrollIntoView({ block: "nearest" });
  row.scrollIntoView({ block: "nearest" });
}

function drawFacts() {
  const doubtful = page.lines.filter((line, i) => isOpen(i) && line.doubt >= DOUBTFUL).length;
  const state = page.finished ? "labelled" : doubtful ? `${doubtful} in doubt` : "none in doubt";
  element("facts").textContent = [page.language, `${page.lines.length} lines`, state]
    .filter(Boolean).join(" · ");
}

function show(next, at) {
  page = next;
  page.signs = [...page.signs];
  element("name").textContent = page.title ? page.name : "";
  element("title").textContent = page.title || page.name;
  element("lines").replaceChildren(...page.lines.map(drawLine));
  page.lines.forEach((_, i) => drawSign(i));
  const doubtful = page.lines.findIndex((line, i) => isOpen(i) && line.doubt >= DOUBTFUL);
  cursor = anchor = at ?? Math.max(doubtful, 0);
  if (at === undefined && doubtful >= 0) anchor = endOfStretch(doubtful, 1);
  if (at === undefined) scrollTo(0, 0);
  drawFacts();
  drawCursor();
  drawPages();
  element("lines").focus({ preventScroll: true });
}

function drawPages() {
  element("site").textContent = session.site;
  element("pages").replaceChildren(...session.pages.map((each) => {
    const row = make("li");
    const button = make("button", each.finished ? "finished" : "");
    button.type = "button";
    const name = make("span", "name", each.name);
    name.dir = "auto";
    const state = each.finished ? "labelled" : each.begun ? "begun" : `${each.doubt.toFixed(1)} of ${each.lines}`;
    button.append(name, make("small", "", state));
    if (page && each.number === page.number) button.setAttribute("aria-current", "true");
    button.addEventListener("click", () => go(each.number));
    row.append(button);
    return row;
  }));
}

const asF1 = (value) => value.toFixed(3);
const signed = (value) => `${value < 0 ? "\u2212" : "+"}${Math.abs(value).toFixed(3)}`;
const percent = (share) => `${(100 * share).toFixed(1)} %`;

function drawGain(gain) {
  const body = element("gain-body");
  if (!gain.pages) {
    body.replaceChildren(make("p", "", "Nothing yet: finish a page first."));
    return;
  }
  const table = make("table");
  const caption = make("caption", "", `line F1 on ${gain.pages === 1 ? "the page" : `the ${gain.pages} pages`} you labelled, each judged without its own labels`);
  const rows = make("tbody");
  for (const [name, value] of [
    ["general model", gain.general],
    ["with the site's other pages", gain.unlabelled],
    ["and with their labels", gain.labelled],
  ]) {
    const row = make("tr");
    const head = make("th", "", name);
    head.scope = "row";
    const bar = make("i");
    bar.style.width = `${100 * value}%`;
    const strip = make("td", "strip");
    strip.append(bar);
    row.append(head, strip, make("td", "", asF1(value)));
    rows.append(row);
  }
  table.append(caption, rows);
  const sentences = [`Gained by the site model: ${signed(gain.labelled - gain.general)}, by your labels: ${signed(gain.labelled - gain.unlabelled)}.`];
  if (gainBefore?.pages && gainBefore.pages !== gain.pages) {
    const since = gain.labelled - gain.general - (gainBefore.labelled - gainBefore.general);
    sentences.push(`Since the page before: ${signed(since)}.`);
  }
  sentences.push(`It still has ${percent(gain.wrong)} of these lines wrong.`);
  if (gain.expected !== null) {
    sentences.push(`On the other pages it expects a line F1 of ${asF1(gain.expected)}; the labels of ${gain.part === 1 ? "one page" : `${gain.part} pages`} change at most ${percent(gain.changed)} of their lines.`);
  }
  const parts = [table, make("p", "", sentences.join(" "))];
  if (gain.enough) {
    parts.unshift(make("p", "enough", gain.changed === null
      ? "Enough: all pages are labelled."
      : "Enough: more labels would change next to nothing."));
  }
  body.replaceChildren(...parts);
  gainBefore = gain;
}

async function updateGain() {
  element("gain").setAttribute("aria-busy", "true");
  try {
    drawGain(await ask("/api/gain"));
  } catch (error) {
    complain(error);
  }
  element("gain").removeAttribute("aria-busy");
}

// -------------------------------------------------------------------------------- actions

const range = () => [Math.min(anchor, cursor), Math.max(anchor, cursor)];

function move(to, extend) {
  if (!page) return;
  cursor = Math.max(0, Math.min(page.lines.length - 1, to));
  if (!extend) anchor = cursor;
  drawCursor();
}

function setSign(sign) {
  if (!page) return;
  const [first, last] = range();
  const { number } = page;
  for (let i = first; i <= last; i += 1) {
    page.signs[i] = sign;
    drawSign(i);
  }
  drawFacts();
  change(`/api/pages/${number}/labels`, { first, last, sign });
}

// Neighbouring lines in doubt with the same sign mostly belong together: they are selected as one.
function endOfStretch(from, step) {
  const belongs = (i) => page.lines[i]?.doubt >= DOUBTFUL && signOf(i) === signOf(from);
  let end = from;
  while (belongs(end + step)) end += step;
  return end;
}

function jump(step) {
  if (!page) return;
  const [first, last] = range();
  for (let i = (step > 0 ? last : first) + step; page.lines[i]; i += step) {
    if (page.lines[i].doubt < DOUBTFUL) continue;
    const end = endOfStretch(i, step);
    anchor = Math.max(i, end);
    move(Math.min(i, end), true);
    return;
  }
  if (step > 0) element("finish").scrollIntoView({ block: "nearest" });
}

async function go(number, remember = true) {
  setBusy(true);
  await queue;
  try {
    const next = await ask(`/api/pages/${number}`);
    if (remember && page) visited.push(page.number);
    show(next);
  } catch (error) {
    complain(error);
  }
  setBusy(false);
}

function another() {
  const numbers = session.pages.map((each) => each.number);
  return go(numbers[(numbers.indexOf(page.number) + 1) % numbers.length]);
}

function back() {
  if (visited.length) go(visited.pop(), false);
}

function finish() {
  if (!page || busy) return;
  setBusy(true);
  change(`/api/pages/${page.number}/finish`, {}, async (overview) => {
    session = overview;
    visited.push(overview.finished);
    const next = session.pages[0]; // unfinished pages come first
    show(await ask(`/api/pages/${next.finished ? overview.finished : next.number}`));
    updateGain(); // takes a second or more, so nothing waits for it
  }).finally(() => setBusy(false));
}

function undo() {
  if (busy && !undoing) return;
  undoing += 1;
  setBusy(true);
  change("/api/undo", {}, async ({ undone }) => {
    if (!undone) return;
    const before = page?.number === undone.number ? page.signs : null;
    const wasFinished = session.pages.find((each) => each.number === undone.number)?.finished;
    const at = before ? [...undone.signs].findIndex((sign, i) => sign !== before[i]) : -1;
    show(undone, at < 0 ? undefined : at);
    if (wasFinished !== undone.finished) {
      session = await ask("/api/session");
      drawPages();
      updateGain();
    }
  }).finally(() => {
    undoing -= 1;
    setBusy(undoing > 0);
  });
}

const KEYS = {
  j: () => move(cursor + 1), k: () => move(cursor - 1),
  ArrowDown: (e) => move(cursor + 1, e.shiftKey), ArrowUp: (e) => move(cursor - 1, e.shiftKey),
  J: () => move(cursor + 1, true), K: () => move(cursor - 1, true),
  Home: (e) => move(0, e.shiftKey), End: (e) => move(Infinity, e.shiftKey),
  " ": () => setSign(OTHER[signOf(cursor)]),
  "+": () => setSign("+"), "=": () => setSign("+"), "-": () => setSign("-"), 0: () => setSign("?"),
  d: () => jump(1), D: () => jump(-1),
  u: undo, Enter: finish, n: another, p: back,
  "?": () => element("help").showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || element("help").open) return;
  const onButton = event.target instanceof HTMLButtonElement;
  if (onButton && (event.key === "Enter" || event.key === " ")) return;
  const act = KEYS[event.key];
  if (!act || !page) return;
  event.preventDefault();
  if (!busy || act === undo) act(event);
});

element("lines").addEventListener("click", (event) => {
  const row = event.target.closest("li");
  if (!row) return;
  move(Number(row.id.slice(5)), event.shiftKey);
  if (event.target.closest(".sign")) setSign(OTHER[signOf(cursor)]);
});

for (const [id, act] of [["undo", undo], ["finish", finish], ["doubt", () => jump(1)]]) {
  element(id).addEventListener("click", () => {
    act();
    element("lines").focus({ preventScroll: true });
  });
}
element("help-button").addEventListener("click", () => element("help").showModal());

try {
  session = await ask("/api/session");
  const first = session.pages.find((each) => each.begun && !each.finished) ?? session.pages[0];
  await go(first.number);
  updateGain();
} catch (error) {
  complain(error);
}
