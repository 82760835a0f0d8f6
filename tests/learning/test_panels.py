"""What a panel gives to the many programs that may show it."""

from IPython.core.formatters import DisplayFormatter

from course_utils.learning.panels import VIEW, Panel


def test_a_panel_shows_its_still_beside_the_widget_by_the_one_way_that_all_ipywidgets_know():
    """IPython prefers `_ipython_display_`, which ipywidgets 7 has, and which knows no still."""
    panel = Panel([], name="Panel: test", still={"image/svg+xml": "<svg/>"}, alt="nothing")
    display = DisplayFormatter()
    assert not display.ipython_display_formatter(panel)
    shown, facts = display.format(panel)
    assert shown["image/svg+xml"] == "<svg/>" and shown["text/plain"] == "Panel: test"
    assert shown[VIEW]["model_id"] == panel.model_id
    assert facts == {"image/svg+xml": {"alt": "nothing"}}
