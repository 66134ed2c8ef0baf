#!/usr/bin/env python3
"""Writes geography.idx beside geography.tsv: where its rows stand, so that the program need not parse 76,000 lines to start.

    python3 index.py

Little-endian. Nothing in it is not in the table: a test of src/geography compares the two. After the head, five lists of
records of fixed size; a place in the table is a byte offset (u32) and lengths in bytes.

    head       12 x u32: 0x47494458, bytes of the table, then the records of communes, former, names, shared names and
               postcodes; bytes at which [communes] and [arrondissements] begin; three zeros
    communes   16 bytes: name at u32, population u32, intercommunality u16, EPT u16 (0xffff none), name bytes u8,
               ordinal of the departement u8, u16 zero. The code is the five bytes before the tab before the name.
    former      8 bytes: name at u32, name bytes u16, ordinal of the commune u16. The code stands as above.
    names       8 bytes: name at u32, name bytes u16, places bytes u16. The places follow the tab after the name.
    shared      8 bytes: as names
    postcodes   8 bytes: postcode u32, ordinal u32 of the commune, or of the arrondissement with the highest bit; sorted
"""
import pathlib
import struct

HERE = pathlib.Path(__file__).parent
NONE = 0xFFFF
ARRONDISSEMENT = 1 << 31


def rows(table):
    """Section -> [(byte offset of the row, its columns)], and section -> byte offset of its heading."""
    sections, headings, at, section = {}, {}, 0, None
    for line in table.split(b"\n"):
        if line.startswith(b"["):
            section = line.decode()[1:-1]
            headings[section] = at
            sections[section] = []
        elif section and line:
            sections[section].append((at, line.split(b"\t")))
        at += len(line) + 1
    return sections, headings


def name_records(section):
    return [struct.pack("<IHH", at, len(name), len(places)) for at, (name, places) in section]


def main():
    table = (HERE / "geography.tsv").read_bytes()
    sections, headings = rows(table)
    departements = {columns[0][1:].decode(): n for n, (_, columns) in enumerate(sections["departements"])}
    ordinal = {columns[0]: n for n, (_, columns) in enumerate(sections["communes"])}
    assert len(ordinal) < NONE

    communes, postcodes = [], []
    for n, (at, (code, name, population, epci, ept, posts)) in enumerate(sections["communes"]):
        group = [NONE if g == b"-" else int(g) for g in (epci, ept)]
        number = code.decode()[: 3 if code[:2] in (b"97", b"98") else 2]
        at_name = at + len(code) + 1
        communes.append(struct.pack("<IIHHBBH", at_name, int(population), *group, len(name), departements[number], 0))
        postcodes += [(int(post), n) for post in posts.split()]
    for n, (_, columns) in enumerate(sections["arrondissements"]):
        postcodes += [(int(post), n | ARRONDISSEMENT) for post in columns[4].split()]
    former = [
        struct.pack("<IHH", at + len(code) + 1, len(name), ordinal[current])
        for at, (code, name, current) in sections["former"]
    ]
    lists = [
        communes,
        former,
        name_records(sections["names"]),
        name_records(sections["shared names"]),
        [struct.pack("<II", *entry) for entry in sorted(postcodes)],
    ]
    head = [0x47494458, len(table), *map(len, lists), headings["communes"], headings["arrondissements"], 0, 0, 0]
    out = struct.pack("<12I", *head) + b"".join(record for records in lists for record in records)
    (HERE / "geography.idx").write_bytes(out)


if __name__ == "__main__":
    main()
