"""The console: a page at `/` on which a newcomer plays both a streamer and a viewer."""
