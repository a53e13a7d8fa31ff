// SPDX-License-Identifier: Apache-2.0
// What the library computes on the host, it computes from copies: the same calls on tensors of both
// devices, each with the same result.
#include <functional>
#include <sstream>

#include "hearth/tensor/indexing.h"

#include "cuda/cuda_test.h"

namespace hearth::testing_cuda {
namespace {

namespace F = nn::functional;

struct Program {
  const char* name;
  std::function<std::vector<Tensor>(Device)> run;
};

Tensor values(IntArrayRef sizes, ScalarType type = kFloat) {
  int64_t n = 1;
  for (const int64_t s : sizes) n *= s;
  return (arange(n, TensorOptions(kDouble)).mul(0.37).sin() * 3).view(sizes).to(type);
}
Tensor flag(bool on) { return full({}, on, TensorOptions(kBool)); }
Tensor number(double value) { return full({}, value, TensorOptions(kDouble)); }

/// Two steps of training a small network with the optimizer that `make` gives.
template <class Make>
std::vector<Tensor> train(Device d, const Make& make) {
  manual_seed(1);
  nn::Sequential net(nn::Linear(4, 6), nn::Tanh(), nn::Linear(6, 3));
  net->to(d);
  auto optimizer = make(net->parameters());
  const Tensor x = values({5, 4}).to(d), y = tensor({0, 1, 2, 0, 1}).to(d);
  for (int i = 0; i < 2; ++i) {
    optimizer.zero_grad();
    F::cross_entropy(net->forward(x), y).backward();
    nn::utils::clip_grad_norm_(net->parameters(), 0.5);
    optimizer.step();
  }
  return net->parameters();
}

std::vector<Tensor> initialized(Device d, Tensor (*init)(Tensor)) {
  manual_seed(2);
  return {init(zeros({4, 4, 3}).to(d)), init(zeros({6, 4, 3}).to(d))};
}

const std::vector<Program>& programs() {
  using indexing::None;
  using indexing::Slice;
  static const std::vector<Program> all = {
      {"item",
       [](Device d) -> std::vector<Tensor> {
         const Tensor x = values({3}).to(d);
         return {number(x[1].item<double>()), flag(x[0].is_nonzero())};
       }},
      {"printing",
       [](Device d) -> std::vector<Tensor> {
         std::ostringstream out;
         out << values({2, 3}).to(d);
         const std::string text = out.str();
         return {number(static_cast<double>(text.find('[')))};
       }},
      {"comparisons",
       [](Device d) -> std::vector<Tensor> {
         const Tensor x = values({2, 3}).to(d);
         return {flag(x.equal(x + 0)), flag(x.equal(x + 1)), flag(x.allclose(x + 1e-9))};
       }},
      {"integer division",
       [](Device d) -> std::vector<Tensor> {
         const Tensor x = tensor({5, -5, 7}).to(d);
         EXPECT_THROW(x.div(zeros_like(x), "floor"), Error);
         return {x.div(tensor({2, 2, -2}).to(d), "floor"), x.remainder(3)};
       }},
      {"one_hot",
       [](Device d) -> std::vector<Tensor> {
         const Tensor x = tensor({0, 2, 1}).to(d);
         EXPECT_THROW(one_hot(x, 2), ValueError);
         return {one_hot(x), one_hot(x, 5)};
       }},
      {"repeat_interleave",
       [](Device d) -> std::vector<Tensor> {
         const Tensor x = values({3, 2}).to(d), n = tensor({2, 0, 1}).to(d);
         return {x.repeat_interleave(n, 0), x.repeat_interleave(2, 1)};
       }},
      {"indices",
       [](Device d) -> std::vector<Tensor> {
         const Tensor x = values({3, 4}).to(d), i = tensor({2, 0}).to(d);
         const Tensor y = x.clone();
         y.index_put_({x > 0}, 7);
         return {x.index({x > 0}),
                 x.index({i, Slice(1, None)}),
                 x.index({tensor(1).to(d)}),
                 x[tensor(2).to(d)],
                 x.index({tensor(true).to(d)}),
                 y,
                 x.masked_select(x > 1),
                 x.nonzero(),
                 x.take(i),
                 x.masked_fill(x > 0, 1)};
       }},
      {"made on the host",
       [](Device d) -> std::vector<Tensor> {
         const TensorOptions there = TensorOptions().device(d);
         const Tensor x = values({1, 2, 5}).to(d);
         return {tril_indices(3, 4, 0, there.dtype(kLong)),
                 triu_indices(3, 4, 1, there.dtype(kLong)),
                 tensor({1.5, 2.5}, there),
                 F::pad(x, F::PadFuncOptions({2, 1}).mode(kReflect)),
                 F::pad(x, F::PadFuncOptions({2, 1}).mode(kReplicate)),
                 F::pad(x, F::PadFuncOptions({2, 1}).mode(kCircular)),
                 eye(3, there),
                 linspace(0, 1, 5, there)};
       }},
      {"initialization",
       [](Device d) -> std::vector<Tensor> {
         std::vector<Tensor> out =
             initialized(d, [](Tensor t) { return nn::init::orthogonal_(t); });
         for (const Tensor& t : initialized(d, [](Tensor t) { return nn::init::dirac_(t); }))
           out.push_back(t);
         for (const Tensor& t : initialized(d, [](Tensor t) { return nn::init::trunc_normal_(t); }))
           out.push_back(t);
         for (const Tensor& t :
              initialized(d, [](Tensor t) { return nn::init::kaiming_uniform_(t); }))
           out.push_back(t);
         manual_seed(3);
         out.push_back(nn::init::sparse_(zeros({5, 4}).to(d), 0.4));
         out.push_back(nn::init::eye_(zeros({3, 4}).to(d)));
         return out;
       }},
      {"random choices",
       [](Device d) -> std::vector<Tensor> {
         manual_seed(4);
         const Tensor p = values({2, 6}).abs().to(d);
         const Tensor drawn = p.multinomial(3);
         return {drawn, p.mul(0.3).bernoulli(), randperm(7, TensorOptions().device(d))};
       }},
      {"SGD",
       [](Device d) {
         return train(d,
                      [](auto p) { return optim::SGD(p, optim::SGDOptions(0.1).momentum(0.9)); });
       }},
      {"Adam",
       [](Device d) {
         return train(d, [](auto p) { return optim::Adam(p, optim::AdamOptions().amsgrad(true)); });
       }},
      {"Adam that counts in tensors",
       [](Device d) {
         return train(d, [&](auto p) {
           const Tensor lr = full({}, 0.01, TensorOptions(kDouble).device(d));
           return optim::AdamW(p, optim::AdamWOptions(lr).capturable(true));
         });
       }},
      {"RMSprop",
       [](Device d) {
         return train(d, [](auto p) { return optim::RMSprop(p, optim::RMSpropOptions(0.01)); });
       }},
      {"batch norm with a cumulative average",
       [](Device d) -> std::vector<Tensor> {
         nn::BatchNorm1d norm(nn::BatchNormOptions(3).momentum(std::nullopt));
         norm->to(d);
         const Tensor x = values({4, 3}).to(d);
         norm->forward(x);
         return {norm->forward(x * 2), norm->running_mean, norm->running_var};
       }},
      {"saving and loading",
       [](Device d) -> std::vector<Tensor> {
         nn::Linear from(3, 2), to(3, 2);
         from->to(d);
         to->to(d);
         std::stringstream file;
         save(from, file);
         load(to, file);
         return {(to->weight - from->weight).abs().max(), (to->bias - from->bias).abs().max()};
       }},
      {"gradcheck",
       [](Device d) -> std::vector<Tensor> {
         const auto f = [](const autograd::variable_list& in) {
           return autograd::variable_list{in[0].exp() * in[1]};
         };
         const auto leaf = [&] { return values({2, 2}, kDouble).to(d).requires_grad_(); };
         return {flag(autograd::gradcheck(f, {leaf(), leaf()})),
                 flag(autograd::gradgradcheck(f, {leaf(), leaf()}))};
       }},
      {"anomaly mode",
       [](Device d) -> std::vector<Tensor> {
         const autograd::DetectAnomalyGuard guard;
         const Tensor x = zeros({2}).to(d).requires_grad_();
         EXPECT_THROW((x.sqrt() * 0).sum().backward(), AutogradError);
         (x * 2).sum().backward();
         return {x.grad()};
       }},
      {"checkpoint",
       [](Device d) -> std::vector<Tensor> {
         manual_seed(5);
         const Tensor x = values({2, 3}).to(d).requires_grad_();
         autograd::checkpoint([](const Tensor& t) { return dropout(t, 0.5, true).sin(); }, x)
             .sum()
             .backward();
         return {x.grad()};
       }},
      {"transforms of data",
       [](Device d) -> std::vector<Tensor> {
         const Tensor x = values({3, 4, 4}).to(d);
         data::transforms::Normalize<> one(0.5, 2.0), three({0.1, 0.2, 0.3}, {1.0, 2.0, 3.0});
         return {one(x), three(x)};
       }},
      {"losses by class",
       [](Device d) -> std::vector<Tensor> {
         const Tensor x = values({4, 3}).to(d), y = tensor({0, 2, -100, 1}).to(d);
         const Tensor w = tensor({1.0, 2.0, 0.5}).to(d);
         return {F::cross_entropy(x, y, F::CrossEntropyFuncOptions().weight(w)),
                 F::nll_loss(x.log_softmax(1), y), F::kl_div(x, x.softmax(1), kBatchMean)};
       }},
      {"orders",
       [](Device d) -> std::vector<Tensor> {
         const Tensor x = values({3, 5}).to(d);
         return {std::get<0>(x.sort(1)),
                 std::get<1>(x.topk(2)),
                 std::get<0>(x.kthvalue(2)),

                 x.argmax(1),
                 x.cumsum(0),
                 x.norm(),
                 x.std(1)};
       }},
  };
  return all;
}

TEST_F(Cuda, HostReadsGoThroughCopies) {
  for (const Program& p : programs()) {
    SCOPED_TRACE(p.name);
    const std::vector<Tensor> want = p.run(kCPU);
    std::vector<Tensor> got;
    ASSERT_NO_THROW(got = p.run(Device(kCUDA, 0)));
    ASSERT_EQ(got.size(), want.size());
    for (size_t i = 0; i < got.size(); ++i)
      expect_same(got[i].to(kCUDA), want[i], tolerance_of(want[i].scalar_type()));
  }
}

}  // namespace
}  // namespace hearth::testing_cuda
