// SPDX-License-Identifier: Apache-2.0
// Reductions against plain loops, over layouts and sizes that take every path of the kernels.
#include "hearth/ops/reduce.h"

#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "hearth/autograd/autograd.h"
#include "hearth/base/threads.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/tensor_literal.h"

namespace hearth {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

/// Doubles in (-0.5, 1.5), no two alike among many; their sums do not cancel.
Tensor sample(IntArrayRef sizes) {
  const Tensor t = empty(sizes, TensorOptions(kDouble));
  double* p = t.data_ptr<double>();
  for (int64_t i = 0; i < t.numel(); ++i) {
    const double x = static_cast<double>(i + 1) * 0.6180339887498949;
    p[i] = 2 * (x - std::floor(x)) - 0.5;
  }
  return t;
}

Tensor vec(const std::vector<double>& v, ScalarType type = kDouble) {
  const Tensor t = empty({static_cast<int64_t>(v.size())}, TensorOptions(kDouble));
  for (size_t i = 0; i < v.size(); ++i) t.data_ptr<double>()[i] = v[i];
  return t.to(type);
}

struct Layout {
  const char* name;
  Tensor x;
};

std::vector<Layout> layouts() {
  return {
      {"flat", sample({100003})},
      {"short", sample({7})},
      {"matrix", sample({300, 517})},
      {"transposed", sample({517, 300}).transpose(0, 1)},
      {"long rows", sample({3, 20011})},
      {"long columns", sample({20011, 3})},
      {"short rows", sample({2111, 6})},
      {"middle", sample({5, 700, 6})},
      {"wide middle", sample({4, 70, 1500})},
      {"permuted", sample({40, 6, 50}).permute({2, 0, 1})},
      {"channels last", sample({4, 9, 11, 5}).permute({0, 3, 1, 2})},
      {"sliced", sample({30, 40, 20}).slice(2, 1, 20, 3)},
      {"rows of a wider one", sample({300, 60}).slice(1, 3, 50)},
      {"expanded", sample({1, 30, 1}).expand({50, 30, 20})},
      {"expanded number", sample({}).expand({3, 4})},
      {"one element", sample({1, 1})},
      {"number", sample({})},
  };
}

std::vector<DimVector> dim_choices(int64_t n) {
  std::vector<DimVector> out = {{}};
  for (int64_t d = 0; d < n; ++d) out.push_back({d});
  for (int64_t d = 1; d < n; ++d) out.push_back({d - n, 0});
  return out;
}

using Fold = std::function<double(const std::vector<double>&)>;

/// What goes into each output of a reduction, by loops.
struct Groups {
  DimVector sizes;
  std::vector<std::vector<double>> values;

  Groups(const Tensor& x, const DimVector& dims) {
    const int64_t n = x.dim();
    std::vector<bool> gone(static_cast<size_t>(n), dims.empty());
    for (int64_t d : dims) gone[static_cast<size_t>(d < 0 ? d + n : d)] = true;
    int64_t count = 1;
    for (int64_t d = 0; d < n; ++d)
      if (!gone[static_cast<size_t>(d)]) {
        sizes.push_back(x.size(d));
        count *= x.size(d);
      }
    values.resize(static_cast<size_t>(count));
    const Tensor dense = x.to(kDouble).contiguous();
    const double* p = dense.const_data_ptr<double>();
    std::vector<int64_t> at(static_cast<size_t>(n), 0);
    for (int64_t i = 0; i < x.numel(); ++i) {
      int64_t to = 0;
      for (int64_t d = 0; d < n; ++d)
        if (!gone[static_cast<size_t>(d)]) to = to * x.size(d) + at[static_cast<size_t>(d)];
      values[static_cast<size_t>(to)].push_back(p[i]);
      for (int64_t d = n; d-- > 0;) {
        if (++at[static_cast<size_t>(d)] < x.size(d)) break;
        at[static_cast<size_t>(d)] = 0;
      }
    }
  }

