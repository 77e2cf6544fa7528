// The labelling page. The text of pages is added to the document as text, never as markup. The
// content security policy allows no other script, and trusted types forbid markup from strings.

import { Folds } from "/label_folds.js";
import {
  DOUBTFUL, LABELS, ROLES, drawFold, drawMark, foldRow, lineRow, make, makeButton,
} from "/label_lines.js";

const OTHER = { "+": "-", "-": "+", "?": "+" };
const GROUPS = { content: "Article, kept", beside: "Beside the text, dropped", chrome: "Chrome, dropped" };
const MODELS = ["general model", "with the site's other pages", "and with their labels"];

const element = (id) => document.getElementById(id);

// The token follows # in the address. A reload finds it in this tab's storage.
const token = location.hash.slice(1) || sessionStorage.getItem("token") || "";
sessionStorage.setItem("token", token);
history.replaceState(null, "", "/");

let session = { site: "", pages: [], roles: { content: [], beside: [], chrome: [] } };
let page = null;
let folds = null;
let rows = []; // the rows of the lines
let selected = []; // the rows that are shown as selected
let cursor = 0;
let anchor = 0; // a range goes from here to the cursor
let offered = null; // the labelled lines that have lines like them on other pages
let visited = []; // numbers of pages shown, for going back
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
  if (!answer.ok) throw Object.assign(new Error(content.error), { status: answer.status });
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
      element("problem").hidden = true;
      await then?.(answer);
      if (waiting === 1) element("saved").textContent = "saved";
    })
    .catch(async (error) => {
      complain(error);
      // What is shown was not saved: show what is in the files.
      if (error.status && page) show(await ask(`/api/pages/${page.number}`), cursor);
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

// Says in a few words what has changed, to those who hear the page too.
function say(words) {
  element("said").textContent = words;
}

// ----------------------------------------------------------------------------------- drawing

const signOf = (i) => (page.marks[i] === "." ? page.lines[i].predicted : page.marks[i][0]);
const isOpen = (i) => page.marks[i] === ".";
const isDoubtful = (i) => isOpen(i) && page.lines[i]?.doubt >= DOUBTFUL;
const doubts = () => page.lines.filter((_, i) => isDoubtful(i)).length;
const plural = (n, noun) => `${n} ${noun}${n === 1 ? "" : "s"}`;
const inDoubt = (n) => (n ? `${n} in doubt` : "none in doubt");

function drawFacts() {
  const state = page.finished ? "finished" : inDoubt(doubts());
  element("facts").textContent = [page.language, plural(page.lines.length, "line"), state]
    .filter(Boolean).join(" · ");
  element("doubt").disabled = !doubts();
}

function drawLines() {
  rows = page.lines.map(lineRow);
  rows.forEach((row, i) => drawMark(row, page.lines[i], page.marks[i]));
  element("lines").replaceChildren(...rows);
  selected = [];
  drawFolds();
}

// Folds are drawn anew when a page is shown or a fold is closed, not at each label: rows that move
// while one works are hard to follow.
function drawFolds() {
  folds = new Folds(page.lines, page.marks, folds?.opened);
  for (const row of element("lines").querySelectorAll(".fold")) row.remove();
  for (const fold of folds.folds) {
    fold.row = foldRow(fold, page.lines);
    rows[fold.first].before(fold.row);
  }
  rows.forEach((row) => { row.hidden = false; });
  folds.folds.forEach(drawFoldOf);
}

function drawFoldOf(fold) {
  for (let i = fold.first; i <= fold.last; i += 1) rows[i].hidden = !fold.isOpen;
  drawFold(fold.row, fold);
}

function drawCursor(scrolls = true) {
  for (const row of selected) {
    row.setAttribute("aria-selected", "false");
    row.classList.remove("cursor");
    for (const button of row.querySelectorAll("button")) button.tabIndex = -1;
  }
  const [first, last] = range();
  selected = rows.slice(first, last + 1);
  const hiding = folds.hiding(cursor);
  const current = hiding ? hiding.row : rows[cursor];
  for (let i = first; i <= last; i += 1) {
    const fold = folds.hiding(i);
    if (fold && fold.first === i) selected.push(fold.row);
  }
  for (const row of selected) row.setAttribute("aria-selected", "true");
  current.classList.add("cursor");
  for (const button of current.querySelectorAll("button")) button.tabIndex = 0;
  element("lines").setAttribute("aria-activedescendant", current.id);
  if (!scrolls) return;
  (folds.hiding(anchor)?.row ?? rows[anchor]).scrollIntoView({ block: "nearest" });
  current.scrollIntoView({ block: "nearest" });
}

function show(next, at) {
  const isSame = page?.number === next.number;
  if (!isSame) folds = null;
  page = next;
  page.marks = [...page.marks];
  hideOffer();
  element("name").textContent = page.title ? page.name : "";
  element("title").textContent = page.title || page.name;
  document.title = `${page.title || page.name} · boilerplate`;
  drawLines();
  const doubtful = page.lines.findIndex((_, i) => isDoubtful(i));
  cursor = anchor = at ?? Math.max(doubtful, 0);
  if (at === undefined && doubtful >= 0) anchor = endOfStretch(doubtful, 1);
  drawFacts();
  drawCursor(at !== undefined);
  if (at === undefined) scrollTo(0, 0);
  drawPages();
  element("lines").focus({ preventScroll: true });
  if (!isSame) say(`${plural(page.lines.length, "line")}, ${inDoubt(doubts())}`);
  if (page.changed_outside) say(`${page.file} was changed by another program: its labels are shown`);
  if (page.problem) complain(new Error(page.problem));
}

function drawPages() {
  element("site").textContent = session.site;
  element("pages").replaceChildren(...session.pages.map((each) => {
    const row = make("li");
    const button = makeButton(each.finished ? "finished" : "");
    const name = make("span", "name", each.name);
    name.dir = "auto";
    const begun = each.begun ? "begun, " : "";
    const state = each.finished ? "finished" : `${begun}about ${each.doubt.toFixed(1)} of ${each.lines} wrong`;
    button.append(name, make("small", "", state));
    if (page && each.number === page.number) button.setAttribute("aria-current", "true");
    button.addEventListener("click", () => go(each.number));
    row.append(button);
    return row;
  }));
}

function drawGain(gain) {
  element("taught").textContent = gain.words[0];
  const parts = gain.words.map((words) =>
    make("p", words.startsWith("Enough") ? "enough" : "", words));
  if (gain.pages > 1) parts.splice(1, 0, wrongLines(gain));
  element("gain-body").replaceChildren(...parts);
}

function wrongLines(gain) {
  const table = make("table");
  const caption = make("caption", "", `wrong of ${plural(gain.lines, "line")}, each page judged without its own labels`);
  const body = make("tbody");
  const most = Math.max(...gain.wrong, 1);
  gain.wrong.forEach((wrong, i) => {
    const row = make("tr");
    const head = make("th", "", MODELS[i]);
    head.scope = "row";
    const bar = make("i");
    bar.style.width = `${(100 * wrong) / most}%`;
    const strip = make("td", "strip");
    strip.append(bar);
    row.append(head, strip, make("td", "", String(wrong)));
    body.append(row);
  });
  table.append(caption, body);
  return table;
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

// -------------------------------------------------------------------------------- moving

// The first and the last selected line; a closed fold is selected as a whole.
function range() {
  const [first, last] = [Math.min(anchor, cursor), Math.max(anchor, cursor)];
  return [folds.hiding(first)?.first ?? first, folds.hiding(last)?.last ?? last];
}

function move(to, extend) {
  const within = Math.max(0, Math.min(page.lines.length - 1, to));
  cursor = folds.hiding(within)?.first ?? within;
  if (!extend) anchor = cursor;
  drawCursor();
}

function step(by, extend) {
  const fold = folds.hiding(cursor);
  const edge = by > 0 ? (fold?.last ?? cursor) : (fold?.first ?? cursor);
  move(edge + by, extend);
}

// Neighbouring lines in doubt with the same sign mostly belong together: they are selected as one.
function endOfStretch(from, by) {
  const belongs = (i) => isDoubtful(i) && signOf(i) === signOf(from);
  let end = from;
  while (belongs(end + by)) end += by;
  return end;
}

function isInView(row) {
  const { top, bottom } = row.getBoundingClientRect();
  return bottom > document.querySelector("header").getBoundingClientRect().bottom && top < innerHeight;
}

function jump(by) {
  const [first, last] = range();
  // A page opens at its top, and its first line in doubt may be further down.
  if (isDoubtful(cursor) && !isInView(rows[cursor])) {
    drawCursor();
    return;
  }
  for (let i = (by > 0 ? last : first) + by; page.lines[i]; i += by) {
    if (!isDoubtful(i)) continue;
    const end = endOfStretch(i, by);
    anchor = Math.max(i, end);
    move(Math.min(i, end), true);
    say(`${LABELS[signOf(cursor)]}? ${page.lines[cursor].text}`);
    return;
  }
  say(by > 0 ? "No line below is in doubt. Enter: this page is right" : "No line above is in doubt");
}

function toggle(fold, isOpening = !fold.isOpen) {
  folds.set(fold, isOpening);
  if (isOpening) {
    drawFoldOf(fold);
    cursor = anchor = fold.first;
  } else {
    drawFolds(); // what was labelled meanwhile stays in view
    cursor = anchor = folds.hiding(fold.first)?.first ?? fold.first;
  }
  drawCursor();
  say(isOpening ? `${fold.last - fold.first + 1} lines shown` : "folded again");
}

function toggleAt(isOpening) {
  const fold = folds.at(cursor);
  if (fold && fold.isOpen !== isOpening) toggle(fold, isOpening);
}

function toggleAll() {
  const isOpening = folds.folds.some((fold) => !fold.isOpen);
  const at = cursor;
  for (const fold of folds.folds) folds.set(fold, isOpening);
  drawFolds();
  move(at);
  say(isOpening ? "all lines shown" : "sure lines folded");
}

// -------------------------------------------------------------------------------- labelling

function setMark(mark) {
  const [first, last] = range();
  const { number } = page;
  for (let i = first; i <= last; i += 1) {
    page.marks[i] = mark;
    drawMark(rows[i], page.lines[i], mark);
    const fold = folds.hiding(i);
    if (fold) { // a labelled line is never folded; without the label it is again
      fold.isOpen = true;
      drawFoldOf(fold);
    }
  }
  hideOffer();
  drawFacts();
  drawCursor();
  const which = first === last ? `line ${first + 1}` : `lines ${first + 1} to ${last + 1}`;
  say(`${which}: ${words(mark)}; ${inDoubt(doubts())}`);
  change(`/api/pages/${number}/labels`, { first, last, mark }, ({ alike }) => {
    if (alike && page.number === number && waiting === 1) offer(alike, { first, last, mark });
  });
}

const words = (mark) => [LABELS[mark[0]], mark.slice(1)].filter(Boolean).join(", ");

// A sign keeps the role of the lines, if they have one that goes with it.
function setSign(sign) {
  const [first, last] = range();
  const roles = new Set(page.marks.slice(first, last + 1).map((mark) => mark.slice(1)));
  const [role] = roles;
  const { content, chrome } = session.roles;
  const goes = sign === "?" || !(sign === "+" ? chrome : content).includes(role);
  setMark(roles.size === 1 && goes ? sign + role : sign);
}

function setRole(role) {
  element("roles").close();
  setMark((session.roles.content.includes(role) ? "+" : "-") + role);
}

function removeRole() {
  element("roles").close();
  setMark(signOf(cursor));
}

function chooseRole() {
  const [first, last] = range();
  element("roles-title").textContent = first === last ? "What is this line?" : `What are these ${last - first + 1} lines?`;
  const role = page.marks[cursor].slice(1);
  element("roles").showModal();
  for (const button of element("role-groups").querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button.dataset.role === role));
    if (button.dataset.role === (role || page.lines[cursor].role)) button.focus();
  }
}

function drawRoles() {
  element("role-groups").replaceChildren(...Object.entries(GROUPS).map(([group, title]) => {
    const box = make("fieldset");
    box.append(make("legend", "", title));
    for (const role of session.roles[group]) {
      const [key, what] = ROLES[role];
      const button = makeButton("");
      button.dataset.role = role;
      button.dataset.key = key;
      button.append(make("kbd", "", key), make("b", "", role), make("small", "", what));
      button.addEventListener("click", () => setRole(role));
      box.append(button);
    }
    return box;
  }));
}

// What is offered after a label: the same one for lines of other pages that are made alike.
function offer(alike, labelled) {
  offered = { ...labelled, number: page.number };
  const pages = alike.pages === 1 ? "one other page" : `${alike.pages} other pages`;
  const isSame = alike.equal === alike.lines;
  const one = labelled.first === labelled.last;
  element("offer-words").textContent = isSame
    ? `${one ? "This line is" : "These lines are"} on ${pages} too.`
    : `The same place on ${pages} has ${plural(alike.lines, "line")}:`;
  element("offer-examples").textContent = isSame ? "" : alike.examples.join(" · ");
  element("alike").querySelector("span").textContent = `Label ${alike.lines === 1 ? "it" : "them"} ${words(labelled.mark)}`;
  element("offer").hidden = false;
  say(`${element("offer-words").textContent} Key a labels them so`);
}

function hideOffer() {
  offered = null;
  element("offer").hidden = true;
}

function markAlike() {
  if (!offered) return;
  const { number, first, last, mark } = offered;
  hideOffer();
  change(`/api/pages/${number}/alike`, { first, last }, ({ alike, ...overview }) => {
    session = overview;
    drawPages();
    say(alike ? `${plural(alike.lines, "line")} on ${plural(alike.pages, "other page")}: ${words(mark)}` : "nothing to label");
  });
}

// ------------------------------------------------------------------------------------ pages

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
  change("/api/undo", {}, async ({ undone, pages }) => {
    if (!undone) {
      say("There is nothing to undo.");
      return;
    }
    const before = page?.number === undone.number ? page.marks : null;
    const wasFinished = session.pages.find((each) => each.number === undone.number)?.finished;
    const at = before ? undone.marks.findIndex((mark, i) => mark !== before[i]) : -1;
    show(undone, at >= 0 ? at : before ? cursor : undefined);
    say(pages > 1 ? `undone on ${plural(pages - 1, "other page")}` : "undone");
    if (wasFinished !== undone.finished || pages > 1) {
      session = await ask("/api/session");
      drawPages();
      if (wasFinished !== undone.finished) updateGain();
    }
  }).finally(() => {
    undoing -= 1;
    setBusy(undoing > 0);
  });
}

