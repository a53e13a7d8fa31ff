// SPDX-License-Identifier: Apache-2.0
#include "hearth/train/callbacks/early_stopping.h"

#include "hearth/train/engine.h"

namespace hearth::train {

EarlyStopping::EarlyStopping(EarlyStoppingOptions options)
    : options_(std::move(options)), best_(worst(options_.mode())) {
  HEARTH_CHECK_AS(ValueError, options_.patience() >= 0 && options_.min_delta() >= 0,
                  "[EarlyStopping] patience and min_delta are not negative, got ",
                  options_.patience(), " and ", options_.min_delta());
}

std::string EarlyStopping::state_key() const { return "EarlyStopping " + options_.monitor(); }

void EarlyStopping::on_validation_end(Engine& engine) {
  if (engine.sanity_checking()) return;
  const std::string& name = options_.monitor();
  const double value = engine.metric(name);
  const Mode mode = options_.mode();
  if (options_.check_finite() && !std::isfinite(value))
    return engine.stop(cat_str(name, " is ", value));
  if (options_.stopping_threshold() && improves(mode, value, *options_.stopping_threshold()))
    return engine.stop(cat_str(name, " has reached ", value));
  if (options_.divergence_threshold() && improves(mode, *options_.divergence_threshold(), value))
    return engine.stop(cat_str(name, " has gone off to ", value));
  if (improves(mode, value, best_, options_.min_delta())) {
    best_ = value;
    wait_ = 0;
  } else if (++wait_ >= options_.patience()) {
    engine.stop(cat_str(name, " has not improved on ", best_, " for ", wait_, " validation",
                        wait_ == 1 ? "" : "s"));
  }
}

void EarlyStopping::save(serialize::OutputArchive& archive) const {
  archive.write("best", best_);
  archive.write("wait", wait_);
}
void EarlyStopping::load(serialize::InputArchive& archive) {
  archive.read("best", best_);
  archive.read("wait", wait_);
}

}  // namespace hearth::train
