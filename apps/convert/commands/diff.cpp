// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <unordered_map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/base/progress.h"
#include "hearth/hearth.h"
#include "hearth/io/tensor_file.h"

#include "common/command.h"
#include "common/json.h"
#include "common/text.h"
#include "convert/selection.h"

namespace {

class Diff final : public Command {
 public:
  const char* name() const override { return "diff"; }
  const char* summary() const override {
    return "Compare the tensors of two files: exit code 1 where they differ";
  }
  const char* details() const override {
    return "Prints the largest difference of each tensor that differs. NaN equals NaN. With --atol "
           "and --rtol, a and b are equal where |a - b| <= atol + rtol |b|.";
  }
  std::vector<std::string> examples() const override {
    return {"diff a.safetensors b.pt", "diff a.pt b.pt --rtol 1e-5 --atol 1e-7"};
  }
  unsigned common() const override { return kThreads | kJson; }
  void declare(OptionList& options) override {
    options.add("a", a_, "A file of tensors").required();
    options.add("b", b_, "Another").required();
    selection_.declare(options, false);
    options.add("--atol", atol_, "How much numbers may differ").between(0, 1e308);
    options.add("--rtol", rtol_, "The same, relative to the second").between(0, 1e308);
  }
  int run() override;

 private:
  struct Difference {
    std::string name, what;       ///< what is wrong with type or shape
    double largest = 0;           ///< |a - b|
    int64_t differ = 0, all = 0;  ///< elements
  };
  Difference compare(const std::string& name, const hearth::Tensor& a,
                     const hearth::Tensor& b) const;

  std::string a_, b_;
  Selection selection_;
  double atol_ = 0, rtol_ = 0;
};

/// Elements compared at once: memory stays the same for tensors of any size.
constexpr int64_t kChunk = 1 << 20;

Diff::Difference Diff::compare(const std::string& name, const hearth::Tensor& a,
                               const hearth::Tensor& b) const {
  Difference d{name, "", 0, 0, a.numel()};
  const auto wide = hearth::is_complex(a.scalar_type()) || hearth::is_complex(b.scalar_type())
                        ? hearth::kComplexDouble
                        : hearth::kDouble;
  const hearth::Tensor x = a.reshape({-1}), y = b.reshape({-1});
  for (int64_t from = 0; from < d.all; from += kChunk) {
    const int64_t n = std::min(kChunk, d.all - from);
    const hearth::Tensor p = x.narrow(0, from, n), q = y.narrow(0, from, n);
    const hearth::Tensor u = p.to(wide), v = q.to(wide);
    const hearth::Tensor distance = (u - v).abs();
    hearth::Tensor equal = p.eq(q).logical_or(u.isnan().logical_and(v.isnan()));
    if (atol_ > 0 || rtol_ > 0)
      equal = equal.logical_or(distance.le(v.abs() * rtol_ + atol_).logical_and(v.isfinite()));
    const hearth::Tensor wrong = equal.logical_not();
    const auto count = wrong.sum().item<int64_t>();
    if (count == 0) continue;
    d.differ += count;
    // Where one of both is NaN, so is the difference, and it stays the largest.
    const auto largest = distance.masked_select(wrong).max().item<double>();
    if (!(largest <= d.largest) && !std::isnan(d.largest)) d.largest = largest;
  }
  return d;
}

int Diff::run() {
  const hearth::TensorFile a(a_), b(b_);
  const auto names = selection_.apply(a.keys());
  std::vector<std::string> only_a, only_b;
  std::vector<Difference> different;
  int64_t same = 0;
  hearth::Progress progress(hearth::ProgressOptions("comparing")
                                .unit("tensors")
                                .total(static_cast<int64_t>(names.size())));
  for (const auto& [name, unchanged] : names) {
    progress.advance();
    if (!b.contains(name)) {
      only_a.push_back(name);
      continue;
    }
    Difference d{name, "", 0, 0, 0};
    if (!(a.sizes(name) == b.sizes(name)))
      d.what = fmt::format("shapes [{}] and [{}]", fmt::join(a.sizes(name), ", "),
                           fmt::join(b.sizes(name), ", "));
    else
      d = compare(name, a.tensor(name), b.tensor(name));
    if (d.what.empty() && a.type_name(name) != b.type_name(name))
      d.what = fmt::format("types {} and {}", a.type_name(name), b.type_name(name));
    if (d.what.empty() && d.differ == 0)
      ++same;
    else
      different.push_back(d);
  }
  progress.finish();
  std::unordered_map<std::string, bool> in_a;
  for (const std::string& name : a.keys()) in_a[name] = true;
  std::vector<std::string> new_names;
  for (const std::string& name : b.keys())
    if (!in_a.count(name)) new_names.push_back(name);
  // --only is about both files; that it names nothing new in the second is no error.
  if (names.size() == a.keys().size()) only_b = new_names;

  const bool equal = only_a.empty() && only_b.empty() && different.empty();
  if (json()) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const Difference& d : different) {
      nlohmann::ordered_json j{{"name", d.name}};
      if (!d.what.empty()) j["what"] = d.what;
      if (d.differ > 0) {
        j["largest"] = d.largest;
        j["differ"] = d.differ;
        j["elements"] = d.all;
      }
      list.push_back(j);
    }
    print_json({{"equal", equal},
                {"same", same},
                {"only_a", only_a},
                {"only_b", only_b},
                {"different", list}});
    return equal ? 0 : 1;
  }
  for (const std::string& name : only_a) fmt::print("{}: only in {}\n", name, a_);
  for (const std::string& name : only_b) fmt::print("{}: only in {}\n", name, b_);
  for (const Difference& d : different) {
    fmt::print("{}: {}", d.name, d.what);
    if (d.differ > 0)
      fmt::print("{}largest difference {:.6g}, {} of {}", d.what.empty() ? "" : ", ", d.largest,
                 d.differ, counted(d.all, "element"));
    fmt::print("\n");
  }
  fmt::print("{} equal, {} different, {} in one file only\n", same, different.size(),
             only_a.size() + only_b.size());
  return equal ? 0 : 1;
}

}  // namespace

std::unique_ptr<Command> diff_command() { return std::make_unique<Diff>(); }
