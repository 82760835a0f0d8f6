"""The explorers of the lessons, one module each: this is their front door.

A module has data, `..._explorer` (returns the widget), `..._look` (a pure function from the
controls' values to what is seen) and `..._picture` (arrays in, one SVG string of fixed size out).
`missions` is what they share.
"""

from course_utils.explorers.bend import bend_explorer
from course_utils.explorers.blocks import block_explorer
from course_utils.explorers.by_hand import by_hand_explorer
from course_utils.explorers.clinic import case_explorer
from course_utils.explorers.conventions import convention_explorer
from course_utils.explorers.costs import cost_explorer
from course_utils.explorers.decoding import decoding_explorer
from course_utils.explorers.dial import dial_explorer
from course_utils.explorers.fading import fading_explorer
from course_utils.explorers.heads import head_explorer
from course_utils.explorers.masks import mask_explorer
from course_utils.explorers.modalities import modality_explorer
from course_utils.explorers.nudge import nudge_explorer
from course_utils.explorers.parts import parts_explorer
from course_utils.explorers.plugboard import plugboard_explorer
from course_utils.explorers.positions import position_explorer
from course_utils.explorers.projections import projection_explorer
from course_utils.explorers.scale import scale_explorer
from course_utils.explorers.shelf import BOOK_KEYS, BOOK_PAGES, shelf_explorer
from course_utils.explorers.stages import stage_explorer
from course_utils.explorers.translator import Translation, translator_explorer
from course_utils.explorers.wires import wires_explorer
