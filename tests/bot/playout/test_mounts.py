"""Which news of mounts are news."""

from bandstand.bot.playout.mounts import Mounts
from bandstand.common.api.events import MountCameOn, MountWentOff
from bandstand.common.wire import MountState


def state(on_air: bool, trouble: str = "", path: str = "/a") -> MountState:
    return MountState(path, "mp3", 128, on_air, 1.0, trouble)


def on(mount: str) -> MountCameOn:
    return MountCameOn(mount=mount)


def off(mount: str, reason: str) -> MountWentOff:
    return MountWentOff(mount=mount, reason=reason)


def test_a_change_is_told_once() -> None:
    mounts = Mounts()
    assert mounts.record_on("/a") == [on("/a")]
    assert mounts.record_on("/a") == []
    assert mounts.record_off("/a", "no Icecast") == [off("/a", "no Icecast")]
    assert mounts.record_off("/a", "no Icecast") == []
    assert mounts.record_off("/a", "the password") == [off("/a", "the password")]
    assert mounts.record_on("/a") == [on("/a")]


def test_what_happened_while_nobody_told_is_told_after_a_reconnection_and_the_rest_is_not() -> None:
    mounts = Mounts()
    for path in ("/a", "/b", "/c"):
        mounts.record_on(path)
    mounts.record_off("/b", "no Icecast")
    mounts.record_off("/c", "no Icecast")
    found = [state(False, "the limit"), state(False, "no Icecast", "/b"), state(True, path="/c")]
    assert mounts.compare(found) == [off("/a", "the limit"), on("/c")]
    assert mounts.record_on("/c") == []


def test_a_new_bot_hears_of_what_is_wrong_only() -> None:
    mounts = Mounts()
    assert mounts.compare([state(True), state(False, "no Icecast", "/b"), state(False, path="/c")]) == [
        off("/b", "no Icecast")
    ]
    assert mounts.record_off("/a", "no Icecast") == [off("/a", "no Icecast")]


def test_a_streamer_that_comes_back_has_its_mounts_told() -> None:
    mounts = Mounts()
    mounts.record_on("/a")
    mounts.record_streamer_away()
    assert mounts.compare([state(True)]) == [on("/a")]
