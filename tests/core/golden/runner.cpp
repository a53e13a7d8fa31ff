// SPDX-License-Identifier: Apache-2.0
#include "core/golden/runner.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <ostream>

#include "hearth/autograd/autograd.h"
#include "hearth/base/error.h"
#include "hearth/cuda/device.h"

#include "cuda/coverage.h"

namespace hearth::golden {

namespace {

constexpr uint32_t kWeightSeed = 7000;

struct Tolerance {
  double relative, absolute;
};

Tolerance tolerance_of(ScalarType t) {
  switch (t) {
    case kHalf:
      return {2e-3, 2e-3};
    case kBFloat16:
      return {1.6e-2, 1.6e-2};
    case kFloat:
    case kComplexFloat:
      return {2e-5, 4e-6};
    case kDouble:
    case kComplexDouble:
      return {1e-9, 1e-10};
    default:
      return {0, 0};
  }
}

/// The elements of contiguous data as doubles; a complex one counts as two.
template <typename T>
std::vector<double> widen(const void* data, size_t n) {
  std::vector<double> out(n);
  for (size_t i = 0; i < n; ++i) {
    T value;
    std::memcpy(&value, static_cast<const char*>(data) + i * sizeof(T), sizeof(T));
    out[i] = static_cast<double>(value);
  }
  return out;
}

std::vector<double> widen(ScalarType t, const void* data, size_t bytes) {
  switch (t) {
    case kBool:
    case kByte:
      return widen<uint8_t>(data, bytes);
    case kChar:
      return widen<int8_t>(data, bytes);
    case kShort:
      return widen<int16_t>(data, bytes / 2);
    case kInt:
      return widen<int32_t>(data, bytes / 4);
    case kLong:
      return widen<int64_t>(data, bytes / 8);
    case kHalf:
      return widen<Half>(data, bytes / 2);
    case kBFloat16:
      return widen<BFloat16>(data, bytes / 2);
    case kFloat:
    case kComplexFloat:
      return widen<float>(data, bytes / 4);
    case kDouble:
    case kComplexDouble:
      return widen<double>(data, bytes / 8);
    default:
      return {};
  }
}

bool close(double got, double want, Tolerance t, double scale, bool signed_zeros) {
  if (std::isnan(want)) return std::isnan(got);
  if (signed_zeros && want == 0 && got == 0) return std::signbit(got) == std::signbit(want);
  if (std::isinf(want) || std::isinf(got)) return got == want;
  return std::abs(got - want) <= scale * (t.absolute + t.relative * std::abs(want));
}

/// What differs between a tensor and what was expected; empty when nothing does.
std::string difference(const Tensor& got, const Expected& want, double scale,
                       bool signed_zeros = false) {
  if (got.scalar_type() != want.dtype)
    return cat_str("has dtype ", got.scalar_type(), ", PyTorch's has ", want.dtype);
  if (got.sizes() != IntArrayRef(want.sizes))
    return cat_str("has shape ", got.sizes(), ", PyTorch's has ", want.sizes);
  const Tensor flat = got.detach().cpu().contiguous();
  const auto mine = widen(want.dtype, flat.const_data_ptr(), want.data.size());
  const auto theirs = widen(want.dtype, want.data.data(), want.data.size());
  size_t bad = 0;
  std::string numbers;
  for (size_t i = 0; i < theirs.size(); ++i) {
    if (close(mine[i], theirs[i], tolerance_of(want.dtype), scale, signed_zeros)) continue;
    if (++bad > 6) continue;
    char line[96];
    std::snprintf(line, sizeof line, "; [%zu] %.9g, PyTorch's %.9g", i, mine[i], theirs[i]);
    numbers += line;
  }
  if (bad == 0) return "";
  return cat_str("differs in ", bad, " of ", theirs.size(), " numbers (shape ", want.sizes, ", ",
                 want.dtype, ")", numbers);
}

/// Gradients of sum(output * weight) over the outputs that PyTorch gave a gradient.
std::vector<Tensor> gradients(const Case& c, const Outputs& outputs,
                              const std::vector<Tensor>& leaves, bool create_graph = false) {
  std::vector<Tensor> roots, weights;
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (!c.outputs[i].requires_grad || !outputs[i].requires_grad()) continue;
    roots.push_back(outputs[i]);
    weights.push_back(elements_of(Formula::Uniform, outputs[i].numel(), outputs[i].scalar_type(),
                                  kWeightSeed + static_cast<uint32_t>(i), -1, 1)
                          .view(outputs[i].sizes())
                          .to(outputs[i].device(), outputs[i].scalar_type()));
  }
  if (roots.empty()) return std::vector<Tensor>(leaves.size());
  return autograd::grad(roots, leaves, weights, /*retain_graph=*/std::nullopt, create_graph,
                        /*allow_unused=*/true);
}

bool all_zero(const Tensor& t) {
  const Tensor flat = t.detach().cpu().contiguous();
  for (const double x : widen(flat.scalar_type(), flat.const_data_ptr(), flat.nbytes()))
    if (x != 0) return false;
  return true;
}

void check_values(const Case& c, Op op) {
  Args args(c);
  Outputs outputs = op(args);
  const size_t values = outputs.size();
  if (args.b("second", false))
    for (Tensor& g : gradients(c, outputs, args.leaves(), /*create_graph=*/true))
      outputs.push_back(std::move(g));
  ASSERT_EQ(outputs.size(), c.outputs.size()) << "number of outputs";
  const bool signed_zeros = args.b("signed_zeros", false);
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (c.outputs[i].dtype == ScalarType::Undefined) continue;
    const std::string wrong =
        difference(outputs[i], c.outputs[i], c.tolerance, signed_zeros && i < values);
    EXPECT_EQ(wrong, "") << "output " << i;
    if (!wrong.empty()) return;
    if (i >= values) continue;
    ASSERT_EQ(outputs[i].requires_grad(), c.outputs[i].requires_grad) << "output " << i;
  }
  if (c.gradients.empty()) return;
  const auto leaves = args.leaves();
  ASSERT_EQ(leaves.size(), c.gradients.size());
  const auto grads = gradients(c, outputs, leaves);
  for (size_t i = 0; i < grads.size(); ++i) {
    const Expected& want = c.gradients[i];
    if (want.dtype == ScalarType::Undefined) {
      EXPECT_TRUE(!grads[i].defined() || all_zero(grads[i]))
          << "gradient " << i << " should be absent";
    } else if (!grads[i].defined()) {
      ADD_FAILURE() << "gradient " << i << " is undefined";
    } else {
      EXPECT_EQ(difference(grads[i], want, 2 * c.tolerance), "") << "gradient " << i;
    }
  }
}

