# SPDX-License-Identifier: Apache-2.0
# Tokenizers as the model families have them, with vocabularies of a few hundred tokens, and what
# Hugging Face's tokenizers makes of hard texts with them: <name>.jsonl.gz,
# whose first line has the tokenizer, the others a case each.
#
#     pip install tokenizers sentencepiece && python tests/data/text/tokenizers/generate.py
import gzip
import io
import json
import pathlib

import sentencepiece
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers
from tokenizers import pre_tokenizers as pre
from tokenizers import processors as post
from tokenizers import trainers

HERE = pathlib.Path(__file__).parent
CORPUS = [
    "The quick brown fox jumps over the lazy dog, and it's not the first time they've done so.",
    "Hello world! How are you doing today? I'm fine, don't worry; we'll see what he'd say.",
    "In 2024 about 1234567 people (3.14 %) used e-mail: someone@example.org.",
    "for (int i = 0; i < n; ++i) { sum += values[i]; }  // add them up\n\treturn sum;\n",
    "Les élèves étaient déjà allés à l'école, naïvement; l'été fut très chaud.",
    "Größe und Übermut tun selten gut. Straße, Äpfel, Öl.",
    "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。",
    "Привет, мир! Это небольшой текст для проверки.",
    "the the the then there their these those this that thing think thought",
    "lower lowest low slow slower slowest show showed shown new newer newest",
] * 3
TEXTS = [
    "",
    " ",
    "Hello world",
    "  Hello   world  ",
    "The lowest fox isn't slower, they've said: it's 12345!",
    "don't DON'T I'M we'Ll 'ſ",
    "tab\tnewline\nreturn\r\n\r\n  \n x",
    "naïve café Ångström ﬁ ½ Ⅻ",
    "e\u0301le\u0300ve A\u030a \u1e9b\u0323",
    "吾輩は猫である。 日本語text混ぜ",
    "😀 emoji 👩‍👩‍👧 🏳️‍🌈 end",
    "Привет МИР ёлка",
    "عربي हिन्दी ไทย 한국어 각",
    "a\u00a0b\u2003c\u3000d\u200be\ufeff",
    "\u0000\u0007x\u007f\u0085y\u00ad",
    "<s>Hello</s> <mask> world <mask>",
    "[CLS] the [MASK] [SEP]",
    "<|begin|>Hello<|end|> <|x|>",
    "x = foo(bar)[0] + 1.5e-3; // ok",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "▁the ▁▁ under_score #hash ##ing",
    "New newWord WORD word's\u2019s “quoted” — dash…",
    "Ǆ ǅ ß ẞ İı Σσς",
    "𝒽ℯ𝓁𝓁ℴ 𐍈 \U0010ffff",
]
PAIRS = [("Hello world", "the lowest fox"), ("naïve café", "吾輩は猫 😀"), ("", "the"), ("the", " ")]
WORDS = [["Hello", "world's", "naïve"], ["", " the", "猫である", "<mask>"]]
BYTES = pre.ByteLevel.alphabet()
LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
CLIP = (
    r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
)


def special(*names, **how):
    return [AddedToken(name, special=True, normalized=False, **how) for name in names]


def train(tokenizer, trainer):
    tokenizer.train_from_iterator(CORPUS, trainer)
    return tokenizer


def byte_bpe(size=400, specials=(), **model):
    tokenizer = Tokenizer(models.BPE(**model))
    tokenizer.pre_tokenizer = pre.ByteLevel(add_prefix_space=False)
    return train(tokenizer, trainers.BpeTrainer(vocab_size=size, special_tokens=list(specials),
                                                initial_alphabet=BYTES, show_progress=False))


def template(tokenizer, single, pair):
    names = sorted({part.split(":")[0] for part in (single + " " + pair).split()} - {"$A", "$B"})
    return post.TemplateProcessing(single=single, pair=pair,
                                   special_tokens=[(n, tokenizer.token_to_id(n)) for n in names])


def bert(cased, processing):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=not cased)
    tokenizer.pre_tokenizer = pre.BertPreTokenizer()
    names = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    train(tokenizer, trainers.WordPieceTrainer(vocab_size=400, special_tokens=names,
                                               show_progress=False))
    tokenizer.decoder = decoders.WordPiece(cleanup=not cased)
    cls, sep = (("[CLS]", 2), ("[SEP]", 3))
    if processing == "bert":
        tokenizer.post_processor = post.BertProcessing(sep, cls)
    else:
        tokenizer.post_processor = template(tokenizer, "[CLS]:0 $A:0 [SEP]:0",
                                            "[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1")
    return tokenizer


