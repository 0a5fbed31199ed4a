#!/usr/bin/env bash
# A whole cluster on one machine from Debian's packages, on loopback, for tests of faults: three RabbitMQ nodes, a PostgreSQL,
# and each role in two processes. Everything lies in FOLDER. Every command may be given at any time, from any process.
#
#   cluster.sh FOLDER up [--nodes 3] [--processes 2] [--service PATH/hotline.dll] [--no-hotline] [NAME=VALUE…]
#                                       makes the cluster, or starts again what lies in FOLDER; NAME=VALUE: further settings
#                                       of the processes, as HOTLINE__Outbox__RetryAfterSeconds=5
#   cluster.sh FOLDER down              stops everything, leaves the data and the logs
#   cluster.sh FOLDER status            what runs, for people
#   cluster.sh FOLDER usage             processor time that each has used so far, and its memory; twice, and the difference is the cost
#   cluster.sh FOLDER env               where everything is, as NAME=value lines
#   cluster.sh FOLDER broker start|stop|kill|pause|resume N|all     pause: silent, with its connections open
#   cluster.sh FOLDER broker ctl N …    rabbitmqctl on that node
#   cluster.sh FOLDER partition N [M]   cuts broker N from the others (from M only): it pauses, as the smaller side does
#   cluster.sh FOLDER heal N
#   cluster.sh FOLDER database start|stop|kill|pause|resume
#   cluster.sh FOLDER database cut      ends every connection
#   cluster.sh FOLDER database slow MS|off    every commit takes that much longer (100 at most)
#   cluster.sh FOLDER service start|stop|kill|pause|resume ROLE|all N|all [PATH/hotline.dll]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=deploy/servers.sh
. "$here/servers.sh"

usage() { sed -n '/^#   cluster/,/^set/{/^#/s/^# *//p}' "${BASH_SOURCE[0]}" >&2; exit 2; }
[ $# -ge 2 ] || usage
[ "$2" = up ] || [ -e "$1/cluster" ] || die "There is no cluster in $1."
mkdir -p "$1"
folder=$(cd "$1" && pwd)
command=$2
shift 2

roles=(intake dispatcher handlers reporting)
# How many of each, where the program lies, and the ports; written by up, read by all others.
brokers=3 processes=2 service='' epmd_port='' amqp_ports=() database_port='' http_ports=()
# shellcheck source=/dev/null
[ ! -e "$folder/cluster" ] || . "$folder/cluster"

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 TMPDIR="$folder/tmp"

# wait_for SECONDS COMMAND…
wait_for() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.1
    done
}
not() { ! "$@"; }

# at_once COMMAND ARGUMENT…: the command for each of the arguments, side by side.
at_once() {
    local command=$1 pids=() pid status=0
    shift
    for argument in "$@"; do
        "$command" "$argument" &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do wait "$pid" || status=$?; done
    return "$status"
}

# which_of WORD MOST: the number, or all of them.
which_of() {
    if [ "${1:-}" = all ]; then seq 1 "$2"
    elif [[ "${1:-}" =~ ^[1-9]$ ]] && [ "$1" -le "$2" ]; then echo "$1"
    else usage
    fi
}

# --- brokers

node() { echo "hotline-$1@localhost"; }
broker() { "$folder/broker-$2/broker" "$1" "${@:3}"; }
start_broker() { broker start "$1"; }
stop_broker() { broker stop "$1"; }
end_broker() { broker end "$1"; }
amqp_uris() {
    local amqp
    for amqp in "${amqp_ports[@]}"; do echo "amqp://hotline:hotline@127.0.0.1:$amqp/hotline"; done | paste -sd,
}

make_brokers() {
    local n peer home cookie
    cookie=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    for ((n = 1; n <= brokers; n++)); do
        free_port
        home="$folder/broker-$n"
        write_broker "$home" "$(node "$n")" "${amqp_ports[n - 1]}" "$port" "$epmd_port"
        (umask 377 && echo "$cookie" > "$home/.erlang.cookie")
        {
            grep -v 'classic_config.nodes' "$here/rabbitmq/cluster.conf"
            for ((peer = 1; peer <= brokers; peer++)); do echo "cluster_formation.classic_config.nodes.$peer = $(node "$peer")"; done
            # Three nodes and everything else share this machine.
            echo "vm_memory_high_watermark.relative = 0.1"
            printf '%s\n' "default_vhost = hotline" "default_user = hotline" "default_pass = hotline"
        } >> "$home/rabbitmq.conf"
    done
}

# erlang N EXPRESSION: in that node; also in one that waits for the others, where rabbitmqctl is of little use.
erlang() {
    ERL_EPMD_PORT=$epmd_port erl_call -sname "$(node "$1")" -c "$(cat "$folder/broker-$1/.erlang.cookie")" -fetch_stdout -e <<< "$2"
}

