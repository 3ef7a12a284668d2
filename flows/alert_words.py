"""What alarms say, in English and in French: no names, no amounts; a number where settings allow it, and a link.

>>> words("late", "en", client="acme", document=" F-1")
('acme: document F-1 is late', 'Its time limit has passed.')
"""

from __future__ import annotations

from typing import NamedTuple


class Said(NamedTuple):
    """A title and a sentence, with places."""

    title: str
    words: str


WORDS: dict[str, dict[str, Said]] = {
    "en": {
        "breach_risk": Said("{client}: document{document} may be late",
                            "The probability that it misses its time limit is {share}. It is due {due}."),
        "late": Said("{client}: document{document} is late", "Its time limit has passed."),
        "attainment": Said("{client}: target “{target}” is below what was promised",
                           "Month to date: {value}, promised: {wanted}."),
        "error_rate": Said("{client}: the audited error rate is above what was promised",
                           "Month to date: {value}, and the whole interval lies above {wanted}."),
        "certificate": Said("{client}: audits contradict the certificate of {segment}",
                            "Audited error rate: {value}, and the whole interval lies above the certified {wanted}."),
        "unacked": Said("{client}: an export waits for its acknowledgement",
                        "Batch {batch} of {target}: {count} rows without a word from the finance system."),
        "webhook": Said("{client}: a message could not be delivered", "Webhook messages that were given up: {count}."),
        "gate": Said("{client}: the quality gate refused tables", "Expectations that were not met: {count}."),
        "test": Said("Facturier: a test", "If you can read this, alarms reach you."),
    },
    "fr": {
        "breach_risk": Said("{client} : la pièce{document} risque d’être en retard",
                            "Probabilité de dépasser le délai : {share}. Échéance : {due}."),
        "late": Said("{client} : la pièce{document} est en retard", "Le délai est dépassé."),
        "attainment": Said("{client} : l’objectif « {target} » n’est pas tenu",
                           "Mois en cours : {value}, engagement : {wanted}."),
        "error_rate": Said("{client} : le taux d’erreur audité dépasse l’engagement",
                           "Mois en cours : {value} ; tout l’intervalle est au-dessus de {wanted}."),
        "certificate": Said("{client} : les audits contredisent le certificat de {segment}",
                            "Taux d’erreur audité : {value} ; tout l’intervalle est au-dessus du taux certifié "
                            "{wanted}."),
        "unacked": Said("{client} : un export attend son accusé de réception",
                        "Lot {batch} vers {target} : {count} lignes sans réponse du système comptable."),
        "webhook": Said("{client} : un message n’a pas pu être remis", "Messages de webhook abandonnés : {count}."),
        "gate": Said("{client} : le contrôle qualité a refusé des tables", "Attentes non satisfaites : {count}."),
        "test": Said("Facturier : un essai", "Si vous lisez ceci, les alertes vous parviennent."),
    },
}  # fmt: skip


def words(kind: str, language: str, **places: object) -> tuple[str, str]:
    """The title and the sentence of an alarm."""
    said = WORDS[language][kind]
    return said.title.format(**places), said.words.format(**places)
