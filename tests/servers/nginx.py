"""nginx between a client and a server of ours, in many ways (nginx.org/en/docs/http/ngx_http_proxy_module.html)."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

import attrs

from tests.servers.program import MissingError, Program, free_port

__all__ = ["PATIENT_WAYS", "READ_TIMEOUT", "WAYS", "Middlebox", "nginx"]

READ_TIMEOUT = 0.25
"""How long a hasty one waits for its upstream, in seconds."""
_OLDEST = (1, 19, 5)
_NEWER = 'proxy_http_version 1.1; proxy_set_header Connection "";'
_GZIP = 'gzip on; gzip_types "*"; gzip_proxied any; gzip_min_length 1; gzip_http_version 1.0;'
_HASTY = f"proxy_read_timeout {READ_TIMEOUT * 1000:.0f}ms;"

WAYS: Mapping[str, str] = MappingProxyType(
    {
        "buffered": _NEWER,
        # What nginx does if nobody says anything: buffers, and HTTP/1.0 to its upstream.
        "default": "",
        "passing": f"proxy_buffering off; {_NEWER}",
        "passing-1.0": "proxy_buffering off;",
        "gzip": f"{_GZIP} {_NEWER}",
        "gunzip": f"gunzip on; {_NEWER}",
        # Bodies end with their connection.
        "unframed": f"chunked_transfer_encoding off; proxy_buffering off; {_NEWER}",
        "small-buffers": f"proxy_buffer_size 1k; proxy_buffers 2 1k; proxy_busy_buffers_size 1k; {_NEWER}",
        "hasty": f"proxy_buffering off; {_HASTY} {_NEWER}",
        "hasty-buffered": f"{_HASTY} {_NEWER}",
    }
)
"""How it may pass a response on: directives of a location, by name."""

PATIENT_WAYS = tuple(name for name in WAYS if not name.startswith("hasty"))
"""Those whose timeouts are longer than ours."""

_CONFIGURATION = """
daemon off;
master_process off;
pid nginx.pid;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    server {{
        listen 127.0.0.1:{port};
{locations}
    }}
}}
"""
_LOCATION = """\
        location ~ ^/{name}/(\\d+)(/.*)?$ {{
            {directives}
            proxy_pass http://127.0.0.1:$1$2$is_args$args;
        }}"""


@attrs.frozen
class Middlebox:
    """A running one."""

    port: int
    version: str

    def before(self, base_url: str, way: str) -> str:
        """The base URL of a server, with nginx before it in this way."""
        if way not in WAYS:
            raise KeyError(way)
        return f"http://127.0.0.1:{self.port}/{way}/{urlsplit(base_url).port}"


@contextmanager
def nginx(folder: Path) -> Iterator[Middlebox]:
    """Runs as whoever runs this, with all its files in `folder`. Raises MissingError where there is none."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        raise MissingError("needs nginx")
    said = subprocess.run([program, "-v"], capture_output=True, text=True, check=False).stderr
    version = re.search(r"nginx/(\d+)\.(\d+)\.(\d+)", said)
    if version is None or tuple(map(int, version.groups())) < _OLDEST:
        raise MissingError(f"needs nginx {'.'.join(map(str, _OLDEST))} or newer: {said.strip()}")
    port = free_port()
    locations = "\n".join(
        _LOCATION.format(name=re.escape(name), directives=directives) for name, directives in WAYS.items()
    )
    (folder / "nginx.conf").write_text(_CONFIGURATION.format(port=port, locations=locations))
    with Program([program, "-p", str(folder), "-c", "nginx.conf", "-e", "stderr"], folder) as running:
        running.wait_for_port(port)
        yield Middlebox(port, ".".join(version.groups()))
