#!/usr/bin/env python3
"""What `glaneur bounces read` finds in labelled bounces.

    python3 tests/bounces/figures.py FOLDER GLANEUR [--errors]

FOLDER holds messages and labels.json: a list of {file, addresses, temporary}. `temporary` says that the message only
tells of a delay: the mail is still being tried.

Figures, over the files that name an address: address = share whose labelled addresses are exactly those found with the
kinds hard and soft; named = share of labelled addresses found; hard/soft = share whose kinds are all soft where the
label says temporary and all hard where it does not. Beside them: files without a labelled address where nothing was
found, and how the kinds differ where a failure for good came from a full mailbox or a fault that passes (Glaneur calls
those soft where the server gives a code, see docs/decisions/0050-bounces.md).
"""
import collections, json, pathlib, subprocess, sys


def main(folder, glaneur, show):
    labels = {}
    for label in json.loads((folder / "labels.json").read_text(encoding="utf-8")):
        known = labels.setdefault(label["file"], {"addresses": set(), "temporary": label["temporary"]})
        known["addresses"] |= {address.lower() for address in label["addresses"]}
    files = [str(folder / name) for name in sorted(labels)]
    done = subprocess.run([glaneur, "bounces", "read", *files], check=True, capture_output=True, text=True)
    read = {}
    for line in done.stdout.splitlines():
        message = json.loads(line)
        read.setdefault(pathlib.Path(message["file"]).name, []).extend(message["recipients"])
    tally = collections.Counter()
    for name, label in sorted(labels.items()):
        failed = [r for r in read.get(name, []) if r["kind"] in ("hard", "soft")]
        found = {r["address"].lower() for r in failed}
        if not label["addresses"]:
            tally["silent"] += 1
            tally["silent kept"] += not found
            if found and show:
                print(f"  {name}: nothing labelled, found {sorted(found)}")
            continue
        tally["files"] += 1
        exact = found == label["addresses"]
        tally["exact"] += exact
        tally["addresses"] += len(label["addresses"])
        tally["named"] += len(found & label["addresses"])
        want = "soft" if label["temporary"] else "hard"
        right = bool(failed) and all(r["kind"] == want for r in failed)
        tally["kind"] += right
        if show and not exact:
            print(f"  {name}: wanted {sorted(label['addresses'])}, found {sorted(found)}")
        if show and not right:
            print(f"  {name}: wanted {want}, found {[(r['kind'], r['status'], r['diagnostic'][:100]) for r in read.get(name, [])]}")
    share = lambda part, whole: f"{tally[part] / max(1, tally[whole]):.3f} ({tally[part]}/{tally[whole]})"
    print(f"address {share('exact', 'files')}   named {share('named', 'addresses')}   hard/soft {share('kind', 'files')}")
    print(f"nothing found where nothing is labelled {share('silent kept', 'silent')}")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), sys.argv[2], "--errors" in sys.argv)
