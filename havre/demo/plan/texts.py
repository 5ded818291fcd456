"""Sealed texts: short, invented, in French as the team would write them. Plain words, nothing lurid."""

from __future__ import annotations

from random import Random

from havre.demo.plan.names import full_name, phone
from havre.demo.plan.shapes import Person

STREETS = (
    "rue des Lilas", "allée des Tanneurs", "rue du Vieux Pont", "avenue des Peupliers", "impasse du Moulin",
    "rue de la Fontaine", "place du Marché", "chemin des Vignes", "rue des Glycines", "boulevard du Levant",
)  # fmt: skip
PLACES = (
    "Villeneuve-le-Pont", "Saint-Aubin-les-Bois", "Port-Clair", "Montrival", "Belle-Rive", "Les Haies-sous-Forêt",
    "Roche-Grise", "Clairfontaine",
)  # fmt: skip
WHO = {
    "self_person": "La personne appelle elle-même", "former_beneficiary": "Une personne suivie autrefois rappelle",
    "neighbour": "Un voisin écrit", "family": "Une cousine appelle", "passer_by": "Une passante raconte",
    "person_met_fleeing": "La dame chez qui la personne s’est réfugiée appelle", "employer_other": "Une autre employée écrit",
    "other_private": "Une connaissance appelle", "social_worker": "Une assistante sociale de secteur signale",
    "caseworker": "Un éducateur de rue signale", "labour_inspector_alone": "Une inspectrice du travail écrit",
    "police_officer": "Un policier du commissariat appelle", "health_worker": "Une infirmière du centre de santé signale",
    "teacher": "Une enseignante de français signale", "lawyer": "Un avocat demande conseil", "volunteer": "Une bénévole signale",
    "ofii": "L’OFII oriente", "labour_inspectorate": "L’inspection du travail oriente", "oclti": "L’OCLTI oriente",
    "police_service": "Un service d’enquête oriente", "prosecutor": "Le parquet oriente", "consulate": "Le consulat oriente",
    "child_protection": "La protection de l’enfance oriente", "foreigners_rights_ngo": "Une association d’aide aux étrangers oriente",
    "anti_trafficking_ngo": "Une association partenaire oriente", "union": "Un syndicat oriente", "other_ngo": "Une association oriente",
}  # fmt: skip
# Sector → what the person does, after “une femme” or “un homme”, and the same as a thing.
WORK = {
    "housework": (("fait le ménage, la cuisine et la lessive d’une famille", "la maison entière et la lessive"),
                  ("tient seule la maison d’une famille nombreuse", "le ménage, les courses et les repas")),
    "childcare": (("garde les enfants d’une famille et fait le ménage", "les enfants, le ménage et la cuisine"),),
    "elderly_care": (("s’occupe jour et nuit d’une personne âgée", "une personne âgée à veiller jour et nuit"),),
    "disabled_care": (("s’occupe d’un enfant handicapé et de la maison", "un enfant handicapé et la maison"),),
    "catering_food": (("travaille dans la cuisine d’un restaurant", "la plonge et la cuisine du restaurant"),
                      ("travaille dans une boulangerie, la nuit", "le fournil et le nettoyage")),
    "construction": (("travaille sur des chantiers de rénovation", "les chantiers et les gravats"),),
    "agriculture": (("travaille dans une exploitation maraîchère", "les serres et la récolte"),),
    "vineyard": (("travaille dans un vignoble", "la taille et les vendanges"),),
    "car_repair": (("lave des voitures et change des pneus", "le garage et le lavage"),),
    "grocery": (("tient une épicerie du matin au soir", "la caisse et le stock de l’épicerie"),),
    "scrap_metal": (("trie de la ferraille dans un entrepôt", "le tri de la ferraille"),),
    "chimney_sweeping": (("ramone des cheminées sans contrat", "le ramonage"),),
    "cabaret": (("sert et danse dans un cabaret", "le service et la scène"),),
    "cleaning": (("nettoie des bureaux la nuit", "le nettoyage des bureaux"),),
    "hairdressing": (("coiffe du matin au soir dans un salon", "le salon de coiffure"),),
    "textile": (("coud dans un atelier", "la machine à coudre"),),
    "retail": (("travaille dans une boutique sept jours sur sept", "la boutique et le stock"),),
    "begging": (("est contrainte de mendier", "la mendicité"),),
    "crime": (("est contraint de vendre des cigarettes", "la vente forcée dans la rue"),),
}  # fmt: skip
FACTS = (
    "Pas de jour de repos depuis {n} mois.", "Son passeport est gardé par l’employeur.", "N’a pas le droit de sortir.",
    "Le salaire promis n’a jamais été versé.", "Dort dans une pièce où tout le monde passe.", "On menace d’appeler la préfecture.",
    "Mange ce qui reste après les autres.", "On lui a promis des papiers.", "Ne connaît personne en France.",
    "Doit rembourser le voyage.", "Travaille du lever au coucher.", "En a parlé à un commerçant du quartier.",
)  # fmt: skip
EVIDENCE = (
    "Photos des messages reçus.", "Copie du visa.", "Carnet où sont notées les heures.", "Témoignage écrit d’un voisin.",
    "Reçus d’envois d’argent.", "Certificat médical.", "Clé et adresse du logement.",
)  # fmt: skip
CONTACT_NOTES = {
    "person": (
        "Premier échange : situation confirmée, rappel convenu.", "Préfère être rappelée le matin.",
        "Explique ses horaires et ce qui lui a été promis.", "Demande ce qui se passera ensuite ; réponses données.",
        "Rendez-vous proposé au bureau avec interprète.",
    ),
    "else": (
        "Confirme ce qui a été vu ; demandera à la personne si elle accepte un appel.", "Précise l’adresse et les horaires.",
        "Rappellera quand la personne pourra parler librement.", "Documents à envoyer par courriel.",
    ),
}  # fmt: skip
FILE_NOTES = (
    "Point sur la semaine ; va bien.", "Rappel du rendez-vous.", "Accompagnement au rendez-vous confirmé.",
    "Demande de nouvelles de son dossier.", "Question sur le courrier de la préfecture.", "Aide pour lire une convocation.",
    "Parle de reprendre les cours de français.", "A trouvé quelques heures de travail déclaré.",
)  # fmt: skip
NOTES = {
    "social": (
        "Évaluation des besoins : logement stable pour l’instant, revenus faibles, cours de français à trouver.",
        "Demande de domiciliation envoyée. Prévoir un accompagnement à la caisse d’assurance maladie.",
        "Hébergée par une amie jusqu’à la fin du mois. Chercher une solution avec les partenaires.",
        "Aide alimentaire ce mois-ci. Projet : formation d’aide à domicile.",
    ),
    "legal": (
        "Récit repris en trois séances ; il reste à dater l’arrivée et le départ. Pièces : messages et visa.",
        "Conseil : plainte simple possible, délais rappelés. La personne veut réfléchir.",
        "Calcul des salaires à préparer : relever les horaires période par période.",
        "Audience renvoyée. Prévenir la personne et l’interprète.",
    ),
    "psychology": (
        "Premier entretien. Sommeil difficile. Accord pour un suivi tous les quinze jours.",
        "Se sent plus calme ; souhaite préparer l’audition. Séance en arabe.",
        "Appui avant la confrontation. Ressources : sa sœur, la chorale.",
    ),
    "governance": ("Dossier évoqué en réunion d’équipe : prévoir un point avec le conseil d’administration.",),
}  # fmt: skip
REASONS = (
    "Récit cohérent, indices concordants : recrutement, vulnérabilité, conditions de travail. L’équipe propose d’accompagner.",
    "Éléments de traite réunis selon l’équipe ; la personne demande protection et conseil.",
    "Travail non payé et dépendance établis ; accompagnement juridique utile.",
)
OTHER_REASONS = (
    "Conflit du travail sans élément de traite : orienter vers une permanence de droit du travail.",
    "Besoin d’abord social ; le partenaire orienté est prévenu.",
    "Situation sérieuse mais hors du champ de l’association ; orientation expliquée à la personne.",
)