/// Kernels of a device report errors when it is waited for.
void settle() {
  if (test_device().is_cuda()) cuda::synchronize(test_device().index());
}

void check_throws(const Case& c, Op op) {
  try {
    Args args(c);
    op(args);
    settle();
    ADD_FAILURE() << "should throw, as PyTorch does";
  } catch (const Error& e) {
    EXPECT_EQ(std::string(e.what()).substr(0, 1), "[") << "names no operator: " << e.what();
  }
}

template <typename T>
const T& as(const Attribute& a, std::string_view name) {
  const T* value = std::get_if<T>(&a);
  HEARTH_CHECK(value, "[golden] attribute ", name, " has another type");
  return *value;
}

}  // namespace

Args::Args(const Case& c) : case_(c) {
  for (const Input& input : c.inputs) {
    auto& tensors = inputs_.emplace_back();
    for (const Spec& spec : input.specs) tensors.push_back(build(spec, test_device()));
    if (!input.is_list && tensors.empty()) tensors.emplace_back();
  }
}

Tensor& Args::operator[](size_t i) {
  HEARTH_CHECK(i < inputs_.size() && inputs_[i].size() == 1, "[golden] ", case_.op,
               " has no input ", i);
  return inputs_[i][0];
}

std::vector<Tensor> Args::from(size_t first) {
  std::vector<Tensor> out;
  for (size_t i = first; i < size(); ++i) out.push_back((*this)[i]);
  return out;
}

std::vector<Tensor> Args::leaves() const {
  std::vector<Tensor> out;
  for (size_t i = 0; i < inputs_.size(); ++i)
    for (size_t k = 0; k < case_.inputs[i].specs.size(); ++k)
      if (case_.inputs[i].specs[k].requires_grad) out.push_back(inputs_[i][k]);
  return out;
}

