# shellcheck shell=bash
# What the scripts share; sourced, never run. Nothing here writes into the checkout.

set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck disable=SC2034 # for the scripts that source this file
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/surge

# What is built once per machine, by version.
COSMWASM_CHECK_VERSION=3.0.10
CARGO_DENY_VERSION=0.20.2
CARGO_LLVM_COV_VERSION=0.9.1
WASMD_VERSION=$(sed -n 's|^[[:space:]]*github.com/CosmWasm/wasmd v\([0-9.]*\).*|\1|p' "$ROOT/scripts/wasmd/go.mod")
# They run for seconds, so building them fast counts for more than running them fast.
TOOL_PROFILE=(CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_DEBUG=0 CARGO_PROFILE_RELEASE_LTO=off
    CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16)

if [[ -t 1 && -z ${NO_COLOR:-} ]]; then
    BOLD=$'\e[1m' DIM=$'\e[2m' RED=$'\e[31m' GREEN=$'\e[32m' YELLOW=$'\e[33m' PLAIN=$'\e[0m'
else
    BOLD='' DIM='' RED='' GREEN='' YELLOW='' PLAIN=''
fi

say() { printf '%s\n' "$*"; }
title() { printf '\n%s== %s%s\n' "$BOLD" "$*" "$PLAIN"; }
good() { printf '%s%s%s\n' "$GREEN" "$*" "$PLAIN"; }
warn() { printf '%s%s%s\n' "$YELLOW" "$*" "$PLAIN" >&2; }
die() {
    printf '%serror: %s%s\n' "$RED" "$*" "$PLAIN" >&2
    exit 1
}

# The command that installs a system package here.
how_to_get() { # <apt package> <brew formula>
    if command -v brew >/dev/null; then
        say "brew install $2"
    else
        say "sudo apt-get install $1"
    fi
}

# Fails with the command that gets the tool when it is missing.
need() { # <tool>
    case $1 in
    go)
        # From 1.21 on Go fetches the version that go.mod asks for, or says that it may not.
        [[ $(go env GOVERSION 2>/dev/null) =~ ^go1\.([0-9]+) ]] && ((BASH_REMATCH[1] >= 21)) && return
        ;;
    *) command -v "$1" >/dev/null && return ;;
    esac
    case $1 in
    rustup) die "rustup is missing; get it with: $(how_to_get rustup rustup)" ;;
    cc) die "a C compiler is missing; get it with: $(how_to_get build-essential gcc)" ;;
    node | npm) die "$1 is missing (Node 20 or newer, for wasm-opt); get it with: $(how_to_get 'nodejs npm' node)" ;;
    go) die "Go 1.25 or newer is missing (for the wasmd node); get it with: $(how_to_get golang-go go), or from go.dev/dl where that is older" ;;
    *) die "$1 is missing; get it with: $(how_to_get "$1" "$1")" ;;
    esac
}

# Runs a command with its output in a log and a dot every few seconds, then tells how
# long it took; shows the end of the log when it fails.
step() { # <what> <command> [argument…]
    local what=$1 log pid status=0 since=$SECONDS dot=$((SECONDS + 5))
    shift
    log=$(mktemp "${TMPDIR:-/tmp}/surge-step.XXXXXX")
    printf '%s' "$what "
    "$@" >"$log" 2>&1 </dev/null &
    pid=$!
    while kill -0 "$pid" 2>/dev/null; do
        sleep 0.2
        if ((SECONDS >= dot)); then
            printf '.'
            dot=$((SECONDS + 5))
        fi
    done
    wait "$pid" || status=$?
    if ((status == 0)); then
        printf ' %s%s s%s\n' "$DIM" "$((SECONDS - since))" "$PLAIN"
        rm -f "$log"
    else
        printf ' %sfailed after %s s%s\n' "$RED" "$((SECONDS - since))" "$PLAIN"
        tail -n 40 "$log" | sed 's/^/    /'
        say "    (all of it: $log)"
    fi
    return "$status"
}

