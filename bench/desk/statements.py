"""The statements that make the world, in the order in which they rest on each other.

Numbers decide everything, so that it is the same world every time. Goal k of ten in a session:
0 to 5 funding, 6 the show of the first, 7 trigger-private, 8 trigger-exclusive, 9 karaoke.
"""

from __future__ import annotations

from goals.types import GoalType

_AT = "%(begin)s + make_interval(secs => %(year)s * {n} / {of})"
_GOAL_AT = _AT.format(n="k", of="%(goals)s")
# An ObjectId that begins with the second it was made in, as the real ones do.
_ID = "lpad(to_hex(extract(epoch FROM {at})::bigint), 8, '0') || lpad(to_hex({n}), 16, '0')"
_GOAL_ID = _ID.format(at=_GOAL_AT, n="k")
_SESSION_ID = "'a' || lpad(to_hex(k / 10), 23, '0')"
_STREAMER_ID = "'b' || lpad(to_hex((k / 10) %% %(streamers)s), 23, '0')"
_VIEWER_ID = "'c' || lpad(to_hex({n}), 23, '0')"
_RUNNING = "k / 10 >= %(goals)s / 10 - least(%(streamers)s, %(goals)s / 100)"  # the newest sessions

_TYPE = f"""CASE k %% 10 WHEN 6 THEN '{GoalType.SHOW}' WHEN 7 THEN '{GoalType.TRIGGER_PRIVATE}'
    WHEN 8 THEN '{GoalType.TRIGGER_EXCLUSIVE}' WHEN 9 THEN '{GoalType.KARAOKE}' ELSE '{GoalType.FUNDING}' END"""

