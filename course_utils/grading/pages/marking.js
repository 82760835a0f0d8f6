"use strict";
// What students wrote is set as text, never as HTML. Nothing is sent anywhere.
const data = JSON.parse(document.getElementById("data").textContent);
const of = (id) => document.getElementById(id);
const KEY = "attention-course marks " + data.key;
const NO_STORE = "This browser keeps nothing for files: save often.";
const dictionary = () => Object.create(null); // a student may be called __proto__
let state = { marks: dictionary(), most: dictionary() };
let at = 0, current = 0, named = false;

function begin() {
  for (const question of data.questions) {
    state.marks[question.id] = dictionary();
    state.most[question.id] = question.most;
    for (const one of question.answers) {
      if (one.given !== null) state.marks[question.id][one.student] = one.given;
    }
  }
  try {
    const kept = JSON.parse(localStorage.getItem(KEY));
    for (const question of data.questions) {
      Object.assign(state.marks[question.id], (kept && kept.marks[question.id]) || {});
      if (kept && question.id in kept.most) state.most[question.id] = kept.most[question.id];
    }
  } catch { say(NO_STORE); }
}

function keep() {
  try { localStorage.setItem(KEY, JSON.stringify(state)); } catch { say(NO_STORE); }
  progress();
}

function say(words) { of("said").textContent = words; }
function question() { return data.questions[at]; }
// null: taken away here, though the report may have one
function mark(student, one = question()) { return state.marks[one.id][student] ?? null; }

function make(tag, words, look) {
  const made = document.createElement(tag);
  if (words !== undefined) made.textContent = words;
  if (look) made.className = look;
  return made;
}

function choices() {
  const most = state.most[question().id], step = most <= 4 ? 0.5 : 1, all = [];
  for (let points = 0; points <= most + 1e-9 && all.length < 41; points += step) all.push(points);
  if (!all.includes(most)) all.push(most);
  return all;
}

function card(one, number) {
  const box = make("article"), head = make("div");
  box.tabIndex = -1;
  box.setAttribute("aria-label", `answer ${number + 1}`);
  head.append(make("strong", `${number + 1} of ${question().answers.length}`));
  const name = make("span", one.student, "quiet name");
  name.hidden = !named;
  head.append(name);
  box.append(head, make("pre", one.text || "(nothing written)", one.text && one.code ? "code" : ""));
  if (!one.text) box.querySelector("pre").classList.add("quiet");
  const points = make("fieldset");
  points.append(make("legend", "points"));
  for (const value of choices()) {
    const button = make("button", String(value));
    button.dataset.points = value;
    button.addEventListener("click", () => { go(number, true); give(value); });
    points.append(button);
  }
  box.append(points);
  box.addEventListener("click", (event) => { if (event.target.tagName !== "BUTTON") go(number); });
  return box;
}

function show() {
  const now = question();
  of("question").value = String(at);
  of("title").textContent = now.title;
  of("most").value = state.most[now.id];
  of("extra").textContent = now.worth ? "" : "The sheet gives none for it: yours come on top, and the maximum grows with them.";
  for (const part of ["asks", "scheme", "reference"]) {
    of(part).textContent = now[part];
    const box = of(part + "box");
    if (box) box.hidden = !now[part];
  }
  of("answers").replaceChildren(...now.answers.map(card));
  empties();
  now.answers.forEach((_, number) => press(number));
  current = Math.max(now.answers.findIndex((one) => mark(one.student) === null), 0);
  go(current, true);
  progress();
}

function empties() {
  const open = question().answers.filter((one) => !one.text && mark(one.student) === null);
  of("empty").replaceChildren();
  if (!open.length) return;
  const button = make("button", `0 points for the ${open.length} who wrote nothing`);
  button.addEventListener("click", () => {
    for (const one of open) state.marks[question().id][one.student] = 0;
    keep();
    show();
  });
  of("empty").append(button);
}

function press(number) {
  const box = of("answers").children[number], given = mark(question().answers[number].student);
  for (const button of box.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(given !== null && Number(button.dataset.points) === given));
  }
}

function go(number, quietly) {
  const boxes = of("answers").children;
  if (!boxes.length) return;
  current = Math.min(Math.max(number, 0), boxes.length - 1);
  for (const box of boxes) box.classList.remove("current");
  boxes[current].classList.add("current");
  boxes[current].focus({ preventScroll: true });
  if (!quietly || number) boxes[current].scrollIntoView({ block: "nearest" });
}

function give(points) {
  const one = question().answers[current], most = state.most[question().id];
  if (!one) return;
  if (points !== null && (points < 0 || points > most)) {
    say(`${points} is more than this question can have: ${most}.`);
    return;
  }
  state.marks[question().id][one.student] = points;
  say("");
  press(current);
  keep();
}

function half() {
  const one = question().answers[current];
  if (!one) return;
  const given = mark(one.student) ?? 0;
  const more = given % 1 === 0 ? given + 0.5 : Math.floor(given);
  give(more);
}

function progress() {
  let all = 0, done = 0;
  for (const one of data.questions) {
    all += one.answers.length;
    done += one.answers.filter((answer) => mark(answer.student, one) !== null).length;
  }
  const here = question().answers.filter((one) => mark(one.student) !== null).length;
  of("bar").max = all || 1;
  of("bar").value = done;
  of("progress").textContent = `${here} of ${question().answers.length} here, ${done} of ${all} in all`;
  data.questions.forEach((one, number) => {
    const open = one.answers.filter((answer) => mark(answer.student, one) === null).length;
    of("question").options[number].textContent = (open ? "" : "✓ ") + one.title;
  });
}

