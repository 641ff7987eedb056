#!/usr/bin/env python3
"""A server of one odd habit on 127.0.0.1: ircd.py PORT nak|forward|status|enforce. Prints what it hears."""

import socket
import sys
import threading

port, habit = int(sys.argv[1]), sys.argv[2]
CAPS = (
    "account-notify account-tag cap-notify chghost extended-join message-tags multi-prefix server-time setname "
    "userhost-in-names"
)


def serve(connection):
    nick, joined = "*", False

    def say(line):
        print("<<", line, flush=True)
        connection.sendall(line.encode() + b"\r\n")

    def welcome():
        for line in (
            f"001 {nick} :Welcome",
            f"005 {nick} CHANTYPES=# PREFIX=(ov)@+ STATUSMSG=@+ CASEMAPPING=rfc1459 :are supported",
            f"422 {nick} :No MOTD",
        ):
            say(":s.test " + line)

    def enforce():
        nonlocal nick
        say(f":{nick}!b@h NICK Guest123")
        nick = "Guest123"

    waiting = False
    for raw in connection.makefile("rb"):
        line = raw.decode("utf-8", "replace").strip()
        print(">>", line, flush=True)
        command, _, rest = line.partition(" ")
        if line.startswith("CAP LS"):
            waiting = True
            say(f":s.test CAP * LS :{CAPS if habit == 'nak' else ''}")
        elif line.startswith("CAP REQ"):
            names = rest.partition(":")[2] or rest.split()[-1]
            # IRCv3 lets a server repeat only the first 100 characters of a request that it refuses.
            say(f":s.test CAP * {'NAK' if ' ' in names else 'ACK'} :{names[:100]}")
        elif line == "CAP END":
            waiting = False
            welcome()
        elif command == "NICK":
            new = rest.lstrip(":")
            if joined:
                say(f":{nick}!b@h NICK {new}")
                nick = new
                if habit == "enforce":
                    threading.Timer(5, enforce).start()
            nick = new
        elif command == "USER" and not waiting:
            welcome()
        elif command == "JOIN":
            channel = rest.split()[0]
            if habit == "forward" and not channel.startswith("##"):
                say(f":s.test 470 {nick} {channel} #{channel}-overflow :Forwarding to another channel")
                channel = f"#{channel}-overflow"
            joined = True
            say(f":{nick}!b@h JOIN {channel}")
            say(f":s.test 353 {nick} = {channel} :@ann {nick}")
            say(f":s.test 366 {nick} {channel} :End")
            if habit == "status":
                say(f":ann!ann@ann.test PRIVMSG @{channel} :!np")
                say(f":ann!ann@ann.test PRIVMSG {channel} :!np")
            if habit == "enforce":
                threading.Timer(2, enforce).start()
        elif command == "PING":
            say(f":s.test PONG s.test {rest}")


listening = socket.create_server(("127.0.0.1", port))
while True:
    threading.Thread(target=serve, args=(listening.accept()[0],), daemon=True).start()
