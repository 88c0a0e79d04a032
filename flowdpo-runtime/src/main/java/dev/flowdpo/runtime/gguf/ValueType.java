package dev.flowdpo.runtime.gguf;

import com.google.common.io.LittleEndianDataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** A type of a metadata value, in the order of the numbers that stand for them. */
enum ValueType {
  UINT8(1),
  INT8(1),
  UINT16(2),
  INT16(2),
  UINT32(4),
  INT32(4),
  FLOAT32(4),
  BOOL(1),
  STRING(8),
  ARRAY(12),
  UINT64(8),
  INT64(8),
  FLOAT64(8);

  private final int bytes;

  ValueType(int bytes) {
    this.bytes = bytes;
  }

  static Optional<ValueType> of(int number) {
    return number >= 0 && number < values().length
        ? Optional.of(values()[number])
        : Optional.empty();
  }

  static String known() {
    return Arrays.stream(values()).map(Enum::name).collect(Collectors.joining(", "));
  }

  /** Returns the bytes that a value takes, at least for texts and arrays. */
  int bytes() {
    return bytes;
  }

  /** Writes a value: a Number, a Boolean or a String. */
  void write(LittleEndianDataOutputStream out, Object value) throws IOException {
    switch (this) {
      case UINT8, INT8 -> out.writeByte(((Number) value).intValue());
      case UINT16, INT16 -> out.writeShort(((Number) value).intValue());
      case UINT32, INT32 -> out.writeInt(((Number) value).intValue());
      case UINT64, INT64 -> out.writeLong(((Number) value).longValue());
      case FLOAT32 -> out.writeFloat(((Number) value).floatValue());
      case FLOAT64 -> out.writeDouble(((Number) value).doubleValue());
      case BOOL -> out.writeByte((Boolean) value ? 1 : 0);
      case STRING -> {
        byte[] bytes = ((String) value).getBytes(StandardCharsets.UTF_8);
        out.writeLong(bytes.length);
        out.write(bytes);
      }
      case ARRAY -> throw new IllegalStateException("An array is no single value");
    }
  }

  /** Reads a value: a Boolean, a Long, a Double or a String. */
  Object read(BoundedInput in, String field) throws IOException {
    return switch (this) {
      case UINT8 -> (long) Byte.toUnsignedInt(in.u8(field));
      case INT8 -> (long) in.u8(field);
      case UINT16 -> (long) Short.toUnsignedInt(in.u16(field));
      case INT16 -> (long) in.u16(field);
      case UINT32 -> Integer.toUnsignedLong(in.u32(field));
      case INT32 -> (long) in.u32(field);
      case UINT64, INT64 -> in.u64(field);
      // The shortest decimal: what a folder's file says, 0.1 and not the float next to it.
      case FLOAT32 -> Double.valueOf(Float.toString(Float.intBitsToFloat(in.u32(field))));
      case FLOAT64 -> Double.longBitsToDouble(in.u64(field));
      case STRING -> in.text(MetadataReader.LONGEST_TEXT, field);
      case BOOL -> {
        byte value = in.u8(field);
        if (value != 0 && value != 1) {
          throw in.wrong(field, "0 or 1 for a truth value", value + "; the file is damaged");
        }
        yield value == 1;
      }
      case ARRAY -> throw new IllegalStateException("An array is no single value");
    };
  }
}