USERS = """
    INSERT INTO livestream_user (id, username, password, first_name, last_name, email,
        is_superuser, is_staff, is_active, date_joined)
    SELECT kind || lpad(to_hex(n), 23, '0'), name || n, '', '', '', '', false, false, n %% 100 <> 0,
        %(begin)s - make_interval(secs => n)
    FROM (SELECT 'b' AS kind, 'streamer' AS name, n FROM generate_series(0, %(streamers)s - 1) AS n
        UNION ALL SELECT 'c', 'viewer', n FROM generate_series(0, %(viewers)s - 1) AS n) AS people
"""
SESSIONS = f"""
    INSERT INTO sessions_app_session (id, streamer_id, title, preset, prices, active, created_at, started_at, ended_at)
    SELECT {_SESSION_ID}, {_STREAMER_ID}, 'Evening', 'public', '{{}}', {_RUNNING}, {_GOAL_AT}, {_GOAL_AT},
        CASE WHEN {_RUNNING} THEN NULL ELSE {_GOAL_AT} + interval '2 hours' END
    FROM generate_series(0, %(goals)s - 1, 10) AS k
"""
GOALS = f"""
    INSERT INTO goals_goal (id, type, session_id, streamer_id, active, created_at, started_at, exp, ended_at, outcome,
        ended_because, levels, level, progress, performed, preset_before, funding_goal_id, triggered_by_id)
    SELECT {_GOAL_ID}, {_TYPE}, {_SESSION_ID}, {_STREAMER_ID}, {_RUNNING}, {_GOAL_AT}, {_GOAL_AT},
        {_GOAL_AT} + interval '1 hour', CASE WHEN {_RUNNING} THEN NULL ELSE {_GOAL_AT} + interval '1 hour' END,
        CASE WHEN {_RUNNING} THEN NULL WHEN k %% 10 = 9 THEN 'cancelled'
            WHEN (k / 10) %% 3 = 0 THEN 'refunded' ELSE 'completed' END,
        CASE WHEN {_RUNNING} THEN NULL WHEN k %% 10 = 9 THEN 'session_ended'
            WHEN (k / 10) %% 3 = 0 THEN 'expired' ELSE 'completed' END,
        '[{{"title": "One", "target": 400}}]', 0, 0, 0, '',
        CASE WHEN k %% 10 = 6 THEN (SELECT {_GOAL_ID} FROM (SELECT i - 6 AS k) AS first) END,
        CASE WHEN k %% 10 IN (7, 8) THEN {_VIEWER_ID.format(n="k %% %(viewers)s")} END
    FROM (SELECT k, k AS i FROM generate_series(0, %(goals)s - 1) AS k) AS numbers
"""
ESCROWS = f"""
    INSERT INTO wallet_escrow (escrow_id, user_id, state, received, opened_at, decided_at, settled_at, refunded_upto)
    SELECT CASE type WHEN '{GoalType.FUNDING}' THEN 'show_funding:'
            WHEN '{GoalType.TRIGGER_PRIVATE}' THEN 'trigger_private:' ELSE 'trigger_exclusive:' END || id,
        streamer_id, coalesce(outcome, 'open'), 0, created_at, ended_at, ended_at, ''
    FROM goals_goal WHERE type IN ('{GoalType.FUNDING}', '{GoalType.TRIGGER_PRIVATE}', '{GoalType.TRIGGER_EXCLUSIVE}')
"""
ACCOUNTS = """
    INSERT INTO wallet_account (id, kind, balance, created_at)
    SELECT id, 'user', 0, date_joined FROM livestream_user
    UNION ALL SELECT escrow_id, 'escrow', 0, opened_at FROM wallet_escrow
"""
HOLDS = f"""
    INSERT INTO wallet_transfer (transfer_id, debit_id, credit_id, amount, kind, tags, created_at)
    SELECT 'goal:ticket:' || escrow_id || ':' || n, {_VIEWER_ID.format(n="(n::bigint * 7919) %% %(viewers)s")},
        escrow_id, 200, 'hold', '[]', opened_at + make_interval(secs => n %% 3600)
    FROM generate_series(1, %(holds)s) AS n
    JOIN (SELECT escrow_id, opened_at, row_number() OVER (ORDER BY opened_at, escrow_id) - 1 AS place,
        count(*) OVER () AS all_of_them FROM wallet_escrow) AS escrows
    ON place = CASE WHEN n <= %(crowd)s THEN 0 ELSE n %% (SELECT count(*) FROM wallet_escrow) END
"""
RECEIVED = """
    UPDATE wallet_escrow SET received = held FROM (SELECT credit_id, sum(amount) AS held
    FROM wallet_transfer WHERE kind = 'hold' GROUP BY credit_id) AS holds WHERE credit_id = escrow_id
"""
TOTALS = """
    INSERT INTO wallet_payertotal (escrow_id, payer_id, coins)
    SELECT credit_id, debit_id, sum(amount) FROM wallet_transfer WHERE kind = 'hold' GROUP BY credit_id, debit_id
"""
EARNINGS = f"""
    INSERT INTO wallet_earning (id, user_id, hour, escrow_id, amount, state, settled_at)
    SELECT {_ID.format(at="opened_at", n="row_number() OVER (ORDER BY escrow_id)")}, user_id,
        date_trunc('hour', opened_at), escrow_id, received,
        CASE state WHEN 'completed' THEN 'settled' WHEN 'refunded' THEN 'refunded' ELSE 'pending' END, settled_at
    FROM wallet_escrow
"""
PAYOUTS = """
    INSERT INTO wallet_transfer (transfer_id, debit_id, credit_id, amount, kind, tags, created_at)
    SELECT 'escrow-' || escrow_id || '-' || id || '-' || user_id, escrow_id, user_id, amount, 'payout', '[]', settled_at
    FROM wallet_earning WHERE state = 'settled' AND amount > 0
"""
REFUNDS = """
    INSERT INTO wallet_transfer (transfer_id, debit_id, credit_id, amount, kind, tags, created_at)
    SELECT 'refund-' || escrow_id || '-' || debit_id, escrow_id, debit_id, sum(amount), 'refund', '[]', max(settled_at)
    FROM wallet_transfer JOIN wallet_escrow ON escrow_id = credit_id
    WHERE kind = 'hold' AND state = 'refunded' GROUP BY escrow_id, debit_id
"""
DEPOSITS = f"""
    INSERT INTO wallet_transfer (transfer_id, debit_id, credit_id, amount, kind, tags, created_at)
    SELECT 'deposit:' || n, %(deposits)s, {_VIEWER_ID.format(n="n %% %(viewers)s")}, 10000000, 'deposit', '[]',
        {_AT.format(n="n", of="%(transfers)s")}
    FROM generate_series(1, greatest(%(viewers)s, %(transfers)s - (SELECT count(*) FROM wallet_transfer))) AS n
"""
BALANCES = """
    UPDATE wallet_account SET balance = net FROM (SELECT account, sum(net) AS net FROM (
        SELECT debit_id AS account, -sum(amount) AS net FROM wallet_transfer GROUP BY debit_id
        UNION ALL SELECT credit_id, sum(amount) FROM wallet_transfer GROUP BY credit_id) AS sides
    GROUP BY account) AS sums WHERE account = id
"""
TICKETS = """
    INSERT INTO goals_contribution (transfer_id, goal_id, payer_id, quantity, amount, progress, created_at)
    SELECT transfer_id, split_part(credit_id, ':', 2), debit_id, 1, amount, amount, created_at
    FROM wallet_transfer WHERE kind = 'hold' AND credit_id LIKE 'show_funding:%%'
"""
PROGRESS = f"""
    UPDATE goals_goal SET progress = received FROM wallet_escrow
    WHERE escrow_id = 'show_funding:' || goals_goal.id AND type = '{GoalType.FUNDING}'
"""
_GOALS_IN_TURN = """(SELECT *, row_number() OVER (ORDER BY created_at, id) - 1 AS place FROM goals_goal) AS goals
    ON place = n %% %(goals)s"""
