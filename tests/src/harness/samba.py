"""Changes a directory of Samba: each line is a list of changes, made all at once; answered with a line when they are made.

The first answer comes when its server listens."""

import json
import socket
import sys
import time

import ldb
from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB

configuration, address = sys.argv[1:]
settings = LoadParm()
settings.load(configuration)
directory = SamDB(session_info=system_session(), lp=settings)


def quoted(password):
    return f'"{password}"'.encode("utf-16-le")


def change(what, dn, more):
    if what == "add":
        if "unicodePwd" in more:
            more["unicodePwd"] = quoted(more["unicodePwd"])
        directory.add({"dn": dn, **more})
    elif what == "put":
        message = ldb.Message(ldb.Dn(directory, dn))
        for name, value in more.items():
            message[name] = ldb.MessageElement(value.encode(), ldb.FLAG_MOD_REPLACE, name)
        directory.modify(message)
    elif what == "move":
        directory.rename(dn, more)
    elif what == "remove":
        directory.delete(dn)
    else:
        raise ValueError(what)


def wait_until_it_listens():
    for _ in range(1_000):
        try:
            return socket.create_connection((address, 389)).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
    raise TimeoutError


wait_until_it_listens()
print("made", flush=True)
for line in sys.stdin:
    directory.transaction_start()
    for what, dn, more in json.loads(line):
        change(what, dn, more)
    directory.transaction_commit()
    print("made", flush=True)
