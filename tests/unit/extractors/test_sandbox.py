"""The walls hold against a parser that was taken over: here the "parser" runs its document as a program."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from extractors.sandbox import ReaderPool, confine, frames, launch
from extractors.sandbox.exchange import Recall, printable
from models.document import Document
from models.errors import EngineError, InvoiceError, LimitExceededError, SettingsError, UnreadableDocumentError
from models.memory import Fingerprint, Sample
from models.settings import LimitSettings, ReadingSettings

ROGUE = textwrap.dedent("""
    import json
    from extractors.sandbox import child, zygote

    def run(request, content, orders, recall):
        names = {"orders": orders, "recall": recall}
        exec(content.decode(), names)
        found = names.get("found")
        return found if isinstance(found, bytes) else json.dumps(found).encode()

    child._WORK["read"] = run
    zygote.main()
""")
LIMITS = LimitSettings(
    parse_seconds=2,
    page_seconds=1,
    document_seconds=4,
    child_cpu_seconds=2,
    child_memory_bytes=200 * 2**20,
    answer_bytes=100_000,
    file_bytes=1_000_000,
)
CONFINED = launch.find_jail("auto").name == "bubblewrap"
needs_walls = pytest.mark.skipif(not CONFINED and not os.environ.get("CI"), reason="bubblewrap does not work here")


def rogue_pool(sandbox: str, workers: int = 2) -> ReaderPool:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(launch, "PROGRAM", ("-c", ROGUE))
        return ReaderPool(ReadingSettings.model_validate({"sandbox": sandbox}), LIMITS, workers=workers)


@pytest.fixture(scope="module", params=["auto", pytest.param("none", marks=pytest.mark.slow)])
def pool(request: pytest.FixtureRequest) -> Iterator[ReaderPool]:
    with rogue_pool(request.param) as made:
        yield made


@pytest.fixture(scope="module")
def walled() -> Iterator[ReaderPool]:
    with rogue_pool("auto") as made:
        yield made


def run(pool: ReaderPool, program: str) -> object:
    """What a program leaves in `found` when a child runs it."""
    request = frames.Request(kind="read", reading=ReadingSettings())
    return json.loads(pool._ask(request, textwrap.dedent(program).encode(), LIMITS.answer_bytes))


DENIED = {
    "BlockingIOError", "FileNotFoundError", "KeyError", "OSError", "PermissionError", "ProcessLookupError",
    "resource_limit", "timeout",
}  # fmt: skip


def answer(pool: ReaderPool, program: str) -> object:
    """What a program found, or the reason why it found nothing."""
    try:
        return run(pool, program)
    except InvoiceError as error:
        return error.reason_code


def fails(pool: ReaderPool, program: str) -> InvoiceError:
    with pytest.raises(InvoiceError) as caught:
        run(pool, program)
    return caught.value


def processes(name: str) -> list[int]:
    """Everything on this machine that calls itself so."""
    found = []
    for comm in Path("/proc").glob("[0-9]*/comm"):
        try:
            if comm.read_text().strip() == name:
                found.append(int(comm.parent.name))
        except OSError:
            continue
    return found


def wait_until_gone(name: str, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while processes(name) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not processes(name)


NAMED = """
    import ctypes, os, signal, time
    ctypes.CDLL(None).prctl(15, b"{name}", 0, 0, 0)
