# Real servers for the tests: those that answer where the environment or the standard ports
# say, else own ones from Debian's packages, in a folder that goes away afterwards.
# Sourced by `.ci/run`, which provides PY, STATE, say and fail.

OWN=${OWN_SERVERS:-} # any text: start own servers even where others answer
STARTED_PIDS=()

postgres_answers() {
    "$PY" -c 'import psycopg; psycopg.connect("dbname=postgres connect_timeout=3").close()' 2>/dev/null
}

redis_answers() {
    "$PY" -c 'import sys, redis; redis.Redis.from_url(sys.argv[1], socket_timeout=3).ping()' "$REDIS_URL" 2>/dev/null
}

rabbitmq_answers() {
    "$PY" -c 'import sys, pika; pika.BlockingConnection(pika.URLParameters(sys.argv[1])).close()' "$RABBITMQ_URL" 2>/dev/null
}

wait_for() { # name, command
    for _ in $(seq 60); do
        "$2" && return
        sleep 1
    done
    fail "$1 was started and does not answer after a minute; see $STATE."
}

free_port() {
    "$PY" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# The first program that matches; Debian keeps those of servers outside PATH.
program() { ls -1 "$@" 2>/dev/null | sort -V | tail -1; }

install_package() {
    [ "$(id -u)" = 0 ] || fail "$1 is neither answering nor installed, and only root may install it. Start one and set its address, or run as root."
    command -v apt-get >/dev/null || fail "$1 is neither answering nor installed, and there is no apt-get here. Start one and set its address."
    say "Installing $1"
    (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$1") >"$STATE/apt.log" 2>&1 ||
        { tail -20 "$STATE/apt.log" >&2 && fail "$1 could not be installed."; }
}

# PostgreSQL refuses to run as root, and RabbitMQ would write root's files. A prefix and not
# a function, so that the id of what runs in the background is that of runuser, which
# passes a signal on.
AS=()
become() { # name and user, who gets a folder of that name
    mkdir -p "$STATE/$1"
    AS=()
    if [ "$(id -u)" = 0 ]; then
        chown "$1" "$STATE/$1"
        AS=(runuser -u "$1" --)
    fi
}

ensure_postgres() {
    local given=${PGHOST:-}${PGPORT:-} bin folder
    export PGHOST=${PGHOST:-127.0.0.1} PGPORT=${PGPORT:-5432} PGUSER=${PGUSER:-postgres}
    [ -z "$OWN" ] && postgres_answers && say "PostgreSQL answers on $PGHOST:$PGPORT" && return
    [ -z "$given" ] || fail "PostgreSQL does not let $PGUSER in on $PGHOST:$PGPORT, which PGHOST and PGPORT name."
    [ -n "$(program /usr/lib/postgresql/*/bin/initdb)" ] || install_package postgresql
    bin=$(dirname "$(program /usr/lib/postgresql/*/bin/initdb)")
    become postgres && folder=$STATE/postgres
    PGPORT=$(free_port)
    say "Starting PostgreSQL on port $PGPORT"
    "${AS[@]}" "$bin/initdb" -D "$folder/data" -U postgres -A trust --no-sync >"$STATE/initdb.log"
    # The tests kill processes of the service, never this machine: no need to wait for the disk.
    "${AS[@]}" "$bin/postgres" -D "$folder/data" -p "$PGPORT" -k "$folder" -c listen_addresses=127.0.0.1 \
        -c fsync=off -c max_connections=200 >"$STATE/postgres.log" 2>&1 &
    STARTED_PIDS+=($!)
    wait_for PostgreSQL postgres_answers
}

ensure_redis() {
    local given=${REDIS_URL:-} port
    export REDIS_URL=${REDIS_URL:-redis://127.0.0.1:6379/9}
    [ -z "$OWN" ] && redis_answers && say "Redis answers" && return
    [ -z "$given" ] || fail "Redis does not answer where REDIS_URL says."
    command -v redis-server >/dev/null || install_package redis-server
    port=$(free_port)
    say "Starting Redis on port $port"
    redis-server --port "$port" --bind 127.0.0.1 --save '' --dir "$STATE" >"$STATE/redis.log" 2>&1 &
    STARTED_PIDS+=($!)
    REDIS_URL=redis://127.0.0.1:$port/9
    wait_for Redis redis_answers
}

ensure_rabbitmq() {
    local given=${RABBITMQ_URL:-}
    export RABBITMQ_URL=${RABBITMQ_URL:-amqp://guest:guest@127.0.0.1:5672/%2F}
    if [ -z "$OWN" ] && rabbitmq_answers; then
        say "RabbitMQ answers"
        [ -n "$given" ] || own_vhost
        return
    fi
    [ -z "$given" ] || fail "RabbitMQ does not answer where RABBITMQ_URL says."
    [ -n "$(program /usr/lib/rabbitmq/bin/rabbitmq-server)" ] || install_package rabbitmq-server
    start_rabbitmq
}

start_rabbitmq() {
    local folder port
    become rabbitmq && folder=$STATE/rabbitmq
    port=$(free_port)
    say "Starting RabbitMQ on port $port"
    echo "listeners.tcp.local = 127.0.0.1:$port" >"$STATE/rabbitmq.conf"
    echo '[].' >"$STATE/enabled_plugins"
    : >"$STATE/rabbitmq-env.conf"
    # A node of its own name and folder, so that it cannot meet one that runs here already.
    "${AS[@]}" env HOME="$folder" RABBITMQ_NODENAME="livestream-ci-$$@localhost" RABBITMQ_DIST_PORT="$(free_port)" \
        RABBITMQ_CONFIG_FILE="$STATE/rabbitmq.conf" RABBITMQ_CONF_ENV_FILE="$STATE/rabbitmq-env.conf" \
        RABBITMQ_ENABLED_PLUGINS_FILE="$STATE/enabled_plugins" RABBITMQ_MNESIA_BASE="$folder" RABBITMQ_LOG_BASE="$folder" \
        "$(program /usr/lib/rabbitmq/bin/rabbitmq-server)" >"$STATE/rabbitmq.log" 2>&1 &
    STARTED_PIDS+=($!)
    RABBITMQ_URL=amqp://guest:guest@127.0.0.1:$port/%2F
    wait_for RabbitMQ rabbitmq_answers
}

# Not a server, but as needed: without it the tests of the admin in a browser would be skipped.
ensure_chromium() {
    if ! command -v chromium >/dev/null; then install_package chromium; fi
    if ! command -v chromedriver >/dev/null; then install_package chromium-driver; fi
    say "$(chromium --version 2>/dev/null || echo Chromium) is installed"
}

# On a shared RabbitMQ, queues of the same name belong to somebody else.
own_vhost() {
    VHOST=livestream-ci-$$
    if rabbitmqctl -q add_vhost "$VHOST" 2>/dev/null && rabbitmqctl -q set_permissions -p "$VHOST" guest '.*' '.*' '.*' 2>/dev/null; then
        RABBITMQ_URL=amqp://guest:guest@127.0.0.1:5672/$VHOST
    else
        VHOST=
        say "rabbitmqctl is not at hand, so the default virtual host is used"
    fi
}

make_database() {
    DATABASE=livestream_ci_$$
    "$PY" -c 'import sys, psycopg; psycopg.connect("dbname=postgres", autocommit=True).execute(f"CREATE DATABASE {sys.argv[1]}")' "$DATABASE"
    POSTGRES_URL=postgresql://$PGUSER@${PGHOST//\//%2F}:$PGPORT/$DATABASE
}

drop_databases() {
    "$PY" - "$DATABASE" <<'PYTHON'
import sys, psycopg
with psycopg.connect("dbname=postgres", autocommit=True) as connection:
    names = connection.execute("SELECT datname FROM pg_database WHERE strpos(datname, %s) > 0", [sys.argv[1]]).fetchall()
    for (name,) in names:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
PYTHON
}

forget_servers() {
    [ -z "${DATABASE:-}" ] || drop_databases || true
    [ -z "${VHOST:-}" ] || rabbitmqctl -q delete_vhost "$VHOST" || true
    for pid in "${STARTED_PIDS[@]}"; do
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
}
