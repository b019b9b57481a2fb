"""No secret and no patient stands in the files that are committed."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_LISTED = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
FILES = [ROOT / name for name in _LISTED.stdout.decode().split("\0") if name and (ROOT / name).is_file()]
TEXTS = [path for path in FILES if path.suffix not in (".png", ".jpg", ".safetensors", ".parquet")]
#: how secrets look: name → pattern
SECRETS = {
    "private key": r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s+[A-Za-z0-9+/]{40}",
    "key of AWS": r"\bAKIA[0-9A-Z]{16}\b",
    "token of GitHub": r"\bgh[pousr]_[A-Za-z0-9]{36}\b|\bgithub_pat_[A-Za-z0-9_]{40}",
    "token of Slack": r"\bxox[abprs]-[A-Za-z0-9-]{10}",
    "key of Google": r"\bAIza[0-9A-Za-z_-]{35}\b",
    "JSON Web Token": r"\beyJ[A-Za-z0-9_-]{15,}\.eyJ[A-Za-z0-9_-]{15,}\.[A-Za-z0-9_-]{15,}",
    "password in an address": r"\b(?:postgresql|postgres|mysql|https?)(?:\+\w+)?://[^\s:/@\"'{}<>…]+:(?!…)[^\s/@\"'{}<>…]{3,}@",
    "named secret": r"(?i)\b(?:client_secret|cookie_secret|api_key|audit_key)\"?\s*[:=]\s*[\"'][\w+/=-]{16,}[\"']",
}
#: where something of that form stands on purpose: invented, for a test or an example
INVENTED = re.compile(
    r"carerisk_test:carerisk_test@|user:password@|:secret@|:hunter2secret@|:PASSWORD@|:\$password@|ssss|cccc|0123456789|"
    r"example|test|secret-of|not-a"
)


@pytest.mark.skipif(not FILES, reason="no git here")
class TestRepository:
    def test_files_are_found(self) -> None:
        assert {"app.py", "deploy/compose.yaml", "Dockerfile"} <= {p.relative_to(ROOT).as_posix() for p in FILES}

    @pytest.mark.parametrize("name", SECRETS)
    def test_no_secret_is_committed(self, name: str) -> None:
        pattern, found = re.compile(SECRETS[name]), []
        for path in TEXTS:
            for match in pattern.finditer(path.read_text(encoding="utf-8", errors="replace")):
                if not INVENTED.search(match.group()):
                    found.append(f"{path.relative_to(ROOT)}: {match.group()[:12]}…")
        assert found == []

    def test_no_file_that_holds_secrets_or_records_is_committed(self) -> None:
        never = re.compile(
            r"(^|/)(secrets\.toml|\.env|id_rsa|.*\.(pem|key|p12|pfx|kdbx|db|sqlite3?|dump|dcm|log))$|^deploy/secrets/"
        )
        names = [path.relative_to(ROOT).as_posix() for path in FILES]
        assert [name for name in names if never.search(name)] == []

    def test_shared_data_are_not_committed(self) -> None:
        large = [path.relative_to(ROOT).as_posix() for path in FILES if path.stat().st_size > 10_000_000]
        assert large == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("private key", "-----BEGIN RSA PRIVATE KEY-----\n" + "M" * 60),
        ("key of AWS", "AKIA" + "Q" * 16),
        ("token of GitHub", "ghp_" + "a" * 36),
        ("JSON Web Token", ".".join(["eyJ" + "a" * 20, "eyJ" + "b" * 20, "d" * 20])),
        ("password in an address", "postgresql://" + "carerisk:hunter22@db/carerisk"),
        ("named secret", "client_" + 'secret = "' + "Zq9" * 8 + '"'),
    ],
)
def test_what_is_looked_for_would_be_found(name: str, text: str) -> None:
    assert re.search(SECRETS[name], text)
    assert not INVENTED.search(text)
