"""What the core is asked, what it answers and what it tells: plain values that travel as JSON.

- `people`: who asks, from where, with which right.
- `values`: songs, jobs, cues and bands as other parts see them.
- `programme`, `playlists`, `library`, `administration` and others: what belongs to one theme.
- `shows`: what the station plays at fixed times.
- `requests`: one struct for each thing that can be asked; `Request` is the union of all.
- `results`: one struct for each answer; `Result` is the union of all.
- `refusals`: why something that was asked is not done; `Refused` carries one.
- `events`: facts, published in order after the transaction that made them was committed.

Times are Unix seconds, lengths are seconds, positions inside a song are seconds or, where it says so, frames at 48 kHz.
No value is a sentence for a person: `bot.commands` writes those.
"""
