"""Renderings of a booklet: one run of sections, set by WeasyPrint or written for Word."""

from eventapp.booklet.document.files import MEDIA_TYPES, booklet_file

__all__ = ["MEDIA_TYPES", "booklet_file"]
