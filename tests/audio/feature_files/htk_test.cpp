// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/feature_files/htk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/audio/feature_files/kaldi_io.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"

#include "error_of.h"
#include "temporary.h"

namespace hearth::audio::htk {
namespace {

using testing::HasSubstr;

std::string data(const std::string& name) { return HEARTH_TEST_DATA_DIR "/audio/" + name; }
Tensor wave() { return kaldi_io::load_mat(data("mats.ark:5")); }

TEST(Htk, ReadsPlainAndCompressedFiles) {
  const Parameters plain = load(data("fbank.htk"));
  EXPECT_TRUE(plain.features.equal(wave()));
  EXPECT_EQ(plain.kind, "FBANK");
  EXPECT_DOUBLE_EQ(plain.period, 0.01);
  const Parameters packed = load(data("mfcc_e_d_c_k.htk"));
  EXPECT_EQ(packed.kind, "MFCC_E_D");
  EXPECT_DOUBLE_EQ(packed.period, 0.00625);
  ASSERT_EQ(packed.features.sizes(), wave().sizes());
  // Each dimension's range in 65,534 steps.
  const Tensor range = wave().amax(0) - wave().amin(0);
  EXPECT_LT(((packed.features - wave()).abs() / range).max().item<float>(), 1.1f / 65534);
}

TEST(Htk, WritesTheSameBytes) {
  const TemporaryFolder folder;
  htk::save(wave(), folder / "a", SaveOptions().kind("FBANK"));
  EXPECT_EQ(read_text(folder / "a"), read_text(data("fbank.htk")));
  htk::save(zeros({0, 3}), folder / "none");
  EXPECT_EQ(load(folder / "none").features.sizes(), IntArrayRef({0, 3}));
  EXPECT_EQ(load(folder / "none").kind, "USER");
  EXPECT_THROW(htk::save(zeros({3}), folder / "b"), ShapeError);
  EXPECT_THROW(htk::save(zeros({1, 8192}), folder / "b"), ShapeError);
  for (const char* kind : {"", "MFCC_", "MFCC_X", "mfcc", "WAVEFORM", "MFCC_C", "MFCC_K", "MFCCE"})
    EXPECT_THROW(htk::save(zeros({1, 2}), folder / "b", SaveOptions().kind(kind)), ValueError)
        << kind;
  EXPECT_THROW(htk::save(zeros({1, 2}), folder / "b", SaveOptions().period(1000)), ValueError);
  EXPECT_FALSE(folder.has("b"));
}

TEST(Htk, KindsHaveNames) {
  for (const auto& [name, code] :
       std::vector<std::pair<std::string, int>>{{"USER", 9},
                                                {"MFCC_E_D_A", 6 + 0100 + 0400 + 01000},
                                                {"PLP_0", 11 + 020000},
                                                {"LPC_T", 1 + 0100000}}) {
    EXPECT_EQ(kind_code(name), code);
    EXPECT_EQ(kind_name(static_cast<uint16_t>(code)), name);
  }
  EXPECT_THROW(kind_name(63), FormatError);
}

TEST(Htk, SaysWhatIsWrong) {
  const std::string bytes = read_text(data("fbank.htk"));
  for (size_t n = 0; n < bytes.size(); ++n) EXPECT_THROW(load(bytes.data(), n), FormatError) << n;
  EXPECT_THAT(error_of<FormatError>([&] { load(bytes.data(), 100, "cut"); }),
              testing::AllOf(HasSubstr("[cut]"), HasSubstr("23 frames of 20 bytes")));
  EXPECT_TRUE(is_htk(bytes, bytes.size()));
  EXPECT_FALSE(is_htk(bytes, bytes.size() + 1));
  const auto with = [&](size_t at, char value) {
    std::string changed = bytes;
    changed[at] = value;
    return changed;
  };
  for (const std::string& broken : {with(0, '\x80'), with(0, '\x7f'), with(4, '\xff'),
                                    with(8, '\xff'), with(9, '\x13'), with(11, '\x3f')})
    EXPECT_THROW(load(broken.data(), broken.size()), FormatError);
  // A compressed file without room for its scales.
  const std::string small("\0\0\0\2\0\0\0\1\0\2\4\6....", 16);
  EXPECT_THAT(error_of<FormatError>([&] { load(small.data(), small.size()); }),
              HasSubstr("four frames"));
}

}  // namespace
}  // namespace hearth::audio::htk
