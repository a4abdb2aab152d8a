"""System calls that target code has no use for, as a filter that the kernel applies to the whole sandbox.

Namespaces, an unprivileged user and no capabilities already refuse most of them. What the filter adds: nested user
namespaces, in which a process would be root again before large parts of the kernel; the user's kernel keyring, which no
namespace hides; other processes' memory; the terminal's input queue. Refused calls fail with EPERM, as where a program
lacks a right.
"""

from __future__ import annotations

import errno
import platform
import struct
from typing import NamedTuple

# offsets in struct seccomp_data, opcodes of classic BPF, return values: linux/seccomp.h, linux/bpf_common.h
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16
LOAD, IF_EQUAL, IF_AT_LEAST, IF_ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, FAIL = 0x7FFF0000, 0x00050000
X32_CALLS = 0x40000000  # a second set of numbers for the same calls on x86-64
NEW_NAMESPACES = 0x7E020080  # all flags CLONE_NEW* of clone(2) and unshare(2)
TERMINAL_INPUT = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX


class Machine(NamedTuple):
    """An architecture and its numbers of the system calls."""

    audit: int  # as linux/audit.h calls it
    refused: tuple[int, ...]
    clone: int
    unshare: int
    ioctl: int
    clone3: int = 435


MACHINES = {
    "x86_64": Machine(
        0xC000003E,
        (
            *(163, 248, 321, 227, 305, 164, 174, 175, 176, 313),  # acct add_key bpf clocks modules
            *(300, 425, 426, 427, 172, 173, 246, 320, 250, 249),  # fanotify io_uring iopl ioperm kexec keyctl request_key
            *(165, 166, 155, 428, 429, 430, 431, 432, 433, 442),  # mounts
            *(303, 304, 308, 101, 310, 311, 438, 323),  # handles setns ptrace other memory pidfd_getfd userfaultfd
            *(179, 443, 167, 168, 169, 103, 153, 180, 212),  # quotas swap reboot syslog vhangup nfsservctl lookup_dcookie
        ),
        clone=56,
        unshare=272,
        ioctl=16,
    ),
    "aarch64": Machine(
        0xC00000B7,
        (
            *(89, 217, 280, 112, 266, 170, 105, 106, 273),
            *(262, 425, 426, 427, 104, 294, 219, 218),
            *(40, 39, 41, 428, 429, 430, 431, 432, 433, 442),
            *(264, 265, 268, 117, 270, 271, 438, 282),
            *(60, 443, 224, 225, 142, 116, 58, 42, 18),
        ),
        clone=220,
        unshare=97,
        ioctl=29,
    ),
}
Step = tuple[int, int, int, int]  # opcode, steps to skip if true, if false, operand


def system_call_filter(machine: str | None = None) -> bytes | None:
    """The filter for this machine, as bubblewrap takes it; None for an architecture whose numbers are not known here."""
    known = MACHINES.get(machine or platform.machine())
    return b"".join(struct.pack("=HBBI", *step) for step in _steps(known)) if known is not None else None


def _steps(machine: Machine) -> list[Step]:
    steps = [
        (LOAD, 0, 0, ARCHITECTURE),
        (IF_EQUAL, 1, 0, machine.audit),
        _fail(errno.ENOSYS),  # programs for another architecture have other numbers
        (LOAD, 0, 0, NUMBER),
        (IF_AT_LEAST, 0, 1, X32_CALLS),
        _fail(errno.ENOSYS),
        (IF_EQUAL, 0, 1, machine.clone3),
        _fail(errno.ENOSYS),  # its flags are out of a filter's sight; the C library goes back to clone
    ]
    for number in machine.refused:
        steps += [(IF_EQUAL, 0, 1, number), _fail(errno.EPERM)]
    for number in (machine.clone, machine.unshare):
        steps += _where(number, 0, [(IF_ANY_BIT, 0, 1, NEW_NAMESPACES), _fail(errno.EPERM)])
    steps += _where(
        machine.ioctl, 1, [step for code in TERMINAL_INPUT for step in ((IF_EQUAL, 0, 1, code), _fail(errno.EPERM))]
    )
    return [*steps, (RETURN, 0, 0, ALLOW)]


def _where(number: int, argument: int, steps: list[Step]) -> list[Step]:
    """Steps on the lower half of an argument of one call, which is allowed if they do not end it."""
    inner = [(LOAD, 0, 0, ARGUMENTS + 8 * argument), *steps, (RETURN, 0, 0, ALLOW)]
    return [(IF_EQUAL, 0, len(inner), number), *inner]


def _fail(number: int) -> Step:
    return (RETURN, 0, 0, FAIL | number)