# Rust as rust-toolchain.toml pins it; without a name, because automatic installation
# may be off, and without touching rustup itself.
ensure_rust() {
    need rustup
    need cc
    (
        cd "$ROOT"
        if ! rust_complete; then
            step "installing Rust as rust-toolchain.toml says" rustup toolchain install --no-self-update
        fi
    )
}

rust_complete() {
    local root
    root=$(RUSTUP_AUTO_INSTALL=0 rustc --print sysroot 2>/dev/null) || return 1
    [[ -d $root/lib/rustlib/src/rust/library && -d $root/lib/rustlib/wasm32-unknown-unknown &&
        -d $root/lib/rustlib/wasm32-wasip1 && -x $root/bin/cargo-clippy && -x $root/bin/cargo-fmt ]] &&
        compgen -G "$root/lib/rustlib/*/bin/llvm-cov*" >/dev/null
}

# Where rust-toolchain.toml counts.
in_root() { cd "$ROOT" && "$@"; }

# A crate's program, built into the cache once per version.
ensure_crate() { # <crate> <version> [argument of cargo install…]
    local crate=$1 version=$2 home=$CACHE/$1-$2
    shift 2
    [[ -x $home/bin/$crate ]] && return
    ensure_rust
    mkdir -p "$CACHE"
    # The folder appears when it is complete, never half.
    local build
    build=$(mktemp -d "$CACHE/.build-$crate.XXXXXX")
    if ! step "building $crate $version, once per machine" \
        in_root env "${TOOL_PROFILE[@]}" CARGO_TARGET_DIR="$build/target" \
        cargo install "$crate" --version "$version" --locked --root "$build/home" "$@"; then
        rm -rf "$build"
        return 1
    fi
    rm -rf "$home"
    mv "$build/home" "$home"
    rm -rf "$build"
}

ensure_cosmwasm_check() { ensure_crate cosmwasm-check "$COSMWASM_CHECK_VERSION"; }
cosmwasm_check() { "$CACHE/cosmwasm-check-$COSMWASM_CHECK_VERSION/bin/cosmwasm-check" "$@"; }

ensure_cargo_deny() { ensure_crate cargo-deny "$CARGO_DENY_VERSION" --no-default-features; }
cargo_deny() { "$CACHE/cargo-deny-$CARGO_DENY_VERSION/bin/cargo-deny" "$@"; }

# It calls the compiler's own llvm-tools, which rust-toolchain.toml asks for.
ensure_cargo_llvm_cov() { ensure_crate cargo-llvm-cov "$CARGO_LLVM_COV_VERSION"; }
cargo_llvm_cov() { "$CACHE/cargo-llvm-cov-$CARGO_LLVM_COV_VERSION/bin/cargo-llvm-cov" llvm-cov "$@"; }

# SHA-256 of files, a line each.
sums() {
    if command -v sha256sum >/dev/null; then sha256sum "$@"; else shasum -a 256 "$@"; fi
}

# wasm-opt, from the npm package that scripts/wasm-opt/package-lock.json pins.
ensure_wasm_opt() {
    need node
    need npm
    local version
    version=$(sed -n 's/.*"binaryen": "\([0-9.]*\)".*/\1/p' "$ROOT/scripts/wasm-opt/package.json")
    WASM_OPT_HOME=$CACHE/binaryen-$version
    [[ -x $WASM_OPT_HOME/node_modules/.bin/wasm-opt ]] && return
    mkdir -p "$CACHE"
    local build
    build=$(mktemp -d "$CACHE/.build-binaryen.XXXXXX")
    cp "$ROOT"/scripts/wasm-opt/{package.json,package-lock.json,.npmrc} "$build"
    if ! step "installing wasm-opt (binaryen $version), once per machine" \
        npm ci --prefix "$build" --no-audit --no-fund; then
        rm -rf "$build"
        return 1
    fi
    rm -rf "$WASM_OPT_HOME"
    mv "$build" "$WASM_OPT_HOME"
}
wasm_opt() { "$WASM_OPT_HOME/node_modules/.bin/wasm-opt" "$@"; }

