// SPDX-License-Identifier: Apache-2.0
#include "hearth/io/save_tensors.h"

#include <gtest/gtest.h>

#include "hearth/io/tensor_file.h"
#include "hearth/ops/creation.h"

#include "error_of.h"
#include "temporary.h"

namespace hearth {
namespace {

using Named = std::vector<std::pair<std::string, Tensor>>;

Named some() {
  Tensor x = arange(24, kFloat).reshape({4, 6}) / 9;
  return {{"x", x},
          {"turned", x.t()},
          {"part", x.slice(1, 1, 3)},
          {"empty", empty({0, 3})},
          {"scalar", full({}, 2.5, kDouble)},
          {"count", full({3}, 1 << 20, kInt)},
          {"flag", ones({2}, kBool)},
          {"z", full({2}, 1, kComplexFloat)}};
}

TEST(SaveTensors, EveryFormatHoldsWhatWasGiven) {
  const TemporaryFolder folder;
  for (const char* name : {"a.safetensors", "a.pt", "a.pth", "a.bin", "a.npz"}) {
    for (const auto dtype : {std::optional<ScalarType>(), {kHalf}, {kDouble}}) {
      int64_t written = 0, expected = 0;
      save_tensors(some(), folder / name,
                   SaveTensorsOptions().dtype(dtype).on_written([&](int64_t n) { written += n; }));
      const TensorFile file(folder / name);
      EXPECT_EQ(file.keys().size(), some().size());
      for (const auto& [key, tensor] : some()) {
        const bool changes = dtype && is_floating_point(tensor.scalar_type());
        const Tensor wanted = changes ? tensor.to(*dtype) : tensor;
        EXPECT_EQ(file.dtype(key), wanted.scalar_type()) << name << " " << key;
        EXPECT_TRUE(file.tensor(key).equal(wanted)) << name << " " << key;
        expected += static_cast<int64_t>(wanted.nbytes());
      }
      // Views that share memory in Python's files are written once.
      EXPECT_LE(written, expected);
      EXPECT_GT(written, 0);
    }
  }
  save_tensors({{"only", ones({2, 2})}}, folder / "a.npy", SaveTensorsOptions().dtype(kHalf));
  EXPECT_EQ(TensorFile(folder / "a.npy").dtype("0"), kHalf);
}

TEST(SaveTensors, SplitsIntoFilesWithAnIndex) {
  const TemporaryFolder folder;
  Named tensors;
  for (int i = 0; i < 5; ++i) tensors.emplace_back(cat_str("t", i), full({10}, i, kFloat));
  const std::string path = folder / "m.safetensors";
  save_tensors(tensors, path, SaveTensorsOptions().shard_bytes(80).metadata({{"format", "pt"}}));
  EXPECT_FALSE(folder.has("m.safetensors"));
  EXPECT_TRUE(folder.has("m-00003-of-00003.safetensors"));
  const TensorFile index(path + ".index.json");
  EXPECT_EQ(index.keys().size(), 5u);
  for (const auto& [name, t] : tensors) EXPECT_TRUE(index.tensor(name).equal(t));
  EXPECT_NE(read_text(path + ".index.json").find("\"total_size\": 200"), std::string::npos);
  EXPECT_EQ(TensorFile(folder / "m-00001-of-00003.safetensors").metadata().at("format"), "pt");
  // Half of the bytes need half of the files; one is a plain file. Smaller than a tensor: one each.
  save_tensors(tensors, folder / "one.safetensors", SaveTensorsOptions().shard_bytes(200));
  EXPECT_TRUE(folder.has("one.safetensors"));
  save_tensors(tensors, folder / "h.safetensors",
               SaveTensorsOptions().shard_bytes(80).dtype(kHalf));
  EXPECT_TRUE(folder.has("h-00002-of-00002.safetensors"));
  save_tensors(tensors, folder / "s.safetensors", SaveTensorsOptions().shard_bytes(1));
  EXPECT_TRUE(folder.has("s-00005-of-00005.safetensors"));
}

TEST(SaveTensors, RefusesWhatFilesCannotHold) {
  const TemporaryFolder folder;
  const Tensor x = ones({2});
  write_text(folder / "a.npz", "old");
  const auto error = [&](const Named& tensors, const std::string& name,
                         const SaveTensorsOptions& options = {}) {
    return error_of([&] { save_tensors(tensors, folder / name, options); });
  };
  EXPECT_NE(error({{"x", x}}, "a.txt").find("ending in"), std::string::npos);
  EXPECT_NE(error({{"x", x}, {"x", x}}, "a.pt").find("comes twice"), std::string::npos);
  EXPECT_NE(error({{"x", Tensor()}}, "a.pt").find("undefined"), std::string::npos);
  EXPECT_NE(error({}, "a.npy").find("one array"), std::string::npos);
  EXPECT_NE(error({{"x", x.to_sparse()}}, "a.pt").find("sparse"), std::string::npos);
  EXPECT_NE(error({{"x", x.to(kBFloat16)}}, "a.npz").find("NumPy"), std::string::npos);
  EXPECT_NE(error({{"x", x}}, "a.pt", SaveTensorsOptions().dtype(kInt)).find("floating"),
            std::string::npos);
  EXPECT_NE(error({{"x", x}}, "a.pt", SaveTensorsOptions().shard_bytes(5)).find("several"),
            std::string::npos);
  EXPECT_NE(error({{"x", x}}, "a.safetensors", SaveTensorsOptions().shard_bytes(0)).find("a byte"),
            std::string::npos);
  EXPECT_EQ(read_text(folder / "a.npz"), "old");
  EXPECT_FALSE(folder.has("a.pt"));
}

}  // namespace
}  // namespace hearth
