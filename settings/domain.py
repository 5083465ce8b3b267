"""The rules of the product that an operator may tune. All times are seconds."""

from environs import validate

from .environment import env

# Shows: how long a show may wait for its first performed second, and how long a running
# one may go on after its session ended.
SHOW_MAX_WAIT = env.int("SHOW_MAX_WAIT", 30 * 60)
SHOW_END_GRACE = env.int("SHOW_END_GRACE", 5 * 60)

# Sales (seconds): within how long after the end of a reached sale its show starts, unless the sale's
# terms say otherwise, and the longest time that the terms may allow.
SHOW_START_WITHIN = env.int("SHOW_START_WITHIN", 15 * 60)
SHOW_START_WITHIN_MAX = env.int("SHOW_START_WITHIN_MAX", 24 * 60 * 60)

# The stage (seconds): how long a performance that reached its target waits for late webhooks, and
# how often the realtime server is asked who is on stage.
STAGE_PATIENCE = env.int("STAGE_PATIENCE", 3, validate=validate.Range(min=0))
STAGE_CHECK = env.int("STAGE_CHECK", 60, validate=validate.Range(min=1))

# How long a session may go on at all; one that nobody ends would hold its viewers' money for ever.
SESSION_MAX_DURATION = env.int("SESSION_MAX_DURATION", 48 * 60 * 60)

# How long a session goes on after its streamer's client went away; coming back stops it.
DEVICE_DISCONNECT_COUNTDOWN = env.int("DEVICE_DISCONNECT_COUNTDOWN", 60)

# Invitations to a private or exclusive show: pause after a refusal, bounds of the paid time.
TRIGGER_PRIVATE_COOLDOWN = env.int("TRIGGER_PRIVATE_COOLDOWN", 5 * 60)
TRIGGER_EXCLUSIVE_COOLDOWN = env.int("TRIGGER_EXCLUSIVE_COOLDOWN", 5 * 60)
INVITATION_MIN_DURATION = env.int("INVITATION_MIN_DURATION", 60)
INVITATION_MAX_DURATION = env.int("INVITATION_MAX_DURATION", 60 * 60)

# Length of the clip that a completed show leaves behind.
LIVESTREAM_CLIP_GOAL_DURATION = env.int("LIVESTREAM_CLIP_GOAL_DURATION", 30)
# How far a playlist lags behind the stage, and how long fetching and cutting may take in all.
CLIP_DELAY = env.int("CLIP_DELAY", 10)
CLIP_TIMEOUT = env.int("CLIP_TIMEOUT", 120)

# Outbox: the lease of running work (seconds), the attempts after which a task waits for a person, and
# the pause between two rounds of a relay (seconds).
OUTBOX_LEASE = env.int("OUTBOX_LEASE", 3, validate=validate.Range(min=1))
OUTBOX_MAX_ATTEMPTS = env.int("OUTBOX_MAX_ATTEMPTS", 12)
RELAY_POLL = env.float("RELAY_POLL", 0.1, validate=validate.Range(0.01, 60))

# By how many seconds a machine's clock may differ from the database's before its processes refuse to
# work; 0 is no limit. Vendors refuse signatures that are ten minutes off.
CLOCK_SKEW_LIMIT = env.int("CLOCK_SKEW_LIMIT", 480, validate=validate.Range(min=0))

# How old an event may be, in seconds, for its news to be sent again when it is replayed.
REPLAY_NEWS_MAX_AGE = env.int("REPLAY_NEWS_MAX_AGE", 15 * 60)

# How many days pushes that were sent and webhooks that were processed are kept; 0 is no limit.
RETENTION_DAYS = env.int("RETENTION_DAYS", 90, validate=validate.Range(min=0))
