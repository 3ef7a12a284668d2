"""What a process may not do, from inside: limits, no new rights, and a filter on system calls (Linux).

The walls from outside (name spaces, read-only file system) are bubblewrap's, see `launch`. Sources: prctl(2),
setrlimit(2), seccomp(2), linux/filter.h; system call numbers from asm/unistd_64.h and asm-generic/unistd.h.

>>> len(syscall_filter("x86_64")) % 8
0
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import signal
import struct
from pathlib import Path

from models.settings import LimitSettings

FILE_BYTES = 256 * 2**20
OPEN_FILES = 64
PROCESSES = 128  # counted over all children of one warm parent, threads included

_PDEATHSIG, _DUMPABLE, _SECCOMP, _SUBREAPER, _NO_NEW_PRIVS = 1, 4, 22, 36, 38
_FILTER_MODE = 2

_AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
# socket() is judged by its first argument; the others are refused outright.
_SOCKET = {"x86_64": 41, "aarch64": 198}
_REFUSED = {
    # ptrace mount umount2 pivot_root chroot process_vm_readv/writev kexec_load init_module finit_module bpf keyctl
    # add_key request_key perf_event_open unshare setns userfaultfd io_uring_setup pidfd_getfd open_by_handle_at
    "x86_64": (101, 165, 166, 155, 161, 310, 311, 246, 175, 313, 321, 250, 248, 249, 298, 272, 308, 323, 425, 438, 304),
    "aarch64": (117, 40, 39, 41, 51, 270, 271, 104, 105, 273, 280, 219, 217, 218, 241, 97, 268, 282, 425, 438, 265),
}
_ALLOW, _KILL, _EPERM = 0x7FFF0000, 0x80000000, 0x00050001
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER_AT, _ARCH_AT, _FIRST_ARGUMENT_AT = 0, 4, 16
_X32 = 0x40000000
_AF_UNIX = 1


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_char_p))


def _prctl(option: int, value: int) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"prctl({option}): {os.strerror(number)}")


def die_with_parent(parent: int) -> None:
    """Ask the kernel for SIGKILL when the parent goes, and go now if it has gone already."""
    _prctl(_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def adopt_orphans() -> None:
    """Make this process the parent of every descendant that loses its own."""
    _prctl(_SUBREAPER, 1)


def become(uid: int) -> None:
    """Give up root for good."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def hide_from_siblings() -> None:
    """Keep others of the same user from tracing this process or reading its memory."""
    _prctl(_DUMPABLE, 0)


def volunteer_for_oom() -> None:
    """When memory runs out the kernel shall take this process, not its parent."""
    _prctl(_DUMPABLE, 1)  # else /proc/self belongs to root after a change of user
    Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    _prctl(_DUMPABLE, 0)


def mapped_bytes() -> int:
    """The size of this process's address space in bytes."""
    return _own_pages(0) * resource.getpagesize()


def resident_bytes() -> int:
    """How many bytes of it are in memory."""
    return _own_pages(1) * resource.getpagesize()


def _own_pages(column: int) -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[column])


def limit_resources(limits: LimitSettings, *, own_processes: bool) -> None:
    """Set the limits of R9. Memory counts from what is mapped now: the warm parent's share is free."""
    memory = mapped_bytes() + limits.child_memory_bytes
    hard = int(max(limits.document_seconds, limits.child_cpu_seconds)) + 1
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (min(limits.child_cpu_seconds, hard), hard))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if own_processes:  # elsewhere the limit counts everything that the user runs, a desktop included
        resource.setrlimit(resource.RLIMIT_NPROC, (PROCESSES, PROCESSES))


def refuse_system_calls() -> bool:
    """Install the filter for this process and all it starts; False where the machine is not in our tables."""
    code = syscall_filter(platform.machine())
    if not code:
        return False
    _prctl(_NO_NEW_PRIVS, 1)
    buffer = ctypes.create_string_buffer(code, len(code))
    program = _Program(len(code) // 8, ctypes.cast(buffer, ctypes.c_char_p))
    libc = ctypes.CDLL(None, use_errno=True)
    return bool(libc.prctl(_SECCOMP, _FILTER_MODE, ctypes.byref(program), 0, 0) == 0)


def syscall_filter(machine: str) -> bytes:
    """The filter as classic BPF, eight bytes an instruction; empty for an unknown machine.

    Refused with EPERM: sockets other than Unix ones, tracing, mounting, name spaces, loading code into the kernel.
    Another ABI than the native one is killed, for its numbers mean other calls.
    """
    if machine not in _AUDIT_ARCH:
        return b""
    refused = _REFUSED[machine]
    steps = [
        (_LOAD, 0, 0, _ARCH_AT),
        (_EQUAL, 1, 0, _AUDIT_ARCH[machine]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_AT_LEAST, 0, 1, _X32),
        (_RETURN, 0, 0, _KILL),
        *((_EQUAL, len(refused) - at + 2, 0, number) for at, number in enumerate(refused)),
        (_EQUAL, 0, 3, _SOCKET[machine]),
        (_LOAD, 0, 0, _FIRST_ARGUMENT_AT),
        (_EQUAL, 1, 0, _AF_UNIX),
        (_RETURN, 0, 0, _EPERM),
        (_RETURN, 0, 0, _ALLOW),
    ]
    return b"".join(struct.pack("HBBI", *step) for step in steps)