def roberta():
    tokenizer = byte_bpe(specials=["<s>", "<pad>", "</s>", "<unk>"])
    tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True, special=True, normalized=False)])
    tokenizer.post_processor = post.RobertaProcessing(("</s>", 2), ("<s>", 0), trim_offsets=True,
                                                      add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def gpt2(add_prefix_space=False, trim=False):
    tokenizer = byte_bpe(specials=["<|endoftext|>"], continuing_subword_prefix="",
                         end_of_word_suffix="")
    tokenizer.pre_tokenizer = pre.ByteLevel(add_prefix_space=add_prefix_space)
    tokenizer.post_processor = post.ByteLevel(add_prefix_space=add_prefix_space, trim_offsets=trim)
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def clip():
    tokenizer = Tokenizer(models.BPE(unk_token="<|endoftext|>", end_of_word_suffix="</w>"))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre.Sequence(
        [pre.Split(Regex(CLIP), behavior="removed", invert=True), pre.ByteLevel(False)])
    names = ["<|startoftext|>", "<|endoftext|>"]
    train(tokenizer, trainers.BpeTrainer(vocab_size=700, special_tokens=names,
                                         initial_alphabet=BYTES, end_of_word_suffix="</w>",
                                         show_progress=False))
    tokenizer.post_processor = post.RobertaProcessing(("<|endoftext|>", 1), ("<|startoftext|>", 0),
                                                      trim_offsets=False, add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def llama3():
    tokenizer = Tokenizer(models.BPE(ignore_merges=True))
    tokenizer.pre_tokenizer = pre.Sequence([pre.Split(Regex(LLAMA3), "isolated"),
                                            pre.ByteLevel(False, use_regex=False)])
    train(tokenizer, trainers.BpeTrainer(vocab_size=420, initial_alphabet=BYTES,
                                         show_progress=False))
    tokenizer.add_special_tokens(special("<|begin|>", "<|end|>"))
    tokenizer.post_processor = post.Sequence(
        [post.ByteLevel(trim_offsets=True),
         template(tokenizer, "<|begin|> $A", "<|begin|> $A <|begin|>:1 $B:1")])
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def qwen2():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre.Sequence(
        [pre.Split(Regex(LLAMA3.replace("{1,3}", "")), "isolated"),
         pre.ByteLevel(False, use_regex=False)])
    train(tokenizer, trainers.BpeTrainer(vocab_size=380, initial_alphabet=BYTES,
                                         show_progress=False))
    tokenizer.add_special_tokens(special("<|end|>"))
    tokenizer.add_tokens([AddedToken("<|x|>", normalized=False)])
    tokenizer.post_processor = post.ByteLevel(False, trim_offsets=False)
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def smollm():
    tokenizer = byte_bpe(370, ["<|end|>"])
    tokenizer.pre_tokenizer = pre.Sequence([pre.Digits(True), pre.ByteLevel(False)])
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def deepseek():
    tokenizer = byte_bpe(370)
    tokenizer.pre_tokenizer = pre.Sequence([
        pre.Split(Regex(r"\p{N}{1,3}"), "isolated"),
        pre.Split(Regex(r"[一-龥぀-ゟ゠-ヿ]+"), "isolated"),
        pre.Split(Regex(r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?"
                        r"[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"),
                  "isolated"),
        pre.ByteLevel(False, use_regex=False)])
    tokenizer.add_special_tokens(special("<|begin|>", "<|end|>"))
    tokenizer.post_processor = template(tokenizer, "<|begin|> $A", "<|begin|> $A $B:1")
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def modernbert():
    tokenizer = byte_bpe(370, ["[CLS]", "[SEP]", "[PAD]"])
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.add_special_tokens([AddedToken("[MASK]", lstrip=True, special=True,
                                             normalized=False)])
    tokenizer.add_tokens([AddedToken(" " * n, normalized=True) for n in range(8, 1, -1)])
    tokenizer.post_processor = template(tokenizer, "[CLS] $A [SEP]", "[CLS] $A [SEP] $B [SEP]")
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def sentencepiece_model(**options):
    out = io.BytesIO()
    rules = HERE / "rules.tsv"
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(CORPUS), model_writer=out, minloglevel=2,
        normalization_rule_tsv=str(rules), hard_vocab_limit=False, **options)
    processor = sentencepiece.SentencePieceProcessor(model_proto=out.getvalue())
    return out.getvalue(), processor


def charsmap(model):
    """normalizer_spec.precompiled_charsmap of a ModelProto: field 2 of its field 3."""
    def fields(data):
        at = 0

        def number():
            nonlocal at
            value, shift = 0, 0
            while True:
                byte = data[at]
                at += 1
                value |= (byte & 127) << shift
                shift += 7
                if byte < 128:
                    return value

        while at < len(data):
            key = number()
            if key & 7 == 0:
                number()
            elif key & 7 == 5:
                at += 4
            else:
                size = number()
                yield key >> 3, data[at:at + size]
                at += size

    specs = [value for field, value in fields(model) if field == 3]
    return [value for field, value in fields(specs[0]) if field == 2][0]


def unigram(byte_fallback=False):
    model, processor = sentencepiece_model(model_type="unigram", vocab_size=300, pad_id=0, eos_id=1,
                                           unk_id=2, bos_id=-1)
    pieces = [(processor.id_to_piece(i), processor.get_score(i)) for i in range(len(processor))]
    if byte_fallback:
        pieces += [(f"<0x{b:02X}>", -20.0) for b in range(256)]
    return Tokenizer(models.Unigram(pieces, 2, byte_fallback)), charsmap(model)


def t5():
    tokenizer, rules = unigram()
    tokenizer.normalizer = normalizers.Sequence([
        normalizers.Precompiled(rules), normalizers.Strip(left=False, right=True),
        normalizers.Replace(Regex(" {2,}"), "▁")])
    tokenizer.pre_tokenizer = pre.Metaspace()
    tokenizer.add_special_tokens(special("<pad>", "</s>", "<unk>", "<extra_id_0>"))
    tokenizer.post_processor = template(tokenizer, "$A </s>", "$A </s> $B </s>")
    tokenizer.decoder = decoders.Metaspace()
    return tokenizer


def xlm_roberta():
    tokenizer, rules = unigram()
    tokenizer.normalizer = normalizers.Precompiled(rules)
    tokenizer.pre_tokenizer = pre.Sequence([pre.WhitespaceSplit(), pre.Metaspace()])
    tokenizer.add_special_tokens(special("<s>", "</s>"))
    tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True, special=True)])
    tokenizer.post_processor = template(tokenizer, "<s> $A </s>", "<s> $A </s> </s> $B </s>")
    tokenizer.decoder = decoders.Metaspace()
    return tokenizer


