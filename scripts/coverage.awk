# From `cargo llvm-cov report --show-missing-lines` a table: per file of contracts/ and
# packages/ the share of lines and regions that tests reach, and the lines that none does.
# A region is what runs as one piece; a line with `?` has one for the way out, too. A line
# is listed when nothing on it ran; the share of lines also misses what stands in a closure.

function share(all, missed) {
    return all ? sprintf("%5.1f %%", 100 * (all - missed) / all) : "      -"
}

function row(name, i, what) {
    printf "%-34s %7d %8s %9s", name, lines[i], share(lines[i], dark_lines[i]), \
        share(regions[i], dark_regions[i])
    print (what ? "  " what : "")
}

function add(i) {
    regions[i] += $2; dark_regions[i] += $3; lines[i] += $8; dark_lines[i] += $9
}

$1 ~ /^(contracts|packages)\/[^\/]+\/src\// && NF >= 10 {
    files[++count] = $1
    split($1, parts, "/")
    crate[$1] = parts[1] "/" parts[2]
    add($1); add(crate[$1]); add("all")
}

index($1, root) == 1 {
    file = substr($1, length(root) + 1)
    sub(/:$/, "", file)
    sub(/^[^ ]+ /, "")
    dark[file] = $0
}

END {
    if (!count) {
        print "no file of contracts/ or packages/ in the report" > "/dev/stderr"
        exit 1
    }
    printf "%-34s %7s %8s %9s  %s\n", "", "lines", "reached", "regions", "lines not reached"
    for (i = 1; i <= count; i++) {
        file = files[i]
        if (crate[file] != last) {
            last = crate[file]
            row(last, last, "")
        }
        row("  " substr(file, length(last) + 6), file, dark[file])
    }
    row("all of it", "all", "")
}
