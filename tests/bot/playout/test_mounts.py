"""Which news of mounts are news."""

from bot.playout.mounts import Mounts
from common.wire import MountState


def state(on_air: bool, trouble: str = "", path: str = "/a") -> MountState:
    return MountState(path, "mp3", 128, on_air, 1.0, trouble)


def test_a_change_is_told_once() -> None:
    mounts = Mounts()
    assert mounts.came("/a") == ["/a is on the air"]
    assert mounts.came("/a") == []
    assert mounts.went("/a", "no Icecast") == ["/a is off the air: no Icecast"]
    assert mounts.went("/a", "no Icecast") == []
    assert mounts.went("/a", "the password") == ["/a is off the air: the password"]
    assert mounts.came("/a") == ["/a is on the air"]


def test_what_happened_while_nobody_told_is_told_after_a_reconnection_and_the_rest_is_not() -> None:
    mounts = Mounts()
    for path in ("/a", "/b", "/c"):
        mounts.came(path)
    mounts.went("/b", "no Icecast")
    mounts.went("/c", "no Icecast")
    found = [state(False, "the limit"), state(False, "no Icecast", "/b"), state(True, path="/c")]
    assert mounts.found(found) == ["/a is off the air: the limit", "/c is on the air"]
    assert mounts.came("/c") == []


def test_a_new_bot_hears_of_what_is_wrong_only() -> None:
    mounts = Mounts()
    assert mounts.found([state(True), state(False, "no Icecast", "/b"), state(False, path="/c")]) == [
        "/b is off the air: no Icecast"
    ]
    assert mounts.went("/a", "no Icecast") == ["/a is off the air: no Icecast"]


def test_a_streamer_that_comes_back_has_its_mounts_told() -> None:
    mounts = Mounts()
    mounts.came("/a")
    mounts.away()
    assert mounts.found([state(True)]) == ["/a is on the air"]
