#!/usr/bin/env bash
# two-hosts.sh FOLDER COMMAND...: runs COMMAND on two hosts, a rank each, and exits as mpirun does; 77 where the machine allows no namespaces.
# The hosts are network and host-name namespaces of this machine, joined by a link that delays every packet and loses some. Nothing else is reached.
set -u
folder=$1; shift
id=$$
a=nin-a-$id b=nin-b-$id
clean() { ip netns del "$a" 2>/dev/null; ip netns del "$b" 2>/dev/null; }
trap clean EXIT
{
    ip netns add "$a" && ip netns add "$b" &&
    ip link add "va$id" netns "$a" type veth peer name "vb$id" netns "$b" &&
    ip -n "$a" addr add 10.77.0.1/24 dev "va$id" && ip -n "$b" addr add 10.77.0.2/24 dev "vb$id" &&
    ip -n "$a" link set lo up && ip -n "$b" link set lo up &&
    ip -n "$a" link set "va$id" up && ip -n "$b" link set "vb$id" up
} 2> "$folder/namespaces.txt" || exit 77
# Without the kernel's module the link is a plain one, which the output says.
for end in "$a va$id" "$b vb$id"; do
    set -- $end "$@"
    ip netns exec "$1" tc qdisc add dev "$2" root netem delay 2ms loss 1% 2>> "$folder/namespaces.txt" || echo "no delay and loss: $(tail -1 "$folder/namespaces.txt")"
    shift 2
done
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
