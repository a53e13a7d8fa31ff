// SPDX-License-Identifier: Apache-2.0
// Files of tests/data/io/generate.py, and what is written here.
#include <sstream>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/base/dict.h"
#include "hearth/base/list.h"
#include "hearth/io/serialize.h"
#include "hearth/nn/modules/linear.h"
#include "hearth/nn/modules/normalization.h"
#include "hearth/ops/creation.h"

#include "error_of.h"
#include "temporary.h"

namespace hearth {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<char> bytes_of(const std::string& name) {
  const std::string text = read_text(HEARTH_TEST_DATA_DIR "/io/" + name);
  return {text.begin(), text.end()};
}
std::string text_of(const IValue& value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

TEST(PickleLoad, ReadsAStateDict) {
  for (const char* file : {"state.pt", "state.old.pt"}) {
    const Dict<IValue, IValue> state = pickle_load(bytes_of(file)).toGenericDict();
    std::vector<std::string> names;
    for (const auto& entry : state) names.push_back(entry.key().toStringRef());
    EXPECT_THAT(names, ElementsAre("fc.weight", "fc.bias", "bn.weight", "bn.bias",
                                   "bn.running_mean", "bn.running_var", "bn.num_batches_tracked"));
    EXPECT_EQ(state.at("fc.weight").toTensor().sizes(), IntArrayRef({3, 2}));
    EXPECT_TRUE(state.at("fc.bias").toTensor().equal(arange(3.)));
  }
  EXPECT_TRUE(pickle_load(bytes_of("tensor.pt")).isTensor());
  EXPECT_EQ(pickle_load(bytes_of("list.pt")).toListRef().size(), 2u);
  EXPECT_EQ(pickle_load(bytes_of("list.pt")).toList().get(0).toTensor().numel(), 2);
}

TEST(PickleLoad, SaysWhatNoValueHolds) {
  EXPECT_THAT(error_of([] { pickle_load(bytes_of("module.pt")); }),
              HasSubstr("an object of __main__.Net"));
  EXPECT_THROW(pickle_load(std::vector<char>{'n', 'o'}), FormatError);
  EXPECT_THROW(pickle_load({}), FormatError);
}

TEST(PickleSave, GivesBackWhatItWasGiven) {
  Dict<IValue, IValue> dict;
  const Tensor shared = arange(4.);
  dict.insert("weight", shared);
  dict.insert("same", shared);
  dict.insert(3, List<IValue>{1, 2.5, "text", IValue(), true});
  dict.insert("tuple", ivalue::Tuple::create({-1, IValue(std::vector<int64_t>{1, 2})}));
  dict.insert("empty", Dict<IValue, IValue>());
  const Dict<IValue, IValue> read = pickle_load(pickle_save(dict)).toGenericDict();
  EXPECT_EQ(read.size(), 5u);
  EXPECT_TRUE(read.at("weight").toTensor().equal(shared));
  EXPECT_EQ(read.at("weight").toTensor().const_data_ptr(),
            read.at("same").toTensor().const_data_ptr());
  EXPECT_EQ(text_of(read.at(3)), "[1, 2.5, text, None, True]");
  EXPECT_EQ(text_of(read.at("tuple")), "(-1, [1, 2])");
  EXPECT_EQ(text_of(read.at("empty")), "{}");
  Dict<IValue, IValue> circle;
  circle.insert("self", circle);
  EXPECT_THAT(error_of([&] { pickle_save(circle); }), HasSubstr("too deep"));
  circle.clear();
}

TEST(PickleLoad, ScriptedModulesGiveTheirWeights) {
  // What programs do that cannot run the script.
  struct NetImpl : nn::Module {
    nn::Linear fc = register_module("fc", nn::Linear(2, 3));
    nn::BatchNorm1d bn = register_module("bn", nn::BatchNorm1d(3));
    Tensor scratch = register_buffer("scratch", zeros({1}));  // a script keeps it
  };
  NetImpl net;
  serialize::InputArchive archive;
  archive.load_from(HEARTH_TEST_DATA_DIR "/io/script.pt");
  net.load(archive);
  EXPECT_TRUE(net.fc->bias.equal(arange(3.)));
}

TEST(IValues, AreKeysByValue) {
  Dict<IValue, IValue> dict;
  EXPECT_TRUE(dict.insert("a", 1).second);
  EXPECT_FALSE(dict.insert(std::string("a"), 2).second);
  EXPECT_EQ(dict.at("a").toInt(), 1);
  dict.insert_or_assign("a", 3);
  dict.insert(1, "int");
  dict.insert(1.0, "double");
  dict.insert(true, "bool");
  dict.insert(IValue(), "none");
  EXPECT_EQ(dict.size(), 5u);
  EXPECT_EQ(dict.at("a").toInt(), 3);
  EXPECT_EQ(dict.at(1.0).toStringRef(), "double");
  EXPECT_EQ(dict.erase(1), 1u);
  EXPECT_EQ(dict.erase(1), 0u);
  EXPECT_EQ(dict.at(true).toStringRef(), "bool");  // though one before it is gone
  EXPECT_FALSE(dict.contains(1));
  EXPECT_THROW(dict.at("b"), IndexError);
  EXPECT_THROW(dict.insert(List<IValue>(), 1), ValueError);
  const Dict<IValue, IValue> same = dict, other = dict.copy();
  dict.clear();
  EXPECT_TRUE(same.empty());
  EXPECT_EQ(other.size(), 4u);
  EXPECT_TRUE(IValue(dict) == IValue(same));
  EXPECT_FALSE(IValue(dict) == IValue(other));
  EXPECT_THAT(error_of([&] { IValue(dict).toTensor(); }),
              HasSubstr("Expected Tensor but got GenericDict"));
}

TEST(IValues, AreMadeOfWhatProgramsHave) {
  const IValue tuple = std::make_tuple(1, 2.5, std::string("a"), ones({1}));
  EXPECT_EQ(tuple.toTupleRef().size(), 4u);
  EXPECT_EQ(tuple.toTuple()->elements()[1].toDouble(), 2.5);
  const IValue ints = List<int64_t>{1, 2}, tensors = List<Tensor>{ones({2})};
  EXPECT_TRUE(ints.isIntList() && ints.isList() && tensors.isTensorList() && tensors.isList());
  EXPECT_EQ(ints.toList().get(1).toInt(), 2);
  EXPECT_EQ(ints.to<List<int64_t>>().size(), 2u);
  const IValue names = std::vector<std::string>{"a", "b"}, flags = std::vector<bool>{true, false};
  EXPECT_EQ(text_of(names), "[a, b]");
  EXPECT_EQ(names.to<std::vector<std::string>>()[1], "b");
  EXPECT_EQ(text_of(flags), "[True, False]");
  Dict<std::string, int64_t> counts;
  counts.insert("x", 3);
  const IValue dict = counts;
  EXPECT_EQ(dict.toGenericDict().at("x").toInt(), 3);
  EXPECT_EQ((dict.to<Dict<std::string, int64_t>>().at("x")), 3);
  const IValue map = std::unordered_map<std::string, Tensor>{{"w", ones({2})}};
  EXPECT_EQ(map.toGenericDict().at("w").toTensor().numel(), 2);
  EXPECT_TRUE(IValue(std::string_view("v")).isString());
}

TEST(IValues, HoldComplexNumbersAndDevices) {
  const complex<double> z(1, -2);
  EXPECT_EQ(IValue(z).toComplexDouble(), z);
  EXPECT_EQ(IValue(Scalar(z)).toScalar().toComplexDouble(), z);
  EXPECT_TRUE(IValue(z).isScalar() && IValue(3).isScalar() && !IValue("a").isScalar());
  EXPECT_EQ(IValue(Device(kCUDA, 1)).toDevice(), Device(kCUDA, 1));
  EXPECT_EQ(text_of(Device(kCPU)), "cpu");
  EXPECT_TRUE(IValue(z) == IValue(z));
  EXPECT_FALSE(IValue(Device(kCPU)) == IValue(Device(kCUDA)));
  EXPECT_TRUE(IValue(2).is(2));
  EXPECT_STREQ(IValue(List<int64_t>{1}).tagKind(), "GenericList");
  EXPECT_EQ(text_of(std::make_tuple(2.0, -0.5, 1e12, true)), "(2., -0.5, 1000000000000, True)");
  EXPECT_THAT(error_of([] { IValue(kCPU).toInt(); }), HasSubstr("Expected Int but got Device"));
  EXPECT_THAT(error_of([&] { pickle_save(z); }), HasSubstr("cannot write a ComplexDouble"));
}

TEST(Nodes, PrintTheirAddress) {
  const Tensor x = ones({2}).requires_grad_();
  std::ostringstream out, none;
  out << (x * 2).grad_fn();
  none << x.grad_fn();
  EXPECT_THAT(out.str(), HasSubstr("0x"));
  EXPECT_EQ(none.str(), "0");
}

}  // namespace
}  // namespace hearth
