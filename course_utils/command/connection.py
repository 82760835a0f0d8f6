"""How JupyterLab's server talks to the browser in this course: every message goes out at once."""

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection


class PromptConnection(ZMQChannelsWebsocketConnection):
    """A kernel's connection to a page that does not hold small messages back.

    By default the system keeps a small message until the one before it is confirmed (Nagle's
    algorithm), and the browser's side confirms up to 40 ms late. A redraw is a few small messages.
    """

    def connect(self):
        """Connect as usual, with that wait turned off."""
        self.websocket_handler.set_nodelay(True)
        return super().connect()
