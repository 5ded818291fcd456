"""Invented people's names: common given names and family names put together by chance, in the scripts people use.

Nobody here exists. Arabic names are given with both writings: the file of a person holds both.
"""

from __future__ import annotations

from random import Random

ARABIC_WOMEN = (
    ("Fatima Zahra", "فاطمة الزهراء"), ("Khadija", "خديجة"), ("Naïma", "نعيمة"), ("Samira", "سميرة"), ("Hanane", "حنان"),
    ("Soumia", "سمية"), ("Malika", "مليكة"), ("Nadia", "نادية"), ("Rachida", "رشيدة"), ("Latifa", "لطيفة"),
    ("Ilham", "إلهام"), ("Meryem", "مريم"), ("Houria", "حورية"), ("Zineb", "زينب"), ("Amina", "أمينة"), ("Salma", "سلمى"),
    ("Wafaa", "وفاء"), ("Btissam", "ابتسام"), ("Karima", "كريمة"), ("Sanaa", "سناء"),
)  # fmt: skip
ARABIC_MEN = (
    ("Mohamed", "محمد"), ("Youssef", "يوسف"), ("Abdelkader", "عبد القادر"), ("Rachid", "رشيد"), ("Hicham", "هشام"),
    ("Brahim", "إبراهيم"), ("Mustapha", "مصطفى"), ("Karim", "كريم"), ("Noureddine", "نور الدين"), ("Samir", "سمير"),
    ("Omar", "عمر"), ("Driss", "إدريس"),
)  # fmt: skip
ARABIC_FAMILIES = (
    ("Benali", "بنعلي"), ("El Idrissi", "الإدريسي"), ("Haddad", "حداد"), ("Mansouri", "منصوري"), ("Tahiri", "الطاهري"),
    ("Bouazza", "بوعزة"), ("Cherkaoui", "الشرقاوي"), ("Ziani", "الزياني"), ("Belkacem", "بلقاسم"), ("Amrani", "العمراني"),
    ("Khelifi", "خليفي"), ("Saïdi", "سعيدي"), ("Lahlou", "لحلو"), ("Naciri", "الناصري"), ("Ouazzani", "الوزاني"),
    ("Trabelsi", "الطرابلسي"), ("Fares", "فارس"), ("Mokrani", "مقراني"),
)  # fmt: skip