"""


def test_a_child_answers(pool: ReaderPool) -> None:
    assert run(pool, "found = {'sum': 1 + 1}") == {"sum": 2}


def test_a_child_that_hangs_and_ignores_signals_is_killed_at_the_limit(pool: ReaderPool) -> None:
    started = time.monotonic()
    error = fails(
        pool,
        """
        import signal, time
        for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
            signal.signal(number, signal.SIG_IGN)
        time.sleep(600)
        """,
    )
    assert error.reason_code == "timeout"
    assert time.monotonic() - started < LIMITS.parse_seconds + 5


def test_descendants_in_sessions_of_their_own_die_with_the_child(pool: ReaderPool) -> None:
    name = f"orphan{os.getpid() % 10000}"
    program = textwrap.dedent(NAMED.format(name=name)) + textwrap.dedent("""
        for _ in range(3):
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0:
                    signal.signal(signal.SIGTERM, signal.SIG_IGN)
                    time.sleep(600)
                time.sleep(600)
        time.sleep(0.2)
        found = True
    """)
    assert run(pool, program) is True
    assert wait_until_gone(name, 5)


def test_a_childs_files_are_gone_when_it_is(pool: ReaderPool) -> None:
    scratch = run(pool, "import os; open('left', 'w').write('x'); os.mkdir('deep'); found = os.environ['TMPDIR']")
    program = f"import os, time; time.sleep(0.3); found = os.path.exists({scratch!r})"
    assert run(pool, program) is False


def test_memory_ends_at_the_limit_and_only_for_the_child(pool: ReaderPool) -> None:
    error = fails(pool, "held = []\nwhile True: held.append(bytearray(10 << 20))")
    assert (type(error), error.reason_code) == (LimitExceededError, "resource_limit")
    assert run(pool, "found = 'next'") == "next"


def test_memory_within_the_limit_is_given(pool: ReaderPool) -> None:
    assert run(pool, "found = len(bytearray(100 << 20))") == 100 << 20


def test_burnt_cpu_is_a_timeout(pool: ReaderPool) -> None:
    program = "import resource; resource.setrlimit(resource.RLIMIT_CPU, (1, 1))\nwhile True: pass"
    assert fails(pool, program).reason_code in {"timeout", "resource_limit"}
    assert fails(pool, "while True: pass").reason_code == "timeout"


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS])
def test_a_crash_of_a_library_makes_the_document_unreadable(pool: ReaderPool, number: signal.Signals) -> None:
    error = fails(pool, f"import os; os.kill(os.getpid(), {number.value})")
    assert isinstance(error, UnreadableDocumentError)
    assert number.name in error.detail


def test_a_child_killed_from_outside_was_out_of_memory(pool: ReaderPool) -> None:
    assert fails(pool, "import os; os.kill(os.getpid(), 9)").reason_code == "resource_limit"


def test_an_exit_without_an_answer_is_unreadable(pool: ReaderPool) -> None:
    assert fails(pool, "import os; os._exit(0)").reason_code == "unreadable"


def test_any_exception_becomes_a_reason_without_traceback(pool: ReaderPool) -> None:
    error = fails(pool, "raise KeyError('a\\x1b[31m\\nb')")
    assert error.reason_code == "unreadable"
    assert "Traceback" not in error.detail
    assert printable(error.detail) == error.detail


def test_endless_recursion_is_a_limit(pool: ReaderPool) -> None:
    assert fails(pool, "def f(): f()\nf()").reason_code == "resource_limit"


def test_announced_pages_move_the_deadline_but_not_for_ever(pool: ReaderPool) -> None:
    step = "import time\nfrom extractors.progress import page_started\n"
    step += "for _ in range({n}): page_started(); time.sleep(1)\n"
    assert run(pool, step.format(n=3) + "found = True") is True
    started = time.monotonic()
    assert fails(pool, step.format(n=60)).reason_code == "timeout"
    assert time.monotonic() - started < 30  # half of what the child would take; a busy machine adds seconds


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("b'x' * 200_000", "resource_limit"),
        ("b'not json'", "unreadable"),
        ("b'{}'", "unreadable"),
        ("b'{\"extractions\": []}'", "unreadable"),
        ('b\'{"extractions": [], "pages": [{"number": "1", "width": 1, "height": 1, "reader": "x"}]}\'', "unreadable"),
    ],
)
def test_an_answer_is_hostile_until_checked(pool: ReaderPool, body: str, code: str) -> None:
    with pytest.raises(InvoiceError) as caught:
        pool.read(Document(f"found = {body}".encode(), "x.pdf"))
    assert caught.value.reason_code == code


def test_an_answer_may_not_name_pages_that_are_not_there(pool: ReaderPool) -> None:
    extraction = {"invoice": {}, "evidence": {}, "source": "page", "pages": [7]}
    program = f"import json; found = json.dumps({{'extractions': [{extraction!r}], 'pages': []}}).encode()"
    with pytest.raises(UnreadableDocumentError, match="not there"):
        pool.read(Document(program.encode(), "x.pdf"))


def test_a_frame_that_announces_too_much_is_not_read(pool: ReaderPool) -> None:
    program = """
        import os, socket, stat, struct
        for fd in range(3, 64):
            try:
                if stat.S_ISSOCK(os.fstat(fd).st_mode):
                    os.write(fd, struct.pack("!II", 2, 4_000_000_000) + b"{}")
            except OSError:
                pass
        os._exit(0)
    """
    assert fails(pool, program).reason_code == "resource_limit"


def asks(pool: ReaderPool, program: str, recall: Recall | None) -> InvoiceError:
    """What becomes of a child that asks for what is remembered in its own way."""
    with pytest.raises(InvoiceError) as caught:
        pool.read(Document(textwrap.dedent(program).encode(), "x.pdf"), recall=recall)
    return caught.value


ASKS = """
    import os, socket, stat
    from extractors.sandbox import frames
    channel = next(socket.socket(fileno=fd) for fd in range(3, 64)
                   if os.path.exists(f"/proc/self/fd/{{fd}}") and stat.S_ISSOCK(os.fstat(fd).st_mode))
    for _ in range({times}):
        frames.send(channel, b'{{"asks": true}}', {question})
        {then}