  Tensor folded(const Fold& fold) const {
    const Tensor out = empty(sizes, TensorOptions(kDouble));
    for (size_t i = 0; i < values.size(); ++i) out.data_ptr<double>()[i] = fold(values[i]);
    return out;
  }
};

Tensor by_loops(const Tensor& x, const DimVector& dims, const Fold& fold) {
  return Groups(x, dims).folded(fold);
}

double total(const std::vector<double>& v) {
  double s = 0;
  for (double x : v) s += x;
  return s;
}
double mean_of(const std::vector<double>& v) { return total(v) / static_cast<double>(v.size()); }
double var_of(const std::vector<double>& v) {
  const double mean = mean_of(v);
  double s = 0;
  for (double x : v) s += (x - mean) * (x - mean);
  return s / (static_cast<double>(v.size()) - 1);
}
double largest(const std::vector<double>& v) {
  double m = -kInf;
  for (double x : v) m = std::max(m, x);
  return m;
}
double smallest(const std::vector<double>& v) {
  double m = kInf;
  for (double x : v) m = std::min(m, x);
  return m;
}
double norm_of(const std::vector<double>& v, double p) {
  double s = 0;
  for (double x : v) s += std::pow(std::fabs(x), p);
  return std::pow(s, 1 / p);
}

struct Case {
  const char* name;
  std::function<Tensor(const Tensor&, const DimVector&)> run;
  Fold fold;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {"sum", [](const Tensor& x, const DimVector& d) { return x.sum(d); }, total},
      {"mean", [](const Tensor& x, const DimVector& d) { return x.mean(d); }, mean_of},
      {"amax", [](const Tensor& x, const DimVector& d) { return x.amax(d); }, largest},
      {"amin", [](const Tensor& x, const DimVector& d) { return x.amin(d); }, smallest},
      {"var", [](const Tensor& x, const DimVector& d) { return x.var(d); }, var_of},
      {"std", [](const Tensor& x, const DimVector& d) { return x.std(d); },
       [](const std::vector<double>& v) { return std::sqrt(var_of(v)); }},
      {"norm 1", [](const Tensor& x, const DimVector& d) { return x.norm(1, d); },
       [](const std::vector<double>& v) { return norm_of(v, 1); }},
      {"norm 2", [](const Tensor& x, const DimVector& d) { return x.norm(2, d); },
       [](const std::vector<double>& v) { return norm_of(v, 2); }},
      {"norm 3", [](const Tensor& x, const DimVector& d) { return x.norm(3, d); },
       [](const std::vector<double>& v) { return norm_of(v, 3); }},
      {"logsumexp", [](const Tensor& x, const DimVector& d) { return x.logsumexp(d); },
       [](const std::vector<double>& v) {
         double s = 0;
         for (double x : v) s += std::exp(x);
         return std::log(s);
       }},
      {"count_nonzero", [](const Tensor& x, const DimVector& d) { return x.count_nonzero(d); },
       [](const std::vector<double>& v) {
         double n = 0;
         for (double x : v) n += x != 0;
         return n;
       }},
  };
  return all;
}

TEST(Reduce, EveryLayoutAndChoiceOfDims) {
  for (const Layout& layout : layouts()) {
    const Tensor &x = layout.x, single = x.to(kFloat);
    for (const DimVector& dims : dim_choices(x.dim())) {
      const Groups exact(x, dims), rounded(single, dims);
      for (const Case& c : cases()) {
        SCOPED_TRACE(cat_str(c.name, " of ", layout.name, " over ", dims.ref()));
        const Tensor want = exact.folded(c.fold), single_want = rounded.folded(c.fold);
        EXPECT_TRUE(c.run(x, dims).to(kDouble).allclose(want, 1e-10, 1e-12, true));
        EXPECT_TRUE(c.run(single, dims).to(kDouble).allclose(single_want, 2e-5, 2e-6, true));
      }
    }
  }
}

TEST(Reduce, PositionsInEveryLayout) {
  for (const Layout& layout : layouts()) {
    const Tensor& x = layout.x;
    if (x.numel() < 2) continue;
    const Fold first_largest = [](const std::vector<double>& v) {
      size_t at = 0;
      for (size_t i = 1; i < v.size(); ++i)
        if (v[i] > v[at]) at = i;
      return static_cast<double>(at);
    };
    SCOPED_TRACE(layout.name);
    EXPECT_EQ(x.argmax().item<double>(), by_loops(x, {}, first_largest).item<double>());
    for (int64_t d = 0; d < x.dim(); ++d) {
      const Tensor want = by_loops(x, {d}, first_largest);
      EXPECT_TRUE(x.argmax(d).to(kDouble).equal(want)) << d;
      EXPECT_TRUE(x.neg().argmin(d).to(kDouble).equal(want)) << d;
      const auto [values, indices] = x.max(d);
      EXPECT_TRUE(indices.to(kDouble).equal(want)) << d;
      EXPECT_TRUE(values.equal(by_loops(x, {d}, largest))) << d;
    }
  }
}

