#!/usr/bin/env bash
# Runs every test, on real engines: installs what is missing from Debian, starts a private PostgreSQL and RabbitMQ on free
# loopback ports in a temporary folder, builds, tests, and stops what it started.
#
#   ./test.sh                  everything; closes with "N passed, N failed, N skipped"
#   ./test.sh Data Intake      the test projects tests/Data and tests/Intake only
#   ./test.sh --engines COMMAND…  no tests: the command, with the servers and the environment that tests have
#
# Fails when a test failed, when none ran, or when a suite was skipped that needs no SQL Server. The SQL Server suites run where
# HOTLINE_TEST_SQLSERVER holds a connection string of a user who may create databases.
#
# The tests find in their environment: HOTLINE_TEST_POSTGRESQL (connection string), HOTLINE_TEST_RABBITMQ (URI),
# HOTLINE_TEST_BROKER (a command: start, stop, kill), HOTLINE_TEST_CHROMIUM (executable).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
# Build servers would outlive this script.
export MSBUILDDISABLENODEREUSE=1

most_seconds_per_project=1200
build_options=(--nologo -warnaserror -p:UseSharedCompilation=false)

say() { printf '%s\n' "$*" >&2; }
die() { say "$*"; exit 1; }
took() { printf '%s: %d s\n' "$1" $((SECONDS - $2)) >&2; }

# --- what has to be installed

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif [ -t 0 ]; then sudo "$@"
    else sudo -n "$@"
    fi
}