"""


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("b'no json'", "unreadable"),
        ("b'[]'", "unreadable"),
        ("b'{\"hashes\": [-1]}'", "unreadable"),
        ('b\'{"keys": ["x"], "client": "beta"}\'', "unreadable"),
        ("bytes(40_000)", "resource_limit"),
        ("bytes(200_000)", "resource_limit"),
    ],
    ids=["no_json", "other_json", "negative", "more_than_asked", "too_large", "far_too_large"],
)
def test_a_question_of_a_child_is_checked(pool: ReaderPool, question: str, code: str) -> None:
    asked: list[Fingerprint] = []
    program = ASKS.format(times=1, question=question, then="channel.recv(10)")
    assert asks(pool, program, lambda each: asked.append(each) or ()).reason_code == code
    assert asked == []


def test_a_child_that_only_asks_is_refused(pool: ReaderPool) -> None:
    asked: list[Fingerprint] = []
    program = ASKS.format(times=10_000, question="b'{}'", then="frames.receive(channel, body_cap=1000)")
    assert asks(pool, program, lambda each: asked.append(each) or ()).reason_code == "unreadable"
    assert len(asked) <= frames.MOST_QUESTIONS + 1


def test_a_child_that_asks_unasked_is_refused(pool: ReaderPool) -> None:
    program = ASKS.format(times=1, question="b'{}'", then="channel.recv(10)")
    assert asks(pool, program, None).reason_code == "unreadable"


def test_a_child_that_does_not_listen_to_the_answer_ends_at_its_deadline(pool: ReaderPool) -> None:
    sample = Sample(fingerprint=Fingerprint(), constants={f"c{at}": "x" * 400 for at in range(20)})
    program = ASKS.format(times=1, question="b'{}'", then="import time; time.sleep(60)")
    assert asks(pool, program, lambda _: [sample] * 100).reason_code == "timeout"


def test_what_is_remembered_reaches_the_child_and_no_more_than_fits(pool: ReaderPool) -> None:
    sample = Sample(fingerprint=Fingerprint(), constants={f"c{at}": "x" * 400 for at in range(20)})
    program = """
        from models.memory import Fingerprint
        found = [len(recall(Fingerprint())) for _ in range(2)]
    """
    request = frames.Request(kind="read", reading=ReadingSettings(), recalls=True)
    content = textwrap.dedent(program).encode()
    assert json.loads(pool._ask(request, content, LIMITS.answer_bytes, lambda _: [sample] * 20)) == [20, 20]
    assert json.loads(pool._ask(request, content, LIMITS.answer_bytes, lambda _: [sample] * 200)) == [100, 100]


def test_a_file_over_the_limit_is_refused_before_it_is_sent(pool: ReaderPool) -> None:
    with pytest.raises(LimitExceededError) as caught:
        pool.read(Document(bytes(LIMITS.file_bytes + 1), "big.pdf"))
    assert caught.value.reason_code == "too_large"


@pytest.mark.parametrize("sandbox", ["auto", pytest.param("none", marks=pytest.mark.slow)])
def test_the_warm_parent_is_replaced_when_it_dies(sandbox: str) -> None:
    with rogue_pool(sandbox) as pool:
        pool_living = pool._living
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(launch, "PROGRAM", ("-c", ROGUE))
            assert run(pool, "found = 1") == 1
            os.kill(pool_living().pid or 0, signal.SIGKILL)
            assert run(pool, "found = 2") == 2
            with pytest.raises(EngineError, match="died twice"):
                run(pool, "import os; os.kill(os.getppid(), 9); import time; time.sleep(60)")
            assert run(pool, "found = 3") == 3


def test_many_threads_share_a_pool_and_no_more_than_workers_run(pool: ReaderPool) -> None:
    program = "import time; start = time.time(); time.sleep(0.2); found = [start, time.time()]"
    spans: list[tuple[float, float]] = []

    def work() -> None:
        request = frames.Request(kind="read", reading=ReadingSettings())
        with pool._slots:
            spans.append(tuple(json.loads(pool._ask(request, program.encode(), 1000))))

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(spans) == 6
    assert max(sum(a <= start < b for a, b in spans) for start, _ in spans) <= pool.workers


@pytest.mark.parametrize("sandbox", ["auto", pytest.param("none", marks=pytest.mark.slow)])
def test_nothing_survives_when_the_controller_is_killed(sandbox: str) -> None:
    name = f"survive{os.getpid() % 10000}"
    program = textwrap.dedent(NAMED.format(name=name)) + "time.sleep(600)"
    controller = textwrap.dedent(f"""
        from extractors.sandbox import ReaderPool, launch
        from models.document import Document
        from models.settings import LimitSettings, ReadingSettings
        launch.PROGRAM = ("-c", {ROGUE!r})
        pool = ReaderPool(ReadingSettings(sandbox={sandbox!r}), LimitSettings(parse_seconds=100), workers=1)
        pool.read(Document({program!r}.encode(), "x"))
    """)
    process = subprocess.Popen([sys.executable, "-c", controller], cwd=launch.PROJECT)
    deadline = time.monotonic() + 60
    while not processes(name) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert processes(name)
    process.kill()
    process.wait()
    assert wait_until_gone(name, 5)


@needs_walls
@pytest.mark.parametrize(
    "attempt",
    [
        "open('/etc/passwd').read()",
        "open('/proc/1/environ').read() or 1/0",
        "os.environ['FACTURIER_SECRET']",
        "open(SECRET).read()",
        "os.listdir(os.path.dirname(SECRET))",
        "socket.socket(socket.AF_INET).connect(('127.0.0.1', PORT))",
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
        "os.kill(HOST_PID, 0)",
        "ctypes_call('ptrace', 16, os.getppid(), 0, 0)",
        "open(f'/proc/{os.getppid()}/mem', 'rb').read(1)",
        "open(SOURCE, 'a')",
        "open('/usr/evil', 'w')",
        "ctypes_call('unshare', 0x10000000)",
        "ctypes_call('mount', 0, b'/tmp', b'proc', 0, 0)",
        "[open(f'f{at}', 'wb').write(bytes(60 << 20)) for at in range(100)]",
        "open('one', 'wb').write(bytes(190 << 20)) and open('one', 'ab').write(bytes(190 << 20))",
        "[os.fork() or time.sleep(3) for _ in range(500)]",
        "[open('/dev/null') for _ in range(500)]",
        "os.setuid(0) or os.setresuid(0, 0, 0) or open('/usr/evil', 'w')",
    ],
)
def test_a_taken_over_parser_is_denied(
    walled: ReaderPool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, attempt: str
) -> None:
    secret = tmp_path / "other-client" / "invoice.pdf"
    secret.parent.mkdir()
    secret.write_text("secret")
    monkeypatch.setenv("FACTURIER_SECRET", "key")
    source = str(Path(launch.__file__).resolve())
    program = textwrap.dedent(f"""
        import ctypes, os, socket, time
        SECRET, SOURCE, PORT, HOST_PID = {str(secret)!r}, {source!r}, 9, {os.getpid() if os.getpid() > 100 else 4000000}
        me = os.getpid()
        def ctypes_call(name, *arguments):
            libc = ctypes.CDLL(None, use_errno=True)
            if getattr(libc, name)(*arguments) == -1:
                raise OSError(ctypes.get_errno(), name)
        found = "allowed"
        try:
            {attempt}
        except (OSError, KeyError, MemoryError) as error:
            found = type(error).__name__
        if os.getpid() != me:
            os._exit(0)
    """)
    assert answer(walled, program) in DENIED
    assert run(walled, "found = 'next'") == "next"
    assert secret.read_text() == "secret"


def test_demanding_bubblewrap_where_it_is_missing_refuses_to_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "_working_jail", lambda: None)
    with pytest.raises(SettingsError, match="bubblewrap"):
        ReaderPool(ReadingSettings(sandbox="bubblewrap"), LIMITS)


@pytest.mark.parametrize("machine", ["x86_64", "aarch64", "riscv64"])
def test_the_filter_only_jumps_to_its_own_last_steps(machine: str) -> None:
    code = confine.syscall_filter(machine)
    steps = [frames.struct.unpack_from("HBBI", code, at) for at in range(0, len(code), 8)]
    for at, (operation, when_true, when_false, _) in enumerate(steps):
        if operation in {confine._EQUAL, confine._AT_LEAST}:
            assert at + 1 + max(when_true, when_false) < len(steps)
    refused = [at + 1 + step[1] for at, step in enumerate(steps) if at > 5 and step[0] == confine._EQUAL][:-2]
    assert set(refused) <= {len(steps) - 2}


@pytest.mark.slow
def test_recognition_models_loaded_before_the_fork_work_after_it() -> None:
    from extractors.ocr import load_engine

    if not load_engine("ppocr").is_available():
        pytest.skip("the recognition networks are not installed")
    picture = Image.new("L", (900, 300), 255)
    ImageDraw.Draw(picture).text((60, 100), "INVOICE 2026", fill=0, font=ImageFont.load_default(72))
    content = io.BytesIO()
    picture.save(content, "PNG", dpi=(150, 150))
    with ReaderPool(ReadingSettings(), LimitSettings(), workers=2) as pool:
        for _ in range(3):  # the first loads a copy of its own and makes the parent load one
            (page,) = pool.words(content.getvalue())
            assert "2026" in " ".join(word.text for word in page.words)


def test_the_controller_stays_small() -> None:
    heavy = ("cv2", "onnxruntime", "pdfplumber", "pypdfium2", "pikepdf", "lxml", "PIL", "numpy", "pandas")
    program = f"import sys, extractors, extractors.sandbox; print([n for n in {heavy!r} if n in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=launch.PROJECT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
