// SPDX-License-Identifier: Apache-2.0
#include "backends/fingerprint.h"

#include <set>

#include <gtest/gtest.h>

#include "backends/plugin.h"
#include "ops/all_ops.h"

namespace hearth {
namespace {

#define HEARTH_FIELDS(...)                        \
  auto fields() { return std::tie(__VA_ARGS__); } \
  static constexpr std::string_view field_names = #__VA_ARGS__;

struct Plain {
  int64_t dim = 0;
  bool keep = false;
  static constexpr OpInfo info{.name = "op", .args = {"self", "other"}};
  HEARTH_FIELDS(dim, keep)
};
struct Same {
  int64_t dim = 1;
  bool keep = true;
  static constexpr OpInfo info{.name = "op", .args = {"self", "other"}};
  HEARTH_FIELDS(dim, keep)
};
struct Renamed {
  int64_t axis = 0;
  bool keep = false;
  static constexpr OpInfo info{.name = "op", .args = {"self", "other"}};
  HEARTH_FIELDS(axis, keep)
};
struct OtherType {
  double dim = 0;
  bool keep = false;
  static constexpr OpInfo info{.name = "op", .args = {"self", "other"}};
  HEARTH_FIELDS(dim, keep)
};
struct Optional {
  std::optional<int64_t> dim;
  bool keep = false;
  static constexpr OpInfo info{.name = "op", .args = {"self", "other"}};
  HEARTH_FIELDS(dim, keep)
};
struct Swapped {
  bool keep = false;
  int64_t dim = 0;
  static constexpr OpInfo info{.name = "op", .args = {"self", "other"}};
  HEARTH_FIELDS(keep, dim)
};
struct Longer {
  int64_t dim = 0;
  bool keep = false;
  bool more = false;  // where there was padding
  static constexpr OpInfo info{.name = "op", .args = {"self", "other"}};
  HEARTH_FIELDS(dim, keep, more)
};
struct OtherName {
  int64_t dim = 0;
  bool keep = false;
  static constexpr OpInfo info{.name = "op2", .args = {"self", "other"}};
  HEARTH_FIELDS(dim, keep)
};
struct OtherArguments {
  int64_t dim = 0;
  bool keep = false;
  static constexpr OpInfo info{.name = "op", .args = {"self", {"other", arg::optional}}};
  HEARTH_FIELDS(dim, keep)
};
struct OtherOutput {
  int64_t dim = 0;
  bool keep = false;
  static constexpr OpInfo info{
      .name = "op", .args = {"self", "other"}, .outputs = {out::view_of(0)}};
  HEARTH_FIELDS(dim, keep)
};

TEST(Fingerprint, TellsWhatABackendReads) {
  using fingerprint::of_op;
  EXPECT_EQ(of_op<Plain>(1), of_op<Same>(1));
  const std::set<uint64_t> all{of_op<Plain>(1),     of_op<Renamed>(1),        of_op<OtherType>(1),
                               of_op<Optional>(1),  of_op<Swapped>(1),        of_op<Longer>(1),
                               of_op<OtherName>(1), of_op<OtherArguments>(1), of_op<OtherOutput>(1),
                               of_op<Plain>(2)};
  EXPECT_EQ(all.size(), 10u);
}

TEST(Fingerprint, CoversEveryOp) {
  size_t listed = 0;
#define HEARTH_ROW(Type) ++listed;
#include "ops/ops.def"
#undef HEARTH_ROW
  size_t rows = 0;
  for (const OpTable* op : all_ops()) rows += op->extra == nullptr;
  EXPECT_EQ(rows, listed) << "the others come from pointwise.def";
  EXPECT_NE(abi_fingerprint(), fingerprint::of_shared_structs(1));
}

}  // namespace
}  // namespace hearth
