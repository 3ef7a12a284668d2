"""Goods that suppliers sell, in three languages, with sizes; and what happens to their names on the way to a page.

>>> len(GOODS) > 60 and all(len(names) == 3 for names, _, _ in GOODS)
True
>>> reworded("Vis tête fraisée M8 x 40", Random(1)) != "Vis tête fraisée M8 x 40"
True
"""

from __future__ import annotations

from random import Random

# (French, English, German), unit code, sizes
_SIZES = {
    "thread": ("M4 x 20", "M5 x 25", "M6 x 30", "M8 x 40", "M8 x 60", "M10 x 50", "M10 x 80", "M12 x 60"),
    "paper": ("A3 80 g", "A4 80 g", "A4 90 g", "A4 120 g", "A5 80 g"),
    "length": ("1 m", "2 m", "3 m", "5 m", "10 m", "25 m"),
    "width": ("19 mm", "25 mm", "38 mm", "50 mm", "75 mm"),
    "volume": ("250 ml", "500 ml", "1 l", "5 l", "10 l", "20 l"),
    "power": ("5 W", "9 W", "12 W", "18 W", "36 W", "60 W"),
    "wear": ("S", "M", "L", "XL", "XXL"),
    "type": ("A100", "A200", "B150", "C-2", "GX40", "T3", "T5", "V12"),
    "none": ("",),
}
_ROWS = """
Vis tête fraisée|Countersunk screw|Senkkopfschraube|C62|thread
Vis à tête hexagonale|Hexagon bolt|Sechskantschraube|C62|thread
Écrou hexagonal|Hexagon nut|Sechskantmutter|C62|thread
Rondelle plate|Flat washer|Unterlegscheibe|C62|thread
Cheville nylon|Nylon wall plug|Nylondübel|C62|thread
Papier copieur|Copy paper|Kopierpapier|C62|paper
Enveloppes|Envelopes|Briefumschläge|C62|paper
Classeur à levier|Lever arch file|Aktenordner|C62|paper
Chemise cartonnée|Cardboard folder|Aktenmappe|C62|paper
Ruban adhésif|Adhesive tape|Klebeband|C62|width
Film étirable|Stretch film|Stretchfolie|C62|width
Sangle d'arrimage|Ratchet strap|Spanngurt|C62|length
Câble réseau|Network cable|Netzwerkkabel|C62|length
Câble électrique|Electric cable|Stromkabel|MTR|length
Tuyau d'arrosage|Garden hose|Gartenschlauch|C62|length
Rallonge électrique|Extension lead|Verlängerungskabel|C62|length
Nettoyant multi-usages|All-purpose cleaner|Allzweckreiniger|C62|volume
Savon liquide|Liquid soap|Flüssigseife|C62|volume
Huile hydraulique|Hydraulic oil|Hydrauliköl|LTR|volume
Peinture blanche mate|Matt white paint|Wandfarbe weiß matt|C62|volume
Désinfectant|Disinfectant|Desinfektionsmittel|C62|volume
Ampoule LED|LED bulb|LED-Lampe|C62|power
Projecteur de chantier|Site floodlight|Baustrahler|C62|power
Alimentation|Power supply|Netzteil|C62|power
Gants de protection|Protective gloves|Schutzhandschuhe|PR|wear
Veste de travail|Work jacket|Arbeitsjacke|C62|wear
Pantalon de travail|Work trousers|Arbeitshose|C62|wear
Gilet de sécurité|Safety vest|Warnweste|C62|wear
Filtre à air|Air filter|Luftfilter|C62|type
Filtre à huile|Oil filter|Ölfilter|C62|type
Roulement à billes|Ball bearing|Kugellager|C62|type
Courroie trapézoïdale|V-belt|Keilriemen|C62|type
Joint torique|O-ring|O-Ring|C62|type
Toner noir|Black toner|Toner schwarz|C62|type
Cartouche d'encre|Ink cartridge|Tintenpatrone|C62|type
Vanne à boisseau|Ball valve|Kugelhahn|C62|type
Capteur de pression|Pressure sensor|Drucksensor|C62|type
Moteur électrique|Electric motor|Elektromotor|C62|type
Pompe centrifuge|Centrifugal pump|Kreiselpumpe|C62|type
Clavier sans fil|Wireless keyboard|Funktastatur|C62|type
Souris optique|Optical mouse|Optische Maus|C62|type
Écran plat|Flat screen|Flachbildschirm|C62|type
Palette bois|Wooden pallet|Holzpalette|C62|none
Carton double cannelure|Double wall carton|Wellpappkarton|C62|none
Café en grains|Coffee beans|Kaffeebohnen|KGM|none
Eau minérale|Mineral water|Mineralwasser|C62|volume
Heures de montage|Assembly hours|Montagestunden|HUR|none
Heures de conseil|Consulting hours|Beratungsstunden|HUR|none
Nettoyage des bureaux|Office cleaning|Büroreinigung|HUR|none
Maintenance annuelle|Annual maintenance|Jährliche Wartung|C62|type
Licence logicielle|Software licence|Softwarelizenz|C62|type
Location de machine|Machine hire|Maschinenmiete|DAY|type
Profilé aluminium|Aluminium profile|Aluminiumprofil|MTR|type
Tôle acier|Steel sheet|Stahlblech|KGM|type
Plaque de plâtre|Plasterboard|Gipskartonplatte|C62|none
Sac de ciment|Bag of cement|Sack Zement|C62|none
Lame de scie|Saw blade|Sägeblatt|C62|type
Foret métal|Metal drill bit|Metallbohrer|C62|type
Disque abrasif|Abrasive disc|Schleifscheibe|C62|type
Chaise de bureau|Office chair|Bürostuhl|C62|type
Bureau réglable|Adjustable desk|Höhenverstellbarer Tisch|C62|type
Armoire métallique|Metal cabinet|Metallschrank|C62|type
Étiquettes|Labels|Etiketten|C62|width
Batterie|Battery|Batterie|C62|power
"""
GOODS: tuple[tuple[tuple[str, ...], str, tuple[str, ...]], ...] = tuple(
    ((french, english, german), unit, _SIZES[sizes])
    for french, english, german, unit, sizes in (row.split("|") for row in _ROWS.strip().splitlines())
)
NAMES = tuple(f"{name} {size}".strip() for names, _, sizes in GOODS for name in names for size in sizes)
FREIGHT = ("Frais de port", "Freight", "Versandkosten", "Transport", "Packing", "Frais de dossier", "Porto")
UNORDERED = ("Location bouteille", "Sundry parts", "Zusatzleistung", "Frais divers", "Assembly on site", "Muster")
_EXTRAS = ("lot", "réf. cat.", "neuf", "type", "std", "ds", "Qualität I", "blue", "conf. devis")
_SEEN = {"0": "O", "1": "l", "5": "S", "8": "B", "e": "c", "l": "1", "o": "0", "m": "rn", "i": "l", "n": "ri"}


def named(good: int, size: str, language: int) -> str:
    """The name of a good in a size, in French (0), English (1) or German (2)."""
    return f"{GOODS[good][0][language]} {size}".strip()


def reworded(name: str, rng: Random) -> str:
    """The same good in other words: abbreviated, turned about, shortened, with more to it, or in capitals."""
    words = name.split(" ")
    kind = rng.choice(("short", "turned", "less", "more", "upper")) if len(words) > 1 else rng.choice(("more", "upper"))
    if kind == "short":
        return " ".join(word[:4] + "." if len(word) > 5 and word.isalpha() else word for word in words)
    if kind == "turned":
        return " ".join((*words[1:], words[0]))
    if kind == "less":
        dropped = rng.randrange(len(words))
        return " ".join(word for at, word in enumerate(words) if at != dropped)
    return name.upper() if kind == "upper" else f"{name} {rng.choice(_EXTRAS)}"


def misread(text: str, share: float, rng: Random) -> str:
    """Text as a reader returns it that gets this share of its characters wrong."""
    return "".join(_SEEN.get(letter, rng.choice("aeirt.")) if rng.random() < share else letter for letter in text)
