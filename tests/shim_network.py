"""What stands between a client and a replay server in the tests: TLS with a certificate of its own, and proxies."""

from __future__ import annotations

import base64
import contextlib
import shutil
import socket
import ssl
import subprocess
import threading
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import pytest

_CA = """[req]
distinguished_name = name
prompt = no
x509_extensions = authority
[name]
CN = deltawire test authority
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[leaf]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost, IP:127.0.0.1
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""


class Certificates:
    """An authority and a certificate of `localhost` and 127.0.0.1, made by the `openssl` command; skips without it."""

    def __init__(self, folder: Path) -> None:
        openssl = shutil.which("openssl")
        if openssl is None:
            pytest.skip("needs the openssl command to make a certificate")
        (folder / "conf").write_text(_CA)
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        conf = ["-config", "conf"]
        issuer = ["-CA", "ca.pem", "-CAkey", "ca.key", "-set_serial", "2", "-extfile", "conf", "-extensions", "leaf"]
        for step in (
            ["req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", *conf],
            ["req", "-new", *key, "-keyout", "leaf.key", "-out", "leaf.csr", "-subj", "/CN=localhost", *conf],
            ["x509", "-req", "-in", "leaf.csr", "-out", "leaf.pem", "-days", "2", *issuer],
        ):
            subprocess.run([openssl, *step], cwd=folder, check=True, capture_output=True)
        self.authority = folder / "ca.pem"
        self.server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.server.load_cert_chain(folder / "leaf.pem", folder / "leaf.key")

    def client(self) -> ssl.SSLContext:
        """A context that trusts the authority."""
        return ssl.create_default_context(cafile=str(self.authority))


class Relay:
    """A listener on loopback that hands each connection on, by threads, until it is left."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        # Wakes the thread in accept.
        socket.create_connection(("127.0.0.1", self.port)).close()
        self._threads[0].join(2)
        for each in self._open:
            _shut(each)
        for thread in self._threads:
            thread.join(2)
        for each in (*self._open, self._listener):
            each.close()

    def _start(self, target: object, *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            client, _ = self._listener.accept()
            self._open.append(client)
            if client.recv(1, socket.MSG_PEEK) == b"":
                return
            self._start(self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            joined = self._join(client)
            if joined is not None:
                self._start(_copy, *joined)
                _copy(joined[1], joined[0])

    def _join(self, client: socket.socket) -> tuple[socket.socket, socket.socket] | None:
        """The client's side and the server's, to be joined."""
        raise NotImplementedError

    def _dial(self, host: str, port: int) -> socket.socket:
        server = socket.create_connection((host, port))
        self._open.append(server)
        return server


class TLSFront(Relay):
    """Ends TLS in front of a plain server."""

    def __init__(self, base_url: str, certificates: Certificates) -> None:
        super().__init__()
        self._behind = urlsplit(base_url)
        self._certificates = certificates
        self.base_url = f"https://localhost:{self.port}"

    def _join(self, client: socket.socket) -> tuple[socket.socket, socket.socket]:
        secure = self._certificates.server.wrap_socket(client, server_side=True)
        self._open.append(secure)
        return secure, self._dial(str(self._behind.hostname), int(self._behind.port or 0))


class Proxy(Relay):
    """An HTTP proxy: CONNECT, and requests with whole URLs; 407 without `user:password` where it is given."""

    def __init__(self, credentials: str | None = None) -> None:
        super().__init__()
        self._credentials = credentials
        self.asked: list[str] = []
        self.url = f"http://{credentials + '@' if credentials else ''}127.0.0.1:{self.port}"

    def _join(self, client: socket.socket) -> tuple[socket.socket, socket.socket] | None:
        head = b""
        while b"\r\n\r\n" not in head:
            head += client.recv(65_536)
        line, _, rest = head.partition(b"\r\n")
        method, target, _ = line.decode().split(" ")
        self.asked.append(f"{method} {target}")
        wanted = base64.b64encode((self._credentials or "").encode())
        if self._credentials and b"Basic " + wanted not in rest:
            client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            _shut(client)
            return None
        url = urlsplit(f"//{target}" if method == "CONNECT" else target)
        server = self._dial(str(url.hostname), int(url.port or 80))
        if method == "CONNECT":
            client.sendall(b"HTTP/1.1 200 Established\r\n\r\n")
        else:
            server.sendall(f"{method} {url.path} HTTP/1.1\r\n".encode() + rest)
        return client, server


def _shut(each: socket.socket) -> None:
    with contextlib.suppress(OSError):
        socket.socket.shutdown(each, socket.SHUT_RDWR)


def _copy(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            sink.sendall(data)
    _shut(sink)
    _shut(source)
