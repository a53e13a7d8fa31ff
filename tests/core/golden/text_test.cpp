// SPDX-License-Identifier: Apache-2.0
#include "hearth/metrics/text.h"

#include "hearth/ops/creation.h"

#include "core/golden/metrics.h"
#include "metrics/text/strings.h"

namespace hearth::golden {
namespace {

using namespace hearth::metrics;

Texts parts_of(const std::string& text, char at) {
  Texts parts(1);
  for (const char c : text) {
    if (c == at) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

/// Texts are split at |, references of one text at ~.
Texts preds(Args& a) { return parts_of(a.s("preds"), '|'); }
TextLists references(Args& a) {
  TextLists all;
  for (const std::string& text : parts_of(a.s("target"), '|')) all.push_back(parts_of(text, '~'));
  return all;
}
Texts targets(Args& a) {
  Texts firsts;
  for (const Texts& r : references(a)) firsts.push_back(r.front());
  return firsts;
}

Outputs listed(const Tensor& value) { return {as_float(value)}; }
Outputs listed(const Scores& scores) {
  Outputs values;
  for (const auto& [name, value] : scores) values.push_back(as_float(value));
  return values;
}

/// The metric's value; merged of its first text and the others, it is the same.
template <typename M, typename Target>
Outputs run(Args& a, const M& metric, const Target& target) {
  const Texts texts = preds(a);
  M all = metric, first = metric, others = metric;
  all.update(texts, target);
  const Outputs whole = listed(all.compute());
  first.update({texts.front()}, {target.front()});
  others.update(Texts(texts.begin() + 1, texts.end()), Target(target.begin() + 1, target.end()));
  M merged = metric;
  merged.load_state_dict(first.state_dict());
  merged.merge_state(others);
  const Outputs parts = listed(merged.compute());
  for (size_t i = 0; i < whole.size(); ++i) expect_same(parts[i], whole[i], "merged");
  return whole;
}

template <typename M>
Outputs rate(Args& a) {
  return run(a, M(), targets(a));
}

BLEUScoreOptions bleu(Args& a) {
  const std::string& name = a.s("smooth");
  BLEUScoreOptions o;
  if (a.has("weights")) o.weights(a.floats("weights"));
  return o.n_gram(a.i("n_gram"))
      .smooth(name == "add-one" ? BleuSmoothing::AddOne
              : name == "exp"   ? BleuSmoothing::Exp
              : name == "floor" ? BleuSmoothing::Floor
              : name == "add-k" ? BleuSmoothing::AddK
                                : BleuSmoothing::None);
}

BleuTokenizer tokenizer(Args& a) {
  const std::string& name = a.s("tokenize");
  return name == "13a"    ? BleuTokenizer::Mteval13a
         : name == "char" ? BleuTokenizer::Char
         : name == "zh"   ? BleuTokenizer::Zh
                          : BleuTokenizer::None;
}

const Table kTable = {
    {"word_error_rate", rate<WordErrorRate>},
    {"char_error_rate", rate<CharErrorRate>},
    {"match_error_rate", rate<MatchErrorRate>},
    {"word_information_lost", rate<WordInfoLost>},
    {"word_information_preserved", rate<WordInfoPreserved>},
    {"edit_distance",
     [](Args& a) {
       const Reduce reduction = a.s("reduction") == "mean"  ? Reduce::Mean
                                : a.s("reduction") == "sum" ? Reduce::Sum
                                                            : Reduce::None;
       return run(a, EditDistance(a.i("cost"), reduction), targets(a));
     }},
    {"bleu_score", [](Args& a) { return run(a, BLEUScore(bleu(a)), references(a)); }},
    {"sacre_bleu_score",
     [](Args& a) {
       return run(a, SacreBLEUScore(bleu(a), tokenizer(a), a.b("lowercase")), references(a));
     }},
    {"chrf_score",
     [](Args& a) {
       return run(a,
                  CHRFScore(CHRFScoreOptions()
                                .n_word_order(a.i("n_word_order"))
                                .lowercase(a.b("lowercase"))
                                .whitespace(a.b("whitespace"))),
                  references(a));
     }},
    {"rouge_score",
     [](Args& a) {
       return run(a,
                  ROUGEScore(ROUGEScoreOptions()
                                 .rouge_keys({"rouge1", "rouge2", "rougeL"})
                                 .best(a.b("best"))
                                 .use_stemmer(a.b("use_stemmer"))),
                  references(a));
     }},
    {"rouge_lsum",
     [](Args& a) {
       return run(a, ROUGEScore(ROUGEScoreOptions().rouge_keys({"rougeLsum"})), references(a));
     }},
    {"porter_stem",
     [](Args& a) -> Outputs {
       const Texts words = parts_of(a.s("words"), '|'), stems = parts_of(a.s("stems"), '|');
       for (size_t i = 0; i < words.size(); ++i)
         EXPECT_EQ(metrics::porter_stem(words[i]), stems[i]) << words[i];
       return {scalar_tensor(static_cast<int64_t>(words.size()), kLong)};
     }},
    {"squad", [](Args& a) { return run(a, SQuAD(), references(a)); }},
    {"perplexity",
     [](Args& a) -> Outputs {
       const Perplexity metric(a.maybe_i("ignore_index"));
       return {as_float(value_by_parts(metric, false, a[0], a[1]))};
     }},
};

HEARTH_GOLDEN_FAMILY(GoldenText, "text", kTable);

}  // namespace
}  // namespace hearth::golden
