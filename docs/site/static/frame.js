// The frame around a page: its colours, its side bars in a narrow window, its search, and the
// section that is read. It stands in place of the theme's two scripts, which measure the whole page
// while it loads and talk to the console. Whatever is measured here, the browser knows already:
// observers hear of it after the page has been laid out.
(() => {
  "use strict";
  const all = selector => [...document.querySelectorAll(selector)];

  // --- colours -----------------------------------------------------------------------------
  // The first line of the page (layout.html) has set them before anything was painted.
  const { dataset } = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const menu = document.querySelector(".theme-menu");
  const modes = all(".theme-change-button");

  function mark() {
    modes.forEach(button => {
      button.classList.toggle("active", button.dataset.mode === dataset.mode);
      button.setAttribute("aria-pressed", button.dataset.mode === dataset.mode);
    });
  }
  function paint(mode) {
    dataset.mode = mode;
    dataset.theme = mode === "auto" ? (dark.matches ? "dark" : "light") : mode;
    mark();
  }
  modes.forEach(button => button.addEventListener("click", () => {
    paint(button.dataset.mode);
    try { localStorage.setItem("mode", dataset.mode); } catch { /* it lasts as long as the page */ }
    menu.open = false;
  }));
  dark.addEventListener("change", () => dataset.mode === "auto" && paint("auto"));
  mark();

  // The menu closes by Escape, and by a click elsewhere.
  menu?.addEventListener("keydown", event => {
    if (event.key !== "Escape") return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  document.addEventListener("click", event => {
    if (menu && !menu.contains(event.target)) menu.open = false;
  });

  // --- side bars ---------------------------------------------------------------------------
  function closeBeside(dialog) {
    dialog.addEventListener("click", ({ target, clientX: x, clientY: y }) => {
      const { left, right, top, bottom } = dialog.getBoundingClientRect();
      const inside = left <= x && x <= right && top <= y && y <= bottom;
      if (target === dialog && !inside) dialog.close();
    });
  }
  function move(from, to) {
    to.append(...from.childNodes);
    to.classList.add(...from.classList);
    from.className = "";
  }
  // In a narrow window a side bar is a dialog: what is in it moves there and back.
  function sideBar(name) {
    const button = document.querySelector(`.${name}-toggle`);
    const bar = document.getElementById(`pst-${name}-sidebar`);
    const dialog = document.getElementById(`pst-${name}-sidebar-modal`);
    if (!button || !bar || !dialog) return;
    button.addEventListener("click", () => {
      if (matchMedia("(min-width: 992px)").matches) bar.classList.toggle("pst-sidebar-hidden");
      else {
        move(bar, dialog);
        dialog.showModal();
        dialog.querySelector("[aria-current]")?.scrollIntoView({ block: "center" });
      }
    });
    dialog.addEventListener("close", () => move(dialog, bar));
    // A link to a place of this page leaves the dialog, too.
    dialog.addEventListener("click", ({ target }) => target.closest("a[href*='#']") && dialog.close());
    closeBeside(dialog);
  }
  sideBar("primary");
  sideBar("secondary");

  // The page itself is in sight in the list of pages.
  const bar = document.getElementById("pst-primary-sidebar");
  const here = bar?.querySelector("[aria-current]");
  if (here) new IntersectionObserver(([{ boundingClientRect: at, rootBounds: seen }], observer) => {
    if (seen && at.bottom > seen.bottom) bar.scrollTop += at.top - seen.top - seen.height / 4;
    observer.disconnect();
  }, { root: bar }).observe(here);

  // --- search ------------------------------------------------------------------------------
  const dialog = document.getElementById("pst-search-dialog");
  const apple = /^(Mac|iP)/.test(navigator.platform);

  function search() {
    const field = document.querySelector("main form.bd-search input"); // the search page has its own
    if (field) field.select();
    else if (dialog.open) dialog.close();
    else dialog.showModal();
  }
  closeBeside(dialog);
  all(".search-button__button").forEach(button => button.addEventListener("click", search));
  if (apple) all("kbd.kbd-shortcut__modifier").forEach(key => { key.textContent = "⌘"; });
  addEventListener("keydown", event => {
    const control = apple ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
    if (!control || event.shiftKey || event.altKey || event.key.toLowerCase() !== "k") return;
    event.preventDefault();
    search();
  });

  // --- the section that is read ------------------------------------------------------------
  const entries = all("#pst-page-toc-nav .toc-entry");
  const links = new Map();
  all("#pst-page-toc-nav a").forEach(link => {
    const place = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    const heading = place?.querySelector("h1, h2, h3, h4") ?? place;
    if (heading) links.set(heading, link);
  });
  const reached = new Set(); // headings at the top of the window, or above

  function follow() {
    const link = [...links].filter(([heading]) => reached.has(heading)).at(-1)?.[1];
    links.forEach(other => {
      other.classList.toggle("active", other === link);
      if (other === link) other.setAttribute("aria-current", "true");
      else other.removeAttribute("aria-current");
    });
    entries.forEach(entry => entry.classList.toggle("active", entry.contains(link ?? null)));
  }
  const reading = new IntersectionObserver(changes => {
    changes.forEach(({ target, isIntersecting }) =>
      isIntersecting ? reached.add(target) : reached.delete(target));
    follow();
  }, { rootMargin: "1000000px 0px -85% 0px" });
  links.forEach((_, heading) => reading.observe(heading));

  // The head of the page has a shadow where something is below it.
  const top = document.querySelector(".sbt-scroll-pixel-helper");
  if (top) new IntersectionObserver(([{ isIntersecting }]) =>
    document.body.classList.toggle("scrolled", !isIntersecting)).observe(top);
})();
