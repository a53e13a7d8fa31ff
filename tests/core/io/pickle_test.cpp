// SPDX-License-Identifier: Apache-2.0
// Files of Python's torch.save; tests/data/io/generate.py wrote them.
#include "hearth/io/pickle.h"

#include <array>

#include <gtest/gtest.h>

#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/tensor_literal.h"

#include "temporary.h"

namespace hearth::pickle {
namespace {

using Kind = Value::Kind;
using namespace std::string_literals;

std::string file(const std::string& name) { return HEARTH_TEST_DATA_DIR "/io/" + name; }
std::string bytes_of(const std::string& name) { return read_text(file(name)); }
Tensor counting(IntArrayRef sizes, ScalarType t = kFloat) {
  int64_t n = 1;
  for (const int64_t s : sizes) n *= s;
  return arange(0, n, TensorOptions(kLong)).reshape(sizes).to(t);
}
std::string refusal_of(const std::string& bytes) {
  try {
    for (const auto& [name, value] : named_tensors(load(bytes.data(), bytes.size())))
      if (value.dtype() != ScalarType::Undefined) value.toTensor();
  } catch (const Error& e) {
    return e.what();
  }
  return "";
}
std::vector<std::string> names_of(const Value& value) {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : named_tensors(value)) names.push_back(name);
  return names;
}

/// Each in the zip form and in that of PyTorch before 1.6.
class Pickle : public ::testing::TestWithParam<const char*> {
 public:
  static Value open(const std::string& name) { return load(file(name + GetParam())); }
};
INSTANTIATE_TEST_SUITE_P(Forms, Pickle, ::testing::Values(".pt", ".old.pt"),
                         [](const auto& form) { return form.index == 0 ? "Zip" : "Old"; });

TEST_P(Pickle, ReadsAStateDict) {
  const Value state = open("state");
  EXPECT_EQ(state.kind(), Kind::Dict);
  EXPECT_EQ(names_of(state), (std::vector<std::string>{
                                 "fc.weight", "fc.bias", "bn.weight", "bn.bias", "bn.running_mean",
                                 "bn.running_var", "bn.num_batches_tracked"}));
  EXPECT_TRUE(state.at("fc.weight").toTensor().equal(counting({3, 2})));
  EXPECT_TRUE(state.at("fc.bias").toTensor().equal(counting({3})));
  EXPECT_EQ(state.at("bn.num_batches_tracked").dtype(), kLong);
  EXPECT_EQ(state.at("fc.weight").sizes(), IntArrayRef({3, 2}));
}

TEST_P(Pickle, ReadsATensorAndAList) {
  EXPECT_TRUE(open("tensor").toTensor().equal(counting({2, 3})));
  EXPECT_EQ(names_of(open("tensor")), std::vector<std::string>{"0"});
  const Value list = open("list");
  ASSERT_EQ(list.size(), 2u);
  EXPECT_TRUE(list.elements()[1].toTensor().equal(counting({2, 2})));
  EXPECT_EQ(names_of(list), (std::vector<std::string>{"0", "1"}));
  const Tensor parameter = open("parameter").toTensor();
  EXPECT_TRUE(parameter.requires_grad());
  EXPECT_TRUE(parameter.detach().equal(counting({2})));
}

TEST_P(Pickle, ReadsEveryType) {
  const Value types = open("types");
  for (const ScalarType t : {kFloat, kDouble, kHalf, kBFloat16, kLong, kInt, kShort, kChar, kByte,
                             kComplexFloat, kComplexDouble}) {
    const Tensor read = types.at(dtype_name(t)).toTensor();
    EXPECT_EQ(read.scalar_type(), t);
    EXPECT_TRUE(read.equal(counting({2, 3}, t))) << dtype_name(t);
  }
  EXPECT_TRUE(types.at("bool").toTensor().equal(counting({1, 3}).ne(1)));
}

TEST_P(Pickle, KeepsStridesAndSharing) {
  const Value views = open("views");
  const Tensor base = views.at("base").toTensor(), row = views.at("row").toTensor(),
               column = views.at("column").toTensor(), turned = views.at("turned").toTensor();
  EXPECT_TRUE(base.equal(counting({4, 6})));
  EXPECT_TRUE(row.equal(base.select(0, 1)));
  EXPECT_TRUE(column.equal(base.select(1, 2)));
  EXPECT_EQ(turned.strides(), IntArrayRef({1, 6}));
  base.fill_(5);
  EXPECT_EQ(row.min().item<float>(), 5);
  EXPECT_EQ(column.min().item<float>(), 5);
  EXPECT_EQ(views.at("expanded").toTensor().strides(), IntArrayRef({0, 1}));
  EXPECT_EQ(views.at("empty").toTensor().sizes(), IntArrayRef({0, 3}));
  EXPECT_EQ(views.at("scalar").toTensor().item<float>(), 2.5);
  EXPECT_TRUE(views.at("channels_last").toTensor().is_contiguous(MemoryFormat::ChannelsLast));
  views.at("tied").toTensor().fill_(9);
  EXPECT_EQ(views.at("tied_too").toTensor().min().item<float>(), 9);
  // The file did not change.
  EXPECT_TRUE(open("views").at("base").toTensor().equal(counting({4, 6})));
}

TEST_P(Pickle, ReadsValuesOfACheckpoint) {
  const Value c = open("checkpoint");
  EXPECT_EQ(c.at("epoch").toInt(), 7);
  EXPECT_EQ(c.at("epoch").toDouble(), 7.0);
  EXPECT_FALSE(c.at("done").toBool());
  EXPECT_TRUE(c.at("nothing").isNone());
  EXPECT_EQ(c.at("name").toStringRef(), "net \u00e9");
  EXPECT_EQ(c.at("raw").toStringRef(), std::string("\x00\xff", 2));
  EXPECT_EQ(c.at("best").toDouble(), 0.75);
  EXPECT_EQ(c.at("size").elements()[1].toInt(), 3);
  EXPECT_EQ(c.at("device").toStringRef(), "cuda:1");
  EXPECT_EQ(c.at("dtype").type_name(), "torch.float16");
  EXPECT_EQ(c.at("counter").at("a").toInt(), 2);
  EXPECT_EQ(c.at("default").at("a").elements()[0].toDouble(), 1.5);
  EXPECT_EQ(c.at("set").elements()[0].toInt(), 3);
  EXPECT_EQ(c.at("5").toStringRef(), "five");
  EXPECT_EQ(c.at("seed").repr(), "9223372036854775813");
  EXPECT_EQ(c.at("negative").repr(), "-1180591620717411303424");
  EXPECT_THROW(c.at("seed").toInt(), FormatError);
  EXPECT_THROW(c.at("epoch").toBool(), FormatError);
  EXPECT_EQ(c.find("absent"), std::nullopt);
  try {
    c.at("absent");
    FAIL();
  } catch (const FormatError& e) {
    EXPECT_NE(std::string(e.what()).find("'epoch'"), std::string::npos) << e.what();
  }
}

TEST_P(Pickle, KeepsWhatItDoesNotKnow) {
  const Value c = open("checkpoint");
  EXPECT_EQ(c.at("args").type_name(), "argparse.Namespace");
  EXPECT_EQ(c.at("args").at("layers").elements()[1].toInt(), 2);
  EXPECT_EQ(c.at("stranger").type_name(), "__main__.Stranger");
  EXPECT_TRUE(c.at("stranger").at("weight").toTensor().equal(counting({3})));
  const std::vector<std::string> names = names_of(c);
  for (const char* name : {"model.fc.weight", "optimizer.state.0.exp_avg", "stranger.weight"})
    EXPECT_NE(std::find(names.begin(), names.end(), name), names.end()) << name;
  const Value group = c.at("optimizer").at("param_groups").elements()[0];
  EXPECT_EQ(group.at("lr").toDouble(), 0.125);
  EXPECT_EQ(group.at("betas").elements()[1].toDouble(), 0.75);
}

void expect_arrays(const Value& arrays) {
  const Tensor c = counting({2, 3});
  EXPECT_TRUE(arrays.at("c").toTensor().equal(c));
  EXPECT_TRUE(arrays.at("fortran").toTensor().equal(c.to(kLong)));
  EXPECT_TRUE(arrays.at("big").toTensor().equal(c.to(kDouble)));
  EXPECT_TRUE(arrays.at("scalar").toTensor().equal(full({}, 2.5, kHalf)));
  EXPECT_EQ(arrays.at("empty").sizes(), IntArrayRef({0, 3}));
  EXPECT_EQ(arrays.at("empty").toTensor().scalar_type(), kComplexDouble);
  EXPECT_TRUE(arrays.at("bool").toTensor().equal(tensor({true, false})));
  EXPECT_EQ(arrays.at("object").kind(), Kind::Object);  // and costs nothing beside it
  EXPECT_EQ(arrays.at("text").kind(), Kind::Object);
  EXPECT_TRUE(arrays.at("weight").toTensor().equal(counting({3})));
  const std::vector<Value> numbers = arrays.at("numbers").elements();
  ASSERT_EQ(numbers.size(), 6u);
  EXPECT_EQ(numbers[0].toDouble(), 1.5);
  EXPECT_EQ(numbers[1].toDouble(), 2.5);
  EXPECT_EQ(numbers[2].toInt(), -3);
  EXPECT_EQ(numbers[3].toInt(), 200);
  EXPECT_TRUE(numbers[4].toBool());
  EXPECT_EQ(numbers[5].toInt(), int64_t{1} << 62);
  EXPECT_EQ(names_of(arrays),
            (std::vector<std::string>{"c", "fortran", "big", "scalar", "empty", "bool", "weight"}));
}

TEST_P(Pickle, ReadsArraysOfNumPy) { expect_arrays(open("arrays")); }
TEST(PickleProtocol5, ReadsArraysOfNumPy) { expect_arrays(load(file("arrays5.pt"))); }

TEST_P(Pickle, DoesWhatTensorsPutOff) {
  const Value lazy = open("lazy");
  const Tensor real = counting({3}), imag = counting({3}) + 1;
  EXPECT_TRUE(lazy.at("conj").toTensor().equal(view_as_complex(stack({real, -imag}, 1))));
  EXPECT_TRUE(lazy.at("neg").toTensor().equal(-imag));
}

TEST_P(Pickle, TellsValuesOfOnePathApart) {
  EXPECT_EQ(names_of(open("lazy")), (std::vector<std::string>{"conj", "neg", "a.b", "a.b#2"}));
}

TEST(PickleZip, UnpacksWhatIsDeflated) {
  const auto stored = named_tensors(load(file("state.pt")));
  const auto packed = named_tensors(load(file("packed.pt")));
  ASSERT_EQ(stored.size(), packed.size());
  for (size_t i = 0; i < stored.size(); ++i) {
    EXPECT_EQ(stored[i].first, packed[i].first);
    EXPECT_TRUE(stored[i].second.toTensor().equal(packed[i].second.toTensor()));
  }
}

TEST_P(Pickle, NamesAWholeModuleAsItsStateDict) {
  EXPECT_EQ(names_of(open("module")), names_of(open("state")));
}

TEST(PickleScript, ReadsTheTensorsOfAnArchive) {
  const Value script = load(file("script.pt"));
  std::vector<std::string> names = names_of(script);
  for (const char* name : {"fc.weight", "fc.bias", "bn.running_mean"})
    EXPECT_NE(std::find(names.begin(), names.end(), name), names.end()) << name;
  EXPECT_TRUE(script.at("fc").at("weight").toTensor().detach().equal(counting({3, 2})));
}

TEST(PickleForeign, TypesThatTensorsDoNotHave) {
  const Value foreign = load(file("foreign.pt"));
  EXPECT_TRUE(foreign.at("float32").toTensor().equal(counting({2})));
  EXPECT_TRUE(foreign.at("uint16").toTensor().equal(ones({2}, kUInt16)));
  for (const char* name : {"float8", "quantized"}) {
    EXPECT_EQ(foreign.at(name).dtype(), ScalarType::Undefined);
    EXPECT_EQ(foreign.at(name).sizes(), IntArrayRef({2}));
    EXPECT_THROW(foreign.at(name).toTensor(), FormatError);
  }
}

// ---- damaged and hostile files

class PickleDamage : public Pickle {};
INSTANTIATE_TEST_SUITE_P(Forms, PickleDamage, ::testing::Values(".pt", ".old.pt"),
                         [](const auto& form) { return form.index == 0 ? "Zip" : "Old"; });

TEST_P(PickleDamage, CutAnywhere) {
  const std::string whole = bytes_of(std::string("state") + GetParam());
  ASSERT_EQ(refusal_of(whole), "");
  for (size_t n = 0; n < whole.size(); ++n)
    EXPECT_NE(refusal_of(whole.substr(0, n)), "") << "cut to " << n << " bytes";
}

TEST_P(PickleDamage, AnyByteChanged) {
  // Either an error of ours, or a file that says something else.
  const std::string whole = bytes_of(std::string("checkpoint") + GetParam());
  size_t refused = 0;
  for (size_t i = 0; i < whole.size(); i += 2) {
    constexpr int kFlips[] = {0x01, 0x80, 0xff};
    std::string changed = whole;
    changed[i] = static_cast<char>(changed[i] ^ kFlips[i / 2 % 3]);
    refused += !refusal_of(changed).empty();
  }
  EXPECT_GT(refused, whole.size() / 32);
}

std::string old_file(const std::string& program, const std::string& keys = "]") {
  using namespace std::string_literals;
  return "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."s + "\x80\x02M\xe9\x03."s +
         "\x80\x02}."s + "\x80\x02"s + program + "." + "\x80\x02"s + keys + ".";
}

TEST(PickleHostile, NothingIsImportedOrRun) {
  // os.system("true"), which Python would run.
  const std::string program = "cos\nsystem\nX\x04" + std::string(3, '\0') + "true\x85R";
  const std::string bytes = old_file(program);
  const Value value = load(bytes.data(), bytes.size());
  EXPECT_EQ(value.kind(), Kind::Object);
  EXPECT_EQ(value.type_name(), "os.system");
  EXPECT_EQ(value.elements()[0].toStringRef(), "true");
}

TEST(PickleHostile, Programs) {
  using namespace std::string_literals;
  for (const auto& [program, phrase] : std::vector<std::pair<std::string, std::string>>{
           {"", "empty stack"},
           {"K\x01K\x02", "more than its value"},
           {"t", "mark"},
           {"(", "empty stack"},
           {"h\x05", "did not remember"},
           {"K\x01r\xff\xff\xff\xff", "remembers too much"},
           {"K\x01K\x02R", "no tuple"},
           {"K\x01K\x02"
            "a",
            "no list"},
           {"}(K\x01u", "without a value"},
           {"K\x01Q", "id of PyTorch"},
           {"ccollections\nOrderedDict\nK\x01\x85R", "list of pairs"},
           {"ctorch._utils\n_rebuild_tensor_v2\n)R", "too few arguments"},
           {"ctorch._utils\n_rebuild_tensor_v2\nK\x01\x85R", "no storage"},
           {"i", "not read"},
           {"\x8b\xff\xff\xff\x7f", "too many digits"},
           {"X\xff\xff\xff\x7f", "ends early"},
           {"\x80\x09N", "protocol"}}) {
    const std::string refusal = refusal_of(old_file(program));
    EXPECT_NE(refusal.find(phrase), std::string::npos) << program << ": " << refusal;
  }
}

std::string byte(int n) { return std::string("K") + static_cast<char>(n); }
std::string text(const std::string& s) {
  const auto n = static_cast<uint32_t>(s.size());
  return "X" + std::string(reinterpret_cast<const char*>(&n), 4) + s;
}

/// ('storage', FloatStorage, '0', 'cpu', count, ...) and a tensor on it; numbers in one byte each.
std::string tensor_program(int count, int offset, int size, int stride,
                           const std::string& rest_of_id = "") {
  return "ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage") + "ctorch\nFloatStorage\n" +
         text("0") + text("cpu") + byte(count) + rest_of_id + "tQ" + byte(offset) + byte(size) +
         "\x85" + byte(stride) + "\x85\x89NtR";
}

