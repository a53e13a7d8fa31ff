// SPDX-License-Identifier: Apache-2.0
#include "hearth/io/serialize.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "hearth/data/dataloader.h"
#include "hearth/io/checkpoint.h"
#include "hearth/io/safetensors.h"
#include "hearth/nn.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/view.h"
#include "hearth/optim.h"

namespace hearth {
namespace {

namespace fs = std::filesystem;

struct TempFile {
  std::string path;
  TempFile() {
    char name[] = "/tmp/hearth_serialize_XXXXXX";
    ::close(::mkstemp(name));
    path = name;
  }
  ~TempFile() { fs::remove(path); }
};

TEST(Serialize, TensorsThroughFilesStreamsAndBuffers) {
  const Tensor x = arange(0, 6, TensorOptions(kFloat)).view({2, 3});
  TempFile file;
  save(x, file.path);
  std::stringstream stream;
  save(x, stream);
  std::string written;
  save(x, [&](const void* data, size_t size) -> size_t {
    written.append(static_cast<const char*>(data), size);
    return size;
  });
  Tensor a, b, c;
  load(a, file.path);
  load(b, stream);
  load(c, written.data(), written.size());
  for (const Tensor& t : {a, b, c}) EXPECT_TRUE(t.equal(x));
  EXPECT_TRUE(stream.good());
  stream.seekg(0);
  Tensor again;
  load(again, stream);
  EXPECT_TRUE(again.equal(x));

  // A loaded tensor does not hang on its file.
  std::ofstream(file.path, std::ios::trunc) << "gone";
  EXPECT_TRUE(a.equal(x));
  EXPECT_THROW(load(a, file.path), FormatError);
  EXPECT_TRUE(a.equal(x));
}

TEST(Serialize, ListsKeepTheirOrder) {
  std::vector<Tensor> tensors, loaded;
  for (int i = 0; i < 12; ++i) tensors.push_back(full({i}, i));
  std::stringstream stream;
  save(tensors, stream);
  load(loaded, stream);
  ASSERT_EQ(loaded.size(), 12u);
  for (size_t i = 0; i < 12; ++i) EXPECT_TRUE(loaded[i].equal(tensors[i]));
}

TEST(Serialize, WritersThatFailAreNoticed) {
  EXPECT_THROW(save(ones({3}), [](const void*, size_t) -> size_t { return 0; }), FileError);
  std::ofstream full("/dev/full");
  const Tensor large = ones({100000});
  EXPECT_THROW(
      {
        save(large, full);
        full.flush();
        if (!full) throw FileError("flush");
      },
      FileError);
}

TEST(Archive, ValuesAndNesting) {
  serialize::OutputArchive out, inner;
  inner.write("x", ones({2}));
  inner.write("n", int64_t{-7});
  out.write("inner", inner);
  out.write("empty", serialize::OutputArchive());
  out.write("tensor", zeros({1}));
  out.write("yes", true);
  out.write("pi", 0.1);
  out.write("whole", 2.0);
  out.write("nan", std::nan(""));
  out.write("inf", -HUGE_VAL);
  out.write("text", "\"quoted\" \n \u00e9");
  EXPECT_THROW(out.write("yes", false), ValueError);
  EXPECT_THROW(out.write("tensor", 1), ValueError);
  const std::vector<char> bytes = out.to_buffer();
  serialize::InputArchive in, nested, nothing;
  in.load_from(bytes.data(), bytes.size());
  EXPECT_EQ(in.keys(), (std::vector<std::string>{"empty", "inf", "inner", "nan", "pi", "tensor",
                                                 "text", "whole", "yes"}));
  in.read("inner", nested);
  EXPECT_EQ(nested.keys(), (std::vector<std::string>{"n", "x"}));
  int64_t n = 0;
  nested.read("n", n);
  EXPECT_EQ(n, -7);
  in.read("empty", nothing);
  EXPECT_TRUE(nothing.keys().empty());
  double pi = 0, whole = 0, nan = 0, inf = 0;
  in.read("pi", pi);
  in.read("whole", whole);
  in.read("nan", nan);
  in.read("inf", inf);
  EXPECT_EQ(pi, 0.1);
  EXPECT_EQ(whole, 2.0);
  EXPECT_TRUE(std::isnan(nan));
  EXPECT_EQ(inf, -HUGE_VAL);
  std::string text;
  in.read("text", text);
  EXPECT_EQ(text, "\"quoted\" \n \u00e9");
  Tensor t;
  EXPECT_FALSE(in.try_read("missing", t));
  EXPECT_THROW(in.read("missing", t), FormatError);
  EXPECT_THROW(in.read("missing", nested), FormatError);
  EXPECT_THROW(in.read("text", n), FormatError);
}

TEST(Archive, HostileValuesAreRefused) {
  const auto refused = [](const std::string& values) {
    const std::vector<char> bytes = safetensors::save({}, {{"hearth.values", values}});
    serialize::InputArchive in;
    EXPECT_THROW(in.load_from(bytes.data(), bytes.size()), FormatError) << values;
  };
  refused("[");
  refused("[1]");
  refused("{\"a\":[1]}");
  refused("{\"a\":{\"b\":{\"c\":1}}}");
  refused("{\"a\":1,\"a\":2}");
  refused("{\"a\":18446744073709551615}");
  refused("{\"a\":{\"double\":\"many\"}}");
  refused(std::string(100000, '['));
}

TEST(Serialize, ModulesByTheirParameterNames) {
  manual_seed(1);
  nn::Sequential model(nn::Linear(3, 4), nn::ReLU(), nn::Linear(4, 2));
  TempFile file;
  save(model, file.path);
  const auto tensors = safetensors::load_file(file.path);
  EXPECT_EQ(tensors.size(), 4u);
  EXPECT_TRUE(tensors.at("2.bias").equal(model->named_parameters()["2.bias"]));
  nn::Sequential other(nn::Linear(3, 4), nn::ReLU(), nn::Linear(4, 2));
  load(other, file.path);
  const auto a = model->parameters(), b = other->parameters();
  for (size_t i = 0; i < a.size(); ++i) EXPECT_TRUE(a[i].equal(b[i]));
  std::shared_ptr<nn::Module> pointer = other.ptr();
  std::stringstream stream;
  save(pointer, stream);
  load(pointer, stream);
  nn::Linear wrong(3, 4);
  EXPECT_THROW(load(wrong, file.path), Error);
}

/// A small run whose state is in every kind of member.
struct Training {
  Generator& generator = manual_seed(5);  // before the model draws its weights
  nn::Linear model{4, 2};
  optim::AdamW optimizer{model->parameters(), optim::AdamWOptions(0.05)};
  optim::SequentialLR scheduler{optimizer,
                                {std::make_shared<optim::LinearLR>(optimizer, 0.1, 1.0, 3),
                                 std::make_shared<optim::CosineAnnealingLR>(optimizer, 20)},
                                {3}};
  std::unique_ptr<
      data::StatelessDataLoader<data::datasets::TensorDataset, data::samplers::RandomSampler>>
      loader;
  Checkpoint checkpoint;
  int64_t epoch = 0, step = 0;
  std::vector<double> losses;

