"""The table of requests: which handler carries each out, the right that it needs, and what limits it.

Every way in ends here, so that no rule is written twice. `limit` names the token bucket that a request takes from,
beside the one of all commands; `writes` is False for what only looks, which takes no write lock; `needs_status` is True
where the streamer and Icecast are to be asked first; `is_rationed` where it would pay to come as many visitors of the
page (`bot.station.visitors`).
"""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from bandstand.bot.station import (
    access,
    bands,
    between,
    booth,
    clocks,
    comparisons,
    dj_messages,
    editing,
    favourites,
    generators,
    imports,
    library,
    listening,
    live_shows,
    ordering,
    picks,
    playing,
    playlists,
    programme,
    queueing,
    recordings,
    request_switches,
    sessions,
    shows,
    skip_votes,
    song_requests,
    status,
    visitors,
    watches,
    wishes,
)
from bandstand.bot.station.limits import MESSAGES, SONGS
from bandstand.bot.station.repositories import Transaction
from bandstand.common.api import recordings as recording_requests
from bandstand.common.api import requests, schedule
from bandstand.common.api.people import Requester, Right
from bandstand.common.api.requests import Request
from bandstand.common.api.results import Result

Handler = Callable[[Any, Requester, Transaction], Result]
LISTENER, DJ, ADMIN, OWNER = Right.LISTENER, Right.DJ, Right.ADMIN, Right.OWNER


class Entry(NamedTuple):
    handler: Handler
    right: Right
    limit: str = ""
    writes: bool = True
    needs_status: bool = False
    is_rationed: bool = False
    admits_guests: bool = False
    """Also for a guest of live shows who gave their password on the page, whatever right it needs."""


def _reads(handler: Handler, right: Right = LISTENER, needs_status: bool = False) -> Entry:
    return Entry(handler, right, writes=False, needs_status=needs_status)