def narrative(kind: str, sector: str, gender: str, rng: Random) -> str:
    """What was reported, as the reception officer writes it."""
    work = rng.choice(WORK[sector])[0]
    if gender != "woman":
        work = work.replace("seule", "seul")
    months = rng.randint(2, 30)
    facts = " ".join(fact.format(n=months) for fact in rng.sample(FACTS, 2))
    someone = {"woman": "Une femme", "man": "Un homme"}.get(gender, "Quelqu’un")
    return f"{WHO[kind]}. {someone} {work} à {rng.choice(PLACES)} depuis {months} mois. {facts}"


def fact(rng: Random) -> str:
    """What stands behind an answer of the grid."""
    return rng.choice(FACTS).format(n=rng.randint(2, 24))


def reporter(kind: str, rng: Random) -> str:
    """Who reported, with a way to call back; the person themselves is not a reporter."""
    if kind in ("self_person", "former_beneficiary"):
        return ""
    return f"{full_name('FR', rng.choice(('woman', 'man')), rng)[0]}, {phone(rng)}"


def address(rng: Random) -> str:
    """An address that does not exist."""
    return f"{rng.randint(1, 60)} {rng.choice(STREETS)}, {rng.choice(PLACES)}"


def place(setting: str, rng: Random) -> str:
    """Where it happened."""
    where = "chez la famille" if setting.startswith("domestic") else "dans les locaux de l’entreprise"
    return f"{address(rng)} ({where})"


