// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/io/archive.h"
#include "hearth/metrics.h"
#include "hearth/ops/creation.h"
#include "hearth/tensor/tensor_literal.h"

#include "error_of.h"
#include "temporary.h"

namespace hearth::metrics {
namespace {

using ::testing::HasSubstr;

double number(const Tensor& t) { return t.item<double>(); }

const double kNaN = std::nan("");

TEST(Metric, ForgetsOnReset) {
  MulticlassAccuracy metric(MulticlassStatScoresOptions(3).average(Average::Micro));
  metric.update(tensor({0, 1, 2}), tensor({0, 1, 1}));
  EXPECT_NEAR(number(metric.compute()), 2. / 3, 1e-12);
  metric.update(tensor({0}), tensor({1}));
  EXPECT_EQ(number(metric.compute()), 0.5);
  EXPECT_EQ(metric.update_count(), 2);
  metric.reset();
  EXPECT_EQ(metric.update_count(), 0);
  EXPECT_EQ(number(metric.compute()), 0);
}

TEST(Metric, IsAValue) {
  MeanMetric a;
  a.update(1.0);
  MeanMetric b = a;
  b.update(5.0);
  EXPECT_EQ(number(a.compute()), 1);
  EXPECT_EQ(number(b.compute()), 3);
}

TEST(Metric, WithoutDataIsWhatTorchmetricsSays) {
  EXPECT_EQ(number(BinaryAccuracy().compute()), 0);
  EXPECT_TRUE(std::isnan(number(MeanMetric().compute())));
  EXPECT_TRUE(std::isnan(number(MeanSquaredError().compute())));
  EXPECT_TRUE(std::isnan(number(PearsonCorrCoef().compute())));
  EXPECT_TRUE(std::isnan(number(WordErrorRate().compute())));
  EXPECT_EQ(number(SumMetric().compute()), 0);
  EXPECT_EQ(number(MaxMetric().compute()), -INFINITY);
  EXPECT_EQ(number(MinMetric().compute()), INFINITY);
  EXPECT_EQ(CatMetric().compute().numel(), 0);
  EXPECT_EQ(number(BLEUScore().compute()), 0);
  EXPECT_EQ(number(RetrievalMAP().compute()), 0);
  EXPECT_THAT(error_of([] { BinaryAUROC().compute(); }), HasSubstr("update it with data first"));
  EXPECT_THAT(error_of([] { R2Score().compute(); }), HasSubstr("at least two samples"));
}

TEST(Metric, TakesEmptyBatches) {
  const Tensor scores = zeros({0, 3}), classes = zeros({0}, kLong);
  MulticlassF1Score f1(3);
  MulticlassAUROC auroc(MulticlassCurveOptions(3));
  MulticlassConfusionMatrix matrix(3);
  MeanSquaredError mse;
  PearsonCorrCoef pearson;
  for (const Tensor& x : {rand({4, 3}), scores}) {
    const Tensor y = x.size(0) == 0 ? classes : tensor({0, 1, 2, 1});
    f1.update(x, y);
    auroc.update(x, y);
    matrix.update(x, y);
    mse.update(x, x);
    pearson.update(x.flatten(), x.flatten());
  }
  EXPECT_EQ(matrix.compute().sum().item<int64_t>(), 4);
  EXPECT_EQ(number(mse.compute()), 0);
  EXPECT_NEAR(number(pearson.compute()), 1, 1e-12);
  EXPECT_FALSE(std::isnan(number(auroc.compute())));
}

TEST(Metric, RefusesWhatCountsSomethingElse) {
  MulticlassAccuracy three(3), four(4);
  four.update(tensor({3}), tensor({3}));
  EXPECT_THAT(error_of([&] { three.merge_state(four); }), HasSubstr("cannot be merged"));
  EXPECT_THAT(error_of([&] { three.load_state_dict(four.state_dict()); }),
              HasSubstr("holds the state of multiclass stat scores (classes 4"));
  // What is counted is the same, though the value is another.
  MulticlassF1Score f1(4);
  f1.merge_state(four);
  EXPECT_EQ(number(f1.compute()), 1);
}

TEST(Metric, GoesOnFromAFile) {
  const TemporaryFolder folder;
  const std::string path = folder / "metric.safetensors";
  MulticlassAUROC whole(MulticlassCurveOptions(3)), part = whole, resumed = whole;
  const Tensor x = rand({50, 3}), y = randint(3, {50}, kLong);
  whole.update(x, y);
  part.update(x.slice(0, 0, 20), y.slice(0, 0, 20));
  serialize::OutputArchive out;
  part.save(out);
  out.save_to(path);
  serialize::InputArchive in;
  in.load_from(path);
  resumed.load(in);
  EXPECT_EQ(resumed.update_count(), 1);
  resumed.update(x.slice(0, 20), y.slice(0, 20));
  EXPECT_EQ(number(resumed.compute()), number(whole.compute()));
}

TEST(Metric, KeepsItsStateWhereAnotherIsDamaged) {
  MeanMetric metric;
  metric.update(3.0);
  serialize::OutputArchive states, damaged;
  states.write("mean_value", zeros({2}, kDouble));
  states.write("weight", zeros({}, kDouble));
  damaged.write("key", serialize::Value(metric.key()));
  damaged.write("update_count", serialize::Value(1));
  damaged.write("states", states);
  EXPECT_THAT(error_of([&] { metric.load_state_dict(damaged); }),
              HasSubstr("state mean_value should have shape []"));
  EXPECT_THAT(error_of([&] { metric.load_state_dict({}); }), HasSubstr("key"));
  EXPECT_EQ(number(metric.compute()), 3);

  // Rows that do not belong together.
  KendallRankCorrCoef kendall;
  const auto load = [&](const Tensor& preds, const Tensor& target) {
    serialize::OutputArchive rows, archive;
    rows.write("preds", preds);
    rows.write("target", target);
    archive.write("key", serialize::Value(kendall.key()));
    archive.write("update_count", serialize::Value(1));
    archive.write("states", rows);
    return error_of([&] { kendall.load_state_dict(archive); });
  };
  const Tensor nine = zeros({9, 1}, kDouble);
  EXPECT_EQ(load(nine, nine), "");
  EXPECT_THAT(load(nine, nine.slice(0, 0, 4)), HasSubstr("has 4 rows"));
  EXPECT_THAT(load(nine.flatten(), nine), HasSubstr("state preds should have shape"));
  EXPECT_THAT(load(nine.to(kLong), nine), HasSubstr("state preds should have"));
  EXPECT_THAT(load(nine.expand({9, 2}), nine), HasSubstr("state preds should have"));
}

TEST(Metric, KeepsItsStateWhereABatchIsBad) {
  BinaryAccuracy metric;
  metric.update(tensor({0.9, 0.1}), tensor({1, 0}));
  EXPECT_NE(error_of([&] { metric.update(tensor({0.9}), tensor({2})); }), "");
  EXPECT_NE(error_of([&] { metric(tensor({0.9}), tensor({2})); }), "");
  EXPECT_EQ(metric.update_count(), 1);
  EXPECT_EQ(number(metric.compute()), 1);
}

TEST(Metric, SaysWhatIsWrongWithABatch) {
  MulticlassAccuracy three(3);
  const auto error = [&](const Tensor& p, const Tensor& t) {
    return error_of([&] { three.update(p, t); });
  };
  const Tensor x = rand({4, 3});
  EXPECT_THAT(error(x, tensor({0, 1, 3, 1})), HasSubstr("between 0 and 2; there is 3"));
  EXPECT_THAT(error(x, tensor({0, -1, 2, 1})), HasSubstr("ignore_index could leave out"));
  EXPECT_THAT(error(x, tensor({0, 1})), HasSubstr("[N, 3, ...] and target [N, ...]"));
  EXPECT_THAT(error(rand({4, 2}), tensor({0, 1, 1, 1})), HasSubstr("they have [4, 2] and [4]"));
  EXPECT_THAT(error(x, rand({4})), HasSubstr("should hold integers"));
  EXPECT_THAT(error(tensor({0, 5}), tensor({0, 1})), HasSubstr("preds should lie"));
  EXPECT_THAT(error(Tensor(), tensor({0})), HasSubstr("undefined"));
  EXPECT_THAT(error_of([] { MulticlassAccuracy(1); }), HasSubstr("at least 2"));
  EXPECT_THAT(error_of([] {
                MulticlassAccuracy metric(MulticlassStatScoresOptions(3).top_k(2));
                metric.update(tensor({0, 1}), tensor({0, 1}));
              }),
              HasSubstr("needs preds of scores"));
  EXPECT_THAT(error_of([] { BinaryAccuracy(BinaryStatScoresOptions().threshold(2)); }),
              HasSubstr("threshold should lie in [0, 1]"));
  EXPECT_THAT(error_of([] { BinaryF1Score(BinaryStatScoresOptions().zero_division(2)); }),
              HasSubstr("zero_division should be 0 or 1"));
  EXPECT_THAT(error_of([] { Thresholds(std::vector<double>{0.5, 0.2}); }), HasSubstr("ascend"));
  EXPECT_THAT(error_of([] { TweedieDevianceScore(0.5); }), HasSubstr("between 0 and 1"));
  EXPECT_THAT(error_of([] { functional::mean_squared_error(rand({3}), rand({4})); }),
              HasSubstr("one shape"));
  EXPECT_THAT(error_of([] {
                RetrievalMAP().update(rand({3}), tensor({0, 1, 2}), tensor({0, 0, 0}));
              }),
              HasSubstr("target should be 0 or 1"));
  EXPECT_THAT(error_of([] { functional::bleu_score({"a"}, {{}}); }), HasSubstr("no reference"));
  EXPECT_THAT(error_of([] {
                functional::word_error_rate({"a"}, {"a", "b"});
              }),
              HasSubstr("1 and 2"));
  EXPECT_THAT(error_of([] {
                functional::perplexity(rand({1, 2, 3}), tensor({{0, 3}}));
              }),
              HasSubstr("between 0 and 2; there is 3"));
}

TEST(Metric, TakesNaNForNegative) {
  // And not for a sign that the others are logits.
  BinaryStatScores metric;
  metric.update(tensor({0.2, kNaN, 0.7}), tensor({0, 1, 1}));
  EXPECT_TRUE(metric.compute().equal(tensor({1, 0, 1, 1, 2})));
}

TEST(Metric, IsToldWhatAreLogits) {
  const Tensor p = tensor({0.2, 0.4, -3.0, 0.3}), t = tensor({1, 1, 0, 1});
  BinaryAccuracy whole(BinaryStatScoresOptions().logits(true)), parts = whole;
  whole.update(p, t);
  parts.update(p.slice(0, 0, 2), t.slice(0, 0, 2));
  parts.update(p.slice(0, 2), t.slice(0, 2));
  EXPECT_EQ(number(whole.compute()), 1);
  EXPECT_EQ(number(parts.compute()), 1);
}

TEST(Metric, OrdersLogitsThatFloatWouldRoundToOne) {
  const Tensor p = tensor({-30.0, 20.0, 25.0, 30.0}, kFloat);
  EXPECT_EQ(number(functional::binary_auroc(p, tensor({0, 0, 1, 1}))), 1);
}

TEST(Metric, CountsMoreThanFloatDoes) {
  SumMetric sum;
  MeanMetric mean;
  sum.update(16777216.0);
  mean.update(full({16777217}, 1.0, kFloat));
  for (int i = 0; i < 3; ++i) sum.update(1.0);
  EXPECT_EQ(number(sum.compute()), 16777219);
  EXPECT_EQ(number(mean.compute()), 1);
}

TEST(Metric, CountsManyClassesWithoutAMatrix) {
  const int64_t classes = 1000000;
  MulticlassAccuracy metric(MulticlassStatScoresOptions(classes).average(Average::Micro));
  metric.update(tensor({0, 999999, 5}), tensor({0, 999999, 6}));
  EXPECT_NEAR(number(metric.compute()), 2. / 3, 1e-12);
}

TEST(Metric, LeavesNaNOutAsAsked) {
  const Tensor values = tensor({1.0, kNaN, 3.0});
  const auto of = [&](auto metric) {
    metric.update(values);
    return metric.compute();
  };
  const NanStrategy ignore = NanStrategy::Ignore, keep = NanStrategy::Disable, zero = 0.0;
  EXPECT_EQ(number(of(MeanMetric(ignore))), 2);
  EXPECT_TRUE(std::isnan(number(of(MeanMetric(keep)))));
  EXPECT_NEAR(number(of(MeanMetric(zero))), 4. / 3, 1e-12);
  EXPECT_EQ(number(of(SumMetric(ignore))), 4);
  EXPECT_EQ(number(of(SumMetric(zero))), 4);
  EXPECT_EQ(number(of(MaxMetric(ignore))), 3);
  EXPECT_TRUE(std::isnan(number(of(MaxMetric(keep)))));
  EXPECT_EQ(number(of(MinMetric(zero))), 0);
  EXPECT_TRUE(of(CatMetric(ignore)).equal(tensor({1.0, 3.0}, kDouble)));
  EXPECT_TRUE(of(CatMetric(zero)).equal(tensor({1.0, 0.0, 3.0}, kDouble)));
  EXPECT_THAT(error_of([&] { of(SumMetric(NanStrategy::Error)); }), HasSubstr("NaN"));
  EXPECT_TRUE(std::isnan(values[1].item<double>())) << "the caller's tensor was written to";
}

TEST(Metric, WeighsMeans) {
  MeanMetric mean;
  mean.update(tensor({1.0, 2.0}), tensor({1.0, 3.0}));
  mean.update(5.0);
  EXPECT_NEAR(number(mean.compute()), 2.4, 1e-12);
  mean.reset();
  mean.update(2.0, 3.0);
  mean.update(4.0, 1.0);
  EXPECT_EQ(number(mean.compute()), 2.5);
}

TEST(Metric, KeepsDigitsFarFromZero) {
  const Tensor noise = rand({1000}, kDouble) * 0.01, error = rand({1000}, kDouble) * 0.005;
  const double near = number(functional::r2_score(noise + error, noise));
  EXPECT_NEAR(number(functional::r2_score(noise + error + 1e6, noise + 1e6)), near, 1e-5);
  R2Score parts;
  for (const Tensor& rows : (noise + 1e6).split(100)) parts.update(rows, rows);
  EXPECT_EQ(number(parts.compute()), 1);
  const Tensor same = full({7}, 0.1, kDouble);
  EXPECT_TRUE(std::isnan(number(functional::pearson_corrcoef(noise.slice(0, 0, 7), same))));
  EXPECT_EQ(number(functional::spearman_corrcoef(noise.slice(0, 0, 7), same)), 0);
}

TEST(Metric, FindsSpans) {
  const TextLists preds = {{"B-PER", "I-PER", "O", "B-LOC"}, {"I-ORG", "I-LOC", "S-PER", "E-PER"}};
  const TextLists target = {{"B-PER", "I-PER", "O", "B-PER"}, {"I-ORG", "I-LOC", "S-PER", "O"}};
  SpanF1 metric({"PER", "LOC", "ORG"});
  metric.update(preds, target);
  // Predicted: PER 0-2, LOC 3, ORG 0, LOC 1, PER 2, PER 3; true: PER 0-2, PER 3, ORG 0, LOC 1,
  // PER 2.
  const std::vector<double> want = {4. / 6, 4. / 5, 8. / 11, 2. / 3, 2. / 3, 2. / 3,
                                    1. / 2, 1,      2. / 3,  1,      1,      1};
  const Scores& scores = metric.compute();
  ASSERT_EQ(scores.size(), want.size());
  for (size_t i = 0; i < want.size(); ++i)
    EXPECT_NEAR(number(scores[i].second), want[i], 1e-12) << scores[i].first;
  EXPECT_EQ(scores[8].first, "LOC_f1");
  EXPECT_THAT(error_of([&] { metric.update({{"B-XYZ"}}, {{"O"}}); }), HasSubstr("type XYZ"));
  EXPECT_THAT(error_of([&] { metric.update({{"PER"}}, {{"O"}}); }), HasSubstr("tags should be"));
  EXPECT_THAT(error_of([&] { metric.update({{"O", "O"}}, {{"O"}}); }), HasSubstr("2 predicted"));
}

// Values are those of seqeval 1.2.2.
TEST(Metric, FindsSpansAsSeqeval) {
  const TextLists target = {{"B-PER", "I-PER", "O", "B-LOC", "O"},
                            {"I-ORG", "I-ORG", "O", "B-PER", "B-PER"},
                            {"O", "B-LOC", "I-PER", "I-LOC", "E-LOC"}};
  const TextLists preds = {{"B-PER", "I-PER", "O", "B-PER", "O"},
                           {"B-ORG", "I-ORG", "O", "B-PER", "I-PER"},
                           {"O", "B-LOC", "I-LOC", "I-LOC", "O"}};
  const Scores scores = functional::span_f1(preds, target, {"LOC", "ORG", "PER"});
  const std::vector<double> want = {0.4, 0.25, 4. / 13, 0, 0, 0, 1, 1, 1, 1. / 3, 0.25, 2. / 7};
  ASSERT_EQ(scores.size(), want.size());
  for (size_t i = 0; i < want.size(); ++i)
    EXPECT_NEAR(number(scores[i].second), want[i], 1e-12) << scores[i].first;
}

// Values are those of torchtext 0.18, which computes in single precision.
TEST(Metric, BleuIsTorchtexts) {
  const Texts preds = {"the cat sat on the mat today", "a dog ran in the big park now"};
  const TextLists target = {{"the cat is on the mat today", "there is a cat on the mat"},
                            {"a dog ran in a big park"}};
  EXPECT_NEAR(number(functional::bleu_score(preds, target)), 0.44660428, 1e-7);
  EXPECT_NEAR(number(functional::bleu_score(preds, target,
                                            BLEUScoreOptions().n_gram(2).weights({0.3, 0.7}))),
              0.66577834, 1e-7);
}

TEST(Metric, ReadsBytesThatAreNoText) {
  // A cut character and a stray byte each count as one.
  EXPECT_EQ(number(functional::edit_distance({"a\xe4\xb8"}, {"a"})), 2);
  EXPECT_EQ(number(functional::edit_distance({"\xff"}, {"\xfe"})), 1);
  EXPECT_EQ(number(functional::char_error_rate({"\xff\xc3(\xf0\x9f"}, {"\xff\xc3(\xf0\x9f"})), 0);
}

TEST(MetricCollection, CountsOnceWhatIsTheSame) {
  MetricCollection metrics({{"acc", MulticlassAccuracy(3)},
                            {"f1", MulticlassF1Score(3)},
                            {"matrix", MulticlassConfusionMatrix(3)}},
                           "val_");
  const Tensor p = tensor({0, 2, 2, 2, 1, 1}), t = tensor({0, 1, 2, 2, 1, 0});
  metrics.update(p.slice(0, 0, 4), t.slice(0, 0, 4));
  metrics.update(p.slice(0, 4), t.slice(0, 4));
  const auto values = metrics.compute();
  ASSERT_EQ(values.size(), 3u);
  EXPECT_EQ(values[0].first, "val_acc");
  EXPECT_NEAR(number(values[0].second), 2. / 3, 1e-12);
  EXPECT_EQ(values[1].first, "val_f1");
  EXPECT_NEAR(number(values[1].second), 0.6555555555555556, 1e-12);
  EXPECT_TRUE(values[2].second.equal(tensor({{1, 1, 0}, {0, 1, 1}, {0, 0, 2}})));
  EXPECT_EQ(metrics["f1"].update_count(), 2);
  EXPECT_THAT(error_of([&] { metrics["f2"]; }), HasSubstr("there are acc, f1, matrix"));

  MetricCollection test = metrics.clone("test_");
  EXPECT_EQ(test["acc"].update_count(), 0);
  const auto of_batch = test(p, t);
  EXPECT_EQ(of_batch[1].first, "test_f1");
  EXPECT_EQ(number(of_batch[1].second), number(values[1].second));
  test.merge_state(metrics);
  EXPECT_EQ(number(test.compute()[1].second), number(values[1].second));
  EXPECT_EQ(test["acc"].update_count(), 3);
}

TEST(MetricCollection, KeepsApartWhatSawOtherData) {
  BinaryAccuracy right;
  BinaryF1Score wrong;
  right.update(tensor({1, 1}), tensor({1, 1}));
  wrong.update(tensor({0, 0}), tensor({1, 1}));
  MetricCollection metrics({{"acc", right}, {"f1", wrong}});
  metrics.update(tensor({1, 1}), tensor({1, 1}));
  EXPECT_EQ(number(metrics.compute()[0].second), 1);
  EXPECT_NEAR(number(metrics.compute()[1].second), 2. / 3, 1e-12);
}

TEST(MetricCollection, TakesABatchWholeOrNotAtAll) {
  MetricCollection metrics({{"mse", MeanSquaredError()}, {"acc", BinaryAccuracy()}});
  EXPECT_NE(error_of([&] { metrics.update(tensor({0.5}), tensor({0.5})); }), "");
  EXPECT_EQ(metrics["mse"].update_count(), 0);
  EXPECT_THAT(error_of([&] { metrics.add({"acc", BinaryAccuracy()}); }), HasSubstr("two metrics"));
}

TEST(MetricCollection, GoesOnFromAnArchive) {
  MetricCollection metrics({{"acc", BinaryAccuracy()}, {"auroc", BinaryAUROC()}});
  const MetricCollection empty = metrics;
  metrics.update(tensor({0.1, 0.4, 0.35, 0.8}), tensor({0, 0, 1, 1}));
  serialize::OutputArchive out;
  metrics.save(out);
  MetricCollection resumed = empty;
  serialize::InputArchive in(out);
  resumed.load(in);
  EXPECT_EQ(number(resumed.compute()[1].second), 0.75);
  MetricCollection other({{"acc", MulticlassAccuracy(3)}});
  EXPECT_THAT(error_of([&] { other.load(in); }), HasSubstr("holds the state of"));
}

}  // namespace
}  // namespace hearth::metrics
