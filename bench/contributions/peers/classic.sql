-- The classic tables, with no more columns and indexes than a contribution needs and with
-- integers for keys: the comparison is in their favour.
DROP SCHEMA IF EXISTS classic CASCADE;
CREATE SCHEMA classic;
CREATE TABLE classic.account (id bigint PRIMARY KEY, balance bigint NOT NULL CHECK (balance >= 0));
CREATE TABLE classic.goal (id bigint PRIMARY KEY, progress bigint NOT NULL);
CREATE TABLE classic.transfer (
    id bigint PRIMARY KEY, debit bigint NOT NULL, credit bigint NOT NULL, amount bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON classic.transfer (debit, created_at);
CREATE TABLE classic.event (
    position bigserial PRIMARY KEY, goal bigint NOT NULL, payload jsonb NOT NULL,
    occurred_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE classic.outbox (
    id bigserial PRIMARY KEY, actor text NOT NULL, kwargs jsonb NOT NULL,
    due_at timestamptz NOT NULL DEFAULT now()
);
-- A goal's escrow is the account with the negative of its number.
INSERT INTO classic.account SELECT n, 1000000000000 FROM generate_series(1, 20000) AS n;
INSERT INTO classic.account SELECT -n, 0 FROM generate_series(1, 1000) AS n;
INSERT INTO classic.goal SELECT n, 0 FROM generate_series(1, 1000) AS n;

-- The same in one call, and with the rows that everybody wants taken last.
CREATE FUNCTION classic.contribute(p_id bigint, p_payer bigint, p_goal bigint)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO classic.transfer (id, debit, credit, amount) VALUES (p_id, p_payer, -p_goal, 200)
        ON CONFLICT (id) DO NOTHING;
    UPDATE classic.account SET balance = balance - 200 WHERE id = p_payer AND balance >= 200;
    INSERT INTO classic.event (goal, payload)
        VALUES (p_goal, jsonb_build_object('goal', p_goal, 'amount', 200));
    INSERT INTO classic.outbox (actor, kwargs) VALUES ('deliver_event', '{"position": 1}');
    UPDATE classic.account SET balance = balance + 200 WHERE id = -p_goal;
    UPDATE classic.goal SET progress = progress + 200 WHERE id = p_goal;
END $$;
