// SPDX-License-Identifier: Apache-2.0
// Calls operators with PyTorch's own samples and counts, for each operator, how many answers agree.
#include <cmath>
#include <cstdio>
#include <cstring>
#include <regex>

#include "hearth/hearth.h"

#include "opinfo/calls.h"

namespace hearth::opinfo {
namespace {

constexpr char kUsage[] = R"(usage: hearth-opinfo FILE [--only REGEX] [--failures] [--json]

Calls every operator of the samples in FILE and compares with PyTorch's results and gradients.

  python bench/peers/opinfo.py samples.bin     writes FILE (needs PyTorch)
  hearth-opinfo samples.bin                    passed and total of each operator
  hearth-opinfo samples.bin --only '^amax$' --failures
)";

/// What two right answers of a type may differ by, in parts of the number itself and of the largest
/// one beside it.
struct Tolerance {
  double relative, of_largest;
};
Tolerance tolerance(ScalarType t) {
  switch (t) {
    case kHalf:
      return {4e-3, 1e-3};
    case kBFloat16:
      return {3e-2, 1e-2};
    case kFloat:
    case kComplexFloat:
      return {1e-4, 1e-5};
    default:
      return {1e-6, 1e-8};
  }
}

std::string shape_of(const Tensor& t) {
  return t.defined() ? cat_str(t.scalar_type(), t.sizes()) : std::string("nothing");
}

/// Why they differ; empty when they agree.
std::string difference(const Tensor& ours, const Tensor& theirs, bool values) {
  if (!ours.defined() || !theirs.defined()) {
    const Tensor& there = ours.defined() ? ours : theirs;
    if (!there.defined() || there.eq(0).all().item<bool>()) return {};
    return cat_str(shape_of(ours), " instead of ", shape_of(theirs));
  }
  if (ours.scalar_type() != theirs.scalar_type() || ours.sizes() != theirs.sizes())
    return cat_str(shape_of(ours), " instead of ", shape_of(theirs));
  if (!values || ours.numel() == 0) return {};
  const Tolerance t = tolerance(ours.scalar_type());
  const bool complex = ours.is_complex();
  const Tensor a =
      complex ? view_as_real(ours.detach().contiguous()).to(kDouble) : ours.detach().to(kDouble);
  const Tensor b = complex ? view_as_real(theirs.detach().contiguous()).to(kDouble)
                           : theirs.detach().to(kDouble);
  const bool exact = !ours.is_floating_point() && !complex;
  const Tensor finite = b.nan_to_num(0, 0, 0).abs();
  const double largest = std::max(finite.max().item<double>(), 1e-3);
  if (exact ? ours.equal(theirs)
            : allclose(a, b, t.relative, t.of_largest * largest, /*equal_nan=*/true))
    return {};
  const Tensor gap = (a - b).abs().nan_to_num(INFINITY);
  const int64_t at = gap.argmax().item<int64_t>();
  char text[80];
  std::snprintf(text, sizeof text, "%.9g instead of %.9g at %lld",
                a.reshape({-1})[at].item<double>(), b.reshape({-1})[at].item<double>(),
                static_cast<long long>(at));
  return text;
}

/// What is the same for every right answer of a decomposition.
Outputs canonical(const std::string& name, const Outputs& out) {
  if (name == "linalg_svd" || name == "svd") {
    const Tensor &u = out.at(0), &s = out.at(1), v = name == "svd" ? out.at(2).mH() : out.at(2);
    if (u.numel() == 0 || v.numel() == 0) return {s};
    const int64_t k = s.size(-1);
    return {s, matmul(u.narrow(-1, 0, k) * s.unsqueeze(-2), v.narrow(-2, 0, k))};
  }
  if (name == "linalg_qr" || name == "qr") {
    if (out.at(0).numel() == 0) return {out.at(1).abs()};
    return {out.at(1).abs(), matmul(out.at(0), out.at(1))};
  }
  if (name == "linalg_eigh" || name == "linalg_eig") {
    const Tensor& v = out.at(1);
    const Tensor inverse = name == "linalg_eigh" ? v.mH() : v.inverse();
    return {matmul(v * out.at(0).unsqueeze(-2), inverse)};
  }
  return {out.at(0)};  // the values of what sorts or selects; which of equal ones is open
}

/// What an output is multiplied with before the sum that is differentiated; as in opinfo.py.
Tensor weights(const Tensor& t) {
  const Tensor n = arange(t.numel(), kDouble);
  return (1 + (n + 1).cos()).reshape(t.sizes()).to(t.scalar_type());
}

std::string check(const Sample& s) {
  const auto [first, last] = calls().equal_range(s.name);
  if (first == last) return "no such operator";
  for (auto it = first; it != last; ++it) {
    if (!it->second.fits(s.arguments)) continue;
    const Outputs out = it->second.call(s.arguments);
    const Outputs shown = s.compare == Compare::Canonical ? canonical(s.name, out) : out;
    if (shown.size() != s.outputs.size())
      return cat_str(shown.size(), " outputs instead of ", s.outputs.size());
    for (size_t i = 0; i < shown.size(); ++i) {
      const std::string d = difference(shown[i], s.outputs[i], s.compare != Compare::Shapes);
      if (!d.empty()) return cat_str("output ", i, ": ", d);
    }
    if (s.gradients.empty()) return {};
    Tensor loss;
    for (const Tensor& t : out) {
      if (!t.requires_grad()) continue;
      const Tensor part = (t * weights(t)).sum();
      loss = loss.defined() ? loss + part : part;
    }
    if (!loss.defined()) return "no gradient";
    if (loss.is_complex()) loss = real(loss);
    const auto gradients =
        autograd::grad({loss}, leaves(s.arguments), {}, std::nullopt, false, true);
    for (size_t i = 0; i < gradients.size(); ++i) {
      const std::string d = difference(gradients[i], s.gradients[i], true);
      if (!d.empty()) return cat_str("gradient ", i, ": ", d);
    }
    return {};
  }
  return "no form for these arguments";
}

struct Count {
  int64_t passed = 0, total = 0;
  std::map<std::string, int64_t> failures;
};

int run(int argc, char** argv) {
  std::string path, only;
  bool failures = false, json = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view arg = argv[i];
    if (arg == "--help") return std::fputs(kUsage, stdout), 0;
    if (arg == "--failures")
      failures = true;
    else if (arg == "--json")
      json = true;
    else if (arg == "--only" && i + 1 < argc)
      only = argv[++i];
    else if (path.empty() && !arg.starts_with("--"))
      path = arg;
    else
      return std::fprintf(stderr, "unknown argument %s\n%s", argv[i], kUsage), 2;
  }
  if (path.empty()) return std::fputs(kUsage, stderr), 2;