REQUESTS: Final[dict[type[Request], Entry]] = {
    requests.Generate: Entry(ordering.generate, DJ, SONGS),
    requests.GenerateAgain: Entry(ordering.generate_again, DJ, SONGS),
    requests.Wish: Entry(wishes.wish, LISTENER, SONGS, is_rationed=True),
    requests.WishAlike: Entry(wishes.wish_alike, LISTENER, SONGS, is_rationed=True),
    requests.ReadWish: _reads(wishes.read_wish),
    requests.CancelJob: Entry(ordering.cancel_job, DJ),
    requests.ImportFile: Entry(imports.import_file, OWNER),
    requests.RecogniseFiles: _reads(imports.recognise_files, OWNER),
    requests.EditSong: Entry(editing.edit_song, LISTENER),
    requests.TagSong: Entry(editing.tag_song, LISTENER),
    requests.DeleteSong: Entry(editing.delete_song, ADMIN),
    requests.RemakeSong: Entry(ordering.remake_song, DJ, SONGS),
    requests.ExportSong: Entry(ordering.export_song, DJ),
    requests.Play: Entry(playing.play, DJ),
    requests.PlayFile: Entry(ordering.play_file, OWNER),
    requests.PlayPipe: Entry(ordering.play_pipe, OWNER),
    requests.Replay: Entry(playing.replay, DJ),
    requests.Enqueue: Entry(song_requests.enqueue, LISTENER, is_rationed=True),
    requests.RequestSong: Entry(song_requests.request_song, LISTENER, is_rationed=True),
    requests.SwitchRequests: Entry(request_switches.switch_requests, DJ),
    requests.GetRequestSwitches: _reads(request_switches.get_request_switches),
    requests.GetQueue: _reads(queueing.get_queue),
    requests.RemoveFromQueue: Entry(queueing.remove_from_queue, LISTENER),
    requests.MoveInQueue: Entry(queueing.move_in_queue, DJ),
    requests.ClearQueue: Entry(queueing.clear_queue, DJ),
    requests.Skip: Entry(playing.skip, DJ),
    requests.Stop: Entry(playing.stop, DJ),
    requests.Pause: Entry(playing.pause, DJ),
    requests.Resume: Entry(playing.resume, DJ),
    requests.SwitchRadio: Entry(programme.switch_radio, DJ),
    requests.GetRadio: _reads(programme.get_radio),
    requests.AddJingle: Entry(between.add_jingle, OWNER),
    requests.RemoveJingle: Entry(between.remove_jingle, ADMIN),
    requests.ListJingles: _reads(between.list_jingles),
    requests.PlayIdent: Entry(between.play_ident, DJ),
    requests.ExplainSong: _reads(programme.explain_song),
    schedule.GetSchedule: _reads(shows.get_schedule),
    schedule.AddShow: Entry(shows.add_show, DJ),
    schedule.RemoveShow: Entry(shows.remove_show, DJ),
    recording_requests.SwitchRecording: Entry(recordings.switch_recording, DJ),
    recording_requests.ListRecordings: _reads(recordings.list_recordings),
    recording_requests.GetRecording: _reads(recordings.get_recording),
    recording_requests.RemoveRecording: Entry(recordings.remove_recording, ADMIN),
    recording_requests.PublishRecording: Entry(recordings.publish_recording, DJ),
    requests.GetLive: _reads(live_shows.get_live),
    requests.GetBooth: Entry(booth.get_booth, DJ, writes=False, admits_guests=True),
    requests.GoLive: Entry(live_shows.go_live, DJ),
    requests.EndLive: Entry(live_shows.end_live, DJ, admits_guests=True),
    requests.KickDj: Entry(live_shows.kick_dj, ADMIN),
    requests.InviteGuest: Entry(live_shows.invite_guest, DJ),
    requests.TellDj: Entry(dj_messages.tell_dj, LISTENER, MESSAGES, is_rationed=True),
    requests.MakePlaylist: Entry(playlists.make_playlist, DJ),
    requests.ChangePlaylist: Entry(playlists.change_playlist, DJ),
    requests.AddToPlaylist: Entry(playlists.add_to_playlist, DJ),
    requests.RemoveFromPlaylist: Entry(playlists.remove_from_playlist, DJ),
    requests.DeletePlaylist: Entry(playlists.delete_playlist, DJ),
    requests.ListPlaylists: _reads(playlists.list_playlists),
    requests.GetPlaylist: _reads(playlists.get_playlist),
    requests.SetClock: Entry(clocks.set_clock, DJ),
    requests.DeleteClock: Entry(clocks.delete_clock, DJ),
    requests.ListClocks: _reads(clocks.list_clocks),
    requests.UseClock: Entry(clocks.use_clock, DJ),
    requests.Seek: Entry(playing.seek, DJ),
    requests.GetHeard: _reads(listening.get_heard),
    requests.GetNowPlaying: _reads(playing.get_now_playing),
    requests.ListSongs: _reads(library.list_songs),
    requests.SearchSongs: _reads(library.search_songs),
    requests.GetSong: _reads(library.get_song),
    requests.GetSongFiles: _reads(library.get_song_files, OWNER),
    requests.ListHistory: _reads(library.list_history),
    requests.ListJobs: _reads(library.list_jobs),
    requests.GetJob: _reads(library.get_job, DJ),
    requests.ListGenerators: _reads(generators.list_generators),
    requests.DescribeGenerator: _reads(generators.describe_generator),
    requests.ReloadGenerators: Entry(generators.reload_generators, ADMIN),
    requests.WatchGenerator: Entry(watches.watch_generator, DJ, SONGS),
    requests.UnwatchGenerator: Entry(watches.unwatch_generator, DJ),
    requests.CompareSongs: Entry(comparisons.compare_songs, DJ, SONGS),
    requests.Vote: Entry(comparisons.vote, LISTENER, is_rationed=True),
    requests.Reveal: Entry(comparisons.reveal, DJ),
    requests.AddBookmark: Entry(listening.add_bookmark, LISTENER),
    requests.ListBands: _reads(bands.list_bands),
    requests.GetBand: _reads(bands.get_band),
    requests.FoundBand: Entry(bands.found_band, DJ),
    requests.GetArtist: _reads(bands.get_artist),
    requests.Rate: Entry(listening.rate, LISTENER, is_rationed=True),
    requests.AddFavourite: Entry(favourites.add_favourite, LISTENER),
    requests.RemoveFavourite: Entry(favourites.remove_favourite, LISTENER),
    requests.ListFavourites: _reads(favourites.list_favourites),
    requests.SetNotices: Entry(favourites.set_notices, LISTENER),
    requests.RequestRandom: Entry(picks.request_random, LISTENER, is_rationed=True),
    requests.RequestFirst: Entry(picks.request_first, LISTENER, is_rationed=True),
    requests.GetLastRequest: _reads(picks.get_last_request),
    requests.VoteSkip: Entry(skip_votes.vote_to_skip, LISTENER, needs_status=True),
    requests.EvolveBand: Entry(bands.evolve_band, DJ),
    requests.GetFamily: _reads(bands.get_family),
    requests.RevertBand: Entry(bands.revert_band, DJ),
    requests.Grant: Entry(access.grant, ADMIN),
    requests.Revoke: Entry(access.revoke, ADMIN),
    requests.GetSelf: _reads(access.get_self),
    requests.ListPeople: _reads(access.list_people, ADMIN, needs_status=True),
    requests.SetPassword: Entry(access.set_password, OWNER),
    requests.RemoveAccount: Entry(access.remove_account, OWNER),
    requests.LogIn: Entry(sessions.log_in, LISTENER),
    requests.MakeLink: Entry(sessions.make_link, LISTENER, needs_status=True),
    requests.OpenLink: Entry(sessions.open_link, LISTENER),
    requests.LogOut: Entry(sessions.log_out, LISTENER),
    requests.ChooseName: _reads(visitors.choose_name),
    requests.GetStatus: _reads(status.get_status, needs_status=True),
    requests.GetListeners: _reads(status.get_listeners, ADMIN, needs_status=True),
    requests.GetLog: _reads(status.get_log, ADMIN),
    requests.ExamineMachine: _reads(status.examine_machine, ADMIN),
    requests.GetFigures: _reads(status.get_figures),
    requests.CountHlsListeners: _reads(status.count_hls_listeners, OWNER),
    requests.GetVersion: _reads(status.get_version),
    requests.ListNames: _reads(status.list_names),
    requests.RestartStreamer: Entry(status.restart_streamer, ADMIN),
    requests.Quit: Entry(status.quit_station, OWNER),
}
