"""Finding a person by a name that is misspelt, transliterated, swapped or cut. Pure: no database, no Django.

`words(text)` reads a name, `Signer` turns it into 512 keyed bits, `scan` finds the closest signatures, `likeness` compares
two names that were opened. What is stored of a name is its signature alone, sealed (havre/vault/directory.py).
"""

from havre.vault.finding.likeness import likeness
from havre.vault.finding.scanning import CANDIDATES, scan
from havre.vault.finding.signing import SIGNATURE, Signer
from havre.vault.finding.spelling import Word, words

__all__ = ["CANDIDATES", "SIGNATURE", "Signer", "Word", "likeness", "scan", "words"]
