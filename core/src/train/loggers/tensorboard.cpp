// SPDX-License-Identifier: Apache-2.0
#include "hearth/train/loggers/tensorboard.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <vector>

#include <unistd.h>

#include "hearth/base/error.h"
#include "hearth/tensor/tensor.h"

#include "train/loggers/event_record.h"
#include "train/loggers/log_file.h"

namespace hearth::train {

namespace {

/// events.out.tfevents.SECONDS.HOST.PROCESS.NUMBER, as TensorBoard looks for.
std::string file_name() {
  static std::atomic<int> number{0};
  char host[256] = "localhost";
  gethostname(host, sizeof host - 1);
  char name[512];
  std::snprintf(name, sizeof name, "events.out.tfevents.%010lld.%s.%d.%d",
                static_cast<long long>(wall_time()), host, static_cast<int>(getpid()), number++);
  return name;
}

/// Right edges of TensorFlow's buckets: powers of 1.1 on both sides of 0.
std::vector<double> bucket_edges() {
  std::vector<double> positive;
  for (double v = 1e-12; v < 1e20; v *= 1.1) positive.push_back(v);
  std::vector<double> edges;
  for (auto v = positive.rbegin(); v != positive.rend(); ++v) edges.push_back(-*v);
  edges.push_back(0);
  edges.insert(edges.end(), positive.begin(), positive.end());
  return edges;
}

struct Histogram {
  double least = 0, most = 0, count = 0, sum = 0, squares = 0;
  std::vector<double> limits, buckets;
};

Histogram histogram(const Tensor& values) {
  static const std::vector<double>& edges = *new std::vector(bucket_edges());
  const Tensor flat = values.detach().cpu().to(kDouble).flatten().contiguous();
  const double* v = flat.const_data_ptr<double>();
  Histogram h;
  std::vector<double> counts(edges.size() - 1);
  for (int64_t i = 0; i < flat.numel(); ++i) {
    if (!std::isfinite(v[i])) continue;
    h.least = h.count > 0 ? std::min(h.least, v[i]) : v[i];
    h.most = h.count > 0 ? std::max(h.most, v[i]) : v[i];
    ++h.count;
    h.sum += v[i];
    h.squares += v[i] * v[i];
    // Bucket i holds edges[i] <= v < edges[i + 1], the last its right edge too.
    auto at = std::upper_bound(edges.begin(), edges.end(), v[i]) - edges.begin();
    at = std::clamp<std::ptrdiff_t>(at, 1, static_cast<std::ptrdiff_t>(counts.size()));
    ++counts[static_cast<size_t>(at) - 1];
  }
  // From an empty bucket before the first that has something to the last one.
  const auto has = [](double c) { return c > 0; };
  const auto first = std::find_if(counts.begin(), counts.end(), has);
  const auto last = std::find_if(counts.rbegin(), counts.rend(), has).base();
  if (first == counts.end()) return h;
  const auto from = first - counts.begin(), to = last - counts.begin();
  if (from == 0) {
    h.buckets.push_back(0);
    h.limits.push_back(edges[0]);
  }
  for (auto i = std::max<std::ptrdiff_t>(from - 1, 0); i < to; ++i) {
    h.buckets.push_back(counts[static_cast<size_t>(i)]);
    h.limits.push_back(edges[static_cast<size_t>(i) + 1]);
  }
  return h;
}

// Numbers of fields in tensorboard/compat/proto.
namespace event {
constexpr int kWallTime = 1, kStep = 2, kFileVersion = 3, kSummary = 5;
}
namespace summary {
constexpr int kValue = 1;
}
namespace value {
constexpr int kTag = 1, kSimple = 2, kImage = 4, kHistogram = 5, kTensor = 8, kMetadata = 9;
}
namespace metadata {
constexpr int kPlugin = 1;
}

/// Marks a value as a plugin's.
std::string plugin(std::string_view name, std::string_view content = {}) {
  Message data;
  data.bytes(1, name);
  if (!content.empty()) data.bytes(2, content);
  return Message().bytes(metadata::kPlugin, data).str();
}

constexpr int kDtString = 7;

}  // namespace

SummaryWriter::SummaryWriter(const std::string& log_dir) : log_dir_(log_dir) {}
SummaryWriter::~SummaryWriter() = default;

void SummaryWriter::write(std::string_view event) {
  if (!file_) {
    file_ = std::make_unique<LogFile>(log_dir_ + "/" + file_name());
    file_->append(tf_record(Message()
                                .number(event::kWallTime, wall_time())
                                .bytes(event::kFileVersion, "brain.Event:2")));
  }
  file_->append(tf_record(event));
}

void SummaryWriter::write_summary(std::string_view one, int64_t step) {
  Message event;
  event.number(event::kWallTime, wall_time());
  if (step != 0) event.integer(event::kStep, step);
  event.bytes(event::kSummary, Message().bytes(summary::kValue, one));
  write(event);
}

void SummaryWriter::add_scalar(std::string_view tag, double v, int64_t step) {
  write_summary(Message().bytes(value::kTag, tag).number32(value::kSimple, static_cast<float>(v)),
                step);
}

void SummaryWriter::add_histogram(std::string_view tag, const Tensor& values, int64_t step) {
  HEARTH_CHECK_AS(ValueError, values.defined() && values.numel() > 0,
                  "[SummaryWriter] a histogram '", tag, "' of no values");
  const Histogram h = histogram(values);
  Message message;
  message.number(1, h.least).number(2, h.most).number(3, h.count).number(4, h.sum);
  message.number(5, h.squares).packed(6, h.limits).packed(7, h.buckets);
  write_summary(Message().bytes(value::kTag, tag).bytes(value::kHistogram, message), step);
}

void SummaryWriter::add_image(std::string_view tag, std::string_view encoded, int64_t height,
                              int64_t width, int64_t channels, int64_t step) {
  Message image;
  image.integer(1, height).integer(2, width).integer(3, channels).bytes(4, encoded);
  write_summary(Message().bytes(value::kTag, tag).bytes(value::kImage, image), step);
}

void SummaryWriter::add_text(std::string_view tag, std::string_view text, int64_t step) {
  const std::string name = std::string(tag) + "/text_summary";
  const Message dim = Message().integer(1, 1);
  const Message shape = Message().bytes(2, dim);
  const Message tensor = Message().integer(1, kDtString).bytes(2, shape).bytes(8, text);
  write_summary(Message()
                    .bytes(value::kTag, name)
                    .bytes(value::kTensor, tensor)
                    .bytes(value::kMetadata, plugin("text")),
                step);
}

void SummaryWriter::add_hparams(const Settings& settings) {
  // Without a list of all settings ("experiment"), TensorBoard takes those of all its runs.
  Message start;
  for (const auto& [name, text] : settings) {
    const Message v = Message().bytes(3, text);  // google.protobuf.Value.string_value
    start.bytes(1, Message().bytes(1, name).bytes(2, v));
  }
  start.number(5, wall_time());
  const std::string content = Message().bytes(3, start).str();
  write_summary(Message()
                    .bytes(value::kTag, "_hparams_/session_start_info")
                    .bytes(value::kMetadata, plugin("hparams", content)),
                0);
}

void TensorBoardLogger::log_metrics(const Metrics& values, const LogPlace& place) {
  for (const auto& [name, v] : values)
    writer_.add_scalar(place.epoch_end && name.starts_with("train_") ? "epoch/" + name : name, v,
                       place.step);
}

}  // namespace hearth::train