_N = dict[str, tuple[str, ...]]
CULTURES: dict[str, _N] = {
    "west_africa": {
        "woman": ("Aminata", "Fatoumata", "Mariam", "Awa", "Aïssata", "Rokia", "Kadiatou", "Adjoua", "Affoué", "Akissi",
                  "Bintou", "Ramatoulaye", "Ndeye", "Coumba", "Assétou", "Salimata", "Djénéba", "Amenan", "Hawa", "Sira"),
        "man": ("Moussa", "Ibrahima", "Seydou", "Mamadou", "Kouassi", "Koffi", "Yao", "Bakary", "Lassana", "Ousmane",
                "Adama", "Cheikh", "Souleymane"),
        "family": ("Traoré", "Koné", "Diallo", "Coulibaly", "Ouattara", "Kouamé", "Diabaté", "Sow", "Ndiaye", "Touré",
                   "Konaté", "Cissé", "Kouassi", "Bamba", "Sangaré", "Diop", "Fofana", "Keïta", "Ba", "Sidibé", "N’Guessan"),
    },
    "gulf_of_guinea": {
        "woman": ("Afi", "Ama", "Akouvi", "Blessing", "Joy", "Esther", "Peace", "Efua", "Sènami", "Adjo", "Comfort", "Mercy"),
        "man": ("Kossi", "Kwame", "Emeka", "Kodjo", "Sunday", "Femi"),
        "family": ("Mensah", "Adjovi", "Okafor", "Amoussou", "Agbodjan", "Osagie", "Lawson", "Dossou", "Owusu", "Eze", "Hounsou"),
    },
    "central_africa": {
        "woman": ("Chantal", "Clarisse", "Solange", "Mireille", "Espérance", "Ngozi", "Béatrice", "Immaculée", "Francine",
                  "Nadège", "Divine", "Arlette"),
        "man": ("Patrice", "Jean-Bosco", "Serge", "Hervé", "Dieudonné", "Guy"),
        "family": ("Mbarga", "Ngo Biyong", "Mukendi", "Kabongo", "Ilunga", "Ndayizeye", "Niyonzima", "Obame", "Makaya",
                   "Fotso", "Tchamba", "Moukoko", "Ntumba"),
    },
    "east_africa": {
        "woman": ("Tigist", "Selam", "Almaz", "Hiwot", "Hodan", "Grace", "Wanjiru", "Saba", "Meseret"),
        "man": ("Abdi", "Tesfaye", "Yonas", "Said"),
        "family": ("Bekele", "Tadesse", "Haile", "Omar", "Njoroge", "Warsame", "Gebre", "Abebe", "Farah"),
    },
    "indian_ocean": {
        "woman": ("Voahangy", "Hanitra", "Lalao", "Noro", "Fara", "Moinaécha", "Zalhata", "Haingo"),
        "man": ("Rivo", "Hery", "Ali", "Tojo"),
        "family": ("Rakotoarisoa", "Randriamampianina", "Razafy", "Rasoanaivo", "Mohamed Soilihi", "Andrianjafy", "Ravelo"),
    },
    "philippines": {
        "woman": ("Maricel", "Rosalinda", "Jocelyn", "Marites", "Analyn", "Lourdes", "Cherry", "Divina", "Evangeline",
                  "Rowena", "Jonalyn", "Teresita", "Maribel", "Gemma"),
        "man": ("Rodel", "Jun", "Reynaldo"),
        "family": ("Dela Cruz", "Bautista", "Reyes", "Santos", "Villanueva", "Magbanua", "Dimaculangan", "Pangilinan",
                   "Aquino", "Manalo", "Catapang", "Salonga"),
    },
    "south_asia": {
        "woman": ("Sunita", "Lakshmi", "Shanthi", "Nasreen", "Priya", "Kumari", "Rina", "Anjali", "Dilrukshi"),
        "man": ("Rajesh", "Mohammad", "Arif", "Suresh", "Kamal", "Imran", "Shafiq", "Ranjit", "Nuwan", "Bikram"),
        "family": ("Singh", "Kaur", "Rahman", "Hossain", "Kumar", "Perera", "Begum", "Sharma", "Khan", "Thapa", "Fernando", "Das"),
    },
    "east_asia": {
        "woman": ("Li Na", "Wang Mei", "Nguyen Thi Lan", "Tran Thi Hoa", "Siti", "Sri Wahyuni", "Chen Xiu"),
        "man": ("Zhang Wei", "Tran Van Duc", "Budi", "Liu Yong"),
        "family": ("",),
    },
    "eastern_europe": {
        "woman": ("Elena", "Oksana", "Ioana", "Mariana", "Desislava", "Ayşe", "Rodica", "Mirela"),
        "man": ("Ion", "Vasile", "Andriy", "Mehmet", "Stoyan", "Arben", "Costel"),
        "family": ("Popescu", "Ivanova", "Shevchenko", "Munteanu", "Yılmaz", "Dimitrov", "Hoxha", "Rusu", "Ciobanu"),
    },
    "latin": {
        "woman": ("Maria das Dores", "Luz Marina", "Rosa Elena", "Marie-Lourdes", "Fernanda", "Yolanda", "Ivone"),
        "man": ("José", "Wilson", "João", "Jean-Robert"),
        "family": ("da Silva", "Rodríguez", "Quispe", "Joseph", "Tavares", "Monteiro", "Peña", "Pierre-Louis"),
    },
    "french": {
        "woman": ("Chloé", "Sandrine", "Manon", "Élodie", "Laura"),
        "man": ("Kévin", "Thomas", "Julien"),
        "family": ("Lefèvre", "Marchand", "Garnier", "Rousseau", "Perrin", "Vasseur"),
    },
    "pacific": {"woman": ("Litia", "Mere"), "man": ("Sione",), "family": ("Vakatawa", "Tuilagi")},
}  # fmt: skip
CULTURE_OF = {
    **dict.fromkeys(("MA", "DZ", "TN", "EG", "MR", "LB"), "arabic"),
    **dict.fromkeys(("CI", "SN", "ML", "GN", "BF"), "west_africa"),
    **dict.fromkeys(("BJ", "TG", "NG", "GH"), "gulf_of_guinea"),
    **dict.fromkeys(("CM", "CD", "CG", "GA", "BI", "RW"), "central_africa"),
    **dict.fromkeys(("ET", "DJ", "KE"), "east_africa"),
    **dict.fromkeys(("MG", "KM"), "indian_ocean"),
    **dict.fromkeys(("IN", "BD", "PK", "LK", "NP"), "south_asia"),
    **dict.fromkeys(("CN", "VN", "ID"), "east_asia"),
    **dict.fromkeys(("RO", "UA", "BG", "AL", "MD", "TR"), "eastern_europe"),
    **dict.fromkeys(("CV", "PT", "HT", "DO", "BR", "CO", "PE"), "latin"),
    "PH": "philippines", "FR": "french", "FJ": "pacific",
}  # fmt: skip
LANGUAGES_OF = {
    "MA": ("ary", "fr"), "DZ": ("arq", "fr"), "TN": ("ar", "fr"), "EG": ("arz",), "MR": ("ar", "ff"), "LB": ("ar", "fr"),
    "CI": ("fr", "bci"), "SN": ("wo", "fr"), "ML": ("bm", "fr"), "GN": ("ff", "fr"), "BF": ("mos", "fr"), "BJ": ("fon", "fr"),
    "TG": ("ee", "fr"), "NG": ("en", "bin"), "GH": ("en", "ak"), "CM": ("fr",), "CD": ("ln", "fr"), "CG": ("ln", "fr"),
    "GA": ("fr",), "BI": ("rn", "fr"), "RW": ("rw", "fr"), "ET": ("am",), "DJ": ("so", "fr"), "KE": ("sw", "en"),
    "MG": ("mg", "fr"), "KM": ("zdj", "fr"), "PH": ("tl", "en"), "IN": ("hi", "en"), "BD": ("bn",), "PK": ("ur",),
    "LK": ("ta", "si"), "NP": ("ne",), "CN": ("zh",), "VN": ("vi",), "ID": ("id", "ar"), "RO": ("ro",), "UA": ("uk", "ru"),
    "BG": ("bg",), "AL": ("sq",), "MD": ("ro", "ru"), "TR": ("tr",), "CV": ("kea", "pt"), "PT": ("pt",), "HT": ("ht", "fr"),
    "DO": ("es",), "BR": ("pt",), "CO": ("es",), "PE": ("es",), "FR": ("fr",), "FJ": ("en",),
}  # fmt: skip