def albert():
    tokenizer, rules = unigram()
    tokenizer.normalizer = normalizers.Sequence([
        normalizers.Replace("``", '"'), normalizers.Replace("''", '"'), normalizers.NFKD(),
        normalizers.StripAccents(), normalizers.Lowercase(), normalizers.Precompiled(rules),
        normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = pre.Metaspace()
    tokenizer.add_special_tokens(special("[CLS]", "[SEP]"))
    tokenizer.post_processor = template(tokenizer, "[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1")
    tokenizer.decoder = decoders.Metaspace()
    return tokenizer


def unigram_bytes():
    tokenizer, _ = unigram(byte_fallback=True)
    tokenizer.pre_tokenizer = pre.Metaspace(prepend_scheme="first")
    tokenizer.add_special_tokens(special("<s>"))
    tokenizer.decoder = decoders.Sequence([decoders.ByteFallback(),
                                           decoders.Metaspace(prepend_scheme="first")])
    return tokenizer


def llama2(legacy):
    vocab = {"<unk>": 0, "<s>": 1, "</s>": 2}
    for b in range(256):
        vocab[f"<0x{b:02X}>"] = len(vocab)
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"),
                                                 normalizers.Replace(" ", "▁")])
    train(tokenizer, trainers.BpeTrainer(vocab_size=300, show_progress=False))
    learned = json.loads(tokenizer.to_str())["model"]
    for token in sorted(learned["vocab"], key=learned["vocab"].get):
        # Of characters beyond Latin only bytes are left.
        if all(ord(c) < 0x250 or c == "▁" for c in token):
            vocab.setdefault(token, len(vocab))
    merges = [tuple(m) for m in learned["merges"] if all(p in vocab for p in (*m, "".join(m)))]
    new = Tokenizer(models.BPE(vocab, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    if legacy:
        new.normalizer = tokenizer.normalizer
    else:
        new.pre_tokenizer = pre.Metaspace(prepend_scheme="first", split=False)
    new.add_special_tokens(special("<unk>", "<s>", "</s>"))
    new.post_processor = template(new, "<s> $A", "<s> $A <s>:1 $B:1")
    new.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(),
                                     decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    return new


def gemma():
    base = llama2(True)
    tokenizer = Tokenizer(base.model)
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.pre_tokenizer = pre.Split(" ", "merged_with_previous")
    tokenizer.add_special_tokens(special("<unk>", "<s>", "</s>"))
    tokenizer.add_tokens([AddedToken("\n" * n, normalized=False) for n in (2, 1)])
    tokenizer.post_processor = template(tokenizer, "<s> $A", "<s> $A <s>:1 $B:1")
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(),
                                           decoders.Fuse()])
    return tokenizer