TEST(Reduce, EveryType) {
  const Tensor x = (sample({70, 37}) * 9).round();
  for (ScalarType type : {kByte, kChar, kShort, kInt, kLong, kHalf, kBFloat16, kFloat, kDouble}) {
    SCOPED_TRACE(to_string(type));
    const Tensor source = type == kByte ? x.abs() : x;
    const Tensor t = source.to(type);
    for (const DimVector& dims : dim_choices(2)) {
      const Tensor want = by_loops(source, dims, total);
      const ScalarType summed = is_integral(type) ? kLong : type;
      EXPECT_EQ(t.sum(dims).scalar_type(), summed);
      EXPECT_TRUE(t.sum(dims).equal(want.to(summed)));
      EXPECT_TRUE(t.sum(dims, false, kDouble).equal(want));
      EXPECT_TRUE(t.amax(dims).equal(by_loops(source, dims, largest).to(type)));
      EXPECT_TRUE(t.amin(dims).equal(by_loops(source, dims, smallest).to(type)));
      EXPECT_TRUE(t.ne(0).any(dims).equal(t.any(dims)));
      EXPECT_EQ(t.all(dims).scalar_type(), type == kByte ? kByte : kBool);
      EXPECT_TRUE(t.count_nonzero(dims).equal(source.ne(0).sum(dims)));
    }
    EXPECT_TRUE(t.argmax(0).equal(source.argmax(0)));
    EXPECT_TRUE(t.argmin(1).equal(source.argmin(1)));
  }
  const Tensor mask = x.gt(0);
  EXPECT_EQ(mask.sum().item<int64_t>(), x.gt(0).to(kDouble).sum().item<double>());
  EXPECT_TRUE(mask.amax(0).equal(mask.any(0)));
  EXPECT_TRUE(mask.amin(0).equal(mask.all(0)));
  EXPECT_TRUE(mask.prod(0).equal(mask.all(0).to(kLong)));
}

TEST(Reduce, Complex) {
  const Tensor re = sample({9, 40}), im = sample({40, 9}).transpose(0, 1);
  const Tensor z = re.to(kComplexDouble) + im.to(kComplexDouble) * Scalar(complex<double>(0, 1));
  const complex<double> sum = z.sum().item<complex<double>>();
  EXPECT_NEAR(sum.real_, re.sum().item<double>(), 1e-12);
  EXPECT_NEAR(sum.imag_, im.sum().item<double>(), 1e-12);
  EXPECT_TRUE(z.norm(2, 1).allclose((re * re + im * im).sum(1).sqrt()));
  EXPECT_TRUE(z.norm(1, 0).allclose((re * re + im * im).sqrt().sum(0)));
  EXPECT_EQ(z.norm().scalar_type(), kDouble);
  EXPECT_TRUE(z.mean(0).allclose(z.sum(0) / 9));
  EXPECT_THROW(z.max(), Error);
}

TEST(Reduce, LongFloatSumsAreAccurate) {
  const Tensor x = full({10'000'000}, 0.1);
  const double exact = 1e7 * static_cast<double>(0.1f);
  EXPECT_NEAR(x.sum().item<double>(), exact, 1);
  EXPECT_NEAR(x.view({10, -1}).sum(1).sum().item<double>(), exact, 1);
  EXPECT_NEAR(x.view({-1, 10}).sum(0).sum().item<double>(), exact, 1);
  EXPECT_NEAR(x.to(kHalf).sum(std::nullopt, false, kFloat).item<double>(), 999755.859375, 1);
}

TEST(Reduce, Empty) {
  const Tensor none = empty({0, 3});
  EXPECT_EQ(none.sum().item<float>(), 0);
  EXPECT_EQ(none.prod().item<float>(), 1);
  EXPECT_TRUE(std::isnan(none.mean().item<float>()));
  EXPECT_TRUE(none.all().item<bool>());
  EXPECT_FALSE(none.any().item<bool>());
  EXPECT_EQ(none.norm().item<float>(), 0);
  EXPECT_EQ(none.logsumexp({0}).select(0, 0).item<float>(), -kInf);
  EXPECT_TRUE(none.sum(0).equal(zeros({3})));
  EXPECT_EQ(none.sum(1).sizes(), IntArrayRef({0}));
  EXPECT_EQ(none.amax(1).sizes(), IntArrayRef({0}));
  EXPECT_EQ(none.argmax(1).sizes(), IntArrayRef({0}));
  EXPECT_THROW(none.max(), IndexError);
  EXPECT_THROW(none.argmax(), IndexError);
  EXPECT_THROW(none.amax(0), IndexError);
  EXPECT_THROW(none.min(0), IndexError);
  EXPECT_THROW(none.norm(kInf), Error);
}