// Another program may have changed the labels while somebody looked elsewhere.
async function look() {
  if (!page || busy || waiting) return;
  try {
    const now = await ask(`/api/pages/${page.number}`);
    if (busy || waiting || now.number !== page.number) return;
    if (now.changed_outside || now.problem) show(now, cursor);
  } catch (error) {
    complain(error);
  }
}

// ------------------------------------------------------------------------------ keys, clicks

const KEYS = {
  j: () => step(1), k: () => step(-1),
  ArrowDown: (e) => step(1, e.shiftKey), ArrowUp: (e) => step(-1, e.shiftKey),
  J: () => step(1, true), K: () => step(-1, true),
  Home: (e) => move(0, e.shiftKey), End: (e) => move(Infinity, e.shiftKey),
  " ": () => (folds.hiding(cursor) ? toggleAt(true) : setSign(OTHER[signOf(cursor)])),
  "+": () => setSign("+"), "=": () => setSign("+"), "-": () => setSign("-"), 0: () => setSign("?"),
  d: () => jump(1), D: () => jump(-1),
  r: chooseRole, a: markAlike,
  o: () => folds.at(cursor) && toggle(folds.at(cursor)), O: toggleAll,
  ArrowRight: () => toggleAt(true), ArrowLeft: () => toggleAt(false),
  u: undo, Enter: finish, n: another, p: back,
  "?": () => element("help").showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const onButton = event.target instanceof HTMLButtonElement;
  if (onButton && (event.key === "Enter" || event.key === " ")) return;
  const act = KEYS[event.key];
  if (!act || !page) return;
  event.preventDefault();
  if (!busy || act === undo) act(event);
});