# The node, with the library of its virtual machine beside it, so that it does not
# depend on Go's module cache afterwards.
ensure_wasmd() {
    WASMD_HOME=$CACHE/wasmd-$WASMD_VERSION
    [[ -x $WASMD_HOME/wasmd ]] && compgen -G "$WASMD_HOME/libwasmvm.*" >/dev/null && return
    need go
    need cc
    mkdir -p "$CACHE"
    local build
    build=$(mktemp -d "$CACHE/.build-wasmd.XXXXXX")
    if ! step "building wasmd $WASMD_VERSION, once per machine" build_wasmd "$build"; then
        rm -rf "$build"
        return 1
    fi
    rm -rf "$WASMD_HOME"
    mv "$build" "$WASMD_HOME"
}

# Each command is chained to the next: inside a condition the shell would go on after a
# failure.
build_wasmd() { # <folder>
    local version=github.com/cosmos/cosmos-sdk/version vm
    case $(uname -s)-$(uname -m) in
    Darwin-*) vm=libwasmvm.dylib ;;
    *-aarch64 | *-arm64) vm=libwasmvm.aarch64.so ;;
    *) vm=libwasmvm.x86_64.so ;;
    esac
    cd "$ROOT/scripts/wasmd" && export CGO_ENABLED=1 &&
        go build -tags netgo -ldflags "-checklinkname=0 -X $version.Name=wasm -X $version.AppName=wasmd" \
            -o "$1/wasmd" github.com/CosmWasm/wasmd/cmd/wasmd &&
        install -m 755 "$(go list -f '{{.Dir}}' github.com/CosmWasm/wasmvm/v3/internal/api)/$vm" "$1/"
}
wasmd() {
    LD_LIBRARY_PATH=$WASMD_HOME${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} \
        DYLD_LIBRARY_PATH=$WASMD_HOME${DYLD_LIBRARY_PATH:+:$DYLD_LIBRARY_PATH} \
        "$WASMD_HOME/wasmd" "$@"
}

# Passes lines on, and shows that time passes when none come for a while.
with_pulse() {
    local line status since=$SECONDS
    while true; do
        status=0
        IFS= read -r -t 9 line || status=$?
        if ((status == 0)); then
            printf '%s\n' "$line"
        elif ((status > 128)); then
            if [[ -n $line ]]; then
                printf '%s' "$line"
            else
                printf '%s  … %d s%s\n' "$DIM" "$((SECONDS - since))" "$PLAIN"
            fi
        else
            printf '%s' "$line"
            return
        fi
    done
}

# A fresh chain of one's own on ports that nobody listens on; ends with the script. Tests
# find it by SURGE_NETWORK.
private_devnet() {
    taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
    SURGE_DEVNET_HOME=$(mktemp -d "${TMPDIR:-/tmp}/surge-chain.XXXXXX")
    SURGE_DEVNET_PORT_OFFSET=$((10000 + RANDOM % 100 * 100))
    while taken $((26656 + SURGE_DEVNET_PORT_OFFSET)) || taken $((26657 + SURGE_DEVNET_PORT_OFFSET)) ||
        taken $((1317 + SURGE_DEVNET_PORT_OFFSET)) || taken $((9090 + SURGE_DEVNET_PORT_OFFSET)); do
        SURGE_DEVNET_PORT_OFFSET=$((SURGE_DEVNET_PORT_OFFSET + 100))
    done
    export SURGE_DEVNET_HOME SURGE_DEVNET_PORT_OFFSET
    export SURGE_NETWORK=$SURGE_DEVNET_HOME/network.toml
    trap 'end_private_devnet' EXIT
    "$ROOT/scripts/devnet" up
}
end_private_devnet() {
    "$ROOT/scripts/devnet" reset >/dev/null
    rm -rf "$SURGE_DEVNET_HOME"
}

# Fails when a contract's wasm is missing.
need_artifacts() {
    local name
    for name in dao token registry escrow rewards; do
        [[ -f $ROOT/artifacts/surge_$name.wasm ]] ||
            die "artifacts/surge_$name.wasm is missing; build it with: ./scripts/wasm"
    done
}
