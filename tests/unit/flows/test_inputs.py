"""What a command line names becomes documents in order, and what cannot be opened an answer of its own."""

from __future__ import annotations

import io
import os
import zipfile
from email.message import EmailMessage
from pathlib import Path

from flows.inputs import Input, inputs, walk
from models.settings import LimitSettings, Settings

PDF = b"%PDF-1.7\none\n%%EOF\n"
SETTINGS = Settings()


def given(*paths: Path, settings: Settings = SETTINGS) -> list[Input]:
    return list(inputs(paths, settings))


def zipped(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.pdf", content)
    return buffer.getvalue()


def test_files_keep_the_order_in_which_they_are_named(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("b.pdf", "a.pdf")]
    for path in paths:
        path.write_bytes(PDF)
    assert list(walk(paths)) == paths
    assert [each.name for each in given(*paths)] == [str(path) for path in paths]


def test_a_folder_gives_its_files_sorted_and_without_hidden_ones(tmp_path: Path) -> None:
    for name in ("b/2.pdf", "a.pdf", "b/1.pdf", ".hidden.pdf", ".git/x.pdf"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(PDF)
    assert [path.relative_to(tmp_path).as_posix() for path in walk([tmp_path])] == ["a.pdf", "b/1.pdf", "b/2.pdf"]


def test_a_folder_that_is_itself_hidden_is_walked_all_the_same(tmp_path: Path) -> None:
    folder = tmp_path / ".cache"
    folder.mkdir()
    (folder / "a.pdf").write_bytes(PDF)
    assert list(walk([folder])) == [folder / "a.pdf"]


def test_a_document_has_the_bytes_and_the_bare_name(tmp_path: Path) -> None:
    path = tmp_path / "facture é.pdf"
    path.write_bytes(PDF)
    (found,) = given(path)
    assert found.document is not None
    assert (found.document.content, found.document.name, found.error) == (PDF, "facture é.pdf", None)


def test_a_file_that_is_not_there_gives_an_answer(tmp_path: Path) -> None:
    (found,) = given(tmp_path / "none.pdf")
    assert found.document is None
    assert found.error is not None
    assert found.error.reason_code == "unreadable"


def test_a_file_over_the_limit_is_not_even_read(tmp_path: Path) -> None:
    path = tmp_path / "large.pdf"
    with path.open("wb") as file:
        file.truncate(5 * 2**30)  # sparse: reading it would take minutes and all memory
    (found,) = given(path)
    assert found.error is not None
    assert found.error.reason_code == "too_large"


def test_the_limit_itself_is_allowed(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(PDF)
    exact = SETTINGS.model_copy(update={"limits": LimitSettings(file_bytes=len(PDF))})
    under = SETTINGS.model_copy(update={"limits": LimitSettings(file_bytes=len(PDF) - 1)})
    assert given(path, settings=exact)[0].error is None
    assert given(path, settings=under)[0].error is not None


def test_a_pipe_is_refused_and_does_not_block(tmp_path: Path) -> None:
    path = tmp_path / "pipe.pdf"
    os.mkfifo(path)
    (found,) = given(path)
    assert found.error is not None
    assert found.error.reason_code == "not_a_file"


def test_an_archive_gives_one_document_for_each_member(tmp_path: Path) -> None:
    path = tmp_path / "lot.zip"
    path.write_bytes(zipped(one=PDF, two=PDF + b"2"))
    found = given(path)
    assert [each.name for each in found] == [f"{path}/one.pdf", f"{path}/two.pdf"]
    assert [each.document.content for each in found if each.document] == [PDF, PDF + b"2"]


def test_a_mail_gives_its_attachments(tmp_path: Path) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@example.com", "b@example.com", "Invoice"
    mail.set_content("See the attachment.")
    mail.add_attachment(PDF, maintype="application", subtype="pdf", filename="f.pdf")
    path = tmp_path / "mail.eml"
    path.write_bytes(bytes(mail))
    (found,) = given(path)
    assert found.name == f"{path}/f.pdf"
    assert found.document is not None
    assert found.document.content == PDF


def test_a_broken_archive_gives_an_answer_and_the_next_file_is_read(tmp_path: Path) -> None:
    broken, good = tmp_path / "a.zip", tmp_path / "b.pdf"
    broken.write_bytes(zipped(one=PDF)[:-30])
    good.write_bytes(PDF)
    first, second = given(broken, good)
    assert first.error is not None
    assert second.document is not None
