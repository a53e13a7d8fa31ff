// SPDX-License-Identifier: Apache-2.0
#include "langid/language_identifier.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numeric>
#include <utility>

#include "hearth/base/error.h"
#include "hearth/io/metadata.h"
#include "hearth/io/safetensors.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"

#include "langid/features.h"

namespace hearth::text {
namespace {

constexpr int64_t kMostLanguages = 10'000, kMostBuckets = 1 << 24, kWidest = 64;

/// The sum of the vectors that hashes lead to. 16 bits hold the sum of 256 numbers of 8.
class VectorSum {
 public:
  VectorSum(const int8_t* vectors, size_t dim, int shift)
      : vectors_(vectors), dim_(dim), shift_(shift) {}

  void add(uint64_t hash) {
    buckets_[n_ % kBlock] = static_cast<uint32_t>(hash >> shift_);
    if (++n_ % kBlock == 0) flush(kBlock);
  }
  /// Of all; how many there were is `count`.
  const std::array<int64_t, kWidest>& total(size_t& count) {
    flush(n_ % kBlock);
    count = n_;
    return total_;
  }

 private:
  static constexpr size_t kBlock = 256;
  void flush(size_t n) {
    for (size_t first = 0; first < dim_; first += 16) {
      alignas(32) std::array<int16_t, 16> sum{};
      const int8_t* column = vectors_ + first;
      if (dim_ - first >= 16) {
        for (size_t i = 0; i < n; ++i) {
          const int8_t* row = column + buckets_[i] * dim_;
          for (size_t k = 0; k < 16; ++k) sum[k] = static_cast<int16_t>(sum[k] + row[k]);
        }
      } else {
        for (size_t i = 0; i < n; ++i) {
          const int8_t* row = column + buckets_[i] * dim_;
          for (size_t k = 0; k < dim_ - first; ++k) sum[k] = static_cast<int16_t>(sum[k] + row[k]);
        }
      }
      for (size_t k = 0; k < std::min<size_t>(16, dim_ - first); ++k) total_[first + k] += sum[k];
    }
  }

  const int8_t* vectors_;
  size_t dim_;
  int shift_;
  std::array<uint32_t, kBlock> buckets_;
  size_t n_ = 0;
  std::array<int64_t, kWidest> total_{};
};

int shift_of(int64_t buckets) { return 64 - std::countr_zero(static_cast<uint64_t>(buckets)); }

}  // namespace

LanguageIdentifier::Impl::Impl(std::vector<std::string> names, std::string from,
                               const Tensor& vectors_, const Tensor& weight_, const Tensor& bias_)
    : languages(std::move(names)), dataset(std::move(from)), shift(shift_of(vectors_.size(0))) {
  // Each column has its own scale.
  const Tensor scale = vectors_.abs().amax(0).clamp_min(1e-12) / 127;
  vectors = (vectors_ / scale).round().to(kChar).contiguous();
  weight = (weight_ * scale).contiguous();
  bias = bias_.contiguous();
}

LanguageIdentifier::Impl::Impl(const TensorFile& file) {
  const safetensors::MetadataReader read(file.source(), file.metadata(),
                                         "a language identifier that training wrote");
  languages = read.lines("classes", kMostLanguages);
  dataset = read.text("dataset");
  HEARTH_CHECK_AS(FormatError, read.text("features") == langid::kFeatures, "[", file.source(),
                  "] expected the features '", langid::kFeatures, "', got '", read.text("features"),
                  "'");
  const auto get = [&](const char* name, ScalarType type, int64_t dims) {
    HEARTH_CHECK_AS(FormatError, file.contains(name), "[", file.source(), "] has no tensor ", name);
    HEARTH_CHECK_AS(
        FormatError,
        file.dtype(name) == type && static_cast<int64_t>(file.sizes(name).size()) == dims, "[",
        file.source(), "] expected ", name, " as ", type, " of ", dims, " dims, got ",
        file.type_name(name), " ", file.sizes(name));
    return file.tensor(name).contiguous();
  };
  vectors = get("vectors", kChar, 2);
  weight = get("linear.weight", kFloat, 2);
  bias = get("linear.bias", kFloat, 1);
  const auto n = static_cast<int64_t>(languages.size());
  const int64_t buckets = vectors.size(0), dim = vectors.size(1);
  HEARTH_CHECK_AS(
      FormatError,
      buckets >= 2 && buckets <= kMostBuckets &&
          std::has_single_bit(static_cast<uint64_t>(buckets)) && dim >= 1 && dim <= kWidest &&
          weight.size(0) == n && weight.size(1) == dim && bias.size(0) == n && n >= 2,
      "[", file.source(), "] expected vectors [a power of 2, up to ", kWidest, "] and weights of ",
      n, " languages, got ", vectors.sizes(), ", ", weight.sizes(), " and ", bias.sizes());
  shift = shift_of(buckets);
}

LanguageIdentifier LanguageIdentifier::load(const std::string& path) {
  return load(TensorFile(path));
}

LanguageIdentifier LanguageIdentifier::load(const TensorFile& file) {
  return LanguageIdentifier(std::make_shared<const Impl>(file));
}

void LanguageIdentifier::save(const std::string& path) const {
  safetensors::save_file(
      {{"vectors", impl_->vectors}, {"linear.weight", impl_->weight}, {"linear.bias", impl_->bias}},
      path,
      {{"model", "langid"},
       {"classes", safetensors::join_lines(impl_->languages)},
       {"dataset", impl_->dataset},
       {"features", langid::kFeatures}});
}

Language LanguageIdentifier::identify(std::string_view text, size_t top_k) const {
  if (unicode::find_invalid(text) != text.size())
    return identify(unicode::replace_invalid(text), top_k);
  const auto dim = static_cast<size_t>(impl_->vectors.size(1));
  VectorSum sum(impl_->vectors.const_data_ptr<int8_t>(), dim, impl_->shift);
  langid::for_each_feature(text, [&](uint64_t hash) { sum.add(hash); });
  size_t count = 0;
  const auto& total = sum.total(count);
  Language result;
  if (count == 0) return result;

  const size_t n = impl_->languages.size();
  const auto* weight = impl_->weight.const_data_ptr<float>();
  const auto* bias = impl_->bias.const_data_ptr<float>();
  std::vector<float> scores(n);
  for (size_t i = 0; i < n; ++i) {
    double score = 0;
    for (size_t k = 0; k < dim; ++k)
      score += static_cast<double>(weight[i * dim + k]) * static_cast<double>(total[k]);
    scores[i] = bias[i] + static_cast<float>(score / static_cast<double>(count));
  }
  const float most = *std::max_element(scores.begin(), scores.end());
  float all = 0;
  for (float& s : scores) all += s = std::exp(s - most);

  std::vector<size_t> order(n);
  std::iota(order.begin(), order.end(), size_t{0});
  top_k = std::clamp<size_t>(top_k, 1, n);
  std::partial_sort(
      order.begin(), order.begin() + static_cast<std::ptrdiff_t>(top_k), order.end(),
      [&](size_t a, size_t b) { return scores[a] != scores[b] ? scores[a] > scores[b] : a < b; });
  for (size_t i = 0; i < top_k; ++i)
    result.top.push_back({impl_->languages[order[i]], scores[order[i]] / all});
  result.language = result.top[0].language;
  result.score = result.top[0].score;
  return result;
}

const std::vector<std::string>& LanguageIdentifier::languages() const { return impl_->languages; }
const std::string& LanguageIdentifier::dataset() const { return impl_->dataset; }

}  // namespace hearth::text
