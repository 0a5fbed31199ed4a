# shellcheck shell=bash
# Sourced by test.sh and deploy/cluster.sh: how a private PostgreSQL and private RabbitMQ nodes are made and run from Debian's
# packages, on loopback, each in a folder of its own.

say() { printf '%s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

postgresql_bin() {
    local dir
    for dir in /usr/lib/postgresql/*/bin; do
        if [ -x "$dir/initdb" ]; then echo "$dir"; fi
    done | sort -V | tail -n 1
}

# alive FILE: whether the process runs whose id is in the file; one that only waits to be buried does not.
alive() {
    local pid='' state=''
    { read -r pid < "$1"; [ -n "$pid" ] && read -r state < "/proc/$pid/stat"; } 2> /dev/null
    [ -n "$state" ] && [[ $state != *') Z '* ]]
}

missing_servers() {
    [ -n "$(postgresql_bin)" ] || echo postgresql
    [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || echo rabbitmq-server
}

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

# make_postgresql FOLDER
make_postgresql() {
    mkdir "$1"
    [ "$(id -u)" != 0 ] || chown postgres: "$1"
    (
        cd "$1"
        as_postgres "$(postgresql_bin)/initdb" -D "$1/data" -U hotline -E UTF8 --locale=C.UTF-8 --auth=trust > initdb.log 2>&1
    ) || die "$(cat "$1/initdb.log")"
}

# start_postgresql FOLDER PORT
start_postgresql() (
    cd "$1" || exit
    as_postgres "$(postgresql_bin)/pg_ctl" -D "$1/data" -s -w -t 60 -l "$1/log" \
        -o "-c listen_addresses=127.0.0.1 -c port=$2 -c unix_socket_directories='' -c max_connections=300" start < /dev/null
)

# stop_postgresql FOLDER fast|immediate
stop_postgresql() (
    cd "$1" || exit
    as_postgres "$(postgresql_bin)/pg_ctl" -D "$1/data" -s -w -m "$2" stop
)

# write_broker FOLDER NODE AMQP_PORT DISTRIBUTION_PORT EPMD_PORT: writes FOLDER/broker, a command of its own, so that tests can
# stop and start the node while they run. The nodes of a cluster lie beside each other and share one epmd; what they share
# besides (cookie, list of nodes) is added to FOLDER/.erlang.cookie and FOLDER/rabbitmq.conf before the first start.
write_broker() {
    local home=$1 node=$2 amqp=$3 distribution=$4 epmd=$5
    mkdir "$home"
    # Quorum queues write to disk before they confirm; the alarm for a nearly full disk would only confuse a test.
    cat > "$home/rabbitmq.conf" <<CONF
listeners.tcp.1 = 127.0.0.1:$amqp
disk_free_limit.absolute = 50MB
CONF
    : > "$home/rabbitmq-env.conf"
    echo '[].' > "$home/enabled_plugins"
    cat > "$home/broker" <<BROKER
#!/usr/bin/env bash
# broker start|stop|kill|pause|resume|ctl: the RabbitMQ node $node at amqp://127.0.0.1:$amqp
set -euo pipefail
cd "$home"
while read -r name; do unset "\$name"; done < <(compgen -e | grep -E '^(RABBITMQ|ERL)_')
export HOME="$home" RABBITMQ_CONF_ENV_FILE="$home/rabbitmq-env.conf" RABBITMQ_CONFIG_FILE="$home/rabbitmq.conf" \\
    RABBITMQ_ADVANCED_CONFIG_FILE="$home/none.config" RABBITMQ_ENABLED_PLUGINS_FILE="$home/enabled_plugins" \\
    RABBITMQ_NODENAME="$node" RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 RABBITMQ_NODE_PORT=$amqp \\
    RABBITMQ_DIST_PORT=$distribution ERL_EPMD_PORT=$epmd ERL_EPMD_ADDRESS=127.0.0.1 \\
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none' \\
    RABBITMQ_MNESIA_BASE="$home/data" RABBITMQ_LOG_BASE="$home/log" RABBITMQ_PID_FILE="$home/pid" \\
    RABBITMQ_GENERATED_CONFIG_DIR="$home/generated" RABBITMQ_SCHEMA_DIR="$home/schema"

listening() { (exec 3<> /dev/tcp/127.0.0.1/$amqp) 2> /dev/null; }
$(declare -f alive)
# The server writes its own pid file, and removes it when it begins to stop.
running() {
    if [ -s pid ] && ! cmp -s pid server.pid; then cp pid server.pid 2> /dev/null || true; fi
    alive server.pid || alive launcher.pid
}
epmd_running() { alive ../epmd.pid; }
# wait_for SECONDS COMMAND...
wait_for() {
    local end=\$((SECONDS + \$1))
    shift
    until "\$@"; do
        [ \$SECONDS -lt \$end ] || return 1
        sleep 0.2
    done
}
gone() { ! running; }
decided() { listening || gone; }
# The launcher leads the group of processes that the server is in.
power_off() { kill -KILL -- "-\$(cat launcher.pid)"; }

case \${1:-} in
    start)
        if ! epmd_running; then
            setsid epmd -port $epmd -address 127.0.0.1 < /dev/null >> output 2>&1 &
            echo \$! > ../epmd.pid
        fi
        if ! running; then
            rm -f pid server.pid
            setsid /usr/lib/rabbitmq/bin/rabbitmq-server < /dev/null >> output 2>&1 &
            echo \$! > launcher.pid
        fi
        # A node of a cluster also waits for the others; a machine that is busy takes its time.
        if ! wait_for 300 decided || ! listening; then tail -n 40 output >&2; exit 1; fi
        running
        ;;
    stop) # in good order
        if running; then
            if ! alive server.pid; then power_off; exit; fi
            kill -CONT "\$(cat server.pid)"
            kill -TERM "\$(cat server.pid)"
            wait_for 60 gone
        fi
        ;;
    kill) # as a power cut would
        if running; then power_off; wait_for 10 gone; fi
        ;;
    pause) # silent, with its connections open, as a machine that hangs
        kill -STOP "\$(cat server.pid)"
        ;;
    resume)
        kill -CONT "\$(cat server.pid)"
        ;;
    ctl)
        shift
        exec /usr/lib/rabbitmq/bin/rabbitmqctl "\$@"
        ;;
    end) # of the test run: nothing is left
        if running; then power_off; fi
        if epmd_running; then kill -TERM "\$(cat ../epmd.pid)"; fi
        wait_for 10 gone
        ;;
    *) echo "broker start|stop|kill|pause|resume|ctl" >&2; exit 2 ;;
esac
BROKER
    chmod 755 "$home/broker"
}
