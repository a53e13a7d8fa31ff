// SPDX-License-Identifier: Apache-2.0
// Archives in files that Python's torch.load opens, and in those that its torch.save wrote.
#include <filesystem>

#include <gtest/gtest.h>

#include "hearth/io/pickle.h"
#include "hearth/io/save_tensors.h"
#include "hearth/io/tensor_file.h"
#include "hearth/nn.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/reduce.h"
#include "hearth/optim.h"

#include "temporary.h"

namespace hearth {
namespace {

namespace fs = std::filesystem;

std::string file(const std::string& name) { return HEARTH_TEST_DATA_DIR "/io/" + name; }

struct NetImpl : nn::Module {
  NetImpl() {
    register_module("fc", fc);
    register_module("bn", bn);
  }
  Tensor forward(const Tensor& x) { return bn(fc(x)); }
  nn::Linear fc{2, 3};
  nn::BatchNorm1d bn{3};
};
HEARTH_MODULE(Net);

void step(Net& net, optim::Optimizer& optimizer) {
  optimizer.zero_grad();
  net->forward(arange(0, 8, TensorOptions(kFloat)).view({4, 2})).pow(2).sum().backward();
  optimizer.step();
}

TEST(TorchArchive, ModulesAreStateDicts) {
  const TemporaryFolder dir;
  const Net net;
  for (const char* name : {"net.pt", "net.pth"}) {
    save(net, dir / name);
    const pickle::Value state = pickle::load(dir / name);
    EXPECT_EQ(TensorFile(dir / name).format(), TensorFile::Format::Torch);
    EXPECT_TRUE(state.at("fc.weight").toTensor().equal(net->fc->weight.detach()));
    EXPECT_EQ(state.size(), 7u);
    Net other;
    load(other, dir / name);
    EXPECT_TRUE(other->fc->weight.equal(net->fc->weight));
  }
  // Any other name gives safetensors.
  save(net, dir / "net.safetensors");
  EXPECT_EQ(TensorFile(dir / "net.safetensors").format(), TensorFile::Format::Safetensors);
}

TEST(TorchArchive, KeepsTheVersionsOfModules) {
  using Versions = std::map<std::string, int64_t>;
  const Versions own{{"", 1}, {"bn", 2}, {"fc", 1}};
  EXPECT_EQ(TensorFile(file("state.pt")).versions(), own);
  EXPECT_EQ(TensorFile(file("state.old.pt")).versions(), own);
  EXPECT_EQ(TensorFile(file("tensor.pt")).versions(), Versions());
  const Versions model = TensorFile(file("checkpoint.pt")).versions();
  EXPECT_EQ(model.at("model.bn"), 2);
  EXPECT_EQ(model.at("model"), 1);

  const TemporaryFolder dir;
  const Net net;
  save(net, dir / "net.pt");
  EXPECT_EQ(TensorFile(dir / "net.pt").versions(), own);
  const pickle::Value state = pickle::load(dir / "net.pt");
  EXPECT_EQ(state.attribute("_metadata")->at("bn").at("version").toInt(), 2);
  EXPECT_FALSE(state.attribute("nothing"));
  EXPECT_FALSE(state.find("_metadata"));
  // Converted files keep them.
  save_tensors({{"fc.weight", net->fc->weight}}, dir / "one.pt",
               SaveTensorsOptions().versions(own));
  EXPECT_EQ(TensorFile(dir / "one.pt").versions(), own);
  // So do archives, of any form and nested.
  serialize::OutputArchive module, all;
  net->save(module);
  all.write("net", module);
  for (const char* name : {"all.pt", "all.safetensors"}) {
    all.save_to(dir / name);
    serialize::InputArchive read, nested;
    read.load_from(dir / name);
    read.read("net", nested);
    Versions found;
    for (const auto& [path, version] : nested.versions()) found.emplace(path, version);
    EXPECT_EQ(found.at("bn"), 2) << name;
    Net other;
    other->load(nested);
    EXPECT_TRUE(other->fc->weight.equal(net->fc->weight));
  }
  EXPECT_THROW(all.write_version("net.bn", 3), ValueError);
  // Numbers as keys do not make a module a list.
  nn::ParameterList list(ones({2}), zeros({3}));
  save(list, dir / "list.pt");
  EXPECT_EQ(pickle::load(dir / "list.pt").kind(), pickle::Value::Kind::Dict);
}

TEST(TorchArchive, ReadsWhatPythonSaved) {
  for (const char* form : {"state.pt", "state.old.pt", "module.pt", "module.old.pt"}) {
    Net net;
    load(net, file(form));
    EXPECT_TRUE(net->fc->weight.detach().equal(arange(0, 6, TensorOptions(kFloat)).view({3, 2})))
        << form;
  }
  Tensor tensor;
  load(tensor, file("tensor.pt"));
  EXPECT_EQ(tensor.sizes(), IntArrayRef({2, 3}));
  std::vector<Tensor> list;
  load(list, file("list.old.pt"));
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[1].sizes(), IntArrayRef({2, 2}));
}

TEST(TorchArchive, TensorsAndLists) {
  const TemporaryFolder dir;
  const Tensor base = arange(0, 1000, TensorOptions(kFloat));
  save(base.slice(0, 2, 5), dir / "part.pt");
  EXPECT_LT(fs::file_size(dir / "part.pt"), 1500u);
  EXPECT_EQ(pickle::load(dir / "part.pt").kind(), pickle::Value::Kind::Tensor);
  save(std::vector<Tensor>{base}, dir / "list.pt");
  EXPECT_EQ(pickle::load(dir / "list.pt").kind(), pickle::Value::Kind::List);
  Tensor part;
  load(part, dir / "part.pt");
  EXPECT_TRUE(part.equal(base.slice(0, 2, 5)));
  save(std::vector<Tensor>{base, base.slice(0, 2, 5)}, dir / "shared.pt");
  EXPECT_LT(fs::file_size(dir / "shared.pt"), 5500u);
  const pickle::Value shared = pickle::load(dir / "shared.pt");
  shared.elements()[0].toTensor().fill_(7);
  EXPECT_EQ(shared.elements()[1].toTensor().min().item<float>(), 7);
}

TEST(TorchArchive, OptimizersAreThoseOfPython) {
  const TemporaryFolder dir;
  Net net;
  optim::AdamW adam(net->parameters(), optim::AdamWOptions(0.25).betas({0.5, 0.75}));
  step(net, adam);
  step(net, adam);
  save(adam, dir / "adam.pt");
  const pickle::Value state = pickle::load(dir / "adam.pt");
  const pickle::Value group = state.at("param_groups").elements()[0];
  EXPECT_EQ(group.at("lr").toDouble(), 0.25);
  EXPECT_EQ(group.at("betas").kind(), pickle::Value::Kind::Tuple);
  EXPECT_EQ(group.at("betas").elements()[0].toDouble(), 0.5);
  EXPECT_EQ(group.at("params").size(), 4u);
  EXPECT_EQ(state.at("state").at("0").at("step").toTensor().item<float>(), 2);
  EXPECT_EQ(state.at("state").at("3").at("exp_avg").sizes(), IntArrayRef({3}));

  // Two that go on from there go the same way.
  save(net, dir / "net.pt");
  Net other;
  load(other, dir / "net.pt");
  optim::AdamW restored(other->parameters(), optim::AdamWOptions(1.0));
  load(restored, dir / "adam.pt");
  step(net, adam);
  step(other, restored);
  EXPECT_TRUE(net->fc->weight.equal(other->fc->weight));
}

TEST(TorchArchive, RefusesWhatOnlyLooksLikeAnOptimizer) {
  const TemporaryFolder dir;
  serialize::OutputArchive archive;
  archive.write("param_group_count", int64_t{1});
  EXPECT_THROW(archive.save_to(dir / "odd.pt"), ValueError);
  EXPECT_FALSE(dir.has("odd.pt"));
  archive.save_to(dir / "odd.safetensors");
}

TEST(TorchArchive, GroupsAreCountedWithinReason) {
  // As a dict of one group might have it, which has the largest number there is.
  const TemporaryFolder dir;
  save_tensors({{"param_groups.9223372036854775807.lr", ones({})}}, dir / "odd.pt");
  serialize::InputArchive archive;
  archive.load_from(dir / "odd.pt");
  int64_t count = 0;
  EXPECT_THROW(archive.read("param_group_count", count), FormatError);
  EXPECT_EQ(archive.keys(), std::vector<std::string>{"param_groups"});
}

TEST(TorchArchive, ReadsPythonsOptimizers) {
  for (const char* form : {"checkpoint.pt", "checkpoint.old.pt"}) {
    serialize::InputArchive archive, part;
    archive.load_from(file(form));
    Net net;
    archive.read("model", part);
    net->load(part);
    optim::Adam adam(net->parameters(), optim::AdamOptions(1.0));
    archive.read("optimizer", part);
    adam.load(part);
    const auto& options = static_cast<const optim::AdamOptions&>(adam.param_groups()[0].options());
    EXPECT_EQ(options.lr(), 0.125);
    EXPECT_EQ(std::get<1>(options.betas()), 0.75);
    step(net, adam);
    int64_t epoch = 0;
    archive.read("epoch", epoch);
    EXPECT_EQ(epoch, 7);
  }
}

}  // namespace
}  // namespace hearth
