from bandstand.composer.score import (
    EXPRESSION,
    Bend,
    Control,
    Note,
    Part,
    Score,
    Section,
    Tempo,
    decode_score,
    encode_score,
)
from bandstand.composer.streaming_score import LEAD_TICKS, Performance, StreamingScore

BAR = 4 * 480
FIRST = Performance([Note(0, BAR // 2, 60, 80)], [Control(0, EXPRESSION, 70)], [Bend(10, -100), Bend(BAR + 5, 0)])
SECOND = Performance([Note(BAR, 480, 60, 80)], [Control(BAR, EXPRESSION, 127)], [])


def header() -> Score:
    sections = (Section("verse", 1, 0, 1, 0.5), Section("chorus", 1, 1, 1, 1.0), Section("ending", 1, 2, 1, 0.5))
    part = Part("lead", "melody", 65, 0.5, 0.0, 0.2, ())
    return Score(
        title="T", artist="A", seed=1, key="C", beats=4, tempi=(Tempo(0, 120),), sections=sections, chords=(),
        parts=(part,),
    )  # fmt: skip


def make_song() -> StreamingScore:
    def copy(played: Performance) -> Performance:
        return Performance(list(played.notes), list(played.controls), list(played.bends))

    return StreamingScore(header(), iter([[copy(FIRST)], [copy(SECOND)], [Performance()]]))


def test_controls_and_bends_come_with_the_notes_of_their_time() -> None:
    first, second, _ = make_song().chunks()
    assert (first[0].controls, first[0].bends) == ([Control(0, EXPRESSION, 70)], [Bend(10, -100)])
    assert (second[0].controls, second[0].bends) == ([Control(BAR, EXPRESSION, 127)], [Bend(BAR + 5, 0)])


def test_a_note_that_the_next_section_may_cut_waits_for_it_with_all_that_comes_after() -> None:
    held = Performance([Note(0, 480, 62, 80), Note(480, BAR, 60, 80), Note(960, 480, 64, 80)])
    song = StreamingScore(
        header(), iter([[held], [Performance([Note(BAR - LEAD_TICKS, 480, 60, 80)])], [Performance()]])
    )
    first, second, _ = song.chunks()
    assert first[0].notes == [Note(0, 480, 62, 80)]
    assert second[0].notes[:2] == [Note(480, BAR - LEAD_TICKS - 481, 60, 80), Note(960, 480, 64, 80)]


def test_only_one_section_is_composed_for_the_first_chunk() -> None:
    sections = iter([[Performance([Note(0, 480, 60, 80)])], [Performance()], [Performance()]])
    next(StreamingScore(header(), sections).chunks())
    assert len(list(sections)) == 2


def test_what_there_is_so_far_can_be_seen_without_composing_more() -> None:
    song = make_song()
    assert (song.composed, [part.notes for part in song.copy_so_far().parts]) == (0, [()])
    next(song.chunks())
    assert (song.composed, [part.notes for part in song.copy_so_far().parts]) == (1, [(Note(0, BAR // 2, 60, 80),)])
    assert song.copy_so_far().sections == header().sections


def test_the_whole_score_keeps_controls_and_bends_also_as_json() -> None:
    score = make_song().complete()
    [part] = score.parts
    assert part.controls == (Control(0, EXPRESSION, 70), Control(BAR, EXPRESSION, 127))
    assert part.bends == (Bend(10, -100), Bend(BAR + 5, 0))
    assert decode_score(encode_score(score)) == score


def test_a_score_that_was_stored_before_there_were_controls_is_read() -> None:
    assert b"controls" not in encode_score(header())
    [part] = decode_score(encode_score(header())).parts
    assert (part.controls, part.bends) == ((), ())


def test_a_performance_is_cut_by_time() -> None:
    before, after = Performance(SECOND.notes, FIRST.controls, FIRST.bends).cut(BAR - LEAD_TICKS)
    assert (before.notes, before.controls, before.bends) == ([], FIRST.controls, FIRST.bends[:1])
    assert (after.notes, after.controls, after.bends) == (SECOND.notes, [], FIRST.bends[1:])
