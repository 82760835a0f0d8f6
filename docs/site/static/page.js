// Small services of a page: a button that copies a cell's code, and folds that open for print.

function copyButton(block) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy-button";
  button.textContent = "Copy";
  button.setAttribute("aria-label", "Copy this code");
  button.addEventListener("click", async () => {
    const done = await copied(block.querySelector("pre").textContent.trimEnd());
    button.textContent = done ? "Copied" : "Not copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
  block.classList.add("copyable");
  block.append(button);
}

// A page from another machine without https may not write to the clipboard by the new way.
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = Object.assign(document.createElement("textarea"), { value: text });
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

// What is folded is printed; after that it is as it was.
let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("main details:not([open])")];
  opened.forEach(fold => { fold.open = true; });
});
addEventListener("afterprint", () => opened.forEach(fold => { fold.open = false; }));

document.querySelectorAll("main div.highlight").forEach(block => {
  if (!block.closest(".cell_output")) copyButton(block);
});

// What scrolls can be reached by the keyboard; what does not is no stop on the way. The observer
// tells each size when it is known, also later: of a fold that opens, of a window that changes.
const SCROLLS = "main :is(pre, .output, .pst-scrollable-table-container, .math-block, .wide-picture)";
const sizes = new ResizeObserver(changes => {
  const over = changes.map(({ target: box }) =>
    box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight);
  changes.forEach(({ target: box }, i) => {
    if (over[i]) box.tabIndex = 0;
    else if (box.hasAttribute("tabindex")) box.removeAttribute("tabindex");
  });
});
document.querySelectorAll(SCROLLS).forEach(box => sizes.observe(box));
