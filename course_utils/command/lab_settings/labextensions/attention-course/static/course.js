/* What the course adds to JupyterLab's page: its colours, and widgets that come back.

   JupyterLab loads extensions as "containers" of module federation. What a bundler writes for that
   is little, so it is written by hand here and needs no build: `init` gets the libraries that all
   extensions share, `get` gives a module that exports the plugin. */
(() => {
  const HERE = document.currentScript.src;
  const LOST = '.jp-OutputArea-output.jupyter-widgets'; // "Error displaying widget: model not found"
  const SECONDS = [1, 2, 4, 8, 16]; // to wait before each attempt to show a cell's widgets again
  let shared;

  /* A saved widget is looked for during two seconds, and then given up for good, though on a busy
     machine the models of a whole notebook come later. So the cell's outputs are shown again. */
  const comeBack = panel => {
    const tries = new Map();
    const again = node => {
      const cell = panel.content.widgets.find(cell => cell.node.contains(node));
      const count = tries.get(cell) ?? 0;
      if (!cell?.outputArea || count >= SECONDS.length) return;
      tries.set(cell, count + 1);
      setTimeout(() => {
        if (cell.isDisposed || !cell.node.querySelector(LOST)) return;
        const { model } = cell.outputArea;
        model.fromJSON(model.toJSON());
      }, 1000 * SECONDS[count]);
    };
    const look = () => panel.content.node.querySelectorAll(LOST).forEach(again);
    const watch = new MutationObserver(look);
    watch.observe(panel.content.node, { subtree: true, attributeFilter: ['class'] });
    panel.disposed.connect(() => watch.disconnect());
  };

  const activate = (app, notebooks) => {
    const style = document.createElement('link');
    style.rel = 'stylesheet';
    style.href = new URL('course.css', HERE).href;
    document.head.append(style);
    notebooks.widgetAdded.connect((_, panel) => comeBack(panel));
  };

  const extension = async () => {
    const { INotebookTracker } = (await Object.values(shared['@jupyterlab/notebook'])[0].get())();
    const plugin = { id: 'attention-course:page', autoStart: true, requires: [INotebookTracker], activate };
    return () => ({ __esModule: true, default: plugin });
  };

  (window._JUPYTERLAB ??= {})['attention-course'] = {
    init: scope => { shared = scope; },
    get: extension,
  };
})();
