"""TLS of libshout, which python-shout 0.2.8 does not offer: sets it on the shout_t inside a python-shout object.

Knows how python-shout lays out its object (PyObject_HEAD, then the shout_t pointer, then one more pointer), and checks
the object's size before it touches it. A module of its own since it loads ctypes, which the standby does without unless
icecast.tls is set.
"""

import ctypes
from typing import Final

from bandstand.common.config import Icecast
from bandstand.common.errors import Missing

RFC_2818: Final = 11
"""SHOUT_TLS_RFC2818 of shout.h: TLS from the first byte on."""
POINTER: Final = ctypes.sizeof(ctypes.c_void_p)


def secure(connection: object, icecast: Icecast) -> None:
    """Make this `shout.Shout`, which must not be open yet, speak TLS and check the certificate and its host.

    Raises Missing if the installed libraries cannot do that.
    """
    if type(connection).__basicsize__ != object.__basicsize__ + 2 * POINTER:
        raise Missing("icecast.tls: this version of python-shout is not known; install python-shout 0.2.8")
    handle = ctypes.c_void_p.from_address(id(connection) + object.__basicsize__)
    try:
        libshout = ctypes.CDLL("libshout.so.3")
        libshout.shout_set_tls.argtypes = [ctypes.c_void_p, ctypes.c_int]
        libshout.shout_set_ca_file.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
    except (OSError, AttributeError):
        raise Missing("icecast.tls: libshout has no TLS here; install libshout3 2.4.2 or newer") from None
    refused = libshout.shout_set_tls(handle, RFC_2818)
    if icecast.ca_file:
        refused = refused or libshout.shout_set_ca_file(handle, icecast.ca_file.encode())
    if refused:
        raise Missing("icecast.tls: this libshout was built without TLS; install Debian's libshout3")
