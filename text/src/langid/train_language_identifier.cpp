// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/langid/train_language_identifier.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <random>
#include <utility>

#include "hearth/autograd/grad_mode.h"
#include "hearth/base/error.h"
#include "hearth/base/generator.h"
#include "hearth/nn/modules/embedding.h"
#include "hearth/nn/modules/linear.h"
#include "hearth/nn/modules/loss.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/optim/adam.h"
#include "hearth/tensor/tensor_literal.h"

#include "langid/features.h"
#include "langid/language_identifier.h"

namespace hearth::text {
namespace {

/// Uniform in [0, 1), the same everywhere.
double uniform(std::mt19937_64& random) { return static_cast<double>(random() >> 11) * 0x1p-53; }

size_t below(std::mt19937_64& random, size_t n) {
  return std::min(n - 1, static_cast<size_t>(uniform(random) * static_cast<double>(n)));
}

/// A piece of a text: all of it, or some 10 to 300 bytes, whole words where there are any.
std::string_view piece_of(std::string_view text, std::mt19937_64& random) {
  const auto wanted = static_cast<size_t>(10 * std::pow(30, uniform(random)));
  if (text.size() <= wanted) return text;
  size_t first = below(random, text.size() - wanted);
  constexpr size_t kLongestWord = 20;
  const size_t blank = text.find(' ', first);
  if (blank != text.npos && blank - first < kLongestWord) first = blank + 1;
  while (first < text.size() && unicode::continues(text[first])) ++first;
  size_t last = std::min(text.size(), first + wanted);
  const size_t next = text.find(' ', last);
  if (next != text.npos && next - last < kLongestWord) last = next;
  while (last < text.size() && unicode::continues(text[last])) ++last;
  return text.substr(first, last - first);
}

/// Texts of the languages, which are drawn as often as `balance` says.
class Samples {
 public:
  Samples(ArrayRef<TextInLanguage> texts, double balance) {
    for (const TextInLanguage& text : texts) {
      HEARTH_CHECK_AS(ValueError, unicode::find_invalid(text.text) == text.text.size(),
                      "[train_language_identifier] a text in ", text.language, " is no UTF-8");
      of_language_[text.language].emplace_back(text.text);
    }
    HEARTH_CHECK_AS(ValueError, of_language_.size() >= 2,
                    "[train_language_identifier] expected texts in two languages or more, got ",
                    of_language_.size());
    double sum = 0;
    for (const auto& [language, its] : of_language_) {
      double bytes = 1;
      for (const std::string_view text : its) bytes += static_cast<double>(text.size());
      languages_.push_back(language);
      texts_.push_back(&its);
      until_.push_back(sum += std::pow(bytes, balance));
    }
  }
  const std::vector<std::string>& languages() const { return languages_; }
  std::string_view draw(std::mt19937_64& random, int64_t& label) const {
    const double at = uniform(random) * until_.back();
    const auto i = std::min<size_t>(
        static_cast<size_t>(std::upper_bound(until_.begin(), until_.end(), at) - until_.begin()),
        until_.size() - 1);
    label = static_cast<int64_t>(i);
    return piece_of((*texts_[i])[below(random, texts_[i]->size())], random);
  }

