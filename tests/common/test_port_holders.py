"""Who has a port, by the kernel's tables."""

import os
import socket

from bandstand.common.port_holders import Holder, Listener, find_holder_of_port, find_parent, parse_table

TABLE = """  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 24601 1 0000 100 0 0 10 0
   1: 0100007F:1F90 0100007F:D431 01 00000000:00000000 00:00000000 00000000  1000        0 24602 1 0000 20 4 30 10 -1
   2: broken line
   3: 00000000000000000000000000000000:0016 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 7 1 0 100 0 0 10 0
"""


def test_only_sockets_that_listen_are_read() -> None:
    assert list(parse_table(TABLE)) == [Listener(8080, 1000, 24601), Listener(22, 0, 7)]


def test_a_port_of_ours_is_found_with_our_process() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        holder = find_holder_of_port(port)
    assert holder is not None and holder.pid == os.getpid()
    assert find_holder_of_port(port) is None


def test_where_the_process_cannot_be_seen_its_user_is_said() -> None:
    assert str(Holder("www-data")) == "a program of www-data"
    assert str(Holder("root", 812, "nginx")) == "nginx (process 812)"


def test_a_process_knows_its_parent() -> None:
    assert find_parent(os.getpid()) == os.getppid()
    assert find_parent(2**22 + 1) == 0
