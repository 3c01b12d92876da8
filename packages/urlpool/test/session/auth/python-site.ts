// The server's own language keeps it from sharing a mistake with the library. It stands in a text, so that compiled tests
// have it too.

/** What `python3 -c` runs, with the user and the password as arguments. */
export const PYTHON_SITE: string = String.raw`"""A server that wants Digest authentication, by Python's standard library alone.

GET /ALGORITHM/QOP/MORE answers with the parameters of the Authorization that let the request in, as JSON. QOP is "none"
for a server of RFC 2069, and MORE a name of those below. It prints its port when it listens.
"""

import hashlib
import json
import os
import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from urllib.parse import unquote

USER, PASSWORD = sys.argv[1], sys.argv[2]
HASHES = {"MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512_256"}
MORE = {
    "plain": "",
    "utf8": ", charset=UTF-8",
    "userhash": ", userhash=true, charset=UTF-8",
    "stale": "",
    "quotes": "",
}
lock = Lock()
counts = {}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, status, fields, body=b""):
        self.send_response(status)
        for name, value in fields:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle_request(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        _, algorithm, qop, more = self.path.split("?")[0].split("/")
        base = algorithm[:-5] if algorithm.endswith("-sess") else algorithm
        realm = 'a "b" \\c' if more == "quotes" else "python"

        def digest(data):
            raw = data if isinstance(data, bytes) else data.encode("latin-1")
            return hashlib.new(HASHES[base], raw).hexdigest()

        def ask(stale=False):
            nonce = os.urandom(8).hex()
            with lock:
                counts[nonce] = 0
            quoted = realm.replace("\\", "\\\\").replace('"', '\\"')
            value = f'Digest realm="{quoted}", nonce="{nonce}", opaque="op{MORE[more] and "aque"}", algorithm={algorithm}'
            value += "" if qop == "none" else f', qop="{qop}"'
            value += MORE[more] + (", stale=true" if stale else "")
            self.answer(401, [("WWW-Authenticate", 'Basic realm="no, Digest"'), ("WWW-Authenticate", value)])

        given = self.headers.get("Authorization", "")
        if not given.startswith("Digest "):
            return ask()
        pairs = re.findall(r'([\w*]+)=(?:"((?:[^"\\]|\\.)*)"|([^,\s]*))', given[7:])
        found = {name: re.sub(r"\\(.)", r"\1", quoted) or bare for name, quoted, bare in pairs}
        user, password = USER.encode().decode("latin-1"), PASSWORD.encode().decode("latin-1")
        if more == "userhash":
            right = found["username"] == digest(f"{user}:{realm}") and found.get("userhash") == "true"
        elif "username*" in found:
            right = more == "utf8" and unquote(found["username*"].removeprefix("UTF-8''")) == USER
        else:
            right = found["username"] == user
        key = digest(f"{user}:{realm}:{password}")
        if algorithm.endswith("-sess"):
            key = digest(f'{key}:{found["nonce"]}:{found["cnonce"]}')
        request = f"{self.command}:{self.path}"
        if found.get("qop") == "auth-int":
            request += ":" + digest(body)
        counted = "" if qop == "none" else f'{found["nc"]}:{found["cnonce"]}:{found["qop"]}:'
        right = right and found["response"] == digest(f'{key}:{found["nonce"]}:{counted}{digest(request)}')
        right = right and found["realm"] == realm and found["uri"] == self.path and found["algorithm"] == algorithm
        right = right and found["opaque"].startswith("op") and (qop == "none" or found["qop"] in qop)
        if not right or found["nonce"] not in counts:
            return self.answer(403, [], b"wrong")
        with lock:
            counts[found["nonce"]] += 1
            uses = counts[found["nonce"]]
        if more == "stale" and uses > 1:
            return ask(stale=True)
        self.answer(200, [("Content-Type", "application/json")], json.dumps(found).encode())

    do_GET = do_POST = handle_request


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
`;