def full_name(country: str, gender: str, rng: Random) -> tuple[str, str]:
    """A name as the file writes it, and the family name alone. Arabic names come in both scripts."""
    culture = CULTURE_OF[country]
    gender = gender if gender in ("woman", "man") else "woman"
    if culture == "arabic":
        given, family = rng.choice(ARABIC_WOMEN if gender == "woman" else ARABIC_MEN), rng.choice(ARABIC_FAMILIES)
        return f"{given[0]} {family[0]} ({given[1]} {family[1]})", family[0]
    given_name, family_name = rng.choice(CULTURES[culture][gender]), rng.choice(CULTURES[culture]["family"])
    return f"{given_name} {family_name}".strip(), family_name or given_name.split()[0]


def exploiter_name(rng: Random) -> str:
    """Someone accused: any origin."""
    country = rng.choice(("FR", "MA", "CI", "CM", "LB", "IN", "CN", "TR", "SN", "DZ", "PT"))
    return f"{rng.choice(('M.', 'Mme', 'M. et Mme'))} {full_name(country, 'man', rng)[1]}"


def phone(rng: Random) -> str:
    """A number of the ranges that France keeps for fiction."""
    if rng.random() < 0.75:
        return f"06 39 98 {rng.randint(0, 99):02d} {rng.randint(0, 99):02d}"
    return f"01 99 00 {rng.randint(0, 99):02d} {rng.randint(0, 99):02d}"
