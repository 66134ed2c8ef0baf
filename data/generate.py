#!/usr/bin/env python3
"""Writes geography.tsv, the table of French territories that src/geography embeds.

    npm pack @etalab/decoupage-administratif@6.0.0 && tar xzf etalab-decoupage-administratif-6.0.0.tgz
    python3 generate.py package > geography.tsv && python3 index.py

The same package gives the same bytes. Sections are headed by a line `[name]`; columns are separated by tabs:

    [regions]           code  name  liaison
    [departements]      code  name  liaison  région
    [intercommunalities] SIREN  kind  name  population        (kind EPT: an établissement public territorial)
    [communes]          code  name  population  intercommunality  EPT  postcodes   (ordinals of the section above, or -)
    [arrondissements]   code  name  population  commune  postcodes
    [former]            code  name  current commune            (the name is empty when only the code is known)
    [names]             folded name  places                    (sorted; c12 a current commune, f3 a former one)
    [shared names]      folded name  intercommunalities        (sorted; g7: how people write the names of those above)

`liaison` is the INSEE's TNCC: which article the name takes (2 le, 3 la, 4 les, 5 l'; 0 and 1 none).
"""
import json
import sys
import unicodedata


def fold(name):
    """As `geography::fold` does: no case, accents or punctuation, and St written out."""
    text = unicodedata.normalize("NFD", name.lower().replace("œ", "oe").replace("æ", "ae"))
    kept = "".join(c if c.isascii() and c.isalnum() else "" if unicodedata.combining(c) else " " for c in text)
    return " ".join({"st": "saint", "ste": "sainte"}.get(word, word) for word in kept.split())


def clean(name):
    return " ".join(name.replace("’", "'").split())


def region_code(code):
    """The overseas collectivities are listed as régions; Glaneur knows them as départements."""
    return f"R{code}" if len(code) == 2 else None


def without_article(folded):
    """As `names::without_article`: a folded name without the preposition and article it begins with."""
    articles = ["de la", "de l", "du", "des", "de", "d", "le", "la", "les", "l", "aux", "au", "en", "a"]
    return next((folded[len(a) + 1 :] for a in articles if folded.startswith(a + " ")), folded)


def group_names(kind, name, communes):
    """How people write the name of an intercommunality; `communes` holds the folded names of communes.

    `CA de La Rochelle` is also `communauté d'agglomération de La Rochelle`; `CC Aure Louron` is also plain
    `Aure Louron`, but only where the rest is more than one word and no commune's name.
    """
    full = fold(name.split("(")[0])
    short, long = {
        "CC": ("cc ", "communaute de communes "),
        "CA": ("ca ", "communaute d agglomeration "),
        "CU": ("cu ", "communaute urbaine "),
    }.get(kind, (None, None))
    if not short or not full.startswith(short):
        return {full}
    rest = full[len(short) :]
    bare = without_article(rest)
    names = {full, long + rest}
    names |= {long + link + rest for link in ("de ", "du ", "de la ", "d ")} if bare == rest else {long + bare}
    if kind == "CA":
        names.add("agglomeration " + rest)
    if " " in bare and bare not in communes:
        names.add(bare)
    return names


def shared_names(groups, communes):
    """The section of these names; `groups`: (kind, name) of each intercommunality, in the order of the table."""
    shared = {}
    for n, (kind, name) in enumerate(groups):
        for written in group_names(kind, name, communes):
            shared.setdefault(written, []).append(f"g{n}")
    return ["[shared names]"] + [f"{name}\t{' '.join(shared[name])}" for name in sorted(shared)]


def main(package):
    def load(name):
        with open(f"{package}/data/{name}.json", encoding="utf-8") as file:
            return json.load(file)

    out = ["glaneur geography 1"]
    places = load("communes")
    current = sorted((p for p in places if p["type"] == "commune-actuelle"), key=lambda p: p["code"])
    ordinal = {p["code"]: n for n, p in enumerate(current)}

    out.append("[regions]")
    for r in sorted(load("regions"), key=lambda r: r["code"]):
        if region_code(r["code"]):
            out.append(f"R{r['code']}\t{clean(r['nom'])}\t{r['typeLiaison']}")
    out.append("[departements]")
    for d in sorted(load("departements"), key=lambda d: d["code"]):
        out.append(f"D{d['code']}\t{clean(d['nom'])}\t{d['typeLiaison']}\t{region_code(d['region']) or 'FR'}")

    groups = [(g, g["type"].replace("MET69", "METRO")) for g in sorted(load("epci"), key=lambda g: g["code"])]
    groups += [(g, "EPT") for g in sorted(load("ept"), key=lambda g: g["code"])]
    epci_of, ept_of = {}, {}
    out.append("[intercommunalities]")
    for n, (group, kind) in enumerate(groups):
        out.append(f"{group['code']}\t{kind}\t{clean(group['nom'])}\t{group.get('populationMunicipale') or 0}")
        for member in group["membres"]:
            (ept_of if kind == "EPT" else epci_of)[member["code"]] = n

    out.append("[communes]")
    for p in current:
        code = p["code"]
        postcodes = " ".join(p.get("codesPostaux", []))
        epci, ept = epci_of.get(code, "-"), ept_of.get(code, "-")
        out.append(f"{code}\t{clean(p['nom'])}\t{p.get('population') or 0}\t{epci}\t{ept}\t{postcodes}")

    out.append("[arrondissements]")
    for p in sorted((p for p in places if p["type"] == "arrondissement-municipal"), key=lambda p: p["code"]):
        postcodes = " ".join(p["codesPostaux"])
        out.append(f"{p['code']}\t{clean(p['nom'])}\t{p['population']}\t{p['commune']}\t{postcodes}")

    former = []
    for p in places:
        if "chefLieu" in p and fold(p["nom"]) != fold(current[ordinal[p["chefLieu"]]]["nom"]):
            former.append((p["code"], clean(p["nom"]), p["chefLieu"]))
    named = {code for code, _, _ in former}
    for p in current:
        former += [(old, "", p["code"]) for old in p.get("anciensCodes", []) if old not in named and old not in ordinal]
    former = sorted(set(former))
    out.append("[former]")
    out += ["\t".join(f) for f in former]

    names = {}
    for n, p in enumerate(current):
        names.setdefault(fold(p["nom"]), []).append((0, -(p.get("population") or 0), p["code"], f"c{n}"))
    for n, (code, name, _) in enumerate(former):
        if name:
            names.setdefault(fold(name), []).append((1, 0, code, f"f{n}"))
    out.append("[names]")
    for name in sorted(names):
        out.append(f"{name}\t{' '.join(p[-1] for p in sorted(names[name]))}")
    out += shared_names([(kind, clean(group["nom"])) for group, kind in groups], names)
    sys.stdout.buffer.write(("\n".join(out) + "\n").encode())


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