TEST(PickleHostile, TensorsStayWithinTheirStorage) {
  const std::string keys = std::string("]X\x01\0\0\0", 6) + "0a";
  const auto with = [&](int count, int offset, int size, int stride) {
    std::string bytes = old_file(tensor_program(count, offset, size, stride), keys);
    const uint64_t n = static_cast<uint64_t>(count);
    bytes.append(reinterpret_cast<const char*>(&n), 8);
    bytes.append(static_cast<size_t>(count) * 4, '\0');
    return bytes;
  };
  EXPECT_EQ(refusal_of(with(6, 0, 6, 1)), "");
  EXPECT_EQ(refusal_of(with(6, 1, 3, 2)), "");
  EXPECT_EQ(refusal_of(with(6, 6, 0, 1)), "");
  for (const auto& bytes : {with(6, 1, 6, 1), with(6, 0, 4, 2), with(6, 7, 0, 1), with(0, 0, 1, 1)})
    EXPECT_NE(refusal_of(bytes).find("reaches past its storage"), std::string::npos);
  // A view of all 120 elements of a storage that has 6, as it was said to have before.
  const std::string view = "(" + text("view") + byte(0) + byte(120) + "t";
  std::string bytes = old_file(
      "](" + tensor_program(6, 0, 6, 1) + tensor_program(120, 0, 120, 1, view) + "e", keys);
  bytes += std::string("\6\0\0\0\0\0\0\0", 8) + std::string(24, '\0');
  EXPECT_NE(refusal_of(bytes).find("twice, with different types or sizes"), std::string::npos);
}

