"""The proxy of tools/serve.py: Caddy's configuration, made of the ports and the app's own page of refusal."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from html import escape
from pathlib import Path

_PAGE = Path(__file__).resolve().parent.parent / "ui" / "server" / "refusal.html"
_AWAY = "away.html"
_TITLE = "CareRisk is being started"
_SENTENCE = "The app does not answer at the moment. Reload this page in a minute; what was typed for a patient is kept."
#: headers that Caddy sets itself: those of a request that came with one must not be taken away (see ``@here``)
_SET = ("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto")


@dataclass(frozen=True)
class Front:
    """Where browsers connect, and what stands behind.

    Args:
        address: that the proxy is bound to.
        port: likewise.
        upstreams: ports of the app's processes on this machine.
    """

    address: str
    port: int
    upstreams: tuple[int, ...]


def write_configuration(front: Front, folder: Path) -> Path:
    """Write the Caddyfile and the page for a time without any process.

    Args:
        front: ports.
        folder: that only this user reads: the file holds the key of the cookie that names the process.

    Returns:
        The Caddyfile.
    """
    page = _PAGE.read_text(encoding="utf-8").replace("{title}", escape(_TITLE)).replace("{sentence}", escape(_SENTENCE))
    (folder / _AWAY).write_text(page, encoding="utf-8")
    path = folder / "Caddyfile"
    path.write_text(configuration(front, folder, secrets.token_hex(32)), encoding="utf-8")
    return path


def configuration(front: Front, folder: Path, key: str) -> str:
    """The Caddyfile.

    A request from this machine that no other proxy sent is passed on as it came, so that the app, which without
    sign-in serves this machine alone, sees who asks. Every other one arrives with the headers of a proxy, and the app
    refuses it unless somebody signs in.

    Args:
        front: ports.
        folder: with the page for a time without any process.
        key: of the cookie that names the process of a browser.
    """
    here = "\n".join(f"\t\tnot header {name} *" for name in _SET)
    as_it_came = "\n".join(f"\t\t\theader_up -{name}" for name in _SET)
    return f"""{{
	admin off
	auto_https off
	# its own complaints name addresses of pages
	log {{
		level ERROR
		exclude http.log.error http.handlers.reverse_proxy
	}}
}}

(process) {{
	# one browser stays with one process; where that is gone it goes to another, which takes its draft up
	lb_policy cookie carerisk_process {key}
	lb_try_duration 10s
	lb_try_interval 100ms
	fail_duration 5s
	health_uri /_stcore/health
	health_interval 5s
	health_timeout 20s
	transport http {{
		dial_timeout 2s
		response_header_timeout 120s
	}}
}}

http://:{front.port} {{
	bind {front.address}

	# for whoever runs the server, at a process itself
	@inside path /_stcore/metrics* /_stcore/script-health-check* /_stcore/agent*
	handle @inside {{
		respond 404
	}}

	# a cohort file of 200 MB with what its form adds (server.maxUploadSize)
	request_body {{
		max_size 210MB
	}}

	@here {{
		remote_ip 127.0.0.0/8 ::1
{here}
	}}
	handle @here {{
		reverse_proxy {_processes(front)} {{
			import process
{as_it_came}
		}}
	}}
	handle {{
		reverse_proxy {_processes(front)} {{
			import process
			trusted_proxies 127.0.0.0/8 ::1/128
		}}
	}}

	handle_errors {{
		@away expression `{{http.error.status_code}} in [502, 503, 504]`
		handle @away {{
			root * {folder}
			rewrite * /{_AWAY}
			file_server
		}}
	}}
}}
"""


def _processes(front: Front) -> str:
    return " ".join(f"127.0.0.1:{port}" for port in front.upstreams)
