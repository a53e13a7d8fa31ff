// SPDX-License-Identifier: Apache-2.0
// Public functions with numbers at the edges of int64: an error or a result, soon and in little
// memory. What the results are is the business of integer_values_test.cpp.
#include <initializer_list>

#include "hearth/nn.h"
#include "hearth/ops/conv.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/factory.h"
#include "hearth/ops/index.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/loss.h"
#include "hearth/ops/normalization.h"
#include "hearth/ops/pad.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/pool.h"
#include "hearth/ops/random.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/resize.h"
#include "hearth/ops/scan.h"
#include "hearth/ops/scatter.h"
#include "hearth/ops/shape.h"
#include "hearth/ops/softmax.h"
#include "hearth/ops/sort.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/indexing.h"

#include "core/ops/extremes.h"

namespace hearth::testing_ops {
namespace {

using Ints = std::vector<int64_t>;
using List = std::vector<Tensor>;

/// A function of integers, and a call of it that is usual. Plain data, for tables of hundreds.
struct Function {
  const char* name;
  std::initializer_list<int64_t> usual;
  List (*call)(const Ints&);
};

List pair(std::tuple<Tensor, Tensor> t) { return {std::get<0>(t), std::get<1>(t)}; }
Tensor image() { return ones({1, 2, 6, 6}); }
Tensor volume() { return ones({1, 2, 2, 3, 4}); }
Tensor line() { return ones({1, 2, 6}); }
Tensor matrix() { return arange(12.).reshape({3, 4}); }
Tensor integers(Ints v) {
  return from_blob(v.data(), static_cast<int64_t>(v.size()), kLong).clone();
}
Tensor places() { return zeros({3, 4}, kLong); }

/// The usual call with every number, and every two, at every extreme.
void sweep(const Function& f) {
  const FewMegabytes limit;
  const auto attempt = [&](const Ints& ints) {
    SCOPED_TRACE(cat_str(f.name, ints));
    computes_or_refuses([&] { return f.call(ints); });
  };
  const Ints usual = f.usual;
  EXPECT_NO_THROW(f.call(usual)) << f.name;
  for (size_t i = 0; i < usual.size(); ++i) {
    Ints ints = usual;
    for (int64_t v : kExtremes) {
      ints[i] = v;
      attempt(ints);
      for (size_t j = i + 1; j < ints.size(); ++j) {
        for (int64_t w : kExtremes) {
          ints[j] = w;
          attempt(ints);
        }
        ints[j] = usual[j];
      }
    }
  }
}

void sweep(std::initializer_list<Function> functions) {
  for (const Function& f : functions) sweep(f);
}

#define CALL(...) [](const Ints& i) -> List { return __VA_ARGS__; }

TEST(Integers, Creation) {
  sweep({
      {"empty", {2, 3, 4}, CALL({empty({i[0], i[1], i[2]})})},
      {"zeros", {2, 3}, CALL({zeros({i[0], i[1]})})},
      {"ones", {2, 3}, CALL({ones({i[0], i[1]}, kBool)})},
      {"full", {2, 3}, CALL({full({i[0], i[1]}, 2.5)})},
      {"empty_strided", {2, 3, 3, 1}, CALL({empty_strided({i[0], i[1]}, {i[2], i[3]})})},
      {"eye", {3}, CALL({eye(i[0])})},
      {"eye", {3, 4}, CALL({eye(i[0], i[1])})},
      {"arange", {5}, CALL({arange(i[0])})},
      {"arange", {1, 5, 2}, CALL({arange(i[0], i[1], i[2])})},
      {"arange", {1, 5, 2}, CALL({arange(i[0], i[1], i[2], kDouble)})},
      {"arange", {1, 5, 2}, CALL({arange(i[0], i[1], i[2], kByte)})},
      {"linspace", {5}, CALL({linspace(0, 1, i[0])})},
      {"linspace", {1, 5, 3}, CALL({linspace(i[0], i[1], i[2], kLong)})},
      {"tril_indices", {3, 4, 0}, CALL({tril_indices(i[0], i[1], i[2])})},
      {"triu_indices", {3, 4, 0}, CALL({triu_indices(i[0], i[1], i[2])})},
      {"rand", {2, 3}, CALL({rand({i[0], i[1]})})},
      {"randn", {2, 3}, CALL({randn({i[0], i[1]})})},
      {"randint", {0, 9}, CALL({randint(i[0], i[1], {8})})},
      {"randint", {9, 3}, CALL({randint(i[0], {i[1]})})},
      {"randint_like", {0, 9}, CALL({randint_like(matrix(), i[0], i[1])})},
      {"random_", {0, 9}, CALL({matrix().random_(i[0], i[1])})},
      {"random_", {0, 9}, CALL({places().random_(i[0], i[1]), places().to(kByte).random_(i[1])})},
      {"random_", {3}, CALL({places().random_(i[0], std::optional<int64_t>())})},
      {"randperm", {5}, CALL({randperm(i[0])})},
      {"multinomial", {2}, CALL({multinomial(matrix(), i[0]), multinomial(matrix(), i[0], true)})},
      {"normal", {2, 3}, CALL({normal(0, 1, {i[0], i[1]})})},
      {"new_zeros", {2, 3}, CALL({matrix().new_zeros({i[0], i[1]})})},
      {"resize_", {2, 3, 1}, CALL({matrix().select(0, 1).resize_({i[0], i[1], i[2]})})},
      {"one_hot", {-1}, CALL({one_hot(places(), i[0])})},
      {"one_hot", {0, 1}, CALL({one_hot(integers({i[0], i[1]}))})},
  });
}

TEST(Integers, Views) {
  sweep({
      {"view", {4, 3}, CALL({matrix().view({i[0], i[1]})})},
      {"reshape", {4, 3}, CALL({matrix().t().reshape({i[0], i[1]})})},
      {"reshape", {4, 0}, CALL({zeros({0, 3}).reshape({i[0], i[1]})})},
      {"flatten", {0, 1}, CALL({matrix().flatten(i[0], i[1])})},
      {"flatten",
       {4, 3},
       CALL({zeros({0, 1, 1}).expand({0, i[0], i[1]}).flatten(1),
             zeros({0, 1, 1}).expand({0, i[0], i[1]}).flatten()})},
      {"unflatten", {1, 2, 2}, CALL({matrix().unflatten(i[0], {i[1], i[2]})})},
      {"permute", {1, 0}, CALL({matrix().permute({i[0], i[1]})})},
      {"transpose", {1, 0}, CALL({matrix().transpose(i[0], i[1])})},
      {"movedim", {1, 0}, CALL({matrix().movedim(i[0], i[1])})},
      {"expand", {2, 3, 4}, CALL({matrix().expand({i[0], i[1], i[2]})})},
      {"expand", {2, 3}, CALL({zeros({}, kBool).expand({i[0], i[1]})})},
      {"broadcast_to", {3, 4}, CALL({broadcast_to(matrix(), {i[0], i[1]})})},
      {"sum_to_size", {1, 4}, CALL({matrix().sum_to_size({i[0], i[1]})})},
      {"squeeze", {0}, CALL({matrix().squeeze(i[0]), matrix().squeeze({i[0], 1})})},
      {"unsqueeze", {0}, CALL({matrix().unsqueeze(i[0])})},
      {"select", {0, 1}, CALL({matrix().select(i[0], i[1])})},
      {"slice", {0, 1, 3, 1}, CALL({matrix().slice(i[0], i[1], i[2], i[3])})},
      {"narrow", {1, 1, 2}, CALL({matrix().narrow(i[0], i[1], i[2])})},
      {"split", {2, 1}, CALL(matrix().split(i[0], i[1]))},
      {"split", {1, 1, 2}, CALL(matrix().split({i[0], i[1], i[2]}, 1))},
      {"split_with_sizes",
       {3, 4, 5, 0},
       CALL(arange(12).split_with_sizes({i[0], i[1], i[2]}, i[3]))},
      {"chunk", {2, 1}, CALL(matrix().chunk(i[0], i[1]))},
      {"chunk", {2}, CALL(zeros({0}).chunk(i[0]))},
      {"unbind", {1}, CALL(matrix().unbind(i[0]))},
      {"unbind", {3}, CALL(zeros({1}).expand({i[0]}).unbind())},
      {"split", {3, 2}, CALL(zeros({1}).expand({i[0]}).split(i[1]))},
      {"diagonal", {1, 0, 1}, CALL({matrix().diagonal(i[0], i[1], i[2])})},
      {"as_strided",
       {2, 2, 1, 1, 1},
       CALL({matrix().as_strided({i[0], i[1]}, {i[2], i[3]}, i[4])})},
      {"unfold", {1, 2, 1}, CALL({matrix().unfold(i[0], i[1], i[2])})},
      {"operator[]", {1}, CALL({matrix()[i[0]]})},
      {"index",
       {1, 3, 1},
       CALL({matrix().index({indexing::Slice(i[0], i[1], i[2]), indexing::None})})},
      {"index", {1, 2}, CALL({matrix().index({i[0], i[1]})})},
      {"size", {1}, CALL({full({}, matrix().size(i[0])), full({}, matrix().stride(i[0]))})},
  });
}

/// Views of tensors whose strides are as large as an empty or one-element dim allows.
TEST(Integers, ViewsOfStretchedTensors) {
  const auto stretched = [](int64_t n, int64_t a, int64_t b) {
    return zeros({4}).as_strided({n, 1}, {a, b});
  };
  for (int64_t n : {0, 1, 2})
    for (int64_t a : kExtremes)
      for (int64_t b : kExtremes) {
        SCOPED_TRACE(cat_str(Ints{n, a, b}));
        Tensor x;
        if (!computes_or_refuses([&]() -> List { return {x = stretched(n, a, b)}; })) continue;
        computes_or_refuses([&]() -> List {
          return {x.unsqueeze(0),
                  x.unsqueeze(1),
                  x.unsqueeze(2),
                  x.slice(0, 1, 2, 1),
                  x.slice(1, 1, 5, 2),
                  x.slice(0, 0, 9, INT64_MAX),
                  x.diagonal(),
                  x.diagonal(1),
                  x.diagonal(-1),
                  x.unfold(1, 1, INT64_MAX),
                  x.unfold(1, 0, 2),
                  x.t(),
                  x.flatten(),
                  x.reshape({-1, n, 1}),
                  x.narrow(1, 1, 0),
                  x.clone(),
                  x.contiguous(),
                  x.flip({0, 1}),
                  x + 1,
                  x.sum(0),
                  cat({x, x}, 1),
                  x.repeat({2, 2}),
                  constant_pad_nd(x, {1, 1, -n, 1}),
                  x.tril(),
                  x.to(kInt),
                  view_as_real(x.to(kComplexFloat)),
                  x.roll(1, 0),
                  x.is_contiguous() ? x : x};
        });
        computes_or_refuses([&]() -> List { return x.view(kInt).split({0, 1}, 1); });
        computes_or_refuses([&]() -> List { return x.unbind(0); });
        computes_or_refuses([&]() -> List { return {x.view(kHalf)}; });
      }
}

TEST(Integers, Rearranging) {
  sweep({
      {"flip", {0, 1}, CALL({matrix().flip({i[0], i[1]})})},
      {"roll", {1, 0}, CALL({matrix().roll(i[0], i[1])})},
      {"roll", {1}, CALL({matrix().roll(i[0])})},
      {"repeat", {2, 1, 3}, CALL({matrix().repeat({i[0], i[1], i[2]})})},
      {"repeat", {2}, CALL({zeros({0}).repeat({i[0]})})},
      {"tile", {2, 3}, CALL({matrix().tile({i[0], i[1]})})},
      {"repeat_interleave", {2, 1}, CALL({matrix().repeat_interleave(i[0], i[1])})},
      {"repeat_interleave", {2}, CALL({matrix().repeat_interleave(i[0])})},
      {"repeat_interleave", {2, 1}, CALL({repeat_interleave(arange(2), integers({i[0], i[1]}))})},
      {"tril", {0}, CALL({matrix().tril(i[0]), matrix().triu(i[0]), matrix().tril_(i[0])})},
      {"diag", {1}, CALL({matrix().diag(i[0])})},
      {"diag", {1}, CALL({arange(3).diag(i[0])})},
      {"diag_embed", {1, 0, 1}, CALL({diag_embed(arange(3), i[0], i[1], i[2])})},
      {"cat", {1}, CALL({cat({matrix(), matrix()}, i[0]), stack({matrix(), matrix()}, i[0])})},
      {"index_select", {1}, CALL({matrix().index_select(i[0], zeros({2}, kLong))})},
      {"index_select", {1}, CALL({matrix().index_select(0, full({2}, i[0]))})},
      {"index_add", {0, 1}, CALL({index_add(matrix(), i[0], full({3}, i[1]), matrix())})},
      {"index_copy", {0, 1}, CALL({index_copy(matrix(), i[0], full({3}, i[1]), matrix())})},
      {"index_fill", {0, 1}, CALL({index_fill(matrix(), i[0], full({3}, i[1]), 2)})},
      {"gather", {0, 1}, CALL({gather(matrix(), i[0], full({3, 4}, i[1]))})},
      {"scatter", {0, 1}, CALL({scatter(matrix(), i[0], full({3, 4}, i[1]), 2)})},
      {"scatter_add", {0, 1}, CALL({scatter_add(matrix(), i[0], full({3, 4}, i[1]), matrix())})},
      {"index", {1}, CALL({matrix().index({full({2}, i[0])})})},
      {"take", {1}, CALL({matrix().take(full({2}, i[0]))})},
      {"take_along_dim", {1}, CALL({take_along_dim(matrix(), places(), i[0])})},
      {"embedding", {1, 0}, CALL({embedding(matrix(), full({2}, i[0]), i[1])})},
      {"pixel_shuffle", {2}, CALL({pixel_shuffle(ones({1, 4, 2, 2}), i[0])})},
      {"pixel_shuffle", {2}, CALL({pixel_shuffle(ones({1, 0, 2, 2}), i[0])})},
      {"pixel_unshuffle", {2}, CALL({pixel_unshuffle(image(), i[0])})},
      {"pixel_unshuffle", {2}, CALL({pixel_unshuffle(ones({1, 1, 0, 0}), i[0])})},
  });
}

TEST(Integers, SplitsJoinsAndScatters) {
  sweep({
      {"tensor_split", {2, 1}, CALL(matrix().tensor_split(i[0], i[1]))},
      {"tensor_split", {1, 2}, CALL(matrix().tensor_split({i[0], i[1]}))},
      {"hsplit", {2}, CALL(matrix().hsplit(i[0]))},
      {"rot90", {1, 0, 1}, CALL({matrix().rot90(i[0], {i[1], i[2]})})},
      {"narrow_copy", {1, 1, 2}, CALL({matrix().narrow_copy(i[0], i[1], i[2])})},
      {"diagflat", {1}, CALL({matrix().diagflat(i[0])})},
      {"combinations", {2}, CALL({combinations(arange(4), i[0])})},
      {"combinations", {2}, CALL({combinations(arange(1), i[0], true)})},
      {"repeats", {2, 3}, CALL({repeat_interleave(integers({i[0], 1}), i[1])})},
      {"set_", {0, 2}, CALL({zeros({2}).set_(matrix().to(kFloat), i[0], {i[1]})})},
      {"set_", {2, 1}, CALL({zeros({2}).set_(matrix().to(kFloat), 0, {i[0]}, {i[1]})})},
      {"empty_permuted", {2, 3, 0}, CALL({empty_permuted({i[0], i[1]}, {1, i[2]})})},
      {"logspace", {0, 2, 3}, CALL({logspace(i[0], i[1], i[2], 2.0)})},
      {"logspace", {0, 2, 3}, CALL({logspace(i[0], i[1], i[2], 2.0, kLong)})},
      {"range", {0, 2, 1}, CALL({range(i[0], i[1], i[2])})},
      {"range", {0, 2, 1}, CALL({range(i[0], i[1], i[2], kLong)})},
      {"hann_window", {4}, CALL({hann_window(i[0])})},
      {"kaiser_window", {4}, CALL({kaiser_window(i[0], false)})},
      {"vander", {3}, CALL({vander(arange(3), i[0])})},
      {"scatter_reduce",
       {0, 1},
       CALL({matrix().scatter_reduce(i[0], full({3, 4}, i[1]), matrix(), "amax")})},
      {"index_reduce",
       {0, 1},
       CALL({matrix().index_reduce(i[0], full({3}, i[1]), matrix(), "prod")})},
      {"put", {1}, CALL({matrix().put(full({2}, i[0]), ones({2}))})},
      {"nonzero_static", {3, -1}, CALL({matrix().nonzero_static(i[0], i[1])})},
      {"unravel_index", {2, 3, 4}, CALL(unravel_index(full({2}, i[0]), {i[1], i[2]}))},
      {"select_scatter", {0, 1}, CALL({matrix().select_scatter(ones({4}), i[0], i[1])})},
      {"slice_scatter",
       {0, 1, 3, 1},
       CALL({matrix().slice_scatter(ones({2, 4}), i[0], i[1], i[2], i[3])})},
      {"segment_reduce",
       {2, 1},
       CALL({segment_reduce(matrix().to(kFloat), "sum", integers({i[0], i[1]}))})},
      {"segment_reduce",
       {0, 3},
       CALL({segment_reduce(matrix().to(kFloat), "max", {}, {}, integers({i[0], i[1]}))})},
  });
}

TEST(Integers, Dims) {
#define DIM(...)               \
  [](const Ints& i) -> List {  \
    const Tensor x = matrix(); \
    const int64_t d = i[0];    \
    return __VA_ARGS__;        \
  }
  sweep({
      {"sum", {1}, DIM({x.sum(d), x.mean(d), x.prod(d), x.any(d), x.all(d)})},
      {"var", {1}, DIM({x.var(IntArrayRef(d)), x.std(IntArrayRef(d)), x.logsumexp(d)})},
      {"norm",
       {1},
       DIM({x.norm(2, IntArrayRef(d)), x.count_nonzero(IntArrayRef(d)), frobenius_norm(x, d)})},
      {"max", {1}, DIM(pair(x.max(d)))},
      {"aminmax", {1}, DIM({x.amax(d), x.amin(d), x.argmax(d), x.argmin(d)})},
      {"cumsum", {1}, DIM({x.cumsum(d), x.cumprod(d)})},
      {"cummax", {1}, DIM(pair(x.cummax(d)))},
      {"softmax", {1}, DIM({x.softmax(d), x.log_softmax(d)})},
      {"sort", {1}, DIM(pair(x.sort(d)))},
      {"argsort", {1}, DIM({x.argsort(d)})},
      {"topk", {2, 1}, CALL(pair(matrix().topk(i[0], i[1])))},
      {"kthvalue", {2, 1}, CALL(pair(kthvalue(matrix(), i[0], i[1])))},
      {"tensordot", {1, 0}, CALL({tensordot(matrix(), matrix().t(), i[0], i[1])})},
      {"einsum",
       {0, 1},
       CALL({einsum("ij,jk", {matrix(), matrix().t()}, IntArrayRef{i[0], i[1]})})},
      {"layer_norm", {4}, CALL({layer_norm(matrix(), i[0]), rms_norm(matrix(), i[0])})},
      {"layer_norm", {3, 4}, CALL({layer_norm(matrix(), {i[0], i[1]})})},
      {"group_norm", {2}, CALL({group_norm(matrix(), i[0])})},
      {"cross_entropy_loss",
       {1, -100},
       CALL({cross_entropy_loss(matrix(), zeros({3}, kLong), {}, i[0], i[1])})},
      {"nll_loss", {1, -100}, CALL({nll_loss(matrix(), zeros({3}, kLong), {}, i[0], i[1])})},
      {"nll_loss", {1}, CALL({nll_loss(matrix(), full({3}, i[0]))})},
      {"losses",
       {1},
       CALL({mse_loss(matrix(), matrix(), i[0]), l1_loss(matrix(), matrix(), i[0]),
             smooth_l1_loss(matrix(), matrix(), i[0]), huber_loss(matrix(), matrix(), i[0]),
             binary_cross_entropy_with_logits(matrix(), matrix(), {}, {}, i[0]),
             kl_div(matrix(), matrix(), i[0])})},
  });
}

TEST(Integers, Windows) {
  sweep({
      {"constant_pad_nd", {1, 2, 0, 1}, CALL({constant_pad_nd(image(), {i[0], i[1], i[2], i[3]})})},
      {"pad reflect", {1, 2, 0, 1}, CALL({pad(image(), {i[0], i[1], i[2], i[3]}, "reflect")})},
      {"pad replicate", {1, 2, 0, 1}, CALL({pad(image(), {i[0], i[1], i[2], i[3]}, "replicate")})},
      {"pad circular", {1, 2, 0, 1}, CALL({pad(image(), {i[0], i[1], i[2], i[3]}, "circular")})},
      {"max_pool1d", {2, 1, 0, 1}, CALL({max_pool1d(line(), i[0], i[1], i[2], i[3])})},
      {"max_pool1d ceil", {2, 1, 0, 1}, CALL({max_pool1d(line(), i[0], i[1], i[2], i[3], true)})},
      {"max_pool2d",
       {2, 3, 1, 2, 1, 1, 1, 2},
       CALL({max_pool2d(image(), {i[0], i[1]}, {i[2], i[3]}, {i[4], i[5]}, {i[6], i[7]})})},
      {"max_pool2d channels_last",
       {2, 1, 0, 1},
       CALL({max_pool2d(image().to(MemoryFormat::ChannelsLast), i[0], i[1], i[2], i[3], true)})},
      {"max_pool3d",
       {2, 1, 2, 1, 2, 1, 1, 0, 1, 2, 1, 1},
       CALL({max_pool3d(volume(), {i[0], i[1], i[2]}, {i[3], i[4], i[5]}, {i[6], i[7], i[8]},
                        {i[9], i[10], i[11]})})},
      {"avg_pool3d",
       {2, 2, 0, 3},
       CALL({avg_pool3d(volume(), i[0], i[1], i[2], true, true, i[3])})},
      {"adaptive_avg_pool3d", {2, 1, 3}, CALL({adaptive_avg_pool3d(volume(), {i[0], i[1], i[2]})})},
      {"adaptive_max_pool3d",
       {2, 1, 3},
       CALL(pair(adaptive_max_pool3d(volume(), {i[0], i[1], i[2]})))},
      {"conv3d",
       {2, 1, 0, 1, 1},
       CALL({conv3d(volume(), ones({2, 2, 2, 1, 2}), {}, {i[0], i[1], i[0]}, {i[2], i[3], i[2]},
                    {i[4], i[4], i[1]})})},
      {"conv_transpose3d",
       {2, 1, 1, 1, 1},
       CALL({conv_transpose3d(volume(), ones({2, 1, 2, 2, 1}), {}, i[0], i[1], i[2], i[3], i[4])})},
      {"avg_pool1d", {2, 1, 1}, CALL({avg_pool1d(line(), i[0], i[1], i[2])})},
      {"avg_pool2d",
       {2, 3, 1, 2, 1, 1, 5},
       CALL({avg_pool2d(image(), {i[0], i[1]}, {i[2], i[3]}, {i[4], i[5]}, true, true, i[6])})},
      {"adaptive_avg_pool1d", {3}, CALL({adaptive_avg_pool1d(line(), i[0])})},
      {"adaptive_avg_pool2d", {3, 4}, CALL({adaptive_avg_pool2d(image(), {i[0], i[1]})})},
      {"adaptive_avg_pool2d",
       {3, 4},
       CALL({adaptive_avg_pool2d(ones({0, 2, 6, 6}), {i[0], i[1]})})},
      {"adaptive_max_pool2d", {3, 4}, CALL(pair(adaptive_max_pool2d(image(), {i[0], i[1]})))},
      {"conv1d", {1, 1, 1, 1}, CALL({conv1d(line(), ones({2, 2, 3}), {}, i[0], i[1], i[2], i[3])})},
      {"conv1d pointwise",
       {1, 0, 1},
       CALL({conv1d(line(), ones({2, 2, 1}), {}, i[0], i[1], i[2])})},
      {"conv1d same", {1, 1}, CALL({conv1d(line(), ones({2, 2, 4}), {}, 1, "same", i[0], i[1])})},
      {"conv2d",
       {1, 2, 1, 1, 1, 2},
       CALL({conv2d(image(), ones({2, 2, 3, 2}), {}, {i[0], i[1]}, {i[2], i[3]}, {i[4], i[5]})})},
      {"conv2d",
       {1, 1, 1},
       CALL({conv2d(ones({0, 2, 6, 6}), ones({2, 2, 3, 2}), {}, i[0], i[1], i[2])})},
      {"conv_transpose1d",
       {2, 1, 1, 1, 1},
       CALL({conv_transpose1d(line(), ones({2, 2, 3}), {}, i[0], i[1], i[2], i[3], i[4])})},
      {"conv_transpose1d",
       {2, 0, 0, 1},
       CALL({conv_transpose1d(ones({1, 2, 1}), ones({2, 2, 1}), {}, i[0], i[1], i[2], 1, i[3])})},
      {"upsample_nearest1d", {9}, CALL({upsample_nearest1d(line(), i[0])})},
      {"upsample_linear1d", {9}, CALL({upsample_linear1d(line(), i[0], false)})},
      {"upsample_nearest2d", {9, 4}, CALL({upsample_nearest2d(image(), {i[0], i[1]})})},
      {"upsample_bilinear2d", {9, 4}, CALL({upsample_bilinear2d(image(), {i[0], i[1]}, true)})},
      {"upsample_bilinear2d",
       {9, 4},
       CALL({upsample_bilinear2d(ones({0, 2, 6, 6}), {i[0], i[1]}, true)})},
  });
}

TEST(Integers, Modules) {
  namespace F = nn::functional;
  sweep({
      {"Linear", {3, 4}, CALL({nn::Linear(i[0], i[1])->weight})},
      {"Bilinear", {3, 4, 2}, CALL({nn::Bilinear(i[0], i[1], i[2])->weight})},
      {"Conv2d",
       {2, 4, 3, 2},
       CALL({nn::Conv2d(nn::Conv2dOptions(i[0], i[1], i[2]).groups(i[3]))(image())})},
      {"Conv2d",
       {1, 1, 1},
       CALL({nn::Conv2d(nn::Conv2dOptions(2, 2, 3).stride(i[0]).padding(i[1]).dilation(i[2]))(
           image())})},
      {"Conv2d circular",
       {1, 1},
       CALL({nn::Conv2d(nn::Conv2dOptions(2, 2, 3).padding(i[0]).dilation(i[1]).padding_mode(
           kCircular))(image())})},
      {"Conv1d same",
       {1},
       CALL({nn::Conv1d(nn::Conv1dOptions(2, 2, 3).padding(kSame).dilation(i[0]).padding_mode(
           kReflect))(line())})},
      {"ConvTranspose1d",
       {2, 2, 3, 1},
       CALL({nn::ConvTranspose1d(nn::ConvTranspose1dOptions(i[0], i[1], i[2]).groups(i[3]))(
           line())})},
      {"ConvTranspose1d",
       {1, 1, 1, 6},
       CALL({nn::ConvTranspose1d(
           nn::ConvTranspose1dOptions(2, 2, 3).stride(i[0]).padding(i[1]).dilation(i[2]))(
           line(), IntArrayRef(i[3]))})},
      {"Embedding", {3, 2}, CALL({nn::Embedding(i[0], i[1])->weight})},
      {"Embedding",
       {3, 1},
       CALL({nn::Embedding(nn::EmbeddingOptions(i[0], 2).padding_idx(i[1]))(zeros({2}, kLong))})},
      {"F::embedding",
       {1, 0},
       CALL(
           {F::embedding(full({2}, i[0]), matrix(), F::EmbeddingFuncOptions().padding_idx(i[1]))})},
      {"BatchNorm1d", {2}, CALL({nn::BatchNorm1d(i[0])(line())})},
      {"LayerNorm", {6}, CALL({nn::LayerNorm(nn::LayerNormOptions({i[0]}))(line())})},
      {"GroupNorm", {2, 2}, CALL({nn::GroupNorm(i[0], i[1])(line())})},
      {"MultiheadAttention", {4, 2}, CALL({nn::MultiheadAttention(i[0], i[1])->out_proj->weight})},
      {"MaxPool2d", {2}, CALL({nn::MaxPool2d(i[0])(image()), nn::AvgPool2d(i[0])(image())})},
      {"AdaptiveAvgPool2d", {2}, CALL({nn::AdaptiveAvgPool2d(i[0])(image())})},
      {"Upsample",
       {9, 4},
       CALL({nn::Upsample(nn::UpsampleOptions().size(Ints{i[0], i[1]}))(image())})},
      {"F::interpolate",
       {2},
       CALL({F::interpolate(image(), F::InterpolateFuncOptions().scale_factor(
                                         std::vector<double>{static_cast<double>(i[0])}))})},
      {"PixelShuffle", {1}, CALL({nn::PixelShuffle(i[0])(image())})},
      {"Flatten",
       {1, -1},
       CALL({nn::Flatten(nn::FlattenOptions().start_dim(i[0]).end_dim(i[1]))(image())})},
      {"Unflatten",
       {1, 2, 1},
       CALL({nn::Unflatten(nn::UnflattenOptions(i[0], {i[1], i[2]}))(image())})},
      {"Softmax", {1}, CALL({nn::Softmax(i[0])(matrix()), nn::LogSoftmax(i[0])(matrix())})},
      {"CrossEntropyLoss",
       {1},
       CALL({nn::CrossEntropyLoss(nn::CrossEntropyLossOptions().ignore_index(i[0]))(
           matrix(), zeros({3}, kLong))})},
      {"F::normalize", {1}, CALL({F::normalize(matrix(), F::NormalizeFuncOptions().dim(i[0]))})},
      {"dirac_", {1}, CALL({nn::init::dirac_(ones({2, 2, 3}), i[0])})},
  });
}

}  // namespace
}  // namespace hearth::testing_ops
