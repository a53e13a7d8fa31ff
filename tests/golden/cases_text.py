# SPDX-License-Identifier: Apache-2.0
"""Metrics of text, with the values of torchmetrics, sacrebleu and rouge_score."""

import warnings

import sacrebleu
import torch
import torchmetrics.functional.text as tt
from nltk.stem.porter import PorterStemmer
from rouge_score.rouge_scorer import RougeScorer

from golden import bf16, f16, f32, f64, i64, u, v

warnings.simplefilter("ignore")
# predictions and references: texts are split at |, references of one text at ~
CORPORA = [
    ("the cat is on the mat", "there is a cat on the mat~a cat is on the mat"),
    ("this is the prediction|there is an other sample", "this is the reference|there is another one"),
    ("the cat sat on a mat", "the cat sat in the mat"),
    ("hello , world !", "hello, world!"),
    ("My name is John running", "Is your name John runs"),
    ("It costs 1,000.50 dollars (or 3-4 euros).|He said: \"no\" & left/right", "It costs 1,000.5 dollars, or 3-4 euros.|He said \"no\" and left"),
    ("the the the the the the the", "the cat is on the mat~there is a cat on the mat"),
    ("we find nothing in common", "xyz abc"),
    ("a", "a b c d e"),
    ("a b c d e f g h", "a b c d e f g h"),
    ("Größe zählt nicht|naïve café", "größe zählt|naive cafe"),
    ("\u6211\u7231\u5317\u4eac\u5929\u5b89\u95e8 2008!", "\u6211\u7231\u5317\u4eac \u5929\u5b89\u95e82008!"),
    ("one two\tthree  four", "one  two three four five"),
    ("A.,b c-d e&amp;f 3.14. x,y", "A . , b c - d e & f 3.14 . x , y"),
]


def add_stems(fam):
    """Words and their stems, as texts split at |."""
    roots = ("relat condition ration val hes digit conform radic differ vile analog viet predic operat feud decis hope callous form sens "
             "triplic formal electr good reviv allow infer airlin gyroscop adjust defens irrit replac depend adopt commun activ angular "
             "homolog effect bowdler prob rat ceas control roll fall fizz plan hopp tann fil sk syzyg toy happ cr bl tr d l t yy").split()
    suffixes = ("s es ies sses ss ied eed ed ing at ated ating bled izing y ying ational tional enci anci izer bli ably alli ally entli "
                "eli ousli ization ation ator alism iveness fulness ousness aliti ality iviti biliti bility fulli fully logi logy icate "
                "ative alize iciti ical ful ness al ance ence er ic able ible ant ement ment ent ion sion tion ou ism ate iti ous ive ize "
                "e ee ll lling").split()
    words = sorted({r + s for r in roots for s in suffixes} | set("skies dying lying tying news innings outings howe proceed succeed "
                                                                 "the caresses ponies agreed plastered motoring sized flies".split()))
    stem = PorterStemmer().stem
    for i in range(0, len(words), 14):
        some = words[i:i + 14]
        fam.case("porter_stem", fn=lambda **kw: [torch.tensor(len(some))], grad=False, words="|".join(some),
                 stems="|".join(map(stem, some)))


