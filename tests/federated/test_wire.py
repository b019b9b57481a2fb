from __future__ import annotations

import datetime
import ipaddress
import json
import socket
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from riskmodels import ROOT
from riskmodels.cli.main import main
from riskmodels.errors import InputError
from riskmodels.federated import wire
from riskmodels.federated.wire import Tls, proof, refuse_open
from riskmodels.vocabulary import VOCABULARY
from tests.federated.conftest import INPUTS, patients

KEY, TLS = b"k" * 32, Tls(b"authority")


class TestRefuseOpen:
    @pytest.mark.parametrize("address", ["127.0.0.1:8470", "localhost:8470", "[::1]:8470"])
    def test_this_machine_needs_neither_certificates_nor_key(self, address: str) -> None:
        refuse_open(address, None, b"")

    @pytest.mark.parametrize("address", ["0.0.0.0:8470", "[::]:8470", "fl.example.org:8470", "10.0.0.7:8470"])
    def test_a_network_needs_certificates(self, address: str) -> None:
        with pytest.raises(InputError, match="no certificates"):
            refuse_open(address, None, KEY)

    def test_a_network_needs_a_key(self) -> None:
        with pytest.raises(InputError, match="no key"):
            refuse_open("fl.example.org:8470", TLS, b"")

    def test_with_both_it_is_served(self) -> None:
        refuse_open("fl.example.org:8470", TLS, KEY)

    @pytest.mark.parametrize("address", ["", "8470", "host", ":8470", "host:port"])
    def test_what_is_no_address_is_refused(self, address: str) -> None:
        with pytest.raises(InputError, match="no address"):
            refuse_open(address, TLS, KEY)


def test_key_is_proved_without_being_sent() -> None:
    assert proof(KEY, b"1") == proof(KEY, b"1")
    assert len({proof(KEY, b"1"), proof(KEY, b"2"), proof(b"l" * 32, b"1")}) == 3
    assert KEY not in proof(KEY, b"1")


def test_private_key_is_not_in_a_traceback() -> None:
    assert "secret" not in repr(Tls(b"ca", b"certificate", b"secret"))


def test_without_flower_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(wire, "import_module", absent)
    with pytest.raises(InputError, match=r"requirements-federated\.txt"):
        wire.flower()


class TestCommand:
    def run(self, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
        assert main(["train", "federated", *arguments]) == 1
        return capsys.readouterr().err

    def test_role_is_asked(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert "--role server or --role client" in self.run(capsys, "--outcome", "x")

    def test_server_on_a_network_without_certificates_is_refused(self, capsys: pytest.CaptureFixture[str]) -> None:
        said = self.run(
            capsys, "--role", "server", "--address", "0.0.0.0:8470", "--outcome", "x", "--inputs", "age,sex"
        )
        assert "no certificates are given" in said

    def test_hospital_needs_file_and_folder(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert "--data FILE and --out FOLDER" in self.run(capsys, "--role", "client", "--outcome", "x")

    def test_short_key_is_refused(self, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        (tmp_path / "key").write_text("short")
        said = self.run(capsys, "--role", "client", "--outcome", "x", "--key", str(tmp_path / "key"))
        assert "shorter than 32 bytes" in said
        assert "short " not in said.replace("shorter", "")

    def test_certificates_are_all_or_none(self, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        said = self.run(capsys, "--role", "server", "--outcome", "x", "--ca", str(tmp_path / "ca.pem"))
        assert "not complete" in said


@pytest.mark.skipif(find_spec("flwr") is None, reason="flwr is not installed: requirements-federated.txt")
def test_two_hospitals_train_over_tls_and_a_stranger_gets_nothing(tmp_path: Path) -> None:
    certificates(tmp_path)
    (tmp_path / "key").write_text("ab" * 32)
    (tmp_path / "other_key").write_text("cd" * 32)
    address = f"localhost:{free_port()}"
    common = ["--address", address, "--ca", "ca.pem"]
    server = begin(
        tmp_path,
        *("--role", "server", "--outcome", "event", "--inputs", ",".join(INPUTS), "--rounds", "3", "--hospitals", "2"),
        *(*common, "--certificate", "server.pem", "--private-key", "server.key", "--key", "key"),
    )
    line = server.stdout.readline()  # type: ignore[union-attr]
    assert "TLS" in line
    clients = {}
    for name, key in (("stranger", "other_key"), ("a", "key"), ("b", "key")):
        frame, label = patients(80, ord(name[0]))
        table = frame.assign(sex=frame["sex"].map({0.0: "female", 1.0: "male"}), event=label)
        table.rename(columns=lambda column: getattr(VOCABULARY.get(column), "column", column)).to_csv(
            tmp_path / f"{name}.csv", index=False
        )
        took = ("--role", "client", "--data", f"{name}.csv", "--outcome", "event", "--out", name)
        clients[name] = begin(tmp_path, *took, *common, "--key", key)
    said = {name: client.communicate(timeout=240)[0] for name, client in clients.items()}
    assert (clients["a"].returncode, clients["b"].returncode) == (0, 0), said
    assert server.wait(60) == 0
    assert clients["stranger"].returncode == 1
    assert not (tmp_path / "stranger").exists()
    cards = [json.loads((tmp_path / name / "card.json").read_text()) for name in ("a", "b")]
    assert [card["training_rows"] for card in cards] == [160, 160]


def begin(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "riskmodels", "train", "federated", *arguments]
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "OMP_NUM_THREADS": "1", "HOME": str(folder)}
    return subprocess.Popen(
        command, cwd=folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def free_port() -> int:
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return int(opened.getsockname()[1])


def certificates(folder: Path) -> None:
    """An authority, and a certificate of it for this machine."""
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)]) for text in ("authority", "localhost")]
    places = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    extensions = [x509.BasicConstraints(ca=True, path_length=None), x509.SubjectAlternativeName(places)]
    now, day = datetime.datetime.now(datetime.UTC), datetime.timedelta(days=1)
    for i, file in enumerate(("ca.pem", "server.pem")):
        made = x509.CertificateBuilder(
            issuer_name=names[0],
            subject_name=names[i],
            public_key=keys[i].public_key(),
            serial_number=i + 1,
            not_valid_before=now - day,
            not_valid_after=now + day,
        ).add_extension(extensions[i], critical=i == 0)
        signed = made.sign(keys[0], hashes.SHA256())
        (folder / file).write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    private = keys[1].private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "server.key").write_bytes(private)
