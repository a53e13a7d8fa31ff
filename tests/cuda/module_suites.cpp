// SPDX-License-Identifier: Apache-2.0
// The tests of modules, optimizers and the tape (tests/core), unchanged, with all that they make on
// the device: it is the default one while they run, and numbers that they spell out follow.
#include <algorithm>
#include <optional>
#include <string_view>

#include "hearth/base/default_device.h"

#include "cuda/cuda_test.h"
#include "dispatch/interceptor.h"

namespace hearth::testing_cuda {
namespace {

/// Brings inputs of both devices to one: that of a given result, else the device under test.
class BothMayMeet final : public Interceptor {
 public:
  bool converts() const override { return true; }
  void intercept(const Invocation& call) override {
    bool host = false, device = false;
    const auto moves = [&](size_t i) {
      const Tensor& t = call.in[i];
      const Argument& a = call.op.info.input(i);
      return t.defined() && !a.is(arg::any_device | arg::mutated) &&
             !(a.is(arg::on_cpu) && t.device().is_cpu());
    };
    for (size_t i = 0; i < call.in.size(); ++i)
      if (moves(i)) {
        host |= call.in[i].device().is_cpu();
        device |= call.in[i].is_cuda();
      }
    if (!host || !device) return next(call);
    const bool given = call.bind != Bind::Fresh && call.out[0].defined();
    const Device where = given ? call.out[0].device() : Device(kCUDA);
    std::vector<Tensor> in;
    for (size_t i = 0; i < call.in.size(); ++i)
      in.push_back(moves(i) ? call.in[i].to(where) : call.in[i]);
    next({call.op, call.fields, ArgList(in), call.out, call.bind});
  }
};

/// Tests of the host's memory, and those whose own threads make tensors.
constexpr std::string_view kOfTheHost[] = {
    "AutogradThreads.OneModelGathersTheGradientsOfAll",
    "Checkpoint.KeepsLessMemory",
    "Relayout.CountsAsAWrite",
    "SetData.FreesTheOldMemory",
};

class OnDevice final : public testing::EmptyTestEventListener {
 public:
  void OnTestStart(const testing::TestInfo& test) override {
    const std::string_view file = test.file() ? test.file() : "";
    const std::string name = cat_str(test.test_suite_name(), ".", test.name());
    if (!cuda::is_available() || std::ranges::count(kOfTheHost, name)) return;
    for (const char* folder : {"core/nn/", "core/optim/", "core/autograd/"})
      if (file.find(folder) != file.npos) {
        default_.emplace(kCUDA);
        meet_.emplace(meeting_);
      }
  }
  void OnTestEnd(const testing::TestInfo&) override {
    meet_.reset();
    default_.reset();
  }

 private:
  BothMayMeet meeting_;
  std::optional<DefaultDeviceGuard> default_;
  std::optional<Interceptor::Scope> meet_;
};

[[maybe_unused]] const bool kListens = [] {
  testing::UnitTest::GetInstance()->listeners().Append(new OnDevice);
  return true;
}();

}  // namespace
}  // namespace hearth::testing_cuda
