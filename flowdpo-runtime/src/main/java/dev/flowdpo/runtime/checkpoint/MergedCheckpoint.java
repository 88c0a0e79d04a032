package dev.flowdpo.runtime.checkpoint;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.internal.AtomicFiles;
import dev.flowdpo.runtime.internal.JsonObjectFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A model with an adapter worked into its weights, written as a Hugging Face folder that needs no
 * adapter any more: every adapted weight becomes {@code W + alpha / rank · B A}, in the type in
 * which the base has it; everything else is copied, except for the card, which is its own.
 *
 * <p>Tensors are read, changed and written one by one, so that no more than one is in memory.
 * Stateless and thread-safe.
 */
public final class MergedCheckpoint {
  /** The size at which Hugging Face begins another file, in bytes. */
  public static final long USUAL_SHARD_BYTES = 5_000_000_000L;

  private static final int BLOCK_BYTES = 1 << 16;
  private static final String WEIGHTS_ENDING = ".safetensors";
  private static final List<String> TEMPLATE_FOLDERS =
      List.of("additional_chat_templates", "chat_templates");

  /** What a model folder may hold besides safetensors that is weights in other forms. */
  private static final List<String> OTHER_WEIGHTS =
      List.of(".bin", ".pt", ".pth", ".gguf", ".onnx", ".onnx_data", ".h5", ".msgpack");

  private MergedCheckpoint() {}

  /** One file of the result. */
  private record Shard(String name, Map<String, SafetensorsFile> sources) {}

  /**
   * Writes the merged model.
   *
   * @param base the model folder
   * @param adapter the adapter
   * @param out the new folder; must be missing or empty
   * @param shardBytes the size at which another weight file begins, at least 1; {@link
   *     #USUAL_SHARD_BYTES} is usual
   * @throws InvalidInputException if the base is not a supported model, the adapter does not fit
   *     it, the folder is not empty, or a merged value lies outside the range of the base's type
   * @throws UncheckedIOException if writing fails
   */
  public static void write(Path base, AdapterWeights adapter, Path out, long shardBytes) {
    if (Files.isRegularFile(base)) {
      throw new InvalidInputException(
          base + ": expected a model folder, found a file; GgufExport writes folders of files");
    }
    Checkpoint.open(base).close();
    List<SafetensorsFile> files = WeightFiles.open(base);
    try {
      adapter.modules().forEach((module, lora) -> check(base, files, module, lora));
      requireEmpty(out);
      Files.createDirectories(out);
      List<Shard> shards = shards(files, shardBytes);
      for (Shard shard : shards) {
        writeShard(out.resolve(shard.name), shard, adapter);
      }
      if (shards.size() > 1) {
        AtomicFiles.write(out.resolve(WeightFiles.INDEX_FILE), index(shards));
      }
      copyOthers(base, out);
      AtomicFiles.write(out.resolve(MergedCard.FILE), MergedCard.text(base, adapter));
    } catch (IOException e) {
      throw new UncheckedIOException(out + ": cannot be written", e);
    } finally {
      WeightFiles.close(files);
    }
  }

  private static void check(
      Path base, List<SafetensorsFile> files, String module, LoraMatrices lora) {
    String weight = module + ".weight";
    long[] expected = {lora.outputSize(), lora.inputSize()};
    boolean fits =
        files.stream()
            .filter(file -> file.tensors().containsKey(weight))
            .anyMatch(file -> Arrays.equals(file.tensor(weight).shape(), expected));
    if (!fits) {
      throw new InvalidInputException(
          base
              + ": expected a weight \""
              + weight
              + "\" of shape "
              + Arrays.toString(expected)
              + " for the adapter, found none; the adapter is for another model");
    }
  }

  private static void requireEmpty(Path out) throws IOException {
    if (Files.isDirectory(out)) {
      try (Stream<Path> inside = Files.list(out)) {
        if (inside.findAny().isPresent()) {
          throw new InvalidInputException(
              out + ": expected a new or empty folder, found files in it");
        }
      }
    } else if (Files.exists(out)) {
      throw new InvalidInputException(out + ": expected a folder, found a file");
    }
  }

