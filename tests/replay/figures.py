#!/usr/bin/env python3
"""Collects the replayed sites with the real command and prints what each gave.

    python3 tests/replay/figures.py REPLAY GLANEUR

REPLAY is the folder of the replay server (serve.py and data/), GLANEUR the binary. The server is started on port 8800 of
loopback addresses and ended. For each site: items listed, notices, deadlines and territories read, how many deadlines
agree with the site's own field (where it has one), and the fault named; then the peak memory of the round, every path of the faults site
included. Ends with status 1 when a sound site failed, or when a broken one was not named as it should be.
"""
import html
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import unicodedata
from datetime import datetime
from zoneinfo import ZoneInfo

NOW = "2026-01-12T08:00:00+01:00"
PARIS = ZoneInfo("Europe/Paris")
# What each broken site must be told for; every other one must be read.
FAULTS = {
    "manche-invalide": "JSON invalide à la ligne 17",
    "pannes-entites": "des entités qui s’appellent l’une l’autre",
    "pannes-connexion": "page de connexion",
    "pannes-403": "répond 403",
    "pannes-gone": "répond 410",
    "pannes-boucle": "d’adresse en adresse sans fin",
    "pannes-metadata": "169.254.169.254 est privée ou réservée",
    "pannes-fichier": "adresse inutilisable (« file:",
    "pannes-bombe-gz": "dépasse 8 Mio",
    "pannes-sans-fin": "dépasse 8 Mio",
    "pannes-goutte": "s’est arrêté au milieu de sa réponse",
    "pannes-coupe": "coupée avant la fin",
    "pannes-robots": "robots.txt du site interdit",
    "pannes-absente": "répond 404",
    "pannes-429": "demande d’attendre",
    "pannes-503": "répond 503",
}
# What is not sound and is read all the same, and how many items of it.
MENDED = {"pannes-vide": 0, "pannes-latin1": 3, "pannes-coupe-xml": 2, "pannes-script": 1, "pannes-deplacee": 3}
PEAK_MB_MAX = 150


def plain(title):
    text = unicodedata.normalize("NFC", html.unescape(html.unescape(title or "")))
    return re.sub(r"\s+", " ", text).strip().replace("’", "'").lower()


def paris_date(text):
    """The civil date in Paris of an ISO instant, of YYYYMMDD, or of a date alone."""
    text = re.sub(r":\s+", ":", (text or "").strip())
    if not text:
        return None
    if re.fullmatch(r"\d{8}", text):
        return f"{text[:4]}-{text[4:6]}-{text[6:]}"
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return text
    try:
        instant = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return (instant.astimezone(PARIS) if instant.tzinfo else instant).date().isoformat()


def own_deadlines(data):
    """What the sites' own fields say, as {source: {title: date or None}}."""

    def load(name):
        with open(os.path.join(data, name), encoding="utf-8") as file:
            return json.load(file)

    rows = {
        "idf-aides": [(r["fields"]["nom_de_l_aide_de_la_demarche"], r["fields"].get("date_cloture"))
                      for r in load("iledefrance_ods.json")["records"]],
        "aides-territoires": [(r["name"], r["submission_deadline"]) for r in load("aides_territoires.json")],
        "manche": [(r["name"], r["submission_deadline"]) for r in load("departement_manche_data.json")["aides"]],
        "drome": [(r["name"], r["submission_deadline"]) for r in load("departement_drome_data.json")["results"]],
        "ademe": [(r["titre"], r["date_fin"]) for r in load("ademe_agir_data.json")["ListeDispositifs"]],
        "welcomeurope": [(r["post_title"], r["deadline1"]) for r in load("welcom_europe_data.json")],
        "idf-guide": [(r["title"], r.get("dateFinCampagne")) for r in load("ile_de_france_data.json")],
    }
    return {source: {plain(title): paris_date(date) for title, date in pairs} for source, pairs in rows.items()}


def main(replay, glaneur):
    here = os.path.dirname(os.path.abspath(__file__))
    work = tempfile.mkdtemp(prefix="glaneur-replay.")
    for name in ("glaneur.toml", "sources.toml", "membres.csv"):
        shutil.copy(os.path.join(here, name), work)
    os.makedirs(os.path.join(work, "credentials"), mode=0o700)
    token = os.path.join(work, "credentials", "aides-territoires")
    shutil.copy(os.path.join(here, "credentials", "aides-territoires"), token)
    os.chmod(token, 0o600)
    server = subprocess.Popen([sys.executable, os.path.join(replay, "serve.py"), "--quick"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        time.sleep(1)

        def run(*words):
            done = subprocess.run([glaneur, *words, "--now", NOW], cwd=work, capture_output=True, text=True)
            if done.returncode not in (0, 1):
                sys.exit(done.stderr)
            return done.stdout

        run("members", "import", "membres.csv")
        began = time.monotonic()
        round_ = json.loads(run("once", "--json"))
        seconds = time.monotonic() - began
        notices = json.loads(run("notices", "list", "--json"))["notices"]
        receipts = json.loads(run("edition", "show", "1", "--json"))
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(work, ignore_errors=True)
    bad = report(round_, notices, receipts, own_deadlines(os.path.join(replay, "data")))
    print(f"\none round and its edition: {seconds:.1f} s, of which most waits for polite pauses; peak memory {peak} MB, all paths of the faults site included")
    if peak > PEAK_MB_MAX:
        bad.append(f"peak memory over {PEAK_MB_MAX} MB")
    if bad:
        sys.exit(f"not as they should be: {', '.join(bad)}")


def report(round_, notices, edition, own):
    by_source = {}
    for notice in notices:
        for source in {link["source"] for link in notice["links"]}:
            by_source.setdefault(source, []).append(notice)
    print(f"{'site':22}{'listed':>7}{'notices':>8}{'deadlines':>10}{'placed':>7}  agree with the site's field")
    bad = []
    for source in round_["sources"]:
        name = source["id"]
        if source["outcome"] == "failed":
            print(f"{name:22}{'—':>7}  {source['why']}")
            if name not in FAULTS or FAULTS[name] not in source["why"]:
                bad.append(name)
            continue
        if name in FAULTS or source["listed"] != MENDED.get(name, source["listed"]):
            bad.append(name)
        found = by_source.get(name, [])
        dated = [n for n in found if n["deadline"]]
        placed = sum(bool(n["territory"]) for n in found)
        agree = ""
        if name in own:
            got = {plain(n["title"]): (n["deadline"] or {}).get("date") for n in found}
            pairs = [(got.get(title, "absent"), date) for title, date in own[name].items() if date]
            agree = f"{sum(g == d for g, d in pairs)}/{len(pairs)}"
        print(f"{name:22}{source['listed']:>7}{len(found):>8}{len(dated):>10}{placed:>7}  {agree}")
    print(f"\nnotices known: {len(notices)}; members: {len(edition['members'])}, of whom "
          f"{sum('digest' in m for m in edition['members'])} get a digest")
    named = sum(source["id"] in FAULTS for source in round_["sources"]) - sum(name in FAULTS for name in bad)
    print(f"faults named as they should be: {named} of {len(FAULTS)}; mended and read: {len(MENDED) - sum(n in MENDED for n in bad)} of {len(MENDED)}")
    return bad


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], os.path.abspath(sys.argv[2]))
