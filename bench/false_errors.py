"""How often the rules are wrong about e-invoices that their makers call valid: each error or hold, by rule and file.

    python bench/false_errors.py DATA_DIR [--json] [--sets xml_xrechnung,xml_misc] [--warnings]

Every XML file of the sets is read and validated without master data. A file counts as valid where the published rules
of its standard (Schematron) find no error in it; the others are counted, and not held against us: among them are files
that are broken on purpose. Left out is what speaks of the supplier, the order, an earlier document or the age of the
invoice: nothing in a file can answer for that. Accounts whose check digits are wrong are counted apart: sample files
have invented ones, and that such an account is held is right.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

if not __package__:  # run as a file: this folder must not hide the package `matching`
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from bench import machine
from extractors.einvoice import read_xml
from models.errors import FacturierError
from models.extraction import Extraction
from models.finding import Finding, Severity
from models.settings import LimitSettings
from validators import RULES, ValidationContext, validate

Json = dict[str, Any]

SETS = "xml_xrechnung,xml_misc"
ABOUT_HISTORY = ("AP-SUPPLIER", "AP-MATCH", "AP-BANK-NEW", "AP-DUPLICATE", "AP-FIRST", "AP-DATE", "AP-ROUND")
ACCOUNT = "AP-BANK-INVALID"
GRAVE = frozenset({Severity.ERROR, Severity.HOLD})


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--sets", default=SETS)
    parser.add_argument("--warnings", action="store_true", help="list warnings of our own rules too")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures: Json = {"machine": machine.describe()}
    figures |= {name: judge(options.data / name, options.warnings) for name in options.sets.split(",")}
    print(json.dumps(figures, indent=2, ensure_ascii=False) if options.json else _shown(figures))


def judge(folder: Path, with_warnings: bool) -> Json:  # noqa: FBT001 - a flag of the command
    """One set: files, files with a false error, and every error with its rule."""
    found: dict[str, list[str]] = defaultdict(list)
    warned: Counter[str] = Counter()
    files = valid = wrong = unread = accounts = 0
    for path in sorted((folder / "files").glob("*.xml")):
        files += 1
        try:
            read = read_xml(path.read_bytes(), LimitSettings(), "auto")
        except FacturierError:
            unread += 1
            continue
        if any(finding.severity in GRAVE for finding in read.findings):
            continue
        valid += 1
        grave = [finding for finding in _own(read) if finding.severity in GRAVE]
        accounts += any(finding.rule == ACCOUNT for finding in grave)
        false = [finding for finding in grave if finding.rule != ACCOUNT]
        wrong += bool(false)
        for finding in false:
            found[finding.rule].append(f"{path.name}: {finding.message}")
        warned.update({finding.rule for finding in _own(read) if finding.severity is Severity.WARNING})
    figures: Json = {"files": files, "not_invoices": unread, "valid": valid, "files_with_false_errors": wrong,
                     "files_with_invented_accounts": accounts, "false_errors": dict(found)}  # fmt: skip
    return figures | ({"warnings": dict(warned.most_common())} if with_warnings else {})


def _own(read: Extraction) -> Iterator[Finding]:
    """What the rules say of the values alone, even where the reader has said it."""
    bare = read.model_copy(update={"findings": ()})
    for finding in validate(bare.invoice, bare, None, ValidationContext(today=datetime.now(UTC).date())):
        if finding.rule in RULES and not finding.rule.startswith(ABOUT_HISTORY):
            yield finding


def _shown(figures: Json) -> str:
    lines = [machine.header()]
    for name, one in figures.items():
        if name == "machine":
            continue
        lines.append(f"\n{name}: {one['files']} files, {one['valid']} valid by the published rules, of these "
                     f"{one['files_with_false_errors']} with false errors, {one['files_with_invented_accounts']} with "
                     f"an account whose check digits are wrong; {one['not_invoices']} are no invoices")  # fmt: skip
        for rule, files in sorted(one["false_errors"].items()):
            lines += [f"  {rule} ({len(files)})", *(f"    {each}" for each in files)]
        lines += [f"  warning {rule}: {count} files" for rule, count in one.get("warnings", {}).items()]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
