// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/ops/creation.h"
#include "hearth/tensor/tensor_literal.h"

#include "core/train/small_training.h"
#include "error_of.h"
#include "temporary.h"
#include "train/loggers/event_record.h"

namespace hearth::train {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing_train::adam;
using testing_train::SmallTraining;

std::vector<std::string> lines(const std::string& path) {
  std::vector<std::string> all;
  const std::string text = read_text(path);
  EXPECT_TRUE(text.empty() || text.back() == '\n');
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find('\n', at);
    all.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return all;
}

const double kNaN = std::numeric_limits<double>::quiet_NaN();

TEST(JsonlLogger, WritesAnObjectALine) {
  const TemporaryFolder folder;
  write_text(folder / "metrics.jsonl", "of another run\n");
  JsonlLogger logger(folder / "metrics.jsonl");
  logger.log_hyperparams({{"model", "cnn"}, {"note", "a \"quoted\"\nline \xff"}});
  logger.log_metrics({{"loss", 0.1}, {"n", 3}}, {20, 1, 1.23456, false});
  logger.log_metrics({{"loss", kNaN}, {"up", 1 / 0.0 * 1}, {"down", -1 / 0.0}}, {21, 1, 2, true});
  EXPECT_THAT(
      lines(folder / "metrics.jsonl"),
      ElementsAre(
          MatchesRegex(
              "\\{\"run\":\\{\"model\":\"cnn\",\"note\":\"a .*line .*\"\\},\"time\":[0-9.]+\\}"),
          MatchesRegex("\\{\"step\":20,\"epoch\":1,\"time\":[0-9.]+,\"elapsed\":1.235,\"loss\":0.1,"
                       "\"n\":3\\}"),
          MatchesRegex(
              "\\{\"step\":21,\"epoch\":1,\"time\":[0-9.]+,\"elapsed\":2.0,\"epoch_end\":true,"
              "\"down\":\"-Infinity\",\"loss\":\"NaN\",\"up\":\"Infinity\"\\}")));
}

TEST(CsvLogger, AddsColumnsWhenNamesCome) {
  const TemporaryFolder folder;
  CsvLogger logger(folder / "metrics.csv");
  logger.log_metrics({{"loss", 0.1}}, {20, 0, 1.5, false});
  logger.log_metrics({{"a,b", 1e-300}, {"loss", 0.25}}, {40, 1, 3, true});
  logger.log_metrics({{"a,b", kNaN}}, {60, 1, 4, false});
  EXPECT_THAT(lines(folder / "metrics.csv"),
              ElementsAre("step,epoch,elapsed,epoch_end,loss,\"a,b\"", "20,0,1.5,0,0.1,",
                          "40,1,3,1,0.25,1e-300", "60,1,4,0,,nan"));
}

/// Without clocks: a line's numbers but time and elapsed.
std::vector<std::string> timeless(const std::string& path, bool json) {
  std::vector<std::string> all = lines(path);
  for (std::string& line : all) {
    if (json) {
      const size_t from = line.find("\"time\""), to = line.find(",", line.find("\"elapsed\""));
      if (to != std::string::npos) line.erase(from, to - from);
    } else {
      const size_t from = line.find(',', line.find(',') + 1);
      line.erase(from, line.find(',', from + 1) - from);
    }
  }
  return all;
}

TEST(Loggers, ATrainingThatGoesOnRepeatsNoLine) {
  const auto run = [](const std::string& folder, std::optional<int64_t> stop,
                      const std::string& from) {
    auto options = TrainerOptions()
                       .enable_progress_bar(false)
                       .max_epochs(3)
                       .log_every_n_steps(1)
                       .default_root_dir(folder);
    if (stop) options.max_steps(*stop);
    SmallTraining t(options, adam());
    t.trainer.add_callback<ModelCheckpoint>(
        ModelCheckpointOptions().every_n_train_steps(4).save_top_k(0));
    t.trainer.add_logger(std::make_shared<JsonlLogger>(folder + "/metrics.jsonl"));
    t.trainer.add_logger(std::make_shared<CsvLogger>(folder + "/metrics.csv"));
    t.fit(from);
    return folder + "/checkpoints/last.safetensors";
  };
  const TemporaryFolder whole, broken;
  run(whole.path, std::nullopt, "");
  // The checkpoint is of step 4 while the log goes to step 7, as after a crash.
  const std::string last = run(broken.path, 4, "");
  const std::string at_four = broken / "four.safetensors";
  std::filesystem::copy(last, at_four);
  run(broken.path, 7, last);
  EXPECT_EQ(timeless(broken / "metrics.jsonl", true).size(), 8u);  // an epoch has six steps
  run(broken.path, std::nullopt, at_four);
  EXPECT_EQ(timeless(broken / "metrics.jsonl", true), timeless(whole / "metrics.jsonl", true));
  EXPECT_EQ(timeless(broken / "metrics.csv", false), timeless(whole / "metrics.csv", false));
  EXPECT_EQ(timeless(whole / "metrics.csv", false).size(), 18u + 3u + 1u);
}

TEST(Loggers, AFullDiskStopsNoTraining) {
  testing::internal::CaptureStderr();
  JsonlLogger json("/dev/full");
  SummaryWriter board("/proc/no/such/folder");
  SmallTraining t(TrainerOptions().enable_progress_bar(false).max_epochs(2).log_every_n_steps(1),
                  adam());
  t.trainer.add_logger(std::make_shared<JsonlLogger>("/dev/full"));
  t.trainer.add_logger(std::make_shared<TensorBoardLogger>("/proc/no/such/folder"));
  EXPECT_EQ(t.fit().steps, 12);
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_THAT(said, HasSubstr("[/dev/full] cannot be written: No space left on device"));
  EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 2) << said;  // once each
}

