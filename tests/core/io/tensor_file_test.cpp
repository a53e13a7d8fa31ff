// SPDX-License-Identifier: Apache-2.0
#include "hearth/io/tensor_file.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "hearth/io/npy.h"
#include "hearth/io/safetensors.h"
#include "hearth/io/save_tensors.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"

#include "error_of.h"
#include "io/sink.h"
#include "io/zip_reader.h"
#include "io/zip_writer.h"
#include "temporary.h"

namespace hearth {
namespace {

namespace fs = std::filesystem;

std::string file(const std::string& name) { return HEARTH_TEST_DATA_DIR "/io/" + name; }
Tensor counting(IntArrayRef sizes, ScalarType t = kFloat) {
  int64_t n = 1;
  for (const int64_t s : sizes) n *= s;
  return arange(0, n, TensorOptions(kLong)).reshape(sizes).to(t);
}
// ---- NumPy's files

TEST(Npy, ReadsWhatNumPyWrites) {
  EXPECT_TRUE(npy::load(file("c.npy")).equal(counting({2, 3})));
  const Tensor fortran = npy::load(file("fortran.npy"));
  EXPECT_TRUE(fortran.equal(counting({2, 3}, kLong)));
  EXPECT_EQ(fortran.strides(), IntArrayRef({1, 2}));
  EXPECT_TRUE(npy::load(file("big.npy")).equal(counting({2, 3}, kDouble)));
  EXPECT_EQ(npy::load(file("scalar.npy")).item<double>(), 2.5);
  EXPECT_EQ(npy::load(file("scalar.npy")).scalar_type(), kHalf);
  EXPECT_EQ(npy::load(file("empty.npy")).sizes(), IntArrayRef({0, 3}));
  EXPECT_TRUE(npy::load(file("bool.npy")).equal(counting({2}).ne(1)));
  for (const char* name : {"stored.npz", "packed.npz"}) {
    const auto arrays = npy::load_npz(file(name));
    ASSERT_EQ(arrays.size(), 2u);
    EXPECT_TRUE(arrays.at("a").equal(counting({4})));
    EXPECT_TRUE(arrays.at("b").equal(counting({2, 3}, kInt)));
  }
}

TEST(Npy, WritesTheBytesNumPyWrites) {
  const TemporaryFolder dir;
  npy::save(counting({2, 3}), dir / "c.npy");
  EXPECT_EQ(read_text(dir / "c.npy"), read_text(file("c.npy")));
  const std::vector<char> bytes = npy::save(counting({2, 3}));
  EXPECT_EQ(std::string(bytes.begin(), bytes.end()), read_text(file("c.npy")));
  npy::save(full({}, 2.5, TensorOptions(kHalf)), dir / "scalar.npy");
  EXPECT_EQ(read_text(dir / "scalar.npy"), read_text(file("scalar.npy")));
  npy::save(counting({2}).ne(1), dir / "bool.npy");
  EXPECT_EQ(read_text(dir / "bool.npy"), read_text(file("bool.npy")));
  npy::save(counting({3, 2}).t(), dir / "turned.npy");
  EXPECT_TRUE(npy::load(dir / "turned.npy").equal(counting({3, 2}).t()));
  npy::save_npz({{"a", counting({4})}, {"b/c", counting({2, 3}, kInt)}}, dir / "two.npz");
  const auto arrays = npy::load_npz(dir / "two.npz");
  EXPECT_TRUE(arrays.at("a").equal(counting({4})));
  EXPECT_TRUE(arrays.at("b/c").equal(counting({2, 3}, kInt)));
  EXPECT_THROW(npy::save(counting({2}, kBFloat16), dir / "no.npy"), DtypeError);
  EXPECT_FALSE(fs::exists(dir / "no.npy"));
}

TEST(Npy, UnsignedTypes) { EXPECT_TRUE(npy::load(file("uint16.npy")).equal(zeros({2}, kUInt16))); }

TEST(Npy, RefusesWhatTensorsDoNotHave) {
  for (const auto& [name, phrase] : std::vector<std::pair<std::string, std::string>>{
           {"text.npy", "'<U2'"}, {"record.npy", "records"}, {"object.npy", "'|O'"}}) {
    const std::string path = file(name);
    const std::string said = error_of([&] { npy::load(path); });
    EXPECT_NE(said.find(phrase), std::string::npos) << said;
  }
}

TEST(Npy, DamagedFiles) {
  const std::string whole = read_text(file("c.npy"));
  for (size_t n = 0; n < whole.size(); ++n)
    EXPECT_NE(error_of([&] { npy::load(whole.data(), n); }), "") << n;
  std::string huge = whole;
  huge.replace(huge.find("(2, 3)"), 6, "(9<<9)");
  EXPECT_NE(error_of([&] { npy::load(huge.data(), huge.size()); }), "");
  huge = whole;
  const size_t at = huge.find("(2, 3), }");
  huge.replace(at, 40, "(9223372036854775807, 9223372036854775), }");
  EXPECT_NE(error_of([&] { npy::load(huge.data(), huge.size()); }), "");
}

// ---- zip archives

TEST(Zip, WhatIsWrittenIsRead) {
  BufferSink sink;
  ZipWriter zip(sink);
  zip.add("a", {"hello ", "world"});
  zip.add("folder/empty", {});
  EXPECT_THROW(zip.add("a", {"again"}), ValueError);
  EXPECT_THROW(zip.add("", {"no name"}), ValueError);
  zip.finish();
  const std::string_view bytes(sink.bytes.data(), sink.bytes.size());
  const ZipReader reader(bytes, "test");
  ASSERT_EQ(reader.entries().size(), 2u);
  const ZipEntry* a = reader.find("a");
  ASSERT_NE(a, nullptr);
  EXPECT_EQ(reader.read(*a), "hello world");
  EXPECT_EQ((reader.content(*a, nullptr).first.data() - bytes.data()) % 64, 0);
  EXPECT_EQ(reader.read(*reader.find("folder/empty")), "");
  EXPECT_EQ(reader.find("b"), nullptr);
  EXPECT_EQ(crc32_of("123456789"), 0xcbf43926u);
  EXPECT_EQ(crc32_of("6789", crc32_of("12345")), 0xcbf43926u);
  std::string changed(bytes);
  changed[changed.find("hello")] = 'j';
  EXPECT_NE(error_of([&] {
              const ZipReader damaged(changed, "test");
              damaged.read(*damaged.find("a"));
            }).find("checksum"),
            std::string::npos);
}

TEST(Zip, MembersDoNotShareBytes) {
  // Two members that both claim most of the archive, as a small one claims to hold a large one.
  BufferSink sink;
  ZipWriter zip(sink);
  zip.add("a", {std::string(1000, 'a')});
  zip.add("b", {std::string(1000, 'b')});
  zip.finish();
  std::string bytes(sink.bytes.data(), sink.bytes.size());
  for (size_t at = 0; (at = bytes.find("PK\x01\x02", at)) != std::string::npos; ++at) {
    const uint32_t size = 1500;
    for (const size_t field : {20, 24}) std::memcpy(bytes.data() + at + field, &size, 4);
  }
  EXPECT_NE(error_of([&] { ZipReader(bytes, "test"); }).find("lie over each other"),
            std::string::npos);
}

TEST(Zip, ManyMembers) {
  // More than the old directory can count.
  constexpr int kMany = 70'000;
  BufferSink sink;
  ZipWriter zip(sink);
  for (int i = 0; i < kMany; ++i) zip.add(std::to_string(i), {std::to_string(i)});
  zip.finish();
  const ZipReader reader({sink.bytes.data(), sink.bytes.size()}, "test");
  ASSERT_EQ(reader.entries().size(), static_cast<size_t>(kMany));
  EXPECT_EQ(reader.read(*reader.find("69999")), "69999");
}

// ---- files of any kind

TEST(TensorFile, KnowsFilesByTheirFirstBytes) {
  const TemporaryFolder dir;
  safetensors::save_file({{"w", counting({2})}}, dir / "model.pt");
  EXPECT_EQ(TensorFile(dir / "model.pt").format(), TensorFile::Format::Safetensors);
  EXPECT_TRUE(TensorFile(dir / "model.pt").tensor("w").equal(counting({2})));
  for (const auto& [name, format] : std::vector<std::pair<std::string, TensorFile::Format>>{
           {"state.pt", TensorFile::Format::Torch},
           {"state.old.pt", TensorFile::Format::Torch},
           {"script.pt", TensorFile::Format::Torch},
           {"c.npy", TensorFile::Format::Npy},
           {"packed.npz", TensorFile::Format::Npz}}) {
    fs::copy(file(name), dir / "any.bin", fs::copy_options::overwrite_existing);
    const TensorFile any(dir / "any.bin");
    EXPECT_EQ(any.format(), format) << name;
    const std::string bytes = read_text(file(name));
    const TensorFile memory(bytes.data(), bytes.size());
    EXPECT_EQ(memory.keys(), any.keys());
    for (const std::string& key : any.keys()) {
      EXPECT_EQ(any.tensor(key).sizes(), any.sizes(key));
      EXPECT_EQ(any.tensor(key).scalar_type(), any.dtype(key));
      EXPECT_TRUE(memory.tensor(key).equal(any.tensor(key)));
    }
  }
  EXPECT_EQ(TensorFile(file("state.pt")).type_name("bn.num_batches_tracked"), "int64");
  EXPECT_EQ(TensorFile(file("foreign.pt")).type_name("float8"), "float8_e4m3fn");
  EXPECT_EQ(TensorFile(file("text.npy")).type_name("0"), "<U2");
  EXPECT_THROW(TensorFile(file("state.pt")).tensor("absent"), FormatError);
  EXPECT_THROW(TensorFile(dir / "absent.pt"), FileError);
  for (const std::string& content : {std::string(), std::string("hello"), std::string("[1, 2]")}) {
    write_text(dir / "odd", content);
    EXPECT_NE(error_of([&] { TensorFile(dir / "odd"); }).find("expected a file of tensors"),
              std::string::npos);
  }
}

TEST(TensorFile, MapsAFileOnce) {
  const TemporaryFolder folder;
  const safetensors::NamedTensors tensors{{"a", counting({1000})}};
  for (const char* name : {"f.safetensors", "f.pt", "f.npz"}) {
    save_tensors(tensors, folder / name);
    const TensorFile file(folder / name);
    const Tensor t = file.tensor("a");
    const std::string maps = read_text("/proc/self/maps");
    int found = 0;
    for (size_t at = 0; (at = maps.find(folder / name, at)) != maps.npos; ++at) ++found;
    EXPECT_EQ(found, 1) << name;
  }
}

TEST(TensorFile, ReadsAModelInSeveralFiles) {
  const TemporaryFolder dir;
  safetensors::save_file({{"a", counting({2})}, {"b", counting({3})}}, dir / "1.safetensors");
  fs::copy(file("state.pt"), dir / "2.bin");
  const auto index = [&](const std::string& map) {
    write_text(dir / "model.index.json",
               "{\"metadata\": {\"total_size\": 1}, \"weight_map\": " + map + "}");
    return TensorFile(dir / "model.index.json");
  };
  const TensorFile model =
      index(R"({"a": "1.safetensors", "b": "1.safetensors", "fc.weight": "2.bin"})");
  EXPECT_EQ(model.keys().size(), 3u);
  EXPECT_TRUE(model.tensor("b").equal(counting({3})));
  EXPECT_TRUE(model.tensor("fc.weight").equal(counting({3, 2})));
  for (const auto& [map, phrase] : std::vector<std::pair<std::string, std::string>>{
           {R"({"a": "../1.safetensors"})", "no name of a file"},
           {R"({"a": "/etc/passwd"})", "no name of a file"},
           {R"({"a": "model.index.json"})", "names an index"},
           {R"({"absent": "1.safetensors"})", "does not have it"},
           {R"({"a": 3})", "got type must be string, but is number"},
           {R"({)", "got parse error at line 1"},
           {R"([])", "got a weight_map that is no object"}}) {
    const std::string wrong = map;
    const std::string said = error_of([&] { index(wrong); });
    EXPECT_NE(said, "") << map;
    EXPECT_NE(said.find(phrase), std::string::npos) << said;
    EXPECT_EQ(said.find("json.exception"), std::string::npos) << said;
  }
  EXPECT_THROW(index(R"({"a": "3.safetensors"})"), FileError);
}

}  // namespace
}  // namespace hearth