def add(fam):
    def split(preds, target):
        return preds.split("|"), [r.split("~") for r in target.split("|")]

    def case(name, preds, target, f, **attrs):
        def run(preds, target, **kw):
            out = f(*split(preds, target))
            out = out if isinstance(out, (tuple, list)) else [out]
            return [torch.as_tensor(x, dtype=f32) if not isinstance(x, torch.Tensor) or x.is_floating_point() else x for x in out]
        fam.case(name, fn=run, grad=False, tol=2, preds=preds, target=target, **attrs)

    for preds, target in CORPORA:
        flat = lambda f: lambda p, t: f(p, [r[0] for r in t])
        for name in ("word_error_rate", "char_error_rate", "match_error_rate", "word_information_lost"):
            case(name, preds, target, flat(getattr(tt, name)))
        case("word_information_preserved", preds, target, flat(tt.word_information_preserved))
        for cost in (1, 2, 0):
            for reduction in ("mean", "sum", "none"):
                case("edit_distance", preds, target, flat(lambda p, t: tt.edit_distance(
                    p, t, substitution_cost=cost, reduction=reduction).to(f32 if reduction == "mean" else i64)),
                     cost=cost, reduction=reduction)
        for n_gram in (1, 2, 4):
            for smooth in (False, True):
                case("bleu_score", preds, target, lambda p, t: tt.bleu_score(p, t, n_gram, smooth), n_gram=n_gram,
                     smooth="add-one" if smooth else "none")
        case("bleu_score", preds, target, lambda p, t: tt.bleu_score(p, t, 2, weights=[0.3, 0.7]), n_gram=2, smooth="none",
             weights=[0.3, 0.7])
        for tokenize in ("none", "13a", "char", "zh"):
            for lowercase in (False, True):
                for smooth in ("none", "exp", "floor", "add-k"):
                    def bleu(p, t):
                        # sacrebleu takes the references by columns
                        rows = [r + r[-1:] * (2 - len(r)) for r in t]
                        b = sacrebleu.BLEU(tokenize=tokenize, lowercase=lowercase, smooth_method=smooth, force=True)
                        return b.corpus_score(p, [list(c) for c in zip(*rows)]).score / 100
                    case("sacre_bleu_score", preds, target, bleu, tokenize=tokenize, lowercase=lowercase, smooth=smooth, n_gram=4)
        for words, lowercase, whitespace in ((2, False, False), (0, False, False), (2, True, False), (2, False, True)):
            case("chrf_score", preds, target, lambda p, t: tt.chrf_score(p, t, n_word_order=words, lowercase=lowercase,
                                                                         whitespace=whitespace),
                 n_word_order=words, lowercase=lowercase, whitespace=whitespace)
        for best, stem in ((True, False), (False, False), (True, True)):
            def rouge(p, t):
                s = tt.rouge_score(p, t, accumulate="best" if best else "avg", use_stemmer=stem, rouge_keys=("rouge1", "rouge2", "rougeL"))
                return [s[f"{k}_{x}"] for k in ("rouge1", "rouge2", "rougeL") for x in ("fmeasure", "precision", "recall")]
            case("rouge_score", preds, target, rouge, best=best, use_stemmer=stem)
        case("squad", preds, target, lambda p, t: list(tt.squad(
            [{"prediction_text": x, "id": str(i)} for i, x in enumerate(p)],
            [{"answers": {"answer_start": [0] * len(x), "text": x}, "id": str(i)} for i, x in enumerate(t)]).values()))
    for preds, target in (("The 1976, year", "1976 year"), ("in the year 1976", "1976~year"), ("the", "a"), ("", "x"), ("An apple", "apple!~pear")):
        case("squad", preds, target, lambda p, t: list(tt.squad(
            [{"prediction_text": x, "id": str(i)} for i, x in enumerate(p)],
            [{"answers": {"answer_start": [0] * len(x), "text": x}, "id": str(i)} for i, x in enumerate(t)]).values()))
    for preds, target in (("a b c\nd e f", "a b\nc d f"), ("the cat sat\non the mat\n", "the mat\nwas sat on\nby the cat"), ("x y\ny x", "y x y")):
        def lsum(p, t):
            s = RougeScorer(["rougeLsum"]).score(t[0][0], p[0])["rougeLsum"]
            return [s.fmeasure, s.precision, s.recall]
        case("rouge_lsum", preds, target, lsum)
    add_stems(fam)
    perplexity = lambda p, t, **kw: [tt.perplexity(p.double(), t, **kw).float()]
    for preds, target, kw in ((u(2, 5, 7), u(2, 5, dtype=i64, lo=0, hi=6), {}), (u(2, 5, 7, dtype=f16), u(2, 5, dtype=i64, lo=0, hi=6), {}),
                              (u(2, 5, 7, lo=-90, hi=90), u(2, 5, dtype=i64, lo=0, hi=6), {}), (u(2, 5, 7, dtype=f64).T, u(2, 5, dtype=i64, lo=0, hi=6), {}),
                              (u(2, 5, 7), u(2, 5, dtype=i64, lo=-1, hi=6), {"ignore_index": -1}), (u(2, 5, 7), v([[3] * 5] * 2), {"ignore_index": 3})):
        fam.case("perplexity", preds, target, fn=perplexity, grad=False, **kw)
