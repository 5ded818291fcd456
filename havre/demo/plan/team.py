"""The invented team, the partner organisation and the directory."""

from __future__ import annotations

from dataclasses import dataclass

MAIN_NAME, MAIN_SLUG, FOUNDED = "Association Havre", "havre", 1994
PARTNER_NAME, PARTNER_SLUG = "Association Rivage", "rivage"


@dataclass(frozen=True)
class Member:
    """One member: `key` is how the plan names them."""

    key: str
    username: str
    role: str
    display_name: str
    language: str = "fr"
    partner: bool = False


TEAM = (
    Member("reception", "reception", "reception", "Inès Carpentier"),
    Member("social_1", "social", "social_worker", "Sylvie Lemoine"),
    Member("social_2", "social2", "social_worker", "Hamid Berrada"),
    Member("lawyer_1", "lawyer", "lawyer", "Clémence Vidal"),
    Member("lawyer_2", "lawyer2", "lawyer", "Antoine Mercier"),
    Member("lawyer_3", "lawyer3", "lawyer", "Aïda Senghor (avocate bénévole)"),
    Member("lawyer_4", "lawyer4", "lawyer", "Paul Hamelin (avocat bénévole)"),
    Member("psychologist", "psychologist", "psychologist", "Leïla Bensalem"),
    Member("coordinator", "coordinator", "coordinator", "Mathilde Arnaud"),
    Member("data_officer", "data", "data_officer", "Victor Nguyen"),
    Member("volunteer", "volunteer", "volunteer", "Teresa Navarro (interprète)"),
    Member("administrator", "admin", "administrator", "Olivier Brun"),
    Member("partner_coordinator", "rivage", "coordinator", "Samia Tazi", partner=True),
    Member("partner_lawyer", "rivage-lawyer", "lawyer", "Bastien Roche", partner=True),
)
INTERVIEW_LAWYERS = ("lawyer_1", "lawyer_2", "lawyer_3", "lawyer_4")
SOCIAL_WORKERS = ("social_1", "social_2")

# name, category of the directory, department, phone (of the ranges kept for fiction), website
PARTNERS = (
    ("Permanence Travail et Droits", "labour_law", "75", "01 99 00 10 11", "travail-et-droits.example"),
    ("Maison du salarié de l’Est", "labour_law", "93", "01 99 00 10 12", ""),
    ("Point d’accès au droit des Berges", "lawyer", "75", "01 99 00 20 21", ""),
    ("Barreau solidaire des Yvelines", "lawyer", "78", "01 99 00 20 22", ""),
    ("Maison sociale du Canal", "social_service", "75", "01 99 00 30 31", ""),
    ("Accueil de jour Les Tilleuls", "social_service", "92", "01 99 00 30 32", ""),
    ("Espace Familles du Nord", "social_service", "59", "03 53 01 00 33", ""),
    ("Brigade de protection des personnes", "police", "75", "01 99 00 40 41", ""),
    ("Écoute Femmes Libres", "violence_against_women", "75", "01 99 00 50 51", "femmes-libres.example"),
    ("Refuge des Glycines", "violence_against_women", "94", "01 99 00 50 52", ""),
    ("Collectif Droit au séjour", "immigration_law", "75", "01 99 00 60 61", "droit-au-sejour.example"),
    ("Permanence Sans Frontière", "immigration_law", "69", "04 65 71 00 62", ""),
    ("Réseau Traite Ensemble", "specialised_ngo", "75", "01 99 00 70 71", ""),
    ("Foyer de l’Aubépine", "shelter", "93", "01 99 00 80 81", ""),
    ("Centre de santé Saint-Roch", "health", "75", "01 99 00 90 91", ""),
    ("Écrivains publics d’Oberkampf", "other", "75", "01 99 00 95 96", ""),
)
