"""Any script to the letters a to z: our own tables for Arabic and Cyrillic, Unicode decomposition for the rest."""

from __future__ import annotations

import unicodedata

# Consonants and long vowels; short vowels are not written in Arabic, and are not guessed. Persian and Urdu letters too.
ARABIC = {
    "ا": "a", "أ": "a", "إ": "i", "آ": "a", "ٱ": "a", "ء": "", "ؤ": "u", "ئ": "i", "ب": "b", "ت": "t", "ث": "t", "ج": "j",
    "ح": "h", "خ": "kh", "د": "d", "ذ": "d", "ر": "r", "ز": "z", "س": "s", "ش": "sh", "ص": "s", "ض": "d", "ط": "t",
    "ظ": "z", "ع": "", "غ": "gh", "ف": "f", "ق": "k", "ك": "k", "ل": "l", "م": "m", "ن": "n", "ه": "h", "ة": "a", "و": "u",
    "ي": "i", "ى": "a", "پ": "p", "چ": "ch", "ژ": "j", "ڤ": "v", "گ": "g", "ک": "k", "ی": "i", "ہ": "h", "ھ": "h", "ے": "i",
    "ں": "n", "ڭ": "g", "ٹ": "t", "ڈ": "d", "ڑ": "r", "ـ": "",
}  # fmt: skip
CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "g", "ґ": "g", "д": "d", "е": "e", "ё": "io", "є": "ie", "ж": "j", "з": "z", "и": "i",
    "і": "i", "ї": "i", "й": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t",
    "у": "u", "ў": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sh", "ъ": "", "ы": "i", "ь": "", "э": "e",
    "ю": "iu", "я": "ia", "ђ": "dj", "ј": "i", "љ": "l", "њ": "n", "ћ": "ch", "џ": "dj", "ѓ": "g", "ќ": "k", "ѕ": "dz",
}  # fmt: skip
# Latin letters that no decomposition reaches, or whose mark changes the sound.
LATIN = {
    "ç": "s", "ñ": "n", "ş": "sh", "ș": "sh", "š": "sh", "ž": "j", "č": "ch", "ć": "ch", "ţ": "ts", "ț": "ts", "ł": "l",
    "đ": "d", "ð": "d", "þ": "t", "ß": "ss", "æ": "e", "œ": "e", "ø": "o", "ı": "i", "ŋ": "n", "ɓ": "b", "ɗ": "d", "ƴ": "y",
    "ɛ": "e", "ɔ": "o", "ə": "e", "ɲ": "n", "ğ": "g", "ƙ": "k",
}  # fmt: skip
_TABLE = {**ARABIC, **CYRILLIC, **LATIN}
_ARTICLE = "ال"


def latin(word: str) -> tuple[str, bool]:
    """The word in a to z and digits, and whether it came from a script that leaves short vowels out."""
    if word.isascii() and word.isalnum():  # nothing of what follows would change it
        return word.lower(), False
    word = unicodedata.normalize("NFKC", word).casefold()
    arabic = any("\u0600" <= letter <= "\u06ff" for letter in word)
    if arabic:
        word = "".join(letter for letter in word if not unicodedata.combining(letter))
        if word.startswith(_ARTICLE) and len(word) > 4:
            word = word[len(_ARTICLE) :]
    out = []
    for letter in word:
        if letter in _TABLE:
            out.append(_TABLE[letter])
            continue
        for part in unicodedata.normalize("NFKD", letter):
            part = _TABLE.get(part, part)
            if part.isascii() and part.isalnum():
                out.append(part)
            elif part.isdecimal():
                out.append(str(unicodedata.decimal(part)))
    return "".join(out), arabic
