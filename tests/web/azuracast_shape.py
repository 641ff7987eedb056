"""The structure of AzuraCast's now-playing answer (https://www.azuracast.com/docs/developers/now-playing-data/): which
keys it has, and what kind of value each has. Written down by hand; widgets, apps and scrobblers rely on it.
"""

from typing import Any

NUMBER = (int, float)
ANY_OR_NULL = object
LISTENERS: dict[str, Any] = {"total": int, "unique": int, "current": int}
SONG: dict[str, Any] = {
    "id": str,
    "art": str,
    "custom_fields": (dict, list),
    "text": str,
    "artist": str,
    "title": str,
    "album": str,
    "genre": str,
    "isrc": str,
    "lyrics": str,
}
PLAYED: dict[str, Any] = {
    "sh_id": int,
    "played_at": int,
    "duration": NUMBER,
    "playlist": (str, type(None)),
    "streamer": (str, type(None)),
    "is_request": bool,
    "song": SONG,
}
MOUNT: dict[str, Any] = {
    "id": int,
    "name": str,
    "url": str,
    "bitrate": (int, type(None)),
    "format": (str, type(None)),
    "listeners": LISTENERS,
    "path": str,
    "is_default": bool,
}
NOW_PLAYING: dict[str, Any] = {
    "station": {
        "id": int,
        "name": str,
        "shortcode": str,
        "description": str,
        "frontend": str,
        "backend": str,
        "timezone": str,
        "listen_url": str,
        "url": (str, type(None)),
        "public_player_url": str,
        "playlist_pls_url": str,
        "playlist_m3u_url": str,
        "is_public": bool,
        "requests_enabled": bool,
        "mounts": [MOUNT],
        "remotes": [],
        "hls_enabled": bool,
        "hls_is_default": bool,
        "hls_url": (str, type(None)),
        "hls_listeners": int,
    },
    "listeners": LISTENERS,
    "live": {
        "is_live": bool,
        "streamer_name": str,
        "broadcast_start": (int, type(None)),
        "art": (str, type(None)),
    },
    "now_playing": PLAYED | {"elapsed": int, "remaining": int},
    "playing_next": {
        "cued_at": int,
        "played_at": (int, type(None)),
        "duration": NUMBER,
        "playlist": (str, type(None)),
        "is_request": bool,
        "song": SONG,
    },
    "song_history": [PLAYED],
    "is_online": bool,
    "cache": (str, type(None)),
}


def list_differences(value: Any, shape: Any, place: str = "") -> list[str]:
    """Where a value is not of this shape; empty if it is. A key that the shape does not know is none."""
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            return [f"{place}: no object"]
        missing = [f"{place}.{key}: missing" for key in shape if key not in value]
        return missing + [
            found
            for key in shape
            if key in value
            for found in list_differences(value[key], shape[key], f"{place}.{key}")
        ]
    if isinstance(shape, list):
        if not isinstance(value, list):
            return [f"{place}: no list"]
        return [found for one in value for found in list_differences(one, shape[0] if shape else object, f"{place}[]")]
    is_wrong = not isinstance(value, shape) or (isinstance(value, bool) and shape in (int, NUMBER))
    return [f"{place}: {type(value).__name__}"] if is_wrong else []
