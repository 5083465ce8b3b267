"""A realtime server for one machine that speaks the Pusher Channels protocol, version 7 (docs/decisions/0020).

For development and tests. It knows nothing of this service: it gets its credentials and the
address of the webhooks, and imports neither Django nor an app. Importing `server` loads the
WebSocket library, so only the commands that start a server do it.
"""