TEST(Reduce, NanAndInfinity) {
  for (ScalarType type : {kHalf, kBFloat16, kFloat, kDouble}) {
    SCOPED_TRACE(to_string(type));
    std::vector<double> v(100, 1.0);
    v[40] = kNan;
    v[70] = kNan;
    v[80] = kInf;
    const Tensor row = vec(v, type), column = row.view({100, 1}).expand({100, 3}).contiguous();
    EXPECT_TRUE(std::isnan(row.max().item<double>()));
    EXPECT_TRUE(std::isnan(row.min().item<double>()));
    EXPECT_EQ(row.argmax().item<int64_t>(), 40);
    EXPECT_EQ(row.argmin().item<int64_t>(), 40);
    EXPECT_TRUE(column.amax(0).isnan().all().item<bool>());
    EXPECT_EQ(column.argmax(0).select(0, 1).item<int64_t>(), 40);
    EXPECT_EQ(column.argmin(0).select(0, 2).item<int64_t>(), 40);
    EXPECT_TRUE(std::isnan(row.norm(kInf).item<double>()));
    EXPECT_TRUE(std::isnan(row.sum().item<double>()));
    v[40] = v[70] = 1;
    const Tensor infinite = vec(v, type);
    EXPECT_EQ(infinite.max().item<double>(), kInf);
    EXPECT_EQ(infinite.argmax().item<int64_t>(), 80);
    EXPECT_EQ(infinite.sum().item<double>(), kInf);
    EXPECT_EQ(infinite.logsumexp(0).item<double>(), kInf);
  }
  EXPECT_EQ(vec({-kInf, -kInf}).logsumexp(0).item<double>(), -kInf);
  EXPECT_EQ(vec({1000, 1000}, kFloat).logsumexp(0).item<float>(), 1000 + std::log(2.0f));
  EXPECT_EQ(vec({-kInf, -kInf}).max().item<double>(), -kInf);
  EXPECT_EQ(vec({-kInf, -kInf}).argmax().item<int64_t>(), 0);
}

TEST(Reduce, KeptAndNegativeDims) {
  const Tensor x = sample({2, 3, 4});
  EXPECT_EQ(x.sum({0, -1}, true).sizes(), IntArrayRef({1, 3, 1}));
  EXPECT_EQ(std::get<1>(x.max(-2, true)).sizes(), IntArrayRef({2, 1, 4}));
  EXPECT_EQ(x.argmax(std::nullopt, true).sizes(), IntArrayRef({1, 1, 1}));
  EXPECT_TRUE(x.sum(-1).equal(x.sum(2)));
  EXPECT_EQ(sample({}).sum(0).dim(), 0);
  EXPECT_EQ(sample({}).argmax(-1).item<int64_t>(), 0);
}

TEST(Reduce, BadArguments) {
  const Tensor x = sample({2, 3});
  EXPECT_THROW(x.sum(2), IndexError);
  EXPECT_THROW(x.sum({0, -2}), ValueError);
  EXPECT_THROW(sample({}).sum(IntArrayRef({0, -1})), ValueError);
  EXPECT_THROW(x.to(kLong).mean(), DtypeError);
  EXPECT_THROW(x.to(kLong).var(), DtypeError);
  EXPECT_THROW(x.to(kLong).norm(), DtypeError);
  try {
    empty({0}).argmax();
    FAIL();
  } catch (const IndexError& e) {
    EXPECT_NE(
        std::string(e.what()).find("Expected reduction dim to be specified for input.numel() == 0"),
        std::string::npos);
  }
}

/// As in PyTorch, where the other reductions take an empty list for all dims.
TEST(Reduce, QuantifiersOverNoDimsAskEachElement) {
  const IntArrayRef none;
  const Tensor x = tensor({{0.0, kNan}, {2.0, -0.0}}), is = tensor({{false, true}, {true, false}});
  EXPECT_TRUE(x.any(none).equal(is));
  EXPECT_TRUE(x.all(none, /*keepdim=*/true).equal(is));
  const Tensor bytes = tensor({0, 3}, kByte);
  EXPECT_TRUE(bytes.all(none).equal(tensor({0, 1}, kByte)));
  Tensor out = empty({0}, kBool);
  EXPECT_TRUE(any_out(out, x, none, false).equal(is));
  EXPECT_TRUE(all_out(out, x, none, false).equal(is));
  EXPECT_TRUE(x.any(OptionalIntArrayRef()).equal(tensor(true)));
  EXPECT_EQ(x.sum(none).dim(), 0);
}

