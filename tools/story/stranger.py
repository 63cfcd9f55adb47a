"""Somebody with a key of his own making, who was never invited."""
import collections
import subprocess

Outcome = collections.namedtuple("Outcome", "accepted said")


def knock(port, folder, tls12=False):
    """Tries to open HTTP/2 over TLS with a fresh self-signed key; says whether the node let it in."""
    key, certificate = folder / "stranger.pem", folder / "stranger.crt"
    if not key.exists():
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-days", "2", "-subj",
                        "/CN=stranger", "-keyout", str(key), "-out", str(certificate)],
                       check=True, capture_output=True)
    run = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-cert",
                          str(certificate), "-key", str(key), "-alpn", "h2", "-quiet", "-no_ign_eof",
                          "-tls1_2" if tls12 else "-tls1_3"],
                         input=b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", capture_output=True,
                         timeout=20)
    # A server that lets somebody in answers the preface with its own SETTINGS frame.
    return Outcome(accepted=b"\0\0" in run.stdout and run.returncode == 0,
                   said=(run.stdout + run.stderr)[-500:].decode(errors="replace"))
