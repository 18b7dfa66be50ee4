"""What a booklet holds, and in which formats it is made."""

from enum import StrEnum

from eventapp.core.errors import N_


class Format(StrEnum):
    """As what a booklet is made: to print, or to go on writing in."""

    PDF = "pdf"
    WORD = "docx"


FORMAT_LABEL: dict[Format, str] = {
    Format.PDF: N_("PDF，直接印刷"),
    Format.WORD: N_("Word，可以再改"),
}


class Part(StrEnum):
    """A part of a booklet, in the order in which they are bound."""

    AGENDA = "agenda"
    GUESTS = "guests"
    UNITS = "units"
    SEATING = "seating"
    CHARTER = "charter"
    NOTES = "notes"


PART_LABEL: dict[Part, str] = {
    Part.AGENDA: N_("议程"),
    Part.GUESTS: N_("领导和嘉宾"),
    Part.UNITS: N_("参会单位和人员"),
    Part.SEATING: N_("座次图"),
    Part.CHARTER: N_("章程文本"),
    Part.NOTES: N_("记事页"),
}