TEST(Reduce, GivenOutputs) {
  const Tensor x = sample({3, 4});
  Tensor out = empty({0}, TensorOptions(kFloat));
  sum_out(out, x, 1);
  EXPECT_TRUE(out.allclose(x.to(kFloat).sum(1)));
  Tensor values = empty({0}, TensorOptions(kDouble)), indices = empty({0}, TensorOptions(kLong));
  max_out(values, indices, x, 0);
  EXPECT_TRUE(values.equal(x.amax(0)));
  EXPECT_TRUE(indices.equal(x.argmax(0)));
}

TEST(Reduce, BitsDoNotDependOnThreads) {
  const int before = get_num_threads();
  const Tensor x = sample({3000, 250}).to(kFloat);
  const auto all = [](const Tensor& t) {
    return std::vector<Tensor>{t.sum(),
                               t.sum(0),
                               t.sum(1),
                               t.prod(0),
                               t.var(0),
                               t.norm(),
                               t.logsumexp({0, 1}),
                               t.argmax(),
                               t.argmin(0),
                               t.amax({1}),
                               t.view({-1}).norm(3)};
  };
  set_num_threads(1);
  const std::vector<Tensor> want = all(x);
  for (int threads : {3, 7}) {
    set_num_threads(threads);
    const std::vector<Tensor> got = all(x);
    for (size_t i = 0; i < want.size(); ++i)
      EXPECT_EQ(std::memcmp(got[i].const_data_ptr(), want[i].const_data_ptr(), want[i].nbytes()), 0)
          << i << " at " << threads;
  }
  set_num_threads(before);
}

Tensor gradient_of(const Tensor& x, const std::function<Tensor(const Tensor&)>& f) {
  const Tensor leaf = x.detach().clone().requires_grad_();
  f(leaf).sum().backward();
  return leaf.grad();
}

TEST(Reduce, Gradients) {
  const Tensor tied = vec({1, 3, 3, 2});
  EXPECT_TRUE(
      gradient_of(tied, [](const Tensor& x) { return x.max(); }).equal(vec({0, .5, .5, 0})));
  EXPECT_TRUE(
      gradient_of(tied, [](const Tensor& x) { return x.amin(0); }).equal(vec({1, 0, 0, 0})));
  EXPECT_TRUE(gradient_of(tied, [](const Tensor& x) {
                return std::get<0>(x.max(0));
              }).equal(vec({0, 1, 0, 0})));
  const auto prod = [](const Tensor& x) { return x.prod(); };
  EXPECT_TRUE(gradient_of(vec({2, 0, 3}), prod).equal(vec({0, 6, 0})));
  EXPECT_TRUE(gradient_of(vec({0, 0, 3}), prod).equal(vec({0, 0, 0})));
  EXPECT_TRUE(
      gradient_of(vec({0, 0, 0}), [](const Tensor& x) { return x.norm(); }).equal(vec({0, 0, 0})));
  EXPECT_TRUE(
      gradient_of(vec({1, 1, 1}), [](const Tensor& x) { return x.std(); }).equal(vec({0, 0, 0})));
  EXPECT_TRUE(gradient_of(vec({-kInf, -kInf}), [](const Tensor& x) { return x.logsumexp(0); })
                  .isnan()
                  .all()
                  .item<bool>());
}

TEST(Reduce, SecondDerivativeOfProdAtZero) {
  const Tensor x = vec({2, 0, 3}).requires_grad_();
  const Tensor g = autograd::grad({x.prod()}, {x}, {}, std::nullopt, /*create_graph=*/true)[0];
  // d/dx of (x1 x2) is (0, x2, x1).
  g.select(0, 0).backward();
  EXPECT_TRUE(x.grad().equal(vec({0, 3, 0})));
}

TEST(Reduce, VarianceOfComplexNumbersAddsThatOfTheirParts) {
  const Tensor x = view_as_complex(tensor({1.0, 2.0, 4.0, -2.0, -3.0, 0.5}, kDouble).view({3, 2}))
                       .requires_grad_();
  const auto [var, mean] = var_mean(x, 0, /*unbiased=*/true);
  EXPECT_EQ(var.scalar_type(), kDouble);
  EXPECT_NEAR(var.item<double>(), 37.0 / 3 + 4.0833333333333333, 1e-12);
  EXPECT_NEAR(view_as_real(mean.detach()).select(0, 0).item<double>(), 2.0 / 3, 1e-12);
  EXPECT_NEAR(std(x).item<double>(), std::sqrt(var.item<double>()), 1e-12);
  var.backward();
  // 2 (x - mean) / (n - 1)
  const Tensor want = view_as_real((x.detach() - mean.detach()));
  EXPECT_TRUE(view_as_real(x.grad()).allclose(want, 1e-12, 1e-12));
}

}  // namespace
}  // namespace hearth