  explicit Training(size_t workers) {
    loader = data::make_data_loader(
        data::datasets::TensorDataset(arange(0, 40, TensorOptions(kFloat)).div(40).view({10, 4})),
        data::DataLoaderOptions(3).workers(workers));
    checkpoint.add("model", *model).add("optimizer", optimizer);
    checkpoint.add("scheduler", scheduler).add("loader", *loader);
  }
  /// Trains to `steps`, saving after every step; stops in the middle of whatever it is in.
  void train(int64_t steps, const std::string& path) {
    while (step < steps) {
      for (auto& batch : *loader) {
        std::vector<Tensor> rows;
        for (auto& e : batch) rows.push_back(e.data);
        optimizer.zero_grad();
        const Tensor x = stack(rows);
        const Tensor loss = (model(x) - rand({static_cast<int64_t>(rows.size()), 2})).pow(2).mean();
        loss.backward();
        optimizer.step();
        scheduler.step();
        losses.push_back(loss.item<double>());
        checkpoint.set("epoch", epoch).set("step", ++step).save(path);
        if (step == steps) return;
      }
      ++epoch;
    }
  }
};

TEST(Checkpoint, ATrainingGoesOnBitIdentically) {
  TempFile whole_file, file;
  Training whole(0);
  whole.train(14, whole_file.path);
  // Four batches an epoch: within one, at its last batch, and behind it.
  for (const int64_t stop : {1, 4, 6, 8}) {
    Training first(2);
    first.train(stop, file.path);
    Training second(1);
    second.model->weight.data().fill_(7);
    ASSERT_TRUE(second.checkpoint.load_if_exists(file.path));
    second.epoch = second.checkpoint.get<int64_t>("epoch");
    second.step = second.checkpoint.get<int64_t>("step");
    EXPECT_EQ(second.step, stop);
    second.train(14, file.path);
    std::vector<double> losses = first.losses;
    losses.insert(losses.end(), second.losses.begin(), second.losses.end());
    EXPECT_EQ(losses, whole.losses) << stop;
    EXPECT_TRUE(second.model->weight.equal(whole.model->weight)) << stop;
  }
}

TEST(Archive, KeepsIValues) {
  serialize::OutputArchive out;
  out.write("none", IValue());
  out.write("flag", IValue(true));
  out.write("count", IValue(int64_t{7}));
  out.write("rate", IValue(0.5));
  out.write("name", IValue("x"));
  out.write("tensor", IValue(ones({2})));
  out.write("list", IValue(std::vector<int64_t>{1, 2}));
  std::stringstream file;
  out.save_to(file);
  serialize::InputArchive in;
  in.load_from(file);
  IValue value;
  in.read("list", value);
  EXPECT_EQ(value.toIntVector(), (std::vector<int64_t>{1, 2}));
  const auto read = [&](const char* key) -> const IValue& {
    in.read(key, value);
    return value;
  };
  EXPECT_TRUE(read("flag").toBool());
  EXPECT_TRUE(read("none").isNone());
  EXPECT_EQ(read("count").toInt(), 7);
  EXPECT_EQ(read("rate").toDouble(), 0.5);
  EXPECT_EQ(read("name").toStringRef(), "x");
  EXPECT_TRUE(read("tensor").toTensor().equal(ones({2})));
  EXPECT_FALSE(in.try_read("missing", value));
  EXPECT_THROW(in.read("missing", value), FormatError);
}

TEST(Checkpoint, BrokenFilesAreErrors) {
  TempFile file;
  Training run(0);
  run.checkpoint.save(file.path);
  EXPECT_FALSE(run.checkpoint.load_if_exists(file.path + ".none"));
  EXPECT_THROW(run.checkpoint.load(file.path + ".none"), FileError);
  EXPECT_THROW(run.checkpoint.get("nothing"), ValueError);
  EXPECT_THROW(run.checkpoint.add("model", *run.model), ValueError);
  nn::Linear more(1, 1);
  Checkpoint wider;
  wider.add("other", *more);
  EXPECT_THROW(wider.load(file.path), FormatError);
  fs::resize_file(file.path, fs::file_size(file.path) - 1);
  EXPECT_THROW(run.checkpoint.load(file.path), FormatError);
  save(ones({1}), file.path);
  EXPECT_THROW(run.checkpoint.load(file.path), FormatError);
}

TEST(Serialize, ReadsThroughFunctions) {
  const Tensor x = arange(50, kFloat);
  std::string bytes;
  save(x, [&](const void* data, size_t n) {
    bytes.append(static_cast<const char*>(data), n);
    return n;
  });
  int calls = 0;
  const auto read = [&](uint64_t at, void* to, size_t n) {
    ++calls;
    const size_t some = std::min<size_t>({n, 64, bytes.size() - at});
    std::copy_n(bytes.data() + at, some, static_cast<char*>(to));
    return some;
  };
  Tensor y;
  load(y, read, [&] { return bytes.size(); });
  EXPECT_TRUE(y.equal(x));
  EXPECT_GT(calls, 2);
  EXPECT_THROW(load(y, read, [&] { return bytes.size() + 1; }), FileError);
  const auto too_much = [](uint64_t, void*, size_t n) { return n + 1; };
  EXPECT_THROW(load(y, too_much, [&] { return bytes.size(); }), FileError);
}

}  // namespace
}  // namespace hearth
