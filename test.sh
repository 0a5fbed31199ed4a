#!/usr/bin/env bash
# Runs every test, on real engines: installs what is missing from Debian, starts a private PostgreSQL and RabbitMQ on free
# loopback ports in a temporary folder, builds, tests, and stops what it started.
#
#   ./test.sh                  everything; closes with "N passed, N failed, N skipped"
#   ./test.sh Data Intake      the test projects tests/Data and tests/Intake only
#   ./test.sh --engines COMMAND…  no tests: the command, with the servers and the environment that tests have
#
# Fails when a test failed, when none ran, or when a suite was skipped that needs neither SQL Server nor the right to mount. The SQL
# Server suites run where HOTLINE_TEST_SQLSERVER holds a connection string of a user who may create databases; a full disk is
# tried where this user may mount a small one.
#
# The tests find in their environment: HOTLINE_TEST_POSTGRESQL (connection string), HOTLINE_TEST_RABBITMQ (URI),
# HOTLINE_TEST_BROKER (a command: start, stop, kill), HOTLINE_TEST_CHROMIUM (executable).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=deploy/servers.sh
. deploy/servers.sh

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
# Build servers would outlive this script.
export MSBUILDDISABLENODEREUSE=1

most_seconds_per_project=1200
build_options=(--nologo -warnaserror -p:UseSharedCompilation=false)

took() { printf '%s: %d s\n' "$1" $((SECONDS - $2)) >&2; }

# --- what has to be installed

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif [ -t 0 ]; then sudo "$@"
    else sudo -n "$@"
    fi
}

missing_packages() {
    missing_servers
    [ -x /usr/bin/chromium ] || echo chromium
    [ -e /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc ] || echo fonts-noto-cjk
    [ -e /usr/share/zoneinfo/Asia/Shanghai ] || echo tzdata
    # The fault tests move the clock of processes with it.
    compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' > /dev/null || echo libfaketime
    # Reads the compose files; nothing is started with it.
    [ -x /usr/bin/docker-compose ] || echo docker-compose
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

start_engines() {
    local started=$SECONDS try
    make_postgresql "$work/postgresql"
    for try in 1 2 3; do
        free_port
        if start_postgresql "$work/postgresql" "$port"; then postgresql_runs=1; break; fi
        say "PostgreSQL did not start on port $port (try $try)"
    done
    [ -n "$postgresql_runs" ] || die "$(cat "$work/postgresql/log")"
    export HOTLINE_TEST_POSTGRESQL="Host=127.0.0.1;Port=$port;Username=hotline;Database=postgres"
    took 'PostgreSQL started' "$started"

    started=$SECONDS
    local amqp distribution
    for try in 1 2 3; do
        free_port; amqp=$port
        free_port; distribution=$port
        free_port
        rm -rf "$work/rabbitmq"
        write_broker "$work/rabbitmq" "hotline-test-$amqp@localhost" "$amqp" "$distribution" "$port"
        export HOTLINE_TEST_BROKER="$work/rabbitmq/broker" HOTLINE_TEST_RABBITMQ="amqp://guest:guest@127.0.0.1:$amqp"
        if "$HOTLINE_TEST_BROKER" start; then
            took 'RabbitMQ started' "$started"
            return 0
        fi
        say "RabbitMQ did not start (try $try)"
        "$HOTLINE_TEST_BROKER" end || true
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
    [ ! -x "$work/rabbitmq/broker" ] || "$work/rabbitmq/broker" end || say "RabbitMQ could not be stopped, see $work"
    if [ -n "$postgresql_runs" ]; then
        stop_postgresql "$work/postgresql" immediate || say "PostgreSQL could not be stopped, see $work"
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
    start_engines
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

start_engines

# What tests leave in the folder for temporary files goes with it.
mkdir "$work/tmp"
export TMPDIR="$work/tmp"

total_passed=0 total_failed=0 total_skipped=0
for project in "${projects[@]}"; do test_project "$project"; done

cat "$work"/results/*.tsv > "$work/results/all"
bad=''
[ "$total_failed" = 0 ] || bad=1

skipped_for() { awk -F '\t' -v excused="$1" '
    $1 == "NotExecuted" && (($3 ~ /^(HOTLINE_TEST_SQLSERVER |disk-full: )/) == excused) { print $3 }' "$work/results/all" | sort | uniq -c; }
if [ -n "$(skipped_for 1)" ]; then
    say "Skipped:"
    skipped_for 1 >&2
fi
if [ -n "$(skipped_for 0)" ]; then
    say "Skipped, but must run here:"
    skipped_for 0 >&2
    awk -F '\t' '$1 == "NotExecuted" && $3 !~ /^(HOTLINE_TEST_SQLSERVER |disk-full: )/ { print "  " $2 }' "$work/results/all" >&2
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
