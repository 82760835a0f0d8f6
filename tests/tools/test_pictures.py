import base64
import io

import numpy as np
from nbformat.v4 import new_code_cell, new_notebook, new_output
from PIL import Image

from tools.pictures import keep_equal_pictures, look_the_same


def picture(pixels, **options):
    buffer = io.BytesIO()
    Image.fromarray(np.asarray(pixels, dtype=np.uint8)).save(buffer, "png", **options)
    return base64.b64encode(buffer.getvalue()).decode()


def notebook_with(encoded):
    output = new_output("display_data", {"image/png": encoded})
    return new_notebook(cells=[new_code_cell("plot()", id="plot", outputs=[output])])


GREY = np.full((3, 5), 128)
BRIGHTER = GREY + (np.arange(15).reshape(3, 5) == 7) * 40
A_TRIFLE_BRIGHTER = GREY + 2


def test_only_what_the_eye_sees_counts():
    assert look_the_same(picture(GREY), picture(GREY, compress_level=0))
    assert look_the_same(picture(GREY), picture(A_TRIFLE_BRIGHTER))
    assert not look_the_same(picture(GREY), picture(BRIGHTER))
    assert not look_the_same(picture(GREY), picture(GREY[:2]))


def test_a_picture_that_looks_the_same_keeps_its_bytes():
    for pixels, kept in ((A_TRIFLE_BRIGHTER, GREY), (BRIGHTER, BRIGHTER)):
        notebook = notebook_with(picture(pixels))
        keep_equal_pictures(notebook, notebook_with(picture(GREY)))
        assert notebook.cells[0].outputs[0].data["image/png"] == picture(kept)