# Nodes that do not have the same cookie refuse each other, and each keeps one per peer: a wrong one for the peers, on one side only,
# parts them for as long as it stands, while everything else reaches both.
peers_of() { # N [M]
    local n list=''
    for ((n = 1; n <= brokers; n++)); do
        if [ "$n" != "$1" ] && { [ -z "${2:-}" ] || [ "$n" = "$2" ]; }; then list+="${list:+,}'$(node "$n")'"; fi
    done
    echo "[$list]"
}

partition() { erlang "$1" "lists:foreach(fun(Peer) -> erlang:set_cookie(Peer, parted), erlang:disconnect_node(Peer) end, $(peers_of "$@"))." > /dev/null; }
heal() { erlang "$1" "lists:foreach(fun(Peer) -> erlang:set_cookie(Peer, erlang:get_cookie()), net_kernel:connect_node(Peer) end, $(peers_of "$1"))." > /dev/null; }

# --- database

sql() { "$(postgresql_bin)/psql" -h 127.0.0.1 -p "$database_port" -U hotline -d "${database:-hotline}" -XqAt -v ON_ERROR_STOP=1 -c "$1"; }
# The server and what it has started, each in a group of its own.
postgresql_pids() {
    local file="$folder/postgresql/data/postmaster.pid" pid
    [ -r "$file" ] || die "The database does not run."
    pid=$(head -n 1 "$file")
    echo "$pid"
    cat "/proc/$pid/task/$pid/children"
}
signal_database() { postgresql_pids | xargs kill "-$1"; }

database_command() {
    case ${1:-} in
        start) start_postgresql "$folder/postgresql" "$database_port" ;;
        stop) stop_postgresql "$folder/postgresql" fast ;;
        kill) # as a power cut would: nothing is left that could finish a write
            local pids pid
            pids=$(postgresql_pids)
            # shellcheck disable=SC2086
            kill -KILL $pids 2> /dev/null || true
            for pid in $pids; do wait_for 10 not [ -e "/proc/$pid/fd/0" ]; done
            ;;
        pause) signal_database STOP ;;
        resume) signal_database CONT ;;
        cut) database=postgres sql "select count(pg_terminate_backend(pid)) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()" ;;
        slow)
            local delay=${2:-}
            [ "$delay" != off ] || delay=0
            [[ "$delay" =~ ^([0-9]{1,2}|100)$ ]] || usage
            # The leader of a group of commits waits before it flushes, also when nobody else commits.
            database=postgres sql "alter system set commit_siblings = 0"
            database=postgres sql "alter system set commit_delay = $((delay * 1000))"
            database=postgres sql "select pg_reload_conf()" > /dev/null
            ;;
        *) usage ;;
    esac
}

# --- processes

url() { # ROLE N
    local place=0 role
    for role in "${roles[@]}"; do
        if [ "$role" = "$1" ]; then echo "http://127.0.0.1:${http_ports[place * processes + $2 - 1]}"; return; fi
        place=$((place + 1))
    done
}

# The program, in place of the shell that calls this, with the cluster's settings and no others.
become_hotline() {
    while read -r name; do unset "$name"; done < <(compgen -e | grep '^HOTLINE_')
    mapfile -t settings < "$folder/settings"
    export HOME="$folder" "${settings[@]}"
    cd "$folder"
    exec setsid dotnet "$@"
}
hotline() { (become_hotline "$@"); }

answers() { # URL: with 200
    local status=''
    exec 3<> "/dev/tcp/127.0.0.1/${1##*:}" || return 1
    printf 'GET /health/ready HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3
    read -r -t 5 _ status _ <&3 || true
    exec 3>&-
    [ "$status" = 200 ]
} 2> /dev/null

ready_or_dead() { ! alive "$1/pid" || answers "$2"; }

service_command() { # COMMAND ROLE-N [DLL]
    local home="$folder/$2" address
    mkdir -p "$home"
    case $1 in
        start)
            if alive "$home/pid"; then return 0; fi
            address=$(url "${2%-*}" "${2##*-}")
            become_hotline "${3:-$service}" serve --roles "${2%-*}" --urls "$address" < /dev/null >> "$home/log" 2>&1 &
            echo $! > "$home/pid"
            wait_for 180 ready_or_dead "$home" "$address" && alive "$home/pid" && return 0
            tail -n 5 "$home/log" >&2
            die "$2 does not get ready, see $home/log"
            ;;
        stop)
            if ! alive "$home/pid"; then return 0; fi
            kill -CONT "$(cat "$home/pid")"
            kill -TERM "$(cat "$home/pid")"
            wait_for 45 not alive "$home/pid" || die "$2 does not stop."
            ;;
        kill)
            if alive "$home/pid"; then kill -KILL "$(cat "$home/pid")"; wait_for 10 not alive "$home/pid"; fi
            ;;
        pause) kill -STOP "$(cat "$home/pid")" ;;
        resume) kill -CONT "$(cat "$home/pid")" ;;
        *) usage ;;
    esac
}
start_service() { service_command start "$1"; }
stop_service() { service_command stop "$1"; }

