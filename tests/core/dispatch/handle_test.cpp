// SPDX-License-Identifier: Apache-2.0
// Whatever changes a handle passes the door, where wrappers see it and can do it again.
#include <gtest/gtest.h>

#include "hearth/ops/creation.h"

#include "dispatch/interceptor.h"

namespace hearth {
namespace {

struct Recorder final : Interceptor {
  struct Entry {
    const OpTable* op;
    std::vector<std::max_align_t> fields;
    std::vector<Tensor> in;
    Bind bind;
  };
  std::vector<Entry> calls;

  void intercept(const Invocation& call) override {
    Entry& e = calls.emplace_back();
    e.op = &call.op;
    e.fields.resize(call.op.fields.size / sizeof(std::max_align_t) + 1);
    call.op.fields.copy(e.fields.data(), call.fields);
    for (size_t i = 0; i < call.in.size(); ++i) e.in.push_back(call.in[i]);
    e.bind = call.bind;
    next(call);
  }
  std::string names() const {
    std::string text;
    for (const Entry& e : calls) text += cat_str(text.empty() ? "" : " ", e.op->info.name);
    return text;
  }
};

TEST(Door, SeesWhatChangesAHandle) {
  const Tensor x = ones({1, 2, 3}), source = full({4}, 2.0);
  Recorder recorder;
  {
    const Interceptor::Scope scope(recorder);
    x.squeeze_(0);
    x.t_();
    x.unsqueeze_(-1);
    x.transpose_(0, 1);
    x.squeeze_();
    x.as_strided_({2}, {2});
    x.resize_({100});
    x.set_data(source);
    x.detach_();
    x.detach();
    x.data();
    x.alias();
  }
  EXPECT_EQ(recorder.names(),
            "squeeze transpose unsqueeze transpose squeeze as_strided resize_ set_data detach "
            "detach detach alias");

  // The record changes another tensor in the same way.
  const Tensor y = ones({1, 2, 3});
  for (Recorder::Entry& e : recorder.calls) {
    e.in[0] = y;
    Tensor out = y;
    if (e.bind == Bind::InPlace)
      invoke({*e.op, e.fields.data(), ArgList(e.in), {&out, 1}, Bind::InPlace});
  }
  EXPECT_EQ(y.sizes(), x.sizes());
  EXPECT_EQ(y.strides(), x.strides());
  EXPECT_TRUE(y.is_alias_of(source));
  for (Recorder::Entry& e : recorder.calls) e.op->fields.destroy(e.fields.data());
}

}  // namespace
}  // namespace hearth
