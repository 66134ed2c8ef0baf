#!/usr/bin/env python3
"""Compares a linear model with the rules, by authors: trained on some labelled files, both tried on others.

    python3 -m venv V && V/bin/pip install scikit-learn
    V/bin/python tests/cases/linear.py GLANEUR --train FILE... --test FILE...

GLANEUR is the program. The model: TF-IDF of words (1-2) and characters (3-5) of the title and of the first 3,000
characters, logistic regression; one model for the kind, one for each theme. docs/decisions/0030 holds what came out.
"""
import argparse, json, subprocess

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import MultiLabelBinarizer

TEXT_CHARS = 3000
SECOND_THEME_SHARE = 0.5
THEME_PROBABILITY_MIN = 0.3


class Part(BaseEstimator, TransformerMixin):
    """The title (0) or the text (1) of each case."""

    def __init__(self, part=0):
        self.part = part

    def fit(self, cases, labels=None):
        return self

    def transform(self, cases):
        return [(case["title"], case["text"][:TEXT_CHARS])[self.part] for case in cases]


def load(files):
    return [json.loads(line) for file in files for line in open(file, encoding="utf-8") if line.strip()]


def features():
    words = dict(strip_accents="unicode", ngram_range=(1, 2), sublinear_tf=True)
    chars = dict(analyzer="char_wb", strip_accents="unicode", ngram_range=(3, 5), sublinear_tf=True)
    parts = [(part, least, kind) for part, least in ((0, 1), (1, 2)) for kind in (words, chars)]
    return FeatureUnion([(str(n), make_pipeline(Part(part), TfidfVectorizer(min_df=least, **kind)))
                         for n, (part, least, kind) in enumerate(parts)])


def rules(program, cases):
    asked = "\n".join(json.dumps({k: v for k, v in case.items() if k != "labels"}) for case in cases)
    out = subprocess.run([program, "understand", "--jsonl"], input=asked, capture_output=True, text=True, check=True)
    read = {answer["id"]: answer for answer in map(json.loads, out.stdout.splitlines())}
    return [read[case["id"]]["kind"] for case in cases], [read[case["id"]]["themes"] or [] for case in cases]


def report(name, cases, kinds, themes):
    labels = [case["labels"] for case in cases]
    kind = np.mean([k == l["kind"] for k, l in zip(kinds, labels)])
    both = sum(len(set(t) & set(l["themes"])) for t, l in zip(themes, labels))
    all_ = sum(len(set(t)) + len(l["themes"]) for t, l in zip(themes, labels))
    main = np.mean([l["themes"][0] in t for t, l in zip(themes, labels) if l["themes"]])
    print(f"{name:24} kind {kind:.3f}   themes F1 {2 * both / all_:.3f}   main theme {main:.3f}")


def main():
    args = argparse.ArgumentParser()
    args.add_argument("program")
    args.add_argument("--train", nargs="+", required=True)
    args.add_argument("--test", nargs="+", required=True)
    args = args.parse_args()
    train, test = load(args.train), load(args.test)
    vectors = features()
    known, unknown = vectors.fit_transform(train), vectors.transform(test)
    for strength in (1, 10, 30):
        model = LogisticRegression(C=strength, class_weight="balanced", max_iter=2000)
        kinds = model.fit(known, [case["labels"]["kind"] for case in train]).predict(unknown)
        names = MultiLabelBinarizer().fit([case["labels"]["themes"] for case in train])
        each = OneVsRestClassifier(LogisticRegression(C=strength, class_weight="balanced", max_iter=2000))
        likely = each.fit(known, names.transform([case["labels"]["themes"] for case in train])).predict_proba(unknown)
        themes = []
        for row in likely:
            best = np.argsort(-row)[:3]
            least = max(THEME_PROBABILITY_MIN, row[best[0]] * SECOND_THEME_SHARE)
            themes.append([names.classes_[n] for rank, n in enumerate(best) if rank == 0 or row[n] > least])
        report(f"linear model, C = {strength}", test, kinds, themes)
    report("rules", test, *rules(args.program, test))


if __name__ == "__main__":
    main()
