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

// The menu of colours closes when one is chosen, by Escape, and by a click elsewhere.
const menu = document.querySelector(".theme-menu");
menu?.addEventListener("click", event => {
  if (event.target.closest("button")) menu.open = false;
});
menu?.addEventListener("keydown", event => {
  if (event.key !== "Escape") return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
document.addEventListener("click", event => {
  if (menu && !menu.contains(event.target)) menu.open = false;
});

document.querySelectorAll("main div.highlight").forEach(block => {
  if (!block.closest(".cell_output")) copyButton(block);
});

// What scrolls can be reached by the keyboard; what does not is no stop on the way.
function markScrolling() {
  document.querySelectorAll(".wide-picture").forEach(box => {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  });
}
addEventListener("load", markScrolling);
addEventListener("resize", markScrolling);