each_process() { # [ROLE|all [N|all]]
    local role n
    for role in "${roles[@]}"; do
        if [ "${1:-all}" != all ] && [ "$1" != "$role" ]; then continue; fi
        for n in $(which_of "${2:-all}" "$processes"); do echo "$role-$n"; done
    done
}

# --- the whole

make_cluster() {
    local with_hotline=1 settings=() n
    while [ $# -gt 0 ]; do
        case $1 in
            --nodes) brokers=$2; shift ;;
            --processes) processes=$2; shift ;;
            --service) service=$2; shift ;;
            --no-hotline) with_hotline='' ;;
            *=*) settings+=("$1") ;;
            *) usage ;;
        esac
        shift
    done
    local missing
    missing=$(missing_servers | paste -sd' ')
    [ -z "$missing" ] || die "Install first: apt-get install --no-install-recommends $missing"

    [ "$(id -u)" != 0 ] || chmod 711 "$folder" # the database runs as somebody else
    mkdir "$folder/tmp"
    free_port; database_port=$port
    free_port; epmd_port=$port
    for ((n = 0; n < brokers; n++)); do free_port; amqp_ports+=("$port"); done
    if [ -z "$with_hotline" ]; then processes=0
    elif [ -z "$service" ]; then
        dotnet publish "$here/../src/Hotline" -c Release -o "$folder/app" -p:UseSharedCompilation=false -nodeReuse:false > "$folder/build.log" || die "$(tail -n 20 "$folder/build.log")"
        service="$folder/app/hotline.dll"
    else
        [ -e "$service" ] || die "There is no $service."
        service=$(realpath "$service")
    fi
    for ((n = 0; n < 4 * processes; n++)); do free_port; http_ports+=("$port"); done

    printf '%s\n' HOTLINE__Database__Engine=postgresql \
        "HOTLINE__Database__ConnectionString=Host=127.0.0.1;Port=$database_port;Username=hotline;Database=hotline" \
        HOTLINE__Database__MigrateOnStart=false HOTLINE__Bus__Transport=rabbitmq "HOTLINE__Bus__Uri=$(amqp_uris)" \
        "HOTLINE__Hotline__DataKey=$(head -c 32 /dev/urandom | base64)" HOTLINE__Hotline__Division=320613 \
        "${settings[@]}" > "$folder/settings"
    make_postgresql "$folder/postgresql"
    make_brokers
    declare -p brokers processes service epmd_port amqp_ports database_port http_ports > "$folder/cluster"

    start_postgresql "$folder/postgresql" "$database_port"
    database=postgres sql 'create database hotline'
    start_broker 1
    if [ "$brokers" -gt 1 ]; then
        # shellcheck disable=SC2046
        at_once start_broker $(seq 2 "$brokers")
    fi
    broker ctl 1 -q import_definitions "$here/rabbitmq/definitions.json"
    if [ -n "$service" ]; then
        hotline "$service" migrate > "$folder/setup.log" 2>&1 || die "$(cat "$folder/setup.log")"
        hotline "$service" init --division 320613 >> "$folder/setup.log" 2>&1 || die "$(cat "$folder/setup.log")"
        for n in operator administrator; do hotline "$service" keys create --role "$n" > "$folder/$n-key"; done
    fi
}

