"""Make the bytes of one sample, and keep what is needed for its truth.

Kinds are rows of MAKERS. Every choice is drawn from numbers seeded by (seed, slug), so each sample stays the same when
others are added.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from random import Random

import numpy as np
from PIL import Image

from sample_invoices.generator.compose import Composed, render
from sample_invoices.generator.demo.script import Sample
from sample_invoices.generator.einvoice.cii import XRECHNUNG, write_cii
from sample_invoices.generator.einvoice.hybrid import embed_cii
from sample_invoices.generator.einvoice.ubl import write_ubl
from sample_invoices.generator.facts import Facts
from sample_invoices.generator.locales import Wording, load_locale
from sample_invoices.generator.looks import load_looks
from sample_invoices.generator.scan import Matrix, Recipe, picture_to_file, pictures_to_pdf, scan_page

SUFFIXES = {
    "scan": "pdf",
    "facturx": "pdf",
    "broken": "pdf",
    "encrypted": "pdf",
    "copy": "pdf",
    "ubl": "xml",
    "cii": "xml",
}
PASSWORD = "bellecombe"  # noqa: S105 - of a sample that must not open without it
KEPT = 0.6  # of the broken PDF: its head and half of a font, but no page
MAIL_TEXT = "Bonjour,\n\nveuillez trouver notre facture en pièce jointe.\n\nCordialement,\n{name}\n"


@dataclass(frozen=True, slots=True)
class Produced:
    """One file. `matrices` take page points to picture points, one a page; empty where the page was not scanned."""

    sample: Sample
    path: str  # below the folder of files
    content: bytes
    composed: tuple[Composed, ...] = ()
    matrices: tuple[Matrix, ...] = ()
    members: tuple[str, ...] = ()  # names inside of a container, one a document


def wording_for(sample: Sample, facts: Facts, seed: int) -> Wording:
    """The labels of one sample."""
    rng = Random(f"{seed}:{sample.repeat or sample.slug}:{facts.invoice.invoice_number}")
    return Wording(load_locale(facts.language), rng, currency_style=load_looks()[sample.look].currency)


def print_pages(sample: Sample, seed: int, *, password: str | None = None) -> tuple[bytes, tuple[Composed, ...]]:
    """All invoices of the sample in one PDF."""
    look = load_looks()[sample.look]
    jobs = [(facts, look, wording_for(sample, facts, seed)) for facts in sample.facts]
    pdf, composed = render(jobs, password=password)
    return pdf, tuple(composed)


def path_of(sample: Sample) -> str:
    """The file's path below the folder of files."""
    return f"{sample.slug}.{SUFFIXES.get(sample.kind, sample.kind)}"


def make_pdf(sample: Sample, seed: int) -> Produced:
    """A digital PDF."""
    pdf, composed = print_pages(sample, seed)
    return Produced(sample, path_of(sample), pdf, composed)


def make_encrypted(sample: Sample, seed: int) -> Produced:
    """A PDF that wants a password."""
    pdf, composed = print_pages(sample, seed, password=PASSWORD)
    return Produced(sample, path_of(sample), pdf, composed)


def make_broken(sample: Sample, seed: int) -> Produced:
    """A PDF that ends in the middle."""
    pdf, composed = print_pages(sample, seed)
    return Produced(sample, path_of(sample), pdf[: round(len(pdf) * KEPT)], composed)


def scanned(sample: Sample, seed: int) -> tuple[Recipe, tuple[Composed, ...], list[tuple[Image.Image, Matrix]]]:
    """The sample's pages through its scan recipe."""
    recipe = sample.recipe or Recipe()
    pdf, composed = print_pages(sample, seed)
    rng = np.random.default_rng([seed, *sample.slug.encode()])
    count = composed[-1].pages[-1]
    return recipe, composed, [scan_page(pdf, index, recipe, rng) for index in range(count)]


