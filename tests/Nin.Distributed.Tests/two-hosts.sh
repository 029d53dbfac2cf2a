#!/usr/bin/env bash
# two-hosts.sh FOLDER COMMAND...: runs COMMAND on two hosts, a rank each, and exits as mpirun does; 77 where the machine
# allows no namespaces, or has no such wire.
# The hosts are network and host-name namespaces of this machine, joined by a wire that delays every packet by 2 ms and loses 1 % of them (wirefilter of
# Virtual Distributed Ethernet, between two tap devices: no module of the kernel is needed). Nothing else is reached. Prints how long it takes to be refused
# a connection by the other host, a packet there and one back, and how many segments TCP had to send again.
set -u
folder=$1; shift
a=nin-a-$$ b=nin-b-$$
clean() {
    [ -n "${wire-}" ] && kill -- -"$wire" 2>/dev/null
    ip netns del "$a" 2>/dev/null; ip netns del "$b" 2>/dev/null
}
trap clean EXIT
host() {
    # What is under way is less than a pipe holds: full ones, both ways, would block the wire for good.
    ip netns add "$1" && ip netns exec "$1" bash -c 'echo 4096 16384 16384 | tee /proc/sys/net/ipv4/tcp_wmem > /proc/sys/net/ipv4/tcp_rmem' && ip netns exec "$1" ip tuntap add dev wire mode tap && ip -n "$1" addr add "$2/24" dev wire && ip -n "$1" link set lo up && ip -n "$1" link set wire up
}
{ command -v dpipe && command -v vde_plug && command -v wirefilter || ! echo "vdeplug and vde-wirefilter are not installed" >&2; } > /dev/null 2> "$folder/namespaces.txt" || exit 77
{ host "$a" 10.77.0.1 && host "$b" 10.77.0.2; } 2> "$folder/namespaces.txt" || exit 77
dpipe ip netns exec "$a" vde_plug tap://wire = wirefilter -d 2 -l 1 = ip netns exec "$b" vde_plug tap://wire > "$folder/wire.txt" 2>&1 &
wire=$!
for try in {1..100}; do
    [ "$(ip netns exec "$b" cat /sys/class/net/wire/carrier)$(ip netns exec "$a" cat /sys/class/net/wire/carrier)" = 11 ] && break
    sleep 0.1
done
refused=$(ip netns exec "$a" bash -c 'for try in {1..5}; do
    from=$EPOCHREALTIME; { exec 3<>/dev/tcp/10.77.0.2/9; } 2>/dev/null; to=$EPOCHREALTIME
    echo $((${to/./} - ${from/./})); done' | sort -n | head -1)
# What mpirun starts the other host's part with, in place of ssh.
cat > "$folder/agent.sh" <<AGENT
#!/usr/bin/env bash
shift
exec ip netns exec $b unshare --uts bash -c 'hostname nin-b; exec bash -c "\$*"' bash "\$@"
AGENT
chmod +x "$folder/agent.sh"
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
ip netns exec "$a" unshare --uts bash -c 'hostname nin-a; exec "$@"' bash \
    mpirun --host 10.77.0.1,10.77.0.2 -n 2 --bind-to none --mca plm_rsh_agent "$folder/agent.sh" --mca btl tcp,self \
    --mca btl_tcp_if_include 10.77.0.0/24 --mca oob_tcp_if_include 10.77.0.0/24 "$@"
code=$?
again=$(ip netns exec "$a" awk '/^Tcp: [0-9]/ { print $13 }' /proc/net/snmp)
echo "refused after $refused us, $again segments sent again"
exit $code
