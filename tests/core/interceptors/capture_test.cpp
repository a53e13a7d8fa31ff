// SPDX-License-Identifier: Apache-2.0
// All that a training step does passes the door: what an interceptor records of it, run again on
// the same memory, gives the same bits.
#include <cstring>
#include <functional>
#include <sstream>
#include <unordered_map>

#include <gtest/gtest.h>

#include "hearth/autograd/grad_mode.h"
#include "hearth/hearth.h"

#include "dispatch/interceptor.h"

namespace hearth {
namespace {

std::vector<std::byte> bytes_of(const StorageImpl& s) {
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
  bool records() const override { return true; }
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

  std::unordered_map<const StorageImpl*, int> numbers_;
  std::vector<Tensor> alive_;  // so that no two share an address
};

/// Runs a record on memory of its own.
class Replay {
 public:
  explicit Replay(const Recorder& record) : record_(record) {
    for (const auto& [number, bytes] : record.before) {
      const Tensor t = empty({static_cast<int64_t>(bytes.size())}, kByte);
      std::memcpy(raw_data(t), bytes.data(), bytes.size());
      memory_.emplace(number, t);
    }
    run();
  }
  /// Once more, on what memory holds now.
  void run() {
    const NoGradGuard no_grad;
    for (const Step& step : record_.steps) run(step);
  }
  /// Gives memory that the record began with other values.
  void set(int number, const Tensor& values) {
    std::memcpy(raw_data(memory_.at(number)), raw_data(values), values.nbytes());
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

  const Recorder& record_;
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

/// Trains once to warm up, records the next step, and replays it for as many as `rates` has. The
/// same training without a record is the model.
template <class MakeOptimizer>
void expect_step_replays(const std::vector<double>& rates, MakeOptimizer make) {
  manual_seed(3);
  const Tensor x = randn({5, 4}), y = randn({5, 2});
  const auto model = [] {
    manual_seed(4);
    return nn::Sequential(nn::Linear(4, 6), nn::Tanh(), nn::Linear(6, 2));
  };
  const auto train = [&](nn::Sequential& net, optim::Optimizer& optimizer, double lr) {
    for (auto& group : optimizer.param_groups()) group.options().set_lr(lr);
    optimizer.zero_grad();
    nn::functional::mse_loss(net->forward(x), y).backward();
    optimizer.step();
  };
  nn::Sequential eager = model(), recorded = model();
  auto plain = make(eager->parameters(), Tensor());
  const Tensor lr = full({}, rates[0], TensorOptions(kDouble));
  auto counted = make(recorded->parameters(), lr);
  for (const double rate : rates) train(eager, plain, rate);
  train(recorded, counted, rates[0]);
  lr.fill_(rates[1]);
  Recorder record;
  {
    const Interceptor::Scope scope(record);
    counted.zero_grad();
    nn::functional::mse_loss(recorded->forward(x), y).backward();
    counted.step();
  }
  Replay replay(record);
  for (size_t i = 2; i < rates.size(); ++i) {
    // Optimizers that take their rate from the options have one for all steps.
    if (rates[i] != rates[0])
      replay.set(record.number_of(lr), full({}, rates[i], TensorOptions(kDouble)));
    replay.run();
  }
  const auto want = eager->parameters(), got = recorded->parameters();
  for (size_t i = 0; i < want.size(); ++i)
    EXPECT_EQ(replay.bytes(record.number_of(got[i])), bytes_of(*impl(want[i]).storage)) << i;
}

TEST(Capture, StepsCountAndReadTheirRateWhenReplayed) {
  const std::vector<double> rates = {0.1, 0.05, 0.2, 0.01};
  expect_step_replays(rates, [](auto params, const Tensor& lr) {
    auto options = lr.defined() ? optim::AdamOptions(lr).capturable(true) : optim::AdamOptions();
    return optim::Adam(params, options.amsgrad(true));
  });
  expect_step_replays(rates, [](auto params, const Tensor& lr) {
    auto options = lr.defined() ? optim::AdamWOptions(lr).capturable(true) : optim::AdamWOptions();
    return optim::AdamW(params, options.weight_decay(0.1));
  });
  expect_step_replays(rates, [](auto params, const Tensor& lr) {
    auto options = lr.defined() ? optim::SGDOptions(lr) : optim::SGDOptions(1.0);
    return optim::SGD(params, options.momentum(0.9));
  });
}

/// 1 for an optimizer that counts in tensors if asked.
template <class Optim, class Options>
int expect_counted_step_replays(Options options) {
  if constexpr (requires { options.capturable(true); }) {
    // RAdam's is rectified from the third step on, which is a replayed one.
    expect_step_replays({0.1, 0.1, 0.1, 0.1}, [&](auto params, const Tensor&) {
      return Optim(params, options.capturable(true));
    });
    return 1;
  }
  return 0;
}

TEST(Capture, CapturableStepsCountWhenReplayed) {
  int capturable = 0;
#define OPTIMIZER(Name, options) \
  capturable += expect_counted_step_replays<optim::Name>(optim::options);
#include "core/optim/optimizers.def"
#undef OPTIMIZER
  EXPECT_GE(capturable, 9);
}

TEST(Capture, ValuesSavedByInPlaceOpsAreOnRecord) {
  const Tensor w = rand({3}).requires_grad_(), x = rand({3});
  Recorder record;
  Tensor y;
  {
    const Interceptor::Scope scope(record);
    y = w * 2;
    y.mul_(w);
    y.mul_(x);
    y.sum().backward();
  }
  Replay replay(record);
  const Tensor other = rand({3});
  replay.set(record.number_of(w), other);
  replay.run();
  const Tensor v = other.clone().requires_grad_();
  (v * 2 * v * x).sum().backward();
  EXPECT_EQ(replay.bytes(record.number_of(w.grad())), bytes_of(*impl(v.grad()).storage));
}

/// The message of the Error that f throws under a recorder; empty when it throws none.
template <class F>
std::string refused(const F& f) {
  Recorder record;
  const Interceptor::Scope scope(record);
  try {
    f();
  } catch (const Error& e) {
    return e.what();
  }
  return "";
}

TEST(Capture, ReadsOnTheHostAreRefusedByName) {
  const Tensor x = ones({2, 3}), one = ones({1}), mask = ones({2, 3}, kBool);
  const Tensor index = zeros({2}, kLong), flag = ones({}, kBool), number = zeros({}, kLong);
  const Tensor ints = ones({2}, kLong);
  std::ostringstream out;
  const std::pair<const char*, std::function<void()>> reads[] = {
      {"item", [&] { one.item(); }},
      {"item", [&] { one.item<float>(); }},
      {"is_nonzero", [&] { one.is_nonzero(); }},
      {"data_ptr", [&] { x.data_ptr(); }},
      {"data_ptr", [&] { x.data_ptr<float>(); }},
      {"data_ptr", [&] { x.data_ptr<const float>(); }},
      {"data_ptr", [&] { x.const_data_ptr<float>(); }},
      {"data_ptr", [&] { x.const_data_ptr(); }},
      {"data_ptr", [&] { x.mutable_data_ptr(); }},
      {"data_ptr", [&] { x.mutable_data_ptr<float>(); }},
      {"data_ptr", [&] { x.accessor<float, 2>(); }},
      {"data_ptr", [&] { x.packed_accessor32<float, 2>(); }},
      {"data_ptr", [&] { x.packed_accessor64<float, 2>(); }},
      {"operator<<", [&] { out << x; }},
      {"equal", [&] { x.equal(x); }},
      {"allclose", [&] { x.allclose(x); }},
      {"div", [&] { ints.div(ints, "floor"); }},
      {"remainder", [&] { ints.remainder(ints); }},
      {"nonzero", [&] { x.nonzero(); }},
      {"nonzero", [&] { where(mask); }},
      {"masked_select", [&] { x.masked_select(mask); }},
      {"one_hot", [&] { one_hot(index); }},
      {"one_hot", [&] { one_hot(index, 4); }},
      {"repeat_interleave", [&] { x.repeat_interleave(ints, 0); }},
      {"index", [&] { x[number]; }},
      {"index", [&] { x.index({number}); }},
      {"index", [&] { x.index({flag}); }},
      {"nonzero", [&] { x.index({mask}); }},
      {"clip_grad_norm_",
       [&] {
         const Tensor p = ones({2}).requires_grad_();
         p.mutable_grad() = ones({2});
         nn::utils::clip_grad_norm_(p, 1.0);
       }},
      {"BatchNorm without momentum",
       [&] { nn::BatchNorm1d(nn::BatchNormOptions(3).momentum(std::nullopt))->forward(x); }},
      {"orthogonal_",
       [&] {
         nn::init::orthogonal_(zeros({3, 3}));
       }},
      {"sparse_",
       [&] {
         nn::init::sparse_(zeros({3, 3}), 0.5);
       }},
      {"sampler", [&] { data::samplers::RandomSampler(5).next(2); }},
      {"gradcheck",
       [&] {
         const auto f = [](const autograd::variable_list& in) {
           return autograd::variable_list{in[0] * 2};
         };
         autograd::gradcheck(f, {ones({2}, kDouble).requires_grad_()});
       }},
      {"detect_anomaly",
       [&] {
         const autograd::DetectAnomalyGuard guard;
         ones({2}).requires_grad_().mul(2).sum().backward();
       }},
      {"save", [&] { save(x, testing::TempDir() + "capture.pt"); }},
  };
  for (const auto& [name, read] : reads) {
    EXPECT_NO_THROW(read()) << name;
    const std::string message = refused(read);
    EXPECT_EQ(message.find(cat_str("[", name, "] the host may not reach values")), 0u)
        << name << ": " << message;
  }
}

TEST(Capture, RefusedReadsNameTheLine) {
  const Tensor x = ones({1});
  const auto at = [](int line) { return cat_str(__FILE__, ":", line); };
  const auto names = [](const std::string& message, const std::string& place) {
    EXPECT_NE(message.find(place), std::string::npos) << message;
  };
  names(refused([&] { x.item(); }), at(__LINE__));
  names(refused([&] { x.item<int>(); }), at(__LINE__));
  names(refused([&] { x.is_nonzero(); }), at(__LINE__));
  names(refused([&] { x.data_ptr<float>(); }), at(__LINE__));
  names(refused([&] { x.accessor<float, 1>(); }), at(__LINE__));
}

TEST(Capture, OthersMayRead) {
  const Tensor x = ones({1});
  const Autocast autocast;
  EXPECT_EQ(x.item<float>(), 1);
  EXPECT_EQ(*x.data_ptr<float>(), 1);
}

TEST(Capture, ConstantsMadeOnTheHostAreOnRecord) {
  const Tensor x = rand({1, 2, 5});
  const auto constants = [&] {
    return std::vector<Tensor>{
        nn::functional::pad(x, nn::functional::PadFuncOptions({2, 1}).mode(kReflect)),
        tril_indices(3, 4), triu_indices(3, 4, 1), tensor({1.0, 2.0})};
  };
  Recorder record;
  std::vector<Tensor> made;
  {
    const Interceptor::Scope scope(record);
    for (const Tensor& t : constants()) made.push_back(t * 1);
  }
  const Replay replay(record);
  for (const Tensor& t : made)
    EXPECT_EQ(replay.bytes(record.number_of(t)), bytes_of(*impl(t).storage)) << t.sizes();
}

}  // namespace
}  // namespace hearth
