"""Finding a person by a name that is misspelt, transliterated, swapped or cut. Pure: no database, no Django.

`words(text)` reads a name, `contacts(text)` numbers and addresses, `Signer` turns it into 512 keyed bits, `scan` finds the closest signatures, `likeness` compares
two names that were opened. What is stored of a name is its signature alone, sealed (havre/vault/directory.py).
"""

from havre.vault.finding.contacts import Contact, contacts, meeting, without_contacts
from havre.vault.finding.likeness import likeness, met
from havre.vault.finding.scanning import CANDIDATES, CLEAR, FIRST, scan
from havre.vault.finding.signing import SIGNATURE, Signature, Signer
from havre.vault.finding.spelling import Word, words

__all__ = [
    "CANDIDATES",
    "CLEAR",
    "FIRST",
    "SIGNATURE",
    "Contact",
    "Signature",
    "Signer",
    "Word",
    "contacts",
    "likeness",
    "meeting",
    "met",
    "scan",
    "without_contacts",
    "words",
]