def openai_gpt():
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", end_of_word_suffix="</w>"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre.BertPreTokenizer()
    train(tokenizer, trainers.BpeTrainer(vocab_size=400, special_tokens=["<unk>"],
                                         end_of_word_suffix="</w>", show_progress=False))
    tokenizer.decoder = decoders.BPEDecoder()
    return tokenizer


def ctc():
    letters = ["<pad>", "<s>", "</s>", "<unk>", "|", *"etaonihsrdlumwcfgypbvk'xjqz"]
    tokenizer = Tokenizer(models.WordLevel({t: i for i, t in enumerate(letters)}, "<unk>"))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Replace(" ", "|"),
                                                 normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre.FixedLength(1)
    tokenizer.add_special_tokens(special("<pad>", "<s>", "</s>"))
    tokenizer.decoder = decoders.CTC()
    return tokenizer


def word_level(pre_tokenizer, **more):
    tokenizer = Tokenizer(models.WordLevel(unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizer
    train(tokenizer, trainers.WordLevelTrainer(vocab_size=120, special_tokens=["[UNK]", "[PAD]"],
                                               show_progress=False))
    for name, value in more.items():
        setattr(tokenizer, name, value)
    return tokenizer


def added_tokens():
    tokenizer = word_level(pre.Whitespace(), normalizer=normalizers.Lowercase())
    tokenizer.add_tokens([
        AddedToken("Fox"), AddedToken("low", single_word=True), AddedToken("est", normalized=False),
        AddedToken("the", single_word=True, normalized=False, rstrip=True),
        AddedToken("  ", normalized=False, lstrip=True, rstrip=True)])
    tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True, rstrip=True, special=True),
                                  AddedToken("[SEP]", special=True, normalized=False)])
    return tokenizer


def swallowed_spaces():
    """Spaces that a token takes with it may be tokens themselves; the model's [UNK] is found as [unk]."""
    tokenizer = word_level(pre.Whitespace(), normalizer=normalizers.Lowercase(),
                           decoder=decoders.BPEDecoder(suffix=""))
    tokenizer.add_tokens([
        AddedToken("\n", normalized=False, lstrip=True, rstrip=True), AddedToken("[UNK]"),
        AddedToken("  ", normalized=False, lstrip=True, rstrip=True)])
    tokenizer.add_special_tokens([AddedToken("<s>", rstrip=True), AddedToken("</s>", rstrip=True)])
    return tokenizer


def cut(tokenizer, **how):
    tokenizer.enable_truncation(**how)
    return tokenizer


def padded(tokenizer, **how):
    tokenizer.enable_padding(**how)
    return tokenizer


def families():
    yield "bert_uncased", bert(False, "template")
    yield "bert_cased", cut(bert(True, "bert"), max_length=9, stride=2)
    yield "roberta", cut(roberta(), max_length=12, stride=3, direction="left")
    yield "gpt2", gpt2()
    yield "gpt2_prefix", padded(gpt2(True, True), length=24, direction="left", pad_id=0,
                                pad_token="<|endoftext|>", pad_type_id=1)
    yield "clip", clip()
    yield "llama3", cut(padded(llama3(), pad_to_multiple_of=8, pad_token="<|none|>"), max_length=16,
                        stride=4, strategy="only_first")
    yield "qwen2", qwen2()
    yield "smollm", smollm()
    yield "deepseek", deepseek()
    yield "modernbert", modernbert()
    yield "t5", t5()
    yield "xlm_roberta", cut(xlm_roberta(), max_length=14, stride=1, strategy="longest_first")
    yield "albert", albert()
    yield "unigram_bytes", unigram_bytes()
    yield "llama2_legacy", llama2(True)
    yield "llama2", llama2(False)
    yield "gemma", gemma()
    yield "openai_gpt", openai_gpt()
    yield "ctc", ctc()
    yield "added_tokens", added_tokens()
    yield "swallowed_spaces", swallowed_spaces()
    yield "punctuation", word_level(pre.Sequence([pre.Punctuation("merged_with_previous"),
                                                  pre.WhitespaceSplit()]),
                                    normalizer=normalizers.Sequence(
                                        [normalizers.Nmt(), normalizers.NFKC(),
                                         normalizers.Strip()]))
    yield "scripts", word_level(pre.UnicodeScripts(), normalizer=normalizers.NFD())
    yield "delimiter", word_level(pre.CharDelimiterSplit(" "),
                                  post_processor=post.Sequence([post.ByteLevel(True, True)]))
    yield "byte_normalizer", byte_normalizer()
    yield "frame_in_frame", frame_in_frame()
    yield "bytes_in_template", bytes_in_template()
    yield "pairs_alone", cut(word_level(pre.Whitespace()), max_length=4, stride=1)


