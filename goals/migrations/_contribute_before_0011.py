"""`goals_contribute` before it compared `max_price` of a repeat: created by migration 0009, restored when 0011 is reversed."""

SIGNATURE = "goals_contribute(text, text, text, integer, timestamptz, bigint)"
CONTRIBUTE = """
CREATE OR REPLACE FUNCTION goals_contribute(
    p_transfer_id text, p_goal text, p_payer text, p_quantity integer, p_now timestamptz, p_max_price bigint,
    OUT status text, OUT amount bigint, OUT progress bigint, OUT created_at timestamptz
) LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
    v_goal record;
    v_escrow text := 'show_funding:' || p_goal;
BEGIN
    SELECT type, streamer_id, ticket_price, ticket_product_id, show_goal_id INTO v_goal
        FROM goals_goal WHERE id = p_goal;
    IF NOT FOUND THEN
        status := 'goal_not_found';
    ELSIF v_goal.type NOT IN ('funding') OR v_goal.ticket_price IS NULL THEN
        status := 'not_for_sale';
    ELSIF v_goal.streamer_id = p_payer THEN
        status := 'own_goal';
    ELSE
        amount := v_goal.ticket_price * p_quantity;
        created_at := p_now;
        PERFORM pg_advisory_xact_lock_shared(hashtextextended(v_escrow, 0));
        PERFORM 1 FROM livestream_usertag
            WHERE user_id = p_payer AND tag = 'blocked-by:' || v_goal.streamer_id;
        IF FOUND THEN
            status := 'blocked';
        ELSIF amount > p_max_price THEN
            status := 'price_changed';
        ELSE
            PERFORM 1 FROM livestream_user WHERE id IN (p_payer, v_goal.streamer_id) AND NOT is_active;
            IF NOT FOUND AND v_goal.show_goal_id IS NOT NULL THEN
                PERFORM 1 FROM goals_goal WHERE id = v_goal.show_goal_id AND active AND stage_paused IS NULL
                    AND p_now >= stage_started
                        + make_interval(secs => (levels -> -1 ->> 'target')::integer - performed);
            END IF;
            IF FOUND THEN
                status := 'escrow_closed';
            END IF;
        END IF;
        -- A repeat gets its receipt, even if a new purchase would be refused.
        IF status IS NULL OR EXISTS (SELECT 1 FROM goals_contribution WHERE transfer_id = p_transfer_id) THEN
            status := wallet_hold(
                p_transfer_id, p_payer, v_escrow, amount,
                jsonb_build_array('ticket::' || v_goal.ticket_product_id), p_now);
        END IF;
        IF status = 'held' THEN
            SELECT g.progress + coalesce((
                SELECT sum(p.amount) FROM wallet_pendingcredit p
                WHERE p.account_id = v_escrow AND p.payer_id = p_payer
            ), 0) INTO progress FROM goals_goal g WHERE g.id = p_goal;
            INSERT INTO goals_contribution
                (transfer_id, goal_id, payer_id, quantity, amount, progress, created_at)
                VALUES (p_transfer_id, p_goal, p_payer, p_quantity, amount, progress, p_now);
        ELSIF status = 'repeated' THEN
            SELECT c.amount, c.progress, c.created_at INTO amount, progress, created_at
                FROM goals_contribution c WHERE c.transfer_id = p_transfer_id;
        END IF;
    END IF;
END $$;
"""
