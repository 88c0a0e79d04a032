package dev.flowdpo.runtime.gguf;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes GGUF files, also ones that no other writer would write. Not thread-safe. */
final class GgufBytes {
  static final int ALIGNMENT = 32;

  private final int version;
  private final Map<String, Object> metadata = new LinkedHashMap<>();
  private final List<Tensor> tensors = new ArrayList<>();

  private final List<Field> fields = new ArrayList<>();

  /**
   * A number in the file that says where something is, or what.
   *
   * @param name what it says, with the key or tensor that it belongs to
   * @param bytes 4 or 8
   */
  record Field(String name, int at, int bytes) {}

  private record Tensor(String name, int type, long[] dimensions, byte[] data) {}

  GgufBytes(int version) {
    this.version = version;
  }

  /**
   * Adds a key.
   *
   * @param value an Integer (32 bits without sign), Long (64), Float, Double, Boolean or String, or
   *     an array of int, float, boolean or String
   */
  GgufBytes put(String key, Object value) {
    metadata.put(key, value);
    return this;
  }

  GgufBytes putAll(Map<String, ?> others) {
    metadata.putAll(others);
    return this;
  }

  /**
   * Adds a tensor.
   *
   * @param shape its sizes, outermost first
   */
  GgufBytes tensor(String name, int type, byte[] data, long... shape) {
    long[] dimensions = new long[shape.length];
    for (int i = 0; i < shape.length; i++) {
      dimensions[i] = shape[shape.length - 1 - i];
    }
    tensors.add(new Tensor(name, type, dimensions, data));
    return this;
  }

  /** Adds a tensor of F32. */
  GgufBytes tensor(String name, float[] values, long... shape) {
    ByteBuffer data =
        ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
    data.asFloatBuffer().put(values);
    return tensor(name, 0, data.array(), shape);
  }

  /** Returns the numbers that say where things are, once the file is written. */
  List<Field> fields() {
    return fields;
  }

  byte[] bytes() {
    fields.clear();
    Output out = new Output();
    out.of("").u32(0x46554747).u32(version).u64(tensors.size()).u64(metadata.size());
    metadata.forEach(
        (key, value) -> {
          out.of(key).text(key);
          put(out, value);
        });
    long offset = 0;
    for (Tensor tensor : tensors) {
      out.of(tensor.name).text(tensor.name).u32(tensor.dimensions.length);
      for (long size : tensor.dimensions) {
        out.u64(size);
      }
      out.u32(tensor.type).u64(offset);
      offset += padded(tensor.data.length);
    }
    out.pad();
    for (Tensor tensor : tensors) {
      out.write(tensor.data);
      out.pad();
    }
    return out.bytes.toByteArray();
  }

  private static long padded(long size) {
    return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  private void put(Output out, Object value) {
    if (value instanceof Integer number) {
      out.u32(4).u32(number);
    } else if (value instanceof Long number) {
      out.u32(10).u64(number);
    } else if (value instanceof Float number) {
      out.u32(6).u32(Float.floatToIntBits(number));
    } else if (value instanceof Double number) {
      out.u32(12).u64(Double.doubleToLongBits(number));
    } else if (value instanceof Boolean flag) {
      out.u32(7).write(flag ? 1 : 0);
    } else if (value instanceof String text) {
      out.u32(8).text(text);
    } else if (value instanceof int[] numbers) {
      out.u32(9).u32(5).u64(numbers.length);
      ByteBuffer bytes =
          ByteBuffer.allocate(Integer.BYTES * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asIntBuffer().put(numbers);
      out.write(bytes.array());
    } else if (value instanceof float[] numbers) {
      out.u32(9).u32(6).u64(numbers.length);
      ByteBuffer bytes =
          ByteBuffer.allocate(Float.BYTES * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asFloatBuffer().put(numbers);
      out.write(bytes.array());
    } else if (value instanceof boolean[] flags) {
      out.u32(9).u32(7).u64(flags.length);
      for (boolean flag : flags) {
        out.write(flag ? 1 : 0);
      }
    } else if (value instanceof String[] texts) {
      out.u32(9).u32(8).u64(texts.length);
      for (String text : texts) {
        out.text(text);
      }
    } else {
      throw new IllegalArgumentException("no type for " + value);
    }
  }

  private final class Output {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private String of = "";

    /** Says what the numbers that follow belong to. */
    Output of(String name) {
      of = name;
      return this;
    }

    Output u32(int value) {
      fields.add(new Field(of, bytes.size(), Integer.BYTES));
      write(
          ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
      return this;
    }

    Output u64(long value) {
      fields.add(new Field(of, bytes.size(), Long.BYTES));
      write(ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array());
      return this;
    }

    Output text(String value) {
      byte[] text = value.getBytes(StandardCharsets.UTF_8);
      u64(text.length).write(text);
      return this;
    }

    void write(int value) {
      bytes.write(value);
    }

    void write(byte[] value) {
      bytes.writeBytes(value);
    }

    void pad() {
      while (bytes.size() % ALIGNMENT != 0) {
        bytes.write(0);
      }
    }
  }
}
