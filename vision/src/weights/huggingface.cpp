// SPDX-License-Identifier: Apache-2.0
// Names of Hugging Face's transformers. Files have those of its early versions; modules in memory
// have shorter ones since.
#include "weights/key_map.h"

namespace hearth::vision::weights {

const std::vector<Convention>& huggingface_conventions() {
  // Never destroyed: programs may load weights while they end.
  static const auto* const all = new std::vector<Convention>{
      {"transformers",
       "resnet.embedder.embedder.convolution.weight",
       {{"conv1.**", "resnet.embedder.embedder.convolution.<1>"},
        {"bn1.**", "resnet.embedder.embedder.normalization.<1>"},
        {"layer*.*.conv*.**", "resnet.encoder.stages.<1-1>.layers.<2>.layer.<3-1>.convolution.<4>"},
        {"layer*.*.bn*.**", "resnet.encoder.stages.<1-1>.layers.<2>.layer.<3-1>.normalization.<4>"},
        {"layer*.*.downsample.0.**",
         "resnet.encoder.stages.<1-1>.layers.<2>.shortcut.convolution.<3>"},
        {"layer*.*.downsample.1.**",
         "resnet.encoder.stages.<1-1>.layers.<2>.shortcut.normalization.<3>"},
        {"fc.**", "classifier.1.<1>"}}},
      {"transformers",
       "vit.embeddings.cls_token",
       {{"class_token", "vit.embeddings.cls_token"},
        {"conv_proj.**", "vit.embeddings.patch_embeddings.projection.<1>"},
        {"encoder.pos_embedding", "vit.embeddings.position_embeddings"},
        {"encoder.layers.encoder_layer_*.ln_1.**",
         "vit.encoder.layer.<1>.layernorm_before.<2>|vit.layers.<1>.layernorm_before.<2>"},
        {"encoder.layers.encoder_layer_*.ln_2.**",
         "vit.encoder.layer.<1>.layernorm_after.<2>|vit.layers.<1>.layernorm_after.<2>"},
        {"encoder.layers.encoder_layer_*.self_attention.in_proj_**",
         "vit.encoder.layer.<1>.attention.attention.query.<2>+"
         "vit.encoder.layer.<1>.attention.attention.key.<2>+"
         "vit.encoder.layer.<1>.attention.attention.value.<2>|"
         "vit.layers.<1>.attention.q_proj.<2>+vit.layers.<1>.attention.k_proj.<2>+"
         "vit.layers.<1>.attention.v_proj.<2>"},
        {"encoder.layers.encoder_layer_*.self_attention.out_proj.**",
         "vit.encoder.layer.<1>.attention.output.dense.<2>|vit.layers.<1>.attention.o_proj.<2>"},
        {"encoder.layers.encoder_layer_*.mlp.0.**",
         "vit.encoder.layer.<1>.intermediate.dense.<2>|vit.layers.<1>.mlp.fc1.<2>"},
        {"encoder.layers.encoder_layer_*.mlp.3.**",
         "vit.encoder.layer.<1>.output.dense.<2>|vit.layers.<1>.mlp.fc2.<2>"},
        {"encoder.ln.**", "vit.layernorm.<1>"},
        {"heads.head.**", "classifier.<1>"}}},
      {"transformers",
       "convnext.embeddings.layernorm.weight",
       {{"features.0.0.**", "convnext.embeddings.patch_embeddings.<1>"},
        {"features.0.1.**", "convnext.embeddings.layernorm.<1>"},
        {"features.*.*.layer_scale",
         "convnext.encoder.stages.<1/2>.layers.<2>.layer_scale_parameter"},
        {"features.*.*.block.0.**", "convnext.encoder.stages.<1/2>.layers.<2>.dwconv.<3>"},
        {"features.*.*.block.2.**", "convnext.encoder.stages.<1/2>.layers.<2>.layernorm.<3>"},
        {"features.*.*.block.3.**", "convnext.encoder.stages.<1/2>.layers.<2>.pwconv1.<3>"},
        {"features.*.*.block.5.**", "convnext.encoder.stages.<1/2>.layers.<2>.pwconv2.<3>"},
        {"features.*.**", "convnext.encoder.stages.<1/2>.downsampling_layer.<2>"},
        {"classifier.0.**", "convnext.layernorm.<1>"},
        {"classifier.2.**", "classifier.<1>"}}},
      {"transformers",
       "efficientnet.embeddings.convolution.weight",
       {{"features.0.0.**", "efficientnet.embeddings.convolution.<1>"},
        {"features.0.1.**", "efficientnet.embeddings.batchnorm.<1>"},
        {"features.1.*.block.0.0.**",
         "efficientnet.encoder.blocks.<n>.depthwise_conv.depthwise_conv.<2>"},
        {"features.1.*.block.0.1.**",
         "efficientnet.encoder.blocks.<n>.depthwise_conv.depthwise_norm.<2>"},
        {"features.*.*.block.0.0.**", "efficientnet.encoder.blocks.<n>.expansion.expand_conv.<3>"},
        {"features.*.*.block.0.1.**", "efficientnet.encoder.blocks.<n>.expansion.expand_bn.<3>"},
        {"features.*.*.block.*.fc1.**",
         "efficientnet.encoder.blocks.<n>.squeeze_excite.reduce.<4>"},
        {"features.*.*.block.*.fc2.**",
         "efficientnet.encoder.blocks.<n>.squeeze_excite.expand.<4>"},
        {"features.*.*.block.1.0.**",
         "efficientnet.encoder.blocks.<n>.depthwise_conv.depthwise_conv.<3>"},
        {"features.*.*.block.1.1.**",
         "efficientnet.encoder.blocks.<n>.depthwise_conv.depthwise_norm.<3>"},
        {"features.*.*.block.*.0.**",
         "efficientnet.encoder.blocks.<n>.projection.project_conv.<4>"},
        {"features.*.*.block.*.1.**", "efficientnet.encoder.blocks.<n>.projection.project_bn.<4>"},
        {"features.*.0.**", "efficientnet.encoder.top_conv.<2>"},
        {"features.*.1.**", "efficientnet.encoder.top_bn.<2>"},
        {"classifier.1.**", "classifier.<1>"}}}};
  return *all;
}

}  // namespace hearth::vision::weights