EVENTS = f"""
    INSERT INTO livestream_eventrecord (event_id, name, payload, goal_id, session_id, user_id, triggerer, request_id,
        occurred_at)
    SELECT 'e' || lpad(to_hex(n), 23, '0'), (ARRAY['goal.created', 'goal.added', 'goal.started', 'goal.progressed',
            'goal.ended'])[1 + n * 5 / (%(events)s + 1)], '{{}}', id, session_id, streamer_id, '', '',
        {_AT.format(n="n", of="%(events)s")}
    FROM generate_series(1, %(events)s) AS n JOIN {_GOALS_IN_TURN}
"""
PUSHES = f"""
    INSERT INTO notifications_push (channels, event, data, subject, event_id, bulk, created_at, sent_at, failed_at,
        attempts, error, provider)
    SELECT jsonb_build_array('private-user@' || streamer_id, 'private-stream@' || streamer_id),
        (ARRAY['goal.added', 'goal.started', 'goal.progress.updated', 'goal.ended'])[1 + n %% 4], '{{}}', id,
        'e' || lpad(to_hex(n), 23, '0'), n %% 10 = 0, {_AT.format(n="n", of="%(pushes)s")},
        CASE WHEN n %% 50 > 1 THEN {_AT.format(n="n", of="%(pushes)s")} END,
        CASE WHEN n %% 50 = 0 THEN {_AT.format(n="n", of="%(pushes)s")} END, 1, '', 'local'
    FROM generate_series(1, %(pushes)s) AS n JOIN {_GOALS_IN_TURN}
"""
WEBHOOKS = f"""
    INSERT INTO notifications_webhook (body_hash, index, time_ms, name, channel, user_id, key, raw, received_at,
        processed_at, result, attempts, error)
    SELECT md5(n::text), 0, extract(epoch FROM {_AT.format(n="n", of="%(webhooks)s")})::bigint * 1000,
        (ARRAY['member_added', 'member_removed'])[1 + n %% 2], 'presence-enc-goal@' || id, streamer_id, 'local', '{{}}',
        {_AT.format(n="n", of="%(webhooks)s")},
        CASE WHEN n %% 100 > 0 THEN {_AT.format(n="n", of="%(webhooks)s")} END,
        CASE WHEN n %% 100 > 0 THEN (ARRAY['published', 'ignored'])[1 + (n / 7) %% 2] ELSE '' END, n %% 2, ''
    FROM generate_series(1, %(webhooks)s) AS n JOIN {_GOALS_IN_TURN}
"""
TASKS = f"""
    INSERT INTO livestream_outboxmessage (id, actor, kwargs, subject, version, eta, due_at, sends, attempts, failed_at,
        error, request_id, client_id, created_at)
    SELECT 'd' || lpad(to_hex(n), 23, '0'), (ARRAY['deactivate_goal', 'run_receiver'])[1 + n %% 2], '{{}}', id,
        'd' || lpad(to_hex(n), 23, '0'), at, at, 0, n %% 3, CASE WHEN n %% 20 = 0 THEN at END, '', '', '', at
    FROM (SELECT n, %(now)s + make_interval(secs => n - %(tasks)s / 10) AS at
        FROM generate_series(1, %(tasks)s) AS n) AS tasks JOIN {_GOALS_IN_TURN}
"""

IN_ORDER = {
    "people": USERS,
    "sessions": SESSIONS,
    "goals": GOALS,
    "escrows": ESCROWS,
    "accounts": ACCOUNTS,
    "payments": HOLDS,
    "what escrows received": RECEIVED,
    "what payers paid": TOTALS,
    "earnings": EARNINGS,
    "payouts": PAYOUTS,
    "refunds": REFUNDS,
    "deposits": DEPOSITS,
    "balances": BALANCES,
    "tickets": TICKETS,
    "progress": PROGRESS,
    "events": EVENTS,
    "pushes": PUSHES,
    "webhooks": WEBHOOKS,
    "tasks": TASKS,
}
