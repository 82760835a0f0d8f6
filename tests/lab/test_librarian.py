"""The shelf: wishes, books and answers fit, gradients are right, looks are counted."""

import numpy as np
import pytest

from course_utils.attention import AttentionLayer
from course_utils.gradients import check_gradients
from course_utils.lab.librarian import (
    COLOURS,
    TOPICS,
    WIDTH,
    Librarian,
    exam,
    labels_of,
    shelves,
    told,
    trained_librarian,
)


@pytest.mark.parametrize("asked", [1, 2])
def test_the_answer_is_the_colour_of_the_book_that_is_named(asked):
    wishes, books, answers = shelves(np.random.default_rng(1), 5, asked)
    named = wishes.reshape(5, 2, 2, 6)[:, :, 2 - asked :]  # (shelf, wish, question, topic)
    for shelf, wish, question in np.ndindex(answers.shape):
        topic = named[shelf, wish, question].argmax()
        (book,) = books[shelf][books[shelf, :, topic] == 1]
        assert book[6:11].argmax() == answers[shelf, wish, question]
    assert (wishes.sum(axis=-1) == asked).all() and (books.sum(axis=-1) == 2).all()


@pytest.mark.parametrize(("asked", "joined", "heads"), [(1, False, 1), (1, True, 1), (2, False, 2)])
def test_gradients_are_right(asked, joined, heads):
    layer = AttentionLayer(WIDTH, heads=heads, rng=1, dtype=np.float64)
    model = Librarian(layer, asked, joined, rng=2)
    model.cast(np.float64)
    *arrays, answers = shelves(np.random.default_rng(3), 2, asked)
    batch = *(array.astype(np.float64) for array in arrays), answers
    grads = model.backward(model.forward(batch)[1])
    pairs = {name: (array, grads[name]) for name, array in model.params.items()}
    assert max(check_gradients(lambda: model.forward(batch)[0], pairs).values()) < 1e-7


def test_looks_are_counted_on_the_books_that_are_named():
    """W_query takes a wish's topic to where the books have theirs: every look is right."""
    layer = AttentionLayer(WIDTH, rng=0)
    for matrix in layer.params.values():
        matrix[...] = np.eye(WIDTH)
    layer.params["W_query"][...] = 50 * np.roll(np.eye(WIDTH), 6, axis=1)
    layer.params["W_key"][6:] = 0
    assert trained_librarian(layer, steps=1, label=False).looks > 0.99
    assert trained_librarian(None, steps=1, label=False).looks < 0.6


def test_a_shelf_has_names_and_a_librarian_an_answer():
    found = trained_librarian(None, steps=1, label=False)
    wishes, books = labels_of(0)
    assert set(wishes) < set(books) == set(TOPICS) and " + " in labels_of(0, asked=2)[0][0]
    said, right = told(found, wishes[0])
    assert said in COLOURS and right == COLOURS[exam()[2][0, 0, 0]]
    with pytest.raises(ValueError, match="one of art, law"):
        told(found, "cheese")
