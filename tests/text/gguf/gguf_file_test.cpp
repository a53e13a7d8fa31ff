// SPDX-License-Identifier: Apache-2.0
// tests/data/text/gguf/generate_types.py wrote types.gguf.
#include "hearth/text/gguf/gguf_file.h"

#include <cstring>

#include <gtest/gtest.h>

#include "hearth/base/error.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"

#include "temporary.h"

namespace hearth::text {
namespace {

const GgufFile& types() {
  static const GgufFile file(HEARTH_TEST_DATA_DIR "/text/gguf/types.gguf");
  return file;
}

template <class F>
void expect_error(const F& f, const std::string& part) {
  try {
    f();
    ADD_FAILURE() << "no error: " << part;
  } catch (const FormatError& e) {
    EXPECT_NE(std::string(e.what()).find(part), std::string::npos) << e.what();
  }
}

TEST(GgufFile, ReadsMetadataOfEveryKind) {
  const GgufFile& f = types();
  EXPECT_EQ(f.version(), 3u);
  EXPECT_EQ(f.text("general.architecture"), "none");
  EXPECT_EQ(f.integer("test.uint8"), 255);
  EXPECT_EQ(f.integer("test.int8"), -128);
  EXPECT_EQ(f.integer("test.uint16"), 65535);
  EXPECT_EQ(f.integer("test.int16"), -32768);
  EXPECT_EQ(f.integer("test.uint32"), 4294967295);
  EXPECT_EQ(f.integer("test.int32"), INT32_MIN);
  EXPECT_EQ(f.integer("test.int64"), INT64_MIN);
  EXPECT_EQ(f.number("test.float32"), 0.1f);
  EXPECT_EQ(f.number("test.float64"), 0.1);
  EXPECT_EQ(f.number("test.uint64"), 0x1p64);
  EXPECT_TRUE(f.boolean("test.true"));
  EXPECT_FALSE(f.boolean("test.false"));
  EXPECT_EQ(f.text("test.text"), "Grüße, 世界");
  EXPECT_EQ(f.texts("test.texts"), (std::vector<std::string>{"a", "", "ü"}));
  EXPECT_EQ(f.integers("test.integers"), (std::vector<int64_t>{1, -2, 3}));
  EXPECT_EQ(f.numbers("test.numbers"), (std::vector<double>{0.5, 1.5}));
  EXPECT_EQ(f.integers("test.int16"), (std::vector<int64_t>{-32768}));
  EXPECT_EQ(f.integer("nothing", 7), 7);
  EXPECT_EQ(f.text("nothing", "x"), "x");
  EXPECT_EQ(f.metadata_keys().at(1), "test.uint8");
  expect_error([&] { f.integer("nothing"); }, "has no metadata 'nothing'");
  expect_error([&] { f.integer("test.uint64"); }, "'test.uint64' is not made of whole numbers");
  expect_error([&] { f.integer("test.float32"); }, "is not made of whole numbers");
  expect_error([&] { f.integer("test.integers"); }, "is not a whole number");
  expect_error([&] { f.text("test.texts"); }, "is not a text");
  expect_error([&] { f.texts("test.true"); }, "is not made of text");
  expect_error([&] { f.boolean("test.int8"); }, "is not a bool");
}

TEST(GgufFile, ReadsTensorsOfEveryType) {
  const GgufFile& f = types();
  EXPECT_EQ(f.sizes("F32"), (std::vector<int64_t>{2, 3, 4}));
  const Tensor x = f.tensor("F32");
  EXPECT_EQ(x.scalar_type(), kFloat);
  EXPECT_TRUE(f.tensor("F16").equal(x.to(kHalf)));
  EXPECT_TRUE(f.tensor("BF16").equal(x.to(kBFloat16)));
  EXPECT_TRUE(f.tensor("F64").to(kFloat).equal(x));
  EXPECT_TRUE(f.tensor("I32").equal(arange(5, kInt)));
  for (const char* name :
       {"Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q4_K", "Q5_K", "Q6_K", "IQ4_NL"}) {
    SCOPED_TRACE(name);
    EXPECT_EQ(f.type_name(name), name);
    EXPECT_EQ(f.sizes(name), (std::vector<int64_t>{2, 256}));
    ASSERT_TRUE(f.format(name));
    EXPECT_EQ(to_string(*f.format(name)), name);
    EXPECT_EQ(f.tensor(name).scalar_type(), kByte);
    EXPECT_TRUE(f.numbers_of(name).equal(f.tensor(std::string(name) + ".numbers")));
  }
  EXPECT_FALSE(f.format("F16"));
  expect_error([&] { f.tensor("Q2_K"); }, "is of type Q2_K, which Hearth does not read");
  expect_error([&] { f.tensor("nothing"); }, "has no tensor 'nothing'");
}

TEST(GgufFile, TensorsOutliveTheFile) {
  Tensor x;
  {
    const GgufFile f(HEARTH_TEST_DATA_DIR "/text/gguf/types.gguf");
    x = f.tensor("F32");
  }
  EXPECT_TRUE(x.equal(types().tensor("F32")));
}

/// A file as it is written.
class Bytes {
 public:
  template <class T>
  Bytes& number(T value) {
    text_.append(reinterpret_cast<const char*>(&value), sizeof value);
    return *this;
  }
  Bytes& raw(const std::string& s) {
    text_ += s;
    return *this;
  }
  Bytes& string(const std::string& s) { return number(uint64_t{s.size()}).raw(s); }
  Bytes& begin(uint64_t tensors, uint64_t values) {
    return raw("GGUF").number(uint32_t{3}).number(tensors).number(values);
  }
  /// A tensor's line of the table.
  Bytes& tensor(const std::string& name, const std::vector<uint64_t>& sizes, uint32_t type,
                uint64_t offset) {
    string(name).number(static_cast<uint32_t>(sizes.size()));
    for (const uint64_t n : sizes) number(n);
    return number(type).number(offset);
  }
  /// Up to a multiple of 32.
  Bytes& pad() {
    text_.resize((text_.size() + 31) / 32 * 32);
    return *this;
  }
  Bytes& small(const std::string& key, uint16_t value) {
    return string(key).number(uint32_t{2}).number(value);
  }
  void save(const std::string& path) const { write_text(path, text_); }
  GgufFile file() const { return GgufFile(text_.data(), text_.size(), "x.gguf"); }

