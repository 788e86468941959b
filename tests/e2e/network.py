# SPDX-License-Identifier: ISC
"""A network of this process's own: nothing but loopback, where the tests may
take any port and any address, and from which nothing gets out."""

import ctypes
import fcntl
import os
import socket
import struct

CLONE_NEWNET = 0x40000000
SIOCSIFADDR, SIOCSIFFLAGS = 0x8916, 0x8914
SIOCSIFNETMASK = 0x891C
IFF_UP = 1


def address(name, text):
    return struct.pack("16sHH4s8x", name, socket.AF_INET, 0,
                       socket.inet_aton(text))


def enter(extra):
    """extra: one more address of the loopback device (RFC 5737), as SPF has
    nothing to say about 127.0.0.0/8."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET) == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        request = struct.pack("16sh14x", b"lo", IFF_UP)
        fcntl.ioctl(s, SIOCSIFFLAGS, request)
        fcntl.ioctl(s, SIOCSIFADDR, address(b"lo:1", extra))
        fcntl.ioctl(s, SIOCSIFNETMASK, address(b"lo:1", "255.255.255.255"))
