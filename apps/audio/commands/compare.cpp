// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/audio/feature_files/feature_reader.h"
#include "hearth/base/progress.h"
#include "hearth/hearth.h"

#include "common/command.h"
#include "common/json.h"
#include "common/text.h"

namespace {

using hearth::Tensor;
using hearth::audio::FeatureEntry;
using hearth::audio::FeatureReader;

/// Of one recording in both sets.
struct Difference {
  std::string what;     ///< is wrong with the shapes; empty: they are the same
  double largest = 0;   ///< |a - b|
  double relative = 0;  ///< |a - b| / |b|, the largest
  double cosine = 1;
  std::vector<int64_t> where;  ///< the largest difference is
  double a = 0, b = 0;         ///< there
};

class Compare final : public Command {
 public:
  const char* name() const override { return "compare"; }
  const char* summary() const override {
    return "Compare two sets of features: exit code 1 where they differ";
  }
  const char* details() const override {
    return "Recordings are told by their ids, whatever their order and formats. NaN equals NaN. "
           "Numbers a and b are equal where |a - b| <= tolerance + rtol |b|.";
  }
  std::vector<std::string> examples() const override {
    return {"compare a/feats.scp b/ --tolerance 1e-4"};
  }
  unsigned common() const override { return kThreads | kJson; }
  void declare(OptionList& options) override {
    options.add("a", a_, "Features").required();
    options.add("b", b_, "Others").required();
    options.add("--tolerance", tolerance_, "How much numbers may differ").between(0, 1e308);
    options.add("--rtol", rtol_, "The same, relative to the second").between(0, 1e308);
    options.add("--show", show_, "How many differing recordings are named").between(0, 1e9);
  }
  int run() override;

 private:
  bool compare(const Tensor& a, const Tensor& b, Difference& d) const;
  void report(const std::string& id, const Difference& d);
  void take(const FeatureEntry& entry, bool first);

  std::string a_, b_;
  double tolerance_ = 0, rtol_ = 0;
  int64_t show_ = 10;

  std::unordered_map<std::string, Tensor> waiting_[2];  ///< for the same id in the other set
  int64_t compared_ = 0, differ_ = 0, numbers_ = 0;
  Difference all_;
  std::string worst_;
};

bool Compare::compare(const Tensor& a, const Tensor& b, Difference& d) const {
  if (a.sizes() != b.sizes()) {
    d.what = hearth::cat_str("shapes ", a.sizes(), " and ", b.sizes());
    return false;
  }
  if (a.numel() == 0) return true;
  const Tensor x = a.to(hearth::kDouble), y = b.to(hearth::kDouble);
  const Tensor same = x.eq(y).logical_or(x.isnan().logical_and(y.isnan()));
  const Tensor distance = (x - y).abs().masked_fill(same, 0);
  // A NaN on one side, or an infinity, is as far away as can be.
  const double far = std::numeric_limits<double>::infinity();
  const Tensor known = distance.masked_fill(distance.isnan(), far);
  const Tensor flat = known.flatten();
  const int64_t at = flat.argmax().item<int64_t>();
  d.largest = flat[at].item<double>();
  const Tensor relative = known / y.abs();
  d.relative =
      relative.masked_fill(same, 0).masked_fill(relative.isnan(), far).max().item<double>();
  int64_t rest = at;
  d.where.assign(static_cast<size_t>(x.dim()), 0);
  for (int64_t dim = x.dim(); dim-- > 0; rest /= x.size(dim))
    d.where[static_cast<size_t>(dim)] = rest % x.size(dim);
  d.a = x.flatten()[at].item<double>();
  d.b = y.flatten()[at].item<double>();
  const double length = x.norm().item<double>() * y.norm().item<double>();
  if (length > 0 && d.largest > 0) d.cosine = (x * y).sum().item<double>() / length;
  return known.le(y.abs() * rtol_ + tolerance_).logical_or(same).all().item<bool>();
}

void Compare::report(const std::string& id, const Difference& d) {
  if (++differ_ > show_ || json() || quiet()) return;
  if (!d.what.empty()) {
    say(stdout, fmt::format("{}: {}\n", id, d.what));
  } else {
    say(stdout,
        fmt::format(
            "{}: differs by {:.6g} ({:.6g} and {:.6g}) at [{}], relative {:.6g}, cosine {:.6f}\n",
            id, d.largest, d.a, d.b, fmt::join(d.where, ", "), d.relative, d.cosine));
  }
}

void Compare::take(const FeatureEntry& entry, bool first) {
  auto& others = waiting_[first ? 1 : 0];
  const auto other = others.find(entry.id);
  if (other == others.end()) {
    if (!waiting_[first ? 0 : 1].emplace(entry.id, entry.values).second)
      throw hearth::FormatError(
          hearth::cat_str("[", first ? a_ : b_, "] the id '", entry.id, "' comes twice"));
    return;
  }
  Difference d;
  const bool equal =
      first ? compare(entry.values, other->second, d) : compare(other->second, entry.values, d);
  others.erase(other);
  ++compared_;
  numbers_ += entry.values.numel();
  if (!equal) report(entry.id, d);
  // NaN, which no number is, would hide in a comparison.
  if (d.largest > all_.largest || (!equal && worst_.empty())) worst_ = entry.id;
  all_.largest = std::max(all_.largest, d.largest);
  all_.relative = std::max(all_.relative, d.relative);
  all_.cosine = std::min(all_.cosine, d.cosine);
}

int Compare::run() {
  FeatureReader a(a_), b(b_);
  hearth::Progress progress(hearth::ProgressOptions("comparing").unit("recordings"));
  // In turn, so that of sets in the same order little has to wait.
  for (bool more_a = true, more_b = true; more_a || more_b; progress.advance()) {
    std::optional<FeatureEntry> entry;
    if (more_a && (more_a = (entry = a.next()).has_value())) take(*entry, true);
    if (more_b && (more_b = (entry = b.next()).has_value())) take(*entry, false);
  }
  progress.finish();
  for (const bool first : {true, false}) {
    std::vector<std::string> alone;
    for (const auto& [id, values] : waiting_[first ? 0 : 1]) alone.push_back(id);
    std::sort(alone.begin(), alone.end());
    for (const std::string& id : alone) {
      Difference d;
      d.what = "is only in " + (first ? a_ : b_);
      report(id, d);
    }
  }
  const auto only_a = static_cast<int64_t>(waiting_[0].size());
  const auto only_b = static_cast<int64_t>(waiting_[1].size());
  if (json()) {
    nlohmann::ordered_json out = {{"compared", compared_},    {"differ", differ_},
                                  {"only_a", only_a},         {"only_b", only_b},
                                  {"numbers", numbers_},      {"max_abs", all_.largest},
                                  {"max_rel", all_.relative}, {"min_cosine", all_.cosine}};
    if (!worst_.empty()) out["worst"] = worst_;
    print_json(out);
  } else if (!quiet()) {
    if (differ_ > show_) fmt::print("... and {} more\n", differ_ - show_);
    fmt::print("{} compared, {}: largest difference {:.6g}, relative {:.6g}, least cosine {:.6f}\n",
               counted(compared_, "recording"),
               differ_ == 0 ? std::string("equal") : fmt::format("{} differ", differ_),
               all_.largest, all_.relative, all_.cosine);
  }
  if (compared_ + only_a + only_b == 0)
    throw hearth::FormatError(hearth::cat_str("[", a_, "] there is nothing to compare"));
  return differ_ == 0 ? 0 : 1;
}

}  // namespace

std::unique_ptr<Command> compare_command() { return std::make_unique<Compare>(); }
