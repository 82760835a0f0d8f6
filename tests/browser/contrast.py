"""How well each text of an open notebook stands out from what lies behind it (WCAG 2.1, 1.4.3)."""

LEAST = 4.5

# The texts below the least contrast, {where: [contrast, colour, ground, how it begins]}. Left out:
# pictures, whose labels have their own tests, and code and prompts, which are JupyterLab's.
LOW_CONTRAST = f"""() => {{
  const parse = colour => {{
    const [r, g, b, a = 1] = colour.match(/[\\d.]+/g).map(Number);
    return colour.startsWith('color(srgb') ? [255 * r, 255 * g, 255 * b, a] : [r, g, b, a];
  }};
  const over = (top, under) => [0, 1, 2].map(i => top[i] * top[3] + under[i] * (1 - top[3]));
  const ground = element => {{
    const layers = [];
    for (; element && layers.at(-1)?.[3] !== 1; element = element.parentElement)
      layers.push(parse(getComputedStyle(element).backgroundColor));
    return layers.reduceRight((under, top) => over(top, under), [255, 255, 255]);
  }};
  const linear = value => value <= 10 ? value / 3294 : ((value / 255 + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const contrast = (one, other) => {{
    const [brighter, darker] = [light(one), light(other)].sort((a, b) => b - a);
    return (brighter + 0.05) / (darker + 0.05);
  }};
  const notOurs = 'svg, style, script, mjx-container, .jp-InputPrompt, .jp-OutputPrompt, ' +
    '.cm-editor, .jp-Notebook-footer';
  const found = {{}};
  const root = jupyterapp.shell.currentWidget.content.node;
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {{
    const text = texts.currentNode.data.trim(), element = texts.currentNode.parentElement;
    if (!text || !element.checkVisibility() || element.closest(notOurs + ', :disabled')) continue;
    const behind = ground(element), style = getComputedStyle(element);
    const ratio = contrast(over(parse(style.color), behind), behind);
    const where = `${{element.tagName}} ${{element.className}}`;
    if (ratio < {LEAST})
      found[where] ??= [ratio.toFixed(2), style.color, behind, text.slice(0, 40)];
  }}
  return found;
}}"""
