"""How what people read is written. `python -m tests.sentences` prints all of it, to be read whole."""

import re

import pytest

from bandstand.bot.commands.all_commands import TABLE
from bandstand.bot.commands.table import Command
from tests.sentences import Sentence, list_sentences

PAGES = ("bot/commands/reference.py", "common/api/reference.py")
"""These write Markdown."""
UNPLAIN = re.compile(
    r"\b(please|sorry|oops|invalid|illegal|unable to|failed to load|fatal|aborted|e\.g\.|i\.e\.|etc)\b|\w\(s\)|!$", re.I
)
"""What a plain sentence does without: it says what is wrong and what to do."""
SENTENCES = [sentence for sentence in list_sentences() if sentence.path not in PAGES]


def find(pattern: str) -> list[Sentence]:
    return [sentence for sentence in SENTENCES if re.search(pattern, sentence.text)]


def test_the_list_is_whole_enough_to_be_read() -> None:
    texts = {sentence.text for sentence in SENTENCES}
    assert len(texts) > 400
    assert {"stop the whole station in order", "cue {cue} ended: {reason}{why}", "nothing is on the air"} <= texts


def test_they_are_plain() -> None:
    assert [sentence for sentence in SENTENCES if UNPLAIN.search(sentence.text)] == []


def test_a_sentence_has_no_odd_blanks_and_no_full_stop_before_what_may_be_empty() -> None:
    assert find(r"\S  +\S") == []
    assert find(r"[.:] \{\w+\}$") == find(r": \{\w+\}$"), "a reason in braces may be empty; a colon promises one"
    assert find(r" [,;:](\s|$)") == []


def test_a_mean_is_not_of_its_own_count() -> None:
    assert find(r"mean.* of \{counted") == []


@pytest.mark.parametrize("command", TABLE, ids=lambda command: command.name)
def test_what_a_command_does_begins_with_a_small_letter_and_is_no_whole_page(command: Command) -> None:
    helps = [command.summary, *(param.help for param in (*command.params, *command.options))]
    assert all(text[0].islower() or text[0] in '"X' for text in helps)
    assert all(not text.endswith((".", ";", ",")) and len(text) < 120 for text in helps)
