package dev.flowdpo.runtime.gguf;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableMap;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.checkpoint.BlockLayout;
import dev.flowdpo.runtime.internal.HalfPrecision;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A type in which a GGUF file stores the elements of a tensor; named as the format names it.
 * Neighbours of a row are stored together in blocks of {@link #elements} that take {@link #bytes};
 * rows are whole blocks. Immutable and thread-safe.
 *
 * <p>The value of an element is {@code d · q} in the types whose name ends in 0, {@code d · q + m}
 * in those that end in 1, with {@code d} and {@code m} of a block of 32 in 16 bits. The types that
 * end in K have blocks of 256, of which every 16 or 32 have a factor of their own in 4 to 8 bits,
 * and, but for {@link #Q3_K} and {@link #Q6_K}, an offset.
 */
public enum GgufType {
  /** IEEE 754 binary32. */
  F32(0, 4),
  /** IEEE 754 binary16. */
  F16(1, 2),
  /** 4 bits, the value 0 has the code 8. */
  Q4_0(2, 32, 18, Coding.signed(4, 32, false), SmallBlocks::q40),
  /** 4 bits and an offset. */
  Q4_1(3, 32, 20, Coding.FOUR_BITS_FROM_ZERO, SmallBlocks::q41),
  /** 5 bits, the value 0 has the code 16. */
  Q5_0(6, 32, 22, Coding.signed(8, 32, false), SmallBlocks::q50),
  /** 5 bits and an offset. */
  Q5_1(7, 32, 24, Coding.signed(8, 32, true), SmallBlocks::q51),
  /** 8 bits with a sign. */
  Q8_0(8, 32, 34, Coding.signed(8, 32, false), SmallBlocks::q80),
  /** 2 bits; a factor and an offset for every 16. */
  Q2_K(10, 256, 84, Coding.signed(4, 16, true), LargeBlocks::q2),
  /** 3 bits; a factor for every 16. */
  Q3_K(11, 256, 110, Coding.signed(4, 16, false), LargeBlocks::q3),
  /** 4 bits; a factor and an offset for every 32. */
  Q4_K(12, 256, 144, Coding.FOUR_BITS_FROM_ZERO, LargeBlocks::q4),
  /** 5 bits; a factor and an offset for every 32. */
  Q5_K(13, 256, 176, Coding.signed(8, 32, true), LargeBlocks::q5),
  /** 6 bits; a factor for every 16. */
  Q6_K(14, 256, 210, Coding.signed(8, 16, false), LargeBlocks::q6),
  /** 4 bits, which choose one of 16 values of 8 bits that do not lie evenly. */
  IQ4_NL(20, 32, 18, Coding.signed(8, 32, false), SmallBlocks::iq4),
  /** The upper half of a binary32. */
  BF16(30, 2);

  /** Types that files may have and that are not read, so that a refusal can say their names. */
  private static final ImmutableMap<Integer, String> OTHERS =
      ImmutableMap.<Integer, String>builder()
          .put(4, "Q4_2")
          .put(5, "Q4_3")
          .put(9, "Q8_1")
          .put(15, "Q8_K")
          .put(16, "IQ2_XXS")
          .put(17, "IQ2_XS")
          .put(18, "IQ3_XXS")
          .put(19, "IQ1_S")
          .put(21, "IQ3_S")
          .put(22, "IQ2_S")
          .put(23, "IQ4_XS")
          .put(24, "I8")
          .put(25, "I16")
          .put(26, "I32")
          .put(27, "I64")
          .put(28, "F64")
          .put(29, "IQ1_M")
          .put(34, "TQ1_0")
          .put(35, "TQ2_0")
          .put(39, "MXFP4")
          .put(40, "NVFP4")
          .buildOrThrow();

  private final int id;
  private final int elements;
  private final int bytes;

  /** Immutable, though its type does not say so. */
  @SuppressWarnings("ImmutableEnumChecker")
  private final Optional<Coding> coding;

  /** A method without state. */
  @SuppressWarnings("ImmutableEnumChecker")
  private final BlockReader reader;

  /** A type that stores every element by itself. */
  GgufType(int id, int bytes) {
    this.id = id;
    this.elements = 1;
    this.bytes = bytes;
    this.coding = Optional.empty();
    this.reader =
        (from, at, block) -> {
          throw new IllegalStateException(this + " has no blocks");
        };
  }

  GgufType(int id, int elements, int bytes, Coding coding, BlockReader reader) {
    this.id = id;
    this.elements = elements;
    this.bytes = bytes;
    this.coding = Optional.of(coding);
    this.reader = reader;
  }

  private float number(ByteBuffer from, int at) {
    return switch (bytes) {
      case Float.BYTES -> from.getFloat(at);
      default -> this == BF16 ? HalfPrecision.fromBf16(from.getShort(at)) : half(from, at);
    };
  }

  /** {@return the binary16 number at a place} */
  static float half(ByteBuffer bytes, int at) {
    return HalfPrecision.fromF16(bytes.getShort(at));
  }

  /**
   * {@return the type that has this number in a file}
   *
   * @param id the number
   * @param what the place of the number, such as a file and a tensor, for the error
   * @throws InvalidInputException if it is no number of a type, or that of one that is not read
   */
  public static GgufType of(int id, String what) {
    return Arrays.stream(values())
        .filter(type -> type.id == id)
        .findFirst()
        .orElseThrow(() -> refusal(id, what));
  }

  private static InvalidInputException refusal(int id, String what) {
    String known = Arrays.stream(values()).map(Enum::name).collect(Collectors.joining(", "));
    String found = OTHERS.getOrDefault(id, "an unknown type");
    return new InvalidInputException(
        "%s: expected a type out of %s, found %s (number %s)"
            .formatted(what, known, found, Integer.toUnsignedString(id)));
  }

  /** {@return the number of the type in a file} */
  public int id() {
    return id;
  }

  /** {@return the elements of a block} */
  public int elements() {
    return elements;
  }

  /** {@return the bytes of a block} */
  public int bytes() {
    return bytes;
  }

  /** {@return whether rows of so many elements are whole blocks} */
  public boolean divides(long columns) {
    return columns % elements == 0;
  }

  /**
   * {@return the bytes that so many elements take}
   *
   * @param count whole blocks
   * @throws IllegalArgumentException if they are no whole blocks, or negative
   * @throws ArithmeticException if the bytes are more than a long can count
   */
  public long byteSize(long count) {
    Preconditions.checkArgument(
        count >= 0 && divides(count),
        "%s: expected whole blocks of %s elements, found %s elements",
        this,
        elements,
        count);
    return Math.multiplyExact(count / elements, (long) bytes);
  }

  /**
   * Turns all remaining bytes into values; both buffers are advanced.
   *
   * @param blocks whole blocks, little-endian whatever the buffer's order is
   * @param values has room for their elements
   * @throws IllegalArgumentException if the bytes are no whole blocks, or there is too little room
   */
  public void dequantize(ByteBuffer blocks, FloatBuffer values) {
    int count = blocks.remaining() / bytes;
    Preconditions.checkArgument(
        blocks.remaining() % bytes == 0 && (long) count * elements <= values.remaining(),
        "%s: expected whole blocks of %s bytes and room for their values, found %s bytes and room"
            + " for %s values",
        this,
        bytes,
        blocks.remaining(),
        values.remaining());
    ByteBuffer from = blocks.slice().order(ByteOrder.LITTLE_ENDIAN);
    if (coding.isEmpty()) {
      for (int i = 0; i < count; i++) {
        values.put(number(from, i * bytes));
      }
    } else {
      boolean offsets = coding.get().layout().offsets();
      GgufBlock block = block(coding.get());
      float[] found = new float[elements];
      for (int i = 0; i < count; i++) {
        reader.read(from, i * bytes, block);
        block.values(offsets, found);
        values.put(found);
      }
    }
    blocks.position(blocks.limit());
  }

  /** {@return how a graph can hold blocks of this type; empty where elements stand alone} */
  Optional<Coding> coding() {
    return coding;
  }

  /** {@return how blocks of this type are taken apart} */
  BlockReader reader() {
    return reader;
  }

  /** {@return a block for the reader to fill} */
  GgufBlock block(Coding how) {
    return new GgufBlock(elements, elements / how.layout().blockSize());
  }

  /**
   * How a graph holds a type's blocks with the values that they stand for: each group of a block is
   * a block of the layout.
   *
   * @param shift what is taken off every code, and put into the offset, so that codes lie around 0
   */
  record Coding(BlockLayout layout, int shift) {
    /** Codes 0 to 15. */
    static final Coding FOUR_BITS_FROM_ZERO = new Coding(new BlockLayout(4, 32, false, true), 8);

    /** Codes that lie around 0, or are small enough to be taken so. */
    static Coding signed(int bits, int group, boolean offsets) {
      return new Coding(new BlockLayout(bits, group, false, offsets), 0);
    }
  }

  /** How a type reads a block. */
  @FunctionalInterface
  interface BlockReader {
    /**
     * Reads one block.
     *
     * @param bytes little-endian
     * @param at the place of the block
     */
    void read(ByteBuffer bytes, int at, GgufBlock block);
  }
}
