package dev.flowdpo.runtime.checkpoint;

import com.google.common.collect.ImmutableMap;

/** The element types of the safetensors format, those included that no weight may have here. */
final class ElementSizes {
  /** Bits per element, by the name of the type. */
  static final ImmutableMap<String, Integer> BITS =
      ImmutableMap.<String, Integer>builder()
          .put("F4", 4)
          .put("F6_E2M3", 6)
          .put("F6_E3M2", 6)
          .put("BOOL", 8)
          .put("U8", 8)
          .put("I8", 8)
          .put("F8_E5M2", 8)
          .put("F8_E4M3", 8)
          .put("F8_E8M0", 8)
          .put("I16", 16)
          .put("U16", 16)
          .put("F16", 16)
          .put("BF16", 16)
          .put("I32", 32)
          .put("U32", 32)
          .put("F32", 32)
          .put("I64", 64)
          .put("U64", 64)
          .put("F64", 64)
          .put("C64", 64)
          .buildOrThrow();

  private ElementSizes() {}
}
