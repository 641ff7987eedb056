"""A person's words become a request to the core, and its result becomes a reply.

The entries of all commands are one table, from which help, completion and docs/commands.md are made. `command_line`
goes from a line to its reply; `announcements` turns what happens later into what people are told.
"""