postgresql_bin() {
    local dir
    for dir in /usr/lib/postgresql/*/bin; do
        if [ -x "$dir/initdb" ]; then echo "$dir"; fi
    done | sort -V | tail -n 1
}

missing_packages() {
    [ -n "$(postgresql_bin)" ] || echo postgresql
    [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || echo rabbitmq-server
    [ -x /usr/bin/chromium ] || echo chromium
    [ -e /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc ] || echo fonts-noto-cjk
    [ -e /usr/share/zoneinfo/Asia/Shanghai ] || echo tzdata
}

install_missing() {
    local packages started=$SECONDS guard=/usr/sbin/policy-rc.d made_guard='' status=0
    mapfile -t packages < <(missing_packages)
    [ "${#packages[@]}" -gt 0 ] || return 0
    local by_hand="Install them first: apt-get install --no-install-recommends ${packages[*]}"
    command -v apt-get > /dev/null || die "The tests need ${packages[*]}, and there is no apt-get. $by_hand"
    [ "$(id -u)" = 0 ] || command -v sudo > /dev/null || die "The tests need ${packages[*]}, and there is neither root nor sudo. $by_hand"
    say "Installing ${packages[*]}"
    # Servers are installed, not started: the tests have their own.
    if [ ! -e "$guard" ]; then
        printf '#!/bin/sh\nexit 101\n' | as_root tee "$guard" > /dev/null
        as_root chmod 755 "$guard"
        made_guard=1
    fi
    as_root env DEBIAN_FRONTEND=noninteractive sh -c 'apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@"' \
        sh "${packages[@]}" < /dev/null > "$work/install.log" 2>&1 || status=$?
    [ -z "$made_guard" ] || as_root rm -f "$guard"
    if [ "$status" != 0 ]; then
        tail -n 20 "$work/install.log" >&2
        die "Installing failed. $by_hand"
    fi
    took Installed "$started"
}

# --- what has to run

taken_ports=' '
free_port() { # sets $port; not in a subshell, which would forget what it has given away
    local try
    for ((try = 0; try < 200; try++)); do
        port=$((20000 + RANDOM % 12000)) # below the range from which outgoing connections get theirs
        case $taken_ports in *" $port "*) continue ;; esac
        if ! (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; then
            taken_ports+="$port "
            return 0
        fi
    done
    die "No free port on 127.0.0.1 between 20000 and 32000."
}

# PostgreSQL refuses to run as root.
as_postgres() {
    if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

start_postgresql() {
    local started=$SECONDS bin try
    bin=$(postgresql_bin)
    mkdir "$work/postgresql"
    [ "$(id -u)" != 0 ] || chown postgres: "$work/postgresql"
    pg_ctl=("$bin/pg_ctl" -D "$work/postgresql/data" -s)
    (
        cd "$work/postgresql"
        as_postgres "$bin/initdb" -D "$work/postgresql/data" -U hotline -E UTF8 --locale=C.UTF-8 --auth=trust > initdb.log 2>&1
    ) || die "$(cat "$work/postgresql/initdb.log")"
    for try in 1 2 3; do
        free_port
        if (
            cd "$work/postgresql"
            as_postgres "${pg_ctl[@]}" -w -t 60 -l "$work/postgresql/log" \
                -o "-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories='' -c max_connections=300" start < /dev/null
        ); then
            postgresql_runs=1
            export HOTLINE_TEST_POSTGRESQL="Host=127.0.0.1;Port=$port;Username=hotline;Database=postgres"
            took 'PostgreSQL started' "$started"
            return 0
        fi
        say "PostgreSQL did not start on port $port (try $try)"
    done
    die "$(cat "$work/postgresql/log")"
}

# A command of its own, so that tests can stop and start the broker while they run.
write_broker() {
    local amqp distribution epmd
    free_port; amqp=$port
    free_port; distribution=$port
    free_port; epmd=$port
    local home="$work/rabbitmq"
    mkdir "$home"
    # Quorum queues write to disk before they confirm; the alarm for a nearly full disk would only confuse a test.
    cat > "$home/rabbitmq.conf" <<CONF
listeners.tcp.1 = 127.0.0.1:$amqp
disk_free_limit.absolute = 50MB
CONF
    : > "$home/rabbitmq-env.conf"
    echo '[].' > "$home/enabled_plugins"
    cat > "$work/broker" <<BROKER
#!/usr/bin/env bash
# broker start|stop|kill: the RabbitMQ of this test run, amqp://guest:guest@127.0.0.1:$amqp
set -euo pipefail
cd "$home"
while read -r name; do unset "\$name"; done < <(compgen -e | grep -E '^(RABBITMQ|ERL)_')
export HOME="$home" RABBITMQ_CONF_ENV_FILE="$home/rabbitmq-env.conf" RABBITMQ_CONFIG_FILE="$home/rabbitmq.conf" \\
    RABBITMQ_ADVANCED_CONFIG_FILE="$home/none.config" RABBITMQ_ENABLED_PLUGINS_FILE="$home/enabled_plugins" \\
    RABBITMQ_NODENAME="hotline-test-$amqp@localhost" RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 RABBITMQ_NODE_PORT=$amqp \\
    RABBITMQ_DIST_PORT=$distribution ERL_EPMD_PORT=$epmd ERL_EPMD_ADDRESS=127.0.0.1 \\
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1}' \\
    RABBITMQ_MNESIA_BASE="$home/data" RABBITMQ_LOG_BASE="$home/log" RABBITMQ_PID_FILE="$home/pid" \\
    RABBITMQ_GENERATED_CONFIG_DIR="$home/generated" RABBITMQ_SCHEMA_DIR="$home/schema"

listening() { (exec 3<> /dev/tcp/127.0.0.1/$amqp) 2> /dev/null; }
# The server removes its own pid file when it begins to stop.
running() { [ -s server.pid ] && kill -0 "\$(cat server.pid)" 2> /dev/null; }
epmd_running() { [ -s epmd.pid ] && kill -0 "\$(cat epmd.pid)" 2> /dev/null; }
# wait_for SECONDS COMMAND...
wait_for() {
    local end=\$((SECONDS + \$1))
    shift
    until "\$@"; do
        [ \$SECONDS -lt \$end ] || return 1
        sleep 0.1
    done
}
gone() { ! running; }

case \${1:-} in
    start)
        if running && listening; then exit 0; fi
        if ! epmd_running; then
            setsid epmd -port $epmd -address 127.0.0.1 < /dev/null >> output 2>&1 &
            echo \$! > epmd.pid
        fi
        rm -f pid server.pid
        setsid /usr/lib/rabbitmq/bin/rabbitmq-server < /dev/null >> output 2>&1 &
        if ! wait_for 90 test -s pid; then tail -n 40 output >&2; exit 1; fi
        cp pid server.pid
        if ! wait_for 90 listening; then tail -n 40 output >&2; exit 1; fi
        ;;
    stop) # in good order
        if running; then kill -TERM "\$(cat server.pid)"; wait_for 60 gone; fi
        ;;
    kill) # as a power cut would
        if running; then kill -KILL "\$(cat server.pid)"; wait_for 10 gone; fi
        ;;
    end) # of the test run: nothing is left
        if running; then kill -KILL "\$(cat server.pid)"; fi
        if epmd_running; then kill -TERM "\$(cat epmd.pid)"; fi
        wait_for 10 gone
        ;;
    *) echo "broker start|stop|kill" >&2; exit 2 ;;
esac
BROKER
    chmod 755 "$work/broker"
    export HOTLINE_TEST_BROKER="$work/broker" HOTLINE_TEST_RABBITMQ="amqp://guest:guest@127.0.0.1:$amqp"
}

start_rabbitmq() {
    local started=$SECONDS try
    for try in 1 2 3; do
        rm -rf "$work/rabbitmq"
        write_broker
        if "$work/broker" start; then
            took 'RabbitMQ started' "$started"
            return 0
        fi
        say "RabbitMQ did not start (try $try)"
        "$work/broker" end || true
    done
    die "RabbitMQ does not start."
}

child=''
stop_all() {
    local status=$?
    trap - EXIT
    trap '' INT TERM HUP
    if [ -n "$child" ]; then
        kill -TERM "$child" 2> /dev/null || true
        wait "$child" 2> /dev/null || true
    fi
    [ ! -x "$work/broker" ] || "$work/broker" end || say "RabbitMQ could not be stopped, see $work"
    if [ -n "$postgresql_runs" ]; then
        (cd "$work/postgresql" && as_postgres "${pg_ctl[@]}" -w -m immediate stop) || say "PostgreSQL could not be stopped, see $work"
    fi
    rm -rf "$work"
    exit "$status"
}

# In the background, so that an interrupt is heard at once; timeout passes it on to everything below.
run() {
    timeout --kill-after=10 "$@" < /dev/null &
    child=$!
    local status=0
    wait "$child" || status=$?
    child=''
    return "$status"
}

# --- results

# One line per test from a trx file: outcome, tab, name, tab, first line of the message.
outcomes() {
    awk '
        function attribute(name,  rest) {
            if (!match($0, " " name "=\"")) return ""
            rest = substr($0, RSTART + RLENGTH)
            return substr(rest, 1, index(rest, "\"") - 1)
        }
        function flush() { if (outcome != "") print outcome "\t" test "\t" message; outcome = "" }
        /^ *<UnitTestResult / { flush(); outcome = attribute("outcome"); test = attribute("testName"); message = "" }
        /^ *<Message>/ && message == "" { message = $0; sub(/^ *<Message>/, "", message); sub(/<\/Message>.*/, "", message) }
        /^ *<\/Results>/ { flush() }
        END { flush() }
    ' "$1"
}