def account(person: Person, rng: Random) -> str:
    """What the person told about the exploitation."""
    main = person.main
    hours = f"{main.minutes_per_day // 60} heures par jour" if main.minutes_per_day else "de longues journées"
    pay = {
        None: "Ne sait plus ce qui a été versé.",
        0: "N’a jamais été payée." if person.gender == "woman" else "N’a jamais été payé.",
    }
    money = pay.get(main.pay_cents, f"Recevait environ {(main.pay_cents or 0) // 100} euros par mois.")
    work = rng.choice(WORK[main.sectors[0]])[1]
    return f"Raconte son travail : {work}, {hours}. {money} {fact(rng)}"


def fill_identity(person: Person, rng: Random) -> None:
    """Names, contacts and papers of one person."""
    person.names, family = full_name(person.country, person.gender, rng)
    person.aliases = rng.choice(
        ("", "", "", f"dite « {family[:3]} »" if person.gender == "woman" else f"dit « {family[:3]} »")
    )
    person.birth_date = f"{rng.randint(1, 28):02d}/{rng.randint(1, 12):02d}/{person.birth_year}"
    person.phones = phone(rng)
    person.email = f"contact{rng.randint(100, 999)}@courriel.example" if rng.random() < 0.3 else ""
    person.safe_contact = rng.choice(
        ("Appeler le matin seulement.", "Envoyer un message d’abord : « la bibliothèque ».", "Ne jamais laisser de message vocal.",
         "Passer par son amie.", "Appeler après 18 h.")
    )  # fmt: skip
    person.address = address(rng)
    person.identity_documents = rng.choice(
        (
            "",
            "Passeport confisqué, copie au dossier.",
            f"Passeport n° X{rng.randint(100000, 999999)}",
            "Acte de naissance, traduction en cours.",
        )
    )


def dependant_name(person: Person, rng: Random) -> str:
    """A child's name, of the person's own culture."""
    return full_name(person.country, rng.choice(("woman", "man")), rng)[0]
