package dev.flowdpo.runtime.adapter;

import com.google.flatbuffers.FlatBufferBuilder;
import dev.flowdpo.runtime.graph.LinearSite;
import dev.flowdpo.runtime.internal.AtomicFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes an adapter in ONNX Runtime's own format ({@code .onnx_adapter}), which its sessions take
 * as run options ({@code OrtLoraAdapter}) in place of the graph inputs {@code <module>.lora_A
 * [rank, inputs]} and {@code <module>.lora_B [outputs, rank]}; B is multiplied by alpha / rank, as
 * those inputs are. Stateless and thread-safe.
 *
 * <p>The format is a FlatBuffer with the identifier {@code TORT}: {@code Adapter { format_version,
 * adapter_version, model_version : int; parameters : [Parameter] }} and {@code Parameter { name :
 * string; dims : [long]; data_type : int; raw_data : [ubyte] }}, in which the data is aligned to
 * eight bytes and 1 is the type of floats.
 */
public final class OnnxAdapterFile {
  /** The usual end of the file's name. */
  public static final String ENDING = ".onnx_adapter";

  private static final String IDENTIFIER = "TORT";
  private static final int FORMAT_VERSION = 1;
  private static final int FLOAT = 1;
  private static final int ALIGNMENT = 8;

  private OnnxAdapterFile() {}

  /**
   * Writes the adapter, replacing the file if it exists.
   *
   * @param file the file; its folder is created if needed
   * @param adapter the adapter
   * @throws UncheckedIOException if writing fails
   */
  public static void write(Path file, AdapterSnapshot adapter) {
    ByteBuffer bytes = bytes(adapter);
    try {
      AtomicFiles.write(file, channel -> AtomicFiles.writeFully(channel, bytes.duplicate()));
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be written", e);
    }
  }

  private static ByteBuffer bytes(AdapterSnapshot adapter) {
    AdapterLayout layout = adapter.layout();
    List<LinearSite> sites = layout.sites();
    FlatBufferBuilder builder =
        new FlatBufferBuilder(Math.addExact(1024, Math.multiplyExact(4, layout.size())));
    int[] parameters = new int[2 * sites.size()];
    for (int i = 0; i < sites.size(); i++) {
      LinearSite site = sites.get(i);
      FloatBuffer a = FloatBuffer.allocate(layout.sizeOfA(i));
      adapter.copyA(i, a);
      FloatBuffer b = FloatBuffer.allocate(layout.sizeOfB(i));
      adapter.copyScaledB(i, 1, b);
      parameters[2 * i] = parameter(builder, site.inputOfA(), layout.rank(), site.inputs(), a);
      parameters[2 * i + 1] = parameter(builder, site.inputOfB(), site.outputs(), layout.rank(), b);
    }
    int list = builder.createVectorOfTables(parameters);
    builder.startTable(4);
    builder.addInt(0, FORMAT_VERSION, 0);
    builder.addInt(1, 1, 0);
    builder.addInt(2, 1, 0);
    builder.addOffset(3, list, 0);
    builder.finish(builder.endTable(), IDENTIFIER);
    return builder.dataBuffer();
  }

  private static int parameter(
      FlatBufferBuilder builder, String name, long rows, long columns, FloatBuffer values) {
    int data = data(builder, values.flip());
    builder.startVector(Long.BYTES, 2, Long.BYTES);
    builder.addLong(columns);
    builder.addLong(rows);
    int sizes = builder.endVector();
    int text = builder.createString(name);
    builder.startTable(4);
    builder.addOffset(0, text, 0);
    builder.addOffset(1, sizes, 0);
    builder.addInt(2, FLOAT, 0);
    builder.addOffset(3, data, 0);
    return builder.endTable();
  }

  private static int data(FlatBufferBuilder builder, FloatBuffer values) {
    int size = Math.multiplyExact(Float.BYTES, values.remaining());
    ByteBuffer bytes = builder.createUnintializedVector(1, size, ALIGNMENT);
    bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
    return builder.endVector();
  }
}
