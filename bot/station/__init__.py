"""What a station is and does: plain functions over plain values.

Knows no Twisted, no database and no sentence for a person. A handler is `(request, by, tx) -> result`, run in one
transaction; the table of all is in `bot.station.table`.
"""