// ---- TensorBoard. The bytes are those of TensorBoard's own classes, from Python.

TEST(EventRecord, ChecksumsAreCrc32c) {
  EXPECT_EQ(crc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(crc32c(""), 0u);
  const std::string record = tf_record("abc");
  EXPECT_EQ(record.size(), 8u + 4 + 3 + 4);
  EXPECT_EQ(record.substr(0, 8), std::string("\3\0\0\0\0\0\0\0", 8));
}

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    char two[3];
    std::snprintf(two, sizeof two, "%02x", static_cast<unsigned char>(c));
    text += two;
  }
  return text;
}

/// The events of a folder's file, without their time.
std::vector<std::string> events(const std::string& folder) {
  std::vector<std::string> all;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    const std::string text = read_text(file.path());
    for (size_t at = 0; at < text.size();) {
      uint64_t size = 0;
      std::memcpy(&size, text.data() + at, sizeof size);
      const std::string data = text.substr(at + 12, size);
      EXPECT_EQ(text.substr(at, 16 + size), tf_record(data));
      EXPECT_EQ(data[0], '\x09');
      all.push_back(hex(std::string_view(data).substr(9)));
      at += 16 + size;
    }
  }
  return all;
}

TEST(SummaryWriter, WritesWhatTensorBoardReads) {
  const TemporaryFolder folder;
  {
    SummaryWriter writer(folder / "run");
    writer.add_scalar("train/loss", 0.25, 7);
    writer.add_histogram("w", tensor({2.0, kNaN, 2.0, 2.25, static_cast<double>(INFINITY)}), 3);
    writer.add_text("note", "**hi**", 2);
    writer.add_image("pic", "PNG..", 2, 3, 3, 1);
    EXPECT_THAT(error_of([&] { writer.add_histogram("none", zeros({0}), 0); }),
                HasSubstr("'none' of no values"));
  }
  EXPECT_THAT(
      events(folder / "run"),
      ElementsAre(hex("\x1a\x0d"
                      "brain.Event:2"),
                  "10072a130a110a0a747261696e2f6c6f7373150000803e",
                  "10032a680a660a01772a610900000000000000401100000000000002401900000000000008402100"
                  "00000000001940290000000000202a403218dc94cd2e8d75ff3fe011f10c744d014077603c0e6608"
                  "03403a1800000000000000000000000000000040000000000000f03f",
                  "10022a310a2f0a116e6f74652f746578745f73756d6d6172794210080712041202080142062a"
                  "2a68692a2a4a080a060a0474657874",
                  "10012a160a140a03706963220d0802100318032205504e472e2e"));
}

TEST(SummaryWriter, KeepsSettings) {
  const TemporaryFolder folder;
  SummaryWriter(folder / "run").add_hparams({{"lr", "0.1"}});
  const auto all = events(folder / "run");
  ASSERT_EQ(all.size(), 2u);
  EXPECT_THAT(all[1], HasSubstr(hex("_hparams_/session_start_info")));
  EXPECT_THAT(all[1], HasSubstr("0a0b0a026c7212051a03302e31"));
}

TEST(SummaryWriter, EachHasAFileOfItsOwn) {
  const TemporaryFolder folder;
  SummaryWriter a(folder / "run"), b(folder / "run");
  a.add_scalar("x", 1, 0);
  b.add_scalar("x", 1, 0);
  EXPECT_EQ(events(folder / "run").size(), 4u);
}

}  // namespace
}  // namespace hearth::train