function cell(text) {
  return /[",;\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function table() {
  const marked = (one) => Object.keys(state.marks[one.id]).filter((name) => mark(name, one) !== null);
  const used = data.questions.filter((one) => marked(one).length);
  const students = [...new Set(used.flatMap(marked))].sort();
  const answers = data.questions.flatMap((one) => one.answers);
  const called = new Map(answers.map((one) => [one.student, one.called])); // no formula in a spreadsheet
  const lines = [["student", ...used.map((one) => one.id)]];
  if (used.some((one) => state.most[one.id] !== one.worth)) {
    lines.push([data.out_of, ...used.map((one) => (state.most[one.id] === one.worth ? "" : state.most[one.id]))]);
  }
  for (const student of students) {
    lines.push([called.get(student), ...used.map((one) => mark(student, one) ?? "")]);
  }
  return lines.map((line) => line.map((part) => cell(String(part))).join(",") + "\n").join("");
}

function save() {
  const link = make("a"), url = URL.createObjectURL(new Blob(["\ufeff", table()], { type: "text/csv" }));
  link.href = url;
  link.download = "marks.csv";
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
  say("Saved as marks.csv, where your browser puts downloads.");
}

function records(text) {
  const first = text.replace(/^\ufeff/, "").split("\n")[0];
  const sign = [",", ";", "\t"].sort((a, b) => first.split(b).length - first.split(a).length)[0];
  const lines = [];
  let line = [], part = "", quoted = false;
  const body = text.replace(/^\ufeff/, "").replace(/\r\n?/g, "\n");
  for (let place = 0; place < body.length; place += 1) {
    const letter = body[place];
    if (quoted && letter === '"' && body[place + 1] === '"') { part += '"'; place += 1; }
    else if (letter === '"') quoted = !quoted;
    else if (!quoted && letter === sign) { line.push(part); part = ""; }
    else if (!quoted && letter === "\n") { lines.push([...line, part]); line = []; part = ""; }
    else part += letter;
  }
  if (part || line.length) lines.push([...line, part]);
  return lines;
}

function load(text) {
  const [names, ...lines] = records(text);
  const who = names ? names.indexOf("student") : -1;
  if (who < 0) { say("This file has no column “student”: choose one that was saved here."); return; }
  let read = 0;
  const wrong = [];
  for (const one of data.questions) {
    const place = names.indexOf(one.id);
    if (place < 0) continue;
    const known = new Map(one.answers.flatMap(({ student, called }) => [[called, student], [student, student]]));
    const worth = lines.find((line) => line[who] === data.out_of);
    if (worth && worth[place]) state.most[one.id] = Number(worth[place].replace(",", "."));
    for (const line of lines) {
      const points = Number((line[place] || "").trim().replace(",", "."));
      if (line[who] === data.out_of || !(line[place] || "").trim()) continue;
      if (!known.has(line[who]) || !(points >= 0 && points <= state.most[one.id])) { wrong.push(line[who]); continue; }
      state.marks[one.id][known.get(line[who])] = points;
      read += 1;
    }
  }
  keep();
  show();
  say(`${read} ${read === 1 ? "mark" : "marks"} read.` + (wrong.length ? ` Not read, for the name or the points do not fit: ${[...new Set(wrong)].join(", ")}.` : ""));
}

function keys(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || /INPUT|SELECT|TEXTAREA/.test(event.target.tagName)) return;
  const onButton = event.target.tagName === "BUTTON" && (event.key === "Enter" || event.key === " ");
  if (onButton) return;
  const does = {
    j: () => go(current + 1), ArrowDown: () => go(current + 1), Enter: () => go(current + 1),
    k: () => go(current - 1), ArrowUp: () => go(current - 1),
    n: () => turn(1), p: () => turn(-1),
    ".": half, ",": half, Backspace: () => give(null), Delete: () => give(null),
  }[event.key];
  if (does) does();
  else if (/^[0-9]$/.test(event.key)) give(Number(event.key));
  else return;
  event.preventDefault();
}

function turn(by) {
  at = (at + by + data.questions.length) % data.questions.length;
  show();
}

begin();
data.questions.forEach((one, number) => {
  const option = make("option", one.title);
  option.value = String(number);
  of("question").append(option);
});
of("question").addEventListener("change", (event) => { at = Number(event.target.value); show(); });
of("names").addEventListener("click", () => {
  named = !named;
  of("names").textContent = named ? "Hide names" : "Show names";
  of("names").setAttribute("aria-pressed", String(named));
  for (const name of document.querySelectorAll(".name")) name.hidden = !named;
});
of("most").addEventListener("change", (event) => {
  const most = Number(event.target.value), now = question().id;
  const highest = Math.max(0, ...Object.values(state.marks[now]));
  if (!(most >= highest && most <= 1000)) say(`It must be between ${highest}, which you have given, and 1000.`);
  else { state.most[now] = most; say(""); keep(); }
  show();
});
of("save").addEventListener("click", save);
of("load").addEventListener("click", () => of("file").click());
of("file").addEventListener("change", async (event) => {
  const [file] = event.target.files;
  if (file) load(await file.text());
  event.target.value = "";
});
of("forget").addEventListener("click", () => {
  if (!confirm("Forget the marks that this browser keeps for this report?")) return;
  try { localStorage.removeItem(KEY); } catch { say(NO_STORE); }
  state = { marks: dictionary(), most: dictionary() };
  begin();
  show();
});
document.addEventListener("keydown", keys);
show();
