"""Changes of a plan that can be taken back."""

from enum import StrEnum

from eventapp.core.errors import N_


class ChangeVerb(StrEnum):
    """What was done to a plan."""

    ADD = "add"
    CHANGE = "change"
    MOVE = "move"
    REMOVE = "remove"
    COPY = "copy"


CHANGE_LABEL: dict[ChangeVerb, str] = {
    ChangeVerb.ADD: N_("添加“%(title)s”"),
    ChangeVerb.CHANGE: N_("修改“%(title)s”"),
    ChangeVerb.MOVE: N_("移动“%(title)s”"),
    ChangeVerb.REMOVE: N_("删除“%(title)s”"),
    ChangeVerb.COPY: N_("复制“%(title)s”的议程"),
}
KEPT_CHANGES = 50
"""So many of a meeting's last changes can be taken back."""
