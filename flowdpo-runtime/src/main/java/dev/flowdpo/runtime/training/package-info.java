/**
 * Learning: scores of completions, LoRA gradients of any preference objective in one pass, AdamW,
 * and the trainers that put these together. ONNX Runtime differentiates the frozen model;
 * everything that learns lives in ND4J.
 */
@NullMarked
package dev.flowdpo.runtime.training;

import org.jspecify.annotations.NullMarked;
