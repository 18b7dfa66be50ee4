"""Renderings of a plan: pictures for the screen, papers and tables."""

from eventapp.seating.document.paper import cards_pdf_of, list_csv, list_xlsx, plan_pdf
from eventapp.seating.document.picture import Picture, picture_of, plan_svg
from eventapp.seating.document.words import name_of, place_words, row_words

__all__ = [
    "Picture",
    "cards_pdf_of",
    "list_csv",
    "list_xlsx",
    "name_of",
    "picture_of",
    "place_words",
    "plan_pdf",
    "plan_svg",
    "row_words",
]