def frame_in_frame():
    """Post-processors that all add tokens: what one has added is a text, or one of two, to the next."""
    tokenizer = roberta()
    tokenizer.post_processor = post.Sequence([
        post.RobertaProcessing(("</s>", 2), ("<s>", 0), trim_offsets=True, add_prefix_space=False),
        post.BertProcessing(("<pad>", 1), ("<unk>", 3)),
        template(tokenizer, "<mask>:1 $A:2 $A:1", "$B:1 <s>:2 $A:2"),
        post.BertProcessing(("</s>", 2), ("<s>", 0))])
    return cut(padded(tokenizer, pad_id=1, pad_token="<pad>"), max_length=19, stride=2)


def bytes_in_template():
    """ByteLevel numbers what it gets, special tokens as well."""
    tokenizer = byte_bpe(specials=["<s>", "</s>"])
    tokenizer.post_processor = post.Sequence([
        template(tokenizer, "<s> $A </s>", "<s> $A </s> $B:1 </s>:1"),
        post.ByteLevel(add_prefix_space=True, trim_offsets=True)])
    tokenizer.decoder = decoders.ByteLevel()
    return cut(tokenizer, max_length=10, stride=3)


def byte_normalizer():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.ByteLevel()
    train(tokenizer, trainers.BpeTrainer(vocab_size=320, initial_alphabet=BYTES,
                                         show_progress=False))
    tokenizer.add_tokens([AddedToken("naïve")])
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def describe(encoding):
    words = [-1 if w is None else w for w in encoding.word_ids]
    sequences = [-1 if s is None else s for s in encoding.sequence_ids]
    out = {"ids": encoding.ids, "tokens": encoding.tokens, "type_ids": encoding.type_ids,
           "offsets": [x for pair in encoding.offsets for x in pair], "words": words,
           "special": encoding.special_tokens_mask, "attention": encoding.attention_mask,
           "sequences": sequences}
    if encoding.overflowing:
        out["overflowing"] = [describe(piece) for piece in encoding.overflowing]
    return out


def stream(tokenizer, ids):
    steps = decoders.DecodeStream(skip_special_tokens=False)
    try:
        return [steps.step(tokenizer, id) for id in ids]
    except Exception:
        return None


def cases(tokenizer):
    for text in TEXTS:
        yield {"text": text}, lambda: tokenizer.encode(text)
        yield {"text": text, "plain": True}, lambda: tokenizer.encode(text, add_special_tokens=False)
    for text, pair in PAIRS:
        yield {"text": text, "pair": pair}, lambda: tokenizer.encode(text, pair)
    for words in WORDS:
        yield {"words": words}, lambda: tokenizer.encode(words, is_pretokenized=True)


def main():
    for name, tokenizer in families():
        out = {"tokenizer": tokenizer.to_str(), "cases": []}
        for case, encode in cases(tokenizer):
            try:
                encoding = encode()
            except BaseException as error:
                out["cases"].append({**case, "error": str(error)})
                continue
            if case.get("plain"):
                # The same text with special tokens has said the rest.
                case["ids"] = encoding.ids
            else:
                case["encoding"] = describe(encoding)
                ids = encoding.ids
                if ids or not isinstance(tokenizer.decoder, decoders.BPEDecoder):
                    case["decoded"] = tokenizer.decode(ids)
                    case["decoded_all"] = tokenizer.decode(ids, skip_special_tokens=False)
                case["stream"] = stream(tokenizer, ids)
            out["cases"].append(case)
        lines = [{"tokenizer": out["tokenizer"]}, *out["cases"]]
        text = "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n"
                       for line in lines)
        (HERE / f"{name}.jsonl.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
        print(name, len(lines), len(text))


if __name__ == "__main__":
    main()
