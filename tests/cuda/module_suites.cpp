// SPDX-License-Identifier: Apache-2.0
// The tests of modules, optimizers and the tape (tests/core), unchanged, with all that they make on
// the device: it is the default one while they run, and numbers that they spell out follow.
#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
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

std::string name_of(const testing::TestInfo& test) {
  return cat_str(test.test_suite_name(), ".", test.name());
}
bool is_of_modules(const testing::TestInfo& test) {
  const std::string_view file = test.file() ? test.file() : "";
  for (const char* folder : {"core/nn/", "core/optim/", "core/autograd/"})
    if (file.find(folder) != file.npos) return true;
  return false;
}

class OnDevice final : public testing::EmptyTestEventListener {
 public:
  void OnTestStart(const testing::TestInfo& test) override {
    if (!cuda::is_available() || !is_of_modules(test) ||
        std::ranges::count(kOfTheHost, name_of(test)))
      return;
    default_.emplace(kCUDA);
    meet_.emplace(meeting_);
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

// Files that are not found by their names would run on the host, and pass.
TEST(ModuleSuites, AreFound) {
  const testing::UnitTest& all = *testing::UnitTest::GetInstance();
  int64_t found = 0, of_host = 0;
  for (int i = 0; i < all.total_test_suite_count(); ++i) {
    const testing::TestSuite& suite = *all.GetTestSuite(i);
    for (int k = 0; k < suite.total_test_count(); ++k) {
      const testing::TestInfo& test = *suite.GetTestInfo(k);
      found += is_of_modules(test);
      of_host += is_of_modules(test) && std::ranges::count(kOfTheHost, name_of(test)) > 0;
    }
  }
  EXPECT_GT(found, 200);
  EXPECT_EQ(of_host, std::ssize(kOfTheHost));
}

}  // namespace
}  // namespace hearth::testing_cuda
