"""SASL: the answer to each challenge, chunks, and the detection of an impostor server."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st
from scramp import ScramMechanism

from bandstand.bot.irc import sasl
from bandstand.bot.irc.sasl import (
    ChallengeBuffer,
    Ecdsa,
    External,
    ImpostorServer,
    Plain,
    SaslFailed,
    Scram,
    split_message,
)


def server(password: str) -> object:
    mechanism = ScramMechanism("SCRAM-SHA-256")
    stored = mechanism.make_auth_info(password, iteration_count=4096)
    return mechanism.make_server(lambda _: stored)


def test_plain_is_the_account_and_the_password() -> None:
    assert Plain("ann", "secret").answer(b"") == b"\0ann\0secret"
    assert Plain("ann", "secret", "ann").answer(b"") == b"ann\0ann\0secret"
    with pytest.raises(SaslFailed):
        Plain("ann", "secret").answer(b"more?")


def test_ecdsa_names_the_account_and_signs_the_challenge_as_it_is() -> None:
    key = generate_private_key(SECP256R1())
    client = Ecdsa("ann", key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    assert client.answer(b"") == b"ann"
    for challenge in (bytes(range(32)), b"short"):
        signed = client.answer(challenge)
        key.public_key().verify(signed, challenge.rjust(32, b"\0"), ECDSA(Prehashed(SHA256())))
    with pytest.raises(SaslFailed, match="no hash"):
        client.answer(bytes(33))


def test_a_key_of_another_kind_is_no_reason_for_a_traceback() -> None:
    other = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for pem in (other, b"", b"-----BEGIN EC PRIVATE KEY-----"):
        with pytest.raises(SaslFailed):
            Ecdsa("ann", pem)


def test_external_sends_an_empty_message() -> None:
    assert External().answer(b"") == b""


def test_scram_proves_both_sides_to_each_other() -> None:
    peer, client = server("secret"), Scram("ann", "secret")
    peer.set_client_first(client.answer(b"").decode())  # type: ignore[attr-defined]
    final = client.answer(peer.get_server_first().encode())  # type: ignore[attr-defined]
    peer.set_client_final(final.decode())  # type: ignore[attr-defined]
    assert not client.is_server_proved
    assert client.answer(peer.get_server_final().encode()) == b""  # type: ignore[attr-defined]
    assert client.is_server_proved


def test_a_server_that_does_not_know_the_password_is_an_impostor() -> None:
    peer, client = server("secret"), Scram("ann", "secret")
    peer.set_client_first(client.answer(b"").decode())  # type: ignore[attr-defined]
    client.answer(peer.get_server_first().encode())  # type: ignore[attr-defined]
    with pytest.raises(ImpostorServer):
        client.answer(b"v=" + base64.b64encode(b"\0" * 32))


def test_a_refused_password_is_no_sign_of_an_impostor() -> None:
    peer, client = server("other"), Scram("ann", "secret")
    peer.set_client_first(client.answer(b"").decode())  # type: ignore[attr-defined]
    client.answer(peer.get_server_first().encode())  # type: ignore[attr-defined]
    with pytest.raises(SaslFailed) as caught:
        client.answer(b"e=invalid-proof")
    assert not isinstance(caught.value, ImpostorServer)


def test_a_server_cannot_make_the_bot_hash_for_minutes() -> None:
    client = Scram("ann", "secret", nonce="abc")
    client.answer(b"")
    with pytest.raises(SaslFailed, match="rounds"):
        client.answer(b"r=abcdef,s=c2FsdHNhbHRzYWx0,i=9000000")


@given(st.lists(st.binary(max_size=80), max_size=5))
def test_no_challenge_does_more_than_refuse(challenges: list[bytes]) -> None:
    for mechanism in (Plain("a", "b"), External(), Scram("a", "b")):
        for challenge in challenges:
            try:
                mechanism.answer(challenge)
            except SaslFailed:
                break


@pytest.mark.parametrize(
    ("length", "sizes"), [(0, [1]), (3, [4]), (297, [396]), (300, [400, 1]), (303, [400, 4]), (600, [400, 400, 1])]
)
def test_a_message_goes_in_chunks_of_400_and_a_full_last_one_is_ended_by_a_plus(length: int, sizes: list[int]) -> None:
    parts = list(split_message(b"x" * length))
    assert [len(part) for part in parts] == sizes
    assert (parts[-1] == "+") == (length % 300 == 0)


@given(st.binary(max_size=1500))
def test_what_is_cut_into_chunks_is_put_together_again(message: bytes) -> None:
    buffer = ChallengeBuffer()
    found = [buffer.add(chunk) for chunk in split_message(message)]
    assert found[-1] == message
    assert set(found[:-1]) <= {None}


@given(st.lists(st.text(max_size=500), max_size=60))
def test_nothing_that_a_server_sends_makes_the_buffer_grow_or_raise_anything_else(parts: list[str]) -> None:
    buffer = ChallengeBuffer()
    for part in parts:
        try:
            buffer.add(part)
        except SaslFailed:
            continue
        assert len(buffer._text) <= sasl.MAX_CHALLENGE_CHARACTERS
