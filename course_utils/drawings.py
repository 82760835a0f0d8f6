"""Explorer pictures as SVG strings: fast to redraw, sharp at any size."""

QUERY, KEY, VALUE = "#0b5fa5", "#b34a00", "#00704d"  # text in them stands out 5:1 on white
