package dev.flowdpo.runtime.gguf;

import com.google.common.collect.ImmutableList;
import com.google.common.io.LittleEndianDataOutputStream;
import java.io.IOException;
import java.util.List;

/**
 * A value to write under a key. Immutable and thread-safe.
 *
 * @param type the type of each element
 * @param elements the elements, each a Number, a Boolean or a String; one where it is no array
 * @param array whether it is an array
 */
record GgufValue(ValueType type, ImmutableList<Object> elements, boolean array) {
  /** Returns a single value, whole numbers in 32 bits where they fit, as common readers expect. */
  static GgufValue of(Object value) {
    ValueType type;
    if (value instanceof String) {
      type = ValueType.STRING;
    } else if (value instanceof Boolean) {
      type = ValueType.BOOL;
    } else if (value instanceof Double || value instanceof Float) {
      type = ValueType.FLOAT32;
    } else {
      long number = ((Number) value).longValue();
      boolean small = number >= 0 && number >>> Integer.SIZE == 0;
      type = small ? ValueType.UINT32 : ValueType.INT64;
    }
    return new GgufValue(type, ImmutableList.of(value), false);
  }

  static GgufValue array(ValueType type, List<?> elements) {
    return new GgufValue(type, ImmutableList.copyOf(elements), true);
  }

  void write(LittleEndianDataOutputStream out) throws IOException {
    if (array) {
      out.writeInt(ValueType.ARRAY.ordinal());
    }
    out.writeInt(type.ordinal());
    if (array) {
      out.writeLong(elements.size());
    }
    for (Object element : elements) {
      type.write(out, element);
    }
  }
}
