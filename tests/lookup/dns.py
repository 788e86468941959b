#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""A tiny DNS server for tests: UDP and TCP on loopback, one zone from a file.

    dns.py --port PORT --zone FILE [--log FILE]

PORT 0 takes a free one. It prints "ready PORT" once it listens, and ends when
its standard input closes or it gets SIGTERM. Every question is written to the
log as "udp|tcp TYPE NAME".

The zone is JSON: {"name": [entry, ...], ...}. An entry is one of
    ["A", "192.0.2.1"]  ["AAAA", "2001:db8::1"]  ["PTR", "host.example"]
    ["CNAME", "other.example"]  ["MX", 10, "host.example"]
    ["TXT", "one string", "or several", ...]
    ["BEHAVE", WHAT]  for every type that has no entry of its own
    ["BEHAVE", WHAT, TYPE]  for that type alone
WHAT is "servfail", "refused", "timeout" (silence), "truncate" (TC=1 over UDP,
the answer over TCP), "truncate-only" (TC=1 over UDP, silence over TCP),
"slow-tcp" (TC=1 over UDP, one byte a second over TCP) or "slow:MS".
A name that is not there is NXDOMAIN, one that is only above others has no
data. "*" as the first label matches what nothing else does. Answers over 512
bytes, or over what the question's OPT record allows, are truncated over UDP.
"""
import argparse
import ipaddress
import json
import os
import select
import signal
import socket
import struct
import sys
import threading
import time

TYPES = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "MX": 15,
         "TXT": 16, "AAAA": 28, "SPF": 99, "ANY": 255}
NAMES = {number: name for name, number in TYPES.items()}
NOERROR, SERVFAIL, NXDOMAIN, REFUSED = 0, 2, 3, 5
TRUNCATING = ("truncate", "truncate-only", "slow-tcp")


def encode_name(name):
    out = b""
    for label in name.rstrip(".").split("."):
        raw = label.encode("latin-1")
        if raw:
            out += bytes([min(len(raw), 63)]) + raw[:63]
    return out + b"\0"


def encode_record(kind, values):
    if kind == "A":
        return ipaddress.IPv4Address(values[0]).packed
    if kind == "AAAA":
        return ipaddress.IPv6Address(values[0]).packed
    if kind == "MX":
        return struct.pack("!H", values[0]) + encode_name(values[1])
    if kind in ("TXT", "SPF"):
        out = b""
        for text in values:
            raw = text.encode("latin-1")
            for at in range(0, max(len(raw), 1), 255):
                piece = raw[at:at + 255]
                out += bytes([len(piece)]) + piece
        return out
    return encode_name(values[0])


def decode_name(packet, at):
    labels = []
    while packet[at]:
        n = packet[at]
        if n > 63:
            raise ValueError("compressed question")
        labels.append(packet[at + 1:at + 1 + n].decode("latin-1"))
        at += n + 1
    return ".".join(labels), at + 1


class Question:
    def __init__(self, packet):
        self.id, self.flags, questions, _, _, extra = struct.unpack(
            "!6H", packet[:12])
        if questions != 1:
            raise ValueError("not one question")
        self.name, at = decode_name(packet, 12)
        self.type, _ = struct.unpack("!2H", packet[at:at + 4])
        self.text = packet[12:at + 4]
        self.room = 512
        if extra and len(packet) >= at + 9:
            self.room = max(512, struct.unpack(
                "!H", packet[at + 7:at + 9])[0])
        self.kind = NAMES.get(self.type, "TYPE%d" % self.type)

    def answer(self, code, records=(), truncated=False):
        flags = 0x8400 | (self.flags & 0x0100) | 0x0080 | code
        if truncated:
            flags |= 0x0200
        body = b"".join(
            encode_name(owner) + struct.pack("!HHIH", TYPES[kind], 1, 60,
                                             len(data)) + data
            for owner, kind, data in records)
        return struct.pack("!6H", self.id, flags, 1, len(records), 0,
                           0) + self.text + body


class Zone:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            raw = json.load(file)
        self.names = {name.lower().rstrip("."): entries
                      for name, entries in raw.items()}

    def entries(self, name):
        name = name.lower()
        if name in self.names:
            return self.names[name]
        if any(other.endswith("." + name) for other in self.names):
            return []
        rest = name
        while "." in rest:
            rest = rest.split(".", 1)[1]
            if "*." + rest in self.names:
                return self.names["*." + rest]
        return None

    def behaviour(self, question):
        entries = self.entries(question.name) or []
        kinds = [entry[0] for entry in entries]
        for entry in entries:
            if entry[0] == "BEHAVE" and len(entry) == 3:
                if entry[2] == question.kind:
                    return entry[1]
            elif entry[0] == "BEHAVE" and question.kind not in kinds:
                return entry[1]
        return ""

    def records(self, question):
        """The answer's records, or None: there is no such name."""
        name, found = question.name, []
        for _ in range(16):
            entries = self.entries(name)
            if entries is None:
                return found or None
            for entry in entries:
                if entry[0] == question.kind:
                    found.append((name, entry[0],
                                  encode_record(entry[0], entry[1:])))
            alias = [entry[1] for entry in entries if entry[0] == "CNAME"]
            if question.kind == "CNAME" or not alias:
                break
            found.append((name, "CNAME", encode_name(alias[0])))
            name = alias[0]
        return found


