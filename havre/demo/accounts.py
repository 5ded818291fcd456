"""The passphrases of the demonstration: drawn anew for each installation, kept beside its data, printed each time.

A real installation never writes a passphrase anywhere. Here the people are invented, and visitors must get in.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

FILE_NAME = "demo_accounts.json"
WORDS = (
    "abricot", "acacia", "agate", "amande", "ancre", "anneau", "arbre", "ardoise", "argile", "atelier", "aurore", "avoine",
    "balcon", "bambou", "barque", "basilic", "baume", "berge", "bleuet", "bocage", "bouleau", "bouquet", "boussole", "branche",
    "brise", "brume", "cabane", "caillou", "calme", "canal", "canard", "carafe", "carnet", "carotte", "cascade", "cerise",
    "chaise", "chaleur", "chemin", "chorale", "ciel", "citron", "clairon", "cloche", "colline", "comete", "corail", "cordage",
    "coton", "couleur", "cristal", "cuivre", "cygne", "dauphin", "digue", "dune", "eclair", "ecluse", "ecorce", "encre",
    "epice", "erable", "escale", "etang", "etoile", "fanal", "farine", "fenetre", "feuille", "figue", "flocon", "flute",
    "fontaine", "foret", "fougere", "fraise", "galet", "garance", "girafe", "glacier", "gouache", "grange", "granit", "guitare",
    "halte", "hamac", "haricot", "hirondelle", "horizon", "iris", "ivoire", "jardin", "jasmin", "jetee", "jonquille", "lagune",
    "lanterne", "lavande", "lierre", "lilas", "loutre", "lucarne", "lumiere", "lune", "maison", "mandarine", "marais", "maree",
    "marron", "melodie", "menthe", "merisier", "miel", "mimosa", "miroir", "moulin", "mousse", "muguet", "navire", "neige",
    "noisette", "nuage", "oasis", "olive", "ombre", "orange", "orchestre", "orge", "orme", "osier", "palmier", "panier",
    "papier", "parapluie", "passage", "pastel", "pavot", "peigne", "perle", "phare", "pigeon", "plage", "plume", "poire",
    "pomme", "ponton", "potager", "prairie", "prune", "quai", "radis", "rameau", "refuge", "reglisse", "renard", "ressac",
    "rivage", "riviere", "rocher", "romarin", "roseau", "ruche", "sable", "safran", "sapin", "saule", "savon", "sentier",
    "serin", "silence", "soleil", "source", "tabouret", "tambour", "tapis", "thym", "tilleul", "tisane", "topaze", "tortue",
    "tournesol", "trefle", "truite", "tulipe", "vague", "vallee", "vanille", "velours", "verger", "violon", "voile", "volcan",
)  # fmt: skip


@dataclass(frozen=True)
class Account:
    """One line of what the demonstration prints. `code` is the personal code, as if on paper.

    `papers`: the paper keys they hold, by compartment; nothing uses them by itself.
    """

    role: str
    username: str
    display_name: str
    passphrase: str
    organisation: str
    code: str
    papers: dict[str, str] = field(default_factory=dict)


def draw_passphrase() -> str:
    """Four words: enough for invented people behind Argon2id, and easy to type."""
    return " ".join(secrets.choice(WORDS) for _ in range(4))


def write(accounts: list[Account], directory: Path) -> Path:
    """Write the file, for its owner only, whole or not at all."""
    target, draft = directory / FILE_NAME, directory / f".{FILE_NAME}"
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        json.dump([asdict(account) for account in accounts], out, ensure_ascii=False, indent=1)
    os.replace(draft, target)
    return target


def read(directory: Path) -> list[Account]:
    """The accounts of this installation; none when the file is not there."""
    file = directory / FILE_NAME
    return [Account(**row) for row in json.loads(file.read_text(encoding="utf-8"))] if file.exists() else []
