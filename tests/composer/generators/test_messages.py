"""What a program says on standard error, however much it says."""

import time

from bandstand.composer.generators.messages import HEAD_BYTES, TAIL_LINES, MessageReader


def test_facts_and_text_are_read_in_order_however_they_are_cut() -> None:
    text = b'one\n\nbandstand: {"tempo": 96}\ntwo\nbandstand: [1]\n\x1b[31mthree\x1b[0m\n \nfour'
    for cut in (1, 7, 1000):
        reader = MessageReader()
        for at in range(0, len(text), cut):
            reader.push(text[at : at + cut])
        assert reader.facts == {"tempo": 96}
        one, two, wrong, *rest = reader.tail.splitlines()
        assert [one, two, *rest] == ["one", "two", "three", "four"]
        assert wrong.startswith("a line that begins with bandstand: is no JSON object")


def test_only_the_last_lines_are_kept_and_blank_ones_do_not_count() -> None:
    reader = MessageReader()
    reader.push(b"".join(b"%d\n\n\r\n" % number for number in range(500)))
    reader.push(b"\n" * 1000)
    assert reader.tail.splitlines() == [str(number) for number in range(500 - TAIL_LINES, 500)]


def test_a_hundred_megabytes_hold_up_nobody_and_the_facts_among_them_are_found() -> None:
    reader, chunk = MessageReader(), b"a line of text that goes on\n" * 2340
    began = time.process_time()
    for number in range(200):
        reader.push(chunk)
        reader.push(b'bandstand: {"tempo": %d}\n' % number)
    assert time.process_time() - began < 2  # it was 5 s
    assert reader.facts == {"tempo": 199}
    assert HEAD_BYTES < len(reader.whole) < 8 * HEAD_BYTES
