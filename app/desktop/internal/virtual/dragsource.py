"""A window to drag files from, for tests. The arguments are file URLs.

It writes to descriptor 3 the point to press, then "delivered" when the target
requests the files. It exits at the end of the drag.
"""

import os
import sys

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("Gdk", "3.0")
from gi.repository import Gdk, GLib, Gtk  # noqa: E402

SIDE = 32
CORNER = (4, 820)  # below the windows


def report(line):
    os.write(3, (line + "\n").encode())


def deliver(_widget, _context, selection, _info, _time):
    selection.set_uris(sys.argv[1:])
    report("delivered")


handle = Gtk.EventBox()
handle.drag_source_set(Gdk.ModifierType.BUTTON1_MASK, None, Gdk.DragAction.COPY)
handle.drag_source_add_uri_targets()
handle.connect("drag-data-get", deliver)
handle.connect("drag-end", lambda *_: Gtk.main_quit())

window = Gtk.Window(type=Gtk.WindowType.POPUP)
window.set_default_size(SIDE, SIDE)
window.move(*CORNER)
window.add(handle)
window.connect(
    "map-event",
    lambda *_: GLib.idle_add(report, f"{CORNER[0] + SIDE // 2} {CORNER[1] + SIDE // 2}"),
)
window.show_all()
Gtk.main()
