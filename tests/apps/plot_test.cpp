// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/ops/creation.h"
#include "hearth/tensor/tensor_literal.h"
#include "hearth/vision/io/image.h"

#include "common/plot/axis.h"
#include "common/plot/charts.h"
#include "error_of.h"
#include "temporary.h"

namespace {

using hearth::Tensor, hearth::error_of;
using testing::HasSubstr, testing::Not;

/// Pixels that are not paper, and whether any lies at the border.
struct Ink {
  int64_t drawn = 0;
  bool at_border = false;
  explicit Ink(const plot::Scene& scene) {
    const Tensor image = plot::rasterize(scene, 1);
    const auto a = image.accessor<uint8_t, 3>();
    const int64_t h = image.size(1), w = image.size(2);
    for (int64_t y = 0; y < h; ++y)
      for (int64_t x = 0; x < w; ++x) {
        if (a[0][y][x] == 255 && a[1][y][x] == 255 && a[2][y][x] == 255) continue;
        ++drawn;
        at_border |= x < 3 || y < 3 || x >= w - 3 || y >= h - 3;
      }
  }
};

std::vector<std::string> texts(const plot::Axis& axis, int wanted, bool whole = false) {
  std::vector<std::string> out;
  for (const auto& mark : axis.marks(wanted, whole)) out.push_back(mark.text);
  return out;
}

struct Pictures : testing::Test {
  void SetUp() override {
    if (!plot::can_rasterize()) GTEST_SKIP() << "built without FreeType";
  }
};

using testing::ElementsAre;

TEST(Axis, MarksRoundNumbers) {
  EXPECT_THAT(texts({0, 1}, 5), ElementsAre("0.0", "0.2", "0.4", "0.6", "0.8", "1.0"));
  EXPECT_THAT(texts({0.5, 1, false, true}, 5),
              ElementsAre("50%", "60%", "70%", "80%", "90%", "100%"));
  EXPECT_THAT(texts({-2, 2}, 4), ElementsAre("\u22122", "\u22121", "0", "1", "2"));
  EXPECT_THAT(texts({1, 3}, 7, true), ElementsAre("1", "2", "3"));
  EXPECT_THAT(texts({0.01, 1, true}, 5),
              ElementsAre("0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1"));
  EXPECT_THAT(texts({1, 1e6, true}, 5),
              ElementsAre("1", "10", "100", "1000", "10000", "100000", "1e+06"));
}

TEST(Axis, CoversWhatIsFinite) {
  const double nan = std::nan(""), inf = INFINITY, most = std::numeric_limits<double>::max();
  for (const std::vector<double>& values : {std::vector<double>{},
                                            {nan, inf},
                                            {3},
                                            {0, 0},
                                            {-1, 1},
                                            {1e-300, 2e-300},
                                            {-most, most},
                                            {5, nan},
                                            {1, 1 + 1e-15}}) {
    const plot::Axis axis = plot::axis_of(values, false, false);
    EXPECT_LT(axis.low, axis.high);
    EXPECT_LE(axis.marks(5).size(), 20u);
    for (const double v : values) {
      if (!std::isfinite(v)) continue;
      EXPECT_GE(axis.at(v), 0);
      EXPECT_LE(axis.at(v), 1);
    }
  }
}

TEST_F(Pictures, HaveCurvesWithinTheirFrame) {
  plot::LineChart chart{"Loss", "epoch", "cross entropy", {{"train", {1, 2, 3}, {0.9, 0.4, 0.2}}}};
  const plot::Scene one = plot::line_charts({chart}, {"T-shirt 97%", "3 epochs, lr 0.1"});
  EXPECT_FALSE(Ink(one).at_border);
  chart.series.push_back({"test", {1, 2, 3}, {0.8, 0.5, 0.45}});
  const plot::Scene two = plot::line_charts({chart, chart}, {"T-shirt 97%", "3 epochs, lr 0.1"});
  EXPECT_DOUBLE_EQ(two.width, 2 * one.width);
  EXPECT_GT(Ink(two).drawn, Ink(one).drawn);
  EXPECT_THAT(plot::to_svg(two), HasSubstr(">T-shirt 97%</text>"));
  EXPECT_THAT(plot::to_svg(two), Not(HasSubstr("(log)")));
  // What falls by more than a factor of 20 would be flat otherwise.
  chart.series[0].y = {9, 1, 0.02};
  EXPECT_THAT(plot::to_svg(plot::line_charts({chart})), HasSubstr("cross entropy (log)"));
  chart.series[0].y[1] = 0;
  EXPECT_THAT(plot::to_svg(plot::line_charts({chart})), Not(HasSubstr("(log)")));
}

TEST_F(Pictures, LiveWithWhateverTrainingGives) {
  const double nan = std::nan(""), inf = INFINITY;
  for (const plot::Series& s : {plot::Series{"none", {}, {}},
                                {"one", {1}, {0.5}},
                                {"equal", {1, 2}, {3, 3}},
                                {"zero", {1, 2}, {0, 0}},
                                {"gap", {1, 2, 3}, {1, nan, 2}},
                                {"all", {1, 2}, {nan, inf}},
                                {"huge", {1, 1e6}, {-1e308, 1e308}},
                                {"tiny", {1, 2}, {1e-308, 1e308}}}) {
    const plot::Scene scene = plot::line_charts({{"t", "x", "y", {s}}});
    EXPECT_FALSE(Ink(scene).at_border) << s.name;
    EXPECT_THAT(plot::to_svg(scene), Not(HasSubstr("nan"))) << s.name;
    EXPECT_THAT(plot::to_svg(scene), Not(HasSubstr("inf"))) << s.name;
  }
  // Of one epoch only it is marked.
  EXPECT_THAT(plot::to_svg(plot::line_charts({{"t", "x", "y", {{"one", {7}, {0.5}}}}})),
              testing::AllOf(HasSubstr(">7</text>"), Not(HasSubstr(">8</text>"))));
  EXPECT_NE(error_of([] { plot::line_charts({{"t", "x", "y", {{"odd", {1, 2}, {1}}}}}); }), "");
  EXPECT_NE(error_of([] { plot::line_charts({}); }), "");
  // Longer than a stroke of FreeType may be.
  plot::Series longest{"long", {}, {}};
  for (int i = 0; i < 50'000; ++i) {
    longest.x.push_back(i);
    longest.y.push_back(std::sin(i * 1e-3));
  }
  EXPECT_GT(Ink(plot::line_charts({{"t", "x", "y", {longest}}})).drawn, 5'000);
}

TEST_F(Pictures, ShowEveryClass) {
  for (const int64_t k : {1, 2, 10, 47, 200}) {
    Tensor counts = hearth::zeros({k, k}, hearth::kLong);
    for (int64_t i = 0; i < k; ++i) counts.data_ptr<int64_t>()[i * k + i] = 10'000 + i;
    const std::vector<std::string> classes(static_cast<size_t>(k), "Ankle boot");
    EXPECT_FALSE(Ink(plot::confusion_matrix(counts, classes, {"Headline", ""})).at_border) << k;
  }
  // Not 100% of what was not always found; short names are not turned.
  Tensor counts = hearth::zeros({2, 2}, hearth::kLong);
  counts.data_ptr<int64_t>()[0] = 9'999;
  counts.data_ptr<int64_t>()[1] = 1;
  const std::string svg = plot::to_svg(plot::confusion_matrix(counts, {"0", "1"}));
  EXPECT_THAT(svg, HasSubstr("99.9%"));
  EXPECT_THAT(svg, Not(HasSubstr("100.0%")));
  EXPECT_THAT(svg, Not(HasSubstr("rotate(-45")));
  EXPECT_NE(error_of([] {
              plot::confusion_matrix(hearth::zeros({2, 3}, hearth::kLong), {"a", "b"});
            }),
            "");
  EXPECT_NE(error_of([] { plot::confusion_matrix(hearth::zeros({0, 0}, hearth::kLong), {}); }), "");
  EXPECT_FALSE(Ink(plot::heat_map(hearth::tensor({{1.0, NAN}, {-2.0, 3e10}}), {"a", "b"},
                                  {"a long name", "d"}, {"Heat", "map"}))
                   .at_border);
  EXPECT_NE(error_of([] { plot::heat_map(hearth::zeros({2, 2}), {"a"}, {"b", "c"}); }), "");
}

TEST_F(Pictures, HaveBarsAndImages) {
  const plot::Scene bars =
      plot::bars({{"accuracy", 0.97}, {"a name of some length", -0.2}, {"none", NAN}}, "share",
                 {"Bars", "of something"}, true);
  EXPECT_FALSE(Ink(bars).at_border);
  EXPECT_THAT(plot::to_svg(bars), HasSubstr(">97.0%</text>"));
  EXPECT_NE(error_of([] { plot::bars({}, ""); }), "");

  const Tensor gray = hearth::full({1, 8, 8}, 90, hearth::kByte);
  const std::vector<plot::Tile> tiles(7, {gray, "T-shirt/top", "\u00c4rmel <b> & mehr", 0.9996});
  const plot::Scene grid = plot::captioned_images(tiles, {"Wrong", ""}, 3);
  EXPECT_FALSE(Ink(grid).at_border);
  const std::string svg = plot::to_svg(grid);
  EXPECT_THAT(svg, HasSubstr("\u00c4rmel &lt;b&gt; &amp; mehr"));
  EXPECT_THAT(svg, HasSubstr(">99.9%</text>"));
  // Names of files may be anything, XML may not.
  const plot::Tile odd{gray, "a\x01\xff.png", "", 0.5};
  EXPECT_THAT(plot::to_svg(plot::captioned_images({odd}, {"", ""})),
              HasSubstr(">a\ufffd.png</text>"));
  EXPECT_GT(Ink(plot::captioned_images({}, {"Not one", ""})).drawn, 0);
  EXPECT_NE(error_of([] {
              plot::captioned_images({{hearth::zeros({2}, hearth::kByte), "", "", 0}});
            }),
            "");
}

TEST_F(Pictures, AreFilesOfBothKinds) {
  const TemporaryFolder folder;
  const plot::Scene scene{
      50, 20, {plot::Box{10, 5, 20, 10, {200, 0, 0}}, plot::Label{"\xff\xe2", 2, 15, {}}}};
  plot::write(scene, folder / "p");
  const Tensor image = hearth::vision::io::read_image(folder / "p.png");
  EXPECT_EQ(image.sizes(), (std::vector<int64_t>{3, 40, 100}));
  const auto a = image.accessor<uint8_t, 3>();
  EXPECT_EQ(a[0][20][40], 200);
  EXPECT_EQ(a[1][20][40], 0);
  EXPECT_EQ(a[1][20][70], 255);
  EXPECT_THAT(read_text(folder / "p.svg"), HasSubstr("<svg xmlns"));
  EXPECT_NE(error_of([] { plot::rasterize(plot::Scene{1e9, 10, {}}); }), "");
}

}  // namespace
