"""Write the samples: `python -m sample_invoices.make [--seed 7] [--out DIR]`.

The same seed writes the same bytes. `--random N` writes N random documents instead, for training: see docs/samples.md.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from sample_invoices.generator import generate
from sample_invoices.generator.demo.masterdata import master_files
from sample_invoices.generator.demo.produce import produce_all
from sample_invoices.generator.demo.records import dump, expected_file, index_toml, readme, truth_lines
from sample_invoices.generator.demo.script import load_samples

HERE = Path(__file__).parent
SEED = 7


def demo_files(seed: int) -> dict[str, bytes]:
    """Every file of the demo by its path below the folder of samples."""
    produced = produce_all(load_samples(), seed)
    files, truth = dict(master_files()), []
    for item in produced:
        lines = truth_lines(item, seed)
        truth += lines
        files[f"files/{item.path}"] = item.content
        files[f"expected/{item.sample.slug}.expected.json"] = expected_file(lines)
    files["truth.jsonl"] = "".join(dump(line) + "\n" for line in truth).encode()
    files["INDEX.toml"] = index_toml(produced)
    files["README.md"] = readme(produced)
    return files


def random_files(seed: int, count: int) -> dict[str, bytes]:
    """Random documents: one PDF each, and all their words with labels in words.jsonl."""
    files, rows = {}, []
    for document in generate(seed, count, render_pages=True):
        name = f"random-{document.number:05d}.pdf"
        files[name] = document.pdf
        rows.append(dump({"file": name, **document.record()}) + "\n")
    files["words.jsonl"] = "".join(rows).encode()
    return files


def write(files: dict[str, bytes], out: Path) -> None:
    """Write each file, making folders as needed."""
    for name, content in files.items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def main(arguments: list[str] | None = None) -> int:
    """Run the tool."""
    parser = argparse.ArgumentParser(description="Write the sample invoices of fictional companies.")
    parser.add_argument("--seed", type=int, default=SEED, help=f"default {SEED}")
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write to; default: beside this file")
    parser.add_argument("--random", type=int, metavar="N", help="write N random documents instead of the demo's")
    options = parser.parse_args(arguments)
    files = demo_files(options.seed) if options.random is None else random_files(options.seed, options.random)
    write(files, options.out)
    print(f"{len(files)} files, {sum(map(len, files.values())) / 1e6:.1f} MB in {options.out}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