def make_scan(sample: Sample, seed: int) -> Produced:
    """A scanner's PDF."""
    recipe, composed, pages = scanned(sample, seed)
    content = pictures_to_pdf([picture for picture, _ in pages], recipe)
    return Produced(sample, path_of(sample), content, composed, tuple(matrix for _, matrix in pages))


def make_picture(sample: Sample, seed: int) -> Produced:
    """A picture file of the first page."""
    recipe, composed, pages = scanned(sample, seed)
    picture, matrix = pages[0]
    content = picture_to_file(picture, recipe, sample.kind)
    return Produced(sample, path_of(sample), content, composed, (matrix,))


def make_hybrid(sample: Sample, seed: int) -> Produced:
    """A PDF with the invoice inside as CII."""
    pdf, composed = print_pages(sample, seed)
    facts = sample.xml_facts or sample.facts[0]
    content = embed_cii(pdf, write_cii(facts), str(facts.invoice.invoice_number))
    return Produced(sample, path_of(sample), content, composed)


def make_ubl(sample: Sample, _seed: int) -> Produced:
    """Plain UBL."""
    return Produced(sample, path_of(sample), write_ubl(sample.facts[0]))


def make_cii(sample: Sample, _seed: int) -> Produced:
    """Plain CII."""
    return Produced(sample, path_of(sample), write_cii(sample.facts[0], XRECHNUNG))


def make_mail(sample: Sample, seed: int) -> Produced:
    """A message with the invoice attached; ids, dates and boundary are fixed."""
    pdf, composed = print_pages(sample, seed)
    facts = sample.facts[0]
    number = str(facts.invoice.invoice_number)
    name = f"facture-{number}.pdf"
    message = EmailMessage()
    message["From"] = f"{facts.seller.name} <{facts.seller.email}>"
    message["To"] = "Comptabilité fournisseurs <factures@bellecombe.example>"
    message["Subject"] = f"Facture {number}"
    message["Date"] = f"{facts.invoice.issue_date:%a, %d %b %Y} 09:12:00 +0200"
    message["Message-ID"] = f"<{number.lower()}@{facts.seller.email.partition('@')[2]}>"
    message.set_content(MAIL_TEXT.format(name=facts.seller.name))
    message.add_attachment(pdf, maintype="application", subtype="pdf", filename=name)
    message.set_boundary(f"=={number}==")
    return Produced(sample, path_of(sample), message.as_bytes(), composed, members=(name,))


def make_archive(sample: Sample, seed: int) -> Produced:
    """A ZIP archive with one PDF an invoice, stored as they are."""
    look = load_looks()[sample.look]
    out, composed, names = io.BytesIO(), [], []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for facts in sample.facts:
            pdf, documents = render([(facts, look, wording_for(sample, facts, seed))])
            name = f"{facts.invoice.invoice_number}.pdf"
            archive.writestr(zipfile.ZipInfo(name, (2026, 9, 28, 8, 0, 0)), pdf)
            composed.extend(documents)
            names.append(name)
    return Produced(sample, path_of(sample), out.getvalue(), tuple(composed), members=tuple(names))


MAKERS: dict[str, Callable[[Sample, int], Produced]] = {
    "pdf": make_pdf,
    "scan": make_scan,
    "jpg": make_picture,
    "png": make_picture,
    "tiff": make_picture,
    "facturx": make_hybrid,
    "ubl": make_ubl,
    "cii": make_cii,
    "broken": make_broken,
    "encrypted": make_encrypted,
    "eml": make_mail,
    "zip": make_archive,
}


def produce_all(samples: tuple[Sample, ...], seed: int) -> list[Produced]:
    """Every sample in order; exact copies take the bytes of what they repeat."""
    done: dict[str, Produced] = {}
    for sample in samples:
        if sample.kind == "copy":
            original = done[sample.repeat or ""]
            done[sample.slug] = Produced(sample, path_of(sample), original.content, original.composed)
        else:
            done[sample.slug] = MAKERS[sample.kind](sample, seed)
    return list(done.values())
