// The lines of a page, as rows of the document. Text is added as text, never as markup.

export const DOUBTFUL = 0.1; // probability of a wrong prediction, from which a line is in doubt
export const LABELS = { "+": "article", "-": "chrome", "?": "undecided" };
const SHOWN_AS = { "+": "+", "-": "\u2212", "?": "?" };
const MAX_PREVIEW = 40; // characters of the first and the last line of a fold

// The key of each role, a letter of its name where one is free, and what it is.
export const ROLES = {
  headline: ["h", "title of the article"],
  standfirst: ["f", "summary below the title"],
  body: ["b", "running text"],
  subheading: ["u", "heading within the text"],
  list: ["l", "item of a list"],
  table: ["t", "row of a table"],
  quote: ["q", "quotation by itself"],
  code: ["o", "program code, formula"],
  caption: ["c", "below a picture"],
  note: ["n", "footnote, correction"],
  byline: ["y", "the author"],
  date: ["d", "when it appeared"],
  tags: ["g", "topics of the article"],
  navigation: ["v", "menu, search, sections"],
  legal: ["e", "rights, terms, privacy"],
  cookie: ["k", "consent to cookies"],
  newsletter: ["w", "subscription by mail"],
  share: ["s", "sharing, following"],
  comments: ["m", "readers' comments"],
  login: ["i", "account, registration"],
  related: ["r", "more to read"],
  shop: ["p", "baskets, prices"],
  about: ["a", "about the site, the author"],
  other: ["x", "advertisements, the rest"],
};

export function make(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

export function makeButton(className, text) {
  const button = make("button", className, text);
  button.type = "button";
  return button;
}

function cell(className, ...content) {
  const made = make("div", className);
  made.setAttribute("role", "gridcell");
  made.append(...content);
  return made;
}

function row(className, id) {
  const made = make("div", className);
  made.id = id;
  made.setAttribute("role", "row");
  return made;
}

// A reason begins with the words for a role, if the line has one that says something.
function withoutRole(line) {
  const isNamed = line.role && line.role !== "body" && line.role !== "other";
  return isNamed ? line.reason.replace(/^[^:]*: /, "") : line.reason;
}

export function lineRow(line, i) {
  const made = row("line", `line-${i}`);
  const sign = makeButton("sign");
  const text = cell("text", line.text);
  text.dir = "auto";
  if (line.language) text.lang = line.language;
  const bar = make("i");
  bar.style.width = `${100 * line.probability}%`;
  const probability = cell("p", bar, make("b", "", line.probability.toFixed(2)));
  probability.title = "probability of article";
  const role = makeButton("role");
  role.setAttribute("aria-haspopup", "dialog");
  made.append(cell("", sign), probability, text, cell("why", role, make("small", "", withoutRole(line))));
  return made;
}

// Shows the mark of a line: the one it was given, or else the prediction.
export function drawMark(made, line, mark) {
  const isOpen = mark === ".";
  const sign = isOpen ? line.predicted : mark[0];
  const given = isOpen ? "" : mark.slice(1);
  const role = given || (sign === line.predicted ? line.role : "");
  made.dataset.sign = sign;
  made.classList.toggle("open", isOpen);
  made.classList.toggle("doubtful", isOpen && line.doubt >= DOUBTFUL);
  const signButton = made.querySelector(".sign");
  signButton.textContent = SHOWN_AS[sign];
  const origin = isOpen ? (line.doubt >= DOUBTFUL ? " as predicted, in doubt" : " as predicted") : "";
  signButton.setAttribute("aria-label", `${LABELS[sign]}${origin}`);
  signButton.title = `${LABELS[sign]}${origin}: click for the other`;
  const roleButton = made.querySelector(".role");
  roleButton.textContent = role || "role";
  roleButton.classList.toggle("given", Boolean(given));
  roleButton.setAttribute("aria-label", given ? `role ${role}` : role ? `role ${role} as predicted` : "choose a role");
}

function preview(text) {
  return text.length <= MAX_PREVIEW ? text : `${text.slice(0, MAX_PREVIEW).trimEnd()}…`;
}

export function foldRow(fold, lines) {
  const made = row("fold", `fold-${fold.first}`);
  const button = makeButton("");
  const { first, last } = fold;
  const what = lines[first].predicted === "+" ? "kept" : "dropped";
  const wrong = Math.round(lines.slice(first, last + 1).reduce((sum, line) => sum + line.doubt, 0));
  const how = wrong ? `; about ${wrong} may be wrong` : ", surely";
  const texts = make("span", "preview");
  const [from, to] = [first, last].map((i) => {
    const text = make("bdi", "", preview(lines[i].text));
    text.dir = "auto";
    return text;
  });
  texts.append(from, " \u2013 ", to);
  button.append(
    make("span", "arrow"),
    make("span", "count", `${last - first + 1} lines, all ${what}${how}`),
    texts,
    make("span", "do"),
  );
  button.querySelector(".arrow").setAttribute("aria-hidden", "true");
  made.dataset.sign = lines[first].predicted;
  made.append(cell("", button));
  return made;
}

export function drawFold(made, fold) {
  const button = made.querySelector("button");
  button.setAttribute("aria-expanded", String(fold.isOpen));
  button.querySelector(".do").textContent = fold.isOpen ? "hide" : "show";
  made.classList.toggle("closed", !fold.isOpen);
}