TEST(PickleHostile, DeepAndRepeatedValues) {
  // A list of a list of a list ...
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "]";
  for (int i = 1; i < 100'000; ++i) deep += "a";
  EXPECT_NE(refusal_of(old_file(deep)).find("too deep"), std::string::npos);
  // Each list holds the one before twice: 2^60 ends.
  std::string many = "]q" + std::string(1, '\0');
  for (int i = 0; i < 60; ++i) {
    const std::string last(1, static_cast<char>(i)), next(1, static_cast<char>(i + 1));
    many += "0]q" + next + "(h" + last + "h" + last + "e";
  }
  EXPECT_NE(refusal_of(old_file(many)).find("too often"), std::string::npos);
  // A list that holds itself.
  EXPECT_NE(refusal_of(old_file("]q" + std::string(1, '\0') + "h" + std::string(1, '\0') + "a"))
                .find("too"),
            std::string::npos);
}

TEST(PickleHostile, CallsCopyNoMoreThanTheFileCouldHold) {
  const auto many_times = [](const std::string& s) {
    std::string all;
    for (int i = 0; i < 1000; ++i) all += s;
    return all;
  };
  const std::string pairs = "](" + many_times("K\x01K\x02\x86") + "eq\2";
  const std::string arguments = "(" + many_times("K\x01") + "tq\2";
  const std::string letters = text(std::string(10'000, 'a')) + "q\2";
  for (const auto& [value, callee, call] : std::vector<std::array<std::string, 3>>{
           {pairs, "ccollections\nOrderedDict\nq\3", "h\3h\2\x85R"},
           {pairs, "cbuiltins\nset\nq\3", "h\3h\2\x85R"},
           {arguments, "csome\nClass\nq\3", "h\3h\2R"},
           {letters, "c_codecs\nencode\nq\3", "h\3h\2\x85R"},
           {letters, "ctorch\ndevice\nq\3", "h\3h\2\x85R"}}) {
    const std::string once = "(" + value + callee + call + "t";
    const std::string often = "(" + value + callee + many_times(call) + "t";
    EXPECT_EQ(refusal_of(old_file(once)), "") << callee;
    EXPECT_NE(refusal_of(old_file(often)).find("copies its values too often"), std::string::npos)
        << callee;
  }
  EXPECT_NE(refusal_of(old_file("c" + std::string(2000, 'a') + "\nb\n")).find("too long a name"),
            std::string::npos);
}

TEST(PickleHostile, PathsDoNotRepeatALongKey) {
  std::string program = "}(" + text(std::string(1 << 16, 'k')) + "q\1}(";
  for (int i = 0; i < 1000; ++i) program += "h\1K\1";
  EXPECT_NE(refusal_of(old_file(program + "uu")).find("keys that are too long"), std::string::npos);
}

TEST(PickleFiles, OfPickleDump) {
  // pickle.dump([1.5, "é", numpy.arange(3, dtype="u1")], protocol=2), as Python 2 wrote it.
  const std::string array =
      "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\0tU\x01"
      "btR(K\x01(K\x03tcnumpy\ndtype\n"
      "(U\x02u1K\0K\x01tR(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb\x89U\x03\0\x80\xfftb"s;
  const std::string bytes = "\x80\x02](G\x3f\xf8\0\0\0\0\0\0U\x01\xe9"s + array + "e."s;
  const TemporaryFolder folder;
  write_text(folder / "a.pkl", bytes);
  const Value list = load_pickle(folder / "a.pkl");
  EXPECT_EQ(list.elements()[0].toDouble(), 1.5);
  EXPECT_EQ(list.elements()[1].toStringRef(), "é");
  EXPECT_TRUE(list.elements()[2].toTensor().equal(tensor({0, 128, 255}, kByte)));
  for (size_t n = 0; n < bytes.size(); ++n) {
    write_text(folder / "a.pkl", bytes.substr(0, n));
    EXPECT_THROW(load_pickle(folder / "a.pkl"), FormatError) << n;
  }
}

TEST(PickleHostile, FilesOfOtherKinds) {
  EXPECT_THROW(load("/nonexistent/file.pt"), FileError);
  for (const auto& [bytes, phrase] : std::vector<std::pair<std::string, std::string>>{
           {"", "expected a file of torch.save"},
           {"hello", "expected a file of torch.save"},
           {"\x80\x04N.", "torch.save did not write"},
           {bytes_of("stored.npz"), "without data.pkl"}}) {
    const std::string refusal = refusal_of(bytes);
    EXPECT_NE(refusal.find(phrase), std::string::npos) << refusal;
  }
}

}  // namespace
}  // namespace hearth::pickle
