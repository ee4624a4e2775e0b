"""Local servers that speak as Google Cloud Storage and Azure Blob Storage do, where they are installed."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

AZURITE, ACCOUNT = "azurite-blob", "devstoreaccount1"
AZURE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""Of the account that Azurite makes for everybody; https://learn.microsoft.com/azure/storage/common/storage-use-azurite"""


def has_google() -> bool:
    """Return whether the emulator of Google Cloud Storage and gcsfs are installed."""
    return find_spec("gcp_storage_emulator") is not None and find_spec("gcsfs") is not None


def has_azure() -> bool:
    """Return whether Azurite and adlfs are installed."""
    return shutil.which(AZURITE) is not None and find_spec("adlfs") is not None


def absent_emulators() -> Iterator[str]:
    """Yield each server that is absent, with what is not checked without it."""
    if not has_google():
        yield "no gcp-storage-emulator and gcsfs (pip install both): files at gs:// are not read and written"
    if not has_azure():
        yield "no Azurite (npm install -g azurite) and adlfs (pip install adlfs): files at abfs:// are not read and written"


def free_port() -> int:
    """Return a port that nothing listens at."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


@contextmanager
def google_server() -> Iterator[dict[str, str]]:
    """Start the emulator of Google Cloud Storage, and yield the variables that gcsfs reads."""
    from gcp_storage_emulator.server import create_server

    port = free_port()
    server = create_server("127.0.0.1", port, in_memory=True)
    server.start()
    try:
        yield {"STORAGE_EMULATOR_HOST": f"http://127.0.0.1:{port}", "GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT": "false"}
    finally:
        server.stop()


@contextmanager
def azure_server(folder: Path) -> Iterator[dict[str, str]]:
    """Start Azurite on a folder, and yield the variables that adlfs reads."""
    port = free_port()
    command = [AZURITE, "--silent", "--location", str(folder), "--blobPort", str(port), "--skipApiVersionCheck"]
    server = subprocess.Popen([*command, "--disableTelemetry"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port, server)
        address = f"http://127.0.0.1:{port}/{ACCOUNT}"
        parts = {"DefaultEndpointsProtocol": "http", "AccountName": ACCOUNT, "AccountKey": AZURE_KEY, "BlobEndpoint": address}
        yield {"AZURE_STORAGE_CONNECTION_STRING": ";".join(f"{name}={value}" for name, value in parts.items())}
    finally:
        server.terminate()
        server.wait()


def _wait_for(port: int, server: subprocess.Popen[bytes], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and server.poll() is None:
        with socket.socket() as caller:
            if caller.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError(f"{AZURITE} does not answer")
