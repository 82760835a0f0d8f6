"""Modules that have moved answer to their old names, so that a learner's older copy still runs.

A notebook that someone changed is never overwritten by an update, and so keeps its old imports.
"""

import importlib
import sys
from importlib.machinery import ModuleSpec

PACKAGE = __package__
# the room, and what once stood at the root and is there now; "old→new" where the name changed too
ROOMS = {
    "tasks": "numerals marks names scans pronunciations alignment",
    "lab": "rules_lab→rules length_lab→lengths bahdanau ensembles vector_encoders interventions "
    "reach taggers twins speaking costs edits ready_made results",
    "plots": "planes multiples scan_figures figures drawings readings",
    "learning": "overview panels references machine course_test",
    "explorers": "missions",
    "checks": "progress_store sheets→sheet_maker",
}


def _moves():
    for room, names in ROOMS.items():
        for name in names.split():
            old, _, new = name.partition("→")
            yield f"{PACKAGE}.{old}", f"{PACKAGE}.{room}.{new or old}"


MOVES = dict(_moves())


class OldNames:
    """A finder of modules by their old names: each is the same module, not a copy.

    Finder and loader by its methods alone: their base classes take 5 ms to import.
    """

    def find_spec(self, name, path=None, target=None):
        """Return where to load an old name from, None for any other."""
        return ModuleSpec(name, self) if name in MOVES else None

    def create_module(self, spec):
        """Return the module at its new place; the import will call it by its old name."""
        module = importlib.import_module(MOVES[spec.name])
        spec.loader_state = module.__spec__
        return module

    def exec_module(self, module):
        """Give the module its own name back: it has run already."""
        module.__spec__ = module.__spec__.loader_state


def answer_old_names():
    """Let `import course_utils.<old name>` find the module in its room."""
    sys.meta_path.insert(0, OldNames())