 private:
  std::map<std::string, std::vector<std::string_view>> of_language_;
  std::vector<std::string> languages_;
  std::vector<const std::vector<std::string_view>*> texts_;
  std::vector<double> until_;
};

void check(const LanguageTrainingOptions& o) {
  HEARTH_CHECK_AS(ValueError,
                  o.steps() > 0 && o.batch_size() > 0 && o.lr() > 0 && o.buckets() >= 2 &&
                      std::has_single_bit(static_cast<uint64_t>(o.buckets())) && o.dim() >= 1 &&
                      o.dim() <= 64 && o.dropout() >= 0 && o.dropout() < 1,
                  "[train_language_identifier] expected steps, batch_size and lr above 0, buckets "
                  "a power of 2, dim from 1 to 64, dropout from 0 to below 1; got ",
                  o.steps(), ", ", o.batch_size(), ", ", o.lr(), ", ", o.buckets(), ", ", o.dim(),
                  ", ", o.dropout());
}

}  // namespace

LanguageIdentifier train_language_identifier(
    ArrayRef<TextInLanguage> texts, const LanguageTrainingOptions& options,
    const Callable<void(int64_t step, double loss)>& progress) {
  check(options);
  const Samples samples(texts, options.balance());
  std::mt19937_64 random(options.seed());
  Generator generator(options.seed());
  const GeneratorGuard seeded(generator);
  const int shift = 64 - std::countr_zero(static_cast<uint64_t>(options.buckets()));
  const auto keep = static_cast<uint64_t>((1 - options.dropout()) * 0x1p32);

  nn::EmbeddingBag vectors(options.buckets(), options.dim());
  nn::Linear linear(options.dim(), static_cast<int64_t>(samples.languages().size()));
  {
    const NoGradGuard no_grad;
    vectors->weight.mul_(0.1);
  }
  optim::Adam adam({vectors->weight, linear->weight, linear->bias},
                   optim::AdamOptions(options.lr()));

  std::vector<int64_t> buckets, offsets, labels;
  double loss_lately = 0;
  for (int64_t step = 0; step < options.steps(); ++step) {
    buckets.clear();
    offsets.clear();
    labels.clear();
    for (int64_t i = 0; i < options.batch_size(); ++i) {
      int64_t label = 0;
      const std::string_view piece = samples.draw(random, label);
      const size_t before = buckets.size();
      langid::for_each_feature(piece, [&](uint64_t hash) {
        if ((random() & 0xffffffff) < keep) buckets.push_back(static_cast<int64_t>(hash >> shift));
      });
      if (buckets.size() == before) continue;
      offsets.push_back(static_cast<int64_t>(before));
      labels.push_back(label);
    }
    if (labels.empty()) continue;
    const double left = 1 - static_cast<double>(step) / static_cast<double>(options.steps());
    adam.param_groups()[0].options().set_lr(options.lr() * left);
    const Tensor scores = linear(vectors(tensor(buckets, kLong), tensor(offsets, kLong)));
    const Tensor loss = nn::functional::cross_entropy(scores, tensor(labels, kLong));
    adam.zero_grad();
    loss.backward();
    adam.step();
    if (progress) {
      const double now = loss.item<double>();
      loss_lately = step == 0 ? now : 0.99 * loss_lately + 0.01 * now;
      progress(step + 1, loss_lately);
    }
  }
  const NoGradGuard no_grad;
  return LanguageIdentifier(std::make_shared<const LanguageIdentifier::Impl>(
      samples.languages(), options.dataset(), vectors->weight, linear->weight, linear->bias));
}

LanguageAccuracy::Share LanguageAccuracy::all() const {
  Share sum;
  for (const Share& share : by_language) {
    sum.right += share.right;
    sum.texts += share.texts;
  }
  return sum;
}

LanguageAccuracy evaluate(const LanguageIdentifier& identifier, ArrayRef<TextInLanguage> texts) {
  const auto& languages = identifier.languages();
  LanguageAccuracy accuracy;
  accuracy.by_length.resize(std::size(LanguageAccuracy::kLengths) + 1);
  // The last is for languages that it does not know.
  accuracy.by_language.resize(languages.size() + 1);
  for (const TextInLanguage& text : texts) {
    const size_t letters =
        langid::for_each_feature(unicode::replace_invalid(text.text), [](uint64_t) {});
    const auto& lengths = LanguageAccuracy::kLengths;
    const auto length = static_cast<size_t>(
        std::upper_bound(std::begin(lengths), std::end(lengths), static_cast<int64_t>(letters)) -
        std::begin(lengths));
    const auto language = static_cast<size_t>(
        std::find(languages.begin(), languages.end(), text.language) - languages.begin());
    const int64_t right = identifier.identify(text.text).language == text.language;
    const auto count = [right](LanguageAccuracy::Share& share) {
      share.right += right;
      ++share.texts;
    };
    count(accuracy.by_length[length]);
    if (length > 0) count(accuracy.by_language[language]);
  }
  return accuracy;
}

}  // namespace hearth::text