class Server:
    def __init__(self, zone, log):
        self.zone, self.log = zone, log

    def reply(self, packet, over):
        question = Question(packet)
        if self.log:
            self.log.write("%s %s %s\n" % (over, question.kind,
                                           question.name))
            self.log.flush()
        what = self.zone.behaviour(question)
        if what.startswith("slow:"):
            time.sleep(int(what[5:]) / 1000)
        if what == "timeout" or (what == "truncate-only" and over == "tcp"):
            return None, what
        if what in ("servfail", "refused"):
            return question.answer(SERVFAIL if what == "servfail"
                                   else REFUSED), what
        if what in TRUNCATING and over == "udp":
            return question.answer(NOERROR, truncated=True), what
        records = self.zone.records(question)
        if records is None:
            return question.answer(NXDOMAIN), what
        whole = question.answer(NOERROR, records)
        if over == "udp" and len(whole) > question.room:
            return question.answer(NOERROR, truncated=True), what
        return whole, what

    def udp(self, sock, packet, peer):
        try:
            answer, _ = self.reply(packet, "udp")
        except (ValueError, IndexError, struct.error):
            return
        if answer:
            sock.sendto(answer, peer)

    def tcp(self, connection):
        try:
            while True:
                head = connection.recv(2, socket.MSG_WAITALL)
                if len(head) < 2:
                    return
                packet = connection.recv(struct.unpack("!H", head)[0],
                                         socket.MSG_WAITALL)
                answer, what = self.reply(packet, "tcp")
                if answer is None:
                    continue
                answer = struct.pack("!H", len(answer)) + answer
                step = 1 if what == "slow-tcp" else len(answer)
                for at in range(0, len(answer), step):
                    connection.sendall(answer[at:at + step])
                    if step == 1:
                        time.sleep(1)
        except (OSError, ValueError, IndexError, struct.error):
            pass
        finally:
            connection.close()


def bind(port):
    """UDP and TCP on the same port."""
    for _ in range(50):
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        udp.bind(("127.0.0.1", port))
        try:
            tcp.bind(udp.getsockname())
        except OSError:
            if port:
                raise
            udp.close()
            tcp.close()
            continue
        tcp.listen(64)
        return udp, tcp
    sys.exit("dns.py: no free port")


def serve(server, udp, tcp):
    while True:
        ready, _, _ = select.select([udp, tcp, sys.stdin], [], [])
        if sys.stdin in ready and not os.read(0, 4096):
            return
        if udp in ready:
            packet, peer = udp.recvfrom(65535)
            threading.Thread(target=server.udp, args=(udp, packet, peer),
                             daemon=True).start()
        if tcp in ready:
            connection, _ = tcp.accept()
            threading.Thread(target=server.tcp, args=(connection,),
                             daemon=True).start()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--zone", required=True)
    parser.add_argument("--log")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    log = open(arguments.log, "a", encoding="utf-8") if arguments.log else None
    udp, tcp = bind(arguments.port)
    print("ready %d" % udp.getsockname()[1], flush=True)
    serve(Server(Zone(arguments.zone), log), udp, tcp)
    os._exit(0)


if __name__ == "__main__":
    main()
