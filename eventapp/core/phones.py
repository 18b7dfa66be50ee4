"""Telephone numbers in the one form in which they identify a person."""

from functools import lru_cache

import phonenumbers

from eventapp.core.errors import N_, Invalid

HOME = "CN"


@lru_cache(maxsize=256)  # a form, a limit and a verb ask for the same one
def clean_phone(text: str) -> str:
    """Return a number as it is kept: digits alone for China, + and country code for elsewhere.

    The phone is what tells two people of one name apart, so 138 0013 8000, +86 13800138000 and
    full-width digits must be one text. Nothing typed is nothing kept. Raises Invalid (field
    `phone`) for what cannot be a number (ITU-T E.164).
    """
    if not text.strip():
        return ""
    refusal = Invalid("phone_unreadable", N_("电话号码不对，请核对。"), field="phone")
    try:
        number = phonenumbers.parse(text, HOME)
    except phonenumbers.NumberParseException as error:
        raise refusal from error
    if "*" in text or not phonenumbers.is_possible_number(number) or number.extension:
        raise refusal
    if number.country_code == phonenumbers.country_code_for_region(HOME):
        national = phonenumbers.national_significant_number(number)
        return national if national.startswith("1") and len(national) == 11 else f"0{national}"
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
