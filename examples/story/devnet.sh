# shellcheck shell=bash
# The story on a real chain: sourced by scripts/demo, which says what is in scope. People
# type `surge`, machines run `surge node run`; nothing here speaks to the chain itself.

# Prints a command as one would type it, runs it, and keeps what it said as JSON.
STEPS=() SAID=''
surge() { # <argument>…
    local word line='surge'
    for word; do
        if [[ $word == *[\ \"\{]* ]]; then line+=" '$word'"; else line+=" $word"; fi
    done
    say "$BOLD\$ $line$PLAIN" >&2
    if [[ -n $JSON ]]; then
        SAID=$("$SURGE" "$@" --yes --json)
        STEPS+=("{\"command\": \"${line//\"/\\\"}\", \"answer\": $SAID}")
    else
        "$SURGE" "$@" --yes
    fi
}

# What a command answers, for the story itself.
ask() { # <field> <argument>…
    local field=$1
    shift
    "$SURGE" "$@" --yes --json | sed -n "s/^ *\"$field\": \"\{0,1\}\([^\",]*\)\"\{0,1\},\{0,1\}\$/\1/p" | head -n 1
}

tell() { say "" >&2 && say "$GREEN$*$PLAIN" >&2; }

# Votes of a local chain that last seconds; all else as it comes.
quick_settings() { cat "$ROOT/networks/devnet.settings.toml" "$ROOT/networks/quick.policies.toml"; }

# A machine that lends itself until the story ends.
MACHINES=()
machine() { # <number> <region>
    local home=$STORY/machine$1
    mkdir -p "$home"
    SURGE_HOME=$home "$SURGE" node run --from "operator$1" --owner "provider$1" --region "$2" \
        --bond "1000 SURGE" --cores 2 --memory-mib 2048 --storage-gib 1 --yes >"$home/log" 2>&1 </dev/null &
    MACHINES+=($!)
    say "$BOLD\$ surge node run --from operator$1 --owner provider$1 --region $2 --bond '1000 SURGE' …$PLAIN" >&2
}

# Waits until as many machines may be picked.
await_machines() { # <number>
    local until=$((SECONDS + 120))
    until (($("$SURGE" node list --json | grep -c '"live": true') >= $1)); do
        ((SECONDS < until)) || { tail -n 5 "$STORY"/machine*/log >&2 && die "the machines did not join"; }
        sleep 1
    done
}

end_story() {
    local pid
    for pid in ${MACHINES[@]+"${MACHINES[@]}"}; do kill "$pid" 2>/dev/null || true; done
    for pid in ${MACHINES[@]+"${MACHINES[@]}"}; do wait "$pid" || true; done
    end_private_devnet >&2
    rm -rf "$STORY"
}

play_on_devnet() {
    local job proposal
    STORY=$(mktemp -d "${TMPDIR:-/tmp}/surge-story.XXXXXX")
    export SURGE_HOME=$STORY SURGE_STATE=$STORY/state.json SURGE_STORE=$STORY/store
    unset SURGE_FROM SURGE_DEPLOYMENT
    private_devnet >&2
    trap end_story EXIT
    quick_settings >"$STORY/settings.toml"
    mkdir -p "$OUT"

    tell "The suite comes to the chain. Its owner is a DAO of three."
    surge deploy apply --settings "$STORY/settings.toml" --artifacts "$ROOT/artifacts" --from deployer
    surge deploy verify --settings "$STORY/settings.toml" --artifacts "$ROOT/artifacts" | tail -n 1

    tell "The faucet of this local chain gives the reward token to those who bond and pay."
    surge pay provider1 "2000 SURGE" --from faucet
    surge pay provider2 "2000 SURGE" --from faucet
    surge pay requester "100 SURGE" --from faucet

    tell "Two machines join, each with a program that needs nobody."
    machine 1 europe
    machine 2 asia
    await_machines 2
    surge node list

    tell "A job. The chain picks the machine; the result comes back and its hash is compared."
    surge job submit "${ORDER[@]}" --near europe --max-price "2 SURGE" --from requester \
        --watch --output "$OUT/job-1"
    job=$(ask id job list)
    surge job explain "$job"
    surge job accept "$job" --from requester

    tell "The members lower what the network takes, from 5 % to 4 %."
    surge dao propose --title "A smaller take" --set escrow.take_bps=400 --from member1
    proposal=$(ask id dao list)
    surge dao vote "$proposal" yes --from member1
    surge dao vote "$proposal" yes --from member2
    say "$BOLD\$ surge dao poke $proposal --from anyone$PLAIN   (once the voting is over)" >&2
    until "$SURGE" dao poke "$proposal" --from anyone --yes --json >"$STORY/poke" 2>&1; do sleep 1; done
    sleep 3
    surge dao execute "$proposal" --from anyone

    tell "The same job under the new rule."
    surge job submit "${ORDER[@]}" --near asia --max-price "2 SURGE" --from requester \
        --watch --output "$OUT/job-2"
    surge job accept "$((job + 1))" --from requester

    tell "An epoch passes, and anybody claims what the work has minted."
    "$SURGE" rewards show >&2
    sleep 65
    surge claim 1 --from anyone
    surge claim 2 --from anyone
    surge keys show provider1
    surge keys show provider2

    tell "The books: every contract holds what it owes."
    surge money show
    cmp -s "$OUT/job-1" "$OUT/job-2" || die "the same job gave two results: $OUT/job-1, $OUT/job-2"
    say "both results are the same bytes: $OUT/job-1" >&2
    if [[ -n $JSON ]]; then
        (IFS=, && printf '[%s]\n' "${STEPS[*]}")
    fi
}