const Attribute* Args::find(std::string_view name) const {
  const auto found = case_.attributes.find(name);
  return found == case_.attributes.end() ? nullptr : &found->second;
}

const Attribute& Args::get(std::string_view name) const {
  const Attribute* a = find(name);
  HEARTH_CHECK(a, "[golden] ", case_.op, " has no attribute ", name);
  return *a;
}

bool Args::has(std::string_view name) const {
  const Attribute* a = find(name);
  return a && !std::holds_alternative<std::monostate>(*a);
}

bool Args::b(std::string_view name, std::optional<bool> otherwise) const {
  return otherwise && !has(name) ? *otherwise : as<bool>(get(name), name);
}

int64_t Args::i(std::string_view name, std::optional<int64_t> otherwise) const {
  return otherwise && !has(name) ? *otherwise : as<int64_t>(get(name), name);
}

double Args::f(std::string_view name, std::optional<double> otherwise) const {
  if (otherwise && !has(name)) return *otherwise;
  const Attribute& a = get(name);
  if (const auto* whole = std::get_if<int64_t>(&a)) return static_cast<double>(*whole);
  return as<double>(a, name);
}

const std::string& Args::s(std::string_view name) const { return as<std::string>(get(name), name); }

std::vector<int64_t> Args::ints(std::string_view name) const {
  const Attribute& a = get(name);
  if (const auto* one = std::get_if<int64_t>(&a)) return {*one};
  return as<std::vector<int64_t>>(a, name);
}

std::vector<double> Args::floats(std::string_view name) const {
  return as<std::vector<double>>(get(name), name);
}

ScalarType Args::dtype(std::string_view name) const { return as<ScalarType>(get(name), name); }

Scalar Args::scalar(std::string_view name) const {
  const Attribute& a = get(name);
  if (const auto* whole = std::get_if<int64_t>(&a)) return *whole;
  return as<double>(a, name);
}

std::optional<int64_t> Args::maybe_i(std::string_view name) const {
  if (!has(name)) return std::nullopt;
  return i(name);
}
std::optional<double> Args::maybe_f(std::string_view name) const {
  if (!has(name)) return std::nullopt;
  return f(name);
}
std::optional<bool> Args::maybe_b(std::string_view name) const {
  if (!has(name)) return std::nullopt;
  return b(name);
}
std::optional<ScalarType> Args::maybe_dtype(std::string_view name) const {
  if (!has(name)) return std::nullopt;
  return dtype(name);
}
std::optional<Scalar> Args::maybe_scalar(std::string_view name) const {
  if (!has(name)) return std::nullopt;
  return scalar(name);
}

std::vector<OpCases> operators_of(const char* family) {
  const std::string path = cat_str("tests/golden/", family, ".bin");
  std::vector<OpCases> out;
  try {
    for (std::string& op : read_operators(path)) out.push_back({std::move(op), path, ""});
  } catch (const Error& e) {
    out.push_back({"unreadable", path, e.what()});
  }
  return out;
}

std::string test_name(const ::testing::TestParamInfo<OpCases>& info) {
  std::string name = info.param.op;
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

void PrintTo(const OpCases& cases, std::ostream* out) { *out << cases.op; }

void check(const OpCases& cases, const Table& table) {
  if (const std::string missing = test_device_missing(); !missing.empty()) GTEST_SKIP() << missing;
  ASSERT_EQ(cases.problem, "");
  const auto entry = table.find(cases.op);
  ASSERT_NE(entry, table.end()) << cases.op << " has golden values but no entry in the table";
  for (const Case& c : cases.cases()) {
    SCOPED_TRACE(c.op + " " + c.variant);
    if (test_device().is_cuda() && testing_cuda::differs_on_cuda(c.op + " " + c.variant)) continue;
    try {
      c.must_throw ? check_throws(c, entry->second) : check_values(c, entry->second);
      settle();
    } catch (const std::exception& e) {
      if (test_device().is_cuda() &&
          (testing_cuda::is_pending_error(e.what()) || testing_cuda::is_integer_error(e.what())))
        continue;
      ADD_FAILURE() << "threw: " << e.what();
    }
  }
}

}  // namespace hearth::golden
