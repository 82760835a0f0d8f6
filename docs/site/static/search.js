// The search of the book. BOOK (search-data.js) has every page: [kind, address, title, sections], and
// a section is [anchor, heading, text]. Every word of the question must be in a section; kinds stay in their order, and within one
// a word in a title counts more than one in a heading, that more than in the text.

// [kind, address, title, heading, text], one for each section.
const ENTRIES = BOOK.pages.flatMap(([kind, page, title, sections]) =>
  sections.map(([place, ...said]) => [kind, place ? `${page}#${place}` : page, title, ...said]));
const IN_TITLE = 40, IN_HEADING = 20, AT_START = 4, SNIPPET = 180, MOST = 12;
// "dials" and "softmaxed" find "dial" and "softmax"; a Chinese word is looked for as it stands.
const stem = word => /^[a-z]{5,}$/.test(word) ? word.replace(/(ies|ing|ed|es|s)$/, "") : word;
const wordsOf = question => question.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
const escapeRegExp = text => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

function score([, , title, heading, text], words) {
  let sum = 0;
  for (const word of words) {
    const start = new RegExp(`(?<![\\p{L}\\p{N}])${escapeRegExp(word)}`, "iu");
    const found = text.toLowerCase().split(word).length - 1;
    const value = IN_TITLE * title.toLowerCase().includes(word) +
      IN_HEADING * heading.toLowerCase().includes(word) + Math.min(found, 10);
    if (!value) return 0;
    sum += value + AT_START * start.test(`${title} ${heading} ${text}`);
  }
  return sum;
}

// [text, whether it was asked for], alternating: never HTML, for a page's text may look like some.
function marked(text, words) {
  const asked = new RegExp(`(${words.map(escapeRegExp).join("|")})`, "i");
  return text.split(new RegExp(asked, "gi")).map(part => [part, asked.test(part)]);
}

function snippet(text, words) {
  const places = words.map(word => text.toLowerCase().indexOf(word)).filter(place => place >= 0);
  const start = Math.max(0, Math.min(...(places.length ? places : [0])) - SNIPPET / 3);
  const from = start && text.indexOf(" ", start) + 1;
  const part = text.slice(from, from + SNIPPET);
  return (from ? "… " : "") + part + (from + SNIPPET < text.length ? " …" : "");
}

function element(tag, content, attributes = {}) {
  const made = Object.assign(document.createElement(tag), attributes);
  made.append(...[content].flat());
  return made;
}

const withMarks = (text, words) =>
  marked(text, words).map(([part, is]) => is ? element("mark", part) : part);

function result([, address, title, heading, text], words) {
  const link = element("a", withMarks(heading || title, words), { href: address });
  const from = heading ? [" ", element("span", title, { className: "from" })] : [];
  return element("li", [link, ...from, element("p", withMarks(snippet(text, words), words))]);
}

// {kind: the best entries, best first}, and how many were found.
function find(question) {
  const words = wordsOf(question).map(stem);
  const found = words.length ? ENTRIES.map(entry => [score(entry, words), entry])
    .filter(([points]) => points).sort(([a], [b]) => b - a) : [];
  const kinds = BOOK.kinds.map((name, kind) =>
    [name, found.filter(([, entry]) => entry[0] === kind).map(([, entry]) => entry)]);
  return { words, count: found.length, kinds: kinds.filter(([, entries]) => entries.length) };
}

function show(question) {
  const { words, count, kinds } = find(question);
  document.getElementById("search-said").textContent = !words.length ? "" :
    count ? `${count} places in the book` : "Nothing found. Try fewer words, or the glossary.";
  document.getElementById("search-results").replaceChildren(...kinds.map(([name, entries]) =>
    element("section", [
      element("h2", entries.length > MOST ? `${name}: ${MOST} of ${entries.length}` : name),
      element("ol", entries.slice(0, MOST).map(entry => result(entry, words))),
    ])));
}

const field = document.querySelector("article form.bd-search input");
field.value = new URLSearchParams(location.search).get("q") ?? "";
field.form.addEventListener("submit", event => {
  event.preventDefault();
  history.replaceState(null, "", `?q=${encodeURIComponent(field.value)}`);
  show(field.value);
});
field.addEventListener("input", () => show(field.value));
show(field.value);
field.focus();
