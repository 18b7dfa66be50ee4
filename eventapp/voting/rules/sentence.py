"""A sentence that the domain says and the edge translates."""

from collections.abc import Callable, Mapping
from typing import NamedTuple, Union


class Sentence(NamedTuple):
    """A message id and what fills its placeholders.

    A placeholder may be filled by another sentence ("three quarters" inside a rule), so that
    no language is built by gluing pieces in the order of another.
    """

    message: str
    params: Mapping[str, Union[int, str, "Sentence"]] = {}

    def render(self, translate: Callable[[str], str] = str) -> str:
        """Write the sentence out; without `translate` in Chinese, the language of the ids."""
        filled = {
            name: value.render(translate) if isinstance(value, Sentence) else value
            for name, value in self.params.items()
        }
        message = translate(self.message)
        return message % filled if filled else message
