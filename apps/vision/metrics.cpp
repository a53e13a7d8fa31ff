// SPDX-License-Identifier: Apache-2.0
#include "vision/metrics.h"

#include <cerrno>
#include <cstring>
#include <fstream>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "hearth/base/atomic_file.h"
#include "hearth/base/error.h"

using nlohmann::ordered_json;

Metrics::Metrics(std::string path, int64_t step) : path_(std::move(path)) {
  std::string kept;
  if (step > 0) {
    std::ifstream in(path_);
    for (std::string line; std::getline(in, line);) {
      // A last line that was cut off belongs to a step after the checkpoint.
      const ordered_json j = ordered_json::parse(line, nullptr, false);
      if (!j.is_object() || !j.contains("step") || !j["step"].is_number_integer()) break;
      if (j["step"].get<int64_t>() > step) break;
      kept += line + "\n";
      if (j.value("kind", "") != "epoch") continue;
      epochs_.push_back({j.value("epoch", int64_t{0}), j.value("step", int64_t{0}),
                         j.value("train_loss", 0.0), j.value("train_accuracy", 0.0),
                         j.value("test_loss", 0.0), j.value("test_accuracy", 0.0),
                         j.value("seconds", 0.0)});
    }
  }
  hearth::write_file_atomically(path_, kept);
  fd_ = ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  HEARTH_CHECK_AS(hearth::FileError, fd_ >= 0, "[", path_,
                  "] cannot be opened: ", std::strerror(errno));
}

Metrics::~Metrics() {
  if (fd_ >= 0) ::close(fd_);
}

void Metrics::add(int64_t step, const hearth::vision::StepReport& r) {
  ordered_json j{{"kind", "step"}, {"step", step}, {"loss", r.loss}, {"lr", r.lr}};
  j["accuracy"] = static_cast<double>(r.right) / static_cast<double>(r.images);
  write(j.dump());
}

void Metrics::add(const EpochRecord& r) {
  epochs_.push_back(r);
  write(ordered_json{{"kind", "epoch"},
                     {"epoch", r.epoch},
                     {"step", r.step},
                     {"train_loss", r.train_loss},
                     {"train_accuracy", r.train_accuracy},
                     {"test_loss", r.test_loss},
                     {"test_accuracy", r.test_accuracy},
                     {"seconds", r.seconds}}
            .dump());
}

void Metrics::write(const std::string& line) {
  const std::string text = line + "\n";
  for (size_t done = 0; done < text.size();) {
    const ssize_t n = ::write(fd_, text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    HEARTH_CHECK_AS(hearth::FileError, n >= 0, "[", path_,
                    "] cannot be written: ", std::strerror(errno));
    done += static_cast<size_t>(n);
  }
}

void Metrics::sync() {
  HEARTH_CHECK_AS(hearth::FileError, ::fsync(fd_) == 0, "[", path_,
                  "] cannot be written: ", std::strerror(errno));
}
