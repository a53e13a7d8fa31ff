// SPDX-License-Identifier: Apache-2.0
#include "text/model.h"

#include "common/training/folder.h"

void declare_model(OptionList& options, std::string& model) {
  options.add("--model", model, kTextModelHelp).value("MODEL").required();
}

std::string folder_of_model(const std::string& model) { return folder_of_checkpoint(model); }
