"""Writers of e-invoice XML: UBL 2.1, UN/CEFACT CII D22B, and CII inside of a PDF (Factur-X, ZUGFeRD 2)."""