element("roles").addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const button = [...element("role-groups").querySelectorAll("button")]
    .find((each) => each.dataset.key === event.key);
  if (!button && event.key !== "0") return;
  event.preventDefault();
  event.stopPropagation(); // the dialog closes, and the key would be one for the lines
  if (button) button.click();
  else removeRole();
});

// After a click, keys are for the lines again; whoever pressed a button with a key stays on it.
function backToLines(event) {
  if (event.detail) element("lines").focus({ preventScroll: true });
}

element("lines").addEventListener("click", (event) => {
  const row = event.target.closest("[role=row]");
  if (!row || busy) return;
  const at = Number(row.id.replace(/^\D+/, ""));
  if (row.classList.contains("fold")) {
    if (event.target.closest("button")) toggle(folds.at(at));
    else move(at, event.shiftKey);
    backToLines(event);
    return;
  }
  const isSelected = row.getAttribute("aria-selected") === "true";
  const onRole = event.target.closest(".role");
  if (!onRole || !isSelected) move(at, event.shiftKey);
  if (event.target.closest(".sign")) setSign(OTHER[signOf(cursor)]);
  backToLines(event);
  if (onRole) chooseRole();
});

for (const [id, act] of [["undo", undo], ["finish", finish], ["doubt", () => jump(1)], ["alike", markAlike], ["no-offer", hideOffer]]) {
  element(id).addEventListener("click", () => {
    act();
    element("lines").focus({ preventScroll: true });
  });
}
element("help-button").addEventListener("click", () => element("help").showModal());
element("no-role").addEventListener("click", removeRole);
addEventListener("focus", look);

try {
  session = await ask("/api/session");
  drawRoles();
  const first = session.pages.find((each) => each.begun && !each.finished) ?? session.pages[0];
  await go(first.number);
  updateGain();
} catch (error) {
  complain(error);
}
