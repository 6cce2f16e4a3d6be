"""The files of deploy/, judged by the programs that read them."""

from __future__ import annotations

import os
import re
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from mynumber.webkit import metrics
from tests.support.tools import find, needs

DEPLOY = Path(__file__).parents[2] / "deploy"


def judge(*command: str, **environment: str) -> str:
    program = find(command[0])
    assert program is not None
    done = subprocess.run(
        [program, *command[1:]],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    return said


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A key and a certificate in one file, as HAProxy reads them."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "network.example")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1)
    ).sign(key, hashes.SHA256())
    file = tmp_path / "tls.pem"
    file.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + made.public_bytes(Encoding.PEM)
    )
    return file


@needs("haproxy")
@pytest.mark.parametrize("name", ["network", "host"])
def test_haproxy_takes_its_files(certificate: Path, name: str) -> None:
    said = judge(
        *("haproxy", "-c", "-f", str(DEPLOY / "haproxy" / f"{name}.cfg")),
        MYNUMBER_TLS=str(certificate),
        MYNUMBER_CA=str(certificate),
    )
    assert "WARNING" not in said.upper().replace("WARNINGS: 0", "")


@needs("nats-server")
def test_nats_takes_its_file(certificate: Path) -> None:
    judge(
        *("nats-server", "-t", "-c", str(DEPLOY / "nats" / "mesh.conf")),
        MESH_NODE="mesh-1",
        MESH_NETWORK_PASSWORD="x",
        MESH_GATEWAY_PASSWORD="y",
        MESH_GATEWAY_271403_PASSWORD="z",
        **dict.fromkeys(("MESH_TLS_CERTIFICATE", "MESH_TLS_KEY", "MESH_NODES_CA"), str(certificate)),
    )


@needs("promtool")
def test_prometheus_takes_its_files() -> None:
    judge("promtool", "check", "config", str(DEPLOY / "prometheus" / "prometheus.yml"))
    judge("promtool", "check", "rules", str(DEPLOY / "prometheus" / "alerts.yml"))


def test_alerts_ask_for_metrics_that_there_are() -> None:
    text = (DEPLOY / "prometheus" / "alerts.yml").read_text()
    told = metrics.exposition()[0].decode()
    asked = set(re.findall(r"mynumber_\w+", text))
    assert asked
    for name in asked:
        assert name.removesuffix("_count").removesuffix("_bucket") in told


@needs("systemd-analyze")
@pytest.mark.parametrize("name", ["mynumber@.service", "mynumber-migrate@.service"])
def test_systemd_takes_its_units(name: str, tmp_path: Path) -> None:
    said = judge("systemd-analyze", "verify", "--man=no", str(DEPLOY / "systemd" / name))
    assert name.removesuffix(".service") not in said, said