  const std::regex wanted(only);
  std::map<std::string, Count> counts;
  SampleReader reader(path);
  while (const auto sample = reader.next()) {
    if (!std::regex_search(sample->name, wanted)) continue;
    std::string problem;
    try {
      problem = check(*sample);
    } catch (const std::exception& e) {
      problem = cat_str("throws: ", std::string(e.what()));
    }
    Count& count = counts[sample->name];
    ++count.total;
    if (problem.empty())
      ++count.passed;
    else
      ++count.failures[cat_str(sample->dtype, " ", problem.substr(0, 160))];
  }

  int64_t passed = 0, total = 0, whole = 0;
  for (const auto& [name, count] : counts) {
    passed += count.passed;
    total += count.total;
    whole += count.passed == count.total;
    if (json) {
      std::printf("{\"op\": \"%s\", \"passed\": %lld, \"total\": %lld}\n", name.c_str(),
                  static_cast<long long>(count.passed), static_cast<long long>(count.total));
    } else {
      std::printf("%-40s %6lld / %lld\n", name.c_str(), static_cast<long long>(count.passed),
                  static_cast<long long>(count.total));
    }
    if (failures) {
      for (const auto& [what, n] : count.failures)
        std::printf("    %5lld x %s\n", static_cast<long long>(n), what.c_str());
    }
  }
  std::fprintf(json ? stderr : stdout, "%lld of %lld samples, %lld of %zu operators whole\n",
               static_cast<long long>(passed), static_cast<long long>(total),
               static_cast<long long>(whole), counts.size());
  return 0;
}

}  // namespace
}  // namespace hearth::opinfo

int main(int argc, char** argv) {
  try {
    return hearth::opinfo::run(argc, argv);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "hearth-opinfo: %s\n", e.what());
    return 2;
  }
}
