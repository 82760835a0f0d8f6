// Explorers that are live in the page. tools/book/live.py has drawn every state beforehand;
// its data file is a script, so that it also loads from a folder, without a server.
"use strict";

(() => {
  const here = document.currentScript.src;
  const arriving = new Map(); // name of an explorer: what to do with its data
  const TRAILER = 3; // columns behind a picture and its reading: missions, idle controls, last step
  const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

  window.explorerArrives = (name, about, packed) => arriving.get(name)(about, packed);

  /** Fetch the data of an explorer: resolves to its `States`. */
  async function fetchStates(name) {
    const script = document.createElement("script");
    script.src = new URL(`explorers/${name}.js`, here);
    const [about, packed] = await new Promise((resolve, reject) => {
      arriving.set(name, (...data) => resolve(data));
      script.onerror = reject;
      document.head.append(script);
    });
    const zipped = new Blob([Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0))]);
    const stream = zipped.stream().pipeThrough(new DecompressionStream("deflate"));
    return new States(about, await new Response(stream).arrayBuffer());
  }

  /** Every state: a table of pieces, and columns with the number of the piece at each place. */
  class States {
    constructor(about, bytes) {
      this.about = about;
      this.pieces = new TextDecoder().decode(new Uint8Array(bytes, 0, about.pieces)).split("\n");
      this.columns = new Uint16Array(bytes, about.pieces);
    }

    number(state, column) {
      return this.columns[column * this.about.rows + state];
    }

    joined(state, from, count) {
      let text = "";
      for (let column = from; column < from + count; column++)
        text += this.pieces[this.number(state, column)];
      return text;
    }

    reading(state) {
      return this.joined(state, this.about.picture, this.about.reading);
    }

    at(state) {
      const { picture, reading } = this.about;
      const said = this.reading(state);
      const described = said.replace(/[&<>"']/g, (letter) => ESCAPES[letter]);
      const [missions, idle, last] = Array.from({ length: TRAILER }, (_, i) =>
        this.number(state, picture + reading + i));
      const drawn = this.joined(state, 0, picture).replaceAll("\t", () => described);
      return { picture: drawn, reading: said, missions, idle, last };
    }

    /** The state with most to say. */
    longest() {
      let [longest, most] = [0, 0];
      for (let state = 0; state < this.about.rows; state++) {
        const length = this.reading(state).length;
        if (length > most) [longest, most] = [state, length];
      }
      return longest;
    }
  }

  /** The places of a slider or a menu are numbered from 0. */
  const place = (control) => (control.matches("select") ? control.selectedIndex : Number(control.value));
  const first = (control) => (control.matches("select")
    ? [...control.options].findIndex((option) => option.defaultSelected)
    : Number(control.defaultValue));
  const count = (control) => (control.matches("select") ? control.length : Number(control.max) + 1);

  function move(control, to) {
    if (control.matches("select")) control.selectedIndex = to;
    else control.value = to; // a slider keeps it between its ends
  }

  const narrow = matchMedia("(max-width: 600px)"); // as in explorers.css
  const MOST_OF_WINDOW = 0.42; // its height, for a part of a picture

  /** A part of a picture as a picture: [left, top, right, bottom] in its own units. */
  function part(whole, [left, top, right, bottom], scale) {
    const svg = whole.cloneNode(true);
    const [width, height] = [right - left, bottom - top];
    svg.setAttribute("viewBox", `${left} ${top} ${width} ${height}`);
    svg.setAttribute("class", "explorer-part");
    svg.setAttribute("width", width * scale);
    svg.setAttribute("height", height * scale);
    return svg;
  }

  class Explorer {
    constructor(root) {
      this.root = root;
      this.live = root.querySelector(".explorer-live");
      this.group = root.querySelector("fieldset");
      this.picture = root.querySelector(".explorer-picture");
      this.more = root.querySelector(".explorer-more");
      this.boxes = (root.dataset.narrow ?? "").split(";").filter(Boolean)
        .map((box) => box.split(" ").map(Number));
      this.reading = root.querySelector(".explorer-reading");
      this.marks = [...root.querySelectorAll(".explorer-mark")];
      this.controls = [...root.querySelectorAll("[data-control]")];
      this.still = this.picture.innerHTML;
      this.reached = 0;
    }

    named(name) {
      return this.controls.find((control) => control.dataset.control === name);
    }

    /** Show the controls, which work when the data have come; without data the still stays. */
    async wake() {
      try {
        this.states = await fetchStates(this.root.dataset.explorer);
      } catch {
        this.live.hidden = true;
        return;
      }
      this.group.disabled = false;
      this.root.classList.add("awake");
      this.reading.hidden = false;
      this.group.addEventListener("input", (event) => this.moved(event.target));
      this.group.addEventListener("click", (event) => this.pressed(event.target.dataset));
      this.show();
      this.keepRoom();
      addEventListener("resize", () => {
        this.show();
        this.keepRoom();
      });
      addEventListener("beforeprint", () => (this.picture.innerHTML = this.still));
      addEventListener("afterprint", () => this.show());
    }

    moved(control) {
      const other = this.named(control.dataset.resets);
      if (other) move(other, first(other));
      this.show();
    }

    /** A button moves a slider on or back, or takes a menu's next option. */
    pressed({ by, onward }) {
      const control = this.named(by ? "step" : onward);
      if (!control) return;
      move(control, by ? place(control) + Number(by) : (place(control) + 1) % count(control));
      this.moved(control);
    }

    /** Controls count states as digits count numbers; the last digit is the step, if there is one. */
    state() {
      const step = this.named("step");
      const others = this.controls.filter((control) => control !== step);
      const all = others.reduce((product, control) => product * count(control), 1);
      const state = others.reduce((sum, control) => sum * count(control) + place(control), 0);
      return step ? state * (this.states.about.rows / all) + place(step) : state;
    }

    show() {
      const view = this.states.at(this.state());
      this.picture.innerHTML = view.picture;
      this.stack();
      if (this.reading.textContent !== view.reading) this.reading.textContent = view.reading;
      this.reached |= view.missions;
      this.marks.forEach((mark, i) => {
        if (!mark.classList.contains("reached") && (this.reached >> i) & 1) {
          mark.classList.add("reached");
          mark.textContent = "✓ reached!";
        }
      });
      this.controls.forEach((control, i) => this.describe(control, (view.idle >> i) & 1, view.last));
    }

    /** In a narrow window the parts of the picture stand one below the other, with letters that
     *  can be read: above the controls those for which there is room, below them the others. */
    stack() {
      this.more.replaceChildren();
      if (!narrow.matches || !this.boxes.length) return;
      const whole = this.picture.querySelector("svg");
      const most = MOST_OF_WINDOW * document.documentElement.clientHeight;
      const above = [];
      let room = most;
      for (const box of this.boxes) {
        const [width, height] = [box[2] - box[0], box[3] - box[1]];
        const scale = Math.min(1, this.picture.clientWidth / width, most / height);
        if (above.length && (room < height * scale || this.more.children.length))
          this.more.append(part(whole, box, scale));
        else above.push(part(whole, box, scale));
        room -= height * scale;
      }
      this.picture.replaceChildren(...above);
    }

    describe(control, idle, last) {
      control.disabled = idle;
      if (control.matches("select")) return;
      const words = control.dataset.words?.split("|");
      if (!words) control.max = last;
      const said = words ? words[place(control)] : String(place(control) + Number(control.dataset.from));
      control.setAttribute("aria-valuetext", said);
      control.parentElement.querySelector("output").textContent = said;
    }

    /** What stands below stays where it is, however long the reading; a picture that is cut scrolls. */
    keepRoom() {
      const head = document.querySelector(".bd-header-article"); // which sticks to a narrow window
      this.root.style.setProperty("--explorer-top", `${head?.offsetHeight ?? 0}px`);
      this.longest ??= this.states.reading(this.states.longest());
      const twin = this.reading.cloneNode();
      twin.removeAttribute("role"); // nobody should hear it
      twin.style.minHeight = "";
      twin.textContent = this.longest;
      this.reading.after(twin);
      this.reading.style.minHeight = `${twin.offsetHeight}px`;
      twin.remove();
      this.picture.tabIndex = this.picture.scrollWidth > this.picture.clientWidth ? 0 : -1;
    }
  }

  function start() {
    if (!window.DecompressionStream) return;
    const seen = new IntersectionObserver((entries) => {
      for (const { isIntersecting, target } of entries)
        if (isIntersecting) {
          seen.unobserve(target);
          explorers.get(target).wake();
        }
    }, { rootMargin: "600px" });
    const explorers = new Map();
    for (const root of document.querySelectorAll(".explorer")) {
      explorers.set(root, new Explorer(root));
      root.querySelector(".explorer-live").hidden = false;
      seen.observe(root);
    }
  }

  start();
})();
