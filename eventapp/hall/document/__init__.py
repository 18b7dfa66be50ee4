"""Papers of the day: the crew's run sheet, the host's script."""

from eventapp.hall.document.run_sheet import Size, run_sheet_pdf, run_sheet_xlsx
from eventapp.hall.document.script import read_template, script_docx, standard_template

__all__ = [
    "Size",
    "read_template",
    "run_sheet_pdf",
    "run_sheet_xlsx",
    "script_docx",
    "standard_template",
]