test_project() {
    local project=$1 name started=$SECONDS status=0 passed failed skipped
    name=$(basename "$(dirname "$project")")
    run "$most_seconds_per_project" dotnet test "$project" --no-build --nologo --results-directory "$work/results" \
        --logger "trx;LogFileName=$name.trx" --logger "console;verbosity=normal" > "$work/results/$name.log" 2>&1 || status=$?
    if [ -e "$work/results/$name.trx" ]; then outcomes "$work/results/$name.trx" > "$work/results/$name.tsv"; else : > "$work/results/$name.tsv"; fi
    passed=$(grep -c '^Passed' "$work/results/$name.tsv" || true)
    skipped=$(grep -c '^NotExecuted' "$work/results/$name.tsv" || true)
    failed=$(grep -cvE '^(Passed|NotExecuted)' "$work/results/$name.tsv" || true)
    if [ "$status" != 0 ] && [ "$failed" = 0 ]; then
        failed=1
        say "$name did not finish (status $status) in $((SECONDS - started)) s; what finished last:"
        grep -E '^ +(Passed|Skipped) ' "$work/results/$name.log" | tail -n 5 >&2 || true
    fi
    if [ "$failed" != 0 ]; then grep -vE '^\[xUnit.net|^ +(Passed|Skipped) ' "$work/results/$name.log" >&2 || true; fi
    printf '%s: %d passed, %d failed, %d skipped, %d s\n' "$name" "$passed" "$failed" "$skipped" $((SECONDS - started)) >&2
    total_passed=$((total_passed + passed))
    total_failed=$((total_failed + failed))
    total_skipped=$((total_skipped + skipped))
}

