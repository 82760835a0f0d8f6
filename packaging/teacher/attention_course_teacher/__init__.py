"""For teachers of the attention course: solutions with their hidden tests, and the whole book."""
