// Predictions, quizzes and the course test, answered in the page. tools/book/cards.py writes the
// cards; without this script they can be read, and everything is open. Answers are kept in this
// browser only, as the course's own progress file has them: nothing is sent.
(() => {
  'use strict';
  const PREFIX = 'attention-course/';
  const SHOW_ALL = 'attention-course-show-all';
  const CONFIDENCE = ['a guess', 'fairly sure', 'certain'];
  const ERASES = 'Erase all answers that this browser keeps of this book? This cannot be undone.';

  // --- keeping -----------------------------------------------------------------------------
  // A browser may refuse to store anything (private mode): then answers last as long as the page.
  let disk = null;
  try { disk = window.localStorage; disk.getItem(PREFIX); } catch { disk = null; }
  const memory = new Map();
  const read = name => {
    if (memory.has(name)) return memory.get(name);
    try { return disk?.getItem(name) ?? null; } catch { return null; }
  };
  const write = (name, text) => {
    try { disk.setItem(name, text); memory.delete(name); } catch { memory.set(name, text); }
  };
  const names = () => [...new Set([...memory.keys(), ...Object.keys(disk ?? {})])];
  const parsed = text => {
    try { const entry = JSON.parse(text); return entry?.kind ? entry : null; } catch { return null; }
  };
  const get = key => parsed(read(PREFIX + key));
  const put = (key, entry) => {
    write(PREFIX + key, JSON.stringify(entry));
    panels.forEach(panel => panel());
    return entry;
  };
  const entries = () => Object.fromEntries(names().filter(name => name.startsWith(PREFIX)).sort()
    .map(name => [name.slice(PREFIX.length), parsed(read(name))]).filter(([, entry]) => entry));
  const erase = () => names().filter(name => name.startsWith(PREFIX)).forEach(name => {
    memory.delete(name);
    try { disk?.removeItem(name); } catch { /* it was never there */ }
  });
  const now = () => `${new Date().toISOString().slice(0, 19)}+00:00`; // as Python writes it

  // --- building ----------------------------------------------------------------------------
  const panels = [];
  const make = (tag, facts = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(facts))
      if (name in element && name !== 'list') element[name] = value;
      else element.setAttribute(name, value);
    element.append(...children);
    return element;
  };
  const strong = text => make('strong', {}, text);
  const button = (text, act, facts = {}) =>
    make('button', {type: 'button', className: 'course-button', ...facts, onclick: act}, text);
  // Empty while the page loads, so that a screen reader hears what is put in later.
  const live = () => make('div', {className: 'course-said', role: 'status'});
  const row = (...children) => make('div', {className: 'course-row'}, ...children);
  let choices = 0;
  // {value: [text, …]} as radio buttons; `chosen()` is the value, null before.
  function choice(question, options, act = () => {}) {
    const name = `course-choice-${choices += 1}`;
    const inputs = options.map(([value]) =>
      make('input', {type: 'radio', name, value, onchange: act}));
    const labels = options.map(([, text], i) =>
      make('label', {className: 'course-option'}, inputs[i], make('span', {}, text)));
    const set = make('fieldset', {}, make('legend', {}, strong(question)), ...labels);
    return {
      set,
      chosen: () => inputs.find(input => input.checked)?.value ?? null,
      choose: value => inputs.forEach(input => { input.checked = input.value === value; }),
    };
  }
  const letters = options => options.map(text => [text, text]);
  // What the server wrote for those without a script gives way.
  const emptied = card => {
    [...card.children].slice(1).forEach(child => child.remove());
    return card;
  };

  // --- predictions -------------------------------------------------------------------------
  const opened = new Set(); // keys whose result may be seen, although nobody has answered
  const asked = new Map(); // key → its card's data
  const number = value => String(Number(value.toPrecision(6)));
  const told = entry =>
    `${typeof entry.answer === 'string' ? entry.answer : number(entry.answer)} (${entry.confidence})`;

  function typedNumber(text) {
    const cleaned = text.trim().replace(/%$/, '').replaceAll(',', '').replace('−', '-').trim();
    return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(cleaned) ? Number(cleaned) : null;
  }

  const isRight = (data, answer) => data.options ? answer === data.measured
    : Math.abs(answer - data.measured) <= data.tolerance + 1e-9;

  // An answer of an earlier edition may not fit the question any more.
  function kept(data) {
    const entry = get(data.key);
    if (entry?.kind !== 'prediction') return null;
    if (entry.skipped) return entry;
    const fits = data.options ? data.options.includes(entry.answer) : Number.isFinite(entry.answer);
    return fits && CONFIDENCE.includes(entry.confidence) ? entry : null;
  }

  function predict(card, data) {
    asked.set(data.key, data);
    emptied(card);
    const say = live();
    const numbers = make('input', {type: 'text', inputMode: 'decimal', autocomplete: 'off'});
    const options = data.options && choice(data.question, letters(data.options));
    const saves = CONFIDENCE.map(sure => button(sure, () => save(sure)));
    const controls = row(make('span', {}, 'Save it as'), ...saves, button('Skip', skip));
    const form = make('fieldset', {className: 'course-form'});
    if (options) form.append(options.set);
    else form.append(make('p', {}, strong(data.question)),
      make('label', {className: 'course-number'}, 'Your number: ', numbers));
    form.append(controls);
    numbers.addEventListener('keydown', event => {
      if (event.key === 'Enter' && !event.isComposing) saves[1].click();
    });
    card.append(form, say);
    const before = kept(data);
    if (before) close(before);

    function save(confidence) {
      const answer = options ? options.chosen() : typedNumber(numbers.value);
      if (answer === null) {
        say.textContent = options ? '✎ Choose one of the options first, or skip.'
          : '✎ Type a number, for example 0.5, or skip.';
        return;
      }
      keep({answer, confidence, skipped: false});
    }
    function skip() { keep({answer: null, skipped: true}); }
    function keep(facts) {
      const {key, question, options: texts, tolerance, measured, because} = data;
      const entry = {kind: 'prediction', question, options: texts, tolerance, when: now(), ...facts};
      // Who has seen the result predicts no more: such an answer is kept, and not counted.
      if (opened.has(key)) entry.seen = true;
      else if (!facts.skipped && measured !== undefined)
        Object.assign(entry, {measured, right: isRight(data, facts.answer), because});
      close(put(key, entry));
      unfold();
      card.querySelector('.course-said a')?.focus(); // the pressed button is gone
    }
    function close(entry) {
      form.disabled = true;
      controls.hidden = true;
      if (!entry.skipped && options) options.choose(entry.answer);
      if (!entry.skipped && !options) numbers.value = number(entry.answer);
      const first = entry.skipped ? ['Skipped; that is fine. ']
        : ['✓ Kept: ', strong(told(entry)), '. The first answer counts. '];
      const place = document.getElementById(`happened-${data.key}`);
      say.replaceChildren(...first,
        place ? make('a', {href: `#${place.id}`}, 'What happened') : 'Your own run shows the rest.');
      if (place) compare(place, data, entry);
    }
  }

  // The line of the result, where the lesson's cell shows it.
  function compare(place, data, entry) {
    if (entry.skipped || !data.happened) return;
    const right = isRight(data, entry.answer);
    const verdict = right ? 'You were right.' : 'It came out otherwise.';
    const line = `You predicted ${told(entry)}. ${data.happened} ${verdict}`;
    place.replaceChildren(right ? '✓ ' : '≠ ', strong(line), ` ${data.because}`);
  }

  // --- folds -------------------------------------------------------------------------------
  const folds = [];
  let showAll = read(SHOW_ALL) === 'yes';
  const open = key => opened.has(key) || Boolean(asked.get(key) && kept(asked.get(key)))
    || !asked.has(key);

  function foldUp(element) {
    const keys = element.dataset.waits.split(' ');
    const line = make('p', {className: 'course-waits'});
    element.before(line);
    // A browser that looks inside (find in page, a link) opens it by itself, and says so.
    element.addEventListener('beforematch', () => reveal(keys));
    folds.push({element, keys, line});
  }

  function unfold() {
    for (const {element, keys, line} of folds) {
      const waits = keys.filter(key => !open(key));
      const shut = !showAll && waits.length > 0;
      if (shut) element.setAttribute('hidden', 'until-found');
      else element.removeAttribute('hidden');
      line.hidden = !shut;
      if (shut) line.replaceChildren('▸ Folded until you choose or skip: ',
        make('a', {href: `#card-${waits[0]}`}, 'the prediction above'), '.');
    }
    panels.forEach(panel => panel());
  }

  function reveal(keys) {
    keys.filter(key => !open(key)).forEach(key => opened.add(key));
    unfold();
  }

  // A link from another page into a fold.
  function openAround(element) {
    const fold = element?.closest('.course-fold[hidden]');
    if (!fold) return false;
    reveal(fold.dataset.waits.split(' '));
    return true;
  }
  function openTarget() {
    let id = location.hash.slice(1);
    try { id = decodeURIComponent(id); } catch { /* as it stands */ }
    const target = id && document.getElementById(id);
    if (target && openAround(target)) target.scrollIntoView();
  }

  function showAllButton(place) {
    const toggle = button('', () => {
      showAll = !showAll;
      write(SHOW_ALL, showAll ? 'yes' : 'no');
      if (showAll) asked.forEach((_, key) => open(key) || opened.add(key));
      unfold();
    });
    panels.push(() => {
      toggle.textContent = showAll ? 'Fold what waits for a prediction' : 'Show all results';
    });
    if (asked.size) place.append(toggle, make('span', {},
      ' Results wait for your prediction, or until you skip it.'));
  }

  // --- quizzes -----------------------------------------------------------------------------
  function quiz(card, data) {
    emptied(card);
    data.cards.forEach((asks, i) => {
      const {key, question, reasons, truth} = asks;
      const say = live();
      // A verdict is about the answer that was checked: another choice takes it away.
      const options = choice(`${i + 1}. ${question}`, letters(Object.keys(reasons)),
        () => say.replaceChildren());
      const check = button('Check', () => {
        const answer = options.chosen();
        if (answer === null) {
          say.textContent = '✎ Choose one of the options first.';
          return;
        }
        const before = get(key) ?? {}, right = answer === truth, when = now();
        // The first answer begins the question's reviews; more tries on a page do not.
        const reviews = before.reviews ?? [[when, right]];
        put(key, {kind: 'quiz', question, reasons, truth, answer, right,
          tries: (before.tries ?? 0) + 1, when, reviews});
        explain(answer);
      });
      const explain = answer => say.replaceChildren(
        strong(answer === truth ? '✓ Yes.' : '✗ Not this one.'), ` ${reasons[answer]}`,
        answer === truth ? '' : ' Try again.');
      card.append(make('div', {className: 'course-question'}, options.set, row(check), say));
      const before = get(key);
      if (before && Object.hasOwn(reasons, before.answer)) {
        options.choose(before.answer);
        explain(before.answer);
      }
    });
  }

  // --- the course test ---------------------------------------------------------------------
  const taken = attempt => {
    const found = [];
    for (let entry; (entry = get(attemptKey(attempt, found.length)))?.answer;) found.push(entry);
    return found;
  };
  const attemptKey = (attempt, number) => `course.${attempt}${number ? `.${number + 1}` : ''}`;

  function courseTest(card, data) {
    emptied(card);
    const say = live();
    const when = choice('I take it:',
      [['before', 'before the course'], ['after', 'after the course']]);
    const cards = data.items.map((item, i) => choice(`${i + 1}. ${item.question}`,
      Object.entries(item.options).map(([letter, text]) => [letter, `${letter}) ${text}`])));
    when.choose(taken('before').length ? 'after' : 'before');
    card.append(when.set, ...cards.map(({set}) => set), row(button('Hand in', handIn),
      button('Take it again', again)), say);

    function handIn() {
      const given = cards.map(one => one.chosen());
      const missing = given.flatMap((letter, i) => letter ? [] : [i + 1]);
      if (missing.length) {
        say.textContent = `✎ Nothing is handed in yet: ${missing.length} of ${given.length} have no`
          + ` answer (${missing.join(', ')}). Where you do not know, guess; then hand in again.`;
        return;
      }
      const attempt = when.chosen(), before = taken(attempt), answer = given.join('');
      if (!before.some(entry => entry.answer === answer))
        put(attemptKey(attempt, before.length), {kind: 'test', answer, when: now()});
      const note = before.length && before[0].answer !== answer
        ? ` The answers that count are those of ${before[0].when.slice(0, 10)}, your first; these`
          + ' are kept beside.' : '';
      if (attempt === 'before' || !data.items[0].right) say.replaceChildren(make('p', {},
        `Your ${given.length} answers from ${attempt} the course are kept. ${attempt === 'before'
          ? 'Which are right is told after it.' : 'Your teacher has the key.'}${note}`));
      else say.replaceChildren(...compared(data.items, note));
    }
    function again() {
      cards.forEach(one => one.choose(null));
      say.textContent = 'All cards are empty again. What you handed in is kept.';
    }
  }

  function compared(items, note) {
    const [before, after] = ['before', 'after'].map(attempt => taken(attempt)[0]?.answer ?? '');
    const right = text => items.filter((item, i) => item.right === text[i]).length;
    const counts = `${right(after)} of ${items.length} after`;
    const said = before ? `Right: ${right(before)} of ${items.length} before, ${counts}.`
      : `Right: ${counts}. There are no answers from before.`;
    const mark = (item, letter) => !letter ? '–'
      : item.right === letter ? `✓ right: ${letter}` : `✗ wrong: ${letter}`;
    const head = ['item', 'before', 'after', 'why'].map(text => make('th', {scope: 'col'}, text));
    const lines = items.map((item, i) => make('tr', {},
      make('th', {scope: 'row'}, `${i + 1}. ${item.title}`), make('td', {}, mark(item, before[i])),
      make('td', {}, mark(item, after[i])), make('td', {}, item.replies[after[i]])));
    const table = make('table', {}, make('thead', {}, make('tr', {}, ...head)),
      make('tbody', {}, ...lines));
    const scrolls = {className: 'course-table', tabIndex: 0, role: 'region',
      'aria-label': 'Before and after'};
    return [make('p', {}, strong(said), note), make('div', scrolls, table),
      make('p', {}, 'Blind guessing gets 3 of 12 on average: one or two items more or less may be '
        + 'chance.')];
  }

  // --- your answers ------------------------------------------------------------------------
  const percent = (right, of) => of ? `${right} of ${of} (${Math.round(100 * right / of)} %)`
    : 'none yet';
  function calibration(all) {
    const judged = all.filter(entry => entry.kind === 'prediction' && 'right' in entry);
    if (!judged.length) return '';
    const parts = CONFIDENCE.map(sure => {
      const those = judged.filter(entry => entry.confidence === sure);
      return `${sure}: ${percent(those.filter(entry => entry.right).length, those.length)}`;
    });
    return `Predictions that came true, by how sure you were: ${parts.join('; ')}. `
      + 'The surer you are, the larger the share should be.';
  }

  function answersPanel(place) {
    const summary = make('summary'), said = make('p'), sure = make('p'), status = live();
    const question = row(make('span', {}, ERASES), button('Erase', () => {
      erase();
      location.reload();
    }), button('Keep them', () => {
      question.hidden = true;
      ask.focus();
    }));
    question.hidden = true;
    const ask = button('Erase …', () => {
      question.hidden = false;
      question.querySelector('button').focus();
    });
    const save = button('Export as a file', () => {
      const text = JSON.stringify({schema: 1, entries: entries()}, null, 1);
      const url = URL.createObjectURL(new Blob([`${text}\n`], {type: 'application/json'}));
      make('a', {href: url, download: 'progress.json'}).click();
      URL.revokeObjectURL(url);
      status.textContent = 'Saved as progress.json. Where your work/ folder has none yet, put it '
        + 'there: progress() in JupyterLab then knows these answers.';
    });
    panels.push(() => {
      const all = Object.values(entries());
      const count = kind => all.filter(entry => entry.kind === kind && entry.answer != null).length;
      summary.textContent = `Your answers in this book: ${all.length}`;
      const skipped = all.filter(entry => entry.skipped).length;
      said.textContent = `${count('prediction')} predictions, ${count('quiz')} quiz questions, `
        + `${count('test')} course tests${skipped ? `; ${skipped} skipped` : ''}. They are kept ${memory.size || !disk
          ? 'only until this page closes' : 'in this browser only'}; nothing is sent.`;
      sure.textContent = calibration(all);
      save.disabled = ask.disabled = !all.length;
    });
    place.append(make('details', {}, summary, said, sure, row(save, ask), question, status));
  }

  // --- all of it ---------------------------------------------------------------------------
  const kinds = {prediction: predict, quiz, test: courseTest};
  document.querySelectorAll('.course-card[data-card]').forEach(card => {
    const data = JSON.parse(card.dataset.card);
    kinds[data.kind](card, data);
  });
  document.querySelectorAll('.course-fold').forEach(foldUp);
  document.querySelectorAll('.course-top').forEach(showAllButton);
  document.querySelectorAll('.course-foot').forEach(answersPanel);
  if (showAll) asked.forEach((_, key) => open(key) || opened.add(key));
  unfold();
  openTarget();
  window.addEventListener('hashchange', openTarget);
})();