# --- the run

work=$(mktemp -d "${TMPDIR:-/tmp}/hotline-test-run.XXXXXX")
chmod 711 "$work"
mkdir "$work/results"
postgresql_runs=''
trap stop_all EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

if [ "${1:-}" = --engines ]; then
    shift
    [ $# -gt 0 ] || die "Say what to run: ./test.sh --engines COMMAND…"
    install_missing
    start_postgresql
    start_rabbitmq
    status=0
    run 0 "$@" || status=$?
    exit "$status"
fi

projects=()
if [ $# -gt 0 ]; then
    for name in "$@"; do
        [ -f "tests/$name/$name.Tests.csproj" ] || die "There is no test project tests/$name/$name.Tests.csproj."
        projects+=("tests/$name/$name.Tests.csproj")
    done
else
    for project in tests/*/*.Tests.csproj; do projects+=("$project"); done
fi

command -v dotnet > /dev/null || die "The .NET 10 SDK is needed: 'dotnet' was not found."
install_missing
export HOTLINE_TEST_CHROMIUM=/usr/bin/chromium

started=$SECONDS
if [ $# -gt 0 ]; then to_build=("${projects[@]}"); else to_build=(Hotline.sln); fi
for target in "${to_build[@]}"; do
    if ! run 1800 dotnet build "$target" "${build_options[@]}" > "$work/build.log" 2>&1; then
        grep -E 'error|warning' "$work/build.log" | sort -u >&2 || tail -n 40 "$work/build.log" >&2
        say "The build failed."
        printf '0 passed, 0 failed, 0 skipped\n'
        exit 1
    fi
done
took Built "$started"

start_postgresql
start_rabbitmq

# What tests leave in the folder for temporary files goes with it.
mkdir "$work/tmp"
export TMPDIR="$work/tmp"

total_passed=0 total_failed=0 total_skipped=0
for project in "${projects[@]}"; do test_project "$project"; done

cat "$work"/results/*.tsv > "$work/results/all"
bad=''
[ "$total_failed" = 0 ] || bad=1

skipped_for() { awk -F '\t' -v for_sql_server="$1" '
    $1 == "NotExecuted" && (($3 ~ /^HOTLINE_TEST_SQLSERVER /) == for_sql_server) { print $3 }' "$work/results/all" | sort | uniq -c; }
if [ -n "$(skipped_for 1)" ]; then
    say "Skipped:"
    skipped_for 1 >&2
fi
if [ -n "$(skipped_for 0)" ]; then
    say "Skipped, but must run here:"
    skipped_for 0 >&2
    awk -F '\t' '$1 == "NotExecuted" && $3 !~ /^HOTLINE_TEST_SQLSERVER / { print "  " $2 }' "$work/results/all" >&2
    bad=1
fi
if [ "$((total_passed + total_failed))" = 0 ]; then
    say "No test ran."
    bad=1
fi
if [ $# = 0 ]; then
    # A suite that was renamed or lost must not pass for one that ran.
    for suite in PostgreSql RabbitMq Browser; do
        if ! awk -F '\t' -v suite="$suite" '$1 != "NotExecuted" && index($2, suite) { found = 1 } END { exit !found }' "$work/results/all"; then
            say "No test with $suite in its name ran."
            bad=1
        fi
    done
fi
if [ -n "${HOTLINE_TEST_SQLSERVER:-}" ] && [ $# = 0 ] &&
    ! awk -F '\t' '$1 != "NotExecuted" && $2 ~ /SqlServer\./ { found = 1 } END { exit !found }' "$work/results/all"; then
    say "HOTLINE_TEST_SQLSERVER is set, and no SQL Server suite ran."
    bad=1
fi

took 'All of it' 0
printf '%d passed, %d failed, %d skipped\n' "$total_passed" "$total_failed" "$total_skipped"
[ -z "$bad" ]
