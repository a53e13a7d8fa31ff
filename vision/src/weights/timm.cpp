// SPDX-License-Identifier: Apache-2.0
// Names of timm (pytorch-image-models). Its ResNets have torchvision's.
#include "weights/key_map.h"

namespace hearth::vision::weights {

const std::vector<Convention>& timm_conventions() {
  // Never destroyed: programs may load weights while they end.
  static const auto* const all = new std::vector<Convention>{
      {"timm",
       "cls_token",
       {{"class_token", "cls_token"},
        {"conv_proj.**", "patch_embed.proj.<1>"},
        {"encoder.pos_embedding", "pos_embed"},
        {"encoder.layers.encoder_layer_*.ln_*.**", "blocks.<1>.norm<2>.<3>"},
        {"encoder.layers.encoder_layer_*.self_attention.in_proj_**", "blocks.<1>.attn.qkv.<2>"},
        {"encoder.layers.encoder_layer_*.self_attention.out_proj.**", "blocks.<1>.attn.proj.<2>"},
        {"encoder.layers.encoder_layer_*.mlp.0.**", "blocks.<1>.mlp.fc1.<2>"},
        {"encoder.layers.encoder_layer_*.mlp.3.**", "blocks.<1>.mlp.fc2.<2>"},
        {"encoder.ln.**", "norm.<1>"},
        {"heads.head.**", "head.<1>"}}},
      {"timm",
       "stages.0.blocks.0.conv_dw.weight",
       {{"features.0.**", "stem.<1>"},
        {"features.*.*.layer_scale", "stages.<1/2>.blocks.<2>.gamma"},
        {"features.*.*.block.0.**", "stages.<1/2>.blocks.<2>.conv_dw.<3>"},
        {"features.*.*.block.2.**", "stages.<1/2>.blocks.<2>.norm.<3>"},
        {"features.*.*.block.3.**", "stages.<1/2>.blocks.<2>.mlp.fc1.<3>"},
        {"features.*.*.block.5.**", "stages.<1/2>.blocks.<2>.mlp.fc2.<3>"},
        {"features.*.**", "stages.<1/2>.downsample.<2>"},
        {"classifier.0.**", "head.norm.<1>"},
        {"classifier.2.**", "head.fc.<1>"}}},
      // MobileNetV3 has no norm of its last convolution, which stands behind the pooling.
      {"timm",
       "conv_head.bias",
       {{"features.0.0.**", "conv_stem.<1>"},
        {"features.0.1.**", "bn1.<1>"},
        {"features.1.block.0.0.**", "blocks.<stage.n>.conv_dw.<1>"},
        {"features.1.block.0.1.**", "blocks.<stage.n>.bn1.<1>"},
        {"features.1.block.*.0.**", "blocks.<stage.n>.conv_pw.<2>"},
        {"features.1.block.*.1.**", "blocks.<stage.n>.bn2.<2>"},
        {"features.*.block.0.0.**", "blocks.<stage.n>.conv_pw.<2>"},
        {"features.*.block.0.1.**", "blocks.<stage.n>.bn1.<2>"},
        {"features.*.block.1.0.**", "blocks.<stage.n>.conv_dw.<2>"},
        {"features.*.block.1.1.**", "blocks.<stage.n>.bn2.<2>"},
        {"features.*.block.*.fc1.**", "blocks.<stage.n>.se.conv_reduce.<3>"},
        {"features.*.block.*.fc2.**", "blocks.<stage.n>.se.conv_expand.<3>"},
        {"features.*.block.*.0.**", "blocks.<stage.n>.conv_pwl.<3>"},
        {"features.*.block.*.1.**", "blocks.<stage.n>.bn3.<3>"},
        {"features.*.0.**", "blocks.6.0.conv.<2>|blocks.5.0.conv.<2>"},
        {"features.*.1.**", "blocks.6.0.bn1.<2>|blocks.5.0.bn1.<2>"},
        {"classifier.0.**", "conv_head.<1>"},
        {"classifier.3.**", "classifier.<1>"}}},
      // EfficientNet, also v2, whose first stages have plain convolutions, and lite, which has no
      // squeeze and excitation.
      {"timm",
       "conv_stem.weight",
       {{"features.0.0.**", "conv_stem.<1>"},
        {"features.0.1.**", "bn1.<1>"},
        {"features.1.*.block.0.0.**", "blocks.<stage.n>.conv_dw.<2>|blocks.<stage.n>.conv.<2>"},
        {"features.1.*.block.0.1.**", "blocks.<stage.n>.bn1.<2>"},
        {"features.1.*.block.*.0.**", "blocks.<stage.n>.conv_pw.<3>"},
        {"features.1.*.block.*.1.**", "blocks.<stage.n>.bn2.<3>"},
        {"features.*.*.block.0.0.**", "blocks.<stage.n>.conv_pw.<3>|blocks.<stage.n>.conv_exp.<3>"},
        {"features.*.*.block.0.1.**", "blocks.<stage.n>.bn1.<3>"},
        {"features.*.*.block.1.0.**", "blocks.<stage.n>.conv_dw.<3>|blocks.<stage.n>.conv_pwl.<3>"},
        {"features.*.*.block.1.1.**", "blocks.<stage.n>.bn2.<3>"},
        {"features.*.*.block.*.fc1.**", "blocks.<stage.n>.se.conv_reduce.<4>"},
        {"features.*.*.block.*.fc2.**", "blocks.<stage.n>.se.conv_expand.<4>"},
        {"features.*.*.block.*.0.**", "blocks.<stage.n>.conv_pwl.<4>"},
        {"features.*.*.block.*.1.**", "blocks.<stage.n>.bn3.<4>"},
        {"features.*.0.**", "conv_head.<2>"},
        {"features.*.1.**", "bn2.<2>"},
        {"classifier.1.**", "classifier.<1>"}}}};
  return *all;
}

}  // namespace hearth::vision::weights
