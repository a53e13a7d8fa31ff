// SPDX-License-Identifier: Apache-2.0
// All that a training step does passes the door: what an interceptor records of it, run again on
// the same memory, gives the same bits.
#include <cstring>
#include <unordered_map>

#include <gtest/gtest.h>

#include "hearth/autograd/grad_mode.h"
#include "hearth/hearth.h"

#include "dispatch/interceptor.h"

namespace hearth {
namespace {

std::vector<std::byte> bytes_of(const Storage& s) {
  const auto* data = static_cast<const std::byte*>(s.data);
  return {data, data + s.nbytes};
}

/// A tensor as the record knows it: the number of its memory, and where it lies there.
struct Place {
  int memory = -1;  ///< -1: undefined
  DimVector sizes, strides;
  int64_t offset = 0;
  ScalarType dtype = kFloat;
};

std::shared_ptr<void> copy_fields(const FieldsTable& table, const void* fields) {
  void* copy = ::operator new(table.size);
  table.copy(copy, fields);
  return {copy, [destroy = table.destroy](void* f) {
            destroy(f);
            ::operator delete(f);
          }};
}

struct Step {
  const OpTable* op;
  std::shared_ptr<void> fields;
  std::vector<Place> in, out;
  Bind bind;
};

/// Keeps every call, and what memory held before the first call that reads it.
class Recorder final : public Interceptor {
 public:
  void intercept(const Invocation& call) override {
    Step step{&call.op, copy_fields(call.op.fields, call.fields), {}, {}, call.bind};
    for (size_t i = 0; i < call.in.size(); ++i) step.in.push_back(place(call.in[i], true));
    if (call.bind == Bind::Out)
      for (const Tensor& t : call.out) step.out.push_back(place(t, true));
    next(call);
    if (call.bind == Bind::Fresh)
      for (const Tensor& t : call.out) step.out.push_back(place(t, false));
    // Where a view lies is known of each call that uses it.
    if (!call.op.info.is_view()) steps.push_back(std::move(step));
  }

  int number_of(const Tensor& t) const { return numbers_.at(impl(t).storage); }

  std::vector<Step> steps;
  std::unordered_map<int, std::vector<std::byte>> before;  ///< memory that no call made

 private:
  Place place(const Tensor& t, bool read) {
    if (!t.defined()) return {};
    const TensorImpl& i = impl(t);
    const auto [found, fresh] = numbers_.emplace(i.storage, static_cast<int>(numbers_.size()));
    if (fresh) {
      alive_.push_back(t);
      if (read) before.emplace(found->second, bytes_of(*i.storage));
    }
    return {found->second, i.sizes, i.strides, i.offset, i.dtype};
  }

  std::unordered_map<const Storage*, int> numbers_;
  std::vector<Tensor> alive_;  // so that no two share an address
};

/// Runs a record on memory of its own.
class Replay {
 public:
  explicit Replay(const Recorder& record) {
    for (const auto& [number, bytes] : record.before) {
      const Tensor t = empty({static_cast<int64_t>(bytes.size())}, kByte);
      std::memcpy(raw_data(t), bytes.data(), bytes.size());
      memory_.emplace(number, t);
    }
    NoGradGuard no_grad;
    for (const Step& step : record.steps) run(step);
  }
  std::vector<std::byte> bytes(int number) const {
    return bytes_of(*impl(memory_.at(number)).storage);
  }

 private:
  Tensor at(const Place& p) const {
    if (p.memory < 0) return {};
    return alias_tensor(memory_.at(p.memory), p.sizes, p.strides, p.offset, p.dtype);
  }
  void run(const Step& step) {
    std::vector<Tensor> in, out;
    for (const Place& p : step.in) in.push_back(at(p));
    if (step.bind == Bind::InPlace) {
      out.push_back(in[0]);
    } else {
      for (const Place& p : step.out) out.push_back(step.bind == Bind::Out ? at(p) : Tensor());
    }
    const ArgList args{TensorList(in)};
    invoke({*step.op, step.fields.get(), args, out, step.bind});
    if (step.bind != Bind::Fresh) return;
    for (size_t i = 0; i < out.size(); ++i) memory_[step.out[i].memory] = out[i];
  }

  std::unordered_map<int, Tensor> memory_;
};

/// Trains for two steps under the recorder, and compares parameters, buffers and gradients.
template <class Optimizer>
void expect_replayed(nn::Sequential net, Optimizer optimizer, const Tensor& x, const Tensor& y) {
  Recorder record;
  {
    Interceptor::Scope scope(record);
    for (int i = 0; i < 2; ++i) {
      optimizer.zero_grad();
      nn::functional::cross_entropy(net->forward(x), y).backward();
      optimizer.step();
    }
  }
  const Replay replay(record);
  std::vector<Tensor> results = net->parameters();
  for (const Tensor& p : net->parameters()) results.push_back(p.grad());
  for (const Tensor& b : net->buffers()) results.push_back(b);
  for (const Tensor& t : results)
    EXPECT_EQ(replay.bytes(record.number_of(t)), bytes_of(*impl(t).storage)) << t.sizes();
}

TEST(Capture, TrainingStepOfAnMlp) {
  manual_seed(1);
  nn::Sequential net(nn::Linear(6, 16), nn::GELU(), nn::Dropout(0.3), nn::Linear(16, 16),
                     nn::LayerNorm(nn::LayerNormOptions({16})), nn::Linear(16, 3));
  const Tensor x = randn({5, 6}), y = randint(3, {5}, kLong);
  expect_replayed(net, optim::AdamW(net->parameters(), optim::AdamWOptions(0.01)), x, y);
}

TEST(Capture, TrainingStepOfACnn) {
  manual_seed(2);
  nn::Sequential net(nn::Conv2d(nn::Conv2dOptions(1, 4, 3).padding(1)), nn::BatchNorm2d(4),
                     nn::ReLU(nn::ReLUOptions(true)), nn::MaxPool2d(2), nn::Conv2d(4, 4, 3),
                     nn::Flatten(), nn::Linear(16, 3));
  const Tensor x = randn({5, 1, 8, 8}), y = randint(3, {5}, kLong);
  expect_replayed(net, optim::SGD(net->parameters(), optim::SGDOptions(0.1).momentum(0.9)), x, y);
}

}  // namespace
}  // namespace hearth