  private static List<Shard> shards(List<SafetensorsFile> files, long shardBytes) {
    List<Map<String, SafetensorsFile>> parts = new ArrayList<>();
    long size = 0;
    for (SafetensorsFile file : files) {
      for (TensorInfo tensor : file.tensors().values()) {
        if (parts.isEmpty() || size + tensor.byteSize() > shardBytes) {
          parts.add(new TreeMap<>());
          size = 0;
        }
        parts.get(parts.size() - 1).put(tensor.name(), file);
        size += tensor.byteSize();
      }
    }
    List<Shard> shards = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      String name =
          parts.size() == 1
              ? Checkpoint.WEIGHTS_FILE
              : "model-%05d-of-%05d.safetensors".formatted(i + 1, parts.size());
      shards.add(new Shard(name, parts.get(i)));
    }
    return shards;
  }

  private static String index(List<Shard> shards) {
    ObjectNode json = JsonObjectFile.object();
    long total = 0;
    ObjectNode metadata = json.putObject("metadata");
    ObjectNode map = json.putObject("weight_map");
    for (Shard shard : shards) {
      for (Map.Entry<String, SafetensorsFile> tensor : shard.sources.entrySet()) {
        map.put(tensor.getKey(), shard.name);
        total += tensor.getValue().tensor(tensor.getKey()).byteSize();
      }
    }
    metadata.put("total_size", total);
    return JsonObjectFile.format(json);
  }

  private static void writeShard(Path path, Shard shard, AdapterWeights adapter)
      throws IOException {
    byte[] header = header(shard);
    AtomicFiles.write(
        path,
        channel -> {
          ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
          block.putLong(header.length).flip();
          AtomicFiles.writeFully(channel, block);
          AtomicFiles.writeFully(channel, ByteBuffer.wrap(header));
          for (Map.Entry<String, SafetensorsFile> tensor : shard.sources.entrySet()) {
            writeTensor(path, channel, block, tensor.getKey(), tensor.getValue(), adapter);
          }
        });
  }

  private static byte[] header(Shard shard) {
    ObjectNode root = JsonObjectFile.object();
    root.putObject("__metadata__").put("format", "pt");
    long offset = 0;
    for (Map.Entry<String, SafetensorsFile> entry : shard.sources.entrySet()) {
      TensorInfo info = entry.getValue().tensor(entry.getKey());
      ObjectNode tensor = root.putObject(info.name()).put("dtype", info.dtype());
      ArrayNode shape = tensor.putArray("shape");
      for (long size : info.shape()) {
        shape.add(size);
      }
      long end = offset + info.byteSize();
      tensor.putArray("data_offsets").add(offset).add(end);
      offset = end;
    }
    return SafetensorsWriter.padded(root);
  }

  private static void writeTensor(
      Path path,
      FileChannel channel,
      ByteBuffer block,
      String name,
      SafetensorsFile file,
      AdapterWeights adapter)
      throws IOException {
    String ending = ".weight";
    @Nullable LoraMatrices lora =
        name.endsWith(ending)
            ? adapter.modules().get(name.substring(0, name.length() - ending.length()))
            : null;
    if (lora == null) {
      file.copyTo(name, channel);
      return;
    }
    FloatBuffer weight = file.floats(name);
    float[] values = new float[weight.remaining()];
    weight.get(values);
    MergedTensors.add(lora, adapter.scaling(), 0, values);
    FloatBuffer merged = FloatBuffer.wrap(values);
    SafetensorsWriter.writeValues(
        channel, block, path, name, merged::get, merged.capacity(), file.dataType(name));
  }

  private static void copyOthers(Path base, Path out) throws IOException {
    List<Path> others = new ArrayList<>();
    try (Stream<Path> inside = Files.list(base)) {
      inside.filter(MergedCheckpoint::isCopied).forEach(others::add);
    }
    for (String name : TEMPLATE_FOLDERS) {
      if (Files.isDirectory(base.resolve(name))) {
        Files.createDirectories(out.resolve(name));
        try (Stream<Path> inside = Files.list(base.resolve(name))) {
          inside.filter(file -> file.toString().endsWith(".jinja")).forEach(others::add);
        }
      }
    }
    for (Path file : others) {
      Files.copy(file, out.resolve(base.relativize(file).toString()));
    }
  }

  private static boolean isCopied(Path file) {
    String name = String.valueOf(file.getFileName());
    boolean weights =
        name.endsWith(WEIGHTS_ENDING)
            || name.endsWith(".index.json")
            || OTHER_WEIGHTS.stream().anyMatch(name::endsWith);
    return Files.isRegularFile(file)
        && !name.startsWith(".")
        && !name.equals(MergedCard.FILE)
        && !weights;
  }
}