up() {
    if [ ! -e "$folder/cluster" ]; then
        [ -z "$(ls -A "$folder")" ] || die "$folder is not empty, and no cluster lies in it."
        trap 'status=$?; say "The cluster does not start; stopping what has started."; down || true; exit "$status"' EXIT
        make_cluster "$@"
    else
        [ $# = 0 ] || die "There is a cluster in $folder already: up without options starts it."
        if ! alive "$folder/postgresql/data/postmaster.pid"; then database_command start; fi
        # shellcheck disable=SC2046
        at_once start_broker $(seq 1 "$brokers")
    fi
    # shellcheck disable=SC2046
    [ "$processes" = 0 ] || at_once start_service $(each_process)
    trap - EXIT
    show_status
}

down() {
    local n made
    # shellcheck disable=SC2046
    [ "$processes" = 0 ] || at_once stop_service $(each_process) || say "A process could not be stopped."
    mapfile -t made < <(for ((n = 1; n <= brokers; n++)); do [ ! -e "$folder/broker-$n/broker" ] || echo "$n"; done)
    at_once stop_broker "${made[@]}" || true
    at_once end_broker "${made[@]}" || say "A broker could not be stopped."
    if [ -s "$folder/postgresql/data/postmaster.pid" ]; then
        signal_database CONT
        stop_postgresql "$folder/postgresql" fast
    fi
}

show_status() {
    local n process state
    if [ -s "$folder/postgresql/data/postmaster.pid" ] && state=$(sql "select 'commits slowed by ' || current_setting('commit_delay')::int / 1000 || ' ms, ' || count(*) || ' connections' from pg_stat_activity where backend_type = 'client backend'" 2>&1)
    then echo "database        127.0.0.1:$database_port  $state"
    else echo "database        127.0.0.1:$database_port  away"
    fi
    for ((n = 1; n <= brokers; n++)); do
        if ! alive "$folder/broker-$n/server.pid"; then state=away
        elif grep -q ') T ' "/proc/$(cat "$folder/broker-$n/server.pid")/stat"; then state=paused
        else state=$(timeout 10 bash -c "$(declare -f erlang node); epmd_port=$epmd_port folder='$folder'; erlang $n 'list_to_atom(lists:concat([case rabbit:is_running() of true -> serves; false -> waits end, \", sees\" | [lists:concat([\" \", Node]) || Node <- lists:sort(nodes())]])).'" 2>&1) || state="does not answer"
            state=${state#"{ok, '"} state=${state%"'}"}
        fi
        echo "broker $n        127.0.0.1:${amqp_ports[n - 1]}  $state"
    done
    for process in $( [ "$processes" = 0 ] || each_process); do
        if ! alive "$folder/$process/pid"; then state=away
        elif answers "$(url "${process%-*}" "${process##*-}")"; then state=ready
        else state="not ready"
        fi
        printf '%-15s %s  %s\n' "$process" "$(url "${process%-*}" "${process##*-}")" "$state"
    done
}

show_usage() {
    local n process
    # Of a process that has ended, its parent keeps the time.
    used() { # NAME PID…
        local name=$1 stats=()
        shift
        stats=("${@/#//proc/}")
        cat "${stats[@]/%//stat}" 2> /dev/null | sed 's/.*) //' | awk -v name="$name" -v hz="$(getconf CLK_TCK)" -v page="$(getconf PAGESIZE)" '
            { cpu += $12 + $13 + $14 + $15; memory += $22 }
            END { printf "%-15s %9.2f s %6d MB\n", name, cpu / hz, memory * page / 1048576 }'
    }
    # shellcheck disable=SC2046
    [ ! -s "$folder/postgresql/data/postmaster.pid" ] || used database $(postgresql_pids)
    for ((n = 1; n <= brokers; n++)); do
        if alive "$folder/broker-$n/server.pid"; then used "broker-$n" "$(cat "$folder/broker-$n/server.pid")"; fi
    done
    for process in $([ "$processes" = 0 ] || each_process); do
        if alive "$folder/$process/pid"; then used "$process" "$(cat "$folder/$process/pid")"; fi
    done
}

show_env() {
    local role n urls
    cat "$folder/settings"
    echo "HOTLINE_TEST_POSTGRESQL=Host=127.0.0.1;Port=$database_port;Username=hotline;Database=postgres"
    echo "HOTLINE_TEST_RABBITMQ=$(amqp_uris | cut -d, -f1)"
    [ "$processes" != 0 ] || return 0
    echo "HOTLINE_CLUSTER_SERVICE=$service"
    for role in "${roles[@]}"; do
        urls=$(for ((n = 1; n <= processes; n++)); do url "$role" "$n"; done | paste -sd,)
        echo "HOTLINE_CLUSTER_${role^^}=$urls"
    done
    for role in operator administrator; do echo "HOTLINE_CLUSTER_${role^^}_KEY=$(cat "$folder/$role-key")"; done
}

case $command in
    up) up "$@" ;;
    down) down ;;
    status) show_status ;;
    usage) show_usage ;;
    env) show_env ;;
    broker)
        case ${1:-} in
            start|stop|kill|pause|resume)
                one_broker() { broker "$what" "$1"; }
                what=$1
                mapfile -t numbers < <(which_of "${2:-}" "$brokers")
                at_once one_broker "${numbers[@]}"
                ;;
            ctl) broker ctl "$(which_of "${2:-}" "$brokers")" "${@:3}" ;;
            *) usage ;;
        esac
        ;;
    partition) partition "$(which_of "${1:-}" "$brokers")" "${@:2}" ;;
    heal) heal "$(which_of "${1:-}" "$brokers")" ;;
    database) database_command "$@" ;;
    service)
        one_process() { service_command "$what" "$1" "${dll[@]}"; }
        what=${1:-}
        dll=("${@:4}")
        mapfile -t which < <(each_process "${2:-}" "${3:-}")
        [ "${#which[@]}" != 0 ] || usage
        at_once one_process "${which[@]}"
        ;;
    *) usage ;;
esac