 private:
  std::string text_;
};

TEST(GgufFile, RefusesWhatIsNotWhole) {
  const auto refused = [](const Bytes& b, const std::string& part) {
    expect_error([&] { b.file(); }, part);
  };
  const auto begin = [](uint64_t tensors, uint64_t values) {
    return Bytes().begin(tensors, values);
  };
  refused(Bytes().raw("GGU"), "[x.gguf] is no GGUF file");
  refused(Bytes().raw("GGUF"), "[x.gguf] ends early");
  refused(Bytes().raw("GGUF").number(uint32_t{1}), "expected GGUF of version 2 or 3, got 1");
  refused(Bytes().raw("GGUF").number(uint32_t{0x03000000}), "is a big-endian GGUF file");
  refused(begin(0, UINT64_MAX), "has no room for 18446744073709551615 metadata");
  refused(begin(UINT64_MAX, 0), "has no room for 18446744073709551615 tensors");
  refused(begin(0, 1).number(UINT64_MAX).raw("0123456789"), "ends early");
  refused(begin(0, 1).string("k").number(uint32_t{13}).number(0), "is of type 13");
  refused(begin(0, 1).string("k").number(uint32_t{9}).number(uint32_t{9}).number(0),
          "metadata 'k' is a list of lists");
  refused(begin(0, 1).string("k").number(uint32_t{9}).number(uint32_t{8}).number(uint64_t{1} << 61),
          "has no room for 2305843009213693952 items");
  refused(begin(0, 2)
              .string("k")
              .number(uint32_t{5})
              .number(1)
              .string("k")
              .number(uint32_t{5})
              .number(1),
          "metadata 'k' occurs twice");
  refused(begin(0, 1).string("general.alignment").number(uint32_t{4}).number(uint32_t{24}),
          "general.alignment must be a power of two, got 24");
  refused(begin(1, 0).tensor("t", {1, 1, 1, 1, 1}, 0, 0), "tensor 't' has 5 dims");
  refused(begin(1, 0).tensor("t", {uint64_t{1} << 32, uint64_t{1} << 31}, 0, 0),
          "tensor 't' is too large");
  refused(begin(1, 0).tensor("t", {uint64_t{1} << 62}, 0, 0), "tensor 't' is too large");
  refused(begin(1, 0).tensor("t", {33}, 3, 0), "has rows of 33 numbers");
  refused(begin(1, 0).tensor("t", {4}, 0, 0), "tensor 't' of 16 bytes at 0 goes beyond");
  refused(begin(1, 0).tensor("t", {4}, 0, 8), "is no multiple of 32");
  refused(begin(1, 0).tensor("t", {4}, 0, UINT64_MAX - 31).pad().raw(std::string(64, 0)),
          "goes beyond the file's end");
  refused(begin(2, 0).tensor("t", {0}, 0, 0).tensor("t", {0}, 0, 0), "tensor 't' occurs twice");
}

TEST(GgufFile, OpensWhatItNeedNotRead) {
  const GgufFile f =
      Bytes().begin(2, 0).tensor("odd", {4}, 1000, 0).tensor("none", {0, 3}, 0, 0).file();
  EXPECT_EQ(f.type_name("odd"), "number 1000");
  expect_error([&] { f.tensor("odd"); }, "is of type number 1000");
  EXPECT_EQ(f.tensor("none").sizes(), (std::vector<int64_t>{3, 0}));
}

/// File `number`, from 0 on, of `count` of a model, with a tensor of four floats.
Bytes part_of(uint16_t number, uint16_t count, const std::string& tensor, uint16_t tensors = 2) {
  return Bytes()
      .begin(1, 3)
      .small("split.no", number)
      .small("split.count", count)
      .small("split.tensors.count", tensors)
      .tensor(tensor, {4}, 0, 0)
      .pad()
      .number(float(number))
      .raw(std::string(12, 0));
}

TEST(GgufFile, OpensModelsInSeveralFiles) {
  const TemporaryFolder folder;
  const std::string first = folder / "m-00001-of-00002.gguf",
                    second = folder / "m-00002-of-00002.gguf";
  part_of(0, 2, "a").save(first);
  EXPECT_THROW(GgufFile{first}, FileError);
  part_of(1, 2, "b").save(second);
  for (const std::string& path : {first, second}) {
    const GgufFile file(path);
    EXPECT_EQ(file.keys(), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(file.integer("split.no"), 0);
    EXPECT_EQ(file.tensor("b")[0].item<float>(), 1);
  }
  EXPECT_EQ(find_gguf(folder.path), first);
  const auto refused = [&](const Bytes& bytes, const std::string& part) {
    bytes.save(second);
    expect_error([&] { GgufFile{first}; }, part);
  };
  refused(part_of(1, 2, "a"), "tensor 'a' is in an earlier file");
  refused(part_of(0, 2, "b"), "expected file 2 of 2 of a model, got file 1 of 2");
  refused(part_of(1, 3, "b"), "expected file 2 of 2 of a model, got file 2 of 3");
  refused(Bytes().begin(0, 0), "got file 0 of 1");
  part_of(1, 2, "b").save(second);
  part_of(0, 2, "a", 3).save(first);
  expect_error([&] { GgufFile{first}; }, "expected 3 tensors in 2 files, got 2");
  part_of(0, 2, "a").save(folder / "other.gguf");
  expect_error([&] { GgufFile{folder / "other.gguf"}; },
               "expected a name that ends in -00001-of-00002");
  EXPECT_THROW(find_gguf(folder.path), ValueError);
}

}  // namespace
}  // namespace hearth::text
